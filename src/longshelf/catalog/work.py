"""Jobs as people see them: watch, stop, try again."""

from collections.abc import Callable, Iterable, Sequence

from longshelf.catalog.numbered import numbered
from longshelf.catalog.shapes import Job, JobList
from longshelf.errors import NotFound
from longshelf.model.times import rfc3339
from longshelf.model.viewer import Viewer
from longshelf.store import jobs as rows
from longshelf.store.database import Database
from longshelf.tasks import block_counts

QUIET = frozenset({block_counts.KIND})  # begun because somebody looks at a page, again and again; of interest where they fail
Within = frozenset[int] | None  # the only libraries whose jobs may be known of; None for all


class Work:
    """Safe to share between threads."""

    def __init__(self, database: Database, *, before_telling: Callable[[], object] = lambda: None) -> None:
        """`before_telling` runs between seeing that a job has ended and telling it: who hears of it and asks for what it did finds it."""
        self._database = database
        self._before_telling = before_telling

    def browse(self, states: Sequence[str], kind: str, page: int, size: int, *, within: Within = None) -> JobList:
        """The newest first, in numbered pages; those of QUIET kinds only where the kind is asked for. The ledger is pruned, so it stays
        short."""
        start = (page - 1) * size
        quiet = () if kind else QUIET
        with self._database.read() as connection:
            total = rows.count(connection, states=states, kind=kind, quiet=quiet)
            if within is not None:
                every = rows.newest(connection, states=states, kind=kind, quiet=quiet, limit=total)
                known = [each for each in every if _is_within(each, within)]
                total, found = len(known), known[start : start + size]
            else:
                found = rows.newest(connection, states=states, kind=kind, quiet=quiet, limit=start + size)[start:] if start < total else []
        return JobList(self._told(found), numbered(page, size, total), "")

    def one(self, viewer: Viewer, job_id: int, *, within: Within = None) -> Job:
        """NotFound when there is none, or it is none of his: administrators see all, others what they asked for themselves."""
        with self._database.read() as connection:
            found = rows.get(connection, job_id)
        mine = viewer.user_id is not None and found.args.get("user_id") == viewer.user_id
        if not (viewer.admin or mine) or not _is_within(found, within):
            raise NotFound(f"There is no job {job_id}.")
        return self._told([found])[0]

    def cancel(self, viewer: Viewer, job_id: int, *, within: Within = None) -> Job:
        """Ends a queued job, asks a running one to stop. NotFound as in `one`, Conflict."""
        self.one(viewer, job_id, within=within)
        with self._database.write_quietly() as connection:
            return job_info(rows.cancel(connection, job_id, self._database.clock()))

    def retry(self, viewer: Viewer, job_id: int, *, within: Within = None) -> Job:
        """Queues a failed or cancelled job again. NotFound as in `one`, Conflict."""
        self.one(viewer, job_id, within=within)
        with self._database.write_quietly() as connection:
            return job_info(rows.retry(connection, job_id, self._database.clock()))

    def _told(self, found: Iterable[rows.Job]) -> list[Job]:
        told = [job_info(each) for each in found]
        if any(each.finished_at for each in told):
            self._before_telling()
        return told


def is_told(job: rows.Job) -> bool:
    """Whether people who follow jobs hear of it unasked."""
    return job.kind not in QUIET or job.state == "failed"


def _is_within(job: rows.Job, within: Within) -> bool:
    library_id = job.args.get("library_id")
    return within is None or library_id is None or library_id in within


def job_info(job: rows.Job) -> Job:
    """The wire form."""
    library_id = job.args.get("library_id")
    return Job(
        id=job.id,
        kind=job.kind,
        state=job.state,  # type: ignore[arg-type]  # the ledger knows no other states
        library_id=library_id if isinstance(library_id, int) else None,
        priority=job.priority,
        attempts=job.attempts,
        done=job.done,
        total=job.total,
        rate=job.rate,
        eta_seconds=job.eta_seconds,
        message=job.message or None,
        errors=job.errors,
        cancel_requested=job.cancel_requested,
        created_at=rfc3339(job.created_at) or "",
        started_at=rfc3339(job.started_at),
        finished_at=rfc3339(job.finished_at),
        result=job.result,
    )
