"""The job `sync`: one mirrored library, from its server to the store.

Everything that asks for a sync (start-up, schedule, subscription, hook, person) asks for the same jobs: one that waits takes in all who
come meanwhile; who comes while one runs gets one more, for what changed may already have been passed by. Only one of a library runs at a
time."""

import time
from typing import Any

import msgspec

from longshelf.errors import Cancelled, Conflict, Invalid, LongshelfError, SourceDrifted, SourceLocked, SourceOffline, SourceRefused
from longshelf.ingest.mirror import Mirror
from longshelf.ingest.mirror_counts import SyncReport
from longshelf.ingest.mirror_session import Scanning
from longshelf.jobs.context import Context, Later
from longshelf.logs import operation
from longshelf.model.kinds import LibraryType
from longshelf.model.times import SECOND
from longshelf.sources.stash import options as stash_options
from longshelf.sources.stash.client import Client
from longshelf.sources.stash.modes import MODES, Mode
from longshelf.sources.stash.reader import Reader
from longshelf.store import jobs, libraries, mirror
from longshelf.store.database import Database
from longshelf.store.jobs import Job
from longshelf.store.libraries import Library
from longshelf.tasks.pausing import pausing

KIND = "sync"
ATTEMPTS = 25  # a sync goes on where the last attempt was killed
BUSY_SECONDS = 2.0  # until a job asks again whether the one that runs has ended
SCAN_SECONDS = 30.0  # until it asks again whether Stash's own scan has
_HOUR = 3_600 * SECOND


class SyncArgs(msgspec.Struct, frozen=True, kw_only=True):
    """What a sync job is asked. `scheduled` ones compare everything when that is due."""

    library_id: int
    mode: Mode = "incremental"
    allow_removals: bool = False
    scheduled: bool = False


def arguments(library_id: int, mode: Mode = "incremental", *, allow_removals: bool = False, scheduled: bool = False) -> dict[str, Any]:
    """The arguments of a sync job as they are stored."""
    args: dict[str, Any] = msgspec.to_builtins(
        SyncArgs(library_id=library_id, mode=mode, allow_removals=allow_removals, scheduled=scheduled)
    )
    return args


def request(
    database: Database,
    library: Library,
    mode: Mode = "incremental",
    *,
    allow_removals: bool = False,
    priority: int = 0,
    delay: float = 0.0,
) -> Job:
    """Queues a sync; the one that waits already when it is as thorough. It begins in `delay` seconds, so that a burst is one. Invalid for a
    library that mirrors nothing, Conflict for one that is being removed."""
    if library.type is not LibraryType.STASH:
        raise Invalid("library", f"{library.name} is a {library.type} library; only Stash libraries are synced")
    if library.state == "removing":
        raise Conflict(f"{library.name} is being removed")
    if mode not in MODES:
        raise Invalid("mode", f"one of {', '.join(MODES)}")
    args = arguments(library.id, mode, allow_removals=allow_removals)
    at = database.clock()
    due = at + int(delay * SECOND)
    key = _key(library.id, mode, allow_removals=allow_removals)
    with database.write_quietly() as connection:
        found = jobs.enqueue(connection, KIND, args, at=at, key=key, priority=priority, max_attempts=ATTEMPTS, run_after=due)
        if found.state == "running":
            key = f"{key}:again"
            found = jobs.enqueue(connection, KIND, args, at=at, key=key, priority=priority, max_attempts=ATTEMPTS, run_after=due)
    return found


def _key(library_id: int, mode: Mode, *, allow_removals: bool) -> str:
    """The key of a schedule's jobs is the library alone, so the incremental ones join them."""
    return f"{library_id}{'' if mode == 'incremental' else f':{mode}'}{':removals' if allow_removals else ''}"


def sync(context: Context, *, private: bool = True) -> dict[str, Any]:
    """Runs the sync and keeps the library's state true all the while. `private` allows servers in private networks. The result is the
    report with `seconds`."""
    args = msgspec.convert(context.args, SyncArgs)
    database = context.database
    with database.write_quietly() as connection:
        library = libraries.get(connection, args.library_id)
        mirror.prepare(connection, library.id)
        held = mirror.hold(connection, library.id, context.claim.job_id, database.clock())
        key = mirror.key(connection, library.id)
        state = mirror.state(connection, library.id)
    if library.type is not LibraryType.STASH or library.state == "removing":
        raise Conflict(f"{library.name} is not mirrored")
    if not held:
        raise Later("Another sync of this library is running.", BUSY_SECONDS)
    try:
        return _run(context, library, args, _mode(args, library, state, database.clock()), key, private=private)
    finally:
        with database.write_quietly() as connection:
            mirror.release(connection, library.id, context.claim)


def _mode(args: SyncArgs, library: Library, state: mirror.State, now: int) -> Mode:
    """What is asked for; the first is always full, and a scheduled one compares everything once in a while, for Stash does not tell all
    that changes."""
    if not state.built:
        return "full"
    hours = stash_options.parse(library.config).reconcile_hours
    due = state.reconciled_at is None or now - state.reconciled_at >= hours * _HOUR
    return "reconcile" if args.scheduled and due and args.mode == "incremental" else args.mode


def _run(context: Context, library: Library, args: SyncArgs, mode: Mode, key: str, *, private: bool) -> dict[str, Any]:
    began = time.monotonic()
    client = Client(stash_options.parse(library.config), key, pause=pausing(context), private=private)
    try:
        with operation(f"sync_{mode}", library=library.name) as running:
            report = _mirror(context, library, args, mode, client)
            told = msgspec.to_builtins(report)
            running.report(**{name: value for name, value in told.items() if name not in {"mode", "held", "missing_fields", "entities"}})
            running.report(removed=report.removed, changed=report.changed, held=len(report.held), missing_fields=len(report.missing_fields))
    finally:
        client.close()
    return {**told, "seconds": round(time.monotonic() - began, 3)}


def _mirror(context: Context, library: Library, args: SyncArgs, mode: Mode, client: Client) -> SyncReport:
    database = context.database
    _say(database, library, "scanning")
    try:
        report = Mirror(database, library.id, Reader(client), context, mode=mode, allow_removals=args.allow_removals).run()
    except Scanning as error:
        _say(database, library, "ready", str(error))
        raise Later(str(error), SCAN_SECONDS) from error
    except (SourceOffline, SourceLocked, SourceRefused, SourceDrifted) as error:
        _say(database, library, "offline", str(error))
        # The attempts with their pauses are behind it; the schedule, or the person, tries again.
        raise Conflict(str(error)) from error
    except Conflict as error:
        _say(database, library, "offline", str(error))
        raise
    except Cancelled:
        _say(database, library, "ready")
        raise
    except LongshelfError:
        _say(database, library, "ready")
        raise
    _say(database, library, "ready", _told(report), synced=True)
    context.progress(message=_told(report) or "done")
    return report


def _told(report: SyncReport) -> str:
    """What a person should know of this run."""
    told = list(report.held)
    if report.removed:
        told.insert(0, f"{report.removed:,} were removed upstream; what people said about them is kept.")
    return " ".join(told)


def _say(database: Database, library: Library, state: str, reason: str = "", *, synced: bool = False) -> None:
    with database.write_quietly() as connection:
        libraries.set_state(connection, library.id, state, reason, scanned_at=database.clock() if synced else None)
