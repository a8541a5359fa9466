"""Playlists in a real browser on the real server: blocks and items are put together by keyboard alone, saved as they are changed, played
one after another, and never overwrite what somebody else did."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pages import Open, fits_its_width, needs_axe, serious_violations, until_so
from tests.e2e.product import Product, scanned, some

IMAGES = 9


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Set up and scanned: pictures and short films."""
    with scanned(tmp_path_factory.mktemp("playlists"), some(books=2, videos=3, images=IMAGES)) as started:
        started.draw_covers()
        yield started


def made(product: Product, **said: Any) -> int:
    answer = product.client.post("/api/playlists", json=said)
    assert answer.is_success, answer.text
    return int(answer.json()["id"])


def holding(product: Product, name: str, kind: str) -> tuple[int, list[dict[str, Any]]]:
    """A playlist of all items of a kind, by title."""
    playlist_id = made(product, name=name, kind="items")
    answer = product.client.post(f"/api/playlists/{playlist_id}/items", json={"query": f"kind={kind}&sort=title&order=asc"})
    assert answer.is_success, answer.text
    return playlist_id, entries(product, playlist_id)


def entries(product: Product, playlist_id: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = product.get(f"/api/playlists/{playlist_id}/items", page_size=100)["items"]
    return found


def titles(product: Product, playlist_id: int) -> list[str]:
    return [entry["item"]["title"] for entry in entries(product, playlist_id)]


def saved(page: Page) -> None:
    expect(page.get_by_text("Saved as you go")).to_be_visible()


def _wait(condition: Callable[[], bool], page: Page) -> None:
    """Until the server has heard what the page shows already; the page lives on meanwhile."""
    for _ in range(300):
        if condition():
            return
        page.wait_for_timeout(100)
    raise AssertionError("the server was not told")


def focused(page: Page) -> str:
    name: str = page.evaluate("() => document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent")
    return name


def tab_to(page: Page, name: str) -> None:
    """By the keyboard alone."""
    for _ in range(120):
        if focused(page).startswith(name):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no key leads to {name!r}; the last was {focused(page)!r}")


def test_a_playlist_of_blocks_is_made_and_ordered_by_keyboard_alone(open_page: Open, product: Product) -> None:
    page = open_page("/playlists")
    expect(page.get_by_role("heading", level=1, name="Playlists")).to_be_visible()
    tab_to(page, "New playlist")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="New playlist")).to_be_visible()
    page.keyboard.type("By keys")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="By keys")).to_be_attached()

    tab_to(page, "Add a block")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Title of block 1")).to_be_visible()
    tab_to(page, "Title of block 1")
    page.keyboard.type("Everything")
    saved(page)
    tab_to(page, "Add a block")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Title of block 2")).to_be_visible()
    page.keyboard.press("Shift+Tab")
    page.get_by_role("textbox", name="Title of block 2").focus()
    page.keyboard.type("Second")
    saved(page)

    tab_to(page, "Move Second")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_text("Second is now 1 of 2")).to_be_attached()
    assert focused(page).startswith("Move Second")
    saved(page)
    playlist_id = int(page.url.rsplit("/", 1)[1])
    _wait(lambda: [block["title"] for block in product.get(f"/api/playlists/{playlist_id}")["blocks"]] == ["Second", "Everything"], page)
    page.keyboard.press("End")
    expect(page.get_by_text("Second is now 2 of 2")).to_be_attached()


def test_a_block_says_how_much_there_is_and_warns_of_too_little(open_page: Open, product: Product) -> None:
    playlist_id = made(product, name="Counted", blocks=[{"title": "Pictures", "filter": "kind=image", "count": 4}])
    page = open_page(f"/playlists/{playlist_id}")
    block = page.get_by_role("list", name="Blocks").get_by_role("listitem").first
    expect(block.get_by_text(f"{IMAGES} items match")).to_be_visible()
    expect(block.get_by_role("list", name="The first of them").get_by_role("link")).to_have_count(IMAGES)
    expect(block.get_by_text("Kind: Image")).to_be_visible()
    block.get_by_label("Items a loop").fill("20")
    expect(block.get_by_text(f"Only {IMAGES} items for 20")).to_be_visible()
    block.get_by_label("Search").fill("nothing is called this")
    expect(block.get_by_text("Nothing matches")).to_be_visible()
    block.get_by_label("Search").fill("")
    block.get_by_role("button", name="Remove filter Kind: Image").click()
    everything = product.get("/api/items")["pagination"]["total_count"]
    expect(block.get_by_text(f"{everything} items match")).to_be_visible()
    saved(page)
    page.reload()
    expect(block.get_by_label("Items a loop")).to_have_value("20")


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(open_page: Open, product: Product) -> None:
    playlist_id = made(product, name="Ours", blocks=[{"title": "First"}])
    page = open_page(f"/playlists/{playlist_id}")
    title = page.get_by_role("textbox", name="Title of block 1")
    expect(title).to_have_value("First")
    assert product.client.patch(f"/api/playlists/{playlist_id}", json={"name": "Theirs"}).is_success
    title.fill("Mine")
    title.blur()
    expect(page.get_by_role("alert")).to_contain_text("Somebody else has changed this playlist")
    page.get_by_role("button", name="Read it anew").click()
    expect(page.get_by_role("heading", level=1, name="Theirs")).to_be_attached()
    expect(title).to_have_value("First")
    title.fill("Mine")
    title.blur()
    saved(page)
    page.reload()
    expect(title).to_have_value("Mine")


def test_items_are_moved_by_keys_and_by_the_pointer_and_taken_out_with_a_way_back(open_page: Open, product: Product) -> None:
    playlist_id, chosen = holding(product, "Pictures", "image")
    names = [entry["item"]["title"] for entry in chosen]
    page = open_page(f"/playlists/{playlist_id}")
    rows = page.get_by_role("list", name="Pictures").get_by_role("listitem")
    expect(rows).to_have_count(IMAGES)
    handle = page.get_by_role("button", name=f"Move {names[0]}", exact=False).first
    handle.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_text(f"{names[0]} is now 3 of {IMAGES}")).to_be_attached()
    expect(rows.nth(2)).to_contain_text(names[0])
    assert focused(page).startswith(f"Move {names[0]}")
    page.keyboard.press("End")
    expect(page.get_by_text(f"{names[0]} is now {IMAGES} of {IMAGES}")).to_be_attached()
    ordered = [*names[1:], names[0]]
    expect(rows.nth(IMAGES - 1)).to_contain_text(names[0])
    until_so(page, lambda: titles(product, playlist_id) == ordered)

    second = page.get_by_role("button", name=f"Move {ordered[1]}", exact=False).first
    box, target = second.bounding_box(), rows.nth(4).bounding_box()
    assert box
    assert target
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 10, target["y"] + 30, steps=8)
    expect(rows.nth(4)).to_have_attribute("data-dragged", "true")
    page.mouse.up()
    ordered.insert(4, ordered.pop(1))
    until_so(page, lambda: titles(product, playlist_id) == ordered)

    page.get_by_role("button", name=f"Take out {ordered[0]}", exact=True).click()
    until_so(page, lambda: titles(product, playlist_id) == ordered[1:])
    page.get_by_role("button", name="Undo").click()
    until_so(page, lambda: titles(product, playlist_id) == ordered)
    expect(rows.first).to_contain_text(ordered[0])


def test_films_of_a_playlist_play_one_after_another_and_go_on_another_day(open_page: Open, product: Product) -> None:
    playlist_id, chosen = holding(product, "Film night", "video")
    names = [entry["item"]["title"] for entry in chosen]
    page = open_page(f"/playlists/{playlist_id}")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_role("heading", level=1, name=names[0])).to_be_visible()
    expect(page.get_by_role("navigation", name="Playlist")).to_contain_text("Film night")
    # It ends by itself, and the next one begins.
    expect(page.get_by_role("heading", level=1, name=names[1])).to_be_visible(timeout=40_000)
    page.get_by_role("switch", name="Go on by itself").press("Space")
    page.keyboard.press("Shift+N")
    expect(page.get_by_role("heading", level=1, name=names[2])).to_be_visible()
    expect(page.get_by_role("button", name="This is the last one")).to_be_disabled()
    page.get_by_role("button", name="Previous in the playlist").click()
    expect(page.get_by_role("heading", level=1, name=names[1])).to_be_visible()
    until_so(page, lambda: product.get(f"/api/playlists/{playlist_id}/place")["entry_id"] == chosen[1]["entry_id"])

    page.get_by_role("button", name="Back", exact=True).click()
    page.get_by_role("button", name="Go on", exact=True).click()
    expect(page.get_by_role("heading", level=1, name=names[1])).to_be_visible()


def test_items_come_into_a_playlist_from_their_page_and_from_a_selection(open_page: Open, product: Product) -> None:
    image = product.first(kind="image")
    page = open_page(f"/items/{image['id']}")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Add to playlist").click()
    dialog = page.get_by_role("dialog", name="Add 1 item to a playlist")
    dialog.get_by_label("New playlist").fill("Chosen")
    dialog.get_by_role("button", name="Create and add").click()
    expect(page.get_by_text("1 item added to Chosen.")).to_be_visible()

    page.goto(f"{product.url}/browse?kind=image")
    expect(page.get_by_text(f"{IMAGES} items", exact=True)).to_be_visible()
    page.locator("a[data-i='0']").focus()
    page.keyboard.press("Control+a")
    page.get_by_role("region", name="Selection").get_by_role("button", name="Add to playlist").click()
    page.get_by_role("dialog").get_by_role("button", name="Chosen").click()
    expect(page.get_by_text(f"{IMAGES - 1} items added to Chosen.")).to_be_visible()


def test_a_playlist_is_exported_deleted_and_brought_back(open_page: Open, product: Product, tmp_path: Path) -> None:
    made(product, name="Keepsake", blocks=[{"title": "Films", "filter": "kind=video", "count": 7, "order": "random"}])
    page = open_page("/playlists")
    page.get_by_role("button", name="More: Keepsake").click()
    with page.expect_download() as exporting:
        page.get_by_role("menuitem", name="Export as JSON").click()
    file = tmp_path / "keepsake.json"
    exporting.value.save_as(file)
    document = json.loads(file.read_text())
    assert (document["name"], document["blocks"][0]["count"]) == ("Keepsake", 7)

    page.get_by_role("button", name="More: Keepsake").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("link", name="Keepsake")).to_be_hidden()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="Keepsake")).to_be_visible()

    page.get_by_label("Playlist file").set_input_files(file)
    expect(page.get_by_role("textbox", name="Title of block 1")).to_have_value("Films")
    broken = tmp_path / "broken.json"
    broken.write_text('{"name": ')
    page.goto(f"{product.url}/playlists")
    page.get_by_label("Playlist file").set_input_files(broken)
    expect(page.get_by_text("not a whole JSON document")).to_be_visible()


@needs_axe
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_pages_are_for_everybody(open_page: Open, product: Product, theme: str) -> None:
    blocks = made(product, name=f"Blocks {theme}", blocks=[{"filter": "kind=image", "count": 50}, {"q": "the"}])
    items, _ = holding(product, f"Items {theme}", "image")
    for phone in (False, True):
        for path in ("/playlists", f"/playlists/{blocks}", f"/playlists/{items}"):
            page = open_page(path, phone=phone, theme=theme)
            expect(page.get_by_text(theme, exact=False).first).to_be_attached()
            page.wait_for_load_state("networkidle")
            assert serious_violations(page) == [], path
            assert fits_its_width(page), path
