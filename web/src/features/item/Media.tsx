import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import type { Item } from '@/api/types';
import { Cover, coverUrl } from '@/ui/Cover';
import classes from './ItemPage.module.css';
import { ImageStage } from './picture/ImageStage';
import { VideoPlayer } from './playback/VideoPlayer';
import { readerOf } from './reading';

// Films and pictures do without it.
const AudioPlayer = lazy(async () => ({ default: (await import('./playback/AudioPlayer')).AudioPlayer }));

/** The big thing at the left: a player, a picture, or a cover that opens the reader. */
export function Media({ item }: { item: Item }) {
  switch (item.kind) {
    case 'video':
      return <VideoPlayer item={item} />;
    case 'image':
      return <ImageStage item={item} />;
    case 'audiobook':
    case 'track':
      return (
        <>
          <BigCover item={item} />
          <Suspense fallback={<div className={classes.playerRoom} />}>
            <AudioPlayer item={item} />
          </Suspense>
        </>
      );
    default:
      return <BigCover item={item} />;
  }
}

function BigCover({ item }: { item: Item }) {
  const square = item.kind === 'audiobook' || item.kind === 'track';
  const cover = item.cover ? (
    <img className={classes.cover} data-square={square || undefined} src={coverUrl(item.cover, 768)} alt="" />
  ) : (
    <div className={classes.cover} data-square={square || undefined}>
      <Cover item={item} width={360} />
    </div>
  );
  if (readerOf(item) === null) return cover;
  return (
    <Link to="/items/$itemId/read" params={{ itemId: String(item.id) }} search={{}} aria-label={`Read ${item.title}`}>
      {cover}
    </Link>
  );
}
