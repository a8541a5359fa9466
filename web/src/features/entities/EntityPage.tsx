import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation, useNavigate, useParams } from '@tanstack/react-router';
import { Combine, EyeOff, LayoutGrid, Pencil } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { entityQuery } from '@/api/editing';
import { rowQuery } from '@/api/rows';
import { sessionQuery } from '@/api/session';
import { ENTITY_PATHS, type Entity } from '@/api/types';
import { plural } from '@/core/format';
import { coverUrl } from '@/ui/Cover';
import { ENTITY_WORDS } from '@/ui/entityWords';
import { Page } from '@/ui/Page';
import { ItemRow } from '@/ui/row/ItemRow';
import { ErrorState } from '@/ui/States';
import { useHideEntity } from '@/ui/useHideEntity';
import classes from './EntityPage.module.css';
import { ENTITY_LOOKS } from './kinds';
import { Merges } from './Merges';

// Few visits change anything.
const EntityEditDialog = lazy(async () => ({ default: (await import('./EntityEditDialog')).EntityEditDialog }));
const MergeDialog = lazy(async () => ({ default: (await import('./MergeDialog')).MergeDialog }));

/** What is known of one person, tag, series …, and for administrators what can be done about it. */
export function EntityPage() {
  const { pathname } = useLocation();
  const { entityId } = useParams({ strict: false });
  const look = ENTITY_LOOKS.find(({ to }) => pathname.includes(`${to}/`));
  if (!look) throw new Error(`no entity kind has the address ${pathname}`);
  const { data: entity, error, refetch } = useQuery(entityQuery(look.kind, Number(entityId)));
  const up = (
    <Link to={look.to} className={classes.up}>
      {look.title}
    </Link>
  );
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
      <Button
        component={Link}
        to="/browse"
        search={{ [kind]: String(entity.id), ...(kind === 'series' && { sort: 'series' }) } as never}
        leftSection={<LayoutGrid size={16} />}
      >
        Show {plural(entity.item_count, 'item')}
      </Button>
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
    <Page title={entity.name} subtitle={ENTITY_WORDS[kind].one} back={up} actions={actions}>
      <Facts entity={entity} />
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

/** A first look; the button above leads to all of them. */
function Items({ entity }: { entity: Entity }) {
  const { data, error, refetch } = useQuery(rowQuery('items', `${entity.kind}=${entity.id}`));
  return (
    <div className={classes.items}>
      <ItemRow title="Latest" row={data} all={null} error={error} onRetry={() => void refetch()} />
    </div>
  );
}

function Facts({ entity }: { entity: Entity }) {
  const { kind } = entity;
  const nothing = !(entity.description || entity.aliases.length > 0 || entity.parents.length > 0 || entity.image);
  if (nothing) return null;
  return (
    <div className={classes.facts}>
      {entity.image && <img className={classes.image} src={coverUrl(entity.image, 384)} alt="" decoding="async" />}
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
