import { ActionIcon, TextInput } from '@mantine/core';
import { ChevronFirst, ChevronLast, ChevronLeft, ChevronRight } from 'lucide-react';
import { useEffect, useState } from 'react';
import { formatCount } from '@/core/format';
import classes from './BrowsePage.module.css';

interface PagesFooterProps {
  page: number;
  pages: number;
  onPage: (page: number) => void;
}

export function PagesFooter({ page, pages, onPage }: PagesFooterProps) {
  const [text, setText] = useState(String(page));
  useEffect(() => setText(String(page)), [page]);
  const go = () => {
    const wanted = Math.max(1, Math.min(Number.parseInt(text.replaceAll(/\D/g, ''), 10) || page, pages));
    setText(String(wanted));
    if (wanted !== page) onPage(wanted);
  };
  return (
    <nav className={classes.pages} aria-label="Pages">
      <Step label="First page" disabled={page <= 1} onClick={() => onPage(1)} icon={<ChevronFirst size={18} />} />
      <Step
        label="Previous page"
        disabled={page <= 1}
        onClick={() => onPage(page - 1)}
        icon={<ChevronLeft size={18} />}
      />
      <form
        className={classes.pageForm}
        onSubmit={(event) => {
          event.preventDefault();
          go();
        }}
      >
        <TextInput
          size="xs"
          w={84}
          inputMode="numeric"
          aria-label="Page"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onBlur={go}
        />
        <span aria-live="polite">of {formatCount(pages)}</span>
      </form>
      <Step
        label="Next page"
        disabled={page >= pages}
        onClick={() => onPage(page + 1)}
        icon={<ChevronRight size={18} />}
      />
      <Step label="Last page" disabled={page >= pages} onClick={() => onPage(pages)} icon={<ChevronLast size={18} />} />
    </nav>
  );
}

interface StepProps {
  label: string;
  disabled: boolean;
  onClick: () => void;
  icon: React.ReactNode;
}

function Step({ label, disabled, onClick, icon }: StepProps) {
  return (
    <ActionIcon size={40} aria-label={label} disabled={disabled} onClick={onClick}>
      {icon}
    </ActionIcon>
  );
}
