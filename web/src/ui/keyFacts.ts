import type { ApiKey, Scope } from '@/api/people';
import { formatAgo, formatDate } from '@/core/format';

export const SCOPE_WORDS: Record<Scope, string> = {
  read: 'Read only',
  write: 'Read and change',
  admin: 'Administer',
};

/** What a key is good for, how long, and when it was used: one line. */
export function keyFacts(key: Pick<ApiKey, 'scope' | 'created_at' | 'used_at' | 'expires_at'>, now: number): string {
  const used = key.used_at === null ? 'never used' : `used ${formatAgo(key.used_at, now)}`;
  return [SCOPE_WORDS[key.scope], `made ${formatDate(key.created_at)}`, endWords(key.expires_at, now), used]
    .filter(Boolean)
    .join(' · ');
}

function endWords(expires: string | null, now: number): string {
  if (expires === null) return 'never expires';
  return Date.parse(expires) <= now ? `expired ${formatDate(expires)}` : `until ${formatDate(expires)}`;
}
