"""People in a real browser, on the real server: what an administrator keeps from somebody is not there for him, from the next page on."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pages import Open
from tests.e2e.product import Product, scanned, some

MIA, PASSWORD = "Mia", "seven red foxes"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Set up and scanned; books and pictures, because both carry tags."""
    with scanned(tmp_path_factory.mktemp("people"), some(books=6, images=8)) as started:
        yield started


def test_what_is_kept_from_somebody_is_not_there_for_him_until_it_is_allowed_again(open_page: Open, product: Product) -> None:
    tag = product.get("/api/tags", sort="count")["items"][0]
    tagged = product.first(tag=tag["id"])
    total = product.get("/api/items")["pagination"]["total_count"]
    hidden = product.get("/api/items", tag=tag["id"])["pagination"]["total_count"]
    assert 0 < hidden < total

    admin = open_page("/users")
    _add_user(admin)
    admin.get_by_role("link", name=f"Change what is kept from {MIA}").click()
    _hide_tag(admin, tag["name"])
    expect(admin.get_by_text(f"This would hide {hidden} of {total} items")).to_be_visible()
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_text(f"This hides {hidden} of {total} items")).to_be_visible()

    mia = open_page("/browse", signed_in=False)
    mia.get_by_label("Name").fill(MIA)
    mia.get_by_label("Password", exact=True).fill(PASSWORD)
    mia.get_by_role("button", name="Sign in").click()
    expect(mia.get_by_role("link", name="Users")).to_be_hidden()
    _sees(mia, total - hidden)
    mia.goto(f"{product.url}/items/{tagged['id']}")
    expect(mia.get_by_role("heading", name="This item is not in the library")).to_be_visible()

    admin.goto(f"{product.url}/items/{tagged['id']}")
    admin.get_by_role("button", name="More").click()
    admin.get_by_role("menuitem", name="Who can see this?").click()
    reasons = admin.get_by_role("listitem", name=MIA)
    expect(reasons).to_contain_text("Hidden")
    expect(reasons).to_contain_text(tag["name"])

    reasons.get_by_role("link", name="their own rules").click()
    admin.get_by_role("button", name="Remove rule 1").click()
    expect(admin.get_by_text(f"This would hide none of {total} items")).to_be_visible()
    admin.get_by_role("button", name="Save").click()
    expect(admin.get_by_text(f"This hides none of {total} items")).to_be_visible()
    mia.reload()
    expect(mia.get_by_role("heading", level=1, name=tagged["title"])).to_be_visible()
    mia.goto(f"{product.url}/browse")
    _sees(mia, total)


def test_what_one_hides_oneself_comes_back_by_undo_and_from_the_list_of_it(open_page: Open, product: Product) -> None:
    book = product.first(kind="book")
    total = product.get("/api/items")["pagination"]["total_count"]
    page = open_page("/browse")
    _sees(page, total)
    _hide_item(page, product, book["id"])
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Undo")).to_be_hidden()
    page.goto(f"{product.url}/browse")
    _sees(page, total)

    _hide_item(page, product, book["id"])
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.goto(f"{product.url}/hidden")
    page.get_by_role("button", name=f"Show again: {book['title']}").click()
    expect(page.get_by_role("heading", name="You hid nothing")).to_be_visible()
    assert product.item(book["id"])["title"] == book["title"]


def test_a_tag_is_hidden_from_its_page_and_with_it_all_that_carries_it(open_page: Open, product: Product) -> None:
    tag = product.get("/api/tags", sort="count")["items"][0]
    total = product.get("/api/items")["pagination"]["total_count"]
    page = open_page(f"/tags/{tag['id']}")
    page.get_by_role("button", name="Hide from me").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    expect(page).to_have_url(f"{product.url}/tags")
    left = product.get("/api/items")["pagination"]["total_count"]
    assert left == total - tag["item_count"]
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Browse").click()
    _sees(page, left)
    page.get_by_role("button", name="Undo").click()
    _sees(page, total)


def _add_user(page: Page) -> None:
    page.get_by_role("button", name="Add a user").click()
    dialog = page.get_by_role("dialog", name="Add a user")
    dialog.get_by_role("textbox", name="Name").fill(MIA)
    dialog.get_by_label("Password", exact=True).fill("short")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog).to_be_visible()
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", level=1, name=MIA)).to_be_visible()


def _hide_tag(page: Page, name: str) -> None:
    page.get_by_role("button", name="Add a rule").click()
    page.get_by_role("textbox", name="Hidden tags").fill(name)
    page.get_by_role("option", name=name).first.click()


def _hide_item(page: Page, product: Product, item_id: int) -> None:
    page.goto(f"{product.url}/items/{item_id}")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Hide from me").click()
    expect(page.get_by_text("is hidden from you")).to_be_visible()


def _sees(page: Page, count: int) -> None:
    """The grid of the browse page holds so many."""
    expect(page.get_by_role("main").get_by_text(f"{count:,} items", exact=True)).to_be_visible()
