"""Ten million items: both ends and everything between can be reached, nothing is ever blank, nothing grows."""

from playwright.sync_api import Page

from tests.e2e import shelf
from tests.e2e.conftest import OpenShelf, Server
from tests.e2e.synthetic import TOTAL

MEGABYTE = 1024 * 1024


def test_end_shows_the_last_item_and_home_the_first(open_shelf: OpenShelf) -> None:
    page = open_shelf()
    shelf.ready(page)
    assert shelf.on_screen(page)[0] == 0
    page.keyboard.press("End")
    shelf.at(page, TOTAL - 1)
    shelf.ready(page)
    page.keyboard.press("Home")
    shelf.at(page, 0)


def test_thirty_places_of_the_rail_all_show_data(open_shelf: OpenShelf) -> None:
    page = open_shelf()
    shelf.ready(page)
    rail = page.get_by_role("slider", name="Position in the list")
    box = rail.bounding_box()
    assert box
    for step in range(30):
        share = (step * 37 % 100) / 100
        page.mouse.move(box["x"] + 60, box["y"] + share * box["height"])
        page.mouse.down()
        page.mouse.up()
        expected = share * TOTAL
        page.wait_for_function(
            "([near, wide]) => Math.abs(Number(document.querySelector('[role=slider]').ariaValueNow) - near) < wide",
            arg=[expected, TOTAL / 100],
        )
        shelf.ready(page)
    shelf.holds_few_nodes(page)
    assert shelf.heap_bytes(page) < 50 * MEGABYTE


def test_wheel_scrolling_never_shows_a_blank_frame(open_shelf: OpenShelf) -> None:
    page = open_shelf()
    shelf.ready(page)
    page.mouse.move(700, 500)
    shelf.watch(page)
    for distance in (120, 600, 1800, -900):
        for _ in range(25):
            page.mouse.wheel(0, distance)
    seen = shelf.watched(page)
    assert seen["frames"] > 20
    assert seen["blank"] == 0
    shelf.ready(page)
    shelf.holds_few_nodes(page)


def test_scrolling_far_holds_the_cache_within_its_budget(open_shelf: OpenShelf) -> None:
    page = open_shelf()
    shelf.ready(page)
    page.mouse.move(700, 500)
    for _ in range(60):
        page.mouse.wheel(0, 2500)
    shelf.ready(page)
    assert shelf.heap_bytes(page) < 50 * MEGABYTE
    assert page.evaluate("() => longshelf.lists().items.bytes") < 32 * MEGABYTE


def test_a_slow_server_shows_skeletons_and_then_the_items(open_shelf: OpenShelf, server: Server) -> None:
    page = open_shelf()
    shelf.ready(page)
    server.control(latency=0.4)
    page.keyboard.press("End")
    page.locator("[data-skeleton]").first.wait_for()
    shelf.at(page, TOTAL - 1)


def test_a_resize_keeps_the_item_at_the_top(open_shelf: OpenShelf) -> None:
    page = open_shelf()
    shelf.ready(page)
    _go_to(page, 5_000_000)
    for width in (1000, 700, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        shelf.ready(page)
        assert abs(shelf.on_screen(page)[0] - 4_999_999) < 10


def _go_to(page: Page, number: int) -> None:
    page.keyboard.press("Shift+G")
    page.get_by_role("textbox", name="Item, 1 to").fill(str(number))
    page.keyboard.press("Enter")
    shelf.at(page, number - 1)
    shelf.ready(page)
