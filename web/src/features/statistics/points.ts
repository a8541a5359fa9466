/** The server's numbers as points of a chart. */
import type { PersonalStatistics, ServerStatistics } from '@/api/personal';
import { formatDate } from '@/core/format';
import type { Point } from '@/ui/charts/Chart';

const MINUTE = 60;
const HOUR = 3600;

export interface Scale {
  seconds: number;
  /** What the axis counts: "h", "min". */
  unit: string;
  title: string;
}

/** Hours; minutes as long as no week has two hours, for fractions of an hour say nothing. */
export function scaleOf(weeks: PersonalStatistics['weeks']): Scale {
  const most = Math.max(0, ...weeks.map(({ seconds }) => seconds));
  return most < 2 * HOUR
    ? { seconds: MINUTE, unit: 'min', title: 'Minutes a week' }
    : { seconds: HOUR, unit: 'h', title: 'Hours a week' };
}

/** Time a week; the axis names the months. */
export function weekPoints(weeks: PersonalStatistics['weeks'], scale: Scale): Point[] {
  return weeks.map(({ start, seconds }) => ({
    label: `week of ${formatDate(start)}`,
    mark: formatDate(start.slice(0, 7)).slice(0, 3),
    value: seconds / scale.seconds,
  }));
}

/** Items at the end of each month; months without anything new are filled in, so that the line keeps time. */
export function growthPoints(growth: ServerStatistics['growth']): Point[] {
  const points: Keyed[] = [];
  for (const { month, total } of growth) {
    let before = points.at(-1);
    for (let next = before && after(before.key); before && next && next < month; next = after(next)) {
      before = pointOf(next, before.value);
      points.push(before);
    }
    points.push(pointOf(month, total));
  }
  return points;
}

interface Keyed extends Point {
  key: string;
}

function pointOf(month: string, value: number): Keyed {
  return { key: month, label: formatDate(month), mark: formatDate(month), value };
}

/** "2026-12" → "2027-01" */
function after(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
}
