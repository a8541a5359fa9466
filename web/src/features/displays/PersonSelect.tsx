import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { usersQuery } from '@/api/people';
import { sessionQuery } from '@/api/session';

interface PersonSelectProps {
  value: number | null;
  /** What the person is called, where he is chosen already. */
  name?: string | undefined;
  /** Why nobody can be played as until another is chosen. */
  problem?: string | null;
  onChange: (id: number) => void;
}

/** As whom a display plays: what that person may see is what it shows. */
export function PersonSelect({ value, name, problem = null, onChange }: PersonSelectProps) {
  const { data: session } = useQuery(sessionQuery);
  const [text, setText] = useState('');
  const [wanted] = useDebouncedValue(text.trim(), 250);
  const { data } = useQuery(usersQuery(wanted === name ? '' : wanted, 1));
  const me = session?.user;
  const chosen = value ?? (problem === null ? me?.id : null) ?? null;
  const known = new Map((data?.items ?? []).map((user) => [user.id, user.name]));
  if (me) known.set(me.id, me.name);
  if (value !== null && name !== undefined) known.set(value, name);
  const options = [...known].map(([id, called]) => ({
    value: String(id),
    label: id === me?.id ? `${called} (you)` : called,
  }));
  return (
    <Select
      label="Plays as"
      description="It shows what this person may see, and nothing else."
      placeholder="Choose a person"
      error={problem}
      searchable
      allowDeselect={false}
      data={options}
      value={chosen === null ? null : String(chosen)}
      onSearchChange={setText}
      onChange={(next) => next !== null && onChange(Number(next))}
    />
  );
}
