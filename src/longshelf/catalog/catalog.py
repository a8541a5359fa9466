"""What people read: which items, how many, in which order, and each of them whole. An engine says which ids, the store what they are.

The rule: every function takes the viewer first, and what he may see is ANDed in exactly one place, `_seen`. Nothing here can be listed
without it."""

import secrets
from collections.abc import Iterator, Sequence
from typing import get_args

import msgspec

from longshelf.catalog import details, pages
from longshelf.catalog.filters import Filters
from longshelf.catalog.numbered import numbered
from longshelf.catalog.paging import Cursors, Page, PageRequest, cut, version
from longshelf.catalog.shapes import FacetEntry, FacetList, FacetValues, Item, ItemCount, ItemPosition, ItemRail, KindStats, RailMark, Stats
from longshelf.errors import BadQuery, NotFound
from longshelf.logs import operation
from longshelf.model.engine import After, Engine, Facet, FacetKind, FacetRequest, Offset, Snapshot, ValueFacet
from longshelf.model.kinds import EntityKind
from longshelf.model.query import IdIs, Query, both
from longshelf.model.sorts import SEED_MAX, Sort
from longshelf.model.viewer import Viewer
from longshelf.store import reading
from longshelf.store.database import Database
from longshelf.store.hot import HotReads
from longshelf.visibility.allowed import allowed

VALUE_FACETS: tuple[str, ...] = get_args(ValueFacet)
FACETS: tuple[str, ...] = (*(kind.value for kind in EntityKind), *VALUE_FACETS)
MAX_FACETS = 20
EXPORT_BATCH = 200  # items held in memory at once by an export


class Catalog:
    """Safe to share between threads."""

    def __init__(
        self, database: Database, engine: Engine, cursors: Cursors, *, gate: Engine | None = None, hot: HotReads | None = None
    ) -> None:
        """`gate` answers whether one item may be seen: an engine that never lags behind the store (default: `engine`). `hot` may be shared
        with others (default: its own)."""
        self._database = database
        self._hot = hot or HotReads(database)
        self._engine = engine
        self._gate = gate or engine
        self._cursors = cursors

    def browse(self, viewer: Viewer, filters: Filters, request: PageRequest) -> bytes:
        """One page in the list shape, encoded."""
        return self.sheet(viewer, filters, request).read()

    def sheet(self, viewer: Viewer, filters: Filters, request: PageRequest) -> pages.Sheet:
        """As `browse`, with a name for the bytes, so that who has them already need not have them read again."""
        with self._engine.snapshot() as snapshot:
            page = self._cut(viewer, snapshot, filters.query, filters.sort, request)
        user_id = viewer.user_id or 0
        newest = reading.newest(self._hot, user_id)
        return pages.Sheet(pages.tag(newest, user_id, page.ids, page.pagination, page.snapshot), lambda: self._hydrated(viewer, page))

    def count(self, viewer: Viewer, filters: Filters) -> ItemCount:
        with self._engine.snapshot() as snapshot:
            found = snapshot.count(self._seen(viewer, filters.query), viewer)
        return ItemCount(found.value, found.is_estimate)

    def facets(self, viewer: Viewer, filters: Filters, names: Sequence[str], *, limit: int, search: str) -> FacetList:
        """Values with counts, a facet's own selection left out. `limit` 0 gives all; `search` looks within names. BadQuery for an unknown
        facet, or more than twenty."""
        kinds = [facet_kind(name) for name in dict.fromkeys(names)]
        if not kinds or len(kinds) > MAX_FACETS:
            raise BadQuery("facet", f"name from 1 to {MAX_FACETS} of {', '.join(FACETS)}")
        requests = [FacetRequest(kind, self._seen(viewer, filters.without(kind)), limit, search) for kind in kinds]
        with operation("facets", facets=len(kinds)), self._engine.snapshot() as snapshot:
            found = snapshot.facets(requests, viewer)
            total = snapshot.count(self._seen(viewer, filters.query), viewer)
        return FacetList({str(facet.facet): _facet_values(facet) for facet in found}, total.value)

    def rail(self, viewer: Viewer, filters: Filters, marks: int) -> ItemRail:
        """At most `marks` labels along the whole list."""
        with self._engine.snapshot() as snapshot:
            found = snapshot.rail(self._seen(viewer, filters.query), filters.sort, marks, viewer)
        return ItemRail(found.total, [RailMark(mark.pos, mark.label) for mark in found.marks])

    def position(self, viewer: Viewer, item_id: int, filters: Filters) -> ItemPosition:
        """NotFound when the item is not in this list."""
        with self._engine.snapshot() as snapshot:
            found = snapshot.position(item_id, self._seen(viewer, filters.query), filters.sort, viewer)
        if found is None:
            raise NotFound("The item is not in this list.")
        return ItemPosition(found)

    def random(self, viewer: Viewer, filters: Filters, count: int, seed: int | None) -> bytes:
        """`count` items of a shuffle, in the list shape; its cursors go on in the same shuffle."""
        sort = Sort("random", descending=False, seed=secrets.randbelow(SEED_MAX + 1) if seed is None else seed)
        return self.browse(viewer, Filters(filters.parts, sort), PageRequest(size=count))

    def export(self, viewer: Viewer, filters: Filters) -> Iterator[bytes]:
        """Every item in full form, one JSON object a line, a batch at a time. The walk is by key: changes disturb nothing."""
        encode = msgspec.json.Encoder().encode_lines
        with operation("export") as running:
            exported = 0
            key = None
            while True:
                window = Offset(0, EXPORT_BATCH) if key is None else After(key, EXPORT_BATCH)
                with self._engine.snapshot() as snapshot:
                    found = snapshot.page(self._seen(viewer, filters.query), filters.sort, window, viewer)
                if found.ids:
                    yield encode(details.read_items(self._database, viewer.user_id or 0, found.ids))
                exported += len(found.ids)
                running.report(items=exported)
                if not found.has_next:
                    return
                key = found.last

    def item(self, viewer: Viewer, item_id: int) -> Item:
        """The full form. NotFound when it does not exist or is not for this viewer."""
        self.require(viewer, item_id)
        found = details.read_items(self._database, viewer.user_id or 0, [item_id])
        if not found:
            raise _no_item()
        return found[0]

    def require(self, viewer: Viewer, item_id: int) -> None:
        """The check in front of everything that belongs to one item: its data, its files, its picture. NotFound unless he may see it."""
        with self._gate.snapshot() as snapshot:
            if snapshot.count(self._seen(viewer, IdIs((item_id,))), viewer).value == 0:
                raise _no_item()

    def similar(self, viewer: Viewer, item_id: int, page: int, size: int) -> bytes:
        """Visible items that share the most with this one, in the list shape, in numbered pages."""
        with operation("similar") as running:
            self.require(viewer, item_id)
            with self._engine.snapshot() as snapshot:
                found = snapshot.similar(item_id, self._seen(viewer), (page - 1) * size, size, viewer)
                revision = snapshot.revision
            running.report(candidates=found.total, items=len(found.ids))
        pagination = numbered(page, size, found.total)
        return self._hydrated(viewer, Page(found.ids, pagination, version(revision, f"similar:{item_id}", viewer)))

    def stats(self, viewer: Viewer) -> Stats:
        """Totals of what the viewer sees."""
        if viewer.user_id is None:
            return Stats(items=0, size=0, duration=0.0, kinds=[], libraries=0)
        with self._engine.snapshot() as snapshot:
            totals = snapshot.totals(self._seen(viewer), viewer)
            libraries = len(snapshot.facets([FacetRequest("library", self._seen(viewer), limit=0)], viewer)[0].values)
        kinds = [KindStats(kind=each.kind, items=each.items, size=each.size, duration=each.duration) for each in totals]
        return Stats(
            items=sum(each.items for each in kinds),
            size=sum(each.size for each in kinds),
            duration=sum(each.duration for each in kinds),
            kinds=kinds,
            libraries=libraries,
        )

    def revision(self) -> int:
        """The newest committed change."""
        return self._database.revision()

    def _seen(self, viewer: Viewer, *asked: Query) -> Query:
        return both(*asked, allowed(viewer))

    def _cut(self, viewer: Viewer, snapshot: Snapshot, query: Query, sort: Sort, request: PageRequest) -> Page:
        return cut(viewer, snapshot, query, sort, request, cursors=self._cursors, allowed=self._seen(viewer))

    def _hydrated(self, viewer: Viewer, page: Page) -> bytes:
        if not page.ids:
            return pages.listing(b"[]", page.pagination, page.snapshot)
        cards = reading.cards(self._hot, page.ids)
        mine = reading.hot_mine(self._hot, viewer.user_id or 0, page.ids)
        return pages.listing(pages.joined(page.ids, cards, mine), page.pagination, page.snapshot)


def facet_kind(name: str) -> FacetKind:
    """BadQuery for a facet there is none of."""
    if name in VALUE_FACETS:
        return name  # type: ignore[return-value]  # one of the literals, by the line above
    if name in FACETS:
        return EntityKind(name)
    raise BadQuery("facet", f"unknown facet {name[:40]!r}; one of {', '.join(FACETS)}")


def _facet_values(facet: Facet) -> FacetValues:
    named = isinstance(facet.facet, EntityKind) or facet.facet == "library"
    entries = [
        FacetEntry(count=each.count, id=int(each.value), name=each.name) if named else FacetEntry(count=each.count, value=each.value)
        for each in facet.values
    ]
    return FacetValues(entries, facet.total)


def _no_item() -> NotFound:
    return NotFound("There is no such item.")
