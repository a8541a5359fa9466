"""What a change of a timeline is planned on, and what becomes of it. Pure but for who a display plays as; `timeline.py` reads the one and
writes the other."""

from collections.abc import Collection, Sequence
from functools import lru_cache

import msgspec

from longshelf.catalog import blocks as reading
from longshelf.displays import presence
from longshelf.displays.moves import Ended, Moved, current_of, cut, end, planned_of
from longshelf.displays.planning import Plan
from longshelf.displays.shapes import DWELL, DisplaySettings
from longshelf.model.times import SECOND
from longshelf.model.viewer import NOBODY, Viewer
from longshelf.store import displays, slots
from longshelf.store.database import Transaction
from longshelf.store.displays import DisplayRow
from longshelf.store.playlists import BlockRow, PlaylistRow
from longshelf.store.slots import CURRENT, DrawRow, SlotRow

LOOK_AGAIN = 15 * SECOND  # where less was found than there is room for
_NOTHING = "Nothing to play"


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a change is planned on, of one snapshot. `playlist` is the active one."""

    display: DisplayRow
    slots: list[SlotRow]
    playlist: PlaylistRow | None
    blocks: list[BlockRow]
    views: dict[int, str]
    draws: dict[int, DrawRow]
    viewer: Viewer


class Next(msgspec.Struct, frozen=True, kw_only=True):
    """What a state becomes."""

    slots: list[SlotRow]
    draws: dict[int, DrawRow]
    ended: Ended | None
    generation: int
    anew: bool  # what is current begins now
    look_at: int | None
    note: str
    applied: bool  # whether the move itself did anything


def viewer_of(connection: Transaction, user_id: int | None) -> Viewer:
    """As whom a display plays: nobody when that account is gone or may not come in."""
    if user_id is None or not displays.may_be(connection, user_id):
        return NOBODY
    return Viewer(user_id)


@lru_cache(maxsize=256)  # most displays hang like others
def settings_of(text: str) -> DisplaySettings:
    """From the JSON of a display's row."""
    return msgspec.json.decode(text, type=DisplaySettings)


def dwell_of(display: DisplayRow) -> float:
    return settings_of(display.settings).dwell or DWELL


def named(playlist: PlaylistRow | None) -> tuple[int, int] | None:
    return None if playlist is None else (playlist.id, playlist.version)


def another(state: State) -> bool:
    """Whether it was planned from another playlist than it should play."""
    return state.display.playlist_id != (None if state.playlist is None else state.playlist.id)


def stale(state: State) -> bool:
    """Whether its playlist has changed since it was planned."""
    return state.display.playlist_version != (None if state.playlist is None else state.playlist.version)


def restarted(moved: Moved, current: SlotRow | None, passed: float) -> Moved:
    """Another playlist plays: nothing of the old one stays. What the move ended has ended."""
    return Moved(slots=[], ended=moved.ended or cut(current, passed), drop=True)


def within_sight(moved: Moved, seen: Collection[int], passed: float, *, drop: bool) -> tuple[Moved, bool]:
    """Without what may not be seen any more: what is planned goes from there on, and what plays ends. And whether anything went."""
    current = current_of(moved.slots)
    if current is not None and current.item_id not in seen:
        moved = end(moved.slots, "skipped", passed)
    planned = planned_of(moved.slots)
    hidden = min((each.position for each in planned if each.item_id not in seen), default=None)
    if drop:
        hidden = -1
    if hidden is None:
        return moved, False
    left = [each for each in moved.slots if each.status != slots.PLANNED or each.position < hidden]
    return msgspec.structs.replace(moved, slots=left), True


def begun(rows: Sequence[SlotRow], generation: int | None) -> list[SlotRow]:
    """With a current one, where anything is planned. With `generation` the current one is of that."""
    kept = list(rows)
    place = next((place for place, each in enumerate(kept) if each.status == CURRENT), None)
    if place is None:
        place = next((place for place, each in enumerate(kept) if each.status == slots.PLANNED), None)
        if place is not None:
            kept[place] = msgspec.structs.replace(kept[place], status=CURRENT)
    elif generation is not None:
        kept[place] = msgspec.structs.replace(kept[place], generation=generation)
    return kept


def counted_anew(draws: dict[int, DrawRow]) -> dict[int, DrawRow]:
    """Loops are counted from 0 again."""
    return {block_id: msgspec.structs.replace(row, loop=0, used=0) for block_id, row in draws.items()}


def made_of(
    state: State, moved: Moved, kept: list[SlotRow], made: Plan | None, *, generation: int, now: int, short: bool, applied: bool
) -> Next:
    all_slots = begun([*kept, *(made.slots if made is not None else ())], None)
    before, current = current_of(state.slots), current_of(all_slots)
    anew = moved.renewed or (before and before.id) != (current and current.id) or (current is not None and not current.id)
    draws = dict(state.draws if kept or made is None else counted_anew(state.draws)) | ({} if made is None else made.draws)
    number = state.display.number + (moved.ended is not None)
    due = state.display.look_at is not None and state.display.look_at <= now
    if current is not None and current.block_id in draws:
        draws[current.block_id] = _used(draws[current.block_id], current, number)
    return Next(
        slots=_pruned(all_slots),
        draws=draws,
        ended=moved.ended,
        generation=generation,
        anew=anew,
        look_at=now + LOOK_AGAIN if short and state.blocks else (None if made is not None or due else state.display.look_at),
        note=_note(state, made, none=current is None),
        applied=applied,
    )


def _used(row: DrawRow, current: SlotRow, number: int) -> DrawRow:
    """The block as it is once this slot of it plays; `number` is that of the play before."""
    used = max(row.used if row.loop == current.loop else 0, current.ordinal + 1)
    row = msgspec.structs.replace(row, loop=max(row.loop, current.loop), used=used if current.loop >= row.loop else row.used)
    return row if current.round <= row.round else msgspec.structs.replace(row, round=current.round, round_at=number)


def _pruned(rows: list[SlotRow]) -> list[SlotRow]:
    """Without those that ended long ago."""
    ended = [each for each in rows if each.status not in {CURRENT, slots.PLANNED}]
    old = {id(each) for each in ended[: -slots.KEPT]}
    return [each for each in rows if id(each) not in old]


def begins(current: SlotRow | None, held: DisplayRow, now: int) -> dict[str, float | int | str | None]:
    """The columns of a display whose current slot begins; paused or stopped, it waits at its beginning."""
    playing = current is not None and held.state == displays.PLAYING
    return {
        "position": 0.0,
        "position_at": now,
        "started_at": now if playing else None,
        "due_at": presence.due_at(now, current.seconds, 0.0) if playing and current is not None else None,
    }


def _note(state: State, made: Plan | None, *, none: bool) -> str:
    """For people. What was said of a block stays until the plan has come to its beginning again."""
    if state.playlist is None:
        return f"{_NOTHING}: no playlist is active."
    if not state.viewer.known:
        return f"{_NOTHING}: the account this display plays as was removed or disabled. An administrator can choose another."
    if not state.blocks:
        return f"{_NOTHING}: the playlist has no blocks."
    if made is None or not (made.turned or made.empty or none or stale(state)):
        return "" if not none and state.display.note.startswith(_NOTHING) else state.display.note
    if not made.empty:
        return ""
    told = [_said(block, state) for block in made.empty[:3]]
    more = len(made.empty) - len(told)
    return " ".join([*([f"{_NOTHING}."] if none else []), *told, *([f"And {more} more blocks."] if more else [])])


def _said(block: BlockRow, state: State) -> str:
    place = next(place for place, each in enumerate(state.blocks) if each.id == block.id)
    name = f"Block {place + 1}" + (f" “{block.title}”" if block.title else "")
    problem = reading.problem_of(block, state.views)
    return f"{name} cannot be read: {problem}." if problem else f"{name} has nothing to play."
