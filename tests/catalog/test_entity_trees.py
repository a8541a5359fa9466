"""Entities without an item of their own that stand above some with one: in lists, counts and suggestions, and as one of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from longshelf.catalog.editing import EditEntityMe
from longshelf.catalog.entities import EntityQuery
from longshelf.catalog.paging import PageRequest
from longshelf.catalog.shapes import EntityList
from longshelf.errors import NotFound
from longshelf.model.kinds import EntityKind
from longshelf.model.text import natural_key
from longshelf.model.viewer import Viewer
from longshelf.store import bulk, entity_writing, tables
from tests.catalog.personal_shelf import ANN, BOB, WAYS, OwnShelf, own_shelf

TAG = EntityKind.TAG


@pytest.fixture(params=WAYS)
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OwnShelf]:
    """The tag dune stands below Books, which stands below Media; nothing stands below Empty."""
    with own_shelf(request, tmp_path) as found:
        media, books, _ = (_add(found, name) for name in ("Media", "Books", "Empty"))
        _stand(found, found.entity("tag", "dune"), books)
        _stand(found, books, media)
        found.refresh()
        yield found


def _add(shelf: OwnShelf, name: str) -> int:
    with shelf.database.write() as write:
        (entity_id,) = bulk.next_ids(write.connection, tables.entity, 1)
        columns = ("id", "library_id", "kind", "name", "name_key", "sort_key", "created_at", "updated_at", "revision")
        bulk.insert(
            write.connection,
            tables.entity,
            columns,
            [(entity_id, shelf.made.library_id, "tag", name, name.lower(), name.lower(), 0, 0, write.revision)],
        )
        write.touch(entities=[entity_id])
    return entity_id


def _stand(shelf: OwnShelf, child: int, *parents: int) -> None:
    with shelf.database.write() as write:
        entity_writing.set_parents(write.connection, child, parents)
        write.touch(entities=[child])


def _list(shelf: OwnShelf, viewer: Viewer, query: EntityQuery | None = None, size: int = 50) -> EntityList:
    return shelf.entities.browse(viewer, TAG, query or EntityQuery(), PageRequest(size=size))


def _names(found: EntityList) -> list[str]:
    return [each.name for each in found.items]


def test_a_list_shows_what_stands_above_with_no_items_and_how_many_there_are_below(shelf: OwnShelf) -> None:
    found = _list(shelf, ANN)
    assert {"Books", "Media"} <= set(_names(found))
    assert "Empty" not in _names(found)
    assert _names(found) == sorted(_names(found), key=natural_key)
    assert found.pagination.total_count == len(found.items)
    assert {each.name: each.child_count for each in found.items if each.child_count} == {"Books": 1, "Media": 1}
    assert {each.name for each in found.items if not each.item_count} == {"Books", "Media"}
    assert _names(_list(shelf, ANN, EntityQuery(q="book"))) == ["Books"]
    assert _names(_list(shelf, ANN, EntityQuery(sort="count")))[:2] == ["Media", "Books"]


def test_those_right_below_one_can_be_asked_for(shelf: OwnShelf) -> None:
    media, books = shelf.entity("tag", "Media"), shelf.entity("tag", "Books")
    assert _names(_list(shelf, ANN, EntityQuery(parent=media))) == ["Books"]
    assert _names(_list(shelf, ANN, EntityQuery(parent=books))) == ["dune"]
    assert _names(_list(shelf, ANN, EntityQuery(parent=10**9))) == []
    one = shelf.entities.one(ANN, TAG, media)
    assert (one.item_count, one.child_count) == (0, 1)


def test_pages_join_to_the_whole_over_those_without_items(shelf: OwnShelf) -> None:
    for sort in ("name", "count"):
        query = EntityQuery(sort=sort)
        walked, cursor = [], None
        while True:
            page = shelf.entities.browse(ANN, TAG, query, PageRequest(size=2, cursor=cursor))
            walked += _names(page)
            cursor = page.pagination.next_cursor
            if cursor is None:
                break
        assert walked == _names(_list(shelf, ANN, query))


def test_what_stands_above_goes_with_the_last_visible_one_below_and_comes_back(shelf: OwnShelf) -> None:
    dune, books = shelf.entity("tag", "dune"), shelf.entity("tag", "Books")
    before = _names(_list(shelf, BOB))
    shelf.hide_tag(BOB, dune)
    left = _list(shelf, BOB)
    assert not set(_names(left)) & {"dune", "Books", "Media"}
    assert left.pagination.total_count == len(left.items)
    assert _names(_list(shelf, BOB, EntityQuery(parent=books))) == []
    with pytest.raises(NotFound):
        shelf.entities.one(BOB, TAG, books)
    assert _names(_list(shelf, ANN)) == before
    shelf.hide_tag(BOB, 10**9)
    assert _names(_list(shelf, BOB)) == before


def test_what_stands_above_something_hidden_and_something_else_stays_and_tells_only_of_that(shelf: OwnShelf) -> None:
    books, night = shelf.entity("tag", "Books"), shelf.entity("tag", "night")
    _stand(shelf, night, books)
    shelf.refresh()
    shelf.hide_tag(BOB, shelf.entity("tag", "dune"))
    seen = {each.name: each.child_count for each in _list(shelf, BOB).items}
    if "night" in seen:  # it stays as long as it has an item without the other tag
        assert seen["Books"] == 1
    assert _names(_list(shelf, BOB, EntityQuery(parent=books))) == [each for each in seen if each == "night"]
    assert {each.name: each.child_count for each in _list(shelf, ANN).items}["Books"] == 2


def test_suggestions_and_favourites_know_what_stands_above(shelf: OwnShelf) -> None:
    books, empty = shelf.entity("tag", "Books"), shelf.entity("tag", "Empty")
    assert books in {each.id for each in shelf.entities.suggest(ANN, "boo", 10).items}
    assert empty not in {each.id for each in shelf.entities.suggest(ANN, "emp", 10).items}
    shelf.editing.edit_entity_me(ANN, TAG, books, EditEntityMe(favorite=True))
    favourites = shelf.favorites.browse(ANN, TAG, EntityQuery(), PageRequest(page=1))
    assert _names(favourites) == ["Books"]


def test_the_list_costs_no_more_statements_for_many_of_them(shelf: OwnShelf) -> None:
    def cost() -> int:
        _list(shelf, ANN, size=3)
        before = shelf.database.statements
        _list(shelf, ANN, size=3)
        return shelf.database.statements - before

    few, books, there = cost(), shelf.entity("tag", "Books"), len(_list(shelf, ANN).items)
    for number in range(40):
        _stand(shelf, _add(shelf, f"more {number}"), books)
    _stand(shelf, books, *(_add(shelf, f"above {number}") for number in range(40)))
    shelf.refresh()
    assert cost() <= few
    assert len(_list(shelf, ANN, size=200).items) == there - 1 + 40  # nothing is left below Media
