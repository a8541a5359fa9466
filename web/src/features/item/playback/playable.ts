/** What browsers can play. Containers lie about codecs, so everything not known to be hopeless is tried. */
import type { ItemFile } from '@/api/types';

const HOPELESS: Readonly<Record<string, string>> = {
  'video/x-msvideo': 'AVI',
  'video/x-ms-wmv': 'WMV',
  'video/mpeg': 'MPEG',
  'video/x-flv': 'FLV',
};
const NOT_PICTURES: Readonly<Record<string, string>> = {
  'image/heic': 'HEIC',
  'image/heif': 'HEIF',
  'image/tiff': 'TIFF',
};

/** The name of the format when no browser plays it; null when it is worth trying. */
export function hopelessFormat(file: Pick<ItemFile, 'mime'>): string | null {
  return HOPELESS[file.mime ?? ''] ?? null;
}

/** The name of the format when browsers cannot show it as a picture. */
export function undrawableFormat(file: Pick<ItemFile, 'mime'>): string | null {
  return NOT_PICTURES[file.mime ?? ''] ?? null;
}

/** A format as people call it: "MKV", "PDF". */
export function formatName(file: Pick<ItemFile, 'name' | 'mime'>): string {
  const suffix = /\.([A-Za-z0-9]{1,5})$/.exec(file.name)?.[1];
  return (suffix ?? file.mime ?? 'file').toUpperCase();
}
