"""What `tests/tasks/test_feeds.py` does not reach: an answer that drips, and redirects without end."""

from collections.abc import Iterator

import pytest

from longshelf.errors import SourceError, SourceOffline
from longshelf.sources.feed.asking import Asking, Known
from tests.support.feed_server import FeedServer, feed_server


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with feed_server() as running:
        yield running


def test_an_answer_that_drips_is_none(server: FeedServer) -> None:
    url = server.put("/slow", b"x" * 1_000, drip=0.05)
    with pytest.raises(SourceOffline):
        Asking(private=True, patience=0.3, read_seconds=0.02).ask(url)


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
