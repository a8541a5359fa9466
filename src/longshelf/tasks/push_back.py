"""The job `push_back`: what one person said here goes back to the server of a mirrored library, where that was switched on.

`Pusher` looks whether something is due and asks for one job for all of it; a server that is away is tried again, later each time, and
what is said meanwhile waits with the rest."""

import time
from collections.abc import Sequence
from typing import Any

import msgspec
import structlog

from longshelf.errors import Conflict, Invalid, LongshelfError, SourceDrifted, SourceError, SourceRefused
from longshelf.ingest import push_back as ingest
from longshelf.ingest.push_back import PushBack
from longshelf.jobs.context import Context, Later
from longshelf.logs import operation
from longshelf.model.times import DAY, SECOND
from longshelf.sources.stash import options as stash_options
from longshelf.sources.stash.client import Client
from longshelf.sources.stash.reader import Reader
from longshelf.sources.stash.telling import Teller
from longshelf.sources.stash.user_data import DataKind
from longshelf.store import jobs, libraries, mirror, personal, push_back
from longshelf.store.database import Database, Transaction
from longshelf.store.jobs import Job
from longshelf.store.libraries import Library
from longshelf.store.push_back import EVER, Row
from longshelf.tasks import user_data
from longshelf.tasks.looking import Looking
from longshelf.tasks.pausing import pausing
from longshelf.tasks.sync import SCAN_SECONDS

KIND = "push_back"
ATTEMPTS = 25
PUSHED: tuple[DataKind, ...] = ("rating", "favorite", "plays", "progress")  # an o-counter is not kept by hand here
LOOK_SECONDS = 10.0  # how soon what is said is on its way; what is said meanwhile goes with it
REST_SECONDS = 0.5  # between two questions of one job
AGAIN_SECONDS = (60, 3_600)  # until a server that is away is tried again: the first time, and at most
REFUSED_SECONDS = 3_600  # a key does not mend itself

_log = structlog.get_logger()


def switch_on(database: Database, library: Library, user_id: int, kinds: Sequence[DataKind], *, all_said: bool = False) -> None:
    """From now on what this person says about the library goes back; what he said before, too, with `all_said`. Invalid for kinds that
    cannot, Conflict for a library that was not read yet."""
    chosen = user_data.checked(kinds)
    if unknown := [each for each in chosen if each not in PUSHED]:
        raise Invalid("kinds", f"{unknown[0]} is only taken over, not pushed back; choose from {', '.join(PUSHED)}")
    with database.write_quietly() as connection:
        user_data.require_mirrored(connection, library)
        push_back.switch_on(connection, library.id, user_id, chosen, at=database.clock(), all_said=all_said)


def switch_off(database: Database, library: Library) -> None:
    """What has gone stays on the server."""
    with database.write_quietly() as connection:
        push_back.switch_off(connection, library.id)


def request(database: Database, library_id: int) -> Job:
    """Queues the job of a library; the one that waits when there is one, which then is due at once."""
    with database.write_quietly() as connection:
        return jobs.enqueue(connection, KIND, {"library_id": library_id}, at=database.clock(), key=str(library_id), max_attempts=ATTEMPTS)


def wake(database: Database, library_id: int) -> None:
    """What waits for its server is tried at once: that has another address or key."""
    with database.write_quietly() as connection:
        row = push_back.get(connection, library_id, hold=True)
        if row is None or not row.state.waiting:
            return
        push_back.put_state(connection, row, msgspec.structs.replace(row.state, not_before=0, failures=0))
    request(database, library_id)


def push(context: Context, *, private: bool = True) -> dict[str, Any]:
    """Tells the server what is due. The result says how much went, by kind."""
    database, library_id = context.database, int(context.args["library_id"])
    with database.read() as connection:
        library = libraries.get(connection, library_id)
        row = push_back.get(connection, library_id)
        key = mirror.key(connection, library_id)
    if row is None or library.state == "removing":
        raise Conflict(f"Nothing of {library.name} is pushed back any more.")
    began = time.monotonic()
    options, pause = stash_options.parse(library.config), pausing(context)
    clients = [Client(options, key, pause=pause, private=private), Client(options, key, pause=pause, private=private, attempts=1)]
    try:
        with operation(KIND, library=library.name) as running:
            with user_data.holding(context, library_id):
                told = _push(context, row, clients, pause)
            running.report(**told, requests=sum(client.requests for client in clients))
    except SourceError as error:
        raise _put_off(database, library_id, error) from error
    finally:
        for client in clients:
            client.close()
    return {**told, "seconds": round(time.monotonic() - began, 3)}


def _push(context: Context, row: Row, clients: Sequence[Client], pause: Any) -> dict[str, int]:
    reader = Reader(clients[0])
    if scanning := reader.scanning():
        _keep(context.database, row.library_id, waiting="Stash is scanning", seconds=SCAN_SECONDS, failures=0)
        raise Later(f"Stash is scanning ({scanning}); this goes on afterwards.", SCAN_SECONDS)
    _keep(context.database, row.library_id, waiting="", seconds=0, failures=0)
    with context.database.read() as connection:
        row = push_back.get(connection, row.library_id) or row
    teller = Teller(clients[0], clients[1], reader.schema)
    work = PushBack(context.database, row, teller, context, lambda: pause(REST_SECONDS))
    work.run()
    return {str(kind): count for kind, count in work.told.items()}


def _put_off(database: Database, library_id: int, error: SourceError) -> Later:
    """The server is away, or will not have us: all waits, and the reason is there to be read."""
    with database.read() as connection:
        row = push_back.get(connection, library_id)
    failures = (row.state.failures if row else 0) + 1
    first, most = AGAIN_SECONDS
    lasting = isinstance(error, SourceRefused | SourceDrifted)
    seconds = REFUSED_SECONDS if lasting else min(most, first * 2 ** min(failures - 1, 10))
    _keep(database, library_id, waiting=str(error), seconds=seconds, failures=failures)
    return Later(str(error), seconds)


def _keep(database: Database, library_id: int, *, waiting: str, seconds: float, failures: int) -> None:
    with database.write_quietly() as connection:
        row = push_back.get(connection, library_id, hold=True)
        if row is not None:
            not_before = database.clock() + int(seconds * SECOND) if waiting else 0
            state = msgspec.structs.replace(row.state, waiting=waiting, not_before=not_before, failures=failures)
            push_back.put_state(connection, row, state)


class Pusher(Looking):
    """One thread that asks for jobs."""

    def __init__(self, database: Database, *, look: float = LOOK_SECONDS) -> None:
        super().__init__("push back")
        self.database = database
        self.look = look

    def _look(self) -> float:
        try:
            for library_id in self._wanting():
                request(self.database, library_id)
        except LongshelfError as error:
            _log.warning("what is to be pushed back cannot be looked up", reason=str(error))
        return self.look

    def _wanting(self) -> list[int]:
        """Libraries with something due. Where nothing is, nor will be when a sitting has ended, what was said up to here is not looked at
        again, until something that was away may be back. A server that could not be told all is asked once a day whether it can by now."""
        now, wanting, idle = self.database.clock(), list[int](), list[tuple[Row, int]]()
        with self.database.read() as connection:
            for row in push_back.listed(connection):
                version = personal.version(connection, row.user_id)
                if now < row.state.not_before:
                    continue
                if row.state.lacking and now >= (row.state.learned_at or 0) + DAY and self._lacked(connection, row):
                    wanting.append(row.library_id)
                elif version == row.seen_version and not self._may_be_back(connection, row):
                    continue
                elif push_back.due(connection, row, quiet=now - ingest.QUIET, limit=1):
                    wanting.append(row.library_id)
                elif not push_back.due(connection, row, quiet=EVER, limit=1):
                    idle.append((row, version))
        for row, version in idle:
            self._see(row, version)
        return wanting

    def _may_be_back(self, connection: Transaction, row: Row) -> bool:
        return row.state.left is not None and push_back.read_at(connection, row.library_id) != row.state.left_at

    def _lacked(self, connection: Transaction, row: Row) -> bool:
        """Whether something would be due if the server took all."""
        whole = row._replace(seen_version=0, state=msgspec.structs.replace(row.state, lacking=[]))
        return bool(push_back.due(connection, whole, quiet=EVER, limit=1))

    def _see(self, row: Row, version: int) -> None:
        """Unless anything changed since."""
        with self.database.write_quietly() as connection:
            if push_back.get(connection, row.library_id, hold=True) != row or push_back.due(connection, row, quiet=EVER, limit=1):
                return
            push_back.see(connection, row, version)
