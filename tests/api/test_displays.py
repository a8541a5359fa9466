"""Displays over HTTP: administrators alone, live, and with their own eyes."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.conftest import Served
from tests.api.test_events import Event, stream


def open_screen(served: Served) -> str:
    answer = served.nobody.post("/api/screens")
    assert answer.status_code == 201
    return str(answer.json()["code"])


def make_display(served: Served, name: str = "Hall", *, blocks: int = 1, **block: Any) -> dict[str, Any]:
    """Claimed, with an active playlist."""
    code = open_screen(served)
    answer = served.admin.post("/api/displays", json={"code": code, "name": name})
    assert answer.status_code == 201, answer.text
    display = answer.json()
    playlist = served.admin.post("/api/playlists", json={"name": name, "display_id": display["id"]})
    assert playlist.status_code == 201, playlist.text
    for _ in range(blocks):
        said = {"count": 5, "order": "newest"} | block
        answer = served.admin.post(f"/api/playlists/{playlist.json()['id']}/blocks", json=said)
        assert answer.status_code in {200, 201}, answer.text
    return shown(served, display["id"])


def shown(served: Served, display_id: int) -> dict[str, Any]:
    answer = served.admin.get(f"/api/displays/{display_id}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def heard(events: Iterator[Event]) -> tuple[str, Any]:
    """The next word about displays; the server has jobs of its own, too."""
    return next((name, data) for _, name, data in events if name.startswith("display"))


def test_a_screen_is_claimed_fed_and_steered(own: Served) -> None:
    display = make_display(own)
    path = f"/api/displays/{display['id']}"
    assert (display["name"], display["state"], display["online"], display["playlist_name"]) == ("Hall", "playing", True, "Hall")
    assert display["user"]["name"] == "ann"
    assert display["current"]["item"]["id"] == own.catalogue.ids[-1]
    timeline = own.admin.get(f"{path}/timeline").json()
    assert [each["status"] for each in timeline["slots"]] == ["current"] + ["planned"] * 5
    assert [each["position"] for each in timeline["slots"]] == list(range(6))
    for verb, state in (("pause", "paused"), ("play", "playing"), ("stop", "stopped"), ("play", "playing")):
        assert own.admin.post(f"{path}/{verb}").json()["state"] == state
    first = display["current"]["slot"]
    forward = own.admin.post(f"{path}/next", json={"slot_id": first}).json()
    assert forward["current"]["slot"] != first
    assert own.admin.post(f"{path}/next", json={"slot_id": first}).json()["current"]["slot"] == forward["current"]["slot"]
    assert own.admin.post(f"{path}/previous").json()["current"]["slot"] == first
    assert own.admin.post(f"{path}/volume", json={"volume": 30, "muted": True}).json()["volume"] == 30
    assert own.admin.post(f"{path}/seek", json={"seconds": 3}).json()["current"]["position"] == pytest.approx(3, abs=1)
    rebuilt = own.admin.post(f"{path}/rebuild").json()
    assert rebuilt["generation"] > display["generation"]
    history = own.admin.get(f"{path}/history").json()
    assert [each["outcome"] for each in history["items"]][-1] == "skipped"
    assert history["pagination"]["total_count"] == len(history["items"])
    edited = own.admin.patch(path, json={"name": "Lobby", "settings": {"fit": "cover", "rotate": 90}}).json()
    assert (edited["name"], edited["settings"]) == ("Lobby", {"dwell": 10.0, "fit": "cover", "rotate": 90})
    assert [each["name"] for each in own.admin.get("/api/displays").json()["items"]] == ["Lobby"]
    assert own.admin.delete(path).status_code == 204
    assert own.admin.get(path).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/displays"), ("POST", "/api/displays"), ("GET", "/api/displays/1"), ("PATCH", "/api/displays/1"),
        ("DELETE", "/api/displays/1"), ("POST", "/api/displays/1/next"), ("GET", "/api/displays/1/timeline"),
        ("GET", "/api/displays/1/history"),
    ],
)  # fmt: skip
def test_displays_are_for_administrators(served: Served, method: str, path: str) -> None:
    assert served.other.request(method, path, json={}).status_code == 403
    assert served.nobody.request(method, path, json={}).status_code == 401


def test_what_makes_no_sense_is_refused_with_a_reason(own: Served) -> None:
    display = make_display(own)
    path = f"/api/displays/{display['id']}"
    refused: list[tuple[str, str, Any, int]] = [
        ("POST", "/api/displays", {"code": "AAAA-AAAA", "name": "x"}, 404),
        ("POST", "/api/displays", {"code": "no code at all", "name": "x"}, 404),
        ("POST", "/api/displays", {"code": display["code"], "name": "x"}, 409),
        ("POST", "/api/displays", {"code": open_screen(own), "name": "  "}, 422),
        ("PATCH", path, {"user_id": 999}, 422),
        ("PATCH", path, {"settings": {"dwell": 0}}, 422),
        ("PATCH", path, {"settings": {"rotate": 45}}, 422),
        ("PATCH", path, {"colour": "red"}, 422),
        ("POST", f"{path}/seek", {"seconds": -1}, 422),
        ("POST", f"{path}/volume", {"volume": 101}, 422),
        ("POST", f"{path}/dance", {}, 404),
        ("POST", "/api/displays/999/next", None, 404),
        ("POST", "/api/displays/999/rebuild", None, 404),
        ("GET", "/api/displays/999/timeline", None, 404),
    ]
    for method, asked, body, status in refused:
        answer = own.admin.request(method, asked, json=body)
        assert answer.status_code == status, (asked, body, answer.text)
        assert answer.json()["detail"]
    assert shown(own, display["id"])["settings"]["dwell"] == 10.0


def test_all_administrators_hear_what_one_does_and_others_do_not(own: Served) -> None:
    display = make_display(own)
    path = f"/api/displays/{display['id']}"
    with stream(own.admin) as one, stream(own.admin) as two, stream(own.other) as other:
        for each in (one, two, other):
            next(each)
        own.admin.post(f"{path}/pause")
        for each in (one, two):
            name, data = heard(each)
            assert (name, data["id"], data["state"]) == ("display", display["id"], "paused")
            assert data["current"]["item"]["id"] == display["current"]["item"]["id"]
        own.admin.post(f"{path}/play")
        assert [heard(each)[1]["state"] for each in (one, two)] == ["playing", "playing"]
        own.admin.delete(path)
        assert [heard(each) for each in (one, two)] == [("displays", {"removed": True})] * 2
        with own.catalogue.database.write() as write:
            write.touch(items=[1], library_id=1)
        assert next(other)[1] == "library"  # and of nothing before


def test_who_comes_back_hears_of_displays_that_changed_meanwhile(own: Served) -> None:
    display = make_display(own)
    with stream(own.admin) as events:
        last_id = next(events)[0]
    own.admin.post(f"/api/displays/{display['id']}/pause")
    with stream(own.admin, last_id) as events:
        assert heard(events)[1]["state"] == "paused"


def test_an_edit_of_the_playlist_reaches_the_display_before_the_answer(own: Served) -> None:
    display = make_display(own, count=1, blocks=2)
    playlist = own.admin.get(f"/api/playlists/{display['playlist_id']}").json()
    block = playlist["blocks"][1]
    answer = own.admin.patch(f"/api/playlists/{playlist['id']}/blocks/{block['id']}", json={"q": "picture"})
    assert answer.status_code == 200, answer.text
    slots = own.admin.get(f"/api/displays/{display['id']}/timeline").json()["slots"]
    assert slots[0]["item"]["id"] == display["current"]["item"]["id"]
    assert {each["item"]["title"] for each in slots if each["block_id"] == block["id"]} == {"The picture"}
    own.admin.delete(f"/api/playlists/{playlist['id']}")
    now = shown(own, display["id"])
    assert (now["current"], now["playlist_id"]) == (None, None)
    assert "no playlist is active" in now["note"]


def test_a_list_costs_as_many_statements_for_many_displays_as_for_one(own: Served) -> None:
    make_display(own, "One")
    answers = [_statements(own, lambda: own.admin.get("/api/displays"))]
    for number in range(12):
        make_display(own, f"Display {number}")
    answers.append(_statements(own, lambda: own.admin.get("/api/displays")))
    assert len(own.admin.get("/api/displays").json()["items"]) == 13
    assert answers[1] <= answers[0] + 2
    page = _statements(own, lambda: own.admin.get("/api/displays", params={"page_size": 5}))
    assert page <= answers[0] + 3


def test_a_long_list_is_cut_into_pages_and_searched(own: Served) -> None:
    for name in ("Hall", "hall upstairs", "Café", "Zoo"):
        make_display(own, name)
    whole = own.admin.get("/api/displays").json()
    assert [each["name"] for each in whole["items"]] == ["Café", "Hall", "hall upstairs", "Zoo"]
    assert (whole["online"], whole["pagination"]["has_next"]) == (4, False)
    pages = [own.admin.get("/api/displays", params={"page": page, "page_size": 3}).json() for page in (1, 2, 3)]
    assert [each["id"] for page in pages for each in page["items"]] == [each["id"] for each in whole["items"]]
    assert [page["pagination"]["has_next"] for page in pages] == [True, False, False]
    assert {(page["pagination"]["total_count"], page["online"]) for page in pages} == {(4, 4)}
    assert pages[0]["items"][1]["current"]["slot"] == whole["items"][1]["current"]["slot"]
    found = own.admin.get("/api/displays", params={"q": "HALL"}).json()
    assert ([each["name"] for each in found["items"]], found["online"]) == (["Hall", "hall upstairs"], 2)
    assert [each["name"] for each in own.admin.get("/api/displays", params={"q": "cafe"}).json()["items"]] == ["Café"]
    assert own.admin.get("/api/displays", params={"q": "upstairs zoo"}).json()["items"] == []
    assert own.admin.get("/api/displays", params={"page_size": 0}).status_code == 422


def _statements(own: Served, ask: Any) -> int:
    """Of the server's own reads: it runs in this process, and counts by the table that only `/api/displays` reads whole."""
    from longshelf.store import database as opened

    sent = 0
    counted = opened.Database._sent

    def note(self: opened.Database, count: int) -> None:
        nonlocal sent
        sent += count
        counted(self, count)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opened.Database, "_sent", note)
        answer: httpx.Response = ask()
    assert answer.status_code == 200
    json.loads(answer.text)
    return sent
