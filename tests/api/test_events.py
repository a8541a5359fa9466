"""Live events: hello first, then what happens, each once; whoever comes back hears what he missed."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from longshelf.api.events import EventFeed, Hears
from longshelf.api.threads import Threads
from longshelf.catalog.following import Follower, Mark, News, read_mark
from longshelf.errors import StoreUnavailable
from longshelf.store import jobs
from longshelf.store.database import Database
from tests.api.conftest import Served
from tests.support.catalogue import make_catalogue

Event = tuple[str, str, Any]


@contextmanager
def stream(sender: httpx.Client, last_id: str = "") -> Iterator[Iterator[Event]]:
    """(id, name, data) as they come."""
    headers = {"last-event-id": last_id} if last_id else {}
    with sender.stream("GET", "/api/events", headers=headers, timeout=10) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        yield _parsed(response.iter_lines())


def _parsed(lines: Iterator[str]) -> Iterator[Event]:
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "data" in fields:
            yield fields["id"], fields["event"], json.loads(fields["data"])
            fields = {}


def enqueue(database: Database) -> int:
    with database.write_quietly() as connection:
        return jobs.enqueue(connection, "test", {"library_id": 1}, at=database.clock()).id


def change(database: Database) -> int:
    with database.write() as write:
        write.touch(items=[1], library_id=1)
        return write.revision


def test_hello_comes_first_and_then_what_happens(own: Served) -> None:
    database = own.catalogue.database
    with stream(own.admin) as events:
        _, name, data = next(events)
        assert (name, data) == ("hello", {"revision": database.revision()})
        job_id, revision = enqueue(database), change(database)
        heard: dict[str, Any] = {}
        while set(heard) != {"job", "library"}:
            _, name, data = next(events)
            heard[name] = data
        assert (heard["job"]["id"], heard["job"]["state"], heard["job"]["library_id"]) == (job_id, "queued", 1)
        assert heard["library"] == {"library_id": 1, "revision": revision}


def test_whoever_comes_back_hears_what_he_missed(own: Served) -> None:
    database = own.catalogue.database
    with stream(own.admin) as events:
        last_id = next(events)[0]
    revision, job_id = change(database), enqueue(database)
    with stream(own.admin, last_id) as events:
        assert next(events)[1] == "hello"
        assert next(events)[2] == {"library_id": 1, "revision": revision}
        assert next(events)[2]["id"] == job_id


def test_others_hear_of_libraries_but_not_of_jobs(own: Served) -> None:
    with stream(own.other) as events:
        next(events)
        enqueue(own.catalogue.database)
        change(own.catalogue.database)
        assert next(events)[1] == "library"


def test_several_listen_at_once(own: Served) -> None:
    with stream(own.admin) as first, stream(own.other) as second:
        next(first)
        next(second)
        revision = change(own.catalogue.database)
        assert next(first)[2]["revision"] == next(second)[2]["revision"] == revision


def test_nonsense_as_a_last_id_begins_anew(served: Served) -> None:
    for last_id in ("nonsense", "-", "1-", "9" * 50 + "-1", "1-1-1"):
        with stream(served.admin, last_id) as events:
            assert next(events)[1] == "hello"


def test_a_follower_tells_each_change_once(tmp_path_factory: Any) -> None:
    catalogue = make_catalogue(tmp_path_factory.mktemp("follow"), count=1)
    follower = Follower(catalogue.database)
    assert follower.look().jobs == []
    job_id = enqueue(catalogue.database)
    assert [job.id for job in follower.look().jobs] == [job_id]
    assert follower.look().jobs == []
    with catalogue.database.write_quietly() as connection:
        jobs.cancel(connection, job_id, catalogue.database.clock())
    assert [job.state for job in follower.look().jobs] == ["cancelled"]
    revisions = [change(catalogue.database) for _ in range(3)]
    assert [each.revision for each in follower.look().libraries] == [revisions[-1]]  # one word for three commits
    assert read_mark(follower.mark.written()) == follower.mark
    catalogue.database.close()


def test_silence_is_broken_by_a_heartbeat_and_looking_stops_with_the_last_listener(tmp_path_factory: Any) -> None:
    catalogue = make_catalogue(tmp_path_factory.mktemp("beat"), count=1)
    threads = Threads(2, 1)
    feed = EventFeed(threads, lambda mark: Follower(catalogue.database, mark), look=0.01, heartbeat=0.05)

    async def scenario() -> list[bytes]:
        stream = feed.listen("", lambda: Hears(jobs=True, libraries=None))
        chunks = [await anext(stream) for _ in range(2)]
        await stream.aclose()  # type: ignore[attr-defined]  # an async generator
        return chunks

    hello, beat = asyncio.run(scenario())
    assert b"event: hello" in hello
    assert beat == b": still here\n\n"
    assert feed._looking is None
    threads.close()
    catalogue.database.close()


def test_a_stream_ends_when_its_listener_may_not_listen_any_more(tmp_path_factory: Any) -> None:
    catalogue = make_catalogue(tmp_path_factory.mktemp("over"), count=1)
    threads = Threads(2, 1)
    feed = EventFeed(threads, lambda mark: Follower(catalogue.database, mark), look=0.01, heartbeat=0.05)
    answers = [Hears(jobs=True, libraries=None), Hears(jobs=True, libraries=None)]

    async def scenario() -> list[bytes]:
        return [chunk async for chunk in feed.listen("", lambda: answers.pop() if answers else None)]

    hello, *beats = asyncio.run(scenario())
    assert b"event: hello" in hello
    assert beats
    assert set(beats) == {b": still here\n\n"}
    threads.close()
    catalogue.database.close()


def test_a_look_that_fails_ends_the_streams_and_the_next_one_looks_again(tmp_path_factory: Any) -> None:
    catalogue = make_catalogue(tmp_path_factory.mktemp("broken"), count=1)
    threads = Threads(2, 1)
    broken = [True]

    class Broken(Follower):
        looks = 0

        def look(self) -> News:
            self.looks += 1
            if broken and self.looks > 1:
                raise StoreUnavailable("The database is away.")
            return super().look()

    feed = EventFeed(threads, lambda mark: Broken(catalogue.database, mark), look=0.01, heartbeat=0.05)

    async def scenario() -> tuple[list[bytes], bytes]:
        told = [chunk async for chunk in feed.listen("", lambda: Hears(jobs=True, libraries=None)) if chunk != b": still here\n\n"]
        broken.clear()
        stream = feed.listen("", lambda: Hears(jobs=True, libraries=None))
        await anext(stream)
        change(catalogue.database)
        async for chunk in stream:
            if chunk != b": still here\n\n":
                break
        await stream.aclose()  # type: ignore[attr-defined]  # an async generator
        return told, chunk

    told, heard = asyncio.run(scenario())
    assert len(told) == 1
    assert b"event: hello" in told[0]
    assert b"event: library" in heard
    threads.close()
    catalogue.database.close()


def test_marks_are_written_and_read() -> None:
    assert read_mark(Mark(3, 1_700_000).written()) == Mark(3, 1_700_000)
