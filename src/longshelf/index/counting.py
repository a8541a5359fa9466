"""Facets: how many items of a result carry each value. Base and delta are counted apart and added (entities by `tallying`, which keeps what
it counted); names are asked of the store, for those that are shown."""

from collections import Counter
from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from pyroaring import BitMap

from longshelf.index.bitmaps import Array, Ints
from longshelf.index.segment import FORMATS, KINDS, Segment
from longshelf.index.state import State
from longshelf.index.tallying import Asked, tallied
from longshelf.model.engine import RATING_STEP, Facet, FacetRequest, FacetValue
from longshelf.model.kinds import EntityKind
from longshelf.store import columns
from longshelf.store.database import Transaction

HIGHEST_FIRST = frozenset({"year", "rating"})

Reading = Callable[[], Transaction]


class Results(msgspec.Struct, frozen=True):
    """A query's items in the base (the stale ones taken out) and in the delta."""

    base: BitMap
    delta: BitMap


def entity_facet(state: State, request: FacetRequest, asked: Asked, reading: Reading) -> Facet:
    """Entities of one kind that the items carry."""
    kind = EntityKind(request.facet)
    ids, counts = tallied(state, kind, asked)
    held = counts > 0
    if request.q:
        held &= np.isin(ids, np.array(columns.named_so(reading(), kind, request.q), dtype=np.int64))
    ids, counts = ids[held], counts[held]
    places = _places(state.base.segment, kind, ids)
    total = len(ids)
    shown = _leading(ids, counts, places, request.limit, state.entities)
    names = columns.names(reading(), ids[shown].tolist()) if len(shown) else {}
    found = [(each, int(count)) for each, count in zip(ids[shown].tolist(), counts[shown], strict=True) if each in names]
    found.sort(key=lambda pair: (-pair[1], names[pair[0]][1], pair[0]))
    return Facet(request.facet, tuple(FacetValue(each, names[each][0], count) for each, count in found[: request.limit or None]), total)


def value_facet(state: State, request: FacetRequest, results: Results, reading: Reading) -> Facet:
    """Values of one column."""
    counted: Counter[int] = Counter()
    for segment, result in _by_segment(state, results):
        for value, count in _values(segment, str(request.facet), result):
            counted[value] += count
    pairs = [(_shown(str(request.facet), value), count) for value, count in counted.items() if count]
    if request.facet in HIGHEST_FIRST:
        pairs.sort(reverse=True)
    else:
        pairs.sort(key=lambda pair: (-pair[1], pair[0]))
    names = columns.library_names(reading()) if request.facet == "library" else {}
    values = tuple(FacetValue(value, names.get(value, str(value)) if isinstance(value, int) else value, count) for value, count in pairs)
    return Facet(request.facet, values[: request.limit or None], len(values))


def _places(base: Segment, kind: EntityKind, ids: Ints) -> Array:
    """By name; -1 where the base does not know the place."""
    named, places = base.names(kind)
    if not len(named):
        return np.full(len(ids), -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(named, ids), len(named) - 1)
    return np.where(named[at] == ids, places[at], -1)


def _leading(ids: Ints, counts: Array, places: Array, limit: int, touched: frozenset[int]) -> Array:
    """Indexes of values that include the first `limit` by (falling count, name): those above the last count, and of those tied at it the
    first by name, with all whose name may have changed since the base knew it."""
    if not limit or len(ids) <= limit:
        return np.arange(len(ids))
    last = np.partition(counts, len(counts) - limit)[len(counts) - limit]
    above, tied = np.flatnonzero(counts > last), np.flatnonzero(counts == last)
    room = limit - len(above)
    unsure = (places[tied] < 0) | np.isin(ids[tied], np.fromiter(touched, dtype=np.int64))
    sure = tied[~unsure]
    return np.concatenate([above, tied[unsure], sure[np.argsort(places[sure], kind="stable")[:room]]])


def _by_segment(state: State, results: Results) -> Sequence[tuple[Segment, BitMap]]:
    base = (state.base.segment, results.base)
    return [base] if state.delta is None else [base, (state.delta, results.delta)]


def _values(segment: Segment, facet: str, result: BitMap) -> list[tuple[int, int]]:
    found = segment.fields[facet].counts(result)
    if facet != "rating":
        return [(int(value or 0), count) for value, count in found]
    return [(int(value or 0) // RATING_STEP * RATING_STEP, count) for value, count in found]


def _shown(facet: str, value: int) -> int | str:
    if facet == "kind":
        return KINDS[value].value
    return FORMATS[value].value if facet == "format" else value
