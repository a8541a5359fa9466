"""Paging over HTTP: a walk by cursor shows every row once, in order, in both directions and at every page size."""

from typing import Any

import httpx
import pytest

from longshelf.model.sorts import SORTS
from tests.api.conftest import Served
from tests.support.catalogue import add_items, client, plain


def walk(sender: httpx.Client, path: str, start: str = "next_cursor", **params: Any) -> list[list[int]]:
    """The ids of every page from the first on."""
    pages: list[list[int]] = []
    cursor = ""
    while True:
        asked = {**params, **({"cursor": cursor} if cursor else {})}
        body = sender.get(path, params=asked).raise_for_status().json()
        pages.append([item["id"] for item in body["items"]])
        cursor = body["pagination"][start]
        if not cursor:
            return pages


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_walk_shows_what_one_large_page_shows(sort: str, order: str, served: Served) -> None:
    params: dict[str, Any] = {"sort": sort, "order": order, "seed": 5}
    whole = [item["id"] for item in served.admin.get("/api/items", params={**params, "page_size": 1000}).json()["items"]]
    assert sorted(whole) == sorted(served.catalogue.ids)
    for size in (7, 50):
        pages = walk(served.admin, "/api/items", page_size=size, **params)
        assert [id_ for page in pages for id_ in page] == whole
        numbered = [
            [item["id"] for item in served.admin.get("/api/items", params={**params, "page_size": size, "page": n + 1}).json()["items"]]
            for n in range(len(pages))
        ]
        assert numbered == pages


def test_walking_back_shows_the_same_pages(served: Served) -> None:
    params: dict[str, Any] = {"sort": "rating", "page_size": 13}
    pages = walk(served.admin, "/api/items", **params)
    last = served.admin.get("/api/items", params={**params, "page": len(pages)}).json()
    assert last["pagination"]["has_next"] is False
    assert last["pagination"]["next_cursor"] is None
    cursor, back = last["pagination"]["prev_cursor"], [[item["id"] for item in last["items"]]]
    while cursor:
        body = served.admin.get("/api/items", params={**params, "cursor": cursor}).json()
        back.insert(0, [item["id"] for item in body["items"]])
        cursor = body["pagination"]["prev_cursor"]
    assert [id_ for page in back for id_ in page] == [id_ for page in pages for id_ in page]


def test_rows_that_come_during_a_walk_disturb_nothing(own: Served) -> None:
    before = set(own.catalogue.ids)
    seen: list[int] = []
    cursor = ""
    while True:
        body = own.admin.get("/api/items", params={"page_size": 20, "sort": "added", **({"cursor": cursor} if cursor else {})}).json()
        seen += [item["id"] for item in body["items"]]
        cursor = body["pagination"]["next_cursor"]
        if not cursor:
            break
        add_items(own.catalogue.database, own.catalogue.library_id, [plain(len(seen) * 1000)])
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


@pytest.mark.parametrize("path", ["/api/persons", "/api/tags"])
@pytest.mark.parametrize("sort", ["name", "count"])
@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_entities_page_like_items(path: str, sort: str, order: str, size: int, served: Served) -> None:
    params = {"sort": sort, "order": order}
    whole = served.admin.get(path, params={**params, "page_size": 1000}).json()["items"]
    pages = walk(served.admin, path, page_size=size, **params)
    assert [id_ for page in pages for id_ in page] == [entity["id"] for entity in whole]
    end = served.admin.get(path, params={**params, "page_size": size, "page": len(pages)}).json()
    back, cursor = [[entity["id"] for entity in end["items"]]], end["pagination"]["prev_cursor"]
    while cursor:
        body = served.admin.get(path, params={**params, "page_size": size, "cursor": cursor}).json()
        back.insert(0, [entity["id"] for entity in body["items"]])
        cursor = body["pagination"]["prev_cursor"]
    assert [id_ for page in back for id_ in page] == [entity["id"] for entity in whole]
    if sort == "count":
        counts = [entity["item_count"] for entity in whole]
        assert counts == sorted(counts, reverse=order == "desc")


def test_a_page_past_the_end_is_empty_and_says_so(served: Served) -> None:
    for path in ("/api/items", "/api/tags", "/api/jobs", "/api/libraries", "/api/keys", "/api/views"):
        body = served.admin.get(path, params={"page": 10**9}).raise_for_status().json()
        assert body["items"] == []
        assert body["pagination"]["has_next"] is False


def test_a_cursor_belongs_to_its_query_sort_and_direction(served: Served) -> None:
    first = served.admin.get("/api/items", params={"sort": "title", "page_size": 5}).json()
    cursor = first["pagination"]["next_cursor"]
    good = {"sort": "title", "cursor": cursor}
    assert served.admin.get("/api/items", params=good).status_code == 200
    for change in ({"sort": "date"}, {"order": "desc"}, {"kind": "book"}, {"cursor": cursor[:-1]}, {"cursor": cursor + "A"}, {"q": "sea"}):
        response = served.admin.get("/api/items", params={**good, **change})
        assert (response.status_code, response.json()["field"]) == (400, "cursor"), change
    assert served.admin.get("/api/tags", params={"cursor": cursor}).status_code == 400


def test_offset_reads_by_position(served: Served) -> None:
    whole = served.admin.get("/api/items", params={"sort": "size", "page_size": 1000}).json()["items"]
    part = served.admin.get("/api/items", params={"sort": "size", "offset": 33, "page_size": 10}).json()["items"]
    assert part == whole[33:43]
    index = served.admin.get(f"/api/items/{whole[40]['id']}/position", params={"sort": "size"}).json()
    assert index == {"index": 40}


def test_nobody_else_sees_my_words_in_his_page(own: Served) -> None:
    own.admin.put("/api/items/1/me", json={"favorite": True, "rating": 80})
    mine = own.admin.get("/api/items", params={"id": 1}).json()["items"][0]
    his = own.other.get("/api/items", params={"id": 1}).json()["items"][0]
    assert mine["me"]["favorite"] is True
    assert mine["me"]["rating"] == 80
    assert his["me"] == {"rating": None, "favorite": False, "progress": None, "play_count": 0, "last_played_at": None, "hidden": False}
    assert own.other.get("/api/items", params={"favorite": "true"}).json()["items"] == []
    with client(own.url) as nobody:
        assert nobody.get("/api/items").status_code == 401
