"""The job `import_user_data`: what one person said on a mirrored server, taken over into his own data here.

One runs for a person and library at a time; asking again for the same follows it. To whom items are kept back it tells how far it is in
hundredths and nothing in numbers: how much there is on the server tells of what is hidden. While it, or the job `push_back`, is at work on
a library, the other waits."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec

from longshelf.errors import Conflict, Invalid, NotFound, SourceError
from longshelf.ingest.push_back import PushBack
from longshelf.ingest.user_data import UserDataImport
from longshelf.jobs.context import Context, Later
from longshelf.logs import operation
from longshelf.model.kinds import LibraryType
from longshelf.sources.stash import options as stash_options
from longshelf.sources.stash.client import Client
from longshelf.sources.stash.reader import Reader
from longshelf.sources.stash.telling import Teller
from longshelf.sources.stash.user_data import DATA_KINDS, DataKind
from longshelf.store import accounts, jobs, libraries, mirror, push_back, user_data
from longshelf.store.database import Database, Transaction
from longshelf.store.jobs import Job
from longshelf.store.libraries import Library
from longshelf.store.push_back import Pushed, Row
from longshelf.tasks.pausing import pausing
from longshelf.tasks.sync import BUSY_SECONDS, SCAN_SECONDS

KIND = "import_user_data"
ATTEMPTS = 25  # an import goes on where the last attempt was killed


class ImportArgs(msgspec.Struct, frozen=True, kw_only=True):
    """What the job is asked. `told` says whether the person may be told numbers."""

    library_id: int
    user_id: int
    kinds: list[DataKind]
    overwrite: bool = False
    told: bool = True


def request(
    database: Database,
    library: Library,
    user_id: int,
    kinds: Sequence[DataKind] = DATA_KINDS,
    *,
    overwrite: bool = False,
    told: bool = True,
    priority: int = 0,
) -> Job:
    """Queues an import; the live one when it does the same. Invalid for a library that mirrors nothing or no kinds, Conflict while another
    import of this person's runs, or before the library was read."""
    chosen = checked(kinds)
    args = ImportArgs(library_id=library.id, user_id=user_id, kinds=chosen, overwrite=overwrite, told=told)
    stored: dict[str, Any] = msgspec.to_builtins(args)
    with database.write_quietly() as connection:
        require_mirrored(connection, library)
        accounts.user(connection, user_id)
        job = jobs.enqueue(
            connection, KIND, stored, at=database.clock(), key=key(library.id, user_id), priority=priority, max_attempts=ATTEMPTS
        )
    if job.args != stored:
        raise Conflict(f"Another import of these data is under way (job {job.id}); wait for its end, or cancel it.")
    return job


def key(library_id: int, user_id: int) -> str:
    """Of the jobs of this person and library."""
    return f"{library_id}:{user_id}"


def checked(kinds: Sequence[DataKind]) -> list[DataKind]:
    """In their own order, each once. Invalid for none, or another word."""
    unknown = [each for each in kinds if each not in DATA_KINDS]
    if unknown or not kinds:
        raise Invalid("kinds", f"name one or more of {', '.join(DATA_KINDS)}")
    return [each for each in DATA_KINDS if each in kinds]


def require_mirrored(connection: Transaction, library: Library) -> None:
    """Invalid for a library that mirrors nothing; Conflict for one that is being removed, or was never read whole."""
    if library.type is not LibraryType.STASH:
        raise Invalid("library", f"{library.name} is a {library.type} library; only what people said on a Stash server can be taken over")
    if library.state == "removing":
        raise Conflict(f"{library.name} is being removed")
    if not mirror.state(connection, library.id).built:
        raise Conflict(f"{library.name} has not been read yet. Wait for its first sync.")


def import_user_data(context: Context, *, private: bool = True) -> dict[str, Any]:
    """Runs the import. The result is the report with `seconds`, or without numbers for who may not be told them. A server that is away ends
    it as a failure with the reason: trying again goes on where it stopped."""
    args = msgspec.convert(context.args, ImportArgs)
    database = context.database
    with database.read() as connection:
        library = libraries.get(connection, args.library_id)
        require_mirrored(connection, library)
        _require_user(connection, args.user_id)
        api_key = mirror.key(connection, library.id)
    began = time.monotonic()
    client = Client(stash_options.parse(library.config), api_key, pause=pausing(context), private=private)
    try:
        with operation(KIND, library=library.name, user=args.user_id, kinds=args.kinds) as running, holding(context, library.id):
            report = _run(context, args, client)
            running.report(**msgspec.to_builtins(report))
    except SourceError as error:
        raise Conflict(str(error)) from error
    finally:
        client.close()
    seconds = {"seconds": round(time.monotonic() - began, 3)}
    context.progress(message="done")
    return {"kinds": args.kinds, **(msgspec.to_builtins(report) if args.told else {}), **seconds}


@contextmanager
def holding(context: Context, library_id: int) -> Iterator[None]:
    """What people say in a library is this job's for a while: what it read of the server must not be changed by another before it is
    written down. Later, while another job has it."""
    database = context.database
    with database.write_quietly() as connection:
        held = user_data.hold(connection, library_id, context.claim.job_id, database.clock())
    if not held:
        raise Later("Another job is at work on what people said in this library.", BUSY_SECONDS)
    try:
        yield
    finally:
        with database.write_quietly() as connection:
            user_data.release(connection, library_id, context.claim)


def _run(context: Context, args: ImportArgs, client: Client) -> Any:
    reader = Reader(client)
    if scanning := reader.scanning():
        raise Later(f"Stash is scanning ({scanning}); this goes on afterwards.", SCAN_SECONDS)
    _settle(context, args, Teller(client, client, reader.schema))
    progress = context if args.told else Hundredths(context)
    task = UserDataImport(
        context.database, args.library_id, args.user_id, reader, progress,
        kinds=args.kinds, overwrite=args.overwrite, left=context.checkpoint_left,
    )  # fmt: skip
    return task.run()


def _settle(context: Context, args: ImportArgs, teller: Teller) -> None:
    """What a push-back that died was telling is asked for first: it would come in as news, and be told once more."""
    with context.database.read() as connection:
        row = push_back.get(connection, args.library_id)
    if row is None or row.user_id != args.user_id:
        row = Row(args.library_id, args.user_id, (), 0, 0, Pushed())
    PushBack(context.database, row, teller, context, kept=context.checkpoint_left).settle()


def _require_user(connection: Transaction, user_id: int) -> None:
    try:
        accounts.user(connection, user_id)
    except NotFound:
        raise Conflict("The account these data are for is gone.") from None


class Hundredths:
    """A context's progress that tells shares, not numbers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._total: int | None = None

    def progress(self, done: int | None = None, total: int | None = None, message: str | None = None) -> None:
        self._total = total if total is not None else self._total
        share = None if done is None or not self._total else min(100, done * 100 // self._total)
        self._context.progress(share, 100, message)

    def check(self) -> None:
        self._context.check()

    def checkpoint(self, value: object, connection: Transaction | None = None) -> None:
        self._context.checkpoint(value, connection)
