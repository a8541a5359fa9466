"""Links written as numbers are those written as rows, on both databases."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from longshelf.model.kinds import EntityKind, Role
from longshelf.store import items, links
from longshelf.store.database import Database, run

Link = tuple[int, int, Role, EntityKind, int]

# Items far apart and close together, and entities and ordinals that one number has no room for.
item_ids = st.integers(1, 5) | st.integers(1, 10_000) | st.just(2**40)
entity_ids = st.integers(1, 3) | st.integers(1, links.ENTITIES_MOST + 2)
ordinals = st.integers(0, links.ORDINALS_MOST + 1)
drawn = st.lists(
    st.tuples(item_ids, entity_ids, st.sampled_from(Role), st.sampled_from(EntityKind), ordinals),
    max_size=30,
    unique_by=lambda link: link[:3],
)


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.write_quietly() as connection:
        for table, column in (("link", "item_id"), ("link", "entity_id")):
            if connection.dialect.name == "postgresql":
                run(connection, f"ALTER TABLE {table} DROP CONSTRAINT fk_{table}_{column}")
        yield connection


def stored(connection: Connection) -> list[tuple[object, ...]]:
    text = "SELECT item_id, entity_id, role, kind, position, ordinal FROM link ORDER BY item_id, entity_id, role"
    found = sorted(tuple(row) for row in run(connection, text))
    run(connection, "DELETE FROM link")
    return found


def put(connection: Connection, found: list[Link]) -> None:
    columns = [[link[0] for link in found], [link[1] for link in found], [links.code(link[2], link[3]) for link in found]]
    numbers = [np.array(column, np.int64) for column in [*columns, [link[4] for link in found]]]
    links.put(connection, *numbers)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=drawn)
def test_links_arrive_as_they_would_as_rows(found: list[Link], connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        run(connection, "PRAGMA defer_foreign_keys = ON")
    put(connection, found)
    packed = stored(connection)
    items.put_links(connection, [(item, entity, role, kind, None, ordinal) for item, entity, role, kind, ordinal in found])
    assert packed == stored(connection)
    assert len(packed) == len(found)


def test_every_role_and_kind_has_a_code_of_its_own() -> None:
    codes = {links.code(role, kind): (role, kind) for role in Role for kind in EntityKind}
    assert len(codes) == len(Role) * len(EntityKind)
    assert {code: links.named(code) for code in codes} == codes


def test_pairs_tell_apart_what_the_key_of_a_link_tells_apart() -> None:
    rows = [(owner, entity, role) for owner in (0, 1, 2**26 - 1) for entity in (1, links.ENTITIES_MOST - 1) for role in links.ROLES]
    owners, entities = (np.array([row[place] for row in rows], np.int64) for place in (0, 1))
    codes = np.array([links.code(row[2], EntityKind.PERSON) for row in rows], np.int64)
    found = links.pairs(owners, entities, codes)
    assert (np.diff(found) > 0).all()
    assert (found == links.pairs(owners, entities, codes + 1)).all(), "the kind makes no difference: an entity has one"


def test_an_entity_without_room_is_refused_and_never_taken_for_another() -> None:
    owners, codes = np.array([0, 1]), np.array([0, 0])
    with pytest.raises(OverflowError, match="no room"):
        links.pairs(owners, np.array([links.ENTITIES_MOST + 7, 7]), codes)
    assert len(set(links.pairs(owners, np.array([links.ENTITIES_MOST - 1, 7]), codes).tolist())) == 2


def test_a_statement_holds_many_links(sqlite_database: Database) -> None:
    with sqlite_database.write_quietly() as connection:
        run(connection, "PRAGMA defer_foreign_keys = ON")
        sent = sqlite_database.statements
        put(connection, [(item, entity, Role.NONE, EntityKind.TAG, 0) for item in range(10_000, 0, -1) for entity in range(1, 9)])
        assert sqlite_database.statements - sent == 1
        assert len(stored(connection)) == 80_000


def test_it_is_seen_when_nobody_is_there(database: Database) -> None:
    with database.write_quietly() as connection:
        text = "INSERT INTO library (id, name, type, created_at) VALUES (7, 'x', 'feed', 1)"
        run(connection, text)
        text = "INSERT INTO entity (id, library_id, kind, name, name_key, sort_key, created_at, updated_at, revision)"
        run(connection, f"{text} VALUES (3, 7, 'tag', 'a', 'a', 'a', 1, 1, 1)")
        assert links.library_there(connection, 7)
        assert not links.library_there(connection, 8)
        assert links.all_there(connection, np.array([3]))
        assert not links.all_there(connection, np.array([3, 4]))
        assert links.all_there(connection, np.array([], np.int64))
