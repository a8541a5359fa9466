/** A browser's long name of itself, as people would say it: "Firefox on Linux". The order matters: most claim to be others, too. */
const BROWSERS: readonly [RegExp, string][] = [
  [/Edg(e|A|iOS)?\//, 'Edge'],
  [/OPR\/|Opera/, 'Opera'],
  [/Firefox\/|FxiOS\//, 'Firefox'],
  [/Chrome\/|CriOS\/|Chromium\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];

const SYSTEMS: readonly [RegExp, string][] = [
  [/iPhone|iPod/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X|Macintosh/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux|X11/, 'Linux'],
];

export function deviceName(said: string): string {
  const browser = nameOf(said, BROWSERS);
  const system = nameOf(said, SYSTEMS);
  if (browser && system) return `${browser} on ${system}`;
  return browser ?? system ?? (said.split(/[ /]/)[0] || 'Something that did not say what it is');
}

function nameOf(said: string, known: readonly [RegExp, string][]): string | undefined {
  return known.find(([pattern]) => pattern.test(said))?.[1];
}
