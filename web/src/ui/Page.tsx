import type { ReactNode } from 'react';
import classes from './Page.module.css';

interface PageProps {
  title: string;
  subtitle?: ReactNode;
  /** The way up, above the title. */
  back?: ReactNode;
  actions?: ReactNode;
  children?: ReactNode;
  width?: 'narrow' | 'wide';
}

/** An ordinary scrolling page of the shell: one h1, optional actions at its right, content below. */
export function Page({ title, subtitle, back, actions, children, width = 'wide' }: PageProps) {
  return (
    <div className={classes.scroller}>
      <div className={classes.page} data-width={width}>
        {back}
        <header className={classes.header}>
          <div>
            <h1 className={classes.title}>{title}</h1>
            {subtitle && <p className={classes.subtitle}>{subtitle}</p>}
          </div>
          {actions && <div className={classes.actions}>{actions}</div>}
        </header>
        {children}
      </div>
    </div>
  );
}
