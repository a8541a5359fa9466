"""A synthetic catalogue for sizes no folder of files could have: ten million items with about twelve links each, in minutes.

The rule: everything comes from the seed, and the skew is that of real collections: a tag on every second item, a long tail on a handful,
persons with thousands of works and persons with one. Items and entities are counted from 0 here; whoever stores them numbers them anew.
The vocabulary is the same for every size and an item depends on its batch alone, so the first thousand are the same however many follow."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from longshelf.demo import words
from longshelf.model.kinds import EntityKind, ItemKind, Role
from longshelf.model.times import SECOND

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BATCH = 5_000
EPOCH = 1_704_067_200 * SECOND  # the first item was added on 2024-01-01
PER_SECOND = 500  # items added in one second
KINDS = ((ItemKind.VIDEO, 45), (ItemKind.IMAGE, 25), (ItemKind.BOOK, 12), (ItemKind.COMIC, 8), (ItemKind.AUDIOBOOK, 5), (ItemKind.POST, 5))
SHAPES = ((1920, 1080), (1920, 1080), (1280, 720), (3840, 2160), (1080, 1920), (1080, 1080), (640, 480), (3024, 4032))
AGES = (None, None, None, 0, 6, 12, 16, 18)
NUMBERS = 10_007  # what follows the two words of a title is below it
TAGS_DRAWN = 10  # for an item at most; fewer stay, as some are drawn twice
NONE = -1  # no value, no link


class Thing(NamedTuple):
    """One entity."""

    kind: EntityKind
    name: str


class Relation(NamedTuple):
    """One entity linked to another, both as places in the things: a person is `tagged`, a tag has a `parent`."""

    source: int
    target: int
    relation: str


class Pool(NamedTuple):
    """The things of one sort, `size` of them from `first` on; the nth is drawn (n + 3) ** -exponent times as often as others."""

    kind: EntityKind
    first: int
    size: int
    names: Sequence[str]
    exponent: float


TAGS = Pool(EntityKind.TAG, 0, 2_000, words.TAGS, 0.9)
PLAYERS = Pool(EntityKind.PERSON, 2_000, 37_500, words.GIVEN, 0.6)
WRITERS = Pool(EntityKind.PERSON, 39_500, 12_500, words.FAMILY, 0.6)
STUDIOS = Pool(EntityKind.STUDIO, 52_000, 5_000, words.STUDIOS, 0.8)
GENRES = Pool(EntityKind.GENRE, 57_000, 40, words.GENRES, 1.0)
POOLS = (TAGS, PLAYERS, WRITERS, STUDIOS, GENRES)

_READ = np.array([kind in {ItemKind.BOOK, ItemKind.COMIC, ItemKind.AUDIOBOOK} for kind, _ in KINDS])
_SEEN = np.array([kind in {ItemKind.VIDEO, ItemKind.IMAGE} for kind, _ in KINDS])
_HEARD = np.array([kind in {ItemKind.VIDEO, ItemKind.AUDIOBOOK} for kind, _ in KINDS])
_KIND_BOUNDS = np.cumsum([weight for _, weight in KINDS]) / sum(weight for _, weight in KINDS)
_WIDTHS, _HEIGHTS = np.array(SHAPES).T
_AGES = np.array([NONE if age is None else age for age in AGES])


class Batch(NamedTuple):
    """Items one after another, as columns of equal length; NONE, in `duration` NaN, where an item has no value.

    `kind` is a place in KINDS; `adjective`, `noun` and `number` make the title; `day` is the date as days since 1970; times are
    microseconds. `links` are columns of places in the things: TAGS_DRAWN for tags, two for persons, one each for studio and genre;
    but for NONE in between they ascend without repetition. The persons of what is read (`read`) are its authors, of all else performers."""

    first: int
    kind: Ints
    read: Bools
    adjective: Ints
    noun: Ints
    number: Ints
    day: Ints
    added: Ints
    created: Ints
    duration: Reals
    width: Ints
    height: Ints
    size: Ints
    pages: Ints
    rating: Ints
    age_rating: Ints
    covered: Bools
    links: Ints

    def cut(self, count: int) -> "Batch":
        """The first `count` items of it."""
        return self._replace(**{name: getattr(self, name)[:count] for name in self._fields if name != "first"})


class Catalogue:
    """`things` are all entities, `relations` their links with each other, and `batches` yields the items."""

    def __init__(self, items: int, seed: int) -> None:
        self.items = items
        self._seed = seed
        self.things = [Thing(pool.kind, name) for pool in POOLS for name in _names(pool)]
        self._bounds = {pool.first: _bounds(pool) for pool in POOLS}

    def batches(self) -> Iterator[Batch]:
        """BATCH items at a time, the last one cut."""
        for start in range(0, self.items, BATCH):
            yield self._batch(start).cut(self.items - start)

    @property
    def relations(self) -> list[Relation]:
        """Every third tag has a more frequent one above it, three levels at most; every fourth person carries up to four tags."""
        chance = _Chance(self._seed, "relations")
        parents = [Relation(TAGS.first + n, TAGS.first + n // 10, "parent") for n in range(10, TAGS.size) if n % 3 == 0]
        persons = np.arange(PLAYERS.first, WRITERS.first + WRITERS.size, 4)
        drawn = self._drawn(chance, TAGS, len(persons), 4)
        kept = _once(np.where(np.arange(4) > persons[:, None] // 4 % 4, NONE, drawn))
        sources = np.broadcast_to(persons[:, None], kept.shape)[kept != NONE]
        return parents + [Relation(*pair, "tagged") for pair in zip(sources.tolist(), kept[kept != NONE].tolist(), strict=True)]

    def _batch(self, start: int) -> Batch:
        chance = _Chance(self._seed, "catalogue", start)
        kind = np.searchsorted(_KIND_BOUNDS, chance.shares(BATCH), side="right")
        read, seen, heard = _READ[kind], _SEEN[kind], _HEARD[kind]
        number = (chance.shares(BATCH) * 2**31).astype(np.int64)
        place = np.arange(start, start + BATCH)
        created = (chance.shares(BATCH) * 10**9).astype(np.int64)
        duration = np.round(chance.shares(BATCH) * chance.shares(BATCH) * 7_200, 3)
        return Batch(
            first=start,
            kind=kind,
            read=read,
            adjective=number % len(words.ADJECTIVES),
            noun=number // 97 % len(words.NOUNS),
            number=number % NUMBERS,
            day=np.where(number % 11 == 0, NONE, _days(1990 + number % 35, number % 12, number // 13 % 28)),
            added=EPOCH + (place + 1) // PER_SECOND * SECOND,
            created=EPOCH - created * SECOND,
            duration=np.where(heard, duration, np.nan),
            width=np.where(seen, _WIDTHS[number % len(SHAPES)], NONE),
            height=np.where(seen, _HEIGHTS[number % len(SHAPES)], NONE),
            size=(chance.shares(BATCH) * chance.shares(BATCH) * 2**31).astype(np.int64),
            pages=np.where(read, 1 + number % 900, NONE),
            rating=np.where(number % 3 == 0, NONE, number // 7 % 101),
            age_rating=_AGES[number // 11 % len(AGES)],
            covered=number % 20 != 0,
            links=self._links(chance, place, read),
        )

    def _links(self, chance: "_Chance", place: Ints, read: Bools) -> Ints:
        tags = self._drawn(chance, TAGS, BATCH, TAGS_DRAWN)
        tags[np.arange(TAGS_DRAWN) >= TAGS_DRAWN - place[:, None] % 4] = NONE
        persons = np.where(read[:, None], self._drawn(chance, WRITERS, BATCH, 2), self._drawn(chance, PLAYERS, BATCH, 2))
        return np.hstack([_once(tags), _once(persons), self._drawn(chance, STUDIOS, BATCH, 1), self._drawn(chance, GENRES, BATCH, 1)])

    def _drawn(self, chance: "_Chance", pool: Pool, items: int, each: int) -> Ints:
        return pool.first + np.searchsorted(self._bounds[pool.first], chance.shares(items * each), side="right").reshape(items, each)


class _Chance:
    """Shares in [0, 1), from the raw bits of PCG64: numpy keeps those the same in every version, and nothing above them."""

    def __init__(self, *key: object) -> None:
        digest = hashlib.blake2b("/".join(map(str, key)).encode(), digest_size=16).digest()
        self._bits = np.random.PCG64(int.from_bytes(digest))

    def shares(self, count: int) -> Reals:
        raw: Any = self._bits.random_raw(count)
        shares: Reals = (raw >> 11) * 2.0**-53
        return shares


def _names(pool: Pool) -> Iterator[str]:
    known = len(pool.names)
    for number in range(pool.size):
        name = pool.names[number % known]
        yield name if number < known else f"{name} {number}"


def _bounds(pool: Pool) -> Reals:
    """Where in [0, 1) the share of each thing ends."""
    ends = np.cumsum((np.arange(pool.size) + 3.0) ** -pool.exponent)
    bounds: Reals = ends / ends[-1]
    return bounds


def _once(table: Ints) -> Ints:
    """Each row ascending, with NONE for what was there already."""
    ordered = np.sort(table, axis=1)
    ordered[:, 1:][ordered[:, 1:] == ordered[:, :-1]] = NONE
    return ordered


def _days(year: Ints, month: Ints, day: Ints) -> Ints:
    """Days since 1970; `month` and `day` count from 0."""
    months = ((year - 1970) * 12 + month).astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64) + day


def role_of(kind: EntityKind, read: bool) -> Role:
    """What a linked thing is to an item."""
    if kind is not EntityKind.PERSON:
        return Role.NONE
    return Role.AUTHOR if read else Role.PERFORMER
