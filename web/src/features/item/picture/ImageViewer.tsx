import { Maximize, Minus, Plus, X } from 'lucide-react';
import { type PointerEvent, useEffect, useRef, useState } from 'react';
import type { Item } from '@/api/types';
import { useKeys } from '@/ui/keys';
import { MineTool } from '../parts/MineTool';
import classes from './Picture.module.css';
import { FITTED, fittedSize, naturalScale, panned, type Size, type View, zoomAt } from './zoom';

interface ImageViewerProps {
  item: Item;
  src: string;
  onClose: () => void;
}

const STEP = 1.4;
const CENTRE = { x: 0, y: 0 };

/** The picture alone on the screen: wheel, pinch, double click and keys zoom; dragging moves it. */
export function ImageViewer({ item, src, onClose }: ImageViewerProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [box, setBox] = useState<Size>({ width: innerWidth, height: innerHeight });
  const [picture, setPicture] = useState<Size>({ width: innerWidth, height: innerHeight });
  const [view, setView] = useState<View>(FITTED);
  const fitted = fittedSize(picture, box);

  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    const measure = () => setBox({ width: innerWidth, height: innerHeight });
    addEventListener('resize', measure);
    return () => {
      removeEventListener('resize', measure);
      if (document.fullscreenElement === shown) void document.exitFullscreen();
    };
  }, []);

  const zoom = (factor: number, point = CENTRE) => setView((now) => zoomAt(now, factor, point, fitted, box));
  const toggleNatural = (point = CENTRE) =>
    setView((now) =>
      now.scale > 1 ? FITTED : zoomAt(now, naturalScale(picture, fitted, devicePixelRatio), point, fitted, box),
    );
  const move = (dx: number, dy: number) => setView((now) => panned(now, dx, dy, fitted, box));
  const gesture = useGesture({ move, zoom });
  const fromCentre = (event: { clientX: number; clientY: number }) => ({
    x: event.clientX - box.width / 2,
    y: event.clientY - box.height / 2,
  });
  const fullScreen = () =>
    void (document.fullscreenElement ? document.exitFullscreen() : dialog.current?.requestFullscreen?.());
  useKeys([
    { keys: ['Escape'], label: 'Close the picture', group: 'Picture', run: onClose },
    { keys: ['+', '='], label: 'Larger', group: 'Picture', run: () => zoom(STEP) },
    { keys: ['-'], label: 'Smaller', group: 'Picture', run: () => zoom(1 / STEP) },
    { keys: ['z'], label: 'Full size, or fitting the screen', group: 'Picture', run: () => toggleNatural() },
    { keys: ['F'], label: 'Full screen', group: 'Picture', run: fullScreen },
    { keys: ['ArrowLeft'], label: 'Move left', group: 'Picture', run: () => move(80, 0) },
    { keys: ['ArrowRight'], label: 'Move right', group: 'Picture', run: () => move(-80, 0) },
    { keys: ['ArrowUp'], label: 'Move up', group: 'Picture', run: () => move(0, 80) },
    { keys: ['ArrowDown'], label: 'Move down', group: 'Picture', run: () => move(0, -80) },
  ]);

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are bound above, for the whole page
    <dialog
      ref={dialog}
      className={classes.viewer}
      aria-label={item.title}
      data-zoomed={view.scale > 1 || undefined}
      onClose={onClose}
      onWheel={(event) => zoom(Math.exp(-event.deltaY / 400), fromCentre(event))}
      onDoubleClick={(event) => toggleNatural(fromCentre(event))}
      onClick={(event) => event.target === event.currentTarget && event.detail === 1 && view.scale === 1 && onClose()}
      {...gesture}
    >
      <img
        className={classes.picture}
        src={src}
        alt={item.title}
        draggable={false}
        style={{
          width: fitted.width,
          height: fitted.height,
          transform: `translate(${view.x}px, ${view.y}px) scale(${view.scale})`,
        }}
        onLoad={(event) => {
          const { naturalWidth: width, naturalHeight: height } = event.currentTarget;
          if (width > 0 && height > 0) setPicture({ width, height });
        }}
      />
      <div className={classes.tools}>
        <button type="button" aria-label="Smaller" onClick={() => zoom(1 / STEP)}>
          <Minus size={20} />
        </button>
        <button type="button" aria-label="Larger" onClick={() => zoom(STEP)}>
          <Plus size={20} />
        </button>
        <button type="button" aria-label="Full screen" onClick={fullScreen}>
          <Maximize size={20} />
        </button>
        <MineTool item={item} className={undefined} inDialog />
        <button type="button" aria-label="Close" onClick={onClose}>
          <X size={22} />
        </button>
      </div>
    </dialog>
  );
}

interface Gesture {
  move: (dx: number, dy: number) => void;
  zoom: (factor: number, point: { x: number; y: number }) => void;
}

/** One pointer drags, two pinch. */
function useGesture({ move, zoom }: Gesture) {
  const pointers = useRef(new Map<number, { x: number; y: number }>());
  const release = (event: PointerEvent) => void pointers.current.delete(event.pointerId);
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.target instanceof Element && event.target.closest('button')) return;
      pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    },
    onPointerMove: (event: PointerEvent) => {
      const before = pointers.current.get(event.pointerId);
      if (!before) return;
      const now = { x: event.clientX, y: event.clientY };
      const [other] = [...pointers.current].filter(([id]) => id !== event.pointerId).map(([, point]) => point);
      pointers.current.set(event.pointerId, now);
      if (!other) {
        move(now.x - before.x, now.y - before.y);
        return;
      }
      const factor = Math.hypot(now.x - other.x, now.y - other.y) / Math.hypot(before.x - other.x, before.y - other.y);
      zoom(Number.isFinite(factor) && factor > 0 ? factor : 1, {
        x: (now.x + other.x) / 2 - innerWidth / 2,
        y: (now.y + other.y) / 2 - innerHeight / 2,
      });
    },
    onPointerUp: release,
    onPointerCancel: release,
    onPointerLeave: release,
  };
}
