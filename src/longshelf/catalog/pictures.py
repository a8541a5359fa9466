"""Pictures administrators give to entities, and how they are shown: to whom the entity is visible, and to nobody else."""

from collections.abc import Callable

from longshelf.catalog.entities import Entities
from longshelf.catalog.shapes import Entity
from longshelf.errors import NotFound
from longshelf.model.kinds import EntityKind
from longshelf.model.viewer import Viewer
from longshelf.store import pictures, restrictions
from longshelf.store.database import Database


class Pictures:
    """Safe to share between threads. Whether a viewer may change anything is decided by the route table."""

    def __init__(self, database: Database, entities: Entities, *, written: Callable[[], object] = lambda: None) -> None:
        """`written` is called after a change of the catalogue, so that who made it finds it in the lists he asks for next."""
        self._database = database
        self._entities = entities
        self._written = written

    def require(self, viewer: Viewer, kind: EntityKind, entity_id: int) -> None:
        """NotFound unless the viewer may see the entity."""
        self._entities.require(viewer, kind, entity_id)

    def version(self, viewer: Viewer, entity_id: int) -> str | None:
        """Of the picture that was given to the entity; None where none was, or there is no such entity for this viewer: who looks further
        finds that out in the words that are used for both."""
        with self._database.read() as connection:
            found = pictures.version(connection, entity_id)
            kind = restrictions.kinds_of(connection, [entity_id]).get(entity_id)
        if found is None or kind is None:
            return None
        try:
            self._entities.require(viewer, kind, entity_id)
        except NotFound:
            return None
        return found

    def data(self, entity_id: int) -> bytes:
        """Of an entity whose picture the viewer may see. NotFound when it went meanwhile."""
        with self._database.read() as connection:
            found = pictures.data(connection, entity_id)
        if found is None:
            raise NotFound("There is no picture of this.")
        return found

    def put(self, viewer: Viewer, kind: EntityKind, entity_id: int, picture: bytes) -> Entity:
        """The entity with its new picture, a WebP of ours. NotFound when there is none for him."""
        self._entities.require(viewer, kind, entity_id)
        with self._database.write() as write:
            pictures.put(write, entity_id, picture, at=self._database.clock())
        self._written()
        return self._entities.one(viewer, kind, entity_id)

    def remove(self, viewer: Viewer, kind: EntityKind, entity_id: int) -> None:
        """The source's own shows again, where it has one. NotFound when there is no such entity for him."""
        self._entities.require(viewer, kind, entity_id)
        with self._database.write() as write:
            pictures.remove(write, entity_id, at=self._database.clock())
        self._written()
