"""What people ask of a mirrored library: how much of each kind is there, and what was removed upstream. For administrators only."""

from typing import NamedTuple

from sqlalchemy import Connection

from longshelf.sources.stash.kinds import KINDS
from longshelf.store import bulk
from longshelf.store.database import run


class Kept(NamedTuple):
    """Of one kind: how many are there, and how many were removed upstream and are kept."""

    here: int
    gone: int


class Removed(NamedTuple):
    """Something that was removed upstream. `local_id` is an item's or an entity's, by kind; `removed_at` in µs; `merged_into` is the id and
    title of the item its words went to."""

    kind: str
    local_id: int
    title: str
    removed_at: int
    merged_into: tuple[int, str] | None


def kept(connection: Connection, library_id: int) -> dict[str, Kept]:
    """By kind of remote object, those that have any."""
    text = "SELECT kind, sum(1 - gone), sum(gone) FROM mirror_row WHERE library_id = ? GROUP BY kind ORDER BY kind"
    return {row[0]: Kept(int(row[1]), int(row[2])) for row in run(connection, text, library_id)}


_GONE = """
    SELECT m.kind, m.local_id, item.title, item.deleted_at FROM mirror_row AS m JOIN item ON item.id = m.local_id
    WHERE m.library_id = ? AND m.kind IN ('scene', 'image') AND m.gone = 1 AND item.deleted_at IS NOT NULL
    UNION ALL
    SELECT m.kind, m.local_id, entity.name, entity.deleted_at FROM mirror_row AS m JOIN entity ON entity.id = m.local_id
    WHERE m.library_id = ? AND m.kind NOT IN ('scene', 'image') AND m.gone = 1 AND entity.deleted_at IS NOT NULL"""


def count_removed(connection: Connection, library_id: int) -> int:
    return int(run(connection, f"SELECT count(*) FROM ({_GONE}) AS gone", library_id, library_id).scalar_one())


def removed(connection: Connection, library_id: int, *, offset: int, limit: int) -> list[Removed]:
    """The newest first."""
    text = f"SELECT * FROM ({_GONE}) AS gone ORDER BY deleted_at DESC, kind, local_id DESC LIMIT ? OFFSET ?"
    rows = run(connection, text, library_id, library_id, limit, offset).all()
    merged = _merged(connection, library_id, [row[1] for row in rows if row[0] in ITEM_KINDS])
    return [Removed(row[0], row[1], row[2] or "", row[3], merged.get(row[1]) if row[0] in ITEM_KINDS else None) for row in rows]


def _merged(connection: Connection, library_id: int, item_ids: list[int]) -> dict[int, tuple[int, str]]:
    text = """SELECT m.source_id, item.id, item.title FROM mirror_merge AS m JOIN item ON item.id = m.target_id
              WHERE m.source_id IN {ids} AND m.library_id = ? AND m.kind IN ('scene', 'image') AND item.deleted_at IS NULL"""
    return {row[0]: (row[1], row[2] or "") for row in bulk.select_in(connection, text, item_ids, library_id)}


ITEM_KINDS = frozenset(str(name) for name, kind in KINDS.items() if kind.is_item)
