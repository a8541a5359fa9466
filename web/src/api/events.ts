/**
 * Live events from the server: one EventSource per visible tab, shared by everything in it.
 *
 * A browser allows six HTTP/1.1 connections per host over all tabs, and an EventSource holds one for ever: hidden tabs
 * therefore let go of theirs and pick up again, from the last event id, when they come back. When a proxy swallows the
 * stream, the job list is polled instead.
 */
import { api, serverUrl } from './client';
import type { Display } from './displays';
import type { Job, Listing } from './types';

export interface LibraryChange {
  library_id: number;
  revision: number;
}

export interface EventMap {
  job: Job;
  library: LibraryChange;
  /** To administrators only: a display as it is now, and that some were removed. */
  display: Display;
  displays: unknown;
  hello: { revision: number };
}

type EventName = keyof EventMap;
type Listener<K extends EventName> = (data: EventMap[K]) => void;
type Listeners = { [K in EventName]: Set<Listener<K>> };

const NAMES = ['job', 'library', 'display', 'displays', 'hello'] as const satisfies readonly EventName[];
const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 30_000;
const POLL_MS = 5_000;
const SILENCE_MS = 8_000; // no `hello` within this time: something between us buffers the stream

export class LiveEvents {
  private readonly listeners: Listeners = {
    job: new Set(),
    library: new Set(),
    display: new Set(),
    displays: new Set(),
    hello: new Set(),
  };
  private source: EventSource | null = null;
  private lastId = '';
  private retryMs = FIRST_RETRY_MS;
  private retryTimer = 0;
  private silenceTimer = 0;
  private pollTimer = 0;
  private running = false;

  on<K extends EventName>(name: K, listener: Listener<K>): () => void {
    (this.listeners[name] as Set<Listener<K>>).add(listener);
    return () => {
      (this.listeners[name] as Set<Listener<K>>).delete(listener);
    };
  }

  start(): void {
    if (this.running) return;
    this.running = true;
    document.addEventListener('visibilitychange', this.followVisibility);
    this.followVisibility();
  }

  stop(): void {
    this.running = false;
    document.removeEventListener('visibilitychange', this.followVisibility);
    this.close();
  }

  private readonly followVisibility = (): void => {
    if (document.visibilityState === 'hidden') this.close();
    else if (!this.source) this.open();
  };

  private open(): void {
    const query = this.lastId ? `?last_event_id=${encodeURIComponent(this.lastId)}` : '';
    const source = new EventSource(serverUrl(`api/events${query}`));
    this.source = source;
    for (const name of NAMES) source.addEventListener(name, (event) => this.receive(name, event));
    source.addEventListener('error', this.retryLater);
    this.silenceTimer = window.setTimeout(this.startPolling, SILENCE_MS);
  }

  private close(): void {
    this.source?.close();
    this.source = null;
    clearTimeout(this.retryTimer);
    clearTimeout(this.silenceTimer);
    this.stopPolling();
  }

  private receive(name: EventName, event: MessageEvent<string>): void {
    this.lastId = event.lastEventId || this.lastId;
    this.retryMs = FIRST_RETRY_MS;
    clearTimeout(this.silenceTimer);
    this.stopPolling();
    this.emit(name, JSON.parse(event.data) as EventMap[typeof name]);
  }

  private emit<K extends EventName>(name: K, data: EventMap[K]): void {
    for (const listener of this.listeners[name] as Set<Listener<K>>) listener(data);
  }

  /** The browser's own retry neither backs off nor survives a 502, so the connection is ours to reopen. */
  private readonly retryLater = (): void => {
    this.close();
    if (!this.running) return;
    this.retryTimer = window.setTimeout(() => this.open(), this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, LAST_RETRY_MS);
    this.startPolling();
  };

  private readonly startPolling = (): void => {
    if (!this.pollTimer) this.pollTimer = window.setInterval(this.poll, POLL_MS);
  };

  private stopPolling(): void {
    clearInterval(this.pollTimer);
    this.pollTimer = 0;
  }

  private readonly poll = async (): Promise<void> => {
    try {
      const { items } = await api.get<Listing<Job>>('jobs', { query: { page_size: 50 } });
      for (const job of items) this.emit('job', job);
    } catch {
      // Still unreachable: the stream's own retry tells when it is back.
    }
  };
}

export const liveEvents = new LiveEvents();
