import { ActionIcon, Button, Menu, Tooltip } from '@mantine/core';
import { ArrowDown, ArrowUp, Check, Dices, ListFilter } from 'lucide-react';
import { type BrowseState, filterOf, filterParams } from '@/core/browseState';
import { formatCount } from '@/core/format';
import { DEFAULT_SORT, SORTS, type SortChoice, sortNamed } from '@/core/sorts';
import classes from './BrowsePage.module.css';
import { valueLabel } from './facetLooks';
import type { ChangeBrowse } from './useBrowse';
import { ViewMenu } from './ViewMenu';

interface ToolbarProps {
  state: BrowseState;
  change: ChangeBrowse;
  total: number | null;
  isEstimate: boolean;
  onFilters: () => void;
  onView: (view: BrowseState['view']) => void;
}

const LAST_SEED = 2 ** 31 - 1;

export function Toolbar({ state, change, total, isEstimate, onFilters, onView }: ToolbarProps) {
  const filters = Object.keys(filterParams(state)).length;
  return (
    <div className={classes.toolbar}>
      <div className={classes.heading}>
        <h1 className={classes.title}>{titleOf(state)}</h1>
        <span className={classes.count} aria-live="polite">
          {total === null ? '' : `${formatCount(total, isEstimate)} ${total === 1 ? 'item' : 'items'}`}
        </span>
      </div>
      <div className={classes.tools}>
        <Tooltip label="Filters">
          <ActionIcon size={36} onClick={onFilters} aria-label={filters > 0 ? `Filters, ${filters} active` : 'Filters'}>
            <ListFilter size={19} />
          </ActionIcon>
        </Tooltip>
        <SortMenu state={state} change={change} />
        <ViewMenu view={state.view} onView={onView} />
      </div>
    </div>
  );
}

function titleOf(state: BrowseState): string {
  if (state.q) return `Results for “${state.q}”`;
  const kinds = filterOf(state, 'kind').any;
  const [kind] = kinds;
  return kinds.length === 1 && kind ? valueLabel('kind', kind) : 'All items';
}

function SortMenu({ state, change }: Pick<ToolbarProps, 'state' | 'change'>) {
  const current = sortNamed(state.sort) ?? DEFAULT_SORT;
  const shuffled = current.name === 'random';
  const choose = ({ name, order }: SortChoice) =>
    change((before) => ({ ...before, sort: name, order, seed: newSeed(), page: 1 }));
  const flip = () => change((before) => ({ ...before, order: before.order === 'asc' ? 'desc' : 'asc', page: 1 }));
  return (
    <div className={classes.sort}>
      <Menu position="bottom-end" width={190}>
        <Menu.Target>
          <Button
            variant="subtle"
            color="gray"
            size="compact-md"
            className={classes.sortButton}
            aria-label={`Sort: ${current.label}`}
          >
            {current.label}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {SORTS.map((choice) => (
            <Menu.Item
              key={choice.name}
              onClick={() => choose(choice)}
              rightSection={choice.name === current.name && <Check size={15} aria-label="chosen" />}
            >
              {choice.label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      {shuffled ? (
        <ActionIcon size={36} aria-label="Shuffle again" onClick={() => choose(current)}>
          <Dices size={18} />
        </ActionIcon>
      ) : (
        <ActionIcon
          size={36}
          onClick={flip}
          aria-label={state.order === 'asc' ? 'Ascending; change to descending' : 'Descending; change to ascending'}
        >
          {state.order === 'asc' ? <ArrowUp size={18} /> : <ArrowDown size={18} />}
        </ActionIcon>
      )}
    </div>
  );
}

function newSeed(): number {
  return Math.floor(Math.random() * LAST_SEED);
}
