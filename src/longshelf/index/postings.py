"""Which items carry which entities of one kind, both ways: a bitmap an entity (for filters), and the entities of each item (for counts).

A base segment keeps its bitmaps serialized, one behind the other, and wakes one when it is asked for; a delta makes them from the list of
its links. Entities are numbered within a segment by ascending id."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps
from longshelf.index.bitmaps import Array, Ints
from longshelf.index.caches import Cache
from longshelf.index.fields import Arrays
from longshelf.model.kinds import EntityKind, Role

ROLES = tuple(Role)
SEVERAL = 255  # stands for the role of an entity that has more than one
AT_ONCE = 100_000  # items whose links are counted in one go; more would need their links in memory, many times over
# What facets cost, in µs: for each item and link when the result is scanned, for each entity and byte when bitmaps are met.
SCAN_ITEM, SCAN_LINK = 0.03, 0.01
MEET_ENTITY, MEET_BYTE = 2.0, 0.0004


class Postings:
    """`cache` is shared by the segment and bounded."""

    def __init__(self, arrays: Arrays, kind: EntityKind, cache: Cache[BitMap]) -> None:
        def array(name: str) -> Array | None:
            return arrays.get(f"link.{kind}.{name}")

        self._cache = cache
        self._kind = kind
        self.entities = arrays[f"link.{kind}.entities"]
        self.counts = arrays[f"link.{kind}.counts"]
        self._none = np.zeros(len(self.entities), dtype=np.int64)
        self._blob, self._offsets = array("blob"), array("offsets")
        self._inverse, self._inverse_starts = array("inverse"), array("inverse_starts")
        self._starts, self._targets = array("starts"), arrays[f"link.{kind}.targets"]
        self._single = arrays[f"link.{kind}.single"]
        self._role_keys, self._role_starts, self._role_items = (arrays[f"link.{kind}.role_{part}"] for part in ("keys", "starts", "items"))
        self._any = arrays[f"link.{kind}.any"]

    def any(self) -> BitMap:
        """Items that carry some entity of this kind."""
        return self._cache.get_or((self._kind, "any"), lambda: bitmaps.thaw(self._any))

    def linked(self, ids: Sequence[int], role: Role | None) -> BitMap:
        """Items that carry any of the entities, in `role` where one is given."""
        numbers = [number for each in ids if (number := self._number(each)) is not None]
        found = [self._in_role(number, role) for number in numbers]
        return found[0] if len(found) == 1 else BitMap.union(*found) if found else bitmaps.EMPTY

    def bitmap(self, number: int) -> BitMap:
        return self._cache.get_or((self._kind, number), lambda: self._wake(number))

    def tally(self, result: BitMap, count: int) -> Array:
        """How many items of `result`, out of the segment's `count`, carry each entity: by number. Whichever way is cheaper."""
        if len(result) == count or not len(self.entities):
            return self.counts
        if 2 * len(result) > count:
            return self.counts - self.tally(result.flip(0, count), count)
        scan = len(result) * (SCAN_ITEM + SCAN_LINK * len(self._targets) / count)
        if self._blob is not None and len(self.entities) * MEET_ENTITY + len(self._blob) * MEET_BYTE < scan:
            return self._met(result)
        ordinals = bitmaps.ordinals(result)
        return sum((self._scanned(ordinals[start : start + AT_ONCE]) for start in range(0, len(ordinals), AT_ONCE)), self._none)

    def _met(self, result: BitMap) -> Array:
        return np.fromiter((self._wake(number).intersection_cardinality(result) for number in range(len(self.entities))), dtype=np.int64)

    def _scanned(self, ordinals: Array) -> Array:
        if self._starts is None:  # at most one an item: `targets` is by ordinal
            return np.bincount(self._targets[ordinals], minlength=len(self.entities) + 1)[: len(self.entities)]
        starts = self._starts[ordinals].astype(np.int64)
        lengths = self._starts[ordinals.astype(np.int64) + 1] - starts
        total = int(lengths.sum())
        # Each link's place: the start of its item, plus how far into the item it is.
        before = np.cumsum(lengths) - lengths
        places = np.repeat(starts - before, lengths) + np.arange(total)
        return np.bincount(self._targets[places], minlength=len(self.entities))

    def _number(self, entity_id: int) -> int | None:
        place = int(np.searchsorted(self.entities, entity_id))
        return place if place < len(self.entities) and self.entities[place] == entity_id else None

    def _in_role(self, number: int, role: Role | None) -> BitMap:
        if role is None or self._single[number] == ROLES.index(role):
            return self.bitmap(number)
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
    entities, numbers = np.unique(ids, return_inverse=True)
    pairs = np.unique(numbers * (count + 1) + items)  # by entity, then item; an item may name an entity in several roles
    of_pair, item_of_pair = pairs // (count + 1), pairs % (count + 1)
    counts = np.bincount(of_pair, minlength=len(entities))
    by_item = np.argsort(item_of_pair, kind="stable")
    put(f"link.{kind}.entities", entities)
    put(f"link.{kind}.counts", counts)
    put(f"link.{kind}.inverse", item_of_pair.astype(np.uint32))
    put(f"link.{kind}.inverse_starts", _starts(counts))
    put(f"link.{kind}.starts", _starts(np.bincount(item_of_pair, minlength=count)))
    put(f"link.{kind}.targets", of_pair[by_item].astype(np.uint32))
    put(f"link.{kind}.any", bitmaps.freeze(bitmaps.of(np.unique(items))))
    put(f"link.{kind}.single", np.full(len(entities), SEVERAL, dtype=np.uint8))
    _put_roles(put, kind, numbers * 256 + roles, items)


def put_lists(
    put: Any, kind: EntityKind, count: int, lists: Iterable[tuple[int, Array, Role | None]], roles: Iterator[tuple[int, Role, Array]]
) -> None:
    """A base segment's postings, from (entity, its ordinals, its one role or None for several), ascending by entity; `roles`, read
    afterwards, gives (entity, role, ordinals) of those with several."""
    ids: list[int] = []
    single: list[int] = []
    frozen: list[Array] = []
    held: list[Array] = []
    for entity_id, items, role in lists:
        ids.append(entity_id)
        single.append(SEVERAL if role is None else ROLES.index(role))
        held.append(items.astype(np.uint32))
        frozen.append(bitmaps.freeze(bitmaps.of(items)))
    numbers = {entity_id: number for number, entity_id in enumerate(ids)}
    put(f"link.{kind}.entities", np.array(ids, dtype=np.int64))
    put(f"link.{kind}.counts", np.array([len(items) for items in held], dtype=np.int64))
    put(f"link.{kind}.blob", np.concatenate(frozen) if frozen else np.empty(0, dtype=np.uint8))
    put(f"link.{kind}.offsets", _starts(np.array([len(each) for each in frozen], dtype=np.int64)))
    put(f"link.{kind}.single", np.array(single, dtype=np.uint8))
    _put_forward(put, kind, count, held)
    listed = [(numbers[entity_id] * 256 + ROLES.index(role), items) for entity_id, role, items in roles]
    keys = np.repeat(np.array([key for key, _ in listed], dtype=np.int64), [len(items) for _, items in listed])
    _put_roles(put, kind, keys, np.concatenate([items for _, items in listed]) if listed else np.empty(0, dtype=np.int64))


def _put_forward(put: Any, kind: EntityKind, count: int, held: Sequence[Array]) -> None:
    """Every item's entities side by side: room is made first, then each entity takes the next free place of each of its items. Where no
    item has more than one, that one by ordinal."""
    lengths = np.zeros(count, dtype=np.int32)
    for items in held:
        lengths[items] += 1
    put(f"link.{kind}.any", bitmaps.freeze(bitmaps.of_mask(lengths > 0)))
    kind_of_number = np.uint16 if len(held) < 65_535 else np.uint32
    if not held:
        put(f"link.{kind}.targets", np.zeros(0, dtype=kind_of_number))
    elif lengths.max() == 1:
        targets = np.full(count, len(held), dtype=kind_of_number)
        for number, items in enumerate(held):
            targets[items] = number
        put(f"link.{kind}.targets", targets)
    else:
        starts = _starts(lengths)
        targets = np.empty(int(starts[-1]), dtype=kind_of_number)
        free = starts[:-1].copy()
        for number, items in enumerate(held):
            places = free[items]
            targets[places] = number
            free[items] = places + 1
        put(f"link.{kind}.starts", starts.astype(np.uint32))
        put(f"link.{kind}.targets", targets)


def _put_roles(put: Any, kind: EntityKind, keys: Ints, items: Array) -> None:
    order = np.argsort(keys, kind="stable")
    distinct, counts = np.unique(keys, return_counts=True)
    put(f"link.{kind}.role_keys", distinct)
    put(f"link.{kind}.role_starts", _starts(counts))
    put(f"link.{kind}.role_items", items[order].astype(np.uint32))


def _starts(lengths: Array) -> Ints:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(lengths, dtype=np.int64)])
