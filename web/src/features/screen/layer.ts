/** One picture and one media element of a screen, with the words that stand on them. Made once and used for ever. */
import { serverUrl } from '@/api/client';
import type { ScreenSlot } from '@/api/screens';
import { isStill, looksOf } from './looks';

/** The file itself; other numbers are places in `converted`. */
const FILE = -1;
// MediaError.code; the number is part of the HTML standard.
const NO_NETWORK = 2;

/** One picture and one media element, with what stands on them. */
export class Layer {
  readonly box: HTMLElement;
  readonly media: HTMLVideoElement;
  slot: ScreenSlot | null = null;
  part = 0;
  private form = FILE;
  private before = 0; // seconds of the parts that are over, or at which a conversion begins
  private wentOnAt = -1; // where a conversion that broke off was begun anew last
  private readonly picture: HTMLImageElement;
  private readonly title: HTMLElement;
  private readonly subtitle: HTMLElement;
  private listening = new AbortController();
  private turn = 0;
  private emptying = 0;
  private readonly isUseless: (itemId: number) => boolean;
  private readonly onUseless: (itemId: number) => void;

  /** `isUseless`: whether the file of an item is known to be of no use to this browser. */
  constructor(
    host: HTMLElement,
    classes: Record<string, string | undefined>,
    isUseless: (itemId: number) => boolean,
    onUseless: (itemId: number) => void,
  ) {
    this.isUseless = isUseless;
    this.onUseless = onUseless;
    const make = <K extends keyof HTMLElementTagNameMap>(name: K, into: HTMLElement, style: string) => {
      const made = document.createElement(name);
      made.className = classes[style] ?? '';
      into.append(made);
      return made;
    };
    this.box = make('div', host, 'layer');
    this.picture = make('img', this.box, 'picture');
    this.picture.alt = '';
    this.media = make('video', this.box, 'film');
    this.media.preload = 'auto';
    this.media.playsInline = true;
    this.media.disableRemotePlayback = true;
    const words = make('div', this.box, 'words');
    this.title = make('strong', words, 'title');
    this.subtitle = make('span', words, 'subtitle');
  }

  /** Resolves when it can be shown without a gap. */
  async load(slot: ScreenSlot, urlOf: (part: number) => string, thumb: string | null, startAt: number): Promise<void> {
    this.turn += 1;
    const { turn } = this;
    clearTimeout(this.emptying);
    this.slot = slot;
    this.part = 0;
    this.before = 0;
    this.form = FILE;
    this.wentOnAt = -1;
    const looks = looksOf(slot);
    this.box.dataset.as = looks;
    this.title.textContent = slot.item.title;
    this.subtitle.textContent = slot.item.subtitle ?? '';
    if (isStill(slot)) {
      this.silence();
      if (looks === 'picture') await this.loadPicture(urlOf(0));
      else this.picture.removeAttribute('src');
    } else {
      if (looks === 'sound' && thumb) this.picture.src = thumb;
      else this.picture.removeAttribute('src');
      await this.loadForms(slot, urlOf, startAt);
    }
    if (turn !== this.turn) throw new DOMException('Another came first', 'AbortError');
  }

  /** The file, or the first of the other forms that the browser plays. */
  private async loadForms(slot: ScreenSlot, urlOf: (part: number) => string, startAt: number): Promise<void> {
    const { turn } = this;
    const { converted, item } = slot;
    let wasHeard = false; // whether what failed was the file itself, and not the way to it
    for (let form = converted.length > 0 && this.isUseless(item.id) ? 0 : FILE; ; form += 1) {
      try {
        if (form === FILE) await this.loadFile(urlOf, startAt);
        else await this.convert(form, startAt);
        const isBlind = looksOf(slot) === 'film' && this.media.videoWidth === 0;
        if (isBlind && form + 1 < converted.length) throw new Error('no picture');
        if (wasHeard) this.onUseless(item.id);
        return;
      } catch (error) {
        if (turn !== this.turn || form + 1 >= converted.length) throw error;
        wasHeard ||= form === FILE && this.media.error?.code !== NO_NETWORK;
      }
    }
  }

  private async loadFile(urlOf: (part: number) => string, startAt: number): Promise<void> {
    await this.loadMedia(urlOf(0), startAt);
    while (this.isBehind(startAt)) await this.nextPart(urlOf(this.part + 1), startAt);
  }

  /** Made while it is watched: it begins at that second, and cannot be wound. */
  private convert(form: number, startAt: number): Promise<void> {
    const url = new URL(serverUrl(this.slot?.converted[form] ?? ''));
    if (startAt > 0) url.searchParams.set('start', startAt.toFixed(2));
    this.form = form;
    this.part = 0;
    this.before = startAt;
    return this.loadMedia(url.href, 0);
  }

  /**
   * What broke off while it played goes on: a conversion anew, once for each place, and a file that the browser cannot play
   * to its end as a conversion. False where there is no other way.
   */
  goOn(position: number): boolean {
    const { slot, form } = this;
    if (slot === null || slot.converted.length === 0 || position <= this.wentOnAt) return false;
    if (form === FILE && (this.media.error === null || this.media.error.code === NO_NETWORK)) return false;
    this.wentOnAt = position;
    this.convert(Math.max(0, form), position).catch(() => {}); // the element says so, too
    return true;
  }

  private loadPicture(url: string): Promise<void> {
    this.picture.src = url;
    return this.picture.decode();
  }

  /** Seconds of the whole work. */
  get time(): number {
    return this.before + this.media.currentTime;
  }

  get hasMore(): boolean {
    return this.slot !== null && this.part + 1 < this.slot.parts;
  }

  async nextPart(url: string, startAt = 0): Promise<void> {
    const { duration } = this.media;
    this.before += Number.isFinite(duration) ? duration : 0;
    this.part += 1;
    await this.loadMedia(url, Math.max(0, startAt - this.before));
  }

  private isBehind(startAt: number): boolean {
    const { duration } = this.media;
    return this.hasMore && Number.isFinite(duration) && startAt >= this.before + duration;
  }

  /** After it has faded away. */
  empty(after = 0): void {
    this.turn += 1;
    this.slot = null;
    clearTimeout(this.emptying);
    this.media.pause();
    this.emptying = window.setTimeout(() => {
      this.silence();
      this.picture.removeAttribute('src');
    }, after);
  }

  private silence(): void {
    if (!this.media.hasAttribute('src')) return;
    this.media.pause();
    this.media.removeAttribute('src');
    this.media.load();
  }

  private loadMedia(url: string, startAt: number): Promise<void> {
    const { media } = this;
    this.listening.abort();
    this.listening = new AbortController();
    const { signal } = this.listening;
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new DOMException('Another came first', 'AbortError')));
      media.addEventListener('loadedmetadata', () => startAt > 0 && this.jump(this.before + startAt), { signal });
      media.addEventListener('canplay', () => resolve(), { signal });
      media.addEventListener('error', () => reject(media.error ?? new Error('no media')), { signal });
      media.pause();
      media.src = url;
    });
  }

  /** Within the present file, and never onto the very end: that would be the end. */
  jump(seconds: number): void {
    if (this.form !== FILE) {
      this.convert(this.form, seconds).catch(() => {}); // the element says so, too
      return;
    }
    const { duration } = this.media;
    const within = Math.max(0, seconds - this.before);
    this.media.currentTime = Number.isFinite(duration) ? Math.min(within, Math.max(0, duration - 0.25)) : within;
  }
}
