"""The job `scan`: one folder library, from its roots to the store. Two scans of one library are one job: its key is the library."""

import time
from collections.abc import Mapping
from typing import Any

import msgspec

from longshelf.errors import Conflict, Invalid, SourceOffline
from longshelf.ingest.scan import Scan, ScanOptions, ScanReport
from longshelf.jobs.context import Context
from longshelf.logs import operation
from longshelf.model.kinds import LibraryType
from longshelf.sources.folder import options as folder_options
from longshelf.store import jobs, libraries
from longshelf.store.database import Database
from longshelf.store.jobs import Job
from longshelf.store.libraries import Library
from longshelf.tasks import colors

KIND = "scan"
ATTEMPTS = 25  # a scan goes on where the last attempt was killed, so each one is worth making; no file can crash it, parsers are apart


class ScanArgs(msgspec.Struct, frozen=True, kw_only=True):
    """What a scan job is asked: which library, and whether to read every file again or to believe an emptied root."""

    library_id: int
    full: bool = False
    allow_empty: bool = False


def arguments(library_id: int, *, full: bool = False, allow_empty: bool = False) -> dict[str, Any]:
    """The arguments of a scan job as they are stored."""
    args: dict[str, Any] = msgspec.to_builtins(ScanArgs(library_id=library_id, full=full, allow_empty=allow_empty))
    return args


def request(database: Database, library: Library, *, full: bool = False, allow_empty: bool = False, priority: int = 0) -> Job:
    """Queues a scan; the one that is queued or running when there is one. Invalid for a library that has no folders,
    Conflict for one that is being removed."""
    if library.type is not LibraryType.FOLDER:
        raise Invalid("library", f"{library.name} is a {library.type} library; only folder libraries are scanned")
    if library.state == "removing":
        raise Conflict(f"{library.name} is being removed")
    args = arguments(library.id, full=full, allow_empty=allow_empty)
    with database.write_quietly() as connection:
        return jobs.enqueue(connection, KIND, args, at=database.clock(), key=str(library.id), priority=priority, max_attempts=ATTEMPTS)


def scan(context: Context, parsers: int = 0) -> dict[str, Any]:
    """Runs the scan and keeps the library's state true all the while. `parsers` processes read files, 0 for as many as suit the machine.
    The result is the report with `seconds`."""
    args = msgspec.convert(context.args, ScanArgs)
    database = context.database
    with database.read() as connection:
        library = libraries.get(connection, args.library_id)
    began = time.monotonic()
    with operation("scan", library=library.name) as running:
        report = _scan(context, library, args, parsers)
        while (changed := _changed_meanwhile(database, library)) is not None:
            full = changed.config.get("audio") != library.config.get("audio")
            library = changed
            report = _scan(context, library, msgspec.structs.replace(args, full=full), parsers)
        if report.added or report.updated:
            colors.request(database)
        running.report(**{name: value for name, value in msgspec.to_builtins(report).items() if name != "offline"})
    return {**msgspec.to_builtins(report), "seconds": round(time.monotonic() - began, 3)}


def reads(config: Mapping[str, Any]) -> dict[str, Any]:
    """What of a library's configuration decides what a scan finds."""
    return {name: value for name, value in config.items() if name != "watch"}


def _changed_meanwhile(database: Database, library: Library) -> Library | None:
    """The library when its folders or options are others by now: whoever changed them was told that this scan reads them."""
    with database.read() as connection:
        now = libraries.get(connection, library.id)
    return None if now.state == "removing" or reads(now.config) == reads(library.config) else now


def _scan(context: Context, library: Library, args: ScanArgs, parsers: int) -> ScanReport:
    chosen = folder_options.parse(library.config)
    options = ScanOptions(
        full=args.full,
        allow_empty=args.allow_empty,
        follow_links=chosen.follow_links,
        audio_mode=chosen.audio,
        workers=parsers or None,
    )
    _say(context.database, library, "scanning")
    try:
        report = Scan(context.database, library.id, chosen.roots, options, context).run()
    except SourceOffline as error:
        _say(context.database, library, "offline", str(error))
        # Trying again in a minute would find the disk as absent as now; the schedule, or the person, tries again.
        raise Conflict(str(error)) from error
    except BaseException:
        _say(context.database, library, "ready")
        raise
    _say(context.database, library, "offline" if report.offline else "ready", "; ".join(report.offline), scanned=True)
    return report


def _say(database: Database, library: Library, state: str, reason: str = "", *, scanned: bool = False) -> None:
    with database.write_quietly() as connection:
        libraries.set_state(connection, library.id, state, reason, scanned_at=database.clock() if scanned else None)
