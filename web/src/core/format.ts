/** Numbers, sizes, times and dates as people read them. Null in, empty string out: absent facts leave no mark. */

const COUNT = new Intl.NumberFormat('en');
const COMPACT = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** 3,412,901; an estimate is marked with "~". */
export function formatCount(count: number, isEstimate = false): string {
  return (isEstimate ? '~' : '') + COUNT.format(count);
}

/** 3,412,901; "3,412,901+" where it is known to be that many or more. */
export function formatAtLeast(count: number, isLowerBound = true): string {
  return COUNT.format(count) + (isLowerBound ? '+' : '');
}

/** 3.4M, for narrow places. */
export function formatCompact(count: number): string {
  return COMPACT.format(count);
}

/** "1 item", "2 items". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Seconds as 0:07, 4:05 or 11:02:09. */
export function formatDuration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds) || seconds < 0) return '';
  const whole = Math.round(seconds);
  const two = (part: number) => String(part).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Seconds in words for progress lines: "12 s", "4 min", "2 h 5 min". */
export function formatSpan(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds) || seconds < 0) return '';
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** Decimal units, as disks are sold and as the system file managers of two out of three platforms show them. */
export function formatSize(bytes: number | null): string {
  if (bytes === null || !Number.isFinite(bytes) || bytes < 0) return '';
  const step = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1);
  const scaled = bytes / 1000 ** step;
  return `${scaled.toFixed(step === 0 || scaled >= 100 ? 0 : 1)} ${UNITS[step]}`;
}

/** "2021", "Mar 2021" or "4 Mar 2021": as precise as the date is, never more. */
export function formatDate(date: string | null): string {
  if (date === null) return '';
  const [year = '', month, day] = date.slice(0, 10).split('-');
  const name = month === undefined ? undefined : MONTHS[Number(month) - 1];
  if (name === undefined) return year;
  return day === undefined ? `${name} ${year}` : `${Number(day)} ${name} ${year}`;
}

/** The year of a partial date, or "". */
export function yearOf(date: string | null): string {
  return date === null ? '' : date.slice(0, 4);
}

/** How long ago, coarsely: "just now", "5 min ago", "3 days ago", then the date. */
export function formatAgo(time: string | null, now: number): string {
  if (time === null) return '';
  const seconds = (now - Date.parse(time)) / 1000;
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  if (seconds < 7 * 86_400) return `${plural(Math.floor(seconds / 86_400), 'day')} ago`;
  return formatDate(time);
}

/** "in 40 min"; "now" for what is due. */
export function formatIn(time: string, now: number): string {
  const seconds = (Date.parse(time) - now) / 1000;
  if (seconds < 60) return 'now';
  if (seconds < 3600) return `in ${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `in ${Math.floor(seconds / 3600)} h`;
  return `in ${plural(Math.floor(seconds / 86_400), 'day')}`;
}

/** "1920 × 1080", or "" when either side is unknown. */
export function formatDimensions(width: number | null, height: number | null): string {
  return width === null || height === null ? '' : `${width} × ${height}`;
}

/** "42 %" of a known total; null when it is not known. */
export function percentOf(done: number, total: number | null): number | null {
  if (total === null || total <= 0) return null;
  return Math.max(0, Math.min(100, Math.floor((done / total) * 100)));
}
