"""What the things in a demonstration library say about themselves, before any file is written: one `Layer` an item.

The rule: a layer holds exactly what its file format can carry, so that a test may demand all of it back."""

import re
from collections import Counter
from random import Random

from longshelf.demo import names, words
from longshelf.demo.names import Person, Title, World
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Chapter, Credit, Layer, Origin

SERIES_SHARE = 0.45
_ARTICLE = re.compile(r"^(The|A|An) (.+)$")


class Shelf:
    """Plans items one after another; numbers within a series run on."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._volumes: Counter[str] = Counter()
        self._issues: Counter[str] = Counter()
        self._homes: dict[str, Person] = {}

    def book(self, number: int, version: int) -> tuple[Layer, str]:
        """An EPUB and the title its cover prints."""
        rng, title = self._begin("book", number)
        series, authors = self._place_in_series(rng)
        people = [*_credits(authors, Role.AUTHOR), *self._helpers(rng)]
        layer = Layer(
            origin=Origin.EMBEDDED,
            title=title.text,
            sort_title=sort_title(title.text) if title.language == "en" else "",
            subtitle=rng.choice(words.SUBTITLES) if version >= 3 and rng.random() < 0.4 else "",
            description=names.summary(rng, rng.choice(words.GIVEN)),
            date=names.date(rng),
            language=title.language,
            credits=(*people, *series, *self._labels(rng), Credit(EntityKind.PUBLISHER, self.world.publishers.one(rng))),
            identifiers={"uuid": _uuid(rng), "isbn": names.isbn13(rng)},
            chapters=tuple(Chapter(f"{index + 1}. {names.title(rng).latin}") for index in range(rng.randint(3, 12))),
        )
        return layer, title.latin

    def pdf(self, number: int) -> tuple[Layer, str]:
        rng, title = self._begin("pdf", number)
        tags = tuple(Credit(EntityKind.TAG, name) for name in self.world.tags.some(rng, rng.randint(1, 3)))
        layer = Layer(
            origin=Origin.EMBEDDED,
            title=title.text,
            description=names.summary(rng, rng.choice(words.GIVEN)),
            date=_full_date(rng),
            credits=(*_unsorted(_credits(self.world.persons.some(rng, 1), Role.AUTHOR)), *tags),
        )
        return layer, title.latin

    def comic(self, number: int) -> tuple[Layer, str]:
        """An issue of a series; the second value is the series as a masthead prints it."""
        rng, title = self._begin("comic", number)
        series = self.world.series.one(rng)
        self._issues[series] += 1
        crew = self.world.persons.some(rng, 4)
        roles = (Role.WRITER, Role.PENCILLER, Role.COLORIST, Role.LETTERER)
        credits = [Credit(EntityKind.PERSON, person.name, role) for person, role in zip(crew, roles, strict=False)]
        layer = Layer(
            origin=Origin.EMBEDDED,
            title=title.text,
            description=names.summary(rng, rng.choice(words.GIVEN)),
            date=_full_date(rng),
            language=title.language,
            age_rating=rng.choice((0, 10, 13, 13, 17)),
            credits=(
                *credits,
                Credit(EntityKind.SERIES, series, position=float(self._issues[series])),
                *self._labels(rng),
                Credit(EntityKind.PUBLISHER, self.world.publishers.one(rng)),
            ),
            chapters=(Chapter("Cover", page=0), Chapter(title.text, page=1)),
        )
        return layer, _ascii_or(series, "Night Train")

    def audiobook(self, number: int, *, parts: int, seconds: float, tagged: str) -> tuple[Layer, str]:
        """`parts` chapters of `seconds` each. `tagged` is m4b or mp3: MP3 tags know neither language nor ASIN."""
        rng, title = self._begin("audiobook", number)
        series, authors = self._place_in_series(rng)
        people = [*_credits(authors, Role.AUTHOR), *_credits(self.world.persons.some(rng, 1), Role.NARRATOR)]
        genres = tuple(Credit(EntityKind.GENRE, name) for name in self.world.genres.some(rng, 1))
        m4b = tagged == "m4b"
        starts = [part * seconds for part in range(parts)]
        layer = Layer(
            origin=Origin.EMBEDDED,
            title=title.text,
            subtitle=rng.choice(words.SUBTITLES) if rng.random() < 0.3 else "",
            description=names.summary(rng, rng.choice(words.GIVEN)),
            date=names.date(rng),
            language=title.language if m4b else "",
            credits=(*_unsorted(people), *series, *genres, Credit(EntityKind.PUBLISHER, self.world.publishers.one(rng))),
            identifiers={"asin": f"B0{rng.randrange(10**7, 10**8)}"} if m4b else {},
            chapters=tuple(Chapter(f"Chapter {index + 1}", start, start + seconds) for index, start in enumerate(starts)),
        )
        return layer, title.latin

    def video(self, number: int) -> tuple[Layer, str]:
        """What its NFO sidecar says."""
        rng, title = self._begin("video", number)
        cast = [Credit(EntityKind.PERSON, person.name, Role.ACTOR) for person in self.world.persons.some(rng, rng.randint(1, 3))]
        director = Credit(EntityKind.PERSON, self.world.persons.one(rng).name, Role.DIRECTOR)
        layer = Layer(
            origin=Origin.SIDECAR,
            title=title.text,
            description=names.summary(rng, rng.choice(words.GIVEN)),
            date=_full_date(rng),
            rating=rng.choice((None, 40, 60, 70, 80, 90, 100)),
            credits=(director, *cast, Credit(EntityKind.STUDIO, self.world.studios.one(rng)), *self._labels(rng)),
        )
        return layer, title.latin

    def image(self, number: int) -> Layer:
        rng, title = self._begin("image", number)
        tags = tuple(Credit(EntityKind.TAG, name) for name in self.world.tags.some(rng, rng.randint(1, 5)))
        photographer = Credit(EntityKind.PERSON, self.world.persons.one(rng).name, Role.PHOTOGRAPHER)
        return Layer(
            origin=Origin.EMBEDDED,
            title=title.text,
            date=_full_date(rng, 2015),
            rating=rng.choice((None, None, 60, 80, 100)),
            credits=(photographer, *tags),
        )

    def _begin(self, kind: str, number: int) -> tuple[Random, Title]:
        rng = self.world.stream(kind, number)
        return rng, names.title(rng)

    def _place_in_series(self, rng: Random) -> tuple[tuple[Credit, ...], list[Person]]:
        """A volume of a series by the series' own author, or a book that stands alone."""
        authors = self.world.persons.some(rng, 1 if rng.random() < 0.85 else 2)
        if rng.random() >= SERIES_SHARE:
            return (), authors
        series = self.world.series.one(rng)
        self._volumes[series] += 1
        author = self._homes.setdefault(series, authors[0])
        return (Credit(EntityKind.SERIES, series, position=float(self._volumes[series])),), [author]

    def _helpers(self, rng: Random) -> list[Credit]:
        if rng.random() >= 0.3:
            return []
        return _credits(self.world.persons.some(rng, 1), rng.choice((Role.TRANSLATOR, Role.ILLUSTRATOR, Role.EDITOR)))

    def _labels(self, rng: Random) -> tuple[Credit, ...]:
        genres = [Credit(EntityKind.GENRE, name) for name in self.world.genres.some(rng, rng.randint(1, 2))]
        tags = [Credit(EntityKind.TAG, name) for name in self.world.tags.some(rng, rng.randint(0, 4))]
        return (*genres, *tags)


def sort_title(text: str) -> str:
    """ "The Salt Road" → "Salt Road, The"; "" where nothing changes."""
    match = _ARTICLE.match(text)
    return f"{match[2]}, {match[1]}" if match else ""


def _credits(people: list[Person], role: Role) -> list[Credit]:
    return [Credit(EntityKind.PERSON, person.name, role, sort_name=person.sort_name) for person in people]


def _unsorted(credits: list[Credit]) -> list[Credit]:
    """For formats that have no place for sort names."""
    return [Credit(credit.kind, credit.name, credit.role, credit.position) for credit in credits]


def _full_date(rng: Random, first: int = 1980) -> str:
    return f"{rng.randint(first, 2025)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"


def _uuid(rng: Random) -> str:
    text = f"{rng.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:]}"


def _ascii_or(text: str, otherwise: str) -> str:
    latin = names.plain(text).strip()
    return latin if len(latin) * 2 > len(text) else otherwise
