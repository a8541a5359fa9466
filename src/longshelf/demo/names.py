"""Who wrote what: believable titles, people, series and tags, with the skew real collections have.

The rule: everything comes from the seed. A few names are everywhere and most are rare (Zipf), some are not in Latin letters, and asking
for thing n never depends on which things were asked for before."""

import unicodedata
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Generic, NamedTuple, TypeVar

from longshelf.demo import words

Choice = TypeVar("Choice")
POOL = 400  # persons in the world; the most prolific tenth signs about half of everything
FOREIGN_SHARE = 0.07
_SPELLINGS = str.maketrans(  # letters that are no letter with an accent
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "þ": "th", "Þ": "Th", "ß": "ss", "æ": "ae", "Æ": "Ae", "œ": "oe"}
    | {"Œ": "Oe", "’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-"}
)


class Title(NamedTuple):
    """`latin` is what a generated cover can print (ASCII); `language` is a BCP 47 code."""

    text: str
    latin: str
    language: str


class Person(NamedTuple):
    """`sort_name` is "Family, Given" where that is how the name is filed."""

    name: str
    sort_name: str


def stream(seed: int, *key: object) -> Random:
    """An independent source of chance for one thing; equal keys give equal streams on every machine."""
    return Random("/".join(map(str, (seed, *key))))  # noqa: S311 - pictures and names, not secrets


def plain(text: str) -> str:
    """Latin text in ASCII: "Żółta" → "Zolta"; other scripts lose their letters."""
    spelled = text.translate(_SPELLINGS)
    return unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()


class Zipf(Generic[Choice]):
    """Picks from a sequence so that the nth is drawn about 1/(n+1) as often as the first."""

    def __init__(self, values: Sequence[Choice], exponent: float = 1.0) -> None:
        self._values = values
        self._weights = list(accumulate((rank + 1) ** -exponent for rank in range(len(values))))

    def one(self, rng: Random) -> Choice:
        return self.some(rng, 1)[0]

    def some(self, rng: Random, count: int) -> list[Choice]:
        """Up to `count` different ones, in the order drawn."""
        drawn = rng.choices(self._values, cum_weights=self._weights, k=count * 3)
        return list(dict.fromkeys(drawn))[:count]


class World:
    """The people, series and labels of one seed."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        rng = stream(seed, "world")
        self.persons = Zipf(_people(rng), 0.8)
        self.publishers = Zipf(_shuffled(rng, words.PUBLISHERS))
        self.studios = Zipf(_shuffled(rng, words.STUDIOS))
        self.genres = Zipf(_shuffled(rng, words.GENRES))
        self.tags = Zipf(_shuffled(rng, words.TAGS), 0.9)
        self.series = Zipf(_shuffled(rng, words.SERIES), 0.7)

    def stream(self, *key: object) -> Random:
        return stream(self.seed, *key)


def title(rng: Random) -> Title:
    """A title, now and then in another language."""
    if rng.random() < FOREIGN_SHARE:
        return Title(*rng.choice(words.FOREIGN_TITLES))
    text = rng.choice(_PATTERNS)(rng)
    return Title(text, plain(text), "en")


def summary(rng: Random, name: str) -> str:
    return rng.choice(words.SUMMARIES).format(name=name)


def date(rng: Random, first: int = 1952, last: int = 2025) -> str:
    """ "YYYY-MM-DD", "YYYY-MM" or "YYYY", more of them recent."""
    year = round(last - (last - first) * rng.random() ** 2)
    month, day = rng.randint(1, 12), rng.randint(1, 28)
    return rng.choice((f"{year}", f"{year}-{month:02d}", f"{year}-{month:02d}-{day:02d}", f"{year}-{month:02d}-{day:02d}"))


def isbn13(rng: Random) -> str:
    """A valid ISBN of the range set aside for no publisher (979-9…)."""
    body = "9799" + "".join(str(rng.randrange(10)) for _ in range(8))
    check = -sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(body)) % 10
    return f"{body}{check}"


def _people(rng: Random) -> list[Person]:
    found = {Person(name, sort_name) for name, sort_name in words.FOREIGN_PERSONS}
    while len(found) < POOL:
        given, family = rng.choice(words.GIVEN), rng.choice(words.FAMILY)
        shape = rng.random()
        first = (
            f"{given[0]}. {rng.choice('ABCDEFHJKLMPRST')}."
            if shape < 0.1
            else f"{given} {rng.choice('ABEJLMR')}."
            if shape < 0.2
            else given
        )
        found.add(Person(f"{first} {family}", f"{family}, {first}"))
    return _shuffled(rng, sorted(found))


def _shuffled(rng: Random, values: Sequence[Choice]) -> list[Choice]:
    return rng.sample(list(values), len(values))


def _with_article(noun: str) -> str:
    return f"{'An' if noun[0] in 'AEIO' else 'A'} {noun}"


_PATTERNS = (
    lambda rng: f"The {rng.choice(words.ADJECTIVES)} {rng.choice(words.NOUNS)}",
    lambda rng: f"The {rng.choice(words.NOUNS)} of {rng.choice(words.PLACES)}",
    lambda rng: f"{rng.choice(words.ADJECTIVES)} {rng.choice(words.NOUNS)}",
    lambda rng: f"{_with_article(rng.choice(words.NOUNS))} for {rng.choice(words.GIVEN)}",
    lambda rng: f"{rng.choice(words.NOUNS)} and {rng.choice(words.NOUNS)}",
    lambda rng: f"How to {rng.choice(words.VERBS)} {rng.choice(words.OBJECTS)}",
    lambda rng: f"The {rng.choice(words.NOUNS)}'s {rng.choice(words.NOUNS)}",
    lambda rng: f"Under the {rng.choice(words.ADJECTIVES)} {rng.choice(words.NOUNS)}",
    lambda rng: f"{rng.choice(words.GIVEN)} and the {rng.choice(words.ADJECTIVES)} {rng.choice(words.NOUNS)}",
    lambda rng: rng.choice(words.NOUNS),
)
