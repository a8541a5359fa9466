import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Refusal } from '@/api/probe';
import { type Conversion, Playback, type Source } from './playback';

/** A media element without media: what the player sets is kept, and events are ours to send. */
class FakeElement extends EventTarget {
  src = '';
  currentTime = 0;
  duration = Number.NaN;
  playbackRate = 1;
  volume = 1;
  muted = false;
  ended = false;
  error: { code: number } | null = null;
  buffered = { length: 0, start: (_range: number) => 0, end: (_range: number) => 0 };
  play = vi.fn(async () => this.send('play'));
  pause = vi.fn(() => this.send('pause'));
  load = vi.fn();
  removeAttribute = () => {
    this.src = '';
  };
  hasAttribute = () => this.src !== '';

  send(name: string, changes: Partial<FakeElement> = {}): void {
    Object.assign(this, changes);
    this.dispatchEvent(new Event(name));
  }
}

const onChange = vi.fn();
const UNSUPPORTED: Refusal = { trouble: 'unsupported', reason: '' };
const probe = vi.fn(async (_url: string) => UNSUPPORTED);

function playing(sources: Partial<Source>[], startAt = 0, conversions: Conversion[] = []) {
  const element = new FakeElement();
  const playback = new Playback({
    sources: sources.map((source, index) => ({ url: `file-${index}`, duration: 60, missing: false, ...source })),
    startAt,
    speed: 1.5,
    volume: 0.8,
    onChange,
    probe,
    conversions: () => conversions,
  });
  playback.attach(element as unknown as HTMLMediaElement);
  return { element, playback };
}

beforeEach(() => {
  onChange.mockClear();
});

describe('playback', () => {
  test('opens the file of the resumed moment, at its place in it', () => {
    const { element, playback } = playing([{}, {}, {}], 75);
    expect(element.src).toBe('file-1');
    element.send('loadedmetadata', { duration: 60 });
    expect(element.currentTime).toBe(15);
    expect(element.playbackRate).toBe(1.5);
    expect(playback.snapshot().time).toBe(75);
  });

  test('goes from file to file, and tells the time of the whole', () => {
    const { element, playback } = playing([{}, {}]);
    element.send('loadedmetadata', { duration: 60 });
    playback.play();
    element.send('timeupdate', { currentTime: 30 });
    expect(onChange).toHaveBeenLastCalledWith('time', 30, 120);
    element.send('ended');
    expect(element.src).toBe('file-1');
    element.send('loadedmetadata', { duration: 62, currentTime: 0 });
    element.send('timeupdate', { currentTime: 2 });
    expect(onChange).toHaveBeenLastCalledWith('time', 62, 120);
    expect(playback.snapshot().playing).toBe(true);
  });

  test('the end of the last file is the end, and a good moment to save', () => {
    const { element, playback } = playing([{}]);
    element.send('loadedmetadata', { duration: 60 });
    playback.play();
    element.send('ended', { ended: true });
    expect(playback.snapshot()).toMatchObject({ ended: true, playing: false, time: 60 });
    expect(onChange).toHaveBeenLastCalledWith('ended', 60, 60);
  });

  test('files with unknown lengths are played in turn, not the first for ever', () => {
    const { element } = playing([{ duration: null }, { duration: null }]);
    element.send('loadedmetadata', { duration: Number.NaN });
    element.send('ended');
    expect(element.src).toBe('file-1');
  });

  test('skips a file that is missing, and says so when none is there', () => {
    expect(playing([{ missing: true }, {}]).element.src).toBe('file-1');
    expect(playing([{ missing: true }]).playback.snapshot().trouble).toBe('missing');
  });

  test('seeking within the file moves the element, elsewhere it opens the other file', () => {
    const { element, playback } = playing([{}, {}]);
    element.send('loadedmetadata', { duration: 60 });
    playback.seek(20);
    expect(element.currentTime).toBe(20);
    playback.seek(90);
    expect(element.src).toBe('file-1');
    element.send('loadedmetadata', { duration: 60 });
    expect(element.currentTime).toBe(30);
    playback.skip(-1000);
    expect(playback.snapshot().time).toBe(0);
  });

  test('a seek before the file has opened is not lost', () => {
    const { element, playback } = playing([{}], 10);
    playback.seek(40);
    element.send('loadedmetadata', { duration: 60 });
    expect(element.currentTime).toBe(40);
  });

  test.each(['unsupported', 'missing', 'network', 'away'] as const)(
    'finds out that a refused file is %s',
    async (trouble) => {
      const { element, playback } = playing([{}]);
      probe.mockResolvedValueOnce({ trouble, reason: 'It says so.' });
      element.send('error', { error: { code: 4 } });
      await vi.waitFor(() => expect(playback.snapshot()).toMatchObject({ trouble, reason: 'It says so.' }));
      expect(probe).toHaveBeenLastCalledWith('file-0');
    },
  );

  test('a broken connection can be tried again, a broken file cannot', async () => {
    const { element, playback } = playing([{}]);
    element.send('error', { error: { code: 3 } });
    expect(playback.snapshot().trouble).toBe('unsupported');
    element.send('error', { error: { code: 2 } });
    await vi.waitFor(() => expect(playback.snapshot().trouble).toBe('network'));
    playback.retry();
    expect(playback.snapshot().trouble).toBeNull();
  });

  test('a film without a picture is not silently played as sound', () => {
    const { element, playback } = playing([{}]);
    Object.assign(element, { videoWidth: 0 });
    element.send('loadedmetadata', { duration: 60 });
    expect(playback.snapshot().trouble).toBe('no-picture');
  });

  test('letting go of the element frees the file', () => {
    const element = new FakeElement();
    const source = { url: 'file', duration: 60, missing: false };
    const playback = new Playback({ sources: [source], startAt: 0, speed: 1, volume: 1, onChange, probe });
    playback.attach(element as unknown as HTMLMediaElement)();
    expect(element.src).toBe('');
    element.send('timeupdate', { currentTime: 5 });
    expect(playback.snapshot().time).toBe(0);
  });
});

describe('a conversion', () => {
  const FORMS = [
    { url: 'mp4?format=mp4', label: 'MP4' },
    { url: 'webm', label: 'WebM' },
  ];
  const loaded = (from: number, to: number) => ({ length: 1, start: () => from, end: () => to });

  test('takes the place of a file the browser cannot play, at the moment it was left', () => {
    const { element, playback } = playing([{}], 20, FORMS);
    element.send('loadedmetadata', { duration: 60 });
    playback.play();
    element.send('timeupdate', { currentTime: 30 });
    element.send('error', { error: { code: 3 } });
    expect(element.src).toBe('mp4?format=mp4&start=30.000');
    element.send('loadedmetadata', { duration: Number.POSITIVE_INFINITY, currentTime: 0 });
    expect(element.play).toHaveBeenCalledTimes(2);
    element.send('timeupdate', { currentTime: 4 });
    expect(playback.snapshot()).toMatchObject({ time: 34, total: 60, conversion: 0, trouble: null, playing: true });
  });

  test('one that fails too gives way to the next, and the last to the truth', async () => {
    const { element, playback } = playing([{}], 0, FORMS);
    element.send('error', { error: { code: 4 } });
    await vi.waitFor(() => expect(element.src).toBe('mp4?format=mp4'));
    element.send('error', { error: { code: 4 } });
    await vi.waitFor(() => expect(element.src).toBe('webm'));
    element.send('error', { error: { code: 3 } });
    expect(playback.snapshot().trouble).toBe('unsupported');
  });

  test('that broke off goes on where it was, once for each place', async () => {
    const { element, playback } = playing([{}], 0, FORMS);
    playback.choose(0);
    element.send('loadedmetadata', { duration: Number.NaN });
    playback.play();
    element.send('timeupdate', { currentTime: 12 });
    element.send('error', { error: { code: 2 } });
    await vi.waitFor(() => expect(element.src).toBe('mp4?format=mp4&start=12.000'));
    element.send('loadedmetadata', { duration: Number.NaN, currentTime: 0 });
    expect(playback.snapshot()).toMatchObject({ playing: true, trouble: null, time: 12 });
    element.send('error', { error: { code: 2 } });
    await vi.waitFor(() => expect(playback.snapshot().trouble).toBe('network'));
  });

  test('that was ended while it was paused begins anew when it is watched again', async () => {
    const { element, playback } = playing([{}], 0, FORMS);
    playback.choose(0);
    element.send('loadedmetadata', { duration: Number.NaN, buffered: loaded(0, 60) });
    playback.play();
    element.send('timeupdate', { currentTime: 12 });
    playback.pause();
    const asked = probe.mock.calls.length;
    element.send('error', { error: { code: 2 } });
    await vi.waitFor(() => expect(probe.mock.calls.length).toBe(asked + 1));
    await Promise.resolve();
    expect(element.src).toBe('mp4?format=mp4');
    expect(playback.snapshot()).toMatchObject({ trouble: null, playing: false, time: 12 });
    playback.play();
    expect(element.src).toBe('mp4?format=mp4&start=12.000');
  });

  test('is no help when the server is away', async () => {
    const { element, playback } = playing([{}], 0, FORMS);
    probe.mockResolvedValueOnce({ trouble: 'away', reason: 'It does not answer.' });
    element.send('error', { error: { code: 4 } });
    await vi.waitFor(() => expect(playback.snapshot().trouble).toBe('away'));
    expect(element.src).toBe('file-0');
  });

  test('shows a picture where the file had only sound', () => {
    const { element, playback } = playing([{}], 0, FORMS);
    Object.assign(element, { videoWidth: 0 });
    element.send('loadedmetadata', { duration: 60 });
    expect(playback.snapshot()).toMatchObject({ conversion: 0, trouble: null });
  });

  test('begins anew elsewhere, once for a whole drag; what is loaded is gone to', () => {
    vi.useFakeTimers();
    try {
      const { element, playback } = playing([{}], 0, FORMS);
      element.send('loadedmetadata', { duration: 60 });
      playback.choose(1);
      element.send('loadedmetadata', { duration: Number.NaN, buffered: loaded(0, 10) });
      playback.seek(8);
      expect([element.src, element.currentTime]).toEqual(['webm', 8]);
      playback.seek(30);
      playback.seek(41);
      expect(element.src).toBe('webm');
      element.send('timeupdate', { currentTime: 8 });
      expect(playback.snapshot().time).toBe(41);
      vi.advanceTimersByTime(300);
      expect(element.src).toBe('webm?start=41.000');
      element.send('loadedmetadata', { currentTime: 0, buffered: loaded(0, 5) });
      element.send('progress');
      expect(playback.snapshot()).toMatchObject({ time: 41, loaded: 46 });
      playback.seek(44);
      expect(element.currentTime).toBe(3);
      expect(playback.now()).toBe(44);
    } finally {
      vi.useRealTimers();
    }
  });

  test('the file itself can be had back', () => {
    const { element, playback } = playing([{}], 12, FORMS);
    element.send('loadedmetadata', { duration: 60 });
    playback.choose(0);
    expect(element.src).toBe('mp4?format=mp4&start=12.000');
    playback.choose(null);
    element.send('loadedmetadata', { duration: 60 });
    expect([element.src, element.currentTime]).toEqual(['file-0', 12]);
  });
});
