"""What every part of one sync shares: the server, the library, how far it is, and the one way in which pages are written.

The rules: rows, search text, cards, the change log, what seems to be missing and the place in the walk commit together, and only while the
job that does it still holds the library. Before a page is written everything it refers to was read, and whatever it refers to no more was
looked for (`mirror_losses.py`): what is written never shows for a moment what a restriction keeps back."""

import threading
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from longshelf.errors import SourceLocked, SourceOffline
from longshelf.ingest import mirror_losses
from longshelf.ingest.mirror_counts import Counts, SyncReport
from longshelf.ingest.mirror_entities import EntityWriter
from longshelf.ingest.mirror_items import REMOTE_OF, ItemWriter, Ready, differs
from longshelf.model.kinds import EntityKind
from longshelf.model.records import ItemRecord
from longshelf.sources.stash import stamps
from longshelf.sources.stash.kinds import KINDS, Remote
from longshelf.sources.stash.mapping import Mapped, mapped
from longshelf.sources.stash.modes import Mode
from longshelf.sources.stash.payloads import Object
from longshelf.sources.stash.reader import Reader
from longshelf.store import entity_writing, mirror
from longshelf.store.database import Database, Transaction, Write
from longshelf.store.mirror import Mark, Row, State, Walk

SCAN_LOOK_PAGES = 40  # between two looks whether Stash scans
READ_AGAIN = 4  # times what refers to something that has gone meanwhile is read, before this is given up
HURRY = "Stash changes faster than it can be read; the next sync goes on."


class Scanning(SourceLocked):
    """Stash itself is scanning; what it writes will be asked for when it has done."""


class Progress(Protocol):
    """Who wants to know, and may stop us. `check` raises Cancelled when the sync should end; `checkpoint` raises when the job is lost."""

    def progress(self, done: int | None = None, total: int | None = None, message: str | None = None) -> None: ...

    def check(self) -> None: ...

    def checkpoint(self, value: object, connection: Transaction | None = None) -> None: ...


@dataclass
class Page:
    """One page on its way into the store. `high` is the greatest believable stamp in it, `marked` that of its markers; `version` is that of
    the names it was made with, -1 while some are unknown; `anew` writes what has not changed too."""

    kind: Remote
    objects: list[Mapped]
    high: str = ""
    marked: str = ""
    known: dict[int, Row] = field(default_factory=dict)
    ready: list[Ready] = field(default_factory=list)
    version: int = -1
    anew: bool = False


class Session:
    """One run over one library. `force` writes what has not changed too."""

    def __init__(
        self, database: Database, library_id: int, reader: Reader, progress: Progress, mode: Mode, *, allow_removals: bool = False
    ) -> None:
        self.database = database
        self.library_id = library_id
        self.reader = reader
        self.progress = progress
        self.mode: Mode = mode
        self.allow_removals = allow_removals
        self.report = SyncReport(mode=mode, missing_fields=reader.schema.missing)
        self.mirrored = frozenset(kind for kind, remote in REMOTE_OF.items() if remote in reader.schema.kinds)
        self.entities = EntityWriter(library_id)
        self.items = ItemWriter(library_id, database.clock, self.mirrored)
        with database.read() as connection:
            self.state: State = mirror.state(connection, library_id)
        self.force = mode == "full" and self.state.built
        self._lock = threading.Lock()
        self._names_version = -1
        self._waiting = True  # whether there may be entities of which only the id is known; a run that was cut off may have left some
        self._done = 0
        self._pages_to_look = SCAN_LOOK_PAGES

    # --- from the server

    def mapped(self, kind: Remote, rows: Iterable[Object]) -> Page:
        """A page as it came, mapped. A stamp that a second edit could still bear is not kept as proof."""
        now = self.reader.client.server_now
        found = [mapped(kind, row) for row in rows]
        objects = [each if self.settled(kind, each.stamp) else msgspec.structs.replace(each, stamp="") for each in found]
        return Page(kind, objects, _highest((each.stamp for each in found), now), _highest((each.marked for each in found), now))

    def settled(self, kind: Remote, stamp: str) -> bool:
        """Whether the stamp proves that a row which still bears it has not changed."""
        return stamps.settled(stamp, self.watermark(kind), self.database.clock())

    def watermark(self, kind: Remote) -> stamps.Watermark | None:
        """Up to where changes of a kind were read."""
        mark = self.state.marks.get(str(kind))
        return stamps.Watermark(mark.text, mark.seen_at, mark.begun_at) if mark else None

    def fetch(self, kind: Remote, ids: Sequence[int], *, stamped: bool = True, anew: bool = False) -> set[int]:
        """Reads these objects and writes them; which of them are there. Without `stamped` the next delta reads them once more; `anew`
        writes them even where they have not changed."""
        found: set[int] = set()
        size = KINDS[kind].page
        for start in range(0, len(ids), size):
            self.check()
            page = self._read(kind, ids[start : start + size])
            page.anew = anew
            if not stamped:
                page.objects = [msgspec.structs.replace(each, stamp="") for each in page.objects]
            self.read_page()
            self.write(self.prepared(page))
            found.update(each.id for each in page.objects)
        return found

    def _read(self, kind: Remote, ids: Sequence[int]) -> Page:
        return self.mapped(kind, self.reader.whole(kind, ids))

    def check(self) -> None:
        """Cancelled when this should stop, Scanning when Stash itself is at work."""
        self.progress.check()
        self._pages_to_look -= 1
        if self._pages_to_look <= 0:
            self._pages_to_look = SCAN_LOOK_PAGES
            self.yield_to_scan()

    def yield_to_scan(self) -> None:
        running = self.reader.scanning()
        if running:
            raise Scanning(f"Stash is at work itself ({running[:80]}); this goes on when it has done.")

    def read_page(self) -> None:
        self.report.pages += 1

    # --- into the store

    def prepared(self, page: Page) -> Page:
        """The page with what is known of its ids, and for items with all that is to be written computed. Safe to call from a thread beside
        the one that writes."""
        with self._lock, self.database.read() as connection:
            page.known = mirror.known(connection, self.library_id, page.kind, [each.id for each in page.objects])
            if KINDS[page.kind].is_item:
                self._prepare(page, connection)
        return page

    def _prepare(self, page: Page, connection: Transaction) -> None:
        """Names are put in; an entity that nobody knows yet leaves the page unprepared (`version` -1)."""
        version = entity_writing.names_version(connection)
        if version != self._names_version:
            self.items.forget_names()
            self._names_version = version
        records = [each.record for each in page.objects if isinstance(each.record, ItemRecord) and self._to_write(each, page)]
        unknown = self.items.names.look_up(connection, records)
        if unknown:
            page.version = -1
            return
        page.ready = self.items.prepare(page.objects, page.known, force=self.force or page.anew)
        page.version = version

    def _to_write(self, each: Mapped, page: Page) -> bool:
        row = page.known.get(each.id)
        return self.force or page.anew or differs(each, row)

    def write(self, page: Page, *, walk: Walk | None = None, extent: tuple[int, int | None] | None = None) -> Counts:
        """Commits the page. `walk` is the place it leads to; what lies in `extent` (after one id, up to another) and is not in the page
        seems to be missing. When the names are not those the page was made with, it is made anew."""
        for _ in range(READ_AGAIN):
            self._learn(page)
            self._keep_lost(page)
            with self.database.write() as write:
                if self._as_named(page, write.connection):
                    counts, state = self._put(write, page), self._place(write, page, walk, extent)
                    self.progress.checkpoint(self.mode, write.connection)
                    break
        else:
            raise SourceOffline(HURRY)
        self.state = state
        with self._lock:
            self.items.commit()
        self.report.count(str(page.kind), counts)
        self._advance(len(page.objects))
        return counts

    def _as_named(self, page: Page, connection: Transaction) -> bool:
        """Whether the page is made with the names that stand; False when somebody took one away meanwhile."""
        if KINDS[page.kind].is_item and entity_writing.names_version(connection) != page.version:
            with self._lock:
                self._prepare(page, connection)
            return page.version != -1
        return True

    def _put(self, write: Write, page: Page) -> Counts:
        if KINDS[page.kind].is_item:
            return self.items.put(write, page.kind, page.ready, page.known)
        counts = self.entities.put(write, page.kind, page.objects, force=self.force or page.anew, at=self.database.clock())
        self._waiting = self._waiting or self.entities.waiting
        return counts

    def _place(self, write: Write, page: Page, walk: Walk | None, extent: tuple[int, int | None] | None) -> State:
        """What seems to be missing, and how far the walk is."""
        if extent is not None:
            there = {each.id for each in page.objects}
            missing = [each for each in mirror.live_between(write.connection, self.library_id, page.kind, *extent) if each not in there]
            mirror.suspect(write.connection, self.library_id, page.kind, missing)
        if walk is None:
            return self.state
        state = msgspec.structs.replace(self.state, walks={**self.state.walks, str(page.kind): walk})
        mirror.put_state(write.connection, self.library_id, state)
        return state

    # --- before a page is written

    def _learn(self, page: Page) -> None:
        """Everything the page refers to is read before it: what that is below decides who may see what carries it. Objects that refer to
        something that is no more are read again: they changed since. SourceOffline when that does not end."""
        for _ in range(READ_AGAIN):
            self.complete()
            unknown = self._unknown(page)
            if not unknown:
                return
            gone: set[tuple[EntityKind, str]] = set()
            for kind, ids in sorted(unknown.items()):
                there = self.fetch(REMOTE_OF[kind], sorted(ids))
                gone.update((kind, str(each)) for each in ids - there)
            if gone:
                self._read_again(page, gone)
        raise SourceOffline(HURRY)

    def _unknown(self, page: Page) -> dict[EntityKind, set[int]]:
        """The entities that are to be read first. New entities wait for none: nothing carries them yet."""
        if KINDS[page.kind].is_item:
            return self._unknown_of_items(page)
        changed = [each for each in page.objects if (row := page.known.get(each.id)) and row.hash and self._to_write(each, page)]
        wanted = mirror_losses.references(changed, self.mirrored)
        with self.database.read() as connection:
            return mirror_losses.unread(connection, self.library_id, wanted)

    def _unknown_of_items(self, page: Page) -> dict[EntityKind, set[int]]:
        with self._lock, self.database.read() as connection:
            if page.version != -1 and page.version == entity_writing.names_version(connection):
                return {}
            self._prepare(page, connection)
            if page.version != -1:
                return {}
            records = [each.record for each in page.objects if isinstance(each.record, ItemRecord) and self._to_write(each, page)]
            unknown: dict[EntityKind, set[int]] = {}
            for kind, each in self.items.names.look_up(connection, records):
                unknown.setdefault(kind, set()).add(int(each))
            return unknown

    def _read_again(self, page: Page, gone: set[tuple[EntityKind, str]]) -> None:
        again = {each.id for each in page.objects if gone & mirror_losses.referred(each)}
        fresh = {each.id: each for each in self._read(page.kind, sorted(again)).objects}
        page.objects = [fresh.get(each.id, each) for each in page.objects if each.id in fresh or each.id not in again]
        page.version = -1

    def _keep_lost(self, page: Page) -> None:
        """What the page's objects refer to no more because it is gone itself stays with them until it is known who stands in its place."""
        changed = [each for each in page.objects if (row := page.known.get(each.id)) and row.hash and self._to_write(each, page)]
        if not changed:
            return
        found = mirror_losses.find(self.database, self.library_id, page.kind, changed, page.known)
        for remote, ids in found.asked().items():
            found.there(remote, self.reader.there(remote, ids))
        absent = found.absent()
        if not absent:
            return
        for remote, ids in absent.items():
            self.suspect(remote, ids)
        page.objects = [found.keeping(each) for each in page.objects]
        page.version = -1

    def complete(self) -> None:
        """Reads the entities of which only the id is known, and those they refer to."""
        asked: set[tuple[Remote, int]] = set()
        while self._waiting:
            self._waiting = False
            for kind in sorted(REMOTE_OF[each] for each in self.mirrored):
                with self.database.read() as connection:
                    waiting = [each for each in mirror.only_ids(connection, self.library_id, kind) if (kind, each) not in asked]
                asked.update((kind, each) for each in waiting)
                gone = set(waiting) - self.fetch(kind, waiting)
                if gone:
                    self.suspect(kind, gone)

    def suspect(self, kind: Remote, ids: Collection[int]) -> None:
        with self.database.write_quietly() as connection:
            mirror.suspect(connection, self.library_id, kind, ids)

    # --- how far it is

    def keep(self, **changes: object) -> None:
        """Changes the state, on its own."""
        state = msgspec.structs.replace(self.state, **changes)
        with self.database.write_quietly() as connection:
            mirror.put_state(connection, self.library_id, state)
            self.progress.checkpoint(self.mode, connection)
        self.state = state

    def mark(self, kind: Remote, high: str, begun_at: int) -> None:
        """A walk or delta over the kind is through: from now on changes are asked for from its greatest stamp on."""
        before = self.state.marks.get(str(kind))
        text = max(high, before.text) if before else high
        seen_at = before.seen_at if before and before.text == text else self.database.clock()
        self.keep(marks={**self.state.marks, str(kind): Mark(text, seen_at, begun_at)})

    def _advance(self, count: int) -> None:
        self._done += count
        self.progress.progress(self._done)


def _highest(found: Iterable[str], server_now: int | None) -> str:
    """The greatest of the stamps, as Stash compares them; those from the future are left out."""
    return max((stamp for stamp in found if stamp and stamps.believable(stamp, server_now)), default="")
