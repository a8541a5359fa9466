/** One picture and one media element of a screen, with the words that stand on them. Made once and used for ever. */
import type { ScreenSlot } from '@/api/screens';
import { isStill, looksOf } from './looks';

/** One picture and one media element, with what stands on them. */
export class Layer {
  readonly box: HTMLElement;
  readonly media: HTMLVideoElement;
  slot: ScreenSlot | null = null;
  part = 0;
  private before = 0; // seconds of the parts that are over
  private readonly picture: HTMLImageElement;
  private readonly title: HTMLElement;
  private readonly subtitle: HTMLElement;
  private listening = new AbortController();
  private turn = 0;
  private emptying = 0;

  constructor(host: HTMLElement, classes: Record<string, string | undefined>) {
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
      await this.loadMedia(urlOf(0), startAt);
      while (this.isBehind(startAt)) await this.nextPart(urlOf(this.part + 1), startAt);
    }
    if (turn !== this.turn) throw new DOMException('Another came first', 'AbortError');
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
    const { duration } = this.media;
    const within = Math.max(0, seconds - this.before);
    this.media.currentTime = Number.isFinite(duration) ? Math.min(within, Math.max(0, duration - 0.25)) : within;
  }
}
