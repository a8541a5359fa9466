"""Names to entity ids. The database decides who is new; the cache only saves asking again.

The rule: an id enters the cache when the transaction that made it has committed, never before."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from longshelf.model.records import Credit
from longshelf.model.text import name_key, natural_key
from longshelf.store import entities, entity_writing, merging
from longshelf.store.database import Write
from longshelf.store.entities import EntityKey, NewEntity

CACHED = 200_000  # names; about 40 MB, and far more than one batch needs
EXTERNAL = "\0"  # begins the key of an entity known by its source's id; no folded name holds it


def key_of(credit: Credit) -> EntityKey:
    """Whom a credit means within its library: by the source's id where it has one, else by name."""
    return credit.kind, f"{EXTERNAL}{credit.external_id}" if credit.external_id else name_key(credit.name)


class _Known(NamedTuple):
    """An entity a key leads to, and what it is called."""

    id: int
    name: str


class EntityCache:
    """For one library and one writer at a time."""

    def __init__(self, library_id: int, limit: int = CACHED) -> None:
        self.library_id = library_id
        self.limit = limit
        self.named: dict[EntityKey, str] = {}
        self._known: OrderedDict[EntityKey, _Known] = OrderedDict()
        self._pending: dict[EntityKey, _Known] = {}
        self._version = 0
        self._write: Write | None = None  # the one `_pending` is from

    def resolve(self, write: Write, credits: Iterable[Credit], *, at: int) -> dict[EntityKey, int]:
        """The id of every name in `credits`, creating those nobody has named before. Call `commit` once the transaction has. `named` then
        tells what each is called: not as here, where it was renamed or merged."""
        if write is not self._write:
            self._pending = {}  # an earlier transaction that never reached `commit` was rolled back
            self._write = write
        version = entity_writing.names_version(write.connection)
        if version != self._version:  # somebody renamed or merged entities
            self._known.clear()
            self._pending.clear()
            self._version = version
        wanted: dict[EntityKey, Credit] = {}
        for credit in credits:
            wanted.setdefault(key_of(credit), credit)  # the first spelling names the entity
        found = {key: known for key in wanted if (known := self._cached(key)) is not None}
        unknown = [key for key in wanted if key not in found]
        if unknown:
            asked = self._ask(write, {key: wanted[key] for key in unknown}, at)
            self._pending.update(asked)
            found.update(asked)
        self.named = {key: known.name for key, known in found.items()}
        return {key: known.id for key, known in found.items()}

    def commit(self) -> None:
        """What `resolve` found in the last transaction is true for good now."""
        self._known.update(self._pending)
        self._pending, self._write = {}, None
        while len(self._known) > self.limit:
            self._known.popitem(last=False)

    def _cached(self, key: EntityKey) -> _Known | None:
        found = self._known.get(key)
        if found is None:
            return self._pending.get(key)
        self._known.move_to_end(key)
        return found

    def _ask(self, write: Write, wanted: dict[EntityKey, Credit], at: int) -> dict[EntityKey, _Known]:
        named = {key: credit for key, credit in wanted.items() if not credit.external_id}
        ids = entities.find(write.connection, self.library_id, named)
        ids.update(self._external(write, [key for key in wanted if key not in named]))
        names = merging.names(write.connection, set(ids.values())) if ids else {}
        found = {key: _Known(entity_id, names[entity_id]) for key, entity_id in ids.items()}
        new = [_new(key, credit) for key, credit in named.items() if key not in found]
        if new:
            entities.add(write.connection, self.library_id, new, at=at, revision=write.revision)
            added = entities.find(write.connection, self.library_id, [(row.kind, row.name_key) for row in new])
            write.touch(entities=added.values(), library_id=self.library_id)
            found.update(((row.kind, row.name_key), _Known(added[row.kind, row.name_key], row.name)) for row in new)
        return found

    def _external(self, write: Write, keys: list[EntityKey]) -> dict[EntityKey, int]:
        """Nobody is created by an id alone: one that is not known is left out."""
        found: dict[EntityKey, int] = {}
        for kind in {kind for kind, _ in keys}:
            ids = [key[1:] for each, key in keys if each is kind]
            known = entities.find_external(write.connection, self.library_id, kind, ids)
            found.update(((kind, f"{EXTERNAL}{each}"), remote.id) for each, remote in known.items())
        return found


def _new(key: EntityKey, credit: Credit) -> NewEntity:
    name = " ".join(credit.name.split())
    return NewEntity(credit.kind, name, key[1], credit.sort_name, natural_key(credit.sort_name or name))
