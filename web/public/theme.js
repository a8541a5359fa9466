// Runs before the first paint, so that nobody sees a flash of the other theme. A file, not inline: CSP is script-src 'self'.
(() => {
  let scheme = 'dark';
  try {
    scheme = localStorage.getItem('longshelf-scheme') ?? 'dark';
  } catch {
    // Storage can be forbidden; the dark default stands.
  }
  if (scheme === 'auto') scheme = matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
  document.documentElement.setAttribute('data-mantine-color-scheme', scheme);
})();
