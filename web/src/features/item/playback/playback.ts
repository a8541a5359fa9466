/**
 * One media element playing the files of an item one after the other, as a store a component can subscribe to.
 * Times are seconds of the whole item. The element belongs to the page; this only listens to it and steers it.
 */
import type { Refusal } from '@/api/probe';
import { clamp } from '../progress';
import { type Spot, Timeline } from './timeline';

export interface Source {
  url: string;
  duration: number | null;
  missing: boolean;
}

/** Another form of the item, converted while it is watched: it begins at the second its address names, and cannot be wound. */
export interface Conversion {
  url: string;
  label: string;
}

export type Trouble = Refusal['trouble'] | 'no-picture';

export interface PlaybackState {
  time: number;
  total: number | null;
  /** Seconds of the whole that are loaded, as far as they join the present place. */
  loaded: number;
  file: number;
  playing: boolean;
  waiting: boolean;
  ended: boolean;
  speed: number;
  volume: number;
  muted: boolean;
  trouble: Trouble | null;
  /** What the server said of the trouble, if anything. */
  reason: string;
  /** Which of the conversions plays; null for the file itself. */
  conversion: number | null;
}

export interface PlaybackOptions {
  sources: readonly Source[];
  startAt: number;
  speed: number;
  volume: number;
  /** What happened, and where: `ended` is at the end of the whole, not of a file. */
  onChange: (what: 'playing' | 'time' | 'paused' | 'jumped' | 'ended', time: number, total: number | null) => void;
  /** What is the matter with a file the browser does not take. */
  probe: (url: string) => Promise<Refusal>;
  /** What is played instead of a file that the browser cannot play, the best first; they may become known later. */
  conversions?: () => readonly Conversion[];
  /** Begin with the first conversion: the file is known to be of no use. */
  converted?: boolean;
}

// MediaError.code; the numbers are part of the HTML standard.
const NETWORK = 2;
const NOT_SUPPORTED = 4;

// While somebody drags the slider, a conversion is not begun anew at every place on the way.
const SETTLE_MS = 250;

export class Playback {
  private element: HTMLMediaElement | null = null;
  private timeline: Timeline;
  private state: PlaybackState;
  private seekWhenLoaded: number | null = null;
  private playWhenLoaded = false;
  /** Seconds into the file at which the element's own time begins: not 0 for what is converted from there on. */
  private base = 0;
  private settling: ReturnType<typeof setTimeout> | undefined;
  /** The server ended a conversion nobody watched; it begins anew when somebody does. */
  private brokenOff = false;
  /** Where a conversion that broke off was begun anew last. */
  private wentOnAt = -1;
  private readonly failedConversions = new Set<number>();
  private readonly options: PlaybackOptions;
  private readonly listeners = new Set<() => void>();

  constructor(options: PlaybackOptions) {
    this.options = options;
    this.timeline = new Timeline(options.sources.map((source) => source.duration));
    this.state = {
      time: options.startAt,
      total: this.timeline.total,
      loaded: 0,
      file: this.timeline.locate(options.startAt).file,
      playing: false,
      waiting: false,
      ended: false,
      speed: options.speed,
      volume: options.volume,
      muted: false,
      trouble: null,
      reason: '',
      conversion: options.converted ? 0 : null,
    };
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): PlaybackState => this.state;

  /** Takes over the element; returns how to let go of it. */
  attach(element: HTMLMediaElement): () => void {
    this.element = element;
    const handlers = Object.entries(this.handlers);
    for (const [name, handler] of handlers) element.addEventListener(name, handler);
    element.volume = this.state.volume;
    this.open(this.timeline.locate(this.state.time), false);
    return () => {
      for (const [name, handler] of handlers) element.removeEventListener(name, handler);
      clearTimeout(this.settling);
      element.pause();
      element.removeAttribute('src');
      element.load();
      this.element = null;
      this.set({ playing: false, waiting: false });
    };
  }

  play = (): void => {
    if (!this.element || this.state.trouble) return;
    if (this.state.ended) this.open({ file: 0, offset: 0 }, true);
    else if (this.brokenOff) this.open(this.timeline.locate(this.state.time), true);
    else this.start();
  };

  pause = (): void => this.element?.pause();

  toggle = (): void => (this.state.playing ? this.pause() : this.play());

  seek = (time: number): void => {
    const wanted = clamp(time, 0, this.state.total ?? Number.POSITIVE_INFINITY);
    const spot = this.timeline.locate(wanted);
    if (spot.file !== this.state.file || this.state.trouble === 'missing') this.open(spot, this.state.playing);
    else if (this.element) {
      if (this.state.conversion !== null) this.seekConverted(spot);
      else if (this.seekWhenLoaded === null) this.element.currentTime = spot.offset;
      else this.seekWhenLoaded = spot.offset;
    }
    this.set({ time: wanted, ended: false });
    this.report('jumped');
  };

  skip = (seconds: number): void => this.seek(this.state.time + seconds);

  setSpeed = (speed: number): void => {
    if (this.element) this.element.playbackRate = speed;
    this.set({ speed });
  };

  setVolume = (volume: number): void => {
    const wanted = clamp(volume, 0, 1);
    if (this.element) {
      this.element.volume = wanted;
      this.element.muted = false;
    }
    this.set({ volume: wanted, muted: false });
  };

  toggleMute = (): void => {
    const muted = !this.state.muted;
    if (this.element) this.element.muted = muted;
    this.set({ muted });
  };

  /** After trouble with the network. */
  retry = (): void => {
    this.failedConversions.clear();
    this.open(this.timeline.locate(this.state.time), true);
  };

  /** Goes on in another form; null is the file itself. */
  choose = (conversion: number | null): void => {
    this.set({ conversion });
    this.open(this.timeline.locate(this.state.time), this.state.playing);
  };

  /** The exact time, which `snapshot` has a few times a second only. */
  now(): number {
    if (!this.element || this.seekWhenLoaded !== null) return this.state.time;
    return this.timeline.timeOf({ file: this.state.file, offset: this.base + this.element.currentTime });
  }

  /** Opens that place, or the next file that is there. */
  private open(spot: Spot, autoplay: boolean): void {
    const file = this.options.sources.findIndex((source, index) => index >= spot.file && !source.missing);
    const source = this.options.sources[file];
    if (!this.element || !source) {
      this.set({ trouble: 'missing', playing: false, waiting: false });
      return;
    }
    clearTimeout(this.settling);
    this.brokenOff = false;
    const offset = file === spot.file ? spot.offset : 0;
    const conversion = this.conversion();
    this.base = conversion ? offset : 0;
    this.seekWhenLoaded = conversion ? 0 : offset;
    this.playWhenLoaded = autoplay;
    this.set({
      file,
      time: this.timeline.timeOf({ file, offset }),
      loaded: 0,
      ended: false,
      trouble: null,
      reason: '',
    });
    this.element.src = conversion ? startingAt(conversion.url, offset) : source.url;
    this.element.load();
  }

  private conversion(): Conversion | undefined {
    return this.state.conversion === null ? undefined : this.options.conversions?.()[this.state.conversion];
  }

  /** Within what is loaded the element can go there; elsewhere the conversion begins anew, once the hand rests. */
  private seekConverted(spot: Spot): void {
    const { element } = this;
    if (!element) return;
    const own = spot.offset - this.base;
    if (this.seekWhenLoaded === null && !this.brokenOff && isLoaded(element.buffered, own)) {
      element.currentTime = own;
      return;
    }
    const autoplay = this.state.playing || this.playWhenLoaded;
    this.playWhenLoaded = autoplay; // so that pausing is not taken for a wish
    this.seekWhenLoaded = 0;
    element.pause();
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.open(spot, autoplay), SETTLE_MS);
  }

  private start(): void {
    // Refused play() rejects: by the autoplay rules, or because the file turned out unplayable, which `error` tells.
    this.element?.play()?.catch(() => this.set({ playing: false, waiting: false }));
  }

  private readonly handlers = {
    loadedmetadata: () => this.opened(),
    timeupdate: () => this.moved(),
    progress: () => this.set({ loaded: this.loadedUntil() }),
    play: () => this.set({ playing: true, ended: false }),
    playing: () => this.started(),
    waiting: () => this.set({ waiting: true }),
    pause: () => this.paused(),
    ended: () => this.fileEnded(),
    error: () => this.failed(),
  };

  private opened(): void {
    const { element } = this;
    if (!element) return;
    if (Number.isFinite(element.duration) && this.state.conversion === null) {
      this.timeline = this.timeline.with(this.state.file, element.duration);
    }
    const hasNoPicture = 'videoWidth' in element && element.videoWidth === 0;
    if (hasNoPicture && this.convert(this.playWhenLoaded)) return;
    this.set({ total: this.timeline.total, trouble: hasNoPicture ? 'no-picture' : null });
    element.playbackRate = this.state.speed;
    const offset = this.seekWhenLoaded ?? 0;
    this.seekWhenLoaded = null;
    if (offset > 0) element.currentTime = Math.min(offset, element.duration || offset);
    if (this.playWhenLoaded) this.start();
    this.playWhenLoaded = false;
  }

  private moved(): void {
    if (!this.element || this.seekWhenLoaded !== null || this.element.ended) return;
    const time = this.now();
    this.set({ time, loaded: this.loadedUntil() });
    if (this.state.playing) this.report('time');
  }

  private started(): void {
    this.set({ playing: true, waiting: false });
    this.report('playing');
  }

  private paused(): void {
    // Swapping files pauses too, but then the next one is about to play.
    if (this.playWhenLoaded || this.element?.ended) return;
    this.set({ playing: false, waiting: false });
    this.report('paused');
  }

  private fileEnded(): void {
    const next = this.options.sources.findIndex((source, index) => index > this.state.file && !source.missing);
    if (next >= 0) {
      this.open({ file: next, offset: 0 }, true);
      return;
    }
    this.set({ time: this.state.total ?? this.state.time, playing: false, waiting: false, ended: true });
    this.report('ended');
  }

  private failed(): void {
    const code = this.element?.error?.code;
    if (code === undefined || !this.element?.hasAttribute('src')) return;
    const wanted = this.state.playing || this.playWhenLoaded;
    if (code === NOT_SUPPORTED || code === NETWORK) void this.findReason(code, wanted);
    else if (!this.convert(wanted)) this.give('unsupported', '');
  }

  /** An element says "not supported" also of a file that the server does not have or does not send; and why it did not arrive, it never
   * says. */
  private async findReason(code: number, wanted: boolean): Promise<void> {
    const { file, conversion } = this.state;
    const url = this.conversion()?.url ?? this.options.sources[file]?.url ?? '';
    const { trouble, reason } = await this.options.probe(url);
    if (!this.element || file !== this.state.file || conversion !== this.state.conversion) return;
    const lost = code === NETWORK && trouble === 'unsupported'; // it is there again
    if (lost && conversion !== null && this.goOn(wanted)) return;
    if (trouble === 'unsupported' && !lost && this.convert(wanted)) return;
    this.give(lost ? 'network' : trouble, reason);
  }

  /** A conversion has no parts that could be asked for again: it begins anew where it was, once for each place, and only when it is watched. */
  private goOn(wanted: boolean): boolean {
    if (!wanted) {
      this.brokenOff = true;
      this.set({ waiting: false });
      return true;
    }
    if (this.state.time <= this.wentOnAt) return false;
    this.wentOnAt = this.state.time;
    this.open(this.timeline.locate(this.state.time), true);
    return true;
  }

  /** Goes on in the next form that has not failed yet, if there is one. */
  private convert(autoplay: boolean): boolean {
    if (this.state.conversion !== null) this.failedConversions.add(this.state.conversion);
    const count = this.options.conversions?.().length ?? 0;
    const next = Array.from({ length: count }, (_, index) => index).find((index) => !this.failedConversions.has(index));
    if (next === undefined) return false;
    this.set({ conversion: next });
    this.open(this.timeline.locate(this.state.time), autoplay);
    return true;
  }

  private give(trouble: Trouble, reason: string): void {
    const { playing } = this.state;
    this.set({ trouble, reason, playing: false, waiting: false });
    if (playing) this.report('paused');
  }

  private loadedUntil(): number {
    const { element } = this;
    if (!element) return 0;
    const { buffered, currentTime } = element;
    for (let range = 0; range < buffered.length; range += 1) {
      if (buffered.start(range) <= currentTime + 0.5 && currentTime <= buffered.end(range)) {
        return this.timeline.timeOf({ file: this.state.file, offset: this.base + buffered.end(range) });
      }
    }
    return 0;
  }

  private report(what: Parameters<PlaybackOptions['onChange']>[0]): void {
    this.options.onChange(what, this.state.time, this.state.total);
  }

  private set(changes: Partial<PlaybackState>): void {
    this.state = { ...this.state, ...changes };
    for (const listener of this.listeners) listener();
  }
}

function isLoaded(buffered: TimeRanges, time: number): boolean {
  for (let range = 0; range < buffered.length; range += 1) {
    if (buffered.start(range) <= time && time <= buffered.end(range)) return true;
  }
  return false;
}

function startingAt(url: string, seconds: number): string {
  return seconds > 0 ? `${url}${url.includes('?') ? '&' : '?'}start=${seconds.toFixed(3)}` : url;
}
