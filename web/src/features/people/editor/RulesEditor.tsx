import { Button, Checkbox, SegmentedControl, Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { libraryNamesQuery } from '@/api/entities';
import { problemAt } from '@/api/errors';
import type { Preview } from '@/api/people';
import { plural } from '@/core/format';
import { type Draft, newRule, withCeiling, withRule } from './draft';
import classes from './Editor.module.css';
import { RuleCard } from './RuleCard';
import { ageWords, libraryWords } from './words';

const OLDEST = 99;

type Effect = Preview['hidden_by_rule'][number];

interface RulesEditorProps {
  draft: Draft;
  onChange: (draft: Draft) => void;
  /** What each part hides by itself, of the rules edited here. */
  effects: readonly Effect[];
  /** Why the server refused the last try to save. */
  refused: Error | null;
}

/** Rules, age and libraries: everything only takes away, and each part says in words what. */
export function RulesEditor({ draft, onChange, effects, refused }: RulesEditorProps) {
  const effectOf = (part: Effect['part'], rule: number | null) =>
    effects.find((one) => one.part === part && one.rule === rule);
  return (
    <>
      <Part title="Rules" text="Everything a rule hides stays hidden: rules only take away, and the stricter one wins.">
        {draft.rules.length > 0 && (
          <ol className={classes.rules}>
            {draft.rules.map((rule, at) => (
              <RuleCard
                key={rule.key}
                rule={rule}
                number={at + 1}
                effect={effectOf('rule', at)}
                error={problemAt(refused, `rules[${at}]`) ?? problemAt(refused, `rules[${at}].ids`)}
                onChange={(changes) => onChange(withRule(draft, rule.key, changes))}
              />
            ))}
          </ol>
        )}
        <Button
          variant="default"
          leftSection={<Plus size={16} aria-hidden="true" />}
          onClick={() => onChange({ ...draft, rules: [...draft.rules, newRule()] })}
        >
          Add a rule
        </Button>
      </Part>
      <AgePart draft={draft} onChange={onChange} effect={effectOf('age_rating', null)} refused={refused} />
      <LibrariesPart draft={draft} onChange={onChange} effect={effectOf('libraries', null)} refused={refused} />
    </>
  );
}

type PartProps = Pick<RulesEditorProps, 'draft' | 'onChange' | 'refused'> & { effect: Effect | undefined };

function AgePart({ draft, onChange, effect, refused }: PartProps) {
  const { age_rating_max: ceiling, unrated } = draft;
  return (
    <Part title="Age" text={`${ageWords(draft)}${byItself(effect)}`}>
      <div className={classes.choices}>
        <Switch
          label="Only up to an age"
          checked={ceiling !== null}
          onChange={(event) => onChange(withCeiling(draft, event.currentTarget.checked))}
        />
        {ceiling !== null && (
          <>
            <AgeInput
              value={ceiling}
              error={problemAt(refused, 'age_rating_max')}
              onChange={(age_rating_max) => onChange({ ...draft, age_rating_max })}
            />
            <SegmentedControl
              aria-label="What has no age rating"
              value={unrated}
              onChange={(value) => onChange({ ...draft, unrated: value as Draft['unrated'] })}
              data={[
                { value: 'hide', label: 'Hide unrated' },
                { value: 'show', label: 'Show unrated' },
              ]}
            />
          </>
        )}
      </div>
    </Part>
  );
}

interface AgeInputProps {
  value: number;
  error: string | null;
  onChange: (age: number) => void;
}

/** What is typed stands while it is typed; only an age that may be is taken. */
function AgeInput({ value, error, onChange }: AgeInputProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const type = (text: string) => {
    setTyped(text);
    const age = Number(text);
    if (text.trim() !== '' && Number.isInteger(age) && age >= 0 && age <= OLDEST) onChange(age);
  };
  return (
    <TextInput
      type="number"
      inputMode="numeric"
      className={classes.age ?? ''}
      aria-label="Highest age rating"
      min={0}
      max={OLDEST}
      rightSection={<span className={classes.unit}>years</span>}
      rightSectionWidth={52}
      value={typed ?? String(value)}
      error={error}
      onChange={(event) => type(event.currentTarget.value)}
      onBlur={() => setTyped(null)}
    />
  );
}

function LibrariesPart({ draft, onChange, effect, refused }: PartProps) {
  const { data: known } = useQuery(libraryNamesQuery);
  const { libraries } = draft;
  const gone = (libraries ?? []).filter((id) => known && !known.items.some((one) => one.id === id));
  const shown = [
    ...(known?.items.map(({ id, name }) => ({ id, name })) ?? []),
    ...gone.map((id) => ({ id, name: `Library ${id}, which is not here any more` })),
  ];
  return (
    <Part title="Libraries" text={`${libraryWords(libraries)}${byItself(effect)}`}>
      <div className={classes.choices}>
        <Switch
          label="Only some libraries"
          checked={libraries !== null}
          error={problemAt(refused, 'libraries')}
          onChange={(event) =>
            onChange({ ...draft, libraries: event.currentTarget.checked ? shown.map(({ id }) => id) : null })
          }
        />
      </div>
      {libraries !== null && (
        <Checkbox.Group
          aria-label="Libraries that are shown"
          value={libraries.map(String)}
          onChange={(ids) => onChange({ ...draft, libraries: ids.map(Number) })}
        >
          <div className={classes.libraries}>
            {shown.map(({ id, name }) => (
              <Checkbox key={id} value={String(id)} label={name} />
            ))}
          </div>
        </Checkbox.Group>
      )}
    </Part>
  );
}

function byItself(effect: Effect | undefined): string {
  return effect ? ` By itself: ${plural(effect.hidden_items, 'item')} hidden.` : '';
}

function Part({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <section className={classes.part} aria-label={title}>
      <h2>{title}</h2>
      <p>{text}</p>
      {children}
    </section>
  );
}
