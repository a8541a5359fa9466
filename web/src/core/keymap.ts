/**
 * Keyboard bindings: one list of what is bound now, which the key listener obeys and the help overlay prints.
 *
 * A binding's `keys` are alternatives, each either a chord ("ctrl+k", "G", "?") or a two-step sequence ("g b").
 * Plain keys do nothing while somebody types; chords with Ctrl and keys marked `always` still do.
 */

export interface KeyEventLike {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  target: EventTarget | null;
  preventDefault(): void;
}

export interface Binding {
  keys: readonly string[];
  label: string;
  group: string;
  run: (event: KeyEventLike) => void;
  always?: boolean;
  /** The key stays the browser's, or another layer's, while this says no. */
  when?: (event: KeyEventLike) => boolean;
}

const SEQUENCE_MS = 1_200;
const TYPING = 'input:not([type=checkbox]):not([type=radio]):not([type=range]),textarea,select,[contenteditable=true]';

export class Keymap {
  private layers: (readonly Binding[])[] = [];
  private pending = '';
  private pendingUntil = 0;
  private readonly listeners = new Set<() => void>();
  private snapshot: readonly Binding[] = [];
  private readonly now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.now = now;
  }

  /** Later layers win over earlier ones: a dialog's Escape comes before the page's. Returns how to take it off again. */
  add(layer: readonly Binding[]): () => void {
    this.layers = [...this.layers, layer];
    this.changed();
    return () => {
      this.layers = this.layers.filter((other) => other !== layer);
      this.changed();
    };
  }

  bindings = (): readonly Binding[] => this.snapshot;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** True when a binding took the key; its default action is then prevented. */
  handle(event: KeyEventLike): boolean {
    const chord = chordOf(event);
    const sequence = this.pending && this.now() < this.pendingUntil ? `${this.pending} ${chord}` : '';
    this.pending = '';
    const typing = isTyping(event.target);
    const binding = (sequence && this.find(sequence, typing, event)) || this.find(chord, typing, event);
    if (binding) {
      event.preventDefault();
      binding.run(event);
      return true;
    }
    if (!typing && this.startsSequence(chord)) {
      this.pending = chord;
      this.pendingUntil = this.now() + SEQUENCE_MS;
    }
    return false;
  }

  private find(keys: string, typing: boolean, event: KeyEventLike): Binding | undefined {
    return this.snapshot.find(
      (one) =>
        one.keys.includes(keys) &&
        (!typing || one.always || keys.startsWith('ctrl+')) &&
        (one.when === undefined || one.when(event)),
    );
  }

  private startsSequence(chord: string): boolean {
    return this.snapshot.some((one) => one.keys.some((keys) => keys.startsWith(`${chord} `)));
  }

  private changed(): void {
    this.snapshot = this.layers.toReversed().flat();
    for (const listener of this.listeners) listener();
  }
}

/** "ctrl+j", "shift+ArrowDown", "G", "?": Shift is named only where it does not already change the character. */
export function chordOf(event: KeyEventLike): string {
  const named = event.key.length > 1;
  const key = event.key === ' ' ? 'Space' : event.key;
  const parts: string[] = [];
  if (event.ctrlKey || event.metaKey) parts.push('ctrl');
  if (event.altKey) parts.push('alt');
  if (event.shiftKey && (named || event.key === ' ')) parts.push('shift');
  parts.push(parts.includes('ctrl') ? key.toLowerCase() : key);
  return parts.join('+');
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.matches(TYPING);
}
