import type { EntityKind, Link } from '@/api/types';
import { linksOf } from '../facts';
import classes from '../ItemPage.module.css';
import { EntityLink } from './EntityLink';

const ROWS: readonly { kind: EntityKind; label: string }[] = [
  { kind: 'genre', label: 'Genres' },
  { kind: 'tag', label: 'Tags' },
];

export function Labels({ links }: { links: readonly Link[] }) {
  return ROWS.map(({ kind, label }) => {
    const own = linksOf(links, kind);
    if (own.length === 0) return null;
    return (
      <ul key={kind} className={classes.labels} aria-label={label}>
        {own.map((link) => (
          <li key={link.id}>
            <EntityLink link={link} className={classes.label} />
          </li>
        ))}
      </ul>
    );
  });
}
