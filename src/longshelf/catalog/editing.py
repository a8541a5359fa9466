"""What people change about items: their own words on one, and the edit of its facts, which every later scan respects.

Bodies refuse unknown fields, so a misspelt one is an error and not a silent no-op. UNSET means "not sent": null clears, absent leaves."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import UNSET, UnsetType

from longshelf.catalog.catalog import Catalog
from longshelf.catalog.entities import Entities
from longshelf.catalog.pages import me
from longshelf.catalog.shapes import EntityMe, Item, Me
from longshelf.errors import Invalid, NotSignedIn
from longshelf.ingest.edits import Edit, edit
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Credit
from longshelf.model.viewer import Viewer
from longshelf.store import personal, reading
from longshelf.store.database import Database

if TYPE_CHECKING:
    from longshelf.catalog.edit_shapes import BulkSet

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
LongText = Annotated[str, msgspec.Meta(max_length=100_000)]
ShortText = Annotated[str, msgspec.Meta(max_length=2_000)]
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]
Fraction = Annotated[float, msgspec.Meta(ge=0, le=1)]
DateText = Annotated[str, msgspec.Meta(pattern=r"^([0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?)?$", description="YYYY, YYYY-MM, YYYY-MM-DD or empty")]


class EditMe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Any of them; null clears `rating` and `progress`."""

    rating: Percent | UnsetType | None = UNSET
    favorite: bool | UnsetType = UNSET
    progress: Fraction | UnsetType | None = UNSET
    hidden: bool | UnsetType = UNSET


class EditEntityMe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Any of them; null clears `rating`."""

    rating: Percent | UnsetType | None = UNSET
    favorite: bool | UnsetType = UNSET
    hidden: bool | UnsetType = UNSET


class PersonCredit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Name
    role: Role = Role.CONTRIBUTOR


class SeriesEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Name
    number: float | None = None


class EditItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Any of them. What is sent is kept against every later scan, an empty value too; links are replaced as a whole.
    `unlock` gives fields back to the scanner, which writes them again at the next scan."""

    title: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)] | UnsetType = UNSET
    sort_title: ShortText | UnsetType = UNSET
    subtitle: ShortText | UnsetType = UNSET
    description: LongText | UnsetType = UNSET
    date: DateText | UnsetType = UNSET
    language: Annotated[str, msgspec.Meta(max_length=35)] | UnsetType = UNSET
    age_rating: Annotated[int, msgspec.Meta(ge=0, le=99)] | UnsetType | None = UNSET
    tags: Annotated[list[Name], msgspec.Meta(max_length=1_000)] | UnsetType = UNSET
    genres: Annotated[list[Name], msgspec.Meta(max_length=1_000)] | UnsetType = UNSET
    persons: Annotated[list[PersonCredit], msgspec.Meta(max_length=1_000)] | UnsetType = UNSET
    series: Annotated[list[SeriesEntry], msgspec.Meta(max_length=100)] | UnsetType = UNSET
    publisher: Annotated[str, msgspec.Meta(max_length=200)] | UnsetType = UNSET
    unlock: Annotated[list[Annotated[str, msgspec.Meta(max_length=40)]], msgspec.Meta(max_length=100)] = []


class Editing:
    """Safe to share between threads. Nobody changes what he may not see."""

    def __init__(self, database: Database, catalog: Catalog, entities: Entities, *, written: Callable[[], object] = lambda: None) -> None:
        """`written` is called after a change of the catalogue, so that who made it finds it in the lists he asks for next."""
        self._written = written
        self._database = database
        self._catalog = catalog
        self._entities = entities

    def edit_me(self, viewer: Viewer, item_id: int, said: EditMe) -> Me:
        """What the viewer says about the item from now on. NotFound when administrators keep it from him; what he hid himself he can only
        hide and show."""
        user_id = _signed_in(viewer)
        self._catalog.require(viewer, item_id, own=said.hidden is UNSET)
        with self._database.write_quietly() as connection:
            personal.say_item(connection, user_id, item_id, _given(said), at=self._database.clock())
            return me(reading.mine(connection, user_id, [item_id]).get(item_id))

    def edit_entity_me(self, viewer: Viewer, kind: EntityKind, entity_id: int, said: EditEntityMe) -> EntityMe:
        """What the viewer says about the entity from now on. NotFound as for items."""
        user_id = _signed_in(viewer)
        self._entities.require(viewer, kind, entity_id, own=said.hidden is UNSET)
        with self._database.write_quietly() as connection:
            word = personal.say_entity(connection, user_id, entity_id, _given(said), at=self._database.clock())
        return EntityMe(rating=word.rating, favorite=word.favorite, hidden=word.hidden)

    def edit_item(self, viewer: Viewer, item_id: int, changes: EditItem) -> Item:
        """The item after the edit. NotFound when he may not see it, Invalid for a value that cannot be kept."""
        self._catalog.require(viewer, item_id)
        if changes.date is not UNSET:
            check_date(changes.date)
        edit(self._database, item_id, _as_edit(changes), viewer.user_id)
        self._written()
        return self._catalog.item(viewer, item_id)


def _as_edit(changes: EditItem) -> Edit:
    return Edit(
        title=changes.title,
        sort_title=changes.sort_title,
        subtitle=changes.subtitle,
        description=changes.description,
        date=changes.date,
        language=changes.language,
        age_rating=changes.age_rating,
        credits=credits_of(changes),
        unlock=changes.unlock,
    )


def credits_of(changes: "EditItem | BulkSet") -> dict[EntityKind, list[Credit]]:
    """Links by kind, for the kinds that were sent; an empty list clears."""
    found: dict[EntityKind, list[Credit]] = {}
    if changes.tags is not UNSET:
        found[EntityKind.TAG] = [Credit(EntityKind.TAG, name) for name in changes.tags]
    if changes.genres is not UNSET:
        found[EntityKind.GENRE] = [Credit(EntityKind.GENRE, name) for name in changes.genres]
    if changes.persons is not UNSET:
        found[EntityKind.PERSON] = [Credit(EntityKind.PERSON, each.name, each.role) for each in changes.persons]
    if changes.series is not UNSET:
        found[EntityKind.SERIES] = [Credit(EntityKind.SERIES, each.name, position=each.number) for each in changes.series]
    if changes.publisher is not UNSET:
        found[EntityKind.PUBLISHER] = [Credit(EntityKind.PUBLISHER, changes.publisher)] if changes.publisher else []
    return found


def check_date(text: str) -> None:
    """A year, a month and a day that exist; the pattern has seen to the rest. "" is no date."""
    try:
        date.fromisoformat(f"{text}-01-01"[:10] if text else "2000-01-01")
    except ValueError:
        raise Invalid("date", f"there is no {text}") from None


def _given(said: msgspec.Struct) -> dict[str, object]:
    return {name: value for name in said.__struct_fields__ if (value := getattr(said, name)) is not UNSET}


def _signed_in(viewer: Viewer) -> int:
    if viewer.user_id is None:
        raise NotSignedIn("Sign in first.")
    return viewer.user_id
