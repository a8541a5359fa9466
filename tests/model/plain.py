"""What the engines must answer about entities, totals and likeness, in plain Python over a list of items: slow and obvious."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from longshelf.model.engine import After, Before, EntityPage, EntityRequest, Offset, Similar, Slice, Tally, Totals, Window
from longshelf.model.facts import ItemFacts
from longshelf.model.kinds import EntityKind
from longshelf.model.query import Query
from longshelf.model.sorts import Key
from longshelf.model.text import name_key, natural_key, tokens
from longshelf.model.viewer import Viewer
from tests.model.worlds import ENTITIES

MOST = 500
WEIGHTS = {EntityKind.PERSON: 3, EntityKind.STUDIO: 2, EntityKind.SERIES: 2, EntityKind.TAG: 1, EntityKind.GENRE: 1}


class Named(msgspec.Struct, frozen=True):
    """A live entity."""

    id: int
    kind: EntityKind
    name: str

    @property
    def key(self) -> str:
        return natural_key(self.name)

    def holds(self, q: str) -> bool:
        return all(name_key(word) in name_key(self.name) or natural_key(word) in self.key for word in tokens(q))


class Plain:
    """`carried` are pairs of (person, tag), `parents` of (child, parent), deleted ones too."""

    def __init__(
        self,
        items: Iterable[ItemFacts],
        named: Iterable[Named] = (),
        carried: Iterable[tuple[int, int]] = (),
        parents: Iterable[tuple[int, int]] = (),
    ) -> None:
        self.items = tuple(items)
        self.named = {each.id: each for each in (named or (Named(each.id, each.kind, each.name) for each in ENTITIES))}
        self.carried = frozenset(carried)
        self.parents = frozenset(parents)

    def entities(self, request: EntityRequest, window: Window, viewer: Viewer) -> EntityPage:
        tallied = {
            each.id: self._tally(each.id, request.kind, request.query, viewer) for each in self.named.values() if each.kind == request.kind
        }
        there = {each for each in tallied if any(tallied[below].items for below in self._below(each) if below in tallied)}
        listed = {each for each in there if self.named[each].holds(request.q)}
        if request.parent is not None:
            listed = {each for each in listed if (each, request.parent) in self.parents and request.parent in there}
        keys = [Key(self.named[each].key if request.order == "name" else tallied[each].items, each) for each in listed]
        keys.sort(key=_comparable, reverse=request.descending)
        start, stop = _bounds(keys, window, descending=request.descending)
        found = keys[start:stop]
        before, more = start > 0 and bool(keys), stop < len(keys)
        if not found:
            return EntityPage(Slice(has_previous=before, has_next=more), (), len(keys))
        ids = tuple(each.id for each in found)
        children = tuple(sum((child, each) in self.parents for child in there) for each in ids)
        return EntityPage(Slice(ids, found[0], found[-1], before, more), tuple(tallied[each] for each in ids), len(keys), children)

    def _below(self, entity_id: int) -> set[int]:
        """The entity and all below it, however far."""
        found: set[int] = {entity_id}
        while more := {child for child, parent in self.parents if parent in found} - found:
            found |= more
        return found

    def tallies(self, kind: EntityKind, ids: Sequence[int], query: Query, viewer: Viewer) -> tuple[Tally, ...]:
        return tuple(self._tally(each, kind, query, viewer) for each in ids)

    def totals(self, query: Query, viewer: Viewer) -> tuple[Totals, ...]:
        seen = self._seen(query, viewer)
        found = [
            Totals(
                kind,
                sum(each.kind == kind for each in seen),
                sum(each.size or 0 for each in seen if each.kind == kind),
                math.fsum(each.duration or 0.0 for each in seen if each.kind == kind),
            )
            for kind in {each.kind for each in seen}
        ]
        return tuple(sorted(found, key=lambda each: (-each.items, each.kind)))

    def similar(self, item_id: int, query: Query, start: int, size: int, viewer: Viewer) -> Similar:
        seen = {each.id: each for each in self._seen(query, viewer)}
        if item_id not in seen:
            return Similar()
        own = _entities(seen[item_id])
        shared = {each.id: own & _entities(each) for each in seen.values() if each.id != item_id}
        scores = {each: sum(WEIGHTS[kind] for kind in {kind for kind, _ in pairs}) for each, pairs in shared.items()}
        kept = sorted((each for each, score in scores.items() if score >= 1), key=lambda each: (scores[each], each), reverse=True)[:MOST]
        carrying = Counter(pair for each in self.items for pair in _entities(each))
        worth = {pair: round(2**16 * WEIGHTS[pair[0]] * math.log2((1 + len(self.items)) / (1 + count))) for pair, count in carrying.items()}
        order = sorted(kept, key=lambda each: (sum(worth[pair] for pair in shared[each]), each), reverse=True)
        return Similar(tuple(order[start : start + size]), len(order))

    def _tally(self, entity_id: int, kind: EntityKind, query: Query, viewer: Viewer) -> Tally:
        named = self.named.get(entity_id)
        if named is None or named.kind != kind:
            return Tally(0)
        seen = [{link.entity_id for link in each.links} for each in self._seen(query, viewer)]
        persons = {
            person
            for person, tag in self.carried
            if tag == entity_id and person in self.named and self.named[person].kind is EntityKind.PERSON
        }
        via = sum(bool(linked & persons) for linked in seen) if kind is EntityKind.TAG else 0
        return Tally(sum(entity_id in linked for linked in seen), via)

    def _seen(self, query: Query, viewer: Viewer) -> list[ItemFacts]:
        return [each for each in self.items if viewer.known and query.matches(each, viewer)]


def _entities(item: ItemFacts) -> frozenset[tuple[EntityKind, int]]:
    return frozenset((link.kind, link.entity_id) for link in item.links if link.kind in WEIGHTS)


def _bounds(keys: list[Key], window: Window, *, descending: bool) -> tuple[int, int]:
    if isinstance(window, Offset):
        return window.start, window.start + window.size
    here = _comparable(window.key)
    before = sum(_comparable(each) > here if descending else _comparable(each) < here for each in keys)
    if isinstance(window, Before):
        return max(before - window.size, 0), before
    assert isinstance(window, After)
    start = before + (window.key in keys)
    return start, start + window.size


def _comparable(key: Key) -> tuple[object, int]:
    return (key.value.encode() if isinstance(key.value, str) else key.value), key.id
