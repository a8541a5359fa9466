"""Playlists over HTTP: shapes, refusals, files, and several at once."""

import csv
import io
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from longshelf.api.requests import BODY_LIMIT, LONG_LIMIT
from longshelf.catalog import playlist_shapes as shapes
from longshelf.jobs.worker import Worker
from longshelf.store import jobs
from longshelf.tasks import block_counts
from tests.api.conftest import Served, serve_catalogue
from tests.support.catalogue import client


def _made(browser: httpx.Client, **said: Any) -> Any:
    response = browser.post("/api/playlists", json={"name": "Wall", **said})
    assert response.status_code == 201, response.text
    msgspec.convert(response.json(), shapes.Playlist)
    return response.json()


def _count(browser: httpx.Client, **question: Any) -> int:
    return int(browser.get("/api/items/count", params=question).json()["count"])


def _counted(served: Served, ask: Callable[[], list[Any]]) -> list[Any]:
    """Once all is counted: there is no index here, so a job does it."""
    worker = Worker(served.catalogue.database, {block_counts.KIND: block_counts.count}, pulse_seconds=0.05)
    end = time.monotonic() + 20
    found = ask()
    while any(each["stale"] for each in found):
        assert all(each["available"] is None for each in found if each["stale"])
        assert time.monotonic() < end, "nobody counts"
        with served.catalogue.database.read() as connection:
            waiting = [each.id for each in jobs.newest(connection, states=("queued",), kind=block_counts.KIND)]
        for job_id in waiting:
            worker.run_one(job_id)
        found = ask()
    return found


def test_a_playlist_is_made_read_changed_and_deleted(own: Served) -> None:
    made = _made(own.admin, blocks=[{"q": "the", "count": 3}, {"filter": {"type": "kind", "kinds": ["video"]}, "format": "wide"}])
    path = f"/api/playlists/{made['id']}"
    assert [each["position"] for each in made["blocks"]] == [0, 1]
    added = own.admin.post(f"{path}/blocks", json={"filter": "kind=book", "order": "random"})
    assert added.status_code == 201
    ids = [each["id"] for each in added.json()["blocks"]]
    ordered = own.admin.put(f"{path}/blocks/order", json={"ids": ids[::-1]}).json()
    assert [each["id"] for each in ordered["blocks"]] == ids[::-1]
    edited = own.admin.patch(f"{path}/blocks/{ids[0]}", json={"count": 7, "title": "Those"}).json()
    assert [(each["count"], each["title"]) for each in edited["blocks"] if each["id"] == ids[0]] == [(7, "Those")]
    fewer = own.admin.delete(f"{path}/blocks/{ids[1]}")
    assert (fewer.status_code, [each["id"] for each in fewer.json()["blocks"]]) == (200, [ids[2], ids[0]])
    renamed = own.admin.patch(path, json={"name": "Hall", "shared": True}).json()
    assert (renamed["name"], renamed["shared"], renamed["version"]) == ("Hall", True, 5)
    assert [each["name"] for each in own.other.get("/api/playlists").json()["items"]] == ["Hall"]
    copy = own.admin.post(f"{path}/duplicate")
    assert (copy.status_code, copy.json()["name"]) == (201, "Hall 2")
    assert own.admin.delete(path).status_code == 204
    assert own.admin.get(path).status_code == own.other.get(path).status_code == 404


def test_what_is_available_is_what_the_list_counts(own: Served) -> None:
    made = _made(own.admin, blocks=[{"q": "the"}, {"filter": "kind=book"}, {"format": "wide"}])
    expected = [_count(own.admin, q="the"), _count(own.admin, kind="book"), _count(own.admin, format="wide")]
    blocks = _counted(own, lambda: own.admin.get(f"/api/playlists/{made['id']}").json()["blocks"])
    assert [each["available"] for each in blocks] == expected
    said = {"filter": "kind=book", "count": 10_000}
    (previewed,) = _counted(own, lambda: [own.admin.post("/api/playlists/blocks/preview", json=said).json()])
    found = msgspec.convert(previewed, shapes.BlockPreview)
    assert (found.available, found.short) == (expected[1], True)
    assert [each.id for each in found.items] == [
        each["id"] for each in own.admin.get("/api/items", params={"kind": "book", "page_size": 12}).json()["items"]
    ]


def test_a_preview_may_be_asked_for_with_a_key_that_only_reads(own: Served) -> None:
    key = own.admin.post("/api/keys", json={"name": "reader", "scope": "read"}).json()["key"]
    with client(own.url, key) as reading:
        assert reading.post("/api/playlists/blocks/preview", json={"q": "the"}).status_code == 200
        assert reading.post("/api/playlists", json={"name": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [
        ("POST", "", {}, 422, None),
        ("POST", "", {"name": ""}, 422, "name"),
        ("POST", "", {"name": "x", "kind": "songs"}, 422, "kind"),
        ("POST", "", {"name": "x", "colour": "red"}, 422, "colour"),
        ("POST", "", {"name": "x", "blocks": [{"count": 0}]}, 422, "blocks[0].count"),
        ("POST", "/1/blocks", {"filter": "{"}, 422, "filter"),
        ("POST", "/1/blocks", {"filter": {"type": "kind", "kinds": ["film"]}}, 422, "filter"),
        ("POST", "/1/blocks", {"filter": [1]}, 422, "filter"),
        ("POST", "/1/blocks", {"order": "oldest"}, 422, "order"),
        ("POST", "/1/blocks", {"dwell": 0}, 422, "dwell"),
        ("POST", "/1/blocks", {"q": "x" * 1_001}, 422, "q"),
        ("POST", "/1/blocks", {"view_id": 7}, 422, "view_id"),
        ("POST", "/1/activate", {}, 422, "display_id"),
        ("POST", "/1/activate", {"display_id": 99}, 404, None),
        ("PUT", "/1/blocks/order", {"ids": [99]}, 409, None),
        ("PATCH", "/1/blocks/99", {"count": 1}, 404, None),
        ("PATCH", "/99", {"name": "x"}, 404, None),
        ("PATCH", "/1", {"name": "x", "version": 99}, 409, None),
        ("DELETE", "/1?version=99", None, 409, None),
        ("DELETE", "/1?version=x", None, 422, "version"),
        ("GET", "/1/items", None, 409, None),
        ("GET", "/2/items?page_size=0", None, 422, "page_size"),
        ("GET", "/2/items?cursor=x", None, 400, "cursor"),
        ("GET", "/2/next?entry_id=99", None, 404, None),
        ("GET", "/1/export?format=xml", None, 422, "format"),
        ("POST", "/2/items", {}, 422, "item_ids"),
        ("POST", "/2/items", {"item_ids": []}, 422, "item_ids"),
        ("POST", "/2/items", {"query": "colour=red"}, 400, "colour"),
        ("POST", "/2/blocks", {}, 409, None),
        ("PUT", "/2/place", {"entry_id": 99}, 404, None),
        ("POST", "/import", {}, 422, "playlist"),
        ("POST", "/import", {"csv": "a,b"}, 422, "csv"),
        ("POST", "/import", {"playlist": {"longshelf": 2, "name": "x"}}, 422, "playlist.longshelf"),
    ],
)
def test_bad_input_is_refused_with_its_place(lists: Served, method: str, path: str, body: Any, status: int, field: str | None) -> None:
    response = lists.admin.request(method, f"/api/playlists{path}", json=body)
    assert response.status_code == status, response.text
    problem = response.json()
    assert problem["detail"]
    assert field is None or problem["field"] == field, problem


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Playlist 1 is of blocks, 2 of items; nothing changes them."""
    directory: Path = tmp_path_factory.mktemp("lists")
    for made in serve_catalogue(directory):
        _made(made.admin)
        _made(made.admin, kind="items")
        yield made


def test_nobody_and_strangers_are_turned_away(lists: Served) -> None:
    for path in ("/api/playlists", "/api/playlists/1", "/api/playlists/2/items"):
        assert lists.nobody.get(path).status_code == 401
    for path in ("/api/playlists/1", "/api/playlists/2/items", "/api/playlists/2/place", "/api/playlists/99"):
        refused = lists.other.get(path)
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    assert lists.other.post("/api/playlists/1/activate", json={"display_id": 1}).status_code == 403


def test_chosen_items_are_put_in_order_and_resumed(own: Served) -> None:
    made = _made(own.other, kind="items", shared=True)
    path = f"/api/playlists/{made['id']}"
    added = own.other.post(f"{path}/items", json={"query": "kind=book&sort=title"}).json()
    msgspec.convert(added, shapes.EntriesChanged)
    listed = own.other.get(f"{path}/items", params={"page_size": 5}).json()
    msgspec.convert(listed, shapes.EntryList)
    assert listed["pagination"]["total_count"] == added["item_count"] == _count(own.other, kind="book")
    ids = [each["entry_id"] for each in listed["items"]]
    moved = own.other.put(f"{path}/items/order", json={"entry_ids": [ids[4]], "before": ids[0]}).json()
    assert (moved["changed"], moved["version"]) == (1, 2)
    page = own.other.get(f"{path}/items", params={"page_size": 5})
    assert [each["entry_id"] for each in page.json()["items"]] == [ids[4], *ids[:4]]
    again = own.other.get(f"{path}/items", params={"page_size": 5}, headers={"if-none-match": page.headers["etag"]})
    assert again.status_code == 304
    put = own.admin.put(f"{path}/place", json={"entry_id": ids[2]})
    msgspec.convert(put.json(), shapes.Place)
    following = own.admin.get(f"{path}/next", params={"entry_id": ids[2]}).json()
    msgspec.convert(following, shapes.NextEntry)
    assert following["entry"]["entry_id"] == ids[3]
    removed = own.other.request("DELETE", f"{path}/items", json={"entry_ids": [ids[2]]}).json()
    assert (removed["changed"], removed["item_count"]) == (1, added["item_count"] - 1)
    assert own.admin.get(f"{path}/place").json()["entry_id"] == ids[3]
    assert own.other.get(f"{path}/place").json()["entry_id"] is None


def test_a_playlist_is_downloaded_and_brought_back(own: Served) -> None:
    name = 'Näme/"=1+1",\n;'
    made = _made(own.admin, name=name, blocks=[{"q": '=cmd|" /C calc"!A0', "title": "'"}, {"filter": {"type": "kind", "kinds": ["book"]}}])
    path = f"/api/playlists/{made['id']}/export"
    document = own.admin.get(path)
    assert document.headers["content-disposition"].startswith('attachment; filename="playlist.json"')
    table = own.admin.get(path, params={"format": "csv"})
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert "%22" in table.headers["content-disposition"]
    assert not [cell for row in csv.reader(io.StringIO(table.text, newline="")) for cell in row if cell.startswith("=")]
    for body in ({"playlist": document.json()}, {"csv": table.text}):
        brought = own.admin.post("/api/playlists/import", json=body)
        assert brought.status_code == 201, brought.text
        msgspec.convert(brought.json(), shapes.ImportedPlaylist)
        again = own.admin.get(f"/api/playlists/{brought.json()['playlist']['id']}/export").json()
        assert again == document.json()
        assert brought.json()["playlist"]["name"] == name


def test_a_long_playlist_is_brought_back_too_but_not_for_nobody(own: Served) -> None:
    """Longer than other bodies may be; nothing of it is read before it is known who asks."""
    path = "/api/playlists/import"
    items = [{"library": "Elsewhere", "external_id": f"x{number}", "title": "t" * 100} for number in range(12_000)]
    body = {"playlist": {"name": "Long", "kind": "items", "items": items}}
    assert len(msgspec.json.encode(body)) > BODY_LIMIT
    brought = own.admin.post(path, json=body)
    assert brought.status_code == 201, brought.text
    assert (brought.json()["skipped"], len(brought.json()["missing"])) == (12_000, 100)
    assert own.nobody.post(path, content=b"{" * (LONG_LIMIT + 1), headers={"content-type": "application/json"}).status_code in {401, 403}
    assert own.admin.post(path, content=b"{" * (LONG_LIMIT + 1), headers={"content-type": "application/json"}).status_code == 413
    assert own.admin.post(path, content=b"{", headers={"content-type": "application/json"}).status_code == 422
    assert own.admin.post(path, content=b"a,b", headers={"content-type": "text/csv"}).status_code == 415


def test_of_many_who_edit_one_version_at_once_one_wins(own: Served) -> None:
    made = _made(own.admin)
    key = own.admin.headers["authorization"].removeprefix("Bearer ")

    def edit(number: int) -> int:
        with client(own.url, key) as browser:
            said = {"title": str(number), "version": made["version"]}
            return browser.post(f"/api/playlists/{made['id']}/blocks", json=said).status_code

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(edit, range(6)))
    assert answers == [201, 409, 409, 409, 409, 409]
    assert len(own.admin.get(f"/api/playlists/{made['id']}").json()["blocks"]) == 1


def test_a_saved_view_that_is_deleted_leaves_its_blocks_as_they_were(own: Served) -> None:
    view = own.admin.post("/api/views", json={"name": "Books", "query": "kind=book"}).json()
    made = _made(own.admin, blocks=[{"view_id": view["id"]}])
    assert made["blocks"][0]["view_name"] == "Books"
    assert own.admin.delete(f"/api/views/{view['id']}").status_code == 204
    (block,) = own.admin.get(f"/api/playlists/{made['id']}").json()["blocks"]
    assert (block["view_id"], block["filter"], block["problem"]) == (None, "kind=book", "")
