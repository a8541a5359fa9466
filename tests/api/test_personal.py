"""Watching, history, recommendations, the home page and statistics over HTTP."""

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from longshelf.catalog import personal_shapes, shapes
from tests.api.conftest import Served
from tests.support.catalogue import client


def _ping(served: Served, item_id: int, seq: int, **rest: object) -> dict[str, object]:
    response = served.admin.post(f"/api/items/{item_id}/progress", json={"session": "tab", "seq": seq, **rest})
    assert response.status_code == 200, response.text
    msgspec.convert(response.json(), personal_shapes.Watched)
    return dict(response.json())


def test_a_player_is_heard_and_the_place_is_kept(own: Served) -> None:
    film = own.catalogue.film  # 12.5 s long
    assert _ping(own, film, 0, event="start", position=0)["applied"] is True
    heard = _ping(own, film, 1, event="pause", position=5)
    assert heard["position"] == 5.0
    assert _ping(own, film, 1, event="pause", position=9)["applied"] is False
    assert own.admin.get(f"/api/items/{film}").json()["me"]["progress"] == 0.4
    unfinished = own.admin.get("/api/items/continue").json()
    msgspec.convert(unfinished, shapes.ItemList)
    assert [item["id"] for item in unfinished["items"]] == [film]
    assert own.admin.get("/api/items/continue", params={"kind": "book"}).json()["items"] == []
    assert own.other.get("/api/items/continue").json()["items"] == []
    _ping(own, film, 2, event="end", position=12.4)
    assert own.admin.get("/api/items/continue").json()["pagination"]["total_count"] == 0


def test_two_tabs_at_once_are_one_play(own: Served) -> None:
    """Each tab in a thread of its own, as browsers are: nothing is lost, and nothing counted twice."""
    film = own.catalogue.film

    def tab(name: str) -> list[int]:
        with client(own.url, own.admin.headers["authorization"].removeprefix("Bearer ")) as browser:
            pings = [{"session": name, "seq": seq, "event": "ping", "position": seq} for seq in range(12)]
            return [browser.post(f"/api/items/{film}/progress", json=ping).status_code for ping in pings]

    with ThreadPoolExecutor(4) as pool:
        answers = [status for statuses in pool.map(tab, ("a", "b", "c", "d")) for status in statuses]
    assert set(answers) == {200}
    me = own.admin.get(f"/api/items/{film}").json()["me"]
    assert me["play_count"] <= 1
    (entry,) = own.admin.get("/api/history").json()["items"]
    assert 0 <= entry["seconds"] < 12


def test_the_history_has_the_list_shape_and_can_be_cleared(own: Served) -> None:
    film, book = own.catalogue.film, own.catalogue.book
    for item_id in (film, book):
        assert own.admin.put(f"/api/items/{item_id}/watched", json={"watched": True}).json()["play_count"] == 1
    found = own.admin.get("/api/history", params={"page_size": 1}).json()
    msgspec.convert(found, personal_shapes.HistoryList)
    assert [entry["item"]["id"] for entry in found["items"]] == [book]
    assert list(found["items"][0]["item"]) == list(shapes.ItemCard.__struct_fields__)
    assert found["pagination"]["total_count"] == 2
    assert own.other.delete(f"/api/history/{found['items'][0]['id']}").status_code == 404
    assert own.admin.delete(f"/api/history/{found['items'][0]['id']}").status_code == 204
    assert own.admin.get(f"/api/items/{book}").json()["me"]["play_count"] == 0
    assert own.admin.delete("/api/history").status_code == 204
    assert own.admin.get("/api/history").json()["items"] == []


def test_recommendations_have_cards_and_reasons_in_pages(own: Served) -> None:
    own.admin.put("/api/items/7/me", json={"favorite": True})
    found = own.admin.get("/api/items/recommended", params={"page_size": 5}).json()
    msgspec.convert(found, personal_shapes.RecommendedList)
    assert [*shapes.ItemCard.__struct_fields__, "because"] == list(found["items"][0])
    assert all(item["because"] for item in found["items"])
    assert found["pagination"]["total_count"] > 5
    second = own.admin.get("/api/items/recommended", params={"page": 2, "page_size": 5}).json()
    assert not {item["id"] for item in second["items"]} & {item["id"] for item in found["items"]}
    assert second["snapshot"] == found["snapshot"]
    assert own.admin.get("/api/items/recommended", params={"page": 99}).json()["items"] == []


def test_an_answer_that_is_known_already_is_not_sent_again(own: Served) -> None:
    for path in ("/api/items/recommended", "/api/history", "/api/items/continue", "/api/home", "/api/me/statistics", "/api/statistics"):
        first = own.admin.get(path)
        assert own.admin.get(path, headers={"if-none-match": first.headers["etag"]}).status_code == 304


def test_the_home_page_is_chosen_and_its_rows_can_be_asked_for(own: Served) -> None:
    view = own.admin.post("/api/views", json={"name": "Sea", "query": "q=sea"}).json()
    chosen = {"carousels": [{"id": f"view-{view['id']}", "title": "By the sea"}, {"id": "continue"}, {"id": "recommended"}]}
    home = own.admin.put("/api/home", json=chosen).json()
    msgspec.convert(home, personal_shapes.Home)
    for row in (*home["carousels"], *home["available"]):
        listed = own.admin.get(f"/{row['path']}?{row['query']}" + ("&page_size=3" if row["query"] else "page_size=3"))
        assert listed.status_code == 200, row
    wrong = own.admin.put("/api/home", json={"carousels": [{"id": "nothing"}]})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "carousels[0].id")
    assert own.admin.get("/api/home").json() == home


def test_favourite_persons_are_a_list_of_their_own(own: Served) -> None:
    persons = own.admin.get("/api/persons").json()["items"]
    own.admin.put(f"/api/persons/{persons[1]['id']}/me", json={"favorite": True})
    found = own.admin.get("/api/persons", params={"favorite": "true"}).json()
    msgspec.convert(found, shapes.EntityList)
    assert [each["id"] for each in found["items"]] == [persons[1]["id"]]
    assert own.other.get("/api/persons", params={"favorite": "true"}).json()["items"] == []
    assert own.admin.get("/api/persons", params={"favorite": "true", "cursor": "x"}).status_code == 400


def test_a_shuffle_is_the_same_across_pages(served: Served) -> None:
    asked: dict[str, str | int] = {"sort": "random", "seed": 11}
    whole = [item["id"] for item in served.admin.get("/api/items", params={**asked, "page_size": 1_000}).json()["items"]]
    pages = [served.admin.get("/api/items", params={**asked, "page_size": 50, "page": page}).json()["items"] for page in (1, 2, 3)]
    assert [item["id"] for page in pages for item in page] == whole
    assert sorted(whole) == sorted(served.catalogue.ids) != whole
    first = served.admin.get("/api/items/random", params={"n": 50, "seed": 11}).json()
    rest = served.admin.get("/api/items", params={**asked, "page_size": 1_000, "cursor": first["pagination"]["next_cursor"]}).json()
    assert [item["id"] for item in first["items"] + rest["items"]] == whole


def test_statistics_have_their_shapes_and_the_servers_are_for_administrators(served: Served) -> None:
    msgspec.convert(served.other.get("/api/me/statistics").json(), personal_shapes.PersonalStatistics)
    found = served.admin.get("/api/statistics").json()
    msgspec.convert(found, personal_shapes.ServerStatistics)
    assert found["items"] == len(served.catalogue.ids)
    assert served.other.get("/api/statistics").status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"seq": 0}, "session"),
        ({"session": "a"}, "seq"),
        ({"session": "", "seq": 0}, "session"),
        ({"session": "a" * 65, "seq": 0}, "session"),
        ({"session": "a", "seq": -1}, "seq"),
        ({"session": "a", "seq": 0, "event": "stop"}, "event"),
        ({"session": "a", "seq": 0, "position": -1}, "position"),
        ({"session": "a", "seq": 0, "progress": 1.5}, "progress"),
        ({"session": "a", "seq": 0, "rate": 99}, "rate"),
        ({"session": "a", "seq": 0, "place": 1}, "place"),
        ({"session": "a", "seq": 0, "position": 1, "page": 1}, "page"),
    ],
)
def test_a_ping_that_makes_no_sense_is_refused_by_name(body: dict[str, object], field: str, served: Served) -> None:
    response = served.admin.post(f"/api/items/{served.catalogue.film}/progress", json=body)
    assert response.status_code == 422, response.text
    assert field in response.json()["field"] + response.json()["reason"]


def test_what_is_not_there_cannot_be_watched(served: Served) -> None:
    assert served.admin.post("/api/items/9999/progress", json={"session": "a", "seq": 0}).status_code == 404
    assert served.admin.put("/api/items/9999/watched", json={"watched": True}).status_code == 404
    assert served.admin.get("/api/items/continue", params={"sort": "title"}).status_code == 400
