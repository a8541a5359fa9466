"""What displays play: the one writer of slots.

The rules. A change is planned on what a snapshot says (the display, its playlist, what it played, what is in the pools), outside of any
write transaction, and written in one: who reads meets the old timeline or the new one. It is written only if nothing it was planned on
has changed, which is asked under the lock of the display's row; else it is planned again, at last under that lock. Rebuilds asked for
while one waits are one rebuild: requests have numbers, and a rebuild is for all whose number it has read, in whichever process.

Only the next few slots are there. Whatever moves a display on plans what comes behind: with the move itself, or, where somebody waits for
the answer and something is planned already, right after it. `tending.py` looks after those where nothing moves, and after what was asked
for by a process that did not live to do it."""

import secrets
import threading
from collections.abc import Callable, Collection
from contextlib import nullcontext, suppress
from functools import partial

from longshelf.catalog import blocks as reading
from longshelf.displays import presence
from longshelf.displays.changes import (
    Next,
    State,
    another,
    begins,
    begun,
    counted_anew,
    dwell_of,
    made_of,
    named,
    restarted,
    stale,
    viewer_of,
    within_sight,
)
from longshelf.displays.drawing import PAGE, WINDOW, Pool, Sight
from longshelf.displays.moves import Back, End, Ended, Keep, Move, Rebuild, Replan, current_of, planned_of
from longshelf.displays.planning import Outline, Plan, plan
from longshelf.errors import NotFound
from longshelf.logs import operation
from longshelf.model.engine import Engine, Offset
from longshelf.model.query import IdIs, both
from longshelf.model.sorts import SEED_MAX, Sort
from longshelf.model.viewer import Viewer
from longshelf.store import displays, play_history, playlists, slots
from longshelf.store.database import Database, Transaction
from longshelf.store.displays import DisplayRow
from longshelf.store.engine.sql import SqlSnapshot
from longshelf.store.playlists import BlockRow
from longshelf.store.slots import Overtaken, SlotRow
from longshelf.visibility.visibility import Visibility

LOW, HIGH = 3, 5  # slots that are planned: at least, and as many when there are fewer
TRIES = 3  # plannings without the lock; the next one holds it
TURNS = 64
SEEN_MOST = 20_000  # items that are looked at to say how many a block has played


Later = Callable[[Callable[[], object]], None]
Unless = Callable[[DisplayRow], bool]


def _seed() -> int:
    return secrets.randbelow(SEED_MAX + 1)


def _never(_display: DisplayRow) -> bool:
    return False


class TimelineService:
    """Safe to share between threads, and to run in any number of processes."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        visibility: Visibility,
        *,
        seed: Callable[[], int] = _seed,
        page: int = PAGE,
        window: int = WINDOW,
        later: Later | None = None,
    ) -> None:
        """`later` runs in the background what nobody waits for; without it nothing is put off."""
        self._database = database
        self._engine = engine
        self._visibility = visibility
        self._seed = seed
        self._page = page
        self._window = window
        self._later = later
        self._filling: set[int] = set()  # displays whose filling up waits for its turn
        self._turns = [threading.Lock() for _ in range(TURNS)]

    # --- what others ask for

    def rebuild(self, display_id: int, why: str = "asked for") -> None:
        """Plans all anew, from the first block of the active playlist. NotFound when there is no such display. `why` is for the log."""
        with self._database.write_quietly() as connection:
            number = displays.ask_rebuild(connection, display_id)
        with operation("timeline_rebuild", display=display_id, why=why) as running:
            done = self._change(display_id, Rebuild(), unless=lambda display: display.answered >= number)
            running.report(joined=not done)

    def replan(self, display_id: int, why: str) -> None:
        """The active playlist has changed: what is to come is planned again, what plays goes on. Nothing to do where that has been done
        since. `why` is for the log."""
        with operation("timeline_replan", display=display_id, why=why) as running:
            running.report(changed=self._change(display_id, Keep()))

    def renew(self, display_id: int, why: str) -> None:
        """As `replan`, although the playlist is what it was: something else has changed that decides what is played."""
        with operation("timeline_replan", display=display_id, why=why):
            self._change(display_id, Replan())

    def look(self, display_id: int) -> None:
        """Brings the timeline up to what it should be: planned from the active playlist, of what may be seen, with enough to come, and
        rebuilt if that was asked for."""
        with self._database.read() as connection:
            asked = displays.get(connection, display_id)
        if asked.asked > asked.answered:
            self._change(display_id, Rebuild(), unless=lambda display: display.answered >= display.asked)
        else:
            self._change(display_id, Keep())

    def played(self, display_id: int, slot_id: int, generation: int, outcome: str, seconds: float) -> bool:
        """The player is through with a slot. False, and nothing happens, unless it is the current one, of this generation."""
        return self._move_on(display_id, End(outcome=outcome, slot_id=slot_id, generation=generation, seconds=seconds))

    def next(self, display_id: int, slot_id: int | None = None) -> bool:
        """On to the next slot. With `slot_id` only if that is the current one."""
        return self._move_on(display_id, End(outcome="skipped", slot_id=slot_id))

    def previous(self, display_id: int, slot_id: int | None = None) -> bool:
        """Back to what was played before. With `slot_id` only if that is the current one."""
        return self._change(display_id, Back(slot_id=slot_id))

    def expire(self, display_id: int) -> bool:
        """The current slot should long have ended, and its player is there: it is stuck."""
        now = self._database.clock()

        def spared(display: DisplayRow) -> bool:
            return display.due_at is None or display.due_at > now or not presence.is_online(display, now)

        return self._change(display_id, End(outcome="timeout"), unless=spared)

    def seen(self, display_id: int) -> dict[int, int]:
        """How many of what each block of the display's playlists may draw from the display has played in the block's present round, by
        block, of what is in the pool now. Looked for among the last `SEEN_MOST` items the display played: beyond them it says too few,
        never too many."""
        with self._database.read() as connection, self._engine.snapshot() as snapshot:
            display = displays.get(connection, display_id)
            viewer, draws = viewer_of(connection, display.user_id), slots.draws(connection, display_id)
            listed = slots.blocks_for(connection, display_id)
            views = playlists.views_of(connection, listed)
            rounds = {block.id: draws[block.id].round_at if block.id in draws else 0 for block in listed}
            last = play_history.last_plays(connection, display_id, min(rounds.values(), default=0), SEEN_MOST)
            since = {at: tuple([item_id for item_id, number in last if number > at]) for at in set(rounds.values())}
            mask = self._visibility.mask(viewer, snapshot).query
            found = {}
            for block in listed:
                ids = since[rounds[block.id]]
                query = both(reading.query_of(block, views)[0], mask, IdIs(ids))
                found[block.id] = snapshot.count(query, viewer).value if ids else 0
            return found

    # --- how a change is made

    def _move_on(self, display_id: int, move: Move) -> bool:
        """As `_change`, for somebody who waits: what is to come is filled up behind his back, as long as anything is there to play."""
        if self._later is None:
            return self._change(display_id, move)
        after = self._changed(display_id, move, low=1)
        if after is not None and len(planned_of(after.slots)) < LOW and display_id not in self._filling:
            self._filling.add(display_id)
            with suppress(RuntimeError):  # the process stops; the next word finds that too little is planned
                self._later(partial(self._fill_up, display_id))
        return after is not None and after.applied

    def _fill_up(self, display_id: int) -> None:
        self._filling.discard(display_id)  # first: whoever moves on from here on asks again
        with suppress(NotFound):  # it was removed meanwhile
            self.look(display_id)

    def _change(self, display_id: int, move: Move, unless: Unless = _never) -> bool:
        """False when the move does not apply, or `unless` holds by then. NotFound when there is no such display."""
        after = self._changed(display_id, move, unless)
        return after is not None and after.applied

    def _changed(self, display_id: int, move: Move, unless: Unless = _never, low: int = LOW) -> Next | None:
        """What became of it, None for nothing. More is planned where fewer than `low` slots are."""
        # Who puts planning off does not wait for others who plan, either: whoever comes second plans again.
        with self._turns[display_id % TURNS] if low == LOW else nullcontext():
            for _ in range(TRIES):
                state, after = self._planned(display_id, move, unless, low)
                if after is None:
                    return None
                with suppress(Overtaken), self._database.write_quietly() as connection:
                    held = displays.held(connection, display_id)
                    if unless(held):
                        return None
                    if self._stands(connection, state, held):
                        self._write(connection, state, after, held, move)
                        return after
            with self._database.write_quietly() as connection:
                held = displays.held(connection, display_id)
                state, after = self._planned(display_id, move, unless, low)  # nobody writes slots meanwhile
                if after is not None:
                    self._write(connection, state, after, held, move)
                return after

    def _planned(self, display_id: int, move: Move, unless: Unless, low: int) -> tuple[State, Next | None]:
        with self._database.read() as connection:
            state = self._state(connection, display_id)
            if unless(state.display):
                return state, None
            return state, self._next(connection, state, move, low)

    def _state(self, connection: Transaction, display_id: int) -> State:
        display = displays.get(connection, display_id)
        playlist = playlists.active_of(connection, display_id)
        listed = playlists.blocks_of(connection, playlist.id) if playlist is not None and playlist.kind == "blocks" else []
        return State(
            display=display,
            slots=slots.of_display(connection, display_id),
            playlist=playlist,
            blocks=listed,
            views=playlists.views_of(connection, listed),
            draws=slots.draws(connection, display_id),
            viewer=viewer_of(connection, display.user_id),
        )

    def _next(self, connection: Transaction, state: State, move: Move, low: int) -> Next | None:
        display, now = state.display, self._database.clock()
        current = current_of(state.slots)
        seen = self.visible(connection, state.viewer, {each.item_id for each in state.slots})
        passed = 0.0 if current is None else presence.passed(display, current.seconds, now)
        moved = move.of(state.slots, seen, passed)
        applied = moved is not None
        if moved is None:
            if current is not None or state.playlist is None:
                return None
            moved = Keep().of(state.slots, seen, passed)  # what played went with its library: something else begins
        if another(state) and not isinstance(move, Rebuild):
            moved = restarted(moved, current, passed)
        moved, dropped = within_sight(moved, seen, passed, drop=moved.drop or stale(state))
        generation = display.generation + (dropped or moved.renewed)
        kept = begun(moved.slots, generation if moved.renewed else None)
        coming = len(planned_of(kept))
        again = display.look_at is not None and display.look_at <= now
        want = HIGH - coming + (current_of(kept) is None) if coming < low or again else 0
        made = self._plan(connection, state, kept, ended=moved.ended, generation=generation, want=want) if want else None
        if made is None and kept == state.slots and not stale(state) and not another(state) and not again:
            return None
        short = made is not None and len(made.slots) < want
        return made_of(state, moved, kept, made, generation=generation, now=now, short=short, applied=applied)

    def _plan(self, connection: Transaction, state: State, kept: list[SlotRow], *, ended: Ended | None, generation: int, want: int) -> Plan:
        with self._engine.snapshot() as snapshot:
            mask = self._visibility.mask(state.viewer, snapshot)
            sight = Sight(
                snapshot=snapshot,
                viewer=state.viewer,
                connection=connection,
                display_id=state.display.id,
                judge=lambda ids: self.visible(connection, state.viewer, set(ids)) if mask.restricts else set(ids),
                page=self._page,
                window=self._window,
            )
            outline = Outline(
                display_id=state.display.id,
                generation=generation,
                number=state.display.number,
                ended=ended.slot.item_id if ended is not None else None,
                slots=kept,
                blocks=state.blocks,
                draws=counted_anew(state.draws) if not kept else state.draws,
                dwell=dwell_of(state.display),
                at=self._database.clock(),
            )

            def pool_of(block: BlockRow, seed: int) -> Pool:
                query, sort = reading.query_of(block, state.views, seed=seed)
                return Pool(both(query, mask.query), sort)

            return plan(outline, want, sight, pool_of, self._seed)

    def visible(self, connection: Transaction, viewer: Viewer, ids: Collection[int]) -> set[int]:
        """Which of the items may be seen, by what the connection sees."""
        if not ids:
            return set()
        snapshot = SqlSnapshot(connection)
        mask = self._visibility.mask(viewer, snapshot)
        if viewer.known and not mask.restricts:
            return slots.there(connection, ids)
        wanted = tuple(sorted(ids))
        return set(snapshot.page(both(IdIs(wanted), mask.query), Sort("id"), Offset(0, len(wanted)), viewer).ids)

    def mask_of(self, connection: Transaction, viewer: Viewer) -> str:
        """The same while the viewer may see the same."""
        return self._visibility.mask(viewer, SqlSnapshot(connection)).name

    def _stands(self, connection: Transaction, state: State, held: DisplayRow) -> bool:
        """Whether all is still as it was planned on."""
        planned = state.display
        if (held.step, held.user_id, held.settings) != (planned.step, planned.user_id, planned.settings):
            return False
        return named(playlists.active_of(connection, held.id)) == named(state.playlist)

    def _write(self, connection: Transaction, state: State, after: Next, held: DisplayRow, move: Move) -> None:
        now, number = self._database.clock(), held.number
        slots.replace(connection, state.slots, after.slots)
        if after.ended is not None:
            number += 1
            slot = after.ended.slot
            play_history.record(
                connection,
                held.id,
                item_id=slot.item_id,
                block_id=slot.block_id,
                slot_id=slot.id,
                generation=slot.generation,
                loop=slot.loop,
                number=number,
                outcome=after.ended.outcome,
                seconds=after.ended.seconds,
                played_at=now,
            )
        slots.keep_draws(connection, held.id, {key: row for key, row in after.draws.items() if row != state.draws.get(key)})
        if after.generation != held.generation:
            slots.forget_draws(connection, held.id)
        values: dict[str, float | int | str | None] = {
            "step": held.step + 1,
            "generation": after.generation,
            "number": number,
            "look_at": after.look_at,
            "note": after.note,
            "playlist_id": None if state.playlist is None else state.playlist.id,
            "playlist_version": None if state.playlist is None else state.playlist.version,
        }
        if isinstance(move, Rebuild):
            values["answered"] = state.display.asked
        if after.anew:
            values |= begins(current_of(after.slots), held, now)
        displays.change(connection, held.id, **values)
        if after.slots != state.slots or after.note != held.note or after.generation != held.generation:
            displays.tell(connection, [held.id])
