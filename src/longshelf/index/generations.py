"""Making generations: from the store, or from the last generation and what changed since (`folding`), in seconds. One process does it
at a time.

A build reads the whole store in one transaction, for minutes where it is large; that keeps SQLite from shortening its log meanwhile, which
cannot be helped. A fold reads what changed in pieces, each in a transaction of its own. What it reads may be newer than the revision it
counts as, but then the log names it after that revision, so whoever follows from there reads it again."""

import hashlib
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import structlog

from longshelf import logs
from longshelf.errors import Cancelled
from longshelf.index import building, changed, files, folding
from longshelf.index.building import Progress, nothing_said
from longshelf.index.changed import NO_ROWS, Rows
from longshelf.index.files import Filled, Generation, Manifest
from longshelf.index.folding_places import Unfoldable
from longshelf.index.making_standing import put_standing
from longshelf.index.segment import Put, Segment
from longshelf.model.kinds import EntityKind
from longshelf.store import changes, columns, settings
from longshelf.store.changes import Touched
from longshelf.store.database import Database, Transaction

FOLD_MOST = 500_000  # items in one fold, some 200 MB; what is left is for the next one
READ_AT_ONCE = 10_000  # items

_log = structlog.get_logger(__name__)


def build_generation(database: Database, index: Path, progress: Progress = nothing_said) -> Path | None:
    """Makes a generation of what the store holds now and removes the older ones. None when another process is at it."""
    with files.builder(index) as may_build:
        return _replaced(index, _built(database, index, progress)) if may_build else None


def renew(database: Database, index: Path, progress: Progress = nothing_said) -> Path | None:
    """The same from the last generation, if there is one that what changed since can be merged into; otherwise from the store."""
    with files.builder(index) as may_build:
        if not may_build:
            return None
        return _replaced(index, _folded(database, index, progress) or _built(database, index, progress))


def store_name(database: Database) -> str:
    """What tells this database from every other one."""
    return hashlib.blake2b(settings.secret(database), digest_size=8).hexdigest()


def trusted(connection: Transaction, manifest: Manifest) -> bool:
    """Whether the change log leads on from there: it reaches back to the revision, and it was the same commit."""
    at = changes.committed_at(connection, manifest.revision)
    same = at is None or not manifest.committed_at or at == manifest.committed_at
    return same and changes.reaches(connection, manifest.revision)


def _replaced(index: Path, made: Path) -> Path:
    files.remove_others(index, made)
    return made


def _built(database: Database, index: Path, progress: Progress) -> Path:
    with logs.operation("index_build") as operation, database.read() as connection:

        def fill(put: Put) -> Filled:
            revision = columns.revision(connection)
            count = building.build(connection, put, progress)
            operation.report(items=count, revision=revision)
            return Filled(revision, changes.committed_at(connection, revision) or 0, count)

        return files.write(index, store_name(database), fill, partial(put_standing, progress=progress))


def _folded(database: Database, index: Path, progress: Progress) -> Path | None:
    """None when the base must be built."""
    found = _newest(database, index)
    if found is None:
        return None
    with database.read() as connection:
        touched = changes.touched(connection, found.manifest.revision, FOLD_MOST)
        committed_at = changes.committed_at(connection, touched.revision) or 0
    if touched.revision == found.manifest.revision:
        return found.path  # somebody else has just folded
    base = Segment(found.arrays)
    try:
        return _fold(database, index, base, touched, committed_at, progress)
    except Unfoldable as reason:
        _log.info("index is built anew", reason=str(reason))
    except Cancelled:
        raise
    except Exception as error:  # a base that is damaged where nobody looked: the store can be trusted, so build from it
        _log.exception("index fold failed", reason=str(error))
    return None


def _fold(  # noqa: PLR0917 - a fold and what it goes by
    database: Database, index: Path, base: Segment, touched: Touched, committed_at: int, progress: Progress
) -> Path:
    if not folding.few_enough(base, len(touched.items)):
        raise Unfoldable("too much of it changed")
    began = time.monotonic()
    ids = np.fromiter(sorted(touched.items), dtype=np.int64, count=len(touched.items))
    rows = changed.joined([NO_ROWS, *_pieces(database, ids.tolist(), progress)])

    def fill(put: Put) -> Filled:
        count = folding.fold(base, ids, rows, lambda kind: _named(database, kind), put, progress)
        return Filled(touched.revision, committed_at, count)

    made = files.write(index, store_name(database), fill, partial(put_standing, progress=progress))
    milliseconds = round((time.monotonic() - began) * 1000, 2)
    _log.info("index_fold completed", changed=len(ids), revision=touched.revision, total_ms=milliseconds)
    return made


def _newest(database: Database, index: Path) -> Generation | None:
    """The newest generation that can be trusted, if there is one."""
    store = store_name(database)
    for path in files.generations(index):
        try:
            found = files.open_generation(path, store)
        except files.Foreign:
            continue
        with database.read() as connection:
            if trusted(connection, found.manifest):
                return found
    return None


def _pieces(database: Database, ids: list[int], progress: Progress) -> Iterator[Rows]:
    for start in range(0, len(ids), READ_AT_ONCE):
        progress("changes", 0.0)
        with database.read() as connection:
            yield changed.read(connection, ids[start : start + READ_AT_ONCE])


def _named(database: Database, kind: EntityKind) -> Sequence[int]:
    with database.read() as connection:
        return columns.by_name(connection, kind)
