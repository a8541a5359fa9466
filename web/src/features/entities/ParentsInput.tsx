import { MultiSelect } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { entitySearchQuery } from '@/api/entities';
import type { Entity } from '@/api/types';
import { ENTITY_WORDS } from '@/ui/entityWords';
import { OPTION_LIST } from '@/ui/optionList';

interface ParentsInputProps {
  entity: Entity;
  label: string;
  description: string;
  disabled: boolean;
  parents: readonly { id: number; name: string }[];
  error: string | null;
  onChange: (parents: { id: number; name: string }[]) => void;
}

/** Entities of the same kind and library, found by what is typed. */
export function ParentsInput({ entity, parents, onChange, ...field }: ParentsInputProps) {
  const [text, setText] = useState('');
  const [wanted] = useDebouncedValue(text.trim(), 200);
  const { data = [] } = useQuery(entitySearchQuery(entity.kind, wanted));
  const found = data.filter(
    (one) => one.kind === entity.kind && one.id !== entity.id && one.library_id === entity.library_id,
  );
  const known = new Map([...parents, ...found].map(({ id, name }) => [String(id), { id, name }]));
  return (
    <MultiSelect
      {...OPTION_LIST}
      {...field}
      searchable
      clearable
      hidePickedOptions
      placeholder={parents.length === 0 ? `Search ${ENTITY_WORDS[entity.kind].many}` : ''}
      nothingFoundMessage={`No other ${ENTITY_WORDS[entity.kind].one} of this library is called that`}
      data={[...known].map(([value, { name }]) => ({ value, label: name }))}
      value={parents.map(({ id }) => String(id))}
      searchValue={text}
      onSearchChange={setText}
      onChange={(values) => onChange(values.flatMap((value) => known.get(value) ?? []))}
    />
  );
}
