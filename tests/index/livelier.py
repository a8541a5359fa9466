"""Worlds whose entities change too: renamed, deleted, new, and persons who come to carry tags or cease to. States over them whose base
knows only how it was."""

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import msgspec
from sqlalchemy import Connection, delete, insert, update

from longshelf.index import changed as changes
from longshelf.index.snapshot import BitmapSnapshot
from longshelf.index.state import State, stale_in
from longshelf.model import query as tree
from longshelf.model.engine import EntityRequest, Offset
from longshelf.model.facts import ItemFacts, LinkFacts
from longshelf.model.kinds import EntityKind
from longshelf.model.text import name_key, natural_key
from longshelf.store import tables
from longshelf.store.database import Database
from longshelf.store.engine.sql import SqlSnapshot
from tests.index.shelves import base, put, remove
from tests.model.plain import Named, Plain
from tests.model.worlds import ENTITIES, VIEWERS, World
from tests.store.engine import shelves
from tests.store.engine.shelves import shelf

PERSONS = tuple(each.id for each in ENTITIES if each.kind is EntityKind.PERSON)
TAGS = tuple(each.id for each in ENTITIES if each.kind is EntityKind.TAG)
LATE = (
    Named(30, EntityKind.TAG, "dune"),
    Named(31, EntityKind.PERSON, "Aa"),
    Named(32, EntityKind.SERIES, "zz top"),
    Named(33, EntityKind.TAG, "Ａ"),
)
BARE = (40, 41, 42)  # tags that no item carries
NAMES = ("dune", "Dune", "part 9", "part 10", "東京", "a", "zz", "Beyoncé", "\U0001f40d", "\uffee")
RELATIONS = ("tagged", "likes", "parent")


# The same state of things, three times.
Lively = tuple[BitmapSnapshot, SqlSnapshot, Plain]


class Entities:
    """Entities of a store and what persons carry, written there and kept in plain Python. Every change says whom it touched."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.named = {each.id: Named(each.id, each.kind, each.name) for each in ENTITIES}
        self.carried: set[tuple[int, int]] = set()
        self.parents: set[tuple[int, int]] = set()

    def rename(self, entity_id: int, name: str) -> int:
        """Names may be equal but for what makes them differ in the database."""
        values = {"name": name, "name_key": f"{name_key(name)} {entity_id}", "sort_key": natural_key(name)}
        self.connection.execute(update(tables.entity).where(tables.entity.c.id == entity_id).values(values))
        self.named[entity_id] = msgspec.structs.replace(self.named[entity_id], name=name)
        return entity_id

    def delete(self, entity_id: int) -> int:
        self.connection.execute(update(tables.entity).where(tables.entity.c.id == entity_id).values(deleted_at=1))
        del self.named[entity_id]
        return entity_id

    def create(self, new: Named) -> int:
        row = {"id": new.id, "library_id": 2, "kind": new.kind.value, "name": new.name, "name_key": f"{name_key(new.name)} {new.id}"}
        more = {"sort_key": new.key, "created_at": 0, "updated_at": 0, "revision": 1}
        self.connection.execute(insert(tables.entity), [row | more])
        self.named[new.id] = new
        return new.id

    def carry(self, person: int, tags: Iterable[int], relation: str = "tagged") -> int:
        """The person carries these tags and no others; to be a tag's child is not to carry it."""
        tags = list(tags)
        edges = tables.entity_link
        self.connection.execute(delete(edges).where(edges.c.source_id == person))
        if tags:
            rows = [{"source_id": person, "target_id": tag, "relation": relation} for tag in tags]
            self.connection.execute(insert(edges), rows)
        self.carried = {pair for pair in self.carried if pair[0] != person}
        if relation != "parent":
            self.carried |= {(person, tag) for tag in tags}
        return person

    def stand(self, child: int, parents: Iterable[int]) -> int:
        """The child stands right below these and no others."""
        parents, edges = list(parents), tables.entity_link
        self.connection.execute(delete(edges).where(edges.c.source_id == child, edges.c.relation == "parent"))
        if parents:
            self.connection.execute(insert(edges), [{"source_id": child, "target_id": each, "relation": "parent"} for each in parents])
        self.parents = {edge for edge in self.parents if edge[0] != child} | {(child, each) for each in parents}
        return child

    def stand_anyhow(self, rng: random.Random, count: int) -> set[int]:
        """Some tags come to stand below some others, in circles too. Which."""
        tags = [each.id for each in self.named.values() if each.kind is EntityKind.TAG]
        chosen = rng.sample(sorted(tags), min(count, len(tags)))
        return {self.stand(each, rng.sample([*TAGS, *BARE], rng.randint(0, 2))) for each in chosen}

    def change(self, rng: random.Random) -> set[int]:
        """A few changes of every sort; whom they touched."""
        touched = {self.rename(each, rng.choice(NAMES)) for each in rng.sample(sorted(self.named), 3)}
        touched |= {self.delete(each) for each in rng.sample(sorted(self.named), 2)}
        touched |= {self.create(each) for each in rng.sample(LATE, 3) if each.id not in self.named}
        persons = [*PERSONS, *(each.id for each in LATE if each.kind is EntityKind.PERSON and each.id in self.named)]
        for person in rng.sample(persons, 2):
            touched.add(self.carry(person, rng.sample(TAGS, rng.randint(0, 3)), rng.choice(RELATIONS)))
        return touched | self.stand_anyhow(rng, 3)


@contextmanager
def lively(database: Database, library: World, seed: int, *, share: float, warm: bool, entities: bool) -> Iterator[Lively]:
    """A library a `share` of whose items changed since the base, and where wanted its entities. A `warm` base was asked before that."""
    rng = random.Random(seed)
    everything = [*library.items, *library.deleted]
    shuffled = rng.sample(everything, len(everything))
    before = [msgspec.structs.replace(other, id=each.id) for each, other in zip(everything, shuffled, strict=True)]
    with shelf(database, World(tuple(before))) as connection, shelves.snapshot(connection) as other:
        named = Entities(connection)
        for person in PERSONS:
            named.carry(person, rng.sample(TAGS, rng.randint(0, 3)), rng.choice(RELATIONS))
        for each in BARE:
            named.create(Named(each, EntityKind.TAG, f"bare {each}"))
        named.stand_anyhow(rng, rng.choice((0, 4, 9)))
        below = base(connection)
        if warm:
            _warm(BitmapSnapshot(State(below, 0), lambda: connection), [each.id for each in before])
        changed = {each.id for each in before if rng.random() < share}
        gone = {each for each in changed if rng.random() < 0.3}
        touched = named.change(rng) if entities else set()
        fresh = [each for each in everything if each.id in changed and each.id not in gone]
        if entities:
            fresh = [_also(each, rng, named) for each in fresh]
        put(connection, fresh)
        remove(connection, gone)
        live = [each for each in before if each.id not in changed] + fresh
        ids, rows = frozenset(changed), changes.read(connection, changed)
        state = State(below, 1, ids, changes.delta(rows), stale_in(below, ids), frozenset(touched))
        yield BitmapSnapshot(state, lambda: connection), other, Plain(live, named.named.values(), named.carried, named.parents)


def _also(item: ItemFacts, rng: random.Random, named: Entities) -> ItemFacts:
    """The item, with some of the new entities."""
    new = [each for each in LATE if each.id in named.named and rng.random() < 0.5]
    return msgspec.structs.replace(item, links=(*item.links, *(LinkFacts(each.kind, each.id) for each in new)))


def _warm(snap: BitmapSnapshot, ids: list[int]) -> None:
    for kind in EntityKind:
        snap.entities(EntityRequest(kind, tree.EVERYTHING), Offset(0, 100), VIEWERS[0])
    snap.totals(tree.EVERYTHING, VIEWERS[0])
    for each in ids[:3]:
        snap.similar(each, tree.EVERYTHING, 0, 10, VIEWERS[0])
