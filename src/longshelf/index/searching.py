"""Text search as bitmaps. The phrases are the name of a search, so what the base holds of them is asked once and stays right as long as the
base lives: an item that changed since is stale there and answered for by the delta, whose few items alone are asked again.

The store is asked as it is now, which may be after the state the request serves. Of an item that was changed or deleted in between, the
search finds the newer text until the state moves on; then it is among the stale ones, whatever was kept for it."""

from collections.abc import Sequence

import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps
from longshelf.index.segment import Segment
from longshelf.model.terms import Phrase
from longshelf.store import columns
from longshelf.store.database import Transaction


def everywhere(connection: Transaction, segment: Segment, phrases: Sequence[Phrase]) -> BitMap:
    """Items of a base that hold all the phrases; read piece by piece, as a word may be in millions."""
    found = BitMap()
    for piece in columns.found(connection, phrases):
        found |= bitmaps.of(segment.ordinals(bitmaps.parse_ids(piece)))
    return found


def among(connection: Transaction, segment: Segment, phrases: Sequence[Phrase]) -> BitMap:
    """The same of a delta, whose items alone are looked at."""
    ids = segment.ids[np.arange(segment.count)].tolist()
    return bitmaps.of(segment.ordinals(np.array(columns.found_among(connection, phrases, ids), dtype=np.int64)))
