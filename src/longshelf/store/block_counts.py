"""Counts of queries that somebody looks at while no index counts for him: asked for here, made by a job, good for one state only."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from longshelf.store import among, bulk
from longshelf.store.count_tables import block_count
from longshelf.store.database import run


class CountRow(NamedTuple):
    """`value` None: nobody has counted, or could not. `state` names what it was counted of; `*_at` in microseconds."""

    user_id: int
    digest: str
    query: str
    value: int | None
    state: str
    counted_at: int | None
    asked_at: int


_ROW = ", ".join(CountRow._fields)


def kept(connection: Connection, digests: Collection[str]) -> dict[tuple[int, str], CountRow]:
    """By user and digest."""
    text = f"SELECT {_ROW} FROM block_count WHERE digest IN {{values}}"
    rows = among.select_among(connection, text, list(digests))
    return {(row.user_id, row.digest): row for row in map(CountRow._make, rows)}


def ask(connection: Connection, asked: Sequence[tuple[int, str, str]], at: int) -> None:
    """(user, digest, query) that somebody wants to know."""
    rows = [(*each, at) for each in asked]
    bulk.upsert(connection, block_count, ("user_id", "digest", "query", "asked_at"), rows, ("user_id", "digest"), ("asked_at",))


def asked_since(connection: Connection, at: int) -> list[CountRow]:
    """What somebody wanted to know at `at` or later, the last asked first."""
    text = f"SELECT {_ROW} FROM block_count WHERE asked_at >= ? ORDER BY asked_at DESC, user_id, digest"
    return [CountRow(*row) for row in run(connection, text, at)]


def put(connection: Connection, row: CountRow, value: int | None, state: str, at: int) -> None:
    """Nothing happens where the row has gone with its user."""
    text = "UPDATE block_count SET value = ?, state = ?, counted_at = ? WHERE user_id = ? AND digest = ?"
    run(connection, text, value, state, at, row.user_id, row.digest)


def prune(connection: Connection, before: int) -> int:
    """Forgets what nobody has asked for since; how many."""
    return run(connection, "DELETE FROM block_count WHERE asked_at < ?", before).rowcount
