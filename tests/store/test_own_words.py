"""What a user said in one field, read in bulk: all of it, exactly, and nothing of what he did not say."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from longshelf.model.facts import ItemFacts, MineFacts
from longshelf.model.query import MineField
from longshelf.store import columns, personal, restrictions
from longshelf.store.database import Database
from tests.index.shelves import said_row
from tests.model.worlds import World, world
from tests.store.engine.shelves import shelf
from tests.support.statements import Listening

FIELDS: tuple[MineField, ...] = ("rating", "favorite", "hidden", "progress", "play_count", "play_seconds", "last_played")
words = st.builds(
    MineFacts,
    rating=st.none() | st.sampled_from((0, 50, 50, 100)),
    favorite=st.booleans(),
    hidden=st.booleans(),
    progress=st.none() | st.sampled_from((0.0, 0.1, 1 / 3)) | st.floats(0, 1),
    play_count=st.integers(0, 3),
    play_seconds=st.just(0.0) | st.floats(0, 1e9),
    last_played=st.none() | st.just(1_700_000_000_000_000) | st.integers(0, 2**60),
)


def _library(count: int) -> World:
    (plain,) = world(1, 1).items
    return World(tuple(ItemFacts(id=3 * number, library_id=1, kind=plain.kind, title_key="x") for number in range(1, count + 1)))


def _read(connection: Connection, user_id: int, field: MineField) -> dict[int, float]:
    """As an index reads it; an item that comes twice is an error."""
    found: list[tuple[int, float]] = []
    for ids, values in columns.own(connection, user_id, field):
        number = float if field in {"progress", "play_seconds"} else int
        found += zip(map(int, ids.split(",")), map(number, values.split(",")), strict=True)
    assert len(dict(found)) == len(found)
    return dict(found)


def _expected(said: dict[int, MineFacts], field: MineField) -> dict[int, float]:
    found = {item_id: getattr(word, field) for item_id, word in said.items()}
    return {each: value for each, value in found.items() if value is not None and (value != 0 or field not in columns.ZERO_UNTOUCHED)}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=40)
@given(said=st.dictionaries(st.integers(1, 12).map(lambda number: 3 * number), words, max_size=12), at_once=st.integers(1, 13))
@example(said={3 * number: MineFacts(rating=50, progress=0.5, play_seconds=0.1) for number in range(1, 9)}, at_once=3)
def test_every_word_comes_once_and_as_the_same_number(database: Database, *, said: dict[int, MineFacts], at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch, shelf(database, _library(12)) as connection:
        patch.setattr(columns, "OWN_AT_ONCE", at_once)
        personal.put_items(connection, [said_row(1, each, word) for each, word in said.items()])
        personal.put_items(connection, [said_row(2, 3 * number, MineFacts(rating=7)) for number in range(1, 13)])
        for field in FIELDS:
            assert _read(connection, 1, field) == _expected(said, field)


@pytest.fixture
def told(sqlite_database: Database) -> Iterator[Connection]:
    """Somebody who rated a thousand items, and favours and hides none, in a database that has not counted its rows."""
    with shelf(sqlite_database, _library(1_000)) as connection:
        personal.put_items(connection, [said_row(1, 3 * number, MineFacts(rating=number % 101)) for number in range(1, 1_001)])
        yield connection


@pytest.mark.parametrize("field", [each for each in FIELDS if each != "play_seconds"])
def test_a_field_is_read_along_its_own_index(told: Connection, field: MineField) -> None:
    with Listening(told) as sent:
        list(columns.own(told, 1, field))
    for text, values in sent:
        plan = told.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()  # type: ignore[arg-type]
        assert all("PRIMARY KEY" not in row[3] for row in plan), (text, plan)


def test_whether_somebody_hid_an_item_is_asked_of_the_hidden_ones_alone(told: Connection) -> None:
    with Listening(told) as sent:
        assert not restrictions.hidden_by_user(told, 1).items
    for text, values in sent:
        plan = told.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()  # type: ignore[arg-type]
        assert all("_hidden" in row[3] for row in plan), (text, plan)
