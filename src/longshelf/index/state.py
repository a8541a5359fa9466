"""One immutable state of the catalogue: a base, what changed since, and the base's items that do not count any more."""

from collections.abc import Iterable

import msgspec
import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps
from longshelf.index.caches import Cache
from longshelf.index.compiling import Found
from longshelf.index.listing import Listing
from longshelf.index.segment import Segment
from longshelf.index.views import View

VIEW_BYTES = 40 * 2**20  # about thirty views of large results, in each process
LISTING_BYTES = 6 * 2**20
FOUND_BYTES = 10 * 2**20  # ids found by searches


class Base:
    """A base segment and the views of it that were asked for. Views outlive deltas: `listing` corrects them."""

    def __init__(self, segment: Segment, revision: int, name: str) -> None:
        self.segment = segment
        self.revision = revision
        self.name = name
        self.views: Cache[View] = Cache(VIEW_BYTES, lambda view: view.bytes)


class State(msgspec.Struct, frozen=True):
    """`changed` are all ids touched since the base; `delta` holds those of them that live; `stale` are their ordinals in the base;
    `entities` are those touched since the base. `listings` and `found` (ids by searched phrases) are kept as long as the state is."""

    base: Base
    revision: int
    changed: frozenset[int] = frozenset()
    delta: Segment | None = None
    stale: BitMap = bitmaps.EMPTY
    entities: frozenset[int] = frozenset()
    listings: Cache[Listing] = msgspec.field(default_factory=lambda: Cache(LISTING_BYTES, lambda listing: listing.bytes))
    found: Cache[Found] = msgspec.field(default_factory=lambda: Cache(FOUND_BYTES, lambda found: found.ids.nbytes + bitmaps.OBJECTS))

    @property
    def segments(self) -> list[Segment]:
        return [self.base.segment] if self.delta is None else [self.base.segment, self.delta]

    @property
    def share(self) -> float:
        """Changed items against those of the base."""
        return len(self.changed) / max(self.base.segment.count, 1)


def stale_in(base: Base, changed: Iterable[int]) -> BitMap:
    return bitmaps.of(base.segment.ordinals(np.fromiter(changed, dtype=np.int64)))
