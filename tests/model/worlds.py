"""Random libraries and random queries about them, small enough to check by hand and full of what goes wrong: equal keys, absent values,
many links in many roles, several scripts, ids beyond 32 bits."""

import random
from collections.abc import Sequence
from typing import Any

import msgspec
from hypothesis import strategies as st

from longshelf.model import query as tree
from longshelf.model.facts import ItemFacts, LinkFacts, MineFacts
from longshelf.model.kinds import EntityKind, Format, ItemKind, Role
from longshelf.model.sorts import SORTS, Sort
from longshelf.model.text import natural_key, series_key
from longshelf.model.viewer import Viewer

VIEWERS = (Viewer(1, "ann"), Viewer(2, "bob", admin=True), Viewer(3, "new"))
LIBRARIES = (1, 2, 3)
ROLES = (Role.AUTHOR, Role.NARRATOR, Role.PERFORMER)


class Entity(msgspec.Struct, frozen=True):
    id: int
    kind: EntityKind
    name: str


ENTITIES = (
    Entity(1, EntityKind.PERSON, "Ursula K. Le Guin"),
    Entity(2, EntityKind.PERSON, "Beyoncé Knowles"),
    Entity(3, EntityKind.PERSON, "村上 春樹"),
    Entity(4, EntityKind.STUDIO, "Foo-Bar Films"),
    Entity(5, EntityKind.TAG, "dune"),
    Entity(6, EntityKind.TAG, "Dune Messiah"),
    Entity(7, EntityKind.TAG, "50% off_sale"),
    Entity(2**33, EntityKind.TAG, "東京"),
    Entity(9, EntityKind.GENRE, "Science Fiction"),
    Entity(10, EntityKind.SERIES, "Earthsea"),
    Entity(11, EntityKind.GROUP, "Ωμέγα"),
    Entity(12, EntityKind.GALLERY, "قصص"),
    Entity(13, EntityKind.PUBLISHER, "O'Reilly \\ Söhne"),
)
WORDS = (
    "dune", "Dune", "messiah", "the", "foo", "bar", "foo-bar", "Beyoncé", "beyonce", "東京", "タワー", "가나", "100%", "_", "Ωμέγα",
    "ωμεγα",     "प्रेम", "قصص", "don't", "part 9", "Part 10", "part 010", "x", "ﬁlm", "film", "ѐ", "👍", "a\u0301",
)  # fmt: skip
DATES = (None, "1999", "2020", "2020-05", "2020-05-03", "2021-01-01", "0900")
NUMBERS = (None, None, 0, 1, 50, 50, 80, 100)
SIZES = (None, 0, 1, 100, 100, 200, 2**40)
TIMES = (0, 1, 1_000_000, 1_700_000_000_000_000, 1_700_000_000_000_001, -1)
DURATIONS = (None, 0.0, 0.1, 1e-300, 59.999999, 60.0, 3600.5, 1e9)
BIG_IDS = (2**31 - 1, 2**31, 2**31 + 7, 2**40, 2**53 + 1, 2**62)


class World(msgspec.Struct, frozen=True):
    """`items` are live; `deleted` must never be seen."""

    items: tuple[ItemFacts, ...]
    deleted: tuple[ItemFacts, ...] = ()


def world(seed: int, size: int) -> World:
    """The same world for the same numbers."""
    rng = random.Random(seed)
    ids = rng.sample((*range(1, 80), *BIG_IDS), size)
    items = [_item(rng, item_id) for item_id in ids]
    gone = size // 6
    return World(tuple(items[gone:]), tuple(items[:gone]))


def worlds(max_size: int = 30) -> st.SearchStrategy[World]:
    return st.builds(world, st.integers(0, 2**32), st.integers(0, max_size))


def _item(rng: random.Random, item_id: int) -> ItemFacts:
    title = " ".join(rng.choices(WORDS, k=rng.randint(0, 3)))
    linked = _links(rng)
    names = {each.id: each.name for each in ENTITIES}
    return ItemFacts(
        id=item_id,
        library_id=rng.choice(LIBRARIES),
        kind=rng.choice(list(ItemKind)),
        title=title,
        subtitle=" ".join(rng.choices(WORDS, k=rng.randint(0, 1))),
        description=" ".join(rng.choices(WORDS, k=rng.choice((0, 0, 1, 6)))),
        names=tuple(dict.fromkeys(names[each.entity_id] for each in linked)),
        title_key=natural_key(title),
        series_key=rng.choice((None, None, series_key("Dune", None), series_key("dune", 1.5), series_key("dune messiah", -1))),
        date=(date := rng.choice(DATES)),
        year=None if date is None else int(date[:4]),
        added=rng.choice(TIMES),
        created=rng.choice((None, *TIMES)),
        updated=rng.choice(TIMES),
        duration=rng.choice(DURATIONS),
        width=rng.choice(SIZES[:-1]),
        height=rng.choice(SIZES[:-1]),
        size=rng.choice(SIZES),
        pages=rng.choice(NUMBERS),
        rating=rng.choice(NUMBERS),
        age_rating=rng.choice((None, 0, 12, 18)),
        cover=rng.choice(("", '{"via":"self"}')),
        links=linked,
        mine={viewer.user_id: _mine(rng) for viewer in VIEWERS[:2] if viewer.user_id and rng.random() < 0.5},
    )


def _links(rng: random.Random) -> tuple[LinkFacts, ...]:
    found: list[LinkFacts] = []
    for each in ENTITIES:
        if rng.random() < 0.3:
            roles = rng.sample(ROLES, rng.randint(1, 3)) if each.kind is EntityKind.PERSON else [Role.NONE]
            found.extend(LinkFacts(each.kind, each.id, role) for role in roles)
    return tuple(found)


def _mine(rng: random.Random) -> MineFacts:
    return MineFacts(
        favorite=rng.random() < 0.5,
        hidden=rng.random() < 0.3,
        rating=rng.choice(NUMBERS),
        progress=rng.choice((None, 0.0, 0.5, 1.0)),
        play_count=rng.choice((0, 0, 1, 7)),
        play_seconds=rng.choice((0.0, 12.5)),
        last_played=rng.choice((None, *TIMES)),
    )


def _some(values: Sequence[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(st.sampled_from(values), max_size=3).map(tuple)


_BOUNDS = st.none() | st.sampled_from((0, 1, 49.5, 50, 50.5, 79.5, 80.5, 100, 60.0, -1, 2020, 2**31 + 0.5, 1_700_000_000_000_000, 2**62))
_DATE_BOUNDS = st.none() | st.sampled_from(("0900", "1999", "2020", "2020-05", "2020-05-03", "2021-01-01", ""))
SEARCHES = st.lists(
    st.builds(
        lambda minus, word, star: minus + word + star,
        st.sampled_from(("", "", "-")),
        st.sampled_from((*WORDS, '"foo bar"', '"dune messiah"', '"le guin beyonce"', '"', "ü", "du", "東", "mess", "%", "*", "le", "'")),
        st.sampled_from(("", "", "*")),
    ),
    max_size=4,
).map(" ".join)

LEAVES: st.SearchStrategy[tree.Query] = st.one_of(
    st.just(tree.Everything()),
    st.just(tree.Nothing()),
    st.builds(tree.IdIs, _some((*range(1, 20), *BIG_IDS))),
    st.builds(tree.KindIs, _some(list(ItemKind))),
    st.builds(tree.LibraryIs, _some((*LIBRARIES, 2**40))),
    st.builds(tree.FormatIs, _some(list(Format))),
    st.builds(lambda each, ids, role: tree.Linked(each.kind, (each.id, *ids), role), st.sampled_from(ENTITIES), _some(range(1, 14)),
              st.none() | st.sampled_from(list(Role))),
    st.builds(tree.Has, st.sampled_from(tree.HAS_FIELDS)),
    st.builds(tree.Range, st.sampled_from([name for name in tree.RANGE_FIELDS if name != "date"]), _BOUNDS, _BOUNDS),
    st.builds(tree.Range, st.just("date"), _DATE_BOUNDS, _DATE_BOUNDS),
    st.builds(tree.Text, SEARCHES),
    st.builds(tree.Mine, st.sampled_from(tree.MINE_FIELDS), _BOUNDS, _BOUNDS),
)  # fmt: skip


def queries(max_leaves: int = 8) -> st.SearchStrategy[tree.Query]:
    def branch(part: st.SearchStrategy[tree.Query]) -> st.SearchStrategy[tree.Query]:
        few = st.lists(part, max_size=3).map(tuple)
        return st.builds(tree.And, few) | st.builds(tree.Or, few) | st.builds(tree.Not, part)

    return st.recursive(LEAVES, branch, max_leaves=max_leaves)


def sorts() -> st.SearchStrategy[Sort]:
    return st.builds(Sort, st.sampled_from(list(SORTS)), st.booleans(), st.integers(0, 3))


def expected(library: World, query: tree.Query, sort: Sort, viewer: Viewer) -> list[int]:
    """What every engine must answer, the slow way."""
    return [each.id for each in sort.arranged([each for each in library.items if query.matches(each, viewer)], viewer)]
