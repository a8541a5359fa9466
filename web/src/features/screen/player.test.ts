import { describe, expect, it } from 'vitest';
import type { ScreenSlot, ScreenState } from '@/api/screens';
import { wholeState } from '@/api/screens';
import { type Happening, isPaused, newPlayer, nextUp, type Player, step, wanted } from './player';

const ITEM: ScreenSlot['item'] = {
  id: 0,
  library_id: 1,
  kind: 'video',
  title: '',
  subtitle: null,
  date: null,
  duration: 5,
  width: 16,
  height: 9,
  pages: null,
  cover: null,
  color: null,
};

function slot(id: number, changes: Partial<ScreenSlot> = {}): ScreenSlot {
  return {
    id,
    generation: 1,
    item: { ...ITEM, id: id * 10, title: `Film ${id}` },
    seconds: 5,
    media: `api/screens/X/media/${id * 10}`,
    position: 0,
    mime: 'video/mp4',
    parts: 1,
    thumb: null,
    converted: [],
    ...changes,
  };
}

function told(current: number | null, upcoming: number[], changes: Partial<ScreenState> = {}): Happening {
  const state = wholeState({
    state: 'playing',
    generation: 1,
    current: current === null ? null : slot(current),
    upcoming: upcoming.map((id) => slot(id)),
    version: 1,
    ...changes,
  });
  return { type: 'told', state };
}

const run = (player: Player, ...happenings: Happening[]) => happenings.reduce(step, player);
const playing = (player: Player) => player.play?.slot.id ?? null;
const end = (player: Player, outcome: 'played' | 'failed' = 'played'): Player =>
  step(player, { type: 'ended', key: player.play?.key ?? -1, outcome, seconds: 5 });
const stored = (...slots: number[]): Happening => ({ type: 'stored', ids: new Set(slots.map((id) => id * 10)) });
const offline: Happening = { type: 'online', online: false };
const back: Happening = { type: 'online', online: true };
function answer(player: Player, next: Happening & { type: 'told' }): Player {
  const [ack] = player.acks;
  if (!ack) throw new Error('nothing to answer');
  return step(player, { type: 'answered', ack, state: next.state });
}
const asTold = (happening: Happening) => happening as Happening & { type: 'told' };

describe('following the server', () => {
  it('plays what it is told to, and goes on with it while it is told the same', () => {
    const first = run(newPlayer(), told(1, [2, 3]));
    expect(playing(first)).toBe(1);
    const again = run(first, told(1, [2, 3, 4], { version: 2 }));
    expect(again.play).toBe(first.play);
  });

  it('changes over at once when somebody presses next', () => {
    const player = run(newPlayer(), told(1, [2, 3]), told(2, [3, 4], { version: 2 }));
    expect(playing(player)).toBe(2);
    expect(player.acks).toEqual([]);
  });

  it('does not listen to a telling that is older than what it knows', () => {
    const player = run(newPlayer(), told(2, [3], { version: 5 }), told(1, [2], { version: 4 }));
    expect(playing(player)).toBe(2);
  });

  it('believes a server that was put back to an older state once it insists', () => {
    const old = told(1, [2], { version: 4 });
    const player = run(newPlayer(), told(2, [3], { version: 50 }), old, old, old);
    expect(playing(player)).toBe(1);
  });

  it('shows nothing when stopped, and begins anew when it is to play again', () => {
    const stopped = run(newPlayer(), told(1, [2]), told(1, [2], { state: 'stopped', version: 2 }));
    expect(stopped.play).toBeNull();
    const started = run(stopped, told(1, [2], { version: 3 }));
    expect(playing(started)).toBe(1);
  });

  it('keeps the same showing through a pause', () => {
    const first = run(newPlayer(), told(1, [2]));
    const paused = run(first, told(1, [2], { state: 'paused', version: 2 }));
    expect(isPaused(paused)).toBe(true);
    expect(paused.play).toBe(first.play);
    const again = run(paused, told(1, [2], { version: 3 }));
    expect(again.play).toBe(first.play);
  });

  it('stands still on the slot when it starts paused', () => {
    const player = run(newPlayer(), told(1, [2], { state: 'paused' }));
    expect(playing(player)).toBe(1);
  });

  it('falls silent when there is nothing to play any more', () => {
    const player = run(newPlayer(), told(1, []), told(null, [], { version: 2 }));
    expect(player.play).toBeNull();
    expect(player.waiting).toBe(false);
  });

  it('drops a timeline of an older generation for the new one', () => {
    const anew = told(null, [], {
      version: 2,
      generation: 2,
      current: slot(9, { generation: 2 }),
      upcoming: [slot(10, { generation: 2 })],
    });
    const player = run(newPlayer(), told(1, [2, 3]), anew);
    expect(playing(player)).toBe(9);
    expect(wanted(player).map(({ id }) => id)).toEqual([9, 10]);
  });

  it('forgets everything when the server knows the screen no more, but counts on', () => {
    const player = run(end(run(newPlayer(), told(1, [2]))), { type: 'forgotten' });
    expect(player.told).toBeNull();
    expect(player.acks).toEqual([]);
    expect(player.plays).toBe(2);
  });
});

describe('acknowledging', () => {
  it('says what ended and goes on without waiting for an answer', () => {
    const player = end(run(newPlayer(), told(1, [2, 3])));
    expect(player.acks).toEqual([{ slot_id: 1, generation: 1, outcome: 'played', seconds: 5 }]);
    expect(playing(player)).toBe(2);
  });

  it('is not brought back by a late answer', () => {
    const ahead = end(end(run(newPlayer(), told(1, [2, 3]))));
    expect(playing(ahead)).toBe(3);
    const late = answer(ahead, asTold(told(2, [3, 4], { version: 2 })));
    expect(playing(late)).toBe(3);
    expect(late.play).toBe(ahead.play);
    expect(late.acks.map(({ slot_id }) => slot_id)).toEqual([2]);
  });

  it('is not brought back by a late telling either', () => {
    const ahead = end(run(newPlayer(), told(1, [2, 3])));
    const late = run(ahead, told(1, [2, 3], { version: 1, volume: 40 }));
    expect(playing(late)).toBe(2);
  });

  it('counts one ending of one showing only', () => {
    const first = run(newPlayer(), told(1, [2]));
    const twice = run(
      first,
      { type: 'ended', key: first.play?.key ?? 0, outcome: 'played', seconds: 5 },
      { type: 'ended', key: first.play?.key ?? 0, outcome: 'played', seconds: 5 },
    );
    expect(twice.acks).toHaveLength(1);
    expect(playing(twice)).toBe(2);
  });

  it('skips what cannot be shown, and says so', () => {
    const player = end(run(newPlayer(), told(1, [2])), 'failed');
    expect(player.acks[0]?.outcome).toBe('failed');
    expect(playing(player)).toBe(2);
    expect(player.shown.map(({ id }) => id)).toEqual([2]);
  });

  it('does not begin again with a slot of which the server wants to hear nothing', () => {
    const ahead = end(run(newPlayer(), told(1, [2])));
    const [ack] = ahead.acks;
    if (!ack) throw new Error('no ack');
    const refused = run(ahead, { type: 'answered', ack, state: null }, told(1, [2], { version: 2 }));
    expect(refused.acks).toEqual([]);
    expect(playing(refused)).toBe(2);
  });

  it('takes an answer that is older than what it knows as dealt with, no more', () => {
    const ahead = run(end(run(newPlayer(), told(1, [2, 3]))), told(2, [3, 4], { version: 9 }));
    const late = answer(ahead, asTold(told(2, [3], { version: 8 })));
    expect(late.acks).toEqual([]);
    expect(playing(late)).toBe(2);
    expect(wanted(late).map(({ id }) => id)).toEqual([2, 3, 4]);
  });

  it('waits for a slow answer when everything known is over, and repeats when the network is gone', () => {
    const over = end(run(newPlayer(), stored(1), told(1, [])));
    expect(over.waiting).toBe(true);
    expect(over.play).toBeNull();
    expect(run(over, { type: 'overdue' })).toBe(over);
    const repeating = run(over, offline);
    expect(repeating.play).toMatchObject({ replay: true, slot: { id: 1 } });
    const answered = answer(run(repeating, back), asTold(told(2, [3], { version: 2 })));
    expect(playing(answered)).toBe(2);
    expect(answered.play?.replay).toBe(false);
  });

  it('begins no further repeat once the network is back and the answer is on its way', () => {
    const repeating = run(end(run(newPlayer(), stored(1), told(1, []), offline)), back);
    expect(repeating.play?.replay).toBe(true);
    const over = end(repeating);
    expect(over).toMatchObject({ play: null, waiting: true });
    expect(playing(answer(over, asTold(told(2, [], { version: 2 }))))).toBe(2);
  });

  it('repeats rather than show nothing when the server has no more to say', () => {
    const over = end(run(newPlayer(), stored(1), told(1, [])));
    const [ack] = over.acks;
    if (!ack) throw new Error('no ack');
    const refused = run(over, { type: 'answered', ack, state: null });
    expect(refused.waiting).toBe(true);
    expect(run(refused, { type: 'overdue' }).play).toMatchObject({ replay: true, slot: { id: 1 } });
  });

  it('keeps a bounded number of acks', () => {
    let player = newPlayer();
    for (let id = 1; id <= 700; id += 1) player = end(run(player, told(id, [id + 1], { version: id })));
    expect(player.acks).toHaveLength(500);
    expect(player.acks.at(-1)?.slot_id).toBe(700);
    expect(player.shown.length).toBeLessThanOrEqual(24);
  });
});

describe('without a network', () => {
  it('plays on through what it knows and has, then repeats what was longest ago', () => {
    let player = run(newPlayer(), stored(1, 2, 3), told(1, [2, 3]), offline);
    const seen = [playing(player)];
    for (let turn = 0; turn < 6; turn += 1) {
      player = end(player);
      seen.push(playing(player));
    }
    expect(seen).toEqual([1, 2, 3, 1, 2, 3, 1]);
    expect(player.acks.map(({ slot_id }) => slot_id)).toEqual([1, 2, 3]);
  });

  it('acknowledges no repeats', () => {
    const player = end(end(end(run(newPlayer(), stored(1), told(1, []), offline))));
    expect(player.acks).toHaveLength(1);
    expect(player.play?.replay).toBe(true);
  });

  it('does not say that a film failed because the network did', () => {
    const player = run(newPlayer(), stored(1), told(1, [2, 3]));
    const second = end(player);
    const lost = run(second, offline, { type: 'lost', key: second.play?.key ?? 0, position: 2.5 });
    expect(lost.acks.map(({ slot_id }) => slot_id)).toEqual([1]);
    expect(lost.play).toMatchObject({ replay: true, slot: { id: 1 } });
    const again = run(lost, back);
    expect(again.play).toMatchObject({ replay: false, startAt: 2.5, slot: { id: 2 } });
  });

  it('does not jump over a slot it does not have', () => {
    const player = end(run(newPlayer(), stored(1, 3), told(1, [2, 3]), offline));
    expect(player.play).toMatchObject({ replay: true, slot: { id: 1 } });
  });

  it('goes on with the plan where it is once the network is back and the acks are through', () => {
    let player = run(newPlayer(), stored(1, 2), told(1, [2]), offline);
    player = end(end(player));
    expect(player.play?.replay).toBe(true);
    player = run(player, back);
    expect(player.play?.replay).toBe(true);
    player = answer(player, asTold(told(2, [3], { version: 2 })));
    expect(player.play).toMatchObject({ replay: false, slot: { id: 3 } });
    const after = answer(player, asTold(told(3, [4], { version: 3 })));
    expect(after.play).toBe(player.play);
  });

  it('tries a slot again after a while when only its media could not be had', () => {
    const player = run(newPlayer(), told(1, [2]));
    const lost = run(player, { type: 'lost', key: player.play?.key ?? 0, position: 0 });
    expect(lost.play).toBeNull();
    expect(playing(run(lost, { type: 'again' }))).toBe(1);
  });

  it('shows something as soon as it has something', () => {
    const player = run(newPlayer(), told(1, [2]), offline);
    const lost = run(player, { type: 'lost', key: player.play?.key ?? 0, position: 0 });
    expect(lost.play).toBeNull();
    expect(playing(run(lost, stored(1)))).toBe(1);
  });

  it('tries what failed as a repeat no more', () => {
    let player = end(end(run(newPlayer(), stored(1, 2), told(1, [2]), offline)));
    expect(playing(player)).toBe(1);
    player = end(player, 'failed');
    expect(playing(player)).toBe(2);
    player = end(player);
    expect(playing(player)).toBe(2);
  });

  it('stays paused', () => {
    const player = run(newPlayer(), told(1, [2], { state: 'paused' }), offline, back);
    expect(isPaused(player)).toBe(true);
    expect(playing(player)).toBe(1);
  });
});

describe('jumping', () => {
  const at = (number: number, seconds: number) => ({ seek: { number, seconds } });

  it('jumps once for each number', () => {
    const first = run(newPlayer(), told(1, [2], at(3, 9)));
    expect(first.play?.seek).toBeNull();
    const jumped = run(first, told(1, [2], { version: 2, ...at(4, 2.5) }));
    expect(jumped.play?.seek).toEqual({ number: 4, seconds: 2.5 });
    const same = run(jumped, told(1, [2], { version: 3, ...at(4, 2.5) }));
    expect(same.play).toBe(jumped.play);
  });

  it('leaves alone what the server did not mean', () => {
    const ahead = end(run(newPlayer(), told(1, [2], at(1, 0))));
    const late = run(ahead, told(1, [2], { version: 2, ...at(2, 4) }));
    expect(playing(late)).toBe(2);
    expect(late.play?.seek).toBeNull();
    expect(late.seekDone).toBe(2);
  });

  it('goes on where it was after a restart, or where it was told to jump meanwhile', () => {
    const left = { slotId: 1, generation: 1, position: 3.5, seekNumber: 7 };
    expect(run(newPlayer([], left), told(1, [2], at(7, 1))).play).toMatchObject({ startAt: 3.5, seek: null });
    expect(run(newPlayer([], left), told(1, [2], at(8, 1))).play).toMatchObject({ seek: { number: 8, seconds: 1 } });
    expect(run(newPlayer([], left), told(2, [3], at(7, 1))).play).toMatchObject({ startAt: 0 });
    const known = told(null, [], { current: slot(2, { position: 2 }), ...at(7, 1) });
    expect(run(newPlayer([], left), known).play).toMatchObject({ startAt: 2 });
  });

  it('does not begin the next showing of a slot where an earlier one was left', () => {
    const left = { slotId: 1, generation: 1, position: 3.5, seekNumber: 0 };
    const player = run(end(run(newPlayer([], left), told(1, [2]))), told(null, [], { version: 2 }));
    expect(run(player, { type: 'answered', ack: player.acks[0] as never, state: null }).left).toBeNull();
  });
});

describe('a slot that is begun anew', () => {
  const anew = (id: number, changes: Partial<ScreenState> = {}) =>
    told(null, [], {
      version: 2,
      generation: 2,
      current: slot(id, { generation: 2 }),
      upcoming: [slot(2)],
      ...changes,
    });

  it('plays from its beginning, also where it had been left, and is acknowledged as what it is now', () => {
    const left = { slotId: 1, generation: 1, position: 3.5, seekNumber: 0 };
    const first = run(newPlayer([], left), told(1, [2]));
    expect(first.play?.startAt).toBe(3.5);
    const again = run(first, anew(1));
    expect(again.play).toMatchObject({ startAt: 0, replay: false, slot: { id: 1, generation: 2 } });
    expect(again.play?.key).not.toBe(first.play?.key);
    expect(end(again).acks).toMatchObject([{ slot_id: 1, generation: 2 }]);
  });

  it('does not go on after a restart where it was left before that', () => {
    const left = { slotId: 1, generation: 1, position: 3.5, seekNumber: 0 };
    expect(run(newPlayer([], left), anew(1)).play?.startAt).toBe(0);
  });

  it('plays although it was over here, or the server wanted to hear nothing of it', () => {
    const over = end(run(newPlayer(), told(1, [2])));
    expect(playing(run(over, anew(1)))).toBe(1);
    const [ack] = over.acks;
    if (!ack) throw new Error('no ack');
    expect(playing(run(over, { type: 'answered', ack, state: null }, anew(1)))).toBe(1);
  });

  it('uses once only the place where a slot was left', () => {
    const left = { slotId: 1, generation: 1, position: 3.5, seekNumber: 0 };
    expect(run(newPlayer([], left), told(1, [2])).left).toBeNull();
  });
});

describe('what may not be seen any more', () => {
  const tell = (epoch: string, current: number | null, upcoming: number[], version: number): Happening => {
    const happening = asTold(told(current, upcoming, { version }));
    return { type: 'told', state: { ...happening.state, epoch } };
  };
  const items = (player: Player) => player.shown.map(({ item }) => item.id);

  it('is not repeated under another person, playlist or mask', () => {
    const first = end(run(newPlayer(), stored(1, 2), tell('a', 1, [2], 1)));
    expect(items(first)).toEqual([10, 20]);
    const other = run(first, tell('b', 3, [], 2));
    expect(items(other)).toEqual([30]);
    const alone = run(end(run(other, stored(1, 2, 3))), offline);
    expect(alone.play).toMatchObject({ replay: true, slot: { id: 3 } });
  });

  it('is not what the new telling lists itself', () => {
    const first = end(run(newPlayer(), tell('a', 1, [2], 1)));
    expect(items(run(first, tell('b', 2, [3], 2)))).toEqual([20]);
  });

  it('is taken off the screen though the server does not know yet that the slot before it is over', () => {
    const ahead = end(run(newPlayer(), stored(1), told(1, [2])));
    expect(playing(ahead)).toBe(2);
    const taken = run(ahead, told(1, [], { version: 2 }));
    expect(taken).toMatchObject({ play: null, waiting: false });
    expect(items(taken)).toEqual([10]);
  });

  it('is taken off the screen at once when it is being repeated', () => {
    const repeating = run(end(run(newPlayer(), stored(1), tell('a', 1, [], 1))), offline);
    expect(repeating.play?.replay).toBe(true);
    expect(run(repeating, tell('b', null, [], 2)).play).toBeNull();
    // Also while the new slot cannot be had yet.
    expect(run(repeating, tell('b', 3, [], 2)).play).toBeNull();
    expect(run(repeating, back, tell('b', 3, [], 2)).play).toMatchObject({ replay: false, slot: { id: 3 } });
  });

  it('stays while the epoch is the same, and is not brought back by an older telling', () => {
    const first = end(run(newPlayer(), tell('a', 1, [2], 1)));
    expect(items(run(first, tell('a', 2, [3], 2)))).toEqual([10, 20]);
    const other = run(first, tell('b', 3, [], 5));
    expect(items(run(other, tell('a', 2, [3], 2)))).toEqual([30]);
  });

  it('is not repeated when the server took its slot away before it had ended', () => {
    const taken = run(newPlayer(), stored(1, 2), told(1, [2]), told(2, [3], { version: 2 }));
    expect(items(taken)).toEqual([20]);
  });

  it('is not repeated when a further showing of it was taken away', () => {
    const again = slot(5, { item: { ...ITEM, id: 10 } });
    const player = end(run(newPlayer(), told(null, [], { current: slot(1), upcoming: [slot(2), again] })));
    expect(items(player)).toEqual([10, 20]);
    const next = answer(player, asTold(told(2, [6], { version: 2 })));
    expect(items(next)).toEqual([20]);
  });

  it('is what the server took away, not what ended here', () => {
    const ahead = end(run(newPlayer(), told(1, [2])));
    expect(items(answer(ahead, asTold(told(2, [3], { version: 2 }))))).toEqual([10, 20]);
    expect(items(run(ahead, told(2, [3], { version: 2 })))).toEqual([10, 20]);
    const back1 = run(newPlayer(), told(2, [3]), told(1, [2, 3], { version: 2 }));
    expect(items(back1)).toEqual([20, 10]);
  });
});

describe('what has neither file nor picture', () => {
  const card = slot(1, { media: null, mime: null, parts: 0 });

  it('is shown without a network, and repeated', () => {
    const player = run(newPlayer(), offline, told(null, [], { current: card }));
    expect(playing(player)).toBe(1);
    expect(end(player).play).toMatchObject({ replay: true, slot: { id: 1 } });
  });
});

describe('looking ahead', () => {
  it('knows what comes after what is playing', () => {
    const player = run(newPlayer(), told(1, [2, 3]));
    expect(nextUp(player)?.id).toBe(2);
    expect(nextUp(end(player))?.id).toBe(3);
  });

  it('looks ahead to the plan while it repeats, and to the next repeat while the network is gone', () => {
    const player = end(end(run(newPlayer(), stored(1, 2), told(1, [2]), offline)));
    expect(playing(player)).toBe(1);
    expect(nextUp(player)?.id).toBe(2);
  });

  it('starts with the acks of before the restart', () => {
    const ack = { slot_id: 1, generation: 1, outcome: 'played', seconds: 5 } as const;
    const player = run(newPlayer([ack]), told(1, [2, 3]));
    expect(playing(player)).toBe(2);
  });
});

describe('whatever happens', () => {
  // A small seeded walk: no order of events may leave the screen without anything while there is something to show.
  const random = (seed: number) => () => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
    return seed / 0x7fffffff;
  };

  it.each(Array.from({ length: 25 }, (_, seed) => seed + 1))('never stalls, never acknowledges twice (%i)', (seed) => {
    const next = random(seed);
    let player = run(newPlayer(), stored(1, 2, 3), told(1, [2, 3]));
    let server = 1;
    let version = 1;
    const heard = new Set<number>();
    for (let turn = 0; turn < 200; turn += 1) {
      const dice = next();
      if (dice < 0.5) player = end(player, next() < 0.1 ? 'failed' : 'played');
      else if (dice < 0.6) player = run(player, offline);
      else if (dice < 0.75) player = run(player, back);
      else if (player.online) {
        const [ack] = player.acks;
        if (ack) {
          expect(heard.has(ack.slot_id)).toBe(false);
          heard.add(ack.slot_id);
          server = Math.max(server, ack.slot_id + 1);
          version += 1;
        }
        const state = asTold(told(server, [server + 1, server + 2], { version }));
        player = ack ? answer(player, state) : run(player, state);
      }
      if (next() < 0.3) player = run(player, stored(server, server + 1, server + 2, server - 1, server - 2));
      if (player.waiting) player = run(player, { type: 'overdue' });
      const ids = player.acks.map(({ slot_id }) => slot_id);
      expect(new Set(ids).size).toBe(ids.length);
      const canShow = wanted(player).some(({ item }) => player.online || player.stored.has(item.id));
      if (canShow && player.stuck === null) expect(player.play).not.toBeNull();
    }
  });
});
