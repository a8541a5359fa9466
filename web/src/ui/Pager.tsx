import { ActionIcon } from '@mantine/core';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { formatCount } from '@/core/format';
import classes from './Pager.module.css';

interface PagerProps {
  page: number;
  /** How many pages there are; 0 counts as one. */
  total: number;
  onPage: (page: number) => void;
  label?: string;
  /** What the two buttons are called. */
  words?: readonly [back: string, on: string];
}

/** One page back or on, where lists are short enough to be leafed through; nothing where there is one page. */
export function Pager({ page, total, onPage, label = 'Pages', words = ['Previous page', 'Next page'] }: PagerProps) {
  if (total <= 1 && page === 1) return null;
  const last = Math.max(total, 1);
  return (
    <nav className={classes.pages} aria-label={label}>
      <ActionIcon
        size={40}
        aria-label={words[0]}
        disabled={page <= 1}
        onClick={() => onPage(Math.max(1, Math.min(page - 1, last)))}
      >
        <ChevronLeft size={20} />
      </ActionIcon>
      <span aria-live="polite">
        Page {formatCount(page)} of {formatCount(last)}
      </span>
      <ActionIcon size={40} aria-label={words[1]} disabled={page >= last} onClick={() => onPage(page + 1)}>
        <ChevronRight size={20} />
      </ActionIcon>
    </nav>
  );
}
