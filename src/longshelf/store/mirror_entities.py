"""Rows of mirrored entities. Names are one space within a library and kind; where a remote has one name twice, the second row's key says
so, and what people see is the name alone."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from longshelf.store import bulk
from longshelf.store.among import select_among
from longshelf.store.database import run
from longshelf.store.entity_writing import names_changed
from longshelf.store.mirror_tables import mirror_said
from longshelf.store.tables import chapter, entity, entity_alias, entity_link

DOUBLE = "\x01"  # between a name that somebody has and the id of the next who has it


class Said(msgspec.Struct, frozen=True):
    """What a remote says of an entity: other names by key, and (to, relation) of its relations."""

    aliases: dict[str, str] = {}
    relations: list[tuple[int, str]] = []

    def __bool__(self) -> bool:
        return bool(self.aliases or self.relations)

    def without(self, other: "Said") -> "Said":
        """What is said here and not there."""
        return Said(
            {key: name for key, name in self.aliases.items() if other.aliases.get(key) != name},
            [each for each in self.relations if each not in other.relations],
        )


class EntityRow(NamedTuple):
    """What is written of an entity; `extra` is JSON."""

    id: int
    kind: str
    external_id: str
    name: str
    name_key: str
    sort_name: str
    sort_key: str
    description: str
    extra: str


COLUMNS = (
    "id", "library_id", "kind", "external_id", "name", "name_key", "sort_name", "sort_key", "description", "extra", "created_at",
    "updated_at", "revision",
)  # fmt: skip
_UPDATED = tuple(name for name in COLUMNS if name not in {"id", "library_id", "kind", "external_id", "created_at"})


def rows(connection: Connection, ids: Iterable[int]) -> dict[int, EntityRow]:
    """Those that exist, deleted ones too; `external_id` "" for one without."""
    text = """SELECT id, kind, coalesce(external_id, ''), name, name_key, sort_name, sort_key, description, extra FROM entity
              WHERE id IN {ids}"""
    return {row[0]: EntityRow(*row) for row in bulk.select_in(connection, text, ids)}


def put(connection: Connection, library_id: int, rows_: Sequence[EntityRow], returned: Iterable[int], *, at: int, revision: int) -> None:
    """Adds or rewrites them. Those `returned` are deleted no more; what a person has deleted stays so."""
    if not rows_:
        return
    keys = _keys(connection, library_id, rows_, at=at, revision=revision)
    values = [
        (row.id, library_id, row.kind, row.external_id, row.name, keys[row.id], row.sort_name, row.sort_key, row.description, row.extra, at,
         at, revision)
        for row in rows_
    ]  # fmt: skip
    bulk.upsert(connection, entity, COLUMNS, values, ("id",), _UPDATED)
    bulk.update(connection, entity, ("id",), ("deleted_at",), [(each, None) for each in returned])
    names_changed(connection)


def _keys(connection: Connection, library_id: int, rows_: Sequence[EntityRow], *, at: int, revision: int) -> dict[int, str]:
    """A name key for each that nobody else has. Those that are there step aside first, so that names may be exchanged."""
    asides = [(row.id, _double(row), at, revision) for row in rows_]
    bulk.update(connection, entity, ("id",), ("name_key", "updated_at", "revision"), asides)
    taken: dict[tuple[str, str], int] = {}
    for kind in {row.kind for row in rows_}:
        names = list(dict.fromkeys(row.name_key for row in rows_ if row.kind == kind))
        text = "SELECT name_key, id FROM entity WHERE library_id = ? AND kind = ? AND name_key IN {values}"
        taken.update({(kind, row.name_key): row.id for row in select_among(connection, text, names, library_id, kind)})
    return {
        row.id: row.name_key if row.name_key and taken.setdefault((row.kind, row.name_key), row.id) == row.id else _double(row)
        for row in rows_
    }


def _double(row: EntityRow) -> str:
    return f"{row.name_key}{DOUBLE}{row.external_id}"


def set_deleted(connection: Connection, ids: Iterable[int], *, at: int, revision: int) -> None:
    """They are gone; what people said about them stays, and their names are free. Others that were related to them are written anew by
    whoever read them again."""
    gone = list(ids)
    bulk.update(connection, entity, ("id",), ("deleted_at", "updated_at", "revision"), [(each, at, at, revision) for each in gone])
    bulk.select_in(connection, "UPDATE entity SET name_key = name_key || '\x01' || coalesce(external_id, '') WHERE id IN {ids}", gone)
    bulk.select_in(connection, "DELETE FROM entity_link WHERE source_id IN {ids}", gone)
    bulk.select_in(connection, "DELETE FROM entity_alias WHERE entity_id IN {ids}", gone)
    names_changed(connection)


def retire(connection: Connection, external_ids: Mapping[int, str], *, at: int, revision: int) -> None:
    """They are gone, and known by these ids from now on: others have come to theirs."""
    bulk.update(connection, entity, ("id",), ("external_id",), list(external_ids.items()))
    set_deleted(connection, external_ids, at=at, revision=revision)


def move_links(connection: Connection, old: int, new: int) -> None:
    """Items and entities that led to the one lead to the other, to which nobody leads yet. Whoever calls has the items written anew."""
    run(connection, "UPDATE link SET entity_id = ? WHERE entity_id = ?", new, old)
    run(connection, "UPDATE entity_link SET target_id = ? WHERE target_id = ?", new, old)


def replace_aliases(
    connection: Connection, library_id: int, kind: str, gone: Sequence[tuple[str, int]], rows_: Sequence[tuple[str, int, str]]
) -> None:
    """Takes (name key, entity) away and adds (name key, entity, name). A name somebody else has already stays his; one that a merge gave
    stays."""
    merged = {
        (row[0], row[1])
        for row in bulk.select_in(
            connection, "SELECT name_key, target_id FROM entity_merged WHERE target_id IN {ids}", {each[1] for each in gone}
        )
    }
    leaving = [(library_id, kind, *each) for each in gone if each not in merged]
    bulk.delete(connection, entity_alias, ("library_id", "kind", "name_key", "entity_id"), leaving)
    columns = ("library_id", "kind", "name_key", "entity_id", "name")
    bulk.insert_new(connection, entity_alias, columns, [(library_id, kind, *row) for row in rows_])


def replace_relations(connection: Connection, gone: Sequence[tuple[int, int, str]], edges: Sequence[tuple[int, int, str]]) -> None:
    """Edges are (from, to, relation)."""
    bulk.delete(connection, entity_link, ("source_id", "target_id", "relation"), gone)
    bulk.insert_new(connection, entity_link, ("source_id", "target_id", "relation"), edges)


def said(connection: Connection, library_id: int, kind: str, remote_ids: Iterable[int]) -> dict[int, Said]:
    """By remote id; nothing of those that never spoke of names or relations."""
    text = "SELECT remote_id, said FROM mirror_said WHERE remote_id IN {ids} AND library_id = ? AND kind = ?"
    return {row[0]: msgspec.json.decode(row[1], type=Said) for row in bulk.select_in(connection, text, remote_ids, library_id, kind)}


def put_said(connection: Connection, library_id: int, kind: str, words: Mapping[int, Said]) -> None:
    columns = ("library_id", "kind", "remote_id", "said")
    rows_ = [(library_id, kind, key, msgspec.json.encode(each).decode()) for key, each in sorted(words.items())]
    bulk.upsert(connection, mirror_said, columns, rows_, columns[:3])


def relations_of(connection: Connection, ids: Iterable[int]) -> list[tuple[int, int, str]]:
    """(from, to, relation) of all edges from these."""
    text = "SELECT source_id, target_id, relation FROM entity_link WHERE source_id IN {ids} ORDER BY source_id, target_id, relation"
    return [(row[0], row[1], row[2]) for row in bulk.select_in(connection, text, ids)]


def with_alias(connection: Connection, library_id: int, kind: str, key: str) -> list[int]:
    """Live entities that have this for another name."""
    text = """SELECT entity.id FROM entity_alias JOIN entity ON entity.id = entity_alias.entity_id
              WHERE entity_alias.library_id = ? AND entity_alias.kind = ? AND entity_alias.name_key IN {values}
              AND entity.deleted_at IS NULL"""
    return [row[0] for row in select_among(connection, text, [key], library_id, kind)]


def rename_chapters(connection: Connection, item_ids: Iterable[int], ending: str, title: str) -> None:
    """Chapters that bear a tag's name, found by how their address ends."""
    text = "SELECT item_id, ordinal FROM chapter WHERE item_id IN {ids} AND href LIKE ?"
    found = bulk.select_in(connection, text, item_ids, f"%{ending}").all()
    bulk.update(connection, chapter, ("item_id", "ordinal"), ("title",), [(row[0], row[1], title) for row in found])


def related_to(connection: Connection, entity_id: int) -> list[tuple[str, str]]:
    """(kind, external id) of the live entities that are related to this one."""
    text = """SELECT DISTINCT entity.kind, entity.external_id FROM entity_link JOIN entity ON entity.id = entity_link.source_id
              WHERE entity_link.target_id IN {ids} AND entity.deleted_at IS NULL AND entity.external_id IS NOT NULL
              ORDER BY entity.kind, entity.external_id"""
    return [(row[0], row[1]) for row in bulk.select_in(connection, text, [entity_id])]
