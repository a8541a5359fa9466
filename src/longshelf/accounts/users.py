"""People and their API keys, as an administrator or the command line makes them."""

from longshelf.accounts import passwords, tokens
from longshelf.errors import Invalid, NotFound
from longshelf.store import accounts as rows
from longshelf.store.accounts import ApiKey, User
from longshelf.store.database import Database

NAME_LENGTH = 200


def add(database: Database, name: str, password: str, *, admin: bool = False) -> User:
    """Invalid for a name or password that will not do, Conflict for a name that is taken."""
    name = checked_name(name)
    passwords.check_strength(password)
    password_hash = passwords.hashed(password)
    with database.write_quietly() as connection:
        return rows.add_user(connection, name, password_hash=password_hash, admin=admin, at=database.clock())


def create_key(database: Database, user_name: str, key_name: str) -> str:
    """A new key for the user of that name; it is not kept anywhere. NotFound when there is nobody of that name."""
    with database.read() as connection:
        found = rows.user_named(connection, user_name)
    if found is None:
        raise NotFound(f"There is no user called {user_name!r}.")
    return add_key(database, found[0].id, key_name)[1]


def add_key(database: Database, user_id: int, name: str) -> tuple[ApiKey, str]:
    """The key as it is listed, and the key itself."""
    key = tokens.new_key()
    with database.write_quietly() as connection:
        row = rows.add_key(
            connection, user_id, name, prefix=key[: tokens.PREFIX_LENGTH], token_hash=tokens.digest(key), at=database.clock()
        )
    return row, key


def checked_name(name: str) -> str:
    """The name without spaces around it. Invalid when nothing printable is left."""
    name = name.strip()
    if not name or not name.isprintable() or len(name) > NAME_LENGTH:
        raise Invalid("name", f"use 1 to {NAME_LENGTH} printable characters")
    return name
