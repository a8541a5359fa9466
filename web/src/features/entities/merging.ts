/** A merge in words. */
import type { Entity } from '@/api/types';
import { plural } from '@/core/format';

const NAMED = 3;

type Named = Pick<Entity, 'name'>;

/** "Ann", "Ann and Bob", "Ann, Bob, Cy and 4 more". */
export function namesOf(entities: readonly Named[]): string {
  const names = entities.map(({ name }) => name);
  if (names.length <= 1) return names.join('');
  if (names.length <= NAMED) return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  return `${names.slice(0, NAMED).join(', ')} and ${names.length - NAMED} more`;
}

/** What will happen, before it does. */
export function mergeWords(
  sources: readonly Pick<Entity, 'name' | 'item_count'>[],
  target: Named,
  kind: string,
): string {
  const items = sources.reduce((sum, { item_count }) => sum + item_count, 0);
  const moved =
    items === 0
      ? `Nothing carries ${sources.length === 1 ? 'it' : 'them'}.`
      : `What carries ${sources.length === 1 ? 'it' : 'them'} (${plural(items, 'item')}) carries ${target.name} instead.`;
  const names = sources.length === 1 ? 'The name becomes an alias' : 'Their names become aliases';
  return (
    `${namesOf(sources)} will vanish into ${target.name}. ${moved} ` +
    `${names} of that ${kind}, so later scans find it. It can be undone for a year.`
  );
}

export function mergedWords(sources: readonly Named[], target: Named): string {
  return `${namesOf(sources)} ${sources.length === 1 ? 'is' : 'are'} now ${target.name}.`;
}
