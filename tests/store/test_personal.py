"""What people say about items and entities."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, insert

from longshelf.errors import Invalid, OutOfRange
from longshelf.store import personal, tables
from longshelf.store.database import Database
from longshelf.store.personal import EntityWord, ItemWord


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """Two people, three items and three entities, ids from 1."""
    with database.write_quietly() as connection:
        connection.execute(insert(tables.library).values(id=1, name="Books", type="folder", created_at=1))
        for number in (1, 2):
            connection.execute(insert(tables.user).values(id=number, name=str(number), name_key=str(number), created_at=1))
        for number in (1, 2, 3):
            name, common = str(number), {"id": number, "library_id": 1, "external_id": str(number), "updated_at": 1, "revision": 1}
            connection.execute(insert(tables.item).values(**common, kind="book", title=name, title_key=name, added_at=1, content_hash=b""))
            connection.execute(insert(tables.entity).values(**common, kind="tag", name=name, name_key=name, sort_key=name, created_at=1))
        yield connection


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


def test_an_import_replaces_whole_words(connection: Connection) -> None:
    personal.say_item(connection, 1, 1, {"rating": 10, "hidden": True}, at=5)
    words = {1: ItemWord(rating=90, play_count=3), 2: ItemWord(favorite=True, progress=0.25)}
    rows = [
        (1, item_id, w.rating, w.favorite, w.progress, w.play_count, w.play_seconds, w.last_played_at, w.hidden, 9)
        for item_id, w in words.items()
    ]
    personal.put_items(connection, rows)
    assert personal.on_items(connection, 1, [1, 2]) == words


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
