"""Reads straight through the driver: the newest commit, on both databases, and nothing but reads."""

import gc
import sqlite3
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from longshelf.accounts import users
from longshelf.errors import StoreUnavailable
from longshelf.model.kinds import ItemKind, LibraryType
from longshelf.model.records import ItemRecord
from longshelf.store import libraries, personal, reading
from longshelf.store.database import Database, run
from longshelf.store.hot import HotReads
from tests.support.catalogue import PASSWORD, add_items

TITLES = {1: "Ōkami – 狼", 2: "b", 3: "c"}


@pytest.fixture
def hot(database: Database) -> Iterator[HotReads]:
    """Of three items and two users."""
    for name in ("ann", "bob"):
        users.add(database, name, PASSWORD)
    with database.write() as write:
        library = libraries.add(write, "Shelf", LibraryType.FOLDER, {"folders": []}, at=0)
    ids = add_items(database, library.id, [ItemRecord(kind=ItemKind.BOOK, title=title) for title in TITLES.values()])
    assert ids == list(TITLES)
    made = HotReads(database)
    yield made
    made.close()


def test_cards_come_as_the_bytes_that_were_stored_and_unknown_ids_are_left_out(hot: HotReads, database: Database) -> None:
    with database.read() as connection:
        stored = dict(run(connection, "SELECT item_id, card FROM item_card").all())
    found = reading.cards(hot, [3, 99, 1])
    assert found == {item_id: stored[item_id].encode() for item_id in (1, 3)}
    assert TITLES[1].encode() in found[1]
    assert reading.cards(hot, []) == {}


def test_own_rows_are_those_the_other_way_of_reading_finds(hot: HotReads, database: Database) -> None:
    with database.write_quietly() as connection:
        personal.say_item(connection, 1, 2, {"rating": 70, "favorite": True}, at=3)
        personal.say_item(connection, 2, 1, {"progress": 0.25, "hidden": True}, at=4)
    for user_id in (1, 2, 3):
        with database.read() as connection:
            expected = reading.mine(connection, user_id, TITLES)
        assert reading.hot_mine(hot, user_id, TITLES) == expected
    assert reading.hot_mine(hot, 1, [2])[2].rating == 70


def test_every_commit_that_can_change_a_page_changes_what_names_the_newest(hot: HotReads, database: Database) -> None:
    before = reading.newest(hot, 1), reading.newest(hot, 2)
    assert before == (reading.newest(hot, 1), reading.newest(hot, 2))
    with database.write_quietly() as connection:
        personal.say_item(connection, 1, 2, {"rating": 70}, at=3)
    assert reading.newest(hot, 1) != before[0]
    assert reading.newest(hot, 2) == before[1]  # said by somebody else
    with database.write() as write:
        write.touch([1])
    assert reading.newest(hot, 2) != before[1]


def test_another_past_with_the_same_revision_has_another_name(hot: HotReads, database: Database) -> None:
    before = reading.newest(hot, 1)
    with database.write_quietly() as connection:
        run(connection, "UPDATE change SET committed_at = committed_at + 1")
    assert reading.newest(hot, 1) != before


def test_nothing_can_be_written(hot: HotReads, database: Database) -> None:
    for text in ("DELETE FROM item_card", "UPDATE revision SET value = 9"):
        with pytest.raises((sqlite3.OperationalError, psycopg.errors.ReadOnlySqlTransaction, StoreUnavailable)):
            hot.rows(text)
    assert len(reading.cards(hot, TITLES)) == len(TITLES)


def test_connections_are_kept_one_for_each_call_at_a_time_and_open_again_after_closing(hot: HotReads) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: hot.rows("SELECT id FROM revision WHERE id = ?", 1), range(200)))
    assert found == [[(1,)]] * 200
    assert 1 <= len(hot._idle) <= 4
    hot.close()
    assert not hot._idle
    assert hot.rows("SELECT id FROM revision WHERE id = ?", 1) == [(1,)]


def test_connections_are_closed_when_nobody_holds_the_reader(database: Database) -> None:
    hot = HotReads(database)
    hot.rows("SELECT id FROM revision WHERE id = ?", 1)
    connection, gone = hot._idle[0], weakref.ref(hot)
    del hot
    gc.collect()
    assert gone() is None
    with pytest.raises((sqlite3.ProgrammingError, psycopg.OperationalError)):
        connection.execute("SELECT 1")


def test_a_mistake_in_a_statement_passes_and_leaves_no_broken_connection(hot: HotReads) -> None:
    with pytest.raises((sqlite3.OperationalError, psycopg.errors.UndefinedTable)):
        hot.rows("SELECT * FROM nothing_of_this_name")
    assert hot.rows("SELECT id FROM revision WHERE id = ?", 1) == [(1,)]


@pytest.mark.parametrize("databases", ["postgres"], indirect=True)
def test_connections_the_server_has_dropped_are_replaced_unnoticed(hot: HotReads, database: Database) -> None:
    assert hot.rows("SELECT id FROM revision WHERE id = ?", 1)
    (backend,) = hot.rows("SELECT pg_backend_pid()")
    with database.write_quietly() as connection:
        run(connection, "SELECT pg_terminate_backend(?)", backend[0])
    assert hot.rows("SELECT id FROM revision WHERE id = ?", 1) == [(1,)]


def test_a_database_that_cannot_be_opened_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        HotReads(Database(f"sqlite:///{tmp_path / 'no' / 'such.db'}")).rows("SELECT 1")
    with pytest.raises(StoreUnavailable):
        HotReads(Database("postgresql://nobody@127.0.0.1:1/none")).rows("SELECT 1")
