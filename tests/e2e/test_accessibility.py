"""Every page passes the automatic accessibility checks in both themes, and the phone layout is a layout of its own."""

import pytest
from playwright.sync_api import expect

from tests.e2e import shelf
from tests.e2e.conftest import OpenShelf
from tests.e2e.pages import needs_axe, serious_violations

PAGES = ("/browse", "/browse?view=list&tag=11&tag=-22", "/browse?view=pages&page=3", "/browse?q=nothing", "/persons", "/tags")


@needs_axe
@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("path", PAGES)
def test_no_serious_violation(open_shelf: OpenShelf, path: str, theme: str) -> None:
    page = open_shelf(path, theme=theme)
    page.get_by_role("heading", level=1).wait_for()
    page.wait_for_load_state("networkidle") if path != "/browse" else shelf.ready(page)
    assert serious_violations(page) == []


def test_a_phone_gets_tabs_a_drawer_and_at_least_two_columns(open_shelf: OpenShelf) -> None:
    page = open_shelf(width=412, height=860, touch=True)
    shelf.ready(page)
    assert int(page.get_by_role("grid").get_attribute("aria-colcount") or 0) >= 2
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 412
    page.get_by_role("button", name="Filters").tap()
    drawer = page.get_by_role("dialog")
    expect(drawer.get_by_role("heading", name="Kind")).to_be_visible()
    page.get_by_role("button", name="Close the filters").tap()
    page.get_by_role("link", name="People").tap()
    expect(page.get_by_role("heading", level=1, name="People")).to_be_visible()
