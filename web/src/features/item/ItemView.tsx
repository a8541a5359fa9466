import type { CSSProperties } from 'react';
import type { Item } from '@/api/types';
import { SourceLink } from '@/features/feeds/SourceLink';
import { KIND_LOOKS } from '@/ui/kinds';
import { fingerprintsOf, headline } from './facts';
import classes from './ItemPage.module.css';
import { Media } from './Media';
import { Actions } from './parts/Actions';
import { Contents } from './parts/Contents';
import { Credits } from './parts/Credits';
import { Description } from './parts/Description';
import { Extra } from './parts/Extra';
import { Facts } from './parts/Facts';
import { Files } from './parts/Files';
import { IssueBanner } from './parts/IssueBanner';
import { Labels } from './parts/Labels';
import { Similar } from './parts/Similar';

export function ItemView({ item }: { item: Item }) {
  const wide = item.kind === 'video' || item.kind === 'image';
  const bare = item.kind === 'post' && item.cover === null;
  const tint = item.color ? ({ '--tint': item.color } as CSSProperties) : undefined;
  const headings = headline(item);
  return (
    <article className={classes.article} style={tint} aria-labelledby="item-title">
      <div className={classes.view} data-wide={wide || undefined} data-bare={bare || undefined}>
        {!bare && (
          <div className={classes.media}>
            <Media item={item} />
          </div>
        )}
        <div className={classes.facts}>
          <header>
            <p className={classes.kind}>{KIND_LOOKS[item.kind].one}</p>
            <h1 className={classes.title} id="item-title">
              {item.title}
            </h1>
            {item.subtitle && <p className={classes.subtitle}>{item.subtitle}</p>}
            <Credits links={item.links} />
            {headings && <p className={classes.headline}>{headings}</p>}
          </header>
          <SourceLink extra={item.extra} />
          <Actions item={item} />
          <IssueBanner item={item} />
          <Description text={item.description} />
          <Labels links={item.links} />
          <Facts item={item} />
          <Contents item={item} />
          <Files item={item} />
          <Extra extra={{ ...item.extra, ...fingerprintsOf(item.identifiers) }} />
        </div>
      </div>
      <Similar item={item} />
    </article>
  );
}
