"""The whole product in a real browser: from the first start to reading, listening, watching and rating, on the real server."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pages import Contexts, Open, needs_axe, play_slowly, serious_violations, until
from tests.e2e.product import BROKEN, NAME, PASSWORD, Product, running, scanned, write_media

PEOPLE = ("/users", "/users/1", "/users/1/restrictions", "/profiles", "/profiles/new", "/hidden", "/items/1/visibility")
MANY = 3_000  # tiny pictures: enough that a scan can be watched


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Set up and scanned."""
    with scanned(tmp_path_factory.mktemp("product"), write_media) as started:
        yield started


def test_from_the_first_start_to_a_full_library(tmp_path: Path, contexts: Contexts) -> None:
    library = tmp_path / "library"
    items = write_media(library, pictures=MANY)
    with running(tmp_path, library) as fresh:
        page = contexts().new_page()
        page.goto(fresh.url)
        expect(page.get_by_role("heading", name="Welcome")).to_be_visible()

        page.goto(f"{fresh.url}/setup?token={fresh.token}")
        page.get_by_label("Your name").fill(NAME)
        page.get_by_label("Password", exact=True).fill("short")
        expect(page.get_by_role("button", name="Make the administrator")).to_be_disabled()
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Make the administrator").click()

        dialog = page.get_by_role("dialog", name="Add a library")
        dialog.get_by_role("textbox", name="Folders").fill(str(tmp_path / "nowhere"))
        dialog.get_by_role("button", name="Add and scan").click()
        expect(dialog.get_by_text("is not a folder")).to_be_visible()
        dialog.get_by_role("textbox", name="Folders").fill(str(library))
        dialog.get_by_role("textbox", name="Name").fill("Everything")
        dialog.get_by_role("button", name="Add and scan").click()

        # Live: nothing here reloads the page.
        progress = page.get_by_role("progressbar", name="Scan of Everything")
        expect(progress).to_be_visible()
        expect(page.get_by_text(f"of {MANY:,}"[:4])).to_be_visible()
        expect(page.get_by_text("Ready", exact=True)).to_be_visible(timeout=90_000)
        expect(page.get_by_role("main").get_by_text(f"{items:,}").first).to_be_visible()

        page.get_by_role("button", name="1 problem").click()
        problems = page.get_by_role("dialog", name="Problems in Everything")
        expect(problems.get_by_text(BROKEN)).to_be_visible()
        problems.get_by_label("Search the problems").fill("no such thing")
        expect(problems.get_by_text(BROKEN)).to_be_hidden()
        problems.get_by_role("button", name="Close").click()

        page.get_by_role("navigation", name="Main").get_by_role("link", name="Activity").click()
        finished = page.get_by_role("region", name="Finished")
        expect(finished.get_by_text("Scan of Everything")).to_be_visible()
        expect(finished.get_by_text(f"{items:,} added")).to_be_visible()


def test_a_wrong_password_is_refused_and_the_right_one_leads_where_one_wanted_to_go(open_page: Open, product: Product) -> None:
    book = product.first(kind="book")
    page = open_page(f"/items/{book['id']}", signed_in=False)
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password", exact=True).fill("nine green cows")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1, name=book["title"])).to_be_visible()
    page.get_by_role("button", name="Your menu").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(product.url)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_an_item_opens_from_the_grid_and_back_leads_to_the_same_place(open_page: Open, product: Product) -> None:
    comic = product.first(kind="comic")
    page = open_page("/browse?kind=comic&sort=title")
    page.get_by_role("gridcell").get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1, name=comic["title"])).to_be_visible()
    page.get_by_role("button", name="Back").click()
    expect(page).to_have_url(f"{product.url}/browse?kind=comic&sort=title")


def test_a_film_plays_and_goes_on_where_it_was_left(open_page: Open, product: Product) -> None:
    film = product.first(kind="video", q="-old")
    page = open_page(f"/items/{film['id']}")
    play_slowly(page)
    page.get_by_role("button", name="Play").first.click()
    until(page, "document.querySelector('video').currentTime > 0.4")
    page.keyboard.press("k")
    place = page.evaluate("document.querySelector('video').currentTime")
    page.wait_for_timeout(500)
    page.reload()
    until(page, "document.querySelector('video')?.readyState >= 1 && document.querySelector('video').currentTime > 0")
    assert page.evaluate("document.querySelector('video').currentTime") == pytest.approx(place, abs=0.3)


def test_a_film_no_browser_knows_is_offered_for_download(open_page: Open, product: Product) -> None:
    film = product.first(q='"An Old Film"')
    page = open_page(f"/items/{film['id']}")
    expect(page.get_by_text("Your browser cannot play this AVI file")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the file").click()
    assert download.value.path().read_bytes() == next(product.library.rglob("*.avi")).read_bytes()


def test_an_audiobook_in_several_files_plays_across_them(open_page: Open, product: Product) -> None:
    books = [product.item(card["id"]) for card in product.get("/api/items", kind="audiobook")["items"]]
    book = next(one for one in books if len(one["files"]) > 1)
    page = open_page(f"/items/{book['id']}")
    player = page.get_by_role("region", name="Player")
    second = book["chapters"][1]
    player.get_by_role("button", name=second["title"]).click()
    until(page, "document.querySelector('audio').src.endsWith('/file/1')")
    player.get_by_role("button", name="Previous chapter").click()
    until(page, "document.querySelector('audio').src.endsWith('/file/0')")
    position = player.get_by_role("slider", name="Position")
    position.evaluate(f"(slider) => slider.value = {second['start'] - 0.6}")
    position.dispatch_event("input")
    player.get_by_role("button", name="Play", exact=True).click()
    until(page, "document.querySelector('audio').src.endsWith('/file/1') && !document.querySelector('audio').paused")
    player.get_by_role("button", name="Pause").click()
    expect(player.get_by_role("button", name=second["title"])).to_have_attribute("aria-current", "true")


def test_a_comic_is_read_to_its_end_and_is_then_finished(open_page: Open, product: Product) -> None:
    comic = product.first(kind="comic")
    page = open_page(f"/items/{comic['id']}")
    page.get_by_role("button", name="Read", exact=True).click()
    for number in range(1, comic["pages"] + 1):
        picture = page.get_by_role("img", name=f"Page {number}", exact=True)
        expect(picture).to_be_visible()
        until(page, "[...document.querySelectorAll('main img')].every((one) => one.complete && one.naturalWidth > 0)")
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    expect(page.get_by_text("Finished", exact=True)).to_be_visible()
    page.get_by_role("button", name="Read again").click()
    expect(page.get_by_role("img", name="Page 1", exact=True)).to_be_visible()


def test_the_reading_direction_and_two_pages_change_what_lies_open(open_page: Open, product: Product) -> None:
    comic = product.first(kind="comic")
    page = open_page(f"/items/{comic['id']}/read?at=2")
    expect(page.get_by_role("img", name="Page 2", exact=True)).to_be_visible()
    page.keyboard.press("d")
    names = page.locator("main img")
    expect(names).to_have_count(2)
    assert names.evaluate_all("(all) => all.map((one) => one.alt)") == ["Page 2", "Page 3"]
    page.keyboard.press("r")
    assert names.evaluate_all("(all) => all.map((one) => one.alt)") == ["Page 3", "Page 2"]
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("img", name="Page 4", exact=True)).to_be_visible()


def test_a_pdf_shows_its_pages(open_page: Open, product: Product) -> None:
    books = [product.item(card["id"]) for card in product.get("/api/items", kind="book")["items"]]
    paper = next(one for one in books if one["files"][0]["mime"] == "application/pdf")
    page = open_page(f"/items/{paper['id']}/read")
    until(page, "document.querySelector('main img')?.naturalWidth > 500")
    page.keyboard.press("End")
    expect(page.get_by_role("img", name=f"Page {paper['pages']}", exact=True)).to_be_visible()


def test_a_book_opens_in_its_sandbox_and_remembers_the_chapter(open_page: Open, product: Product) -> None:
    books = [product.item(card["id"]) for card in product.get("/api/items", kind="book")["items"]]
    book = next(one for one in books if one["files"][0]["mime"] == "application/epub+zip")
    title = book["chapters"][2]["title"]
    page = open_page(f"/items/{book['id']}")
    page.get_by_role("button", name="Read", exact=True).click()
    expect(page.frame_locator("iframe").get_by_role("heading", name=book["chapters"][0]["title"])).to_be_visible()
    assert page.locator("iframe").get_attribute("sandbox") == "allow-same-origin"
    page.get_by_role("button", name="Contents").click()
    page.get_by_role("dialog").get_by_role("button", name=title).click()
    expect(page.frame_locator("iframe").get_by_role("heading", name=title)).to_be_visible()
    page.get_by_role("button", name="Close the book").click()
    page.get_by_role("button", name="Continue reading").click()
    expect(page.frame_locator("iframe").get_by_role("heading", name=title)).to_be_visible()


def test_a_picture_is_looked_at_large(open_page: Open, product: Product) -> None:
    picture = product.first(kind="image")
    page = open_page(f"/items/{picture['id']}")
    page.get_by_role("button", name="large").click()
    viewer = page.get_by_role("dialog", name=picture["title"])
    expect(viewer).to_be_visible()
    page.keyboard.press("+")
    assert "scale(1.4)" in (viewer.get_by_role("img").get_attribute("style") or "")
    page.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(page.get_by_role("heading", level=1, name=picture["title"])).to_be_visible()


def test_a_file_is_downloaded_as_it_lies_on_the_disk(open_page: Open, product: Product) -> None:
    picture = product.first(kind="image")
    page = open_page(f"/items/{picture['id']}")
    with page.expect_download() as download:
        page.get_by_role("link", name=f"Download {picture['files'][0]['name']}").click()
    on_disk = next(product.library.rglob(picture["files"][0]["name"]))
    assert download.value.path().read_bytes() == on_disk.read_bytes()
    assert download.value.suggested_filename == picture["files"][0]["name"]


def test_ratings_favourites_and_edits_are_kept(open_page: Open, product: Product) -> None:
    book = product.first(kind="book")
    page = open_page(f"/items/{book['id']}")
    page.get_by_role("heading", level=1).wait_for()
    with page.expect_response(lambda answer: answer.url.endswith("/me")):
        page.keyboard.press("4")
    with page.expect_response(lambda answer: answer.url.endswith("/me")):
        page.keyboard.press("f")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Edit").click()
    dialog = page.get_by_role("dialog", name="Edit")
    dialog.get_by_label("Subtitle").fill("A Subtitle of My Own")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    page.reload()
    expect(page.get_by_role("button", name="4 stars")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_text("A Subtitle of My Own")).to_be_visible()
    assert product.item(book["id"])["locked"] == ["subtitle"]


def test_a_key_is_made_works_and_is_withdrawn(open_page: Open, product: Product) -> None:
    page = open_page("/settings")
    page.get_by_label("What the key is for").fill("backup")
    page.get_by_role("button", name="Make a key").click()
    key = page.get_by_role("alert").locator("code").inner_text()
    headers = {"authorization": f"Bearer {key}"}
    assert page.context.browser is not None
    stranger = page.context.browser.new_context()
    assert stranger.request.get(f"{product.url}/api/session", headers=headers).status == 200
    page.get_by_role("button", name="Revoke backup").click()
    page.get_by_role("button", name="Revoke it").click()
    expect(page.get_by_text("never used")).to_have_count(0)
    expect(page.get_by_role("button", name="Revoke backup")).to_be_hidden()
    assert stranger.request.get(f"{product.url}/api/session", headers=headers).status == 401
    stranger.close()


def test_pages_fit_a_phone(open_page: Open, product: Product) -> None:
    ids = [product.first(kind=kind)["id"] for kind in ("video", "image", "audiobook", "book", "comic")]
    page = open_page("/libraries", phone=True)
    for path in ("/libraries", "/jobs", "/settings", *PEOPLE, *(f"/items/{one}" for one in ids)):
        page.goto(product.url + path)
        page.get_by_role("heading", level=1).wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 412, path
        assert page.evaluate("[...document.querySelectorAll('#main *')].every((one) => one.scrollWidth < 5000)"), path


@needs_axe
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_no_serious_accessibility_violation(open_page: Open, product: Product, theme: str) -> None:
    ids = [product.first(kind=kind)["id"] for kind in ("video", "image", "audiobook", "book", "comic")]
    outside = ("/sign-in", f"/setup?token={product.token}")
    inside = ("/libraries", "/libraries?add=true", "/libraries?issues=1", "/jobs", "/settings", *PEOPLE, *(f"/items/{one}" for one in ids))
    found = [*_violations(open_page(signed_in=False, theme=theme), product, outside)]
    found += _violations(open_page(theme=theme), product, inside)
    assert found == []


def _violations(page: Page, product: Product, paths: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for path in paths:
        page.goto(product.url + path)
        page.get_by_role("heading", level=1).wait_for(state="attached")
        page.wait_for_load_state("networkidle") if "/items/" in path else page.wait_for_timeout(700)
        found += [f"{path} {one}" for one in serious_violations(page)]
    return found
