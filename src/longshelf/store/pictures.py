"""Pictures that were given to entities by hand."""

import hashlib

from sqlalchemy import Connection

from longshelf.store.database import Write, run


def version(connection: Connection, entity_id: int) -> str | None:
    """Of the picture there is; None for none."""
    found = run(connection, "SELECT version FROM entity_picture WHERE entity_id = ?", entity_id).scalar()
    return None if found is None else str(found)


def data(connection: Connection, entity_id: int) -> bytes | None:
    """The picture as WebP."""
    found = run(connection, "SELECT data FROM entity_picture WHERE entity_id = ?", entity_id).scalar()
    return None if found is None else bytes(found)


def put(write: Write, entity_id: int, picture: bytes, *, at: int) -> None:
    """In place of the one there was."""
    digest = hashlib.blake2b(picture, digest_size=12).hexdigest()
    text = """INSERT INTO entity_picture (entity_id, version, data, updated_at) VALUES (?, ?, ?, ?)
              ON CONFLICT (entity_id) DO UPDATE SET version = excluded.version, data = excluded.data, updated_at = excluded.updated_at"""
    run(write.connection, text, entity_id, digest, picture, at)
    _address(write, entity_id, f"thumb/entity/{entity_id}?v={digest}", at)


def remove(write: Write, entity_id: int, *, at: int) -> None:
    """The source's own shows again, where it has one."""
    run(write.connection, "DELETE FROM entity_picture WHERE entity_id = ?", entity_id)
    _address(write, entity_id, "", at)


def _address(write: Write, entity_id: int, image: str, at: int) -> None:
    text = "UPDATE entity SET image = ?, updated_at = ?, revision = ? WHERE id = ?"
    run(write.connection, text, image, at, write.revision, entity_id)
    library_id = run(write.connection, "SELECT library_id FROM entity WHERE id = ?", entity_id).scalar_one()
    write.touch(entities=[entity_id], library_id=int(library_id))
