"""A person changes an item: the edited fields are written and locked in one transaction; unlocked ones go back to what the files say
at the next scan."""

from collections.abc import Sequence

import msgspec

from longshelf.errors import Invalid, NotFound
from longshelf.ingest.entities import EntityCache
from longshelf.ingest.locks import LOCKABLE_FIELDS
from longshelf.ingest.prepared import prepare
from longshelf.ingest.put import put_items
from longshelf.ingest.rows import Placement
from longshelf.model.kinds import EntityKind
from longshelf.model.records import Credit, ItemRecord
from longshelf.store import files, items
from longshelf.store.database import Database
from longshelf.store.stored import records


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """What to change. UNSET leaves a field alone; an empty text, list or None clears it, and the clear is kept too.
    `credits` replaces all links of the kinds it names; `unlock` gives fields back to the scanner."""

    title: str | msgspec.UnsetType = msgspec.UNSET
    sort_title: str | msgspec.UnsetType = msgspec.UNSET
    subtitle: str | msgspec.UnsetType = msgspec.UNSET
    description: str | msgspec.UnsetType = msgspec.UNSET
    date: str | msgspec.UnsetType = msgspec.UNSET
    language: str | msgspec.UnsetType = msgspec.UNSET
    rating: int | msgspec.UnsetType | None = msgspec.UNSET
    age_rating: int | msgspec.UnsetType | None = msgspec.UNSET
    credits: dict[EntityKind, list[Credit]] = {}
    unlock: Sequence[str] = ()


def edit(database: Database, item_id: int, changes: Edit, user_id: int | None) -> None:
    """Applies `changes` to one item. NotFound for an unknown or deleted item, Invalid for a value that cannot be kept."""
    scalars = {name: value for name in LOCKABLE_FIELDS if (value := getattr(changes, name, msgspec.UNSET)) is not msgspec.UNSET}
    _check(scalars, changes)
    at = database.clock()
    with database.write() as write:
        before = items.existing(write.connection, [item_id]).get(item_id)
        if before is None or before.deleted_at is not None:
            raise NotFound("no such item")
        stored = records(write.connection, [item_id])[item_id]
        edited = _apply(stored, scalars, changes)
        library_id = items.library_of(write.connection, item_id)
        cache = EntityCache(library_id)
        put_items(write, [(prepare(edited), Placement(item_id, library_id, before, at, write.revision))], cache)
        items.lock(write.connection, item_id, [*scalars, *changes.credits], user_id=user_id, at=at)
        if changes.unlock:
            items.unlock(write.connection, item_id, changes.unlock)
            files.read_again(write.connection, item_id)
        write.touch([item_id], library_id=library_id)


def _check(scalars: dict[str, object], changes: Edit) -> None:
    if "title" in scalars and not str(scalars["title"]).strip():
        raise Invalid("title", "an item needs a title; unlock the field to get the file's own back")
    rating = scalars.get("rating")
    if isinstance(rating, int) and not 0 <= rating <= 100:
        raise Invalid("rating", "a number from 0 to 100")
    check_fields(changes.unlock)


def check_fields(unlock: Sequence[str]) -> None:
    """Invalid for a field that no lock can hold."""
    lockable = {*LOCKABLE_FIELDS, *EntityKind}
    for field in unlock:
        if field not in lockable:
            raise Invalid("unlock", f"unknown field {field!r}; one of {', '.join(sorted(lockable))}")


def _apply(stored: ItemRecord, scalars: dict[str, object], changes: Edit) -> ItemRecord:
    kept = [credit for credit in stored.credits if credit.kind not in changes.credits]
    given = [msgspec.structs.replace(credit, kind=kind) for kind, listed in changes.credits.items() for credit in listed]
    return msgspec.structs.replace(stored, credits=(*given, *kept), **scalars)
