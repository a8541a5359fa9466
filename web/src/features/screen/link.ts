/**
 * The screen's line to the server. State comes over an event stream, and by asking where the stream is not to be had or
 * silent; acks go one after the other until the server has dealt with them; every answer and every silence tells whether
 * the network is there. Nothing here waits for ever.
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

export interface LinkOptions {
  code: string | null;
  /** The acks that still have to be said, the oldest first. */
  acks: () => readonly Ack[];
  onCode: (code: string | null) => void;
  onState: (state: ScreenState) => void;
  onAnswer: (ack: Ack, state: ScreenState | null) => void;
  onOnline: (online: boolean) => void;
  /** The server knows no such screen any more. */
  onForgotten: () => void;
}

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 20_000;
const TICK_MS = 1_000;
/** One "unknown" may be a server in the middle of a restart. */
const FORGOTTEN_AFTER = 2;

export class Link {
  private code: string | null;
  private readonly options: LinkOptions;
  private source: EventSource | null = null;
  private streaming = false;
  private retryMs = FIRST_RETRY_MS;
  private retryAt = 0;
  private heardAt = 0;
  private pollMs = 5_000;
  private unknown = 0;
  private asking = false;
  private sending = false;
  private saying = false;
  private closed = false;
  private readonly ticking: number;

  constructor(options: LinkOptions) {
    this.options = options;
    this.code = options.code;
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

  /** Another screen from now on. */
  adopt(code: string | null): void {
    this.source?.close();
    this.source = null;
    this.streaming = false;
    this.code = code;
    this.unknown = 0;
    this.heardAt = Number.NEGATIVE_INFINITY;
    this.hurry();
  }

  /** Says where the player is; what cannot be said now is not worth saying later. */
  async where(at: NowAt): Promise<void> {
    const { code } = this;
    if (code === null || this.saying) return;
    this.saying = true;
    try {
      await sayWhere(code, at);
      this.reached();
    } catch (error) {
      this.failed(error);
    } finally {
      this.saying = false;
    }
  }

  /** Whether anything answers at that address. */
  async reachable(url: string): Promise<boolean> {
    try {
      const response = await fetch(url, { headers: { range: 'bytes=0-0' }, signal: AbortSignal.timeout(6_000) });
      void response.body?.cancel();
      return response.status < 500;
    } catch {
      this.options.onOnline(false);
      return false;
    }
  }

  /** Sends what waits, in order. */
  async send(): Promise<void> {
    if (this.sending || this.closed) return;
    this.sending = true;
    try {
      for (let [ack] = this.options.acks(); ack && this.code !== null; [ack] = this.options.acks()) {
        if (!(await this.sendOne(this.code, ack))) return;
      }
    } finally {
      this.sending = false;
    }
  }

  private async sendOne(code: string, ack: Ack): Promise<boolean> {
    try {
      const state = await ackSlot(code, ack);
      this.reached();
      if (code === this.code) this.options.onAnswer(ack, state);
      return true;
    } catch (error) {
      const refused = error instanceof ApiError && error.status < 500 && error.status !== 429;
      this.failed(error);
      if (refused && code === this.code) this.options.onAnswer(ack, null);
      return refused;
    }
  }

  private readonly tick = (): void => {
    const now = performance.now();
    if (this.options.acks().length > 0 && now >= this.retryAt) void this.send();
    if (this.source === null && this.code !== null && now >= this.retryAt) this.listen();
    const silentFor = now - this.heardAt;
    // Twice unknown is forgotten, and then the screen shows a code again: nobody should wait for that.
    if (this.unknown > 0 && now >= this.retryAt) void this.ask();
    else if (silentFor > this.pollMs && (now >= this.retryAt || silentFor > 3 * this.pollMs)) void this.ask();
  };

  private readonly hurry = (): void => {
    this.retryMs = FIRST_RETRY_MS;
    this.retryAt = 0;
    void this.ask();
  };

  private readonly cut = (): void => {
    this.options.onOnline(false);
  };

  private async ask(): Promise<void> {
    if (this.asking || this.closed) return;
    this.asking = true;
    try {
      await this.introduce();
      const { code } = this;
      if (code === null) return;
      const state = await askScreen(code);
      if (this.closed || code !== this.code) return;
      this.reached();
      this.unknown = 0;
      this.hear(state);
    } catch (error) {
      this.failed(error);
      if (isUnknown(error)) this.count();
    } finally {
      this.asking = false;
    }
  }

  private async introduce(): Promise<void> {
    if (this.code !== null) return;
    const { code } = await openScreen();
    if (this.closed) return;
    this.code = code;
    this.options.onCode(code);
  }

  private count(): void {
    this.unknown += 1;
    if (this.unknown < FORGOTTEN_AFTER) return;
    this.adopt(null);
    this.options.onForgotten();
  }

  private listen(): void {
    if (this.code === null || this.closed) return;
    const source = new EventSource(screenEventsUrl(this.code));
    this.source = source;
    source.addEventListener('open', () => {
      this.streaming = true;
      this.retryMs = FIRST_RETRY_MS;
    });
    source.addEventListener('screen', (event: MessageEvent<string>) => {
      if (source !== this.source) return;
      // Heard, but nothing said: the server counts only what a screen says as a sign of it.
      this.options.onOnline(true);
      this.hear(wholeState(JSON.parse(event.data) as Partial<ScreenState>));
    });
    // The browser's own retry neither backs off nor survives a refusal.
    source.addEventListener('error', () => {
      source.close();
      if (source !== this.source) return;
      this.source = null;
      this.later();
      // A stream that breaks says little; the answer to a question says whether the network is there.
      if (this.streaming) void this.ask();
      this.streaming = false;
    });
  }

  private hear(state: ScreenState): void {
    this.pollMs = Math.max(1, state.poll_seconds) * 1000;
    this.options.onState(state);
  }

  private reached(): void {
    this.heardAt = performance.now();
    this.options.onOnline(true);
  }

  private failed(error: unknown): void {
    const answered = error instanceof ApiError && error.status < 500;
    if (answered) this.reached();
    else this.options.onOnline(false);
    this.later(error instanceof ApiError ? error.retryAfter : null);
  }

  private later(seconds: number | null = null): void {
    const wait = Math.max(this.retryMs * (0.8 + Math.random() * 0.4), (seconds ?? 0) * 1000);
    this.retryAt = performance.now() + wait;
    this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS);
  }
}

function isUnknown(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}
