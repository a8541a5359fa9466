"""The base segment, made from all live items of the store. It is read column by column, so that it needs memory for a few columns at a
time, not for the rows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TypeVar

import numpy as np

from longshelf.index import bitmaps, widths
from longshelf.index.bitmaps import Array, Ints
from longshelf.index.fields import put_texts
from longshelf.index.numbering import Consecutive, Ids, Listed
from longshelf.index.postings import put_lists
from longshelf.index.segment import TEXT_FIELDS, Put, kind_numbers, number_groups
from longshelf.model.kinds import EntityKind, Role
from longshelf.store import columns
from longshelf.store.database import Transaction

Piece = TypeVar("Piece")
HOLES_MOST = 0.2  # of the places of a base
Progress = Callable[[str, float], None]  # what is being read, and how much of the whole is done (0-1)


def nothing_said(_step: str, _done: float) -> None:
    """Progress nobody wants to hear about."""


def build(connection: Transaction, put: Put, progress: Progress = nothing_said) -> int:
    """The base segment's arrays; how many items it holds."""
    places = _build_numbers(connection, put, progress)
    steps = [*TEXT_FIELDS, *EntityKind]
    for done, step in enumerate(steps):
        say = partial(progress, step, 0.4 + 0.6 * done / len(steps))
        if isinstance(step, EntityKind):
            _build_links(connection, put, step, places, say)
        else:
            pieces = _heard(columns.in_order(connection, TEXT_FIELDS[step]), say)
            put_texts(put, step, ((places.of(np.array(ids, dtype=np.int64)), values) for ids, values in pieces), len(places.ids))
    progress("done", 1.0)
    return places.live


class _Places:
    """Which ids have a place, and which places hold a live item."""

    def __init__(self, ids: Ids, live: Ints) -> None:
        self.ids = ids
        self.live = len(live)
        self.taken = ids.below(live)
        self.holes = np.ones(len(ids), dtype=bool)
        self.holes[self.taken] = False

    def of(self, listed: Ints) -> Ints:
        """Ordinals of those that are live."""
        places = self.ids.below(listed)
        inside = places < len(self.ids)
        if not inside.all():
            listed, places = listed[inside], places[inside]
        found: Ints = places[(self.ids[places] == listed) & ~self.holes[places]]
        return found

    def spread(self, column: Array) -> Array:
        """A column of the live items, by ordinal."""
        if self.live == len(self.ids):
            return column
        found = np.zeros(len(self.ids), dtype=column.dtype)
        found[self.taken] = column
        return found


def _arrange(connection: Transaction, put: Put, live: Ints) -> _Places:
    """Ids in a row need no list of them, whatever lies between as long as it is little; otherwise deleted items keep places if they are
    few, for they may come back."""
    span = int(live[-1] - live[0]) + 1 if len(live) else 0
    if span - len(live) <= HOLES_MOST * span:
        put("span", np.array([live[0] if span else 0, span], dtype=np.int64))
        found = _Places(Consecutive(int(live[0]) if span else 0, span), live)
    else:
        gone = np.array(columns.deleted(connection, int(len(live) * HOLES_MOST)), dtype=np.int64)
        ids = np.sort(np.concatenate([live, gone]))
        put("ids", ids)
        found = _Places(Listed(ids), live)
    put("holes", bitmaps.freeze(bitmaps.of_mask(found.holes)))
    return found


def _build_numbers(connection: Transaction, put: Put, progress: Progress) -> _Places:
    total = columns.live(connection)
    filling = {name: widths.Filling(name, total) for name in columns.NUMBER_COLUMNS}
    done = 0
    for piece in columns.numbers(connection):
        for name, values in piece.items():
            filling[name].add(kind_numbers(values) if name == "kind" else values)
        done += len(piece["id"])
        progress("items", min(0.3 * done / total, 0.3))
    whole = {name: filling.pop(name).whole() for name in columns.NUMBER_COLUMNS}
    places = _arrange(connection, put, whole.pop("id").astype(np.int64))
    for name in list(whole):
        whole[name] = places.spread(whole[name])
    for name, make in number_groups(whole, places.holes).items():
        progress(name, 0.35)
        make(put)
    return places


def _build_links(connection: Transaction, put: Put, kind: EntityKind, places: _Places, say: Callable[[], None]) -> None:
    several: list[int] = []
    put_lists(put, kind, len(places.ids), _heard(_lists(connection, kind, places, several), say), _in_roles(connection, places, several))
    put_names(put, kind, columns.by_name(connection, kind))


def put_names(put: Put, kind: EntityKind, by_name: Sequence[int]) -> None:
    """The entities of a kind in the order of their names."""
    entities = np.array(by_name, dtype=np.int64)
    by_id = np.argsort(entities)
    put(f"link.{kind}.named", entities[by_id])
    put(f"link.{kind}.places", by_id.astype(np.int32))


def _heard(pieces: Iterable[Piece], say: Callable[[], None]) -> Iterator[Piece]:
    """Tells of each piece, so that whoever listens can stop the work in its midst."""
    for piece in pieces:
        say()
        yield piece


def _lists(connection: Transaction, kind: EntityKind, places: _Places, several: list[int]) -> Iterator[tuple[int, Array, Role | None]]:
    """Entities with live items; those with several roles are noted in `several`."""
    for entity_id, lowest, highest, listed in columns.links(connection, kind):
        items = _known(places, listed)
        if not len(items):
            continue
        if lowest != highest:
            several.append(entity_id)
        yield entity_id, items, Role(lowest) if lowest == highest else None


def _in_roles(connection: Transaction, places: _Places, several: list[int]) -> Iterator[tuple[int, Role, Array]]:
    for entity_id in several:
        for role, listed in columns.roles(connection, entity_id):
            items = _known(places, listed)
            if len(items):
                yield entity_id, Role(role), items


def _known(places: _Places, listed: str) -> Ints:
    """Ordinals of those that are live, each once, ascending."""
    kept = places.of(bitmaps.parse_ids(listed))
    return kept if (kept[1:] > kept[:-1]).all() else np.unique(kept)
