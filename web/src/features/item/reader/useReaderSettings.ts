import { useLocalStorage } from '@mantine/hooks';
import type { Item } from '@/api/types';
import { readsRightToLeft } from '../extra';
import type { Fit } from './spreads';

export type Paper = 'light' | 'sepia' | 'dark';

export interface ReaderSettings {
  fit: Fit;
  double: boolean;
  paper: Paper;
  /** Percent of the usual size of letters. */
  letters: number;
}

const DEFAULTS: ReaderSettings = { fit: 'screen', double: false, paper: 'dark', letters: 110 };

export function useReaderSettings(): [ReaderSettings, (changes: Partial<ReaderSettings>) => void] {
  const [stored, setStored] = useLocalStorage<Partial<ReaderSettings>>({
    key: 'longshelf-reader',
    defaultValue: {},
    getInitialValueInEffect: false,
  });
  return [{ ...DEFAULTS, ...stored }, (changes) => setStored((before) => ({ ...before, ...changes }))];
}

/** The direction the files tell, unless the reader knew better: then for the whole series. */
export function useDirection(item: Item): [boolean, (rightToLeft: boolean) => void] {
  const series = item.links.find((link) => link.kind === 'series');
  const [direction, setDirection] = useLocalStorage<boolean>({
    key: `longshelf-rtl-${series ? `series-${series.id}` : item.id}`,
    defaultValue: readsRightToLeft(item.extra),
    getInitialValueInEffect: false,
  });
  return [direction, setDirection];
}
