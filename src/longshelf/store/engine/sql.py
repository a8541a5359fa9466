"""SqlEngine: the engine contract answered by the database itself.

It serves while an index is first being built, when the bitmap engine fails, and where the catalogue is spread over a distributed
PostgreSQL; and it is the oracle the bitmap engine is tested against. Keyset pages cost the same at any depth; counts, facets and far
offsets read all they count."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager

import msgspec
from sqlalchemy import Connection, func, select

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
from longshelf.model.query import Nothing, Query
from longshelf.model.sorts import Key, Sort
from longshelf.model.taste import Wanted
from longshelf.model.viewer import Viewer
from longshelf.store.engine import facets, labels, totals
from longshelf.store.engine.entities import Figures
from longshelf.store.engine.keyset import Walk
from longshelf.store.engine.likeness import Likeness
from longshelf.store.engine.recommending import Recommending
from longshelf.store.engine.steering import Steering
from longshelf.store.tables import item, revision

FACET_SHARE = 4
NARROWED = Nothing()  # stands for a query that is not what is counted: nothing may be known of it beforehand

Reading = Callable[[], AbstractContextManager[Connection]]


class SqlEngine:
    """`reading` opens a connection whose transaction is one snapshot (`Database.read`). Counts are exact, unless `count_cap` is given:
    then counting stops there and the answer says it is an estimate. So do facets, at a quarter of it, for each item has many links."""

    def __init__(self, reading: Reading, *, count_cap: int | None = None) -> None:
        self._reading = reading
        self._count_cap = count_cap

    @contextmanager
    def snapshot(self) -> Iterator["SqlSnapshot"]:
        with self._reading() as connection:
            yield SqlSnapshot(connection, self._count_cap)


class SqlSnapshot:
    """`model.engine.Snapshot` on one open transaction."""

    def __init__(self, connection: Connection, count_cap: int | None = None) -> None:
        self._connection = connection
        self._count_cap = count_cap
        self._revision: int | None = None
        self._steering: dict[int, Steering] = {}

    @property
    def revision(self) -> int:
        if self._revision is None:
            self._revision = int(self._connection.execute(select(func.max(revision.c.value))).scalar() or 0)
        return self._revision

    def page(self, query: Query, sort: Sort, window: Window, viewer: Viewer) -> Slice:
        steering = self._steer(viewer)
        if steering is None:
            return Slice()
        walk = Walk(self._connection, sort, steering.page(query), steering.user_id)
        match window:
            case Offset():
                return _at(walk, window)
            case After():
                return _after(walk, window)
            case Before():
                return _before(walk, window)

    def count(self, query: Query, viewer: Viewer) -> Count:
        steering = self._steer(viewer)
        if steering is None:
            return Count(0)
        where = steering.whole(query)
        if self._count_cap is None:
            return Count(self._connection.execute(select(func.count()).select_from(item).where(where)).scalar_one())
        first = select(item.c.id).where(where).limit(self._count_cap + 1).subquery()
        found = self._connection.execute(select(func.count()).select_from(first)).scalar_one()
        return Count(min(found, self._count_cap), is_estimate=found > self._count_cap)

    def facets(self, requests: Sequence[FacetRequest], viewer: Viewer) -> tuple[Facet, ...]:
        steering = self._steer(viewer)
        if steering is None:
            return tuple(Facet(request.facet, (), 0) for request in requests)
        return tuple(self._facet(request, steering) for request in requests)

    def position(self, item_id: int, query: Query, sort: Sort, viewer: Viewer) -> int | None:
        steering = self._steer(viewer)
        return None if steering is None else Walk(self._connection, sort, steering.page(query), steering.user_id).position(item_id)

    def rail(self, query: Query, sort: Sort, marks: int, viewer: Viewer) -> Rail:
        steering = self._steer(viewer)
        return Rail(0, ()) if steering is None else labels.rail(self._connection, sort, steering.whole(query), marks)

    def entities(self, request: EntityRequest, window: Window, viewer: Viewer) -> EntityPage:
        steering = self._steer(viewer)
        return EntityPage() if steering is None else self._figures(request.query, steering).page(request, window)

    def tallies(self, kind: EntityKind, ids: Sequence[int], query: Query, viewer: Viewer, *, via_persons: bool = True) -> tuple[Tally, ...]:
        steering = self._steer(viewer)
        if steering is None:
            return (Tally(0),) * len(ids)
        return self._figures(query, steering).tallies(kind, ids, via_persons=via_persons)

    def totals(self, query: Query, viewer: Viewer) -> tuple[Totals, ...]:
        steering = self._steer(viewer)
        return () if steering is None else totals.totals(self._connection, steering.whole(query))

    def similar(self, item_id: int, query: Query, start: int, size: int, viewer: Viewer) -> Similar:
        steering = self._steer(viewer)
        return Similar() if steering is None else Likeness(self._connection, steering.whole(query)).similar(item_id, start, size)

    def suited(self, wanted: Sequence[Wanted], pivot: int, query: Query, viewer: Viewer) -> Suited:
        steering = self._steer(viewer)
        return Suited() if steering is None else Recommending(self._connection, steering.page(query).where).suited(wanted, pivot)

    def _figures(self, query: Query, steering: Steering) -> Figures:
        return Figures(self._connection, query, steering.whole(query))

    def _facet(self, request: FacetRequest, steering: Steering) -> Facet:
        answer = facets.entity_facet if isinstance(request.facet, EntityKind) else facets.value_facet
        where = steering.whole(request.query)
        if self._count_cap is None:
            return answer(self._connection, request, where)
        some = facets.some(self._connection, where, max(self._count_cap // FACET_SHARE, 1))
        if some is None:
            return answer(self._connection, request, where)
        counted = msgspec.structs.replace(request, query=NARROWED)
        return msgspec.structs.replace(answer(self._connection, counted, some), is_estimate=True)

    def _steer(self, viewer: Viewer) -> Steering | None:
        """None for a viewer nobody knows: he gets nothing, whatever he asks."""
        if viewer.user_id is None:
            return None
        return self._steering.setdefault(viewer.user_id, Steering(self._connection, viewer.user_id))


def _at(walk: Walk, window: Offset) -> Slice:
    keys = walk.skip(window.start, window.size + 1)
    has_previous = window.start > 0 and bool(keys or walk.behind(None, 1))
    return _slice(keys[: window.size], has_previous=has_previous, has_next=len(keys) > window.size, start=window.start)


def _after(walk: Walk, window: After) -> Slice:
    keys = walk.ahead(window.key, window.size + 1)
    has_previous = bool(walk.behind(window.key, 1, at=True))
    return _slice(keys[: window.size], has_previous=has_previous, has_next=len(keys) > window.size)


def _before(walk: Walk, window: Before) -> Slice:
    keys = walk.behind(window.key, window.size + 1)
    has_next = bool(walk.ahead(window.key, 1, at=True))
    return _slice(keys[: window.size][::-1], has_previous=len(keys) > window.size, has_next=has_next)


def _slice(keys: list[Key], *, has_previous: bool, has_next: bool, start: int | None = None) -> Slice:
    if not keys:
        return Slice(has_previous=has_previous, has_next=has_next)
    return Slice(tuple(key.id for key in keys), keys[0], keys[-1], has_previous, has_next, start)
