"""What a delta is made of: the rows of the items that changed since the base, and the segment that answers for them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

import msgspec
import numpy as np

from longshelf.index.bitmaps import Array, Ints
from longshelf.index.fields import put_texts
from longshelf.index.postings import ROLES, put_pairs
from longshelf.index.segment import DELTA_BYTES, TEXT_FIELDS, Put, Segment, kind_numbers, number_groups
from longshelf.model.kinds import EntityKind
from longshelf.store import columns
from longshelf.store.database import Transaction

_KINDS = tuple(EntityKind)
_KIND_NUMBERS = {kind.value: number for number, kind in enumerate(_KINDS)}
_ROLE_NUMBERS = {role.value: number for number, role in enumerate(ROLES)}


class Rows(msgspec.Struct, frozen=True):
    """What a delta is made of: number columns and texts by ascending id, and links in no order."""

    numbers: dict[str, Array]
    texts: dict[str, list[str | None]]
    links: Array  # one row a link: item id, entity id, number of the role, number of the kind

    def replaced(self, changed: Iterable[int], fresh: "Rows") -> "Rows":
        """Without the changed items, and with those among them that are fresh."""
        changed_ids = np.fromiter(changed, dtype=np.int64)
        kept = np.flatnonzero(~np.isin(self.numbers["id"], changed_ids))
        order = np.argsort(np.concatenate([self.numbers["id"][kept], fresh.numbers["id"]]), kind="stable")
        links = np.concatenate([self.links[~np.isin(self.links[:, 0], changed_ids)], fresh.links])
        return Rows(
            {name: np.concatenate([column[kept], fresh.numbers[name]])[order] for name, column in self.numbers.items()},
            {name: _arranged([values[place] for place in kept.tolist()] + fresh.texts[name], order) for name, values in self.texts.items()},
            links,
        )


def read(connection: Transaction, ids: Iterable[int]) -> Rows:
    """Of those of the items that are live."""
    rows = columns.some(connection, ids)
    if rows is None:
        return NO_ROWS
    links = [
        (item_id, entity_id, _ROLE_NUMBERS[role], _KIND_NUMBERS[kind])
        for item_id, entity_id, role, kind in columns.links_of(connection, rows["id"])
    ]
    return Rows(
        {name: column_array(name, rows[name]) for name in columns.NUMBER_COLUMNS},
        {name: list(rows[name]) for name in columns.TEXTS},
        np.array(links, dtype=np.int64).reshape(-1, 4),
    )


def delta(rows: Rows) -> Segment | None:
    """None when there is no row. What a question needs is made when it is first asked."""
    ids = rows.numbers["id"]
    if not len(ids):
        return None
    groups = number_groups(rows.numbers)
    groups |= {f"field.{name}": partial(_put_text, name=name, values=rows.texts[column]) for name, column in TEXT_FIELDS.items()}
    groups |= {f"link.{kind}": partial(_put_links, kind=kind, rows=rows) for kind in EntityKind}
    return Segment(_Made(ids, groups), DELTA_BYTES)


def column_array(name: str, values: Sequence[object]) -> Array:
    """A column of the store by its name there; kinds as numbers."""
    if name == "kind":
        return kind_numbers(values)  # type: ignore[arg-type]  # that column is text
    return np.array(values, dtype=column_type(name))


def column_type(name: str) -> type:
    return np.float64 if name == "duration" else np.int64


class _Made(Mapping[str, Array]):
    """Arrays of a delta, made a group at a time. Two threads may make one at once; both are right."""

    def __init__(self, ids: Ints, groups: Mapping[str, Callable[[Put], None]]) -> None:
        self._held: dict[str, Array] = {"ids": ids}
        self._groups = groups
        self._done: set[str] = set()

    def __getitem__(self, name: str) -> Array:
        group = name.rpartition(".")[0] if name not in self._groups else name
        if group in self._groups and group not in self._done:
            made: dict[str, Array] = {}
            self._groups[group](made.__setitem__)
            self._held.update(made)
            self._done.add(group)
        return self._held[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)


def _put_text(put: Put, name: str, values: Sequence[str | None]) -> None:
    arranged = sorted((value, place) for place, value in enumerate(values) if value is not None)
    piece = np.array([place for _, place in arranged], dtype=np.int64), [value for value, _ in arranged]
    put_texts(put, name, [piece], len(values))


def _put_links(put: Put, kind: EntityKind, rows: Rows) -> None:
    ids, links = rows.numbers["id"], rows.links[rows.links[:, 3] == _KINDS.index(kind)]
    put_pairs(put, kind, len(ids), (np.searchsorted(ids, links[:, 0]), links[:, 1], links[:, 2]))


def _arranged(values: list[str | None], order: Array) -> list[str | None]:
    return [values[place] for place in order.tolist()]


NO_ROWS = Rows(
    {name: np.empty(0, dtype=column_type(name)) for name in columns.NUMBER_COLUMNS},
    {name: [] for name in columns.TEXTS},
    np.empty((0, 4), dtype=np.int64),
)
