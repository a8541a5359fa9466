"""The single writer of a library: one batch, one transaction. Rows, links, search text, cards, files, issues and the change-log entry
commit together, so a crash loses at most the batch in flight and leaves nothing half done.

Statements per batch are constant; statements per item fall with the batch size."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from longshelf.ingest.entities import EntityCache
from longshelf.ingest.locks import keep_locked
from longshelf.ingest.places import Places
from longshelf.ingest.prepared import Prepared
from longshelf.ingest.put import put_items
from longshelf.ingest.rows import Placement
from longshelf.model.records import FileRecord, Issue
from longshelf.model.times import Clock
from longshelf.store import bulk, files, items
from longshelf.store.database import Database, Write
from longshelf.store.files import KnownFile
from longshelf.store.tables import file as file_table
from longshelf.store.tables import item as item_table

Place = tuple[int, bytes]  # (root index, path below it)
StillThere = Callable[[int, bytes], bool]


@dataclass
class Batch:
    """What to write at once. `known` are the file rows at the places of `items` and `failed`, as the scan saw them."""

    items: list[Prepared] = field(default_factory=list)
    failed: list[FileRecord] = field(default_factory=list)
    issues: dict[Place, str] = field(default_factory=dict)
    known: dict[Place, KnownFile] = field(default_factory=dict)

    def report(self, issue: Issue) -> None:
        """Adds an issue; several at one place become one, with all their reasons."""
        place = (issue.root, issue.path)
        self.issues[place] = f"{self.issues[place]}; {issue.reason}" if place in self.issues else issue.reason

    @property
    def size(self) -> int:
        """Files in it."""
        return sum(len(prepared.record.files) for prepared in self.items) + len(self.failed)


@dataclass
class Written:
    """Counts of items, over all batches of one writer."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    moved: int = 0
    restored: int = 0
    removed: int = 0


@dataclass
class _Plan:
    """One item of a batch with the file rows it takes over."""

    prepared: Prepared
    item_id: int | None
    file_ids: list[int | None]


class Writer:
    """Writes batches of one folder library. `still_there(root, path)` asks the disk, now, whether a file is at a place."""

    def __init__(self, database: Database, library_id: int, still_there: StillThere, clock: Clock) -> None:
        self.database = database
        self.library_id = library_id
        self.still_there = still_there
        self.clock = clock
        self.written = Written()
        self.has_issues = True  # whether any place may have an issue to clear; False saves a statement a batch
        self._moved_files: set[int] = set()  # rows that found a new place in this scan: not missing, and not to be claimed twice
        self._entities = EntityCache(library_id)
        self._places = Places(library_id)

    def apply(self, batch: Batch) -> None:
        """Commits the whole batch or nothing of it."""
        at = self.clock()
        with self.database.write() as write:
            plans = self._plan(write, batch)
            left_behind = self._left_behind(batch, plans)
            before = items.existing(write.connection, [plan.item_id for plan in plans if plan.item_id is not None])
            changed = self._number(write, plans, before)
            self._write_items(write, changed, before, at)
            self._write_files(write, batch, plans)
            removed = items.delete_fileless(write.connection, left_behind, at=at, revision=write.revision)
            self._write_issues(write, batch, at)
            if changed or removed:
                write.touch([plan.item_id for plan in changed if plan.item_id is not None] + removed, library_id=self.library_id)
        self._entities.commit()
        self._places.commit()
        self._count(plans, changed, before, removed)

    def remove_missing(self, missing: Sequence[files.Missing]) -> int:
        """Marks files as gone, except those that turned up elsewhere; how many were. Call in pieces."""
        at = self.clock()
        gone = [row for row in missing if row.id not in self._moved_files]
        if not gone:
            return 0
        with self.database.write() as write:
            files.mark_missing(write.connection, [row.id for row in gone], at=at)
            ids = {row.item_id for row in gone if row.item_id is not None}
            removed = items.delete_fileless(write.connection, ids, at=at, revision=write.revision)
            if removed:
                write.touch(removed, library_id=self.library_id)
        self.written.removed += len(removed)
        return len(gone)

    def _plan(self, write: Write, batch: Batch) -> list[_Plan]:
        """Decides which item each prepared one is: the one its files belong to, else one that moved here, else a new one."""
        unknown = [
            file.fingerprint
            for prepared in batch.items
            for file in prepared.record.files
            if file.fingerprint and (file.root, file.path) not in batch.known
        ]
        candidates = files.candidates(write.connection, self.library_id, list(dict.fromkeys(unknown)))
        claimed: set[int] = set()
        return [self._plan_one(prepared, batch.known, candidates, claimed) for prepared in batch.items]

    def _plan_one(
        self, prepared: Prepared, known: Mapping[Place, KnownFile], candidates: Mapping[bytes, list[files.Candidate]], claimed: set[int]
    ) -> _Plan:
        """`claimed` are items other files of this batch have taken: when a group of files splits, the first part keeps the item."""
        file_ids: list[int | None] = []
        owners: list[int] = []
        for file in prepared.record.files:
            found = known.get((file.root, file.path)) or self._moved(file, candidates.get(file.fingerprint, ()))
            file_ids.append(found.id if found else None)
            if found and found.item_id is not None:
                owners.append(found.item_id)
        owner = next((owner for owner in owners if owner not in claimed), None)
        if owner is not None:
            claimed.add(owner)
        return _Plan(prepared, owner, file_ids)

    def _moved(self, file: FileRecord, candidates: Sequence[files.Candidate]) -> files.Candidate | None:
        """The row of a file with this content whose own place is empty now; or the row another scan made for this very place."""
        for candidate in candidates:
            if (candidate.root, candidate.path) == (file.root, file.path):
                return candidate
        for candidate in candidates:
            if candidate.id not in self._moved_files and not self.still_there(candidate.root, candidate.path):
                self._moved_files.add(candidate.id)
                self.written.moved += 1
                return candidate
        return None

    def _left_behind(self, batch: Batch, plans: Sequence[_Plan]) -> set[int]:
        """Items whose files were regrouped into others; without any file left they go."""
        before = {known.item_id for known in batch.known.values() if known.item_id is not None}
        return before - {plan.item_id for plan in plans}

    def _number(self, write: Write, plans: Sequence[_Plan], before: Mapping[int, items.Existing]) -> list[_Plan]:
        """Gives new items their ids; returns the plans that have anything to write but file rows."""
        new = [plan for plan in plans if plan.item_id is None or plan.item_id not in before]
        for plan, item_id in zip(new, bulk.next_ids(write.connection, item_table, len(new)) if new else (), strict=True):
            plan.item_id = item_id
        return [plan for plan in plans if _differs(plan, before)]

    def _write_items(self, write: Write, plans: Sequence[_Plan], before: Mapping[int, items.Existing], at: int) -> None:
        prepared = {plan.item_id: plan.prepared for plan in plans if plan.item_id is not None}
        known = {item_id: value for item_id, value in prepared.items() if item_id in before}
        prepared.update(keep_locked(write, known) if known else {})
        placed = [
            (value, Placement(item_id, self.library_id, before.get(item_id), at, write.revision)) for item_id, value in prepared.items()
        ]
        put_items(write, placed, self._entities)

    def _write_files(self, write: Write, batch: Batch, plans: Sequence[_Plan]) -> None:
        connection = write.connection
        records = [
            (record, file_id, plan.item_id, ordinal)
            for plan in plans
            for ordinal, (record, file_id) in enumerate(zip(plan.prepared.record.files, plan.file_ids, strict=True))
        ]
        for record in batch.failed:
            known = batch.known.get((record.root, record.path))
            records.append((record, known.id if known else None, known.item_id if known else None, 0))
        if not records:
            return
        folders = self._places.ids(write, {(record.root, os.path.dirname(record.path)) for record, *_ in records})
        fresh = iter(bulk.next_ids(connection, file_table, count) if (count := sum(entry[1] is None for entry in records)) else ())
        files.put(
            connection,
            [
                self._file_row(record, next(fresh) if file_id is None else file_id, item_id, ordinal, folders)
                for record, file_id, item_id, ordinal in records
            ],
        )

    def _file_row(
        self, record: FileRecord, file_id: int, item_id: int | None, ordinal: int, folders: Mapping[Place, int]
    ) -> tuple[object, ...]:
        folder, name = os.path.split(record.path)
        return (
            file_id, self.library_id, folders[(record.root, folder)], name, item_id, ordinal, record.size, record.mtime_ns, record.ctime_ns,
            record.inode, record.companions, record.fingerprint, record.mime, record.duration, None,
        )  # fmt: skip

    def _write_issues(self, write: Write, batch: Batch, at: int) -> None:
        good = {(file.root, file.path) for prepared in batch.items for file in prepared.record.files} - batch.issues.keys()
        if self.has_issues and good:
            files.clear_issues(write.connection, self.library_id, good)
        files.put_issues(write.connection, self.library_id, [(*place, reason) for place, reason in batch.issues.items()], at=at)

    def _count(
        self, plans: Sequence[_Plan], changed: Sequence[_Plan], before: Mapping[int, items.Existing], removed: Sequence[int]
    ) -> None:
        known = [existing for plan in changed if (existing := before.get(plan.item_id or 0))]
        restored = sum(existing.deleted_at is not None for existing in known)
        self.written.restored += restored
        self.written.updated += len(known)
        self.written.added += len(changed) - len(known)
        self.written.unchanged += len(plans) - len(changed)
        self.written.removed += len(removed)


def _differs(plan: _Plan, before: Mapping[int, items.Existing]) -> bool:
    existing = before.get(plan.item_id) if plan.item_id is not None else None
    return existing is None or existing.deleted_at is not None or existing.content_hash != plan.prepared.record.content_hash
