"""API keys: who may make which, and for how long. A key is never good for more, or for longer, than what made it."""

from longshelf.accounts import tokens, users
from longshelf.errors import Conflict, Invalid, NotAllowed
from longshelf.model.times import SECOND
from longshelf.model.viewer import Scope
from longshelf.store import accounts as rows
from longshelf.store import api_keys
from longshelf.store.database import Database

ApiKey = api_keys.ApiKey
MOST = 200  # keys of one person
LONGEST_SECONDS = 3_153_600_000  # a hundred years


def create(database: Database, user_name: str, key_name: str, *, scope: Scope | None = None, expires_in: int | None = None) -> str:
    """A new key for the user of that name; it is not kept anywhere. NotFound when there is nobody of that name; else as `add`."""
    return add(database, users.named(database, user_name).id, key_name, scope=scope, expires_in=expires_in)[1]


def add(
    database: Database,
    user_id: int,
    name: str,
    *,
    scope: Scope | None = None,
    expires_in: int | None = None,
    most: Scope = Scope.ADMIN,
    latest: int | None = None,
) -> tuple[ApiKey, str]:
    """The key as it is listed, and the key itself, this once. Without a `scope` it is good for all its user may do; `most` and `latest`
    bound it by the key that asks for it. `expires_in` is in seconds. NotAllowed for a scope beyond that, Conflict beyond MOST keys."""
    if expires_in is not None and not 0 < expires_in <= LONGEST_SECONDS:
        raise Invalid("expires_in", f"use 1 to {LONGEST_SECONDS} seconds")
    key, now = tokens.new_key(), database.clock()
    expires_at = None if expires_in is None else now + expires_in * SECOND
    if latest is not None:
        expires_at = min(expires_at or latest, latest)
    with database.write_quietly() as connection:
        if len(api_keys.listed(connection, user_id)) >= MOST:
            raise Conflict(f"There are {MOST} keys already. Withdraw those that are not used.")
        own = Scope.ADMIN if rows.user(connection, user_id).admin else Scope.WRITE
        row = api_keys.add(
            connection,
            user_id,
            name,
            prefix=key[: tokens.PREFIX_LENGTH],
            token_hash=tokens.digest(key),
            scope=_within(scope, min(own, most, key=tuple(Scope).index)),
            at=now,
            expires_at=expires_at,
        )
    return row, key


def listed(database: Database, user_id: int | None = None) -> list[ApiKey]:
    """The user's keys, or everybody's, oldest first."""
    with database.read() as connection:
        if user_id is not None:
            rows.user(connection, user_id)
        return api_keys.listed(connection, user_id)


def remove(database: Database, user_id: int, key_id: int) -> None:
    """NotFound when the user has no such key."""
    with database.write_quietly() as connection:
        api_keys.remove(connection, user_id, key_id)


def _within(wanted: Scope | None, most: Scope) -> Scope:
    if wanted is not None and not most.includes(wanted):
        raise NotAllowed(f"A key made here can have the scope {most} at most.")
    return wanted or most
