import { Button, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useRouter } from '@tanstack/react-router';
import { BookX } from 'lucide-react';
import { useEffect } from 'react';
import { useKeys } from '@/ui/keys';
import { EmptyState, ErrorState } from '@/ui/States';
import { itemQuery } from '../itemApi';
import { nothingIsOpen } from '../overlays';
import { readerOf } from '../reading';
import { BookReader } from './BookReader';
import { PageReader } from './PageReader';
import classes from './Reader.module.css';

export function ReaderPage() {
  const { itemId } = useParams({ strict: false });
  const id = Number(itemId);
  const { data: item, error, refetch } = useQuery(itemQuery(id));
  const leave = useLeave(String(itemId));
  useKeys([{ keys: ['Escape'], label: 'Close the book', group: 'Reader', run: leave, when: nothingIsOpen }]);
  useEffect(() => {
    if (item) document.title = `${item.title} · Longshelf`;
    return () => {
      document.title = 'Longshelf';
    };
  }, [item]);
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!item) {
    return (
      <div className={classes.wait}>
        <Loader aria-label="Opening" />
      </div>
    );
  }
  const kind = readerOf(item);
  if (kind === 'pages') return <PageReader item={item} onLeave={leave} />;
  if (kind === 'book') return <BookReader item={item} onLeave={leave} />;
  return (
    <EmptyState
      icon={BookX}
      title="This cannot be read here"
      action={<Button onClick={leave}>Back to the item</Button>}
    >
      Its file is missing or has no pages Longshelf can show. It can be downloaded on its page.
    </EmptyState>
  );
}

function useLeave(itemId: string): () => void {
  const router = useRouter();
  const navigate = useNavigate();
  return () => {
    if (router.history.canGoBack()) router.history.back();
    else void navigate({ to: '/items/$itemId', params: { itemId }, replace: true });
  };
}
