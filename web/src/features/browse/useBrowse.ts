import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { type BrowseState, browseSearch, parseBrowse } from '@/core/browseState';
import { searchString } from '@/core/searchParams';

export type ChangeBrowse = (change: (state: BrowseState) => BrowseState, options?: { replace?: boolean }) => void;

/** The address bar as the page's state. */
export function useBrowse(): [BrowseState, ChangeBrowse] {
  const search = useSearch({ from: '/shell/browse' });
  const navigate = useNavigate();
  const address = searchString(search);
  // biome-ignore lint/correctness/useExhaustiveDependencies: equal addresses are equal states
  const state = useMemo(() => parseBrowse(search), [address]);
  const change: ChangeBrowse = useCallback(
    (update, { replace = false } = {}) =>
      void navigate({ to: '/browse', search: (before) => browseSearch(update(parseBrowse(before))), replace }),
    [navigate],
  );
  return [state, change];
}
