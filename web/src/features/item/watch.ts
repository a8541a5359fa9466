/**
 * What one open player or reader tells the server: pings with numbers, under a word of their own. The server counts time and
 * plays from them, applies each once, and leaves out those that come late. So a ping that was lost may be sent again as it
 * was, and none needs to wait for the one before.
 *
 * Nothing is said before something is played or read: opening a page is not watching.
 */
import type { WatchPing } from '@/api/personal';

/** In one of the ways the server takes; `fraction` is the same place as 0–1 of the whole, null where that is not known. */
export interface Place {
  said: { position: number } | { page: number } | { progress: number };
  fraction: number | null;
}

export interface WatchOptions {
  session: string;
  send: (ping: WatchPing) => Promise<unknown>;
  /** The place is shown as my progress before the server has heard of it. */
  show: (fraction: number) => void;
  now?: () => number;
}

type Event = NonNullable<WatchPing['event']>;

const EVERY_MS = 10_000;
const SETTLE_MS = 400; // a slider that is dragged jumps many times a second
const AGAIN_MS = 5_000;

export class Watch {
  private seq = 0;
  private running = false;
  private place: Place | null = null;
  private rate = 1;
  private saidAt = Number.NEGATIVE_INFINITY;
  private seekTimer: ReturnType<typeof setTimeout> | undefined;
  private againTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly options: WatchOptions;
  private readonly now: () => number;

  constructor(options: WatchOptions) {
    this.options = options;
    this.now = options.now ?? (() => performance.now());
  }

  /** It runs from here on. Again while it runs: nothing new. */
  start(place: Place, rate = 1): void {
    if (this.running) return;
    this.settle();
    this.running = true;
    this.rate = rate;
    this.place = place;
    this.say('start');
  }

  /** It is here now. Said every ten seconds while it runs. */
  at(place: Place): void {
    this.place = place;
    if (this.running && this.now() - this.saidAt >= EVERY_MS && this.seekTimer === undefined) this.say('ping');
  }

  /** Said soon, once it stays there; also while paused, for that is where it goes on. */
  seek(place: Place): void {
    this.place = place;
    clearTimeout(this.seekTimer);
    this.seekTimer = setTimeout(() => this.settle(), SETTLE_MS);
  }

  /** The time before goes by the old speed. */
  setRate(rate: number): void {
    if (rate === this.rate) return;
    this.rate = rate;
    if (this.running) this.say('ping');
  }

  pause(): void {
    this.stop('pause');
  }

  end(place: Place): void {
    this.place = place;
    this.stop('end');
  }

  /** The page is hidden or goes away: the newest place now, for there may be no later. Sound goes on while hidden. */
  flush(): void {
    this.settle();
    if (this.running) this.say('ping');
  }

  /** No more of it: the player is gone. */
  close(): void {
    this.pause();
    clearTimeout(this.againTimer);
  }

  private stop(event: Event): void {
    this.settle();
    if (!this.running) return;
    this.running = false;
    this.say(event);
  }

  private settle(): void {
    if (this.seekTimer === undefined) return;
    clearTimeout(this.seekTimer);
    this.seekTimer = undefined;
    this.say('seek');
  }

  private say(event: Event): void {
    if (!this.place) return;
    const { said, fraction } = this.place;
    const ping: WatchPing = { session: this.options.session, seq: this.seq, event, rate: this.rate, ...said };
    this.seq += 1;
    this.saidAt = this.now();
    if (event !== 'start' && fraction !== null) this.options.show(fraction);
    this.send(ping);
  }

  /** The newest is worth another try; an older one says nothing the newer does not. */
  private send(ping: WatchPing): void {
    clearTimeout(this.againTimer);
    this.options.send(ping).catch((error: unknown) => {
      if (ping.seq !== this.seq - 1 || !isWorthIt(error)) return;
      this.againTimer = setTimeout(() => this.send(ping), AGAIN_MS);
    });
  }
}

/** A refusal will be a refusal again; only silence is worth another try. */
function isWorthIt(error: unknown): boolean {
  return !(error instanceof Error && 'status' in error && Number(error.status) < 500);
}

/** Not crypto.randomUUID: plain http, as in most homes, does not have it. */
export function sessionWord(): string {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
