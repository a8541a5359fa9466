/** The form of an entity, and what of it is worth sending: a field that is sent is kept against every later scan. */
import type { EntityEdit } from '@/api/editing';
import type { Entity } from '@/api/types';

export const ENTITY_FIELDS = ['name', 'sort_name', 'description', 'aliases', 'parents'] as const;
export type EntityField = (typeof ENTITY_FIELDS)[number];

export interface EntityForm {
  name: string;
  sort_name: string;
  description: string;
  aliases: string[];
  parents: { id: number; name: string }[];
}

export function entityFormOf(entity: Entity): EntityForm {
  const { name, sort_name, description, aliases, parents } = entity;
  return { name, sort_name, description: description ?? '', aliases, parents };
}

/** `released` fields go back to the source, whatever was typed into them. */
export function entityEditsOf(entity: Entity, form: EntityForm, released: ReadonlySet<EntityField>): EntityEdit {
  const before = entityFormOf(entity);
  const edits: EntityEdit = {};
  for (const field of ['name', 'sort_name', 'description'] as const) {
    const text = form[field].trim();
    if (!released.has(field) && text !== before[field].trim()) edits[field] = text;
  }
  if (!released.has('aliases') && form.aliases.join('\n') !== before.aliases.join('\n')) edits.aliases = form.aliases;
  const ids = form.parents.map(({ id }) => id);
  if (!released.has('parents') && ids.join() !== before.parents.map(({ id }) => id).join()) edits.parents = ids;
  if (released.size > 0) edits.unlock = ENTITY_FIELDS.filter((field) => released.has(field));
  return edits;
}
