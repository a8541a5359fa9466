"""Items read for people: cards for a page, everything for one item or an export batch. Each function is one statement, whatever the number
of ids; what is asked for is decided by an engine, so nothing here filters but by id."""

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, func, select

from longshelf.model.kinds import ItemKind
from longshelf.model.query import Query
from longshelf.model.records import Cover, FileRecord
from longshelf.store import bulk
from longshelf.store.database import run
from longshelf.store.engine.predicates import LIVE, Predicates
from longshelf.store.tables import item

_CARDS = "SELECT item_id, card FROM item_card WHERE item_id IN {ids}"
_MINE = """SELECT item_id, rating, favorite, progress, play_count, last_played_at, hidden FROM user_item
           WHERE item_id IN {ids} AND user_id = ?"""
_ITEMS = """SELECT id, library_id, kind, title, sort_title, subtitle, description, language, date, added_at, created_at, updated_at,
            duration, width, height, size, pages, rating, age_rating, cover_version, color, identifiers, extra
            FROM item WHERE id IN {ids}"""
_LINKS = """SELECT link.item_id, entity.id, entity.kind, entity.name, link.role, link.position FROM link
            JOIN entity ON entity.id = link.entity_id WHERE link.item_id IN {ids}
            ORDER BY link.item_id, link.ordinal, entity.id, link.role"""
_CHAPTERS = 'SELECT item_id, title, start, "end", page, href, level FROM chapter WHERE item_id IN {ids} ORDER BY item_id, ordinal'
_FILES = """SELECT file.item_id, file.name, file.size, file.mime, file.duration, file.missing_at, scan_issue.reason FROM file
            JOIN folder ON folder.id = file.folder_id
            LEFT JOIN scan_issue ON scan_issue.library_id = file.library_id AND scan_issue.root = folder.root AND scan_issue.path = {path}
            WHERE file.item_id IN {ids} ORDER BY file.item_id, file.missing_at IS NOT NULL, file.ordinal, file.id"""
# A file's path as scan_issue keeps it. SQLite's || makes text of blobs, hence the casts.
_PATH = {
    "sqlite": "CASE WHEN folder.path = x'' THEN file.name ELSE CAST(folder.path || '/' || file.name AS BLOB) END",
    "postgresql": "CASE WHEN folder.path = ''::bytea THEN file.name ELSE folder.path || '/'::bytea || file.name END",
}
_PLACES = """SELECT folder.root, folder.path, file.name, file.size, file.mtime_ns, file.ctime_ns, file.inode, file.mime FROM file
            JOIN folder ON folder.id = file.folder_id WHERE file.item_id = ? AND file.missing_at IS NULL ORDER BY file.ordinal, file.id"""
_LOCKS = "SELECT item_id, field FROM field_lock WHERE item_id IN {ids} ORDER BY item_id, field"


class MineRow(NamedTuple):
    """What one user said about one item; times in microseconds, progress 0-1, switches 0 or 1."""

    item_id: int
    rating: int | None
    favorite: int
    progress: float | None
    play_count: int
    last_played_at: int | None
    hidden: int


class ItemRow(NamedTuple):
    """An item's own columns; texts "" when absent, times in microseconds, `identifiers` and `extra` JSON."""

    id: int
    library_id: int
    kind: str
    title: str
    sort_title: str
    subtitle: str
    description: str
    language: str
    date: str | None
    added_at: int
    created_at: int | None
    updated_at: int
    duration: float | None
    width: int | None
    height: int | None
    size: int | None
    pages: int | None
    rating: int | None
    age_rating: int | None
    cover_version: str
    color: str
    identifiers: str
    extra: str


class LinkRow(NamedTuple):
    item_id: int
    id: int
    kind: str
    name: str
    role: str
    position: float | None


class ChapterRow(NamedTuple):
    item_id: int
    title: str
    start: float | None
    end: float | None
    page: int | None
    href: str
    level: int


class FileRow(NamedTuple):
    """`name` is raw bytes; `reason` why the last scan could not read it, if so."""

    item_id: int
    name: bytes
    size: int
    mime: str
    duration: float | None
    missing_at: int | None
    reason: str | None


class Totals(NamedTuple):
    """Of the live items of one kind."""

    kind: str
    items: int
    size: int
    duration: float


def cards(connection: Connection, ids: Iterable[int]) -> dict[int, str]:
    """Encoded cards by item; unknown ids are left out."""
    return {row[0]: row[1] for row in bulk.select_in(connection, _CARDS, ids)}


def mine(connection: Connection, user_id: int, ids: Iterable[int]) -> dict[int, MineRow]:
    """The user's rows by item; items he never touched are left out."""
    return {row[0]: MineRow(*row) for row in bulk.select_in(connection, _MINE, ids, user_id)}


def items(connection: Connection, ids: Iterable[int]) -> dict[int, ItemRow]:
    return {row[0]: ItemRow(*row) for row in bulk.select_in(connection, _ITEMS, ids)}


def links(connection: Connection, ids: Iterable[int]) -> dict[int, list[LinkRow]]:
    """All links by item, in the order of the source."""
    return _grouped(LinkRow, bulk.select_in(connection, _LINKS, ids))


def chapters(connection: Connection, ids: Iterable[int]) -> dict[int, list[ChapterRow]]:
    return _grouped(ChapterRow, bulk.select_in(connection, _CHAPTERS, ids))


def files(connection: Connection, ids: Iterable[int]) -> dict[int, list[FileRow]]:
    """Files by item in playing order, missing ones last."""
    text = _FILES.replace("{path}", _PATH[connection.dialect.name])
    return _grouped(FileRow, bulk.select_in(connection, text, ids))


def locked_fields(connection: Connection, ids: Iterable[int]) -> dict[int, list[str]]:
    """The fields edited by hand, by item."""
    found: dict[int, list[str]] = {}
    for item_id, field in bulk.select_in(connection, _LOCKS, ids):
        found.setdefault(item_id, []).append(field)
    return found


def library_counts(connection: Connection) -> dict[int, int]:
    """Live items by library; libraries without any are left out."""
    rows = run(connection, "SELECT library_id, count(*) FROM item WHERE deleted_at IS NULL GROUP BY library_id")
    return {row[0]: row[1] for row in rows}


def issue_counts(connection: Connection) -> dict[int, int]:
    """Scan issues by library."""
    return {row[0]: row[1] for row in run(connection, "SELECT library_id, count(*) FROM scan_issue GROUP BY library_id")}


class IssueRow(NamedTuple):
    """`path` is relative to the root numbered `root`; times in microseconds."""

    root: int
    path: bytes
    reason: str
    first_seen_at: int
    last_seen_at: int


def job_count(connection: Connection, states: Sequence[str], kind: str) -> int:
    """Jobs of these states (all when empty) and this kind (any when empty)."""
    conditions = [f"state IN ({','.join('?' * len(states))})"] if states else []
    conditions += ["kind = ?"] if kind else []
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return int(run(connection, f"SELECT count(*) FROM job{where}", *states, *([kind] if kind else [])).scalar_one())


def issues(connection: Connection, library_id: int, *, offset: int, limit: int) -> list[IssueRow]:
    """Scan issues of a library by root and path."""
    text = """SELECT root, path, reason, first_seen_at, last_seen_at FROM scan_issue WHERE library_id = ?
              ORDER BY root, path LIMIT ? OFFSET ?"""
    return [IssueRow(*row) for row in run(connection, text, library_id, limit, offset)]


def totals(connection: Connection, user_id: int, seen: Query) -> list[Totals]:
    """Numbers, bytes and seconds of the items of `seen`, by kind, the most numerous first."""
    columns = (item.c.kind, func.count(), func.coalesce(func.sum(item.c.size), 0), func.coalesce(func.sum(item.c.duration), 0.0))
    where = Predicates(connection.dialect.name, user_id).of(seen)
    rows = connection.execute(select(*columns).where(LIVE, where).group_by(item.c.kind).order_by(func.count().desc(), item.c.kind))
    return [Totals(kind, count, int(size), float(duration)) for kind, count, size, duration in rows]


def akin(connection: Connection, item_id: int, *, weights: Mapping[str, int], each: int, limit: int) -> list[int]:
    """Other items that share links with this one, the highest sum of weights first, deleted and hidden ones included. At most `each` items
    of one entity are looked at, so a tag on a million items costs no more than one on a thousand."""
    shared = run(connection, "SELECT DISTINCT entity_id, kind FROM link WHERE item_id = ?", item_id).all()
    scores: Counter[int] = Counter()
    for entity_id, kind in shared:
        weight = weights.get(kind, 0)
        if weight:
            text = "SELECT DISTINCT item_id FROM link WHERE entity_id = ? ORDER BY item_id DESC LIMIT ?"
            scores.update(dict.fromkeys(run(connection, text, entity_id, each).scalars(), weight))
    del scores[item_id]
    return [found for found, _ in sorted(scores.items(), key=lambda pair: (-pair[1], -pair[0]))[:limit]]


class Placed(NamedTuple):
    """Where an item is kept: its library, its picture, its present files in playing order."""

    kind: ItemKind
    library_id: int
    cover: Cover | None
    cover_version: str
    files: tuple[FileRecord, ...]


def placed(connection: Connection, item_id: int) -> Placed | None:
    """None when there is no such live item."""
    text = "SELECT kind, library_id, cover, cover_version FROM item WHERE id = ? AND deleted_at IS NULL"
    row = run(connection, text, item_id).one_or_none()
    if row is None:
        return None
    kind, library_id, cover, version = row
    files = tuple(
        FileRecord(root=root, path=os.path.join(folder, name), size=size, mtime_ns=mtime_ns, ctime_ns=ctime_ns, inode=inode, mime=mime)
        for root, folder, name, size, mtime_ns, ctime_ns, inode, mime in run(connection, _PLACES, item_id)
    )
    return Placed(ItemKind(kind), library_id, msgspec.json.decode(cover, type=Cover) if cover else None, version, files)


def _grouped(kind: Any, rows: Iterable[Any]) -> dict[int, list[Any]]:
    groups: dict[int, list[Any]] = {}
    for row in rows:
        groups.setdefault(row[0], []).append(kind(*row))
    return groups
