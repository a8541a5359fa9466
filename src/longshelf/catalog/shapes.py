"""The shapes the catalogue answers in, as they stand on the wire. Fields may be added, never renamed.

Times are RFC 3339 UTC, durations seconds, sizes bytes, dates "YYYY", "YYYY-MM" or "YYYY-MM-DD", ratings 0–100; absent is null.
Pages of items are joined from stored bytes and never built from these structs; a test holds the two together."""

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from longshelf.catalog.paging import Pagination
from longshelf.model.kinds import EntityKind, ItemKind, LibraryType


class Link(msgspec.Struct, frozen=True):
    """What an item is linked to. `position` is the series number, track or scene index; `role` is "" for all but persons."""

    id: int
    kind: EntityKind
    name: str
    role: str
    position: float | None


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """The asking user's own data on one item. `progress` is 0–1 of the whole."""

    rating: int | None
    favorite: bool
    progress: float | None
    play_count: int
    last_played_at: str | None
    hidden: bool


class ItemCard(msgspec.Struct, frozen=True, kw_only=True):
    """The list form of an item. `cover` is a relative address to which `&w=192`, `384` or `768` may be added; `links` holds what a card
    has room for."""

    id: int
    library_id: int
    kind: ItemKind
    title: str
    subtitle: str | None
    date: str | None
    added_at: str
    created_at: str | None
    updated_at: str
    duration: float | None
    width: int | None
    height: int | None
    size: int | None
    pages: int | None
    rating: int | None
    age_rating: int | None
    cover: str | None
    color: str | None
    links: list[Link]
    me: Me


class ItemFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of an item, in playing order. `index` counts from 0 and is the `n` of `/media/{item}/file/{n}`; `url` is that address."""

    index: int
    name: str
    size: int
    mime: str | None
    duration: float | None
    missing: bool
    url: str


class ItemChapter(msgspec.Struct, frozen=True, kw_only=True):
    """`start` and `end` in seconds, or `page` counted from 0, or `href` inside a book. `level` 0 is the top of a nested contents list."""

    position: int
    title: str
    start: float | None
    end: float | None
    page: int | None
    href: str | None
    level: int


class Item(ItemCard, frozen=True, kw_only=True):
    """The full form: everything the card leaves out. `issues` are the reasons its files could not be read in the last scan;
    `locked` names the fields that were edited by hand and no scan changes."""

    sort_title: str
    description: str | None
    language: str | None
    files: list[ItemFile]
    chapters: list[ItemChapter]
    identifiers: dict[str, str]
    extra: dict[str, Any]
    issues: list[str]
    locked: list[str]


class ItemList(msgspec.Struct, frozen=True):
    """One page. `snapshot` changes when the ordered result may have changed."""

    items: list[ItemCard]
    pagination: Pagination
    snapshot: str


class ItemCount(msgspec.Struct, frozen=True):
    count: int
    is_estimate: bool


class FacetEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Entities and libraries carry `id` and `name`; years, ratings, kinds and formats carry `value`. A rating r stands for r … r+9."""

    count: int
    id: int | UnsetType = UNSET
    name: str | UnsetType = UNSET
    value: int | str | UnsetType = UNSET


class FacetValues(msgspec.Struct, frozen=True):
    """`total` counts the values there are, also those beyond the limit. In an estimate every number is a lower bound."""

    values: list[FacetEntry]
    total: int
    is_estimate: bool = False


class FacetList(msgspec.Struct, frozen=True):
    facets: dict[str, FacetValues]
    total_count: int


class RailMark(msgspec.Struct, frozen=True):
    """From position `pos` (from 0) on, items are under `label`."""

    pos: int
    label: str


class ItemRail(msgspec.Struct, frozen=True):
    total: int
    marks: list[RailMark]


class ItemPosition(msgspec.Struct, frozen=True):
    """How many items come before it."""

    index: int


class EntityRef(msgspec.Struct, frozen=True):
    id: int
    name: str


class EntityMe(msgspec.Struct, frozen=True, kw_only=True):
    rating: int | None
    favorite: bool
    hidden: bool


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """`item_count` counts the items this viewer sees; `via_person_count` those he reaches through persons carrying it; `child_count` the
    entities right below it that are there for him (null in a list of favourites, where nobody counts them). One that has no item of its
    own is there as long as something below it has one. `image_back` is the other side of a group's cover."""

    id: int
    library_id: int
    kind: EntityKind
    name: str
    sort_name: str
    description: str | None
    item_count: int
    via_person_count: int
    child_count: int | None
    parents: list[EntityRef]
    links: list[Link]
    aliases: list[str]
    image: str | None
    image_given: bool = False
    image_back: str | None = None
    me: EntityMe


class EntityList(msgspec.Struct, frozen=True):
    items: list[Entity]
    pagination: Pagination
    snapshot: str


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """`type` says what `id` belongs to; `kind` is the item's or entity's kind."""

    type: Literal["item", "entity"]
    id: int
    kind: str
    name: str


class SuggestionList(msgspec.Struct, frozen=True):
    items: list[Suggestion]


class KindStats(msgspec.Struct, frozen=True, kw_only=True):
    kind: ItemKind
    items: int
    size: int
    duration: float


class Stats(msgspec.Struct, frozen=True, kw_only=True):
    """Totals of what this viewer sees."""

    items: int
    size: int
    duration: float
    kinds: list[KindStats]
    libraries: int


class LibraryIssue(msgspec.Struct, frozen=True, kw_only=True):
    """A file or folder that could not be taken in. `path` is relative to its root; bytes that are no UTF-8 are shown as �."""

    path: str
    root: str
    reason: str
    first_seen_at: str
    last_seen_at: str


class LibraryIssueList(msgspec.Struct, frozen=True):
    items: list[LibraryIssue]
    pagination: Pagination
    snapshot: str


class LibraryInfo(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: new · ready · scanning · offline, with the reason. `folders`, `url` (of a mirrored server, never its key) and `options` are
    shown to administrators only."""

    id: int
    name: str
    type: LibraryType
    state: str
    state_reason: str | None
    item_count: int
    issue_count: int
    created_at: str
    scanned_at: str | None
    folders: list[str] | None
    options: dict[str, Any] | None
    url: str | None = None


class LibraryList(msgspec.Struct, frozen=True):
    items: list[LibraryInfo]
    pagination: Pagination
    snapshot: str


JobState = Literal["queued", "running", "done", "failed", "cancelled"]


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: queued · running · done · failed · cancelled. `rate` is items per second; `errors` counts the parts that failed."""

    id: int
    kind: str
    state: JobState
    library_id: int | None
    priority: int
    attempts: int
    done: int
    total: int | None
    rate: float | None
    eta_seconds: float | None
    message: str | None
    errors: int
    cancel_requested: bool
    created_at: str
    started_at: str | None
    finished_at: str | None
    result: dict[str, Any] | None


class JobList(msgspec.Struct, frozen=True):
    items: list[Job]
    pagination: Pagination
    snapshot: str


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A saved filter: `query` is the part of an address behind `?`."""

    id: int
    name: str
    query: str
    created_at: str


class ViewList(msgspec.Struct, frozen=True):
    items: list[View]
    pagination: Pagination
    snapshot: str
