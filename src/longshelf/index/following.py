"""Keeping the state current. Each process follows the change log by itself, over base files all of them share: a refresh re-reads the items
that changed and swaps in a new state, whole. When the delta grows, one process makes the next generation while everybody serves on; the
others find it at their next look. During an import that is faster than they can follow at ease they look less often, and a delta of more
than DELTA_MOST items is not made at all: the last state serves until a generation holds the changes.

A reader who comes between two looks has one made for him where looks are short, which they are unless much changes: so whoever writes and
then asks finds what he wrote, whichever process wrote it."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import structlog

from longshelf.errors import Cancelled
from longshelf.index import changed, files, generations
from longshelf.index.changed import NO_ROWS, Rows
from longshelf.index.generations import store_name, trusted
from longshelf.index.segment import Segment
from longshelf.index.state import Base, State, stale_in
from longshelf.store import changes, columns, reading
from longshelf.store.database import Database, Transaction
from longshelf.store.hot import HotReads

FOLD_SHARE = 0.01  # of the base; a larger delta makes pages and refreshes slower
FOLD_LEAST = 5_000  # items; below it a delta costs nothing worth a new generation
FOLD_ANYWAY = 50_000  # items; above it whatever the base
DELTA_MOST = 100_000  # items, some 50 MB in every process
FOLD_REST = 4  # times as long as a fold took, none begins: during a long import the delta may grow, or folding would never end
LOOK_SECONDS = 0.2  # between looks; what one process commits, the others' readers see within a second
LOOK_REST = 5  # times as long as a look kept the processor busy, none begins
SHORT_LOOK = 0.025  # seconds of the processor; a reader does not wait for looks that take longer

_log = structlog.get_logger(__name__)


class Follower:
    """`state` is the newest one this process has, None until there is a generation. `build` makes one and may be called from any thread."""

    def __init__(self, database: Database, index: Path, *, build: Callable[[], object] | None = None) -> None:
        self.state: State | None = None
        self._database = database
        self._index = index
        self._build = build or (lambda: generations.renew(database, index, self._unless_stopping))
        self._store = store_name(database)
        self._rows: Rows = NO_ROWS
        self._turn = threading.Lock()
        self._fold_after = 0.0
        self._look_cost = 0.0  # seconds of the processor, of the last look that found something
        self._look_after = 0.0  # when a reader may have the next one made
        self._waiting = False  # for a generation, because too much changed since the state
        self._warmed: Base | None = None
        self._distrusted: set[str] = set()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def refresh(self) -> State | None:
        """Catches up with everything committed before the call, however much; the state then. None where there is no generation that can be
        used."""
        return self._look(most=None)

    def catch_up(self) -> None:
        """As `refresh`, unless so much has changed that a generation must hold it: then the last state stays, and the call is cheap."""
        self._look(most=DELTA_MOST)

    def keep_up(self, hot: HotReads) -> None:
        """For readers: as `catch_up`, where that is short and was not just done. Costs one small read where nothing is new."""
        state = self.state
        if state is None or self._look_cost > SHORT_LOOK or time.monotonic() < self._look_after:
            return
        if reading.revision(hot) != state.revision:
            self.catch_up()

    @property
    def wants_generation(self) -> bool:
        """Whether it is time for one: there is none, or the delta has grown too large."""
        state = self.state
        if state is None or self._waiting:
            return True
        return len(state.changed) > FOLD_ANYWAY or (state.share > FOLD_SHARE and len(state.changed) > FOLD_LEAST)

    def start(self, *, building: bool = True) -> None:
        """Follows, and builds when it is time, in threads of its own until `stop`. A build keeps its process busy: where there is a process
        that answers no requests, let that one build and the others only follow."""
        works: dict[str, tuple[Callable[[], object], float]] = {"index follower": (self._follow, LOOK_REST)}
        if building:
            works["index builder"] = (self._build_if_wanted, 0)
        self._threads = [threading.Thread(target=self._repeat, args=args, name=name, daemon=True) for name, args in works.items()]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """A build under way is given up at its next step."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _repeat(self, work: Callable[[], object], rest: float) -> None:
        """With pauses of `rest` times as long as the processor was busy with the last round, and LOOK_SECONDS at least. What it waited for
        while others were busy does not count, or a loaded machine would see changes many times later."""
        pause = LOOK_SECONDS
        while not self._stopping.wait(pause):
            try:
                began = time.thread_time()
                work()
                pause = pause_after(time.thread_time() - began, rest)
            except Cancelled:
                return
            except Exception as error:  # the boundary of the thread: the next look may succeed, and readers still have the last state
                _log.exception("index trouble", reason=str(error))
                self._stopping.wait(5)

    def _follow(self) -> None:
        self.catch_up()
        if self.state is not None and self.state.base is not self._warmed:
            self._warmed = self.state.base
            files.warm(self._warmed.segment.arrays)

    def _build_if_wanted(self) -> None:
        if self.wants_generation:
            self.catch_up()  # perhaps another process has made one
        if self.wants_generation and (self.state is None or time.monotonic() >= self._fold_after):
            began = time.monotonic()
            self._build()
            self._fold_after = time.monotonic() + FOLD_REST * (time.monotonic() - began)

    def _look(self, most: int | None) -> State | None:
        with self._turn:
            before, began = self.state, time.thread_time()
            base = self._newest_base()
            if base is None:
                self.state = None
            else:
                self._catch_up(base, most)
            if self.state is not before:
                self._look_cost = time.thread_time() - began
                self._look_after = time.monotonic() + LOOK_REST * self._look_cost
            return self.state

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
                    self._check_past(found)
                except files.Foreign as reason:
                    self._distrust(path, str(reason))
                else:
                    return Base(Segment(found.arrays), found.manifest.revision, path.name)
        return held

    def _check_past(self, found: files.Generation) -> None:
        with self._database.read() as connection:
            if not trusted(connection, found.manifest):
                raise files.Foreign("the log does not lead on from it")

    def _catch_up(self, base: Base, most: int | None) -> None:
        with self._database.read() as connection:
            held = self.state if self.state is not None and self.state.base is base else None
            rows = self._rows if held else NO_ROWS
            state = held or State(base, base.revision)
            newest = columns.revision(connection)
            if newest == state.revision:
                self._swap(state, rows)
                return
            if not changes.reaches(connection, state.revision):  # pruned, or of another past: a restored backup
                self.state = None
                return
            touched = changes.touched(connection, state.revision)
            everything = state.changed | touched.items
            if most is not None and len(everything) > most:
                self._wait(len(everything))
                return
            rows = self._replaced(connection, rows, touched.items)
        entities = state.entities | touched.entities
        delta = changed.delta(rows) if touched.items else state.delta
        stale = stale_in(base, everything) if touched.items else state.stale
        self._swap(State(base, newest, everything, delta, stale, entities), rows)

    def _replaced(self, connection: Transaction, rows: Rows, items: set[int]) -> Rows:
        return rows.replaced(items, changed.read(connection, items)) if items else rows

    def _swap(self, state: State, rows: Rows) -> None:
        self.state, self._rows, self._waiting = state, rows, False

    def _wait(self, behind: int) -> None:
        if not self._waiting:
            self._waiting = True
            _log.info("index waits for a generation", changed=behind, most=DELTA_MOST)

    def _distrust(self, path: Path, reason: str) -> None:
        if path.is_dir():  # else another process has just replaced it
            self._distrusted.add(path.name)
            _log.warning("index not trusted", generation=path.name, reason=reason)


def pause_after(seconds: float, rest: float) -> float:
    """How long to wait after a round that kept the processor busy for so long."""
    return max(LOOK_SECONDS, rest * seconds)
