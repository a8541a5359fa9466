"""`model.engine.Snapshot` over one state of the index. It speaks to the store only for what lives there: search, the viewer's own words and
names; those it reads as they are now."""

from collections.abc import Callable, Hashable, Sequence
from functools import partial

import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps, entity_listing, fronts, views
from longshelf.index.bitmaps import Array
from longshelf.index.compiling import All, Node, Settling, all_of, key
from longshelf.index.counting import Results, entity_facet, value_facet
from longshelf.index.evaluating import Evaluation
from longshelf.index.fields import Order, Sorted
from longshelf.index.likeness import similar
from longshelf.index.listing import Correction, Entry, Listing, Part, correction, key_of
from longshelf.index.railing import rail
from longshelf.index.recommending import suited
from longshelf.index.segment import Segment
from longshelf.index.state import State
from longshelf.index.tallying import Asked, Whole
from longshelf.index.totals import totals
from longshelf.index.untold import FirstAsked, first_untold
from longshelf.index.views import Listed, view
from longshelf.model.engine import (
    After,
    Before,
    Count,
    EntityPage,
    EntityRequest,
    Facet,
    FacetRequest,
    Offset,
    Rail,
    Similar,
    Slice,
    Suited,
    Tally,
    Totals,
    Window,
)
from longshelf.model.kinds import EntityKind
from longshelf.model.query import Query
from longshelf.model.sorts import Key, Sort
from longshelf.model.taste import Wanted
from longshelf.model.viewer import Viewer
from longshelf.store.database import Transaction


class BitmapSnapshot:
    """For one request in one thread. `reading` gives the request's connection, opened when first needed."""

    def __init__(self, state: State, reading: Callable[[], Transaction]) -> None:
        self.state = state
        self._reading = reading
        self._settling: dict[int, Settling] = {}
        self._last: tuple[Query, int, Node] | None = None  # a page asks for its count and its items: one query, settled once

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
        asked = self._asked(query, viewer)
        if asked is None:
            return Count(0)
        return Count(len(asked.base) - asked.base.intersection_cardinality(self.state.stale) + len(asked.delta))

    def facets(self, requests: Sequence[FacetRequest], viewer: Viewer) -> tuple[Facet, ...]:
        return tuple(self._facet(request, viewer) for request in requests)

    def position(self, item_id: int, query: Query, sort: Sort, viewer: Viewer) -> int | None:
        listing = self._listing(query, sort, viewer)
        results = self._results(query, viewer)
        settled = self._settled(query, viewer)
        if listing is None or results is None or settled is None:
            return None
        for segment, result in zip(self.state.segments, (results.base, results.delta), strict=False):
            ordinal = segment.ordinal(item_id)
            if ordinal is not None and ordinal in result:
                order = self._order(segment, sort, settled[1])
                return listing.position(Key(order.value(int(order.ranks_of(np.array([ordinal]))[0])), item_id))
        return None

    def rail(self, query: Query, sort: Sort, marks: int, viewer: Viewer) -> Rail:
        if sort.field.labels == "none":
            return Rail(self.count(query, viewer).value, ())
        listing = self._listing(query, sort, viewer)
        if listing is None:
            return Rail(0, ())
        return rail(listing, sort, [segment.fields[sort.name].values for segment in self.state.segments], marks)

    def entities(self, request: EntityRequest, window: Window, viewer: Viewer) -> EntityPage:
        asked = self._asked(request.query, viewer)
        return EntityPage() if asked is None else entity_listing.page(self.state, request, window, asked, self._reading)

    def tallies(self, kind: EntityKind, ids: Sequence[int], query: Query, viewer: Viewer, *, via_persons: bool = True) -> tuple[Tally, ...]:
        asked = self._asked(query, viewer)
        if asked is None:
            return (Tally(0),) * len(ids)
        return entity_listing.tallies(self.state, kind, ids, asked, self._reading, with_persons=via_persons)

    def totals(self, query: Query, viewer: Viewer) -> tuple[Totals, ...]:
        asked = self._asked(query, viewer)
        return () if asked is None else totals(self.state, asked)

    def similar(self, item_id: int, query: Query, start: int, size: int, viewer: Viewer) -> Similar:
        asked = self._asked(query, viewer)
        return Similar() if asked is None else similar(self.state, item_id, asked, start, size)

    def suited(self, wanted: Sequence[Wanted], pivot: int, query: Query, viewer: Viewer) -> Suited:
        asked = self._asked(query, viewer)
        return Suited() if asked is None else suited(self.state, wanted, pivot, asked)

    def _facet(self, request: FacetRequest, viewer: Viewer) -> Facet:
        asked = self._asked(request.query, viewer)
        if asked is None:
            return Facet(request.facet, (), 0)
        if isinstance(request.facet, EntityKind):
            return entity_facet(self.state, request, asked, self._reading)
        return value_facet(self.state, request, self._counting(asked), self._reading)

    def _results(self, query: Query, viewer: Viewer) -> Results | None:
        asked = self._asked(query, viewer)
        return None if asked is None else self._counting(asked)

    def _counting(self, asked: Asked) -> Results:
        """Without what does not count any more."""
        return Results(asked.base - self.state.stale if self.state.stale else asked.base, asked.delta)

    def _asked(self, query: Query, viewer: Viewer) -> Asked | None:
        """What is counted, and under which name it is kept."""
        settled = self._settled(query, viewer)
        if settled is None:
            return None
        node, settling = settled
        evaluation, delta = Evaluation(self.state.base.segment, settling.contents), self.state.delta
        changed = bitmaps.EMPTY if delta is None else Evaluation(delta, settling.contents).of(node)
        whole = partial(_whole, node, evaluation) if isinstance(node, All) and node.unwanted else None
        return Asked(key(node), evaluation.of(node), changed, node, evaluation, whole)

    def _front(self, query: Query, sort: Sort, window: Window, viewer: Viewer) -> Slice | None:
        """The answer without a view, where one would have to be made for a few items at the front."""
        settled = self._settled(query, viewer)
        if settled is None or not isinstance(window, Offset) or window.start + window.size > fronts.NEAR:
            return None
        node, settling = settled
        base, stop = self.state.base, window.start + window.size
        if base.views.get(_view_name(node, sort, settling)) is not None:
            return None
        order = self._order(base.segment, sort, settling)
        asked = FirstAsked(node, order, sort, self.state.stale, stop + 1)  # one more tells whether there is a next page
        ranks = first_untold(base.segment, Evaluation(base.segment, settling.contents), asked)
        if ranks is None and not order.plain:
            ranks = self._front_of(self._evaluated(node, settling), node, order, sort, stop + 1)
        if ranks is None:
            return None
        delta = None
        if self.state.delta is not None:
            changed = Evaluation(self.state.delta, settling.contents).of(node)
            delta = self._part(self.state.delta, changed, sort, settling)
        entries = fronts.first_entries(sort, Part(order, Listed(ranks), base.segment.ids), delta, stop + 1)
        return _slice(entries[window.start : stop], len(entries), window.start, stop)

    def _front_of(self, result: BitMap, node: Node, order: Order, sort: Sort, wanted: int) -> Array | None:
        """Ranks of the first items of a result that is known; None where a view is made as fast."""
        segment, short = self.state.base.segment, len(result) <= views.SHORT
        if isinstance(order, Sorted) and segment.all_valueless(result, sort.name):
            return fronts.first_valueless(order, result, wanted, descending=sort.descending)
        if fronts.worth_reading(len(result), segment.count, wanted, short=short):
            runs = fronts.runs_of(order, segment.count, fronts.within(order, sort.name, node), descending=sort.descending)
            return fronts.first_of_result(order, runs, result, wanted, descending=sort.descending)
        if short and len(result) > fronts.FEW:
            return fronts.first_chosen(order, result, wanted, descending=sort.descending)
        return None

    def _evaluated(self, node: Node, settling: Settling) -> BitMap:
        """The base's items that count."""
        found = Evaluation(self.state.base.segment, settling.contents).of(node)
        return found - self.state.stale if self.state.stale else found

    def _listing(self, query: Query, sort: Sort, viewer: Viewer) -> Listing | None:
        settled = self._settled(query, viewer)
        if settled is None:
            return None
        node, settling = settled
        base, name = self.state.base, _view_name(node, sort, settling)
        order = self._order(base.segment, sort, settling)
        evaluation = Evaluation(base.segment, settling.contents)
        part = Part(order, base.views.get_or(name, lambda: view(evaluation.of(node), order, base.segment.count)), base.segment.ids)
        if self.state.delta is None and not self.state.stale:
            return Listing(sort, part)
        return Listing(sort, part, self.state.corrections.get_or(name, lambda: self._correction(part, node, settling, sort)))

    def _correction(self, base: Part, node: Node, settling: Settling, sort: Sort) -> Correction:
        state = self.state
        stale = state.stale & Evaluation(state.base.segment, settling.contents).of(node) if state.stale else bitmaps.EMPTY
        if state.delta is None:
            return correction(base, None, stale)
        found = Evaluation(state.delta, settling.contents).of(node)
        return correction(base, self._part(state.delta, found, sort, settling), stale)

    def _part(self, segment: Segment, result: BitMap, sort: Sort, settling: Settling) -> Part:
        order = self._order(segment, sort, settling)
        return Part(order, view(result, order, segment.count), segment.ids)

    def _order(self, segment: Segment, sort: Sort, settling: Settling) -> Order:
        if not sort.field.own:
            return segment.order(sort)
        return settling.own.order(segment, sort.field.own, keep=segment is self.state.base.segment)

    def _settled(self, query: Query, viewer: Viewer) -> tuple[Node, Settling] | None:
        """None for a viewer nobody knows: he gets nothing, whatever he asks."""
        if viewer.user_id is None:
            return None
        settling = self._settling.get(viewer.user_id)
        if settling is None:
            base = self.state.base
            settling = self._settling[viewer.user_id] = Settling(self._reading, viewer.user_id, base.segment, base.own)
        last = self._last
        if last is None or last[0] is not query or last[1] != viewer.user_id:
            self._last = last = query, viewer.user_id, settling.settle(query)
        return last[2], settling


def _whole(node: All, evaluation: Evaluation) -> Whole:
    every = all_of(node.wanted)
    return Whole(key(every), evaluation.of(every))


def _slice(entries: list[Entry], total: int, start: int, stop: int) -> Slice:
    has_previous, has_next = start > 0 and total > 0, stop < total
    if not entries:
        return Slice(has_previous=has_previous, has_next=has_next)
    ids = tuple([item_id for _, _, item_id in entries])
    return Slice(ids, key_of(entries[0]), key_of(entries[-1]), has_previous, has_next, start)


def _view_name(node: Node, sort: Sort, settling: Settling) -> tuple[Hashable, ...]:
    """Both directions share a view, and the seed matters to `random` only. A sort of the viewer's own is named by him and the version of
    what he said."""
    if sort.field.own:
        return key(node), sort.name, settling.own.user_id, settling.own.said(sort.field.own).since
    return key(node), sort.name, sort.seed if sort.name == "random" else 0
