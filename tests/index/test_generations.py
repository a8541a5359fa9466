"""Generations made by folding, with several processes, kills, restored backups and bulk imports."""

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from longshelf.errors import Cancelled
from longshelf.index import bitmaps, building, files, folding, following, generations, making_standing
from longshelf.index.compiling import Leaf
from longshelf.index.engine import BitmapEngine
from longshelf.index.following import Follower, pause_after
from longshelf.index.generations import renew
from longshelf.model.kinds import EntityKind
from longshelf.model.query import Linked
from longshelf.model.sorts import Sort
from longshelf.store import changes
from longshelf.store.database import Database
from tests.index.following_shelf import Shelf
from tests.index.test_engine import everything_stands
from tests.model.worlds import world
from tests.support import processes
from tests.support.databases import Databases


@pytest.fixture
def shelf(database: Database, tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(database, tmp_path / "index")
    yield made
    made.follower.stop()


def _put_and_build(shelf: Shelf) -> None:
    shelf.put(*world(1, 60).items)
    shelf.build()


def _edit(shelf: Shelf, seed: int, count: int = 5) -> None:
    """Some items take the content of others."""
    chosen = sorted(shelf.live)[seed % 3 :: 3][:count]
    others = world(seed + 100, 60).items
    shelf.put(*(msgspec.structs.replace(other, id=each) for each, other in zip(chosen, others, strict=False)))


def test_what_stands_is_made_anew_by_a_build_and_by_every_fold(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    everything_stands(monkeypatch)
    _put_and_build(shelf)
    for seed in range(3):
        state = shelf.follower.refresh()
        assert state is not None
        postings, standing = state.base.segment.postings[EntityKind.TAG], state.base.standing(EntityKind.TAG)
        assert len(postings.entities) > 3
        for each in postings.entities.tolist():
            found = standing.of(Leaf(Linked(EntityKind.TAG, (each,))))
            assert found is not None
            assert found.tolist() == postings.counted(bitmaps.ordinals(postings.linked((each,), None))).tolist()
        _edit(shelf, seed, 20)
        shelf.remove(*sorted(shelf.live)[seed : seed + 2])
        shelf.fold()


def test_making_what_stands_can_be_stopped_and_costs_no_base_where_it_fails(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    everything_stands(monkeypatch)
    _put_and_build(shelf)
    (before,) = files.generations(shelf.index)
    _edit(shelf, 1)

    def stop(step: str, _done: float) -> None:
        if step == "counts":
            raise Cancelled("counting")

    with pytest.raises(Cancelled):
        renew(shelf.database, shelf.index, stop)
    assert files.generations(shelf.index) == [before]
    monkeypatch.setattr(making_standing, "STEPS", "nothing that can be divided")
    shelf.fold()
    (after,) = files.generations(shelf.index)
    assert after != before
    shelf.follower.refresh()
    shelf.agree(sort=Sort("rating"))


def test_a_fold_leaves_one_generation_that_holds_everything_and_builds_nothing(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    _put_and_build(shelf)
    monkeypatch.setattr(building, "build", None)
    for seed in range(3):
        _edit(shelf, seed)
        shelf.remove(*sorted(shelf.live)[seed : seed + 2])
        shelf.fold()
        (generation,) = files.generations(shelf.index)
        state = shelf.follower.refresh()
        assert state is not None
        assert (state.delta, state.base.name) == (None, generation.name)
        for sort in (Sort(), Sort("title", descending=False), Sort("rating")):
            shelf.agree(sort=sort)


def test_a_fold_when_nothing_changed_makes_nothing(shelf: Shelf) -> None:
    _put_and_build(shelf)
    before = files.generations(shelf.index)
    shelf.fold()
    assert files.generations(shelf.index) == before


def test_a_large_fold_is_done_in_several(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is a generation others can follow from."""
    _put_and_build(shelf)
    monkeypatch.setattr(generations, "FOLD_MOST", 3)
    monkeypatch.setattr(generations, "READ_AT_ONCE", 2)
    for seed in range(4):
        _edit(shelf, seed, 3)
    revisions = []
    for _ in range(3):
        shelf.fold()
        state = shelf.follower.refresh()
        assert state is not None
        revisions.append(state.base.revision)
        shelf.agree()
    newest = shelf.database.revision()
    assert revisions[0] < newest
    assert revisions[-1] == newest


def test_a_base_of_which_most_changed_is_built_anew(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    _put_and_build(shelf)
    monkeypatch.setattr(folding, "CHANGED_MOST", 0.1)
    monkeypatch.setattr(folding, "fold", None)
    _edit(shelf, 1, 20)
    shelf.fold()
    shelf.follower.refresh()
    shelf.agree()


def test_a_fold_that_fails_is_made_up_for_by_a_build(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise IndexError("damaged where nobody looked")

    _put_and_build(shelf)
    monkeypatch.setattr(folding, "fold", fail)
    _edit(shelf, 1)
    shelf.fold()
    state = shelf.follower.refresh()
    assert state is not None
    assert state.delta is None
    shelf.agree()


def test_a_fold_that_is_stopped_leaves_nothing_behind(shelf: Shelf) -> None:
    _put_and_build(shelf)
    before = files.generations(shelf.index)
    _edit(shelf, 1)

    def stop(step: str, _done: float) -> None:
        if step == "link.tag":
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        renew(shelf.database, shelf.index, stop)
    assert sorted(shelf.index.iterdir()) == sorted([*before, shelf.index / "lock"])


def test_a_fold_keeps_no_transaction_open(sqlite_databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else SQLite could not shorten its log while a fold lasts."""
    url = sqlite_databases.new_url()
    database = Database(url)
    shelf = Shelf(database, tmp_path / "index")
    _put_and_build(shelf)
    _edit(shelf, 1)
    monkeypatch.setattr(building, "build", None)
    busy: list[int] = []

    def look(_step: str, _done: float) -> None:
        with database.write_quietly() as connection:
            connection.exec_driver_sql("UPDATE revision SET value = value")
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as other:
            busy.append(other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])

    assert renew(database, shelf.index, look) is not None
    database.close()
    assert len(busy) > 20
    assert set(busy) == {0}


def _restore(database: Database, revision: int) -> None:
    """What a backup does: the store is as it was, and counts on from there."""
    with database.write_quietly() as connection:
        connection.exec_driver_sql(f"UPDATE revision SET value = {revision}")
        connection.exec_driver_sql(f"DELETE FROM change WHERE revision > {revision}")


def test_a_restored_backup_that_counted_on_past_the_base_is_not_taken_for_its_future(shelf: Shelf) -> None:
    shelf.put(*world(1, 60).items)
    revision = shelf.database.revision()
    backup = dict(shelf.live)
    _edit(shelf, 1)
    shelf.build()
    shelf.follower.refresh()
    shelf.put(*backup.values())
    _restore(shelf.database, revision)
    shelf.live = backup
    for seed in range(3):
        shelf.put(*world(seed + 7, 2).items)
    restarted = Follower(shelf.database, shelf.index)
    assert restarted.refresh() is None
    assert restarted.wants_generation
    shelf.fold()
    shelf.follower, shelf.engine = restarted, BitmapEngine(shelf.database, restarted)
    restarted.refresh()
    shelf.agree()


@pytest.mark.parametrize("how", ["log pruned", "gone back"])
def test_a_base_the_log_does_not_lead_on_from_is_not_folded(shelf: Shelf, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    _put_and_build(shelf)
    _edit(shelf, 1)
    _edit(shelf, 2)
    if how == "log pruned":
        with shelf.database.write_quietly() as connection:
            changes.prune(connection, 2**62)
    else:
        shelf.build()
        _restore(shelf.database, 1)
    monkeypatch.setattr(folding, "fold", None)
    shelf.fold()
    (generation,) = files.generations(shelf.index)
    assert int(generation.name[:20]) == shelf.database.revision()
    shelf.follower.refresh()
    shelf.agree()


def test_a_follower_left_far_behind_serves_its_last_state_until_there_is_a_generation(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "DELTA_MOST", 4)
    _put_and_build(shelf)
    _edit(shelf, 1, 3)
    shelf.follower.catch_up()
    held = shelf.follower.state
    assert held is not None
    assert len(held.changed) == 3
    _edit(shelf, 2, 3)
    shelf.follower.catch_up()
    shelf.follower.catch_up()
    assert shelf.follower.state is held
    wanted = [shelf.follower.wants_generation]
    shelf.follower._build_if_wanted()
    shelf.follower.catch_up()
    assert [*wanted, shelf.follower.wants_generation] == [True, False]
    shelf.agree()
    _edit(shelf, 3, 9)
    shelf.follower.refresh()  # whoever asks for it gets everything
    shelf.agree()


def test_a_follower_rests_in_proportion_to_its_work() -> None:
    assert pause_after(0.001, following.LOOK_REST) == following.LOOK_SECONDS
    assert pause_after(2.0, following.LOOK_REST) == 10.0


def test_a_process_killed_in_the_midst_of_a_fold_leaves_what_is_never_used_and_cleaned_up(shelf: Shelf) -> None:
    _put_and_build(shelf)
    before = files.generations(shelf.index)
    _edit(shelf, 1)
    gate = processes.new_gate(2)
    folding_process = processes.start(_fold_until_killed, shelf.database, shelf.index, gate)
    gate.wait(processes.PATIENCE)
    processes.kill(folding_process)
    assert len(list(shelf.index.glob("building-*"))) == 1
    assert files.generations(shelf.index) == before
    shelf.follower.refresh()
    shelf.agree()
    shelf.fold()
    assert list(shelf.index.glob("building-*")) == []
    shelf.follower.refresh()
    shelf.agree()


def _fold_until_killed(database: Database, index: Path, gate: Any) -> None:
    def stay(step: str, _done: float) -> None:
        if step == f"link.{EntityKind.TAG}":
            gate.wait(processes.PATIENCE)
            time.sleep(processes.PATIENCE)

    renew(database, index, stay)


def test_of_two_processes_that_fold_at_once_one_does(shelf: Shelf) -> None:
    _put_and_build(shelf)
    _edit(shelf, 1)
    answers: Any = processes.new_queue()
    gate = processes.new_gate(2)
    started = [processes.start(_fold_at_once, shelf.database, shelf.index, gate, answers) for _ in range(2)]
    found = [answers.get(timeout=processes.PATIENCE) for _ in started]
    processes.finish(*started)
    (generation,) = files.generations(shelf.index)
    assert set(found) - {None} == {generation.name}
    shelf.follower.refresh()
    shelf.agree()


def _fold_at_once(database: Database, index: Path, gate: Any, answers: Any) -> None:
    gate.wait(processes.PATIENCE)
    made = renew(database, index)
    answers.put(made and made.name)
