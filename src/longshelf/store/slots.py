"""Rows of slots: what displays play and will play. Written by `displays/timeline.py` alone, which holds the display's row while it does."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from longshelf.errors import Conflict
from longshelf.store import bulk, playlists
from longshelf.store.database import run
from longshelf.store.display_tables import block_draw
from longshelf.store.display_tables import slot as slot_table
from longshelf.store.playlists import BlockRow

PLANNED, CURRENT = "planned", "current"
KEPT = 50  # slots that have ended: as far as `previous` goes back


class Overtaken(Conflict):
    """An item that was planned is not there any more."""


class SlotRow(msgspec.Struct, frozen=True, kw_only=True):
    """`id` 0: not written yet."""

    id: int = 0
    display_id: int
    generation: int
    loop: int
    position: int
    block_id: int
    place: int
    ordinal: int
    asked: int
    round: int
    item_id: int
    seconds: float
    status: str
    planned_at: int


class DrawRow(msgspec.Struct, frozen=True, kw_only=True):
    """How far a block has drawn; `drawn` is JSON that only `displays/drawing.py` reads."""

    block_id: int
    round: int = 0
    round_at: int = 0
    loop: int = 0
    used: int = 0
    seed: int = 0
    pool: str = ""
    drawn: str = ""


_NAMES = SlotRow.__struct_fields__
_SLOT = ", ".join(_NAMES)
_NEW = _NAMES[1:]
_REMOTE = {"video": "video/*", "image": "image/*"}
_AHEAD = " AND status IN ('current', 'planned')"
_DRAW_NAMES = DrawRow.__struct_fields__


def of_display(connection: Connection, display_id: int) -> list[SlotRow]:
    """By position."""
    return of_displays(connection, [display_id]).get(display_id, [])


def of_displays(connection: Connection, display_ids: Collection[int], *, ended: bool = True) -> dict[int, list[SlotRow]]:
    """By display, by position; without those that have ended, unless they are wanted."""
    text = f"SELECT {_SLOT} FROM slot WHERE display_id IN {{ids}}{'' if ended else _AHEAD}"
    found: dict[int, list[SlotRow]] = {}
    for row in bulk.select_in(connection, f"{text} ORDER BY display_id, position", display_ids):
        slot = SlotRow(**dict(zip(_NAMES, row, strict=True)))
        found.setdefault(slot.display_id, []).append(slot)
    return found


def in_use(connection: Connection) -> dict[int, list[int]]:
    """The items of slots that play or are planned, by the person they play as."""
    text = """SELECT d.user_id, s.item_id FROM slot s JOIN display d ON d.id = s.display_id
              WHERE s.status IN ('current', 'planned') AND d.user_id IS NOT NULL"""
    found: dict[int, list[int]] = {}
    for user_id, item_id in run(connection, text):
        found.setdefault(user_id, []).append(item_id)
    return found


def displays_with(connection: Connection, user_id: int, item_ids: Iterable[int]) -> list[int]:
    """Displays of the person that play one of the items, or will."""
    text = """SELECT DISTINCT s.display_id FROM slot s JOIN display d ON d.id = s.display_id
              WHERE s.item_id IN {ids} AND s.status IN ('current', 'planned') AND d.user_id = ?"""
    return list(bulk.select_in(connection, text, item_ids, user_id).scalars())


def displays_using(connection: Connection, item_ids: Iterable[int]) -> list[int]:
    """Displays that play one of the items, or will."""
    text = "SELECT DISTINCT display_id FROM slot WHERE item_id IN {ids} AND status IN ('current', 'planned')"
    return sorted(bulk.select_in(connection, text, item_ids).scalars())


def replace(connection: Connection, before: Sequence[SlotRow], after: Sequence[SlotRow]) -> None:
    """The slots of the display are `after` from now on; `before` is what they are. Those with id 0 are new. Overtaken when an item of
    these is gone."""
    old = {each.id: each for each in before}
    kept = {each.id: each for each in after if each.id}
    gone = [each for each in old if each not in kept]
    if gone:
        bulk.select_in(connection, "DELETE FROM slot WHERE id IN {ids}", gone)
    changed = [each for each in kept.values() if each != old[each.id]]
    for each in sorted(changed, key=lambda slot: slot.status == CURRENT):  # there is one current at any time
        run(connection, "UPDATE slot SET status = ?, generation = ? WHERE id = ?", each.status, each.generation, each.id)
    new = [[getattr(each, name) for name in _NEW] for each in after if not each.id]
    if new:
        try:
            bulk.insert(connection, slot_table, _NEW, new)
        except IntegrityError:
            raise Overtaken("An item was removed with its library just now. Try again.") from None


def draws(connection: Connection, display_id: int) -> dict[int, DrawRow]:
    """By block."""
    text = f"SELECT {', '.join(_DRAW_NAMES)} FROM block_draw WHERE display_id = ?"
    return {row[0]: DrawRow(**dict(zip(_DRAW_NAMES, row, strict=True))) for row in run(connection, text, display_id)}


def keep_draws(connection: Connection, display_id: int, rows: Mapping[int, DrawRow]) -> None:
    """As they are now."""
    values = [(display_id, *(getattr(row, name) for name in _DRAW_NAMES)) for row in rows.values()]
    if values:
        bulk.upsert(connection, block_draw, ("display_id", *_DRAW_NAMES), values, ("display_id", "block_id"))


def forget_draws(connection: Connection, display_id: int) -> None:
    """Of blocks that are gone."""
    run(connection, "DELETE FROM block_draw WHERE display_id = ? AND block_id NOT IN (SELECT id FROM block)", display_id)


def there(connection: Connection, item_ids: Iterable[int]) -> set[int]:
    """Which of the items are there."""
    return set(bulk.select_in(connection, "SELECT id FROM item WHERE id IN {ids} AND deleted_at IS NULL", item_ids).scalars())


class Media(NamedTuple):
    """Of an item: how many files it has, and what the first is. Of what is on another server only the kind is known; its films
    (`converts`) are to be had in other forms, too."""

    parts: int
    mime: str | None
    converts: bool = False


def media(connection: Connection, item_ids: Collection[int]) -> dict[int, Media]:
    """By item; those without a file are left out."""
    text = """SELECT item.id, item.kind FROM item JOIN library ON library.id = item.library_id
              WHERE item.id IN {ids} AND library.type = 'stash' AND item.kind IN ('video', 'image')"""
    found = {row[0]: Media(1, _REMOTE[row[1]], converts=row[1] == "video") for row in bulk.select_in(connection, text, item_ids)}
    text = "SELECT item_id, mime FROM file WHERE item_id IN {ids} AND missing_at IS NULL ORDER BY item_id, ordinal, id"
    for item_id, mime in bulk.select_in(connection, text, item_ids):
        known = found.get(item_id)
        found[item_id] = Media(1, mime) if known is None else known._replace(parts=known.parts + 1)
    return found


def blocks_for(connection: Connection, display_id: int) -> list[BlockRow]:
    """Of all playlists for the display."""
    ids = run(connection, "SELECT id FROM playlist WHERE display_id = ? ORDER BY id", display_id).scalars()
    return [block for blocks in playlists.blocks(connection, list(ids)).values() for block in blocks]
