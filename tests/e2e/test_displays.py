"""Displays in a real browser on the real server: screens are paired, play through their loops, obey a remote control on another page,
and play on while their network is gone; nothing stalls, and nothing comes again before its turn."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import dropwhile, groupby
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Response, Route, expect

from longshelf.demo.library import write_library
from tests.e2e.conftest import ROOT
from tests.e2e.product import Product, running

AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = """async () => (await axe.run()).violations
  .filter((one) => ['serious', 'critical'].includes(one.impact))
  .map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)).join(' | ')}`)"""
CODE = "() => JSON.parse(localStorage.getItem('longshelf-screen-code'))"
IMAGES, VIDEOS = 12, 6
# What a screen shows, at most five times a second: the moment, the slot, the item, and how far a film is.
WATCH = """() => {
  window.__seen = [];
  setInterval(() => {
    const stage = document.querySelector('[data-stage]');
    const film = stage?.querySelector('[data-front] video');
    const at = film?.src ? film.currentTime : 0;
    window.__seen.push([performance.now() / 1000, stage?.dataset.slot ?? '', stage?.dataset.item ?? '', at]);
  }, 200);
}"""
STALL_LOOKS = 45  # a picture stands for five, a film moves; a loaded machine takes fewer looks, and not more, in the same time
PATIENCE_MS = 60_000
CHANGED = "(before) => ![undefined, before].includes(document.querySelector('[data-stage]')?.dataset.item)"

Open = Callable[..., Page]


@pytest.fixture(scope="module", autouse=True)
def patience() -> Iterator[None]:
    """For what is expected of a page, too: a screen that was refused asks again after up to twenty seconds, and a machine may be busy."""
    expect.set_options(timeout=PATIENCE_MS)
    yield
    expect.set_options(timeout=None)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Set up and scanned: pictures and short films."""
    directory = tmp_path_factory.mktemp("displays")
    library = directory / "library"
    write_library(library, 11, books=1, comics=0, audiobooks=1, videos=VIDEOS, images=IMAGES, pdfs=0)
    with running(directory, library) as started:
        started.set_up()
        _draw_covers(started)
        yield started


def _draw_covers(product: Product) -> None:
    """Small pictures are drawn when they are first asked for, which keeps a browser's few connections busy on a loaded machine."""
    for item in product.get("/api/items", page_size=100)["items"]:
        if item["cover"]:
            assert product.client.get(f"/{item['cover']}&w=192", timeout=120).is_success


@pytest.fixture
def open_page(browser: Browser, product: Product) -> Iterator[Open]:
    """Opens a path in a browser of its own, as the administrator unless told otherwise; an uncaught script error fails the test."""
    contexts: list[BrowserContext] = []
    failures: list[str] = []

    def open_(path: str, *, signed_in: bool = True, phone: bool = False, theme: str = "dark") -> Page:
        size: Any = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 800}
        context = browser.new_context(viewport=size, has_touch=phone, is_mobile=phone, reduced_motion="reduce")
        context.add_init_script(f"if (location.protocol === 'http:') localStorage.setItem('longshelf-scheme', '{theme}')")
        context.on("weberror", lambda error: failures.append(str(error.error)))
        contexts.append(context)
        if signed_in:
            context.add_cookies([{"name": "longshelf_session", "value": product.session(), "url": product.url}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(product.url + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert failures == []


def paired(open_page: Open, admin: Page, product: Product, name: str) -> tuple[Page, int]:
    """A screen, and the display it has become: its code is typed into the administrator's page."""
    screen = open_page("/screen", signed_in=False)
    expect(screen.get_by_role("heading", name="This screen is not paired yet")).to_be_visible()
    code = screen.evaluate(CODE)
    admin.goto(f"{product.url}/displays")
    admin.get_by_role("button", name="Add a display").click()
    dialog = admin.get_by_role("dialog", name="Add a display")
    dialog.get_by_label("Code").press_sequentially(code.replace("-", "").lower())
    expect(dialog.get_by_label("Code")).to_have_value(code)
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(card(admin, name)).to_contain_text("Connected")
    expect(screen.get_by_role("heading", name="This screen is not paired yet")).to_be_hidden()
    displays = {one["name"]: one["id"] for one in product.get("/api/displays")["items"]}
    return screen, displays[name]


def card(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem", name=name, exact=True)


def saying(status: int) -> Callable[[Route], None]:
    """A proxy that answers everything so, in words of its own."""

    def answer(route: Route) -> None:
        route.fulfill(status=status, content_type="text/html", body="<h1>No</h1>")

    return answer


def _is(status: int, response: Response) -> bool:
    return response.status == status


def playlist(product: Product, display_id: int, name: str, *blocks: dict[str, Any]) -> None:
    answer = product.client.post("/api/playlists", json={"name": name, "display_id": display_id, "blocks": list(blocks)})
    assert answer.is_success, answer.text


def history(product: Product, display_id: int) -> list[dict[str, Any]]:
    """The oldest first."""
    played = product.get(f"/api/displays/{display_id}/history", page_size=200)["items"]
    return list(reversed(played))


def wait_for_plays(product: Product, screens: dict[int, Page], plays: int) -> None:
    """Until each display has played so many; the pages live on meanwhile."""
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        if all(len(history(product, display_id)) >= plays for display_id in screens):
            return
        next(iter(screens.values())).wait_for_timeout(500)
    told = {display_id: (len(history(product, display_id)), seen(page)[-5:]) for display_id, page in screens.items()}
    raise AssertionError(f"too few plays: {told}")


def seen(page: Page) -> list[list[Any]]:
    found: list[list[Any]] = page.evaluate("() => window.__seen")
    return found


def longest_standstill(looks: list[list[Any]]) -> int:
    """In how many looks in a row, from the first thing it showed, a screen showed the same and it did not move."""
    looks = list(dropwhile(lambda look: look[1] == "", looks))
    return max(len(list(spell)) for _, spell in groupby(looks, key=lambda look: (look[1], look[2], round(look[3], 1))))


@pytest.mark.timeout(400)  # three loops on two screens take their time
def test_two_screens_play_their_loops_obey_a_third_page_and_play_on_without_a_network(open_page: Open, product: Product) -> None:
    admin, other_admin = open_page("/displays"), open_page("/displays")
    hall, hall_id = paired(open_page, admin, product, "Hall")
    shop, shop_id = paired(open_page, admin, product, "Shop")
    for screen in (hall, shop):
        screen.evaluate(WATCH)
    # A loop of five and one of four; the pools hold more than three loops ask for.
    playlist(
        product,
        hall_id,
        "Hall",
        {"filter": "kind=image", "count": 3, "dwell": 1},
        {"filter": "kind=video", "count": 2, "order": "random"},
    )
    playlist(product, shop_id, "Shop", {"filter": "kind=image", "count": 4, "order": "random", "dwell": 1})
    expect(card(admin, "Hall").get_by_role("button", name="Pause")).to_be_visible()

    # The remote control: what one administrator presses, the screen does and the other administrator sees.
    hall.wait_for_function("() => document.querySelector('[data-stage]')?.dataset.slot")
    card(admin, "Hall").get_by_role("button", name="Pause").click()
    expect(hall.get_by_text("Paused")).to_be_visible()
    expect(card(other_admin, "Hall")).to_contain_text("Paused")
    held = hall.evaluate("() => document.querySelector('[data-stage]')?.dataset.slot")
    hall.wait_for_timeout(2500)
    assert hall.evaluate("() => document.querySelector('[data-stage]')?.dataset.slot") == held
    card(other_admin, "Hall").get_by_role("button", name="Play").click()
    expect(hall.get_by_text("Paused")).to_be_hidden()
    expect(card(admin, "Hall").get_by_role("button", name="Pause")).to_be_visible()
    card(admin, "Hall").get_by_role("slider", name="Volume").press("ArrowLeft")
    hall.wait_for_function("() => document.querySelector('video').volume < 1")
    card(admin, "Hall").get_by_role("button", name="Mute").click()
    expect(card(other_admin, "Hall").get_by_role("button", name="Sound on")).to_be_visible()
    hall.wait_for_function("() => [...document.querySelectorAll('video')].every((video) => video.muted)")

    # The network goes. What is there plays on, and is told afterwards.
    wait_for_plays(product, {hall_id: hall, shop_id: shop}, 2)
    before = len(history(product, hall_id))
    hall.context.set_offline(True)
    expect(hall.get_by_text("No connection")).to_be_visible()
    looked = len(seen(hall))
    hall.wait_for_function("(looked) => new Set(window.__seen.slice(looked).map((look) => look[2])).size >= 3", arg=looked)
    hall.context.set_offline(False)
    expect(hall.get_by_text("No connection")).to_be_hidden()

    wait_for_plays(product, {hall_id: hall, shop_id: shop}, 15)
    for display_id, page in ((hall_id, hall), (shop_id, shop)):
        plays = history(product, display_id)
        assert [play["outcome"] for play in plays if play["outcome"] != "played"] == []
        assert len({play["number"] for play in plays}) == len(plays)
        assert longest_standstill(seen(page)) < STALL_LOOKS, page.url
    assert len(history(product, hall_id)) > before
    # Nothing comes again before all of its block has been shown.
    for display_id, pools in ((hall_id, {"image": IMAGES, "video": VIDEOS}), (shop_id, {"image": IMAGES})):
        for kind, pool in pools.items():
            first_round = [play["item"]["id"] for play in history(product, display_id) if play["item"]["kind"] == kind][:pool]
            assert [item for item, times in Counter(first_round).items() if times > 1] == []


def test_next_and_previous_and_a_jump_are_done_on_the_screen(open_page: Open, product: Product) -> None:
    admin = open_page("/displays")
    screen, display_id = paired(open_page, admin, product, "Kiosk")
    playlist(product, display_id, "Slow pictures", {"filter": "kind=image", "count": 5, "dwell": 600})
    screen.wait_for_function("() => document.querySelector('[data-stage]')?.dataset.item")
    item = "() => document.querySelector('[data-stage]')?.dataset.item"
    first = screen.evaluate(item)
    expect(card(admin, "Kiosk").get_by_role("slider", name="Place in it")).to_be_visible()
    card(admin, "Kiosk").get_by_role("button", name="Next").click()
    screen.wait_for_function(CHANGED, arg=first)
    card(admin, "Kiosk").get_by_role("button", name="Previous").click()
    screen.wait_for_function("(before) => document.querySelector('[data-stage]')?.dataset.item === before", arg=first)

    # To its very end: so it ends.
    seek = card(admin, "Kiosk").get_by_role("slider", name="Place in it")
    seek.focus()
    seek.press("End")
    screen.wait_for_function(CHANGED, arg=first)

    second = screen.evaluate(item)
    screen.reload()
    screen.wait_for_function("(before) => document.querySelector('[data-stage]')?.dataset.item === before", arg=second)

    card(admin, "Kiosk").get_by_role("button", name="Stop").click()
    expect(screen.get_by_text("Stopped")).to_be_visible()
    card(admin, "Kiosk").get_by_role("button", name="Play").click()
    screen.wait_for_function("() => document.querySelector('[data-stage]')?.dataset.item")


def test_sound_is_played_with_its_picture(open_page: Open, product: Product) -> None:
    admin = open_page("/displays")
    screen, display_id = paired(open_page, admin, product, "Radio")
    playlist(product, display_id, "Radio", {"filter": "kind=audiobook", "count": 1})
    screen.wait_for_function("""() => {
      const front = document.querySelector('[data-front]');
      const pictured = front?.dataset.as === 'sound' && front.querySelector('img').naturalWidth > 0;
      return pictured && front.querySelector('video').currentTime > 0.3;
    }""")


def test_a_display_is_set_up_turned_and_removed(open_page: Open, product: Product) -> None:
    admin = open_page("/displays")
    screen, display_id = paired(open_page, admin, product, "Door")
    playlist(product, display_id, "Door", {"filter": "kind=image", "count": 2, "dwell": 600})
    card(admin, "Door").get_by_role("link", name="Door").first.click()
    expect(admin.get_by_role("heading", level=1, name="Door")).to_be_visible()
    admin.get_by_role("textbox", name="Name").fill("Back door")
    admin.get_by_role("textbox", name="Name").press("Enter")
    expect(admin.get_by_role("heading", level=1, name="Back door")).to_be_visible()
    admin.get_by_text("90°", exact=True).click()
    expect(screen.locator("[data-rotate='90']")).to_be_attached()
    admin.get_by_text("Fill", exact=True).click()
    expect(screen.locator("[data-fit=cover]")).to_be_attached()
    expect(admin.get_by_role("region", name="Coming up").get_by_role("listitem")).not_to_have_count(0)

    # What a proxy says during an update, in its own words, is believed in nothing.
    code = screen.evaluate(CODE)
    for status in (401, 404):
        with screen.expect_response(partial(_is, status)):
            screen.route("**/api/screens/**", saying(status))
        expect(screen.get_by_text("No connection")).to_be_visible()
        screen.wait_for_function("() => document.querySelector('[data-stage]')?.dataset.item")
        screen.unroute("**/api/screens/**")
        expect(screen.get_by_text("No connection")).to_be_hidden()
    assert (screen.evaluate(CODE), screen.url) == (code, f"{product.url}/screen")

    admin.get_by_role("button", name="Remove").click()
    admin.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(admin.get_by_role("heading", level=1, name="Displays")).to_be_visible()
    expect(admin.get_by_text("Back door")).to_be_hidden()
    expect(screen.get_by_role("heading", name="This screen is not paired yet")).to_be_visible()
    screen.wait_for_function("(before) => JSON.parse(localStorage.getItem('longshelf-screen-code')) !== before", arg=code)


def test_a_display_whose_person_is_locked_out_says_so_and_plays_on_as_another(open_page: Open, product: Product) -> None:
    admin = open_page("/displays")
    screen, display_id = paired(open_page, admin, product, "Cellar")
    playlist(product, display_id, "Cellar", {"filter": "kind=image", "count": 2, "dwell": 600})
    bob = product.client.post("/api/users", json={"name": "bob", "password": "correct horse battery"}).json()["id"]
    assert product.client.patch(f"/api/displays/{display_id}", json={"user_id": bob}).is_success
    screen.wait_for_function("() => document.querySelector('[data-stage]')?.dataset.item")
    assert product.client.patch(f"/api/users/{bob}", json={"disabled": True}).is_success
    expect(screen.get_by_text("the account this display plays as was removed or disabled", exact=False)).to_be_visible()
    expect(card(admin, "Cellar")).to_contain_text("The account of bob is disabled.")
    card(admin, "Cellar").get_by_role("link", name="Choose another person").click()
    admin.get_by_role("combobox", name="Plays as").click()
    admin.get_by_role("option", name="(you)", exact=False).click()
    screen.wait_for_function("() => document.querySelector('[data-stage]')?.dataset.item")
    expect(admin.get_by_text("The account of bob is disabled.", exact=False)).to_be_hidden()


def test_a_wrong_code_is_answered_with_what_to_do(open_page: Open) -> None:
    admin = open_page("/displays")
    admin.get_by_role("button", name="Add a display").first.click()
    dialog = admin.get_by_role("dialog", name="Add a display")
    dialog.get_by_label("Code").fill("ABCD-EFGH")
    dialog.get_by_label("Name").fill("Nowhere")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog.get_by_text("code", exact=False).last).to_be_visible()
    expect(dialog.get_by_label("Code")).to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_pages_are_for_everybody(open_page: Open, product: Product, theme: str) -> None:
    admin = open_page("/displays", theme=theme)
    name = f"Stairs {theme}"
    screen, display_id = paired(open_page, admin, product, name)
    for page in (admin, screen):
        page.evaluate(AXE.read_text())
        assert page.evaluate(SERIOUS) == []
    admin.goto(f"{product.url}/displays/{display_id}")
    expect(admin.get_by_role("heading", level=1, name=name)).to_be_visible()
    admin.evaluate(AXE.read_text())
    assert admin.evaluate(SERIOUS) == []

    phone = open_page(f"/displays/{display_id}", phone=True, theme=theme)
    expect(phone.get_by_role("heading", level=1, name=name)).to_be_visible()
    assert phone.evaluate("() => document.documentElement.scrollWidth") <= 390
