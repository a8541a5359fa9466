import { SegmentedControl, TextInput, VisuallyHidden } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { ChevronDown, Search } from 'lucide-react';
import { useRef, useState } from 'react';
import type { Facet, FacetValue } from '@/api/types';
import {
  type BrowseState,
  type FacetName,
  type FilterMode,
  filterOf,
  filterParams,
  MULTIPLE,
  modeOf,
  withFilter,
  withMatchAll,
} from '@/core/browseState';
import { formatAtLeast, formatCount } from '@/core/format';
import classes from './FilterPanel.module.css';
import { FACET_TITLES, facetKey, facetLabel, OPEN_FACETS } from './facetLooks';
import { facetSearchQuery } from './queries';
import type { ChangeBrowse } from './useBrowse';

const SHORT = 6; // values before somebody asks for more

interface SectionProps {
  name: FacetName;
  facet: Facet;
  state: BrowseState;
  change: ChangeBrowse;
  stale: boolean;
}

export function FacetSection({ name, facet, state, change, stale }: SectionProps) {
  const [open, setOpen] = useState(OPEN_FACETS.has(name) || state.filters[name] !== undefined);
  return (
    <section className={classes.section}>
      <h3 className={classes.heading}>
        <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {FACET_TITLES[name]}
          <span className={classes.total}>{facet.total > 1 ? counted(facet.total, facet) : ''}</span>
          <ChevronDown size={16} aria-hidden="true" />
        </button>
      </h3>
      {open && <Values name={name} facet={facet} state={state} change={change} stale={stale} />}
    </section>
  );
}

function Values({ name, facet, state, change, stale }: SectionProps) {
  const [text, setText] = useState('');
  const [query] = useDebouncedValue(text.trim(), 150);
  const found = useQuery(facetSearchQuery(filterParams(state), name, query));
  const foundFacet = found.data?.facets[name];
  const searched = query === '' ? null : (foundFacet?.values ?? null);
  const [order, setHeld] = useHeldOrder(searched ?? facet.values);
  const [all, setAll] = useState(false);
  const shown =
    all || searched ? order : order.filter((value, at) => at < SHORT || modeOf(state, name, facetKey(value)) !== null);
  const filter = filterOf(state, name);
  const several = filter.any.length + filter.all.length > 1;
  return (
    <>
      {several && MULTIPLE.has(name) && (
        <SegmentedControl
          size="xs"
          fullWidth
          aria-label={`How several ${FACET_TITLES[name].toLowerCase()} filters combine`}
          value={filter.all.length > 0 ? 'all' : 'any'}
          onChange={(value) => change((before) => withMatchAll(before, name, value === 'all'))}
          data={[
            { value: 'any', label: 'Any of them' },
            { value: 'all', label: 'All of them' },
          ]}
        />
      )}
      {facet.total > facet.values.length && (
        <TextInput
          size="xs"
          className={classes.find}
          aria-label={`Find a ${FACET_TITLES[name].toLowerCase()}`}
          placeholder={`Find among ${counted(facet.total, facet)}`}
          leftSection={<Search size={13} aria-hidden="true" />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )}
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be told about the pointer without becoming interactive */}
      <div
        role="group"
        aria-label={FACET_TITLES[name]}
        className={classes.values}
        data-stale={stale || undefined}
        onPointerEnter={() => setHeld(true)}
        onPointerLeave={() => setHeld(false)}
      >
        {shown.map((value) => (
          <Value
            key={facetKey(value)}
            name={name}
            value={value}
            atLeast={(query !== '' ? foundFacet : facet)?.is_estimate ?? false}
            state={state}
            change={change}
          />
        ))}
      </div>
      {order.length > shown.length && (
        <button type="button" className={classes.more} onClick={() => setAll(true)}>
          {order.length - shown.length} more
        </button>
      )}
    </>
  );
}

interface ValueProps extends Pick<SectionProps, 'name' | 'state' | 'change'> {
  value: FacetValue;
  /** Counted in part only: there may be more. */
  atLeast: boolean;
}

/** Click: any of these. Click again, or Alt-click: none of these. Once more: no matter. */
function Value({ name, value, atLeast, state, change }: ValueProps) {
  const key = facetKey(value);
  const mode = modeOf(state, name, key);
  return (
    <button
      type="button"
      className={classes.value}
      data-mode={mode ?? undefined}
      data-empty={(value.count === 0 && !atLeast) || undefined}
      aria-pressed={mode !== null}
      title={mode === null ? 'Click to show only these, Alt-click to exclude' : undefined}
      onClick={(event) =>
        change((before) =>
          withFilter(before, name, key, nextMode(mode, event.altKey, filterOf(before, name).all.length > 0)),
        )
      }
    >
      <span className={classes.name}>{facetLabel(name, value)}</span>
      {mode === 'not' && <VisuallyHidden>, excluded</VisuallyHidden>}
      {atLeast ? (
        <span className={classes.count} title="At least so many: counting all would take too long">
          <VisuallyHidden>at least </VisuallyHidden>
          {formatAtLeast(value.count)}
        </span>
      ) : (
        <span className={classes.count}>{formatCount(value.count)}</span>
      )}
    </button>
  );
}

function counted(total: number, { is_estimate }: Facet): string {
  return formatAtLeast(total, is_estimate ?? false);
}

function nextMode(mode: FilterMode | null, exclude: boolean, matchAll: boolean): FilterMode | null {
  if (exclude) return mode === 'not' ? null : 'not';
  if (mode === null) return matchAll ? 'all' : 'any';
  return mode === 'not' ? null : 'not';
}

/** While the pointer is in the list, counts change but nothing moves: a click must hit what it was aimed at. */
function useHeldOrder(values: readonly FacetValue[]): [FacetValue[], (held: boolean) => void] {
  const [held, setHeld] = useState(false);
  const order = useRef<string[]>([]);
  const byKey = new Map(values.map((value) => [facetKey(value), value]));
  const overlap = order.current.some((key) => byKey.has(key));
  if (!held || !overlap) order.current = [...byKey.keys()];
  return [order.current.flatMap((key) => byKey.get(key) ?? []), setHeld];
}
