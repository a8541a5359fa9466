/**
 * Two layers, one in front, one being made ready behind it: the next picture is decoded and the next film can play before
 * its time comes. The elements are made once and used for ever, so that days of playing leave nothing behind, and a tap
 * that allowed them sound holds for all that follows.
 */
import type { Fit, Outcome, ScreenSlot } from '@/api/screens';
import { Layer } from './layer';
import { isCard, isStill } from './looks';
import type { Source } from './shelf';

export interface Showing {
  key: number;
  slot: ScreenSlot;
  startAt: number;
}

export interface StageOptions {
  source: (slot: ScreenSlot, part: number) => Source | null;
  thumb: (slot: ScreenSlot) => string | null;
  /** False when the network is to blame. */
  reachable: (url: string) => Promise<boolean>;
  onStarted: (key: number) => void;
  onEnded: (key: number, outcome: Outcome, seconds: number) => void;
  onLost: (key: number, position: number) => void;
  /** The browser lets nothing sound before somebody touches the screen. */
  onSilenced: () => void;
  /** Whether the browser is known not to play the file of this item, but another form of it. */
  isUseless: (itemId: number) => boolean;
  onUseless: (itemId: number) => void;
}

const TICK_MS = 250;
const START_MS = 20_000; // a film that has not begun by then does not
const STALL_MS = 8_000;
const STALL_OFFLINE_MS = 2_500;
const FADE_MS = 450;
const SLOWEST_RETRY_MS = 15_000;

export class Stage {
  private front: Layer;
  private back: Layer;
  private readonly options: StageOptions;
  private readonly host: HTMLElement;
  private showing: Showing | null = null;
  private begun = false;
  private paused = false;
  private online = true;
  private stood = 0; // seconds a picture or a card has stood
  private lastTick = performance.now();
  private lastMove = performance.now();
  private lastPosition = 0;
  private failures = 0;
  private turnedAt = 0;
  private volume = 1;
  private muted = false;
  private silenced = false;
  private ready: { slotId: number; done: Promise<void> } | null = null;
  private startTimer = 0;
  private readonly ticking: number;

  constructor(host: HTMLElement, classes: Record<string, string | undefined>, options: StageOptions) {
    this.host = host;
    this.options = options;
    this.front = new Layer(host, classes, options.isUseless, options.onUseless);
    this.back = new Layer(host, classes, options.isUseless, options.onUseless);
    for (const layer of [this.front, this.back]) {
      layer.media.addEventListener('ended', () => this.mediaEnded(layer));
      layer.media.addEventListener('error', () => this.mediaFailed(layer));
      layer.media.addEventListener('pause', () => this.mediaPaused(layer));
    }
    this.ticking = window.setInterval(this.tick, TICK_MS);
  }

  close(): void {
    clearInterval(this.ticking);
    clearTimeout(this.startTimer);
    this.showing = null;
    for (const layer of [this.front, this.back]) {
      layer.empty();
      layer.box.remove();
    }
  }

  /** Items whose media an element holds right now. */
  inUse(): Set<number> {
    return new Set([this.front.slot, this.back.slot].flatMap((slot) => (slot ? [slot.item.id] : [])));
  }

  position(): number {
    const { showing, front } = this;
    if (!showing || !this.begun) return showing?.startAt ?? 0;
    return isStill(showing.slot) ? this.stood : front.time;
  }

  show(showing: Showing): void {
    if (this.showing?.key === showing.key) return;
    this.showing = showing;
    this.begun = false;
    clearTimeout(this.startTimer);
    if (!isStillLayer(this.front)) this.front.media.pause();
    // One failure after the other must not spin.
    const wait = this.failures === 0 ? 0 : Math.min(500 * 2 ** this.failures, SLOWEST_RETRY_MS);
    if (wait === 0) void this.begin(showing);
    else this.startTimer = window.setTimeout(() => void this.begin(showing), wait);
  }

  /** Nothing is to be seen; `hold` leaves the last picture standing. */
  clear(hold: boolean): void {
    this.showing = null;
    clearTimeout(this.startTimer);
    this.front.media.pause();
    if (hold || this.front.slot === null) return;
    delete this.front.box.dataset.front;
    delete this.host.dataset.slot;
    delete this.host.dataset.item;
    this.front.empty(FADE_MS);
  }

  /** Makes the next one ready behind the present one. */
  prepare(slot: ScreenSlot | null): void {
    if (slot === null || !this.begun || this.ready?.slotId === slot.id) return;
    // Over a network that is gone nothing can be made ready.
    if (!isCard(slot) && !this.online && this.options.source(slot, 0)?.stored !== true) return;
    // The layer behind is still to be seen as it fades.
    if (performance.now() - this.turnedAt < FADE_MS + 100) return;
    const done = this.load(slot, 0);
    this.ready = { slotId: slot.id, done };
    done.catch(() => {
      if (this.ready?.done === done) this.ready = null;
    });
  }

  pause(paused: boolean): void {
    if (paused === this.paused) return;
    this.paused = paused;
    this.lastMove = performance.now();
    if (!this.begun) return;
    if (paused) this.front.media.pause();
    else this.play();
  }

  /** The page is looked at again. */
  wake(): void {
    this.lastMove = performance.now();
    if (this.begun && !this.paused) this.play();
  }

  setOnline(online: boolean): void {
    this.online = online;
  }

  seek(seconds: number): void {
    if (!this.showing) return;
    if (!this.begun) this.showing = { ...this.showing, startAt: seconds };
    else if (isStill(this.showing.slot)) this.stood = Math.max(0, seconds);
    else {
      this.front.jump(seconds);
      if (!this.paused) this.play(); // another conversion begins there
    }
    this.lastMove = performance.now();
  }

  sound(volume: number, muted: boolean): void {
    this.volume = Math.min(1, Math.max(0, volume / 100));
    this.muted = muted;
    this.applySound();
  }

  fit(fit: Fit): void {
    this.host.dataset.fit = fit;
  }

  /** Called from within a touch: from now on both elements may sound. */
  allowSound(): void {
    this.silenced = false;
    this.applySound();
    for (const { media } of [this.front, this.back]) {
      // Playing once within the touch is what unlocks an element.
      const wasPaused = media.paused;
      if (!media.hasAttribute('src')) continue;
      void media.play().then(
        () => {
          if (wasPaused && media !== this.front.media) media.pause();
        },
        () => {},
      );
    }
  }

  private applySound(): void {
    for (const { media } of [this.front, this.back]) {
      media.volume = this.volume;
      media.muted = this.muted || this.silenced;
    }
  }

  private async begin(showing: Showing): Promise<void> {
    const { slot, key, startAt } = showing;
    this.lastMove = performance.now();
    try {
      await this.loaded(showing);
    } catch {
      if (this.showing?.key === key) await this.trouble();
      return;
    }
    if (this.showing?.key !== key) return;
    const wish = this.showing.startAt;
    [this.front, this.back] = [this.back, this.front];
    this.ready = null;
    this.stood = isStill(slot) ? wish : 0;
    if (!isStill(slot) && wish > 0 && (startAt !== wish || this.front.time < 0.1)) this.front.jump(wish);
    this.begun = true;
    this.turnedAt = performance.now();
    this.failures = 0;
    this.lastPosition = this.position();
    this.lastMove = this.lastTick = performance.now();
    this.front.box.dataset.front = 'true';
    delete this.back.box.dataset.front;
    this.host.dataset.slot = String(slot.id);
    this.host.dataset.item = String(slot.item.id);
    this.back.empty(FADE_MS);
    if (!this.paused) this.play();
    this.options.onStarted(key);
  }

  /** The layer behind holds it, ready: prepared in good time, or loaded now. */
  private loaded({ slot, startAt }: Showing): Promise<void> {
    if (this.ready?.slotId === slot.id && this.back.slot?.id === slot.id) return this.ready.done;
    this.ready = null;
    return this.load(slot, startAt);
  }

  private load(slot: ScreenSlot, startAt: number): Promise<void> {
    const urlOf = (part: number) => this.options.source(slot, part)?.url ?? '';
    return this.back.load(slot, urlOf, this.options.thumb(slot), startAt);
  }

  private play(): void {
    const { front, showing } = this;
    if (!showing || isStill(showing.slot)) return;
    this.applySound();
    void front.media.play().catch((error: unknown) => {
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError' || front !== this.front) return;
      if (front.media.muted) return; // not even silently: the watchdog goes on
      this.silenced = true;
      this.applySound();
      this.options.onSilenced();
      void front.media.play().catch(() => {});
    });
  }

  private mediaEnded(layer: Layer): void {
    if (layer !== this.front || !this.begun || !this.showing || layer.slot?.id !== this.showing.slot.id) return;
    if (layer.hasMore) void this.goOn(layer, this.showing);
    else this.finish('played', layer.time);
  }

  /** With the next file of the same work. */
  private async goOn(layer: Layer, { key, slot }: Showing): Promise<void> {
    try {
      await layer.nextPart(this.options.source(slot, layer.part + 1)?.url ?? '');
      if (this.showing?.key === key && !this.paused) this.play();
    } catch {
      if (this.showing?.key === key) await this.trouble();
    }
  }

  private mediaFailed(layer: Layer): void {
    if (layer === this.front && this.begun && this.showing && layer.media.hasAttribute('src')) {
      void this.trouble();
    }
  }

  /** Browsers pause what they think nobody looks at. */
  private mediaPaused(layer: Layer): void {
    const { showing } = this;
    if (layer !== this.front || !this.begun || !showing || this.paused || layer.media.ended || document.hidden) return;
    if (!isStill(showing.slot) && layer.slot?.id === showing.slot.id) this.play();
  }

  private readonly tick = (): void => {
    const now = performance.now();
    const passed = (now - this.lastTick) / 1000;
    this.lastTick = now;
    const { showing } = this;
    if (!showing) return;
    if (!this.begun) {
      if (now - this.lastMove > this.patience(START_MS)) void this.trouble();
      return;
    }
    if (this.paused) return;
    if (isStill(showing.slot)) {
      this.stood += passed;
      if (this.stood >= showing.slot.seconds) this.finish('played', this.stood);
      return;
    }
    this.watch(now);
  };

  private watch(now: number): void {
    const position = this.front.media.currentTime;
    if (position !== this.lastPosition || document.hidden) {
      this.lastPosition = position;
      this.lastMove = now;
    } else if (now - this.lastMove > this.patience(STALL_MS)) {
      void this.trouble();
    }
  }

  private patience(usual: number): number {
    const stored = this.showing !== null && this.options.source(this.showing.slot, 0)?.stored === true;
    return this.online || stored ? usual : STALL_OFFLINE_MS;
  }

  /** Is it the thing itself, or the way to it? */
  private async trouble(): Promise<void> {
    const { showing } = this;
    if (!showing) return;
    const { key, slot } = showing;
    const position = this.position();
    this.lastMove = performance.now();
    if (this.begun && this.front.goOn(position)) {
      if (!this.paused) this.play();
      return;
    }
    const source = this.options.source(slot, this.front.part);
    const there = source === null || source.stored || (await this.options.reachable(source.url));
    if (this.showing?.key !== key) return;
    if (there) this.finish('failed', position);
    else {
      this.showing = null;
      this.options.onLost(key, position);
    }
  }

  private finish(outcome: Outcome, seconds: number): void {
    const { showing } = this;
    if (!showing) return;
    this.showing = null;
    this.failures = outcome === 'failed' ? this.failures + 1 : 0;
    this.options.onEnded(showing.key, outcome, Math.round(seconds * 10) / 10);
  }
}

function isStillLayer({ slot }: Layer): boolean {
  return slot === null || isStill(slot);
}
