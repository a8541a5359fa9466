"""What has happened since a moment: jobs that moved, libraries that changed, displays that were changed. Read from the job ledger, the
change log and the clock of displays, so any process can go on where another one stopped."""

from collections.abc import Callable
from functools import partial

import msgspec

from longshelf.catalog.shapes import Job
from longshelf.catalog.work import is_told, job_info
from longshelf.model.times import SECOND
from longshelf.store import changes, displays, jobs
from longshelf.store.database import Database, run

OVERLAP = 2 * SECOND  # clocks of several machines differ, and a transaction commits after it took its time
DIGITS = 18  # of a number in a mark; what no database can hold is no mark
AT_ONCE = 1_000  # changes read in one look; a follower that lies further behind jumps to the present


class Mark(msgspec.Struct, frozen=True):
    """A moment: the newest revision, the time (microseconds) of the last look, and the newest version of displays."""

    revision: int
    at: int
    displays: int = 0

    def written(self) -> str:
        return f"{self.revision}-{self.at}-{self.displays}"


def read_mark(text: str) -> Mark | None:
    """None for anything that `written` did not write."""
    parts = text.split("-")
    if len(parts) not in {2, 3} or not all(part.isascii() and part.isdecimal() and len(part) <= DIGITS for part in parts):
        return None
    return Mark(*map(int, parts))


class LibraryChange(msgspec.Struct, frozen=True):
    """Lists of this library older than `revision` are out of date; of any library when `library_id` is null."""

    library_id: int | None
    revision: int


class News(msgspec.Struct, frozen=True):
    """`jobs` in order of change, each once in its newest state; `libraries` each once; `displays` by id, `removed` when there are fewer of
    them."""

    mark: Mark
    jobs: list[Job]
    libraries: list[LibraryChange]
    displays: list[int] = []
    removed: bool = False

    @property
    def any(self) -> bool:
        return bool(self.jobs or self.libraries or self.displays or self.removed)


class Follower:
    """Looks again and again, telling each change once. Not to be shared between threads that look at once."""

    def __init__(self, database: Database, mark: Mark | None = None, *, before_telling: Callable[[], object] = lambda: None) -> None:
        """`before_telling` runs between seeing that something is new and telling it: whoever hears of it and asks finds it."""
        self._database = database
        self._before_telling = before_telling
        self._told: dict[int, int] = {}
        self._removed: int | None = None
        self.mark = mark or self._now()

    def look(self) -> News:
        """What is new since the last look."""
        now = self._database.clock()
        with self._database.read() as connection:
            moved = [each for each in jobs.changed_since(connection, self.mark.at - OVERLAP, AT_ONCE) if is_told(each)]
            log = list(changes.since(connection, self.mark.revision, AT_ONCE))
            clock = displays.clock(partial(run, connection))
            changed = displays.changed_since(partial(run, connection), self.mark.displays) if clock.version > self.mark.displays else []
        removed = self._removed not in {None, clock.removed}
        self._removed = clock.removed
        libraries = {change.library_id: change.revision for change in log}
        fresh = [job for job in moved if self._told.get(job.id) != job.updated_at]
        self._told = {job.id: job.updated_at for job in moved}
        if fresh or log:
            self._before_telling()
        self.mark = Mark(log[-1].revision if log else self.mark.revision, max(now, self.mark.at), clock.version)
        told = [LibraryChange(*pair) for pair in libraries.items()]
        return News(self.mark, [job_info(job) for job in fresh], told, [display_id for display_id, _ in changed], removed)

    def _now(self) -> Mark:
        with self._database.read() as connection:
            version = displays.clock(partial(run, connection)).version
        return Mark(self._database.revision(), self._database.clock(), version)
