import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { ExternalLink, SlidersHorizontal } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import type { Block, BlockWords } from '@/api/playlists';
import { type BrowseState, browseSearch, filterParams, isFiltered, parseBrowse } from '@/core/browseState';
import { parseSearchString, searchString } from '@/core/searchParams';
import { ActiveFilters } from '@/features/browse/ActiveFilters';
import links from '@/ui/Link.module.css';
import rows from '@/ui/Rows.module.css';
import classes from './Playlists.module.css';

const FilterDrawer = lazy(() => import('@/features/browse/FilterDrawer'));

interface BlockFilterProps {
  block: Block;
  onChange: (words: Partial<BlockWords>) => void;
}

/** The filters of the browse page, for a block: chosen by the same panel, shown by the same chips. */
export function BlockFilter({ block, onChange }: BlockFilterProps) {
  const [drawer, setDrawer] = useState<boolean | null>(null); // null: never asked for, so not loaded
  if (block.filter.trimStart().startsWith('{')) {
    return (
      <p className={rows.facts}>
        Filtered by a filter tree that was written elsewhere.{' '}
        <Button size="compact-sm" variant="subtle" onClick={() => onChange({ filter: '' })}>
          Take it out
        </Button>
      </p>
    );
  }
  const state = stateOf(block.filter);
  const change = (update: (state: BrowseState) => BrowseState) => onChange({ filter: filterText(update(state)) });
  const search = browseSearch({ ...state, q: block.q });
  return (
    <div className={classes.filter}>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<SlidersHorizontal size={14} aria-hidden="true" />}
        onClick={() => setDrawer(true)}
      >
        Filters
      </Button>
      <ActiveFilters state={state} change={change} />
      {(isFiltered(state) || block.q) && block.view_id === null && (
        <Link to="/browse" search={search} className={links.see}>
          See them all
          <ExternalLink size={13} aria-hidden="true" />
        </Link>
      )}
      <Suspense>
        {drawer !== null && (
          <FilterDrawer
            opened={drawer}
            onClose={() => setDrawer(false)}
            total={block.available}
            state={state}
            change={change}
          />
        )}
      </Suspense>
    </div>
  );
}

/** A filter is the part of an address behind `?`, as saved views are. */
export function stateOf(filter: string): BrowseState {
  return { ...parseBrowse(parseSearchString(filter)), q: '' };
}

export function filterText(state: BrowseState): string {
  return searchString(filterParams({ ...state, q: '' })).replace(/^\?/, '');
}
