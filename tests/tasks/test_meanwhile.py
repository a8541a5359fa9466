"""What somebody writes while a merge or a change of many items is being written is not lost."""

import pytest

from longshelf.accounts import users
from longshelf.ingest import followers
from longshelf.ingest.bulk_edits import Plan
from longshelf.model.restrictions import Restrictions, Rule
from longshelf.store import following, merging, personal, restrictions, views
from longshelf.store.database import Database
from longshelf.tasks import bulk_edit, merge
from tests.support.meanwhile import Meanwhile, after_first
from tests.tasks.editing import TAG, Desk


@pytest.fixture
def desk(database: Database) -> Desk:
    desk = Desk(database)
    desk.book(1, "a", "b", "c")
    return desk


@pytest.fixture
def ann(desk: Desk) -> int:
    return users.add(desk.database, "ann", "a long password").id


def without(*ids: int) -> Restrictions:
    return Restrictions(rules=(Rule(TAG, "exclude", ids),))


@pytest.mark.parametrize("first", [True, False], ids=["another", "the-first"])
def test_a_rule_that_is_set_while_a_merge_reads_the_rules_stands(
    desk: Desk, ann: int, monkeypatch: pytest.MonkeyPatch, first: bool
) -> None:
    a, b, c = (desk.entity(name) for name in "abc")
    if first:
        with desk.database.write_quietly() as connection:
            restrictions.restrict(connection, ann, without(b), None, at=1)
    setting = Meanwhile(desk.database, lambda connection: restrictions.restrict(connection, ann, without(b, c), None, at=2))
    own, *others = followers.FOLLOWERS
    monkeypatch.setattr(followers, "FOLLOWERS", (own._replace(read=after_first(following.own_rules, setting.begin)), *others))
    job = merge.request(desk.database, a, [b], None)
    setting.end()
    desk.run(job)
    with desk.database.read() as connection:
        assert restrictions.kept(connection, ann).own == without(c, a)


def test_a_filter_that_is_saved_while_a_merge_reads_the_filters_stands(desk: Desk, ann: int, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b, c = (desk.entity(name) for name in "abc")
    with desk.database.write_quietly() as connection:
        views.save(connection, ann, "mine", f"tag={b}", at=1)
    saving = Meanwhile(desk.database, lambda connection: views.save(connection, ann, "mine", f"tag={b}&tag={c}", at=2))
    *others, saved = followers.FOLLOWERS
    monkeypatch.setattr(followers, "FOLLOWERS", (*others, saved._replace(read=after_first(following.saved_filters, saving.begin))))
    job = merge.request(desk.database, a, [b], None)
    saving.end()
    desk.run(job)
    with desk.database.read() as connection:
        assert [each.query for each in views.listed(connection, ann)] == [f"tag={a}&tag={c}"]


def test_what_is_said_of_the_target_while_a_merge_folds_words_stands(desk: Desk, ann: int, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = desk.entity("a"), desk.entity("b")
    with desk.database.write_quietly() as connection:
        personal.say_entity(connection, ann, b, {"rating": 80}, at=1)
    saying = Meanwhile(desk.database, lambda connection: personal.say_entity(connection, ann, a, {"favorite": True}, at=2))
    monkeypatch.setattr(merging, "words", after_first(merging.words, saying.begin))
    job = merge.request(desk.database, a, [b], None)
    saying.end()
    desk.run(job)
    with desk.database.read() as connection:
        assert personal.on_entities(connection, ann, [a]) == {a: personal.EntityWord(80, favorite=True)}


@pytest.mark.parametrize("back", [False, True], ids=["said", "taken-back"])
def test_a_player_is_heard_while_many_items_are_spoken_of(desk: Desk, ann: int, monkeypatch: pytest.MonkeyPatch, back: bool) -> None:
    playing = Meanwhile(desk.database, lambda connection: personal.play(connection, ann, 1, seconds=30, at=2, started=True))
    job = bulk_edit.request(desk.database, Plan(said={"rating": 70}), [1], ann)
    if back:
        job = bulk_edit.request_undo(desk.database, desk.run(job).result["edit_id"])
    monkeypatch.setattr(personal, "on_items", after_first(personal.on_items, playing.begin))
    desk.run(job)
    playing.end()
    with desk.database.read() as connection:
        assert personal.on_items(connection, ann, [1])[1].play_seconds == 30
