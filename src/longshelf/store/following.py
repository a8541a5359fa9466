"""The texts that name entities by id, by owner: own rules by user, shared rules by profile, saved filters by view. What becomes of them
when entities are merged is in `ingest/followers.py`."""

import msgspec
from sqlalchemy import Connection

from longshelf.model.restrictions import Restrictions
from longshelf.store import restrictions
from longshelf.store.database import run


def own_rules(connection: Connection) -> dict[int, str]:
    """By user."""
    return {row[0]: row[1] for row in run(connection, "SELECT user_id, body FROM restriction ORDER BY user_id")}


def put_own_rules(connection: Connection, user_id: int, text: str, at: int) -> None:
    standing = restrictions.kept(connection, user_id)
    restrictions.restrict(connection, user_id, _rules(text), standing.profile_id, at=at)


def shared_rules(connection: Connection) -> dict[int, str]:
    """By profile."""
    return {row[0]: row[1] for row in run(connection, "SELECT id, body FROM restriction_profile ORDER BY id")}


def put_shared_rules(connection: Connection, profile_id: int, text: str, at: int) -> None:
    restrictions.change_profile(connection, profile_id, restrictions.profile(connection, profile_id).name, _rules(text), at=at)


def saved_filters(connection: Connection) -> dict[int, str]:
    """By view."""
    return {row[0]: row[1] for row in run(connection, "SELECT id, query FROM saved_view ORDER BY id")}


def put_saved_filter(connection: Connection, view_id: int, text: str, _at: int) -> None:
    run(connection, "UPDATE saved_view SET query = ? WHERE id = ?", text, view_id)


def _rules(text: str) -> Restrictions:
    return msgspec.json.decode(text, type=Restrictions)
