import { ArrowLeft } from 'lucide-react';
import type { ReactNode } from 'react';
import classes from './Reader.module.css';

interface ReaderChromeProps {
  title: string;
  /** In the middle of the lower bar: the slider, the chapter. */
  foot: ReactNode;
  tools: ReactNode;
  shown: boolean;
  onLeave: () => void;
}

/** The bars above and below the page. Hidden, they come back when something in them has the focus. */
export function ReaderChrome({ title, foot, tools, shown, onLeave }: ReaderChromeProps) {
  return (
    <>
      <header className={classes.top} data-hidden={!shown || undefined}>
        <button type="button" className={classes.tool} aria-label="Close the book" onClick={onLeave}>
          <ArrowLeft size={20} />
        </button>
        <h1 className={classes.title}>{title}</h1>
        <div className={classes.tools}>{tools}</div>
      </header>
      <footer className={classes.bottom} data-hidden={!shown || undefined}>
        {foot}
      </footer>
    </>
  );
}
