"""The search index holds our tokens and nothing else, on both databases."""

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, select

from longshelf.model.terms import parse
from longshelf.model.text import document
from longshelf.store import bulk, search
from longshelf.store.database import Database
from longshelf.store.tables import item, library

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
stored = st.text(st.characters(codec="utf-8"), max_size=30)


@SHARED
@given(title=stored, name=stored, description=stored, start=st.integers(0, 5), length=st.integers(1, 4), star=st.booleans())
def test_a_piece_of_any_text_finds_it(
    database: Database, *, title: str, name: str, description: str, start: int, length: int, star: bool
) -> None:
    piece = (title + " " + name)[start : start + length]
    with database.write_quietly() as connection:
        search.write_rows(connection, [search.SearchRow(1, (title,), (name,), description), search.SearchRow(2, (), (), "")])
        for q in (f'"{piece.replace(chr(34), "")}"{"*" if star else ""}', piece, f"-{piece}"):
            wanted = parse(q).match(document((title,), (name,), description))
            assert (1 in _found(connection, q, (1, 2))) is wanted, q


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ('"le guin"', True),
        ('"guin frank"', False),  # from one name into the next
        ('"dune frank"', False),  # from the title into a name
        ('"herbert spice"', False),  # from a name into the description
        ('"part two ursula"', False),
        ("が", True),
        ("か", False),  # another letter, not an accent to leave out
        ("कि", True),
        ("क", False),
        ("ø", True),
        ("o", False),
        ("\U0001df00", True),  # a letter newer than SQLite's own tables
        ("beyonce", True),
        ("1e5", True),
        ("1", False),
        ("example", True),
        ('"example com"', True),
    ],
)
def test_words_are_ours_not_the_databases(database: Database, q: str, found: bool) -> None:
    row = search.SearchRow(
        1, ("Dune", "Part Two"), ("Ursula Le Guin", "Frank Herbert"), "Spice が कि ø \U0001df00 Beyoncé 1e5 https://example.com/x"
    )
    with database.write_quietly() as connection:
        search.write_rows(connection, [row])
        assert (_found(connection, q, (1,)) == [1]) is found
        assert parse(q).match(document(row.titles, row.names, row.description)) is found


def test_writing_again_replaces_and_deleting_forgets(database: Database) -> None:
    with database.write_quietly() as connection:
        search.write_rows(connection, [search.SearchRow(1, ("dune",), (), ""), search.SearchRow(2, ("dune",), (), "")])
        search.write_rows(connection, [search.SearchRow(1, ("messiah",), (), "")])
        assert _found(connection, "dune", (1, 2)) == [2]
        assert _found(connection, "messiah", (1, 2)) == [1]
        search.delete_rows(connection, [1, 99])
        assert _found(connection, "messiah", (1, 2)) == []
        search.write_rows(connection, [])
        search.delete_rows(connection, [])


def test_a_batch_is_one_statement(database: Database) -> None:
    before = database.statements
    with database.write_quietly() as connection:
        search.write_rows(connection, [search.SearchRow(n, (f"title {n}",), ("name",), "words") for n in range(1, 501)])
    assert database.statements - before == 1


@pytest.mark.parametrize(
    "q", ["x " * 400, '"' + "a " * 200 + '"', " ".join(f"w{n}*" for n in range(200)), " ".join(f"-w{n}" for n in range(200))]
)
def test_long_searches_are_answered(database: Database, q: str) -> None:
    with database.write_quietly() as connection:
        search.write_rows(connection, [search.SearchRow(1, ("x",), (), "a " * 250)])
        assert (_found(connection, q, (1,)) == [1]) is parse(q).match(document(("x",), (), "a " * 250))


def test_text_beyond_the_caps_is_left_out_not_refused(database: Database) -> None:
    wild = "𠀀" * 200_000
    with database.write_quietly() as connection:
        search.write_rows(connection, [search.SearchRow(1, (wild,), (wild, "later"), f"{wild} end")])
        assert _found(connection, "𠀀", (1,)) == [1]
        assert _found(connection, "end", (1,)) == []


def _found(connection: Connection, q: str, ids: Iterable[int]) -> list[int]:
    if not connection.execute(select(library.c.id)).first():
        connection.execute(insert(library), [{"id": 1, "name": "l", "type": "folder", "created_at": 0}])
        connection.execute(insert(item), [_row(item_id) for item_id in ids])
    where = search.matches(parse(q), item.c.id, connection.dialect.name)
    return list(connection.execute(select(item.c.id).where(*where).order_by(item.c.id)).scalars())


def _row(item_id: int) -> dict[str, object]:
    return {
        "id": item_id, "library_id": 1, "external_id": str(item_id), "kind": "book", "title": "", "title_key": "", "added_at": 0,
        "updated_at": 0, "content_hash": b"", "revision": 1,
    }  # fmt: skip


@pytest.mark.parametrize("new", [True, False])
def test_very_many_rows_are_written_as_few_are(database: Database, new: bool) -> None:
    """Past a thousand they are sent another way."""
    count = bulk.ROWS_AT_ONCE + 3
    rows = [search.SearchRow(number, (f"Dune {number}", 'x "y\\'), ("Frank",), f"words {number % 7}") for number in range(1, count + 1)]
    made = [(row.item_id, *search.stored(document(row.titles, row.names, row.description), database.dialect)) for row in rows]
    with database.write_quietly() as connection:
        if not new:
            search.write_rows(connection, [search.SearchRow(number, ("old",), (), "") for number in range(1, count + 1)])
        sent = database.statements
        search.write_stored(connection, made, new=new)
        assert database.statements - sent <= 2
        assert _found(connection, '"words 3" frank "y"', range(1, count + 1)) == [row.item_id for row in rows if row.item_id % 7 == 3]
        assert _found(connection, f'"dune {count}"', range(1, count + 1)) == [count]
        assert _found(connection, "old", range(1, count + 1)) == []
