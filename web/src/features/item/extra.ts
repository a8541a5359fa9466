/** The leftovers of a file (camera, codecs, the prompt of an image model) as rows, however they are nested. */

export interface ExtraRow {
  key: string;
  label: string;
  text: string;
  /** Too long for a row, or meant to be used again: printed as a block, with a button to copy it. */
  block: boolean;
}

const LONG = 90;
const COPIED = /prompt|workflow/;
const KNOWN: Readonly<Record<string, string>> = {
  iso: 'ISO',
  fps: 'Frames per second',
  exif: 'EXIF',
  ai: 'AI',
  cfg: 'CFG',
  cfg_scale: 'CFG scale',
  url: 'URL',
  md5: 'MD5',
  oshash: 'OSHash',
  phash: 'pHash',
  gps: 'GPS',
};

export function extraRows(extra: Readonly<Record<string, unknown>>): ExtraRow[] {
  return Object.entries(extra).flatMap(([key, value]) => rowsOf(key, labelOf(key), value));
}

/** What is told of the direction counts; a manga that tells nothing is read from right to left. */
export function readsRightToLeft(extra: Readonly<Record<string, unknown>>): boolean {
  const { reading_direction: direction, manga } = extra;
  if (typeof direction === 'string') return direction.toLowerCase() === 'rtl';
  return manga === true || (typeof manga === 'string' && /^(yes|true|yesandrighttoleft)$/i.test(manga));
}

function rowsOf(key: string, label: string, value: unknown): ExtraRow[] {
  if (value === null || value === undefined || value === '') return [];
  if (Array.isArray(value)) {
    if (value.every((one) => typeof one !== 'object' || one === null)) return [row(key, label, value.join(', '))];
    return value.flatMap((one, index) => rowsOf(`${key}.${index}`, `${label} ${index + 1}`, one));
  }
  if (typeof value === 'object') {
    return Object.entries(value).flatMap(([name, inner]) =>
      rowsOf(`${key}.${name}`, `${label} · ${labelOf(name)}`, inner),
    );
  }
  return [row(key, label, textOf(key, value))];
}

function textOf(key: string, value: unknown): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number' && key.endsWith('bit_rate')) return `${Math.round(value / 1000)} kbit/s`;
  return String(value);
}

function row(key: string, label: string, text: string): ExtraRow {
  return { key, label, text, block: text.length > LONG || text.includes('\n') || COPIED.test(key) };
}

function labelOf(key: string): string {
  const known = KNOWN[key.toLowerCase()];
  if (known) return known;
  const words = key
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
