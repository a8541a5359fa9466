"""The items of a settled query, as a bitmap over one segment: one node at a time, keeping what cost something. Or, of a few items, those
that are in it: for that little else is looked at."""

import math
from collections.abc import Iterable
from typing import TypeGuard

import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps
from longshelf.index.compiling import EVERYTHING, All, AnyOf, Carrying, Contents, Held, Holding, Leaf, Node, high_bound, key
from longshelf.index.segment import FLAGS, FORMATS, KINDS, Segment
from longshelf.model import query as tree
from longshelf.model.kinds import EntityKind

FEW = 32_768  # items; of no more, only these are tested


class Evaluation:
    """Settled queries over one segment."""

    def __init__(self, segment: Segment, contents: Contents) -> None:
        self._segment = segment
        self._contents = contents

    def of(self, node: Node) -> BitMap:
        """The items of a settled query. Not to be changed."""
        match node:
            case All(wanted=(), unwanted=()):
                return self._segment.all
            case Leaf(condition=tree.Linked(ids=(_,), role=None)):
                return self._leaf(node)  # has a place of its own in the same cache
            case _:
                return self._segment.cache.get_or(key(node), lambda: bitmaps.fitted(self._make(node)))

    def among(self, node: Node, some: BitMap) -> BitMap:
        """Those of a few items that are in it, looking at few others. Nothing new is kept but what names one entity."""
        if not some or node == EVERYTHING:
            return some
        kept = self.known(node)
        if kept is not None:
            return some & kept
        match node:
            case All():
                for part in sorted(node.wanted, key=_is_range, reverse=True):  # a range is tested fastest
                    some = self.among(part, some)
                for part in node.unwanted:
                    some = some - self.among(part, some)
                return some
            case AnyOf():
                return BitMap.union(bitmaps.EMPTY, *(self.among(part, some) for part in node.parts))
            case Leaf():
                return self._leaf_among(node, some)
            case _:
                raise TypeError(f"not a settled query: {node!r}")

    def known(self, node: Node) -> BitMap | None:
        """The items of a settled query, if they need not be found out."""
        match node:
            case All(wanted=(), unwanted=()) | Leaf(condition=tree.Linked(ids=(_,), role=None)):
                return self.of(node)
            case _:
                return self._segment.cache.get(key(node))

    def most(self, node: Node) -> int:  # noqa: PLR0911 - a table of the conditions whose size is known
        """No more items than that are in it, as far as can be said without finding it out."""
        match node:
            case All():
                return min((self.most(part) for part in node.wanted), default=self._segment.count)
            case AnyOf():
                return sum(self.most(part) for part in node.parts)
            case Leaf(condition=tree.Linked(kind=kind, ids=ids)):
                return self._segment.postings[kind].most(ids)
            case Leaf(condition=tree.Range(field=field, low=low) as wanted):
                start, stop = self._segment.fields[field].span(low, high_bound(wanted))
                return stop - start
            case Leaf(condition=Held() as listed):
                return self._contents.length(listed)
            case Leaf(condition=tree.IdIs(ids=ids)):
                return len(ids)
            case Leaf(condition=tree.Has(field=field)):
                return self._having(field)
            case Leaf(condition=tree.KindIs() | tree.LibraryIs() | tree.FormatIs() as listed):
                column, values = values_of(listed)
                spans = (self._segment.fields[column].span(each, each) for each in values)
                return sum(stop - start for start, stop in spans)
            case _:
                return self._segment.count

    def likely(self, node: Node) -> float:
        """How many items are in it, if its parts have nothing to do with each other."""
        count = max(self._segment.count, 1)
        match node:
            case All(wanted=wanted, unwanted=unwanted):
                shares = [self.likely(part) / count for part in wanted]
                return count * math.prod(shares) * math.prod(1 - self.likely(part) / count for part in unwanted)
            case AnyOf(parts=parts):
                return count * (1 - math.prod(1 - self.likely(part) / count for part in parts))
            case Leaf(condition=tree.Linked(kind=kind, ids=ids)):
                return self._segment.postings[kind].likely(ids, count)
            case Leaf(condition=Carrying(kind=kind, digest=digest)):
                return self._segment.postings[kind].likely(self._contents.entities(digest), count)
            case Leaf(condition=Holding()):
                return count / 2  # nobody knows
            case _:
                return min(self.most(node), count)

    def _leaf_among(self, leaf: Leaf, some: BitMap) -> BitMap:
        segment, found = self._segment, None
        match leaf.condition:
            case tree.Range(field=field, low=low) as wanted:
                found = segment.fields[field].among(some, low, high_bound(wanted))
            case tree.Linked(kind=kind, ids=ids, role=None):
                found = segment.postings[kind].among(some, ids)
            case Carrying(kind=kind, role=None, digest=digest):
                found = segment.postings[kind].among(some, self._contents.entities(digest))
            case tree.KindIs() | tree.LibraryIs() | tree.FormatIs() as listed:
                column, values = values_of(listed)
                found = _union_known(segment.fields[column].among(some, each, each) for each in values)
        return some & self.of(leaf) if found is None else found

    def _make(self, node: Node) -> BitMap:
        match node:
            case Leaf():
                return self._leaf(node)
            case AnyOf():
                parts = [self.of(part) for part in node.parts]
                return BitMap.union(*parts) if parts else bitmaps.EMPTY
            case All():
                return self._all(node)
            case _:
                raise TypeError(f"not a settled query: {node!r}")

    def _all(self, node: All) -> BitMap:
        """The fewest first, ranges last: where little is left by then, only that is tested."""
        first, *others = sorted((part for part in node.wanted if not _is_range(part)), key=self.most) or [EVERYTHING]
        found = self.of(first)
        for part in others:
            found = self.among(part, found) if len(found) <= FEW else found & self.of(part)
        for part in node.unwanted:
            found = found - (self.among(part, found) if len(found) <= FEW else self.of(part))
        for part in filter(_is_range, node.wanted):
            found = self._within(found, part)
        return found

    def _within(self, found: BitMap, part: Leaf) -> BitMap:
        wanted, segment = part.condition, self._segment
        assert isinstance(wanted, tree.Range)
        kept = segment.cache.get(key(part))
        if kept is None:
            tested = segment.fields[wanted.field].among(found, wanted.low, high_bound(wanted))
            if tested is not None:
                return tested
        return found & (self.of(part) if kept is None else kept)

    def _leaf(self, leaf: Leaf) -> BitMap:  # noqa: PLR0911 - a table of the conditions there are
        segment, fields = self._segment, self._segment.fields
        match leaf.condition:
            case Held() as listed:
                return self._contents.listed(segment, listed)
            case Holding(phrases=phrases):
                return self._contents.holding(segment, phrases)
            case tree.IdIs(ids=ids):
                return bitmaps.of(segment.ordinals(np.array(ids, dtype=np.int64)))
            case tree.KindIs() | tree.LibraryIs() | tree.FormatIs() as listed:
                column, values = values_of(listed)
                return _union(fields[column].one(each) for each in values)
            case tree.Linked(kind=kind, ids=ids, role=role):
                return segment.postings[kind].linked(ids, role)
            case Carrying(kind=kind, role=role, digest=digest):
                return segment.postings[kind].linked(self._contents.entities(digest), role)
            case tree.Has(field=field):
                return self._has(field)
            case tree.Range(field=field, low=low) as wanted:
                return fields[field].between(low, high_bound(wanted))
            case _:
                raise TypeError(f"not a settled condition: {leaf.condition!r}")

    def _having(self, field: str) -> int:
        """How many items have something in a field."""
        if field in tree.ENTITY_KINDS or field in FLAGS:
            return len(self._has(field))
        return self._segment.fields[field].valued

    def _has(self, field: str) -> BitMap:
        if field in tree.ENTITY_KINDS:
            return self._segment.postings[EntityKind(field)].any()
        if field in FLAGS:
            return self._segment.flags[field]
        return self._segment.fields[field].between(None, None)


def values_of(condition: tree.KindIs | tree.LibraryIs | tree.FormatIs) -> tuple[str, list[int]]:
    """The field, and the values of it that are asked for."""
    match condition:
        case tree.KindIs(kinds=kinds):
            return "kind", [KINDS.index(each) for each in kinds]
        case tree.LibraryIs(ids=ids):
            return "library", list(ids)
        case tree.FormatIs(formats=formats):
            return "format", [FORMATS.index(each) for each in formats]


def _is_range(node: Node) -> TypeGuard[Leaf]:
    return isinstance(node, Leaf) and isinstance(node.condition, tree.Range)


def _union(parts: Iterable[BitMap]) -> BitMap:
    found = list(parts)
    return BitMap.union(*found) if found else bitmaps.EMPTY


def _union_known(parts: Iterable[BitMap | None]) -> BitMap | None:
    found = list(parts)
    known = [each for each in found if each is not None]
    return _union(known) if len(known) == len(found) else None
