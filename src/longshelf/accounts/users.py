"""People, as an administrator or the command line makes and changes them."""

from collections.abc import Callable
from typing import Any

import structlog

from longshelf.accounts import passwords
from longshelf.errors import Conflict, Invalid, NotFound
from longshelf.model.text import fold
from longshelf.store import accounts as rows
from longshelf.store import sessions
from longshelf.store.accounts import User
from longshelf.store.database import Database, Transaction

Person = rows.Person
NAME_LENGTH = 200
_log = structlog.get_logger()


def add(database: Database, name: str, password: str, *, admin: bool = False) -> User:
    """Invalid for a name or password that will not do, Conflict for a name that is taken."""
    name = checked_name(name)
    passwords.check_strength(password, name)
    return _add(database, name, passwords.hashed(password), admin=admin)


def add_vouched(database: Database, name: str) -> User:
    """Somebody whom a proxy or a sign-in service vouches for: without a password, and no administrator. Errors as in `add`."""
    return _add(database, checked_name(name), "", admin=False)


def people(database: Database, words: str = "") -> list[Person]:
    """By name; with `words`, those whose names hold every one of them."""
    wanted = fold(words).split()
    with database.read() as connection:
        return [found for found in rows.people(connection) if all(word in fold(found.user.name) for word in wanted)]


def person(database: Database, user_id: int) -> Person:
    """NotFound when there is nobody of this id."""
    with database.read() as connection:
        return rows.person(connection, user_id)


def named(database: Database, name: str) -> User:
    """NotFound when there is nobody of that name."""
    with database.read() as connection:
        found = rows.user_named(connection, name)
    if found is None:
        raise NotFound(f"There is no user called {name!r}.")
    return found[0]


def change(
    database: Database,
    user_id: int,
    *,
    name: str | None = None,
    password: str | None = None,
    admin: bool | None = None,
    disabled: bool | None = None,
) -> User:
    """None leaves as it is. A new password ends all sessions; who is disabled has no session and no key that works. NotFound, Invalid, and
    Conflict when the name is taken or nobody could administer any more."""
    changes: dict[str, Any] = {}
    if name is not None:
        changes["name"] = checked_name(name)
    if password is not None:
        passwords.check_strength(password, name or person(database, user_id).user.name)
        changes["password_hash"] = passwords.hashed(password)
    if admin is not None:
        changes["admin"] = admin
    if disabled is not None:
        changes["disabled_at"] = database.clock() if disabled else None
    if not changes:
        return person(database, user_id).user
    with database.write_quietly() as connection:
        changed = rows.change_user(connection, user_id, **changes)
    said = {"password" if field == "password_hash" else field.removesuffix("_at") for field in changes}
    _log.info("user changed", user=user_id, fields=sorted(said))
    return changed


def remove(database: Database, user_id: int, leaving: Callable[[Transaction], None] = lambda _connection: None) -> None:
    """With everything that is still his after `leaving`, which is done first, in the same transaction. NotFound; Conflict when nobody could
    administer any more."""
    with database.write_quietly() as connection:
        leaving(connection)
        rows.remove_user(connection, user_id)
    _log.info("user removed", user=user_id)


def sign_out(database: Database, user_id: int) -> None:
    """Ends every session of his. NotFound."""
    with database.write_quietly() as connection:
        rows.user(connection, user_id)
        sessions.end_all(connection, user_id)


def unlink(database: Database, user_id: int) -> None:
    """Forgets which account of the sign-in service is his. NotFound."""
    with database.write_quietly() as connection:
        rows.unlink(connection, user_id)


def vouched(database: Database, issuer: str, subject: str, name: str, *, create: bool, match_name: bool) -> User:
    """The user who has this account of a sign-in service. Somebody new is linked to the user of that name with `match_name`, when no
    other account is linked to him, or made with `create`. NotFound says what an administrator can do about it; Conflict when the name is
    taken."""
    with database.write_quietly() as connection:
        known = rows.linked_user(connection, issuer, subject)
        if known is not None:
            return known
        named = rows.user_named(connection, name) if name else None
        if named is not None:
            if not match_name or rows.person(connection, named[0].id).linked:
                raise Conflict(f"The name {name!r} belongs to somebody here already. Ask an administrator to rename one of the two.")
            user = named[0]
        elif create:
            user = rows.add_user(connection, checked_name(name), password_hash="", admin=False, at=database.clock())
        else:
            raise NotFound("Nobody here belongs to this account. Ask an administrator to add you.")
        rows.link(connection, issuer, subject, user.id, at=database.clock())
    _log.info("user linked", user=user.id, issuer=issuer, made=named is None)
    return user


def checked_name(name: str) -> str:
    """The name without spaces around it. Invalid when nothing printable is left."""
    name = name.strip()
    if not name or not name.isprintable() or len(name) > NAME_LENGTH:
        raise Invalid("name", f"use 1 to {NAME_LENGTH} printable characters")
    return name


def _add(database: Database, name: str, password_hash: str, *, admin: bool) -> User:
    with database.write_quietly() as connection:
        user = rows.add_user(connection, name, password_hash=password_hash, admin=admin, at=database.clock())
    _log.info("user added", user=user.id, admin=admin)
    return user
