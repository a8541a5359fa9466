"""Libraries with a tangled graph of entities, in a real store: circles, diamonds, parents, persons that carry tags, galleries of persons.
And what may be seen of them, worked out in plain Python from the base relations: slow, obvious, and without a line of `visibility`.

Every title and name is a word that is found nowhere else, and ids begin where nothing else counts, so that a leak shows in any text."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from longshelf.ingest.entities import EntityCache
from longshelf.ingest.prepared import prepare
from longshelf.ingest.put import put_items
from longshelf.ingest.rows import Placement
from longshelf.model.kinds import EntityKind, ItemKind, LibraryType, Role
from longshelf.model.records import Credit, ItemRecord
from longshelf.model.restrictions import NONE, Restrictions, Rule
from longshelf.model.text import name_key
from longshelf.store import accounts, bulk, libraries, personal, restrictions, tables
from longshelf.store.database import Database, run

FIRST_ITEM, FIRST_ENTITY = 7_000_000, 8_000_000
KINDS = {
    EntityKind.TAG: 5, EntityKind.PERSON: 4, EntityKind.STUDIO: 3, EntityKind.GALLERY: 2, EntityKind.SERIES: 1, EntityKind.GROUP: 1,
    EntityKind.GENRE: 1, EntityKind.PUBLISHER: 1,
}  # fmt: skip
# (what carries, what it carries, as what)
EDGES = (
    (EntityKind.TAG, EntityKind.TAG, "parent"), (EntityKind.TAG, EntityKind.TAG, "parent"), (EntityKind.TAG, EntityKind.TAG, "parent"),
    (EntityKind.PERSON, EntityKind.TAG, "tagged"), (EntityKind.PERSON, EntityKind.TAG, "tagged"),
    (EntityKind.STUDIO, EntityKind.STUDIO, "parent"), (EntityKind.STUDIO, EntityKind.TAG, "tagged"),
    (EntityKind.GALLERY, EntityKind.PERSON, "performs"), (EntityKind.GALLERY, EntityKind.TAG, "tagged"),
    (EntityKind.GROUP, EntityKind.TAG, "tagged"), (EntityKind.SERIES, EntityKind.TAG, "tagged"),
)  # fmt: skip
PER_LIBRARY = 12
AGES = (None, None, 0, 12, 16, 18)


@dataclass(frozen=True)
class Thing:
    """An item."""

    id: int
    library_id: int
    title: str
    age_rating: int | None
    links: frozenset[tuple[EntityKind, int]]


@dataclass(frozen=True)
class Named:
    """An entity."""

    id: int
    library_id: int
    kind: EntityKind
    name: str
    deleted: bool = False


@dataclass
class World:
    """`hidden` and `hidden_entities` are what each user hid himself, `rules` and `shared` what is kept from him."""

    libraries: list[int] = field(default_factory=list)
    items: dict[int, Thing] = field(default_factory=dict)
    entities: dict[int, Named] = field(default_factory=dict)
    edges: set[tuple[int, int, str]] = field(default_factory=set)
    hidden: dict[int, set[int]] = field(default_factory=dict)
    hidden_entities: dict[int, set[int]] = field(default_factory=dict)
    rules: dict[int, Restrictions] = field(default_factory=dict)
    shared: dict[int, Restrictions] = field(default_factory=dict)

    def of_kind(self, kind: EntityKind) -> list[int]:
        return sorted(each.id for each in self.entities.values() if each.kind is kind)

    # --- what may be seen

    def visible(self, user_id: int, *, own: bool = True) -> set[int]:
        """Items."""
        gone = self.unnamed(user_id, own=own)
        profiles = [each for each in (self.rules.get(user_id), self.shared.get(user_id)) if each is not None]
        found = {each.id for each in self.items.values() if all(self._allows(profile, each) for profile in profiles)}
        found = {each for each in found if not gone & {entity for _, entity in self.items[each].links}}
        return found - self.hidden.get(user_id, set()) if own else found

    def unnamed(self, user_id: int, *, own: bool = True) -> set[int]:
        """Entities that are hidden by name, or carry what is."""
        profiles = [each for each in (self.rules.get(user_id), self.shared.get(user_id)) if each is not None]
        found = {each for profile in profiles for rule in profile.rules if rule.mode == "exclude" for each in rule.ids}
        found |= self.hidden_entities.get(user_id, set()) if own else set()
        while more := {source for source, target, _ in self.edges if target in found} - found:
            found |= more
        return found

    def carried(self, user_id: int, *, own: bool = True) -> set[int]:
        """Entities on an item he sees, and live."""
        seen = self.visible(user_id, own=own)
        return {entity for each in seen for _, entity in self.items[each].links if not self.entities[entity].deleted}

    def there(self, user_id: int, *, own: bool = True) -> set[int]:
        """Entities that have a page: those, and the live parents of such."""
        found = self.carried(user_id, own=own)
        while True:
            more = {target for source, target, relation in self.edges if relation == "parent" and source in found} - found
            more = {each for each in more if not self.entities[each].deleted}
            if not more:
                return found
            found |= more

    def _allows(self, profile: Restrictions, item: Thing) -> bool:
        if profile.libraries is not None and item.library_id not in profile.libraries:
            return False
        if profile.age_rating_max is not None:
            if item.age_rating is None and profile.unrated == "hide":
                return False
            if item.age_rating is not None and item.age_rating > profile.age_rating_max:
                return False
        return all(self._includes(rule, item) for rule in profile.rules if rule.mode == "include")

    def _includes(self, rule: Rule, item: Thing) -> bool:
        listed = {each for each in rule.ids if each in self.entities and self.entities[each].kind is rule.kind}
        listed = {each for each in listed if not self.entities[each].deleted}
        if not listed:
            return False
        while True:
            more = {source for source, target, relation in self.edges if relation == "parent" and target in listed} - listed
            more = {each for each in more if self.entities[each].kind is rule.kind and not self.entities[each].deleted}
            if not more:
                break
            listed |= more
        carried = {entity for kind, entity in item.links if kind is rule.kind}
        return bool(carried & listed) if carried else not rule.restrict_empty


def build(database: Database, seed: int, *, per_library: int = PER_LIBRARY, folder: str = "/nowhere") -> World:
    """Three libraries, the same for the same seed; theirs are the folders 0, 1 and 2 of `folder`."""
    rng = random.Random(seed)
    world = World()
    with database.write_quietly() as connection:
        for name, first in (("item", FIRST_ITEM), ("entity", FIRST_ENTITY)):
            run(connection, "INSERT INTO counter (name, value) VALUES (?, ?)", name, first)
    for number in range(3):
        with database.write() as write:
            config = {"folders": [f"{folder}/{number}"]}
            library_id = libraries.add(write, f"Zql{number}x", LibraryType.FOLDER, config, at=database.clock()).id
        world.libraries.append(library_id)
        add_items(database, world, library_id, [record(rng, number, each) for each in range(per_library)])
    for kind, other, relation in EDGES * 2:
        for library_id in world.libraries:
            sources, targets = (
                [each.id for each in world.entities.values() if each.kind is some and each.library_id == library_id]
                for some in (kind, other)
            )
            if sources and targets:
                world.edges.add((rng.choice(sources), rng.choice(targets), relation))
    relate(database, world, world.edges)
    gone = rng.choice(world.of_kind(EntityKind.GENRE))
    delete_entity(database, world, gone)
    return world


def add_items(database: Database, world: World, library_id: int, records: Sequence[ItemRecord]) -> list[int]:
    """Stores the records as new items."""
    with database.write() as write:
        ids = list(bulk.next_ids(write.connection, tables.item, len(records)))
        at = database.clock()
        placed = [
            (prepare(record), Placement(item_id, library_id, None, at, write.revision))
            for record, item_id in zip(records, ids, strict=True)
        ]
        put_items(write, placed, EntityCache(library_id))
        write.touch(ids, library_id=library_id)
    learn(database, world)
    return ids


def learn(database: Database, world: World) -> None:
    """Reads items and entities back as they are."""
    with database.read() as connection:
        for row in run(connection, "SELECT id, library_id, kind, name, deleted_at FROM entity"):
            world.entities[row[0]] = Named(row[0], row[1], EntityKind(row[2]), row[3], row[4] is not None)
        links: dict[int, set[tuple[EntityKind, int]]] = {}
        for item_id, kind, entity_id in run(connection, "SELECT item_id, kind, entity_id FROM link"):
            links.setdefault(item_id, set()).add((EntityKind(kind), entity_id))
        rows = run(connection, "SELECT id, library_id, title, age_rating FROM item WHERE deleted_at IS NULL")
        world.items = {row[0]: Thing(row[0], row[1], row[2], row[3], frozenset(links.get(row[0], ()))) for row in rows}


def relate(database: Database, world: World, edges: Iterable[tuple[int, int, str]]) -> None:
    """Adds edges to the graph, as a source does: the entity an edge starts from is touched."""
    edges = sorted(edges)
    with database.write() as write:
        bulk.insert_new(write.connection, tables.entity_link, ("source_id", "target_id", "relation"), edges)
        write.touch(entities={source for source, _, _ in edges})
    world.edges |= set(edges)


def unrelate(database: Database, world: World, edges: Iterable[tuple[int, int, str]]) -> None:
    edges = sorted(edges)
    with database.write() as write:
        bulk.delete(write.connection, tables.entity_link, ("source_id", "target_id", "relation"), edges)
        write.touch(entities={source for source, _, _ in edges})
    world.edges -= set(edges)


def delete_entity(database: Database, world: World, entity_id: int) -> None:
    """As a source does: items let go of it."""
    with database.write() as write:
        run(write.connection, "UPDATE entity SET deleted_at = 1 WHERE id = ?", entity_id)
        items = run(write.connection, "DELETE FROM link WHERE entity_id = ? RETURNING item_id", entity_id).scalars().all()
        write.touch(items, [entity_id])
    learn(database, world)


def move(database: Database, world: World, item_id: int, *, link: tuple[int | None, int | None], edge: tuple[int, int, str]) -> None:
    """In one commit: a link of an item moves, and an edge comes, or goes if it was there."""
    there = edge in world.edges
    with database.write() as write:
        away, to = link
        if away is not None:
            run(write.connection, "DELETE FROM link WHERE item_id = ? AND entity_id = ?", item_id, away)
        if to is not None:
            row = (item_id, to, "", world.entities[to].kind.value, 9)
            bulk.insert_new(write.connection, tables.link, ("item_id", "entity_id", "role", "kind", "ordinal"), [row])
        change = bulk.delete if there else bulk.insert
        columns = ("source_id", "target_id", "relation")
        change(write.connection, tables.entity_link, columns, [edge])
        write.touch([item_id], [edge[0]])
    (world.edges.discard if there else world.edges.add)(edge)
    learn(database, world)


def user(database: Database, name: str, *, admin: bool = False) -> int:
    """Somebody without a password."""
    with database.write_quietly() as connection:
        return accounts.add_user(connection, name, password_hash="", admin=admin, at=1).id


def profile(world: World, rng: random.Random) -> Restrictions:
    """Any rules; most of the time few."""
    rules = [_rule(world, rng) for _ in range(rng.choice((0, 1, 1, 2, 3)))]
    return Restrictions(
        rules=tuple(rules),
        age_rating_max=rng.choice((None, None, 12, 17)),
        unrated=rng.choice(("show", "hide")),
        libraries=rng.choice((None, None, None, tuple(rng.sample(world.libraries, rng.randint(0, 3))))),
    )


def keep(database: Database, world: World, user_id: int, rules: Restrictions, shared: Restrictions | None = None) -> None:
    """Sets what is kept from a user, by the store's own hand."""
    with database.write_quietly() as connection:
        profile_id = None
        if shared is not None:
            held = next((each for each in restrictions.profiles(connection) if each.name == f"shared {user_id}"), None)
            if held is None:
                profile_id = restrictions.add_profile(connection, f"shared {user_id}", shared, at=1)
            else:
                profile_id = held.id
                restrictions.change_profile(connection, held.id, held.name, shared, at=1)
        restrictions.restrict(connection, user_id, rules, profile_id, at=1)
    world.rules[user_id] = rules
    world.shared[user_id] = shared or NONE


def hide(database: Database, world: World, user_id: int, items: Iterable[int], entities: Iterable[int]) -> None:
    """Sets what a user hid himself: exactly these."""
    items, entities = set(items), set(entities)
    with database.write_quietly() as connection:
        for item_id in items | world.hidden.get(user_id, set()):
            personal.say_item(connection, user_id, item_id, {"hidden": item_id in items}, at=1)
        for entity_id in entities | world.hidden_entities.get(user_id, set()):
            personal.say_entity(connection, user_id, entity_id, {"hidden": entity_id in entities}, at=1)
    world.hidden[user_id], world.hidden_entities[user_id] = items, entities


def random_hides(database: Database, world: World, user_id: int, rng: random.Random) -> None:
    items = rng.sample(sorted(world.items), rng.choice((0, 1, 4)))
    hide(database, world, user_id, items, rng.sample(sorted(world.entities), rng.choice((0, 0, 1, 2))))


def _rule(world: World, rng: random.Random) -> Rule:
    kind = rng.choice((EntityKind.TAG, EntityKind.TAG, EntityKind.PERSON, EntityKind.STUDIO, EntityKind.GENRE, EntityKind.GALLERY))
    known = world.of_kind(kind)
    ids = tuple(rng.sample(known, min(len(known), rng.choice((1, 1, 2, 5)))))
    if rng.random() < 0.2:
        ids = (*ids, 999_999_999)
    return Rule(kind, "include" if rng.random() < 0.3 else "exclude", ids, rng.random() < 0.5)


def record(rng: random.Random, library: int, number: int) -> ItemRecord:
    credits = [
        Credit(kind, f"Zqe{library}{kind}{rng.randrange(count)}x", Role.PERFORMER if kind is EntityKind.PERSON else Role.NONE)
        for kind, count in KINDS.items()
        for _ in range(rng.choice((0, 0, 1) if kind is not EntityKind.TAG else (0, 1, 2)))
    ]
    return ItemRecord(
        kind=rng.choice((ItemKind.VIDEO, ItemKind.IMAGE, ItemKind.BOOK)),
        title=f"Zqi{library}n{number}x",
        date=rng.choice(("1999", "2020-05", "")),
        size=100,
        duration=1.0,
        rating=rng.choice((None, 50)),
        age_rating=rng.choice(AGES),
        credits=tuple({name_key(each.name): each for each in credits}.values()),
        external_id=f"{library}-{number}",
    )
