import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useNavigate, useParams } from '@tanstack/react-router';
import { Combine, EyeOff, FlipHorizontal2, LayoutGrid, Pencil } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { entityQuery } from '@/api/editing';
import { rowQuery } from '@/api/rows';
import { sessionQuery } from '@/api/session';
import { ENTITY_PATHS, type Entity, type EntityKind } from '@/api/types';
import { formatCount, plural } from '@/core/format';
import { BackLink } from '@/ui/BackLink';
import { coverUrl } from '@/ui/Cover';
import { countsOf } from '@/ui/entityCounts';
import { Page } from '@/ui/Page';
import { ItemRow } from '@/ui/row/ItemRow';
import { ErrorState } from '@/ui/States';
import { useHideEntity } from '@/ui/useHideEntity';
import { belowQuery } from './below';
import classes from './EntityPage.module.css';
import { ENTITY_LOOKS } from './kinds';
import { Merges } from './Merges';

// Few visits change anything.
const EntityEditDialog = lazy(async () => ({ default: (await import('./EntityEditDialog')).EntityEditDialog }));
const MergeDialog = lazy(async () => ({ default: (await import('./MergeDialog')).MergeDialog }));

/** What has an order of its own is shown in it: parts by their number, the pictures of a gallery by their names. */
const IN_ORDER: Partial<Record<EntityKind, { sort: string; order: string }>> = {
  series: { sort: 'series', order: 'asc' },
  group: { sort: 'series', order: 'asc' },
  gallery: { sort: 'title', order: 'asc' },
};

/** What is known of one person, tag, series …, and for administrators what can be done about it. */
export function EntityPage() {
  const { pathname } = useLocation();
  const { entityId } = useParams({ strict: false });
  const look = ENTITY_LOOKS.find(({ to }) => pathname.includes(`${to}/`));
  if (!look) throw new Error(`no entity kind has the address ${pathname}`);
  const { data: entity, error, refetch } = useQuery(entityQuery(look.kind, Number(entityId)));
  const up = <BackLink to={look.to}>{look.title}</BackLink>;
  if (error && !entity) {
    return (
      <Page title={look.title} back={up}>
        <ErrorState error={error} onRetry={() => void refetch()} />
      </Page>
    );
  }
  return entity ? <Shown key={entity.id} entity={entity} up={up} /> : <Page title="" back={up} />;
}

function Shown({ entity, up }: { entity: Entity; up: ReactNode }) {
  const { data: session } = useQuery(sessionQuery);
  const admin = session?.user.admin ?? false;
  const [open, setOpen] = useState<'edit' | 'merge' | null>(null);
  const navigate = useNavigate();
  const close = () => setOpen(null);
  const { kind } = entity;
  const hide = useHideEntity();
  const leaveHidden = async () => {
    if (await hide(entity)) await navigate({ to: `/${ENTITY_PATHS[kind]}` });
  };
  const actions = (
    <>
      {entity.item_count > 0 && (
        <Button
          component={Link}
          to="/browse"
          search={{ [kind]: String(entity.id), ...IN_ORDER[kind] } as never}
          leftSection={<LayoutGrid size={16} />}
        >
          Show {plural(entity.item_count, 'item')}
        </Button>
      )}
      {admin && (
        <>
          <Button variant="default" leftSection={<Pencil size={16} />} onClick={() => setOpen('edit')}>
            Edit
          </Button>
          <Button variant="default" leftSection={<Combine size={16} />} onClick={() => setOpen('merge')}>
            Merge into…
          </Button>
        </>
      )}
      <Button variant="default" leftSection={<EyeOff size={16} />} onClick={() => void leaveHidden()}>
        Hide from me
      </Button>
    </>
  );
  return (
    <Page title={entity.name} subtitle={countsOf(entity)} back={up} actions={actions}>
      <Facts entity={entity} />
      {!!entity.child_count && <Below entity={entity} />}
      {entity.item_count > 0 && <Items entity={entity} />}
      {admin && <Merges entity={entity} />}
      <Suspense>
        {open === 'edit' && <EntityEditDialog entity={entity} onClose={close} />}
        {open === 'merge' && (
          <MergeDialog
            entities={[entity]}
            onClose={close}
            onMerging={({ id }) => {
              close();
              void navigate({ to: `/${ENTITY_PATHS[kind]}/${id}` as never, replace: true });
            }}
          />
        )}
      </Suspense>
    </Page>
  );
}

/** Those right below, the first by name; each leads to its own page. */
function Below({ entity }: { entity: Entity }) {
  const { data, error, refetch } = useQuery(belowQuery(entity));
  const more = data ? data.pagination.total_count - data.items.length : 0;
  return (
    <section className={classes.below} aria-labelledby="below">
      <h2 id="below">Below it</h2>
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      <ul>
        {data?.items.map((each) => (
          <li key={each.id}>
            <Link to={`/${ENTITY_PATHS[each.kind]}/${each.id}` as never}>{each.name}</Link>{' '}
            <small>{countsOf(each)}</small>
          </li>
        ))}
        {more > 0 && <li>and {formatCount(more)} more</li>}
      </ul>
    </section>
  );
}

/** A first look; the button above leads to all of them. */
function Items({ entity }: { entity: Entity }) {
  const inOrder = IN_ORDER[entity.kind];
  const query = new URLSearchParams({ [entity.kind]: String(entity.id), ...inOrder });
  const { data, error, refetch } = useQuery(rowQuery('items', query.toString()));
  return (
    <div className={classes.items}>
      <ItemRow
        title={inOrder ? 'In order' : 'Latest'}
        row={data}
        all={null}
        error={error}
        onRetry={() => void refetch()}
      />
    </div>
  );
}

/** Of a group both sides, each as a whole, for they are there to be read. */
function Pictures({ entity: { image, image_back: back } }: { entity: Entity }) {
  const [turned, setTurned] = useState(false);
  const [lost, setLost] = useState<string | null>(null);
  const shown = back && (turned || !image) ? back : image;
  if (!shown) return null;
  if (!back) return <img className={classes.image} src={coverUrl(shown, 384)} alt="" decoding="async" />;
  return (
    <div className={classes.sides}>
      {shown === lost ? (
        <p>This picture cannot be had now.</p>
      ) : (
        <img
          key={shown}
          src={coverUrl(shown, 768)}
          alt={shown === back ? 'Back' : 'Front'}
          decoding="async"
          onError={() => setLost(shown)}
        />
      )}
      {image && (
        <Button
          variant="default"
          size="xs"
          leftSection={<FlipHorizontal2 size={14} />}
          onClick={() => setTurned(!turned)}
        >
          {turned ? 'Show the front' : 'Show the back'}
        </Button>
      )}
    </div>
  );
}

function Facts({ entity }: { entity: Entity }) {
  const { kind } = entity;
  const pictured = entity.image || entity.image_back;
  const nothing = !(entity.description || entity.aliases.length > 0 || entity.parents.length > 0 || pictured);
  if (nothing) return null;
  return (
    <div className={classes.facts}>
      <Pictures entity={entity} />
      <div className={classes.words}>
        {entity.description && <p className={classes.description}>{entity.description}</p>}
        <dl>
          {entity.aliases.length > 0 && (
            <>
              <dt>Also called</dt>
              <dd>{entity.aliases.join(', ')}</dd>
            </>
          )}
          {entity.parents.length > 0 && (
            <>
              <dt>Belongs to</dt>
              <dd>
                {entity.parents.map(({ id, name }, at) => (
                  <span key={id}>
                    {at > 0 && ', '}
                    <Link to={`/${ENTITY_PATHS[kind]}/${id}` as never}>{name}</Link>
                  </span>
                ))}
              </dd>
            </>
          )}
          {entity.via_person_count > 0 && (
            <>
              <dt>Through people</dt>
              <dd>{plural(entity.via_person_count, 'item')}</dd>
            </>
          )}
        </dl>
      </div>
    </div>
  );
}
