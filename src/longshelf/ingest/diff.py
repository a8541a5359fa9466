"""What changed since the last scan: listings from the disk against file rows from the store, a few hundred folders at a time.

An unchanged file costs its share of three statements a chunk and nothing else. Memory holds one chunk and the missing files, never
the tree."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from longshelf.model.records import Issue
from longshelf.sources.folder.companions import Unit, units
from longshelf.sources.folder.walk import Entry, Listing
from longshelf.store import files
from longshelf.store.database import Database
from longshelf.store.files import KnownFile, KnownFolder, Missing

CHUNK_FILES = 2_000
CHUNK_FOLDERS = 400
Place = tuple[int, bytes]


@dataclass
class Difference:
    """What one chunk of folders shows. `known` are the file rows at the places of `units`; `missing` are rows whose file
    was not there, `vanished` ids of folders that are gone with everything below them."""

    seen: int = 0
    unchanged: int = 0
    units: list[Unit] = field(default_factory=list)
    known: dict[Place, KnownFile] = field(default_factory=dict)
    missing: list[Missing] = field(default_factory=list)
    vanished: list[int] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    unread: list[Place] = field(default_factory=list)
    settled: set[Place] = field(default_factory=set)  # places whose earlier issues still stand, since nothing there changed


class Differ:
    """`full` takes every file for changed. `issues` are the places with an issue from earlier scans."""

    def __init__(self, database: Database, library_id: int, issues: Iterable[Place], *, full: bool = False) -> None:
        self.database = database
        self.library_id = library_id
        self.full = full
        self._issues = frozenset(issues)

    def differences(self, listings: Iterable[Listing]) -> Iterator[Difference]:
        """One for each chunk of `listings`, in their order."""
        for chunk in _chunks(listings):
            difference = Difference()
            stored = self._stored(chunk)
            for listing in chunk:
                self._compare(listing, stored.get((listing.root, listing.path)), difference)
            yield difference

    def _stored(self, chunk: list[Listing]) -> dict[Place, KnownFolder]:
        found: dict[Place, KnownFolder] = {}
        with self.database.read() as connection:
            for root in {listing.root for listing in chunk}:
                paths = [listing.path for listing in chunk if listing.root == root and listing.readable]
                known = files.known_folders(connection, self.library_id, root, paths)
                found.update(((root, path), folder) for path, folder in known.items())
        return found

    def _compare(self, listing: Listing, known: KnownFolder | None, difference: Difference) -> None:
        difference.issues.extend(listing.issues)
        if not listing.readable:
            difference.unread.append((listing.root, listing.path))
            return
        made = units(listing)
        if known is None:
            difference.seen += sum(len(unit.files) for unit in made)
            difference.units.extend(made)
            return
        present: set[bytes] = set()
        for unit in made:
            present.update(entry.name for entry in unit.files)
            self._compare_unit(unit, known, difference)
        self._find_missing(listing, known, present, difference)

    def _compare_unit(self, unit: Unit, known: KnownFolder, difference: Difference) -> None:
        difference.seen += len(unit.files)
        rows = [known.files.get(entry.name) for entry in unit.files]
        if not self.full and all(_same(entry, row, unit.companions) for entry, row in zip(unit.files, rows, strict=True)):
            difference.unchanged += len(rows)
            if self._issues:
                difference.settled.update(self._issues.intersection(_places(unit)))
            return
        difference.units.append(unit)
        for entry, row in zip(unit.files, rows, strict=True):
            if row is not None:
                difference.known[(unit.root, os.path.join(unit.folder, entry.name))] = row

    def _find_missing(self, listing: Listing, known: KnownFolder, present: set[bytes], difference: Difference) -> None:
        difference.missing.extend(
            Missing(row.id, row.item_id, listing.root) for name, row in known.files.items() if name not in present and not row.missing
        )
        there = set(listing.folders)
        difference.vanished.extend(number for name, number in known.children.items() if name not in there)


def _same(entry: Entry, row: KnownFile | None, companions: bytes) -> bool:
    return (
        row is not None
        and row.mtime_ns == entry.mtime_ns
        and row.size == entry.size
        and row.inode == entry.inode
        and row.ctime_ns == entry.ctime_ns
        and row.companions == companions
        and not row.missing
    )


def _places(unit: Unit) -> Iterator[Place]:
    names = [entry.name for entry in unit.files] + [*unit.sidecars, unit.cover]
    return ((unit.root, os.path.join(unit.folder, name)) for name in names)


def _chunks(listings: Iterable[Listing]) -> Iterator[list[Listing]]:
    chunk: list[Listing] = []
    held = 0
    for listing in listings:
        chunk.append(listing)
        held += len(listing.files)
        if held >= CHUNK_FILES or len(chunk) >= CHUNK_FOLDERS:
            yield chunk
            chunk, held = [], 0
    if chunk:
        yield chunk
