"""Feed libraries over HTTP: tried, added, read, removed; and their pictures, which come from here, to those who may see the post."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from longshelf.jobs.worker import Worker
from longshelf.tasks.table import tasks
from tests.api.conftest import Served
from tests.api.test_edits import tag
from tests.support.feed_server import FeedServer, feed_server
from tests.support.out_there import PUBLIC, count_as_public
from tests.tasks.test_feeds import entry, rss


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with feed_server() as running:
        yield running


def work(served: Served) -> None:
    """Does every job there is."""
    worker = Worker(served.catalogue.database, tasks(served.catalogue.settings), pulse_seconds=0.05)
    while worker.step():
        pass


def picture(size: int = 400) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (size, size // 2), "red").save(buffer, "JPEG")
    return buffer.getvalue()


def library(own: Served, *urls: str) -> int:
    made = own.admin.post("/api/libraries", json={"name": "News", "feeds": list(urls)})
    assert made.status_code == 201, made.text
    assert made.json()["type"] == "feed"
    work(own)
    return int(made.json()["id"])


def test_an_address_is_tried_before_it_is_added(own: Served, server: FeedServer) -> None:
    url = server.put("/feed", rss(entry(1), entry(2, "Newest")))
    found = own.admin.post("/api/feeds/probe", json={"url": url}).json()
    assert (found["trouble"], found["title"], found["format"], found["entries"]) == (None, "News", "rss", 2)
    assert (found["newest_title"], found["newest_at"]) == ("Newest", "2024-06-03T02:00:00Z")
    page = server.put("/page", "<!doctype html><html></html>")
    assert "a web page" in own.admin.post("/api/feeds/probe", json={"url": page}).json()["trouble"]
    assert "status 404" in own.admin.post("/api/feeds/probe", json={"url": server.url + "/none"}).json()["trouble"]
    refused = own.admin.post("/api/feeds/probe", json={"url": "http://169.254.169.254/"})
    assert (refused.status_code, refused.json()["field"]) == (422, "url")
    assert [each["name"] for each in own.admin.get("/api/libraries").json()["items"]] == ["Shelf"]


def test_feeds_are_added_read_and_removed(own: Served, server: FeedServer) -> None:
    library_id = library(own, server.put("/one", rss(entry(1))))
    path = f"/api/libraries/{library_id}/feeds"
    (one,) = own.admin.get(path).json()["feeds"]
    assert (one["title"], one["state"], one["entries"], one["reason"]) == ("News", "ready", 1, None)
    assert one["next_at"] is not None
    two = server.put("/two", rss(entry(2)))
    opml = f'<opml><outline xmlUrl="{two}"/></opml>'
    assert len(own.admin.post(path, json={"urls": [one["url"]], "opml": opml}).json()["feeds"]) == 2
    work(own)
    titles = own.admin.get("/api/items", params={"library": library_id}).json()["items"]
    assert sorted(each["title"] for each in titles) == ["Entry 1", "Entry 2"]
    assert own.admin.delete(f"{path}/{one['id']}").status_code == 204
    assert own.admin.delete(f"{path}/{one['id']}").status_code == 404
    assert len(own.admin.get("/api/items", params={"library": library_id}).json()["items"]) == 2
    synced = own.admin.post(f"/api/libraries/{library_id}/sync")
    assert (synced.status_code, synced.json()["kind"]) == (202, "feeds")


def test_a_broken_feed_is_among_the_problems_of_its_library(own: Served, server: FeedServer) -> None:
    library_id = library(own, server.put("/feed", status=500))
    (issue,) = own.admin.get(f"/api/libraries/{library_id}/issues").json()["items"]
    assert (issue["path"], issue["reason"]) == (server.url + "/feed", "The server answers with status 500.")
    assert own.admin.get(f"/api/libraries/{library_id}").json()["state"] == "offline"


def test_what_cannot_be_is_refused(own: Served) -> None:
    for body, field in (
        ({"name": "N", "feeds": ["http://169.254.169.254/"]}, "feeds"),
        ({"name": "N", "opml": "<rss/>"}, "opml"),
        ({"name": "N", "feeds": ["http://x.example/"], "folders": ["/tmp"]}, "folders"),
    ):
        response = own.admin.post("/api/libraries", json=body)
        assert (response.status_code, response.json()["field"]) == (422, field)
    folder = own.admin.get("/api/libraries").json()["items"][0]["id"]
    assert own.admin.get(f"/api/libraries/{folder}/feeds").status_code == 422
    assert own.admin.get("/api/libraries/99/feeds").status_code == 404


def test_the_picture_of_a_post_is_fetched_once_and_by_us(own: Served, server: FeedServer) -> None:
    server.put("/picture.jpg", picture(), headers={"Content-Type": "image/jpeg"})
    thumbnail = f'<media:thumbnail url="{server.url}/moved.jpg"/>'
    server.put("/moved.jpg", status=302, headers={"Location": "/picture.jpg"})
    library_id = library(own, server.put("/feed", rss(entry(1, more=thumbnail))))
    (card,) = own.admin.get("/api/items", params={"library": library_id}).json()["items"]
    assert server.times("/picture.jpg") == 0, "nothing is fetched before somebody looks"
    for _ in range(2):
        made = own.admin.get(f"/{card['cover']}", params={"w": 192})
        assert (made.status_code, made.headers["content-type"]) == (200, "image/webp")
        assert Image.open(io.BytesIO(made.content)).size == (192, 96)
    assert server.times("/picture.jpg") == 1
    assert "immutable" in own.admin.get(f"/{card['cover']}").headers["cache-control"]
    item = own.admin.get(f"/api/items/{card['id']}").json()
    assert (item["files"], item["extra"]["url"]) == ([], "http://news.example/1")
    assert own.admin.get(f"/media/{card['id']}/file/0").status_code == 404
    other = own.admin.get("/thumb/987654321")
    own.admin.put(f"/api/items/{card['id']}/me", json={"hidden": True})
    hidden = own.admin.get(f"/{card['cover']}")
    assert (hidden.status_code, hidden.json()["code"]) == (other.status_code, other.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        ({"body": b"<svg/>"}, 404),
        ({"status": 404}, 404),
        ({"status": 302, "headers": {"Location": "http://169.254.169.254/x.jpg"}}, 404),
        ({"body": b"\xff" * (21 << 20)}, 404),
        ({"status": 503}, 503),
    ],
)
def test_a_picture_that_does_not_come_is_none(own: Served, server: FeedServer, reply: dict[str, Any], status: int) -> None:
    server.put("/picture", **{"body": b"", **reply})
    library_id = library(own, server.put("/feed", rss(entry(1, more=f'<media:thumbnail url="{server.url}/picture"/>'))))
    (card,) = own.admin.get("/api/items", params={"library": library_id}).json()["items"]
    found = own.admin.get(f"/{card['cover']}")
    assert found.status_code == status
    assert server.url not in found.text


def test_a_picture_leads_into_a_private_network_only_to_the_machine_of_its_feed(
    own: Served, server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    count_as_public(monkeypatch)
    with feed_server(PUBLIC) as stranger, feed_server("127.0.0.3") as neighbour:
        hosts = {"feed": server, "stranger": stranger, "neighbour": neighbour}
        for each in hosts.values():
            each.put("/picture", picture())
            each.put("/to-feed", status=302, headers={"Location": server.url + "/picture"})
            each.put("/to-neighbour", status=302, headers={"Location": neighbour.url + "/picture"})

        def entries(first: int) -> list[str]:
            places = [each.url + path for each in hosts.values() for path in ("/picture", "/to-feed", "/to-neighbour")]
            return [
                entry(first + number, url.replace("http://", ""), more=f'<media:thumbnail url="{url}"/>')
                for number, url in enumerate(places)
            ]

        def shown(library_id: int) -> list[tuple[str, str]]:
            """By the host and the path of the address."""
            names = {each.url.replace("http://", ""): name for name, each in hosts.items()}
            found = []
            for card in own.admin.get("/api/items", params={"library": library_id}).json()["items"]:
                place, _, path = card["title"].partition("/")
                if own.admin.get(f"/{card['cover']}").status_code == 200:
                    found.append((names[place], path))
            return sorted(found)

        near = library(own, server.put("/feed", rss(*entries(100))))
        assert shown(near) == [("feed", "picture"), ("feed", "to-feed"), ("stranger", "picture")]
        own.admin.delete(f"/api/libraries/{near}/feeds/1")
        server.asked.clear()
        far = own.admin.post("/api/libraries", json={"name": "Far", "feeds": [stranger.put("/feed", rss(*entries(200)))]}).json()["id"]
        work(own)
        assert shown(far) == [("stranger", "picture")]
        assert server.asked == neighbour.asked == []


def test_the_picture_of_a_post_becomes_that_of_an_entity(own: Served, server: FeedServer) -> None:
    server.put("/picture.jpg", picture())
    more = f'<media:thumbnail url="{server.url}/picture.jpg"/>'
    library_id = library(own, server.put("/feed", rss(entry(1, "With", more=more), entry(2, "Without"))))
    cards = {each["title"]: each["id"] for each in own.admin.get("/api/items", params={"library": library_id}).json()["items"]}
    dune = tag(own, "dune")
    made = own.admin.post(f"/api/tags/{dune}/image", json={"item_id": cards["With"]})
    assert made.status_code == 200, made.text
    shown = own.admin.get(f"/{made.json()['image']}&w=192")
    assert Image.open(io.BytesIO(shown.content)).size == (192, 96)
    assert own.admin.post(f"/api/tags/{dune}/image", json={"item_id": cards["Without"]}).status_code == 404
