"""What the engines are asked: named filters for the table of all engines, and any number of random ones for the percentiles.

The rule: a question is the same for every engine, and everything random comes from the seed."""

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple

from longshelf.model import query as tree
from longshelf.model.engine import EntityRequest, FacetRequest, Offset, Snapshot
from longshelf.model.kinds import EntityKind, ItemKind
from longshelf.model.query import Query
from longshelf.model.sorts import Sort
from longshelf.model.viewer import Viewer
from longshelf.store import columns
from longshelf.store.database import Database

PAGE = 50
SORTS = ("rating", "title", "size", "date", "duration", "created", "added")
WORDS = ("harbour", "winter", "quiet")
MASKED_TAGS = (40, 60, 90)  # places in the order of popularity, counted from 1
MASKED_PERSONS = range(100, 150)

Ask = Callable[[Snapshot], object]


class Question(NamedTuple):
    """`ask` puts it to an engine; the rest says what it is, for those who are none. `total` is how many items the query has."""

    what: str
    query: Query
    total: int
    ask: Ask


class Known(NamedTuple):
    """Ids in the catalogue, the most used entities first, and who asks."""

    tags: list[int]
    persons: list[int]
    studios: list[int]
    items: int
    viewer: Viewer

    def tag(self, place: int) -> Query:
        """Items with the tag at this place of popularity, counted from 1."""
        return tree.Linked(EntityKind.TAG, (self.tags[min(place, len(self.tags)) - 1],))

    @property
    def restriction(self) -> Query:
        """What a person may see from whom three tags and fifty persons are kept."""
        tags = tuple(self.tags[place - 1] for place in MASKED_TAGS if place <= len(self.tags))
        persons = tuple(self.persons[place] for place in MASKED_PERSONS if place < len(self.persons))
        return tree.Not(tree.Or((tree.Linked(EntityKind.TAG, tags), tree.Linked(EntityKind.PERSON, persons))))


def known(database: Database, viewer: Viewer) -> Known:
    """The synthetic catalogue numbers entities of a kind by falling popularity."""
    with database.read() as connection:
        tags, persons, studios = (
            sorted(columns.by_name(connection, kind)) for kind in (EntityKind.TAG, EntityKind.PERSON, EntityKind.STUDIO)
        )
        return Known(tags, persons, studios, columns.live(connection), viewer)


def filters(known: Known) -> dict[str, Query]:
    """The filters of the table of all engines."""
    return {
        "everything": tree.EVERYTHING,
        "tag 1": known.tag(1),
        "tag 10": known.tag(10),
        "tag 10, restricted person": tree.both(known.tag(10), known.restriction),
        "two tags": tree.both(known.tag(5), known.tag(12)),
        "rare tag": known.tag(1_900),
        "videos rated 80 or more": tree.both(tree.KindIs((ItemKind.VIDEO,)), tree.Range("rating", 80)),
        "two words": tree.Text("harbour* winter"),
        "my favourites": tree.Mine("favorite", 1),
    }


def questions(known: Known, query: Query, total: int) -> list[Question]:
    """What is asked of each filter; `total` is how many items it has."""
    viewer = known.viewer
    rating, title, shuffled = Sort("rating"), Sort("title", descending=False), Sort("random", descending=False, seed=3)
    middle = Offset(total // 2, PAGE)
    asked: dict[str, Ask] = {
        "page 1 by rating": lambda snap: snap.page(query, rating, Offset(0, PAGE), viewer),
        "page 1 by title": lambda snap: snap.page(query, title, Offset(0, PAGE), viewer),
        "middle page by rating": lambda snap: snap.page(query, rating, middle, viewer),
        "middle page by adding": lambda snap: snap.page(query, Sort(), middle, viewer),
        "middle page at random": lambda snap: snap.page(query, shuffled, middle, viewer),
        "middle page by my rating": lambda snap: snap.page(query, Sort("my_rating"), middle, viewer),
        "count": lambda snap: snap.count(query, viewer),
        "50 of 2,000 tag facets": lambda snap: snap.facets([FacetRequest(EntityKind.TAG, query)], viewer),
        "200 of 50,000 person facets": lambda snap: snap.facets([FacetRequest(EntityKind.PERSON, query, limit=200)], viewer),
        "persons by name, page 100": lambda snap: snap.entities(EntityRequest(EntityKind.PERSON, query), Offset(5_000, PAGE), viewer),
        "rail by title": lambda snap: snap.rail(query, title, 200, viewer),
        "totals": lambda snap: snap.totals(query, viewer),
    }
    return [Question(what, query, total, ask) for what, ask in asked.items()]


def random_filters(known: Known, seed: int) -> Iterator[Query]:
    """Without end, none like the other: what many people with many tastes would ask in a day."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    while True:
        yield rng.choice(_SHAPES)(known, rng)


def random_restriction(known: Known, rng: random.Random) -> Query:
    """What somebody may see from whom three tags and fifty persons are kept, the popular ones more often."""
    tags = tuple(known.tags[int(len(known.tags) ** rng.random()) - 1] for _ in MASKED_TAGS)
    persons = tuple(known.persons[int(len(known.persons) ** rng.random()) - 1] for _ in MASKED_PERSONS)
    return tree.both(tree.Not(tree.Linked(EntityKind.TAG, tags)), tree.Not(tree.Linked(EntityKind.PERSON, persons)))


def random_sort(rng: random.Random) -> Sort:
    return Sort(rng.choice(SORTS), rng.random() < 0.5)


def _some_tag(known: Known, rng: random.Random) -> Query:
    """Popular ones more often."""
    return known.tag(int(len(known.tags) ** rng.random()))


def _two_tags(known: Known, rng: random.Random) -> Query:
    return tree.both(_some_tag(known, rng), _some_tag(known, rng))


def _either_and_rated(known: Known, rng: random.Random) -> Query:
    return tree.both(tree.Or((_some_tag(known, rng), _some_tag(known, rng))), tree.Range("rating", rng.randint(0, 90)))


def _kind_and_years(_known: Known, rng: random.Random) -> Query:
    first = rng.randint(1990, 2020)
    return tree.both(tree.KindIs((rng.choice((ItemKind.VIDEO, ItemKind.IMAGE, ItemKind.BOOK)),)), tree.Range("year", first, first + 5))


def _without(known: Known, rng: random.Random) -> Query:
    return tree.both(tree.Not(_some_tag(known, rng)), tree.Range("duration", rng.randint(0, 3_000), rng.randint(3_000, 7_000)))


def _person(known: Known, rng: random.Random) -> Query:
    return tree.Linked(EntityKind.PERSON, tuple(rng.sample(known.persons, min(3, len(known.persons)))))


def _restricted(known: Known, rng: random.Random) -> Query:
    return tree.both(_some_tag(known, rng), tree.Range("size", rng.randint(0, 2**30)), known.restriction)


_SHAPES: tuple[Callable[[Known, random.Random], Query], ...] = (
    _some_tag,
    _two_tags,
    _either_and_rated,
    _kind_and_years,
    _without,
    _person,
    _restricted,
)
