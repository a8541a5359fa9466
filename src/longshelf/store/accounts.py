"""Rows of people, and of their accounts at sign-in services. Passwords come here only as hashes; `accounts` makes them. What lets people in
is in `sessions` and `api_keys`."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from longshelf.errors import Conflict, NotFound
from longshelf.model.text import fold
from longshelf.store import schema, sessions, tables
from longshelf.store.database import run


class User(msgspec.Struct, frozen=True):
    """A person with an account. `*_at` are microseconds since 1970 UTC; one with `disabled_at` cannot sign in."""

    id: int
    name: str
    admin: bool
    created_at: int
    disabled_at: int | None


class Person(msgspec.Struct, frozen=True):
    """A user as an administrator sees him. `last_seen_at` is the newest use of a session or key."""

    user: User
    has_password: bool
    linked: bool
    last_seen_at: int | None


# Asks one SQL text for rows: a connection's, or `HotReads.rows`, because these are asked at every request.
Ask = Callable[..., Iterable[Any]]

_USER = "u.id, u.name, u.admin, u.created_at, u.disabled_at"
_NAMED = f'SELECT {_USER} FROM "user" AS u WHERE u.name_key = ? AND u.disabled_at IS NULL'
_PERSON = f"""SELECT {_USER}, u.password_hash <> '' AS has_password, EXISTS (SELECT 1 FROM identity AS i WHERE i.user_id = u.id) AS linked,
    (SELECT max(at) FROM (SELECT max(seen_at) AS at FROM session AS s WHERE s.user_id = u.id
        UNION ALL SELECT max(used_at) FROM api_key AS k WHERE k.user_id = u.id) AS uses) AS last_seen_at
    FROM "user" AS u"""


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
    return [_read(row) for row in run(connection, f'SELECT {_USER} FROM "user" AS u ORDER BY u.name_key')]


def people(connection: Connection) -> list[Person]:
    """All users by name."""
    return [_person(row) for row in run(connection, f"{_PERSON} ORDER BY u.name_key")]


def person(connection: Connection, user_id: int) -> Person:
    """NotFound when there is no such user."""
    return _person(_found(run(connection, f"{_PERSON} WHERE u.id = ?", user_id).one_or_none(), user_id))


def user(connection: Connection, user_id: int) -> User:
    """NotFound when there is no such user."""
    return _read(_found(run(connection, f'SELECT {_USER} FROM "user" AS u WHERE u.id = ?', user_id).one_or_none(), user_id))


def user_named(connection: Connection, name: str) -> tuple[User, str] | None:
    """The user of that name with the password hash; None when there is none."""
    row = run(connection, f'SELECT u.password_hash, {_USER} FROM "user" AS u WHERE u.name_key = ?', fold(name)).one_or_none()
    return None if row is None else (_read(row[1:]), row[0])


def enabled_user(ask: Ask, name: str) -> User | None:
    """The user of that name, unless he is disabled."""
    return next((_read(row) for row in ask(_NAMED, fold(name))), None)


def password_hash(connection: Connection, user_id: int) -> str:
    """NotFound when there is no such user."""
    found: str = _found(run(connection, 'SELECT password_hash FROM "user" WHERE id = ?', user_id).one_or_none(), user_id)[0]
    return found


def held_hash(connection: Connection, user_id: int) -> str:
    """As `password_hash`, and nobody gives another until the transaction ends. "" for a user that is gone."""
    lock = " FOR SHARE" if connection.dialect.name == "postgresql" else ""  # SQLite holds its write lock already
    row = run(connection, f'SELECT password_hash FROM "user" WHERE id = ?{lock}', user_id).one_or_none()
    return "" if row is None else str(row[0])


def renew_hash(connection: Connection, user_id: int, before: str, password_hash: str) -> None:
    """The same password, hashed anew: sessions go on. Nothing happens when the password was changed meanwhile."""
    run(connection, 'UPDATE "user" SET password_hash = ? WHERE id = ? AND password_hash = ?', password_hash, user_id, before)


def change_user(connection: Connection, user_id: int, **changes: Any) -> User:
    """Sets any of `name`, `password_hash`, `admin` and `disabled_at`. NotFound; Conflict when the name is taken or the last admin who
    can sign in would be lost. A new password and a disabled account end all sessions."""
    values = _columns(changes)
    before = _held(connection, user_id)
    try:
        with connection.begin_nested():
            settings = ", ".join(f'"{column}" = ?' for column in values)
            run(connection, f'UPDATE "user" SET {settings} WHERE id = ?', *values.values(), user_id)
            changed = user(connection, user_id)
            _keep_an_admin(connection, before)
    except IntegrityError:
        raise Conflict(f"There already is a user called {changes['name']!r}.") from None
    if "password_hash" in changes or changed.disabled_at is not None:
        sessions.end_all(connection, user_id)
    return changed


def first_admin(connection: Connection, *, besides: int) -> int | None:
    """The administrator who can sign in and was here first, leaving one out."""
    text = 'SELECT min(id) FROM "user" WHERE admin = 1 AND disabled_at IS NULL AND id <> ?'
    found = run(connection, text, besides).scalar()
    return None if found is None else int(found)


def remove_user(connection: Connection, user_id: int) -> None:
    """Removes the user with everything of his. NotFound; Conflict when he is the last admin who can sign in."""
    leaving = _held(connection, user_id)
    with connection.begin_nested():
        for table in reversed(schema.metadata.sorted_tables):
            for column in table.columns:
                if any(key.column is tables.user.c.id for key in column.foreign_keys):
                    run(connection, f'DELETE FROM "{table.name}" WHERE "{column.name}" = ?', user_id)
        run(connection, 'DELETE FROM "user" WHERE id = ?', user_id)
        _keep_an_admin(connection, leaving)


def link(connection: Connection, issuer: str, subject: str, user_id: int, *, at: int) -> None:
    """The account `subject` of a sign-in service is this user's. Conflict when it is somebody's already."""
    text = """INSERT INTO identity (issuer, subject, user_id, created_at) VALUES (?, ?, ?, ?)
        ON CONFLICT (issuer, subject) DO NOTHING RETURNING id"""
    if run(connection, text, issuer, subject, user_id, at).scalar() is None:
        raise Conflict("This account of the sign-in service belongs to somebody here already.")


def linked_user(connection: Connection, issuer: str, subject: str) -> User | None:
    """Whose account of the sign-in service it is."""
    text = f'SELECT {_USER} FROM identity AS i JOIN "user" AS u ON u.id = i.user_id WHERE i.issuer = ? AND i.subject = ?'
    row = run(connection, text, issuer, subject).one_or_none()
    return None if row is None else _read(row)


def unlink(connection: Connection, user_id: int) -> None:
    """Forgets which accounts of sign-in services are this user's. NotFound when there is no such user."""
    user(connection, user_id)
    run(connection, "DELETE FROM identity WHERE user_id = ?", user_id)


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


def _held(connection: Connection, user_id: int) -> User:
    """The user before a change. PostgreSQL holds every administrator's row meanwhile: two who take each other's rights at once would
    each still see the other."""
    if connection.dialect.name == "postgresql":
        run(connection, 'SELECT id FROM "user" WHERE admin = 1 ORDER BY id FOR UPDATE')
    return user(connection, user_id)


def _keep_an_admin(connection: Connection, before: User) -> None:
    """Conflict when the change took the rights of `before`, and nobody else has them."""
    can_administer = 'SELECT count(*) FROM "user" WHERE admin = 1 AND disabled_at IS NULL'
    if before.admin and before.disabled_at is None and not run(connection, can_administer).scalar_one():
        raise Conflict("That would leave nobody who can administer this server. Make somebody else an admin first.")


def _found(row: Any, user_id: int) -> Any:
    if row is None:
        raise NotFound(f"There is no user {user_id}.")
    return row


def _person(row: Any) -> Person:
    *user_row, has_password, linked, last_seen_at = row
    return Person(_read(user_row), bool(has_password), bool(linked), last_seen_at)


def _read(row: Any) -> User:
    user_id, name, admin, created_at, disabled_at = row
    return User(user_id, name, bool(admin), created_at, disabled_at)
