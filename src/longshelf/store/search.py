"""Full-text search inside the database: FTS5 in SQLite, tsvector with GIN in PostgreSQL, one row an item, rowid = item id.

Neither database's own idea of words is used: rows and questions are tokens made by `model/text.py`, so both find exactly what
`model.terms.Terms.match` finds. (One limit: PostgreSQL keeps 256 places of a word in an item; a phrase beyond them is not seen.)
A row is written in the transaction of its item and removed only when the item's row goes."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Text, column, exists, literal, literal_column, select, table
from sqlalchemy.sql.expression import Select

from longshelf.model.terms import Phrase, Terms
from longshelf.model.text import Document, document
from longshelf.store import bulk

# A word of its own that no text can hold (private use is neither letter nor digit): phrases cannot reach across it.
GAP = " \ue000 "
_WEIGHTS = "ABC"  # title, names, description

_CREATE: dict[str, tuple[str, ...]] = {
    # The ascii tokenizer splits at ASCII punctuation and spaces only: at our spaces, as tokens hold no punctuation. columnsize=0
    # leaves out per-row lengths, which only ranking needs.
    "sqlite": ("CREATE VIRTUAL TABLE IF NOT EXISTS item_search USING fts5(title, names, description, tokenize='ascii', columnsize=0)",),
    "postgresql": (
        "CREATE TABLE IF NOT EXISTS item_search (item_id BIGINT PRIMARY KEY, document TSVECTOR NOT NULL)",
        "CREATE INDEX IF NOT EXISTS ix_item_search_document ON item_search USING GIN (document)",
    ),
}
_WRITE = {
    "sqlite": "INSERT OR REPLACE INTO item_search (rowid, title, names, description)"
    " SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), json_extract(value, '$[3]')"
    " FROM json_each(?)",
    "postgresql": "INSERT INTO item_search (item_id, document) SELECT * FROM unnest(%s::bigint[], %s::text[]::tsvector[])"
    " ON CONFLICT (item_id) DO UPDATE SET document = excluded.document",
}
_INSERT_MANY = f"INSERT INTO item_search (rowid, title, names, description) VALUES {', '.join(['(?, ?, ?, ?)'] * bulk.ROWS_AT_ONCE)}"
_REPLACE_MANY = _INSERT_MANY.replace("INSERT", "INSERT OR REPLACE", 1)
_DELETE = {
    "sqlite": "DELETE FROM item_search WHERE rowid IN (SELECT value FROM json_each(?))",
    "postgresql": "DELETE FROM item_search WHERE item_id = ANY(%s)",
}
_SEARCH = table("item_search", column("item_id"), column("document"))


class SearchRow(msgspec.Struct, frozen=True):
    """One item's texts as they are shown: `titles` is title and subtitle, `names` those of the linked entities, in any order."""

    item_id: int
    titles: tuple[str, ...]
    names: tuple[str, ...]
    description: str


def create_search(connection: Connection) -> None:
    """For migrations and tests. Existing tables stay."""
    for statement in _CREATE[connection.dialect.name]:
        connection.exec_driver_sql(statement)


def drop_search(connection: Connection) -> None:
    connection.exec_driver_sql("DROP TABLE IF EXISTS item_search")


def write_rows(connection: Connection, rows: Iterable[SearchRow]) -> None:
    """Write or replace, as one statement a batch; no item twice in one batch."""
    write_documents(connection, [(row.item_id, document(row.titles, row.names, row.description)) for row in rows])


def write_documents(connection: Connection, documents: Sequence[tuple[int, Document]]) -> None:
    """The same for texts whose tokens are already made: making them costs more than writing them."""
    dialect = connection.dialect.name
    write_stored(connection, [(item_id, *stored(found, dialect)) for item_id, found in documents])


def stored(found: Document, dialect: str) -> tuple[str, ...]:
    """A document in the words of the database. Pure."""
    return tuple(map(_fts_text, found)) if dialect == "sqlite" else (_tsvector(found),)


def write_stored(connection: Connection, rows: Sequence[tuple[Any, ...]], *, new: bool = False) -> None:
    """The same for documents that are in the words of this database already: (item id, *`stored`). `new` says that none of the items has a
    row yet, which saves looking for it."""
    if not rows:
        return
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(_WRITE["postgresql"], tuple(map(list, zip(*rows, strict=True))))
        return
    full = len(rows) - len(rows) % bulk.ROWS_AT_ONCE
    for start in range(0, full, bulk.ROWS_AT_ONCE):  # where there are so many, bound values cost less than a text to be read
        values = tuple(chain.from_iterable(rows[start : start + bulk.ROWS_AT_ONCE]))
        connection.exec_driver_sql(_INSERT_MANY if new else _REPLACE_MANY, values)
    if full < len(rows):
        connection.exec_driver_sql(_WRITE["sqlite"], (msgspec.json.encode(rows[full:]).decode(),))


def delete_rows(connection: Connection, item_ids: Sequence[int]) -> None:
    """Forget items; ids without a row are no error."""
    ids = list(item_ids)
    argument = msgspec.json.encode(ids).decode() if connection.dialect.name == "sqlite" else ids
    connection.exec_driver_sql(_DELETE[connection.dialect.name], (argument,))


def among(connection: Connection, phrases: Sequence[Phrase], item_ids: Iterable[int]) -> list[int]:
    """Which of the items hold all the phrases. In SQLite their texts are read and looked through: it would run a search anew for each."""
    if connection.dialect.name == "sqlite":
        held = " OR ".join(f"instr(' ' || {name} || ' ', ?)" for name in ("title", "names", "description"))
        text = f"SELECT rowid FROM item_search WHERE rowid IN {{ids}} {f'AND ({held}) ' * len(phrases)}"
        wanted = [f" {' '.join(phrase.tokens)}{'' if phrase.prefix else ' '}" for phrase in phrases for _ in range(3)]
    else:
        text = "SELECT item_id FROM item_search WHERE item_id IN {ids} AND document @@ ?::tsquery"
        wanted = [_ts_question(phrases, " & ")]
    return list(bulk.select_in(connection, text, item_ids, *wanted).scalars())


def matches(terms: Terms, item_id: ColumnElement[int], dialect: str) -> list[ColumnElement[bool]]:
    """Predicates on `item_id` (the column, or an expression of it), all of which must hold; none for terms that find everything."""
    found: list[ColumnElement[bool]] = []
    if terms.wanted:
        found.append(item_id.in_(matching_ids(terms.wanted, dialect)))
    if terms.unwanted:
        found.append(_without(terms.unwanted, item_id, dialect))
    return found


def matching_ids(phrases: Sequence[Phrase], dialect: str) -> Select[int]:
    """Ids of the items that hold all the phrases."""
    return _fts_ids(phrases, " AND ") if dialect == "sqlite" else _ts_ids(phrases, " & ")


def _without(phrases: Sequence[Phrase], item_id: ColumnElement[int], dialect: str) -> ColumnElement[bool]:
    if dialect == "sqlite":
        return item_id.not_in(_fts_ids(phrases, " OR "))
    # Not "NOT IN (SELECT …)": PostgreSQL runs that once a row as soon as the list outgrows its memory.
    return ~exists(_ts_ids(phrases, " | ").where(_SEARCH.c.item_id == item_id))


def _fts_ids(phrases: Sequence[Phrase], operator: str) -> Select[int]:
    question = operator.join(f'"{" ".join(phrase.tokens)}"{" *" if phrase.prefix else ""}' for phrase in phrases)
    rowid: ColumnElement[int] = literal_column("rowid")
    return select(rowid).select_from(_SEARCH).where(literal_column("item_search").op("MATCH")(question))


def _ts_ids(phrases: Sequence[Phrase], operator: str) -> Select[int]:
    asked = literal(_ts_question(phrases, operator), Text()).op("::")(literal_column("tsquery"))
    return select(_SEARCH.c.item_id).where(_SEARCH.c.document.op("@@")(asked))


def _ts_question(phrases: Sequence[Phrase], operator: str) -> str:
    return operator.join(f"({' <-> '.join(_ts_tokens(phrase))})" for phrase in phrases)


def _ts_tokens(phrase: Phrase) -> list[str]:
    *whole, last = [f"'{token}'" for token in phrase.tokens]
    return [*whole, f"{last}:*" if phrase.prefix else last]


def _fts_text(texts: tuple[tuple[str, ...], ...]) -> str:
    return GAP.join(" ".join(words) for words in texts)


def _tsvector(found: Document) -> str:
    """The literal form, `'dune':1A 'herbert':3B`: positions as we count them, one left out between texts."""
    lexemes: list[str] = []
    place = 1
    for weight, texts in zip(_WEIGHTS, found, strict=True):
        for words in texts:
            lexemes.extend(f"'{word}':{place + step}{weight}" for step, word in enumerate(words))
            place += len(words) + 1
    return " ".join(lexemes)
