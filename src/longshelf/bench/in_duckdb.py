"""DuckDB beside the engines: the columns and links the questions need, copied out of the store, and the questions in its own SQL.

The rule: it gets every fair chance. Tables are in the order its block statistics profit from, links are kept once however many roles they
have, and only what it can say is asked: it has no full-text index and none of our orders at random. Its SQL stands
here and not in `store`, for it is no store of ours."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from longshelf.bench.answers import Answering
from longshelf.bench.cutoff import cutoff
from longshelf.bench.questions import PAGE, Question
from longshelf.errors import LongshelfError
from longshelf.model import query as tree
from longshelf.model.kinds import EntityKind
from longshelf.model.viewer import Viewer
from longshelf.store import columns
from longshelf.store.database import Database, Transaction

if TYPE_CHECKING:
    import duckdb

MEMORY = "4GB"
LINKS_AT_ONCE = 2_000_000
KINDS = (EntityKind.TAG, EntityKind.PERSON)  # of links the questions ask for

_NUMBERS = {"kind": "VARCHAR", "year": "INTEGER", "added_at": "BIGINT", "size": "BIGINT", "rating": "SMALLINT", "duration": "DOUBLE"}
_RENAMED = {"added": "added_at"}
_PAGES = {  # question: (order, whether from the middle)
    "page 1 by rating": ("rating DESC NULLS LAST, id DESC", False),
    "page 1 by title": ("title_key, id", False),
    "middle page by rating": ("rating DESC NULLS LAST, id DESC", True),
    "middle page by adding": ("added_at DESC, id DESC", True),
}
_FACETS = {"50 of 2,000 tag facets": (EntityKind.TAG, 50), "200 of 50,000 person facets": (EntityKind.PERSON, 200)}
_FACET = """
SELECT counted.entity_id, entity.name, counted.items
FROM (SELECT entity_id, count(*) AS items FROM link WHERE kind = ? AND {among} GROUP BY entity_id) AS counted
JOIN entity ON entity.id = counted.entity_id
ORDER BY counted.items DESC, entity.place, entity.id LIMIT {limit}"""
_TOTALS = """
SELECT kind, count(*) AS items, coalesce(sum(size), 0)::BIGINT, coalesce(sum(duration), 0.0)
FROM item WHERE {where} GROUP BY kind ORDER BY items DESC, kind"""

Sql = tuple[str, list[Any]]


def required() -> None:
    """LongshelfError when the package is not there."""
    try:
        import duckdb  # noqa: F401
    except ImportError:
        raise LongshelfError("--duckdb needs the package duckdb, which Longshelf does not. Run: pip install duckdb") from None


class InDuckdb:
    """A `Party`. `load` fills the file at `path`, anew; `seconds` is what it took."""

    def __init__(self, path: Path, viewer: Viewer) -> None:
        import duckdb

        for each in (path, path.with_name(f"{path.name}.wal")):
            each.unlink(missing_ok=True)
        self._path = path
        self._viewer = viewer
        self._duck = duckdb.connect(str(path), config={"memory_limit": MEMORY, "enable_external_access": "false"})
        self.version = duckdb.__version__
        self.seconds = 0.0

    def load(self, database: Database) -> None:
        began = time.monotonic()
        with database.read() as connection:
            _items(self._duck, connection)
            _entities(self._duck, connection)
            _links(self._duck, connection)
            _favourites(self._duck, connection, self._viewer)
        self._duck.execute("CHECKPOINT")
        self.seconds = time.monotonic() - began

    def row(self) -> dict[str, Any]:
        """Its line in the table of what was measured."""
        return {"store": f"DuckDB {self.version}", "filled, s": self.seconds, "MiB": self._path.stat().st_size / 2**20}

    def close(self) -> None:
        self._duck.close()

    def takes(self, question: Question) -> bool:
        return _sql(question) is not None

    @contextmanager
    def ready(self, question: Question) -> Iterator[Answering]:
        asked = _sql(question)
        assert asked is not None
        with cutoff(self._duck.interrupt):
            yield lambda: self._answer(question.what, *asked)

    def _answer(self, what: str, text: str, values: list[Any]) -> object:
        """As `answers.plain` has it."""
        rows = self._duck.execute(text, values).fetchall()
        if what in _PAGES:
            return tuple(row[0] for row in rows)
        if what in _FACETS:
            return (tuple(rows),)
        return rows[0][0] if what == "count" else tuple(rows)


def _sql(question: Question) -> Sql | None:
    """The question as SQL; None where it is not asked."""
    found = _where(question.query)
    if found is None:
        return None
    where, values = found
    if question.what in _PAGES:
        order, middle = _PAGES[question.what]
        start = question.total // 2 if middle else 0
        return f"SELECT id FROM item WHERE {where} ORDER BY {order} LIMIT {PAGE} OFFSET {start}", values
    if question.what in _FACETS:
        kind, limit = _FACETS[question.what]
        among = "true" if where == "true" else f"item_id IN (SELECT id FROM item WHERE {where})"
        return _FACET.format(among=among, limit=limit), [kind.value, *values]
    if question.what == "count":
        return f"SELECT count(*) FROM item WHERE {where}", values
    return (_TOTALS.format(where=where), values) if question.what == "totals" else None


def _where(query: tree.Query) -> Sql | None:
    """A condition on `item`; None for a query that is not asked of DuckDB."""
    match query:
        case tree.And():
            found = _joined(" AND ", query.of)
        case tree.Or():
            found = _joined(" OR ", query.of)
        case tree.Not(of=tree.Or(of=parts)):  # one anti-join a part, which it plans better than the negation of a choice
            found = _joined(" AND ", tuple(map(tree.Not, parts)))
        case tree.Not():
            inner = _where(query.of)
            found = inner and (f"NOT {inner[0]}", inner[1])
        case _:
            found = _leaf(query)
    return found


def _leaf(query: tree.Query) -> Sql | None:
    found: Sql | None = None
    match query:
        case tree.Everything():
            found = "true", []
        case tree.Linked(role=None):
            found = f"(id IN (SELECT item_id FROM link WHERE entity_id IN ({_marks(query.ids)})))", list(query.ids)
        case tree.KindIs():
            found = f"(kind IN ({_marks(query.kinds)}))", [kind.value for kind in query.kinds]
        case tree.Range(high=None):
            found = f"({_RENAMED.get(query.field, query.field)} >= ?)", [query.low]
        case tree.Mine(field="favorite", low=1, high=None):
            found = "(id IN (SELECT item_id FROM favourite))", []
    return found


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _joined(word: str, queries: tuple[tree.Query, ...]) -> Sql | None:
    parts = [_where(each) for each in queries]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts) or not known:
        return None
    return f"({word.join(text for text, _ in known)})", [value for _, values in known for value in values]


def _items(duck: "duckdb.DuckDBPyConnection", connection: Transaction) -> None:
    """By id, with the title joined to it: the store gives titles in their own order."""
    duck.execute(f"CREATE TEMP TABLE number (id INTEGER, {', '.join(f'{name} {type_}' for name, type_ in _NUMBERS.items())})")
    read = ", ".join(_read(name) for name in _NUMBERS)
    for piece in columns.numbers(connection):
        arrays = {name: np.array(piece[name], dtype=object if name == "kind" else None) for name in ("id", *_NUMBERS) if name != "duration"}
        _append(duck, "number", f"id, {read}", arrays | {"duration": np.array(piece["duration"], dtype=np.float64)})
    duck.execute("CREATE TEMP TABLE title (id INTEGER, title_key VARCHAR)")
    for ids, keys in columns.in_order(connection, "title_key"):
        _append(duck, "title", "id, title_key", {"id": np.array(ids), "title_key": np.array(keys, dtype=object)})
    duck.execute("CREATE TABLE item AS SELECT number.*, title.title_key FROM number JOIN title ON title.id = number.id ORDER BY number.id")
    duck.execute("DROP TABLE number")
    duck.execute("DROP TABLE title")


def _read(name: str) -> str:
    """A column of a piece, with NULL where it has no value."""
    if name == "kind":
        return name
    return "CASE WHEN isnan(duration) THEN NULL ELSE duration END" if name == "duration" else f"nullif({name}, {columns.ABSENT})"


def _entities(duck: "duckdb.DuckDBPyConnection", connection: Transaction) -> None:
    """`place` is that in the order of names."""
    duck.execute("CREATE TABLE entity (id INTEGER, name VARCHAR, place INTEGER)")
    for kind in KINDS:
        ids = columns.by_name(connection, kind)
        names = columns.names(connection, ids)
        arrays = {"id": np.array(ids, dtype=np.int64), "name": np.array([names[each][0] for each in ids], dtype=object)}
        _append(duck, "entity", "id, name, place", arrays | {"place": np.arange(len(ids))})


def _links(duck: "duckdb.DuckDBPyConnection", connection: Transaction) -> None:
    """By kind and entity, so that one entity's items are a stretch of the table and the rest is skipped."""
    duck.execute("CREATE TABLE link (kind VARCHAR, entity_id INTEGER, item_id INTEGER)")
    for kind in KINDS:
        entities: list[int] = []
        items: list[npt.NDArray[np.int64]] = []
        held = 0
        for entity_id, _, _, listed in columns.links(connection, kind):
            entities.append(entity_id)
            items.append(np.unique(np.fromstring(listed, dtype=np.int64, sep=",")))
            held += len(items[-1])
            if held >= LINKS_AT_ONCE:
                _put_links(duck, kind, entities, items)
                entities, items, held = [], [], 0
        if items:
            _put_links(duck, kind, entities, items)
    # The lists tell nothing of deleted items; those are not among the items here.
    duck.execute("DELETE FROM link WHERE item_id NOT IN (SELECT id FROM item)")


def _put_links(duck: "duckdb.DuckDBPyConnection", kind: EntityKind, entities: list[int], items: list[npt.NDArray[np.int64]]) -> None:
    repeated = np.repeat(np.array(entities, dtype=np.int64), [len(each) for each in items])
    _append(duck, "link", f"'{kind.value}', entity_id, item_id", {"entity_id": repeated, "item_id": np.concatenate(items)})


def _favourites(duck: "duckdb.DuckDBPyConnection", connection: Transaction, viewer: Viewer) -> None:
    duck.execute("CREATE TABLE favourite (item_id INTEGER)")
    assert viewer.user_id is not None
    for ids, _ in columns.own(connection, viewer.user_id, "favorite"):
        _append(duck, "favourite", "item_id", {"item_id": np.fromstring(ids, dtype=np.int64, sep=",")})


def _append(duck: "duckdb.DuckDBPyConnection", table: str, what: str, piece: dict[str, npt.NDArray[Any]]) -> None:
    duck.register("piece", piece)
    duck.execute(f"INSERT INTO {table} SELECT {what} FROM piece")
    duck.unregister("piece")
