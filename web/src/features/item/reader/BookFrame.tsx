import { type Ref, useEffect, useImperativeHandle, useRef, useState } from 'react';
import { keymap } from '@/ui/keys';
import { bookStyle } from './bookStyle';
import classes from './Reader.module.css';
import { pathInBook } from './sections';
import type { ReaderSettings } from './useReaderSettings';

export interface BookFrameHandle {
  /** Scrolls on or back by a screen; false when there is nothing more in that direction. */
  scroll: (by: 1 | -1) => boolean;
}

interface BookFrameProps {
  ref: Ref<BookFrameHandle>;
  title: string;
  /** The address all resources of the book begin with. */
  root: string;
  src: string;
  fragment: string | null;
  within: number;
  settings: ReaderSettings;
  onMove: (within: number, atEnd: boolean) => void;
  onFollow: (href: string) => void;
}

const STYLE_ID = 'longshelf-style';

/**
 * One section of a book, in a sandbox without scripts: a book is somebody else's HTML. It keeps our origin, because the
 * session cookie must go along for its pictures, and so that we can style it and see how far it is scrolled.
 */
export function BookFrame({ ref, title, root, src, fragment, within, settings, onMove, onFollow }: BookFrameProps) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [loaded, setLoaded] = useState<string | null>(null);
  const latest = useRef({ onMove, onFollow, root });
  latest.current = { onMove, onFollow, root };

  useImperativeHandle(ref, () => ({ scroll: (by) => scrollScreen(bookIn(frame.current), by) }), []);

  const arrive = () => {
    const book = bookIn(frame.current);
    setLoaded(src);
    if (!book) return;
    dress(book, settings);
    listen(book, latest);
    goTo(book, fragment, within);
  };

  useEffect(() => {
    const book = bookIn(frame.current);
    if (book && loaded) dress(book, settings);
  }, [settings, loaded]);

  // The same section, another place in it: the frame does not load again.
  useEffect(() => {
    const book = bookIn(frame.current);
    if (book && loaded === src) goTo(book, fragment, within);
  }, [src, loaded, fragment, within]);

  return (
    <iframe
      // A new frame for each section: one that navigates would add to the history, and "back" would turn pages.
      key={src}
      ref={frame}
      className={classes.frame}
      data-loaded={loaded === src || undefined}
      title={title}
      src={src}
      sandbox="allow-same-origin"
      onLoad={arrive}
    />
  );
}

/** The document, when we may touch it and it is one. */
function bookIn(frame: HTMLIFrameElement | null): Document | null {
  const book = frame?.contentDocument ?? null;
  return book?.documentElement && book.URL !== 'about:blank' ? book : null;
}

function dress(book: Document, settings: ReaderSettings): void {
  const style = book.getElementById(STYLE_ID) ?? book.createElement('style');
  style.id = STYLE_ID;
  style.textContent = bookStyle(settings);
  (book.head ?? book.documentElement).append(style);
}

function listen(book: Document, latest: { current: Pick<BookFrameProps, 'onMove' | 'onFollow' | 'root'> }): void {
  book.addEventListener('scroll', () => latest.current.onMove(...position(book)), { passive: true });
  // The focus is in the frame once somebody clicks into the text; the keys are to work all the same.
  book.addEventListener('keydown', (event) => keymap.handle(event));
  book.addEventListener('click', (event) => {
    const link = (event.target as Element | null)?.closest?.('a[href]');
    if (!link) return;
    event.preventDefault();
    const url = new URL(link.getAttribute('href') ?? '', book.baseURI).href;
    const path = pathInBook(url, latest.current.root);
    if (path !== null) latest.current.onFollow(path);
    else if (/^https?:/.test(url)) window.open(url, '_blank', 'noopener,noreferrer');
  });
}

function goTo(book: Document, fragment: string | null, within: number): void {
  const named = fragment === null ? null : (book.getElementById(fragment) ?? book.getElementsByName(fragment)[0]);
  if (named) named.scrollIntoView();
  else book.defaultView?.scrollTo(0, within * roomIn(book));
}

function roomIn(book: Document): number {
  const { scrollHeight, clientHeight } = book.scrollingElement ?? book.documentElement;
  return Math.max(0, scrollHeight - clientHeight);
}

function position(book: Document): [number, boolean] {
  const room = roomIn(book);
  const top = book.defaultView?.scrollY ?? 0;
  return room <= 0 ? [0, true] : [top / room, top >= room - 8];
}

function scrollScreen(book: Document | null, by: 1 | -1): boolean {
  const view = book?.defaultView;
  if (!book || !view) return false;
  const left = by > 0 ? roomIn(book) - view.scrollY : view.scrollY;
  if (left < 8) return false;
  view.scrollBy({ top: by * view.innerHeight * 0.88, behavior: 'smooth' });
  return true;
}
