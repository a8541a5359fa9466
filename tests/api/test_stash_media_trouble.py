"""When a Stash misbehaves, or is not there: every route says why not, plainly and at once, and tells neither the server's address nor its
key; and nobody's bandwidth, memory or patience is used for what nobody wants."""

import json
import random
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from longshelf.media import relaying
from longshelf.media.relaying import Relays
from longshelf.sources.guarded import guarded_pool
from tests.api.mirrored_shelf import KEY, Mirror, mirrored
from tests.api.test_stash_media import PATHS
from tests.support.fake_stash.faults import What
from tests.support.fake_stash.media import Divisible, Endless, body

GONE = "/scene/11/stream"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    with mirrored(tmp_path_factory.mktemp("trouble")) as made:
        yield made


@pytest.fixture
def shelf(kept: Mirror) -> Iterator[Mirror]:
    """In its usual manners, and not known to be away."""
    _forget(kept)
    yield kept
    _forget(kept)
    kept.stash.pause = 0.0


def _forget(shelf: Mirror) -> None:
    shelf.stash.faults.clear()
    shelf.stash.answers.clear()


def addresses(shelf: Mirror) -> list[str]:
    world = shelf.stash.world
    person = next(each for each in shelf.scene.performers if world.performers[each].picture)
    marker = next(each for each in world.markers_of_scene(shelf.scene.id) if world.markers[each].preview)
    group = next(each.id for each in world.groups if each.back and world.scenes_of_group(each.id))
    named = {"film": shelf.film, "picture": shelf.picture, "person": shelf.entity("person", person), "marker": marker}
    return [path.format(**named, group=shelf.entity("group", group)) for path in (*PATHS, *SEEN)]


SEEN = (
    "/media/{film}/marker/{marker}/picture", "/media/{film}/marker/{marker}/preview", "/media/{film}/marker/{marker}/stream",
    "/thumb/entity/{group}/back",
)  # fmt: skip


def is_kept(address: str) -> bool:
    """Whether it is a picture that is made small: one that could not be had is remembered for a minute, with its first reason."""
    return "/thumb/" in address or address.endswith("/picture")


def tells_nothing(shelf: Mirror, response: httpx.Response) -> None:
    """Neither in the body nor in any header."""
    said = response.text + json.dumps(dict(response.headers))
    host, port = shelf.stash.url.removeprefix("http://").split(":")
    assert KEY not in said
    assert f"{host}:{port}" not in said
    assert host not in said
    assert port not in response.text
    assert "/scene/" not in said
    assert "location" not in response.headers


FAULTS: tuple[tuple[dict[str, Any], tuple[int, str]], ...] = (
    ({"what": "redirect"}, (502, "source_refused")),
    ({"what": "status", "code": 401}, (502, "source_refused")),
    ({"what": "status", "code": 403, "body": f"tripwire {KEY}"}, (502, "source_refused")),
    ({"what": "status", "code": 404, "body": "<html>not here"}, (404, "not_found")),
    ({"what": "status", "code": 500, "body": f"panic: {KEY}"}, (503, "source_offline")),
    ({"what": "status", "code": 503}, (503, "source_busy")),
    ({"what": "status", "code": 418}, (502, "source_drifted")),
    ({"what": "status", "code": 200, "body": "<html>sign in</html>"}, (502, "source_drifted")),
    ({"what": "status", "code": 206, "body": "<html>sign in</html>"}, (502, "source_drifted")),
    ({"what": "reset", "after": 0}, (503, "source_offline")),
)


@pytest.mark.parametrize(("fault", "expected"), FAULTS, ids=str)
def test_every_route_says_why_not_and_nothing_else(fault: dict[str, Any], expected: tuple[int, str], kept: Mirror) -> None:
    _forget(kept)
    kept.stash.faults.add(times=-1, **fault)
    for address in addresses(kept):
        response = kept.served.admin.get(address, params={"v": "another"} if is_kept(address) else None)
        tells_nothing(kept, response)
        problem = response.json()
        assert (response.status_code, problem["code"]) in {expected, (404, "unreadable"), (404, "not_found")}, (address, problem)
        if not is_kept(address):
            assert (response.status_code, problem["code"]) == expected, (address, problem)
        assert response.headers["content-type"] == "application/problem+json"
        assert response.headers["cache-control"] == "no-store"
        assert len(problem["detail"]) > 20
    kept.stash.faults.clear()
    assert kept.served.admin.get(f"/media/{kept.film}/file").status_code == 200  # and nothing of it stays


def test_a_server_that_is_away_is_said_to_be_so_at_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    with mirrored(tmp_path_factory.mktemp("away")) as shelf:
        port = int(shelf.stash.url.rpartition(":")[2])
        shelf.stash.stop()
        for address in addresses(shelf):
            began = time.monotonic()
            response = shelf.served.admin.get(address)
            assert time.monotonic() - began < 4
            assert (response.status_code, response.json()["code"]) == (503, "source_offline")
            assert "does not answer" in response.json()["detail"]
            tells_nothing(shelf, response)
        admin = shelf.served.admin
        for other in (f"/api/items/{shelf.film}", f"/api/items/{shelf.film}/playback", f"/media/{shelf.film}/chapters.vtt", "/api/items"):
            assert admin.get(other).status_code == 200
        shelf.stash.start(port)
        time.sleep(relaying.REST_SECONDS + 0.1)
        assert admin.get(f"/media/{shelf.film}/file").status_code == 200


@pytest.mark.parametrize(
    ("answer", "length"),
    [
        (body(b"x" * 50, "video/mp4", content_length="100"), 100),
        (body(b"x" * 50, "video/mp4", 206, content_length="50", content_range="bytes 0-49/100"), 50),
    ],
)
def test_less_than_was_said_is_never_taken_for_the_whole(shelf: Mirror, answer: ASGIApp, length: int) -> None:
    shelf.stash.answers[f"/scene/{shelf.scene.id}/stream"] = answer
    if length == 100:
        with pytest.raises(httpx.RemoteProtocolError):
            shelf.served.admin.get(f"/media/{shelf.film}/file")
    else:
        assert shelf.served.admin.get(f"/media/{shelf.film}/file").content == b"x" * 50


@pytest.mark.parametrize("what", ["reset", "truncate"])
def test_an_answer_that_breaks_off_there_breaks_off_here(shelf: Mirror, what: What) -> None:
    shelf.stash.faults.add(what, path="/scene/", after=2_000)
    with pytest.raises(httpx.RemoteProtocolError):
        shelf.served.admin.get(f"/media/{shelf.film}/file")
    assert shelf.served.admin.get(f"/media/{shelf.film}/file").status_code == 200


def test_a_slow_film_arrives_whole(shelf: Mirror) -> None:
    whole = shelf.served.admin.get(f"/media/{shelf.film}/file").content
    shelf.stash.faults.add("drip", path="/scene/", after=len(whole) // 8, pause=0.05)
    assert shelf.served.admin.get(f"/media/{shelf.film}/file").content == whole


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (206, {"content_range": ""}), (206, {"content_range": "bytes 9-3/100"}), (206, {"content_range": "bytes 0-9/5"}),
        (206, {"content_range": "bytes 0-8/100", "content_length": "10"}), (206, {"content_range": "bytes */100"}),
        (200, {"content_encoding": "gzip"}), (200, {"content_type": "text/html"}), (200, {"content_type": ""}),
        (200, {"content_type": "image/svg+xml\r\n"}),
    ],
)  # fmt: skip
def test_a_film_of_another_form_is_not_passed_on(shelf: Mirror, status: int, headers: dict[str, str]) -> None:
    kind = {"kind": headers.pop("content_type", "video/mp4").strip()}
    shelf.stash.answers[f"/scene/{shelf.scene.id}/stream"] = body(b"x" * 10, kind["kind"], status, **headers)
    response = shelf.served.admin.get(f"/media/{shelf.film}/file", headers={"range": "bytes=0-9"})
    assert (response.status_code, response.json()["code"]) == (502, "source_drifted")


TEXTS = {
    "stream.m3u8": ("/scene/{id}/stream.m3u8", "application/vnd.apple.mpegurl"),
    "sprite.vtt": ("/scene/{hash}_thumbs.vtt", "text/vtt"),
    "caption/0": ("/scene/{id}/caption", "text/vtt"),
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(
    "text",
    [
        "", "#EXTM3U\n#EXTINF:2,\n{url}/x?apikey={key}\n", "WEBVTT\n\n00:00.000 --> 00:01.000\n{url}/elsewhere?apikey={key}\n",
        "WEBVTT {key}\n", "#EXTM3U\n#EXT-X-MAP:URI=\"{url}\"\n#EXTINF:2,\n{url}/scene/1/stream.m3u8/0.ts?apikey={key}\n",
        "WEBVTT\n\n00:00.000 --> 00:01.000\n{url}/x_sprite.jpg?apikey={key}#xywh=0,0,1,1\n",
    ],
)  # fmt: skip
def test_no_text_of_the_server_brings_its_address_or_key_along(shelf: Mirror, name: str, text: str) -> None:
    from longshelf.demo.stash.links import scene_hash

    path, kind = TEXTS[name]
    path = path.format(id=shelf.scene.id, hash=scene_hash(shelf.stash.world, shelf.scene))
    shelf.stash.answers[path] = body(text.format(url=shelf.stash.url, key=KEY).encode(), kind)
    response = shelf.served.admin.get(f"/media/{shelf.film}/{name}")
    assert response.status_code in {200, 502}
    tells_nothing(shelf, response)


def test_a_text_or_picture_without_end_is_given_up(shelf: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    from longshelf.api import passing

    monkeypatch.setattr(passing, "TEXT_LIMIT", 2**20)
    endless = Endless(2**40)

    async def text(scope: Any, receive: Any, send: Any) -> None:
        async def typed(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [(b"content-type", b"text/vtt")]
            await send(message)

        await endless(scope, receive, typed)

    shelf.stash.answers[f"/scene/{shelf.scene.id}/caption"] = text
    response = shelf.served.admin.get(f"/media/{shelf.film}/caption/0")
    assert (response.status_code, response.json()["code"]) == (502, "source_drifted")
    _until(lambda: endless.gone)
    assert endless.sent < 20 * 2**20


# --- who goes away, and how much is in hand


def _until(condition: Any, seconds: float = 8.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def _request(shelf: Mirror, path: str, *, other: bool = False) -> socket.socket:
    """Sent over a socket of our own, whose answer nobody need take; by the administrator, or somebody else."""
    host, port = shelf.served.url.removeprefix("http://").split(":")
    key = (shelf.served.other if other else shelf.served.admin).headers["authorization"]
    connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
    connection.connect((host, int(port)))
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {key}\r\n\r\n".encode())
    return connection


def test_who_goes_away_takes_his_request_with_him(shelf: Mirror) -> None:
    endless = Endless(pause=0.01)
    shelf.stash.answers[f"/scene/{shelf.scene.id}/stream"] = endless
    connection = _request(shelf, f"/media/{shelf.film}/file")
    assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    connection.close()
    _until(lambda: endless.gone)


@pytest.mark.parametrize("path", ["/media/{film}/file", "/media/{film}/stream.m3u8", "/thumb/{film}?v=x&w=768", "/media/{film}/stream"])
def test_so_does_who_goes_before_the_server_has_answered(shelf: Mirror, path: str) -> None:
    shelf.stash.faults.add("hang", path="/scene/")
    connection = _request(shelf, path.format(film=shelf.film))
    _until(lambda: shelf.stash.under_way == 1)
    connection.close()
    _until(lambda: shelf.stash.under_way == 0)


def test_who_does_not_take_it_gets_no_more_and_it_is_not_piled_up(shelf: Mirror) -> None:
    endless = Endless()
    shelf.stash.answers[f"/scene/{shelf.scene.id}/stream"] = endless
    connection = _request(shelf, f"/media/{shelf.film}/file")
    connection.recv(1000)
    time.sleep(1.0)
    first = endless.sent
    time.sleep(1.0)
    assert endless.sent == first, "it goes on although nobody takes it"
    assert first < 24 * 2**20  # buffers of two connections, and a piece or two
    for _ in range(2_000):
        connection.recv(64 * 1024)
    assert endless.sent > first
    connection.close()
    _until(lambda: endless.gone)


def test_one_server_is_asked_for_few_pictures_at_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    with mirrored(tmp_path_factory.mktemp("few")) as shelf:
        shelf.stash.pause, shelf.stash.at_once = 0.05, 0
        cards = shelf.served.admin.get("/api/items", params={"library": shelf.library_id, "page_size": 60}).json()["items"]
        covers = [card["cover"] for card in cards if card["cover"]]
        assert len(covers) > 40
        with ThreadPoolExecutor(40) as pool:
            statuses = list(pool.map(lambda cover: shelf.served.admin.get(f"/{cover}&w=192").status_code, covers))
        assert set(statuses) == {200}
        assert shelf.stash.at_once == relaying.SMALL


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is taken for one who has paused, however slow the machine is."""
    monkeypatch.setattr("longshelf.server.app.Relays", partial(Relays, idle=(600.0, 600.0)))


@pytest.mark.usefixtures("patient")
def test_more_films_than_one_server_is_asked_for_wait_and_then_are_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    with mirrored(tmp_path_factory.mktemp("many")) as shelf:
        shelf.stash.answers[f"/scene/{shelf.scene.id}/stream"] = Endless(pause=0.05)
        others = [number >= relaying.OWN_STREAMS for number in range(relaying.STREAMS)]
        watching = [_request(shelf, f"/media/{shelf.film}/file", other=each) for each in others]
        for each in watching:
            assert each.recv(12) == b"HTTP/1.1 200"
        found: list[httpx.Response] = []
        late = threading.Thread(target=lambda: found.append(shelf.served.other.get(f"/media/{shelf.picture}/file")))
        late.start()
        assert shelf.served.admin.get(f"/thumb/{shelf.picture}").status_code == 200  # pictures have their own turns
        time.sleep(0.3)
        assert not found
        watching.pop().close()
        late.join(10)
        assert found[0].status_code == 200
        for each in watching:
            each.close()


@pytest.mark.usefixtures("patient")
def test_one_person_with_many_films_leaves_some_to_the_others(tmp_path_factory: pytest.TempPathFactory) -> None:
    with mirrored(tmp_path_factory.mktemp("greedy")) as shelf:
        shelf.stash.at_once = 0
        shelf.stash.answers[f"/scene/{shelf.scene.id}/stream"] = Endless(pause=0.05)
        watching = [_request(shelf, f"/media/{shelf.film}/file") for _ in range(relaying.STREAMS)]
        _until(lambda: shelf.stash.under_way == relaying.OWN_STREAMS)
        assert shelf.served.other.get(f"/media/{shelf.picture}/file").status_code == 200
        assert shelf.stash.at_once == relaying.OWN_STREAMS + 1
        for each in watching:
            each.close()


def test_who_pauses_holds_nothing_of_the_server_and_goes_on_where_he_was(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("longshelf.server.app.Relays", partial(Relays, idle=(0.2, 600.0)))
    with mirrored(tmp_path_factory.mktemp("paused")) as shelf:
        film = Divisible(random.Random(1).randbytes(32 * 2**20))
        shelf.stash.answers[f"/scene/{shelf.scene.id}/stream"] = film
        paused = [_request(shelf, f"/media/{shelf.film}/file") for _ in range(relaying.STREAMS + 4)]
        for each in paused:
            assert each.recv(12) == b"HTTP/1.1 200"  # each had his turn: those before him gave theirs back
        _until(lambda: shelf.stash.under_way == 0)
        assert film.requests == len(paused)
        for each in paused[1:]:
            each.close()
        with paused[0] as going_on:
            head = b"HTTP/1.1 200"
            while b"\r\n\r\n" not in head:
                head += going_on.recv(4096)
            body = bytearray(head.partition(b"\r\n\r\n")[2])
            while len(body) < len(film.content):
                piece = going_on.recv(2**20)
                assert piece, "it came short"
                body += piece
        assert body == film.content
        assert film.requests > len(paused)
        _until(lambda: shelf.stash.under_way == 0)


def test_a_server_that_may_not_be_called_is_not(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    with mirrored(tmp_path_factory.mktemp("private")) as shelf:
        asked_to_be_strict = "longshelf.sources.stash.media_client.guarded_pool"
        monkeypatch.setattr(asked_to_be_strict, lambda **options: guarded_pool(**{**options, "private": False}))
        before = len(shelf.stash.requests)
        for address in addresses(shelf):
            response = shelf.served.admin.get(address)
            assert (response.status_code, response.json()["code"]) == (502, "source_refused")
            tells_nothing(shelf, response)
        assert len(shelf.stash.requests) == before


def test_another_key_is_used_from_the_next_request_on(tmp_path_factory: pytest.TempPathFactory) -> None:
    with mirrored(tmp_path_factory.mktemp("rekeyed")) as shelf:
        admin, path = shelf.served.admin, f"/media/{shelf.film}/file"
        assert admin.get(path).status_code == 200
        shelf.stash.answering.api_key = "another"
        assert admin.get(path).json()["code"] == "source_refused"
        assert admin.put(f"/api/libraries/{shelf.library_id}/stash", json={"api_key": "another"}).is_success
        assert admin.get(path).status_code == 200
