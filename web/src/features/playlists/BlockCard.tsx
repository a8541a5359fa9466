import { ActionIcon, NumberInput, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ArrowDown, ArrowUp, Search, Trash2 } from 'lucide-react';
import type { Block, BlockFormat, BlockOrder, BlockWords } from '@/api/playlists';
import { viewsQuery } from '@/api/playlists';
import { plural } from '@/core/format';
import { Handle } from '@/ui/Handle';
import rows from '@/ui/Rows.module.css';
import type { Sorting } from '@/ui/useSorting';
import { Warning } from '@/ui/Warning';
import { BlockFilter } from './BlockFilter';
import { BlockPool } from './BlockPool';
import classes from './Playlists.module.css';
import { useDraft } from './useDraft';
import { countText, nameOfBlock, warningOf } from './words';

export const ORDERS: Record<BlockOrder, string> = { newest: 'Newest first', random: 'At random' };
export const FORMATS: Record<BlockFormat, string> = { mixed: 'Any', wide: 'Wide', tall: 'Tall' };

const MOST_COUNT = 10_000;
const LONGEST_DWELL = 86_400;

interface BlockCardProps {
  block: Block;
  at: number;
  last: number;
  displayId: number | null;
  dragged: boolean;
  handle: ReturnType<Sorting['handle']>;
  onMove: (to: number) => void;
  onChange: (words: Partial<BlockWords>) => void;
  onRemove: () => void;
}

export function BlockCard(props: BlockCardProps) {
  const { block, at, last, displayId, dragged, handle, onMove, onChange, onRemove } = props;
  const name = nameOfBlock(block);
  const title = useDraft(block.title, (next) => onChange({ title: next.trim() }));
  return (
    <li className={classes.block} data-id={block.id} data-dragged={dragged || undefined}>
      <div className={classes.blockHead}>
        <Handle {...handle} />
        <span className={classes.number} aria-hidden="true">
          {at + 1}
        </span>
        <TextInput
          className={classes.blockTitle ?? ''}
          variant="unstyled"
          aria-label={`Title of block ${at + 1}`}
          placeholder={name}
          maxLength={200}
          value={title.value}
          onChange={(event) => title.change(event.currentTarget.value)}
          onBlur={title.flush}
        />
        <ActionIcon
          size={36}
          data-part="up"
          aria-label={`${name} up`}
          disabled={at === 0}
          onClick={() => onMove(at - 1)}
        >
          <ArrowUp size={17} />
        </ActionIcon>
        <ActionIcon
          size={36}
          data-part="down"
          aria-label={`${name} down`}
          disabled={at === last}
          onClick={() => onMove(at + 1)}
        >
          <ArrowDown size={17} />
        </ActionIcon>
        <ActionIcon size={36} data-part="remove" aria-label={`Remove ${name}`} onClick={onRemove}>
          <Trash2 size={17} />
        </ActionIcon>
      </div>
      <div className={classes.blockBody}>
        <Source block={block} onChange={onChange} />
        <Amounts block={block} onChange={onChange} />
        <BlockPool block={block} displayId={displayId} />
      </div>
    </li>
  );
}

/** Which items. What is given must all hold. */
function Source({ block, onChange }: Pick<BlockCardProps, 'block' | 'onChange'>) {
  const q = useDraft(block.q, (next) => onChange({ q: next.trim() }));
  const { data: views } = useQuery(viewsQuery);
  const known = views?.items.map(({ id, name }) => ({ value: String(id), label: name })) ?? [];
  const { view_id, view_name } = block;
  // A view of the maker, which an administrator does not have among his own.
  const options =
    view_id === null || known.some(({ value }) => value === String(view_id))
      ? known
      : [...known, { value: String(view_id), label: view_name ?? 'A saved view' }];
  return (
    <>
      <div className={classes.fields}>
        <TextInput
          className={classes.wide ?? ''}
          label="Search"
          placeholder='beach -winter "old town"'
          leftSection={<Search size={15} aria-hidden="true" />}
          maxLength={1000}
          value={q.value}
          onChange={(event) => q.change(event.currentTarget.value)}
          onBlur={q.flush}
          onKeyDown={(event) => event.key === 'Enter' && q.flush()}
        />
        {options.length > 0 && (
          <Select
            label="Saved view"
            placeholder="None"
            clearable
            searchable={options.length > 10}
            data={options}
            value={view_id === null ? null : String(view_id)}
            onChange={(next) => onChange({ view_id: next === null ? null : Number(next) })}
          />
        )}
      </div>
      <BlockFilter block={block} onChange={onChange} />
    </>
  );
}

function Amounts({ block, onChange }: Pick<BlockCardProps, 'block' | 'onChange'>) {
  const count = useDraft<number | string>(block.count, (next) => {
    const wanted = Number(next);
    if (Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST_COUNT) onChange({ count: wanted });
  });
  const dwell = useDraft<number | string>(block.dwell ?? '', (next) => {
    if (next === '') onChange({ dwell: null });
    else if (Number(next) >= 1 && Number(next) <= LONGEST_DWELL) onChange({ dwell: Number(next) });
  });
  return (
    <div className={classes.fields}>
      <NumberInput
        className={classes.amount ?? ''}
        label="Items a loop"
        min={1}
        max={MOST_COUNT}
        allowDecimal={false}
        allowNegative={false}
        value={count.value}
        onChange={count.change}
        onBlur={count.flush}
      />
      <Choice
        label="Order"
        value={block.order}
        options={ORDERS}
        onChange={(order) => onChange({ order })}
        name={nameOfBlock(block)}
      />
      <Choice
        label="Shape"
        value={block.format}
        options={FORMATS}
        onChange={(format) => onChange({ format })}
        name={nameOfBlock(block)}
      />
      <NumberInput
        className={classes.amount ?? ''}
        label="Seconds a picture"
        placeholder="As the display"
        min={1}
        max={LONGEST_DWELL}
        allowNegative={false}
        value={dwell.value}
        onChange={dwell.change}
        onBlur={dwell.flush}
      />
    </div>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  name: string;
  value: T;
  options: Record<T, string>;
  onChange: (value: T) => void;
}

function Choice<T extends string>({ label, name, value, options, onChange }: ChoiceProps<T>) {
  const data = (Object.keys(options) as T[]).map((one) => ({ value: one, label: options[one] }));
  return (
    <fieldset className={classes.choice}>
      <legend>{label}</legend>
      <SegmentedControl aria-label={`${label}: ${name}`} value={value} onChange={onChange} data={data} />
    </fieldset>
  );
}

interface ReadBlockProps {
  block: Block;
  number: number;
  onDisplay: boolean;
}

/** A block of somebody else: how much there is for the reader, not what it looks for. */
export function ReadBlock({ block, number, onDisplay }: ReadBlockProps) {
  const warning = warningOf(block, block.count);
  return (
    <li className={classes.block}>
      <div className={classes.blockHead}>
        <span className={classes.number} aria-hidden="true">
          {number}
        </span>
        <strong className={classes.blockTitle}>{block.title || `Block ${number}`}</strong>
      </div>
      <div className={classes.blockBody}>
        <p className={rows.facts}>
          {plural(block.count, 'item')} a loop · {ORDERS[block.order].toLowerCase()} ·{' '}
          {block.format === 'mixed' ? 'any shape' : FORMATS[block.format].toLowerCase()}
        </p>
        <p className={classes.count}>{countText(block, onDisplay)}</p>
        {warning && <Warning>{warning}</Warning>}
      </div>
    </li>
  );
}
