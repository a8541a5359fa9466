import { useQuery } from '@tanstack/react-query';
import { type Display, type SlotItem, type TimelineSlot, timelineQuery } from '@/api/displays';
import { formatDuration } from '@/core/format';
import { Cover } from '@/ui/Cover';
import { KIND_LOOKS } from '@/ui/kinds';
import { ErrorState } from '@/ui/States';
import classes from './Displays.module.css';

/** What is on and what comes next, in order. */
export function Upcoming({ display }: { display: Display }) {
  const { data, error, refetch } = useQuery(timelineQuery(display.id));
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  const slots = (data?.slots ?? []).filter(({ status }) => status === 'current' || status === 'planned');
  if (data && slots.length === 0) return <p className={classes.facts}>Nothing is planned.</p>;
  return (
    <ol className={classes.slots}>
      {slots.map((slot) => (
        <Slot key={slot.id} slot={slot} />
      ))}
    </ol>
  );
}

function Slot({ slot }: { slot: TimelineSlot }) {
  const now = slot.status === 'current';
  return (
    <li className={classes.slot} data-now={now || undefined} aria-current={now || undefined}>
      <ItemLine item={slot.item} note={now ? 'Now' : undefined} />
      <span className={classes.clock}>{formatDuration(slot.seconds)}</span>
    </li>
  );
}

export function ItemLine({ item, note }: { item: SlotItem | null; note?: string | undefined }) {
  return (
    <>
      <span className={classes.thumb}>{item && <Cover item={item} width={48} ratio={1} lazy />}</span>
      <span className={classes.who}>
        <span className={classes.line}>{item?.title ?? 'Something that is not for you'}</span>
        <span className={classes.facts}>{note ?? (item ? KIND_LOOKS[item.kind].one : '')}</span>
      </span>
    </>
  );
}
