"""The first administrator's one-time token. Taking it is a row that is deleted, so of two who try at once exactly one succeeds, on both
dialects."""

from sqlalchemy import Connection

from longshelf.store import settings
from longshelf.store.database import run

TOKEN = "setup_token"  # noqa: S105 - the name of a setting


def needed(connection: Connection) -> bool:
    """Whether nobody can administer this server yet."""
    return not run(connection, 'SELECT EXISTS (SELECT 1 FROM "user" WHERE admin = 1 AND disabled_at IS NULL)').scalar_one()


def offer(connection: Connection, token_hash: bytes) -> None:
    """From now on this is the token; the one before is void."""
    settings.put(connection, TOKEN, token_hash.hex())


def take(connection: Connection, token_hash: bytes) -> bool:
    """True for the one who holds the token, once. A rollback gives it back."""
    text = "DELETE FROM setting WHERE name = ? AND value = ?"
    return bool(run(connection, text, TOKEN, f'"{token_hash.hex()}"').rowcount)
