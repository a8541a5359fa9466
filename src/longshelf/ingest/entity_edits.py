"""A person changes an entity: its fields are written and locked in one transaction. A field that is given back stands as the source last
said it, and takes the source's next word.

The rule of names: a name leads to one entity of its library and kind. Whatever an entity was ever called stays an alias, so the next scan
that meets the old name finds the entity and makes no new one."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from longshelf.errors import Conflict, Invalid, NotFound
from longshelf.ingest.relabeling import relabel
from longshelf.model.text import name_key, natural_key
from longshelf.store import entity_writing, field_locks, merging, relabeling
from longshelf.store.database import Database, Transaction, Write
from longshelf.store.entity_writing import PARENT, Editable

ENTITY_FIELDS = ("name", "sort_name", "description", "aliases", "parents")
AT_ONCE = 200  # items; an entity on more of them has them brought up to its new name by a job
Later = Callable[[Transaction, int, int], object]
"""(transaction, entity, moment): queues what brings the items that carry the entity up to its name."""


class EntityEdit(msgspec.Struct, frozen=True, kw_only=True):
    """What to change. UNSET leaves a field alone; an empty text or list clears it, and the clear is kept too. `unlock` gives fields
    back."""

    name: str | UnsetType = UNSET
    sort_name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    aliases: Sequence[str] | UnsetType = UNSET
    parents: Sequence[int] | UnsetType = UNSET
    unlock: Sequence[str] = ()


def edit_entity(database: Database, entity_id: int, changes: EntityEdit, user_id: int | None, later: Later) -> None:
    """Applies `changes`; calls `later`, in the same transaction, when too many items carry the entity to bring them up to its name at
    once. NotFound, Invalid for a value that cannot be kept, Conflict for a name somebody has or while the entity is being merged."""
    given = {name: value for name in ENTITY_FIELDS if (value := getattr(changes, name)) is not UNSET}
    _check(given, changes.unlock)
    with database.write() as write:
        editing = _Editing(write, entity_id, database.clock())
        said = editing.said(given)
        for field, value in given.items():
            editing.set(field, value)
        field_locks.lock_entity(write.connection, entity_id, said, user_id=user_id, at=editing.at)
        editing.give_back(changes.unlock)
        if editing.finish():
            later(write.connection, entity_id, editing.at)


def _check(given: dict[str, Any], unlock: Sequence[str]) -> None:
    if "name" in given and not name_key(given["name"]):
        raise Invalid("name", "an entity needs a name; unlock the field to get the source's own back")
    for field in unlock:
        if field not in ENTITY_FIELDS:
            raise Invalid("unlock", f"unknown field {field[:40]!r}; one of {', '.join(ENTITY_FIELDS)}")
        if field in given:
            raise Invalid("unlock", f"{field} is set and given back at once")


class _Editing:
    """One entity within one transaction."""

    def __init__(self, write: Write, entity_id: int, at: int) -> None:
        self.write = write
        self.at = at
        self._connection = write.connection
        row = entity_writing.one(self._connection, entity_id)
        if row is None:
            raise NotFound("There is no such entity.")
        busy = merging.busy(self._connection, [entity_id])
        if busy is not None:
            raise Conflict(f"It is being merged; wait for job {busy}, or undo it.")
        self._before = row
        self._row = row
        self._setters: dict[str, Callable[[Any], None]] = {
            "name": self._set_name,
            "sort_name": self._set_sort_name,
            "description": self._set_description,
            "aliases": self._set_aliases,
            "parents": self._set_parents,
        }

    def set(self, field: str, value: Any) -> None:
        self._setters[field](value)

    def said(self, fields: Any) -> dict[str, str]:
        """What stands in these fields, as locks keep it."""
        now = {
            "name": self._row.name,
            "sort_name": self._row.sort_name,
            "description": self._row.description,
            "aliases": [each.name for each in self._aliases()],
            "parents": entity_writing.parents(self._connection, self._row.id),
        }
        return {field: msgspec.json.encode(now[field]).decode() for field in fields}

    def give_back(self, fields: Sequence[str]) -> None:
        """The source's last word stands again, as far as it can: names others took meanwhile and parents that went are left out."""
        kept = field_locks.said_by_source(self._connection, [self._row.id]).get(self._row.id, {})
        for field in fields:
            if field in kept:
                value = msgspec.json.decode(kept[field])
                self._setters[field](self._possible(field, value))
        field_locks.unlock_entity(self._connection, self._row.id, fields)

    def finish(self) -> bool:
        """Touches what changed; whether items are left for a job."""
        row = self._row
        self.write.touch(entities=[row.id], library_id=row.library_id)
        if row.name == self._before.name:
            return False
        if relabeling.count_items_of(self._connection, row.id, AT_ONCE + 1) > AT_ONCE:
            return True
        relabel(self.write, relabeling.some_items_of(self._connection, row.id, 0, AT_ONCE), row.library_id)
        return False

    def _set_name(self, name: str) -> None:
        name = " ".join(name.split())
        before, key = self._row, name_key(name)
        if key != before.name_key:
            self._require_free({key: name}, "name")
            merging.drop_aliases(self._connection, before.library_id, before.kind, [key])
            self._change(name=name, name_key=key, sort_key=natural_key(before.sort_name or name))
            merging.put_aliases(self._connection, before.library_id, before.kind, [(before.name_key, before.name, before.id)])
            entity_writing.names_changed(self._connection)
        elif name != before.name:
            self._change(name=name, sort_key=natural_key(before.sort_name or name))
            entity_writing.names_changed(self._connection)

    def _set_sort_name(self, sort_name: str) -> None:
        sort_name = " ".join(sort_name.split())
        self._change(sort_name=sort_name, sort_key=natural_key(sort_name or self._row.name))

    def _set_description(self, description: str) -> None:
        self._change(description=description)

    def _set_aliases(self, names: Sequence[str]) -> None:
        row = self._row
        wanted = {key: " ".join(name.split()) for name in names if (key := name_key(name)) and key != row.name_key}
        if row.name_key != self._before.name_key:
            wanted.setdefault(self._before.name_key, self._before.name)
        self._require_free(wanted, "aliases")
        gone = [each.name_key for each in self._aliases() if each.name_key not in wanted]
        merging.drop_aliases(self._connection, row.library_id, row.kind, gone)
        merging.put_aliases(self._connection, row.library_id, row.kind, [(key, name, row.id) for key, name in wanted.items()])
        entity_writing.names_changed(self._connection)

    def _set_parents(self, ids: Sequence[int]) -> None:
        known = merging.entities(self._connection, ids)
        for each in dict.fromkeys(ids):
            parent = known.get(each)
            if (
                parent is None
                or parent.deleted_at is not None
                or (parent.library_id, parent.kind) != (self._row.library_id, self._row.kind)
            ):
                raise Invalid("parents", f"there is no {self._row.kind} {each} in the same library")
            if self._row.id in merging.above(self._connection, each, PARENT):
                raise Invalid("parents", f"{each} is this {self._row.kind} itself, or below it")
        entity_writing.set_parents(self._connection, self._row.id, ids)

    def _possible(self, field: str, value: Any) -> Any:
        """A value the source said, less what cannot be any more."""
        if field == "parents":
            known = merging.entities(self._connection, value)
            return [
                each
                for each in value
                if each in known and known[each].deleted_at is None and self._row.id not in merging.above(self._connection, each, PARENT)
            ]
        if field in {"aliases", "name"}:
            names = value if field == "aliases" else [value]
            held = entity_writing.holders(self._connection, self._row.library_id, self._row.kind, map(name_key, names))
            free = [name for name in names if name_key(name) not in held or held[name_key(name)].id == self._row.id]
            return free if field == "aliases" else (free or [self._row.name])[0]
        return value

    def _require_free(self, wanted: dict[str, str], field: str) -> None:
        for key, holder in entity_writing.holders(self._connection, self._row.library_id, self._row.kind, wanted).items():
            if holder.id != self._row.id:
                how = "is another name of one" if holder.by_alias else "is there already"  # whom it may not see is not named
                raise Conflict(f"{field}: {wanted[key]!r} {how} (id {holder.id}); merge the two instead.")

    def _aliases(self) -> list[merging.Alias]:
        return merging.aliases(self._connection, [self._row.id])

    def _change(self, **values: Any) -> None:
        entity_writing.change(self._connection, self._row.id, values, at=self.at, revision=self.write.revision)
        self._row = self._row._replace(**{name: value for name, value in values.items() if name in Editable._fields})
