"""Commands about people and their API keys. They work on the database itself, so they help when nobody can sign in any more."""

import argparse
import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from longshelf.accounts import keys, users
from longshelf.catalog import playlist_heirs
from longshelf.config import Settings
from longshelf.errors import Invalid, NotFound
from longshelf.model.times import rfc3339
from longshelf.model.viewer import Scope
from longshelf.store.database import Database
from longshelf.store.migrate import open_database

DAY_SECONDS = 86_400


def name_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="of the person")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    name_arguments(parser)
    parser.add_argument("--admin", action="store_true", help="may change everything")
    _password_argument(parser)


def add(settings: Settings, arguments: argparse.Namespace) -> dict[str, Any]:
    password = _password(arguments)
    with _opened(settings) as database:
        user = users.add(database, arguments.name, password, admin=arguments.admin)
        return {"id": user.id, "name": user.name, "admin": user.admin}


def listing(settings: Settings, _arguments: argparse.Namespace) -> dict[str, Any]:
    with _opened(settings) as database:
        return {"users": [_person(person) for person in users.people(database)]}


def remove(settings: Settings, arguments: argparse.Namespace) -> dict[str, Any]:
    """With ratings, progress, sessions, keys: everything of his. Playlists others depend on pass to an administrator."""
    with _opened(settings) as database:
        user = users.named(database, arguments.name)
        users.remove(database, user.id, partial(playlist_heirs.pass_on, user_id=user.id, heir_id=None, at=database.clock()))
        return {"removed": user.name}


def disable(settings: Settings, arguments: argparse.Namespace) -> dict[str, Any]:
    """Ends his sessions at once, and stops his keys; what is his stays."""
    return _changed(settings, arguments.name, disabled=True)


def enable(settings: Settings, arguments: argparse.Namespace) -> dict[str, Any]:
    return _changed(settings, arguments.name, disabled=False)


def password_arguments(parser: argparse.ArgumentParser) -> None:
    name_arguments(parser)
    _password_argument(parser)


def password(settings: Settings, arguments: argparse.Namespace) -> dict[str, Any]:
    """A new password, without the old one. Every session of his ends."""
    return _changed(settings, arguments.name, password=_password(arguments))


def admin_arguments(parser: argparse.ArgumentParser) -> None:
    name_arguments(parser)
    parser.add_argument("--no", action="store_true", help="take the rights away instead")


def admin(settings: Settings, arguments: argparse.Namespace) -> dict[str, Any]:
    """Gives or takes an administrator's rights: a way back in where only people of a sign-in service or a proxy are left."""
    return _changed(settings, arguments.name, admin=not arguments.no)


def key_create_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("user", metavar="USER", help="name of the person whose key it is")
    parser.add_argument("--name", default="command line", help="what the key is for")
    parser.add_argument("--scope", choices=tuple(map(str, Scope)), help="what it is good for (default: all the person may do)")
    parser.add_argument("--days", type=int, metavar="N", help="it ends after N days (default: it lasts until it is withdrawn)")


def key_create(settings: Settings, arguments: argparse.Namespace) -> dict[str, Any]:
    scope = Scope(arguments.scope) if arguments.scope else None
    if arguments.days is not None and not 0 < arguments.days * DAY_SECONDS <= keys.LONGEST_SECONDS:
        raise Invalid("--days", f"use 1 to {keys.LONGEST_SECONDS // DAY_SECONDS}")
    expires_in = None if arguments.days is None else arguments.days * DAY_SECONDS
    with _opened(settings) as database:
        return {"key": keys.create(database, arguments.user, arguments.name, scope=scope, expires_in=expires_in)}


def key_list_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("user", metavar="USER", nargs="?", help="only this person's")


def key_list(settings: Settings, arguments: argparse.Namespace) -> dict[str, Any]:
    with _opened(settings) as database:
        user_id = users.named(database, arguments.user).id if arguments.user else None
        return {"keys": [_key(key) for key in keys.listed(database, user_id)]}


def key_remove_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", metavar="ID", type=int, help="as `longshelf key list` shows it")


def key_remove(settings: Settings, arguments: argparse.Namespace) -> dict[str, Any]:
    with _opened(settings) as database:
        found = next((key for key in keys.listed(database) if key.id == arguments.id), None)
        if found is None:
            raise NotFound(f"There is no key {arguments.id}.")
        keys.remove(database, found.user_id, found.id)
        return {"removed": found.prefix, "user": found.user_name}


def _password_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")


def _password(arguments: argparse.Namespace) -> str:
    """Never an argument: every process of the machine may read those. Typed, it is asked for twice."""
    if arguments.password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    given = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != given:
        raise Invalid("password", "the two differ")
    return given


@contextmanager
def _opened(settings: Settings) -> Iterator[Database]:
    database = open_database(settings)
    try:
        yield database
    finally:
        database.close()


def _changed(settings: Settings, name: str, **changes: Any) -> dict[str, Any]:
    with _opened(settings) as database:
        user = users.named(database, name)
        users.change(database, user.id, **changes)
        return _person(users.person(database, user.id))


def _person(person: users.Person) -> dict[str, Any]:
    return {
        "id": person.user.id,
        "name": person.user.name,
        "admin": person.user.admin,
        "disabled": person.user.disabled_at is not None,
        "last_seen_at": rfc3339(person.last_seen_at),
    }


def _key(key: keys.ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "user": key.user_name,
        "name": key.name,
        "prefix": key.prefix,
        "scope": key.scope,
        "used_at": rfc3339(key.used_at),
        "expires_at": rfc3339(key.expires_at),
    }
