"""The contract of the two engines: which ids, in which order, how many. Rows are somebody else's business.

An `Engine` hands out `Snapshot`s; everything one request asks, it asks one snapshot, so a page, its total and its facets agree.
Restrictions arrive inside the query (ANDed by `visibility`); an engine knows none. A viewer nobody knows gets nothing from any method."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol

import msgspec

from longshelf.model.kinds import EntityKind, ItemKind
from longshelf.model.query import Query
from longshelf.model.sorts import Key, Sort
from longshelf.model.taste import Wanted
from longshelf.model.viewer import Viewer


class Offset(msgspec.Struct, frozen=True):
    """Positions start … start+size-1, counted from 0."""

    start: int
    size: int


class After(msgspec.Struct, frozen=True):
    """The `size` items that follow a place; the item there need not exist any more."""

    key: Key
    size: int


class Before(msgspec.Struct, frozen=True):
    """The `size` items just before a place, in display order."""

    key: Key
    size: int


Window = Offset | After | Before


class Slice(msgspec.Struct, frozen=True):
    """`ids` in display order; `first` and `last` are the places of its ends (None when empty); `start` is the position of the first one
    where it is known without counting."""

    ids: tuple[int, ...] = ()
    first: Key | None = None
    last: Key | None = None
    has_previous: bool = False
    has_next: bool = False
    start: int | None = None


class Count(msgspec.Struct, frozen=True):
    """Exact, or a lower bound that says so."""

    value: int
    is_estimate: bool = False


ValueFacet = Literal["kind", "library", "format", "year", "rating"]
FacetKind = EntityKind | ValueFacet
RATING_STEP = 10  # a rating facet value v stands for v … v+9; 100 has its own


class FacetRequest(msgspec.Struct, frozen=True):
    """Count the values of `facet` among the items of `query`; each facet has its own query because its own selection is left out
    (`catalog.filters.Filters.without`). `limit` 0 means all; `q` keeps entities whose name holds every word of it (anywhere)."""

    facet: FacetKind
    query: Query
    limit: int = 50
    q: str = ""


class FacetValue(msgspec.Struct, frozen=True):
    """`value` is an entity or library id, a year, a rating's lower end, a kind or a format. `name` is for people."""

    value: int | str
    name: str
    count: int


class Facet(msgspec.Struct, frozen=True):
    """Entities by falling count, then name; years and ratings from the highest down; other values by falling count. Values without items
    are left out. `total` counts the values there are, also those beyond the limit. An estimate counted only some of the items: every number
    is a lower bound."""

    facet: FacetKind
    values: tuple[FacetValue, ...]
    total: int
    is_estimate: bool = False


class Mark(msgspec.Struct, frozen=True):
    """From position `pos` on, items are under `label`."""

    pos: int
    label: str


class Rail(msgspec.Struct, frozen=True):
    total: int
    marks: tuple[Mark, ...]


EntityOrder = Literal["name", "count"]


class EntityRequest(msgspec.Struct, frozen=True):
    """The entities of one kind that items of `query` carry, and those that stand above one of these in the tree of parents, however far;
    whose names hold every word of `q`, and with `parent` only those right below that entity. By sort name (its key, byte by byte), or by
    the number of those items that carry them themselves; ties by id, in the direction of the order. Deleted entities are no entities, but
    a way up may lead over one."""

    kind: EntityKind
    query: Query
    q: str = ""
    order: EntityOrder = "name"
    descending: bool = False
    parent: int | None = None


class Tally(msgspec.Struct, frozen=True):
    """How many items carry an entity themselves; and, for a tag, how many carry a person who carries it, whether they carry it themselves
    or not. A person carries what he is related to in any way but as to a parent."""

    items: int
    via_person: int = 0


class EntityPage(msgspec.Struct, frozen=True):
    """`slice.first` and `slice.last` are keys of (sort name or number of items, id); `total` counts the whole list. `tallies` go with
    `slice.ids`, and so do `children`: how many there are right below each, whatever `q` and `parent` say."""

    slice: Slice = Slice()
    tallies: tuple[Tally, ...] = ()
    total: int = 0
    children: tuple[int, ...] = ()


class Totals(msgspec.Struct, frozen=True):
    """Of the items of one kind: how many, their bytes and their seconds."""

    kind: ItemKind
    items: int
    size: int
    duration: float


class Similar(msgspec.Struct, frozen=True):
    """A stretch of the ranking, best first; `total` is the length of all of it (at most `likeness.MOST`)."""

    ids: tuple[int, ...] = ()
    total: int = 0


class Suited(msgspec.Struct, frozen=True):
    """Items by falling score, then falling id (at most `taste.MOST`), and with each its score and those of the wanted entities it carries,
    ascending."""

    ids: tuple[int, ...] = ()
    scores: tuple[int, ...] = ()
    carried: tuple[tuple[int, ...], ...] = ()


class Snapshot(Protocol):
    """One immutable state. Every method answers for live items matching the query, evaluated for the viewer."""

    @property
    def revision(self) -> int:
        """The newest change this state holds."""

    def page(self, query: Query, sort: Sort, window: Window, viewer: Viewer) -> Slice:
        """Past either end: no ids, and the flags still tell what lies on the other side."""

    def count(self, query: Query, viewer: Viewer) -> Count: ...

    def facets(self, requests: Sequence[FacetRequest], viewer: Viewer) -> tuple[Facet, ...]:
        """One answer a request, in their order."""

    def position(self, item_id: int, query: Query, sort: Sort, viewer: Viewer) -> int | None:
        """How many items come before it; None when it is not among them."""

    def rail(self, query: Query, sort: Sort, marks: int, viewer: Viewer) -> Rail:
        """At most `marks` labels, in order, the first at 0; none for sorts that have no labels (id, random)."""

    def entities(self, request: EntityRequest, window: Window, viewer: Viewer) -> EntityPage:
        """A stretch of the list; past either end as `page`."""

    def tallies(self, kind: EntityKind, ids: Sequence[int], query: Query, viewer: Viewer, *, via_persons: bool = True) -> tuple[Tally, ...]:
        """One an id, in their order; nothing but zeros for an id of another kind or of no entity. `via_persons` is for those who need only
        to know what is carried: without it that figure stays 0."""

    def totals(self, query: Query, viewer: Viewer) -> tuple[Totals, ...]:
        """By kind, the most numerous first, then by the kind's name; kinds without items are left out."""

    def similar(self, item_id: int, query: Query, start: int, size: int, viewer: Viewer) -> Similar:
        """Items of the query that share something with one of them, as `model.likeness` ranks them. Empty when the item is not one."""

    def suited(self, wanted: Sequence[Wanted], pivot: int, query: Query, viewer: Viewer) -> Suited:
        """Items of the query that carry what is wanted, as `model.taste` chooses and scores them; no entity is wanted twice."""


class Engine(Protocol):
    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """The current state, held until the block ends; not shared between threads."""
