"""Scanning a folder library: walk → compare → parse in processes → one writer. Reads like a contents page in `Scan.run`.

The rules: nothing is deleted unless its folder was read and its root answered before and after; one bad file is an issue, never the end;
a crash or cancel loses at most the batch in flight, and the next scan goes on from what was committed."""

import os
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

import msgspec

from longshelf.errors import SourceOffline
from longshelf.ingest.diff import Differ, Difference, Place
from longshelf.ingest.parsing import Answer, Assignment, decode_answer, encode_assignment, give_up, handle
from longshelf.ingest.pool import ParsePool
from longshelf.ingest.writer import Batch, Writer
from longshelf.sources.folder.options import VACANT
from longshelf.sources.folder.walk import Listing, RootState, check_root, count_media, walk
from longshelf.store import files
from longshelf.store.database import Database
from longshelf.store.files import KnownFile, Missing

BATCH_FILES = 500  # one transaction; a reader never sees half of one, a crash loses at most one
BATCH_SECONDS = 2.0  # or this old: slow files still appear while the scan runs
REMOVE_AT_ONCE = 1_000
ANALYZE_AFTER = 5_000  # items written; fewer do not change what the planner should think


class Progress(Protocol):
    """Who wants to know, and may stop us. `check` raises Cancelled when the scan should end."""

    def progress(self, done: int, total: int | None = None, message: str = "") -> None: ...

    def check(self) -> None: ...


class ScanOptions(msgspec.Struct, frozen=True, kw_only=True):
    """`full` reads every file again. `allow_empty` believes an empty root. `workers` parser processes (None: one a core, at least 4)."""

    full: bool = False
    allow_empty: bool = False
    follow_links: bool = False
    audio_mode: str = "auto"
    workers: int | None = None


class ScanReport(msgspec.Struct, kw_only=True):
    """Counts of one scan. `files` were looked at, of which `unchanged` cost one stat. `added`, `updated`, `restored` and `removed` are
    items, `moved` and `missing` files, `issues` those standing after the scan. `offline` are the reasons why
    roots could not be read: nothing in them was judged."""

    files: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    moved: int = 0
    restored: int = 0
    missing: int = 0
    removed: int = 0
    issues: int = 0
    statements: int = 0
    offline: list[str] = []


class Scan:
    """One scan of one library. `roots` are absolute paths; their order is their identity in the store."""

    def __init__(self, database: Database, library_id: int, roots: Sequence[bytes], options: ScanOptions, progress: Progress) -> None:
        self.database = database
        self.library_id = library_id
        self.roots = roots
        self.options = options
        self.progress = progress
        self.report = ScanReport()
        self.writer = Writer(database, library_id, self._still_there, database.clock)
        self._states: dict[int, RootState] = {}
        self._vacant: set[int] = set()  # places of roots that were taken out of the library: what was known there is gone
        self._known: dict[Place, KnownFile] = {}
        self._missing: list[Missing] = []
        self._unread: list[Place] = []
        self._issues_before: dict[Place, str] = {}
        self._issues_now: dict[Place, str] = {}
        self._walk_issues: dict[Place, str] = {}
        self._total: int | None = None
        self._done = 0

    def run(self) -> ScanReport:
        """Every phase in turn. SourceOffline when no root can be read; Cancelled when asked to stop."""
        sent_before = self.database.statements
        self._check_roots()
        self._read_changes()
        self._note_vacant()
        self._remove_missing()
        self._settle_issues()
        self._finish()
        self.report.statements = self.database.statements - sent_before
        return self.report

    def _check_roots(self) -> None:
        with self.database.read() as connection:
            present = files.count_present(connection, self.library_id)
            self._issues_before = files.issues(connection, self.library_id)
        reasons = []
        for index, root in enumerate(self.roots):
            if root == VACANT:
                self._vacant.add(index)
                continue
            try:
                self._states[index] = check_root(root, may_be_empty=self.options.allow_empty or not present.get(index))
            except SourceOffline as error:
                reasons.append(str(error))
        self.report.offline = reasons
        if not self._states:
            raise SourceOffline("; ".join(reasons) or "this library has no folders; add one")
        self.writer.has_issues = bool(self._issues_before)
        self._total = sum(present.values()) or None
        self.progress.progress(0, self._total, "scanning")

    def _read_changes(self) -> None:
        differ = Differ(self.database, self.library_id, self._issues_before, full=self.options.full)
        listings = (listing for index, root in self._online_roots().items() for listing in self._walk(index, root))
        batch = Batch()
        due = time.monotonic() + BATCH_SECONDS
        with self._counting(), ParsePool(handle, give_up, workers=self.options.workers) as pool:
            for data in pool.map_unordered(self._assignments(differ.differences(listings))):
                self._collect(decode_answer(data), batch)
                if batch.size >= BATCH_FILES or time.monotonic() >= due:
                    batch = self._apply(batch)
                    due = time.monotonic() + BATCH_SECONDS
        self._apply(batch)

    @contextmanager
    def _counting(self) -> Iterator[None]:
        """A first scan counts the files beside its work, so that progress soon has an end; later ones know it from the last."""
        stopped = threading.Event()

        def count() -> None:
            total = sum(count_media(root, stopped.is_set) for root in self._online_roots().values())
            if not stopped.is_set():
                self._total = total

        thread = threading.Thread(target=count, name="count-media", daemon=True)
        if self._total is None:
            thread.start()
        try:
            yield
        finally:
            stopped.set()
            if thread.ident is not None:
                thread.join()

    def _walk(self, index: int, root: bytes) -> Iterator[Listing]:
        return walk(index, root, follow_links=self.options.follow_links)

    def _assignments(self, differences: Iterable[Difference]) -> Iterator[bytes]:
        for difference in differences:
            self.progress.check()
            self._note(difference)
            for unit in difference.units:
                yield encode_assignment(Assignment(self.roots[unit.root], unit, self.options.audio_mode))

    def _note(self, difference: Difference) -> None:
        self.report.files += difference.seen
        self.report.unchanged += difference.unchanged
        self._known.update(difference.known)
        self._missing.extend(difference.missing)
        self._unread.extend(difference.unread)
        self._walk_issues.update(((issue.root, issue.path), issue.reason) for issue in difference.issues)
        self._issues_now.update((place, self._issues_before[place]) for place in difference.settled)
        if difference.vanished:
            self._note_vanished(difference.vanished)
        self._advance(difference.unchanged)

    def _note_vanished(self, folder_ids: Sequence[int]) -> None:
        with self.database.read() as connection:
            for folder_id in folder_ids:
                self._missing.extend(files.present_below(connection, folder_id))

    def _note_vacant(self) -> None:
        """A person took these roots out: no guard asks whether a disk is away."""
        with self.database.read() as connection:
            for index in self._vacant:
                tops = files.folder_ids(connection, self.library_id, index, [b""]).values()
                self._missing.extend(row for top in tops for row in files.present_below(connection, top))

    def _collect(self, answer: Answer, batch: Batch) -> None:
        batch.items.extend(answer.items)
        batch.failed.extend(answer.failed)
        for issue in answer.issues:
            batch.report(issue)
        records = [file for prepared in answer.items for file in prepared.record.files]
        for file in (*records, *answer.failed):
            known = self._known.pop((file.root, file.path), None)
            if known is not None:
                batch.known[(file.root, file.path)] = known

    def _apply(self, batch: Batch) -> Batch:
        """Commits the batch; the next, empty one."""
        if batch.size or batch.issues:
            self.writer.apply(batch)
            self._issues_now.update(batch.issues)
            self._advance(batch.size)
        self.progress.check()
        return Batch()

    def _advance(self, count: int) -> None:
        self._done += count
        if self._total is not None:
            self._total = max(self._total, self._done)
        self.progress.progress(self._done, self._total, "scanning")

    def _remove_missing(self) -> None:
        """Only where the root still answers as the same file system it was at the start: a disk may go while we read it."""
        self._recheck_roots()
        gone = [row for row in self._missing if row.root in self._states or row.root in self._vacant]
        for start in range(0, len(gone), REMOVE_AT_ONCE):
            self.progress.check()
            self.report.missing += self.writer.remove_missing(gone[start : start + REMOVE_AT_ONCE])

    def _recheck_roots(self) -> None:
        for index, before in list(self._states.items()):
            try:
                after = check_root(self.roots[index], may_be_empty=before.empty or self.options.allow_empty)
            except SourceOffline as error:
                self.report.offline.append(str(error))
                del self._states[index]
                continue
            if (after.device, after.inode) != (before.device, before.inode):
                self.report.offline.append(f"{os.fsdecode(self.roots[index])} was replaced while it was scanned: scan again")
                del self._states[index]

    def _settle_issues(self) -> None:
        """Issues of folders that could not be judged stay; all others not seen this time are over."""
        self._issues_now.update(self._walk_issues)
        over = [place for place in self._issues_before if place not in self._issues_now and self._judged(place)]
        fresh = {place: reason for place, reason in self._walk_issues.items() if self._issues_before.get(place) != reason}
        if over or fresh:
            with self.database.write_quietly() as connection:
                files.clear_issues(connection, self.library_id, over)
                files.put_issues(
                    connection, self.library_id, [(*place, reason) for place, reason in fresh.items()], at=self.database.clock()
                )
        self.report.issues = len(self._issues_now) + sum(not self._judged(place) for place in self._issues_before)

    def _judged(self, place: Place) -> bool:
        root, path = place
        if root in self._vacant:
            return True
        if root not in self._states:
            return False
        return not any(root == each and (not below or path.startswith(below + b"/")) for each, below in self._unread)

    def _finish(self) -> None:
        written = self.writer.written
        for name in ("added", "updated", "moved", "restored", "removed"):
            setattr(self.report, name, getattr(written, name))
        if written.added + written.updated >= ANALYZE_AFTER:
            self.database.analyze()
        self.progress.progress(self._done, self._done, "done")

    def _online_roots(self) -> dict[int, bytes]:
        return {index: self.roots[index] for index in self._states}

    def _still_there(self, root: int, path: bytes) -> bool:
        """A place in a root that is offline counts as there: its file has not moved, its disk is away."""
        if root not in self._states:
            return root not in self._vacant
        return os.path.lexists(os.path.join(self.roots[root], path))
