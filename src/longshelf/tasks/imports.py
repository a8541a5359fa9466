"""The job `import`: one file of posts into one feed library. Two imports of one library never run at once: the second is refused while the
first one is live, and asking again for the same file follows the job that has it."""

import platform
import time
import uuid
from pathlib import Path
from typing import IO, Any

import msgspec

from longshelf.errors import Cancelled, Conflict, Denied, Invalid, NotFound
from longshelf.ingest.posts import ImportReport, PostImport
from longshelf.jobs.context import Context, Later, LeaseLost, Stopping
from longshelf.logs import operation
from longshelf.model.kinds import LibraryType
from longshelf.model.times import SECOND
from longshelf.sources.posts.lines import Lines
from longshelf.store import jobs, libraries
from longshelf.store.database import Database
from longshelf.store.jobs import Job
from longshelf.store.libraries import Library
from longshelf.tasks.libraries import MAX_NAME

KIND = "import"
ATTEMPTS = 25  # an import goes on where the last attempt was killed
ELSEWHERE_SECONDS = 5.0  # until a worker that does not have the file looks whether another has taken the job
FOLDER = "imports"  # of the data folder: temporary files
KEPT_SECONDS = 86_400  # how long a temporary file nobody writes stays before its job must be there
_PIECE = 1 << 20


class ImportArgs(msgspec.Struct, frozen=True, kw_only=True):
    """What an import job is asked. `path` is on the machine `host`; `name` is what people call the file; a `temporary` one goes when the
    job has ended."""

    library_id: int
    path: str
    name: str
    host: str
    temporary: bool = False


def library_for(database: Database, name: str) -> Library:
    """The feed library of this name, made when there is none. Invalid for the name of another kind of library."""
    name = name.strip()
    if not name or len(name) > MAX_NAME:
        raise Invalid("--library", f"1 to {MAX_NAME} characters")
    with database.write() as write:
        for library in libraries.listed(write.connection):
            if library.name == name:
                return library
        return libraries.add(write, name, LibraryType.FEED, {}, at=database.clock())


def request(database: Database, library: Library, path: Path, *, name: str = "", temporary: bool = False, priority: int = 0) -> Job:
    """Queues an import; the live one of the same file when there is one. Invalid for a library that takes no posts, Conflict while another
    file is being imported into it or it is being removed."""
    if library.type is not LibraryType.FEED:
        raise Invalid(
            "--library", f"{library.name} is a {library.type} library; posts are imported into one of their own: choose another name"
        )
    if library.state == "removing":
        raise Conflict(f"{library.name} is being removed")
    args = ImportArgs(library_id=library.id, path=str(path.absolute()), name=name or path.name, host=platform.node(), temporary=temporary)
    with database.write_quietly() as connection:
        job = jobs.enqueue(
            connection,
            KIND,
            msgspec.to_builtins(args),
            at=database.clock(),
            key=str(library.id),
            priority=priority,
            max_attempts=ATTEMPTS,
        )
    if job.args["path"] != args.path:
        raise Conflict(f"{job.args['name']} is being imported into {library.name} (job {job.id}); wait for its end, or cancel it")
    return job


def keep(stream: IO[bytes], folder: Path) -> Path:
    """A temporary file with what the stream holds, for an import that must be able to go on after a kill."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{uuid.uuid4().hex}.ndjson"
    try:
        with kept.open("xb") as file:
            while piece := stream.read(_PIECE):
                file.write(piece)
    except BaseException:
        kept.unlink(missing_ok=True)
        raise
    return kept


def sweep(database: Database, folder: Path) -> int:
    """Removes temporary files no job will take away any more: cancelled before it began, out of attempts, never queued. How many."""
    with database.read() as connection:
        live = jobs.newest(connection, states=jobs.LIVE, kind=KIND, limit=2**31)
    wanted = {Path(job.args["path"]).name for job in live}
    old = (database.clock() - KEPT_SECONDS * SECOND) / SECOND
    gone = [each for each in folder.glob("*.ndjson") if each.name not in wanted and each.stat().st_mtime < old]
    for each in gone:
        each.unlink(missing_ok=True)
    return len(gone)


def import_posts(context: Context) -> dict[str, Any]:
    """Runs the import and keeps the library's state true all the while. The result is the report with `seconds` and
    `posts_per_second` of this attempt."""
    args = msgspec.convert(context.args, ImportArgs)
    path = Path(args.path)
    if args.host != platform.node() and not path.exists():
        raise Later(f"{args.name} is on {args.host}; a worker there can read it", ELSEWHERE_SECONDS)
    try:
        result = _import(context, args, path)
    except (Stopping, Later, LeaseLost):
        raise  # this job goes on, and needs its file: here another time, or with the worker that took it over
    except (Cancelled, Conflict, Invalid, NotFound, Denied):
        _forget(args, path)
        raise
    _forget(args, path)
    return result


def _import(context: Context, args: ImportArgs, path: Path) -> dict[str, Any]:
    database = context.database
    with database.read() as connection:
        library = libraries.get(connection, args.library_id)
    began = time.monotonic()
    with operation("import", library=library.name, file=args.name) as running:
        lines = Lines(path)
        _say(database, library, "scanning")
        try:
            task = PostImport(database, library.id, args.name, lines, context)
            resumed_at = _lines_done(context)
            report = task.run()
        finally:
            lines.close()
            _say(database, library, "ready")
        _say(database, library, "ready", ended=True)
        running.report(**msgspec.to_builtins(report))
    seconds = time.monotonic() - began
    context.progress(message=_told(report))
    rate = round(max(0, report.lines - resumed_at) / seconds) if seconds else 0
    return {**msgspec.to_builtins(report), "seconds": round(seconds, 3), "posts_per_second": rate}


def _lines_done(context: Context) -> int:
    left = context.checkpoint_left
    return int(left["report"]["lines"]) if left else 0


def _told(report: ImportReport) -> str:
    if not report.invalid:
        return "done"
    return f"{report.invalid:,} {'line' if report.invalid == 1 else 'lines'} could not be taken in"


def _forget(args: ImportArgs, path: Path) -> None:
    if args.temporary:
        path.unlink(missing_ok=True)


def _say(database: Database, library: Library, state: str, *, ended: bool = False) -> None:
    with database.write_quietly() as connection:
        libraries.set_state(connection, library.id, state, scanned_at=database.clock() if ended else None)
