import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import classes from './Warning.module.css';

/** What is not as somebody would expect, in a line below it. `live` reads it out when it comes. */
export function Warning({ children, live = false }: { children: ReactNode; live?: boolean }) {
  return (
    <p className={classes.warning} role={live ? 'status' : undefined}>
      <TriangleAlert size={15} aria-hidden="true" />
      <span>{children}</span>
    </p>
  );
}
