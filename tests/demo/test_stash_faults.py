"""Everything that goes wrong on purpose does go wrong, for the request it was meant for and no other."""

import math
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.demo.stash_asking import COUNTS, client, post
from tests.support.fake_stash import FakeStash, fake_stash, fake_stash_process
from tests.support.fake_stash.hooks import Hook

PAGE = 'query Page($page: Int) { findScenes(filter: {sort: "id", per_page: 10, page: $page}) { count scenes { id studio { id } } } }'
TAGS = "{ findTags { count } }"


@pytest.fixture(scope="module")
def server() -> Iterator[FakeStash]:
    with fake_stash(COUNTS) as stash:
        yield stash


@pytest.fixture
def stash(server: FakeStash) -> Iterator[FakeStash]:
    """A server without faults before and after."""
    server.faults.clear()
    server.faults.requests.clear()
    yield server
    server.faults.clear()


def scene_ids(reply: httpx.Response) -> list[int]:
    return [int(row["id"]) for row in reply.json()["data"]["findScenes"]["scenes"]]


@pytest.mark.parametrize("code", [401, 403, 422, 500, 502, 503])
def test_a_status_is_answered_once_to_the_request_it_is_for(stash: FakeStash, code: int) -> None:
    stash.faults.add("status", operation="findScenes", nth=2, code=code)
    statuses = [post(stash, query).status_code for query in (PAGE, TAGS, PAGE, TAGS, PAGE)]
    assert statuses == [200, 200, code, 200, 200]
    assert stash.faults.happened() == 1
    assert [(request.status, request.fault) for request in stash.requests][2] == (code, "status")


def test_a_gateway_answers_html(stash: FakeStash) -> None:
    stash.faults.add("status", code=502)
    reply = post(stash, TAGS)
    assert reply.headers["content-type"] == "text/html"
    assert "<html>" in reply.text


def test_a_fault_may_be_for_an_operation_a_path_and_for_ever(stash: FakeStash) -> None:
    stash.faults.add("status", operation="Page", times=-1)
    stash.faults.add("status", path="/scene/", code=404, times=2)
    assert [post(stash, PAGE).status_code for _ in range(3)] == [500] * 3
    assert post(stash, TAGS).status_code == 200
    with client(stash) as asking:
        assert [asking.get("/scene/1/webp").status_code for _ in range(3)] == [404, 404, 200]


@pytest.mark.parametrize(("what", "message"), [("locked", "database is locked"), ("errors", "internal system error")])
def test_an_error_may_come_with_status_200_and_no_data(stash: FakeStash, what: Any, message: str) -> None:
    stash.faults.add(what, operation="findScenes")
    reply = post(stash, PAGE)
    assert reply.status_code == 200
    assert reply.json() == {"errors": [{"message": message, "path": ["findScenes"]}], "data": None}
    assert "errors" not in post(stash, PAGE).json()


def test_a_failing_field_leaves_partial_data_with_errors_beside_it(stash: FakeStash) -> None:
    whole = post(stash, PAGE).json()["data"]["findScenes"]["scenes"]
    stash.faults.add("partial", field="Scene.studio", rows=3, message="sql: no rows")
    reply = post(stash, PAGE)
    scenes = reply.json()["data"]["findScenes"]["scenes"]
    assert reply.status_code == 200
    assert len(scenes) == 10
    assert [scene["studio"] for scene in scenes[:3]] == [None] * 3
    assert scenes[3:] == whole[3:]
    assert [error["path"] for error in reply.json()["errors"]] == [["findScenes", "scenes", row, "studio"] for row in range(3)]


def test_a_failing_field_that_may_not_be_null_takes_everything_with_it(stash: FakeStash) -> None:
    stash.faults.add("partial", field="Scene.id")
    reply = post(stash, PAGE).json()
    assert reply["data"] is None
    assert reply["errors"][0]["path"] == ["findScenes", "scenes", 0, "id"]


def test_a_redirect_leads_to_the_login_page(stash: FakeStash) -> None:
    stash.faults.add("redirect")
    reply = post(stash, TAGS)
    assert (reply.status_code, reply.headers["location"]) == (302, "/login")


def test_a_truncated_answer_ends_before_its_length(stash: FakeStash) -> None:
    stash.faults.add("truncate", after=60)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        post(stash, PAGE)


def test_a_compressed_answer_may_end_early_although_its_frame_is_whole(stash: FakeStash) -> None:
    stash.faults.add("gzip_cut", after=40)
    with client(stash) as asking, asking.stream("POST", "/graphql", json={"query": PAGE}) as reply:
        raw = b"".join(reply.iter_raw())
        assert len(raw) == int(reply.headers["content-length"]) == 40
        assert reply.headers["content-encoding"] == "gzip"


def test_a_dripping_answer_comes_in_many_parts_and_is_whole(stash: FakeStash) -> None:
    whole = post(stash, PAGE).content
    assert stash.requests[-1].parts == 1
    stash.faults.add("drip", after=100, pause=0.002)
    assert post(stash, PAGE).content == whole
    assert stash.requests[-1].parts == math.ceil(len(whole) / 100)


def test_a_slow_answer_is_whole(stash: FakeStash) -> None:
    stash.faults.add("slow", pause=0.05)
    assert scene_ids(post(stash, PAGE)) == list(range(1, 11))
    assert stash.requests[-1].fault == "slow"


def test_a_connection_is_reset_in_the_middle(stash: FakeStash) -> None:
    stash.faults.add("reset", after=20)
    with pytest.raises(httpx.ReadError):
        post(stash, PAGE)


def test_a_hanging_request_is_not_answered_and_others_are(stash: FakeStash) -> None:
    stash.faults.add("hang", operation="findScenes")
    with client(stash) as asking, pytest.raises(httpx.ReadTimeout):
        asking.post("/graphql", json={"query": PAGE}, timeout=0.2)
    assert post(stash, TAGS).status_code == 200


@pytest.mark.parametrize(
    ("what", "rows", "expected"),
    [
        ("vanish", 2, [1, 2, 3, 4, 5, 8, 9, 10]),
        ("duplicate", 2, [1, 2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        ("empty", 1, []),
        ("shorten", 4, [1, 2, 3, 4]),
    ],
)
def test_the_rows_of_a_page_are_not_what_they_should_be(stash: FakeStash, what: Any, rows: int, expected: list[int]) -> None:
    stash.faults.add(what, rows=rows)
    reply = post(stash, PAGE)
    assert scene_ids(reply) == expected
    assert reply.json()["data"]["findScenes"]["count"] == 120
    assert scene_ids(post(stash, PAGE)) == list(range(1, 11))


def test_changes_happen_between_two_pages() -> None:
    with fake_stash(COUNTS) as stash:
        stash.faults.add(operation="findScenes", nth=2, do=[("changes.destroy", {"kind": "scene", "key": 3})])
        first, second = (scene_ids(post(stash, PAGE, page=page)) for page in (1, 2))
    assert first == list(range(1, 11))
    assert second == list(range(12, 22))  # 11 has moved to a page that was read already


def test_a_row_moves_to_another_page_when_its_studio_changes() -> None:
    grouped = "query($page: Int) { findScenes(filter: {per_page: 60, page: $page}) { scenes { id } } }"
    with fake_stash(COUNTS) as stash:
        stash.faults.add(nth=2, do=[("silent.move_studio", {"scene": key, "studio": None}) for key in range(1, 61)])
        seen = [key for page in (1, 2) for key in scene_ids(post(stash, grouped, page=page))]
    assert len(seen) == 120
    assert len(set(seen)) < 120


def test_what_was_sent_is_kept_with_its_headers(stash: FakeStash) -> None:
    with client(stash) as asking:
        asking.get("/image/1/thumbnail?t=5", headers={"X-Forwarded-For": "10.0.0.9"})
    request = stash.requests[-1]
    assert (request.method, request.path, request.query, request.status) == ("GET", "/image/1/thumbnail", "t=5", 200)
    assert request.headers["x-forwarded-for"] == "10.0.0.9"


def test_sockets_are_cut(stash: FakeStash) -> None:
    address = stash.url.replace("http", "ws") + "/graphql"
    with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None) as socket:
        socket.send('{"type": "connection_init"}')
        assert "connection_ack" in str(socket.recv(10))
        stash.faults.cut_sockets()
        with pytest.raises(ConnectionClosed):
            socket.recv(10)


def test_sockets_are_refused_until_they_are_not(stash: FakeStash) -> None:
    address = stash.url.replace("http", "ws") + "/graphql"
    stash.faults.refuse_sockets()
    with pytest.raises(InvalidStatus):
        connect(address, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None)
    stash.faults.refuse_sockets(refuse=False)
    with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")], proxy=None) as socket:
        assert socket.subprotocol == "graphql-transport-ws"


def test_a_hook_may_ask_the_server_that_fires_it(stash: FakeStash) -> None:
    answers = []

    def body(hook: Hook) -> dict[str, Any]:
        answers.append(post(stash, f"{{ findScene(id: {hook.id}) {{ title }} }}").json()["data"]["findScene"]["title"])
        return hook.context()

    stash.hooks.body, stash.hooks.url = body, f"{stash.url}/nowhere"
    stash.faults.add(operation="findTags", do=[("changes.edit", {"kind": "scene", "key": 4, "title": "between"})])
    assert post(stash, TAGS).status_code == 200
    stash.hooks.url = ""
    assert answers == ["between"]


def test_a_subscriber_that_lags_is_counted(stash: FakeStash) -> None:
    before = stash.jobs.events.stalls
    waiting: list[Any] = []

    def take(what: Any) -> int:
        waiting.append(what)
        return len(waiting)

    end = stash.jobs.events.listen("loggingSubscribe", take)
    for number in range(12):
        stash.jobs.say("Info", f"line {number}")
    end()
    assert stash.jobs.events.stalls == before + 2


def test_the_plugin_posts_what_has_a_hook_to_whoever_is_named(stash: FakeStash) -> None:
    with fake_stash(COUNTS) as receiver:
        stash.hooks.url = f"{receiver.url}/graphql"
        stash.hooks.body = lambda hook: {"query": "{ version { hash } }", "operationName": None, "variables": hook.context()}
        stash.changes.edit("scene", 7, title="new")
        stash.silent.play(7)
        stash.hooks.url = ""
        heard = [asked.variables for asked in receiver.log]
    assert heard == [{"id": 7, "type": "Scene.Update.Post", "input": {"title": "new"}, "inputFields": ["title"]}]


def test_a_receiver_that_is_gone_does_no_harm(stash: FakeStash) -> None:
    failed = stash.hooks.failed
    stash.hooks.url = "http://127.0.0.1:1/"
    stash.hooks.fire(Hook("Scene.Update.Post", 1))
    stash.hooks.url = ""
    assert stash.hooks.failed == failed + 1


def test_a_change_waits_until_a_question_is_answered(stash: FakeStash) -> None:
    done = threading.Event()

    def change() -> None:
        stash.changes.edit("scene", 1, title="other")
        done.set()

    with stash.world.lock:
        thread = threading.Thread(target=change)
        thread.start()
        assert not done.is_set()
        assert stash.world.scenes[1].title != "other"
    thread.join(10)
    assert stash.world.scenes[1].title == "other"


def test_one_in_another_process_is_controlled_over_http_and_can_be_killed() -> None:
    with fake_stash_process("--scenes", "30", "--images", "10", "--zone=-08:00") as remote:
        remote.do("clock.advance", seconds=60)
        remote.do("changes.edit", kind="scene", key=3, title="from outside", tags=[1, 2])
        told = remote.do("truth")["scene"]["3"]
        assert (told["title"], told["tags"]) == ("from outside", [1, 2])
        assert told["updated_at"].endswith("-08:00")
        remote.do("faults.add", what="status", code=500)
        with httpx.Client(trust_env=False, timeout=30) as asking:
            assert asking.post(f"{remote.url}/graphql", json={"query": PAGE}).status_code == 500
            assert len(scene_ids(asking.post(f"{remote.url}/graphql", json={"query": PAGE}))) == 10
        assert [request["status"] for request in remote.do("requests")] == [500, 200]
        assert remote.do("tally")["aggregates"] == 0
        assert remote.do("run_job") == 1
        with pytest.raises(RuntimeError, match="KeyError"):
            remote.do("silent.play", scene=999)
        remote.kill()
        with pytest.raises(httpx.ConnectError):
            remote.do("truth")
