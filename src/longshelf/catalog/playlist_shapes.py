"""The shapes of playlists, their blocks and their items. Fields may be added, never renamed.

Times are RFC 3339 UTC, seconds are seconds; absent is null. Bodies refuse unknown fields, so a misspelt one is an error and not a silent
no-op; UNSET means "not sent". `version` in an edit is the one the editor saw: when somebody else has changed the playlist since, the edit
is refused and nothing happens."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from longshelf.catalog.filters import MAX_FILTER
from longshelf.catalog.paging import Pagination
from longshelf.catalog.shapes import ItemCard
from longshelf.model.sorts import SEED_MAX
from longshelf.model.terms import MAX_LENGTH

Kind = Literal["blocks", "items"]
Order = Literal["newest", "random"]
Shape = Literal["mixed", "wide", "tall"]

MOST_BLOCKS = 100  # of a playlist
MOST_COUNT = 10_000  # items a block asks for
MOST_ITEMS = 100_000  # of a playlist
MOST_AT_ONCE = 10_000  # entries of one request

Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Ids = Annotated[list[Id], msgspec.Meta(min_length=1, max_length=MOST_AT_ONCE)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Title = Annotated[str, msgspec.Meta(max_length=200)]
Search = Annotated[str, msgspec.Meta(max_length=MAX_LENGTH)]
FilterText = Annotated[str, msgspec.Meta(max_length=MAX_FILTER)]
Filter = FilterText | dict[str, Any] | None
Count = Annotated[int, msgspec.Meta(ge=1, le=MOST_COUNT)]
Dwell = Annotated[float, msgspec.Meta(ge=1, le=86_400)]
Version = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Seed = Annotated[int, msgspec.Meta(ge=0, le=SEED_MAX)]


class Owner(msgspec.Struct, frozen=True):
    id: int
    name: str


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """What it says, and how many items there are for it. `filter` is a filter tree as JSON, or the part of an address behind `?`.

    `available` counts exactly what it may draw from; null with `stale` where that is not known just now. `seen` is how many of those its
    display has played in this round, of the last 20,000 items it played; in a list of playlists it is 0. `short`: fewer are there than it
    asks for. `problem` says why it plays nothing, "" when all is well. What it looks for (`q`, `filter`,
    `view_id`) is told to those who may change the playlist; to others it is empty, for it may name what is kept from them."""

    id: int
    position: int
    title: str
    q: str
    filter: str
    view_id: int | None
    view_name: str | None
    count: int
    order: Order
    format: Shape
    dwell: float | None
    available: int | None
    seen: int
    short: bool
    stale: bool
    problem: str


class Playlist(msgspec.Struct, frozen=True, kw_only=True):
    """`kind`: `blocks` for displays, or chosen `items`. `mine`: you made it; `editable`: you may change it. `item_count` counts the chosen
    items you may see; 0 in playlists of blocks. On a display, administrators are told the counts of whom it plays as."""

    id: int
    name: str
    kind: Kind
    owner: Owner
    shared: bool
    mine: bool
    editable: bool
    display_id: int | None
    active: bool
    version: int
    created_at: str
    updated_at: str
    blocks: list[Block]
    item_count: int


class PlaylistList(msgspec.Struct, frozen=True):
    items: list[Playlist]
    pagination: Pagination
    snapshot: str


# --- changes


class BlockSaid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`filter`: a filter tree (as JSON text or as it is), or the part of an address behind `?`; what that says about order does not count.
    `view_id`: a saved view of the playlist's maker, followed whenever it changes. What is given must all hold."""

    title: Title = ""
    q: Search = ""
    filter: Filter = None
    view_id: Id | None = None
    count: Count = 10
    order: Order = "newest"
    format: Shape = "mixed"
    dwell: Dwell | None = None


class NewBlock(BlockSaid, frozen=True, kw_only=True):
    version: Version | None = None


class EditBlock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Any of them; what is not sent stays."""

    title: Title | UnsetType = UNSET
    q: Search | UnsetType = UNSET
    filter: Filter | UnsetType = UNSET
    view_id: Id | UnsetType | None = UNSET
    count: Count | UnsetType = UNSET
    order: Order | UnsetType = UNSET
    format: Shape | UnsetType = UNSET
    dwell: Dwell | UnsetType | None = UNSET
    version: Version | None = None


class OrderBlocks(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All blocks of the playlist, in their new order."""

    ids: Annotated[list[Id], msgspec.Meta(max_length=MOST_BLOCKS)]
    version: Version | None = None


class NewPlaylist(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For a display (`display_id`, for administrators) it is active at once where nothing else is."""

    name: Name
    kind: Kind = "blocks"
    shared: bool = False
    display_id: Id | None = None
    blocks: Annotated[list[BlockSaid], msgspec.Meta(max_length=MOST_BLOCKS)] = []


class EditPlaylist(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Any of them. `display_id` null takes it from its display."""

    name: Name | UnsetType = UNSET
    shared: bool | UnsetType = UNSET
    display_id: Id | UnsetType | None = UNSET
    version: Version | None = None


class Duplicate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The copy is yours, for no display and not shared. `name`: null for that of the original with a number."""

    name: Name | None = None


class Activate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`display_id`: null for the one the playlist was made for."""

    display_id: Id | None = None


# --- preview


class PreviewBlock(BlockSaid, frozen=True, kw_only=True):
    """`display_id` (for administrators) counts for whom that display plays as. `block_id` is the block that is being edited."""

    display_id: Id | None = None
    block_id: Id | None = None


class BlockPreview(msgspec.Struct, frozen=True, kw_only=True):
    """`items` are the first of them, at most twelve; for a display only those that you may see too. `total` is `available`, or 0 where that
    is not known."""

    available: int | None
    seen: int
    short: bool
    stale: bool
    items: list[ItemCard]
    total: int


# --- chosen items


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """`item` is null where it was removed from its library (`gone`); it keeps its place and comes back there."""

    entry_id: int
    item: ItemCard | None
    gone: bool
    added_at: str


class EntryList(msgspec.Struct, frozen=True):
    items: list[Entry]
    pagination: Pagination
    snapshot: str


class AddEntries(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either `item_ids`, in this order, or all items of `query`, the part of an address behind `?`, in its order. They come to stand before
    the entry `before`, or last. `unique` leaves out what is in the playlist already."""

    item_ids: Ids | UnsetType = UNSET
    query: Annotated[str, msgspec.Meta(max_length=MAX_FILTER)] | UnsetType = UNSET
    before: Id | None = None
    unique: bool = False
    version: Version | None = None


class RemoveEntries(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    entry_ids: Ids
    version: Version | None = None


class OrderEntries(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Moves the entries, in this order, to before the entry `before`, or to the end."""

    entry_ids: Ids
    before: Id | None = None
    version: Version | None = None


class EntriesChanged(msgspec.Struct, frozen=True, kw_only=True):
    """`changed` entries were added, removed or moved; `skipped` ones are not there, or not for you."""

    version: int
    item_count: int
    changed: int
    skipped: int


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where you are in a playlist; `entry_id` null at its beginning. `seed` is null unless you play it shuffled."""

    entry_id: int | None
    shuffle: bool
    seed: int | None
    updated_at: str | None


class PutPlace(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """To `shuffle` without a `seed` keeps the one there is, or draws one."""

    entry_id: Id | None
    shuffle: bool = False
    seed: Seed | None = None


class NextEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What comes next and can be played; null at the end."""

    entry: Entry | None


# --- import and export


class ViewSaid(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A saved view by what it says, for another installation knows no ids of this one."""

    name: Title
    query: FilterText


class ExportedBlock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: Title = ""
    q: Search = ""
    filter: FilterText = ""
    view: ViewSaid | None = None
    count: Count = 10
    order: Order = "newest"
    format: Shape = "mixed"
    dwell: Dwell | None = None


class ExportedItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An item by the name of its library and by what that calls it. `kind` and `title` are for people, and for telling whether it is the
    same in another installation."""

    library: str
    external_id: str
    kind: str = ""
    title: str = ""


class ExportedPlaylist(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`longshelf` is the number of this format, `source` names the installation that wrote it."""

    longshelf: Literal[1] = 1
    source: Annotated[str, msgspec.Meta(max_length=64)] = ""
    name: Name
    kind: Kind = "blocks"
    shared: bool = False
    blocks: Annotated[list[ExportedBlock], msgspec.Meta(max_length=MOST_BLOCKS)] = []
    items: Annotated[list[ExportedItem], msgspec.Meta(max_length=MOST_ITEMS)] = []


class ImportPlaylist(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either `playlist`, the document of an export as JSON, or `csv`, the text of one. `name` is for calling it otherwise."""

    playlist: ExportedPlaylist | UnsetType = UNSET
    csv: str | UnsetType = UNSET
    name: Name | None = None


class ImportedPlaylist(msgspec.Struct, frozen=True, kw_only=True):
    """`skipped` items are in no library here, or not for you; `missing` names the first hundred as the file does."""

    playlist: Playlist
    skipped: int
    missing: list[ExportedItem]
