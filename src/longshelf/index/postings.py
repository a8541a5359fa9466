"""Which items carry which entities of one kind, both ways: a bitmap an entity (for filters), and the entities of each item (for counts).

A base segment keeps its bitmaps serialized, one behind the other, and wakes one when it is asked for; a delta makes them from the list of
its links. Entities are numbered within a segment by ascending id.

The entities of each item stand in a table, a row an item, as wide as costs least room and time; links that do not fit in their row are
listed behind it by item (the *overflow*). Whole rows are read two to three times faster than runs of differing length. A cell holds the
entity's number + 1, and 0 for none."""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps, frozen
from longshelf.index.bitmaps import Array, Ints, RankSelect
from longshelf.index.caches import Cache
from longshelf.index.halves import ALONE, by_two
from longshelf.index.values import Arrays
from longshelf.model.kinds import EntityKind, Role

ROLES = tuple(Role)
LOW = 2**32 - 1  # where two numbers stand in one
SEVERAL = 255  # stands for the role of an entity that has more than one
AT_ONCE = 32_768  # items whose links are counted in one go, in the processor's cache
HALVED_FROM = 2 * AT_ONCE  # so many and more are counted by two threads
# What a tally costs, in µs, fitted at ten million items: for each item and cell when the result is scanned, for each entity and byte when
# bitmaps are met where they lie, or woken and met.
SCAN_ITEM, SCAN_CELL = 0.001, 0.001
MEET_ENTITY, MEET_BYTE = 2.0, 0.00014
WAKE_ENTITY, WAKE_BYTE = 13.0, 0.0006
DENSE = 16  # one place in fewer: the result is bits and not lists, and members are looked up in it at once
KEPT_AT_ONCE = 500_000  # rows of an older table, which are taken over piece by piece
# So many items at most are asked what they carry, and not each entity who carries it; more where there are several entities to ask.
FEW_ITEMS, SOME_ITEMS, SEVERAL_ENTITIES = 8_192, 65_536, 5
TOGETHER = 8  # entities; the bitmaps of more of them, met for a union, would drive others out of the cache
SPARSE = 8  # places an item, from which on the links beyond the table are looked up item by item
OVERFLOW_BYTES = 16  # of a link beyond the table: 12 of room, and the time that looking it up takes


class Postings:
    """`cache` is shared by the segment, which holds `items`, and bounded."""

    def __init__(self, arrays: Arrays, kind: EntityKind, cache: Cache[BitMap], items: int) -> None:
        def array(name: str) -> Array | None:
            return arrays.get(f"link.{kind}.{name}")

        self._cache = cache
        self._kind = kind
        self._items = items
        self.entities = arrays[f"link.{kind}.entities"]
        self.counts = arrays[f"link.{kind}.counts"]
        self._blob, self._offsets = array("blob"), array("offsets")
        self._inverse, self._inverse_starts = array("inverse"), array("inverse_starts")
        self._table = arrays[f"link.{kind}.table"]
        self._overflow_items, self._overflow_numbers = (arrays[f"link.{kind}.overflow_{part}"] for part in ("items", "numbers"))
        beyond = array("overflow_beyond")
        self._beyond = None if beyond is None else RankSelect(beyond, arrays[f"link.{kind}.overflow_before"])
        self._beyond_starts = array("overflow_starts")
        self._single = arrays[f"link.{kind}.single"]
        self._role_keys, self._role_starts, self._role_items = (arrays[f"link.{kind}.role_{part}"] for part in ("keys", "starts", "items"))
        self._any = arrays[f"link.{kind}.any"]

    def any(self) -> BitMap:
        """Items that carry some entity of this kind."""
        return self._cache.get_or((self._kind, "any"), lambda: bitmaps.thaw(self._any))

    def linked(self, ids: Sequence[int], role: Role | None) -> BitMap:
        """Items that carry any of the entities, in `role` where one is given. Where they are many, what each of them is on is not kept for
        the next: who asks again keeps the union."""
        numbers = self._numbers(ids).tolist()
        found = [self._in_role(number, role, keep=len(numbers) <= TOGETHER) for number in numbers]
        return found[0] if len(found) == 1 else BitMap.union(*found) if found else bitmaps.EMPTY

    def most(self, ids: Sequence[int]) -> int:
        """No more items than that carry any of the entities."""
        return int(self.counts[self._numbers(ids)].sum())

    def likely(self, ids: Sequence[int], count: int) -> float:
        """How many of `count` items carry any of the entities, if these have nothing to do with each other."""
        return count * (1 - float(np.prod(1 - self.counts[self._numbers(ids)] / count)))

    def among(self, items: BitMap, ids: Sequence[int]) -> BitMap | None:
        """Those of the items that carry any of the entities, by what each of them carries; None where that is not faster."""
        if len(items) > (SOME_ITEMS if len(ids) >= SEVERAL_ENTITIES else FEW_ITEMS):
            return None
        numbers = self._numbers(ids)
        if not len(numbers):
            return bitmaps.EMPTY
        wanted = np.zeros(len(self.entities) + 1, dtype=bool)
        wanted[numbers + 1] = True
        ordinals = bitmaps.ordinals(items)
        cells = self._table.take(ordinals, axis=0, mode="clip")  # "clip" spares a copy; all are inside
        found = np.asarray(wanted[cells].any(axis=1))
        rest = np.flatnonzero(~found)
        found[rest[self._overflow_has(ordinals[rest], wanted[1:])]] = True
        return bitmaps.of(ordinals[found])

    def _overflow_has(self, ordinals: Array, wanted: Array) -> Array:
        """For each, whether a link beyond the table is to a wanted entity."""
        owners, numbers = self._beyond_of(ordinals)
        found = np.zeros(len(ordinals), dtype=bool)
        found[owners[wanted[numbers]]] = True
        return found

    def _beyond_of(self, ordinals: Array) -> tuple[Array, Array]:
        """The links beyond the table of these items: places among the ordinals, and numbers of the entities."""
        listed = self._overflow_items
        ordinals = ordinals.astype(listed.dtype)  # of one type, or numpy converts the whole list
        starts, stops = np.searchsorted(listed, ordinals), np.searchsorted(listed, ordinals, "right")
        lengths = stops - starts
        return np.repeat(np.arange(len(ordinals)), lengths), self._overflow_numbers[runs_at(starts, lengths)]

    def carriers(self, ordinals: Array, ids: Sequence[int]) -> list[Array]:
        """For each of the entities, which of these few items, ascending, carry it: by what each of them carries."""
        places = np.full(len(self.entities) + 1, -1, dtype=np.int64)  # of the entities, by their number + 1
        at, known = self._located(ids)
        places[at[known] + 1] = np.flatnonzero(known)
        cells = places[self._table.take(ordinals, axis=0, mode="clip")]
        owners, columns = np.nonzero(cells >= 0)
        beyond, numbers = self._beyond_of(ordinals)
        wanted = places[numbers.astype(np.int64) + 1]
        held = np.sort(np.concatenate([cells[owners, columns] << 32 | owners, (wanted << 32 | beyond)[wanted >= 0]]))
        bounds = np.searchsorted(held, np.arange(len(ids) + 1) << 32)
        return [ordinals[held[first:end] & LOW] for first, end in pairwise(bounds.tolist())]

    def shared(self, ids: Sequence[int], result: BitMap) -> Ints:
        """How many items of the result carry each of the entities. Their bitmaps are met where they lie, where that can be done: woken,
        they would drive others out of the cache."""
        at, known = self._located(ids)
        found = np.zeros(len(ids), dtype=np.int64)
        if not known.any() or not result:
            return found
        meeting = frozen.meeting()
        if meeting is not None and self._blob is not None and self._offsets is not None:
            places = list(zip(self._offsets[at[known]].tolist(), self._offsets[at[known] + 1].tolist(), strict=True))
            found[known] = meeting.shares(self._blob, places, result)
        else:
            found[known] = [self._wake(number).intersection_cardinality(result) for number in at[known].tolist()]
        return found

    def bitmap(self, number: int, *, keep: bool = True) -> BitMap:
        name = self._kind, number
        found = self._cache.get(name)
        if found is None:
            found = self._wake(number)
            if keep:
                self._cache.put(name, found)
        return found

    def tally(self, result: BitMap, count: int) -> Array:
        """How many items of `result`, out of the segment's `count` places, carry each entity: by number. Whichever way is cheaper."""
        if len(result) == self._items or not len(self.entities):
            return self.counts
        if 2 * len(result) > count:
            return self.counts - self.tally(result.flip(0, count), count)
        if self._is_met(len(result), count):
            return self._met(result)
        return self.counted(bitmaps.ordinals(result))

    def cost(self, items: int, count: int) -> float:
        """About how many microseconds `tally` takes of so many items; 0 where it has nothing to do."""
        if items in {0, self._items} or not len(self.entities):
            return 0.0
        items = min(items, count - items)
        return self._meeting_cost() if self._is_met(items, count) else self._scanning_cost(items, count)

    def _is_met(self, items: int, count: int) -> bool:
        return items * DENSE > count and self._meeting_cost() < self._scanning_cost(items, count)

    def _meeting_cost(self) -> float:
        if self._blob is None:
            return math.inf
        entity, byte = (WAKE_ENTITY, WAKE_BYTE) if frozen.meeting() is None else (MEET_ENTITY, MEET_BYTE)
        return len(self.entities) * entity + len(self._blob) * byte

    def _scanning_cost(self, items: int, count: int) -> float:
        cells: float = self._table.shape[1] + len(self._overflow_items) / count
        return items * (SCAN_ITEM + SCAN_CELL * cells)

    def _met(self, result: BitMap) -> Array:
        meeting = frozen.meeting()
        if meeting is not None and self._blob is not None and self._offsets is not None:
            return meeting.cardinalities(self._blob, self._offsets, result)
        return np.fromiter((self._wake(number).intersection_cardinality(result) for number in range(len(self.entities))), dtype=np.int64)

    def counted(self, ordinals: Array) -> Array:
        """How many of these items, ascending, carry each entity: by what each of them carries, whichever way were cheaper."""
        if ALONE or len(ordinals) < HALVED_FROM:
            return self._scanned(ordinals)
        middle = len(ordinals) // 2
        first, second = by_two(lambda: self._scanned(ordinals[:middle]), lambda: self._scanned(ordinals[middle:]))
        return np.asarray(first + second)

    def _scanned(self, ordinals: Array) -> Array:
        counts = np.zeros(len(self.entities) + 1, dtype=np.int64)
        for start in range(0, len(ordinals), AT_ONCE):
            some = ordinals[start : start + AT_ONCE]
            cells = self._table.take(some, axis=0, mode="clip")  # "clip" spares a copy; all are inside
            bitmaps.count_into(counts, cells.ravel())
            if len(self._overflow_items):
                bitmaps.count_into(counts[1:], self._overflowing(some))
        return counts[1:]

    def _overflowing(self, ordinals: Array) -> Array:
        """Numbers of the links beyond the table of these items, which ascend."""
        first, last = int(ordinals[0]), int(ordinals[-1])
        if self._beyond is not None and last - first > SPARSE * len(ordinals):
            return self._overflowing_sparse(self._beyond, ordinals)
        start, stop = np.searchsorted(self._overflow_items, np.array([first, last + 1], dtype=self._overflow_items.dtype)).tolist()
        wanted = np.zeros(last - first + 1, dtype=bool)
        wanted[ordinals - first] = True
        found: Array = self._overflow_numbers[start:stop][wanted[self._overflow_items[start:stop] - first]]
        return found

    def _overflowing_sparse(self, beyond: RankSelect, ordinals: Array) -> Array:
        """The same of items that lie far apart, each looked up."""
        assert self._beyond_starts is not None
        places = beyond.rank(ordinals[beyond.holds(ordinals)])
        starts, lengths = self._beyond_starts[places], self._beyond_starts[places + 1] - self._beyond_starts[places]
        found: Array = self._overflow_numbers[runs_at(starts, lengths)]
        return found

    def _numbers(self, ids: Sequence[int]) -> Ints:
        """Of those of the entities that are here."""
        places, here = self._located(ids)
        return places[here]

    def _located(self, ids: Sequence[int]) -> tuple[Ints, Array]:
        """The number of each of the entities, and whether it is here at all."""
        wanted = np.array(ids, dtype=np.int64)
        if not len(self.entities):
            return np.zeros(len(wanted), dtype=np.int64), np.zeros(len(wanted), dtype=bool)
        places = np.minimum(np.searchsorted(self.entities, wanted), len(self.entities) - 1)
        return places, self.entities[places] == wanted

    def _in_role(self, number: int, role: Role | None, *, keep: bool) -> BitMap:
        if role is None or self._single[number] == ROLES.index(role):
            return self.bitmap(number, keep=keep)
        key = number * 256 + ROLES.index(role)
        place = int(np.searchsorted(self._role_keys, key))
        if place == len(self._role_keys) or self._role_keys[place] != key:
            return bitmaps.EMPTY
        return bitmaps.of(self._role_items[self._role_starts[place] : self._role_starts[place + 1]])

    def _wake(self, number: int) -> BitMap:
        if self._blob is not None and self._offsets is not None:
            return bitmaps.thaw(self._blob[self._offsets[number] : self._offsets[number + 1]])
        assert self._inverse is not None
        assert self._inverse_starts is not None
        return bitmaps.of(self._inverse[self._inverse_starts[number] : self._inverse_starts[number + 1]])


def put_pairs(put: Any, kind: EntityKind, count: int, links: tuple[Ints, Ints, Ints]) -> None:
    """A delta's postings, from the ordinal, the entity and the number of the role of each link."""
    items, ids, roles = links
    entities = bitmaps.distinct(ids)
    numbers = np.searchsorted(entities, ids)
    by_entity, by_item = (
        bitmaps.distinct(numbers << 32 | items),
        bitmaps.distinct(items << 32 | numbers),
    )  # an item may name one in several roles
    counts = np.bincount(by_entity >> 32, minlength=len(entities))
    put(f"link.{kind}.entities", entities)
    put(f"link.{kind}.counts", counts)
    put(f"link.{kind}.inverse", (by_entity & LOW).astype(np.uint32))
    put(f"link.{kind}.inverse_starts", starts_of(counts))
    lengths = np.bincount(items_of := by_item >> 32, minlength=count)
    table = Table(count, len(entities), lengths)
    table.add(items_of, by_item & LOW, np.arange(len(by_item)) - np.repeat(starts_of(lengths)[:-1], lengths))
    table.put(put, kind)
    put(f"link.{kind}.any", bitmaps.freeze(bitmaps.of(items)))
    by_role = bitmaps.distinct((numbers << 8 | roles) << 32 | items)
    single = _single(by_role >> 32, len(entities))
    put(f"link.{kind}.single", single)
    several = by_role[single[by_role >> 40] == SEVERAL]
    put_roles(put, kind, several >> 32, several & LOW)


def _single(keys: Ints, entities: int) -> Array:
    """The one role of each entity, or SEVERAL, from (entity, role) in one number each, ascending."""
    starts = np.searchsorted(keys >> 8, np.arange(entities + 1))
    first, last = keys[starts[:-1]] & 255, keys[starts[1:] - 1] & 255
    return np.where(first == last, first, SEVERAL).astype(np.uint8)


def put_lists(
    put: Any, kind: EntityKind, count: int, lists: Iterable[tuple[int, Array, Role | None]], roles: Iterator[tuple[int, Role, Array]]
) -> None:
    """A base segment's postings, from (entity, its ordinals, its one role or None for several), ascending by entity; `roles`, read
    afterwards, gives (entity, role, ordinals) of those with several."""
    ids: list[int] = []
    single: list[int] = []
    written: list[Array] = []
    held: list[Array] = []
    for entity_id, items, role in lists:
        ids.append(entity_id)
        single.append(SEVERAL if role is None else ROLES.index(role))
        held.append(items.astype(np.uint32))
        written.append(bitmaps.freeze(bitmaps.of(items)))
    numbers = {entity_id: number for number, entity_id in enumerate(ids)}
    put(f"link.{kind}.entities", np.array(ids, dtype=np.int64))
    put(f"link.{kind}.counts", np.array([len(items) for items in held], dtype=np.int64))
    put(f"link.{kind}.blob", np.concatenate(written) if written else np.empty(0, dtype=np.uint8))
    put(f"link.{kind}.offsets", starts_of(np.array([len(each) for each in written], dtype=np.int64)))
    put(f"link.{kind}.single", np.array(single, dtype=np.uint8))
    _put_forward(put, kind, count, held)
    listed = sorted(((numbers[entity_id] * 256 + ROLES.index(role), items) for entity_id, role, items in roles), key=lambda each: each[0])
    keys = np.repeat(np.array([key for key, _ in listed], dtype=np.int64), [len(items) for _, items in listed])
    put_roles(put, kind, keys, np.concatenate([items for _, items in listed]) if listed else np.empty(0, dtype=np.int64))


def _put_forward(put: Any, kind: EntityKind, count: int, held: Sequence[Array]) -> None:
    """Each entity takes the next free cell of each of its items."""
    lengths = np.zeros(count, dtype=np.int32)
    for items in held:
        lengths[items] += 1
    put(f"link.{kind}.any", bitmaps.freeze(bitmaps.of_mask(lengths > 0)))
    table = Table(count, len(held), lengths)
    free = np.zeros(count, dtype=np.int32)
    for number, items in enumerate(held):
        table.add(items, np.full(len(items), number), free[items])
        free[items] += 1
    table.put(put, kind)


class Table:
    """The entities of each item, being written down."""

    def __init__(self, count: int, entities: int, lengths: Array) -> None:
        """`lengths`: how many entities each item carries."""
        self._type = np.uint8 if entities < 255 else np.uint16 if entities < 65_535 else np.uint32
        self._cells = np.zeros((count, table_width(lengths, np.dtype(self._type).itemsize)), dtype=self._type)
        self._over: list[tuple[Array, Array]] = [(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))]

    def add(self, items: Array, numbers: Array, places: Array) -> None:
        """One link each: item, entity, and how many links of the item came before it."""
        fit = places < self._cells.shape[1]
        self._cells[items[fit], places[fit]] = (numbers[fit] + 1).astype(self._type)
        if not fit.all():
            self._over.append((items[~fit], numbers[~fit]))

    def keep(self, cells: Array, overflow: tuple[Array, Array], renumbered: Ints, without: Array) -> None:
        """The links of an older table, but for those of the items `without` (a mask); `renumbered` says by the number of each entity which
        it has now."""
        width = min(cells.shape[1], self._cells.shape[1])
        now = np.concatenate([np.zeros(1, dtype=np.int64), renumbered + 1]).astype(self._type)
        for start in range(0, len(cells), KEPT_AT_ONCE):
            some = slice(start, min(start + KEPT_AT_ONCE, len(cells)))
            self._cells[some, :width] = now[cells[some, :width]]
        self._cells[without] = 0
        for place in range(width, cells.shape[1]):
            items = np.flatnonzero(cells[:, place])
            items = items[~without[items]]
            self._over.append((items, renumbered[cells[items, place].astype(np.int64) - 1]))
        stays = ~without[overflow[0]]
        items = overflow[0][stays].astype(np.int64)
        runs = np.flatnonzero(np.concatenate([[True], items[1:] != items[:-1]])) if len(items) else items
        before = np.arange(len(items)) - np.repeat(runs, np.diff(np.append(runs, len(items))))
        self.add(items, renumbered[overflow[1][stays]], cells.shape[1] + before)

    def put(self, put: Any, kind: EntityKind) -> None:
        items, numbers = (np.concatenate(part) for part in zip(*self._over, strict=True))
        by_item = np.argsort(items, kind="stable")
        put(f"link.{kind}.table", self._cells)
        put(f"link.{kind}.overflow_items", items[by_item].astype(np.uint32))
        put(f"link.{kind}.overflow_numbers", numbers[by_item].astype(self._type))
        lengths = np.bincount(items, minlength=len(self._cells))
        beyond, before = RankSelect.packed(lengths > 0)
        put(f"link.{kind}.overflow_beyond", beyond)
        put(f"link.{kind}.overflow_before", before)
        put(f"link.{kind}.overflow_starts", starts_of(lengths[lengths > 0]).astype(np.int32))


def table_width(lengths: Array, cell: int) -> int:
    """How wide a row is best, by the room that rows and overflow take together, and the time; `cell` is bytes of one."""
    histogram = np.bincount(lengths) if len(lengths) else np.zeros(1, dtype=np.int64)
    longer = len(lengths) - np.cumsum(histogram)  # items with more links than this
    beyond = np.cumsum(longer[::-1])[::-1]  # links that do not fit a row as wide as this
    return int(np.argmin(np.arange(len(histogram)) * cell * len(lengths) + beyond * OVERFLOW_BYTES))


def put_roles(put: Any, kind: EntityKind, keys: Ints, items: Array) -> None:
    """The items of each entity and role that are not said by `single`, from (entity, role) in one number each, ascending."""
    starts = np.flatnonzero(np.diff(keys, prepend=-1))
    put(f"link.{kind}.role_keys", keys[starts])
    put(f"link.{kind}.role_starts", np.append(starts, len(keys)))
    put(f"link.{kind}.role_items", items.astype(np.uint32))


def runs_at(starts: Array, lengths: Array) -> Ints:
    """The places of runs, one behind the other, from where each begins and how long it is."""
    return np.arange(int(lengths.sum())) + np.repeat(starts - starts_of(lengths)[:-1], lengths)


def starts_of(lengths: Array) -> Ints:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths, dtype=np.int64)])
