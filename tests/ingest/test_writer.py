"""The writer: a batch is all or nothing, identity follows the file, people's edits win, and statements do not grow with items."""

import json
import os
import threading
from unittest.mock import patch

import pytest

from longshelf.errors import Invalid, NotFound
from longshelf.ingest.edits import Edit, edit
from longshelf.ingest.writer import Batch
from longshelf.model.kinds import EntityKind
from longshelf.model.records import Credit, Issue
from longshelf.store import changes, files, items
from longshelf.store.database import Database
from tests.ingest.shelf import Shelf, a_book, a_file


def test_a_written_item_has_its_row_card_links_chapters_search_text_and_change(database: Database) -> None:
    shelf = Shelf(database)
    shelf.put(a_book(b"a/one.epub", "Sea Stories", authors=("Ann", "Bob"), tags=("sea", "ships")))
    (item_id, title) = shelf.live()[0]
    assert title == "Sea Stories"
    card = json.loads(shelf.rows("SELECT card FROM item_card")[0][0])
    assert (card["id"], card["pages"], card["library_id"]) == (item_id, 12, shelf.library_id)
    assert [(link["name"], link["role"]) for link in card["links"]] == [("Ann", "author"), ("Bob", "author"), ("Tides", "")]
    assert shelf.rows("SELECT count(*) FROM link")[0][0] == 5
    assert shelf.rows("SELECT title FROM chapter ORDER BY ordinal") == [("One",), ("Two",)]
    with database.read() as connection:
        assert item_id in {touched for change in changes.since(connection, 0) for touched in change.items}


def test_writing_the_same_again_changes_nothing(database: Database) -> None:
    shelf = Shelf(database)
    shelf.put(a_book(b"a/one.epub"))
    before = (shelf.rows("SELECT * FROM item"), database.revision())
    writer = shelf.fresh_writer()
    shelf.put(a_book(b"a/one.epub"))
    assert (shelf.rows("SELECT * FROM item"), database.revision()) == before
    assert (writer.written.added, writer.written.updated, writer.written.unchanged) == (0, 0, 1)


def test_a_changed_file_updates_its_item_and_forgets_old_links(database: Database) -> None:
    shelf = Shelf(database)
    shelf.put(a_book(b"a/one.epub", "Old", tags=("old",)))
    shelf.put(a_book(b"a/one.epub", "New", tags=("new",), content=b"changed"))
    assert [title for _, title in shelf.live()] == ["New"]
    tags = shelf.rows("SELECT entity.name FROM link JOIN entity ON entity.id = link.entity_id WHERE link.kind = 'tag'")
    assert tags == [("new",)]


def test_spellings_of_one_name_are_one_entity(database: Database) -> None:
    shelf = Shelf(database)
    shelf.put(a_book(b"1.epub", authors=("José Díaz",)), a_book(b"2.epub", authors=("josé  díaz",)))
    shelf.fresh_writer()
    shelf.put(a_book(b"3.epub", authors=("José Díaz",)))
    assert shelf.rows("SELECT name FROM entity WHERE kind = 'person'") == [("José Díaz",)]
    assert shelf.rows("SELECT count(*) FROM link WHERE kind = 'person'")[0][0] == 3


def test_a_move_keeps_the_item_and_a_copy_does_not_steal_it(database: Database) -> None:
    shelf = Shelf(database)
    shelf.put(a_book(b"a.epub", content=b"same"), a_book(b"b.epub", content=b"same"))
    first, second = (item_id for item_id, _ in shelf.live())
    shelf.there.discard(b"b.epub")
    writer = shelf.fresh_writer()
    shelf.put(a_book(b"deep/er/c.epub", content=b"same"))
    assert writer.written.moved == 1
    assert [item_id for item_id, _ in shelf.live()] == [first, second]
    moved = shelf.rows("SELECT item_id FROM file JOIN folder ON folder.id = file.folder_id WHERE folder.parent_id IS NOT NULL")
    assert moved == [(second,)]


def test_of_two_new_copies_only_one_is_the_moved_file(database: Database) -> None:
    shelf = Shelf(database)
    shelf.put(a_book(b"a.epub", content=b"same"))
    shelf.there.clear()
    shelf.fresh_writer()
    shelf.put(a_book(b"x.epub", content=b"same"), a_book(b"y.epub", content=b"same"))
    assert len(shelf.live()) == 2
    assert shelf.writer.written.moved == 1


def test_a_missing_file_takes_its_item_away_and_brings_it_back_with_what_people_said(database: Database) -> None:
    shelf = Shelf(database)
    shelf.put(a_book(b"a.epub"))
    item_id = shelf.live()[0][0]
    edit(database, item_id, Edit(title="Mine"), None)
    missing = [files.Missing(file_id, item_id, 0) for (file_id,) in shelf.rows("SELECT id FROM file")]
    assert shelf.fresh_writer().remove_missing(missing) == 1
    assert shelf.live() == []
    shelf.fresh_writer()
    shelf.put(a_book(b"a.epub"))
    assert shelf.live() == [(item_id, "Mine")]
    assert shelf.writer.written.restored == 1


def test_a_manual_edit_survives_rescan_and_move_and_an_explicit_clear_too(database: Database) -> None:
    shelf = Shelf(database)
    shelf.put(a_book(b"a.epub", "File title", tags=("sea",)))
    item_id = shelf.live()[0][0]
    edit(database, item_id, Edit(title="My title", credits={EntityKind.TAG: []}), 7)
    shelf.there.clear()
    shelf.fresh_writer()
    shelf.put(a_book(b"b.epub", "Another title", tags=("sea", "new"), content=b"content of a.epub"))
    assert shelf.live() == [(item_id, "My title")]
    assert shelf.rows("SELECT count(*) FROM link WHERE kind = 'tag'") == [(0,)]
    assert shelf.rows("SELECT count(*) FROM link WHERE kind = 'person'") == [(1,)]


def test_an_unlocked_field_goes_back_to_what_the_file_says(database: Database) -> None:
    shelf = Shelf(database)
    shelf.put(a_book(b"a.epub", "File title"))
    item_id = shelf.live()[0][0]
    edit(database, item_id, Edit(title="My title"), None)
    edit(database, item_id, Edit(unlock=["title"]), None)
    shelf.fresh_writer()
    shelf.put(a_book(b"a.epub", "File title"))
    assert shelf.live() == [(item_id, "File title")]


def test_edits_refuse_what_cannot_be_kept(database: Database) -> None:
    shelf = Shelf(database)
    shelf.put(a_book(b"a.epub"))
    item_id = shelf.live()[0][0]
    with pytest.raises(Invalid):
        edit(database, item_id, Edit(title="  "), None)
    with pytest.raises(Invalid):
        edit(database, item_id, Edit(unlock=["no such field"]), None)
    with pytest.raises(NotFound):
        edit(database, 999, Edit(title="x"), None)


def test_an_edit_may_name_new_people(database: Database) -> None:
    shelf = Shelf(database)
    shelf.put(a_book(b"a.epub"))
    item_id = shelf.live()[0][0]
    edit(database, item_id, Edit(credits={EntityKind.TAG: [Credit(EntityKind.TAG, "brand new")]}), None)
    card_names = shelf.rows("SELECT entity.name FROM link JOIN entity ON entity.id = link.entity_id WHERE link.kind = 'tag'")
    assert card_names == [("brand new",)]


def test_a_crash_inside_a_batch_leaves_nothing_of_it_and_the_next_try_succeeds(database: Database) -> None:
    shelf = Shelf(database)
    books = [a_book(b"%d.epub" % number, authors=(f"Author {number}",)) for number in range(20)]
    revision = database.revision()
    with patch.object(items, "put_chapters", side_effect=RuntimeError("crash")), pytest.raises(RuntimeError):
        shelf.put(*books)
    assert shelf.live() == []
    assert shelf.rows("SELECT count(*) FROM entity") == [(0,)]
    assert database.revision() == revision
    shelf.put(*books)
    assert len(shelf.live()) == 20
    assert shelf.rows("SELECT count(*) FROM link WHERE kind = 'person'") == [(20,)]


def test_ids_of_a_transaction_that_was_rolled_back_are_never_used(database: Database) -> None:
    shelf = Shelf(database)
    shelf.put(a_book(b"a/known.epub", authors=("Known",), tags=()))
    lost = a_book(b"lost/x.epub", authors=("Lost",), tags=())
    with patch.object(items, "put_chapters", side_effect=RuntimeError("crash")), pytest.raises(RuntimeError):
        shelf.put(lost)
    shelf.put(a_book(b"a/more.epub", authors=("Known",), tags=()))  # names and folder are all known: nothing is asked of the store
    shelf.put(lost)
    names = shelf.rows("SELECT entity.name FROM link JOIN entity ON entity.id = link.entity_id WHERE link.kind = 'person' ORDER BY 1")
    assert names == [("Known",), ("Known",), ("Lost",)]


def test_statements_per_item_fall_with_the_batch(database: Database) -> None:
    shelf = Shelf(database)
    books = [a_book(b"%d/%d.epub" % (number % 20, number), authors=(f"Author {number % 50}",)) for number in range(500)]
    before = database.statements
    shelf.writer.apply(Batch(items=books))
    assert len(shelf.live()) == 500
    assert (database.statements - before) / 500 <= 0.2


def test_a_failed_file_is_remembered_with_its_reason_and_forgiven_when_it_is_well(database: Database) -> None:
    shelf = Shelf(database)
    broken = a_file(b"a/bad.epub", fingerprint=b"")
    batch = Batch(failed=[broken])
    batch.report(Issue(0, broken.path, "not a zip"))
    batch.report(Issue(0, broken.path, "truncated"))
    shelf.writer.apply(batch)
    assert shelf.rows("SELECT reason FROM scan_issue") == [("not a zip; truncated",)]
    assert shelf.rows("SELECT item_id FROM file") == [(None,)]
    shelf.fresh_writer()
    shelf.put(a_book(b"a/bad.epub"))
    assert shelf.rows("SELECT count(*) FROM scan_issue") == [(0,)]
    assert len(shelf.live()) == 1
    assert shelf.rows("SELECT count(*) FROM file") == [(1,)]


def test_a_file_that_goes_bad_keeps_its_item(database: Database) -> None:
    shelf = Shelf(database)
    shelf.put(a_book(b"a.epub"))
    batch = Batch(failed=[a_file(b"a.epub", fingerprint=b"")])
    shelf._know(batch, batch.failed[0])
    batch.report(Issue(0, b"a.epub", "truncated"))
    shelf.writer.apply(batch)
    assert len(shelf.live()) == 1


def test_two_writers_at_once_meet_new_names_and_lose_nothing(database: Database) -> None:
    shelf = Shelf(database)
    errors: list[BaseException] = []

    def write(part: int) -> None:
        try:
            own = Shelf(database, shelf.library_id)
            for step in range(5):
                own.put(*(a_book(b"%d/%d-%d.epub" % (part, step, number), authors=(f"Author {number}",)) for number in range(20)))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(part,)) for part in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len(shelf.live()) == 300
    assert shelf.rows("SELECT count(*) FROM entity WHERE kind = 'person'") == [(20,)]
    assert shelf.rows("SELECT count(*) FROM link WHERE kind = 'person'") == [(300,)]
    assert shelf.rows("SELECT count(DISTINCT id) FROM item") == [(300,)]


def test_two_scans_that_found_the_same_file_make_one_item(database: Database) -> None:
    shelf = Shelf(database)
    other = Shelf(database, shelf.library_id)
    book = a_book(b"a/one.epub")
    unknowing = Batch(items=[book])
    shelf.put(book)
    other.there.add(b"a/one.epub")
    other.writer.apply(unknowing)
    assert len(shelf.live()) == 1
    assert shelf.rows("SELECT count(*) FROM file") == [(1,)]


@pytest.mark.parametrize("name", [b"\xff\xfe", b"new\nline", b"a'\"b", "ü".encode(), b"x" * 250])
def test_any_file_name_is_kept_as_it_is(database: Database, name: bytes) -> None:
    shelf = Shelf(database)
    path = os.path.join(name, name + b".epub")
    shelf.put(a_book(path))
    assert shelf.rows("SELECT name FROM file") == [(name + b".epub",)]
    shelf.fresh_writer()
    shelf.put(a_book(path))
    assert len(shelf.live()) == 1
