"""One immutable state of the catalogue: a base, what changed since, and the base's items that do not count any more."""

from collections.abc import Iterable
from typing import Any

import msgspec
import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps
from longshelf.index.caches import Cache
from longshelf.index.listing import Correction
from longshelf.index.segment import Segment
from longshelf.index.standing import Standing
from longshelf.index.views import View
from longshelf.model.kinds import EntityKind

VIEW_BYTES = 24 * 2**20  # about eighteen views of large results, in each process
CORRECTION_BYTES = 6 * 2**20
OWN_BYTES = 24 * 2**20  # what users said about items, of those who asked last: all of one who did so half a million times
DERIVED_BYTES = 12 * 2**20  # counts, totals and entities' names
STATE_DERIVED_BYTES = 6 * 2**20  # the same, corrected for what changed since


def weigh(value: Any) -> int:
    """How many bytes a derived value holds: an array, a bitmap, or an object that says so itself as `bytes`."""
    if isinstance(value, BitMap):
        return bitmaps.size(value)
    return bitmaps.OBJECTS + int(value.nbytes if isinstance(value, np.ndarray) else value.bytes)


class Base:
    """A base segment and the views of it that were asked for. Views outlive deltas: `listing` corrects them. So do the values in `derived`,
    which several modules compute of it, each under keys that begin with a word of its own, and in `own`, for which see `own`."""

    def __init__(self, segment: Segment, revision: int, name: str) -> None:
        self.segment = segment
        self.revision = revision
        self.name = name
        self.views: Cache[View] = Cache(VIEW_BYTES, lambda view: view.bytes)
        self.derived: Cache[Any] = Cache(DERIVED_BYTES, weigh)
        self.own: Cache[Any] = Cache(OWN_BYTES, weigh)
        self._standing: dict[EntityKind, Standing] = {}

    def standing(self, kind: EntityKind) -> Standing:
        """What stands for the entities of a kind."""
        if kind not in self._standing:
            segment = self.segment
            self._standing[kind] = Standing(segment.arrays, kind, segment.postings[kind], segment.fields)
        return self._standing[kind]

    def forget(self) -> None:
        """All that was worked out so far, as after opening: for measurements."""
        for cache in (self.views, self.derived, self.own, self.segment.cache):
            cache.clear()


class State(msgspec.Struct, frozen=True):
    """`changed` are all ids touched since the base; `delta` holds those of them that live; `stale` are their ordinals in the base;
    `entities` are those touched since the base. `corrections` of views and `derived` are kept as long as the state is."""

    base: Base
    revision: int
    changed: frozenset[int] = frozenset()
    delta: Segment | None = None
    stale: BitMap = bitmaps.EMPTY
    entities: frozenset[int] = frozenset()
    corrections: Cache[Correction] = msgspec.field(default_factory=lambda: Cache(CORRECTION_BYTES, lambda found: found.bytes))
    derived: Cache[Any] = msgspec.field(default_factory=lambda: Cache(STATE_DERIVED_BYTES, weigh))

    @property
    def segments(self) -> list[Segment]:
        return [self.base.segment] if self.delta is None else [self.base.segment, self.delta]

    @property
    def share(self) -> float:
        """Changed items against those of the base."""
        return len(self.changed) / max(self.base.segment.count, 1)


def stale_in(base: Base, changed: Iterable[int]) -> BitMap:
    return bitmaps.of(base.segment.ordinals(np.fromiter(changed, dtype=np.int64)))
