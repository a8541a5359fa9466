import { useState } from 'react';
import { type Draft, draftOf } from './editor/draft';

/** A draft over what is held: null until something was changed, so that it follows the server until then. */
export function useRulesDraft<Held extends Parameters<typeof draftOf>[0]>(held: Held | undefined) {
  const [drafted, setDrafted] = useState<Draft | null>(null);
  const [from, setFrom] = useState<{ held: Held | undefined; draft: Draft }>(() => ({
    held,
    draft: draftOf(held ?? {}),
  }));
  if (from.held !== held) setFrom({ held, draft: draftOf(held ?? {}) });
  return { draft: drafted ?? from.draft, setDraft: setDrafted, discard: () => setDrafted(null) };
}
