"""Bulk statements do what row-by-row statements do, on both databases."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, Connection, Float, LargeBinary, MetaData, String, Table, Text, event, select
from sqlalchemy.exc import DataError, IntegrityError

from longshelf.store import bulk
from longshelf.store.database import Database
from longshelf.store.tables import item, library, link

sample = Table(
    "sample",
    MetaData(),
    Column("a", BigInteger, primary_key=True),
    Column("b", Text, primary_key=True),
    Column("c", Float(53)),
    Column("d", LargeBinary),
    Column("e", String(16)),
)
COLUMNS = ("a", "b", "c", "d", "e")
KEY = ("a", "b")

Rows = dict[tuple[int, str], tuple[Any, ...]]

awkward = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=6) | st.sampled_from(
    ['"', "\\", "{a,b}", "NULL", "", "'", '\\"', "a b"]
)
keys = st.tuples(st.integers(-3, 3) | st.integers(-(2**63), 2**63 - 1), awkward)
values = st.tuples(
    st.none() | st.floats(allow_nan=False, allow_infinity=False),
    st.none() | st.binary(max_size=5),
    st.none() | awkward.filter(lambda t: len(t) < 16),
)
row_maps = st.dictionaries(keys, values, max_size=80)
on_both = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.write_quietly() as connection:
        sample.create(connection)
        yield connection


def stored(connection: Connection) -> Rows:
    return {(row.a, row.b): (row.c, row.d, row.e) for row in connection.execute(select(sample))}


def start_with(connection: Connection, rows: Rows) -> None:
    connection.execute(sample.delete())
    for (a, b), (c, d, e) in rows.items():
        connection.execute(sample.insert(), {"a": a, "b": b, "c": c, "d": d, "e": e})


def flat(rows: Rows) -> list[tuple[Any, ...]]:
    return [(*key, *value) for key, value in rows.items()]


@given(rows=row_maps)
@on_both
def test_insert_adds_exactly_the_rows(connection: Connection, rows: Rows) -> None:
    start_with(connection, {})
    bulk.insert(connection, sample, COLUMNS, flat(rows))
    assert stored(connection) == rows


@given(before=row_maps, rows=row_maps)
@on_both
def test_insert_new_keeps_what_is_there_and_counts_what_it_adds(connection: Connection, before: Rows, rows: Rows) -> None:
    start_with(connection, before)
    added = bulk.insert_new(connection, sample, COLUMNS, flat(rows))
    assert stored(connection) == rows | before
    assert added == len(rows.keys() - before.keys())


@given(before=row_maps, rows=row_maps)
@on_both
def test_upsert_replaces_rows_with_the_same_key(connection: Connection, before: Rows, rows: Rows) -> None:
    start_with(connection, before)
    bulk.upsert(connection, sample, COLUMNS, flat(rows), KEY)
    assert stored(connection) == before | rows


@given(before=row_maps, rows=row_maps)
@on_both
def test_upsert_can_leave_columns_of_existing_rows_alone(connection: Connection, before: Rows, rows: Rows) -> None:
    start_with(connection, before)
    bulk.upsert(connection, sample, COLUMNS, flat(rows), KEY, update=["c"])
    assert stored(connection) == {
        key: (rows[key][0], *before[key][1:]) if key in rows and key in before else (before | rows)[key]
        for key in before.keys() | rows.keys()
    }


@given(before=row_maps, rows=row_maps)
@on_both
def test_update_changes_only_rows_that_exist(connection: Connection, before: Rows, rows: Rows) -> None:
    start_with(connection, before)
    matched = bulk.update(connection, sample, KEY, ("c", "d", "e"), flat(rows))
    assert stored(connection) == {key: rows.get(key, value) for key, value in before.items()}
    assert matched == len(before.keys() & rows.keys())


@given(before=row_maps, gone=st.lists(keys, max_size=5), data=st.data())
@on_both
def test_delete_removes_only_the_named_rows(connection: Connection, before: Rows, gone: list[tuple[int, str]], data: st.DataObject) -> None:
    start_with(connection, before)
    named = {*gone, *(data.draw(st.sets(st.sampled_from(sorted(before)))) if before else ())}
    removed = bulk.delete(connection, sample, KEY, list(named))
    assert stored(connection) == {key: value for key, value in before.items() if key not in named}
    assert removed == len(before.keys() & named)


def test_sqlite_deletes_by_key_without_reading_the_whole_table(sqlite_database: Database) -> None:
    plans: list[str] = []

    def explain(connection: Connection, _cursor: object, text: str, values: Any, _context: object, _many: bool) -> None:
        if text.startswith("DELETE"):
            plans.extend(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values))

    with sqlite_database.write_quietly() as connection:
        event.listen(connection, "before_cursor_execute", explain)
        bulk.delete(connection, link, ("item_id", "entity_id"), [(1, 2), (3, 4)])
        bulk.delete(connection, link, ("item_id",), [(1,), (3,)])
    assert [plan.split()[:2] for plan in plans if " link " in plan] == [["SEARCH", "link"]] * 2


def test_delete_by_the_first_key_column_removes_all_rows_under_it(connection: Connection) -> None:
    start_with(connection, {(1, "x"): (None, None, None), (1, "y"): (None, None, None), (2, "x"): (None, None, None)})
    assert bulk.delete(connection, sample, ("a",), [(1,)]) == 2
    assert list(stored(connection)) == [(2, "x")]


@pytest.mark.parametrize("count", [0, 1, 31, 32, 33, 1023, 1024, 1025, 2500])
def test_any_number_of_rows_arrives(connection: Connection, count: int) -> None:
    bulk.insert(connection, sample, COLUMNS, [(n, "", None, None, None) for n in range(count)])
    assert connection.execute(select(sample.c.a).order_by(sample.c.a)).scalars().all() == list(range(count))


def test_a_thousand_rows_are_a_handful_of_statements(database: Database, connection: Connection) -> None:
    before = database.statements
    bulk.insert(connection, sample, COLUMNS, [(n, "", None, None, None) for n in range(1000)])
    assert database.statements - before <= 6


def test_a_text_longer_than_its_column_is_never_cut_silently(connection: Connection) -> None:
    long = (1, "", None, None, "x" * 17)
    if connection.dialect.name == "postgresql":
        with pytest.raises(DataError):
            bulk.insert(connection, sample, COLUMNS, [long])
        connection.rollback()
    else:
        bulk.insert(connection, sample, COLUMNS, [long])  # SQLite has no length limits: it keeps the whole
        assert stored(connection) == {(1, ""): (None, None, "x" * 17)}


def test_inserting_an_existing_row_is_an_error(database: Database) -> None:
    row = (1, "name", "folder", 0)
    with pytest.raises(IntegrityError), database.write_quietly() as connection:
        bulk.insert(connection, library, ("id", "name", "type", "created_at"), [row, row])


def test_booleans_are_kept_as_integers(connection: Connection) -> None:
    bulk.insert(connection, sample, COLUMNS, [(True, "", None, None, None)])
    assert list(stored(connection)) == [(1, "")]


@given(ids=st.sets(st.integers(0, 20)))
@on_both
def test_select_in_finds_the_listed_ids(connection: Connection, ids: set[int]) -> None:
    start_with(connection, {(n, "x"): (None, None, None) for n in range(10)})
    found = bulk.select_in(connection, "SELECT a FROM sample WHERE a IN {ids} AND b = ?", ids, "x").scalars()
    assert set(found) == ids & set(range(10))


def test_ids_are_dense_and_ascending_over_transactions(database: Database) -> None:
    taken: list[int] = []
    for count in (3, 1, 5):
        with database.write() as write:
            taken += bulk.next_ids(write.connection, item, count)
    assert taken == list(range(1, 10))


def test_a_rollback_gives_its_ids_back(database: Database) -> None:
    with database.write() as write:
        bulk.next_ids(write.connection, item, 3)
        write.connection.rollback()
    with database.write() as write:
        assert list(bulk.next_ids(write.connection, item, 2)) == [1, 2]


def test_ids_of_deleted_rows_are_never_given_again(database: Database) -> None:
    with database.write() as write:
        assert list(bulk.next_ids(write.connection, library, 1)) == [1]
        bulk.insert(write.connection, library, ("id", "name", "type", "created_at"), [(1, "a", "folder", 0)])
    with database.write() as write:
        bulk.delete(write.connection, library, ("id",), [(1,)])
        assert list(bulk.next_ids(write.connection, library, 1)) == [2]


def test_ids_start_after_rows_that_were_put_there_by_hand(database: Database) -> None:
    with database.write() as write:
        bulk.insert(write.connection, library, ("id", "name", "type", "created_at"), [(41, "a", "folder", 0)])
        assert list(bulk.next_ids(write.connection, library, 2)) == [42, 43]


@pytest.mark.bench
def test_figures_for_items(database: Database) -> None:
    given = {"library_id": 1, "kind": "book", "description": "Words. " * 12, "date": "2011-03-04", "year": 2011, "content_hash": b"0" * 16}
    texts, numbers = ("external_id", "title", "title_key"), ("id", "added_at", "updated_at", "size", "revision")
    columns = (*given, *texts, *numbers)
    rows = [(*given.values(), *[f"title {n}"] * len(texts), *[n] * len(numbers)) for n in range(1, 20_001)]
    with database.write() as write:
        bulk.insert(write.connection, library, ("id", "name", "type", "created_at"), [(1, "Books", "folder", 0)])
        start = time.perf_counter()
        for first in range(0, len(rows), 1000):
            bulk.insert(write.connection, item, columns, rows[first : first + 1000])
        inserted = time.perf_counter()
        for first in range(0, len(rows), 1000):
            bulk.upsert(write.connection, item, columns, rows[first : first + 1000], ("id",))
        upserted = time.perf_counter()
    print(f"{database.dialect}: insert {len(rows) / (inserted - start):,.0f}, upsert {len(rows) / (upserted - inserted):,.0f} items/s")
