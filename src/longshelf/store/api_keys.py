"""Rows of API keys. A key comes here only as its SHA-256 digest. One that is over, and one of a disabled user, opens nothing."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from longshelf.errors import NotFound
from longshelf.store.database import run

Ask = Callable[..., Iterable[Any]]

_KEY = """k.id, k.user_id, u.name AS user_name, u.admin AS user_admin, k.name, k.prefix, k.scope, k.created_at, k.used_at, k.expires_at
    FROM api_key AS k JOIN "user" AS u ON u.id = k.user_id"""
_HELD = """SELECT k.id, k.used_at, k.scope, k.expires_at, u.id, u.name, u.admin FROM api_key AS k JOIN "user" AS u ON u.id = k.user_id
    WHERE k.token_hash = ? AND u.disabled_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?)"""


class ApiKey(msgspec.Struct, frozen=True):
    """A key as it is seen again: `prefix` is its beginning, to tell keys apart. `scope` is read, write or admin."""

    id: int
    user_id: int
    user_name: str
    user_admin: bool
    name: str
    prefix: str
    scope: str
    created_at: int
    used_at: int | None
    expires_at: int | None


class Holder(NamedTuple):
    """Whose key it is, what it is good for, and when it was last written as used."""

    key_id: int
    used_at: int | None
    scope: str
    expires_at: int | None
    user_id: int
    name: str
    admin: bool


def add(
    connection: Connection, user_id: int, name: str, *, prefix: str, token_hash: bytes, scope: str, at: int, expires_at: int | None = None
) -> ApiKey:
    text = """INSERT INTO api_key (user_id, name, prefix, token_hash, scope, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)
        RETURNING id"""
    key_id = run(connection, text, user_id, name, prefix, token_hash, scope, at, expires_at).scalar_one()
    return _key(run(connection, f"SELECT {_KEY} WHERE k.id = ?", key_id).one())


def holder(ask: Ask, token_hash: bytes, at: int) -> Holder | None:
    """None when the key is unknown or over, or its user is disabled."""
    for key_id, used_at, scope, expires_at, user_id, name, admin in ask(_HELD, token_hash, at):
        return Holder(key_id, used_at, scope, expires_at, user_id, name, bool(admin))
    return None


def see(connection: Connection, key_id: int, at: int) -> None:
    """The key was used."""
    run(connection, "UPDATE api_key SET used_at = ? WHERE id = ?", at, key_id)


def listed(connection: Connection, user_id: int | None = None) -> list[ApiKey]:
    """The user's keys, or everybody's, oldest first; those that are over too."""
    if user_id is None:
        found = run(connection, f"SELECT {_KEY} ORDER BY k.id")
    else:
        found = run(connection, f"SELECT {_KEY} WHERE k.user_id = ? ORDER BY k.id", user_id)
    return [_key(row) for row in found]


def remove(connection: Connection, user_id: int, key_id: int) -> None:
    """NotFound when the user has no such key."""
    if run(connection, "DELETE FROM api_key WHERE id = ? AND user_id = ?", key_id, user_id).rowcount == 0:
        raise NotFound(f"There is no key {key_id}.")


def _key(row: Any) -> ApiKey:
    key_id, user_id, user_name, user_admin, *rest = row
    return ApiKey(key_id, user_id, user_name, bool(user_admin), *rest)
