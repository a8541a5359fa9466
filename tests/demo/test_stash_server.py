"""The door, the media and the websocket of the pretended Stash (§1.1, §1.8, §1.10)."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import av
import httpx
import pytest
from PIL import Image
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.demo.stash_asking import COUNTS, client, post
from tests.support.fake_stash import FakeStash, fake_stash

KEY = "secret.key"
JOBS = "subscription { jobsSubscribe { type job { id status description } } }"


@pytest.fixture(scope="module")
def locked() -> Iterator[FakeStash]:
    """A server that asks for a key."""
    with fake_stash(COUNTS, api_key=KEY, keep_alive=0.05) as stash:
        yield stash


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/graphql", 401),
        ("/scene/1/screenshot", 302),
        ("/image/1/thumbnail", 302),
        ("/scene/1/stream", 302),
        ("/scene/1/stream.mp4", 401),
        ("/scene/abc_sprite.jpg", 401),
        ("/healthz", 200),
    ],
)
def test_without_a_key_most_media_lead_to_the_login_page(locked: FakeStash, path: str, status: int) -> None:
    with client(locked) as asking:
        reply = asking.get(path)
    assert reply.status_code == status
    assert reply.headers.get("www-authenticate") == ("FormBased" if status == 401 else None)
    assert reply.headers.get("location", "").startswith("/login" if status == 302 else "")
    assert (status == 302) == ("location" in reply.headers)


def test_the_key_is_taken_from_the_header_and_from_the_address(locked: FakeStash) -> None:
    with client(locked) as asking:
        assert asking.get("/scene/1/screenshot", headers={"ApiKey": KEY}).status_code == 200
        assert asking.get("/scene/1/screenshot", params={"apikey": KEY}).status_code == 200
        assert asking.get("/scene/1/screenshot", headers={"ApiKey": "wrong"}).status_code == 401
        assert asking.get("/graphql", params={"apikey": KEY, "query": "{ version { version } }"}).json()["data"]["version"]


def test_a_public_address_locks_an_open_server_for_everybody() -> None:
    with fake_stash(COUNTS) as stash, client(stash) as asking:
        query = {"query": "{ version { version } }"}
        for private in ("192.168.1.5", "10.1.1.1, 127.0.0.1", "100.64.3.4", "::1"):
            assert asking.post("/graphql", json=query, headers={"X-Forwarded-For": private}).status_code == 200
        assert asking.post("/graphql", json=query, headers={"X-Forwarded-For": "8.8.8.8"}).status_code == 403
        assert asking.post("/graphql", json=query).status_code == 403
        assert asking.get("/scene/1/screenshot").status_code == 403


def test_a_protected_server_does_not_mind_a_public_address(locked: FakeStash) -> None:
    with client(locked, KEY) as asking:
        assert asking.get("/scene/1/webp", headers={"X-Forwarded-For": "8.8.8.8"}).status_code == 200


def test_answers_are_compressed_and_not_to_be_kept(locked: FakeStash) -> None:
    reply = post(locked, "{ findScenes { scenes { id title } } }", KEY)
    assert reply.headers["content-encoding"] == "gzip"
    assert reply.headers["cache-control"] == "no-store"


def test_links_begin_with_what_the_client_called_the_server(locked: FakeStash) -> None:
    with client(locked, KEY) as asking:
        names = {"Host": "stash.example", "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/media"}
        reply = asking.post("/graphql", json={"query": "{ findScene(id: 1) { paths { screenshot stream } } }"}, headers=names)
    paths = reply.json()["data"]["findScene"]["paths"]
    assert paths["screenshot"].startswith("https://stash.example/media/scene/1/screenshot?t=")
    assert paths["stream"] == f"https://stash.example/media/scene/1/stream?apikey={KEY}"


def test_only_streams_carry_the_key(locked: FakeStash) -> None:
    fields = "screenshot preview stream webp vtt sprite funscript interactive_heatmap caption"
    paths = post(locked, f"{{ findScene(id: 1) {{ paths {{ {fields} }} }} }}", KEY).json()["data"]["findScene"]["paths"]
    assert [name for name, path in paths.items() if KEY in path] == ["stream"]
    streams = post(locked, "{ sceneStreams(id: 1) { url } }", KEY).json()["data"]["sceneStreams"]
    assert all(KEY in stream["url"] for stream in streams)


def test_every_address_a_row_tells_leads_to_something(locked: FakeStash) -> None:
    query = """{
      findScenes(filter: {per_page: 5, sort: "id"}) { scenes { paths { screenshot preview stream webp vtt sprite } } }
      findImages(filter: {per_page: 3, sort: "id"}) { images { paths { thumbnail image } } }
      findGalleries(filter: {per_page: 3, sort: "id"}) { galleries { paths { cover } } }
      findPerformers(filter: {per_page: 5, sort: "id"}) { performers { image_path } }
      findStudios(filter: {per_page: 5, sort: "id"}) { studios { image_path } }
      findTags(filter: {per_page: 5, sort: "id"}) { tags { image_path } }
      findGroups(filter: {per_page: 5, sort: "id"}) { groups { front_image_path back_image_path } }
      findSceneMarkers(filter: {per_page: 3, sort: "id"}) { scene_markers { stream preview screenshot } }
    }"""
    found = list(_addresses(post(locked, query, KEY).json()["data"]))
    assert len(found) > 50
    with client(locked, KEY) as asking:
        assert [(address, status) for address in found if (status := asking.get(address).status_code) != 200] == []


def _addresses(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.startswith("http"):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _addresses(each)


def test_pictures_and_clips_are_real(locked: FakeStash) -> None:
    with client(locked, KEY) as asking:
        for path, form in (("/scene/1/screenshot", "JPEG"), ("/scene/1/webp", "WEBP"), ("/image/2/image", "JPEG")):
            with Image.open(io.BytesIO(asking.get(path).content)) as picture:
                assert picture.format == form
        for path, form in (("/scene/1/stream", "mp4"), ("/scene/1/stream.webm", "webm"), ("/scene/1/stream.m3u8/0.ts", "mpegts")):
            with av.open(io.BytesIO(asking.get(path).content), "r") as clip:
                assert form in clip.format.name
                assert sum(1 for _ in clip.decode(video=0)) > 30


def test_a_part_of_a_stream_can_be_asked_for(locked: FakeStash) -> None:
    with client(locked, KEY) as asking:
        whole = asking.get("/scene/1/stream").content
        for wanted, expected in (("bytes=0-9", whole[:10]), ("bytes=100-", whole[100:]), ("bytes=-5", whole[-5:])):
            part = asking.get("/scene/1/stream", headers={"Range": wanted})
            assert (part.status_code, part.content) == (206, expected)
            assert part.headers["content-range"].endswith(f"/{len(whole)}")
        assert asking.get("/scene/1/stream", headers={"Range": f"bytes={len(whole)}-"}).status_code == 416


def test_an_address_with_a_time_is_kept_and_another_is_asked_about_again(locked: FakeStash) -> None:
    with client(locked, KEY) as asking:
        kept, asked = asking.get("/scene/1/screenshot?t=17"), asking.get("/scene/1/screenshot")
        assert kept.headers["cache-control"] == "private, max-age=31536000, immutable"
        assert asked.headers["cache-control"] == "no-cache"
        again = asking.get("/scene/1/screenshot", headers={"If-None-Match": asked.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        locked.silent.generate_cover(1)
        changed = asking.get("/scene/1/screenshot", headers={"If-None-Match": asked.headers["etag"]})
        assert changed.status_code == 200
        assert changed.content != asked.content


def test_manifests_carry_the_key_of_who_asked(locked: FakeStash) -> None:
    with client(locked) as asking:
        for ending in (".m3u8", ".mpd"):
            manifest = asking.get(f"/scene/1/stream{ending}", params={"apikey": KEY, "resolution": "LOW"}).text
            assert f"apikey={KEY}" in manifest
            assert "resolution=LOW" in manifest


def test_default_pictures_say_so_and_missing_previews_are_a_placeholder(locked: FakeStash) -> None:
    with locked.world.lock:
        locked.world.performers[1].picture = 0
        locked.world.markers[1].preview = locked.world.markers[2].preview = False
        first, second = (f"/scene/{locked.world.markers[key].scene}/scene_marker/{key}/preview" for key in (1, 2))
    path = post(locked, "{ findPerformer(id: 1) { image_path } }", KEY).json()["data"]["findPerformer"]["image_path"]
    assert path.endswith("&default=true")
    with client(locked, KEY) as asking:
        replies = [asking.get(each) for each in (first, second)]
    assert [reply.status_code for reply in replies] == [200, 200]
    assert replies[0].content == replies[1].content
    assert len(replies[0].content) < 200


@pytest.mark.parametrize(
    "path", ["/scene/999/screenshot", "/tag/999/image", "/image/0/image", "/scene/nothing_sprite.jpg", "/scene/1/stream.avi", "/nothing"]
)
def test_what_is_not_there_is_404(locked: FakeStash, path: str) -> None:
    with client(locked, KEY) as asking:
        assert asking.get(path).status_code == 404


@contextmanager
def socket_to(stash: FakeStash, *offered: str, key: str | None = KEY) -> Iterator[ClientConnection]:
    headers = {"ApiKey": key} if key else {}
    address = stash.url.replace("http", "ws") + "/graphql"
    protocols = [Subprotocol(each) for each in offered] or None
    with connect(address, subprotocols=protocols, additional_headers=headers, proxy=None, open_timeout=10) as socket:
        yield socket


def say(socket: ClientConnection, **message: Any) -> None:
    socket.send(json.dumps(message))


def hear(socket: ClientConnection, *, but: str = "ka") -> dict[str, Any]:
    """The next message that is not of the type `but`."""
    while True:
        message: dict[str, Any] = json.loads(socket.recv(10))
        if message["type"] != but:
            return message


def test_the_older_subprotocol_is_preferred_and_assumed(locked: FakeStash) -> None:
    for offered, chosen in (
        (("graphql-transport-ws", "graphql-ws"), "graphql-ws"),
        (("graphql-transport-ws",), "graphql-transport-ws"),
        ((), None),
    ):
        with socket_to(locked, *offered) as socket:
            assert socket.subprotocol == chosen
            say(socket, type="connection_init", payload={"ApiKey": "wrong, and not read"})
            assert json.loads(socket.recv(10))["type"] == "connection_ack"
            if chosen != "graphql-transport-ws":
                assert [json.loads(socket.recv(10))["type"] for _ in range(3)] == ["ka"] * 3


def test_the_newer_subprotocol_sends_nothing_by_itself_and_answers_pings(locked: FakeStash) -> None:
    with socket_to(locked, "graphql-transport-ws") as socket:
        say(socket, type="connection_init")
        assert hear(socket)["type"] == "connection_ack"
        say(socket, type="ping")
        assert hear(socket, but="")["type"] == "pong"


@pytest.mark.parametrize(("offered", "start", "data"), [("graphql-transport-ws", "subscribe", "next"), ("graphql-ws", "start", "data")])
def test_jobs_and_the_end_of_scans_are_heard(locked: FakeStash, offered: str, start: str, data: str) -> None:
    events = locked.jobs.events
    with socket_to(locked, offered) as socket:
        say(socket, type="connection_init")
        assert hear(socket)["type"] == "connection_ack"
        say(socket, id="jobs", type=start, payload={"query": JOBS})
        say(socket, id="done", type=start, payload={"query": "subscription { scanCompleteSubscribe }"})
        say(socket, id="wrong", type=start, payload={"query": "subscription { nothing }"})
        refused = hear(socket)  # subscriptions are taken in order, so the others are there
        assert (refused["type"], refused["id"]) == ("error", "wrong")
        assert (events.listening("jobsSubscribe"), events.listening("scanCompleteSubscribe")) == (1, 1)
        job = locked.jobs.start("Scanning...")
        locked.jobs.progress(job, 0.5)
        locked.jobs.finish(job)
        heard = [hear(socket) for _ in range(4)]
        assert {message["type"] for message in heard} == {data}
        told = [message["payload"]["data"] for message in heard]
        assert [each["jobsSubscribe"]["type"] for each in told[:3]] == ["ADD", "UPDATE", "REMOVE"]
        assert told[2]["jobsSubscribe"]["job"] == {"id": str(job.id), "status": "FINISHED", "description": "Scanning..."}
        assert told[3] == {"scanCompleteSubscribe": True}
        locked.jobs.cancel(locked.jobs.start("Scanning..."))
        assert [hear(socket)["payload"]["data"]["jobsSubscribe"]["type"] for _ in range(2)] == ["ADD", "REMOVE"]
        say(socket, id="jobs", type="complete" if start == "subscribe" else "stop")
        say(socket, type="ping")
        hear(socket, but="ka")
        assert events.listening("jobsSubscribe") == 0


def test_running_jobs_are_in_the_queue_and_ended_ones_are_not(locked: FakeStash) -> None:
    job = locked.jobs.start("Generating...")
    waiting = locked.jobs.start("Scanning...", ready=True)
    queue = post(locked, "{ jobQueue { id status description } }", KEY).json()["data"]["jobQueue"]
    assert [(each["id"], each["status"]) for each in queue] == [(str(job.id), "RUNNING"), (str(waiting.id), "READY")]
    found = post(locked, f'{{ findJob(input: {{id: "{job.id}"}}) {{ description }} }}', KEY).json()["data"]["findJob"]
    assert found == {"description": "Generating..."}
    locked.jobs.fail(job, "no space left")
    locked.jobs.finish(waiting)
    assert post(locked, "{ jobQueue { id } }", KEY).json() == {"data": {"jobQueue": None}}


def test_a_socket_needs_the_key_at_the_upgrade(locked: FakeStash) -> None:
    with pytest.raises(InvalidStatus), socket_to(locked, "graphql-transport-ws", key=None):
        pass


def test_subscribing_before_the_introduction_ends_the_conversation(locked: FakeStash) -> None:
    with socket_to(locked, "graphql-transport-ws") as socket:
        say(socket, id="1", type="subscribe", payload={"query": JOBS})
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


def test_a_server_comes_back_on_the_same_port_with_the_same_library() -> None:
    with fake_stash(COUNTS) as stash:
        port = int(stash.url.rpartition(":")[2])
        before = post(stash, '{ findScenes(filter: {sort: "id"}) { scenes { id updated_at } } }').json()
        stash.stop()
        with pytest.raises(httpx.ConnectError):
            post(stash, "{ version { version } }")
        stash.start(port)
        assert post(stash, '{ findScenes(filter: {sort: "id"}) { scenes { id updated_at } } }').json() == before
