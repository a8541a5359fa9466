"""The client: what counts as an answer, what is tried again, and what is asked for."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from longshelf.errors import Invalid, SourceDrifted, SourceLocked, SourceOffline, SourceRefused
from longshelf.sources.stash import options
from longshelf.sources.stash.client import ATTEMPTS, Client, Failed
from longshelf.sources.stash.kinds import Remote
from longshelf.sources.stash.mapping import mapped
from longshelf.sources.stash.options import StashOptions
from longshelf.sources.stash.payloads import Object
from longshelf.sources.stash.reader import Reader
from tests.ingest.mirroring import SMALL
from tests.support.fake_stash import FakeStash, fake_stash

KEY = "the-key"


@pytest.fixture(scope="module")
def running() -> Iterator[FakeStash]:
    with fake_stash(SMALL, api_key=KEY) as stash:
        yield stash


@pytest.fixture
def stash(running: FakeStash) -> Iterator[FakeStash]:
    """Without any fault of an earlier test."""
    yield running
    running.faults.clear()


class Pauses(list[float]):
    """Waits that take no time."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def client(stash: FakeStash, pauses: Pauses | None = None, **more: Any) -> Client:
    return Client(StashOptions(url=stash.url), KEY, pause=pauses if pauses is not None else Pauses(), chance=random.Random(1), **more)


def test_what_passes_is_got_over_with_growing_scattered_pauses(stash: FakeStash) -> None:
    pauses = Pauses()
    reader = Reader(client(stash, pauses))
    stash.faults.add("locked", times=2)
    stash.faults.add("reset", nth=3, times=1)
    assert len(reader.page(Remote.SCENE, 0, 1, size=60).rows) == 60
    assert len(pauses) == 3
    assert pauses[0] < pauses[1] < pauses[2]
    assert len(set(pauses)) == 3


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"what": "locked"}, SourceLocked),
        ({"what": "errors"}, Failed),
        ({"what": "truncate"}, SourceOffline),
        ({"what": "gzip_cut"}, SourceOffline),
        ({"what": "reset"}, SourceOffline),
        ({"what": "status", "code": 502}, SourceOffline),
    ],
)
def test_what_does_not_pass_is_given_up_after_so_many_attempts(fault: dict[str, Any], error: type[Exception], stash: FakeStash) -> None:
    asking = client(stash)
    reader = Reader(asking)
    stash.faults.add(**fault, times=-1)
    before = asking.requests
    with pytest.raises(error):
        reader.page(Remote.SCENE, 0, 1, size=60)
    assert asking.requests - before == ATTEMPTS


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"what": "status", "code": 401}, SourceRefused),
        ({"what": "status", "code": 403}, SourceRefused),
        ({"what": "redirect"}, SourceRefused),
        ({"what": "status", "code": 422}, SourceDrifted),
        ({"what": "status", "code": 404}, SourceDrifted),
    ],
)
def test_what_asking_again_cannot_change_is_not_asked_again(fault: dict[str, Any], error: type[Exception], stash: FakeStash) -> None:
    asking = client(stash)
    reader = Reader(asking)
    stash.faults.add(**fault, times=-1)
    before = asking.requests
    with pytest.raises(error):
        reader.count(Remote.SCENE)
    assert asking.requests - before == 1


def test_connections_are_kept(stash: FakeStash) -> None:
    reader = Reader(client(stash))
    asked = len(stash.requests)
    for _ in range(10):
        reader.count(Remote.SCENE)
    assert len(stash.requests) - asked == 10


def test_rows_in_another_order_are_no_answer(stash: FakeStash) -> None:
    reader = Reader(client(stash))
    stash.faults.add("duplicate", operation="findScenes", rows=3, times=-1)
    with pytest.raises(SourceDrifted):
        reader.page(Remote.SCENE, 0, 1, size=20)


def test_one_missing_id_does_not_spoil_the_others(stash: FakeStash) -> None:
    reader = Reader(client(stash))
    assert [row.id for row in reader.whole(Remote.SCENE, [3, 999_999, 1])] == ["1", "3"]
    assert [row.id for row in reader.whole(Remote.TAG, [3, 999_999, 1])] == ["1", "3"]
    assert reader.there(Remote.IMAGE, [1, 2, 999_999]) == {1, 2}


def test_a_server_in_a_private_network_is_called_only_where_that_is_allowed(stash: FakeStash) -> None:
    asked = len(stash.requests)
    with pytest.raises(SourceRefused):
        Reader(client(stash, private=False))
    assert len(stash.requests) == asked


def test_what_no_database_can_hold_is_replaced(stash: FakeStash) -> None:
    with stash.world.lock:
        stash.world.scenes[1].title = 'a\0b \U0001f600 \\u0000 "q"'
    (row,) = Reader(client(stash)).whole(Remote.SCENE, [1])
    assert row.title == 'a\N{REPLACEMENT CHARACTER}b \U0001f600 \\u0000 "q"'


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("http://stash.lan:9999", "http://stash.lan:9999"),
        (" http://stash.lan:9999/ ", "http://stash.lan:9999"),
        ("https://host/stash/graphql/", "https://host/stash"),
        ("http://[::1]:9999/graphql", "http://[::1]:9999"),
    ],
)
def test_addresses_are_kept_in_one_form(given: str, kept: str) -> None:
    assert options.tidy(given) == kept


@pytest.mark.parametrize("url", ["", "stash.lan", "ftp://x", "http://", "http://u@x", "http://x/?k=v", "http://x#y", "http://x:99999"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(Invalid):
        options.tidy(url)


def test_a_scene_says_what_there_is_and_no_more() -> None:
    bare = mapped(Remote.SCENE, Object(id="7")).record
    assert (bare.external_id, getattr(bare, "title", "")) == ("scene:7", "Scene 7")
    assert mapped(Remote.SCENE, Object(id="7")).hash == mapped(Remote.SCENE, Object(id="7", updated_at="2025-01-01T00:00:00Z")).hash
    assert mapped(Remote.SCENE, Object(id="7", title="x")).hash != mapped(Remote.SCENE, Object(id="7")).hash
    with pytest.raises(ValueError, match="invalid literal"):
        mapped(Remote.SCENE, Object(id="seven"))
