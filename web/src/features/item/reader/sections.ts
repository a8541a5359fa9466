/** The sections of a book, in reading order, and where its chapters lie in them. Paths are those inside the book's archive. */
import type { Chapter } from '@/api/types';
import type { SpineSection } from '../itemApi';

export interface Place {
  section: number;
  /** Without "#"; null is the top. */
  fragment: string | null;
}

export function splitHref(href: string): { path: string; fragment: string | null } {
  const [path = '', fragment] = href.split('#', 2);
  return { path, fragment: fragment || null };
}

/** The spine as the server tells it; without one, the files the contents list points into. */
export function sectionsOf(spine: readonly SpineSection[], chapters: readonly Chapter[]): SpineSection[] {
  if (spine.length > 0) return spine.map(({ href, title }) => ({ href: splitHref(href).path, title }));
  const titles = new Map<string, string>();
  for (const { href, title } of chapters) {
    const path = href === null ? '' : splitHref(href).path;
    if (path && !titles.has(path)) titles.set(path, title);
  }
  return [...titles].map(([href, title]) => ({ href, title }));
}

export function placeOf(href: string, sections: readonly SpineSection[]): Place | null {
  const { path, fragment } = splitHref(href);
  const section = sections.findIndex((one) => one.href === path);
  return section < 0 ? null : { section, fragment };
}

/** The chapter a section belongs to: the last one that starts in it or before it. -1 for what lies before the first. */
export function chapterOf(section: number, chapters: readonly Chapter[], sections: readonly SpineSection[]): number {
  return chapters.findLastIndex((chapter) => {
    const place = chapter.href === null ? null : placeOf(chapter.href, sections);
    return place !== null && place.section <= section;
  });
}

/** The path inside the book that an address in it leads to; null when it leads out of the book. */
export function pathInBook(url: string, base: string): string | null {
  if (!url.startsWith(base)) return null;
  return url
    .slice(base.length)
    .replace(/\?[^#]*/, '')
    .split('/')
    .map(decoded)
    .join('/');
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
