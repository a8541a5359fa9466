"""Many processes at once: revisions in commit order without gaps, ids without gaps, and readers that nobody disturbs."""

import multiprocessing
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any

from longshelf.store import bulk, changes, settings
from longshelf.store.changes import Change
from longshelf.store.database import Database
from longshelf.store.migrate import upgrade
from longshelf.store.tables import item
from tests.support import processes
from tests.support.databases import Databases

WRITERS = 3
WRITES = 25


def write_many(database: Database, gate: Barrier) -> None:
    database.revision()
    gate.wait(processes.PATIENCE)
    for count in range(WRITES):
        with database.write() as write:
            write.touch(items=bulk.next_ids(write.connection, item, 1 + count % 3))


def test_a_follower_sees_every_revision_once_in_order_while_many_processes_write(database: Database) -> None:
    gate = processes.new_gate(WRITERS)
    writers = [processes.start(write_many, database, gate) for _ in range(WRITERS)]
    seen: list[Change] = []
    while len(seen) < WRITERS * WRITES:
        with database.read() as connection:
            new = list(changes.since(connection, len(seen)))
        assert [change.revision for change in new] == list(range(len(seen) + 1, len(seen) + len(new) + 1))
        seen += new
        if not new and not any(writer.is_alive() for writer in writers):
            break
    processes.finish(*writers)
    ids = [item_id for change in seen for item_id in change.items]
    assert len(seen) == WRITERS * WRITES
    assert ids == list(range(1, len(ids) + 1))


def make_secret(database: Database, gate: Barrier, answers: "Queue[bytes]") -> None:
    database.revision()
    gate.wait(processes.PATIENCE)
    answers.put(settings.secret(database))


def test_processes_that_start_together_agree_on_one_secret(database: Database) -> None:
    gate, answers = processes.new_gate(WRITERS), processes.new_queue()
    started = [processes.start(make_secret, database, gate, answers) for _ in range(WRITERS)]
    found = {answers.get(timeout=processes.PATIENCE) for _ in started}
    processes.finish(*started)
    assert found == {settings.secret(database)}


def migrate(database: Database, gate: Barrier, answers: "Queue[bool]") -> None:
    gate.wait(processes.PATIENCE)
    answers.put(upgrade(database))


def test_of_processes_that_start_together_exactly_one_migrates(databases: Databases) -> None:
    with databases.new(migrated=False) as database:
        gate, answers = processes.new_gate(WRITERS), processes.new_queue()
        started = [processes.start(migrate, database, gate, answers) for _ in range(WRITERS)]
        assert sorted(answers.get(timeout=processes.PATIENCE) for _ in started) == [False, False, True]
        processes.finish(*started)
        assert database.revision() == 0


def test_a_reader_keeps_its_snapshot_and_never_waits_for_a_write(database: Database) -> None:
    def value(connection: Any) -> Any:
        return settings.get(connection, "a")

    with database.read() as early:
        assert value(early) is None
        with database.write() as write:
            settings.put(write.connection, "a", 1)
            write.touch()
            with database.read() as during:  # a reader that waited here would wait forever: this thread holds the write
                assert value(during) is None
        assert value(early) is None
        assert database.revision() == 1
        with database.read() as late:
            assert value(late) == 1


def test_more_readers_than_the_pool_keeps_are_all_served(database: Database) -> None:
    blocks = [database.read() for _ in range(40)]
    connections = [block.__enter__() for block in blocks]
    assert [settings.get(connection, "a", "unset") for connection in connections] == ["unset"] * 40
    for block in blocks:
        block.__exit__(None, None, None)


def touch_once(database: Database) -> None:
    with database.write() as write:
        write.touch()


def server_session(database: Database) -> int:
    """Which PostgreSQL session a read uses; SQLite has none that a child could end."""
    if database.dialect == "sqlite":
        return 0
    with database.read() as connection:
        return int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())


def test_a_forked_process_opens_connections_of_its_own_and_leaves_its_parents_alone(database: Database) -> None:
    touch_once(database)
    ours = server_session(database)
    child = multiprocessing.get_context("fork").Process(target=touch_once, args=(database,))
    child.start()
    child.join(processes.PATIENCE)
    assert child.exitcode == 0
    assert server_session(database) == ours
    touch_once(database)
    assert database.revision() == 3
