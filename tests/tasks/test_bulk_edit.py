"""Many items changed at once, and changed back: exactly what was, but for what somebody changed since."""

import msgspec
import pytest

from longshelf.accounts import users
from longshelf.errors import Conflict
from longshelf.ingest import bulk_edits
from longshelf.ingest.bulk_edits import Plan
from longshelf.ingest.edits import Edit, edit
from longshelf.model.kinds import Role
from longshelf.model.records import Credit, ItemRecord
from longshelf.store import edit_log, items, personal
from longshelf.store.database import Database
from longshelf.store.jobs import Job
from longshelf.store.stored import records
from longshelf.tasks import bulk_edit
from tests.tasks.editing import PERSON, TAG, Desk

ADD = Plan(scalars={"language": "de", "age_rating": None}, add=(Credit(TAG, "new"), Credit(PERSON, "Zoe", Role.EDITOR)))


@pytest.fixture
def desk(database: Database, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(bulk_edits, "AT_ONCE", 2)  # so that a few items are several transactions
    desk = Desk(database)
    for number in range(5):
        desk.book(number, "sea", *(["old"] if number % 2 else []))
    return desk


def do(desk: Desk, plan: Plan, ids: list[int], user_id: int | None = None) -> Job:
    return desk.run(bulk_edit.request(desk.database, plan, ids, user_id))


def undo(desk: Desk, job: Job) -> Job:
    return desk.run(bulk_edit.request_undo(desk.database, job.result["edit_id"]))


def stored(desk: Desk) -> dict[int, tuple[ItemRecord, set[str]]]:
    """Every item as it stands, and its locks. What a lock took away and gave back has another content hash."""
    with desk.database.read() as connection:
        ids = [row[0] for row in connection.exec_driver_sql("SELECT id FROM item ORDER BY id")]
        locks = items.locks(connection, ids)
        return {each: (record, locks.get(each, set())) for each, record in records(connection, ids).items()}


def test_fields_and_links_change_and_are_locked(desk: Desk) -> None:
    old = desk.entity("old")
    job = do(desk, msgspec.structs.replace(ADD, remove={TAG: [old]}), [1, 2, 3, 4])
    assert job.result == {"edit_id": 1, "seen": 4, "changed": 4, "left": 0}
    assert [desk.tags(each) for each in range(1, 6)] == [["new", "sea"]] * 4 + [["sea"]]
    found = stored(desk)
    for each in range(1, 5):
        record, locks = found[each]
        assert (record.language, locks) == ("de", {"language", "age_rating", "tag", "person"})
    cards = dict(desk.rows("SELECT item_id, card FROM item_card"))
    assert "Zoe" in cards[1]
    desk.book(0, "sea", "file says")  # a later scan
    assert desk.tags(1) == ["new", "sea"]


def test_undo_restores_exactly_what_was(desk: Desk) -> None:
    before = stored(desk)
    edit(desk.database, 3, Edit(language="fr"), None)
    before = stored(desk)
    job = do(desk, msgspec.structs.replace(ADD, credits={}, unlock=("language",), scalars={}), [1, 2, 3])
    undone = undo(desk, job)
    assert undone.result["left"] == 0
    after = stored(desk)
    assert {each: locks for each, (_, locks) in after.items()} == {each: locks for each, (_, locks) in before.items()}
    job = do(desk, ADD, [1, 2, 3, 4, 5])
    assert stored(desk) != after
    undo(desk, job)
    assert stored(desk) == after
    with pytest.raises(Conflict, match="undone already"):
        bulk_edit.request_undo(desk.database, job.result["edit_id"])


def test_undo_leaves_what_was_changed_since_field_by_field(desk: Desk) -> None:
    before = stored(desk)
    job = do(desk, ADD, [1, 2])
    edit(desk.database, 1, Edit(language="it"), None)
    undone = undo(desk, job)
    assert undone.result == {"edit_id": 1, "seen": 2, "changed": 2, "left": 1}
    record, locks = stored(desk)[1]
    assert (record.language, locks, desk.tags(1)) == ("it", {"language"}, ["sea"])
    assert stored(desk)[2] == before[2]


def test_items_that_are_gone_are_counted_and_left(desk: Desk) -> None:
    with desk.database.write() as write:
        write.connection.exec_driver_sql("UPDATE item SET deleted_at = 5 WHERE id = 2")
        write.touch([2])
    job = do(desk, ADD, [1, 2, 99])
    assert job.result == {"edit_id": 1, "seen": 3, "changed": 1, "left": 2}
    with desk.database.write() as write:
        write.connection.exec_driver_sql("UPDATE item SET deleted_at = 5 WHERE id = 1")
        write.touch([1])
    assert undo(desk, job).result["left"] == 1


def test_what_somebody_says_of_many_items_is_his_alone(desk: Desk) -> None:
    ann = users.add(desk.database, "ann", "a long password").id
    bob = users.add(desk.database, "bob", "a long password").id
    with desk.database.write_quietly() as connection:
        personal.say_item(connection, ann, 1, {"rating": 10, "favorite": True}, at=1)
        personal.say_item(connection, bob, 2, {"rating": 20}, at=1)
    revision = desk.database.revision()
    job = do(desk, Plan(said={"rating": 70, "watched": True}), [1, 2, 3], ann)
    with desk.database.read() as connection:
        said = personal.on_items(connection, ann, [1, 2, 3, 4])
        assert {each: (word.rating, word.favorite, word.progress, word.play_count) for each, word in said.items()} == {
            1: (70, True, 1.0, 1),
            2: (70, False, 1.0, 1),
            3: (70, False, 1.0, 1),
        }
        assert personal.on_items(connection, bob, [1, 2, 3]) == {2: personal.ItemWord(rating=20)}
    assert desk.database.revision() == revision  # nothing of the catalogue
    with desk.database.write_quietly() as connection:
        personal.say_item(connection, ann, 3, {"rating": 5}, at=9)
    assert desk.rows("SELECT item_id FROM play WHERE user_id = ? ORDER BY item_id", ann) == [(1,), (2,), (3,)]
    assert undo(desk, job).result["left"] == 1
    assert desk.rows("SELECT item_id FROM play WHERE user_id = ?", ann) == [(3,)]
    with desk.database.read() as connection:
        said = personal.on_items(connection, ann, [1, 2, 3])
    assert (said[1], said[2]) == (personal.ItemWord(rating=10, favorite=True), personal.ItemWord())
    assert said[3].rating == 5


def test_a_change_without_effect_leaves_only_locks(desk: Desk) -> None:
    do(desk, Plan(add=(Credit(TAG, "SEA"),)), [1])
    assert desk.tags(1) == ["sea"]
    assert stored(desk)[1][1] == {"tag"}


def test_old_changes_are_forgotten(desk: Desk) -> None:
    job = do(desk, ADD, [1, 2, 3])
    with desk.database.write_quietly() as connection:
        assert edit_log.prune(connection, 1) == 0
        assert edit_log.prune(connection, 2**62) == 1
    assert desk.rows("SELECT count(*) FROM bulk_edit_piece") == [(0,)]
    with desk.database.read() as connection:
        assert edit_log.by_job(connection, job.id) is None


def test_an_id_means_one_entity_and_not_all_of_its_name(desk: Desk) -> None:
    other = Desk(desk.database, "Other")
    there = other.book(77, "sea")
    mine = desk.rows("SELECT id FROM entity WHERE library_id = 1 AND name = 'sea'")[0][0]
    do(desk, Plan(remove={TAG: [mine]}), [1, there])
    assert (desk.tags(1), desk.tags(there)) == ([], ["sea"])


def test_what_was_merged_since_is_taken_away_where_it_went(desk: Desk) -> None:
    sea, old = desk.entity("sea"), desk.entity("old")
    queued = bulk_edit.request(desk.database, Plan(remove={TAG: [old]}), [1, 2], None)
    desk.merge(sea, old)
    desk.run(queued)
    assert (desk.tags(1), desk.tags(2), desk.tags(3)) == ([], [], ["sea"])


def test_a_name_that_leads_elsewhere_is_undone_as_well(desk: Desk) -> None:
    desk.edit(desk.entity("old"), name="ancient", sort_name="zzz")
    before = stored(desk)
    job = do(desk, Plan(add=(Credit(TAG, "OLD"),), credits={PERSON: [Credit(PERSON, "ANN", Role.EDITOR)]}), [1, 2])
    assert desk.tags(1) == desk.tags(2) == ["ancient", "sea"]
    assert undo(desk, job).result["left"] == 0
    assert stored(desk) == before
