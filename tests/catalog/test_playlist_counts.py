"""Counts where no index makes them at once: by a job, for one state, and never a number that is not that."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from longshelf.catalog.playlist_counts import Counting
from longshelf.catalog.playlist_shapes import BlockSaid, Playlist
from longshelf.errors import LongshelfError
from longshelf.model.engine import Count
from longshelf.model.kinds import EntityKind
from longshelf.model.restrictions import Restrictions, Rule
from longshelf.model.times import SECOND
from longshelf.store import personal
from longshelf.store.database import run
from longshelf.store.engine.sql import SqlEngine, SqlSnapshot
from longshelf.tasks import block_counts
from tests.catalog.playlist_shelf import PlaylistShelf, playlist_shelf
from tests.visibility import worlds


@pytest.fixture(params=["sql-sqlite", "sql-postgres"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PlaylistShelf]:
    """Without an index."""
    with playlist_shelf(request, tmp_path, way=request.param) as found:
        found.indexed = False
        yield found


def _available(shelf: PlaylistShelf, made: Playlist) -> list[int | None]:
    found = shelf.playlists.one(shelf.bob, made.id).blocks
    assert [each.stale for each in found] == [each.available is None for each in found]
    assert not [each for each in found if each.stale and each.short]
    return [each.available for each in found]


def _exact(shelf: PlaylistShelf, made: Playlist) -> list[int | None]:
    shelf.indexed = True
    try:
        return [each.available for each in shelf.playlists.one(shelf.bob, made.id).blocks]
    finally:
        shelf.indexed = False


def _make(shelf: PlaylistShelf) -> Playlist:
    """Two blocks alike, one that asks for what bob says, one that cannot be read any more."""
    view = shelf.views.save(shelf.bob.user_id or 0, "V", "")
    said = [BlockSaid(), BlockSaid(), BlockSaid(filter="favorite=false"), BlockSaid(view_id=view.id)]
    made = shelf.make(shelf.bob, "W", *said)
    shelf.views.save(shelf.bob.user_id or 0, "V", "no_such=1")
    return made


def test_a_count_is_unknown_until_a_job_has_made_it_and_then_exact(shelf: PlaylistShelf) -> None:
    made = _make(shelf)
    assert _available(shelf, made) == [None, None, None, 0]
    assert shelf.run_job() == [{"counted": 2, "failed": 0}]  # the same thing once
    assert _available(shelf, made) == _exact(shelf, made)
    assert shelf.run_job() == []  # nobody asked for more
    assert shelf.preview(shelf.bob, filter="favorite=false").available == _exact(shelf, made)[2]


def test_whatever_it_follows_from_makes_it_unknown_again(shelf: PlaylistShelf) -> None:
    """A change of the catalogue, of the rules, and of what he said; and what does not concern it does not."""
    made, bob = _make(shelf), shelf.bob.user_id or 0
    some = sorted(shelf.world.items)
    tag = shelf.world.of_kind(EntityKind.TAG)[0]
    changes: list[tuple[Callable[[], Any], list[bool]]] = [
        (lambda: shelf.gone(some[:1]), [True, True]),
        (
            lambda: worlds.keep(shelf.database, shelf.world, bob, Restrictions(rules=(Rule(EntityKind.TAG, "exclude", (tag,)),))),
            [True, True],
        ),
        (lambda: _say(shelf, bob, some[1], {"favorite": True}), [False, True]),
        (lambda: _say(shelf, shelf.ann.user_id or 0, some[1], {"favorite": True}), [False, False]),
        (lambda: worlds.hide(shelf.database, shelf.world, bob, some[2:3], []), [True, True]),
    ]
    _available(shelf, made)
    shelf.run_job()
    for change, forgets in changes:
        before = _available(shelf, made)
        assert before == _exact(shelf, made)
        change()
        plain, _, own, _ = _available(shelf, made)
        assert [plain is None, own is None] == forgets
        shelf.run_job()
        assert _available(shelf, made) == _exact(shelf, made)


def _say(shelf: PlaylistShelf, user_id: int, item_id: int, said: dict[str, Any]) -> None:
    with shelf.database.write_quietly() as connection:
        personal.say_item(connection, user_id, item_id, said, at=1)


def test_a_count_of_one_person_is_nobody_elses(shelf: PlaylistShelf) -> None:
    worlds.keep(shelf.database, shelf.world, shelf.bob.user_id or 0, Restrictions(libraries=tuple(shelf.world.libraries[:1])))
    made = shelf.make(shelf.ann, "W", BlockSaid(), shared=True)
    shelf.run_job()
    everything = shelf.playlists.one(shelf.ann, made.id).blocks[0].available
    assert everything == len(shelf.world.items)
    assert _available(shelf, made) == [None]
    shelf.run_job()
    assert _available(shelf, made) == [len(shelf.world.visible(shelf.bob.user_id or 0))]
    assert shelf.playlists.one(shelf.ann, made.id).blocks[0].available == everything


def test_what_cannot_be_counted_stays_unknown_and_is_not_tried_for_ever(shelf: PlaylistShelf, monkeypatch: pytest.MonkeyPatch) -> None:
    made = shelf.make(shelf.bob, "W", BlockSaid(), BlockSaid(q="zqi*"))
    count = SqlSnapshot.count

    def failing(self: SqlSnapshot, query: Any, viewer: Any) -> Count:
        if "zqi" in str(query):
            raise LongshelfError("the database is away")
        return count(self, query, viewer)

    monkeypatch.setattr(SqlSnapshot, "count", failing)
    assert shelf.run_job() == [{"counted": 1, "failed": 1}]
    assert _available(shelf, made) == [len(shelf.world.items), None]
    assert shelf.run_job() == []
    monkeypatch.undo()
    shelf.gone(sorted(shelf.world.items)[:1])
    _available(shelf, made)
    shelf.run_job()
    assert None not in _available(shelf, made)


def test_counts_are_forgotten_when_nobody_looks_any_more_and_made_anew_after_an_hour(shelf: PlaylistShelf) -> None:
    made = shelf.make(shelf.bob, "W", BlockSaid())
    shelf.run_job()
    assert None not in _available(shelf, made)
    now = shelf.database.clock()
    shelf.database.clock = lambda: now + (block_counts.KEPT_SECONDS + 1) * SECOND
    assert _available(shelf, made) == [None]
    shelf.run_job()
    assert None not in _available(shelf, made)
    shelf.database.clock = lambda: now + 3 * block_counts.KEPT_SECONDS * SECOND
    other = shelf.make(shelf.bob, "X", BlockSaid(filter="kind=video"))
    shelf.run_job()
    assert None not in _available(shelf, other)
    with shelf.database.read() as connection:
        assert run(connection, "SELECT count(*) FROM block_count").scalar_one() == 1


def test_many_who_ask_at_once_start_one_job_and_nobody_waits_for_it(shelf: PlaylistShelf) -> None:
    made = shelf.make(shelf.bob, "W", *[BlockSaid(filter=f"year={1990 + each}") for each in range(10)])
    gate = threading.Barrier(6)
    found: list[list[int | None]] = []

    def ask() -> None:
        gate.wait(20)
        found.append(_available(shelf, made))

    askers = [threading.Thread(target=ask) for _ in range(6)]
    for each in askers:
        each.start()
    for each in askers:
        each.join()
    assert found == [[None] * 10] * 6
    with shelf.database.read() as connection:
        assert run(connection, "SELECT count(*) FROM job").scalar_one() == 1
    shelf.run_job()
    assert None not in _available(shelf, made)


def test_ten_blocks_take_the_statements_of_one_here_too(shelf: PlaylistShelf) -> None:
    costs = []
    for many in (1, 10):
        made = shelf.make(shelf.bob, "W", *[BlockSaid(filter=f"year={1990 + each}") for each in range(many)])
        shelf.run_job()
        before = shelf.database.statements
        assert None not in _available(shelf, made)
        costs.append(shelf.database.statements - before)
    assert costs[0] == costs[1] <= 12


def test_where_the_index_answers_an_estimate_is_no_count_and_a_failure_takes_nothing_with_it(shelf: PlaylistShelf) -> None:
    """As when SQL has to step in for it."""
    shelf.indexed = True
    capped = Counting(shelf.database, SqlEngine(shelf.database.read, count_cap=5), shelf.showing)
    shelf.playlists._counting = capped
    made = shelf.make(shelf.bob, "W", BlockSaid(), BlockSaid(filter={"type": "id", "ids": sorted(shelf.world.items)[:3]}))
    assert [(each.available, each.stale) for each in made.blocks] == [(None, True), (3, False)]
