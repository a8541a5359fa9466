"""What has happened since a moment: jobs that moved, libraries that changed. Read from the job ledger and the change log, so any process
can go on where another one stopped."""

from collections.abc import Callable

import msgspec

from longshelf.catalog.shapes import Job
from longshelf.catalog.work import job_info
from longshelf.model.times import SECOND
from longshelf.store import changes, jobs
from longshelf.store.database import Database

OVERLAP = 2 * SECOND  # clocks of several machines differ, and a transaction commits after it took its time
AT_ONCE = 1_000  # changes read in one look; a follower that lies further behind jumps to the present


class Mark(msgspec.Struct, frozen=True):
    """A moment: the newest revision and the time (microseconds) of the last look."""

    revision: int
    at: int

    def written(self) -> str:
        return f"{self.revision}-{self.at}"


def read_mark(text: str) -> Mark | None:
    """None for anything that `written` did not write."""
    revision, _, at = text.partition("-")
    if not (revision.isascii() and revision.isdecimal() and at.isascii() and at.isdecimal() and len(text) < 40):
        return None
    return Mark(int(revision), int(at))


class LibraryChange(msgspec.Struct, frozen=True):
    """Lists of this library older than `revision` are out of date; of any library when `library_id` is null."""

    library_id: int | None
    revision: int


class News(msgspec.Struct, frozen=True):
    """`jobs` in order of change, each once in its newest state; `libraries` each once."""

    mark: Mark
    jobs: list[Job]
    libraries: list[LibraryChange]


class Follower:
    """Looks again and again, telling each change once. Not to be shared between threads that look at once."""

    def __init__(self, database: Database, mark: Mark | None = None, *, before_telling: Callable[[], object] = lambda: None) -> None:
        """`before_telling` runs between seeing that something is new and telling it: whoever hears of it and asks finds it."""
        self._database = database
        self._before_telling = before_telling
        self._told: dict[int, int] = {}
        self.mark = mark or Mark(database.revision(), database.clock())

    def look(self) -> News:
        """What is new since the last look."""
        now = self._database.clock()
        with self._database.read() as connection:
            moved = jobs.changed_since(connection, self.mark.at - OVERLAP, AT_ONCE)
            log = list(changes.since(connection, self.mark.revision, AT_ONCE))
        libraries = {change.library_id: change.revision for change in log}
        fresh = [job for job in moved if self._told.get(job.id) != job.updated_at]
        self._told = {job.id: job.updated_at for job in moved}
        if fresh or log:
            self._before_telling()
        self.mark = Mark(log[-1].revision if log else self.mark.revision, max(now, self.mark.at))
        return News(self.mark, [job_info(job) for job in fresh], [LibraryChange(*pair) for pair in libraries.items()])
