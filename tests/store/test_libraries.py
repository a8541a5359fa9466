"""Libraries come, change and go; a removal takes everything of theirs and nothing else."""

from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select

from longshelf.errors import Conflict, NotFound
from longshelf.model.kinds import LibraryType
from longshelf.store import changes, libraries, schema, search, tables
from longshelf.store.database import Database
from longshelf.store.libraries import Library
from longshelf.store.search import SearchRow

ITEMS = 5


def add(database: Database, name: str = "Books") -> Library:
    with database.write() as write:
        return libraries.add(write, name, LibraryType.FOLDER, {"roots": ["/books"]}, at=1)


def fill(database: Database, library_id: int, first: int) -> None:
    """ITEMS items from id `first` on, each with a row in every table that can refer to it."""
    with database.write() as write:
        connection = write.connection
        put(connection, tables.folder, id=first, library_id=library_id, root=0, path=b"")
        put(connection, tables.folder, id=first + 1, library_id=library_id, root=0, path=b"a", parent_id=first)
        put(connection, tables.scan_issue, library_id=library_id, root=0, path=b"x", reason="broken", first_seen_at=1, last_seen_at=1)
        for item_id in range(first, first + ITEMS):
            put_item(connection, library_id, item_id)
        put(connection, tables.entity_link, source_id=first, target_id=first + 1, relation="parent")


def put_item(connection: Connection, library_id: int, item_id: int) -> None:
    name = str(item_id)
    common = {"id": item_id, "library_id": library_id, "updated_at": 1, "revision": 1}
    put(connection, tables.item, **common, external_id=name, kind="book", title=name, title_key=name, added_at=1, content_hash=b"")
    put(connection, tables.entity, **common, kind="tag", name=name, name_key=name, sort_key=name, created_at=1)
    put(connection, tables.entity_alias, library_id=library_id, kind="tag", name_key=f"also {name}", entity_id=item_id, name=name)
    put(connection, tables.link, item_id=item_id, entity_id=item_id, role="", kind="tag")
    put(connection, tables.item_card, item_id=item_id, card="{}")
    put(connection, tables.chapter, item_id=item_id, ordinal=0, title="One")
    put(connection, tables.field_lock, item_id=item_id, field="title", locked_at=1)
    put(connection, tables.user_item, user_id=1, item_id=item_id, updated_at=1)
    put(connection, tables.user_entity, user_id=1, entity_id=item_id, updated_at=1)
    numbers = {"size": 1, "mtime_ns": 1, "ctime_ns": 1, "inode": 1}
    put(
        connection,
        tables.file,
        id=item_id,
        library_id=library_id,
        folder_id=item_id // 100 * 100,
        name=name.encode(),
        item_id=item_id,
        companions=b"",
        fingerprint=b"",
        **numbers,
    )
    search.write_rows(connection, [SearchRow(item_id, (name,), (), "")])


def put(connection: Connection, table: Any, **values: Any) -> None:
    connection.execute(insert(table).values(**values))


def row_counts(connection: Connection) -> dict[str, int]:
    names = [table for table in schema.metadata.sorted_tables if table.name not in ("revision", "change", "counter")]
    counts = {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in names}
    counts["item_search"] = connection.exec_driver_sql("SELECT count(*) FROM item_search").scalar_one()
    return counts


def test_a_library_comes_back_as_it_was_added(database: Database) -> None:
    library = add(database)
    with database.read() as connection:
        assert libraries.get(connection, library.id) == libraries.named(connection, "Books") == library
        assert libraries.listed(connection) == [library]
    assert (library.type, library.state, library.config) == (LibraryType.FOLDER, "new", {"roots": ["/books"]})


def test_two_libraries_cannot_have_one_name(database: Database) -> None:
    add(database)
    other = add(database, "Films")
    with pytest.raises(Conflict, match="already"):
        add(database)
    with database.write() as write, pytest.raises(Conflict, match="already"):
        libraries.change(write, other.id, name="Books")


def test_a_library_can_be_renamed_and_set_up_anew(database: Database) -> None:
    library = add(database)
    with database.write() as write:
        changed = libraries.change(write, library.id, name="Novels")
        assert (changed.name, changed.config) == ("Novels", library.config)
        assert libraries.change(write, library.id, config={"roots": []}).config == {"roots": []}


def test_an_unknown_library_is_not_found(database: Database) -> None:
    with database.read() as connection:
        with pytest.raises(NotFound):
            libraries.get(connection, 9)
        with pytest.raises(NotFound):
            libraries.named(connection, "Books")
    with pytest.raises(NotFound):
        libraries.remove(database, 9)


def test_the_state_says_why_and_when(database: Database) -> None:
    library = add(database)
    with database.write_quietly() as connection:
        libraries.set_state(connection, library.id, "ready", scanned_at=5)
        libraries.set_state(connection, library.id, "offline", "The disk is not mounted.")
        now = libraries.get(connection, library.id)
    assert (now.state, now.state_reason, now.scanned_at) == ("offline", "The disk is not mounted.", 5)


@pytest.mark.parametrize("at_once", [2, 1000])
def test_removing_a_library_takes_all_its_rows_and_no_others(database: Database, monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(libraries, "REMOVED_AT_ONCE", at_once)
    with database.write_quietly() as connection:
        put(connection, tables.user, id=1, name="Ann", name_key="ann", created_at=1)
    kept = add(database, "Films")
    fill(database, kept.id, 100)
    with database.read() as connection:
        before = row_counts(connection)
    gone = add(database)
    fill(database, gone.id, 200)
    since = database.revision()
    reports: list[int] = []
    assert libraries.remove(database, gone.id, reports.append) == ITEMS
    assert reports[-1] == ITEMS
    with database.read() as connection:
        assert row_counts(connection) == before
        log = list(changes.since(connection, since))
    assert sorted(item_id for change in log for item_id in change.items) == list(range(200, 200 + ITEMS))
    assert sorted(entity_id for change in log for entity_id in change.entities) == list(range(200, 200 + ITEMS))


def test_a_removal_that_was_stopped_can_be_taken_up_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "REMOVED_AT_ONCE", 2)
    with database.write_quietly() as connection:
        put(connection, tables.user, id=1, name="Ann", name_key="ann", created_at=1)
    library = add(database)
    fill(database, library.id, 100)

    def stop(_done: int) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        libraries.remove(database, library.id, stop)
    with database.write_quietly() as connection:
        libraries.set_state(connection, library.id, "ready")
        assert libraries.get(connection, library.id).state == "removing"
    assert libraries.remove(database, library.id) == ITEMS - 2
    with database.read() as connection:
        assert libraries.listed(connection) == []
