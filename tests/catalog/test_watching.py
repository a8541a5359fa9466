"""Watching as the catalogue sees it: what to go on with, the history, and what restrictions take out of both."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from longshelf.catalog.editing import EditMe
from longshelf.catalog.filters import read_filters
from longshelf.catalog.paging import PageRequest
from longshelf.catalog.personal_shapes import HistoryList, WatchPing
from longshelf.catalog.shapes import ItemList
from longshelf.errors import NotFound, NotSignedIn
from longshelf.model.viewer import NOBODY, Viewer
from tests.catalog.personal_shelf import ANN, BOB, WAYS, OwnShelf, own_shelf

EVERYTHING = read_filters([])


@pytest.fixture(params=WAYS)
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OwnShelf]:
    with own_shelf(request, tmp_path, count=30) as found:
        yield found


def _unfinished(shelf: OwnShelf, viewer: Viewer, request: PageRequest | None = None) -> ItemList:
    return msgspec.json.decode(shelf.watching.unfinished(viewer, EVERYTHING, request or PageRequest()).read(), type=ItemList)


def _history(shelf: OwnShelf, viewer: Viewer, page: int = 1, size: int = 50) -> HistoryList:
    return msgspec.json.decode(shelf.watching.history(viewer, page, size), type=HistoryList)


def _ping(shelf: OwnShelf, viewer: Viewer, item_id: int, seq: int, **rest: object) -> None:
    shelf.clock.forward(seconds=1)
    shelf.watching.ping(viewer, item_id, WatchPing(session="one", seq=seq, **rest))  # type: ignore[arg-type]  # the test's own words


def test_what_was_begun_last_comes_first_and_what_was_finished_is_gone(shelf: OwnShelf) -> None:
    for item_id, progress in ((3, 0.5), (1, 0.2), (2, 0.94), (4, 0.95), (5, 1.0), (6, 0.0)):
        _ping(shelf, ANN, item_id, 1, event="seek", progress=progress)
    assert [item.id for item in _unfinished(shelf, ANN).items] == [2, 1, 3]
    assert [item.id for item in _unfinished(shelf, ANN, PageRequest(page=2, size=2)).items] == [3]
    assert _unfinished(shelf, ANN).pagination.total_count == 3
    assert _unfinished(shelf, BOB).items == []
    _ping(shelf, ANN, 2, 2, event="end", progress=0.99)
    _ping(shelf, ANN, 3, 2, event="seek", progress=0.6)
    assert [item.id for item in _unfinished(shelf, ANN).items] == [3, 1]
    kinds = {item.kind for item in _unfinished(shelf, ANN).items}
    only = shelf.watching.unfinished(ANN, read_filters([("kind", "image")]), PageRequest()).read()
    assert "image" not in kinds
    assert msgspec.json.decode(only, type=ItemList).items == []


def test_a_mark_finishes_and_taking_it_back_forgets_the_place(shelf: OwnShelf) -> None:
    _ping(shelf, ANN, 1, 1, event="seek", progress=0.5)
    me = shelf.watching.mark(ANN, 1, watched=True)
    assert (me.progress, me.play_count) == (1.0, 1)
    assert _unfinished(shelf, ANN).items == []
    me = shelf.watching.mark(ANN, 1, watched=False)
    assert (me.progress, me.play_count) == (None, 0)
    with pytest.raises(NotFound):
        shelf.watching.mark(ANN, 9_999, watched=True)


def test_the_history_is_newest_first_in_pages_and_each_persons_own(shelf: OwnShelf) -> None:
    for item_id in (1, 2, 1, 3):
        shelf.watch(ANN, item_id, 300)
    shelf.watch(BOB, 5, 10)
    found = _history(shelf, ANN)
    assert [entry.item.id for entry in found.items] == [3, 1, 2, 1]
    assert all(entry.counted and entry.seconds == 300 and entry.source == "watched" for entry in found.items)
    assert [entry.id for page in (1, 2) for entry in _history(shelf, ANN, page, 3).items] == [entry.id for entry in found.items]
    assert [entry.item.id for entry in _history(shelf, BOB).items] == [5]
    assert found.items[1].item.me.play_count == 2


def test_an_entry_can_be_forgotten_and_all_of_them(shelf: OwnShelf) -> None:
    for item_id in (1, 2, 1):
        shelf.watch(ANN, item_id, 300)
    shelf.watch(BOB, 1, 300)
    last = _history(shelf, ANN).items[0]
    shelf.watching.forget(ANN, last.id)
    assert [entry.item.id for entry in _history(shelf, ANN).items] == [2, 1]
    assert shelf.catalog.item(ANN, 1).me.play_count == 1
    for viewer, play_id in ((ANN, last.id), (ANN, _history(shelf, BOB).items[0].id)):
        with pytest.raises(NotFound):
            shelf.watching.forget(viewer, play_id)
    shelf.watching.clear(ANN)
    assert _history(shelf, ANN).items == []
    assert shelf.catalog.item(ANN, 1).me.play_count == 0
    assert len(_history(shelf, BOB).items) == 1


def test_restrictions_take_items_out_of_both_lists_and_their_counts(shelf: OwnShelf) -> None:
    tag = shelf.entity("tag", "sea")
    hidden, shown = shelf.carrying(tag)[0], next(each for each in shelf.made.ids if each not in shelf.carrying(tag))
    for item_id in (hidden, shown):
        _ping(shelf, BOB, item_id, 1, event="seek", progress=0.5)
    before = _history(shelf, BOB).snapshot
    shelf.hide_tag(BOB, tag)
    assert [entry.item.id for entry in _history(shelf, BOB).items] == [shown]
    assert _history(shelf, BOB).pagination.total_count == 1
    assert _history(shelf, BOB).snapshot != before
    assert [item.id for item in _unfinished(shelf, BOB).items] == [shown]
    assert _unfinished(shelf, BOB).pagination.total_count == 1
    for change in (lambda: shelf.watching.mark(BOB, hidden, watched=True), lambda: _ping(shelf, BOB, hidden, 9)):
        with pytest.raises(NotFound):
            change()


def test_what_i_hid_myself_is_nothing_to_go_on_with(shelf: OwnShelf) -> None:
    for item_id in (1, 2):
        _ping(shelf, ANN, item_id, 1, event="seek", progress=0.5)
    shelf.editing.edit_me(ANN, 1, EditMe(hidden=True))
    assert [item.id for item in _unfinished(shelf, ANN).items] == [2]
    assert [entry.item.id for entry in _history(shelf, ANN).items] == [2]


def test_nobody_has_none_of_it(shelf: OwnShelf) -> None:
    for call in (
        lambda: shelf.watching.history(NOBODY, 1, 50),
        lambda: shelf.watching.clear(NOBODY),
        lambda: shelf.watching.forget(NOBODY, 1),
        lambda: shelf.watching.mark(NOBODY, 1, watched=True),
        lambda: _ping(shelf, NOBODY, 1, 1),
    ):
        with pytest.raises(NotSignedIn):
            call()
    assert _unfinished(shelf, NOBODY).items == []


def test_a_ping_moves_no_revision_of_the_catalogue(shelf: OwnShelf) -> None:
    before = shelf.catalog.revision()
    shelf.watch(ANN, 1, 300)
    assert shelf.catalog.revision() == before
