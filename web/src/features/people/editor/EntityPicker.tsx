import { Combobox, Loader, Pill, PillsInput, useCombobox } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type KeyboardEvent, useState } from 'react';
import { entityNameQuery, entitySearchQuery, libraryNamesQuery } from '@/api/entities';
import type { Entity, EntityKind } from '@/api/types';
import { formatCount } from '@/core/format';
import { countsOf } from '@/ui/entityCounts';
import { ENTITY_WORDS } from '@/ui/entityWords';
import classes from './Editor.module.css';

/** Rules may name thousands; a screen holds fewer. */
export const SHOWN = 30;

interface EntityPickerProps {
  kind: EntityKind;
  label: string;
  ids: readonly number[];
  names: ReadonlyMap<number, string | null>;
  error: string | null;
  onChange: (ids: number[]) => void;
}

/** What is chosen as pills, and a search over all there is of the kind, the most used first. */
export function EntityPicker({ kind, label, ids, names, error, onChange }: EntityPickerProps) {
  const [text, setText] = useState('');
  const [wanted] = useDebouncedValue(text.trim(), 200);
  const client = useQueryClient();
  const combobox = useCombobox({
    onDropdownClose: () => combobox.resetSelectedOption(),
    onDropdownOpen: () => combobox.selectFirstOption(),
  });
  const search = useQuery({ ...entitySearchQuery(kind, wanted), enabled: combobox.dropdownOpened });
  const options = (search.data ?? []).filter((one) => one.kind === kind && !ids.includes(one.id));
  const choose = (value: string) => {
    const entity = options.find((one) => String(one.id) === value);
    if (!entity) return;
    client.setQueryData(entityNameQuery(kind, value).queryKey, entity);
    onChange([...ids, entity.id]);
    setText('');
  };
  const remove = (id: number) => onChange(ids.filter((one) => one !== id));
  const dropLast = (event: KeyboardEvent) => {
    const last = ids.at(-1);
    if (event.key !== 'Backspace' || text !== '' || last === undefined) return;
    event.preventDefault();
    remove(last);
  };
  return (
    <Combobox store={combobox} onOptionSubmit={choose} withinPortal>
      <Combobox.DropdownTarget>
        <PillsInput error={error} onClick={() => combobox.openDropdown()}>
          <Pill.Group>
            {ids.slice(0, SHOWN).map((id) => (
              <Chosen key={id} id={id} name={names.get(id)} onRemove={() => remove(id)} />
            ))}
            {ids.length > SHOWN && <Pill>{formatCount(ids.length - SHOWN)} more</Pill>}
            <Combobox.EventsTarget>
              <PillsInput.Field
                className={classes.field ?? ''}
                aria-label={label}
                placeholder={ids.length === 0 ? `Search ${ENTITY_WORDS[kind].many}` : 'Add another'}
                value={text}
                onFocus={() => combobox.openDropdown()}
                onBlur={() => combobox.closeDropdown()}
                onChange={(event) => {
                  setText(event.currentTarget.value);
                  combobox.openDropdown();
                  combobox.selectFirstOption();
                }}
                onKeyDown={dropLast}
              />
            </Combobox.EventsTarget>
          </Pill.Group>
        </PillsInput>
      </Combobox.DropdownTarget>
      <Combobox.Dropdown>
        <Combobox.Options mah={230} className={classes.options ?? ''} aria-label={label}>
          {options.map((entity) => (
            <Combobox.Option key={entity.id} value={String(entity.id)}>
              <Found entity={entity} />
            </Combobox.Option>
          ))}
          {options.length === 0 && <Combobox.Empty>{emptyText(search, wanted, kind)}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

function emptyText(search: { isFetching: boolean; error: Error | null }, wanted: string, kind: EntityKind) {
  if (search.isFetching) return <Loader size="xs" />;
  if (search.error) return search.error.message;
  const { one, many } = ENTITY_WORDS[kind];
  return wanted ? `No other ${one} is called that` : `There are no other ${many}`;
}

function Chosen({ id, name, onRemove }: { id: number; name: string | null | undefined; onRemove: () => void }) {
  const shown = name ?? `#${id}`;
  return (
    <Pill
      withRemoveButton
      data-gone={name === null || undefined}
      className={classes.pill ?? ''}
      title={name === null ? 'Not here any more, or hidden from you' : undefined}
      removeButtonProps={{ 'aria-label': `Remove ${shown}`, tabIndex: 0, 'aria-hidden': false }}
      onRemove={onRemove}
    >
      {shown}
    </Pill>
  );
}

/** The same name may stand in several libraries, and below several others. */
function Found({ entity }: { entity: Entity }) {
  const { data: libraries } = useQuery(libraryNamesQuery);
  const library = (libraries?.items.length ?? 0) > 1 && libraries?.items.find(({ id }) => id === entity.library_id);
  const facts = [entity.parents.map(({ name }) => name).join(', '), countsOf(entity), library ? library.name : ''];
  return (
    <span className={classes.found}>
      <span>{entity.name}</span>
      <small>{facts.filter(Boolean).join(' · ')}</small>
    </span>
  );
}
