import { CloseButton, MultiSelect, NativeSelect, TagsInput, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { entitySearchQuery } from '@/api/entities';
import type { EntityKind } from '@/api/types';
import { ENTITY_WORDS } from '@/ui/entityWords';
import { OPTION_LIST } from '@/ui/optionList';
import classes from './Bulk.module.css';
import { type Action, fieldsOf, isComplete, kindOf, ROLES, type Row, rowOf, SET_FIELDS } from './bulkChanges';

const ACTIONS: readonly { value: Action; label: string }[] = [
  { value: 'add', label: 'Add' },
  { value: 'remove', label: 'Remove' },
  { value: 'set', label: 'Set' },
  { value: 'unlock', label: 'Unlock' },
];

interface ChangeRowProps {
  row: Row;
  number: number;
  onChange: (row: Row) => void;
  onRemove: (() => void) | null;
}

export function ChangeRow({ row, number, onChange, onRemove }: ChangeRowProps) {
  return (
    <li className={classes.row}>
      <NativeSelect
        className={classes.action ?? ''}
        aria-label={`Change ${number}: what to do`}
        data={[...ACTIONS]}
        value={row.action}
        onChange={(event) => onChange(rowOf(row.key, event.currentTarget.value as Action, row.field))}
      />
      <NativeSelect
        className={classes.field ?? ''}
        aria-label={`Change ${number}: which field`}
        data={fieldsOf(row.action)}
        value={row.field}
        onChange={(event) => onChange(rowOf(row.key, row.action, event.currentTarget.value))}
      />
      {onRemove && <CloseButton aria-label={`Leave out change ${number}`} onClick={onRemove} />}
      <div className={classes.value}>
        <Value row={row} number={number} onChange={onChange} />
      </div>
    </li>
  );
}

function Value({ row, number, onChange }: Omit<ChangeRowProps, 'onRemove'>) {
  const kind = kindOf(row);
  const label = `Change ${number}: value`;
  if (row.action === 'unlock') {
    return <p className={classes.note}>What was edited by hand is given back: the source decides again.</p>;
  }
  if (row.action === 'remove') {
    return kind && <RemovedNames kind={kind} row={row} label={label} onChange={onChange} />;
  }
  const input = row.action === 'add' ? 'names' : SET_FIELDS.find(({ field }) => field === row.field)?.input;
  if (input === 'names' && kind) return <Names kind={kind} row={row} number={number} onChange={onChange} />;
  const text = { 'aria-label': label, value: row.text };
  if (input === 'long') {
    return (
      <Textarea
        {...text}
        autosize
        minRows={2}
        maxRows={8}
        placeholder="Empty clears it"
        onChange={(event) => onChange({ ...row, text: event.currentTarget.value })}
      />
    );
  }
  return (
    <TextInput
      {...text}
      inputMode={input === 'age' ? 'numeric' : 'text'}
      placeholder={PLACEHOLDERS[row.field] ?? 'Empty clears it'}
      error={isComplete(row) ? null : PROBLEMS[row.field]}
      onChange={(event) => onChange({ ...row, text: event.currentTarget.value })}
    />
  );
}

const PLACEHOLDERS: Readonly<Record<string, string>> = {
  date: '2021-03-14, 2021-03 or 2021; empty clears it',
  language: 'en, de, pt-BR; empty clears it',
  age_rating: '0 to 99; empty clears it',
};
const PROBLEMS: Readonly<Record<string, string>> = {
  date: 'Write 2021, 2021-03 or 2021-03-14',
  age_rating: 'A whole number from 0 to 99',
};

interface NamesProps extends Omit<ChangeRowProps, 'onRemove'> {
  kind: EntityKind;
}

/** Names, known or new, with those in use as suggestions. */
function Names({ kind, row, number, onChange }: NamesProps) {
  const [text, setText] = useState('');
  const [wanted] = useDebouncedValue(text.trim(), 200);
  const { data = [] } = useQuery(entitySearchQuery(kind, wanted));
  const { one } = ENTITY_WORDS[kind];
  // Only while something is typed: a list that is open without need lies over what comes next.
  const known = new Set(
    wanted === '' || text === '' ? [] : data.filter((each) => each.kind === kind).map(({ name }) => name),
  );
  return (
    <>
      {row.action === 'add' && kind === 'person' && (
        <NativeSelect
          aria-label={`Change ${number}: as`}
          data={ROLES.map((role) => ({ value: role, label: `as ${role.replaceAll('_', ' ')}` }))}
          value={row.text}
          onChange={(event) => onChange({ ...row, text: event.currentTarget.value })}
        />
      )}
      <TagsInput
        {...OPTION_LIST}
        aria-label={`Change ${number}: value`}
        acceptValueOnBlur
        placeholder={
          row.names.length > 0 ? '' : row.action === 'set' ? 'Empty clears them' : `Type a ${one} and press Enter`
        }
        data={[...known]}
        searchValue={text}
        onSearchChange={setText}
        value={row.names}
        onChange={(names) => onChange({ ...row, names })}
      />
    </>
  );
}

interface RemovedNamesProps {
  kind: EntityKind;
  row: Row;
  label: string;
  onChange: (row: Row) => void;
}

/** Each library has an entity of its own for a name: whoever takes the name away means all of them. */
function RemovedNames({ kind, row, label, onChange }: RemovedNamesProps) {
  const [text, setText] = useState('');
  const [wanted] = useDebouncedValue(text.trim(), 200);
  const { data = [] } = useQuery(entitySearchQuery(kind, wanted));
  const known = new Map(row.ids.map((one) => [one.name, new Set(one.ids)]));
  for (const { id, name, kind: found } of data) {
    if (found === kind && !row.ids.some((one) => one.name === name))
      known.set(name, (known.get(name) ?? new Set()).add(id));
  }
  const { one, many } = ENTITY_WORDS[kind];
  return (
    <MultiSelect
      {...OPTION_LIST}
      aria-label={label}
      searchable
      hidePickedOptions
      placeholder={row.ids.length > 0 ? '' : `Search ${many}`}
      nothingFoundMessage={`No ${one} is called that`}
      data={[...known.keys()]}
      searchValue={text}
      onSearchChange={setText}
      value={row.ids.map(({ name }) => name)}
      onChange={(names) =>
        onChange({ ...row, ids: names.map((name) => ({ name, ids: [...(known.get(name) ?? [])] })) })
      }
    />
  );
}
