"""Generations, the change log and several processes: what is committed is seen, whole, by all, and nothing damaged is ever trusted."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, update

from longshelf.errors import Cancelled, StoreUnavailable
from longshelf.index import files, following
from longshelf.index.engine import BitmapEngine
from longshelf.index.following import Follower
from longshelf.index.generations import build_generation
from longshelf.model import query as tree
from longshelf.model.engine import FacetRequest, Offset
from longshelf.model.facts import LinkFacts
from longshelf.model.kinds import EntityKind
from longshelf.model.sorts import Sort
from longshelf.store import changes, tables
from longshelf.store.database import Database
from longshelf.store.engine.sql import SqlEngine
from tests.index.following_shelf import ALL, ANN, Shelf
from tests.model.worlds import World, expected, queries, sorts, world
from tests.support import processes
from tests.support.databases import Databases

SLOW = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=15)


@pytest.fixture
def shelf(database: Database, tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(database, tmp_path / "index")
    yield made
    made.follower.stop()


def test_there_is_no_state_before_a_generation(shelf: Shelf) -> None:
    assert shelf.follower.refresh() is None
    assert shelf.follower.wants_generation
    with pytest.raises(StoreUnavailable), shelf.engine.snapshot():
        pass


def test_commits_are_seen_at_the_next_refresh_and_a_held_snapshot_never_changes(shelf: Shelf) -> None:
    shelf.put(*world(1, 20).items)
    shelf.build()
    shelf.follower.refresh()
    shelf.agree()
    with shelf.engine.snapshot() as held:
        before = held.page(ALL, Sort(), Offset(0, 100), ANN)
        shelf.put(*world(2, 20).items)
        shelf.remove(*list(shelf.live)[:3])
        shelf.follower.refresh()
        assert held.page(ALL, Sort(), Offset(0, 100), ANN) == before
    shelf.agree()


@SLOW
@given(
    seed=st.integers(0, 2**32),
    query=queries(3),
    sort=sorts(),
    steps=st.lists(st.sampled_from(("put", "put", "remove", "fold", "fold", "build", "restart")), max_size=7),
)
def test_any_sequence_of_changes_folds_and_restarts_ends_in_the_same_answers(
    sqlite_databases: Databases, tmp_path: Path, *, seed: int, query: tree.Query, sort: Sort, steps: list[str]
) -> None:
    rng = random.Random(seed)
    with sqlite_databases.new() as database:
        index = tmp_path / str(rng.random())
        made = Shelf(database, index)
        made.put(*world(seed, 15).items)
        made.build()
        made.follower.refresh()
        for place, step in enumerate(steps):
            if step == "put":
                made.put(*world(seed + place + 1, rng.randint(1, 12)).items)
            elif step == "remove" and made.live:
                made.remove(*rng.sample(sorted(made.live), min(3, len(made.live))))
            elif step == "fold":
                made.fold()
            elif step == "build":
                made.build()
            elif step == "restart":
                made.follower = Follower(database, index)
                made.engine = BitmapEngine(database, made.follower)
            made.follower.refresh()
            made.agree(query, sort)
        shutil.rmtree(index)


def test_a_follower_catches_up_with_any_number_of_commits(sqlite_database: Database, tmp_path: Path) -> None:
    made = Shelf(sqlite_database, tmp_path / "index")
    made.build()
    made.put(*world(1, 10).items)
    for _ in range(1_001):  # more than the log is read at once
        with sqlite_database.write() as write:
            write.touch()
    made.put(*world(2, 10).items)
    made.follower.refresh()
    made.agree()


def test_renamed_and_new_entities_take_their_places_among_equals(shelf: Shelf) -> None:
    tags = (5, 6, 7)
    links = tuple(LinkFacts(EntityKind.TAG, tag) for tag in tags)
    shelf.put(*(msgspec.structs.replace(each, links=links) for each in world(1, 5).items))
    shelf.build()
    shelf.follower.refresh()
    for changed, name in ((7, "zz"), (6, "aa"), (5, "a"), (21, "m")):
        with shelf.database.write() as write:
            if changed in tags:
                values = {"name": name, "name_key": name, "sort_key": name}
                write.connection.execute(update(tables.entity).where(tables.entity.c.id == changed).values(values))
                write.touch(entities=[changed])
            else:
                row = {"id": changed, "library_id": 1, "kind": "tag", "name": name, "name_key": name, "sort_key": name}
                write.connection.execute(insert(tables.entity), [{**row, "created_at": 0, "updated_at": 0, "revision": 1}])
                for each in shelf.live:
                    write.connection.execute(insert(tables.link), [{"item_id": each, "entity_id": changed, "role": "", "kind": "tag"}])
                write.touch(shelf.live, entities=[changed])
        shelf.follower.refresh()
        for limit in (1, 2, 3):
            request = FacetRequest(EntityKind.TAG, ALL, limit)
            with shelf.engine.snapshot() as mine, SqlEngine(shelf.database.read).snapshot() as other:
                assert mine.facets([request], ANN) == other.facets([request], ANN)


def test_a_fold_leaves_one_generation_and_an_empty_delta(shelf: Shelf) -> None:
    shelf.put(*world(1, 20).items)
    shelf.build()
    shelf.put(*world(2, 20).items)
    state = shelf.follower.refresh()
    assert state is not None
    assert state.delta is not None
    shelf.build()
    state = shelf.follower.refresh()
    assert state is not None
    assert state.delta is None
    assert len(files.generations(shelf.index)) == 1
    shelf.agree()


def test_a_large_delta_asks_for_a_fold(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "FOLD_LEAST", 10)
    shelf.put(*world(1, 20).items)
    shelf.build()
    shelf.follower.refresh()
    assert not shelf.follower.wants_generation
    shelf.put(*world(2, 20).items)
    shelf.follower.refresh()
    assert shelf.follower.wants_generation


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


DAMAGE: dict[str, Any] = {"cut": _cut, "flipped": _flip, "gone": Path.unlink, "empty": lambda path: path.write_bytes(b"")}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", ["manifest.json", "ids.npy", "field.title.order.npy", "link.tag.blob.npy", "flag.cover.npy"])
def test_a_damaged_generation_is_never_trusted_and_built_anew(sqlite_database: Database, tmp_path: Path, name: str, damage: str) -> None:
    made = Shelf(sqlite_database, tmp_path / "index")
    made.put(*world(1, 30).items)
    made.build()
    (generation,) = files.generations(made.index)
    DAMAGE[damage](generation / name)
    assert made.follower.refresh() is None
    assert made.follower.wants_generation
    made.build()
    made.follower.refresh()
    made.agree()
    assert generation not in files.generations(made.index)


def test_a_generation_of_another_database_is_foreign(sqlite_databases: Databases, tmp_path: Path) -> None:
    with sqlite_databases.new() as one, sqlite_databases.new() as two:
        first, second = Shelf(one, tmp_path / "index"), Shelf(two, tmp_path / "index")
        first.put(*world(1, 10).items)
        second.put(*world(2, 10).items)  # as many commits, so that nothing but its name tells the one from the other
        first.build()
        assert second.follower.refresh() is None


def test_a_follower_that_slept_past_the_pruned_log_wants_a_generation(shelf: Shelf) -> None:
    shelf.put(*world(1, 10).items)
    shelf.build()
    shelf.put(*world(2, 10).items)
    shelf.put(*world(3, 10).items)
    with shelf.database.write_quietly() as connection:
        changes.prune(connection, 2**62)
    assert shelf.follower.refresh() is None
    shelf.build()
    shelf.follower.refresh()
    shelf.agree()


def test_a_store_that_went_back_in_time_wants_a_generation(sqlite_database: Database, tmp_path: Path) -> None:
    made = Shelf(sqlite_database, tmp_path / "index")
    made.put(*world(1, 10).items)
    made.build()
    with sqlite_database.write_quietly() as connection:
        connection.exec_driver_sql("UPDATE revision SET value = 1")
        connection.exec_driver_sql("DELETE FROM change WHERE revision > 1")
    assert made.follower.refresh() is None


def test_a_follower_that_is_stopped_gives_a_build_up_and_leaves_nothing_behind(shelf: Shelf) -> None:
    shelf.put(*world(1, 10).items)
    told: list[str] = []

    def stop(step: str, _done: float) -> None:
        told.append(step)
        if step == "tag":
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        build_generation(shelf.database, shelf.index, stop)
    assert told[0] == "items"
    assert files.generations(shelf.index) == []
    assert [path.name for path in shelf.index.iterdir()] == ["lock"]


def test_only_one_process_builds_at_a_time(shelf: Shelf) -> None:
    with files.builder(shelf.index) as may_build:
        assert may_build
        assert build_generation(shelf.database, shelf.index) is None


def test_a_build_that_fails_leaves_nothing_behind(shelf: Shelf) -> None:
    def fill(put: Any) -> files.Filled:
        raise RuntimeError("out of disk")

    with pytest.raises(RuntimeError):
        files.write(shelf.index, "store", fill)
    assert list(shelf.index.iterdir()) == []


def test_a_follower_of_its_own_builds_and_follows(shelf: Shelf) -> None:
    shelf.put(*world(1, 10).items)
    shelf.follower.start()
    _until(lambda: shelf.engine.ready)
    shelf.put(*world(2, 10).items)
    revision = shelf.database.revision()
    _until(lambda: shelf.follower.state is not None and shelf.follower.state.revision == revision)
    shelf.agree()


def test_processes_share_the_files_and_each_sees_what_another_commits(shelf: Shelf) -> None:
    shelf.put(*world(1, 10).items)
    shelf.build()
    answers: Any = processes.new_queue()
    gate = processes.new_gate(3)
    started = [processes.start(_look, shelf.database, shelf.index, gate, answers) for _ in range(2)]
    gate.wait(processes.PATIENCE)
    shelf.put(*world(2, 10).items)
    gate.wait(processes.PATIENCE)
    found = [answers.get(timeout=processes.PATIENCE) for _ in started]
    processes.finish(*started)
    assert found == [expected(World(tuple(shelf.live.values())), ALL, Sort(), ANN)] * 2


def _look(database: Database, index: Path, gate: Any, answers: Any) -> None:
    follower = Follower(database, index)
    follower.refresh()
    gate.wait(processes.PATIENCE)
    gate.wait(processes.PATIENCE)
    follower.refresh()
    with BitmapEngine(database, follower).snapshot() as snap:
        answers.put(list(snap.page(ALL, Sort(), Offset(0, 100), ANN).ids))


def _until(happened: Any) -> None:
    import time

    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.01)
