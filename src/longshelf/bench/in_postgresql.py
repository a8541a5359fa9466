"""The same catalogue in a PostgreSQL database, so that SQL over it can be asked beside the others.

The rule: a database that holds anything else is refused before a row is written."""

from collections.abc import Callable
from typing import Any

from longshelf.errors import Conflict, Invalid
from longshelf.store import beside, bulk, columns, tables
from longshelf.store.database import Database

_SAME = ("id", "kind", "duration", "size", "added_at", "year", "library_id")  # of an item, in two stores of one catalogue

Fill = Callable[[Database], object]
Say = Callable[[str], None]


def opened(url: str, items: int) -> Database:
    """The database at `url`. Invalid when it is no PostgreSQL, Conflict when it holds anything but a catalogue of `items`."""
    database = Database(url)
    try:
        if database.dialect == "postgresql" and _usable(database, items):
            return database
    except BaseException:
        database.close()
        raise
    database.close()
    raise _refused() if database.dialect == "postgresql" else Invalid("--postgresql", "write postgresql://user:password@host/database")


def brought(database: Database, original: Database, fill: Fill, say: Say) -> None:
    """Fills `database`, unless it is, and makes its ratings those of `original`, where earlier measurements changed some. Conflict when it
    holds another catalogue."""
    fill(database)
    say("comparing the two stores")
    changed = _differing(database, original)
    if changed:
        with database.write() as write:
            bulk.update(write.connection, tables.item, ("id",), ("rating",), changed)
            write.touch(each for each, _ in changed)
    beside.settle(database)


def _differing(database: Database, original: Database) -> list[tuple[int, int | None]]:
    """(item, rating it must get)."""
    changed: list[tuple[int, int | None]] = []
    with database.read() as one, original.read() as other:
        for mine, theirs in zip(columns.numbers(one), columns.numbers(other), strict=True):
            if any(list(mine[name]) != list(theirs[name]) for name in _SAME):
                raise _refused()
            pairs = zip(mine["id"], mine["rating"], theirs["rating"], strict=True)
            changed += [(each, None if wanted == columns.ABSENT else wanted) for each, found, wanted in pairs if found != wanted]
    return changed


def _usable(database: Database, items: int) -> bool:
    if beside.vacant(database):
        return True
    if not beside.ours(database):
        return False
    with database.read() as connection:
        return columns.live(connection) == items


def _refused() -> Conflict:
    return Conflict(
        "The PostgreSQL database of --postgresql holds something else than this catalogue. Name an empty one (CREATE DATABASE)."
    )


def row(database: Database, seconds: float | None) -> dict[str, Any]:
    """Its line in the table of what was measured; no seconds where it was filled before."""
    name, size = beside.facts(database)
    return {"store": name, "filled, s": seconds, "MiB": size / 2**20}
