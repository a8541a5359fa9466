"""Rows of people and what lets them in: users, sessions, API keys. Tokens come here only as SHA-256 digests, passwords only as hashes;
`accounts` makes both. A disabled user has no session and no key that works."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from longshelf.errors import Conflict, NotFound
from longshelf.model.text import fold
from longshelf.store import schema, tables
from longshelf.store.database import run


class User(msgspec.Struct, frozen=True):
    """A person with an account. `*_at` are microseconds since 1970 UTC; one with `disabled_at` cannot sign in."""

    id: int
    name: str
    admin: bool
    created_at: int
    disabled_at: int | None


class ApiKey(msgspec.Struct, frozen=True):
    """A key as its owner sees it again: `prefix` is its beginning, to tell keys apart."""

    id: int
    user_id: int
    name: str
    prefix: str
    created_at: int
    used_at: int | None


# Asks one SQL text for rows: a connection's, or `HotReads.rows`, because these are asked at every request.
Ask = Callable[..., Iterable[Any]]

_USER = "u.id, u.name, u.admin, u.created_at, u.disabled_at"
_KEY = ", ".join(ApiKey.__struct_fields__)
_SESSION_USER = f"""SELECT s.seen_at, {_USER} FROM session AS s JOIN "user" AS u ON u.id = s.user_id
    WHERE s.token_hash = ? AND s.expires_at > ? AND u.disabled_at IS NULL"""
_KEY_USER = f"""SELECT k.id, k.used_at, {_USER} FROM api_key AS k JOIN "user" AS u ON u.id = k.user_id
    WHERE k.token_hash = ? AND u.disabled_at IS NULL"""


def add_user(connection: Connection, name: str, *, password_hash: str, admin: bool, at: int) -> User:
    """Names that differ only in case, accents of composition or width are one name. Conflict when it is taken."""
    text = """INSERT INTO "user" (name, name_key, password_hash, admin, created_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (name_key) DO NOTHING RETURNING id"""
    user_id = run(connection, text, name, fold(name), password_hash, int(admin), at).scalar()
    if user_id is None:
        raise Conflict(f"There already is a user called {name!r}.")
    return user(connection, user_id)


def users(connection: Connection) -> list[User]:
    """All users by name."""
    return [_user(row) for row in run(connection, f'SELECT {_USER} FROM "user" AS u ORDER BY u.name_key')]


def user(connection: Connection, user_id: int) -> User:
    """NotFound when there is no such user."""
    return _user(_found(run(connection, f'SELECT {_USER} FROM "user" AS u WHERE u.id = ?', user_id).one_or_none(), user_id))


def user_named(connection: Connection, name: str) -> tuple[User, str] | None:
    """The user of that name with the password hash; None when there is none."""
    row = run(connection, f'SELECT u.password_hash, {_USER} FROM "user" AS u WHERE u.name_key = ?', fold(name)).one_or_none()
    return None if row is None else (_user(row[1:]), row[0])


def password_hash(connection: Connection, user_id: int) -> str:
    """NotFound when there is no such user."""
    found: str = _found(run(connection, 'SELECT password_hash FROM "user" WHERE id = ?', user_id).one_or_none(), user_id)[0]
    return found


def change_user(connection: Connection, user_id: int, **changes: Any) -> User:
    """Sets any of `name`, `password_hash`, `admin` and `disabled_at`. NotFound; Conflict when the name is taken or the last admin who
    can sign in would be lost. A new password and a disabled account end all sessions."""
    values = _columns(changes)
    before = user(connection, user_id)
    try:
        with connection.begin_nested():
            settings = ", ".join(f'"{column}" = ?' for column in values)
            run(connection, f'UPDATE "user" SET {settings} WHERE id = ?', *values.values(), user_id)
            changed = user(connection, user_id)
            _keep_an_admin(connection, before)
    except IntegrityError:
        raise Conflict(f"There already is a user called {changes['name']!r}.") from None
    if "password_hash" in changes or changed.disabled_at is not None:
        end_sessions(connection, user_id)
    return changed


def remove_user(connection: Connection, user_id: int) -> None:
    """Removes the user with everything of his. NotFound; Conflict when he is the last admin who can sign in."""
    leaving = user(connection, user_id)
    with connection.begin_nested():
        for table in reversed(schema.metadata.sorted_tables):
            for column in table.columns:
                if any(key.column is tables.user.c.id for key in column.foreign_keys):
                    run(connection, f'DELETE FROM "{table.name}" WHERE "{column.name}" = ?', user_id)
        run(connection, 'DELETE FROM "user" WHERE id = ?', user_id)
        _keep_an_admin(connection, leaving)


def add_session(connection: Connection, token_hash: bytes, user_id: int, *, at: int, expires_at: int) -> None:
    text = "INSERT INTO session (token_hash, user_id, created_at, seen_at, expires_at) VALUES (?, ?, ?, ?, ?)"
    run(connection, text, token_hash, user_id, at, at, expires_at)


def session_user(ask: Ask, token_hash: bytes, at: int) -> tuple[User, int] | None:
    """Whose session it is, and when it was last written as seen; None when it is unknown, over, or the user is disabled."""
    for seen_at, *user_row in ask(_SESSION_USER, token_hash, at):
        return _user(user_row), seen_at
    return None


def see_session(connection: Connection, token_hash: bytes, *, at: int, expires_at: int) -> None:
    """The session was used: it now lasts until `expires_at`."""
    run(connection, "UPDATE session SET seen_at = ?, expires_at = ? WHERE token_hash = ?", at, expires_at, token_hash)


def end_session(connection: Connection, token_hash: bytes) -> None:
    run(connection, "DELETE FROM session WHERE token_hash = ?", token_hash)


def end_sessions(connection: Connection, user_id: int) -> None:
    """Signs the user out everywhere."""
    run(connection, "DELETE FROM session WHERE user_id = ?", user_id)


def prune_sessions(connection: Connection, at: int) -> int:
    """Forgets sessions that are over; how many."""
    return run(connection, "DELETE FROM session WHERE expires_at <= ?", at).rowcount


def add_key(connection: Connection, user_id: int, name: str, *, prefix: str, token_hash: bytes, at: int) -> ApiKey:
    text = f"INSERT INTO api_key (user_id, name, prefix, token_hash, created_at) VALUES (?, ?, ?, ?, ?) RETURNING {_KEY}"
    return ApiKey(*run(connection, text, user_id, name, prefix, token_hash, at).one())


def keys(connection: Connection, user_id: int) -> list[ApiKey]:
    """The user's keys, oldest first."""
    return [ApiKey(*row) for row in run(connection, f"SELECT {_KEY} FROM api_key WHERE user_id = ? ORDER BY id", user_id)]


def key_user(ask: Ask, token_hash: bytes) -> tuple[User, int, int | None] | None:
    """Whose key it is, the key's id, and when it was last written as used; None when it is unknown or the user is disabled."""
    for key_id, used_at, *user_row in ask(_KEY_USER, token_hash):
        return _user(user_row), key_id, used_at
    return None


def see_key(connection: Connection, key_id: int, at: int) -> None:
    """The key was used."""
    run(connection, "UPDATE api_key SET used_at = ? WHERE id = ?", at, key_id)


def remove_key(connection: Connection, user_id: int, key_id: int) -> None:
    """NotFound when the user has no such key."""
    if run(connection, "DELETE FROM api_key WHERE id = ? AND user_id = ?", key_id, user_id).rowcount == 0:
        raise NotFound(f"There is no key {key_id}.")


def _columns(changes: Mapping[str, Any]) -> dict[str, Any]:
    unknown = changes.keys() - {"name", "password_hash", "admin", "disabled_at"}
    if unknown or not changes:
        raise TypeError(f"change_user takes name, password_hash, admin and disabled_at, not {sorted(unknown)}")
    values = dict(changes)
    if "name" in values:
        values["name_key"] = fold(values["name"])
    if "admin" in values:
        values["admin"] = int(values["admin"])
    return values


def _keep_an_admin(connection: Connection, before: User) -> None:
    """Conflict when the change took the rights of `before`, and nobody else has them."""
    can_administer = 'SELECT count(*) FROM "user" WHERE admin = 1 AND disabled_at IS NULL'
    if before.admin and before.disabled_at is None and not run(connection, can_administer).scalar_one():
        raise Conflict("That would leave nobody who can administer this server. Make somebody else an admin first.")


def _found(row: Any, user_id: int) -> Any:
    if row is None:
        raise NotFound(f"There is no user {user_id}.")
    return row


def _user(row: Any) -> User:
    user_id, name, admin, created_at, disabled_at = row
    return User(user_id, name, bool(admin), created_at, disabled_at)
