/** Rules while they are being changed: what the server has, plus a key for each rule that outlives its place in the list. */
import type { RestrictionsBody, Rule } from '@/api/people';

export interface DraftRule extends Rule {
  key: number;
}

export interface Draft {
  rules: readonly DraftRule[];
  age_rating_max: number | null;
  unrated: 'show' | 'hide';
  libraries: number[] | null;
}

interface Held {
  rules?: readonly Partial<Rule>[];
  age_rating_max?: number | null;
  unrated?: 'show' | 'hide';
  libraries?: readonly number[] | null;
}

const USUAL_CEILING = 12;

let keys = 0;

export function draftOf(held: Held): Draft {
  return {
    rules: (held.rules ?? []).map((rule) => ({ ...newRule(), ...rule })),
    age_rating_max: held.age_rating_max ?? null,
    unrated: held.unrated ?? 'hide',
    libraries: held.libraries ? [...held.libraries] : null,
  };
}

export function newRule(): DraftRule {
  keys += 1;
  return { key: keys, kind: 'tag', mode: 'exclude', ids: [], restrict_empty: false };
}

/** As it is sent. */
export function bodyOf({ rules, age_rating_max, unrated, libraries }: Draft): RestrictionsBody {
  return { rules: rules.map(({ key: _, ...rule }) => rule), age_rating_max, unrated, libraries };
}

export function withRule(draft: Draft, key: number, changes: Partial<Rule> | null): Draft {
  const rules =
    changes === null
      ? draft.rules.filter((rule) => rule.key !== key)
      : draft.rules.map((rule) => (rule.key === key ? { ...rule, ...changes } : rule));
  return { ...draft, rules };
}

/** A ceiling hides what has no age rating unless one says otherwise: the safe side. */
export function withCeiling(draft: Draft, on: boolean): Draft {
  return { ...draft, age_rating_max: on ? USUAL_CEILING : null, unrated: 'hide' };
}
