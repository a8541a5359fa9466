"""What people read: which items, how many, in which order, and each of them whole. An engine says which ids, the store what they are.

The rule: every function takes the viewer first, asks `visibility` for his mask once a snapshot, and ANDs it to whatever it asks of that
snapshot. Rows are read as they are now, which may be later than an index: what a viewer with a mask is shown of them is of a state in
which he may see it (`hydrating`)."""

import secrets
from collections.abc import Iterator, Sequence
from typing import get_args

import msgspec

from longshelf.catalog import details, pages
from longshelf.catalog.filters import Filters
from longshelf.catalog.hydrating import Cut, Hydrating
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
from longshelf.visibility.visibility import Mask, Visibility

VALUE_FACETS: tuple[str, ...] = get_args(ValueFacet)
FACETS: tuple[str, ...] = (*(kind.value for kind in EntityKind), *VALUE_FACETS)
MAX_FACETS = 20
EXPORT_BATCH = 200  # items held in memory at once by an export


class Catalog:
    """Safe to share between threads."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        cursors: Cursors,
        *,
        gate: Engine | None = None,
        hot: HotReads | None = None,
        visibility: Visibility | None = None,
    ) -> None:
        """`gate` answers whether one item may be seen: an engine that never lags behind the store (default: `engine`). `hot` and
        `visibility` may be shared with others (default: its own)."""
        self._database = database
        self._hot = hot or HotReads(database)
        self._visibility = visibility or Visibility(database, self._hot)
        self._engine = engine
        self._gate = gate or engine
        self._hydrating = Hydrating(database, self._hot, self._visibility)
        self._cursors = cursors

    def browse(self, viewer: Viewer, filters: Filters, request: PageRequest) -> bytes:
        """One page in the list shape, encoded."""
        return self.sheet(viewer, filters, request).read()

    def sheet(self, viewer: Viewer, filters: Filters, request: PageRequest) -> pages.Sheet:
        """As `browse`, with a name for the bytes, so that who has them already need not have them read again."""
        with self._engine.snapshot() as snapshot:
            made = self._cut(viewer, snapshot, filters.query, filters.sort, request)
        user_id, page = viewer.user_id or 0, made.page
        newest = reading.newest(self._hot, user_id)
        tag = pages.tag(newest, user_id, page.ids, page.pagination, page.snapshot)
        return pages.Sheet(tag, lambda: self._hydrating.page(viewer, made))

    def count(self, viewer: Viewer, filters: Filters) -> ItemCount:
        with self._engine.snapshot() as snapshot:
            found = snapshot.count(both(filters.query, self.mask(viewer, snapshot).query), viewer)
        return ItemCount(found.value, found.is_estimate)

    def facets(self, viewer: Viewer, filters: Filters, names: Sequence[str], *, limit: int, search: str) -> FacetList:
        """Values with counts, a facet's own selection left out. `limit` 0 gives all; `search` looks within names. BadQuery for an unknown
        facet, or more than twenty."""
        kinds = [facet_kind(name) for name in dict.fromkeys(names)]
        if not kinds or len(kinds) > MAX_FACETS:
            raise BadQuery("facet", f"name from 1 to {MAX_FACETS} of {', '.join(FACETS)}")
        with operation("facets", facets=len(kinds)), self._engine.snapshot() as snapshot:
            seen = self.mask(viewer, snapshot).query
            requests = [FacetRequest(kind, both(filters.without(kind), seen), limit, search) for kind in kinds]
            found = snapshot.facets(requests, viewer)
            total = snapshot.count(both(filters.query, seen), viewer)
        return FacetList({str(facet.facet): _facet_values(facet) for facet in found}, total.value)

    def rail(self, viewer: Viewer, filters: Filters, marks: int) -> ItemRail:
        """At most `marks` labels along the whole list."""
        with self._engine.snapshot() as snapshot:
            found = snapshot.rail(both(filters.query, self.mask(viewer, snapshot).query), filters.sort, marks, viewer)
        return ItemRail(found.total, [RailMark(mark.pos, mark.label) for mark in found.marks])

    def position(self, viewer: Viewer, item_id: int, filters: Filters) -> ItemPosition:
        """NotFound when the item is not in this list."""
        with self._engine.snapshot() as snapshot:
            found = snapshot.position(item_id, both(filters.query, self.mask(viewer, snapshot).query), filters.sort, viewer)
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
                    seen = self.mask(viewer, snapshot)
                    found = snapshot.page(both(filters.query, seen.query), filters.sort, window, viewer)
                if found.ids:
                    yield encode(self._full(viewer, seen, found.ids))
                exported += len(found.ids)
                running.report(items=exported)
                if not found.has_next:
                    return
                key = found.last

    def item(self, viewer: Viewer, item_id: int) -> Item:
        """The full form. NotFound when it does not exist or is not for this viewer."""
        found = self._hydrating.items(viewer, [item_id])
        if not found:
            raise _no_item()
        return found[0]

    def require(self, viewer: Viewer, item_id: int, *, own: bool = True) -> None:
        """The check in front of everything that belongs to one item: its data, its files, its picture. NotFound unless he may see it.
        Without `own`, what he hid himself does not count: for taking that back."""
        with self._gate.snapshot() as snapshot:
            seen = self._visibility.mask(viewer, snapshot, own=own).query
            if snapshot.count(both(IdIs((item_id,)), seen), viewer).value == 0:
                raise _no_item()

    def similar(self, viewer: Viewer, item_id: int, page: int, size: int) -> bytes:
        """Visible items that share the most with this one, in the list shape, in numbered pages."""
        with operation("similar") as running:
            self.require(viewer, item_id)
            with self._engine.snapshot() as snapshot:
                seen, revision = self.mask(viewer, snapshot), snapshot.revision
                found = snapshot.similar(item_id, seen.query, (page - 1) * size, size, viewer)
            running.report(candidates=found.total, items=len(found.ids))
        pagination = numbered(page, size, found.total)
        name = version(revision, f"similar:{item_id}:{seen.name}", viewer)
        return self._hydrating.page(viewer, Cut(Page(found.ids, pagination, name), seen, revision))

    def stats(self, viewer: Viewer) -> Stats:
        """Totals of what the viewer sees."""
        if viewer.user_id is None:
            return Stats(items=0, size=0, duration=0.0, kinds=[], libraries=0)
        with self._engine.snapshot() as snapshot:
            seen = self.mask(viewer, snapshot).query
            totals = snapshot.totals(seen, viewer)
            libraries = len(snapshot.facets([FacetRequest("library", seen, limit=0)], viewer)[0].values)
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

    def mask(self, viewer: Viewer, snapshot: Snapshot) -> Mask:
        """What the viewer may see of the snapshot: to be ANDed to whatever is asked of it."""
        return self._visibility.mask(viewer, snapshot)

    def _cut(self, viewer: Viewer, snapshot: Snapshot, query: Query, sort: Sort, request: PageRequest) -> Cut:
        seen = self.mask(viewer, snapshot)
        page = cut(viewer, snapshot, query, sort, request, cursors=self._cursors, allowed=seen.query, named=seen.name)
        return Cut(page, seen, snapshot.revision)

    def _full(self, viewer: Viewer, seen: Mask, ids: Sequence[int]) -> list[Item]:
        if seen.restricts:
            return self._hydrating.items(viewer, ids)
        return details.read_items(self._database, viewer.user_id or 0, ids)


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
    return FacetValues(entries, facet.total, facet.is_estimate)


def _no_item() -> NotFound:
    return NotFound("There is no such item.")
