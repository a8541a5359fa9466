"""Feed libraries from a real server to the store: what comes in, what changes, what goes wrong, and when it is asked again."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from longshelf.config import Settings
from longshelf.errors import Conflict, Invalid, NotFound
from longshelf.ingest import feeds as ingest
from longshelf.ingest.edits import Edit, edit
from longshelf.jobs.worker import Worker
from longshelf.model.records import ItemRecord
from longshelf.model.times import SECOND, from_rfc3339
from longshelf.sources.feed import posts as from_entries
from longshelf.store import feeds, jobs, libraries, schedules, stored
from longshelf.store.database import Database
from longshelf.store.feeds import FeedRow
from longshelf.store.libraries import Library
from longshelf.tasks import feeds as task
from longshelf.tasks.table import tasks
from tests.support.feed_server import FeedServer, feed_server
from tests.support.out_there import PUBLIC, count_as_public

NOON = from_rfc3339("2024-06-03T12:00:00Z")  # a Monday
MINUTE, HOUR = 60 * SECOND, 3_600 * SECOND


def rss(*entries: str, head: str = "") -> str:
    spaces = 'xmlns:media="http://search.yahoo.com/mrss/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'
    channel = f"<title>News</title><link>http://news.example/</link>{head}{''.join(entries)}"
    return f'<?xml version="1.0"?><rss version="2.0" {spaces}><channel>{channel}</channel></rss>'


def entry(number: int, title: str = "", *, guid: str | None = None, link: str | None = None, more: str = "") -> str:
    date = f"<pubDate>Mon, 03 Jun 2024 {number % 24:02d}:00:00 GMT</pubDate>"
    guid = f"http://news.example/id/{number}" if guid is None else guid
    link = f"http://news.example/{number}" if link is None else link
    return f"<item><title>{title or f'Entry {number}'}</title><guid>{guid}</guid><link>{link}</link>{date}{more}</item>"


class Shelf:
    """A feed library over real tasks, on a clock of its own."""

    def __init__(self, database: Database, base: Path) -> None:
        self.now = NOON
        database.clock = lambda: self.now
        self.database = database
        self.worker = Worker(database, tasks(Settings(data=base / "data", database_url="")), pulse_seconds=0.05)
        self.library: Library | None = None

    def add(self, *urls: str) -> dict[str, Any]:
        """A new library of these feeds, read once."""
        self.library, job = task.add_feed_library(self.database, "News", urls)
        return self.ran(job.id)

    def sync(self, *, everything: bool = True) -> dict[str, Any]:
        assert self.library is not None
        return self.ran(task.request(self.database, self.library, everything=everything).id)

    def ran(self, job_id: int) -> dict[str, Any]:
        ended = self.worker.run_one(job_id)
        assert ended.state == "done", ended.message
        return dict(ended.result)

    def records(self) -> dict[str, ItemRecord]:
        """Live items by title."""
        with self.database.read() as connection:
            ids = connection.exec_driver_sql("SELECT id FROM item WHERE deleted_at IS NULL").scalars().all()
            return {record.title: record for record in stored.records(connection, ids).values()}

    def ids(self) -> dict[str, int]:
        with self.database.read() as connection:
            return {row[0]: row[1] for row in connection.exec_driver_sql("SELECT title, id FROM item")}

    def feeds(self) -> list[FeedRow]:
        assert self.library is not None
        with self.database.read() as connection:
            return feeds.of_library(connection, self.library.id)

    def issues(self) -> list[tuple[str, str]]:
        with self.database.read() as connection:
            found = connection.exec_driver_sql("SELECT path, reason FROM scan_issue ORDER BY path")
            return [(bytes(row[0]).decode(), row[1]) for row in found]

    def state(self) -> Library:
        assert self.library is not None
        with self.database.read() as connection:
            return libraries.get(connection, self.library.id)

    def tick(self) -> int | None:
        """When the library's schedule wakes the job."""
        with self.database.read() as connection:
            return next((each.next_at for each in schedules.listed(connection) if each.kind == task.KIND and each.enabled), None)


@pytest.fixture
def shelf(database: Database, tmp_path: Path) -> Shelf:
    return Shelf(database, tmp_path)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with feed_server() as served:
        yield served


def test_entries_become_posts_with_all_they_say(shelf: Shelf, server: FeedServer) -> None:
    more = (
        "<author>ann@news.example (Ann)</author><category>sea</category><category>Dune</category>"
        "<description><![CDATA[<p>One <b>two</b><script>alert(1)</script></p><p>Three</p>]]></description>"
        '<media:content url="/small.mp4" type="video/mp4" width="640" height="360" duration="61"/>'
        '<media:content url="/large.mp4" type="video/mp4" width="1280" height="720" duration="61"/>'
        '<media:thumbnail url="/picture.jpg"/><slash:comments>7</slash:comments>'
        '<media:community><media:statistics views="55"/></media:community>'
    )
    report = shelf.add(server.put("/feed", rss(entry(1, "First", more=more))))
    assert (report["asked"], report["added"], report["failed"]) == (1, 1, 0)
    record = shelf.records()["First"]
    assert record.description == "One two\n\nThree"
    assert (record.date, record.created_at) == ("2024-06-03", from_rfc3339("2024-06-03T01:00:00Z"))
    assert [(credit.kind, credit.name) for credit in record.credits] == [("person", "Ann"), ("tag", "sea"), ("tag", "Dune")]
    assert (record.width, record.height, record.duration) == (1280, 720, 61)
    said = record.extra
    assert said["url"] == "http://news.example/1"
    assert said["thumbnail_url"] == "http://news.example/picture.jpg"
    assert (said["views"], said["comments"]) == (55, 7)
    assert shelf.state().state == "ready"


def test_what_was_read_again_writes_nothing_and_counters_that_went_on_do(shelf: Shelf, server: FeedServer) -> None:
    url = server.put("/feed", rss(entry(1, more="<slash:comments>1</slash:comments>"), entry(2)))
    shelf.add(url)
    revision = shelf.database.revision()
    assert shelf.sync()["unchanged_feeds"] == 1
    assert shelf.database.revision() == revision
    server.put("/feed", rss(entry(1, more="<slash:comments>2</slash:comments>"), entry(2)))
    report = shelf.sync()
    assert (report["added"], report["updated"], report["unchanged"]) == (0, 1, 1)
    assert shelf.records()["Entry 1"].extra["comments"] == 2


def test_a_feed_is_asked_whether_it_has_changed(shelf: Shelf, server: FeedServer) -> None:
    shelf.add(server.put("/feed", rss(entry(1)), etag=True))
    assert shelf.sync()["unchanged_feeds"] == 1
    assert "if-none-match" in server.asked[-1][1]
    server.put("/feed", rss(entry(1), entry(2)), etag=True)
    assert shelf.sync()["added"] == 1


def test_an_entry_with_another_id_and_the_same_link_is_the_same(shelf: Shelf, server: FeedServer) -> None:
    shelf.add(server.put("/feed", rss(entry(1, "Before"))))
    before = shelf.ids()["Before"]
    server.put("/feed", rss(entry(1, "After", guid="http://other.example/new", link="https://news.example/1/?utm_source=rss#top")))
    assert shelf.sync()["updated"] == 1
    assert shelf.ids() == {"After": before}


def test_entries_that_link_to_one_page_are_told_apart(shelf: Shelf, server: FeedServer) -> None:
    episodes = [entry(number, guid=f"episode {number}", link="http://news.example/show") for number in range(3)]
    assert shelf.add(server.put("/feed", rss(*episodes)))["added"] == 3
    # The same ids in another feed mean other episodes.
    task.add_feeds(
        shelf.database, shelf.state(), [server.put("/other", rss(entry(0, "Other", guid="episode 0", link="http://x.example/")))]
    )
    assert shelf.sync()["added"] == 1


def test_of_two_feeds_with_one_entry_the_first_has_the_word_until_it_is_removed(shelf: Shelf, server: FeedServer) -> None:
    urls = [server.put("/one", rss(entry(1, "Of one"))), server.put("/two", rss(entry(1, "Of two")))]
    shelf.add(urls[0])
    task.add_feeds(shelf.database, shelf.state(), urls)
    report = shelf.sync()
    assert report["doubles"] == 1
    assert list(shelf.ids()) == ["Of one"]
    task.remove_feed(shelf.database, shelf.state(), shelf.feeds()[0].id)
    assert list(shelf.ids()) == ["Of one"], "what a removed feed brought stays"
    server.put("/two", rss(entry(1, "Of two"), entry(2)))
    assert shelf.sync()["updated"] == 1
    assert sorted(shelf.ids()) == ["Entry 2", "Of two"]
    with pytest.raises(NotFound):
        task.remove_feed(shelf.database, shelf.state(), 99)


def test_what_a_person_edited_stays_and_what_left_the_feed_too(shelf: Shelf, server: FeedServer) -> None:
    shelf.add(server.put("/feed", rss(entry(1), entry(2))))
    edit(shelf.database, shelf.ids()["Entry 1"], Edit(title="Mine"), None)
    server.put("/feed", rss(entry(1, "Theirs", more="<category>new</category>")))
    shelf.sync()
    assert sorted(shelf.records()) == ["Entry 2", "Mine"]
    assert [credit.name for credit in shelf.records()["Mine"].credits] == ["new"]


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ({"status": 500}, "status 500"),
        ({"status": 404}, "nothing at this address"),
        ({"status": 403}, "does not show it"),
        ({"body": "<!doctype html><html><body>Hello</body></html>"}, "a web page, not a feed"),
        ({"body": "{}"}, "no JSON Feed"),
        ({"body": ""}, "empty"),
        ({"body": rss(entry(1)), "cut": True}, "cut off"),
        ({"status": 302, "headers": {"Location": "file:///etc/passwd"}}, "not one this server calls"),
        ({"status": 302, "headers": {"Location": "http://169.254.169.254/latest"}}, "not one this server calls"),
        ({"status": 301}, "does not say where"),
        ({"body": rss(entry(1)), "headers": {"Content-Encoding": "br"}}, "nobody asked for"),
    ],
)
def test_a_feed_that_fails_is_an_issue_and_takes_nothing_away(shelf: Shelf, server: FeedServer, reply: dict[str, Any], reason: str) -> None:
    url = server.put("/feed", rss(entry(1), entry(2)))
    shelf.add(url)
    server.put("/feed", **{"body": "", **reply})
    assert shelf.sync()["failed"] == 1
    (feed,) = shelf.feeds()
    assert (feed.state, feed.failures) == ("failing", 1)
    assert reason in feed.reason
    assert shelf.issues() == [(url, feed.reason)]
    assert (shelf.state().state, shelf.state().state_reason) == ("offline", feed.reason)
    assert len(shelf.records()) == 2
    first = feed.next_at
    shelf.sync()
    assert shelf.feeds()[0].next_at > first, "each failure waits longer"
    server.put("/feed", rss(entry(1), entry(2)))
    shelf.sync()
    (feed,) = shelf.feeds()
    assert (feed.state, feed.reason, feed.failures) == ("ready", "", 0)
    assert shelf.issues() == []
    assert shelf.state().state == "ready"


def test_one_broken_feed_does_not_keep_the_others(shelf: Shelf, server: FeedServer) -> None:
    report = shelf.add(server.url + "/nothing", server.put("/feed", rss(entry(1))))
    assert (report["asked"], report["failed"], report["added"]) == (2, 1, 1)
    assert (shelf.state().state, shelf.state().state_reason) == ("ready", "1 of 2 feeds fails")


def test_a_feed_that_is_gone_is_asked_again_only_by_hand(shelf: Shelf, server: FeedServer) -> None:
    shelf.add(server.put("/feed", rss(entry(1))))
    server.put("/feed", status=410)
    shelf.sync()
    assert shelf.feeds()[0].state == "gone"
    assert shelf.tick() is None
    asked = server.times("/feed")
    shelf.now += 30 * 24 * HOUR
    shelf.sync(everything=False)
    assert server.times("/feed") == asked
    server.put("/feed", rss(entry(1), entry(2)))
    assert shelf.sync()["added"] == 1
    assert shelf.tick() is not None


def test_a_feed_that_moved_for_good_is_asked_there_and_one_that_moved_for_now_is_not(shelf: Shelf, server: FeedServer) -> None:
    server.put("/new", rss(entry(1)))
    old = server.put("/old", status=301, headers={"Location": "/new"})
    now = server.put("/now", status=307, headers={"Location": "/new2"})
    server.put("/new2", rss(entry(2)))
    shelf.add(old, now)
    assert [(feed.url, feed.given_url) for feed in shelf.feeds()] == [(server.url + "/new", old), (now, now)]
    shelf.sync()
    assert (server.times("/old"), server.times("/now")) == (1, 2)


def test_two_feeds_that_move_to_one_address_stay_two(shelf: Shelf, server: FeedServer) -> None:
    server.put("/new", rss(entry(1)))
    shelf.add(*(server.put(path, status=301, headers={"Location": "/new"}) for path in ("/a", "/b")))
    assert sorted(feed.url for feed in shelf.feeds()) != [server.url + "/new"] * 2
    assert len(shelf.records()) == 1


def test_only_feeds_that_are_due_are_asked_and_the_schedule_wakes_for_the_first(shelf: Shelf, server: FeedServer) -> None:
    hourly = server.put("/hourly", rss(*(entry(number) for number in range(6, 12))))  # the newest an hour ago, one each hour
    weekly = server.put("/weekly", rss(entry(30, guid="urn:x:1", link="http://news.example/w"), head="<ttl>10080</ttl>"))
    shelf.add(hourly, weekly)
    quick, slow = shelf.feeds()
    assert (quick.every_seconds, slow.every_seconds) == (900, 86_400)
    assert shelf.tick() == quick.next_at == NOON + 15 * MINUTE
    shelf.now = quick.next_at
    with shelf.database.write_quietly() as connection:
        (job,) = schedules.due(connection, shelf.now)
    shelf.ran(job.id)
    assert (server.times("/hourly"), server.times("/weekly")) == (2, 1)
    assert shelf.tick() == shelf.feeds()[0].next_at > shelf.now


def test_hours_and_days_that_a_feed_leaves_out_are_not_asked_in_even_when_nothing_changed(shelf: Shelf, server: FeedServer) -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(12, 18))
    shelf.add(server.put("/feed", rss(entry(11), head=f"<skipHours>{hours}</skipHours><skipDays><day>Tuesday</day></skipDays>")))
    assert shelf.feeds()[0].next_at == from_rfc3339("2024-06-03T18:00:00Z")
    shelf.now = from_rfc3339("2024-06-03T23:59:00Z")
    assert shelf.sync()["unchanged_feeds"] == 1
    assert shelf.feeds()[0].next_at == from_rfc3339("2024-06-05T00:00:00Z")


def test_a_server_that_asks_for_patience_gets_it(shelf: Shelf, server: FeedServer) -> None:
    shelf.add(server.put("/feed", status=429, headers={"Retry-After": "50000"}))
    assert shelf.feeds()[0].next_at >= NOON + 50_000 * SECOND


def test_an_entry_bomb_and_a_gzip_bomb_only_fail(shelf: Shelf, server: FeedServer) -> None:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(12))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [{lol}]><rss version="2.0"><channel><title>&l11;</title></channel></rss>'
    zeros = server.put("/zeros", b"\x00" * (64 << 20), packed=True)
    report = shelf.add(server.put("/bomb", bomb), zeros, server.put("/feed", rss(entry(1))))
    assert report["added"] == 1
    assert "larger than 10 MiB" in shelf.feeds()[1].reason
    assert len(shelf.feeds()[0].title) < 1_000


def test_of_a_huge_document_the_first_entries_are_read_and_it_says_so(shelf: Shelf, server: FeedServer) -> None:
    url = server.put("/feed", rss(*(entry(number) for number in range(2_050))))
    assert shelf.add(url)["added"] == 2_000
    assert shelf.issues() == [(url, "50 entries beyond the first 2,000 are not read")]


def test_what_cannot_be_a_feed_library_is_refused(shelf: Shelf) -> None:
    for urls in ((), ("ftp://news.example/",), ("http://169.254.169.254/",), ("http://a b/",)):
        with pytest.raises(Invalid):
            task.add_feed_library(shelf.database, "News", urls)
    with pytest.raises(Invalid):
        task.add_feed_library(shelf.database, "News", ["http://192.168.1.1/feed"], private=False)
    shelf.library, _ = task.add_feed_library(shelf.database, "News", ["http://127.0.0.1:9/feed", "http://127.0.0.1:9/feed "])
    assert len(shelf.feeds()) == 1
    with pytest.raises(Conflict):
        task.add_feed_library(shelf.database, "News", ["http://127.0.0.1:9/feed"])


def test_asking_twice_follows_the_job_that_waits(shelf: Shelf, server: FeedServer) -> None:
    shelf.add(server.put("/feed", rss(entry(1))))
    assert shelf.library is not None
    first, second = (task.request(shelf.database, shelf.library) for _ in range(2))
    assert first.id == second.id
    with shelf.database.read() as connection:
        assert len(jobs.newest(connection, states=jobs.LIVE, kind=task.KIND)) == 1


def json_feed(*items: dict[str, Any], **more: Any) -> bytes:
    return msgspec.json.encode({"version": "https://jsonfeed.org/version/1.1", "title": "News", "items": items, **more})


def test_no_entry_of_a_json_feed_keeps_the_others(shelf: Shelf, server: FeedServer) -> None:
    strange = [
        "mailto:a@news.example",
        "data:text/html,x",
        "javascript:alert(1)",
        "ftp://news.example/",
        "http://news.example/" + "x" * 2_000,
    ]
    items = [
        {"id": f"strange {number}", "title": f"Strange {number}", "url": url, "image": url, "attachments": [{"url": url}]}
        for number, url in enumerate(strange)
    ]
    body = json_feed(
        *items, {"id": "nul", "title": "a\0b", "content_text": "c\0d", "tags": ["e\0f"]}, {"id": "good", "title": "Good"}, title="N\0ws"
    )
    report = shelf.add(server.put("/feed", body))
    assert (report["failed"], report["added"]) == (0, 7)
    records = shelf.records()
    assert sorted(records) == ["Good", *(f"Strange {number}" for number in range(5)), "a b"]
    assert all("url" not in records[f"Strange {number}"].extra and records[f"Strange {number}"].cover is None for number in range(5))
    assert records["a b"].description == "c d"
    assert shelf.feeds()[0].title == "N ws"
    assert shelf.issues() == []


def test_an_entry_that_makes_no_post_is_an_issue_and_the_others_are_read(shelf: Shelf, server: FeedServer) -> None:
    url = server.put(
        "/feed",
        json_feed({"id": "1", "title": "Wide", "attachments": [{"url": "/a", "duration_in_seconds": 1}]}, {"id": "2", "title": "Two"}),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(from_entries, "_main", lambda media: msgspec.structs.replace(media[0], width=-1) if media else None)
        report = shelf.add(url)
    assert (report["failed"], report["added"], list(shelf.records())) == (0, 1, ["Two"])
    ((place, reason),) = shelf.issues()
    assert place == url
    assert reason.startswith("Wide: ")


def test_what_nobody_thought_of_in_one_feed_keeps_no_other_and_is_not_asked_for_again_at_once(shelf: Shelf, server: FeedServer) -> None:
    bad, good = server.put("/bad", rss(entry(1, "Bad"))), server.put("/good", rss(entry(2)))
    with pytest.MonkeyPatch.context() as patch:

        def take(
            database: Database, library_id: int, feed_id: int, found: list[from_entries.Known], reading: frozenset[int]
        ) -> ingest.Taken:
            if found[0].post.record.title == "Bad":
                raise RuntimeError("nobody thought of this")
            return taking(database, library_id, feed_id, found, reading)

        taking = ingest.take
        patch.setattr(ingest, "take", take)
        report = shelf.add(bad, good)
    assert (report["asked"], report["failed"], report["added"]) == (2, 1, 1)
    broken, fine = shelf.feeds()
    assert (broken.state, fine.state) == ("failing", "ready")
    assert "server's log" in broken.reason
    assert "nobody thought" not in broken.reason
    first = shelf.tick()
    assert first is not None
    assert min(broken.next_at, fine.next_at, first) >= NOON + 5 * MINUTE
    assert shelf.sync()["failed"] == 0


def test_a_run_that_was_stopped_does_not_begin_again_at_once(shelf: Shelf, server: FeedServer) -> None:
    slow = server.put("/slow", drip_head=0.05)
    shelf.library, job = task.add_feed_library(shelf.database, "News", [slow])
    worker = threading.Thread(target=shelf.worker.run_one, args=(job.id,))
    began = time.monotonic()
    worker.start()
    while not server.asked:
        time.sleep(0.01)
    with shelf.database.write_quietly() as connection:
        jobs.cancel(connection, job.id, at=shelf.now)
    worker.join(15)
    assert time.monotonic() - began < 12, "nobody waits for an answer that nobody wants"
    with shelf.database.read() as connection:
        assert jobs.get(connection, job.id).state == "cancelled"
    assert shelf.tick() == NOON + 5 * MINUTE


def test_what_a_server_says_is_kept_without_control_characters(shelf: Shelf, server: FeedServer) -> None:
    shelf.add(
        server.put("/one", rss(entry(1)), headers={"ETag": "a\x00b", "Last-Modified": "c\x00d"}),
        server.put("/two", rss(entry(2)), headers={"Content-Encoding": "e\x00f"}),
    )
    one, two = shelf.feeds()
    assert (one.state, one.etag, one.last_modified) == ("ready", "", "")
    assert "(e f)" in two.reason
    assert shelf.issues() == [(two.url, two.reason)]


def test_a_feed_out_there_does_not_lead_into_the_private_network(shelf: Shelf, server: FeedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    count_as_public(monkeypatch)
    with feed_server(PUBLIC) as stranger:
        shelf.add(stranger.put("/feed", status=301, headers={"Location": server.put("/inner", rss(entry(1)))}))
        (feed,) = shelf.feeds()
        assert feed.state == "failing"
        assert "private network" in feed.reason
        with shelf.database.write_quietly() as connection:
            feeds.change(connection, feed.id, {"url": server.url + "/inner"})  # as if it had once been followed there
        assert shelf.sync()["failed"] == 1
    assert server.asked == []
