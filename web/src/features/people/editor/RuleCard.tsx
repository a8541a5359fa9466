import { ActionIcon, Checkbox, NativeSelect, SegmentedControl } from '@mantine/core';
import { Trash2 } from 'lucide-react';
import type { Preview, Rule } from '@/api/people';
import { ENTITY_KINDS, type EntityKind } from '@/api/types';
import { formatCount, plural } from '@/core/format';
import { ENTITY_WORDS } from '@/ui/entityWords';
import type { DraftRule } from './draft';
import classes from './Editor.module.css';
import { EntityPicker, SHOWN } from './EntityPicker';
import { useEntityNames } from './useEntityNames';
import { ruleWords } from './words';

interface RuleCardProps {
  rule: DraftRule;
  /** From 1, as people count. */
  number: number;
  effect: Preview['hidden_by_rule'][number] | undefined;
  error: string | null;
  onChange: (changes: Partial<Rule> | null) => void;
}

const KINDS = ENTITY_KINDS.map((value) => ({ value, label: capital(ENTITY_WORDS[value].many) }));

export function RuleCard({ rule, number, effect, error, onChange }: RuleCardProps) {
  const names = useEntityNames(rule.kind, rule.ids.slice(0, SHOWN));
  const known = rule.ids.map((id) => names.get(id)).filter((name) => typeof name === 'string');
  const { one } = ENTITY_WORDS[rule.kind];
  return (
    <li className={classes.rule} aria-label={`Rule ${number}`}>
      <div className={classes.ruleHead}>
        <SegmentedControl
          aria-label={`What rule ${number} does`}
          value={rule.mode}
          onChange={(mode) => onChange({ mode: mode as Rule['mode'] })}
          data={[
            { value: 'exclude', label: 'Hide' },
            { value: 'include', label: 'Only show' },
          ]}
        />
        <NativeSelect
          className={classes.kind ?? ''}
          aria-label={`What rule ${number} is about`}
          data={KINDS}
          value={rule.kind}
          onChange={(event) => onChange({ kind: event.currentTarget.value as EntityKind, ids: [] })}
        />
        <ActionIcon
          size={36}
          className={classes.removeRule}
          aria-label={`Remove rule ${number}`}
          onClick={() => onChange(null)}
        >
          <Trash2 size={17} aria-hidden="true" />
        </ActionIcon>
      </div>
      <EntityPicker
        kind={rule.kind}
        label={`${rule.mode === 'exclude' ? 'Hidden' : 'Shown'} ${ENTITY_WORDS[rule.kind].many}`}
        ids={rule.ids}
        names={names}
        error={error}
        onChange={(ids) => onChange({ ids })}
      />
      {rule.mode === 'include' && (
        <Checkbox
          label={`Also hide what has no ${one} at all`}
          checked={rule.restrict_empty}
          onChange={(event) => onChange({ restrict_empty: event.currentTarget.checked })}
        />
      )}
      <p className={classes.words}>
        {ruleWords(rule, known)}
        {effect && <strong> By itself: {plural(effect.hidden_items, 'item')} hidden.</strong>}
      </p>
      {effect && effect.missing.length > 0 && (
        <p className={classes.words}>
          {effect.missing.length === 1 ? 'One of these is' : `${formatCount(effect.missing.length)} of these are`} not
          in any library any more; the rule waits for {effect.missing.length === 1 ? 'it' : 'them'} to come back.
        </p>
      )}
    </li>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
