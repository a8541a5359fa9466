"""Edits that reach further than one item, in a real browser on the real server: each is made, seen, and taken back."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.pages import Open
from tests.e2e.product import Product, scanned, write_media

JOB_MS = 15_000  # a job waits for its worker, on a loaded machine


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Set up and scanned."""
    with scanned(tmp_path_factory.mktemp("editing"), write_media) as started:
        yield started


def test_a_tag_is_added_to_three_items_at_once_and_taken_off_again(open_page: Open, product: Product) -> None:
    before = _links(product)
    page = open_page("/browse?kind=book&sort=title")
    cards = page.get_by_role("gridcell").get_by_role("link")
    cards.nth(2).wait_for()
    cards.first.focus()
    page.keyboard.press("x")
    for _ in range(2):
        page.keyboard.press("Shift+ArrowRight")
    expect(page.get_by_text("3 items selected")).to_be_visible()
    page.get_by_role("region", name="Selection").get_by_role("button", name="Change…").click()
    dialog = page.get_by_role("dialog", name="Change 3 items")
    dialog.get_by_role("combobox", name="Change 1: value").fill("To lend")
    page.keyboard.press("Enter")
    dialog.get_by_role("button", name="Change 3 items").click()
    expect(page.get_by_text("3 items changed.")).to_be_visible(timeout=JOB_MS)
    tagged = [title for title, links in _links(product).items() if ("tag", "To lend") in links]
    books = [one["title"] for one in product.get("/api/items", kind="book", sort="title")["items"]]
    assert sorted(tagged) == sorted(books[:3])
    # What came of it is on the screen without a reload.
    expect(page.get_by_role("group", name="Tag").get_by_role("button", name=re.compile("To lend"))).to_be_visible()

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("As it was before.")).to_be_visible(timeout=JOB_MS)
    assert _links(product) == before
    expect(page.get_by_role("group", name="Tag").get_by_role("button", name=re.compile("To lend"))).to_have_count(0)


def test_two_people_become_one_and_two_again(open_page: Open, product: Product) -> None:
    before = _links(product)
    kept, other = product.get("/api/persons", sort="name")["items"][:2]
    page = open_page("/persons")
    page.get_by_role("button", name="Select").click()
    for person in (kept, other):
        page.get_by_role("gridcell").get_by_role("link", name=person["name"]).first.click()
    selection = page.get_by_role("region", name="Selection")
    expect(selection.get_by_text("2 people selected")).to_be_visible()
    selection.get_by_role("button", name="Merge…").click()
    dialog = page.get_by_role("dialog", name="Merge 2 people")
    dialog.get_by_role("radio", name=kept["name"]).check()
    expect(dialog.get_by_text(f"{other['name']} will vanish into {kept['name']}.")).to_be_visible()
    dialog.get_by_role("button", name=f"Merge into {kept['name']}").click()
    expect(page.get_by_text(f"{other['name']} is now {kept['name']}.")).to_be_visible(timeout=JOB_MS)
    cards = page.get_by_role("grid", name="People")
    expect(cards.get_by_text(other["name"], exact=True)).to_have_count(0)
    expect(cards.get_by_text(kept["name"], exact=True)).to_be_visible()
    assert ("person", other["name"]) not in {link for links in _links(product).values() for link in links}

    # Not from the notice this time: the page of who stayed knows it as well.
    page.goto(f"{product.url}/persons/{kept['id']}")
    merges = page.get_by_role("region", name="Merged into this")
    merges.get_by_role("button", name=f"Undo the merge of {other['name']}").click()
    expect(page.get_by_text("As it was before.")).to_be_visible(timeout=JOB_MS)
    expect(merges.get_by_text("Undone")).to_be_visible()
    assert _links(product) == before


def _links(product: Product) -> dict[str, list[tuple[str, str]]]:
    """What each item is linked to, by title."""
    found = [product.item(card["id"]) for card in product.get("/api/items", page_size=100)["items"]]
    return {one["title"]: sorted((link["kind"], link["name"]) for link in one["links"]) for one in found}
