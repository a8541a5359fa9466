"""`model.engine.Snapshot` over one state of the index. It speaks to the store only for what lives there: search, the viewer's own words and
names; those it reads as they are now."""

from collections.abc import Callable, Sequence

import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps, fronts, views
from longshelf.index.compiling import Evaluation, Node, Settling, key
from longshelf.index.counting import Results, entity_facet, value_facet
from longshelf.index.listing import Entry, Listing, Part
from longshelf.index.railing import rail
from longshelf.index.segment import Segment
from longshelf.index.state import State
from longshelf.index.views import Listed, View, view
from longshelf.model.engine import After, Before, Count, Facet, FacetRequest, Offset, Rail, Slice, Window
from longshelf.model.kinds import EntityKind
from longshelf.model.query import Query
from longshelf.model.sorts import Key, Sort
from longshelf.model.viewer import Viewer
from longshelf.store.database import Transaction


class BitmapSnapshot:
    """For one request in one thread. `reading` gives the request's connection, opened when first needed."""

    def __init__(self, state: State, reading: Callable[[], Transaction]) -> None:
        self.state = state
        self._reading = reading
        self._settling: dict[int, Settling] = {}

    @property
    def revision(self) -> int:
        return self.state.revision

    def page(self, query: Query, sort: Sort, window: Window, viewer: Viewer) -> Slice:
        front = self._front(query, sort, window, viewer)
        if front is not None:
            return front
        listing = self._listing(query, sort, viewer)
        if listing is None:
            return Slice()
        match window:
            case Offset():
                start, stop = window.start, window.start + window.size
            case After():
                start = listing.position(window.key, past=True)
                stop = start + window.size
            case Before():
                stop = listing.position(window.key)
                start = max(stop - window.size, 0)
        return _slice(listing.entries(start, stop), listing.total, start, stop)

    def count(self, query: Query, viewer: Viewer) -> Count:
        results = self._with_stale(query, viewer)
        if results is None:
            return Count(0)
        return Count(len(results.base) - results.base.intersection_cardinality(self.state.stale) + len(results.delta))

    def facets(self, requests: Sequence[FacetRequest], viewer: Viewer) -> tuple[Facet, ...]:
        return tuple(self._facet(request, viewer) for request in requests)

    def position(self, item_id: int, query: Query, sort: Sort, viewer: Viewer) -> int | None:
        listing = self._listing(query, sort, viewer)
        results = self._results(query, viewer)
        if listing is None or results is None:
            return None
        for segment, result in zip(self.state.segments, (results.base, results.delta), strict=False):
            ordinal = segment.ordinal(item_id)
            if ordinal is not None and ordinal in result:
                return listing.position(sort_key(segment, sort, ordinal, item_id))
        return None

    def rail(self, query: Query, sort: Sort, marks: int, viewer: Viewer) -> Rail:
        if sort.field.labels == "none":
            return Rail(self.count(query, viewer).value, ())
        listing = self._listing(query, sort, viewer)
        if listing is None:
            return Rail(0, ())
        return rail(listing, sort, [segment.fields[sort.name].values for segment in self.state.segments], marks)

    def _facet(self, request: FacetRequest, viewer: Viewer) -> Facet:
        results = self._results(request.query, viewer)
        if results is None:
            return Facet(request.facet, (), 0)
        answer = entity_facet if isinstance(request.facet, EntityKind) else value_facet
        return answer(self.state, request, results, self._reading)

    def _results(self, query: Query, viewer: Viewer) -> Results | None:
        found = self._with_stale(query, viewer)
        return found if found is None or not self.state.stale else Results(found.base - self.state.stale, found.delta)

    def _with_stale(self, query: Query, viewer: Viewer) -> Results | None:
        settled = self._settled(query, viewer)
        if settled is None:
            return None
        node, settling = settled
        base = Evaluation(self.state.base.segment, settling.contents).of(node)
        delta = self.state.delta
        return Results(base, bitmaps.EMPTY if delta is None else Evaluation(delta, settling.contents).of(node))

    def _front(self, query: Query, sort: Sort, window: Window, viewer: Viewer) -> Slice | None:
        """The answer without a view, where one would have to be made for a few items at the front."""
        settled = self._settled(query, viewer)
        if settled is None or not isinstance(window, Offset) or window.start + window.size > fronts.NEAR:
            return None
        segment, order = self.state.base.segment, self.state.base.segment.order(sort)
        if order.plain or self.state.base.views.get(_view_name(settled[0], sort)) is not None:
            return None
        results = self._results(query, viewer)
        if results is None or len(results.base) <= views.SHORT:
            return None
        stop = window.start + window.size
        ranks = fronts.first_ranks(order, segment.count, results.base, stop, descending=sort.descending)
        if ranks is None:
            return None
        delta = None if self.state.delta is None else _part(self.state.delta, _view(self.state.delta, results.delta, sort), sort)
        entries = fronts.first_entries(sort, Part(order, Listed(ranks), segment.ids), delta, stop)
        return _slice(entries[window.start :], len(results.base) + len(results.delta), window.start, stop)

    def _listing(self, query: Query, sort: Sort, viewer: Viewer) -> Listing | None:
        settled = self._settled(query, viewer)
        if settled is None:
            return None
        node, settling = settled
        return self.state.listings.get_or((*_view_name(node, sort), sort.descending), lambda: self._list(node, settling, sort))

    def _list(self, node: Node, settling: Settling, sort: Sort) -> Listing:
        state = self.state
        base, result = state.base, Evaluation(state.base.segment, settling.contents).of(node)
        whole = base.views.get_or(_view_name(node, sort), lambda: _view(base.segment, result, sort))
        stale = state.stale & result if state.stale else bitmaps.EMPTY
        delta = None
        if state.delta is not None:
            found = Evaluation(state.delta, settling.contents).of(node)
            delta = _part(state.delta, _view(state.delta, found, sort), sort)
        return Listing(sort, _part(base.segment, whole, sort), delta, stale)

    def _settled(self, query: Query, viewer: Viewer) -> tuple[Node, Settling] | None:
        """None for a viewer nobody knows: he gets nothing, whatever he asks."""
        if viewer.user_id is None:
            return None
        settling = self._settling.setdefault(viewer.user_id, Settling(self._reading, viewer.user_id, self.state.found))
        return settling.settle(query), settling


def sort_key(segment: Segment, sort: Sort, ordinal: int, item_id: int) -> Key:
    """An item's place in an order."""
    order = segment.order(sort)
    return Key(order.value(int(order.ranks_of(np.array([ordinal]))[0])), item_id)


def _slice(entries: list[Entry], total: int, start: int, stop: int) -> Slice:
    has_previous, has_next = start > 0 and total > 0, stop < total
    if not entries:
        return Slice(has_previous=has_previous, has_next=has_next)
    return Slice(tuple(entry.id for entry in entries), entries[0].key, entries[-1].key, has_previous, has_next, start)


def _view(segment: Segment, result: BitMap, sort: Sort) -> View:
    return view(result, segment.order(sort), segment.count)


def _part(segment: Segment, found: View, sort: Sort) -> Part:
    return Part(segment.order(sort), found, segment.ids)


def _view_name(node: Node, sort: Sort) -> tuple[bytes, str, int]:
    """Both directions share a view, and the seed matters to `random` only."""
    return key(node), sort.name, sort.seed if sort.name == "random" else 0
