"""Names to entity ids. The database decides who is new; the cache only saves asking again.

The rule: an id enters the cache when the transaction that made it has committed, never before."""

from collections import OrderedDict
from collections.abc import Iterable

from longshelf.model.records import Credit
from longshelf.model.text import name_key, natural_key
from longshelf.store import entities
from longshelf.store.database import Write
from longshelf.store.entities import EntityKey, NewEntity

CACHED = 200_000  # names; about 40 MB, and far more than one batch needs


def key_of(credit: Credit) -> EntityKey:
    """Whom a credit means within its library."""
    return credit.kind, name_key(credit.name)


class EntityCache:
    """For one library and one writer at a time."""

    def __init__(self, library_id: int, limit: int = CACHED) -> None:
        self.library_id = library_id
        self.limit = limit
        self._known: OrderedDict[EntityKey, int] = OrderedDict()
        self._pending: dict[EntityKey, int] = {}

    def resolve(self, write: Write, credits: Iterable[Credit], *, at: int) -> dict[EntityKey, int]:
        """The id of every name in `credits`, creating those nobody has named before. Call `commit` once the transaction has."""
        self._pending = {}  # an earlier transaction that never reached `commit` was rolled back
        wanted: dict[EntityKey, Credit] = {}
        for credit in credits:
            wanted.setdefault(key_of(credit), credit)  # the first spelling names the entity
        ids = {key: entity_id for key in wanted if (entity_id := self._cached(key)) is not None}
        unknown = [key for key in wanted if key not in ids]
        if unknown:
            self._pending = self._ask(write, {key: wanted[key] for key in unknown}, at)
            ids.update(self._pending)
        return ids

    def commit(self) -> None:
        """What the last `resolve` found is true for good now."""
        self._known.update(self._pending)
        self._pending = {}
        while len(self._known) > self.limit:
            self._known.popitem(last=False)

    def _cached(self, key: EntityKey) -> int | None:
        found = self._known.get(key)
        if found is not None:
            self._known.move_to_end(key)
        return found

    def _ask(self, write: Write, wanted: dict[EntityKey, Credit], at: int) -> dict[EntityKey, int]:
        found = entities.find(write.connection, self.library_id, wanted)
        new = [_new(key, credit) for key, credit in wanted.items() if key not in found]
        if new:
            entities.add(write.connection, self.library_id, new, at=at, revision=write.revision)
            added = entities.find(write.connection, self.library_id, [(row.kind, row.name_key) for row in new])
            write.touch(entities=added.values(), library_id=self.library_id)
            found.update(added)
        return found


def _new(key: EntityKey, credit: Credit) -> NewEntity:
    name = " ".join(credit.name.split())
    return NewEntity(credit.kind, name, key[1], credit.sort_name, natural_key(credit.sort_name or name))
