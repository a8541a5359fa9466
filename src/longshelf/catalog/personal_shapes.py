"""The shapes of what is a person's own: watching, history, recommendations, home page, statistics. Fields may be added, never renamed.

Times are RFC 3339 UTC, seconds are seconds of the film or book, days and weeks begin at midnight UTC; absent is null. Bodies refuse
unknown fields, so a misspelt one is an error and not a silent no-op."""

from typing import Annotated, Literal

import msgspec

from longshelf.catalog.paging import Pagination
from longshelf.catalog.shapes import ItemCard, Me
from longshelf.model.kinds import EntityKind, ItemKind

Event = Literal["start", "ping", "pause", "seek", "end"]
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


# --- watching


class WatchPing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a player or reader says while it is open: when it starts or resumes (`start`), every ten to thirty seconds while it runs
    (`ping`), and when it pauses, jumps (`seek`, with the new place) or ends. `session` is a random word of this one opening, `seq` counts
    its pings from 0: each is applied once, and one that comes late is left out. Who plays it again when it was over opens it anew.

    Give the place in one way: `position` in seconds, `page` from 0, or `progress` as 0–1 of the whole. `seconds` is how much was
    really played since the last ping, where the player knows; `rate` is the speed from now on."""

    session: Word
    seq: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    event: Event = "ping"
    position: Annotated[float, msgspec.Meta(ge=0, le=10**9)] | None = None
    page: Annotated[int, msgspec.Meta(ge=0, le=10**9)] | None = None
    progress: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    seconds: Annotated[float, msgspec.Meta(ge=0, le=10**6)] | None = None
    rate: Annotated[float, msgspec.Meta(ge=0.1, le=8)] = 1.0


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """`applied` is false for a ping that came twice or too late; `counted` says whether this sitting counts as a play; `seconds` is what
    was watched in it so far; `position` is where to resume, in seconds, for an item that has a length."""

    applied: bool
    counted: bool
    seconds: float
    position: float | None
    me: Me


class MarkWatched(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    watched: bool


class HistoryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One sitting. `source`: `watched`, `marked` by hand, or `imported` from a server. `counted` says whether it counts as a play."""

    id: int
    item: ItemCard
    started_at: str
    last_at: str
    seconds: float
    counted: bool
    source: Literal["watched", "marked", "imported"]


class HistoryList(msgspec.Struct, frozen=True):
    items: list[HistoryEntry]
    pagination: Pagination
    snapshot: str


# --- recommendations


class Because(msgspec.Struct, frozen=True, kw_only=True):
    """Why an item is recommended: a person, studio, series, tag or genre you like, an `item` that stands for these, or, where nothing is
    known of your taste, that it is `rated` highly or `new` (these two have no id)."""

    kind: Literal["person", "studio", "series", "tag", "genre", "item", "rated", "new"]
    id: int | None
    name: str


class RecommendedItem(ItemCard, frozen=True, kw_only=True):
    because: list[Because]


class RecommendedList(msgspec.Struct, frozen=True):
    items: list[RecommendedItem]
    pagination: Pagination
    snapshot: str


# --- the home page


class Carousel(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the home page. Its items are the list at `path` (relative, such as `api/items`) with `query` behind `?`, to which a page
    may be added. `id` is a built-in name, or `view-12` for the saved view 12. `title` is null where it has its own usual one."""

    id: str
    title: str | None
    path: str
    query: str
    view_id: int | None
    view_name: str | None


class Home(msgspec.Struct, frozen=True, kw_only=True):
    """`carousels` in order, `available` are those that could be added; `custom` is false for the usual page nobody has changed."""

    carousels: list[Carousel]
    available: list[Carousel]
    custom: bool


class ChosenCarousel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    id: Word
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None


class ChooseHome(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole page in order, each carousel once; null for the usual one."""

    carousels: Annotated[list[ChosenCarousel], msgspec.Meta(max_length=50)] | None


# --- statistics


class WeekPlays(msgspec.Struct, frozen=True, kw_only=True):
    """`start` is its Monday, "2026-11-23"."""

    start: str
    plays: int
    seconds: float


class KindPlays(msgspec.Struct, frozen=True, kw_only=True):
    kind: ItemKind
    plays: int
    seconds: float


class EntityPlays(msgspec.Struct, frozen=True, kw_only=True):
    """`items` of its items were played, so often and so long together."""

    id: int
    kind: EntityKind
    name: str
    items: int
    plays: int
    seconds: float


class ItemPlays(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    kind: ItemKind
    title: str
    cover: str | None
    plays: int
    seconds: float


class Streak(msgspec.Struct, frozen=True):
    """Days in a row on which something was watched or read: up to today (or yesterday), and the most of the last year."""

    current: int
    longest: int


class PersonalStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """Of what the asking person sees. `items` (played at least once), `plays` and `seconds` are of all time; `weeks` are the last 52, the
    oldest first, this one last. Seconds count from the first on, here as in the weeks, whether or not they became a play. `persons`,
    `studios`, `series`, `tags` and `genres` are the most played, of the 1,000 items played most."""

    items: int
    plays: int
    seconds: float
    weeks: list[WeekPlays]
    kinds: list[KindPlays]
    persons: list[EntityPlays]
    studios: list[EntityPlays]
    series: list[EntityPlays]
    tags: list[EntityPlays]
    genres: list[EntityPlays]
    top_items: list[ItemPlays]
    streak: Streak


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """`added` items came in the month "2026-11"; `total` is how many there were at its end, of those there are now."""

    month: str
    added: int
    total: int


class LibraryTotals(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    name: str
    items: int
    size: int
    duration: float


class ActiveUsers(msgspec.Struct, frozen=True, kw_only=True):
    """How many accounts there are, and how many used the server in the last day, week and month."""

    total: int
    day: int
    week: int
    month: int


class ServerStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """Of what the asking administrator sees, accounts apart. Months without anything new are left out."""

    items: int
    growth: list[Growth]
    libraries: list[LibraryTotals]
    users: ActiveUsers
