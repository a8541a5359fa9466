"""The change log, read back: what every commit since a revision touched. The index follows it; old entries are pruned once every
follower can rebuild past them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection

from longshelf.store.database import run

KEPT_SECONDS = 7 * 86_400  # a follower that slept longer rebuilds from the tables, which is faster by then anyway


@dataclass(frozen=True, slots=True)
class Change:
    """One committed batch. `items` and `entities` are the ids it touched, ascending; `library_id` when it touched only one library."""

    revision: int
    committed_at: int
    library_id: int | None
    items: list[int]
    entities: list[int]


class Touched(NamedTuple):
    """What several commits touched, and the revision after the last of them."""

    revision: int
    items: set[int]
    entities: set[int]


def since(connection: Connection, revision: int, limit: int = 1000) -> Iterator[Change]:
    """Changes after `revision` in commit order, at most `limit`: consecutive revisions, unless some were pruned (`reaches` tells)."""
    text = "SELECT revision, committed_at, library_id, items, entities FROM change WHERE revision > ? ORDER BY revision LIMIT ?"
    for number, at, library_id, items, entities in run(connection, text, revision, limit):
        yield Change(number, at, library_id, json.loads(items), json.loads(entities))


def reaches(connection: Connection, revision: int) -> bool:
    """Whether the log still holds everything after `revision`, so that a follower standing there can catch up."""
    text = "SELECT (SELECT value FROM revision WHERE id = 1), (SELECT min(revision) FROM change)"
    newest, oldest = run(connection, text).one()
    return bool(revision == newest or (oldest is not None and oldest - 1 <= revision < newest))


def touched(connection: Connection, revision: int, most: int | None = None) -> Touched:
    """Everything touched after `revision`; with `most`, only by the first commits that touch more items than that."""
    items: set[int] = set()
    entities: set[int] = set()
    at = revision
    while most is None or len(items) <= most:
        before = at
        for change in since(connection, at):
            items.update(change.items)
            entities.update(change.entities)
            at = change.revision
            if most is not None and len(items) > most:
                break
        if at == before:
            break
    return Touched(at, items, entities)


def committed_at(connection: Connection, revision: int) -> int | None:
    """When a revision was committed, if the log still says so. A database restored from a backup counts on from there, and so uses numbers
    again; the times tell the one past from the other."""
    found: int | None = run(connection, "SELECT committed_at FROM change WHERE revision = ?", revision).scalar()
    return found


def prune(connection: Connection, before: int) -> int:
    """Forgets changes committed before `before` (microseconds); how many went."""
    return run(connection, "DELETE FROM change WHERE committed_at < ?", before).rowcount
