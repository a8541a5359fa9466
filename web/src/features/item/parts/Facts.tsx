import { Fragment, type ReactNode } from 'react';
import type { EntityKind, Item, Link } from '@/api/types';
import { factRows, identifiersOf, linksOf, seriesNumber } from '../facts';
import classes from '../ItemPage.module.css';
import { EntityLink } from './EntityLink';

const LINKED: readonly { kind: EntityKind; label: string }[] = [
  { kind: 'series', label: 'Series' },
  { kind: 'publisher', label: 'Publisher' },
  { kind: 'studio', label: 'Studio' },
  { kind: 'group', label: 'Group' },
  { kind: 'gallery', label: 'Gallery' },
];

export function Facts({ item }: { item: Item }) {
  const identifiers = identifiersOf(item);
  return (
    <dl className={classes.table}>
      {LINKED.map(({ kind, label }) => {
        const links = linksOf(item.links, kind);
        return (
          links.length > 0 && (
            <Row key={kind} label={label}>
              {links.map((link, place) => (
                <Fragment key={link.id}>
                  {place > 0 && ', '}
                  <EntityLink link={link} />
                  <Place link={link} />
                </Fragment>
              ))}
            </Row>
          )
        );
      })}
      {factRows(item).map(({ label, text }) => (
        <Row key={label} label={label}>
          {text}
        </Row>
      ))}
      {identifiers.map(([scheme, value]) => (
        <Row key={scheme} label={scheme.length <= 5 ? scheme.toUpperCase() : scheme}>
          <span className={classes.code}>{value}</span>
        </Row>
      ))}
    </dl>
  );
}

function Place({ link }: { link: Link }) {
  const number = seriesNumber(link);
  return number && <span className={classes.number}> #{number}</span>;
}

export function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
