"""Links written as whole numbers: one number says all of a link that has no position, and SQLite takes it apart where it stands. Reading
one number out of a list costs it less than half of reading six values out of a text, and links are what an item has most of.

The rule: what is written is what `items.put_links` would write."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from longshelf.model.kinds import EntityKind, Role
from longshelf.store import bulk
from longshelf.store.database import run
from longshelf.store.tables import entity, link

Numbers = NDArray[np.int64]

COLUMNS = ("item_id", "entity_id", "role", "kind", "ordinal")
ROWS_AT_ONCE = 1 << 17  # 3 MB of text
# From the highest bit: the item's distance from the first of the statement, the entity, the code of its role and kind, the ordinal.
_ITEM_BITS, _ENTITY_BITS, _ROLE_BITS, _KIND_BITS, _ORDINAL_BITS = 14, 31, 5, 3, 10
ENTITIES_MOST = 1 << _ENTITY_BITS  # the first id that has no room
ORDINALS_MOST = 1 << _ORDINAL_BITS
_ITEMS_AT_ONCE = 1 << _ITEM_BITS
# SQLite compares one after the other: what most links are comes first.
_COMMON = (Role.NONE, Role.AUTHOR, Role.PERFORMER, Role.ARTIST, Role.CONTRIBUTOR)
ROLES = (*_COMMON, *(role for role in Role if role not in _COMMON))
KINDS = (EntityKind.TAG, *(kind for kind in EntityKind if kind is not EntityKind.TAG))


def code(role: Role, kind: EntityKind) -> int:
    """A role and a kind as one number."""
    return ROLES.index(role) << _KIND_BITS | KINDS.index(kind)


def named(code: int) -> tuple[Role, EntityKind]:
    """The role and the kind of a code."""
    return ROLES[code >> _KIND_BITS], KINDS[code & ((1 << _KIND_BITS) - 1)]


def pairs(owners: Numbers, entities: Numbers, codes: Numbers) -> Numbers:
    """One number for an owner, an entity and a role, in their order. `owners` are below 2^26. OverflowError for entities that have no room:
    two links would become one."""
    if len(entities) and int(entities.max()) >= ENTITIES_MOST:
        raise OverflowError(f"an entity id of {int(entities.max()):,} has no room in one number")
    return (owners << (_ENTITY_BITS + _ROLE_BITS)) | (entities << _ROLE_BITS) | (codes >> _KIND_BITS)


def put(connection: Connection, items: Numbers, entities: Numbers, codes: Numbers, ordinals: Numbers) -> None:
    """Adds links without a position, one at each place of the arrays; no two with the same item, entity and role. Greater numbers than
    one number has room for go the usual way. Not undoable: see `bulk.upsert`."""
    if not len(items):
        return
    if connection.dialect.name != "sqlite" or int(entities.max()) >= ENTITIES_MOST or int(ordinals.max()) >= ORDINALS_MOST:
        columns = zip(items.tolist(), entities.tolist(), map(named, codes.tolist()), ordinals.tolist(), strict=True)
        bulk.insert(connection, link, COLUMNS, [(item, entity, *word, ordinal) for item, entity, word, ordinal in columns])
        return
    order = np.argsort(items, kind="stable")
    items, entities, codes, ordinals = items[order], entities[order], codes[order], ordinals[order]
    packed = (entities << (_ROLE_BITS + _KIND_BITS + _ORDINAL_BITS)) | (codes << _ORDINAL_BITS) | ordinals
    text = f"{bulk.inserting(connection, undoable=False)} {_values()}"
    for start, end in _pieces(items):
        first = int(items[start])
        numbers = packed[start:end] | ((items[start:end] - first) << (63 - _ITEM_BITS))
        # Entity by entity: the index by entities is by far the larger of the two trees that change, and so each of its pages is met once.
        numbers = numbers[np.argsort(entities[start:end], kind="stable")]
        connection.exec_driver_sql(text, (first, msgspec.json.encode(numbers.tolist()).decode()))


def all_there(connection: Connection, entities: Numbers) -> bool:
    """Whether each of these entities, named once, has a row. For those who write without foreign keys."""
    found: Any = bulk.select_in(connection, f"SELECT count(*) FROM {entity.name} WHERE id IN {{ids}}", entities.tolist()).scalar_one()
    return bool(found == len(entities))


def lead_somewhere(connection: Connection, items: Sequence[int]) -> bool:
    """The same for all links of some items."""
    text = "SELECT count(*) FROM link WHERE item_id IN {ids} AND NOT EXISTS (SELECT 1 FROM entity WHERE entity.id = link.entity_id)"
    return not bulk.select_in(connection, text, items).scalar_one()


def library_there(connection: Connection, library_id: int) -> bool:
    """Whether the library has a row."""
    return run(connection, "SELECT 1 FROM library WHERE id = ?", library_id).scalar() is not None


def _pieces(items: Numbers) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(items):
        end = int(np.searchsorted(items, items[start] + _ITEMS_AT_ONCE))
        end = min(end, start + ROWS_AT_ONCE)
        yield start, end
        start = end


@lru_cache(maxsize=1)
def _values() -> str:
    entities = f"(value >> {_ROLE_BITS + _KIND_BITS + _ORDINAL_BITS}) & {ENTITIES_MOST - 1}"
    roles = _case(ROLES, f"(value >> {_KIND_BITS + _ORDINAL_BITS}) & {(1 << _ROLE_BITS) - 1}")
    kinds = _case(KINDS, f"(value >> {_ORDINAL_BITS}) & {(1 << _KIND_BITS) - 1}")
    values = f"? + (value >> {63 - _ITEM_BITS}), {entities}, {roles}, {kinds}, value & {ORDINALS_MOST - 1}"
    return f"link ({', '.join(COLUMNS)}) SELECT {values} FROM json_each(?)"


def _case(values: tuple[Role, ...] | tuple[EntityKind, ...], number: str) -> str:
    cases = " ".join([f"WHEN {place} THEN '{value}'" for place, value in enumerate(values)])
    return f"CASE {number} {cases} END"
