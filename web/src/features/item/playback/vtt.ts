/** WebVTT as far as our own server writes it: words of captions, and places in a picture of many small ones. */

export interface Cue {
  start: number;
  end: number;
  text: string;
}

/** One small picture: a part of the picture at `url`, in its pixels. */
export interface SpritePart {
  start: number;
  end: number;
  url: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

const SPAN = /^((?:\d+:)?\d\d:\d\d\.\d{3})\s+-->\s+((?:\d+:)?\d\d:\d\d\.\d{3})/;
const PART = /^(.*)#xywh=(\d+),(\d+),(\d+),(\d+)$/;
const TAGS = /<[^>]*>/g;
const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&nbsp;': '\u00a0', '&amp;': '&' };

/** In order of time. What is not of the form is left out. */
export function parseVtt(text: string): Cue[] {
  const cues: Cue[] = [];
  for (const block of text.replace(/^\ufeff/, '').split(/\r?\n\r?\n+/)) {
    const lines = block.split(/\r?\n/);
    const at = lines.findIndex((line) => SPAN.test(line));
    const span = SPAN.exec(lines[at] ?? '');
    if (!span) continue;
    const words = lines
      .slice(at + 1)
      .join('\n')
      .trim();
    cues.push({ start: secondsOf(span[1] ?? ''), end: secondsOf(span[2] ?? ''), text: words });
  }
  return cues.toSorted((a, b) => a.start - b.start);
}

/** Without markup, as it is read. */
export function plainText(text: string): string {
  return text.replace(TAGS, '').replace(/&(?:lt|gt|nbsp|amp);/g, (name) => ENTITIES[name] ?? name);
}

/** `base` is the address of the text: what it leads to is told from there. */
export function spriteParts(text: string, base: string): SpritePart[] {
  return parseVtt(text).flatMap(({ start, end, text: place }) => {
    const part = PART.exec(place);
    if (!part) return [];
    const [x = 0, y = 0, width = 0, height = 0] = part.slice(2).map(Number);
    return [{ start, end, url: new URL(part[1] ?? '', base).href, x, y, width, height }];
  });
}

/** What is shown at `time`, of cues in order. */
export function cueAt<T extends { start: number; end: number }>(cues: readonly T[], time: number): T | null {
  return cues.findLast((cue) => cue.start <= time && time < cue.end) ?? null;
}

function secondsOf(clock: string): number {
  return clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}
