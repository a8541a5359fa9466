import { useLayoutEffect, useRef, useState } from 'react';
import classes from '../ItemPage.module.css';

export function Description({ text }: { text: string | null }) {
  const [open, setOpen] = useState(false);
  const [cut, setCut] = useState(false);
  const box = useRef<HTMLParagraphElement>(null);
  useLayoutEffect(() => {
    if (!open && box.current) setCut(box.current.scrollHeight > box.current.clientHeight + 2);
  }, [open]);
  if (!text) return null;
  return (
    <div>
      <p ref={box} className={classes.description} data-open={open || undefined}>
        {text}
      </p>
      {(cut || open) && (
        <button type="button" className={classes.textButton} aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Less' : 'Read more'}
        </button>
      )}
    </div>
  );
}
