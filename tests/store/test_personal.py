"""What people say about items and entities."""

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert

import longshelf
from longshelf.errors import Invalid, OutOfRange
from longshelf.store import accounts, libraries, personal, tables
from longshelf.store.database import Database
from longshelf.store.personal import EntityWord, ItemWord
from longshelf.store.play_tables import play


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """Two people, three items and three entities, ids from 1."""
    with database.write_quietly() as connection:
        _fill(connection)
        yield connection


def _fill(connection: Connection) -> None:
    connection.execute(insert(tables.library).values(id=1, name="Books", type="folder", created_at=1))
    for number in (1, 2):
        connection.execute(insert(tables.user).values(id=number, name=str(number), name_key=str(number), created_at=1))
    for number in (1, 2, 3):
        name, common = str(number), {"id": number, "library_id": 1, "external_id": str(number), "updated_at": 1, "revision": 1}
        connection.execute(insert(tables.item).values(**common, kind="book", title=name, title_key=name, added_at=1, content_hash=b""))
        connection.execute(insert(tables.entity).values(**common, kind="tag", name=name, name_key=name, sort_key=name, created_at=1))


def test_saying_one_thing_leaves_the_others_as_they_were(connection: Connection) -> None:
    assert personal.say_item(connection, 1, 1, {"rating": 80}, at=5) == ItemWord(rating=80)
    assert personal.say_item(connection, 1, 1, {"favorite": True, "progress": 0.5}, at=6) == ItemWord(
        rating=80, favorite=True, progress=0.5
    )
    assert personal.say_item(connection, 1, 1, {"rating": None}, at=7) == ItemWord(favorite=True, progress=0.5)
    assert personal.say_entity(connection, 1, 2, {"hidden": True}, at=5) == EntityWord(hidden=True)
    assert personal.say_entity(connection, 1, 2, {"rating": 3}, at=5) == EntityWord(rating=3, hidden=True)


def test_a_page_is_read_at_once_and_only_for_its_person(connection: Connection) -> None:
    personal.say_item(connection, 1, 1, {"rating": 10}, at=5)
    personal.say_item(connection, 2, 2, {"rating": 20}, at=5)
    personal.say_entity(connection, 2, 3, {"favorite": True}, at=5)
    assert personal.on_items(connection, 1, [1, 2, 3]) == {1: ItemWord(rating=10)}
    assert personal.on_items(connection, 2, [1, 2, 3]) == {2: ItemWord(rating=20)}
    assert personal.on_items(connection, 2, []) == {}
    assert personal.on_entities(connection, 2, [1, 2, 3]) == {3: EntityWord(favorite=True)}


def test_plays_add_up(connection: Connection) -> None:
    personal.play(connection, 1, 1, seconds=30, at=5, started=True)
    personal.play(connection, 1, 1, seconds=12.5, at=6, started=False)
    assert personal.on_items(connection, 1, [1])[1] == ItemWord(play_count=1, play_seconds=42.5, last_played_at=6)


def test_a_play_keeps_the_place_it_is_told_and_leaves_the_one_it_is_not(connection: Connection) -> None:
    personal.play(connection, 1, 1, seconds=30, at=5, started=False, progress=0.25)
    personal.play(connection, 1, 1, seconds=30, at=6, started=False)
    assert personal.on_items(connection, 1, [1])[1].progress == 0.25


def test_marks_are_news_once_and_leave_what_was_watched(connection: Connection) -> None:
    personal.play(connection, 1, 1, seconds=30, at=5, started=False)
    assert personal.mark(connection, 1, 1, watched=True, at=6)
    assert not personal.mark(connection, 1, 1, watched=True, at=7)
    assert personal.on_items(connection, 1, [1])[1] == ItemWord(progress=1.0, play_count=1, play_seconds=30, last_played_at=7)
    assert personal.mark(connection, 1, 1, watched=False, at=8)
    assert personal.on_items(connection, 1, [1])[1] == ItemWord(play_seconds=30, last_played_at=7)
    assert not personal.mark(connection, 1, 2, watched=False, at=8)


def test_an_import_replaces_whole_words(connection: Connection) -> None:
    personal.say_item(connection, 1, 1, {"rating": 10, "hidden": True}, at=5)
    words = {1: ItemWord(rating=90, play_count=3), 2: ItemWord(favorite=True, progress=0.25)}
    rows = [
        (1, item_id, w.rating, w.favorite, w.progress, w.play_count, w.play_seconds, w.last_played_at, w.hidden, 9)
        for item_id, w in words.items()
    ]
    personal.put_items(connection, rows)
    assert personal.on_items(connection, 1, [1, 2]) == words


WRITERS: dict[str, Callable[[Connection], object]] = {
    "say_item": lambda connection: personal.say_item(connection, 1, 1, {"rating": 80}, at=5),
    "say_entity": lambda connection: personal.say_entity(connection, 1, 1, {"rating": 80}, at=5),
    "play": lambda connection: personal.play(connection, 1, 1, seconds=3, at=5, started=True),
    "unplay": lambda connection: _unplayed(connection, 1),
    "mark": lambda connection: personal.mark(connection, 1, 1, watched=True, at=5),
    "put_items": lambda connection: personal.put_items(connection, [(1, 1, 80, 0, None, 0, 0.0, None, 0, 5)]),
}


def _unplayed(connection: Connection, item_id: int) -> None:
    """With rows that there is something to take back from, put there behind its back."""
    if not personal.on_items(connection, 1, [item_id]):
        connection.execute(insert(tables.user_item).values(user_id=1, item_id=item_id, play_count=1, updated_at=1))
    connection.execute(insert(play).values(user_id=1, item_id=item_id, source="watched", started_at=1, last_at=1, covered_to=1, counted=1))
    personal.unplay(connection, 1, None, at=5)


def test_every_public_function_that_writes_is_among_the_writers() -> None:
    public = [function for name, function in vars(personal).items() if inspect.isfunction(function) and not name.startswith("_")]
    ours = [function for function in public if function.__module__ == personal.__name__]
    readers = {"version", "state", "favorites", "on_items", "on_entities", "checked", "raise_versions", "hold"}
    assert {function.__name__ for function in ours} - readers == set(WRITERS)


@pytest.mark.parametrize("name", list(WRITERS))
def test_every_writer_raises_the_version_of_its_person_alone_and_marks_its_rows_with_it(connection: Connection, name: str) -> None:
    for again in (1, 2):
        WRITERS[name](connection)
        assert (personal.version(connection, 1), personal.version(connection, 2)) == (again, 0)
        written = connection.exec_driver_sql("SELECT version FROM user_item WHERE user_id = 1").scalars().all()
        assert written == ([] if name == "say_entity" else [again])


def test_no_other_module_writes_what_people_say_about_items() -> None:
    """Those that remove items or people with all that refers to them name no table."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in Path(longshelf.__file__).parent.rglob("*.py")}
    table = r"\s*(tables\.)?user_item\b"
    writing = re.compile(rf"(INTO|UPDATE|DELETE FROM|\b(insert|update|delete)\(|\b(insert|insert_new|upsert|update|delete)\(\w+,){table}")
    assert [name for name, text in texts.items() if writing.search(text)] == ["personal.py"]


def test_an_import_for_many_people_raises_each_version_once(connection: Connection) -> None:
    personal.put_items(connection, [(user, item, 80, 0, None, 0, 0.0, None, 0, 5) for item in (1, 2, 3) for user in (2, 1)])
    assert (personal.version(connection, 1), personal.version(connection, 2)) == (1, 1)


def test_removing_items_raises_the_versions_of_those_who_said_something_about_them(connection: Connection) -> None:
    personal.say_item(connection, 1, 1, {"rating": 80}, at=5)
    personal.raise_versions(connection, [1, 2, 3])
    assert (personal.version(connection, 1), personal.version(connection, 2)) == (2, 0)


def test_removing_a_library_raises_the_version_of_who_said_something_about_its_items(database: Database) -> None:
    with database.write_quietly() as connection:
        _fill(connection)
        personal.say_item(connection, 2, 1, {"rating": 80}, at=5)
    libraries.remove(database, 1)
    with database.read() as connection:
        assert (personal.version(connection, 1), personal.version(connection, 2)) == (0, 2)


def test_a_person_who_comes_after_another_left_has_another_id(database: Database) -> None:
    """Caches name people by their ids."""
    with database.write_quietly() as connection:
        accounts.add_user(connection, "Ann", password_hash="", admin=True, at=1)
        last = accounts.add_user(connection, "Bob", password_hash="", admin=False, at=1)
        accounts.remove_user(connection, last.id)
        assert accounts.add_user(connection, "Eve", password_hash="", admin=False, at=1).id > last.id


def test_nobody_has_a_version(connection: Connection) -> None:
    assert personal.version(connection, 99) == 0


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({"rating": 101}, OutOfRange),
        ({"rating": -1}, OutOfRange),
        ({"progress": 1.01}, OutOfRange),
        ({"progress": float("nan")}, OutOfRange),
        ({"rating": 50.5}, Invalid),
        ({"rating": True}, Invalid),
        ({"rating": "9"}, Invalid),
        ({"favorite": 1}, Invalid),
        ({"favorite": None}, Invalid),
        ({"play_count": 3}, Invalid),
    ],
)
def test_nonsense_is_refused_and_named(connection: Connection, said: dict[str, Any], error: type[Invalid]) -> None:
    with pytest.raises(error) as caught:
        personal.say_item(connection, 1, 1, said, at=5)
    assert [caught.value.field] == list(said)
    assert personal.on_items(connection, 1, [1]) == {}


def test_nobody_has_progress_on_an_entity(connection: Connection) -> None:
    with pytest.raises(Invalid):
        personal.say_entity(connection, 1, 1, {"progress": 0.5}, at=5)
