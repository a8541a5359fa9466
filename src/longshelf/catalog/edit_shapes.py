"""The shapes of edits that reach further than one item's own page: entities, merges, many items at once, locks. Fields may be added, never
renamed.

Bodies refuse unknown fields, so a misspelt one is an error and not a silent no-op. UNSET means "not sent": null or an empty text clears,
absent leaves."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from longshelf.catalog.editing import DateText, LongText, Name, Percent, PersonCredit, SeriesEntry, ShortText
from longshelf.catalog.paging import Pagination
from longshelf.catalog.shapes import EntityRef
from longshelf.model.kinds import EntityKind

Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Ids = Annotated[list[Id], msgspec.Meta(max_length=1_000)]
Names = Annotated[list[Name], msgspec.Meta(max_length=1_000)]
Persons = Annotated[list[PersonCredit], msgspec.Meta(max_length=1_000)]
FieldNames = Annotated[list[Annotated[str, msgspec.Meta(max_length=40)]], msgspec.Meta(max_length=100)]

# --- locks


class Lock(msgspec.Struct, frozen=True, kw_only=True):
    """A field somebody edited, which no scan and no mirror writes any more. `user_id` is null where nobody knows who it was."""

    field: str
    user_id: int | None
    user_name: str | None
    locked_at: str


class LockList(msgspec.Struct, frozen=True):
    items: list[Lock]
    pagination: Pagination
    snapshot: str


# --- entities


class EditEntity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Any of them. What is sent is kept against every later scan and mirror, an empty value too. `aliases` and `parents` are replaced as a
    whole; parents are ids of entities of the same kind and library. A new name keeps the old one as an alias. `unlock` gives fields back to
    the source: what it last said stands again at once, and its next word is taken."""

    name: Name | UnsetType = UNSET
    sort_name: Annotated[str, msgspec.Meta(max_length=200)] | UnsetType = UNSET
    description: LongText | UnsetType = UNSET
    aliases: Names | UnsetType = UNSET
    parents: Annotated[list[Id], msgspec.Meta(max_length=100)] | UnsetType = UNSET
    unlock: FieldNames = []


class TakeImage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whose picture to take, as it is now."""

    item_id: int


class MergeEntities(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The entities that are to vanish into the one of the address; all of one kind and library."""

    ids: Annotated[list[Id], msgspec.Meta(min_length=1, max_length=100)]


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: merging · merged · undoing · undone · final (merged for good: after a year it cannot be undone any more). `links` counts the
    links of items it has moved. `undoable` is whether it can be undone now."""

    id: int
    job_id: int
    kind: EntityKind
    target: EntityRef
    sources: list[EntityRef]
    state: Literal["merging", "merged", "undoing", "undone", "final"]
    links: int
    undoable: bool
    created_at: str


class MergeList(msgspec.Struct, frozen=True):
    items: list[Merge]
    pagination: Pagination
    snapshot: str


# --- many items at once


class BulkSet(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As in the edit of one item, which see; the same for all of them."""

    subtitle: ShortText | UnsetType = UNSET
    description: LongText | UnsetType = UNSET
    date: DateText | UnsetType = UNSET
    language: Annotated[str, msgspec.Meta(max_length=35)] | UnsetType = UNSET
    age_rating: Annotated[int, msgspec.Meta(ge=0, le=99)] | UnsetType | None = UNSET
    tags: Names | UnsetType = UNSET
    genres: Names | UnsetType = UNSET
    persons: Persons | UnsetType = UNSET
    series: Annotated[list[SeriesEntry], msgspec.Meta(max_length=100)] | UnsetType = UNSET
    publisher: Annotated[str, msgspec.Meta(max_length=200)] | UnsetType = UNSET


class BulkAdd(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Names by kind, added to those an item has. A name nobody has used makes a new entity."""

    person: Persons = []
    studio: Names = []
    tag: Names = []
    genre: Names = []
    series: Names = []
    group: Names = []
    gallery: Names = []
    publisher: Names = []


class BulkRemove(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ids by kind, taken from the items that have them, in every role."""

    person: Ids = []
    studio: Ids = []
    tag: Ids = []
    genre: Ids = []
    series: Ids = []
    group: Ids = []
    gallery: Ids = []
    publisher: Ids = []


class BulkMe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What you say yourself about all of them. `watched` true is played to the end, false is never played."""

    rating: Percent | UnsetType | None = UNSET
    favorite: bool | UnsetType = UNSET
    hidden: bool | UnsetType = UNSET
    watched: bool | UnsetType = UNSET


class BulkEdit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which items: `ids`, or `query`, the part of a list's address behind `?` (an empty one is everything). Only those you see are meant,
    at most a million. What to do: any of the rest. All but `me` needs an administrator, and locks the fields as one item's edit does."""

    query: Annotated[str, msgspec.Meta(max_length=65_536)] | UnsetType = UNSET
    ids: Annotated[list[Id], msgspec.Meta(max_length=100_000)] | UnsetType = UNSET
    set: BulkSet = BulkSet()
    add: BulkAdd = BulkAdd()
    remove: BulkRemove = BulkRemove()
    unlock: FieldNames = []
    me: BulkMe = BulkMe()


class BulkCount(msgspec.Struct, frozen=True):
    """How many items an edit would reach: exactly, or at least so many. Nothing is changed."""

    count: int
    is_estimate: bool
