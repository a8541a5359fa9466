"""A merge while scans bring the old name, and while others read: nothing dangles, and no transaction grows with the number of items."""

import threading

import pytest

from longshelf.ingest import merging as work
from longshelf.store.database import Database
from longshelf.tasks import merge
from tests.support.databases import Databases
from tests.tasks.editing import Desk


@pytest.mark.timeout(60)
def test_scans_that_bring_the_old_name_meanwhile_end_at_the_target(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "AT_ONCE", 2)
    desk = Desk(database)
    for number in range(20):
        desk.book(number, "b", *(["a"] if number % 3 == 0 else []))
    a, b = desk.entity("a"), desk.entity("b")
    scanner, stop = Desk.__new__(Desk), threading.Event()
    scanner.__dict__.update(desk.__dict__)
    scanner.fresh_writer()
    failed: list[BaseException] = []

    def scan() -> None:
        number = 100
        try:
            while not stop.is_set():
                scanner.book(number, "b", "x")
                scanner.book(number % 20, "B", f"again {number}")
                number += 1
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=scan)
    thread.start()
    try:
        desk.merge(a, b)
    finally:
        stop.set()
        thread.join()
    assert not failed
    desk.book(999, "b")
    assert desk.rows("SELECT count(*) FROM link WHERE entity_id = ?", b) == [(0,)]
    assert desk.rows("SELECT count(*) FROM link JOIN entity ON entity.id = link.entity_id WHERE entity.deleted_at IS NOT NULL") == [(0,)]
    assert desk.rows("SELECT count(*) FROM entity WHERE name_key = 'b'") == [(0,)]
    assert "a" in desk.tags(1)


def test_the_request_costs_the_same_however_many_items_there_are(sqlite_databases: Databases) -> None:
    costs = []
    for items in (2, 60):
        with sqlite_databases.new() as database:
            desk = Desk(database)
            for number in range(items):
                desk.book(number, "b")
            desk.book(items, "a")
            a, b = desk.entity("a"), desk.entity("b")
            before = database.statements
            merge.request(database, a, [b], None)
            costs.append(database.statements - before)
    assert costs[0] == costs[1]
