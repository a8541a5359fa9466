"""From an entity to its pictures on the server it is mirrored from, for a viewer who may see it."""

from longshelf.catalog.entities import Entities
from longshelf.catalog.files import server_of
from longshelf.errors import NotFound
from longshelf.media.remote import Mirrored
from longshelf.model.kinds import EntityKind
from longshelf.model.viewer import Viewer
from longshelf.sources.stash import media
from longshelf.sources.stash.kinds import KINDS, Remote
from longshelf.store import remote_items
from longshelf.store.database import Database

_PORTRAYED = {KINDS[kind].becomes: kind for kind in media.PORTRAITS}


class Portraits:
    """Safe to share between threads."""

    def __init__(self, database: Database, entities: Entities) -> None:
        self._database = database
        self._entities = entities

    def place(self, viewer: Viewer, entity_id: int) -> Mirrored:
        """NotFound when there is none, or no such entity for this viewer: in the same words, which name no kind."""
        found = self._found(viewer, entity_id)
        remote = _PORTRAYED.get(EntityKind(found.kind))
        if remote is None or not found.extra.get("picture"):
            raise _no_picture()
        return Mirrored(
            server=server_of(found),
            kind=remote,
            remote_id=int(found.external_id),
            owner=f"e{entity_id}",
            version=str(found.extra["picture"]),
        )

    def back(self, viewer: Viewer, entity_id: int) -> Mirrored:
        """Likewise, the other side of a group's cover."""
        found = self._found(viewer, entity_id)
        if found.kind != EntityKind.GROUP or not found.extra.get("back"):
            raise _no_picture()
        return Mirrored(
            server=server_of(found),
            kind=Remote.GROUP,
            remote_id=int(found.external_id),
            owner=f"b{entity_id}",
            version=str(found.extra["back"]),
            picture=media.back(int(found.external_id)),
        )

    def _found(self, viewer: Viewer, entity_id: int) -> remote_items.RemoteEntity:
        """NotFound when there is no such entity for this viewer, or it is on no server."""
        with self._database.read() as connection:
            found = remote_items.entity(connection, entity_id)
        kind = EntityKind(found.kind) if found is not None else EntityKind.TAG
        try:
            self._entities.require(viewer, kind, entity_id)
        except NotFound:
            raise _no_picture() from None
        if found is None or not found.external_id.isdecimal():
            raise _no_picture()
        return found


def _no_picture() -> NotFound:
    return NotFound("There is no picture of this.")
