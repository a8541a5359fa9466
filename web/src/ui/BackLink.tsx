import { Link, type LinkProps } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import classes from './Link.module.css';

/** The way up, above a page's title. */
export function BackLink({ children, ...to }: { children: string } & Pick<LinkProps, 'to' | 'params'>) {
  return (
    <Link {...to} className={classes.back}>
      <ArrowLeft size={16} aria-hidden="true" />
      {children}
    </Link>
  );
}
