"""What people do on the browse page: page, filter, search, go away and come back, select, work without a mouse."""

import re

from playwright.sync_api import expect

from tests.e2e import shelf
from tests.e2e.conftest import OpenShelf, Server
from tests.e2e.synthetic import TOTAL


def test_forty_pages_in_a_row_come_from_the_cache(open_shelf: OpenShelf, server: Server) -> None:
    server.control(latency=0.05)
    page = open_shelf("/browse?view=pages")
    shelf.ready(page)
    for number in range(2, 42):
        shelf.at_rest(page)  # somebody looks at the page
        page.keyboard.press("]")
        expect(page.get_by_role("textbox", name="Page")).to_have_value(str(number))
        shelf.at(page, (number - 1) * 50)
    stats = shelf.list_stats(page)
    assert stats["hits"] / (stats["hits"] + stats["misses"]) >= 0.8, stats


def test_filters_narrow_the_list_and_the_counts_follow(open_shelf: OpenShelf) -> None:
    page = open_shelf()
    shelf.ready(page)
    panel = page.get_by_role("complementary", name="Filters")
    comics = panel.get_by_role("button", name=re.compile("^Comics"))
    before = comics.inner_text()
    panel.get_by_role("button", name=re.compile("^open harbour")).click()
    expect(page).to_have_url(re.compile(r"\?tag=11$"))
    expect(page.get_by_text(f"{TOTAL // 4:,} items", exact=True)).to_be_visible()
    expect(comics).not_to_have_text(before.replace("\n", ""))
    panel.get_by_role("button", name=re.compile("^open harbour")).click()
    expect(page).to_have_url(re.compile(r"\?tag=-11$"))
    page.get_by_role("button", name=re.compile("^Remove filter Tag: not open harbour")).click()
    expect(page).not_to_have_url(re.compile(r"tag="))


def test_alt_click_excludes_and_several_can_be_required_together(open_shelf: OpenShelf) -> None:
    page = open_shelf("/browse?tag=11&tag=22")
    shelf.ready(page)
    panel = page.get_by_role("complementary", name="Filters")
    panel.get_by_text("All of them").click()
    expect(page).to_have_url(re.compile(r"tag_all=11&tag_all=22"))
    panel.get_by_role("button", name=re.compile("^Videos")).click(modifiers=["Alt"])
    expect(page).to_have_url(re.compile(r"kind=-video"))


def test_searching_follows_the_typing_and_nothing_found_offers_a_way_out(open_shelf: OpenShelf) -> None:
    page = open_shelf()
    shelf.ready(page)
    page.keyboard.press("/")
    page.keyboard.type("harbour")
    expect(page.get_by_role("heading", name="Results for “harbour”")).to_be_visible()
    page.get_by_role("textbox", name="Search the library").fill("nothing")
    expect(page.get_by_role("heading", name="Nothing matches")).to_be_visible()
    page.get_by_role("button", name="Clear all filters").click()
    expect(page.get_by_text(f"{TOTAL:,} items", exact=True)).to_be_visible()


def test_going_back_lands_on_the_same_place_with_the_same_focus(open_shelf: OpenShelf) -> None:
    page = open_shelf("/browse?sort=title")
    shelf.ready(page)
    page.get_by_role("slider", name="Position in the list").press("PageDown")
    shelf.ready(page)
    page.mouse.move(700, 500)
    page.mouse.wheel(0, 333)
    page.wait_for_timeout(300)
    before = shelf.on_screen(page)
    chosen = before[8]
    page.locator(f"a[data-i='{chosen}']").click()
    expect(page).to_have_url(re.compile(r"/items/\d+$"))
    page.go_back()
    shelf.ready(page)
    assert shelf.on_screen(page) == before
    expect(page.locator(f"a[data-i='{chosen}']")).to_have_attribute("tabindex", "0")


def test_changing_the_view_stays_at_the_item(open_shelf: OpenShelf) -> None:
    page = open_shelf()
    shelf.ready(page)
    page.get_by_role("slider", name="Position in the list").press("End")
    shelf.at(page, TOTAL - 1)
    page.keyboard.press("v")
    expect(page).to_have_url(re.compile("view=list"))
    shelf.ready(page)
    assert shelf.on_screen(page)[0] > TOTAL - 100
    page.keyboard.press("v")
    expect(page).to_have_url(re.compile(r"view=pages&page=\d{6}"))


def test_a_tour_with_the_keyboard_alone(open_shelf: OpenShelf) -> None:
    page = open_shelf()
    shelf.ready(page)
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press(key)
    columns = int(page.get_by_role("grid").get_attribute("aria-colcount") or 0)
    focused = columns + 1 + 1 if page.evaluate("() => document.activeElement.dataset.i") == str(columns + 2) else columns + 1
    assert page.evaluate("() => Number(document.activeElement.dataset.i)") == focused
    for _ in range(60):
        page.keyboard.press("ArrowDown")
    assert page.evaluate("() => Number(document.activeElement.dataset.i)") == focused + 60 * columns
    page.keyboard.press("x")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_text("3 items selected")).to_be_visible()
    page.keyboard.press("Control+a")
    expect(page.get_by_text(f"{TOTAL:,} items selected")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("items selected")).to_have_count(0)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/items/\d+$"))


def test_a_changed_library_is_announced_and_not_reshuffled(open_shelf: OpenShelf, server: Server) -> None:
    page = open_shelf()
    shelf.ready(page)
    page.get_by_role("slider", name="Position in the list").press("PageDown")
    shelf.ready(page)
    before = shelf.on_screen(page)
    server.control(snapshot="2")
    page.get_by_role("slider", name="Position in the list").press("End")
    shelf.at(page, TOTAL - 1)
    expect(page.get_by_text("The library changed")).to_be_visible()
    page.get_by_role("button", name="Refresh").click()
    expect(page.get_by_text("The library changed")).to_have_count(0)
    shelf.at(page, TOTAL - 1)
    assert before


def test_a_failing_server_is_explained_and_can_be_tried_again(open_shelf: OpenShelf, server: Server) -> None:
    server.control(failing=True)
    page = open_shelf()
    expect(page.get_by_role("alert")).to_contain_text("The library is being rebuilt")
    server.control(failing=False)
    page.get_by_role("button", name="Try again").click()
    shelf.ready(page)


def test_a_running_scan_shows_in_the_top_bar(open_shelf: OpenShelf, server: Server) -> None:
    page = open_shelf()
    shelf.ready(page)
    job = {"id": 5, "kind": "scan", "state": "running", "done": 42, "total": 100, "started_at": "2024-05-01T10:00:00Z", "finished_at": None}
    server.control(job=job)
    expect(page.get_by_role("link", name="Activity: Scan 42 %")).to_be_visible()
    server.control(job={**job, "finished_at": "2024-05-01T10:01:00Z"})
    expect(page.get_by_role("link", name="Activity: Scan 42 %")).to_have_count(0)
