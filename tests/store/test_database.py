"""The database: snapshots, the one writer, revisions, and what is said when it cannot be used."""

import pickle
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from longshelf import config
from longshelf.errors import Invalid, StoreUnavailable
from longshelf.store import bulk, changes
from longshelf.store.changes import Change
from longshelf.store.database import Database, Write, run
from longshelf.store.migrate import open_database
from longshelf.store.tables import setting
from tests.support.clocks import Clock
from tests.support.databases import Databases


def count_settings(connection: Connection) -> int:
    return int(connection.exec_driver_sql("SELECT count(*) FROM setting").scalar_one())


def put(connection: Connection, name: str = "a", value: str = "1") -> None:
    bulk.insert(connection, setting, ("name", "value"), [(name, value)])


def put_and_fail(write: Write) -> None:
    put(write.connection)
    write.touch(items=[1])
    raise ZeroDivisionError


def test_a_new_database_is_at_revision_zero(database: Database) -> None:
    assert database.revision() == 0


def test_a_touched_write_bumps_the_revision_and_logs_what_it_touched(databases: Databases) -> None:
    clock = Clock()
    with databases.new(clock=clock) as database:
        with database.write() as write:
            assert write.revision == 1
            write.touch(items=[3, 1], entities=[9], library_id=7)
            write.touch(items=[1, 2])
        with database.write() as write:
            write.touch(library_id=7)
            write.touch(library_id=8)
        with database.read() as connection:
            assert list(changes.since(connection, 0)) == [Change(1, clock.at, 7, [1, 2, 3], [9]), Change(2, clock.at, None, [], [])]
            assert [change.revision for change in changes.since(connection, 1)] == [2]
        assert database.revision() == 2


def test_an_untouched_write_leaves_the_revision_alone(database: Database) -> None:
    with database.write() as write:
        put(write.connection)
    assert database.revision() == 0


def test_a_write_that_fails_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.write() as write:
        put_and_fail(write)
    assert database.revision() == 0
    with database.read() as connection:
        assert count_settings(connection) == 0
        assert list(changes.since(connection, 0)) == []


def test_only_who_says_so_is_spared_foreign_keys(sqlite_database: Database) -> None:
    text = "INSERT INTO item_card (item_id, card) VALUES (1, 'of nobody')"
    with pytest.raises(IntegrityError), sqlite_database.write() as write:
        run(write.connection, text)
    with sqlite_database.write_unchecked() as write:
        run(write.connection, text)
        write.touch([1])
    assert sqlite_database.revision() == 1
    with pytest.raises(IntegrityError), sqlite_database.write_quietly() as connection:
        run(connection, text.replace("1", "2"))


def test_a_reader_cannot_write(database: Database) -> None:
    with database.read() as connection, pytest.raises(DBAPIError):
        put(connection)


def test_a_second_write_in_one_thread_is_refused_instead_of_waiting_for_itself(sqlite_database: Database) -> None:
    with sqlite_database.write(), pytest.raises(RuntimeError, match="already in a write transaction"):
        sqlite_database.write_quietly().__enter__()


def test_statements_are_counted_one_for_each_row_of_an_executemany(database: Database) -> None:
    before = database.statements
    with database.write_quietly() as connection:
        put(connection)
        connection.execute(setting.insert(), [{"name": name, "value": ""} for name in "xyz"])
        connection.execute(setting.delete().where(setting.c.name == "x"))
    assert database.statements - before == 5


def test_a_pickled_database_opens_the_same_one(database: Database) -> None:
    with database.write() as write:
        write.touch()
    copy = pickle.loads(pickle.dumps(database))
    assert copy.revision() == 1
    copy.close()


def test_a_closed_database_opens_again_when_it_is_used(database: Database) -> None:
    database.close()
    assert database.revision() == 0


def test_statistics_can_be_refreshed(database: Database) -> None:
    with database.write_quietly() as connection:
        put(connection)
    database.analyze()


def test_the_log_tells_whether_it_still_reaches_back(databases: Databases) -> None:
    clock = Clock()
    with databases.new(clock=clock) as database:
        for _ in range(3):
            clock.forward(1)
            with database.write() as write:
                write.touch()
        with database.write_quietly() as connection:
            assert [changes.reaches(connection, revision) for revision in range(5)] == [True, True, True, True, False]
            assert changes.prune(connection, clock.at) == 2
            assert [changes.reaches(connection, revision) for revision in range(5)] == [False, False, True, True, False]


@pytest.mark.parametrize("url", ["mysql://host/db", "sqlite://", "sqlite:///:memory:", "nonsense"])
def test_urls_that_cannot_work_are_refused_with_what_to_write(url: str) -> None:
    with pytest.raises(Invalid, match=r"sqlite|SQLite") as caught:
        Database(url)
    assert caught.value.field == "LONGSHELF_DATABASE_URL"


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/none/longshelf.db")
    with pytest.raises(StoreUnavailable, match="does not exist"):
        database.write_quietly().__enter__()


def test_a_new_installation_gets_its_directory_and_a_file_nobody_else_can_read(tmp_path: Path) -> None:
    settings = config.read({"LONGSHELF_DATA": str(tmp_path / "new" / "shelf")}, tmp_path)
    database = open_database(settings)
    assert database.revision() == 0
    assert (settings.data / "longshelf.db").stat().st_mode & 0o077 == 0
    assert settings.data.stat().st_mode & 0o077 == 0
    database.close()


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match="cannot be made"):
        open_database(config.read({"LONGSHELF_DATA": str(tmp_path / "file" / "shelf")}, tmp_path))


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "longshelf.db").write_bytes(b"something else entirely, and long enough to be looked at" * 100)
    with pytest.raises(StoreUnavailable, match="not a SQLite database"):
        Database(f"sqlite:///{tmp_path}/longshelf.db").revision()


def fill(connection: Connection) -> None:
    connection.exec_driver_sql("PRAGMA max_page_count = 1")  # SQLite takes the present size instead: the disk is "full" now
    put(connection, value="x" * 1_000_000)


def test_a_full_disk_is_named_and_nothing_is_kept(sqlite_database: Database) -> None:
    with pytest.raises(StoreUnavailable, match="full"), sqlite_database.write_quietly() as connection:
        fill(connection)
    with sqlite_database.read() as connection:
        assert count_settings(connection) == 0


def test_an_error_about_a_row_is_not_taken_for_one_of_the_disk(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write_quietly() as connection:
        put_twice(connection, "database or disk is full")


def put_twice(connection: Connection, name: str) -> None:
    for _ in range(2):
        put(connection, name)


def test_a_postgres_that_does_not_answer_is_named() -> None:
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        Database("postgresql://nobody@127.0.0.1:1/none").revision()
