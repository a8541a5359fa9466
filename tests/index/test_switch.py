"""The switch between the engines: who answers, and what happens when the bitmap engine breaks in the middle of a request."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from longshelf.errors import BadQuery
from longshelf.index.engine import BitmapEngine
from longshelf.index.following import Follower
from longshelf.index.generations import build_generation
from longshelf.index.snapshot import BitmapSnapshot
from longshelf.index.switch import REST_SECONDS, Breaker, SwitchEngine
from longshelf.model import query as tree
from longshelf.model.engine import Count, FacetRequest, Offset, Snapshot
from longshelf.model.sorts import Sort
from longshelf.store.database import Database
from longshelf.store.engine.sql import SqlEngine
from tests.model.worlds import VIEWERS, world
from tests.store.engine.shelves import fill

ANN = VIEWERS[0]
ALL = tree.Everything()
LIBRARY = world(1, 20)


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Asked:
    """An SQL engine that counts its snapshots."""

    def __init__(self, database: Database) -> None:
        self._engine = SqlEngine(database.read)
        self.times = 0

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        self.times += 1
        with self._engine.snapshot() as snap:
            yield snap


class Both:
    def __init__(self, database: Database, index: Path) -> None:
        with database.write() as write:
            fill(write.connection, LIBRARY)
            write.touch()
        self.clock, self.sql = Clock(), Asked(database)
        self.follower = Follower(database, index)
        self.wanted = True
        self.engine = SwitchEngine(BitmapEngine(database, self.follower), self.sql, lambda: self.wanted, Breaker(self.clock))

    def count(self) -> Count:
        with self.engine.snapshot() as snap:
            return snap.count(ALL, ANN)


@pytest.fixture
def both(sqlite_database: Database, tmp_path: Path) -> Both:
    made = Both(sqlite_database, tmp_path / "index")
    build_generation(sqlite_database, tmp_path / "index")
    return made


def test_sql_answers_until_there_is_an_index_and_bitmaps_from_then_on(both: Both) -> None:
    assert both.engine.serving == "sql"
    assert both.count() == Count(len(LIBRARY.items))
    both.follower.refresh()
    assert both.engine.serving == "bitmaps"
    assert both.count() == Count(len(LIBRARY.items))
    assert both.sql.times == 1


def test_the_flag_sends_everything_to_sql(both: Both) -> None:
    both.follower.refresh()
    both.wanted = False
    both.count()
    assert both.sql.times == 1


def test_a_question_that_breaks_the_bitmaps_is_answered_by_sql_and_they_rest_for_a_while(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    both.follower.refresh()

    def broken(*_: object) -> None:
        raise IndexError("a bug")

    with monkeypatch.context() as patch, both.engine.snapshot() as snap:
        patch.setattr(BitmapSnapshot, "count", broken)
        assert snap.count(ALL, ANN) == Count(len(LIBRARY.items))
        assert snap.page(ALL, Sort(), Offset(0, 5), ANN).ids
        assert snap.facets([FacetRequest("kind", ALL)], ANN)[0].total
        assert snap.rail(ALL, Sort(), 5, ANN).total == len(LIBRARY.items)
        assert snap.position(LIBRARY.items[0].id, ALL, Sort(), ANN) is not None
    assert both.sql.times == 1
    assert "a bug" in both.engine.breaker.reason
    assert both.engine.serving == "sql"
    both.clock.seconds += REST_SECONDS
    assert both.engine.serving == "bitmaps"
    both.count()
    assert both.sql.times == 1
    assert both.engine.breaker.reason == ""


def test_an_error_a_person_can_act_on_is_an_answer(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    both.follower.refresh()

    def refused(*_: object) -> None:
        raise BadQuery("sort", "no")

    monkeypatch.setattr(BitmapSnapshot, "count", refused)
    with pytest.raises(BadQuery):
        both.count()
    assert both.engine.breaker.closed
