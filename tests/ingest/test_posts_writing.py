"""The short way into the store leads where the usual one does, and is left where it would not."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longshelf.errors import NotFound
from longshelf.ingest import posts as importing
from longshelf.ingest import posts_writing
from longshelf.ingest.edits import Edit, edit
from longshelf.ingest.entity_edits import EntityEdit, edit_entity
from longshelf.ingest.posts_sheet import Sheet
from longshelf.ingest.posts_writing import Led, Placed
from longshelf.ingest.put import put_items
from longshelf.store import entity_writing
from longshelf.store.database import Database, Transaction, Write, run
from longshelf.tasks import relabel
from tests.ingest.posting import delete, encoded, ids_of, rows, run_import
from tests.support.databases import Databases

SLOW = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    deadline=None,
    max_examples=20,
)
# One spelling is another's key, one was renamed, one is of no words; and more persons than a card shows.
NAMES = ("sea", "Sea", "ＳＥＡ", "sky", "!?", "dune")
persons = st.lists(st.sampled_from(NAMES) | st.builds(lambda name: {"name": name, "role": "artist"}, st.sampled_from(NAMES)), max_size=6)
series = st.builds(lambda name, number: {"name": name, "number": number}, st.sampled_from(NAMES), st.none() | st.just(1.5))
post = st.fixed_dictionaries(
    {"external_id": st.sampled_from("abcdefgh")},
    optional={
        "kind": st.sampled_from(["post", "video"]),
        "title": st.sampled_from(["One", "Two 10", '"']),
        "description": st.sampled_from(["", "what it says"]),
        "date": st.sampled_from(["2024", "2024-05-01T10:00:00Z"]),
        "added_at": st.just("2020-01-01"),
        "rating": st.integers(0, 100),
        "duration": st.just(1.5),
        "tags": st.lists(st.sampled_from(NAMES), max_size=4),
        "persons": persons,
        "studios": st.lists(st.sampled_from(NAMES), max_size=2),
        "series": st.lists(series, max_size=2),
        "url": st.just("https://example.org"),
    },
)
TABLES = {
    "item": "*",
    "item_card": "*",
    "link": "*",
    "entity": "id, kind, name, name_key, sort_key, revision",
    "change": "revision, library_id, items, entities",
    "counter": "*",
}


def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    def read(connection: Transaction, text: str) -> list[tuple[Any, ...]]:
        return sorted((tuple(row) for row in connection.exec_driver_sql(text)), key=str)

    searched = "rowid, title, names, description" if database.dialect == "sqlite" else "item_id, document"
    texts = {name: f"SELECT {columns} FROM {name}" for name, columns in TABLES.items()} | {"search": f"SELECT {searched} FROM item_search"}
    with database.read() as connection:
        return {name: read(connection, text) for name, text in texts.items()}


def usual(write: Write, library_id: int, sheet: Sheet, placed: Sequence[Placed], led: Led, at: int) -> list[Placed]:
    """In the place of `put_posts`: leaves everything to the usual way."""
    return list(placed)


@SLOW
@given(first=st.lists(post, max_size=8), second=st.lists(post, max_size=8), page=st.integers(2, 5), edits=st.sets(st.sampled_from("abc")))
def test_both_ways_write_the_same(
    first: list[dict[str, Any]], second: list[dict[str, Any]], page: int, edits: set[str], databases: Databases, tmp_path: Path
) -> None:
    def both() -> Iterator[dict[str, list[tuple[Any, ...]]]]:
        for way in (posts_writing.put_posts, usual):
            with databases.new(clock=lambda: 7) as database, pytest.MonkeyPatch.context() as patch:
                patch.setattr(importing, "put_posts", way)
                patch.setattr(importing, "PAGE_LINES", page)
                imported(database, tmp_path, first)
                known = dict(rows(database, "SELECT external_id, id FROM item"))
                for external_id in sorted(edits & known.keys()):
                    edit(database, known[external_id], Edit(title="Mine"), None)
                meddle(database, known)
                imported(database, tmp_path, second)
                yield everything(database)

    one, other = both()
    assert one == other


def meddle(database: Database, known: dict[str, int]) -> None:
    """Renames a tag, deletes an item, gives one a colour."""
    for (tag,) in rows(database, "SELECT id FROM entity WHERE kind = 'tag' AND name_key = 'sky'"):
        edit_entity(database, tag, EntityEdit(name="Heaven"), None, relabel.enqueue)
    if "d" in known:
        delete(database, known["d"])
    with database.write_quietly() as connection:
        run(connection, "UPDATE item SET color = '#00ff00' WHERE external_id = 'e'")


def imported(database: Database, tmp_path: Path, posts: list[dict[str, Any]]) -> None:
    path = tmp_path / "posts.ndjson"
    path.write_bytes(encoded(posts))
    run_import(database, path)


def left(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many posts of each page are left to the usual way."""
    found: list[int] = []

    def counting(*given: Any) -> list[Placed]:
        rest = posts_writing.put_posts(*given)
        found.append(len(rest))
        return rest

    monkeypatch.setattr(importing, "put_posts", counting)
    return found


def test_only_posts_with_other_words_for_a_name_go_the_usual_way(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = left(monkeypatch)
    imported(sqlite_database, tmp_path, [{"external_id": "1", "tags": ["sea"]}, {"external_id": "2", "tags": ["Sky"]}])
    (tag,) = (row[0] for row in rows(sqlite_database, "SELECT id FROM entity WHERE name = 'Sky'"))
    edit_entity(sqlite_database, tag, EntityEdit(name="Heaven"), None, relabel.enqueue)
    again = [{"external_id": str(number), "tags": [("Sea", "sky", "ＳＥＡ")[number % 3]]} for number in range(10, 19)]
    imported(sqlite_database, tmp_path, again)
    assert found == [0, 3]


def test_a_name_that_is_given_away_between_two_pages_leads_to_whom_it_means_now(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "PAGE_LINES", 1)
    real = posts_writing.put_posts

    def renaming(write: Write, *rest: Any) -> list[Placed]:
        found = real(write, *rest)
        run(write.connection, "UPDATE entity SET name = 'Ocean' WHERE name = 'sea'")
        entity_writing.names_changed(write.connection)
        return found

    monkeypatch.setattr(importing, "put_posts", renaming)
    imported(sqlite_database, tmp_path, [{"external_id": "1", "persons": ["sea"]}, {"external_id": "2", "persons": ["sea"]}])
    ((card,),) = rows(sqlite_database, f"SELECT card FROM item_card WHERE item_id = {ids_of(sqlite_database, '2')[0]}")
    assert "Ocean" in card


@pytest.mark.parametrize(
    "gone", ["DELETE FROM entity WHERE kind = 'tag' AND name = 'sea'", "UPDATE entity SET id = 99 WHERE name = 'sea'"], ids=str
)
def test_a_page_that_leads_to_nobody_is_not_written(
    gone: str, sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing does that. Foreign keys would see it, and they are not looked at here."""
    monkeypatch.setattr(importing, "PAGE_LINES", 1)
    lines = [{"external_id": "1", "tags": ["sea"]}, {"external_id": "2", "tags": ["sea"]}]
    real = posts_writing.put_posts
    seen: list[int] = []

    def removing(write: Write, *rest: Any) -> list[Placed]:
        if seen:
            run(write.connection, gone)
        seen.append(1)
        return real(write, *rest)

    monkeypatch.setattr(importing, "put_posts", removing)
    with pytest.raises(NotFound):
        imported(sqlite_database, tmp_path, lines)
    assert rows(sqlite_database, "SELECT external_id FROM item") == [("1",)]
    assert rows(sqlite_database, "SELECT item_id FROM link WHERE entity_id NOT IN (SELECT id FROM entity)") == []


def test_a_library_that_is_gone_takes_no_posts(sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = posts_writing.put_posts

    def elsewhere(write: Write, library_id: int, *rest: Any) -> list[Placed]:
        return real(write, library_id + 1, *rest)

    monkeypatch.setattr(importing, "put_posts", elsewhere)
    with pytest.raises(NotFound):
        imported(sqlite_database, tmp_path, [{"external_id": "1"}])
    assert rows(sqlite_database, "SELECT id FROM item") == []


def test_links_of_the_usual_way_are_looked_at_too(sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imported(sqlite_database, tmp_path, [{"external_id": "1", "tags": ["sea"]}])
    monkeypatch.setattr(importing, "put_posts", usual)
    real = put_items

    def put_and_remove(write: Write, *rest: Any) -> None:
        real(write, *rest)
        run(write.connection, "DELETE FROM entity")

    monkeypatch.setattr(importing, "put_items", put_and_remove)
    with pytest.raises(NotFound):
        imported(sqlite_database, tmp_path, [{"external_id": "2", "tags": ["sky"]}])
    assert rows(sqlite_database, "SELECT external_id FROM item") == [("1",)]
