/**
 * The screen's line to the server. State comes over an event stream, with every answer, and by asking where both are
 * silent; acks go one after the other until the server has dealt with them; every answer and every silence tells whether
 * the network is there. Nothing here waits for ever.
 *
 * A code is given up at once when the server says that its display was removed. When the server merely knows it not, it is
 * given up after a minute of that, and even then it is kept: a server that was started on another database may come back.
 * Meanwhile nothing else is asked, as wrong codes are counted.
 */
import { ApiError } from '@/api/errors';
import {
  type Ack,
  ackSlot,
  askScreen,
  type NowAt,
  openScreen,
  type ScreenState,
  sayWhere,
  screenEventsUrl,
  wholeState,
} from '@/api/screens';
import { isAway, verdictOf } from './answers';
import { Backoff } from './backoff';

export interface LinkOptions {
  code: string | null;
  /** A code the server knew once. */
  former: string | null;
  /** The acks that still have to be said, the oldest first. */
  acks: () => readonly Ack[];
  onCode: (code: string | null) => void;
  onFormer: (code: string | null) => void;
  onState: (state: ScreenState) => void;
  onAnswer: (ack: Ack, state: ScreenState | null) => void;
  onOnline: (online: boolean) => void;
  /** Whether the server has said that it knows no such screen, and is not believed yet. */
  onDoubt: (doubtful: boolean) => void;
  /** The server knows no such screen any more. */
  onForgotten: () => void;
}

const TICK_MS = 1_000;
const SLOWEST_MS = 20_000;
/** Where nothing answers at all, trying costs nobody anything. */
const SLOWEST_SILENT_MS = 5_000;
const FORGOTTEN_AFTER_MS = 60_000;
const DOUBT_FIRST_MS = 2_000; // what happened in between is told by then
const DOUBT_MS = 20_000;
const FORMER_FIRST_MS = 5 * 60_000;
const FORMER_SLOWEST_MS = 2 * 3_600_000;

export class Link {
  private code: string | null;
  private former: string | null;
  private readonly options: LinkOptions;
  private source: EventSource | null = null;
  private streaming = false;
  private readonly asks = new Backoff();
  private readonly streams = new Backoff();
  private heardAt = Number.NEGATIVE_INFINITY;
  private pollMs = 5_000;
  private unclaimed = false;
  private doubtful = false;
  private unknownSince: number | null = null;
  private formerAt = 0;
  private formerMs = FORMER_FIRST_MS;
  private asking = false;
  private sending = false;
  private saying = false;
  private recalling = false;
  private closed = false;
  private readonly ticking: number;

  constructor(options: LinkOptions) {
    this.options = options;
    this.code = options.code;
    this.former = options.former;
    this.ticking = window.setInterval(this.tick, TICK_MS);
    window.addEventListener('online', this.hurry);
    window.addEventListener('offline', this.cut);
    void this.ask();
  }

  close(): void {
    this.closed = true;
    clearInterval(this.ticking);
    window.removeEventListener('online', this.hurry);
    window.removeEventListener('offline', this.cut);
    this.source?.close();
  }

  /** Says where the player is, and hears how things are; what cannot be said now is not worth saying later. */
  async where(at: NowAt): Promise<void> {
    const { code } = this;
    if (code === null || this.saying || !this.mayTalk()) return;
    this.saying = true;
    try {
      const state = wholeState((await sayWhere(code, at)) as Partial<ScreenState>);
      if (code === this.code) this.heard(state);
    } catch (error) {
      this.failed(code, error);
    } finally {
      this.saying = false;
    }
  }

  /** Whether anything answers at that address; false when the way there is to blame. */
  async reachable(url: string): Promise<boolean> {
    if (this.doubtful) return false;
    try {
      const response = await fetch(url, { headers: { range: 'bytes=0-0' }, signal: AbortSignal.timeout(6_000) });
      void response.body?.cancel();
      return !isAway(response);
    } catch {
      this.options.onOnline(false);
      return false;
    }
  }

  /** Sends what waits, in order. */
  async send(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      for (let [ack] = this.options.acks(); ack && this.code !== null && this.mayTalk(); [ack] = this.options.acks()) {
        if (!(await this.sendOne(this.code, ack))) return;
      }
    } finally {
      this.sending = false;
    }
  }

  private async sendOne(code: string, ack: Ack): Promise<boolean> {
    try {
      const state = await ackSlot(code, ack);
      if (code !== this.code || this.closed) return false;
      this.reached(state);
      this.options.onAnswer(ack, state);
      return true;
    } catch (error) {
      const refused = this.failed(code, error) === 'refused';
      if (refused) this.options.onAnswer(ack, null);
      return refused;
    }
  }

  private mayTalk(): boolean {
    return !this.closed && !this.doubtful && performance.now() >= this.asks.at;
  }

  private readonly tick = (): void => {
    const now = performance.now();
    if (now < this.asks.at) return;
    if (this.doubtful) {
      void this.ask();
      return;
    }
    if (this.options.acks().length > 0) void this.send();
    if (this.source === null && now >= this.streams.at) this.listen();
    if (now - this.heardAt > this.pollMs) void this.ask();
    if (this.unclaimed && now >= this.formerAt) void this.recall();
  };

  private readonly hurry = (): void => {
    this.asks.reset();
    this.streams.reset();
    void this.ask();
  };

  private readonly cut = (): void => {
    this.options.onOnline(false);
  };

  private async ask(): Promise<void> {
    if (this.asking || this.closed) return;
    this.asking = true;
    let { code } = this;
    try {
      if (code === null) {
        ({ code } = await openScreen());
        if (this.closed) return;
        this.code = code;
        this.options.onCode(code);
      }
      const state = await askScreen(code);
      if (code === this.code) this.heard(state);
    } catch (error) {
      if (this.failed(code, error) === 'refused') this.asks.later(SLOWEST_MS);
    } finally {
      this.asking = false;
    }
  }

  private listen(): void {
    if (this.code === null || this.closed) return;
    const source = new EventSource(screenEventsUrl(this.code));
    this.source = source;
    source.addEventListener('open', () => {
      this.streaming = true;
      this.streams.reset();
    });
    source.addEventListener('screen', (event: MessageEvent<string>) => {
      if (source !== this.source || this.closed) return;
      // Heard, but nothing said: the server counts only what a screen says as a sign of it.
      this.known();
      this.hear(wholeState(JSON.parse(event.data) as Partial<ScreenState>));
    });
    // The browser's own retry neither backs off nor survives a refusal.
    source.addEventListener('error', () => {
      source.close();
      if (source !== this.source) return;
      this.source = null;
      this.streams.later(SLOWEST_MS);
      // A stream that breaks says little; the answer to a question says whether the network is there.
      if (this.streaming && this.mayTalk()) void this.ask();
      this.streaming = false;
    });
  }

  /** The server answered with how things are. */
  private heard(state: ScreenState): void {
    if (this.closed) return;
    this.reached(state);
    this.hear(state);
  }

  private reached(state: ScreenState): void {
    this.heardAt = performance.now();
    this.asks.reset();
    this.known();
    this.unclaimed = state.state === 'pairing';
    if (!this.unclaimed) this.keepFormer(null);
  }

  private hear(state: ScreenState): void {
    this.pollMs = Math.max(1, state.poll_seconds) * 1000;
    this.options.onState(state);
  }

  private known(): void {
    this.unknownSince = null;
    if (this.doubtful) this.asks.reset();
    this.setDoubt(false);
    this.options.onOnline(true);
  }

  /** What a failure was, null when it is of no matter any more. */
  private failed(code: string | null, error: unknown): ReturnType<typeof verdictOf> | null {
    if (this.closed || code !== this.code) return null;
    const verdict = verdictOf(error);
    if (verdict === 'refused') this.options.onOnline(true);
    else if (verdict === 'removed' && code !== null) this.replace();
    else if (verdict === 'unknown' && code !== null) this.doubt(code);
    else this.away(error);
    return verdict;
  }

  private away(error: unknown): void {
    const answered = error instanceof ApiError;
    // Who asked too often was told nothing about the code; all else breaks the row of answers.
    if (!answered || error.status !== 429) this.unknownSince = null;
    const askedFor = answered ? (error.retryAfter ?? 0) * 1000 : 0;
    this.asks.later(answered ? SLOWEST_MS : SLOWEST_SILENT_MS, askedFor);
    this.options.onOnline(false);
  }

  private doubt(code: string): void {
    const now = performance.now();
    this.unknownSince ??= now;
    if (now - this.unknownSince >= FORGOTTEN_AFTER_MS) {
      this.forget(code);
      return;
    }
    this.asks.wait(this.doubtful ? DOUBT_MS : DOUBT_FIRST_MS);
    this.setDoubt(true);
    this.options.onOnline(false);
  }

  private setDoubt(doubtful: boolean): void {
    if (doubtful === this.doubtful) return;
    this.doubtful = doubtful;
    this.options.onDoubt(doubtful);
  }

  /** A code that nobody had claimed is no better than the one before it. */
  private forget(code: string): void {
    if (this.former === null) {
      this.formerMs = FORMER_FIRST_MS;
      this.formerAt = performance.now() + this.formerMs;
      this.keepFormer(code);
    } else {
      this.formerAt = 0;
    }
    this.replace();
  }

  /** A new code, which nobody has claimed yet. */
  private replace(): void {
    this.adopt(null);
    this.options.onOnline(true);
    this.options.onForgotten();
    // Not within the question whose answer this is: only one is asked at a time.
    setTimeout(this.tick);
  }

  /** Another screen from now on. */
  private adopt(code: string | null): void {
    this.source?.close();
    this.source = null;
    this.streaming = false;
    this.code = code;
    this.unclaimed = false;
    this.unknownSince = null;
    this.heardAt = Number.NEGATIVE_INFINITY;
    this.asks.reset();
    this.streams.reset();
    this.setDoubt(false);
  }

  private keepFormer(code: string | null): void {
    if (code === this.former) return;
    this.former = code;
    this.options.onFormer(code);
  }

  /** Asks whether the server remembers the former code, ever more rarely: it counts wrong ones. */
  private async recall(): Promise<void> {
    const { former } = this;
    if (former === null || this.recalling) return;
    this.recalling = true;
    this.formerAt = performance.now() + this.formerMs;
    try {
      const state = await askScreen(former);
      if (this.closed || !this.unclaimed || former !== this.former) return;
      this.adopt(former);
      this.options.onForgotten();
      this.options.onCode(former);
      this.keepFormer(null);
      this.heard(state);
    } catch (error) {
      const verdict = verdictOf(error);
      if (verdict === 'removed') this.keepFormer(null);
      else if (verdict === 'unknown') this.formerMs = Math.min(this.formerMs * 2, FORMER_SLOWEST_MS);
    } finally {
      this.recalling = false;
    }
  }
}
