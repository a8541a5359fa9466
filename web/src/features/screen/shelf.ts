/**
 * Media kept on the screen itself, so that what comes next needs no network when its time has come. One download at a
 * time, in the order things will be shown; bounded in bytes; every object URL that is let go of is revoked.
 */
import { serverUrl } from '@/api/client';
import type { ScreenSlot } from '@/api/screens';
import { askedToWait, isAway } from './answers';

const WHOLE_BUDGET = 256 * 2 ** 20;
/** Longer films are streamed: they would push everything else out. */
const ONE_AT_MOST = 96 * 2 ** 20;
const RETRY_MS = 5_000;
/** Films whose file the browser does not play; beyond this many it finds out again. */
const USELESS_KEPT = 500;

export interface Source {
  url: string;
  stored: boolean;
}

interface Stored {
  url: string;
  bytes: number;
}

export class MediaShelf {
  private readonly kept = new Map<number, Stored>(); // by item; the insertion order is the age
  private readonly tooLarge = new Set<number>();
  private readonly refused = new Set<number>();
  private readonly useless = new Set<number>();
  private order: readonly ScreenSlot[] = [];
  private inUse: ReadonlySet<number> = new Set();
  private loading: { itemId: number; abort: AbortController } | null = null;
  private retryTimer = 0;
  private held = false;
  private readonly onChange: (ids: ReadonlySet<number>) => void;

  constructor(onChange: (ids: ReadonlySet<number>) => void) {
    this.onChange = onChange;
  }

  /** Where part `part` of the media is to be had: here, or from the server. Null where there is nothing to show. */
  source(slot: ScreenSlot, part = 0): Source | null {
    const stored = this.kept.get(slot.item.id);
    if (stored) return { url: stored.url, stored: true };
    const address = addressOf(slot, part);
    return address === null ? null : { url: address, stored: false };
  }

  /** What is wanted, the most urgent first; what stands on a layer must not be let go of. */
  want(order: readonly ScreenSlot[], inUse: ReadonlySet<number>): void {
    this.order = order;
    this.inUse = inUse;
    const { loading } = this;
    if (loading && !order.some(({ item }) => item.id === loading.itemId)) loading.abort.abort();
    const live = new Set(order.map(({ item }) => item.id));
    for (const set of [this.tooLarge, this.refused]) for (const id of set) if (!live.has(id)) set.delete(id);
    const leaving = [...this.kept.keys()].filter((id) => !live.has(id) && !inUse.has(id));
    for (const id of leaving) this.drop(id);
    if (leaving.length > 0) this.onChange(new Set(this.kept.keys()));
    void this.work();
  }

  isUseless(itemId: number): boolean {
    return this.useless.has(itemId);
  }

  /** The browser cannot play the file: it is let go of, and not fetched again. */
  refuse(itemId: number): void {
    if (this.useless.size >= USELESS_KEPT) this.useless.clear();
    this.useless.add(itemId);
    if (this.loading?.itemId === itemId) this.loading.abort.abort();
    if (!this.kept.has(itemId) || this.inUse.has(itemId)) return;
    this.drop(itemId);
    this.onChange(new Set(this.kept.keys()));
  }

  /** Asks for nothing while held. */
  hold(held: boolean): void {
    this.held = held;
    if (!held) void this.work();
  }

  close(): void {
    clearTimeout(this.retryTimer);
    this.order = [];
    this.loading?.abort.abort();
    for (const { url } of this.kept.values()) URL.revokeObjectURL(url);
    this.kept.clear();
  }

  private async work(): Promise<void> {
    while (this.loading === null && !this.held) {
      const next = this.order.find((slot) => this.isMissing(slot));
      if (!next) return;
      const abort = new AbortController();
      this.loading = { itemId: next.item.id, abort };
      const waitMs = await this.fetch(next, abort.signal);
      this.loading = null;
      if (waitMs === 0) continue;
      clearTimeout(this.retryTimer);
      this.retryTimer = window.setTimeout(() => void this.work(), waitMs);
      return;
    }
  }

  private isMissing(slot: ScreenSlot): boolean {
    const { id } = slot.item;
    // Works of many files are streamed.
    if (slot.parts > 1 || addressOf(slot, 0) === null) return false;
    return !this.kept.has(id) && !this.tooLarge.has(id) && !this.refused.has(id) && !this.useless.has(id);
  }

  /** How long to wait when the network is to blame, 0 when it is not. */
  private async fetch(slot: ScreenSlot, signal: AbortSignal): Promise<number> {
    const { item } = slot;
    try {
      const response = await fetch(addressOf(slot, 0) ?? '', { signal, credentials: 'same-origin' });
      if (isAway(response)) return Math.max(RETRY_MS, askedToWait(response));
      if (!response.ok) this.refused.add(item.id);
      if (!response.ok || !response.body) return 0;
      const parts = await this.read(response, item.id);
      if (parts) this.keep(item.id, new Blob(parts, { type: response.headers.get('content-type') ?? '' }));
      return 0;
    } catch {
      return signal.aborted ? 0 : RETRY_MS;
    }
  }

  private async read(response: Response, itemId: number): Promise<BlobPart[] | null> {
    const parts: BlobPart[] = [];
    let bytes = Number(response.headers.get('content-length') ?? 0);
    if (bytes <= ONE_AT_MOST) {
      bytes = 0;
      const reader = (response.body as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        parts.push(part.value);
        bytes += part.value.byteLength;
        if (bytes > ONE_AT_MOST) break;
      }
      if (bytes <= ONE_AT_MOST) return parts;
      await reader.cancel();
    } else {
      await response.body?.cancel();
    }
    this.tooLarge.add(itemId);
    return null;
  }

  private keep(itemId: number, blob: Blob): void {
    const rank = new Map(this.order.map(({ item }, at) => [item.id, at]));
    const worth = (id: number) => (this.inUse.has(id) ? -1 : (rank.get(id) ?? Number.POSITIVE_INFINITY));
    const leaving = [...this.kept.keys()].sort((a, b) => worth(b) - worth(a)); // a stable sort: the oldest first among equals
    let total = [...this.kept.values()].reduce((sum, { bytes }) => sum + bytes, blob.size);
    for (const id of leaving) {
      if (total <= WHOLE_BUDGET || worth(id) === -1) break;
      if (worth(id) < worth(itemId)) {
        // Everything here is wanted sooner.
        this.tooLarge.add(itemId);
        return;
      }
      total -= this.kept.get(id)?.bytes ?? 0;
      this.drop(id);
    }
    this.kept.set(itemId, { url: URL.createObjectURL(blob), bytes: blob.size });
    this.onChange(new Set(this.kept.keys()));
  }

  private drop(itemId: number): void {
    const stored = this.kept.get(itemId);
    if (stored) URL.revokeObjectURL(stored.url);
    this.kept.delete(itemId);
  }
}

/** What has no media of its own is shown by its picture. */
function addressOf({ media, thumb }: ScreenSlot, part: number): string | null {
  if (media === null) return thumb === null ? null : serverUrl(thumb);
  const address = new URL(serverUrl(media));
  if (part > 0) address.searchParams.set('n', String(part));
  return address.href;
}
