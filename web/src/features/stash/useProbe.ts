import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { probeQuery, type ServerProbe } from './stashApi';
import { looksLikeUrl } from './stashWords';

const TYPING_MS = 500;

export interface Probed {
  /** `null` while nothing worth trying is entered. */
  found: ServerProbe | null;
  trying: boolean;
  error: Error | null;
  again: () => void;
}

/** Tries an address and key a moment after the last key was pressed. `key` null: the one the library has. */
export function useProbe(url: string, key: string | null, libraryId: number | null): Probed {
  const [settled] = useDebouncedValue({ url: url.trim(), key }, TYPING_MS);
  const current = settled.url === url.trim() && settled.key === key;
  const worth = looksLikeUrl(url);
  const query = useQuery({ ...probeQuery(settled.url, settled.key, libraryId), enabled: worth && current });
  return {
    found: worth && current ? (query.data ?? null) : null,
    trying: worth && (!current || query.isFetching),
    error: worth && current ? query.error : null,
    again: () => void query.refetch(),
  };
}
