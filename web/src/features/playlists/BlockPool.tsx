import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type Block, blockPreviewQuery } from '@/api/playlists';
import { sessionQuery } from '@/api/session';
import { Cover } from '@/ui/Cover';
import { Warning } from '@/ui/Warning';
import classes from './Playlists.module.css';
import { countText, warningOf } from './words';

const PAUSE_MS = 250;
const THUMB = 72;

/** What a block draws from: how much there is, counted, and what it looks like. */
export function BlockPool({ block, displayId }: { block: Block; displayId: number | null }) {
  const { data: session } = useQuery(sessionQuery);
  const { q, filter, view_id, count, order, format } = block;
  const forDisplay = session?.user.admin ? { display_id: displayId, block_id: block.id } : {};
  const [words] = useDebouncedValue(
    JSON.stringify({ q, filter, view_id, count, order, format, ...forDisplay }),
    PAUSE_MS,
  );
  const { data, error, isPlaceholderData } = useQuery({ ...blockPreviewQuery(words), enabled: session !== undefined });
  const counted = error ? { available: null, seen: 0, short: false, stale: true } : (data ?? block);
  const warning = block.problem || warningOf(counted, count);
  const onDisplay = displayId !== null;
  return (
    <div className={classes.pool} data-stale={isPlaceholderData || undefined}>
      <p className={classes.count} aria-live="polite">
        {countText(counted, onDisplay)}
      </p>
      {warning && <Warning>{warning}</Warning>}
      {data && data.items.length > 0 && (
        <ul className={classes.strip} aria-label="The first of them">
          {data.items.map((item) => (
            <li key={item.id}>
              <Link
                to="/items/$itemId"
                params={{ itemId: String(item.id) }}
                className={classes.thumb}
                title={item.title}
                aria-label={item.title}
              >
                <Cover item={item} width={THUMB} ratio={1} lazy />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
