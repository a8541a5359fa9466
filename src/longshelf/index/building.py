"""The base segment, made from all live items of the store. It is read column by column, so that it needs memory for a few columns at a
time, not for the rows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TypeVar

import numpy as np

from longshelf.index import bitmaps
from longshelf.index.bitmaps import Array, Ints
from longshelf.index.changed import column_array, column_type
from longshelf.index.fields import put_texts
from longshelf.index.postings import put_lists
from longshelf.index.segment import TEXT_FIELDS, Put, number_groups
from longshelf.model.kinds import EntityKind, Role
from longshelf.store import columns
from longshelf.store.database import Transaction

Piece = TypeVar("Piece")
Progress = Callable[[str, float], None]  # what is being read, and how much of the whole is done (0-1)


def nothing_said(_step: str, _done: float) -> None:
    """Progress nobody wants to hear about."""


def build(connection: Transaction, put: Put, progress: Progress = nothing_said) -> int:
    """The base segment's arrays; how many items it holds."""
    ids = _build_numbers(connection, put, progress)
    steps = [*TEXT_FIELDS, *EntityKind]
    for done, step in enumerate(steps):
        say = partial(progress, step, 0.4 + 0.6 * done / len(steps))
        if isinstance(step, EntityKind):
            _build_links(connection, put, step, ids, say)
        else:
            pieces = _heard(columns.in_order(connection, TEXT_FIELDS[step]), say)
            put_texts(put, step, ((_places(ids, piece), values) for piece, values in pieces), len(ids))
    progress("done", 1.0)
    return len(ids)


def _build_numbers(connection: Transaction, put: Put, progress: Progress) -> Ints:
    total = max(columns.live(connection), 1)
    pieces: dict[str, list[Array]] = {name: [np.empty(0, dtype=column_type(name))] for name in columns.NUMBER_COLUMNS}
    done = 0
    for piece in columns.numbers(connection):
        for name, values in piece.items():
            pieces[name].append(column_array(name, values))
        done += len(piece["id"])
        progress("items", min(0.3 * done / total, 0.3))
    whole = {name: np.concatenate(pieces.pop(name)) for name in columns.NUMBER_COLUMNS}
    put("ids", whole["id"])
    for name, make in number_groups(whole).items():
        progress(name, 0.35)
        make(put)
    return whole["id"]


def _build_links(connection: Transaction, put: Put, kind: EntityKind, ids: Ints, say: Callable[[], None]) -> None:
    several: list[int] = []
    put_lists(put, kind, len(ids), _heard(_lists(connection, kind, ids, several), say), _in_roles(connection, ids, several))
    entities = np.array(columns.by_name(connection, kind), dtype=np.int64)
    by_id = np.argsort(entities)
    put(f"link.{kind}.named", entities[by_id])
    put(f"link.{kind}.places", by_id.astype(np.int32))


def _heard(pieces: Iterable[Piece], say: Callable[[], None]) -> Iterator[Piece]:
    """Tells of each piece, so that whoever listens can stop the work in its midst."""
    for piece in pieces:
        say()
        yield piece


def _lists(connection: Transaction, kind: EntityKind, ids: Ints, several: list[int]) -> Iterator[tuple[int, Array, Role | None]]:
    """Entities with live items; those with several roles are noted in `several`."""
    for entity_id, lowest, highest, listed in columns.links(connection, kind):
        items = _known(ids, bitmaps.parse_ids(listed))
        if not len(items):
            continue
        if lowest != highest:
            several.append(entity_id)
        yield entity_id, items, Role(lowest) if lowest == highest else None


def _in_roles(connection: Transaction, ids: Ints, several: list[int]) -> Iterator[tuple[int, Role, Array]]:
    for entity_id in several:
        for role, listed in columns.roles(connection, entity_id):
            items = _known(ids, bitmaps.parse_ids(listed))
            if len(items):
                yield entity_id, Role(role), items


def _known(ids: Ints, listed: Ints) -> Ints:
    """Ordinals of those that are live, each once, ascending."""
    if not len(ids):
        return listed[:0]
    inside = listed[(listed >= ids[0]) & (listed <= ids[-1])]
    if ids[-1] - ids[0] + 1 == len(ids):  # no gaps
        kept = inside - ids[0]
    else:
        places = np.searchsorted(ids, inside)
        kept = places[ids[places] == inside]
    return kept if (kept[1:] > kept[:-1]).all() else np.unique(kept)


def _places(ids: Ints, piece: Sequence[int]) -> Ints:
    return np.searchsorted(ids, np.array(piece, dtype=np.int64))
