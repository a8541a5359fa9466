"""The pages of a mirrored Stash in a real browser: the real server and worker, against a pretended Stash."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from longshelf.demo.stash.making import Counts
from tests.e2e.pages import Open
from tests.e2e.product import NAME, PASSWORD, Product, running
from tests.support.fake_stash import FakeStash, fake_stash

KEY = "the-key-of-the-stash"
FEW = Counts(scenes=60, images=40)
PATIENCE = 30_000  # ms: the worker looks for jobs now and then, on a loaded machine


@pytest.fixture(scope="module")
def stash() -> Iterator[FakeStash]:
    with fake_stash(FEW, api_key=KEY) as started:
        yield started


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """An administrator, and no library yet."""
    directory = tmp_path_factory.mktemp("stash pages")
    with running(directory, directory) as started:
        answer = started.client.post("/api/setup", json={"token": started.token, "name": NAME, "password": PASSWORD})
        assert answer.is_success, answer.text
        yield started


def shot(page: Page, name: str) -> None:
    """For who looks at the pages: into the folder LONGSHELF_SHOTS names, if it does."""
    if folder := os.environ.get("LONGSHELF_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def mirrored(product: Product, stash: FakeStash) -> int:
    """The library, added and read when no test before has."""
    found = product.get("/api/libraries")["items"]
    if not found:
        answer = product.client.post("/api/libraries", json={"name": "Stash", "stash": {"url": stash.url, "api_key": KEY, "listen": False}})
        assert answer.is_success, answer.text
        found = [answer.json()]
    deadline = time.monotonic() + 60
    while product.get(f"/api/libraries/{found[0]['id']}")["state"] != "ready":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return int(found[0]["id"])


def test_a_stash_is_tried_while_it_is_typed_and_mirrored_when_it_is_added(open_page: Open, product: Product, stash: FakeStash) -> None:
    page = open_page("/libraries?add=true")
    dialog = page.get_by_role("dialog", name="Add a library")
    dialog.get_by_text("Stash server").click()
    address, key = dialog.get_by_label("Address"), dialog.get_by_label("API key")
    address.fill("http://127.0.0.1:9")
    expect(dialog.get_by_text("Nothing answers there")).to_be_visible(timeout=PATIENCE)
    address.fill(stash.url)
    expect(dialog.get_by_text("The key is refused")).to_be_visible(timeout=PATIENCE)
    shot(page, "add-refused")
    key.fill(KEY)
    expect(dialog.get_by_text("Stash v0.30.0 answers")).to_be_visible(timeout=PATIENCE)
    expect(dialog.get_by_text("60 scenes")).to_be_visible()
    shot(page, "add-good")
    assert product.get("/api/libraries")["items"] == []
    dialog.get_by_role("button", name="Add and mirror").click()
    expect(page.get_by_role("heading", name="Stash", exact=True)).to_be_visible()
    expect(page.get_by_role("row", name="Scenes 60")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("just now").first).to_be_visible(timeout=PATIENCE)
    shot(page, "stash")
    page.set_viewport_size({"width": 390, "height": 844})
    shot(page, "stash-phone")
    assert KEY not in page.content()


def test_what_was_said_there_is_taken_over(open_page: Open, product: Product, stash: FakeStash) -> None:
    library = mirrored(product, stash)
    page = open_page(f"/libraries/{library}/stash")
    page.get_by_role("button", name="Take over from Stash").click()
    dialog = page.get_by_role("dialog", name="Take over from Stash")
    shot(page, "take-over")
    dialog.get_by_role("button", name="Take over", exact=True).click()
    expect(dialog.get_by_text("Done. New: ratings of", exact=False)).to_be_visible(timeout=PATIENCE)
    shot(page, "taken-over")
    dialog.get_by_role("button", name="Close", exact=True).last.click()
    rated = sum(bool(row.rating100) for row in (*stash.world.scenes, *stash.world.images))
    mine = page.get_by_role("region", name="Your ratings and plays")
    expect(mine.get_by_text(str(rated), exact=True)).to_be_visible(timeout=PATIENCE)
    best = max(stash.world.scenes, key=lambda row: row.rating100 or 0)
    assert (
        product.get("/api/items", sort="my_rating", order="desc", page_size=1, kind="video")["items"][0]["me"]["rating"] == best.rating100
    )


def test_what_goes_upstream_is_listed_and_what_is_said_goes_back(open_page: Open, product: Product, stash: FakeStash) -> None:
    library = mirrored(product, stash)
    page = open_page(f"/libraries/{library}/stash")
    gone = max(row.id for row in stash.world.images)
    stash.changes.destroy("image", gone)
    page.get_by_role("button", name="Sync now").click()
    expect(page.get_by_text("1 was removed upstream. What people said about it is kept.")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Show", exact=True).click()
    drawer = page.get_by_role("dialog", name="Removed upstream")
    expect(drawer.get_by_text("1 thing of Stash", exact=False)).to_be_visible(timeout=PATIENCE)
    shot(page, "removed")
    page.keyboard.press("Escape")
    back = page.get_by_role("region", name="Back to Stash")
    back.get_by_role("button", name="Switch on").click()
    expect(back.get_by_text(f"What {NAME} says here goes to Stash", exact=False)).to_be_visible()
    item = product.first(kind="video", library=library)
    assert product.client.put(f"/api/items/{item['id']}/me", json={"rating": 87}).is_success
    deadline = time.monotonic() + 60
    while 87 not in {row.rating100 for row in stash.world.scenes}:
        assert time.monotonic() < deadline, "it never arrived"
        time.sleep(0.2)
    page.reload()
    expect(back.get_by_text("Gone so far: 1 rating.", exact=False)).to_be_visible(timeout=PATIENCE)
    shot(page, "pushed")


def test_the_webhook_is_copied_and_changed(open_page: Open, product: Product, stash: FakeStash) -> None:
    library = mirrored(product, stash)
    page = open_page(f"/libraries/{library}/stash")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    card = page.get_by_role("region", name="Webhook")
    card.get_by_role("button", name="Copy the address").click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert httpx.post(copied, json={"type": "Scene.Update.Post", "id": 1}, timeout=30).status_code == 200
    card.get_by_role("button", name="Another address").click()
    page.get_by_role("dialog").get_by_role("button", name="Change it").click()
    expect(card.get_by_text(copied)).not_to_be_visible()
    assert httpx.post(copied, timeout=30).status_code == 404


def test_with_the_server_away_the_page_says_so_and_browsing_goes_on(open_page: Open, product: Product, stash: FakeStash) -> None:
    """The last of the file: the server does not come back."""
    library = mirrored(product, stash)
    page = open_page(f"/libraries/{library}/stash")
    expect(page.get_by_role("region", name="Sync")).to_be_visible()
    stash.stop()
    page.get_by_role("button", name="Sync now").click()
    expect(page.get_by_text("The Stash server cannot be reached", exact=False).first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Browsing, search and everything personal go on", exact=False)).to_be_visible()
    shot(page, "offline")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{product.url}/libraries")
    expect(page.get_by_text("Offline", exact=True)).to_be_visible(timeout=PATIENCE)
    shot(page, "libraries-offline-phone")
    page.goto(f"{product.url}/browse?library={library}")
    total = product.get("/api/items", library=library, page_size=1)["pagination"]["total_count"]
    expect(page.get_by_text(f"{total} items").first).to_be_visible(timeout=PATIENCE)
