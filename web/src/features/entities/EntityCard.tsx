import { Check } from 'lucide-react';
import { serverUrl } from '@/api/client';
import { ENTITY_PATHS, type Entity } from '@/api/types';
import { coverUrl } from '@/ui/Cover';
import { countsOf } from '@/ui/entityCounts';
import type { CellState } from '@/ui/grid/VirtualGrid';
import { HideEntityButton } from '@/ui/HideEntityButton';
import { markSeen, wasSeen } from '@/ui/seenPictures';
import classes from './EntitiesPage.module.css';

interface EntityCardProps {
  entity: Entity;
  state: CellState;
  pictures: boolean;
  /** Where it is from, when its neighbour has the same name. */
  library: string | undefined;
  /** A click selects: the card says whether it is, and offers nothing else. */
  selecting: boolean;
}

/** Leads to everything of this person, tag, series… in the browse page; without an item of its own, to what is below it. */
export function EntityCard({ entity, state, pictures, library, selecting }: EntityCardProps) {
  return (
    <>
      <a
        className={pictures ? classes.card : classes.word}
        href={serverUrl(addressOf(entity))}
        data-i={state.index}
        data-selected={state.selected || undefined}
        tabIndex={state.tabIndex}
        draggable={false}
      >
        {pictures && (
          <div className={classes.picture} style={{ height: state.geometry.pictureHeight }}>
            <Portrait entity={entity} fast={state.fast} />
          </div>
        )}
        <div className={classes.name}>{entity.name}</div>
        <div className={classes.count}>
          {countsOf(entity)}
          {library && ` · ${library}`}
        </div>
        {selecting && (
          <span className={classes.tick} data-on={state.selected || undefined}>
            {state.selected && <Check size={16} strokeWidth={3} aria-label="Selected" />}
          </span>
        )}
      </a>
      {state.hovered && !selecting && (
        <HideEntityButton
          kind={entity.kind}
          id={entity.id}
          name={entity.name}
          className={pictures ? classes.hide : classes.hideWord}
        />
      )}
    </>
  );
}

function addressOf({ kind, id, item_count }: Entity): string {
  return item_count > 0 ? `browse?${kind}=${id}` : `${ENTITY_PATHS[kind]}/${id}`;
}

function Portrait({ entity, fast }: { entity: Entity; fast: boolean }) {
  if (entity.image === null) return <span aria-hidden="true">{initials(entity.name)}</span>;
  const url = coverUrl(entity.image, 384);
  if (fast && !wasSeen(url)) return null;
  return <img src={url} alt="" decoding="async" draggable={false} onLoad={() => markSeen(url)} />;
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return [words[0], words.length > 1 ? words.at(-1) : ''].map((word) => word?.charAt(0) ?? '').join('');
}
