"""Merging entities: everything follows, nothing dangles, and it can be taken back."""

import msgspec
import pytest

from longshelf.accounts import users
from longshelf.errors import Conflict, Invalid, NotFound
from longshelf.model.kinds import EntityKind
from longshelf.model.restrictions import Restrictions, Rule
from longshelf.store import bulk, jobs, merging, personal, restrictions, schema, tables, views
from longshelf.store.database import Database
from longshelf.tasks import library_removal, merge
from tests.tasks.editing import PERSON, TAG, Desk


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_the_list_of_references_is_that_of_the_schema() -> None:
    """Every foreign key to an entity, and every column that is called as if it were one."""
    found = {
        f"{table.name}.{column.name}"
        for table in schema.metadata.sorted_tables
        for column in table.columns
        if any(key.column is tables.entity.c.id for key in column.foreign_keys) or column.name == "entity_id"
    }
    assert set(merging.REFERENCES) == found


def test_nothing_names_the_vanished_afterwards(desk: Desk) -> None:
    """But what is its own, for its return, and the record of the merge."""
    desk.book(1, "a", "b", "c", "d")
    a, b, c = desk.entity("a"), desk.entity("b"), desk.entity("c")
    desk.edit(b, parents=[c], aliases=["bee"], description="words")
    desk.edit(c, aliases=["sea"])
    desk.edit(desk.entity("d"), parents=[b])
    ann = users.add(desk.database, "ann", "a long password").id
    with desk.database.write_quietly() as connection:
        personal.say_entity(connection, ann, b, {"rating": 80}, at=1)
    naming = [place.split(".") for place, treatment in merging.REFERENCES.items() if treatment not in {"own", "merges", "passing"}]

    def named(entity_id: int) -> int:
        return sum(desk.rows(f"SELECT count(*) FROM {table} WHERE {column} = ?", entity_id)[0][0] for table, column in naming)

    assert named(b) >= len(naming)
    desk.merge(a, b)
    assert named(b) == 0
    assert named(a) >= len(naming)


def test_links_fold_and_the_source_vanishes(desk: Desk) -> None:
    both, one, none = desk.book(1, "sci-fi", "sf"), desk.book(2, "sf"), desk.book(3, "sea")
    target, source = desk.entity("sci-fi"), desk.entity("sf")
    job = desk.merge(target, source)
    assert (desk.tags(both), desk.tags(one), desk.tags(none)) == (["sci-fi"], ["sci-fi"], ["sea"])
    assert job.result == {"merge_id": 1, "target_id": target, "links": 2}
    assert desk.rows("SELECT id FROM entity WHERE kind = 'tag' AND deleted_at IS NULL AND id IN (?, ?)", target, source) == [(target,)]
    assert desk.rows("SELECT count(*) FROM link WHERE entity_id = ?", source) == [(0,)]
    with desk.database.read() as connection:
        assert merging.led(connection, [source, target]) == {source: target}


def test_a_later_scan_that_brings_the_old_name_finds_the_target(desk: Desk) -> None:
    desk.book(1, "sci-fi", "sf")
    target, source = desk.entity("sci-fi"), desk.entity("sf")
    desk.merge(target, source)
    same = desk.book(1, "SF", "other")  # its file changed, in the same scan or the next
    new = desk.book(2, "SF")
    desk.fresh_writer()
    later = desk.book(3, "sf", "sci-fi")
    assert desk.tags(same) == ["other", "sci-fi"]
    assert desk.tags(new) == desk.tags(later) == ["sci-fi"]
    cards = dict(desk.rows("SELECT item_id, card FROM item_card"))
    assert all("sf" not in cards[each].lower() for each in (same, new, later))


def test_a_writer_that_remembers_where_a_name_led_asks_again(desk: Desk) -> None:
    desk.book(1, "sf")
    desk.book(2, "sf")  # the writer knows the name by now
    desk.book(9, "sea")
    target = desk.entity("sea")
    desk.merge(target, desk.entity("sf"))
    assert desk.tags(desk.book(3, "sf")) == ["sea"]


def test_cards_search_and_series_order_follow_a_merge(desk: Desk) -> None:
    item = desk.book(1, "sea", authors=("J R R Tolkien",))
    other = desk.book(2, "sea", authors=("Tolkien",))
    target, source = desk.entity("Tolkien", PERSON), desk.entity("J R R Tolkien", PERSON)
    desk.merge(target, source)
    cards = {row[0]: msgspec.json.decode(row[1]) for row in desk.rows("SELECT item_id, card FROM item_card")}
    assert [link["name"] for link in cards[item]["links"]] == [link["name"] for link in cards[other]["links"]] == ["Tolkien", "Tides"]
    assert cards[item]["links"][0]["id"] == target


def test_relations_follow_and_never_close_a_circle(desk: Desk) -> None:
    desk.book(1, "a", "b", "c", "d", "top")
    a, b, c, d, top = (desk.entity(name) for name in ("a", "b", "c", "d", "top"))
    with desk.database.write() as write:
        edges = [(a, top, "parent"), (b, a, "parent"), (c, b, "parent"), (d, c, "parent"), (d, top, "parent"), (b, d, "likes")]
        bulk.insert(write.connection, tables.entity_link, ("source_id", "target_id", "relation"), edges)
    desk.merge(b, d)  # d is below c, which is below b
    found = desk.rows("SELECT source_id, target_id, relation FROM entity_link ORDER BY source_id, target_id")
    assert found == [(a, top, "parent"), *sorted([(b, a, "parent"), (b, top, "parent")]), (c, b, "parent")]


def test_what_people_said_is_folded_once(desk: Desk) -> None:
    desk.book(1, "a", "b")
    a, b = desk.entity("a"), desk.entity("b")
    ann, bob, cid = (users.add(desk.database, name, "a long password").id for name in ("ann", "bob", "cid"))
    with desk.database.write_quietly() as connection:
        personal.say_entity(connection, ann, a, {"rating": 20, "favorite": True}, at=1)
        personal.say_entity(connection, ann, b, {"rating": 80}, at=1)
        personal.say_entity(connection, bob, b, {"hidden": True}, at=1)
        personal.say_entity(connection, cid, a, {"rating": 50}, at=1)
        before = {each: personal.version(connection, each) for each in (ann, bob)}
    desk.merge(a, b)
    with desk.database.read() as connection:
        assert personal.on_entities(connection, ann, [a, b]) == {a: personal.EntityWord(80, favorite=True)}
        assert personal.on_entities(connection, bob, [a, b]) == {a: personal.EntityWord(hidden=True)}
        assert personal.on_entities(connection, cid, [a, b]) == {a: personal.EntityWord(50)}
        assert all(personal.version(connection, each) > version for each, version in before.items())


def test_rules_and_saved_filters_follow_and_come_back(desk: Desk) -> None:
    desk.book(1, "a", "b", "c")
    a, b, c = desk.entity("a"), desk.entity("b"), desk.entity("c")
    ann = users.add(desk.database, "ann", "a long password").id
    bob = users.add(desk.database, "bob", "a long password").id
    tree = msgspec.json.encode({"type": "linked", "kind": "tag", "ids": [b, c]}).decode()
    with desk.database.write_quietly() as connection:
        restrictions.restrict(
            connection, ann, Restrictions(rules=(Rule(TAG, "exclude", (b, c)), Rule(PERSON, "exclude", (b,)))), None, at=1
        )
        restrictions.restrict(connection, bob, Restrictions(rules=(Rule(TAG, "include", (a,)),)), None, at=1)
        restrictions.add_profile(connection, "kids", Restrictions(rules=(Rule(TAG, "exclude", (b,)),)), at=1)
        views.save(connection, ann, "mine", f"tag={b}&tag=-{b}&tag_all={b}&person={b}&q=b&filter={tree}", at=1)
    before = desk.everything()
    queued = merge.request(desk.database, a, [b], None)
    with desk.database.read() as connection:  # while links are on their way both are hidden
        assert restrictions.kept(connection, ann).own.rules[0].ids == (b, c, a)
    job = desk.run(queued)
    with desk.database.read() as connection:
        assert [rule.ids for rule in restrictions.kept(connection, ann).own.rules] == [(c, a), (b,)]
        assert [rule.ids for each in restrictions.profiles(connection) for rule in each.rules.rules] == [(a,)]
        query = views.listed(connection, ann)[0].query
    assert f"tag={a}&tag=-{a}&tag_all={a}&person={b}&q=b" in query
    assert str(c) in query
    desk.undo(job)
    assert desk.everything() == before


def test_undo_restores_exactly_what_was(desk: Desk) -> None:
    desk.book(1, "a", "b")
    desk.book(2, "b", "c")
    desk.book(3, "c")
    desk.book(4, "a")
    a, b, c = desk.entity("a"), desk.entity("b"), desk.entity("c")
    desk.edit(b, aliases=["bee", "be"], parents=[c])
    ann = users.add(desk.database, "ann", "a long password").id
    with desk.database.write_quietly() as connection:
        personal.say_entity(connection, ann, b, {"rating": 80}, at=1)
    before = desk.everything()
    job = desk.merge(a, b, c)
    assert desk.everything() != before
    undone = desk.undo(job)
    assert undone.result["left"] == 0
    assert desk.everything() == before
    with pytest.raises(Conflict):
        merge.request_undo(desk.database, job.result["merge_id"])
    again = desk.merge(a, b, c)
    desk.undo(again)
    assert desk.everything() == before


def test_undo_leaves_what_was_changed_since(desk: Desk) -> None:
    one, two = desk.book(1, "b", "x"), desk.book(2, "b")
    desk.book(3, "a")
    a, b = desk.entity("a"), desk.entity("b")
    job = desk.merge(a, b)
    assert desk.tags(desk.book(1, "x")) == ["x"]  # the file no longer says so
    undone = desk.undo(job)
    assert (undone.result["moved"], undone.result["left"]) == (1, 1)
    assert (desk.tags(one), desk.tags(two)) == (["x"], ["b"])


def test_a_name_that_was_given_away_stops_the_undoing(desk: Desk) -> None:
    desk.book(1, "a", "b")
    a, b = desk.entity("a"), desk.entity("b")
    job = desk.merge(a, b)
    desk.edit(a, aliases=[])
    desk.book(2, "b")  # somebody new
    assert desk.entity("b") not in {a, b}
    with pytest.raises(Conflict, match="'b' is the name of another one"):
        merge.request_undo(desk.database, job.result["merge_id"])


def test_a_target_that_vanished_itself_comes_back_first(desk: Desk) -> None:
    desk.book(1, "a", "b", "c")
    a, b, c = desk.entity("a"), desk.entity("b"), desk.entity("c")
    before = desk.everything()
    first = desk.merge(b, c)
    between = desk.everything()
    second = desk.merge(a, b)
    with desk.database.read() as connection:
        assert merging.led(connection, [b, c]) == {b: a, c: a}
    with pytest.raises(Conflict, match="no longer there"):
        merge.request_undo(desk.database, first.result["merge_id"])
    desk.undo(second)
    assert desk.everything() == between
    desk.undo(first)
    assert desk.everything() == before


def test_two_merges_at_once_share_nobody(desk: Desk) -> None:
    desk.book(1, "a", "b", "c", "d", "e")
    a, b, c, d, e = (desk.entity(name) for name in "abcde")
    first = merge.request(desk.database, a, [b], None)
    for target, source in ((b, c), (c, b), (a, c), (c, a)):
        with pytest.raises(Conflict, match=f"wait for job {first.id}"):
            merge.request(desk.database, target, [source], None)
    with pytest.raises(Conflict):
        desk.rename(b, "bee")
    second = merge.request(desk.database, d, [e], None)
    desk.run(second)
    desk.run(first)
    assert desk.tags(1) == ["a", "c", "d"]


def test_what_cannot_be_one_is_refused(desk: Desk) -> None:
    desk.book(1, "a", "b")
    a, b, ann = desk.entity("a"), desk.entity("b"), desk.entity("Ann", PERSON)
    for ids in ([a], [ann], [b, a]):
        with pytest.raises(Invalid):
            merge.request(desk.database, a, ids, None)
    with pytest.raises(NotFound):
        merge.request(desk.database, a, [999], None)
    assert not desk.jobs_live()
    assert desk.tags(1) == ["a", "b"]


def test_a_merge_that_was_cancelled_goes_on_or_back(desk: Desk) -> None:
    desk.book(1, "a", "b")
    a, b = desk.entity("a"), desk.entity("b")
    before = desk.everything()
    queued = merge.request(desk.database, a, [b], None)
    with desk.database.write_quietly() as connection:
        jobs.cancel(connection, queued.id, 1)
    with desk.database.read() as connection:
        row = merging.by_job(connection, queued.id)
    assert row is not None
    desk.run(merge.request_undo(desk.database, row.id))
    assert desk.everything() == before
    assert EntityKind(row.kind) is TAG


def test_a_library_goes_with_its_merges(desk: Desk) -> None:
    desk.book(1, "a", "b", "c")
    a, b, c = desk.entity("a"), desk.entity("b"), desk.entity("c")
    desk.merge(b, c)
    desk.merge(a, b)
    desk.edit(a, name="x", parents=[])
    desk.run(library_removal.request(desk.database, desk.library_id))
    for table in ("entity", "entity_alias", "entity_lock", "entity_merge", "entity_merged", "entity_merge_piece"):
        assert desk.rows(f"SELECT count(*) FROM {table}") == [(0,)]


def test_a_merge_of_long_ago_is_final(desk: Desk) -> None:
    desk.book(1, "a", "b", "c")
    a, b, c = desk.entity("a"), desk.entity("b"), desk.entity("c")
    kept, undone = desk.merge(a, b), desk.merge(a, c)
    desk.undo(undone)
    with desk.database.write_quietly() as connection:
        assert merging.prune(connection, 1) == 0
        assert merging.prune(connection, 2**62) == 2
        assert merging.prune(connection, 2**62) == 0
    assert desk.rows("SELECT id, state FROM entity_merge") == [(kept.result["merge_id"], "final")]
    with pytest.raises(Conflict, match="long ago"):
        merge.request_undo(desk.database, kept.result["merge_id"])
    with desk.database.read() as connection:
        assert merging.led(connection, [b]) == {b: a}
