"""Items read for people: cards for a page, everything for one item or an export batch. Each function is one statement, whatever the number
of ids; what is asked for is decided by an engine, so nothing here filters but by id."""

import os
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from longshelf.model.kinds import ItemKind
from longshelf.model.records import Cover, FileRecord
from longshelf.store import bulk
from longshelf.store.database import run
from longshelf.store.hot import HotReads

_CARDS = "SELECT item_id, {card} FROM {ids} CROSS JOIN item_card WHERE item_id = value"
_MINE_COLUMNS = "item_id, rating, favorite, progress, play_count, last_played_at, hidden"
_MINE = f"SELECT {_MINE_COLUMNS} FROM user_item WHERE item_id IN {{ids}} AND user_id = ?"
_HOT_MINE = f"SELECT {_MINE_COLUMNS} FROM {{ids}} CROSS JOIN user_item WHERE item_id = value AND user_id = ?"
# Revisions alone would come again after a backup was restored; with the time of their commit they do not.
_NEWEST = """SELECT value, (SELECT committed_at FROM change WHERE revision = value),
             (SELECT personal_version FROM "user" WHERE id = ?) FROM revision WHERE id = 1"""
_ITEMS = """SELECT id, library_id, kind, title, sort_title, subtitle, description, language, date, added_at, created_at, updated_at,
            duration, width, height, size, pages, rating, age_rating, cover_version, color, identifiers, extra,
            (SELECT type FROM library WHERE library.id = item.library_id)
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
    """An item's own columns; texts "" when absent, times in microseconds, `identifiers` and `extra` JSON. `library` is the type of its
    library."""

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
    library: str


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


def cards(hot: HotReads, ids: Iterable[int]) -> dict[int, bytes]:
    """Encoded cards by item, as they are now; unknown ids are left out."""
    return dict(hot.rows_of(_CARDS, ids))


def mine(connection: Connection, user_id: int, ids: Iterable[int]) -> dict[int, MineRow]:
    """The user's rows by item; items he never touched are left out."""
    return {row[0]: MineRow(*row) for row in bulk.select_in(connection, _MINE, ids, user_id)}


def hot_mine(hot: HotReads, user_id: int, ids: Iterable[int]) -> dict[int, MineRow]:
    """As `mine`, as they are now."""
    return {row[0]: MineRow(*row) for row in hot.rows_of(_HOT_MINE, ids, user_id)}


def revision(hot: HotReads) -> int:
    """The newest commit that changed the catalogue."""
    ((found,),) = hot.rows("SELECT value FROM revision")
    return int(found)


def newest(hot: HotReads, user_id: int) -> tuple[int | None, ...]:
    """Names what every card and all of the user's rows hold now: another commit to either gives another answer."""
    (found,) = hot.rows(_NEWEST, user_id)
    return found


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


def issues(connection: Connection, library_id: int, *, offset: int, limit: int) -> list[IssueRow]:
    """Scan issues of a library by root and path."""
    text = """SELECT root, path, reason, first_seen_at, last_seen_at FROM scan_issue WHERE library_id = ?
              ORDER BY root, path LIMIT ? OFFSET ?"""
    return [IssueRow(*row) for row in run(connection, text, library_id, limit, offset)]


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
