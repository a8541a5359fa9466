"""Films and pictures of a mirrored Stash in a real browser, through the real server: played, wound, captioned, converted; and what a person
is told when the Stash is away. What the server did meanwhile is in its log, which must not know the key."""

import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.api.mirrored_shelf import COUNTS, FULL, KEY, complete
from tests.e2e.pages import until
from tests.e2e.product import NAME, PASSWORD, Product, running
from tests.support.fake_stash.media import Endless, MediaStash

VIDEO = "document.querySelector('video')"
PATIENCE = 30.0  # seconds


class Mirror:
    """The product, the server it mirrors, and the ids of a film that has everything and of a picture."""

    def __init__(self, product: Product, stash: MediaStash, directory: Path) -> None:
        self.product = product
        self.stash = stash
        self.log = directory / "server.log"
        listed = product.get("/api/items", kind="video", page_size=100)["items"]
        self.film = next(each["id"] for each in listed if "de.vtt" in product.item(each["id"])["extra"].get("captions", ()))
        self.picture, self.unseen = (each["id"] for each in product.get("/api/items", kind="image", page_size=2)["items"])


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    directory = tmp_path_factory.mktemp("mirror")
    stash = MediaStash(COUNTS, api_key=KEY)
    complete(stash)
    stash.start()
    os.environ["LONGSHELF_LOG_LEVEL"] = "debug"
    try:
        with running(directory, directory) as product:
            product._post("/api/setup", token=product.token, name=NAME, password=PASSWORD)
            product._post("/api/libraries", name="Stash", stash={"url": stash.url, "api_key": KEY})
            _wait(lambda: product.get("/api/libraries")["items"][0]["state"] == "ready")
            yield Mirror(product, stash, directory)
    finally:
        del os.environ["LONGSHELF_LOG_LEVEL"]
        stash.stop()


def _wait(condition: Callable[[], Any], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


@pytest.fixture
def open_page(browser: Browser, mirror: Mirror) -> Iterator[Callable[..., Page]]:
    """Opens a path, signed in; an uncaught script error fails the test at its end."""
    made: list[BrowserContext] = []
    failures: list[str] = []

    def open_(path: str) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
        made.append(context)
        context.add_cookies([{"name": "longshelf_session", "value": mirror.product.session(), "url": mirror.product.url}])
        context.on("weberror", lambda error: failures.append(str(error.error)))
        context.on("console", lambda message: failures.append(message.text) if "Content Security" in message.text else None)
        page = context.new_page()
        page.goto(mirror.product.url + path)
        return page

    yield open_
    for context in made:
        context.close()
    mirror.stash.answers.clear()
    assert failures == []


def _point_at(page: Page, share: float) -> None:
    box = page.get_by_label("Position").bounding_box()
    assert box is not None
    for step in (share - 0.01, share):
        page.mouse.move(box["x"] + box["width"] * step, box["y"] + box["height"] / 2)


def test_a_mirrored_film_plays_with_markers_small_pictures_and_captions(mirror: Mirror, open_page: Callable[..., Page]) -> None:
    page = open_page(f"/items/{mirror.film}")
    page.get_by_role("button", name="Play", exact=True).first.click()  # it is H.264 and AAC, as most of a Stash is
    until(page, f"{VIDEO}.currentTime > 0.5 && {VIDEO}.videoWidth === 320")
    assert page.evaluate(f"{VIDEO}.currentSrc").endswith(f"/media/{mirror.film}/file/0")
    _point_at(page, 0.5)
    tip = page.locator("output[data-picture]")
    expect(tip).to_be_visible()
    assert f"/media/{mirror.film}/sprite" in str(tip.locator("span span").get_attribute("style"))
    page.get_by_role("button", name="Captions").click()
    page.get_by_role("menuitem", name="German").click()
    said = page.get_by_text(re.compile("The tide is early|Somebody has moved the lamp|Then we walk"))
    expect(said).to_be_visible(timeout=PATIENCE * 1_000)
    box = page.get_by_label("Position").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    until(page, f"{VIDEO}.currentTime > 100")
    assert page.locator("[class*=track] i").count() == len(mirror.stash.world.markers_of_scene(FULL))


def test_markers_are_listed_with_what_is_seen_there(mirror: Mirror, open_page: Callable[..., Page]) -> None:
    markers = [mirror.stash.world.markers[each] for each in mirror.stash.world.markers_of_scene(FULL)]
    page = open_page(f"/items/{mirror.film}")
    rows = page.get_by_role("list", name="Markers").get_by_role("button")
    expect(rows).to_have_count(len(markers))
    pictures = "[...document.querySelectorAll('ol[aria-label=Markers] img')]"
    until(page, f"{pictures}.length === {sum(each.preview for each in markers)} && {pictures}.every((each) => each.naturalWidth > 0)")
    bare = rows.filter(has_not=page.locator("img"))
    expect(bare).to_have_count(1)
    expect(bare.locator("[style*=sprite]")).to_be_visible()
    rows.last.click()
    until(page, f"{VIDEO}.currentTime >= {max(each.seconds for each in markers) - 0.1}")


def test_a_film_the_browser_cannot_play_is_converted_from_where_it_was(mirror: Mirror, open_page: Callable[..., Page]) -> None:
    page = open_page("/")
    page.route("**/file/0", lambda route: route.fulfill(status=200, content_type="video/mp4", body=b"no film at all" * 99))
    page.goto(f"{mirror.product.url}/items/{mirror.film}")
    expect(page.locator("video")).to_be_attached()
    until(page, f"{VIDEO}.currentSrc.includes('/stream?format=mp4') && {VIDEO}.readyState >= 2", PATIENCE)
    page.keyboard.press("k")
    until(page, f"!{VIDEO}.paused && {VIDEO}.currentTime > 0.5")
    page.get_by_label("Position").evaluate("(each) => each.focus()")
    box = page.get_by_label("Position").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.6, box["y"] + box["height"] / 2)
    until(page, f"{VIDEO}.currentSrc.includes('start=') && !{VIDEO}.paused && {VIDEO}.currentTime > 0.3", PATIENCE)
    shown = page.get_by_label("Position").input_value()
    started = float(page.evaluate(f"new URL({VIDEO}.currentSrc).searchParams.get('start')"))
    assert abs(float(shown) - started - float(page.evaluate(f"{VIDEO}.currentTime"))) < 1.5


def test_a_screen_plays_another_form_of_a_film_its_browser_cannot_play(mirror: Mirror, open_page: Callable[..., Page]) -> None:
    client = mirror.product.client
    page = open_page("/")
    page.route("**/api/screens/*/media/*", lambda route: route.fulfill(status=200, content_type="video/mp4", body=b"no film at all" * 99))
    page.goto(f"{mirror.product.url}/screen")
    until(page, "localStorage.getItem('longshelf-screen-code') !== null")
    code = page.evaluate("JSON.parse(localStorage.getItem('longshelf-screen-code'))")
    display = client.post("/api/displays", json={"code": code, "name": "Wall"}).json()
    blocks = [{"filter": f"id={mirror.film}", "count": 1}]
    assert client.post("/api/playlists", json={"name": "Wall", "display_id": display["id"], "blocks": blocks}).is_success
    film = "document.querySelector('[data-front] video')"
    until(page, f"{film}?.currentSrc.includes('/stream/') && {film}.currentTime > 0.5", 60)
    assert client.post(f"/api/displays/{display['id']}/seek", json={"seconds": 60}).is_success
    until(page, f"{film}?.currentSrc.includes('start=60') && {film}.currentTime > 0.3", 60)
    path = f"/api/displays/{display['id']}"
    _wait(lambda: client.get(path).json()["current"]["position"] > 60)
    played = client.get(f"{path}/history").json()["items"]
    assert [each for each in played if each["outcome"] == "failed"] == []


def test_a_picture_is_seen_in_full_size(mirror: Mirror, open_page: Callable[..., Page]) -> None:
    page = open_page(f"/items/{mirror.picture}")
    page.locator("button[aria-label^='Look at']").click()
    large = page.locator("dialog img")
    expect(large).to_be_visible()
    until(page, "document.querySelector('dialog img').naturalWidth === 960")


def test_who_leaves_the_page_or_does_not_look_costs_the_stash_nothing(mirror: Mirror) -> None:
    """By the server that really serves, whose ways with connections are its own."""
    path = f"/scene/{FULL}/stream"
    endless = Endless()
    mirror.stash.answers[path] = endless
    connection = _request(mirror, f"/media/{mirror.film}/file")
    assert connection.recv(100).startswith(b"HTTP/1.1 200")
    sent = -1

    def rests() -> bool:
        nonlocal sent
        before, sent = sent, endless.sent
        time.sleep(1)
        return before == sent

    _wait(rests)  # it does not go on when nobody takes it, once what lies between is full
    assert sent < 32 * 2**20
    connection.close()
    _wait(lambda: endless.gone)
    mirror.stash.answers.clear()
    mirror.stash.faults.add("hang", path="/scene/")
    connection = _request(mirror, f"/media/{mirror.film}/file")
    _wait(lambda: mirror.stash.under_way == 1)
    connection.close()
    _wait(lambda: mirror.stash.under_way == 0, 8)
    mirror.stash.faults.clear()


def _request(mirror: Mirror, path: str) -> socket.socket:
    host, port = mirror.product.url.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)))
    cookie = f"longshelf_session={mirror.product.session()}"
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
    return connection


def test_with_the_stash_away_a_person_is_told_and_the_rest_goes_on(mirror: Mirror, open_page: Callable[..., Page]) -> None:
    """The last test here: it ends the Stash. Then the log is looked through."""
    faults: tuple[dict[str, Any], ...] = (
        {"what": "redirect"},
        {"what": "status", "code": 500, "body": KEY},
        {"what": "reset", "after": 0},
        {"what": "truncate", "after": 90},
    )
    for fault in faults:
        mirror.stash.faults.add(path="/scene/", times=-1, **fault)
        for name in ("file", "stream", "stream.m3u8", "preview", "sprite.vtt", "caption/0"):
            with suppress(httpx.RemoteProtocolError):  # it breaks off
                answer = mirror.product.client.get(f"/media/{mirror.film}/{name}")
                assert KEY not in str(answer.headers) + answer.text
        mirror.stash.faults.clear()
    mirror.stash.stop()
    page = open_page(f"/items/{mirror.film}")
    notice = page.get_by_role("status").filter(has_text="Stash server")
    expect(notice).to_contain_text("The Stash server does not answer")
    expect(notice).to_contain_text("go on working")
    expect(notice).to_be_in_viewport(ratio=0.9)  # over the film, not clipped below it
    page.get_by_role("button", name="Favourite", exact=True).first.click()
    _wait(lambda: mirror.product.item(mirror.film)["me"]["favorite"])
    page.goto(f"{mirror.product.url}/items/{mirror.unseen}")
    expect(page.get_by_role("status").filter(has_text="Stash server")).to_be_in_viewport(ratio=0.9)
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    said = mirror.log.read_text(encoding="utf-8")
    assert "media cannot be had" in said
    assert KEY not in said
    assert mirror.stash.url.removeprefix("http://") not in said
    assert "Traceback" not in said
