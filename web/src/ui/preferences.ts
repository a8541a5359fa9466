import { useLocalStorage } from '@mantine/hooks';

/** How this browser likes to look at things: not part of the address, because it is nobody else's business. */
export interface Preferences {
  size: 'S' | 'M' | 'L';
  shape: 'auto' | 'poster' | 'square' | 'wide';
  fit: 'cover' | 'contain';
  /** The docked filter panel of wide screens. */
  panel: boolean;
}

const DEFAULTS: Preferences = { size: 'M', shape: 'auto', fit: 'cover', panel: true };

export function usePreferences(): [Preferences, (changes: Partial<Preferences>) => void] {
  const [stored, setStored] = useLocalStorage<Partial<Preferences>>({
    key: 'longshelf-view',
    defaultValue: {},
    getInitialValueInEffect: false,
  });
  return [{ ...DEFAULTS, ...stored }, (changes) => setStored((before) => ({ ...before, ...changes }))];
}
