"""Readers between two looks: whoever commits and then asks finds what he wrote, whole, whichever process wrote it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from longshelf.index import following
from longshelf.index.engine import BitmapEngine
from longshelf.model import query as tree
from longshelf.model.engine import Offset
from longshelf.model.sorts import Sort
from longshelf.store.database import Database
from longshelf.store.hot import HotReads
from tests.index.following_shelf import ALL, ANN, Shelf
from tests.model.worlds import world
from tests.support import processes
from tests.support.databases import Databases

BATCH = 7
BATCHES = 30


@pytest.fixture
def shelf(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    """Of a follower that needs no rest and may take its time."""
    monkeypatch.setattr(following, "LOOK_REST", 0)
    monkeypatch.setattr(following, "SHORT_LOOK", 60.0)
    made = Shelf(database, tmp_path / "index")
    made.put(*world(1, 20).items)
    made.build()
    made.follower.refresh()
    yield made
    made.follower.stop()


@pytest.fixture
def hot(database: Database) -> Iterator[HotReads]:
    made = HotReads(database)
    yield made
    made.close()


def test_a_reader_finds_what_was_committed_before_he_asked(shelf: Shelf, hot: HotReads) -> None:
    shelf.engine = BitmapEngine(shelf.database, shelf.follower, hot=hot)
    for number in range(5):
        shelf.put(*world(number + 2, 5).items)
        shelf.agree()
        shelf.remove(next(iter(shelf.live)))
        shelf.agree()


def test_a_reader_costs_one_small_read_where_nothing_is_new(shelf: Shelf, hot: HotReads, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = BitmapEngine(shelf.database, shelf.follower, hot=hot)
    looks = _count(monkeypatch, shelf)
    for _ in range(20):
        with engine.snapshot() as snap:
            snap.count(ALL, ANN)
    assert looks == []


def test_readers_do_not_wait_for_looks_that_take_long_nor_have_them_made_without_rest(
    shelf: Shelf, hot: HotReads, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = BitmapEngine(shelf.database, shelf.follower, hot=hot)
    monkeypatch.setattr(following, "LOOK_REST", 1_000_000)
    shelf.put(*world(2, 5).items)
    shelf.follower.catch_up()  # from now on it rests
    looks = _count(monkeypatch, shelf)
    shelf.put(*world(3, 5).items)
    with engine.snapshot():
        assert looks == []
    monkeypatch.setattr(following, "LOOK_REST", 0)
    monkeypatch.setattr(following, "SHORT_LOOK", 0.0)
    shelf.follower.catch_up()
    shelf.put(*world(4, 5).items)
    with engine.snapshot():
        assert looks == [True]  # the one of this test, none of a reader's


def test_no_reader_ever_sees_half_a_batch_of_another_process(sqlite_databases: Databases, tmp_path: Path) -> None:
    """Every batch gives all items one rating, another each time: at every moment a rating has all of them or none."""
    with sqlite_databases.new() as database:
        shelf = Shelf(database, tmp_path / "index")
        shelf.put(*(msgspec.structs.replace(each, rating=0) for each in world(5, BATCH).items))
        batch = len(shelf.live)
        shelf.build()
        gate = processes.new_gate(2)
        writer = processes.start(_rate, database, sorted(shelf.live), gate)
        hot = HotReads(database)
        engine = BitmapEngine(database, shelf.follower, hot=hot)
        shelf.follower.start(building=False)
        shelf.follower.refresh()
        gate.wait(processes.PATIENCE)
        seen: set[int] = set()
        while BATCHES not in seen:
            with engine.snapshot() as snap:
                found = {rating: snap.count(tree.Range("rating", rating, rating), ANN).value for rating in range(BATCHES + 1)}
                page = snap.page(ALL, Sort("rating"), Offset(0, 100), ANN)
            held = [rating for rating, count in found.items() if count]
            assert [found[rating] for rating in held] == [batch]
            assert len(page.ids) == batch
            seen.update(held)
        shelf.follower.stop()
        hot.close()
        processes.finish(writer)


def _rate(database: Database, ids: list[int], gate: Any) -> None:
    from longshelf.store import bulk, tables

    gate.wait(processes.PATIENCE)
    for rating in range(1, BATCHES + 1):
        with database.write() as write:
            for each in ids:
                bulk.update(write.connection, tables.item, ("id",), ("rating",), [(each, rating)])
            write.touch(ids)


def _count(monkeypatch: pytest.MonkeyPatch, shelf: Shelf) -> list[bool]:
    looks: list[bool] = []
    plain = shelf.follower.catch_up

    def catch_up() -> None:
        looks.append(True)
        plain()

    monkeypatch.setattr(shelf.follower, "catch_up", catch_up)
    return looks
