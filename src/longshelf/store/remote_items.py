"""What is kept of an item or entity that tells where its media are on the server it is mirrored from."""

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from longshelf.store import mirror
from longshelf.store.database import run

_ITEM = """SELECT item.external_id, item.library_id, item.cover_version, item.identifiers, item.extra, library.config
           FROM item JOIN library ON library.id = item.library_id
           WHERE item.id = ? AND item.deleted_at IS NULL AND library.type = 'stash'"""
_ENTITY = """SELECT entity.external_id, entity.library_id, entity.kind, entity.extra, library.config FROM entity
             JOIN library ON library.id = entity.library_id
             WHERE entity.id = ? AND entity.deleted_at IS NULL AND library.type = 'stash'"""


class RemoteItem(NamedTuple):
    """`config` is the library's; `key` is the server's, and for nobody's eyes."""

    external_id: str
    library_id: int
    version: str
    identifiers: dict[str, str]
    extra: dict[str, Any]
    config: dict[str, Any]
    key: str


class RemoteEntity(NamedTuple):
    external_id: str
    library_id: int
    kind: str
    extra: dict[str, Any]
    config: dict[str, Any]
    key: str


def item(connection: Connection, item_id: int) -> RemoteItem | None:
    """None for one that is not there, or of a library that is no mirror."""
    row = run(connection, _ITEM, item_id).one_or_none()
    if row is None:
        return None
    external_id, library_id, version, identifiers, extra, config = row
    return RemoteItem(
        external_id, library_id, version, _mapping(identifiers), _mapping(extra), _mapping(config), mirror.key(connection, library_id)
    )


def marker_start(connection: Connection, item_id: int, marker: int) -> float | None:
    """Where in the item the marker of that remote id is, in seconds; None when the item has no such marker."""
    text = "SELECT min(start) FROM chapter WHERE item_id = ? AND (href = ? OR href LIKE ?)"
    found = run(connection, text, item_id, f"marker:{int(marker)}", f"marker:{int(marker)}:%").scalar()
    return None if found is None else float(found)


def entity(connection: Connection, entity_id: int) -> RemoteEntity | None:
    """Likewise."""
    row = run(connection, _ENTITY, entity_id).one_or_none()
    if row is None:
        return None
    external_id, library_id, kind, extra, config = row
    return RemoteEntity(external_id or "", library_id, kind, _mapping(extra), _mapping(config), mirror.key(connection, library_id))


def _mapping(told: str) -> dict[str, Any]:
    return msgspec.json.decode(told, type=dict[str, Any]) if told else {}
