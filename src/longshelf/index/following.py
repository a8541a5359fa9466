"""Keeping the state current. Each process follows the change log by itself, over base files all of them share: a refresh re-reads the items
that changed and swaps in a new state, whole. When the delta outgrows FOLD_SHARE, or the log no longer reaches back to the base, one
process makes a new generation while everybody serves on; the others find it at their next look."""

import hashlib
import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from longshelf import logs
from longshelf.errors import Cancelled
from longshelf.index import building, changed, files
from longshelf.index.building import Progress, nothing_said
from longshelf.index.changed import NO_ROWS, Rows
from longshelf.index.segment import Put, Segment
from longshelf.index.state import Base, State, stale_in
from longshelf.store import changes, columns, settings
from longshelf.store.database import Database

FOLD_SHARE = 0.01  # of the base; a larger delta makes pages and refreshes slower
FOLD_LEAST = 5_000  # items; below it a delta costs nothing worth a new generation
FOLD_REST = 4  # times as long as a fold took, none begins: during a long import the delta may grow, or folding would never end
LOOK_SECONDS = 0.2  # between looks; what one process commits, the others' readers see within a second

_log = structlog.get_logger(__name__)


def build_generation(database: Database, index: Path, progress: Progress = nothing_said) -> Path | None:
    """Makes a generation of what the store holds now and removes the older ones. None when another process is building."""
    with files.builder(index) as may_build:
        if not may_build:
            return None
        with logs.operation("index_build") as operation, database.read() as connection:

            def fill(put: Put) -> tuple[int, int]:
                revision = columns.revision(connection)
                count = building.build(connection, put, progress)
                operation.report(items=count, revision=revision)
                return revision, count

            made = files.write(index, store_name(database), fill)
        files.remove_others(index, made)
        return made


def store_name(database: Database) -> str:
    """What tells this database from every other one."""
    return hashlib.blake2b(settings.secret(database), digest_size=8).hexdigest()


class Follower:
    """`state` is the newest one this process has, None until there is a generation. `build` makes one and may be called from any thread."""

    def __init__(self, database: Database, index: Path, *, build: Callable[[], object] | None = None) -> None:
        self.state: State | None = None
        self._database = database
        self._index = index
        self._build = build or (lambda: build_generation(database, index, self._unless_stopping))
        self._store = store_name(database)
        self._rows: Rows = NO_ROWS
        self._turn = threading.Lock()
        self._fold_after = 0.0
        self._distrusted: set[str] = set()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def refresh(self) -> State | None:
        """Catches up with everything committed before the call; the state then. None where there is no generation that can be used."""
        with self._turn:
            base = self._newest_base()
            if base is None:
                self.state = None
            else:
                self._catch_up(base)
            return self.state

    @property
    def wants_generation(self) -> bool:
        """Whether it is time to build: there is none, or the delta has grown too large."""
        state = self.state
        return state is None or (state.share > FOLD_SHARE and len(state.changed) > FOLD_LEAST)

    def start(self, *, building: bool = True) -> None:
        """Follows, and builds when it is time, in threads of its own until `stop`. A build keeps its process busy: where there is a process
        that answers no requests, let that one build and the others only follow."""
        works: dict[str, Callable[[], object]] = {"index follower": self.refresh}
        if building:
            works["index builder"] = self._build_if_wanted
        self._threads = [threading.Thread(target=self._repeat, args=(work,), name=name, daemon=True) for name, work in works.items()]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """A build under way is given up at its next step."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, work: Callable[[], object]) -> None:
        while not self._stopping.wait(LOOK_SECONDS):
            try:
                work()
            except Cancelled:
                return
            except Exception as error:  # the boundary of the thread: the next look may succeed, and readers still have the last state
                _log.exception("index trouble", reason=str(error))
                self._stopping.wait(5)

    def _build_if_wanted(self) -> None:
        if self.wants_generation:
            self.refresh()  # perhaps another process has made one
        if self.wants_generation and (self.state is None or time.monotonic() >= self._fold_after):
            began = time.monotonic()
            self._build()
            self._fold_after = time.monotonic() + FOLD_REST * (time.monotonic() - began)

    def _unless_stopping(self, _step: str, _done: float) -> None:
        if self._stopping.is_set():
            raise Cancelled("the server is stopping")

    def _newest_base(self) -> Base | None:
        """The one in use, unless there is a newer generation. Looking costs one listing of a directory."""
        held = self.state.base if self.state else None
        for path in files.generations(self._index):
            if held is not None and path.name == held.name:
                return held
            if path.name not in self._distrusted:
                try:
                    found = files.open_generation(path, self._store)
                except files.Foreign as reason:
                    self._distrust(path, str(reason))
                else:
                    return Base(Segment(found.arrays), found.manifest.revision, path.name)
        return held

    def _catch_up(self, base: Base) -> None:
        with self._database.read() as connection:
            held = self.state if self.state is not None and self.state.base is base else None
            rows = self._rows if held else NO_ROWS
            state = held or State(base, base.revision)
            newest = columns.revision(connection)
            if newest == state.revision:
                self.state, self._rows = state, rows
                return
            if not changes.reaches(connection, state.revision):  # pruned, or of another past: a restored backup
                self.state = None
                return
            items: set[int] = set()
            entities: set[int] = set()
            at = state.revision
            while at < newest:
                for change in changes.since(connection, at):
                    items.update(change.items)
                    entities.update(change.entities)
                    at = change.revision
            rows = rows.replaced(items, changed.read(connection, items)) if items else rows
        touched = state.changed | items
        delta = changed.delta(rows) if items else state.delta
        stale = stale_in(base, touched) if items else state.stale
        self.state, self._rows = State(base, newest, touched, delta, stale, state.entities | entities), rows

    def _distrust(self, path: Path, reason: str) -> None:
        if path.is_dir():  # else another process has just replaced it
            self._distrusted.add(path.name)
            _log.warning("index not trusted", generation=path.name, reason=reason)
