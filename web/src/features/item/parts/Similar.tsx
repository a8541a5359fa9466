import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type CSSProperties, useState } from 'react';
import type { Card, Item } from '@/api/types';
import { yearOf } from '@/core/format';
import { Cover } from '@/ui/Cover';
import { creatorNames } from '../facts';
import { similarQuery } from '../itemApi';
import classes from './Similar.module.css';

/** Width by height; all cards of the row are equally tall. */
const RATIOS: Readonly<Partial<Record<Card['kind'], number>>> = { video: 16 / 9, image: 1, audiobook: 1, track: 1 };
const POSTER = 2 / 3;

/** Asked for only once it comes near the screen: most visits end above it. */
export function Similar({ item }: { item: Item }) {
  const [near, setNear] = useState(false);
  const { data: items = [] } = useQuery({ ...similarQuery(item.id), enabled: near });
  const watch = (box: HTMLElement | null) => {
    if (!box || near) return;
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && setNear(true), {
      rootMargin: '600px',
    });
    observer.observe(box);
    return () => observer.disconnect();
  };
  return (
    <section ref={watch} className={classes.row} aria-labelledby="similar" hidden={near && items.length === 0}>
      <h2 id="similar">Similar</h2>
      <ul>
        {items.map((card) => (
          <li key={card.id} style={{ '--ratio': RATIOS[card.kind] ?? POSTER } as CSSProperties}>
            <Link to="/items/$itemId" params={{ itemId: String(card.id) }}>
              <span className={classes.cover}>
                <Cover item={card} width={180} />
              </span>
              <span className={classes.title}>{card.title}</span>
              <span className={classes.text}>{creatorNames(card.links) || yearOf(card.date)}</span>
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
