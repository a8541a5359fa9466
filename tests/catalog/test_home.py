"""The home page: rows in the order somebody chose, of what there is for him."""

from urllib.parse import parse_qsl

import pytest

from longshelf.catalog.filters import read_filters
from longshelf.catalog.home import BUILTINS, HomePages
from longshelf.catalog.personal_shapes import ChooseHome, ChosenCarousel, Home
from longshelf.catalog.views import Views
from longshelf.errors import Invalid, NotSignedIn
from longshelf.model.times import DAY
from longshelf.model.viewer import NOBODY, Viewer
from longshelf.store import accounts
from longshelf.store.database import Database
from tests.catalog.personal_shelf import ANN, BOB, NOON, Clock


class Pages:
    def __init__(self, database: Database) -> None:
        self.clock = Clock(NOON)
        database.clock = self.clock
        self.database = database
        self.home = HomePages(database)
        self.views = Views(database)
        with database.write_quietly() as connection:
            for name in ("ann", "bob"):
                accounts.add_user(connection, name, password_hash="", admin=False, at=1)

    def choose(self, viewer: Viewer, *names: str) -> Home:
        return self.home.choose(viewer, ChooseHome(carousels=[ChosenCarousel(id=name) for name in names]))


@pytest.fixture
def pages(database: Database) -> Pages:
    return Pages(database)


def _names(home: Home) -> list[str]:
    return [each.id for each in home.carousels]


def test_a_new_person_has_the_usual_page(pages: Pages) -> None:
    home = pages.home.read(ANN)
    assert _names(home) == ["continue", "recommended", "recent", "favorites", "random"]
    assert not home.custom
    assert {each.id for each in home.available} == set(BUILTINS) - set(_names(home))


def test_rows_are_kept_in_the_order_and_under_the_titles_they_were_given(pages: Pages) -> None:
    sea = pages.views.save(1, "Sea", "q=sea&sort=date")
    chosen = [ChosenCarousel(id=f"view-{sea.id}", title="By the sea"), ChosenCarousel(id="random"), ChosenCarousel(id="reading")]
    home = pages.home.choose(ANN, ChooseHome(carousels=chosen))
    assert home == pages.home.read(ANN)
    assert home.custom
    first = home.carousels[0]
    assert (first.title, first.path, first.query, first.view_id, first.view_name) == (
        "By the sea", "api/items", "q=sea&sort=date", sea.id, "Sea",
    )  # fmt: skip
    assert _names(home) == [f"view-{sea.id}", "random", "reading"]
    assert not {each.id for each in home.available} & set(_names(home))
    assert _names(pages.home.read(BOB)) != _names(home)
    assert not pages.home.read(BOB).custom


def test_a_page_without_rows_is_a_choice_and_null_takes_it_back(pages: Pages) -> None:
    assert pages.choose(ANN).carousels == []
    assert pages.home.read(ANN).custom
    back = pages.home.choose(ANN, ChooseHome(carousels=None))
    assert back == pages.home.read(ANN)
    assert not back.custom


def test_a_view_that_is_gone_is_left_out_and_one_of_somebody_else_cannot_be_chosen(pages: Pages) -> None:
    sea = pages.views.save(1, "Sea", "q=sea")
    pages.choose(ANN, f"view-{sea.id}", "recent")
    with pytest.raises(Invalid, match=r"view-"):
        pages.choose(BOB, f"view-{sea.id}")
    pages.views.remove(1, sea.id)
    assert _names(pages.home.read(ANN)) == ["recent"]


@pytest.mark.parametrize("names", [("nothing",), ("recent", "recent"), ("view-99",), ("view-",)])
def test_nonsense_is_refused_and_changes_nothing(pages: Pages, names: tuple[str, ...]) -> None:
    with pytest.raises(Invalid) as caught:
        pages.choose(ANN, *names)
    assert caught.value.field == f"carousels[{len(names) - 1}].id"
    assert not pages.home.read(ANN).custom


def test_every_built_in_row_is_a_list_the_server_understands(pages: Pages) -> None:
    home = pages.home.read(ANN)
    for each in (*home.carousels, *home.available):
        assert each.path in {"api/items", "api/items/continue", "api/items/recommended"}
        read_filters(parse_qsl(each.query))


def test_the_random_row_is_another_one_every_day_and_for_everybody(pages: Pages) -> None:
    def query(viewer: Viewer) -> str:
        return next(each.query for each in pages.home.read(viewer).carousels if each.id == "random")

    today = query(ANN)
    pages.clock.now += DAY // 3
    assert query(ANN) == today != query(BOB)
    pages.clock.now += DAY
    assert query(ANN) != today


def test_nobody_has_no_page(pages: Pages) -> None:
    with pytest.raises(NotSignedIn):
        pages.home.read(NOBODY)
    with pytest.raises(NotSignedIn):
        pages.choose(NOBODY)
