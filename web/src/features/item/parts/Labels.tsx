import type { EntityKind, Link } from '@/api/types';
import { linksOf } from '../facts';
import classes from '../ItemPage.module.css';
import { EntityLink } from './EntityLink';

const ROWS: readonly { kind: EntityKind; label: string }[] = [
  { kind: 'genre', label: 'Genres' },
  { kind: 'tag', label: 'Tags' },
];

export function Labels({ links }: { links: readonly Link[] }) {
  const rows = ROWS.map((row) => ({ ...row, own: linksOf(links, row.kind) })).filter(({ own }) => own.length > 0);
  if (rows.length === 0) return null;
  return (
    <div className={classes.labels}>
      {rows.map(({ kind, label, own }) => (
        <ul key={kind} aria-label={label}>
          {own.map((link) => (
            <li key={link.id}>
              <EntityLink link={link} className={classes.label} />
            </li>
          ))}
        </ul>
      ))}
    </div>
  );
}
