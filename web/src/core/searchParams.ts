/**
 * The query part of an address as a plain record: a name given once is a string, given again a list.
 * It is the notation of the HTTP API (`tag=1&tag=-7`), so the address bar and the request read alike.
 */

export type SearchValue = string | readonly string[];
export type SearchRecord = Readonly<Record<string, SearchValue | undefined>>;

export function parseSearchString(text: string): Record<string, SearchValue> {
  const record: Record<string, SearchValue> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const before = record[name];
    if (before === undefined) record[name] = value;
    else record[name] = typeof before === 'string' ? [before, value] : [...before, value];
  }
  return record;
}

export function searchString(record: Readonly<Record<string, unknown>>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(record)) {
    for (const one of valuesOf(value)) params.append(name, one);
  }
  const text = params.toString();
  return text && `?${text}`;
}

/** Whatever was given for one name, as a list of strings. */
export function valuesOf(value: unknown): string[] {
  if (value === undefined || value === null || value === '') return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}
