"""What a delta is made of: the rows of the items that changed since the base, and the segment that answers for them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

import msgspec
import numpy as np

from longshelf.index import bitmaps, widths
from longshelf.index.bitmaps import Array, Ints
from longshelf.index.fields import put_few_texts
from longshelf.index.postings import ROLES, put_pairs
from longshelf.index.segment import DELTA_BYTES, TEXT_FIELDS, Put, Segment, kind_numbers, number_groups
from longshelf.model.kinds import EntityKind
from longshelf.store import columns
from longshelf.store.database import Transaction

KINDS = tuple(EntityKind)
_KIND_NUMBERS = {kind.value: number for number, kind in enumerate(KINDS)}
_ROLE_NUMBERS = {role.value: number for number, role in enumerate(ROLES)}


class Links(msgspec.Struct, frozen=True):
    """Links, item by item: how many each item has, and of each link the entity, the number of the role and that of the kind."""

    counts: Array
    entities: Array
    roles: Array
    kinds: Array

    def of_kind(self, kind: EntityKind) -> tuple[Array, Array, Array]:
        """(indexes of the items, entities, roles) of one kind."""
        wanted = np.flatnonzero(self.kinds == KINDS.index(kind))
        return np.repeat(np.arange(len(self.counts)), self.counts)[wanted], self.entities[wanted].astype(np.int64), self.roles[wanted]

    def taken(self, items: Array) -> "Links":
        """Those of the items at these indexes, in that order."""
        counts = self.counts[items]
        starts = np.cumsum(self.counts) - self.counts
        at = np.repeat(starts[items] - (np.cumsum(counts) - counts), counts) + np.arange(int(counts.sum()))
        return Links(counts, self.entities[at], self.roles[at], self.kinds[at])


class Rows(msgspec.Struct, frozen=True):
    """Number columns, texts and links of some items, by ascending id."""

    numbers: dict[str, Array]
    texts: dict[str, Array]  # of objects: a text, or None
    links: Links

    @property
    def ids(self) -> Ints:
        return self.numbers["id"].astype(np.int64)

    def replaced(self, changed: Iterable[int], fresh: "Rows") -> "Rows":
        """Without the changed items, and with those among them that are fresh."""
        kept = np.flatnonzero(~np.isin(self.numbers["id"], np.fromiter(changed, dtype=np.int64)))
        both = joined([self, fresh])
        order = np.concatenate([kept, np.arange(len(self.ids), len(both.ids))])
        return both.taken(order[np.argsort(both.ids[order], kind="stable")])

    def taken(self, items: Array) -> "Rows":
        """The items at these indexes, in that order."""
        return Rows(
            {name: column[items] for name, column in self.numbers.items()},
            {name: column[items] for name, column in self.texts.items()},
            self.links.taken(items),
        )


def read(connection: Transaction, ids: Iterable[int]) -> Rows:
    """Of those of the items that are live."""
    rows = columns.some(connection, ids)
    if rows is None:
        return NO_ROWS
    numbers = {name: widths.column(name, kind_numbers(rows[name]) if name == "kind" else rows[name]) for name in columns.NUMBER_COLUMNS}
    return Rows(numbers, {name: _objects(rows[name]) for name in columns.TEXTS}, _read_links(connection, rows["id"]))


def joined(rows: Sequence[Rows]) -> Rows:
    """One after the other."""
    return Rows(
        {name: widths.joined([each.numbers[name] for each in rows]) for name in columns.NUMBER_COLUMNS},
        {name: np.concatenate([each.texts[name] for each in rows]) for name in columns.TEXTS},
        Links(*(np.concatenate([getattr(each.links, part) for each in rows]) for part in ("counts", "entities", "roles", "kinds"))),
    )


def delta(rows: Rows) -> Segment | None:
    """None when there is no row. What a question needs is made when it is first asked."""
    ids = rows.ids
    if not len(ids):
        return None
    groups = number_groups(rows.numbers)
    groups |= {f"field.{name}": partial(_put_text, name=name, values=rows.texts[column]) for name, column in TEXT_FIELDS.items()}
    groups |= {f"link.{kind}": partial(_put_links, kind=kind, rows=rows) for kind in EntityKind}
    return Segment(_Made(ids, groups), DELTA_BYTES)


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


def _put_text(put: Put, name: str, values: Array) -> None:
    put_few_texts(put, name, values.tolist())


def _put_links(put: Put, kind: EntityKind, rows: Rows) -> None:
    put_pairs(put, kind, len(rows.ids), rows.links.of_kind(kind))


def _read_links(connection: Transaction, ids: Sequence[int]) -> Links:
    found = columns.links_of(connection, ids)
    if not found:
        return msgspec.structs.replace(NO_LINKS, counts=np.zeros(len(ids), dtype=np.int32))
    items, lengths, entities, roles, kinds = zip(*found, strict=True)
    counts = np.zeros(len(ids), dtype=np.int32)
    counts[np.searchsorted(np.array(ids, dtype=np.int64), np.array(items, dtype=np.int64))] = lengths
    total = sum(lengths)
    return Links(
        counts,
        widths.narrowed(bitmaps.parse_ids(",".join(entities))),
        np.fromiter(map(_ROLE_NUMBERS.__getitem__, ",".join(roles).split(",")), dtype=np.uint8, count=total),
        np.fromiter(map(_KIND_NUMBERS.__getitem__, ",".join(kinds).split(",")), dtype=np.uint8, count=total),
    )


def _objects(values: Sequence[str | None]) -> Array:
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


NO_LINKS = Links(np.empty(0, dtype=np.int32), np.empty(0, dtype=np.int32), np.empty(0, dtype=np.uint8), np.empty(0, dtype=np.uint8))
NO_ROWS = Rows(
    {name: widths.column(name, []) for name in columns.NUMBER_COLUMNS},
    {name: _objects([]) for name in columns.TEXTS},
    NO_LINKS,
)
