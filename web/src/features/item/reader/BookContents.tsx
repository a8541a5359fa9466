import { Drawer } from '@mantine/core';
import type { Chapter } from '@/api/types';
import type { SpineSection } from '../itemApi';
import classes from './Reader.module.css';

interface BookContentsProps {
  opened: boolean;
  chapters: readonly Chapter[];
  sections: readonly SpineSection[];
  /** Index of the chapter and of the section that are open. */
  current: number;
  section: number;
  onPick: (href: string) => void;
  onClose: () => void;
}

/** The contents the book itself lists; a book without any shows its sections. */
export function BookContents({ opened, chapters, sections, current, section, onPick, onClose }: BookContentsProps) {
  const rows =
    chapters.length > 0
      ? chapters.map((one) => ({ href: one.href ?? '', title: one.title, level: one.level }))
      : sections.map((one) => ({ ...one, level: 0 }));
  const open = chapters.length > 0 ? current : section;
  return (
    <Drawer opened={opened} onClose={onClose} title="Contents" position="right" size={360}>
      <ol className={classes.contents}>
        {rows.map((row, index) => (
          <li key={`${row.href} ${row.title}`}>
            <button
              type="button"
              style={{ paddingLeft: 12 + row.level * 16 }}
              aria-current={index === open || undefined}
              onClick={() => onPick(row.href)}
            >
              {row.title || `Section ${index + 1}`}
            </button>
          </li>
        ))}
      </ol>
    </Drawer>
  );
}
