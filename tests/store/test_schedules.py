"""Schedules: ticks on a grid, a missed one made up for once."""

import pytest
from sqlalchemy import Connection

from longshelf.errors import NotFound, OutOfRange
from longshelf.store import jobs, schedules
from longshelf.store.database import Database
from longshelf.store.schedules import SECOND


def next_at(connection: Connection) -> int:
    (schedule,) = schedules.listed(connection)
    return schedule.next_at // SECOND


def test_nothing_is_due_before_the_first_tick(database: Database) -> None:
    with database.write_quietly() as connection:
        schedules.put(connection, "scan", every_seconds=60, at=0)
        assert schedules.due(connection, 60 * SECOND - 1) == []
        assert not schedules.waiting(connection, 60 * SECOND - 1)
        assert schedules.waiting(connection, 60 * SECOND)


def test_a_tick_queues_one_job_with_the_schedules_arguments(database: Database) -> None:
    with database.write_quietly() as connection:
        schedules.put(connection, "scan", {"library": 7}, key="7", every_seconds=60, at=0)
        (job,) = schedules.due(connection, 60 * SECOND)
        assert (job.kind, job.key, job.args) == ("scan", "7", {"library": 7})
        assert schedules.due(connection, 60 * SECOND) == []


@pytest.mark.parametrize(("now", "then"), [(60, 120), (119, 120), (120, 180), (1000, 1020)])
def test_missed_ticks_run_once_and_the_next_stays_on_the_grid(database: Database, now: int, then: int) -> None:
    with database.write_quietly() as connection:
        schedules.put(connection, "scan", every_seconds=60, at=0)
        assert len(schedules.due(connection, now * SECOND)) == 1
        assert next_at(connection) == then
        assert len(jobs.newest(connection)) == 1


def test_a_tick_during_the_last_ones_job_starts_no_second(database: Database) -> None:
    with database.write_quietly() as connection:
        schedules.put(connection, "cleanup", every_seconds=60, at=0)
        first = schedules.due(connection, 60 * SECOND)
        second = schedules.due(connection, 120 * SECOND)
        assert [job.id for job in first] == [job.id for job in second]


def test_a_disabled_schedule_rests(database: Database) -> None:
    with database.write_quietly() as connection:
        schedules.put(connection, "scan", every_seconds=60, at=0, enabled=False)
        assert schedules.due(connection, 1000 * SECOND) == []


def test_only_a_changed_interval_moves_the_next_tick(database: Database) -> None:
    with database.write_quietly() as connection:
        schedules.put(connection, "scan", every_seconds=60, at=0)
        schedules.put(connection, "scan", {"full": True}, every_seconds=60, at=30 * SECOND)
        assert next_at(connection) == 60
        schedules.put(connection, "scan", every_seconds=90, at=30 * SECOND)
        assert next_at(connection) == 120


def test_bad_schedules_are_refused(database: Database) -> None:
    with database.write_quietly() as connection:
        with pytest.raises(OutOfRange):
            schedules.put(connection, "scan", every_seconds=1, at=0)
        with pytest.raises(NotFound):
            schedules.remove(connection, "scan")
        schedules.put(connection, "scan", every_seconds=60, at=0)
        schedules.remove(connection, "scan")
        assert schedules.listed(connection) == []
