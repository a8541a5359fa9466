"""A synthetic catalogue as rows, for sizes no folder of files could have: ten million items with about ten links each, in minutes.

The rule: everything comes from the seed, and the skew is that of real collections: a tag on every second item, a long tail on a handful,
persons with thousands of works and persons with one. Ids are counted from 1, for items and for entities; whoever stores the rows shifts
them. An item depends on its batch alone, so the first thousand are the same whatever the size."""

from collections.abc import Iterator
from itertools import accumulate
from random import Random
from typing import NamedTuple

from longshelf.demo import words
from longshelf.demo.names import stream
from longshelf.model.kinds import EntityKind, ItemKind, Role
from longshelf.model.times import SECOND

BATCH = 5_000
EPOCH = 1_704_067_200 * SECOND  # the first item was added on 2024-01-01
KINDS = ((ItemKind.VIDEO, 45), (ItemKind.IMAGE, 25), (ItemKind.BOOK, 12), (ItemKind.COMIC, 8), (ItemKind.AUDIOBOOK, 5), (ItemKind.POST, 5))
SHAPES = ((1920, 1080), (1920, 1080), (1280, 720), (3840, 2160), (1080, 1920), (1080, 1080), (640, 480), (3024, 4032))
AGES = (None, None, None, 0, 6, 12, 16, 18)


class Thing(NamedTuple):
    """One entity."""

    id: int
    kind: EntityKind
    name: str


class Row(NamedTuple):
    """One item; fields as in `model.records`, `links` are (index into the things, role) without repetition."""

    id: int
    kind: ItemKind
    title: str
    date: str | None
    added: int
    created: int
    duration: float | None
    width: int | None
    height: int | None
    size: int
    pages: int | None
    rating: int | None
    age_rating: int | None
    covered: bool
    links: tuple[tuple[int, Role], ...]


class Catalogue:
    """`things` are all entities; `batches` yields the items, `BATCH` at a time."""

    def __init__(self, items: int, seed: int) -> None:
        self.items = items
        self._seed = seed
        self.things: list[Thing] = []
        self._tags = self._add(EntityKind.TAG, 2_000, words.TAGS, exponent=0.9)
        persons = min(max(items // 200, 50), 50_000)
        self._players = self._add(EntityKind.PERSON, persons * 3 // 4, words.GIVEN, exponent=0.6)
        self._writers = self._add(EntityKind.PERSON, persons // 4, words.FAMILY, exponent=0.6)
        self._studios = self._add(EntityKind.STUDIO, min(max(items // 2_000, 10), 5_000), words.STUDIOS, exponent=0.8)
        self._genres = self._add(EntityKind.GENRE, 40, words.GENRES, exponent=1.0)

    def batches(self) -> Iterator[list[Row]]:
        for start in range(0, self.items, BATCH):
            yield self._batch(start, min(BATCH, self.items - start))

    def _batch(self, start: int, count: int) -> list[Row]:
        rng = stream(self._seed, "catalogue", start)
        kinds = rng.choices([kind for kind, _ in KINDS], [weight for _, weight in KINDS], k=BATCH)
        tags = rng.choices(self._tags[0], cum_weights=self._tags[1], k=10 * BATCH)
        writers = rng.choices(self._writers[0], cum_weights=self._writers[1], k=2 * BATCH)
        players = rng.choices(self._players[0], cum_weights=self._players[1], k=2 * BATCH)
        studios = rng.choices(self._studios[0], cum_weights=self._studios[1], k=BATCH)
        genres = rng.choices(self._genres[0], cum_weights=self._genres[1], k=BATCH)
        rows = []
        for place in range(count):
            linked = dict.fromkeys(tags[10 * place : 10 * place + 10 - place % 4], Role.NONE)
            persons, role = (writers, Role.AUTHOR) if kinds[place] in _READ else (players, Role.PERFORMER)
            linked.update(dict.fromkeys(persons[2 * place : 2 * place + 2], role))
            linked[studios[place]] = linked[genres[place]] = Role.NONE
            rows.append(_row(rng, start + place + 1, kinds[place], tuple(linked.items())))
        return rows

    def _add(self, kind: EntityKind, count: int, pool: tuple[str, ...] | list[str], *, exponent: float) -> tuple[range, list[float]]:
        first = len(self.things)
        for number in range(count):
            name = pool[number % len(pool)] if number < len(pool) else f"{pool[number % len(pool)]} {number}"
            self.things.append(Thing(first + number + 1, kind, name))
        return range(first, first + count), list(accumulate((rank + 3) ** -exponent for rank in range(count)))


_READ = frozenset({ItemKind.BOOK, ItemKind.COMIC, ItemKind.AUDIOBOOK})
_SEEN = frozenset({ItemKind.VIDEO, ItemKind.IMAGE})
_HEARD = frozenset({ItemKind.VIDEO, ItemKind.AUDIOBOOK})


def _row(rng: Random, item_id: int, kind: ItemKind, links: tuple[tuple[int, Role], ...]) -> Row:
    chance = rng.random
    number = int(chance() * 2**31)
    width, height = SHAPES[number % len(SHAPES)] if kind in _SEEN else (None, None)
    adjective, noun = words.ADJECTIVES[number % len(words.ADJECTIVES)], words.NOUNS[number // 97 % len(words.NOUNS)]
    return Row(
        item_id,
        kind,
        f"{adjective} {noun} {number % 10_007}",
        None if number % 11 == 0 else f"{1990 + number % 35}-{1 + number % 12:02d}-{1 + number // 13 % 28:02d}",
        EPOCH + item_id // 500 * SECOND,
        EPOCH - int(chance() * 10**9) * SECOND,
        round(chance() * chance() * 7_200, 3) if kind in _HEARD else None,
        width,
        height,
        int(chance() * chance() * 2**31),
        1 + number % 900 if kind in _READ else None,
        None if number % 3 == 0 else number // 7 % 101,
        AGES[number // 11 % len(AGES)],
        number % 20 != 0,
        links,
    )
