"""The job `sync`: it keeps its library's state true, waits its turn, and whoever asks gets what he asked for."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from longshelf.config import Settings
from longshelf.errors import Conflict, Invalid, NotFound
from longshelf.jobs.worker import Worker
from longshelf.sources.stash.options import StashOptions
from longshelf.store import jobs, libraries, mirror, schedules
from longshelf.store.database import Database
from longshelf.store.jobs import Job
from longshelf.store.libraries import Library
from longshelf.tasks import listen, stash_hooks, sync
from longshelf.tasks.libraries import add_stash_library
from longshelf.tasks.table import tasks
from tests.ingest.mirroring import SMALL
from tests.support.fake_stash import FakeStash, fake_stash

KEY = "a-key-nobody-may-see"


def wait_until(come: Callable[[], object]) -> None:
    """Another thread is to bring it about; a test that waits too long fails."""
    deadline = time.monotonic() + 30
    while not come():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


@pytest.fixture
def stash() -> Iterator[FakeStash]:
    with fake_stash(SMALL, api_key=KEY) as running:
        yield running


class Bench:
    """A database with the real tasks over it, and one mirrored library."""

    def __init__(self, database: Database, stash: FakeStash, base: Path) -> None:
        self.database = database
        self.stash = stash
        self.worker = Worker(database, tasks(Settings(data=base)), pulse_seconds=0.05)
        self.library, self.first = add_stash_library(database, "Mirror", StashOptions(url=stash.url), KEY)

    def run(self, job: Job) -> Job:
        return self.worker.run_one(job.id)

    def now(self) -> Library:
        with self.database.read() as connection:
            return libraries.get(connection, self.library.id)

    def job(self, job_id: int) -> Job:
        with self.database.read() as connection:
            return jobs.get(connection, job_id)

    def live(self) -> list[Job]:
        with self.database.read() as connection:
            return jobs.newest(connection, states=jobs.LIVE, kind=sync.KIND)


@pytest.fixture
def bench(sqlite_database: Database, stash: FakeStash, tmp_path: Path) -> Bench:
    return Bench(sqlite_database, stash, tmp_path)


def test_a_new_mirror_is_synced_at_once_and_then_by_schedule(database: Database, stash: FakeStash, tmp_path: Path) -> None:
    bench = Bench(database, stash, tmp_path)
    ended = bench.run(bench.first)
    assert ended.state == "done"
    assert {"mode", "pages", "requests", "entities", "seconds"} <= ended.result.keys()
    assert ended.result["entities"]["scene"] == {"seen": 60, "added": 60, "updated": 0, "removed": 0, "held": 0}
    assert (bench.now().state, bench.now().state_reason) == ("ready", "")
    assert bench.now().scanned_at is not None
    with database.read() as connection:
        (schedule,) = schedules.listed(connection)
    assert (schedule.kind, schedule.key, schedule.every_seconds) == (sync.KIND, str(bench.library.id), 3_600)


def test_the_key_is_kept_apart_and_goes_with_the_library(bench: Bench) -> None:
    assert KEY not in str(bench.now())
    with bench.database.read() as connection:
        assert mirror.key(connection, bench.library.id) == KEY
    bench.run(bench.first)
    libraries.remove(bench.database, bench.library.id)
    with bench.database.read() as connection:
        assert mirror.key(connection, bench.library.id) == ""
        for table in ("mirror", "mirror_row", "mirror_file", "item", "entity"):
            assert connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() == 0


REPEATING: list[dict[str, Any]] = [
    {"what": "status", "code": 422, "body": f'{{"errors": [{{"message": "no such field {KEY}"}}]}}'},
    {"what": "errors", "message": f"scene with id {KEY} not found"},
    {"what": "status", "code": 418, "body": KEY},
    {"what": "redirect"},
]


def test_the_key_is_nowhere_but_among_the_settings(bench: Bench, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Not even where the server repeats it: not in what jobs and libraries say, in no other table, no log line and no file."""
    results = [bench.run(bench.first)]
    bench.stash.changes.edit("scene", 1, title="changed")
    for fault in REPEATING:
        bench.stash.faults.add(**fault, operation="findScenes", times=-1)
        results.append(bench.run(sync.request(bench.database, bench.library)))
        bench.stash.faults.clear()
    assert [each.state for each in results] == ["done", *["failed"] * len(REPEATING)]
    assert bench.run(sync.request(bench.database, bench.library, "full")).state == "done"
    with bench.database.read() as connection:
        tables = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").scalars())
        told = {name: str(connection.exec_driver_sql(f'SELECT * FROM "{name}"').all()) for name in tables}
    assert {name for name, rows in told.items() if KEY in rows} == {"setting"}
    said = capfd.readouterr()
    assert "sync_full completed" in said.out + said.err
    assert KEY not in said.out + said.err
    folder = Path(str(bench.database.url.database)).parent
    files = {each for place in (folder, tmp_path) for each in place.rglob("*") if each.is_file() and KEY.encode() in each.read_bytes()}
    assert {each.name.split(".db")[0] for each in files} <= {Path(str(bench.database.url.database)).name.split(".db")[0]}


def test_asking_twice_is_one_sync_and_asking_during_one_is_one_more(bench: Bench) -> None:
    assert sync.request(bench.database, bench.library).id == bench.first.id
    with bench.database.write_quietly() as connection:
        connection.exec_driver_sql("UPDATE job SET state = 'running', lease_until = 9999999999999999")
    more = sync.request(bench.database, bench.library)
    assert more.id != bench.first.id
    assert sync.request(bench.database, bench.library).id == more.id


def test_a_thorough_one_is_not_taken_for_a_quick_one(bench: Bench) -> None:
    full = sync.request(bench.database, bench.library, "full")
    assert full.id != bench.first.id
    bench.run(bench.first)
    assert bench.run(full).result["mode"] == "full"


def test_only_one_of_a_library_runs_at_a_time(bench: Bench) -> None:
    with bench.database.write_quietly() as connection:
        other = jobs.enqueue(connection, "other", {}, at=0)
        connection.exec_driver_sql(f"UPDATE job SET state = 'running', lease_until = 9999999999999999 WHERE id = {other.id}")
        assert mirror.hold(connection, bench.library.id, other.id, 0)
    assert bench.worker.step()
    waiting = bench.job(bench.first.id)
    assert (waiting.state, waiting.attempts) == ("queued", 0)
    assert "Another sync" in waiting.message
    with bench.database.write_quietly() as connection:
        connection.exec_driver_sql(f"UPDATE job SET state = 'done' WHERE id = {other.id}")
        connection.exec_driver_sql("UPDATE job SET run_after = 0")
    assert bench.run(bench.first).state == "done"


def test_an_absent_server_makes_the_library_offline_and_its_return_ready(bench: Bench) -> None:
    bench.run(bench.first)
    port = int(bench.stash.url.rsplit(":", 1)[1])
    bench.stash.stop()
    failed = bench.run(sync.request(bench.database, bench.library))
    assert failed.state == "failed"
    assert bench.now().state == "offline"
    assert "cannot be reached" in bench.now().state_reason
    assert bench.stash.url not in bench.now().state_reason
    bench.stash.start(port)
    assert bench.run(sync.request(bench.database, bench.library)).state == "done"
    assert (bench.now().state, bench.now().state_reason) == ("ready", "")


def test_what_was_removed_upstream_is_said(bench: Bench) -> None:
    bench.run(bench.first)
    bench.stash.changes.destroy("scene", 3)
    ended = bench.run(sync.request(bench.database, bench.library))
    assert "1 were removed upstream" in bench.now().state_reason
    assert "1 were removed upstream" in ended.message


def test_it_waits_for_the_scan_of_stash_without_using_up_attempts(bench: Bench) -> None:
    job = bench.stash.jobs.start("Scanning...")
    assert bench.worker.step()
    waiting = bench.job(bench.first.id)
    assert (waiting.state, waiting.attempts) == ("queued", 0)
    assert "Scanning" in waiting.message
    bench.stash.jobs.finish(job)
    with bench.database.write_quietly() as connection:
        connection.exec_driver_sql("UPDATE job SET run_after = 0")
    assert bench.run(bench.first).state == "done"


def test_a_scheduled_one_compares_everything_when_that_is_due(bench: Bench) -> None:
    bench.run(bench.first)
    args = sync.arguments(bench.library.id, scheduled=True)

    def scheduled() -> str:
        with bench.database.write_quietly() as connection:
            job = jobs.enqueue(connection, sync.KIND, args, at=0, key=str(bench.library.id))
        return str(bench.run(job).result["mode"])

    assert scheduled() == "incremental"
    with bench.database.write_quietly() as connection:
        connection.exec_driver_sql(
            "UPDATE mirror SET state = json_set(state, '$.reconciled_at', json_extract(state, '$.reconciled_at') - 90000000000)"
        )
    assert scheduled() == "reconcile"


def test_a_hook_asks_for_a_sync_and_tells_what_to_look_for(bench: Bench) -> None:
    bench.run(bench.first)
    token = stash_hooks.token(bench.database, bench.library)
    bench.stash.changes.destroy("image", 4)
    for _ in range(20):
        stash_hooks.heard(bench.database, token, "Image.Destroy.Post", 4)
        stash_hooks.heard(bench.database, token, "Image.Destroy.Post", 5)  # not true
    (queued,) = bench.live()
    with bench.database.read() as connection:
        assert mirror.suspects(connection, bench.library.id, "image") == [4, 5]
    assert bench.run(queued).result["entities"]["image"]["removed"] == 1
    with pytest.raises(NotFound):
        stash_hooks.heard(bench.database, token[:-1], "Scan", None)


def test_a_subscription_asks_for_a_sync_at_the_start_and_after_every_scan(bench: Bench) -> None:
    bench.run(bench.first)
    listener = listen.Listener(bench.database, reload=0.05, again=(0.05, 0.1))
    listener.start()
    try:
        wait_until(lambda: bench.stash.jobs.events.listening("jobsSubscribe") > 0)
        wait_until(lambda: bool(bench.live()))
        for job in bench.live():
            bench.run(job)
        made = bench.stash.changes.scan(["/media/new.mp4"])
        wait_until(lambda: bool(bench.live()))
        with bench.database.write_quietly() as connection:
            connection.exec_driver_sql("UPDATE job SET run_after = 0 WHERE state = 'queued'")
        (job,) = bench.live()
        assert bench.run(job).result["entities"]["scene"]["added"] == 1
        assert made
        bench.stash.faults.cut_sockets()
        wait_until(lambda: bool(bench.live()))  # what happened meanwhile is told by nobody
    finally:
        listener.stop()
    assert bench.stash.jobs.events.stalls == 0


def test_what_cannot_be_is_refused(bench: Bench) -> None:
    for url in ("ftp://host", "http://user:secret@host", "http://host/?apikey=secret", "nonsense", "http://169.254.169.254/"):
        with pytest.raises(Invalid) as refused:
            add_stash_library(bench.database, "Bad", StashOptions(url=url))
        assert "secret" not in str(refused.value)
    with pytest.raises(Invalid):
        add_stash_library(bench.database, "Bad", StashOptions(url=bench.stash.url, poll_minutes=1))
    with pytest.raises(Invalid):
        add_stash_library(bench.database, "Bad", StashOptions(url=bench.stash.url), "two\nlines")
    with pytest.raises(Conflict):
        add_stash_library(bench.database, "Mirror", StashOptions(url=bench.stash.url))
