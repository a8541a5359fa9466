"""Mirrored libraries over HTTP: trying a server, how one is, what was removed, and people's data."""

from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from longshelf.store import personal, user_data
from longshelf.store.database import run
from longshelf.store.user_data import SharedItem
from tests.api.conftest import Served
from tests.api.test_sync import KEY, add, work
from tests.ingest.mirroring import SMALL
from tests.support.catalogue import client, listening
from tests.support.fake_stash import FakeStash, fake_stash


@pytest.fixture
def stash() -> Iterator[FakeStash]:
    with fake_stash(SMALL, api_key=KEY) as running:
        yield running


@pytest.fixture
def mirror(own: Served, stash: FakeStash) -> str:
    """The path of a library that was read."""
    library = add(own, stash)
    work(own)
    return f"/api/libraries/{library['id']}"


def probe(served: Served, url: str, key: str | None = KEY, **more: Any) -> dict[str, Any]:
    answer = served.admin.post("/api/libraries/probe", json={"url": url, "api_key": key, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    assert KEY not in answer.text
    return found


# --- trying one


def test_a_server_is_tried_before_anything_is_kept(own: Served, stash: FakeStash) -> None:
    found = probe(own, f"{stash.url}/graphql")
    assert (found["trouble"], found["url"], found["version"]) == (None, stash.url, "v0.30.0")
    assert (found["counts"]["scene"], found["counts"]["image"]) == (60, 80)
    assert own.admin.get("/api/libraries").json()["pagination"]["total_count"] == 1
    assert own.other.post("/api/libraries/probe", json={"url": stash.url}).status_code == 403
    assert stash.answering.tally.aggregates == 0


def test_what_is_wrong_is_told_apart(own: Served, stash: FakeStash) -> None:
    assert probe(own, stash.url, "wrong")["trouble"] == "refused"
    assert "Make one in Stash" in probe(own, stash.url, "")["message"]
    assert probe(own, stash.url, "a\nb")["trouble"] == "refused"
    assert probe(own, "ftp://x")["trouble"] == "address"
    assert probe(own, "http://user:secret@stash.lan")["trouble"] == "address"
    assert probe(own, "http://169.254.169.254")["trouble"] == "address"
    assert probe(own, "http://127.0.0.1:9")["trouble"] == "offline"
    assert "nothing listens" in probe(own, "http://127.0.0.1:9")["message"]
    assert "name" in probe(own, "http://stash.invalid")["message"]
    stash.faults.add("redirect")
    assert probe(own, stash.url)["trouble"] == "redirect"
    stash.faults.clear()
    stash.faults.add("status", code=403)
    assert probe(own, stash.url)["trouble"] == "closed"


@pytest.mark.parametrize(("status", "body"), [(200, b"<html>hello</html>"), (404, b""), (200, b'{"data": {}}'), (200, b'{"errors": []}')])
def test_another_server_is_no_stash(status: int, body: bytes, own: Served) -> None:
    class Other(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Other)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        found = probe(own, f"http://127.0.0.1:{server.server_port}")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert found["trouble"] == "not_stash"


def test_the_kept_key_is_tried_at_its_own_address_only(own: Served, stash: FakeStash, mirror: str) -> None:
    library_id = int(mirror.rpartition("/")[2])
    assert probe(own, stash.url, None, library_id=library_id)["trouble"] is None
    with fake_stash(SMALL, api_key=KEY) as other:
        answer = own.admin.post("/api/libraries/probe", json={"url": other.url, "library_id": library_id})
        assert (answer.status_code, answer.json()["field"]) == (422, "api_key")
        assert other.requests == []


def test_private_addresses_are_refused_at_entry_where_the_setting_says_so(own: Served, stash: FakeStash, mirror: str) -> None:
    """And with what to do."""
    key = own.admin.headers["Authorization"].partition(" ")[2]
    with listening(replace(own.catalogue.settings, private_urls="no")) as url, client(url, key) as admin:
        answer = admin.post("/api/libraries", json={"name": "Private", "stash": {"url": "http://192.168.1.5:9999"}})
        assert (answer.status_code, answer.json()["field"]) == (422, "url")
        assert "LONGSHELF_PRIVATE_URLS" in answer.text
        assert admin.put(f"{mirror}/stash", json={"url": "http://10.0.0.1"}).status_code == 422
        found = admin.post("/api/libraries/probe", json={"url": "http://192.168.1.5:9999"}).json()
        assert (found["trouble"], "LONGSHELF_PRIVATE_URLS" in found["message"]) == ("private", True)
        named = admin.post("/api/libraries/probe", json={"url": stash.url.replace("127.0.0.1", "localhost")}).json()
        assert named["trouble"] == "private", "a name is judged by where it leads"
    assert stash.requests[-1].headers.get("host", "").startswith("127.0.0.1")


# --- how it is


def test_it_says_all_but_the_key(own: Served, stash: FakeStash, mirror: str) -> None:
    found = own.admin.get(f"{mirror}/stash").json()
    assert {each["kind"]: each["count"] for each in found["kinds"]}["scene"] == 60
    assert (found["url"], found["has_key"], found["poll_minutes"], found["state"]) == (stash.url, True, 60, "ready")
    assert found["last_sync"]["state"] == "done"
    assert found["next_sync_at"] > found["synced_at"]
    assert found["push_back"] == {
        "enabled": False, "user_id": None, "user_name": None, "kinds": [], "pushed": {}, "pushed_at": None, "waiting": None, "problems": [],
    }  # fmt: skip
    assert own.other.get(f"{mirror}/stash").status_code == 403
    assert own.admin.get(f"/api/libraries/{own.catalogue.library_id}/stash").status_code == 422
    assert own.admin.get("/api/libraries/999/stash").status_code == 404


def test_what_was_removed_upstream_is_listed_with_what_was_said_of_it(own: Served, stash: FakeStash, mirror: str) -> None:
    item = own.admin.get("/api/items", params={"library": mirror.rpartition("/")[2], "kind": "image", "page_size": 1}).json()["items"][0]
    own.admin.put(f"/api/items/{item['id']}/me", json={"rating": 80, "favorite": True})
    with own.catalogue.database.read() as connection:
        external = run(connection, "SELECT external_id FROM item WHERE id = ?", item["id"]).scalar_one()
    stash.changes.destroy("image", int(external.removeprefix("image:")))
    primary = {row.primary_tag for row in stash.world.markers}  # those cannot be destroyed
    stash.changes.destroy("tag", next(row.id for row in stash.world.tags if row.id not in primary))
    own.admin.post(f"{mirror}/sync", json={"mode": "reconcile"})
    work(own)
    found = own.admin.get(f"{mirror}/removed").json()
    assert found["pagination"]["total_count"] == 2
    told = {each["kind"]: each for each in found["items"]}
    assert (told["image"]["id"], told["image"]["rating"], told["image"]["favorite"]) == (item["id"], 80, True)
    assert told["tag"]["title"]
    kinds = {each["kind"]: each["removed"] for each in own.admin.get(f"{mirror}/stash").json()["kinds"]}
    assert (kinds["image"], kinds["tag"], kinds["scene"]) == (1, 1, 0)
    assert own.admin.get(f"{mirror}/removed", params={"page": 2}).json()["items"] == []
    assert own.other.get(f"{mirror}/removed").status_code == 403


def test_one_from_whom_items_are_kept_is_told_no_numbers(own: Served, mirror: str) -> None:
    me = own.admin.get("/api/session").json()["user"]["id"]
    rules = {"rules": [], "age_rating_max": 12, "unrated": "show", "libraries": None}
    assert own.admin.put(f"/api/users/{me}/restrictions", json=rules).status_code == 200
    assert own.admin.get(f"{mirror}/stash").json()["kinds"] is None
    assert own.admin.get(f"{mirror}/removed").status_code == 403


def test_another_hook_makes_the_old_one_void(own: Served, mirror: str) -> None:
    old = own.admin.get(f"{mirror}/stash").json()["hook"]
    new = own.admin.post(f"{mirror}/hook").json()["hook"]
    assert own.nobody.post(old).status_code == 404
    assert own.nobody.post(new).status_code == 200
    assert own.admin.get(f"{mirror}/stash").json()["hook"] == new
    assert own.other.post(f"{mirror}/hook").status_code == 403


# --- people's data


def test_anybody_takes_over_for_himself_and_administrators_for_others(own: Served, stash: FakeStash, mirror: str) -> None:
    other = own.other.get("/api/session").json()["user"]["id"]
    mine = own.other.post(f"{mirror}/user-data", json={"kinds": ["rating"]})
    assert (mine.status_code, mine.json()["kind"]) == (202, "import_user_data")
    assert own.other.post(f"{mirror}/user-data", json={"user_id": own.admin.get("/api/session").json()["user"]["id"]}).status_code == 403
    assert own.other.get(f"/api/jobs/{mine.json()['id']}").json()["state"] == "queued"
    assert own.other.post(f"{mirror}/user-data", json={"kinds": ["plays"]}).status_code == 409
    work(own)
    state = own.other.get(f"{mirror}/user-data").json()
    rated = sum(bool(row.rating100) for row in (*stash.world.scenes, *stash.world.images))
    assert (state["job"]["state"], state["figures"]["rated"], state["figures"]["played"]) == ("done", rated, 0)
    assert own.admin.get(f"{mirror}/user-data").json()["job"] is None
    assert own.admin.post(f"{mirror}/user-data", json={"user_id": other}).status_code == 202
    work(own)
    state = own.admin.get(f"{mirror}/user-data", params={"user_id": other}).json()
    assert (state["job"]["state"], state["figures"]) == ("done", None)
    assert own.other.get(f"{mirror}/user-data").json()["figures"]["played"] == sum(bool(row.plays) for row in stash.world.scenes)
    assert own.other.get(f"{mirror}/user-data").json()["figures"]["o_total"] == sum(len(row.os) for row in stash.world.scenes) + sum(
        row.o_counter for row in stash.world.images
    )
    assert own.nobody.post(f"{mirror}/user-data").status_code == 401
    assert own.nobody.get(f"{mirror}/user-data").status_code == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kinds": []}, 422),
        ({"kinds": ["ratings"]}, 422),
        ({"user_id": 0}, 422),
        ({"user_id": 99}, 404),
        ({"all": True}, 422),
    ],
)
def test_what_cannot_be_taken_over_is_refused(body: dict[str, Any], status: int, own: Served, mirror: str) -> None:
    assert own.admin.post(f"{mirror}/user-data", json=body).status_code == status


def test_a_library_that_is_none_of_these_gives_nothing(own: Served, stash: FakeStash) -> None:
    folder = f"/api/libraries/{own.catalogue.library_id}"
    assert own.admin.post(f"{folder}/user-data").status_code == 422
    assert own.admin.post("/api/libraries/999/user-data").status_code == 404
    unread = add(own, stash)
    assert own.admin.post(f"/api/libraries/{unread['id']}/user-data").status_code == 409


def test_of_what_is_hidden_nothing_is_told_and_all_is_kept(own: Served, stash: FakeStash, mirror: str) -> None:
    """By no count, no job, no item; and it is there when the rule goes."""
    other = own.other.get("/api/session").json()["user"]["id"]
    library_id = int(mirror.rpartition("/")[2])
    tag = own.admin.get("/api/tags", params={"sort": "count", "page_size": 100}).json()["items"]
    hidden = next(each for each in tag if each["item_count"] > 5)
    rules = {
        "rules": [{"kind": "tag", "mode": "exclude", "ids": [hidden["id"]]}],
        "age_rating_max": None,
        "unrated": "show",
        "libraries": None,
    }
    assert own.admin.put(f"/api/users/{other}/restrictions", json=rules).status_code == 200
    job = own.other.post(f"{mirror}/user-data").json()
    work(own)
    ended = own.other.get(f"/api/jobs/{job['id']}").json()
    assert (ended["state"], ended["total"], set(ended["result"])) == ("done", 100, {"kinds", "seconds"})
    seen = own.other.get(f"{mirror}/user-data").json()["figures"]
    listed = own.other.get("/api/items/count", params={"library": library_id, "filter": '{"type":"mine","field":"rating","low":1}'}).json()
    assert seen["rated"] == listed["count"]
    everything = own.admin.get("/api/items", params={"library": library_id, "page_size": 1_000}).json()["items"]
    visible = {each["id"] for each in own.other.get("/api/items", params={"library": library_id, "page_size": 1_000}).json()["items"]}
    unseen = [each["id"] for each in everything if each["id"] not in visible]
    assert unseen
    for item_id in unseen:
        assert own.other.get(f"{mirror}/user-data/{item_id}").status_code == 404
    assert own.admin.put(f"/api/users/{other}/restrictions", json={**rules, "rules": []}).status_code == 200
    rated = sum(bool(row.rating100) for row in (*stash.world.scenes, *stash.world.images))
    assert own.other.get(f"{mirror}/user-data").json()["figures"]["rated"] == rated > seen["rated"]


def test_one_who_may_not_see_the_library_gets_nothing_of_it(own: Served, mirror: str) -> None:
    other = own.other.get("/api/session").json()["user"]["id"]
    rules = {"rules": [], "age_rating_max": None, "unrated": "show", "libraries": [own.catalogue.library_id]}
    assert own.admin.put(f"/api/users/{other}/restrictions", json=rules).status_code == 200
    missing = own.other.post("/api/libraries/9999/user-data")
    hidden = own.other.post(f"{mirror}/user-data")
    assert hidden.status_code == missing.status_code == 404
    refused = own.admin.post(f"{mirror}/user-data", json={"user_id": other})
    assert (refused.status_code, refused.json()["field"]) == (422, "user_id")
    refused = own.admin.put(f"{mirror}/push-back", json={"enabled": True, "user_id": other})
    assert (refused.status_code, refused.json()["field"]) == (422, "user_id")


def test_the_o_counter_of_a_work_is_told_to_its_person(own: Served, mirror: str) -> None:
    library_id = int(mirror.rpartition("/")[2])
    item = own.admin.get("/api/items", params={"library": library_id, "page_size": 1}).json()["items"][0]["id"]
    user = own.admin.get("/api/session").json()["user"]["id"]
    with own.catalogue.database.write_quietly() as connection:
        user_data.put_shared_items(connection, user, {item: SharedItem(o_count=2, o_at=(1_000_000, 2_000_000))})
    found = own.admin.get(f"{mirror}/user-data/{item}").json()
    assert (found["o_count"], found["o_at"]) == (2, ["1970-01-01T00:00:01Z", "1970-01-01T00:00:02Z"])
    assert own.other.get(f"{mirror}/user-data/{item}").json()["o_count"] == 0
    assert own.admin.get(f"/api/libraries/{own.catalogue.library_id}/user-data/{item}").status_code == 404


def test_pushing_back_is_switched_by_administrators(own: Served, stash: FakeStash, mirror: str) -> None:
    me = own.admin.get("/api/session").json()["user"]
    on = own.admin.put(f"{mirror}/push-back", json={"enabled": True, "kinds": ["rating"]})
    assert (on.status_code, on.json()["user_id"], on.json()["kinds"]) == (200, me["id"], ["rating"])
    item = own.admin.get("/api/items", params={"library": mirror.rpartition("/")[2], "kind": "video", "page_size": 1}).json()["items"][0]
    own.admin.put(f"/api/items/{item['id']}/me", json={"rating": 73})
    from longshelf.tasks.push_back import Pusher, request

    database = own.catalogue.database
    for library_id in Pusher(database)._wanting():
        request(database, library_id)
    work(own)
    assert 73 in {row.rating100 for row in stash.world.scenes}
    state = own.admin.get(f"{mirror}/stash").json()["push_back"]
    assert (state["pushed"]["rating"], state["user_name"]) == (1, me["name"])
    assert own.admin.put(f"{mirror}/push-back", json={"enabled": False}).json()["enabled"] is False
    assert own.other.put(f"{mirror}/push-back", json={"enabled": True}).status_code == 403
    assert own.admin.put(f"{mirror}/push-back", json={"enabled": True, "kinds": ["o"]}).status_code == 422
    assert own.admin.put(f"/api/libraries/{own.catalogue.library_id}/push-back", json={"enabled": True}).status_code == 422


def test_an_account_that_goes_takes_its_data_along(own: Served, mirror: str) -> None:
    made = own.admin.post("/api/users", json={"name": "leaving", "password": "a long password 1"}).json()["id"]
    assert own.admin.post(f"{mirror}/user-data", json={"user_id": made}).status_code == 202
    assert own.admin.put(f"{mirror}/push-back", json={"enabled": True, "user_id": made}).status_code == 200
    work(own)
    assert own.admin.delete(f"/api/users/{made}").status_code == 204
    assert own.admin.get(f"{mirror}/stash").json()["push_back"]["enabled"] is False
    with own.catalogue.database.read() as connection:
        assert run(connection, "SELECT count(*) FROM remote_item_word WHERE user_id = ?", made).scalar_one() == 0
        assert not personal.on_items(connection, made, range(1, 500))
