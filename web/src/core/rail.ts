/** The arithmetic of the scroll rail, in rank space: a mark's place is its position over the total, whatever the sort. */

export interface Mark {
  pos: number;
  label: string;
}

/** The label that position stands under, or "". Marks are in ascending order, and never more than a few hundred. */
export function labelAt(marks: readonly Mark[], position: number): string {
  return marks.findLast((mark) => mark.pos <= position)?.label ?? '';
}

/** Marks far enough apart to be read. The ends always stay: people look for the oldest year. */
export function spacedMarks(marks: readonly Mark[], total: number, minShare: number): Mark[] {
  const first = marks[0];
  const last = marks.at(-1);
  if (!first || !last || total <= 0) return [];
  const apart = (a: Mark, b: Mark) => Math.abs(b.pos - a.pos) / total >= minShare;
  const kept = [first];
  let before = first;
  for (const mark of marks) {
    if (!apart(before, mark) || !apart(mark, last) || mark.label === before.label) continue;
    kept.push(mark);
    before = mark;
  }
  return last !== first && (apart(first, last) || kept.length > 1) ? [...kept, last] : kept;
}

/** One pixel can be ten thousand items: dragging sideways makes the movement finer, 25 times at 160 px. */
export function scrubGain(sideways: number): number {
  return 1 / (1 + Math.max(0, sideways) / 40) ** 2;
}
