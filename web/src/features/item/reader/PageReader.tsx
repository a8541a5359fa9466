import { Loader, Menu, Switch } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ImageOff, Maximize, Settings2 } from 'lucide-react';
import { type CSSProperties, type MouseEvent, useEffect, useMemo, useRef, useState } from 'react';
import type { Item } from '@/api/types';
import { useKeys } from '@/ui/keys';
import { pageUrl } from '../itemApi';
import { MineTool } from '../parts/MineTool';
import { clamp, progressOfPage, resumePage } from '../progress';
import { isDrawnToOrder } from '../reading';
import { useReading } from '../useWatch';
import classes from './Reader.module.css';
import { ReaderChrome } from './ReaderChrome';
import {
  drawnWidth,
  type Fit,
  laidOut,
  pagesAhead,
  type Step,
  spreadsOf,
  spreadWith,
  stepOfArrow,
  stepOfTap,
} from './spreads';
import { useDirection, useReaderSettings } from './useReaderSettings';
import { useSwipe } from './useSwipe';

const FITS: readonly { fit: Fit; label: string }[] = [
  { fit: 'screen', label: 'Whole page' },
  { fit: 'width', label: 'Full width' },
  { fit: 'original', label: 'Original size' },
];
const EDGE_PX = 90; // the pointer this near to the upper or lower edge brings the bars back

/** Comics and PDFs: one or two pages at a time, turned by keys, taps, swipes or the slider. */
export function PageReader({ item, onLeave }: { item: Item; onLeave: () => void }) {
  const pages = item.pages ?? 1;
  const [settings, change] = useReaderSettings();
  const [rightToLeft, setRightToLeft] = useDirection(item);
  const [wide, setWide] = useState<ReadonlySet<number>>(new Set());
  const [shown, setShown] = useState(true);
  const scroller = useRef<HTMLElement>(null);
  const { page, open } = usePage(item, pages);
  const spreads = useMemo(() => spreadsOf(pages, settings.double, wide), [pages, settings.double, wide]);
  const place = spreadWith(spreads, page);
  const spread = spreads[place] ?? [0];
  const width = usePageWidth(item, settings.fit, spread.length > 1);
  usePreload(item, pagesAhead(spread, pages), width);
  const last = spread.at(-1) ?? 0;
  // The last page that lies open counts as read: with two pages at a time, too, the end is the end.
  const progress = progressOfPage(last, pages);
  useReading(item, { said: { page: last }, fraction: progress }, progress === 1);

  const go = (to: number) => {
    const [first] = spreads[clamp(to, 0, spreads.length - 1)] ?? [0];
    if (first === undefined || first === page) return;
    open(first);
    scroller.current?.scrollTo(0, 0);
  };
  const turn = (step: Step) => {
    setShown(false);
    go(place + step);
  };
  const tap = (event: MouseEvent<HTMLElement>) => {
    const { left, width: across } = event.currentTarget.getBoundingClientRect();
    const step = stepOfTap((event.clientX - left) / across, rightToLeft);
    if (step === 0) setShown(!shown);
    else turn(step);
  };
  const swipe = useSwipe(
    (direction) => turn((direction === 'left') === rightToLeft ? -1 : 1),
    settings.fit === 'screen',
  );
  const fullScreen = () =>
    void (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.());

  useKeys([
    {
      keys: ['ArrowRight'],
      label: 'Turn the page to the right',
      group: 'Reader',
      run: () => turn(stepOfArrow('ArrowRight', rightToLeft)),
    },
    {
      keys: ['ArrowLeft'],
      label: 'Turn the page to the left',
      group: 'Reader',
      run: () => turn(stepOfArrow('ArrowLeft', rightToLeft)),
    },
    { keys: ['Space', 'PageDown'], label: 'On', group: 'Reader', run: () => scrollOr(scroller.current, 1, turn) },
    {
      keys: ['shift+Space', 'PageUp'],
      label: 'Back',
      group: 'Reader',
      run: () => scrollOr(scroller.current, -1, turn),
    },
    { keys: ['Home'], label: 'First page', group: 'Reader', run: () => go(0) },
    { keys: ['End'], label: 'Last page', group: 'Reader', run: () => go(spreads.length - 1) },
    { keys: ['d'], label: 'One page or two', group: 'Reader', run: () => change({ double: !settings.double }) },
    { keys: ['r'], label: 'Reading direction', group: 'Reader', run: () => setRightToLeft(!rightToLeft) },
    {
      keys: ['w'],
      label: 'Whole page or full width',
      group: 'Reader',
      run: () => change({ fit: settings.fit === 'width' ? 'screen' : 'width' }),
    },
    { keys: ['F'], label: 'Full screen', group: 'Reader', run: fullScreen },
    { keys: ['m'], label: 'Show or hide the bars', group: 'Reader', run: () => setShown(!shown) },
  ]);

  const numbers = spread.length > 1 ? `${page + 1}–${last + 1}` : `${page + 1}`;
  return (
    <div
      className={classes.reader}
      data-paper="dark"
      onPointerMove={(event) => {
        if (event.pointerType === 'mouse' && (event.clientY < EDGE_PX || event.clientY > innerHeight - EDGE_PX))
          setShown(true);
      }}
    >
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the arrow keys and Space do what taps do */}
      <main ref={scroller} className={classes.pages} data-fit={settings.fit} onClick={tap} {...swipe}>
        <div className={classes.spread} data-two={spread.length > 1 || undefined}>
          {laidOut(spread, rightToLeft).map((one) => (
            <PagePicture
              key={one}
              src={pageUrl(item.id, one, width)}
              number={one + 1}
              onWide={() => setWide((before) => (before.has(one) ? before : new Set([...before, one])))}
            />
          ))}
        </div>
      </main>
      <p className={classes.announce} aria-live="polite">
        Page {numbers} of {pages}
      </p>
      <ReaderChrome
        title={item.title}
        shown={shown}
        onLeave={onLeave}
        tools={
          <>
            <MineTool item={item} className={classes.tool} />
            <button type="button" className={classes.tool} aria-label="Full screen" onClick={fullScreen}>
              <Maximize size={19} />
            </button>
            <Menu position="bottom-end" width={220} closeOnItemClick={false}>
              <Menu.Target>
                <button type="button" className={classes.tool} aria-label="How pages are shown">
                  <Settings2 size={19} />
                </button>
              </Menu.Target>
              <Menu.Dropdown>
                {FITS.map(({ fit, label }) => (
                  <Menu.Item
                    key={fit}
                    aria-checked={fit === settings.fit}
                    role="menuitemradio"
                    className={classes.choice}
                    onClick={() => change({ fit })}
                  >
                    {label}
                  </Menu.Item>
                ))}
                <Menu.Divider />
                <div className={classes.switches}>
                  <Switch
                    label="Two pages"
                    checked={settings.double}
                    onChange={() => change({ double: !settings.double })}
                  />
                  <Switch label="Right to left" checked={rightToLeft} onChange={() => setRightToLeft(!rightToLeft)} />
                </div>
              </Menu.Dropdown>
            </Menu>
          </>
        }
        foot={
          <>
            <input
              type="range"
              className={classes.slider}
              dir={rightToLeft ? 'rtl' : 'ltr'}
              aria-label="Page"
              aria-valuetext={`Page ${numbers} of ${pages}`}
              min={0}
              max={spreads.length - 1}
              value={place}
              style={
                { '--done': `${spreads.length > 1 ? (place / (spreads.length - 1)) * 100 : 100}%` } as CSSProperties
              }
              onChange={(event) => go(Number(event.currentTarget.value))}
            />
            <span className={classes.numbers}>
              {numbers} / {pages}
            </span>
          </>
        }
      />
    </div>
  );
}

/** The page is in the address, and as progress on the server. */
function usePage(item: Item, pages: number) {
  const { at } = useSearch({ from: '/bare/items/$itemId/read' });
  const navigate = useNavigate();
  const [resumed] = useState(() => resumePage(item.me.progress, pages));
  const page = at === undefined ? resumed : clamp(at - 1, 0, pages - 1);
  const open = (to: number) =>
    void navigate({
      to: '/items/$itemId/read',
      params: { itemId: String(item.id) },
      search: { at: to + 1 },
      replace: true,
    });
  return { page, open };
}

function usePageWidth(item: Item, fit: Fit, double: boolean): number | null {
  const [box, setBox] = useState({ width: innerWidth, height: innerHeight });
  useEffect(() => {
    const measure = () => setBox({ width: innerWidth, height: innerHeight });
    addEventListener('resize', measure);
    return () => removeEventListener('resize', measure);
  }, []);
  return isDrawnToOrder(item) ? drawnWidth(box, devicePixelRatio, fit, double) : null;
}

function usePreload(item: Item, pages: readonly number[], width: number | null): void {
  const urls = pages.map((page) => pageUrl(item.id, page, width)).join(' ');
  useEffect(() => {
    for (const url of urls.split(' ').filter(Boolean)) new Image().src = url;
  }, [urls]);
}

/** Scrolls while there is more of the page below (or above), and only then turns it. */
function scrollOr(box: HTMLElement | null, step: Step, turn: (step: Step) => void): void {
  if (box) {
    const room = step > 0 ? box.scrollHeight - box.clientHeight - box.scrollTop : box.scrollTop;
    if (room > 4) {
      box.scrollBy({ top: step * box.clientHeight * 0.9, behavior: 'smooth' });
      return;
    }
  }
  turn(step);
}

function PagePicture({ src, number, onWide }: { src: string; number: number; onWide: () => void }) {
  const [state, setState] = useState<'loading' | 'there' | 'broken'>('loading');
  if (state === 'broken') {
    return (
      <div className={classes.broken}>
        <ImageOff size={32} strokeWidth={1.5} aria-hidden="true" />
        Page {number} cannot be shown
      </div>
    );
  }
  return (
    <>
      {state === 'loading' && <Loader className={classes.pageLoader} color="gray" size="sm" />}
      <img
        className={classes.page}
        src={src}
        alt={`Page ${number}`}
        draggable={false}
        onLoad={(event) => {
          setState('there');
          const { naturalWidth, naturalHeight } = event.currentTarget;
          if (naturalWidth > naturalHeight) onWide();
        }}
        onError={() => setState('broken')}
      />
    </>
  );
}
