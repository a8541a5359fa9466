/**
 * What a screen plays, as a pure function of what happened: what the server told, what ended, whether the network is there.
 *
 * The server says what is wanted (desired state); the screen says what it has played (acks, kept until the server has them).
 * A slot that was acknowledged here is over, also while the server does not know it yet; so the screen never waits for an
 * answer between two slots, and a late answer never brings back what is over. Without the network it plays on through the
 * slots it knows, and then repeats, least recently shown first, what it has stored. Repeats are not acknowledged: the
 * server planned none. Nothing is repeated that was shown as another person, of another playlist or under another mask,
 * or that the server took away.
 */
import type { Ack, Outcome, ScreenSlot, ScreenState } from '@/api/screens';
import { isCard } from './looks';

/** One showing of a slot. `key` differs for every showing, also of the same slot. */
export interface Play {
  key: number;
  slot: ScreenSlot;
  /** Shown again for want of anything new. */
  replay: boolean;
  startAt: number;
  /** The newest jump asked for in this showing: its number and place. */
  seek: { number: number; seconds: number } | null;
}

/** Where a slot was left: by a restart, or when the network was lost. */
export interface Left {
  slotId: number;
  generation: number;
  position: number;
  seekNumber: number;
}

export interface Player {
  told: ScreenState | null;
  /** Tellings in a row that were older than what is known. */
  older: number;
  online: boolean;
  play: Play | null;
  /** The known slots are over and the server was asked what comes next. */
  waiting: boolean;
  plays: number;
  acks: readonly Ack[];
  /** What was shown, each item once, least recently first. */
  shown: readonly ScreenSlot[];
  /** Items whose media are stored here. */
  stored: ReadonlySet<number>;
  /** The jump that was carried out last; null before the server told any. */
  seekDone: number | null;
  left: Left | null;
  /** A slot whose media could not be had over the network. */
  stuck: number | null;
  /** Showings of which the server wanted to hear nothing: they are over here all the same. */
  refused: readonly string[];
}

export type Happening =
  | { type: 'told'; state: ScreenState }
  | { type: 'answered'; ack: Ack; state: ScreenState | null }
  | { type: 'ended'; key: number; outcome: Outcome; seconds: number }
  | { type: 'lost'; key: number; position: number }
  | { type: 'online'; online: boolean }
  | { type: 'stored'; ids: ReadonlySet<number> }
  | { type: 'overdue' }
  | { type: 'again' }
  | { type: 'forgotten' };

/** Nobody loops through more than this while a cable is out. */
const SHOWN_KEPT = 24;
/** Acks that wait; a screen that is away for days need not tell it all. */
const ACKS_KEPT = 500;
const REFUSED_KEPT = 50;
/** A server that was put back to an older state is believed when it says so this often. */
const OLDER_BELIEVED = 3;

export function newPlayer(acks: readonly Ack[] = [], left: Left | null = null): Player {
  return {
    told: null,
    older: 0,
    online: true,
    play: null,
    waiting: false,
    plays: 0,
    acks,
    shown: [],
    stored: new Set(),
    seekDone: null,
    left,
    stuck: null,
    refused: [],
  };
}

export function step(player: Player, happening: Happening): Player {
  switch (happening.type) {
    case 'told':
      return hear(player, happening.state);
    case 'answered':
      return answered(player, happening.ack, happening.state);
    case 'ended':
      return ended(player, happening);
    case 'lost':
      return lost(player, happening.key, happening.position);
    case 'online':
      return online(player, happening.online);
    case 'stored':
      return settled({ ...player, stored: happening.ids });
    case 'overdue':
      // An answer that is merely slow will come, or the network counts as gone.
      return player.waiting && player.acks.length === 0 ? repeated({ ...player, waiting: false }) : player;
    case 'again':
      return player.stuck === null || !player.online ? player : settled({ ...player, stuck: null });
    case 'forgotten':
      return { ...newPlayer(), online: player.online, plays: player.plays, stored: player.stored };
  }
}

export function isPaused(player: Player): boolean {
  return player.told?.state === 'paused';
}

/** The slots that are still to be shown, the present one first. */
export function wanted(player: Player): ScreenSlot[] {
  const { told } = player;
  if (told === null || (told.state !== 'playing' && told.state !== 'paused')) return [];
  const over = overHere(player);
  const known = slotsOf(told);
  return known.filter((slot, at) => !over.has(nameOf(slot)) && known.findIndex(({ id }) => id === slot.id) === at);
}

function slotsOf({ current, upcoming }: ScreenState): readonly ScreenSlot[] {
  return current === null ? upcoming : [current, ...upcoming];
}

/** A slot that was begun anew by "previous" is of another generation: it is not over. */
function nameOf({ id, generation }: ScreenSlot): string {
  return `${id} ${generation}`;
}

function ackedName({ slot_id, generation }: Ack): string {
  return `${slot_id} ${generation}`;
}

function overHere({ acks, refused }: Player): Set<string> {
  return new Set([...acks.map(ackedName), ...refused]);
}

/** What is likely shown after the present showing; null when nothing is known. */
export function nextUp(player: Player): ScreenSlot | null {
  const { play } = player;
  const next = wanted(player).find(({ id }) => play === null || play.replay || id !== play.slot.id);
  if (next && isReachable(player, next)) return next;
  return player.online ? null : (repeatable(player).find(({ item }) => item.id !== play?.slot.item.id) ?? null);
}

function hear(player: Player, state: ScreenState, answeredTo: Ack | null = null): Player {
  const { told } = player;
  if (told !== null && state.state !== 'pairing' && state.version < told.version && player.older + 1 < OLDER_BELIEVED) {
    return settled({ ...player, older: player.older + 1 });
  }
  const done = player.seekDone ?? player.left?.seekNumber ?? state.seek.number;
  const shown = stillVisible(player, state, answeredTo);
  const { play } = player;
  const isGone = play?.replay === true && !shown.some(({ item }) => item.id === play.slot.item.id);
  const heard = settled({ ...player, told: state, older: 0, shown, play: isGone ? null : play });
  return jumped(heard, state, done);
}

/**
 * What may still be repeated. A slot that the server does not list any more, though it did not end here, was taken away:
 * perhaps it is hidden now. Somebody may as well have pressed "next"; then one picture less is repeated.
 */
function stillVisible(player: Player, state: ScreenState, answeredTo: Ack | null): readonly ScreenSlot[] {
  const { told, shown } = player;
  if (told === null) return shown;
  const now = slotsOf(state);
  if (told.epoch !== state.epoch) return shown.filter(({ item }) => now.some((slot) => slot.item.id === item.id));
  const over = overHere(player);
  if (answeredTo) over.add(ackedName(answeredTo));
  const taken = slotsOf(told).filter((slot) => !over.has(nameOf(slot)) && !now.some(({ id }) => id === slot.id));
  const away = new Set(taken.map(({ item }) => item.id));
  for (const { item } of now) away.delete(item.id);
  return away.size === 0 ? shown : shown.filter(({ item }) => !away.has(item.id));
}

/** A jump is for what the server believes is playing: where the screen is ahead of it, it came too late. */
function jumped(player: Player, { seek, current }: ScreenState, done: number): Player {
  if (seek.number <= done) return player.seekDone === null ? { ...player, seekDone: done } : player;
  const heard = { ...player, seekDone: seek.number };
  const { play } = heard;
  if (play === null || play.replay || play.slot.id !== current?.id) return heard;
  return { ...heard, play: { ...play, seek } };
}

/** The server has dealt with it, whether or not it counted: then it need not hear of it again. */
function answered(player: Player, ack: Ack, state: ScreenState | null): Player {
  const acks = player.acks.filter((one) => one !== ack && !sameAck(one, ack));
  if (state !== null) return hear({ ...player, acks }, state, ack);
  return settled({ ...player, acks, refused: [...player.refused, ackedName(ack)].slice(-REFUSED_KEPT) });
}

function sameAck(one: Ack, other: Ack): boolean {
  return one.slot_id === other.slot_id && one.generation === other.generation;
}

function ended(player: Player, { key, outcome, seconds }: { key: number; outcome: Outcome; seconds: number }): Player {
  const { play } = player;
  if (play === null || play.key !== key) return player;
  if (play.replay) {
    // What cannot be shown is not tried for ever.
    const shown =
      outcome === 'failed' ? player.shown.filter(({ item }) => item.id !== play.slot.item.id) : player.shown;
    const next = settled({ ...player, shown, play: null });
    return step(next, { type: 'overdue' });
  }
  const { slot } = play;
  const ack: Ack = { slot_id: slot.id, generation: slot.generation, outcome, seconds };
  const shown = outcome === 'failed' ? player.shown.filter(({ item }) => item.id !== slot.item.id) : player.shown;
  return settled({ ...player, shown, acks: [...player.acks, ack].slice(-ACKS_KEPT), left: null, play: null });
}

function lost(player: Player, key: number, position: number): Player {
  const { play } = player;
  if (play === null || play.key !== key) return player;
  if (play.replay) return settled({ ...player, play: null, shown: without(player.shown, play.slot) });
  const { id, generation } = play.slot;
  const left = { slotId: id, generation, position, seekNumber: player.seekDone ?? 0 };
  return settled({ ...player, play: null, stuck: play.slot.id, left });
}

function online(player: Player, is: boolean): Player {
  if (is === player.online) return player;
  return settled({ ...player, online: is, stuck: is ? null : player.stuck });
}

/** Brings what plays into line with what is wanted and can be had. */
function settled(player: Player): Player {
  const [next] = wanted(player);
  const { play } = player;
  if (next) {
    if (play && !play.replay && nameOf(play.slot) === nameOf(next)) return { ...player, waiting: false };
    if (isReachable(player, next)) return started(player, next, false);
    return repeated(player);
  }
  if (!isOverHere(player)) return { ...player, play: null, waiting: false };
  if (!player.online) return repeated(player);
  // Everything known is over: the answer to the last ack brings more, in a moment.
  if (play === null) return { ...player, waiting: true };
  // What plays without being wanted was taken away, and does not stand on the screen until something else comes.
  return play.replay ? player : { ...player, play: null, waiting: false };
}

/** Whether there was something to play, and it has been. */
function isOverHere({ told }: Player): boolean {
  if (told === null || (told.state !== 'playing' && told.state !== 'paused')) return false;
  return told.current !== null || told.upcoming.length > 0;
}

function isReachable(player: Player, slot: ScreenSlot): boolean {
  return isHere(player, slot) || (player.online && player.stuck !== slot.id);
}

/** To be shown without the network. */
function isHere(player: Player, slot: ScreenSlot): boolean {
  return isCard(slot) || player.stored.has(slot.item.id);
}

function repeated(player: Player): Player {
  if (player.play?.replay) return player;
  const [again] = repeatable(player);
  return again ? started(player, again, true) : { ...player, play: null, waiting: false };
}

function repeatable(player: Player): ScreenSlot[] {
  const seen = player.shown.filter((slot) => isHere(player, slot));
  return seen.length > 0 ? seen : wanted(player).filter((slot) => isHere(player, slot));
}

function started(player: Player, slot: ScreenSlot, replay: boolean): Player {
  const key = player.plays + 1;
  const { left } = player;
  const goesOn = left !== null && left.slotId === slot.id && left.generation === slot.generation;
  const startAt = goesOn ? left.position : slot.position;
  const shown = [...without(player.shown, slot), slot].slice(-SHOWN_KEPT);
  const next = { ...player, plays: key, shown, waiting: false };
  // Behind a repeat the slot that was left still waits.
  if (replay) return { ...next, play: { key, slot, replay, startAt: 0, seek: null } };
  return { ...next, left: null, play: { key, slot, replay, startAt, seek: null } };
}

function without(slots: readonly ScreenSlot[], slot: ScreenSlot): ScreenSlot[] {
  return slots.filter(({ item }) => item.id !== slot.item.id);
}
