import { beforeEach, describe, expect, it, vi } from 'vitest';
import { chordOf, isTyping, type KeyEventLike, Keymap } from './keymap';

function press(key: string, changes: Partial<KeyEventLike> = {}): KeyEventLike {
  const plain = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, target: null };
  return { key, ...plain, preventDefault: vi.fn(), ...changes };
}

let time = 0;
let keymap: Keymap;
const bind = (keys: string, run = vi.fn(), always = false) => {
  const remove = keymap.add([{ keys: [keys], label: keys, group: 'Test', run, always }]);
  return { run, remove };
};

beforeEach(() => {
  time = 0;
  keymap = new Keymap(() => time);
});

describe('chords', () => {
  it.each([
    ['j', {}, 'j'],
    ['G', { shiftKey: true }, 'G'],
    ['?', { shiftKey: true }, '?'],
    [' ', {}, 'Space'],
    [' ', { shiftKey: true }, 'shift+Space'],
    ['ArrowDown', { shiftKey: true }, 'shift+ArrowDown'],
    ['J', { ctrlKey: true }, 'ctrl+j'],
    ['a', { metaKey: true }, 'ctrl+a'],
    ['x', { altKey: true }, 'alt+x'],
  ])('%s %o is %s', (key, changes, chord) => {
    expect(chordOf(press(key, changes))).toBe(chord);
  });
});

describe('Keymap', () => {
  it('runs a binding and keeps the key from the browser', () => {
    const { run } = bind('x');
    const event = press('x');
    expect(keymap.handle(event)).toBe(true);
    expect(run).toHaveBeenCalledWith(event);
    expect(event.preventDefault).toHaveBeenCalled();
    expect(keymap.handle(press('y'))).toBe(false);
  });

  it('understands two-step sequences, and forgets the first step in time', () => {
    const { run } = bind('g b');
    keymap.handle(press('g'));
    expect(keymap.handle(press('b'))).toBe(true);
    keymap.handle(press('g'));
    time = 5_000;
    expect(keymap.handle(press('b'))).toBe(false);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('falls back to the plain key when the sequence does not exist', () => {
    const { run } = bind('x');
    bind('g b');
    keymap.handle(press('g'));
    expect(keymap.handle(press('x'))).toBe(true);
    expect(run).toHaveBeenCalled();
  });

  it('stays out of the way while somebody types', () => {
    const target = document.createElement('input');
    const { run } = bind('x');
    const { run: always } = bind('Escape', vi.fn(), true);
    const { run: chord } = bind('ctrl+j');
    bind('g b');
    for (const key of ['x', 'g', 'b', 'Escape']) keymap.handle(press(key, { target }));
    keymap.handle(press('j', { target, ctrlKey: true }));
    expect(run).not.toHaveBeenCalled();
    expect(always).toHaveBeenCalledTimes(1);
    expect(chord).toHaveBeenCalledTimes(1);
    expect(isTyping(document.createElement('a'))).toBe(false);
  });

  it('lets the layer added last win, until it goes', () => {
    const page = bind('Escape');
    const dialog = bind('Escape');
    keymap.handle(press('Escape'));
    dialog.remove();
    keymap.handle(press('Escape'));
    expect(dialog.run).toHaveBeenCalledTimes(1);
    expect(page.run).toHaveBeenCalledTimes(1);
  });

  it('leaves a key alone while its condition does not hold', () => {
    let ready = false;
    const run = vi.fn();
    keymap.add([{ keys: ['End'], label: '', group: '', run, when: () => ready }]);
    expect(keymap.handle(press('End'))).toBe(false);
    ready = true;
    expect(keymap.handle(press('End'))).toBe(true);
  });

  it('publishes what is bound', () => {
    const heard = vi.fn();
    const forget = keymap.subscribe(heard);
    const { remove } = bind('x');
    expect(keymap.bindings().map((one) => one.label)).toEqual(['x']);
    remove();
    forget();
    bind('y');
    expect(heard).toHaveBeenCalledTimes(2);
  });

  it('keeps its own time when none is given', () => {
    const own = new Keymap();
    const run = vi.fn();
    own.add([{ keys: ['g b'], label: '', group: '', run }]);
    own.handle(press('g'));
    own.handle(press('b'));
    expect(run).toHaveBeenCalled();
  });
});
