/** Rules in plain words. They say what happens to items, because that is what an administrator wants to know. */
import type { Preview, Rule } from '@/api/people';
import { formatCount } from '@/core/format';
import { ENTITY_WORDS } from '@/ui/entityWords';
import type { Draft } from './draft';

const NAMED = 3;

/** `names` are those of the first ids, as far as they are known. */
export function ruleWords(rule: Rule, names: readonly string[]): string {
  const { one, many } = ENTITY_WORDS[rule.kind];
  if (rule.mode === 'exclude') {
    if (rule.ids.length === 0) return `Choose what to hide. Until then this rule hides nothing.`;
    return `Hides everything with ${listed(rule, names)}, directly or through anything that carries it.`;
  }
  if (rule.ids.length === 0) return `Choose what to show. Until then this rule hides everything.`;
  const rest = rule.restrict_empty ? 'is hidden, too' : 'stays visible';
  return `Among items with ${many}, shows only those with ${listed(rule, names)}. What has no ${one} at all ${rest}.`;
}

/** "the tag Horror", "the tags Horror, Gore or 3 more". */
function listed({ kind, ids }: Rule, names: readonly string[]): string {
  const { one, many } = ENTITY_WORDS[kind];
  const shown = names.slice(0, ids.length === NAMED + 1 ? NAMED + 1 : NAMED);
  const rest = ids.length - shown.length;
  if (shown.length === 0) return `one of ${formatCount(ids.length)} ${many}`;
  const said = rest > 0 ? [...shown, `${formatCount(rest)} more`] : shown;
  const last = said.at(-1);
  const text = said.length === 1 ? last : `${said.slice(0, -1).join(', ')} or ${last}`;
  return `the ${said.length === 1 ? one : many} ${text}`;
}

export function ageWords({ age_rating_max: ceiling, unrated }: Pick<Draft, 'age_rating_max' | 'unrated'>): string {
  if (ceiling === null) return 'Age ratings hide nothing.';
  const rest = unrated === 'hide' ? ', and what has no age rating' : '. What has no age rating stays visible';
  return `Hides what is rated above ${ceiling}${rest}.`;
}

export function libraryWords(libraries: readonly number[] | null): string {
  if (libraries === null) return 'Shows every library, also those added later.';
  if (libraries.length === 0) return 'No library is chosen: this hides everything.';
  const count = libraries.length === 1 ? 'the one library' : `the ${formatCount(libraries.length)} libraries`;
  return `Shows only ${count} chosen here. Those added later are hidden.`;
}

/** "This would hide 1,204 of 10,000 items." */
export function previewWords(preview: Preview, changed: boolean): string {
  const all = formatCount(preview.hidden_items + preview.visible_items);
  if (preview.hidden_items === 0) return `${changed ? 'This would hide' : 'This hides'} none of ${all} items`;
  return `${changed ? 'This would hide' : 'This hides'} ${formatCount(preview.hidden_items)} of ${all} items`;
}

/** The whole profile in short, for lists: "2 rules, up to age 12, 1 library". */
export function inShort({
  rules,
  age_rating_max,
  libraries,
}: Pick<Draft, 'age_rating_max' | 'libraries'> & { rules: readonly unknown[] }): string {
  const said = [
    rules.length > 0 ? `${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}` : '',
    age_rating_max === null ? '' : `up to age ${age_rating_max}`,
    libraries === null ? '' : `${libraries.length} ${libraries.length === 1 ? 'library' : 'libraries'}`,
  ].filter(Boolean);
  return said.join(', ') || 'hides nothing';
}
