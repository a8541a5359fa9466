"""What `tests/tasks/test_feeds.py` does not reach: answers that drip, redirects without end, and whose word leads where."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from longshelf.errors import SourceError, SourceOffline, SourceRefused
from longshelf.sources.feed.asking import Asking, Known
from tests.support.feed_server import FeedServer, feed_server
from tests.support.out_there import PUBLIC, count_as_public


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with feed_server() as running:
        yield running


@pytest.mark.parametrize(
    "reply",
    [
        {"body": b"x" * 3_000, "drip": 0.05},
        {"body": b"x" * 3_000, "drip": 0.05, "headers": {"Connection": "close"}},
        {"drip_head": 0.05},
    ],
    ids=["body", "body of a last answer", "headers"],
)
def test_an_answer_that_drips_is_none_although_each_byte_is_in_time(server: FeedServer, reply: dict[str, Any]) -> None:
    url = server.put("/slow", **reply)
    began = time.monotonic()
    with pytest.raises(SourceOffline, match="had not come whole"):
        Asking(private=True, patience=0.5, read_seconds=5).ask(url)
    assert 0.4 < time.monotonic() - began < 5


def test_the_time_is_for_all_redirects_together(server: FeedServer) -> None:
    url = server.put("/one", b"x" * 6, status=302, headers={"Location": "/slow"})
    server.put("/slow", b"x" * 3_000, drip=0.05)
    with pytest.raises(SourceOffline, match="had not come whole"):
        Asking(private=True, patience=0.5, read_seconds=5).ask(url)


def test_whoever_waits_for_an_answer_waits_no_longer_when_it_is_closed(server: FeedServer) -> None:
    url = server.put("/slow", drip_head=0.05)
    asking = Asking(private=True)
    threading.Timer(0.3, asking.close).start()
    began = time.monotonic()
    with pytest.raises(SourceOffline):
        asking.ask(url)
    assert time.monotonic() - began < 10


def test_a_kept_connection_outlives_the_time_of_the_request_before(server: FeedServer) -> None:
    asking = Asking(private=True, patience=0.4)
    url = server.put("/feed", b"<rss/>")
    for _ in range(3):
        assert asking.ask(url).body == b"<rss/>"
        time.sleep(0.25)


def test_redirects_end(server: FeedServer) -> None:
    url = server.put("/round", status=302, headers={"Location": "/round"})
    with pytest.raises(SourceError, match="more than 5 times"):
        Asking(private=True).ask(url)
    assert server.times("/round") == 6


def test_a_packed_answer_is_unpacked_and_its_validators_are_kept(server: FeedServer) -> None:
    url = server.put("/feed", b"<rss/>" * 9, packed=True, etag=True, headers={"Last-Modified": "yesterday", "Cache-Control": "max-age=7"})
    answer = Asking(private=True).ask(url)
    assert (answer.kind, answer.body, answer.max_age, answer.known.last_modified) == ("document", b"<rss/>" * 9, 7, "yesterday")
    again = Asking(private=True).ask(url, Known(answer.known.etag, answer.known.last_modified))
    assert (again.kind, again.body) == ("unchanged", b"")


def test_a_private_network_is_not_asked_where_that_is_forbidden(server: FeedServer) -> None:
    with pytest.raises(SourceError):
        Asking(private=False).ask(server.put("/feed", b"<rss/>"))
    assert server.asked == []


def test_only_what_is_in_a_private_network_leads_into_one(server: FeedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    count_as_public(monkeypatch)
    inner = server.put("/feed", b"<rss/>")
    asking = Asking(private=True)
    with feed_server(PUBLIC) as stranger, feed_server("127.0.0.3") as neighbour:
        there = stranger.put("/there", status=301, headers={"Location": inner})
        for url in (there, stranger.put("/by-name", status=301, headers={"Location": inner.replace("127.0.0.1", "localhost")})):
            with pytest.raises(SourceRefused, match="private network"):
                asking.ask(url)
        for url in (there, inner):  # where it has moved before, it is still the word of the same one
            with pytest.raises(SourceRefused, match="private network"):
                asking.ask(url, entered=stranger.url)
        with pytest.raises(SourceRefused, match="private network"):  # out, and back on a stranger's word
            asking.ask(server.put("/out", status=302, headers={"Location": there}))
        assert [path for path, _ in server.asked] == ["/out"]
        assert asking.ask(server.put("/public", status=302, headers={"Location": stranger.put("/feed", b"<rss/>")})).kind == "document"
        beside = neighbour.put("/beside", status=302, headers={"Location": inner})
        assert asking.ask(beside).final_url == inner
        assert asking.ask(inner.replace("127.0.0.1", "localhost")).kind == "document"
        with pytest.raises(SourceRefused, match="private network"):
            asking.ask(beside, entered=beside, only_there=True)
        assert asking.ask(inner, entered=server.url, only_there=True).kind == "document"


def test_a_validator_that_could_not_be_kept_is_none(server: FeedServer) -> None:
    for strange in ("a\x01b", "x" * 1_001, "\x85"):
        answer = Asking(private=True).ask(server.put("/feed", b"<rss/>", headers={"ETag": strange, "Last-Modified": strange}))
        assert answer.known == Known()
