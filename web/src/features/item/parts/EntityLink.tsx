import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Link as ItemLink } from '@/api/types';

interface EntityLinkProps {
  link: ItemLink;
  className?: string | undefined;
  children?: ReactNode;
}

/** To everything of this person, tag, series …; a series opens in its reading order. */
export function EntityLink({ link, className, children }: EntityLinkProps) {
  const search = { [link.kind]: String(link.id), ...(link.kind === 'series' && { sort: 'series' }) };
  return (
    <Link to="/browse" search={search} className={className}>
      {children ?? link.name}
    </Link>
  );
}
