"""Items, entities and what people change about them, over HTTP."""

import json

import msgspec
import pytest

from longshelf.catalog import shapes
from longshelf.store.cards import Card
from tests.api.conftest import Served


def test_a_card_has_the_documented_fields_in_order(served: Served) -> None:
    item = served.admin.get("/api/items", params={"page_size": 1}).json()["items"][0]
    assert list(item) == list(shapes.ItemCard.__struct_fields__)
    assert [*Card.__struct_fields__, "me"] == list(shapes.ItemCard.__struct_fields__)
    msgspec.convert(item, shapes.ItemCard)


def test_an_item_comes_whole(served: Served) -> None:
    item = served.admin.get(f"/api/items/{served.catalogue.film}").json()
    msgspec.convert(item, shapes.Item)
    assert (item["title"], item["kind"], item["duration"]) == ("The film", "video", 12.5)
    assert item["files"] == served.admin.get(f"/api/items/{served.catalogue.film}/files").json()
    assert item["files"][0]["name"] == "film.mp4"
    assert item["files"][0]["missing"] is False
    assert served.admin.get("/" + item["files"][0]["url"]).status_code == 200
    chapters = served.admin.get(f"/api/items/{served.catalogue.book}/chapters").json()
    assert [(chapter["title"], chapter["href"]) for chapter in chapters] == [("One", "c1.xhtml")]


def test_counts_lists_and_facets_agree(served: Served) -> None:
    params = {"q": "sea", "kind": ["book", "video"]}
    total = served.admin.get("/api/items", params=params).json()["pagination"]["total_count"]
    facets = served.admin.get("/api/items/facets", params={**params, "facet": ["kind", "tag", "person"], "limit": 0}).json()
    assert total == served.admin.get("/api/items/count", params=params).json()["count"] == facets["total_count"] > 0
    for value in facets["facets"]["tag"]["values"]:
        assert served.admin.get("/api/items/count", params={**params, "tag": value["id"]}).json()["count"] == value["count"]
    kinds = {value["value"]: value["count"] for value in facets["facets"]["kind"]["values"]}
    assert set(kinds) == {"book", "video", "comic"}  # its own selection is left out


def test_a_rail_and_random_and_similar_have_their_shapes(served: Served) -> None:
    rail = served.admin.get("/api/items/rail", params={"sort": "title", "n": 5}).json()
    assert rail["marks"][0]["pos"] == 0
    assert rail["total"] == len(served.catalogue.ids)
    once, again = (served.admin.get("/api/items/random", params={"n": 5, "seed": 3}).json()["items"] for _ in range(2))
    assert once == again
    assert len(once) == 5
    similar = served.admin.get("/api/items/1/similar", params={"n": 7}).json()
    assert len(similar["items"]) == 7
    assert 1 not in [item["id"] for item in similar["items"]]


def test_an_export_has_every_item_once_in_full(served: Served) -> None:
    response = served.admin.get("/api/items/export", params={"sort": "title"})
    assert response.headers["content-type"].startswith("application/x-ndjson")
    lines = [json.loads(line) for line in response.text.splitlines()]
    listed = served.admin.get("/api/items", params={"sort": "title", "page_size": 1000}).json()["items"]
    assert [line["id"] for line in lines] == [item["id"] for item in listed]
    for line in lines:
        msgspec.convert(line, shapes.Item)
    assert served.admin.get("/api/items/export", params={"q": "nothing has this word"}).text == ""


def test_my_words_are_kept_and_taken_back(own: Served) -> None:
    said = own.admin.put("/api/items/1/me", json={"rating": 80, "favorite": True, "progress": 0.5})
    assert said.json() == {"rating": 80, "favorite": True, "progress": 0.5, "play_count": 0, "last_played_at": None, "hidden": False}
    assert own.admin.put("/api/items/1/me", json={"rating": None}).json()["rating"] is None
    assert own.admin.get("/api/items/1").json()["me"]["favorite"] is True
    assert own.admin.put("/api/items/1/me", json={}).status_code == 200
    tag = own.admin.get("/api/tags").json()["items"][0]["id"]
    assert own.admin.put(f"/api/tags/{tag}/me", json={"favorite": True}).json() == {"rating": None, "favorite": True, "hidden": False}
    assert own.admin.get(f"/api/tags/{tag}").json()["me"]["favorite"] is True
    assert own.other.get(f"/api/tags/{tag}").json()["me"]["favorite"] is False


def test_an_edit_is_seen_everywhere_and_locked(own: Served) -> None:
    changes = {
        "title": "Zebra", "date": "2001-02", "tags": ["new tag"], "persons": [{"name": "Ann Editor", "role": "editor"}],
        "series": [{"name": "Saga", "number": 1.5}], "publisher": "Press", "description": "",
    }  # fmt: skip
    edited = own.admin.patch("/api/items/1", json=changes)
    assert edited.status_code == 200, edited.text
    body = edited.json()
    assert (body["title"], body["date"], body["description"]) == ("Zebra", "2001-02", None)
    assert ("tag", "new tag", "", None) in {(link["kind"], link["name"], link["role"], link["position"]) for link in body["links"]}
    assert ("series", "Saga", "", 1.5) in {(link["kind"], link["name"], link["role"], link["position"]) for link in body["links"]}
    assert "title" in body["locked"]
    assert [item["id"] for item in own.admin.get("/api/items", params={"q": "zebra"}).json()["items"]] == [1]
    assert own.admin.get("/api/items", params={"id": 1}).json()["items"][0]["title"] == "Zebra"
    for wrong in ({"title": " "}, {"date": "2001-13"}, {"date": "2001-02-30"}, {"date": "0000"}, {"age_rating": -1}, {"tags": [""]}):
        response = own.admin.patch("/api/items/1", json=wrong)
        assert (response.status_code, response.json()["field"].partition("[")[0]) == (422, next(iter(wrong)))
    assert own.admin.patch("/api/items/1", json={"date": ""}).json()["date"] is None
    assert own.other.patch("/api/items/1", json={"title": "x"}).status_code == 403


def test_entities_count_what_is_seen_and_are_found_by_name(served: Served) -> None:
    for entity in served.admin.get("/api/persons").json()["items"]:
        msgspec.convert(entity, shapes.Entity)
        count = served.admin.get("/api/items/count", params={"person": entity["id"]}).json()["count"]
        assert entity["item_count"] == count
        assert served.admin.get(f"/api/persons/{entity['id']}").json() == entity
        assert served.admin.get(f"/api/tags/{entity['id']}").status_code == 404  # another kind
    found = served.admin.get("/api/persons", params={"q": "guin ursula"}).json()
    assert [entity["name"] for entity in found["items"]] == ["Ursula K. Le Guin"]
    assert served.admin.get("/api/persons", params={"q": "50%"}).json()["items"] == []


def test_suggestions_begin_as_typed(served: Served) -> None:
    names = [each["name"] for each in served.admin.get("/api/suggest", params={"q": "the", "n": 10}).json()["items"]]
    assert {"The film", "The comic", "The book"} <= set(names)
    assert [each["name"] for each in served.admin.get("/api/suggest", params={"q": "BEYONCE"}).json()["items"]] == ["Beyoncé Knowles"]
    assert served.admin.get("/api/suggest", params={"q": " "}).json() == {"items": []}


def test_totals_add_up(served: Served) -> None:
    stats = served.admin.get("/api/stats").json()
    assert stats["items"] == len(served.catalogue.ids) == sum(kind["items"] for kind in stats["kinds"])


def test_a_deleted_item_is_gone_from_every_path(own: Served) -> None:
    with own.catalogue.database.write() as write:
        write.connection.exec_driver_sql("UPDATE item SET deleted_at = 1 WHERE id = ?", (own.catalogue.picture,))
        write.touch([own.catalogue.picture])
    gone = own.catalogue.picture
    for path in (f"/api/items/{gone}", f"/api/items/{gone}/similar", f"/media/{gone}/file", f"/thumb/{gone}"):
        assert own.admin.get(path).status_code == 404
    assert own.admin.put(f"/api/items/{gone}/me", json={"favorite": True}).status_code == 404
    assert gone not in [item["id"] for item in own.admin.get("/api/items", params={"page_size": 1000}).json()["items"]]


def test_views_are_each_persons_own(own: Served) -> None:
    first = own.admin.post("/api/views", json={"name": "Sea", "query": "q=sea"}).json()
    again = own.admin.post("/api/views", json={"name": "Sea", "query": "q=ocean"}).json()
    assert (again["id"], again["query"]) == (first["id"], "q=ocean")
    assert [view["name"] for view in own.admin.get("/api/views").json()["items"]] == ["Sea"]
    assert own.other.get("/api/views").json()["items"] == []
    assert own.other.delete(f"/api/views/{first['id']}").status_code == 404
    assert own.admin.delete(f"/api/views/{first['id']}").status_code == 204


@pytest.mark.parametrize("facet", ["", "nope"])
def test_an_unknown_facet_is_400(facet: str, served: Served) -> None:
    assert served.admin.get("/api/items/facets", params={"facet": facet}).status_code == 400
