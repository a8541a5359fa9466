"""Recommendations: what taste brings, why, in which order, and what they never show."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from longshelf.catalog import recommended
from longshelf.catalog.editing import EditEntityMe, EditMe
from longshelf.catalog.filters import read_filters
from longshelf.catalog.personal_shapes import RecommendedItem, RecommendedList
from longshelf.errors import NotSignedIn
from longshelf.model.kinds import EntityKind
from longshelf.model.taste import MOST
from longshelf.model.viewer import NOBODY, Viewer
from longshelf.store import bulk, personal, tables
from tests.catalog.personal_shelf import ANN, BOB, WAYS, OwnShelf, own_shelf
from tests.support.catalogue import add_items, plain


@pytest.fixture(params=WAYS)
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OwnShelf]:
    with own_shelf(request, tmp_path) as found:
        yield found


def _list(shelf: OwnShelf, viewer: Viewer, page: int = 1, size: int = 1_000, **filters: str) -> RecommendedList:
    return msgspec.json.decode(shelf.recommended.browse(viewer, read_filters(filters.items()), page, size), type=RecommendedList)


def _ids(found: RecommendedList) -> list[int]:
    return [item.id for item in found.items]


def _because(item: RecommendedItem) -> set[tuple[str, str]]:
    return {(each.kind, each.name) for each in item.because}


def test_a_favourite_brings_what_shares_its_series_and_people_first_and_says_so(shelf: OwnShelf) -> None:
    series = shelf.carrying(shelf.entity("series", "Earthsea"))
    shelf.editing.edit_me(ANN, series[0], EditMe(favorite=True))
    found = _list(shelf, ANN)
    firsts = found.items[:8]
    assert len({item.id for item in firsts} & set(series)) >= 2
    named = next(item for item in firsts if item.id in series)
    assert ("series", "Earthsea") in _because(named)
    title = shelf.catalog.item(ANN, series[0]).title
    assert ("item", title) in _because(named)
    links = {(link.kind.value, link.name) for link in shelf.catalog.item(ANN, named.id).links}
    assert _because(named) - {("item", title)} <= links
    assert series[0] not in _ids(found)


def test_what_was_touched_is_left_out(shelf: OwnShelf) -> None:
    author = shelf.entity("person", "O'Reilly")
    one, two, three, four, five, six = shelf.carrying(author)[:6]
    shelf.editing.edit_me(ANN, one, EditMe(favorite=True))
    assert {two, three, four, five, six} <= set(_ids(_list(shelf, ANN)))
    shelf.editing.edit_me(ANN, two, EditMe(rating=30))
    shelf.editing.edit_me(ANN, three, EditMe(hidden=True))
    shelf.editing.edit_me(ANN, four, EditMe(progress=0.3))
    shelf.watching.mark(ANN, five, watched=True)
    found = set(_ids(_list(shelf, ANN)))
    assert not found & {one, two, three, four, five}
    assert six in found


def test_a_favourite_person_and_a_low_rated_tag_count(shelf: OwnShelf) -> None:
    author, tag = shelf.entity("person", "村上 春樹"), shelf.entity("tag", "night")
    shelf.editing.edit_entity_me(ANN, EntityKind.PERSON, author, EditEntityMe(favorite=True))
    by_author = set(shelf.carrying(author))
    liked = [item for item in _list(shelf, ANN).items if ("person", "村上 春樹") in _because(item)]
    assert {item.id for item in liked} == by_author
    shelf.editing.edit_entity_me(ANN, EntityKind.TAG, tag, EditEntityMe(rating=0))
    ranked = [item.id for item in _list(shelf, ANN).items if item.id in by_author]
    night = set(shelf.carrying(tag))
    assert 0 < len(night & by_author) < len(by_author)
    places = {item_id: place for place, item_id in enumerate(ranked)}
    average = {within: [places[each] for each in ranked if (each in night) == within] for within in (True, False)}
    assert not average[True] or sum(average[True]) / len(average[True]) > sum(average[False]) / len(average[False])


def test_the_list_is_the_same_all_day_whatever_is_played_and_moves_the_next(shelf: OwnShelf) -> None:
    for item_id in (1, 8, 15):
        shelf.editing.edit_me(ANN, item_id, EditMe(rating=90))
    before = _ids(_list(shelf, ANN))
    shelf.clock.forward(seconds=3_600)
    assert _ids(_list(shelf, ANN)) == before
    played = before[0]
    shelf.watch(ANN, played, 300)
    assert _ids(_list(shelf, ANN)) == before[1:]
    shelf.watching.mark(ANN, before[3], watched=True)
    assert _ids(_list(shelf, ANN)) == [each for each in before[1:] if each != before[3]]
    shelf.clock.forward(days=1)
    after = _ids(_list(shelf, ANN))
    assert set(after) == set(before) - {before[0], before[3]}
    assert after != [each for each in before if each in after]
    shelf.watch(ANN, played, 300)  # once more, which is nothing new
    assert _ids(_list(shelf, ANN)) == after


def test_pages_join_to_the_whole(shelf: OwnShelf) -> None:
    shelf.editing.edit_me(ANN, 7, EditMe(favorite=True))
    whole = _list(shelf, ANN)
    pages = [_list(shelf, ANN, page, 7) for page in range(1, 12)]
    assert [each for page in pages for each in _ids(page)] == _ids(whole)
    assert len(set(_ids(whole))) == len(whole.items) == whole.pagination.total_count
    assert {page.snapshot for page in pages} == {whole.snapshot}
    assert pages[-1].items == []


def test_filters_leave_their_items_and_taste_is_that_of_all(shelf: OwnShelf) -> None:
    series = shelf.carrying(shelf.entity("series", "Earthsea"))
    shelf.editing.edit_me(ANN, series[0], EditMe(favorite=True))
    liked = shelf.catalog.item(ANN, series[0]).kind
    other = next(kind for kind in ("book", "video", "comic") if kind != liked)
    found = _list(shelf, ANN, kind=other)
    assert {item.kind for item in found.items} == {other}
    assert any(("series", "Earthsea") in _because(item) for item in found.items)
    assert {item.kind for item in _list(shelf, BOB, kind=other).items} == {other}


def test_who_has_said_nothing_gets_what_is_rated_highly_and_then_what_is_new(shelf: OwnShelf) -> None:
    found = _list(shelf, BOB)
    kinds = [item.because[0].kind for item in found.items]
    assert kinds == sorted(kinds, reverse=True)
    assert set(kinds) == {"rated", "new"}
    assert all((item.rating or 0) >= recommended.HIGH for item in found.items if item.because[0].kind == "rated")
    assert all((item.rating or 0) < recommended.HIGH for item in found.items if item.because[0].kind == "new")
    assert set(_ids(found)) == set(shelf.made.ids)


def test_nothing_hidden_is_shown_or_named_or_counted(shelf: OwnShelf) -> None:
    tag = shelf.entity("tag", "dune")
    carrying = shelf.carrying(tag)
    example = carrying[0]
    shelf.editing.edit_me(BOB, example, EditMe(favorite=True))
    shelf.editing.edit_entity_me(BOB, EntityKind.TAG, tag, EditEntityMe(favorite=True))
    before = _list(shelf, BOB)
    assert set(_ids(before)) & set(carrying)
    assert any(("tag", "dune") in _because(item) for item in before.items)
    shelf.hide_tag(BOB, tag)
    after = _list(shelf, BOB)
    assert not set(_ids(after)) & set(carrying)
    assert after.pagination.total_count == len(after.items)
    reasons = {(each.kind, each.id) for item in after.items for each in item.because}
    assert ("tag", tag) not in reasons
    assert ("item", example) not in reasons
    assert {kind for kind, _ in reasons} == {"rated", "new"}  # what he said about the hidden says nothing
    assert after.snapshot != before.snapshot


def test_what_gets_a_hidden_tag_is_gone_before_an_index_knows(shelf: OwnShelf) -> None:
    tag = shelf.entity("tag", "dune")
    shelf.hide_tag(BOB, tag)
    shown = _ids(_list(shelf, BOB))[0]
    with shelf.database.write() as write:
        bulk.insert(write.connection, tables.link, ("item_id", "entity_id", "kind", "role"), [(shown, tag, "tag", "")])
        write.touch([shown])
    assert shown not in _ids(_list(shelf, BOB))
    shelf.refresh()
    assert shown not in _ids(_list(shelf, BOB))


def test_who_turns_pages_costs_little_until_something_changes(shelf: OwnShelf) -> None:
    def cost(viewer: Viewer, page: int) -> int:
        before = shelf.database.statements
        _list(shelf, viewer, page, 5)
        return shelf.database.statements - before

    shelf.editing.edit_me(ANN, 7, EditMe(favorite=True))
    first = cost(ANN, 1)
    assert cost(ANN, 2) < first / 2
    assert cost(BOB, 1) > cost(BOB, 2)
    shelf.editing.edit_me(ANN, 14, EditMe(favorite=True))
    assert 14 not in _ids(_list(shelf, ANN))
    new = add_items(shelf.database, shelf.made.library_id, [plain(7 + 7 * 40)])
    shelf.refresh()
    assert set(new) <= set(_ids(_list(shelf, ANN)))


def test_the_first_request_of_somebody_who_rated_much_sends_no_more_statements(shelf: OwnShelf) -> None:
    """What he said is read field by field, whole, and not item by item."""

    def cost(viewer: Viewer) -> int:
        before = shelf.database.statements
        assert _list(shelf, viewer).items
        return shelf.database.statements - before

    more = add_items(shelf.database, shelf.made.library_id, [plain(number) for number in range(1_000, 1_400)])
    shelf.refresh()
    for viewer, rated in ((ANN, more[:2]), (BOB, more[:300])):
        with shelf.database.write_quietly() as connection:
            personal.put_items(connection, [(viewer.user_id, each, 90, 0, None, 0, 0.0, None, 0, 1) for each in rated])
    few, many = cost(ANN), cost(BOB)
    assert many <= few


def test_nobody_is_recommended_nothing(shelf: OwnShelf) -> None:
    with pytest.raises(NotSignedIn):
        _list(shelf, NOBODY)


def test_the_work_does_not_grow_with_the_library(shelf: OwnShelf) -> None:
    """The same number of statements, and never more items than MOST."""
    shelf.editing.edit_me(ANN, 7, EditMe(favorite=True))
    _list(shelf, ANN, 1, 20)
    first = shelf.database.statements
    _list(shelf, ANN, 1, 20)
    few = shelf.database.statements - first
    add_items(shelf.database, shelf.made.library_id, [plain(number) for number in range(1_000, 1_900)])
    shelf.refresh()
    _list(shelf, ANN, 1, 20)
    first = shelf.database.statements
    found = _list(shelf, ANN, 1, 20)
    assert shelf.database.statements - first <= few
    assert few <= 40
    assert found.pagination.total_count <= MOST
