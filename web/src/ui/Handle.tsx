import { GripVertical } from 'lucide-react';
import classes from './Handle.module.css';
import type { Sorting } from './useSorting';

/** Where an entry of an ordered list is taken hold of, by pointer or by keys. */
export function Handle(handle: ReturnType<Sorting['handle']>) {
  return (
    <button type="button" className={classes.handle} {...handle}>
      <GripVertical size={18} aria-hidden="true" />
    </button>
  );
}
