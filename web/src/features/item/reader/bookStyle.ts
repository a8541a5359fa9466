/** How a book's own pages are dressed: our paper and letters, its structure. */
import type { Paper, ReaderSettings } from './useReaderSettings';

interface PaperLook {
  paper: string;
  ink: string;
  link: string;
}

export const PAPERS: Readonly<Record<Paper, PaperLook>> = {
  light: { paper: '#fcfcfa', ink: '#1d1e20', link: '#3b5bdb' },
  sepia: { paper: '#f5ecd9', ink: '#3d3226', link: '#8a4b08' },
  dark: { paper: '#131417', ink: '#d6d8db', link: '#91a7ff' },
};

export function bookStyle({ paper, letters }: Pick<ReaderSettings, 'paper' | 'letters'>): string {
  const look = PAPERS[paper];
  return `
:root { color-scheme: ${paper === 'dark' ? 'dark' : 'light'}; background: ${look.paper} !important; }
html { font-size: ${letters}% !important; }
body {
  max-width: 36em; margin: 0 auto !important; padding: 40px 24px 96px !important;
  background: ${look.paper} !important; color: ${look.ink} !important;
  line-height: 1.6; overflow-wrap: break-word;
}
body * { color: inherit !important; background-color: transparent !important; }
a[href], a[href] * { color: ${look.link} !important; }
img, svg, video { max-width: 100% !important; max-height: 90vh; height: auto; object-fit: contain; }
pre, table { max-width: 100%; overflow-x: auto; }
`;
}
