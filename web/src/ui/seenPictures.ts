/** Addresses of pictures that were shown: the browser has them, so even a fast scroll may draw them again. */

const KEPT = 4_000;
const seen = new Set<string>(); // insertion order is the age

export function wasSeen(url: string | null): boolean {
  return url !== null && seen.has(url);
}

export function markSeen(url: string): void {
  seen.delete(url);
  seen.add(url);
  if (seen.size > KEPT) seen.delete(seen.values().next().value as string);
}
