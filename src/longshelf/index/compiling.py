"""A query tree that means the same for everybody.

A query is *settled* before it is evaluated: what depends on the viewer (what he said about items) becomes lists of ids, named by their
digest. So viewers share its results and views; a user who hid nothing shares with all others, and a list that is the same after he said
something else keeps its name. `evaluating` finds the items of a settled query."""

import hashlib
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps, searching
from longshelf.index.bitmaps import Array, Ints
from longshelf.index.caches import Cache
from longshelf.index.own import Own
from longshelf.index.segment import Segment
from longshelf.model import query as tree
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.terms import Phrase, parse
from longshelf.store.database import Transaction


class Held(msgspec.Struct, frozen=True):
    """A list of ids, by the digest of the ids: the same for the same list."""

    digest: bytes


class Holding(msgspec.Struct, frozen=True):
    """Items in which each of the phrases is found; phrases in the order of their encoded form."""

    phrases: tuple[Phrase, ...]


class Carrying(msgspec.Struct, frozen=True):
    """Linked to any of many entities, which go by the digest of their ids: a restriction may name thousands, at every request."""

    kind: EntityKind
    role: Role | None
    digest: bytes


class Found(NamedTuple):
    """The list and its name."""

    name: Held
    ids: Array


class _Mine(NamedTuple):
    """A condition on what a user said, settled for his data of the version `since`: the items found, or with `but` all others."""

    since: int
    found: Found
    but: bool

    @property
    def bytes(self) -> int:
        return self.found.ids.nbytes


class Node(msgspec.Struct, frozen=True):
    """A settled query."""


class Leaf(Node, frozen=True):
    """One condition."""

    condition: tree.Query | Held | Holding | Carrying


class All(Node, frozen=True):
    """Everything that is in each of `wanted` and in none of `unwanted`."""

    wanted: tuple[Node, ...] = ()
    unwanted: tuple[Node, ...] = ()


class AnyOf(Node, frozen=True):
    """Everything that is in some part."""

    parts: tuple[Node, ...]


MANY = 32  # entities in one condition; more go by their digest

_encode = msgspec.msgpack.encode

NOTHING = AnyOf(())
EVERYTHING = All()


class Contents:
    """What settled queries name and no segment holds: lists of items and of entities, and searches, which are asked of the store."""

    def __init__(self, reading: Callable[[], Transaction], base: Segment) -> None:
        self._reading = reading
        self._base = base
        self._lists: dict[Held, Array] = {}
        self._entities: dict[bytes, tuple[int, ...]] = {}

    def put_entities(self, digest: bytes, ids: tuple[int, ...]) -> None:
        self._entities[digest] = ids

    def entities(self, digest: bytes) -> tuple[int, ...]:
        return self._entities[digest]

    def put(self, found: Found) -> None:
        self._lists[found.name] = found.ids

    def length(self, name: Held) -> int:
        return len(self._lists[name])

    def listed(self, segment: Segment, name: Held) -> BitMap:
        return bitmaps.of(segment.ordinals(self._lists[name].astype(np.int64)))

    def holding(self, segment: Segment, phrases: tuple[Phrase, ...]) -> BitMap:
        search = searching.everywhere if segment is self._base else searching.among
        return search(self._reading(), segment, phrases)


class Settling:
    """Settles queries of one snapshot over a base for one user; what was asked of the store is asked once. `reading` gives a connection,
    `kept` outlives the snapshot, as the base does."""

    def __init__(self, reading: Callable[[], Transaction], user_id: int, base: Segment, kept: Cache[Any]) -> None:
        self.own = Own(reading, user_id, kept)
        self.contents = Contents(reading, base)

    def settle(self, query: tree.Query) -> Node:
        match query:
            case tree.Everything():
                return EVERYTHING
            case tree.Nothing():
                return NOTHING
            case tree.And():
                return all_of([self.settle(part) for part in query.of])
            case tree.Or():
                return any_of([self.settle(part) for part in query.of])
            case tree.Not():
                return none_of(self.settle(query.of))
            case _:
                return self._leaf(query)

    def _leaf(self, query: tree.Query) -> Node:
        match query:
            case tree.Text():
                terms = parse(query.q)
                wanted = [Leaf(Holding(tuple(sorted(terms.wanted, key=_encode))))] if terms.wanted else []
                return all_of([*wanted, *(none_of(Leaf(Holding((phrase,)))) for phrase in terms.unwanted)])
            case tree.Mine():
                return self._mine(query)
            case tree.Linked() if len(query.ids) > MANY:
                ids, digest = _many(query.ids)
                self.contents.put_entities(digest, ids)
                return Leaf(Carrying(query.kind, query.role, digest))
            case tree.Linked() | tree.IdIs() | tree.LibraryIs():
                ids = tuple(sorted(set(query.ids)))
                return Leaf(msgspec.structs.replace(query, ids=ids)) if ids else NOTHING
            case _:
                return Leaf(query)

    def _mine(self, query: tree.Mine) -> Node:
        said, name = self.own.said(query.field), ("mine", self.own.user_id, query)
        held: _Mine | None = self.own.kept.get(name)
        if held is None or held.since != said.since:
            ids, but = self.own.inside(query)
            held = self.own.kept.put(name, _Mine(said.since, _found(ids), but))
        if len(held.found.ids):
            self.contents.put(held.found)
        node: Node = Leaf(held.found.name) if len(held.found.ids) else NOTHING
        return none_of(node) if held.but else node


def high_bound(wanted: tree.Range) -> float | str | None:
    """The greatest value that lies in the range."""
    return wanted.high + tree.PREFIX_END if isinstance(wanted.high, str) else wanted.high


def key(node: Node) -> bytes:
    """A short name of a settled query; nodes of one meaning that were settled alike share it."""
    return hashlib.blake2b(_encode(node), digest_size=16).digest()


def all_of(nodes: Iterable[Node]) -> Node:
    """AND, with everything that decides or does nothing taken out, so that equal questions become equal nodes."""
    wanted: dict[Node, None] = {}
    unwanted: dict[Node, None] = {}
    for node in nodes:
        if node == NOTHING:
            return NOTHING
        if isinstance(node, All):
            wanted.update(dict.fromkeys(node.wanted))
            unwanted.update(dict.fromkeys(node.unwanted))
        else:
            wanted[node] = None
    kept = wanted if not unwanted else dict.fromkeys(map(_Unwanted(unwanted).left, wanted))
    if NOTHING in kept:
        return NOTHING
    if any(isinstance(each, All) for each in kept):  # what is left of an OR
        return all_of([*kept, All((), tuple(unwanted))])
    if len(kept) == 1 and not unwanted:
        return next(iter(kept))
    return All(_ordered(kept), _ordered(unwanted))


class _Unwanted:
    """The entities of which everything is unwanted, as far as a query names them itself."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._ids: dict[tuple[EntityKind, Role | None], set[int]] = {}
        for node in nodes:
            match node:
                case Leaf(condition=tree.Linked(kind=kind, ids=ids, role=role)):
                    self._ids.setdefault((kind, role), set()).update(ids)
                case _:
                    pass

    def left(self, node: Node) -> Node:
        """What can be found of a node: somebody may ask for what is kept from him."""
        match node:
            case AnyOf(parts=parts):
                return any_of(map(self.left, parts))
            case Leaf(condition=tree.Linked(kind=kind, ids=ids, role=role)):
                every, so = self._ids.get((kind, None), ()), self._ids.get((kind, role), ())
                return NOTHING if all(each in every or each in so for each in ids) else node
            case _:
                return node


def any_of(nodes: Iterable[Node]) -> Node:
    """OR, likewise."""
    parts: dict[Node, None] = {}
    for node in nodes:
        if node == EVERYTHING:
            return EVERYTHING
        parts.update(dict.fromkeys(node.parts if isinstance(node, AnyOf) else (node,)))
    return next(iter(parts)) if len(parts) == 1 else AnyOf(_ordered(parts))


def none_of(node: Node) -> Node:
    """NOT, likewise."""
    if node == NOTHING:
        return EVERYTHING
    if node == EVERYTHING:
        return NOTHING
    if isinstance(node, All) and not node.wanted and len(node.unwanted) == 1:
        return node.unwanted[0]
    return All((), node.parts if isinstance(node, AnyOf) else (node,))


@lru_cache(maxsize=64)
def _many(ids: tuple[int, ...]) -> tuple[tuple[int, ...], bytes]:
    """Ascending, each once, and their digest; kept, because the same list comes again and again."""
    ordered = tuple(sorted(set(ids)))
    return ordered, hashlib.blake2b(np.array(ordered, dtype=np.int64).tobytes(), digest_size=16).digest()


def _found(ids: Ints) -> Found:
    """In the smaller type where they fit: a search may find millions."""
    ids = bitmaps.distinct(ids)
    kept = ids.astype(np.uint32) if not len(ids) or (ids[0] >= 0 and ids[-1] < 2**32) else ids
    return Found(Held(hashlib.blake2b(kept.tobytes(), digest_size=16).digest()), kept)


def _ordered(nodes: Iterable[Node]) -> tuple[Node, ...]:
    return tuple(sorted(nodes, key=_encode))
