import { useQuery } from '@tanstack/react-query';
import { useParams, useRouter, useSearch } from '@tanstack/react-router';
import { ArrowLeft } from 'lucide-react';
import { lazy, Suspense, useEffect } from 'react';
import { ApiError } from '@/api/errors';
import { useKeys } from '@/ui/keys';
import { EmptyState, ErrorState } from '@/ui/States';
import classes from './ItemPage.module.css';
import { ItemView } from './ItemView';
import { itemQuery } from './itemApi';
import { nothingIsOpen } from './overlays';
import type { ItemSearch } from './routes';

const PlayBar = lazy(async () => ({ default: (await import('@/features/playlists/PlayBar')).PlayBar }));

export function ItemPage() {
  const { itemId } = useParams({ strict: false });
  const { playlist, entry, shuffle = false }: ItemSearch = useSearch({ strict: false });
  const id = Number(itemId);
  const known = Number.isSafeInteger(id) && id > 0;
  const { data: item, error, refetch } = useQuery({ ...itemQuery(id), enabled: known });
  const back = useBack();
  useKeys([{ keys: ['Escape'], label: 'Back', group: 'This item', run: back, when: nothingIsOpen }]);
  useEffect(() => {
    if (!item) return;
    document.title = `${item.title} · Longshelf`;
    return () => {
      document.title = 'Longshelf';
    };
  }, [item]);
  return (
    <div className={classes.scroller} data-item-scroller>
      <button type="button" className={classes.back} onClick={back}>
        <ArrowLeft size={18} aria-hidden="true" />
        Back
      </button>
      <Suspense>
        {playlist !== undefined && entry !== undefined && (
          <PlayBar key={entry} playlistId={playlist} entryId={entry} shuffle={shuffle} kind={item?.kind} />
        )}
      </Suspense>
      {item ? (
        // A new item is a new page: players, dialogs and scroll position belong to the old one.
        <ItemView key={item.id} item={item} />
      ) : !known || (error instanceof ApiError && error.status === 404) ? (
        <EmptyState title="This item is not in the library">
          It was removed, or it is not for you. Its address stays the same should it come back.
        </EmptyState>
      ) : error ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton />
      )}
    </div>
  );
}

/** Back to where one came from, with its scroll position; to the library when the item was opened by its address. */
function useBack(): () => void {
  const router = useRouter();
  return () => {
    if (router.history.canGoBack()) router.history.back();
    else void router.navigate({ to: '/' });
  };
}

function Skeleton() {
  return (
    <div className={classes.view} role="status" aria-label="Loading">
      <div className={classes.ghostMedia} />
      <div>
        <div className={classes.ghostLine} style={{ width: '70%', height: 32 }} />
        <div className={classes.ghostLine} style={{ width: '45%' }} />
        <div className={classes.ghostLine} style={{ width: '30%' }} />
      </div>
    </div>
  );
}
