"""The files a folder library knows: what each looked like when it was last read, and which item it belongs to.

File and folder names are bytes here: a name need not be text. A missing file keeps its row, so that it can come back as itself."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection

from longshelf.store import bulk
from longshelf.store.among import select_among
from longshelf.store.database import placeholders
from longshelf.store.tables import file, folder, scan_issue

FILE_COLUMNS = (
    "id", "library_id", "folder_id", "name", "item_id", "ordinal", "size", "mtime_ns", "ctime_ns", "inode", "companions", "fingerprint",
    "mime", "duration", "missing_at",
)  # fmt: skip


class KnownFile(NamedTuple):
    """A file row as far as a scan compares it. `item_id` is None while the file has only an issue."""

    id: int
    item_id: int | None
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    companions: bytes
    missing: bool


@dataclass
class KnownFolder:
    """A folder row with its files by name and the names of the folders below it."""

    id: int
    files: dict[bytes, KnownFile] = field(default_factory=dict)
    children: dict[bytes, int] = field(default_factory=dict)


class Missing(NamedTuple):
    """A file row whose file was not where it should be."""

    id: int
    item_id: int | None
    root: int


class Candidate(NamedTuple):
    """A known file with a wanted fingerprint: perhaps the old place of a moved one."""

    id: int
    item_id: int | None
    root: int
    path: bytes


_FOLDERS = "SELECT id, path FROM folder WHERE library_id = ? AND root = ? AND path IN {values}"
_CHILDREN = "SELECT parent_id, id, path FROM folder WHERE parent_id IN {ids}"
_FILES = """SELECT folder_id, name, id, item_id, size, mtime_ns, ctime_ns, inode, companions, missing_at IS NOT NULL
            FROM file WHERE folder_id IN {ids}"""
_CANDIDATES = """SELECT file.fingerprint, file.id, file.item_id, folder.root, folder.path, file.name
                 FROM file JOIN folder ON folder.id = file.folder_id WHERE file.library_id = ? AND file.fingerprint IN {values}
                 ORDER BY file.id"""
_BELOW = """WITH RECURSIVE below (id) AS (
              SELECT id FROM folder WHERE id = ? UNION ALL SELECT folder.id FROM folder JOIN below ON folder.parent_id = below.id)
            SELECT file.id, file.item_id, folder.root FROM file JOIN below ON file.folder_id = below.id
            JOIN folder ON folder.id = below.id WHERE file.missing_at IS NULL"""


def known_folders(connection: Connection, library_id: int, root: int, paths: Sequence[bytes]) -> dict[bytes, KnownFolder]:
    """What is stored of these folders, by path; folders never seen are left out. Three statements for a few hundred folders."""
    by_path = {row.path: KnownFolder(row.id) for row in select_among(connection, _FOLDERS, paths, library_id, root)}
    by_id = {known.id: known for known in by_path.values()}
    for parent_id, folder_id, path in bulk.select_in(connection, _CHILDREN, by_id):
        by_id[parent_id].children[os.path.basename(path)] = folder_id
    for row in bulk.select_in(connection, _FILES, by_id):
        by_id[row[0]].files[row[1]] = KnownFile._make(row[2:])
    return by_path


def count_present(connection: Connection, library_id: int) -> dict[int, int]:
    """Files that were there at the last look, by root."""
    text = """SELECT folder.root, count(*) FROM file JOIN folder ON folder.id = file.folder_id
              WHERE file.library_id = ? AND file.missing_at IS NULL GROUP BY folder.root"""
    return {row[0]: row[1] for row in connection.exec_driver_sql(placeholders(connection, text), (library_id,))}


def candidates(connection: Connection, library_id: int, fingerprints: Sequence[bytes]) -> dict[bytes, list[Candidate]]:
    """Known files by fingerprint, the oldest row first."""
    found: dict[bytes, list[Candidate]] = {}
    for row in select_among(connection, _CANDIDATES, fingerprints, library_id):
        place = os.path.join(row.path, row.name)
        found.setdefault(row.fingerprint, []).append(Candidate(row.id, row.item_id, row.root, place))
    return found


def present_below(connection: Connection, folder_id: int) -> Iterator[Missing]:
    """Every present file in a folder and all folders below it."""
    for row in connection.exec_driver_sql(placeholders(connection, _BELOW), (folder_id,)):
        yield Missing(*row)


def add_folders(connection: Connection, library_id: int, rows: Sequence[tuple[int, int, bytes, int | None]]) -> None:
    """`rows` are (id, root, path, parent id), parents before children. One that exists already stays."""
    columns = ("id", "library_id", "root", "path", "parent_id")
    bulk.insert_new(connection, folder, columns, [(row[0], library_id, *row[1:]) for row in rows])


def folder_ids(connection: Connection, library_id: int, root: int, paths: Sequence[bytes]) -> dict[bytes, int]:
    """Ids of the known ones among `paths`."""
    return {row.path: row.id for row in select_among(connection, _FOLDERS, paths, library_id, root)}


def put(connection: Connection, rows: Sequence[Sequence[Any]]) -> None:
    """Adds or rewrites file rows by id; `rows` in the order of FILE_COLUMNS. IntegrityError when another row has that place."""
    bulk.upsert(connection, file, FILE_COLUMNS, rows, ("id",))


def mark_missing(connection: Connection, file_ids: Iterable[int], *, at: int) -> None:
    """The files are gone since `at`; their rows stay."""
    bulk.update(connection, file, ("id",), ("missing_at",), [(file_id, at) for file_id in file_ids])


def read_again(connection: Connection, item_id: int) -> None:
    """Makes the next scan read the item's files, and write what they say, although they did not change."""
    connection.exec_driver_sql(placeholders(connection, "UPDATE file SET mtime_ns = -1 WHERE item_id = ?"), (item_id,))
    connection.exec_driver_sql(placeholders(connection, "UPDATE item SET content_hash = ? WHERE id = ?"), (b"", item_id))


def issues(connection: Connection, library_id: int) -> dict[tuple[int, bytes], str]:
    """(root, path) -> reason."""
    text = placeholders(connection, "SELECT root, path, reason FROM scan_issue WHERE library_id = ?")
    return {(row[0], row[1]): row[2] for row in connection.exec_driver_sql(text, (library_id,))}


def put_issues(connection: Connection, library_id: int, rows: Iterable[tuple[int, bytes, str]], *, at: int) -> None:
    """`rows` are (root, path, reason), no place twice. When an issue was first seen stays."""
    columns = ("library_id", "root", "path", "reason", "first_seen_at", "last_seen_at")
    values = [(library_id, root, path, reason, at, at) for root, path, reason in rows]
    bulk.upsert(connection, scan_issue, columns, values, columns[:3], ("reason", "last_seen_at"))


def clear_issues(connection: Connection, library_id: int, places: Iterable[tuple[int, bytes]]) -> None:
    """These places are fine now."""
    bulk.delete(connection, scan_issue, ("library_id", "root", "path"), [(library_id, root, path) for root, path in places])
