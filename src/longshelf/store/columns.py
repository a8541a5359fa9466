"""What an index is built from: whole columns of the live items, lists of links and the user's own words, in bulk and on both databases.

Everything is read in pieces of bounded size inside the caller's one read transaction, so that all of it is one state of the store. Whole
numbers that are absent come as ABSENT, so that a column is one array of plain numbers; lists of ids come as text, "1,2,3", which is
several times faster to read than rows."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, func, literal_column, select

from longshelf.model.kinds import EntityKind
from longshelf.model.query import MineField
from longshelf.model.terms import Phrase
from longshelf.store import bulk
from longshelf.store.database import run
from longshelf.store.engine.facets import named
from longshelf.store.restriction_tables import hidden_of
from longshelf.store.search import among, matching_ids
from longshelf.store.tables import entity

ABSENT = -(2**63 - 1)  # the lowest whole number both databases write down as one
AT_ONCE = 50_000  # rows a piece
OWN_AT_ONCE = 250_000  # the same of what one user says, which comes as two short texts
_PIECE_BITS = 16  # of an id: a piece of a search holds those of one stretch of 65,536

WHOLE = ("library_id", "year", "added_at", "created_at", "updated_at", "width", "height", "size", "pages", "rating", "age_rating")
TEXTS = ("title_key", "series_key", "date")

_NUMBERS = (
    f"SELECT id, kind, duration, CASE WHEN cover <> '' THEN 1 ELSE 0 END, CASE WHEN description <> '' THEN 1 ELSE 0 END,"
    f" {', '.join(f'coalesce({name}, {ABSENT})' for name in WHOLE)}"
)
_OWN_COLUMNS = {"last_played": "last_played_at"}
_BY_ITEM = frozenset({"hidden", "play_seconds"})  # columns of `user_item` whose rows are walked by item
_FRACTIONS = frozenset({"progress", "play_seconds"})
ZERO_UNTOUCHED = frozenset({"favorite", "hidden", "play_count", "play_seconds"})
NUMBER_COLUMNS = ("id", "kind", "duration", "cover", "description", *WHOLE)

Piece = dict[str, Sequence[Any]]


def revision(connection: Connection) -> int:
    """The revision this transaction sees."""
    return int(run(connection, "SELECT value FROM revision WHERE id = 1").scalar_one())


def live(connection: Connection) -> int:
    """How many items there are."""
    return int(run(connection, "SELECT count(*) FROM item WHERE deleted_at IS NULL").scalar_one())


def numbers(connection: Connection) -> Iterator[Piece]:
    """NUMBER_COLUMNS of all live items by ascending id. `duration` may hold None, `cover` and `description` are 1 where there is one."""
    last = -1
    text = f"{_NUMBERS} FROM item WHERE deleted_at IS NULL AND id > ? ORDER BY id LIMIT ?"
    while rows := run(connection, text, last, AT_ONCE).all():
        last = rows[-1][0]
        yield dict(zip(NUMBER_COLUMNS, zip(*rows, strict=True), strict=True))


def deleted(connection: Connection, most: int) -> list[int]:
    """Ids of the deleted items; none when there are more than `most`."""
    found = run(connection, "SELECT id FROM item WHERE deleted_at IS NOT NULL LIMIT ?", most + 1).scalars().all()
    return list(found) if len(found) <= most else []


def in_order(connection: Connection, column: str) -> Iterator[tuple[Sequence[int], Sequence[str]]]:
    """(ids, values) of one of TEXTS, over live items that have a value, ascending by (value, id): a walk along the sort's index."""
    live_valued = f"FROM item WHERE deleted_at IS NULL AND {column} IS NOT NULL"
    order = f"ORDER BY {column}, id LIMIT ?"
    rows = run(connection, f"SELECT id, {column} {live_valued} {order}", AT_ONCE).all()
    while rows:
        yield tuple(zip(*rows, strict=True))  # type: ignore[misc]  # two columns
        last_id, last = rows[-1]
        rows = run(connection, f"SELECT id, {column} {live_valued} AND ({column}, id) > (?, ?) {order}", last, last_id, AT_ONCE).all()


def some(connection: Connection, ids: Iterable[int]) -> Piece | None:
    """NUMBER_COLUMNS and TEXTS of those of the items that are live, by ascending id; None when none is."""
    text = f"{_NUMBERS}, {', '.join(TEXTS)} FROM item WHERE id IN {{ids}} AND deleted_at IS NULL ORDER BY id"
    rows = bulk.select_in(connection, text, ids).all()
    return dict(zip((*NUMBER_COLUMNS, *TEXTS), zip(*rows, strict=True), strict=True)) if rows else None


def links_of(connection: Connection, ids: Iterable[int]) -> list[tuple[int, int, str, str, str]]:
    """(item, number of links, and of these, as text, entities, roles and kinds) of those of the items that have links, by item."""
    listed = ", ".join(_joined(connection, name) for name in ("entity_id", "role", "kind"))
    text = f"SELECT item_id, count(*), {listed} FROM link WHERE item_id IN {{ids}} GROUP BY item_id ORDER BY item_id"
    return bulk.select_in(connection, text, ids).all()  # type: ignore[return-value]  # rows are tuples, of these five columns


def links(connection: Connection, kind: EntityKind) -> Iterator[tuple[int, str, str, str]]:
    """(entity, lowest role, highest role, item ids as text, some twice where the roles differ), ascending by entity."""
    found = f"SELECT entity_id, min(role), max(role), {_joined_items(connection)}"
    text = f"{found} FROM link WHERE entity_id IN {{ids}} GROUP BY entity_id ORDER BY entity_id"
    for ids in _entity_ids(connection, kind):
        yield from (tuple(row) for row in bulk.select_in(connection, text, ids))


def roles(connection: Connection, entity_id: int) -> list[tuple[str, str]]:
    """(role, item ids as text) of one entity."""
    text = f"SELECT role, {_joined_items(connection)} FROM link WHERE entity_id = ? GROUP BY role ORDER BY role"
    return [(role, listed) for role, listed in run(connection, text, entity_id)]


def by_name(connection: Connection, kind: EntityKind) -> list[int]:
    """Ids of all entities of a kind in the order of their names."""
    return [row[0] for row in run(connection, "SELECT id FROM entity WHERE kind = ? ORDER BY sort_key, id", kind.value)]


def names(connection: Connection, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """(name, sort key) of these entities."""
    return {row[0]: (row[1], row[2]) for row in bulk.select_in(connection, "SELECT id, name, sort_key FROM entity WHERE id IN {ids}", ids)}


def named_so(connection: Connection, kind: EntityKind, q: str) -> list[int]:
    """Entities of a kind whose name holds every word of `q`."""
    return list(connection.execute(select(entity.c.id).where(entity.c.kind == kind.value, named(q, connection.dialect.name))).scalars())


def library_names(connection: Connection) -> dict[int, str]:
    """Names by id."""
    return {row[0]: row[1] for row in run(connection, "SELECT id, name FROM library")}


def found(connection: Connection, phrases: Sequence[Phrase]) -> Iterator[str]:
    """Ids of the items that hold all the phrases, as texts of bounded length in no order; deleted ones may be among them."""
    ids = matching_ids(phrases, connection.dialect.name).subquery()
    column = next(iter(ids.c))
    joined = (
        func.group_concat(column) if connection.dialect.name == "sqlite" else func.string_agg(column.op("::")(literal_column("text")), ",")
    )
    pieces = select(joined).select_from(ids).group_by(column.op(">>")(literal_column(str(_PIECE_BITS))))
    yield from connection.execute(pieces, execution_options={"stream_results": True, "max_row_buffer": 2}).scalars()


def found_among(connection: Connection, phrases: Sequence[Phrase], ids: Iterable[int]) -> list[int]:
    """Which of these items hold all the phrases."""
    return among(connection, phrases, ids)


def own(connection: Connection, user_id: int, field: MineField) -> Iterator[tuple[str, str]]:
    """(items, values) of what the user said in a field, as texts of bounded length, in no order; 0 is left out where it is what an
    untouched item has (ZERO_UNTOUCHED). A walk along the field's index, where it has one: items he said nothing of cost nothing."""
    name = _OWN_COLUMNS.get(field, field)
    found = f"SELECT {_joined(connection, 'item_id')}, {_joined(connection, _written(connection, name))} FROM {_rows(connection, name)}"
    for condition, values in _stretches(connection, f"user_id = ? AND {_says(field)}", user_id, name):
        ids, said = run(connection, f"{found} WHERE {condition}", *values).one()
        if ids:
            yield ids, said


def own_since(connection: Connection, user_id: int, field: MineField, version: int) -> tuple[list[int], list[int], list[float]]:
    """(items about which the user said anything after that version of his, those of them he says something of in this field, values)."""
    name = _OWN_COLUMNS.get(field, field)
    text = f"SELECT item_id, {name}, {_says(field)} FROM user_item WHERE user_id = ? AND version > ?"
    rows = run(connection, text, user_id, version).all()
    said = [row for row in rows if row[2]]
    return [row[0] for row in rows], [row[0] for row in said], [row[1] for row in said]


def _stretches(connection: Connection, condition: str, user_id: int, name: str) -> Iterator[tuple[str, list[Any]]]:
    """Conditions, with their values, for OWN_AT_ONCE rows each and the rest: a stretch ends where the next one begins."""
    place = ("item_id",) if name in _BY_ITEM else (name, "item_id")
    listed, marks = ", ".join(place), ", ".join("?" * len(place))
    after, before = f" AND ({listed}) > ({marks})", f" AND ({listed}) <= ({marks})"
    rest, values = condition, [user_id]
    while True:
        text = f"SELECT {listed} FROM {_rows(connection, name)} WHERE {rest} ORDER BY {listed} LIMIT 1 OFFSET ?"
        last = run(connection, text, *values, OWN_AT_ONCE - 1).one_or_none()
        if last is None:
            yield rest, values
            return
        yield rest + before, [*values, *last]
        rest, values = condition + after, [user_id, *last]


def _says(field: MineField) -> str:
    """In the words of the indexes of `user_item`, or they would be of no use."""
    name = _OWN_COLUMNS.get(field, field)
    if name == "hidden":
        return "hidden = 1"
    return f"{name} > 0" if field in ZERO_UNTOUCHED else f"{name} IS NOT NULL"


def _rows(connection: Connection, name: str) -> str:
    return hidden_of(connection, "user_item") if name == "hidden" else "user_item"


def _written(connection: Connection, name: str) -> str:
    """A column as text that reads back as the same number."""
    return f"printf('%!.17g', {name})" if name in _FRACTIONS and connection.dialect.name == "sqlite" else name


def _joined_items(connection: Connection) -> str:
    """PostgreSQL sorts nothing here either: the ids come as the index holds them, ascending, unless it reads in parallel."""
    return _joined(connection, "item_id")


def _joined(connection: Connection, column: str) -> str:
    return f"group_concat({column})" if connection.dialect.name == "sqlite" else f"string_agg({column}::text, ',')"


def _entity_ids(connection: Connection, kind: EntityKind) -> Iterator[list[int]]:
    """In pieces: an aggregate of many entities must not become one answer held in memory."""
    last, size = -1, 200
    while True:
        text = "SELECT id FROM entity WHERE kind = ? AND id > ? ORDER BY id LIMIT ?"
        ids = [row[0] for row in run(connection, text, kind.value, last, size)]
        if not ids:
            return
        yield ids
        last = ids[-1]
