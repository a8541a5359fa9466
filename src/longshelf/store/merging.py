"""What a merge of entities moves, as rows. Which of it moves when is `ingest/merging.py`'s to say.

The rule: every column that holds the id of an entity stands in REFERENCES, with what a merge does about it; a test holds the list against
the schema, so that a table that comes later cannot keep the id of an entity that has gone."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import Connection

from longshelf.errors import NotFound
from longshelf.store import bulk, personal
from longshelf.store.database import run
from longshelf.store.edit_tables import entity_merge, entity_merge_piece, entity_merged
from longshelf.store.remote_merges import Kept
from longshelf.store.tables import entity, entity_alias, entity_link, link, user_entity

# links, relations: piece by piece, in the job · aliases, said: when it begins · own: of the vanished entity itself, kept for its return ·
# merges: the record of merges, which follows nobody · passing: work that is done once and forgotten, and that a merge does anyway.
Treatment = Literal["links", "relations", "aliases", "said", "own", "merges", "passing"]
REFERENCES: Mapping[str, Treatment] = {
    "link.entity_id": "links",
    "entity_link.source_id": "relations",
    "entity_link.target_id": "relations",
    "entity_alias.entity_id": "aliases",
    "user_entity.entity_id": "said",
    "entity_lock.entity_id": "own",
    "entity_merge.target_id": "merges",
    "entity_merged.entity_id": "merges",
    "entity_merged.target_id": "merges",
    "mirror_stale.entity_id": "passing",
    "remote_entity_word.entity_id": "own",
    "entity_picture.entity_id": "own",
}
ACTIVE = ("merging", "undoing")
State = Literal["merging", "merged", "undoing", "undone", "final"]


class Vanished(msgspec.Struct, frozen=True, array_like=True):
    """An entity as it was called before."""

    id: int
    name: str
    name_key: str


class Alias(msgspec.Struct, frozen=True, array_like=True):
    """A name and whose it was before, None when the merge made it."""

    name_key: str
    name: str
    owner: int | None


class Word(msgspec.Struct, frozen=True, array_like=True):
    """What a user said about an entity."""

    user_id: int
    entity_id: int
    rating: int | None
    favorite: int
    hidden: int
    updated_at: int


class Ruled(msgspec.Struct, frozen=True, array_like=True):
    """Text that names entities by id and was changed: whose it is ("user 3", "profile 2", "view 7"), what it was and what it became."""

    owner: str
    before: str
    after: str


class Before(msgspec.Struct, frozen=True):
    """What a merge must know to be taken back, links and relations apart. `said` is of sources and target, `folded` what the target's
    became, and `kept` what of that is no news for the server of a mirror."""

    sources: list[Vanished] = []
    aliases: list[Alias] = []
    said: list[Word] = []
    folded: list[Word] = []
    ruled: list[Ruled] = []
    kept: list[Kept] = []


class MovedLink(msgspec.Struct, frozen=True, array_like=True):
    """A link of an item that led to `entity_id`. `folded`: the target had it already; `took`: the target's took its position."""

    item_id: int
    entity_id: int
    role: str
    kind: str
    position: float | None
    ordinal: int
    folded: bool = False
    took: bool = False


class MovedRelation(msgspec.Struct, frozen=True, array_like=True):
    """An edge between entities. `became` is what it was made, None when it was dropped: a circle, or there already."""

    source_id: int
    target_id: int
    relation: str
    became: tuple[int, int] | None = None


class Piece(msgspec.Struct, frozen=True):
    """What one transaction moved."""

    links: list[MovedLink] = []
    relations: list[MovedRelation] = []


class EntityRow(NamedTuple):
    id: int
    library_id: int
    kind: str
    name: str
    name_key: str
    deleted_at: int | None


class MergeRow(NamedTuple):
    id: int
    library_id: int
    kind: str
    target_id: int
    state: State
    job_id: int
    undo_job_id: int | None
    user_id: int | None
    links: int
    before: str
    created_at: int
    finished_at: int | None


_COLUMNS = ", ".join(MergeRow._fields)
_LINKS = "SELECT item_id, entity_id, role, kind, position, ordinal FROM link WHERE item_id IN {ids} AND entity_id = ?"
_EDGES = "SELECT source_id, target_id, relation FROM entity_link WHERE {column} IN {{ids}} ORDER BY source_id, target_id, relation LIMIT ?"


def entities(connection: Connection, ids: Iterable[int]) -> dict[int, EntityRow]:
    """Rows, deleted ones too."""
    text = "SELECT id, library_id, kind, name, name_key, deleted_at FROM entity WHERE id IN {ids}"
    return {row[0]: EntityRow(*row) for row in bulk.select_in(connection, text, ids)}


def names(connection: Connection, ids: Iterable[int]) -> dict[int, str]:
    """What the entities are called, deleted ones too."""
    return {row.id: row.name for row in entities(connection, ids).values()}


def led(connection: Connection, ids: Iterable[int]) -> dict[int, int]:
    """Where each entity that was merged away has gone, however many merges it took. For sources that know entities by ids of their own:
    what they say about one that vanished is nobody's, and links to it are links to where it went."""
    found: dict[int, int] = {}
    asked = {entity_id: entity_id for entity_id in ids}
    while asked:
        text = "SELECT entity_id, target_id FROM entity_merged WHERE entity_id IN {ids}"
        step = {row[0]: row[1] for row in bulk.select_in(connection, text, set(asked.values()))}
        asked = {origin: step[now] for origin, now in asked.items() if now in step}
        found.update(asked)
    return found


def leading(connection: Connection, ids: Iterable[int]) -> dict[int, set[int]]:
    """For each entity, those whose merges led to it, however many it took, and itself."""
    found = {each: {each} for each in ids}
    reached = {each: each for each in found}
    while reached:
        text = "SELECT entity_id, target_id FROM entity_merged WHERE target_id IN {ids}"
        reached = {row[0]: reached[row[1]] for row in bulk.select_in(connection, text, reached)}
        for origin, target in reached.items():
            found[target].add(origin)
    return found


def add(connection: Connection, row: MergeRow, sources: Sequence[Vanished]) -> None:
    """Records a merge, and leads its sources to the target."""
    bulk.insert(connection, entity_merge, MergeRow._fields, [row])
    rows = [(row.id, each.id, row.target_id, each.name, each.name_key) for each in sources]
    bulk.insert(connection, entity_merged, ("merge_id", "entity_id", "target_id", "name", "name_key"), rows)


def get(connection: Connection, merge_id: int) -> MergeRow:
    """NotFound when there is none, or it is no longer kept."""
    row = run(connection, f"SELECT {_COLUMNS} FROM entity_merge WHERE id = ?", merge_id).one_or_none()
    if row is None:
        raise NotFound(f"There is no merge {merge_id}.")
    return MergeRow(*row)


def by_job(connection: Connection, job_id: int) -> MergeRow | None:
    """The merge that job made."""
    row = run(connection, f"SELECT {_COLUMNS} FROM entity_merge WHERE job_id = ?", job_id).one_or_none()
    return None if row is None else MergeRow(*row)


def into(connection: Connection, target_id: int, start: int, count: int) -> tuple[int, list[MergeRow]]:
    """How many merges there were into the entity, and a stretch of them, the newest first."""
    total = int(run(connection, "SELECT count(*) FROM entity_merge WHERE target_id = ?", target_id).scalar_one())
    text = f"SELECT {_COLUMNS} FROM entity_merge WHERE target_id = ? ORDER BY id DESC LIMIT ? OFFSET ?"
    return total, [MergeRow(*row) for row in run(connection, text, target_id, count, start)]


def busy(connection: Connection, ids: Iterable[int]) -> int | None:
    """The job of a merge under way that one of the entities is part of."""
    found = run(connection, "SELECT id, job_id, target_id FROM entity_merge WHERE state IN ('merging', 'undoing') ORDER BY id").all()
    wanted = set(ids)
    for merge_id, job_id, target_id in found:
        parts = set(run(connection, "SELECT entity_id FROM entity_merged WHERE merge_id = ?", merge_id).scalars())
        if wanted & {target_id, *parts}:
            return int(job_id)
    return None


def set_state(
    connection: Connection, merge_id: int, state: State, *, undo_job_id: int | None = None, finished_at: int | None = None
) -> None:
    text = (
        """UPDATE entity_merge SET state = ?, undo_job_id = coalesce(?, undo_job_id), finished_at = coalesce(?, finished_at) WHERE id = ?"""
    )
    run(connection, text, state, undo_job_id, finished_at, merge_id)


def keep(connection: Connection, merge_id: int, before: Before) -> None:
    run(connection, "UPDATE entity_merge SET before = ? WHERE id = ?", msgspec.json.encode(before).decode(), merge_id)


def release(connection: Connection, merge_id: int) -> None:
    """Leads nobody anywhere any more: the sources are themselves again."""
    run(connection, "DELETE FROM entity_merged WHERE merge_id = ?", merge_id)


def prune(connection: Connection, before: int) -> int:
    """Makes at most a hundred merges that ended before `before` (microseconds) final, and forgets those that were undone; how many. Where
    the vanished have gone is kept for good."""
    text = "SELECT id FROM entity_merge WHERE state IN ('merged', 'undone') AND finished_at < ? LIMIT 100"
    ids = list(run(connection, text, before).scalars())
    bulk.select_in(connection, "DELETE FROM entity_merge_piece WHERE merge_id IN {ids}", ids)
    bulk.select_in(connection, "DELETE FROM entity_merge WHERE id IN {ids} AND state = 'undone'", ids)
    bulk.select_in(connection, "UPDATE entity_merge SET state = 'final' WHERE id IN {ids}", ids)
    return len(ids)


# --- links of items


def count_links(connection: Connection, ids: Iterable[int]) -> int:
    return int(bulk.select_in(connection, "SELECT count(*) FROM link WHERE entity_id IN {ids}", ids).scalar_one())


def some_links(connection: Connection, entity_id: int, after_id: int, count: int) -> list[MovedLink]:
    """The links to the entity of at most `count` items behind one of them, by item. Behind one, because PostgreSQL would go over all that
    were just taken away, each time anew."""
    text = "SELECT DISTINCT item_id FROM link WHERE entity_id = ? AND item_id > ? ORDER BY item_id LIMIT ?"
    items = list(run(connection, text, entity_id, after_id, count).scalars())
    return [MovedLink(*row) for row in bulk.select_in(connection, f"{_LINKS} ORDER BY item_id, ordinal, role", items, entity_id)]


def links_to(connection: Connection, entity_id: int, items: Iterable[int]) -> dict[tuple[int, str], MovedLink]:
    """What links the items have to the entity, by item and role."""
    return {(row[0], row[2]): MovedLink(*row) for row in bulk.select_in(connection, _LINKS, items, entity_id)}


def replace_links(connection: Connection, gone: Sequence[MovedLink], come: Sequence[MovedLink]) -> None:
    bulk.delete(connection, link, ("item_id", "entity_id", "role"), [(each.item_id, each.entity_id, each.role) for each in gone])
    rows = [(each.item_id, each.entity_id, each.role, each.kind, each.position, each.ordinal) for each in come]
    columns = ("item_id", "entity_id", "role", "kind", "position", "ordinal")
    bulk.upsert(connection, link, columns, rows, ("item_id", "entity_id", "role"), ("position", "ordinal"))


# --- relations of entities


def some_relations(connection: Connection, ids: Sequence[int], count: int) -> list[MovedRelation]:
    """Some edges from or to these entities, each once."""
    found: dict[tuple[int, int, str], MovedRelation] = {}
    for column in ("source_id", "target_id"):
        for row in bulk.select_in(connection, _EDGES.format(column=column), ids, count):
            found.setdefault((row[0], row[1], row[2]), MovedRelation(*row))
    return list(found.values())[:count]


def existing_relations(connection: Connection, edges: Iterable[tuple[int, int, str]]) -> set[tuple[int, int, str]]:
    wanted = set(edges)
    text = "SELECT source_id, target_id, relation FROM entity_link WHERE source_id IN {ids}"
    return wanted & {(row[0], row[1], row[2]) for row in bulk.select_in(connection, text, {edge[0] for edge in wanted})}


def replace_relations(connection: Connection, gone: Iterable[tuple[int, int, str]], come: Iterable[tuple[int, int, str]]) -> None:
    bulk.delete(connection, entity_link, ("source_id", "target_id", "relation"), list(gone))
    bulk.insert_new(connection, entity_link, ("source_id", "target_id", "relation"), list(come))


def above(connection: Connection, entity_id: int, relation: str) -> set[int]:
    """Everything one comes to from the entity along the relation, itself included. Ends in circles too."""
    seen = {entity_id}
    level = {entity_id}
    while level:
        text = "SELECT target_id FROM entity_link WHERE source_id IN {ids} AND relation = ?"
        level = set(bulk.select_in(connection, text, level, relation).scalars()) - seen
        seen |= level
    return seen


# --- pieces


def add_piece(connection: Connection, merge_id: int, piece: Piece) -> None:
    text = """INSERT INTO entity_merge_piece (merge_id, number, moved)
              VALUES (?, (SELECT coalesce(max(number), 0) + 1 FROM entity_merge_piece WHERE merge_id = ?), ?)"""
    run(connection, text, merge_id, merge_id, msgspec.json.encode(piece).decode())
    run(connection, "UPDATE entity_merge SET links = links + ? WHERE id = ?", len(piece.links), merge_id)


def last_piece(connection: Connection, merge_id: int) -> tuple[int, Piece] | None:
    """The newest piece and its number; None when there is none left."""
    text = "SELECT number, moved FROM entity_merge_piece WHERE merge_id = ? ORDER BY number DESC LIMIT 1"
    row = run(connection, text, merge_id).one_or_none()
    return None if row is None else (row[0], msgspec.json.decode(row[1], type=Piece))


def drop_piece(connection: Connection, merge_id: int, number: int) -> None:
    bulk.delete(connection, entity_merge_piece, ("merge_id", "number"), [(merge_id, number)])


# --- names, words


def aliases(connection: Connection, ids: Iterable[int]) -> list[Alias]:
    """The other names of the entities."""
    text = "SELECT name_key, name, entity_id FROM entity_alias WHERE entity_id IN {ids} ORDER BY entity_id, name_key"
    return [Alias(*row) for row in bulk.select_in(connection, text, ids)]


def put_aliases(connection: Connection, library_id: int, kind: str, rows: Iterable[tuple[str, str, int]]) -> None:
    """`rows` are (name key, name, entity); a name that led elsewhere leads here now."""
    columns = ("library_id", "kind", "name_key", "name", "entity_id")
    values = [(library_id, kind, *row) for row in rows]
    bulk.upsert(connection, entity_alias, columns, values, columns[:3])


def drop_aliases(connection: Connection, library_id: int, kind: str, keys: Iterable[str]) -> None:
    bulk.delete(connection, entity_alias, ("library_id", "kind", "name_key"), [(library_id, kind, key) for key in keys])


def words(connection: Connection, ids: Iterable[int]) -> list[Word]:
    """What everybody said about the entities."""
    columns = ", ".join(Word.__struct_fields__)
    text = f"SELECT {columns} FROM user_entity WHERE entity_id IN {{ids}} ORDER BY user_id, entity_id"
    return [Word(*row) for row in bulk.select_in(connection, text, ids)]


def held_words(connection: Connection, ids: Iterable[int]) -> list[Word]:
    """As `words`; and until the transaction ends none of these people says anything else, so that they can be written back whole."""
    ids, held = list(ids), set[int]()
    while True:
        found = words(connection, ids)
        speaking = {each.user_id for each in found} - held
        if not speaking:
            return found
        personal.hold(connection, speaking)  # and read again: he may have said something before he was held
        held |= speaking


def put_words(connection: Connection, rows: Sequence[Word], gone: Iterable[tuple[int, int]] = ()) -> None:
    """Writes and forgets (user, entity) what people say; their versions are raised first."""
    gone = list(gone)
    for user_id in sorted({*(row.user_id for row in rows), *(each[0] for each in gone)}):
        run(connection, 'UPDATE "user" SET personal_version = personal_version + 1 WHERE id = ?', user_id)
    bulk.delete(connection, user_entity, ("user_id", "entity_id"), gone)
    columns: tuple[str, ...] = ("user_id", "entity_id", "rating", "favorite", "hidden", "updated_at")
    values: list[tuple[Any, ...]] = [(row.user_id, row.entity_id, row.rating, row.favorite, row.hidden, row.updated_at) for row in rows]
    bulk.upsert(connection, user_entity, columns, values, ("user_id", "entity_id"))


def rename_keys(connection: Connection, rows: Iterable[tuple[int, str]], *, at: int, revision: int) -> None:
    """Sets the name keys of entities: under one that no name has, a vanished entity leaves its name to others."""
    bulk.update(connection, entity, ("id",), ("name_key", "updated_at", "revision"), [(*row, at, revision) for row in rows])


def set_deleted(connection: Connection, ids: Iterable[int], deleted_at: int | None, *, at: int, revision: int) -> None:
    bulk.update(connection, entity, ("id",), ("deleted_at", "updated_at", "revision"), [(each, deleted_at, at, revision) for each in ids])
