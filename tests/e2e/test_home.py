"""What is a person's own, in a real browser on the real server: what was begun goes on from the home page, favourites stand there, and
what was played is counted and can be forgotten."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.pages import Open, fits_its_width, needs_axe, play_slowly, serious_violations, until
from tests.e2e.product import Product, scanned, some


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Set up and scanned; every test here has an item of its own to play."""
    with scanned(tmp_path_factory.mktemp("home"), some(books=2, comics=2, audiobooks=1, videos=2, images=2)) as started:
        yield started


def items(product: Product, kind: str) -> list[dict[str, Any]]:
    """By title, in full form."""
    return [product.item(card["id"]) for card in product.get("/api/items", kind=kind, sort="title")["items"]]


def row(page: Page, title: str) -> Locator:
    return page.get_by_role("region", name=title, exact=True)


def go_home(page: Page) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", level=1, name="Home")).to_be_visible()


def said(page: Page, event: str) -> Any:
    """Waits for the server's answer to what a player says of that kind."""

    def is_it(answer: Any) -> bool:
        return answer.url.endswith("/progress") and (answer.request.post_data_json or {}).get("event") == event

    return page.expect_response(is_it)


def test_what_was_begun_goes_on_from_the_home_page(open_page: Open, product: Product) -> None:
    film, comic = items(product, "video")[0], items(product, "comic")[0]
    page = open_page()
    expect(row(page, "Recently added").get_by_role("link", name=film["title"])).to_be_attached()
    expect(row(page, "Continue")).to_be_hidden()

    page.goto(f"{product.url}/items/{film['id']}")
    play_slowly(page)
    with said(page, "start"):
        page.get_by_role("button", name="Play").first.click()
    until(page, "document.querySelector('video').currentTime > 0.4")
    with said(page, "pause"):
        page.keyboard.press("k")
    go_home(page)
    begun = row(page, "Continue").get_by_role("link", name=film["title"])
    expect(begun).to_be_visible()

    page.goto(f"{product.url}/items/{comic['id']}/read")
    expect(page.get_by_role("img", name="Page 1", exact=True)).to_be_visible()
    page.keyboard.press("ArrowRight")
    with said(page, "pause"):  # leaving says the last place
        page.keyboard.press("Escape")
    go_home(page)
    expect(row(page, "Continue").get_by_role("link").nth(1)).to_contain_text(f"Page 2 of {comic['pages']}")
    assert product.item(comic["id"])["me"]["progress"] == pytest.approx(2 / comic["pages"])

    begun.click()
    page.wait_for_function("() => document.querySelector('video')?.currentTime > 0.3")


def test_a_favourite_stands_on_the_home_page_and_keys_mean_the_card_in_focus(open_page: Open, product: Product) -> None:
    first, second = items(product, "book")
    page = open_page(f"/items/{first['id']}")
    page.get_by_role("heading", level=1, name=first["title"]).wait_for()
    with page.expect_response(lambda answer: answer.url.endswith("/me")):
        page.keyboard.press("f")
    go_home(page)
    favourites = row(page, "Favourites")
    expect(favourites.get_by_role("link", name=first["title"])).to_be_visible()

    row(page, "Recently added").get_by_role("link", name=second["title"]).focus()
    page.keyboard.press("f")
    expect(favourites.get_by_role("link", name=second["title"])).to_be_visible()
    page.keyboard.press("4")
    rated = row(page, "Recently added").get_by_role("link", name=second["title"]).get_by_role("img", name="Rated 4 of 5 by you")
    expect(rated).to_be_visible()

    favourites.get_by_role("link", name="See all 2: Favourites").click()
    expect(page).to_have_url(f"{product.url}/browse?favorite=true")
    expect(page.get_by_role("gridcell")).to_have_count(2)


def test_what_was_played_is_counted_and_can_be_forgotten(open_page: Open, product: Product) -> None:
    film = items(product, "video")[1]
    page = open_page(f"/items/{film['id']}")
    with said(page, "end"):  # the films of this library last a few seconds
        page.get_by_role("button", name="Play").first.click()
    expect(page.get_by_role("button", name="Mark as watched")).to_have_attribute("aria-pressed", "true")

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Statistics").click()
    most = page.get_by_role("region", name="Items", exact=True)
    expect(most.get_by_role("listitem").filter(has_text=film["title"])).to_contain_text("1 play")
    page.get_by_role("button", name="Table").click()
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(53)  # the weeks and their heading
    page.get_by_role("tab", name="The server").click()
    expect(page.get_by_role("row", name="Demo")).to_contain_text("9")

    page.get_by_role("navigation", name="Main").get_by_role("link", name="History").click()
    page.get_by_role("button", name=f"Delete {film['title']} from the history").click()
    expect(page.get_by_role("link", name=film["title"])).to_be_hidden()
    page.goto(f"{product.url}/items/{film['id']}")
    expect(page.get_by_role("button", name="Mark as watched")).to_have_attribute("aria-pressed", "false")


def test_the_rows_are_chosen_and_kept(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("button", name="Choose rows").click()
    chooser = page.get_by_role("dialog", name="Rows of your home page")

    def kept() -> Any:
        return page.expect_response(lambda answer: answer.url.endswith("/api/home") and answer.request.method == "PUT")

    handle = chooser.get_by_role("button", name="Move Something different: drag")
    handle.hover()
    page.mouse.down()
    box = chooser.get_by_role("listitem").filter(has_text="Recently added").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + box["height"], steps=6)
    page.mouse.move(box["x"] + 20, box["y"] + 4, steps=6)
    with kept():
        page.mouse.up()
    expect(chooser.get_by_text("Something different is now 3 of 5")).to_be_visible()
    expect(handle).to_be_focused()
    with kept():
        page.keyboard.press("ArrowDown")
    expect(handle).to_be_focused()
    with kept():
        page.keyboard.press("ArrowUp")
    page.reload()
    titles = page.get_by_role("heading", level=2)
    expect(titles.get_by_text("Something different")).to_be_visible()
    names = titles.all_inner_texts()
    assert names.index("Something different") < names.index("Recently added")


@needs_axe
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_pages_are_accessible_and_fit_a_phone(open_page: Open, product: Product, theme: str) -> None:
    page = open_page(theme=theme, phone=theme == "dark")
    found: list[str] = []
    for path in ("/", "/recommended", "/history", "/statistics", "/statistics?of=server"):
        page.goto(product.url + path)
        page.get_by_role("heading", level=1).wait_for(state="attached")
        expect(page.get_by_label("Loading")).to_have_count(0)
        found += [f"{path} {one}" for one in serious_violations(page)]
        assert fits_its_width(page), path
    assert found == []
