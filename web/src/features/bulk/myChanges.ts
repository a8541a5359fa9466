/** What somebody says himself about many items, as answers of a form. "" leaves it as it is. */
import type { BulkChanges } from '@/api/editing';

export interface MyForm {
  favorite: '' | 'yes' | 'no';
  watched: '' | 'yes' | 'no';
  hidden: '' | 'yes' | 'no';
  /** Stars, or "none" to take the rating back. */
  rating: '' | 'none' | '1' | '2' | '3' | '4' | '5';
}

export const UNTOUCHED: MyForm = { favorite: '', watched: '', hidden: '', rating: '' };

export function myChangesOf(form: MyForm): BulkChanges | null {
  const me: NonNullable<BulkChanges['me']> = {};
  for (const field of ['favorite', 'watched', 'hidden'] as const) {
    if (form[field] !== '') me[field] = form[field] === 'yes';
  }
  if (form.rating !== '') me.rating = form.rating === 'none' ? null : Number(form.rating) * 20;
  return Object.keys(me).length === 0 ? null : { me };
}
