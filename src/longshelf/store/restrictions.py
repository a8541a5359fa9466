"""Rows of restrictions, and what they reach in the graph of entities. What follows for a viewer is `visibility`'s to say.

The rule about the graph: whoever changes what an entity is linked to, or deletes or restores it, touches the entity the edge starts from in
the same catalogue transaction (`Write.touch`). So edges from entities that no change since a revision names are still what they were then.

Every change of a profile gets a version no profile ever had, so whatever is kept under versions is kept about exactly these rules."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from longshelf.errors import Conflict, NotFound
from longshelf.model.kinds import EntityKind
from longshelf.model.restrictions import NONE, Restrictions
from longshelf.model.text import fold
from longshelf.store import bulk
from longshelf.store.database import run
from longshelf.store.hot import HotReads
from longshelf.store.restriction_tables import hidden_of

# Asked at every request: the newest revision, and the versions of all that decides what the user may see.
_STANDING = """SELECT revision.value, u.personal_version, own.version, own.updated_at, shared.version, shared.updated_at
               FROM revision CROSS JOIN "user" AS u LEFT JOIN restriction AS own ON own.user_id = u.id
               LEFT JOIN restriction_profile AS shared ON shared.id = own.profile_id WHERE revision.id = 1 AND u.id = ?"""
# UNION and not UNION ALL: a diamond is walked once, and a circle ends.
_CARRIERS = """WITH RECURSIVE reached(id) AS (
                   SELECT value FROM {ids}
                   UNION SELECT entity_link.source_id FROM reached JOIN entity_link ON entity_link.target_id = reached.id)
               SELECT entity.kind, entity.id FROM reached JOIN entity ON entity.id = reached.id"""
_BELOW = """WITH RECURSIVE doubtful(id) AS (SELECT value FROM {ids}), reached(id) AS (
                SELECT entity.id FROM {more} JOIN entity ON entity.id = value
                WHERE entity.kind = ? AND entity.deleted_at IS NULL AND entity.id NOT IN (SELECT id FROM doubtful)
                UNION SELECT entity.id FROM reached
                JOIN entity_link ON entity_link.target_id = reached.id AND entity_link.relation = 'parent'
                JOIN entity ON entity.id = entity_link.source_id
                WHERE entity.kind = ? AND entity.deleted_at IS NULL AND entity.id NOT IN (SELECT id FROM doubtful))
            SELECT id FROM reached"""
_TREE = """WITH RECURSIVE reached(id) AS (
               SELECT value FROM {{ids}}
               UNION SELECT entity_link.{to} FROM reached JOIN entity_link ON entity_link.{start} = reached.id
               AND entity_link.relation = 'parent')
           SELECT entity.kind, entity.id FROM reached JOIN entity ON entity.id = reached.id WHERE entity.deleted_at IS NULL"""
_UNDER, _ABOVE = _TREE.format(start="target_id", to="source_id"), _TREE.format(start="source_id", to="target_id")
_KINDS = frozenset(EntityKind)
_LISTS = {
    "sqlite": ("json_each(?)", "[%s]"),
    "postgresql": ("unnest(%s::bigint[]) AS given(value)", "{%s}"),
}


class Standing(NamedTuple):
    """What is true of a user now. Any change of what he may see changes it; so does much else."""

    revision: int
    personal_version: int
    own: tuple[int | None, int | None]
    shared: tuple[int | None, int | None]


class Own(NamedTuple):
    """What a user hid himself."""

    entities: tuple[int, ...]
    items: bool  # whether he hid any item


class Kept(NamedTuple):
    """What is kept from a user: his own rules and the profile he shares."""

    own: Restrictions
    shared: Restrictions
    profile_id: int | None


class ProfileRow(NamedTuple):
    id: int
    name: str
    rules: Restrictions
    users: tuple[int, ...]


class HiddenEntity(NamedTuple):
    id: int
    kind: EntityKind
    name: str


def standing(hot: HotReads, user_id: int) -> Standing | None:
    """None for a user there is none of."""
    for revision, personal_version, *versions in hot.rows(_STANDING, user_id):
        return Standing(revision, personal_version, (versions[0], versions[1]), (versions[2], versions[3]))
    return None


def revision(hot: HotReads) -> int:
    """The newest there is."""
    return int(hot.rows("SELECT value FROM revision WHERE id = 1")[0][0])


def hold(connection: Connection) -> None:
    """Until the transaction ends nobody else writes a rule, not even a first one: each takes the next version before."""
    _next_version(connection)


def kept(connection: Connection, user_id: int) -> Kept:
    """NotFound when there is no such user."""
    text = """SELECT own.body, own.profile_id, shared.body FROM "user" AS u LEFT JOIN restriction AS own ON own.user_id = u.id
              LEFT JOIN restriction_profile AS shared ON shared.id = own.profile_id WHERE u.id = ?"""
    row = run(connection, text, user_id).one_or_none()
    if row is None:
        raise NotFound(f"There is no user {user_id}.")
    return Kept(_read(row[0]), _read(row[2]), row[1])


def restrict(connection: Connection, user_id: int, rules: Restrictions, profile_id: int | None, *, at: int) -> None:
    """Replaces the user's own rules and the profile he shares. NotFound when there is no such user or profile."""
    kept(connection, user_id)
    if profile_id is not None:
        profile(connection, profile_id)
    text = """INSERT INTO restriction (user_id, body, profile_id, version, updated_at) VALUES (?, ?, ?, ?, ?)
              ON CONFLICT (user_id) DO UPDATE SET body = excluded.body, profile_id = excluded.profile_id, version = excluded.version,
              updated_at = excluded.updated_at"""
    run(connection, text, user_id, _written(rules), profile_id, _next_version(connection), at)


def profiles(connection: Connection) -> list[ProfileRow]:
    """All shared profiles by name."""
    users: dict[int, list[int]] = {}
    rows = run(connection, "SELECT profile_id, user_id FROM restriction WHERE profile_id IS NOT NULL ORDER BY profile_id, user_id")
    for profile_id, user_id in rows:
        users.setdefault(profile_id, []).append(user_id)
    found = run(connection, "SELECT id, name, body FROM restriction_profile ORDER BY name_key, id")
    return [ProfileRow(row[0], row[1], _read(row[2]), tuple(users.get(row[0], ()))) for row in found]


def profile(connection: Connection, profile_id: int) -> ProfileRow:
    """NotFound when there is none."""
    row = run(connection, "SELECT id, name, body FROM restriction_profile WHERE id = ?", profile_id).one_or_none()
    if row is None:
        raise NotFound(f"There is no profile {profile_id}.")
    users = run(connection, "SELECT user_id FROM restriction WHERE profile_id = ? ORDER BY user_id", profile_id).scalars()
    return ProfileRow(row[0], row[1], _read(row[2]), tuple(users))


def add_profile(connection: Connection, name: str, rules: Restrictions, *, at: int) -> int:
    """Its id. Conflict for a name that is taken."""
    text = """INSERT INTO restriction_profile (name, name_key, body, version, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)
              ON CONFLICT (name_key) DO NOTHING RETURNING id"""
    found = run(connection, text, name, fold(name), _written(rules), _next_version(connection), at, at).scalar()
    if found is None:
        raise Conflict(f"There already is a profile called {name!r}.")
    return int(found)


def change_profile(connection: Connection, profile_id: int, name: str, rules: Restrictions, *, at: int) -> None:
    """NotFound; Conflict for a name that is taken."""
    profile(connection, profile_id)
    text = "UPDATE restriction_profile SET name = ?, name_key = ?, body = ?, version = ?, updated_at = ? WHERE id = ?"
    try:
        with connection.begin_nested():
            run(connection, text, name, fold(name), _written(rules), _next_version(connection), at, profile_id)
    except IntegrityError:
        raise Conflict(f"There already is a profile called {name!r}.") from None


def remove_profile(connection: Connection, profile_id: int) -> None:
    """NotFound; Conflict while somebody has it, for he would see what it keeps from him."""
    found = profile(connection, profile_id)
    if found.users:
        raise Conflict(f"The profile {found.name!r} is in use. Give the {len(found.users)} who have it another one first.")
    run(connection, "DELETE FROM restriction_profile WHERE id = ?", profile_id)


def hidden_by_user(connection: Connection, user_id: int) -> Own:
    """What the user hid himself, deleted or not."""
    found = f"SELECT entity_id FROM {hidden_of(connection, 'user_entity')} WHERE user_id = ? AND hidden = 1 ORDER BY entity_id"
    entities = run(connection, found, user_id).scalars()
    asked = f"SELECT 1 FROM {hidden_of(connection, 'user_item')} WHERE user_id = ? AND hidden = 1 LIMIT 1"
    items = run(connection, asked, user_id).scalar() is not None
    return Own(tuple(entities), items)


def hidden_by_name(connection: Connection, user_id: int) -> list[tuple[EntityKind, int]]:
    """(kind, entity) of those he hid that are still there, by kind and name."""
    text = f"""SELECT entity.kind, entity.id FROM {hidden_of(connection, "user_entity")} JOIN entity ON entity.id = user_entity.entity_id
               WHERE user_entity.user_id = ? AND hidden = 1 ORDER BY entity.kind, entity.sort_key, entity.id"""
    return [(EntityKind(kind), entity_id) for kind, entity_id in run(connection, text, user_id).all()]


def carriers(connection: Connection, seeds: Iterable[int]) -> dict[EntityKind, tuple[int, ...]]:
    """The entities themselves and all that carry one of them, however far, by kind and ascending: children below parents, and persons,
    studios, galleries, groups that are linked to them in any way. Deleted ones too: what is deleted may still be on an item."""
    return _by_kind(_listed(connection, _CARRIERS, seeds))


def below(connection: Connection, kind: EntityKind, ids: Iterable[int], doubtful: Iterable[int] = ()) -> tuple[int, ...]:
    """Those of the entities that are of the kind and live, and the live ones of the kind below them, ascending; without the `doubtful`
    ones and what is reached only through them."""
    rows = _listed(connection, _BELOW, doubtful, _list(connection, ids), kind.value, kind.value)
    return tuple(sorted(row[0] for row in rows))


def under(connection: Connection, ids: Iterable[int]) -> dict[EntityKind, tuple[int, ...]]:
    """The live entities below these in the tree of parents, these included, by kind."""
    return _by_kind(_listed(connection, _UNDER, ids))


def above(connection: Connection, ids: Iterable[int]) -> dict[EntityKind, tuple[int, ...]]:
    """The live entities above these in the tree of parents, these included, by kind."""
    return _by_kind(_listed(connection, _ABOVE, ids))


def kinds_of(connection: Connection, ids: Iterable[int]) -> dict[int, EntityKind]:
    """The kind of each that is an entity, deleted or not."""
    return {row[0]: EntityKind(row[1]) for row in bulk.select_in(connection, "SELECT id, kind FROM entity WHERE id IN {ids}", ids)}


def named(connection: Connection, ids: Iterable[int]) -> dict[int, HiddenEntity]:
    """The entities that are still there."""
    text = "SELECT id, kind, name FROM entity WHERE id IN {ids}"
    return {row[0]: HiddenEntity(row[0], EntityKind(row[1]), row[2]) for row in bulk.select_in(connection, text, ids)}


def targets(connection: Connection, sources: Iterable[int]) -> dict[int, list[int]]:
    """What each of the entities is linked to, ascending."""
    text = "SELECT source_id, target_id FROM entity_link WHERE source_id IN {ids} ORDER BY source_id, target_id"
    found: dict[int, list[int]] = {}
    for source, target in bulk.select_in(connection, text, sources):
        found.setdefault(source, []).append(target)
    return found


def titles(connection: Connection, ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """(kind, title) of live items."""
    text = "SELECT id, kind, title FROM item WHERE id IN {ids} AND deleted_at IS NULL"
    return {row[0]: (row[1], row[2]) for row in bulk.select_in(connection, text, ids)}


def item_facts(connection: Connection, item_id: int) -> tuple[int, int | None, str, str, list[tuple[int, EntityKind]]]:
    """(library, age rating, kind, title, linked entities) of a live item. NotFound."""
    row = run(connection, "SELECT library_id, age_rating, kind, title FROM item WHERE id = ? AND deleted_at IS NULL", item_id).one_or_none()
    if row is None:
        raise NotFound("There is no such item.")
    links = run(connection, "SELECT DISTINCT entity_id, kind FROM link WHERE item_id = ? ORDER BY entity_id", item_id)
    return row[0], row[1], row[2], row[3], [(each[0], EntityKind(each[1])) for each in links]


def hides_item(connection: Connection, user_id: int, item_id: int) -> bool:
    """Whether the user hid this very item."""
    text = "SELECT 1 FROM user_item WHERE user_id = ? AND item_id = ? AND hidden = 1"
    return run(connection, text, user_id, item_id).scalar() is not None


def cards(connection: Connection, ids: Sequence[int]) -> dict[int, bytes]:
    """As `reading.cards`, of the connection's own state."""
    return {
        row[0]: row[1].encode() for row in bulk.select_in(connection, "SELECT item_id, card FROM item_card WHERE item_id IN {ids}", ids)
    }


def touched_entities(connection: Connection, after: int, until: int) -> set[int]:
    """Entities that the commits after one revision and up to another name. LookupError when the log does not go back so far."""
    rows = run(
        connection, "SELECT revision, entities FROM change WHERE revision > ? AND revision <= ? ORDER BY revision", after, until
    ).all()
    if [row[0] for row in rows] != list(range(after + 1, until + 1)):
        raise LookupError("the change log does not reach back so far")
    return {each for row in rows if row[1] != "[]" for each in json.loads(row[1])}


def _listed(connection: Connection, text: str, ids: Iterable[int], *rest: Any) -> list[Any]:
    """Runs a text in which `{ids}`, before any other parameter, and `{more}` are tables of one column, `value`: one parameter each, however
    long the list is."""
    table = _LISTS[connection.dialect.name][0]
    statement = text if connection.dialect.name == "sqlite" else text.replace("?", "%s")
    statement = statement.replace("{ids}", table).replace("{more}", table)
    return list(connection.exec_driver_sql(statement, (_list(connection, ids), *rest)))


def _list(connection: Connection, ids: Iterable[int]) -> str:
    return _LISTS[connection.dialect.name][1] % ",".join(map(str, ids))


def _by_kind(rows: Iterable[Any]) -> dict[EntityKind, tuple[int, ...]]:
    found: dict[EntityKind, list[int]] = {}
    for kind, entity_id in rows:
        if kind in _KINDS:
            found.setdefault(EntityKind(kind), []).append(entity_id)
    return {kind: tuple(sorted(ids)) for kind, ids in sorted(found.items())}


def _next_version(connection: Connection) -> int:
    text = """INSERT INTO counter (name, value) VALUES ('restrictions', 1) ON CONFLICT (name) DO UPDATE SET value = counter.value + 1
              RETURNING value"""
    return int(run(connection, text).scalar_one())


def _written(rules: Restrictions) -> str:
    """Only what a profile is, whatever else the caller's struct holds."""
    whole: Mapping[str, Any] = {name: getattr(rules, name) for name in Restrictions.__struct_fields__}
    return msgspec.json.encode(whole).decode()


def _read(body: str | None) -> Restrictions:
    return NONE if body is None else msgspec.json.decode(body, type=Restrictions)
