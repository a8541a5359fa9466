"""Where the items of a fold stand: which keep their ordinals, which are new, and which places hold nothing any more."""

import msgspec
import numpy as np

from longshelf.index import bitmaps
from longshelf.index.bitmaps import Array, Ints
from longshelf.index.building import HOLES_MOST
from longshelf.index.segment import Put, Segment


class Unfoldable(Exception):
    """The base has to be built anew; the reason."""


class Places(msgspec.Struct, frozen=True):
    """Where the changed items stand in the new base, which has `count` places. `stale` are the ordinals of those that stood in the old one,
    `ordinals` those of the rows, both ascending; `holes` is a mask of the places that hold no item now."""

    count: int
    stale: Ints
    ordinals: Ints
    holes: Array

    @property
    def without(self) -> Array:
        """A mask of the places of which nothing old is kept."""
        found = self.holes.copy()
        found[self.stale] = True
        return found


def placed(base: Segment, changed: Ints, live: Ints, put: Put) -> Places:
    """Of `changed` ids, those `live` now among them; the arrays that say which ids have a place. Both lists ascend."""
    if not base.count:
        raise Unfoldable("the base is empty")
    at = base.ids.below(changed)
    known = base.ids[np.minimum(at, base.count - 1)] == changed
    if np.isin(changed[~known & (changed <= base.ids.last)], live).any():
        raise Unfoldable("an item came back that has no place")
    fresh = live[live > base.ids.last]
    if "span" in base.arrays:
        first, count = base.arrays["span"].tolist()
        count += int(fresh[-1]) - base.ids.last if len(fresh) else 0
        ordinals = live - first
    else:
        count = base.count + len(fresh)
        ordinals = np.searchsorted(np.concatenate([base.arrays["ids"], fresh]), live)
    if count - (base.count - len(base.holes)) - len(live) > HOLES_MOST * count:
        raise Unfoldable("too many places without an item")
    holes = np.ones(count, dtype=bool)
    holes[: base.count] = False
    holes[bitmaps.ordinals(base.holes)] = True
    holes[at[known]] = True
    holes[ordinals] = False
    if holes.sum() > HOLES_MOST * count:
        raise Unfoldable("too many places without an item")
    if "span" in base.arrays:
        put("span", np.array([first, count], dtype=np.int64))
    else:
        put("ids", np.concatenate([base.arrays["ids"], fresh]))
    put("holes", bitmaps.freeze(bitmaps.of_mask(holes)))
    return Places(count, at[known], ordinals, holes)
