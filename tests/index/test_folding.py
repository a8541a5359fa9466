"""Folds against full builds and plain Python: whatever changed, in any number of folds, the arrays give the same answers."""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from sqlalchemy import Connection

from longshelf.errors import Cancelled
from longshelf.index import bitmaps, building, changed, fields, files, folding, folding_places, postings
from longshelf.index import values as forms
from longshelf.index.bitmaps import Array
from longshelf.index.files import Filled
from longshelf.index.folding_places import Unfoldable
from longshelf.index.segment import BOTH, FORMATS, KINDS, NUMBER_FIELDS, ORDERED, TEXT_FIELDS, Segment
from longshelf.index.values import Texts
from longshelf.model.facts import ItemFacts, LinkFacts
from longshelf.model.kinds import EntityKind, Format, Role
from longshelf.model.sorts import SORTS, Sort
from longshelf.store import columns
from longshelf.store.database import Database
from tests.index.shelves import put, remove
from tests.model.worlds import ENTITIES, World, world
from tests.store.engine.shelves import shelf

MANY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=60)
Described = dict[str, Any]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few items fill several blocks, and leave room for holes."""
    monkeypatch.setattr(forms, "TEXT_BLOCK", 3)
    monkeypatch.setattr(postings, "KEPT_AT_ONCE", 4)
    for module in (building, folding_places):
        monkeypatch.setattr(module, "HOLES_MOST", 0.7)


class Library:
    """What is in the store, and a base of it that folds keep up with."""

    def __init__(self, connection: Connection, rng: random.Random, *, scattered: bool) -> None:
        self.connection = connection
        self.rng = rng
        self._step = 9 if scattered else 1
        self.live: dict[int, ItemFacts] = {}
        self.gone: dict[int, ItemFacts] = {}
        self.last = 5
        self.folds = 0
        self.base: Segment

    def add(self, count: int) -> set[int]:
        items = []
        for each in world(self.rng.randrange(2**32), count).items:
            self.last += self.rng.randint(1, 2 * self._step)
            items.append(msgspec.structs.replace(each, id=self.last))
        return self.write(items)

    def edit(self, count: int) -> set[int]:
        chosen = self.rng.sample(sorted(self.live), min(count, len(self.live)))
        fresh = world(self.rng.randrange(2**32), 2 * len(chosen) or 1).items
        return self.write([self._edited(self.live[each], other) for each, other in zip(chosen, fresh, strict=False)])

    def remove(self, count: int) -> set[int]:
        chosen = self.rng.sample(sorted(self.live), min(count, len(self.live)))
        remove(self.connection, chosen)
        self.gone.update((each, self.live.pop(each)) for each in chosen)
        return set(chosen)

    def restore(self, count: int) -> set[int]:
        chosen = self.rng.sample(sorted(self.gone), min(count, len(self.gone)))
        return self.write([self.gone.pop(each) for each in chosen])

    def empty(self) -> set[int]:
        """An entity loses all its items."""
        carried = sorted({link.entity_id for each in self.live.values() for link in each.links})
        if not carried:
            return set()
        entity = self.rng.choice(carried)
        items = [each for each in self.live.values() if any(link.entity_id == entity for link in each.links)]
        return self.write([_without(each, entity) for each in items])

    def build(self) -> None:
        self.base = built(self.connection)

    def fold(self, touched: set[int], index: Path | None) -> None:
        """Or builds, where it cannot be folded."""
        ids = np.array(sorted(touched), dtype=np.int64)
        half = len(ids) // 2  # rows come in pieces
        rows = changed.joined([changed.NO_ROWS, *(changed.read(self.connection, part.tolist()) for part in (ids[:half], ids[half:]))])

        def fill(keep: Any) -> Filled:
            count = folding.fold(self.base, ids, rows, lambda kind: columns.by_name(self.connection, kind), keep)
            return Filled(1, 0, count)

        try:
            self.base = _filled(fill, index, len(self.live))
            self.folds += 1
        except Unfoldable:
            self.build()

    def agree(self) -> None:
        mine = described(self.base)
        assert _without_names(mine) == expected(list(self.live.values()))
        assert mine == described(built(self.connection))

    def write(self, items: Sequence[ItemFacts]) -> set[int]:
        put(self.connection, items)
        self.live.update((each.id, each) for each in items)
        return {each.id for each in items}

    def _edited(self, item: ItemFacts, other: ItemFacts) -> ItemFacts:
        """One column, or all of them."""
        name = self.rng.choice((*ItemFacts.__struct_fields__, "all", "all", "links"))
        if name == "all":
            return msgspec.structs.replace(other, id=item.id)
        return item if name in {"id", "names", "mine"} else msgspec.structs.replace(item, **{name: getattr(other, name)})


def _filled(fill: Any, index: Path | None, live: int) -> Segment:
    if index is None:
        arrays: dict[str, Array] = {}
        assert fill(arrays.__setitem__).count == live
        return Segment(arrays)
    found = files.open_generation(files.write(index, "store", fill), "store")
    assert found.manifest.count == live
    return Segment(found.arrays)


def _without(item: ItemFacts, entity: int) -> ItemFacts:
    return msgspec.structs.replace(item, links=tuple(link for link in item.links if link.entity_id != entity))


def built(connection: Connection) -> Segment:
    arrays: dict[str, Array] = {}
    building.build(connection, arrays.__setitem__)
    return Segment(arrays)


def described(segment: Segment) -> Described:
    """Everything a segment answers, by ids; ids of places without an item must not appear."""
    ids = segment.ids[np.arange(segment.count)]

    def of(found: BitMap) -> list[int]:
        listed: list[int] = ids[bitmaps.ordinals(found)].tolist()
        return listed

    live = ids[bitmaps.ordinals(segment.all)]
    assert segment.ids[segment.ordinals(ids)].tolist() == live.tolist()
    assert [each for each in ids.tolist() if segment.ordinal(each) is not None] == live.tolist()
    some = bitmaps.of(bitmaps.ordinals(segment.all)[::3])
    found: Described = {"items": of(segment.all), "cover": of(segment.flags["cover"]), "description": of(segment.flags["description"])}
    for name in (*NUMBER_FIELDS, *TEXT_FIELDS):
        field = segment.fields[name]
        values: list[Any] = [field.values.at(place) for place in range(len(field.values))]
        assert values == sorted(set(values))
        found[name] = {value: held for value in values if (held := of(field.one(value)))}
        found[f"{name} any"] = of(field.between(None, None))
        if name not in ORDERED or name in BOTH:
            found[f"{name} counts"] = field.counts(segment.all), field.counts(some)
        if name in ORDERED:
            found[f"{name} order"] = _order(segment, name)
    for kind in EntityKind:
        carried = segment.postings[kind]
        entities = carried.entities.tolist()
        found[kind] = {each: {role: of(carried.linked((each,), role)) for role in (None, *Role)} for each in entities}
        found[f"{kind} any"] = of(carried.any())
        found[f"{kind} counts"] = carried.tally(segment.all, segment.count).tolist()
        found[f"{kind} some"] = carried.tally(some, segment.count).tolist()
        assert carried.counts.tolist() == found[f"{kind} counts"]
        named, places = segment.names(kind)
        several = np.flatnonzero(segment.arrays[f"link.{kind}.single"] == postings.SEVERAL).tolist()
        assert sorted(set((segment.arrays[f"link.{kind}.role_keys"] >> 8).tolist())) == several
        found[f"{kind} names"] = dict(zip(named.tolist(), places.tolist(), strict=True))
    return found


def _order(segment: Segment, name: str) -> list[tuple[int, Any]]:
    """(id, value) of the items in order."""
    order = segment.order(Sort(name))
    ordinals = order.at(np.arange(segment.count))
    assert order.ranks_of(ordinals).tolist() == list(range(segment.count))
    return [
        (int(segment.ids[ordinal]), order.value(rank))
        for rank, ordinal in enumerate(np.asarray(ordinals).tolist())
        if ordinal in segment.all
    ]


def expected(items: list[ItemFacts]) -> Described:
    """The same from plain values, but for the names."""
    items = sorted(items, key=lambda each: each.id)
    some = {each.id for each in items[::3]}
    found: Described = {"items": [each.id for each in items]}
    found["cover"] = [each.id for each in items if each.cover]
    found["description"] = [each.id for each in items if each.description]
    for name in (*NUMBER_FIELDS, *TEXT_FIELDS):
        valued = {each.id: value for each in items if (value := _value(name, each)) is not None}
        values = sorted(set(valued.values()))
        found[name] = {value: [each for each in valued if valued[each] == value] for value in values}
        found[f"{name} any"] = list(valued)
        if name not in ORDERED or name in BOTH:
            counts = [[(value, sum(each in among for each in held)) for value, held in found[name].items()] for among in (valued, some)]
            found[f"{name} counts"] = tuple([(value, count) for value, count in each if count] for each in counts)
        if name in ORDERED:
            absent = [(each.id, None) for each in items if each.id not in valued]
            found[f"{name} order"] = sorted(valued.items(), key=lambda pair: (pair[1], pair[0])) + absent
    for kind in EntityKind:
        carried = {each.id: [link for link in each.links if link.kind is kind] for each in items}
        entities = sorted({link.entity_id for links in carried.values() for link in links})
        roles = {
            role: {
                entity: [
                    each for each, links in carried.items() if any(link.entity_id == entity and role in {None, link.role} for link in links)
                ]
                for entity in entities
            }
            for role in (None, *Role)
        }
        found[kind] = {entity: {role: roles[role][entity] for role in roles} for entity in entities}
        found[f"{kind} any"] = [each for each, links in carried.items() if links]
        found[f"{kind} counts"] = [len(roles[None][entity]) for entity in entities]
        found[f"{kind} some"] = [len(some.intersection(roles[None][entity])) for entity in entities]
    return found


def _value(name: str, item: ItemFacts) -> Any:
    match name:
        case "kind":
            return KINDS.index(item.kind)
        case "library":
            return item.library_id
        case "format":
            if not item.width or not item.height:
                return None
            shape = Format.WIDE if item.width > item.height else Format.TALL if item.width < item.height else Format.SQUARE
            return FORMATS.index(shape)
        case _:
            return getattr(item, SORTS[name].fact if name in SORTS else name)


def _without_names(found: Described) -> Described:
    return {name: value for name, value in found.items() if not name.endswith(" names")}


@pytest.fixture
def connection(sqlite_database: Database) -> Iterator[Connection]:
    with shelf(sqlite_database, World(())) as made:
        yield made


STEPS = ("add", "edit", "edit", "remove", "restore", "empty", "fold", "fold")


@MANY
@given(
    seed=st.integers(0, 2**32),
    size=st.sampled_from((1, 8, 40)),
    scattered=st.booleans(),
    steps=st.lists(st.sampled_from(STEPS), max_size=12),
    codes=st.sampled_from((2, 65_534)),
    on_disk=st.booleans(),
)
def test_any_sequence_of_changes_and_folds_gives_what_a_build_gives(
    sqlite_database: Database, tmp_path: Path, *, seed: int, size: int, scattered: bool, steps: list[str], codes: int, on_disk: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch, shelf(sqlite_database, World(())) as connection:
        patch.setattr(fields, "MAX_CODES", codes)
        library = Library(connection, random.Random(seed), scattered=scattered)
        library.add(size)
        library.build()
        touched: set[int] = set()
        for step in (*steps, "fold"):
            if step == "fold":
                library.fold(touched, tmp_path / "index" if on_disk else None)
                library.agree()
                touched = set()
            elif step == "empty":
                touched |= library.empty()
            else:
                touched |= getattr(library, step)(library.rng.randint(1, 6))


def test_an_entity_gains_and_loses_roles(connection: Connection) -> None:
    """Those of one role and those of several are kept in two ways, and change from either to the other."""
    library = Library(connection, random.Random(3), scattered=False)
    person = next(each for each in ENTITIES if each.kind == EntityKind.PERSON)
    items = [msgspec.structs.replace(each, id=number) for number, each in enumerate(world(4, 12).items, 1)]

    def cast_(roles: dict[int, tuple[Role, ...]]) -> set[int]:
        """Who the person is in the items with these ids."""
        return library.write(
            [
                msgspec.structs.replace(each, links=tuple(LinkFacts(EntityKind.PERSON, person.id, role) for role in roles[each.id]))
                for each in items
                if each.id in roles
            ]
        )

    author: tuple[Role, ...] = (Role.AUTHOR,)
    narrator: tuple[Role, ...] = (Role.NARRATOR,)
    cast_(dict.fromkeys(range(1, 8), author))
    library.build()
    changes: tuple[dict[int, tuple[Role, ...]], ...] = (
        {3: narrator},  # others stay what they were
        {3: author},  # one role again
        {1: narrator, 2: author + narrator},
        {1: author, 2: author},
        dict.fromkeys(range(1, 8), narrator),  # all at once another one
        {5: (), 6: author},
        dict.fromkeys(range(1, 8), ()),
        {2: author + narrator},
    )
    for roles in changes:
        library.fold(cast_(roles), None)
        library.agree()
    assert library.folds == 8


@pytest.mark.parametrize("scattered", [False, True])
def test_such_folds_are_folds_and_not_builds(connection: Connection, *, scattered: bool) -> None:
    """The test above would say nothing otherwise."""
    library = Library(connection, random.Random(3), scattered=scattered)
    library.add(40)
    library.build()
    for step in ("add", "edit", "remove", "restore", "add"):
        library.fold(getattr(library, step)(4), None)
    assert library.folds == 5
    assert ("ids" in library.base.arrays) is scattered
    library.agree()


def test_an_item_that_has_no_place_and_too_many_holes_cannot_be_folded(connection: Connection) -> None:
    library = Library(connection, random.Random(1), scattered=True)
    library.add(20)
    library.build()
    (other,) = world(5, 1).items
    low = msgspec.structs.replace(other, id=1)
    put(connection, [low])
    with pytest.raises(Unfoldable, match="no place"):
        folding.fold(library.base, np.array([1]), changed.read(connection, [1]), lambda _: [], lambda *_: None)
    ids = np.array(sorted(library.live), dtype=np.int64)
    with pytest.raises(Unfoldable, match="too many"):
        folding.fold(library.base, ids, changed.NO_ROWS, lambda _: [], lambda *_: None)


def test_an_entity_that_went_while_its_items_were_read_still_has_a_place_among_the_names(connection: Connection) -> None:
    library = Library(connection, random.Random(1), scattered=False)
    library.add(20)
    library.build()
    touched = np.array(sorted(library.edit(5)), dtype=np.int64)
    arrays: dict[str, Array] = {}
    folding.fold(library.base, touched, changed.read(connection, touched.tolist()), lambda _: [], arrays.__setitem__)
    segment = Segment(arrays)
    for kind in EntityKind:
        assert segment.names(kind)[0].tolist() == segment.postings[kind].entities.tolist()


def test_only_blocks_that_change_are_written_again(connection: Connection) -> None:
    library = Library(connection, random.Random(1), scattered=False)
    library.add(60)
    library.build()
    before = cast(Texts, library.base.fields["title"].values)
    chosen = min(library.live)
    touched = library.write([msgspec.structs.replace(library.live[chosen], title_key="zzz")])
    library.fold(touched, None)
    after = cast(Texts, library.base.fields["title"].values)
    old = [before.frozen(block, block + 1).blob for block in range(len(before.starts) - 1)]
    new = [after.frozen(block, block + 1).blob for block in range(len(after.starts) - 1)]
    assert len(old) > 8
    assert len(set(old) - set(new)) <= 2


def test_a_fold_tells_its_progress_and_ends_where_it_is_stopped(connection: Connection) -> None:
    library = Library(connection, random.Random(1), scattered=False)
    library.add(20)
    library.build()
    told: list[float] = []

    def progress(step: str, done: float) -> None:
        told.append(done)
        if step == "link.tag":
            raise Cancelled("enough")

    touched = np.array(sorted(library.edit(5)), dtype=np.int64)
    with pytest.raises(Cancelled):
        folding.fold(library.base, touched, changed.read(connection, touched.tolist()), lambda _: [], lambda *_: None, progress)
    assert told == sorted(told)
