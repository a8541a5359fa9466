"""Importing posts: pages of lines into a library, each page one transaction with the place it leads to.

The rules: a line that makes no item is reported and stops nothing; an equal digest writes nothing; of lines with one id the last one
counts; an item keeps what a person has edited; what was killed goes on after the last page that was committed, and counts as if it never
had been."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import msgspec
from pyroaring import BitMap

from longshelf.errors import Invalid
from longshelf.ingest.entities import EntityCache
from longshelf.ingest.locks import keep_locked
from longshelf.ingest.posts_reading import Page, Pages, Ready, prepared, seldom_collecting
from longshelf.ingest.posts_sheet import Sheet
from longshelf.ingest.posts_writing import Led, Placed, put_posts, verify_rest
from longshelf.ingest.put import put_items
from longshelf.ingest.rows import Placement
from longshelf.sources.posts.lines import Identity, Line, Lines
from longshelf.store import bulk, files, items, posts, tables
from longshelf.store.database import Database, Transaction, Write
from longshelf.store.items import Existing

PAGE_LINES = 10_000  # pages of many trees change with every commit: the fewer commits, the less is written
PAGE_BYTES = 4 << 20  # as Python objects ten times as much, at the worst
ISSUES_KEPT = 1_000  # the first ones, with their line and reason; all are counted
ANALYZE_AFTER = 5_000  # items written; fewer do not change what the planner should think


class Progress(Protocol):
    """Who wants to know, and may stop us. `checkpoint` raises when the job is lost; what the transaction wrote then goes too."""

    @property
    def checkpoint_left(self) -> Any: ...

    def progress(self, done: int | None = None, total: int | None = None, message: str | None = None) -> None: ...

    def error(self, message: str) -> None: ...

    def check(self) -> None: ...

    def checkpoint(self, value: object, connection: Transaction | None = None) -> None: ...


class ImportReport(msgspec.Struct):
    """`lines` are those with anything in them: added + updated + unchanged + duplicates + invalid. A duplicate is a line whose id the file
    had before."""

    lines: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    invalid: int = 0
    statements: int = 0


class _Place(msgspec.Struct):
    """The checkpoint: up to which line of which file, and what was counted."""

    identity: Identity
    line: int
    report: ImportReport


class PostImport:
    """One run of one file into one library."""

    def __init__(self, database: Database, library_id: int, name: str, lines: Lines, progress: Progress) -> None:
        """`name` is what people call the file."""
        self.database = database
        self.library_id = library_id
        self.name = name
        self.report = ImportReport()
        self._lines = lines
        self._progress = progress
        self._entities = EntityCache(library_id)
        self._led = Led(self._entities)
        self._seen = BitMap()  # items this file has named, to know which lines name one again
        self._resumed = 0
        self._issues = 0
        self._damage: Invalid | None = None

    def run(self) -> ImportReport:
        """Invalid when the file ends where it should not; what was committed stays."""
        self._begin()
        earlier, sent = self.report.statements, self.database.statements
        with seldom_collecting(), Pages(self._progress.check, self.database.dialect) as pages:
            for page, lines in pages.read(self._lines_of_pages()):
                self._progress.check()
                if page.sheet is not None:
                    self._led.learn(page.sheet)
                if page.last <= self._resumed:
                    self._recall(page)
                else:
                    changed = self._write(page, lines)
                    pages.whole = 2 * changed >= len(page.digests)
                    self.report.statements = earlier + self.database.statements - sent
                self._tell()
                del page, lines  # before the next one comes
        if self._damage is not None:
            raise self._damage
        if self.report.added + self.report.updated > ANALYZE_AFTER:
            self.database.analyze()
        self.report.statements = earlier + self.database.statements - sent
        self._progress.progress(self.report.lines, self.report.lines)
        return self.report

    def _begin(self) -> None:
        """Goes on where an earlier attempt was, when the file is still the same."""
        left = self._progress.checkpoint_left
        place = msgspec.convert(left, _Place) if left else None
        if place is not None and place.identity == self._lines.identity:
            self._resumed, self.report = place.line, place.report
            self._issues = min(self.report.invalid, ISSUES_KEPT)
            return
        with self.database.write_quietly() as connection:
            files.clear_issues(connection, self.library_id, files.issues(connection, self.library_id))

    def _lines_of_pages(self) -> Iterator[list[Line]]:
        """A page ends where a resumed import begins, so that none is read half. Of a damaged file what could be read comes first."""
        page: list[Line] = []
        held = 0
        try:
            for line in self._lines:
                page.append(line)
                held += len(line.text or b"")
                if len(page) >= PAGE_LINES or held >= PAGE_BYTES or line.number == self._resumed:
                    yield page
                    page, held = [], 0
        except Invalid as error:
            self._damage = error
        if page:
            yield page

    def _recall(self, page: Page) -> None:
        """Learns which items a page named that was committed before."""
        with self.database.read() as connection:
            known = posts.known(connection, self.library_id, list(page.digests))
        self._seen.update(each.id for each in known.values())

    def _write(self, page: Page, lines: Sequence[Line]) -> int:
        """How many posts it wrote."""
        with self.database.read() as connection:
            known = posts.known(connection, self.library_id, list(page.digests))
        changed = [key for key, digest in page.digests.items() if _differs(digest, known.get(key))]
        report = self._counted(page, known, changed)
        with self.database.write() if page.sheet is None else self.database.write_unchecked() as write:
            ids = self._put(write, page, lines, known, changed)
            self._report_bad(write.connection, page.bad)
            self._progress.checkpoint(_Place(self._lines.identity, page.last, report), write.connection)
        self._entities.commit()
        self._issues = min(report.invalid, ISSUES_KEPT)
        self.report = report
        self._seen.update(ids)
        self._seen.update(each.id for each in known.values())
        for number, reason in page.bad:
            self._progress.error(f"line {number:,}: {reason}")
        return len(changed)

    def _put(self, write: Write, page: Page, lines: Sequence[Line], known: Mapping[str, Existing], changed: Sequence[str]) -> list[int]:
        """The ids of what was written."""
        if not changed:
            return []
        connection, at = write.connection, self.database.clock()
        ids = {key: known[key].id for key in changed if key in known}
        before = items.existing(connection, ids.values())  # again: others may have written since
        new = [key for key in changed if key not in ids]
        ids.update(zip(new, bulk.next_ids(connection, tables.item, len(new)) if new else (), strict=True))
        places = {key: place for place, key in enumerate(page.digests)}  # in the sheet
        placed = {key: Placed(places[key], ids[key], before.get(ids[key])) for key in changed}
        if page.sheet is not None:
            placed = self._put_sheet(write, page.sheet, placed, at)
        if placed:
            self._put_prepared(write, prepared(page, lines, placed), placed, at)
            if page.sheet is not None:
                verify_rest(write, [each.item_id for each in placed.values()])
        write.touch(ids.values(), library_id=self.library_id)
        return list(ids.values())

    def _put_sheet(self, write: Write, sheet: Sheet, placed: Mapping[str, Placed], at: int) -> dict[str, Placed]:
        """Writes what can be written the short way; the others."""
        locked = items.locks(write.connection, [each.item_id for each in placed.values() if each.before])
        free = sorted([each for each in placed.values() if each.item_id not in locked])
        left = {each.item_id for each in put_posts(write, self.library_id, sheet, free, self._led, at)} | locked.keys()
        return {key: each for key, each in placed.items() if each.item_id in left} if left else {}

    def _put_prepared(self, write: Write, ready: Mapping[str, Ready], placed: Mapping[str, Placed], at: int) -> None:
        """Writes the usual way."""
        given = {placed[key].item_id: each.prepared for key, each in ready.items()}
        known = {each.item_id: given[each.item_id] for each in placed.values() if each.before is not None}
        if known:
            given.update(keep_locked(write, known))
        rows = []
        for key, each in ready.items():
            _, item_id, before = placed[key]
            rows.append((given[item_id], Placement(item_id, self.library_id, before, at, write.revision, each.added_at)))
        put_items(write, rows, self._entities)

    def _counted(self, page: Page, known: Mapping[str, Existing], changed: Sequence[str]) -> ImportReport:
        """The report with this page. A post that the file had before is a duplicate, whatever it changes."""
        before = self.report
        again = {key for key, each in known.items() if each.id in self._seen}
        added = sum(key not in known for key in changed)
        updated = sum(key in known and key not in again for key in changed)
        return ImportReport(
            lines=before.lines + page.count,
            added=before.added + added,
            updated=before.updated + updated,
            unchanged=before.unchanged + len(page.digests) - len(again) - added - updated,
            duplicates=before.duplicates + page.read - len(page.digests) + len(again),
            invalid=before.invalid + len(page.bad),
            statements=before.statements,
        )

    def _report_bad(self, connection: Transaction, bad: Sequence[tuple[int, str]]) -> None:
        kept = bad[: ISSUES_KEPT - self._issues]
        if kept:
            rows = [(0, f"{self.name}:{number}".encode(), reason) for number, reason in kept]
            files.put_issues(connection, self.library_id, rows, at=self.database.clock())

    def _tell(self) -> None:
        """How many lines there will be is judged by how much of the file was read."""
        done, share = self.report.lines, self._lines.share
        self._progress.progress(done, max(done, round(done / share)) if share else None, "importing")


def _differs(digest: bytes, before: Existing | None) -> bool:
    return before is None or before.deleted_at is not None or before.content_hash != digest
