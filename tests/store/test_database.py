"""The database: snapshots, the one writer, revisions."""

import pytest
from sqlalchemy.exc import DBAPIError

from longshelf.store.database import Database


def test_a_new_database_is_at_revision_zero(database: Database) -> None:
    assert database.revision() == 0


def test_a_touched_write_bumps_the_revision_and_logs_the_ids(database: Database) -> None:
    with database.write() as write:
        write.touch(items=[3, 1], entities=[9])
    assert database.revision() == 1
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT revision, items, entities FROM change").all() == [(1, "[1,3]", "[9]")]


def test_an_untouched_write_leaves_the_revision_alone(database: Database) -> None:
    with database.write():
        pass
    assert database.revision() == 0


def test_a_reader_cannot_write(database: Database) -> None:
    with database.read() as connection, pytest.raises(DBAPIError):
        connection.exec_driver_sql("INSERT INTO setting (name, value) VALUES ('a', 'b')")
