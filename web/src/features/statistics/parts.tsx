import { type CSSProperties, type ReactNode, useId } from 'react';
import classes from './StatisticsPage.module.css';

export function Tiles({ children }: { children: ReactNode }) {
  return <dl className={classes.tiles}>{children}</dl>;
}

export function Tile({ name, value, note }: { name: string; value: string; note?: string }) {
  return (
    <div className={classes.tile}>
      <dt>{name}</dt>
      <dd>
        {value}
        {note && <small>{note}</small>}
      </dd>
    </div>
  );
}

export interface Ranked {
  key: string;
  name: ReactNode;
  amount: number;
  text: string;
}

/** Names with how much of each, as bars by the greatest; nothing when there are none. */
export function Ranking({ title, lines }: { title: string; lines: readonly Ranked[] }) {
  const id = useId();
  if (lines.length === 0) return null;
  const most = Math.max(1, ...lines.map(({ amount }) => amount));
  return (
    <section className={classes.card} aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      <ol className={classes.ranking}>
        {lines.map(({ key, name, amount, text }) => (
          <li key={key} style={{ '--share': `${(amount / most) * 100}%` } as CSSProperties}>
            <span className={classes.name}>{name}</span>
            <span className={classes.amount}>{text}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

export function Skeleton() {
  return (
    <div role="status" aria-label="Loading">
      <div className={classes.tiles}>
        {Array.from({ length: 4 }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
          <div key={at} className={classes.tile} />
        ))}
      </div>
      <div className={classes.ghostChart} />
    </div>
  );
}
