"""Which fields of an item or an entity were edited by hand, by whom and when. Nobody is told about what he may not see."""

from collections.abc import Sequence

from longshelf.catalog.catalog import Catalog
from longshelf.catalog.edit_shapes import Lock, LockList
from longshelf.catalog.entities import Entities
from longshelf.catalog.numbered import whole
from longshelf.model.kinds import EntityKind
from longshelf.model.times import rfc3339
from longshelf.model.viewer import Viewer
from longshelf.store import field_locks
from longshelf.store.database import Database
from longshelf.store.field_locks import LockRow


class Locks:
    """Safe to share between threads."""

    def __init__(self, database: Database, catalog: Catalog, entities: Entities) -> None:
        self._database = database
        self._catalog = catalog
        self._entities = entities

    def of_item(self, viewer: Viewer, item_id: int) -> LockList:
        """By field. NotFound unless he may see the item."""
        self._catalog.require(viewer, item_id)
        with self._database.read() as connection:
            return _listed(field_locks.of_item(connection, item_id))

    def of_entity(self, viewer: Viewer, kind: EntityKind, entity_id: int) -> LockList:
        """By field. NotFound unless there is such an entity for him."""
        self._entities.one(viewer, kind, entity_id)
        with self._database.read() as connection:
            return _listed(field_locks.of_entity(connection, entity_id))


def _listed(rows: Sequence[LockRow]) -> LockList:
    found = [Lock(field=row.field, user_id=row.user_id, user_name=row.user_name, locked_at=rfc3339(row.locked_at) or "") for row in rows]
    return LockList(found, whole(len(found)), "")
