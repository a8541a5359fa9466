"""The texts that name entities by id, by owner: own rules by user, shared rules by profile, saved filters by view, filters of playlists by
block. What becomes of them when entities are merged is in `ingest/followers.py`.

The rule: what is read here is held until the transaction ends. Whoever writes such a text writes the whole of it, so that one who
did so in between would be overwritten, and what he keeps from somebody would be shown."""

import msgspec
from sqlalchemy import Connection

from longshelf.model.restrictions import Restrictions
from longshelf.store import restrictions
from longshelf.store.database import run


def own_rules(connection: Connection) -> dict[int, str]:
    """By user."""
    restrictions.hold(connection)
    return _held(connection, "SELECT user_id, body FROM restriction ORDER BY user_id")


def put_own_rules(connection: Connection, user_id: int, text: str, at: int) -> None:
    standing = restrictions.kept(connection, user_id)
    restrictions.restrict(connection, user_id, _rules(text), standing.profile_id, at=at)


def shared_rules(connection: Connection) -> dict[int, str]:
    """By profile."""
    restrictions.hold(connection)
    return _held(connection, "SELECT id, body FROM restriction_profile ORDER BY id")


def put_shared_rules(connection: Connection, profile_id: int, text: str, at: int) -> None:
    restrictions.change_profile(connection, profile_id, restrictions.profile(connection, profile_id).name, _rules(text), at=at)


def saved_filters(connection: Connection) -> dict[int, str]:
    """By view."""
    return _held(connection, "SELECT id, query FROM saved_view ORDER BY id")


def put_saved_filter(connection: Connection, view_id: int, text: str, _at: int) -> None:
    run(connection, "UPDATE saved_view SET query = ? WHERE id = ?", text, view_id)


def block_filters(connection: Connection) -> dict[int, str]:
    """By block."""
    return _held(connection, "SELECT id, filter FROM block WHERE filter <> '' ORDER BY id")


def put_block_filter(connection: Connection, block_id: int, text: str, _at: int) -> None:
    run(connection, "UPDATE block SET filter = ? WHERE id = ?", text, block_id)


def _held(connection: Connection, text: str) -> dict[int, str]:
    """(owner, text) rows, which nobody else writes or removes until the transaction ends. SQLite has one writer anyway."""
    return {row[0]: row[1] for row in run(connection, f"{text}{'' if connection.dialect.name == 'sqlite' else ' FOR UPDATE'}")}


def _rules(text: str) -> Restrictions:
    return msgspec.json.decode(text, type=Restrictions)
