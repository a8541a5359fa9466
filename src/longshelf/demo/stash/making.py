"""Makes the rows of a pretended Stash from a seed: 104,000 scenes and 200,000 images in a few seconds.

The rule: equal seeds and counts make equal worlds. What real libraries have that a mirror may trip over is in every one: empty titles,
partial and empty dates, scenes without files or with several, hand-made galleries, tags with several parents, unusual letters, and
hundreds of rows that share one stamp."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from longshelf.demo import words
from longshelf.demo.names import World as Names
from longshelf.demo.names import stream
from longshelf.demo.stash.rows import File, Gallery, Group, Image, Marker, Performer, Scene, Studio, Tag
from longshelf.demo.stash.stamps import HostClock
from longshelf.demo.stash.world import World

BATCH = 100  # rows one scan writes in the same second
HISTORY = 400 * 86_400  # seconds the library took to grow
STASHBOX = "https://stashbox.example/graphql"
GENDERS = ("FEMALE", "FEMALE", "FEMALE", "MALE", "MALE", "NON_BINARY", "TRANSGENDER_FEMALE", "TRANSGENDER_MALE", "INTERSEX", None)
CODECS = (("h264", "aac", "mp4"), ("hevc", "aac", "mp4"), ("av1", "opus", "matroska"), ("vp9", "opus", "webm"))
SIZES = ((1920, 1080), (1920, 1080), (1280, 720), (3840, 2160), (640, 480))


@dataclass(frozen=True)
class Counts:
    """How many of each. None is derived from the number of scenes and images, as collections have it."""

    scenes: int = 200
    images: int = 400
    galleries: int | None = None
    performers: int | None = None
    studios: int | None = None
    tags: int | None = None
    groups: int | None = None
    markers: int | None = None

    def of(self, name: str, derived: int) -> int:
        given: int | None = getattr(self, name)
        return derived if given is None else given


def make_world(counts: Counts, seed: int = 1, clock: HostClock | None = None) -> World:
    """A world whose rows were all written in the past of `clock`."""
    world = World(clock or HostClock(), seed)
    maker = _Maker(world, counts)
    for make in (maker.tags, maker.studios, maker.performers, maker.groups, maker.galleries, maker.images, maker.scenes, maker.markers):
        make()
    return world


class _Maker:
    def __init__(self, world: World, counts: Counts) -> None:
        self._world = world
        self._counts = counts
        self._names = Names(world.seed)
        self._works = counts.scenes + counts.images // 4

    def tags(self) -> None:
        count = self._counts.of("tags", min(3_000, 12 + self._works // 20))
        rng = self._rng("tags")
        stamp = self._stamps(rng, count)
        for number in range(count):
            name = _numbered(words.TAGS, number)
            parents: tuple[int, ...] = ()
            if number >= 4 and rng.random() < 0.7:  # above it are earlier ones only, so there is no cycle
                parents = tuple(sorted({rng.randrange(1, number + 1) for _ in range(rng.choice((1, 1, 2)))}))
            self._world.tags.add(
                Tag(
                    created_at=stamp(number),
                    updated_at=stamp(number),
                    name=name,
                    details=rng.choice(("", "", rng.choice(words.PARAGRAPHS))),
                    sort_name="" if rng.random() < 0.9 else f"{number:04d}",
                    favorite=rng.random() < 0.05,
                    aliases=(f"{name} (alias)",) if rng.random() < 0.1 else (),
                    parents=parents,
                    stash_ids=_stash_ids(rng, stamp(number)),
                    picture=rng.choice((0, 0, 0, 1)),
                )
            )

    def studios(self) -> None:
        count = self._counts.of("studios", min(1_000, 4 + self._works // 60))
        rng = self._rng("studios")
        stamp = self._stamps(rng, count)
        for number in range(count):
            self._world.studios.add(
                Studio(
                    created_at=stamp(number),
                    updated_at=stamp(number),
                    name=_numbered(words.STUDIOS, number),
                    favorite=rng.random() < 0.05,
                    rating100=_rating(rng),
                    urls=(f"https://studio{number}.example/",) if rng.random() < 0.5 else (),
                    tags=self._some_tags(rng, rng.choice((0, 0, 1))),
                    parent=rng.randrange(1, number + 1) if number >= 3 and rng.random() < 0.3 else None,
                    stash_ids=_stash_ids(rng, stamp(number)),
                    picture=rng.choice((0, 1)),
                )
            )

    def performers(self) -> None:
        count = self._counts.of("performers", min(12_000, 8 + self._works // 15))
        rng = self._rng("performers")
        stamp = self._stamps(rng, count)
        people = [person.name for person in self._names.persons.some(rng, 400)]
        for number in range(count):
            self._world.performers.add(self._performer(rng, number, _numbered(people, number), stamp(number)))

    def _performer(self, rng: Random, number: int, name: str, stamp: str) -> Performer:
        return Performer(
            created_at=stamp,
            updated_at=stamp,
            name=name,
            disambiguation="" if rng.random() < 0.95 else "the younger",
            gender=rng.choice(GENDERS),
            birthdate=_date(rng, 1950, 2004),
            country=rng.choice(("", "DE", "FR", "JP", "US", "NO")),
            height_cm=rng.choice((None, rng.randint(150, 200))),
            weight=rng.choice((None, rng.randint(45, 110))),
            aliases=(name.upper(),) if rng.random() < 0.2 else (),
            favorite=rng.random() < 0.05,
            rating100=_rating(rng),
            details=rng.choice(("", rng.choice(words.PARAGRAPHS))),
            tags=self._some_tags(rng, rng.choice((0, 0, 1, 2))),
            urls=(f"https://people.example/{number}",) if rng.random() < 0.5 else (),
            more={"eye_color": rng.choice(("", "brown", "blue")), "hair_color": rng.choice(("", "black", "red")), "career_length": ""},
            custom_fields={"shelf": number % 7} if rng.random() < 0.1 else {},
            stash_ids=_stash_ids(rng, stamp),
            picture=rng.choice((0, 1)),
        )

    def groups(self) -> None:
        count = self._counts.of("groups", min(2_000, 2 + self._works // 80))
        rng = self._rng("groups")
        stamp = self._stamps(rng, count)
        for number in range(count):
            inside: tuple[tuple[int, str], ...] = ()
            if number >= 3 and rng.random() < 0.25:
                outer = sorted({rng.randrange(1, number + 1) for _ in range(rng.choice((1, 1, 2)))})
                inside = tuple((each, rng.choice(("", "Part of the box"))) for each in outer)
            self._world.groups.add(
                Group(
                    created_at=stamp(number),
                    updated_at=stamp(number),
                    name=_numbered(words.SERIES, number),
                    details=rng.choice(words.SUMMARIES).format(name=rng.choice(words.GIVEN)),
                    duration=rng.choice((None, rng.randint(600, 9_000))),
                    date=_date(rng, 1990, 2025),
                    director=rng.choice(("", f"{rng.choice(words.GIVEN)} {rng.choice(words.FAMILY)}")),
                    studio=self._one(rng, len(self._world.studios), 0.7),
                    tags=self._some_tags(rng, rng.choice((0, 1, 2))),
                    rating100=_rating(rng),
                    inside=inside,
                    picture=rng.choice((0, 1)),
                    back=int(number % 3 == 0),
                )
            )

    def galleries(self) -> None:
        count = self._counts.of("galleries", min(20_000, self._counts.images // 10))
        rng = self._rng("galleries")
        stamp = self._stamps(rng, count)
        for number in range(count):
            sort = number % 3  # a zip, a folder, made by hand
            folder = f"/media/pictures/{number // 200:03d}/Album {number + 1}" if sort == 1 else None
            path = f"/media/pictures/{number // 200:03d}/Album {number + 1}.zip"
            files = (self._file("zip", path, stamp(number), rng),) if sort == 0 else ()
            self._world.galleries.add(
                Gallery(
                    created_at=stamp(number),
                    updated_at=stamp(number),
                    title=_title(rng) if sort == 2 or rng.random() < 0.4 else "",
                    date=_date(rng, 2000, 2025),
                    details="",
                    photographer=rng.choice(("", rng.choice(words.FAMILY))),
                    rating100=_rating(rng),
                    studio=self._one(rng, len(self._world.studios), 0.5),
                    tags=self._some_tags(rng, rng.choice((0, 1, 2, 4))),
                    performers=self._some_performers(rng, rng.choice((0, 1, 1, 2))),
                    files=files,
                    folder=folder,
                    chapters=(("First", 1), ("Second", 3)) if rng.random() < 0.05 else (),
                )
            )

    def images(self) -> None:
        count, galleries = self._counts.images, len(self._world.galleries)
        rng = self._rng("images")
        stamp = self._stamps(rng, count)
        for number in range(count):
            gallery = number * galleries // count + 1 if galleries and number % 20 else 0
            path = f"/media/pictures/{number // 2_000:03d}/IMG_{number + 1:06d}.jpg"
            self._world.images.add(
                Image(
                    created_at=stamp(number),
                    updated_at=stamp(number),
                    title=_title(rng) if rng.random() < 0.1 else "",
                    date=_date(rng, 2000, 2025) if number % 4 == 0 else None,
                    rating100=_rating(rng),
                    organized=number % 3 == 0,
                    studio=self._one(rng, len(self._world.studios), 0.3),
                    tags=self._some_tags(rng, rng.choice((0, 0, 1, 3))),
                    performers=self._some_performers(rng, rng.choice((0, 0, 1))),
                    o_counter=1 if rng.random() < 0.02 else 0,
                    galleries=(gallery,) if gallery else (),
                    files=(self._file("image", path, stamp(number), rng),),
                )
            )

    def scenes(self) -> None:
        rng = self._rng("scenes")
        stamp = self._stamps(rng, self._counts.scenes)
        for number in range(self._counts.scenes):
            self._world.scenes.add(self._scene(rng, number, stamp(number), stamp(number + 1)))

    def _scene(self, rng: Random, number: int, written: str, later: str) -> Scene:
        galleries, groups = len(self._world.galleries), len(self._world.groups)
        plays = (later,) * rng.choice((0, 0, 0, 1, 2))
        copies = 0 if number % 97 == 96 else 2 if number % 41 == 40 else 1
        base = f"/media/films/{number // 500:03d}/{_title(rng)} {number + 1}"
        return Scene(
            created_at=written,
            updated_at=later if rng.random() < 0.1 else written,
            title=_title(rng) if rng.random() < 0.6 else "",
            code=f"LS-{number:05d}" if rng.random() < 0.2 else "",
            details=rng.choice(words.PARAGRAPHS) if rng.random() < 0.3 else "",
            director="",
            date=_date(rng, 1995, 2025),
            rating100=_rating(rng),
            organized=number % 2 == 0,
            urls=(f"https://films.example/{number}",) if rng.random() < 0.3 else (),
            studio=self._one(rng, len(self._world.studios), 0.8),
            tags=self._some_tags(rng, rng.choice((0, 2, 4, 6, 9))),
            performers=self._some_performers(rng, rng.choice((0, 1, 2, 2, 3))),
            galleries=(rng.randrange(1, galleries + 1),) if galleries and rng.random() < 0.1 else (),
            groups=((rng.randrange(1, groups + 1), rng.choice((None, number % 9 + 1))),) if groups and rng.random() < 0.1 else (),
            captions=(("en", "vtt"),) if rng.random() < 0.05 else (),
            interactive=rng.random() < 0.02,
            plays=plays,
            os=plays[:1] if rng.random() < 0.2 else (),
            resume_time=float(rng.randrange(600)) if plays else 0.0,
            play_duration=600.0 * len(plays),
            files=tuple(self._file("video", f"{base}{'' if copy == 0 else ' (copy)'}.mp4", written, rng) for copy in range(copies)),
            cover=1,
            stash_ids=_stash_ids(rng, written),
        )

    def markers(self) -> None:
        scenes, tags = len(self._world.scenes), len(self._world.tags)
        count = self._counts.of("markers", scenes // 5) if scenes and tags else 0
        rng = self._rng("markers")
        stamp = self._stamps(rng, count)
        for number in range(count):
            seconds = float(rng.randrange(300))
            self._world.markers.add(
                Marker(
                    created_at=stamp(number),
                    updated_at=stamp(number),
                    scene=rng.randrange(1, scenes + 1),
                    title=rng.choice(words.SPEECH) if rng.random() < 0.5 else "",
                    seconds=seconds,
                    end_seconds=rng.choice((None, seconds + 20)),
                    primary_tag=rng.randrange(1, tags + 1),
                    tags=self._some_tags(rng, rng.choice((0, 0, 1))),
                    preview=number % 10 != 9,
                )
            )

    def _file(self, kind: str, path: str, stamp: str, rng: Random) -> int:
        number = self._world.files.next_id
        width, height = SIZES[number % len(SIZES)]
        made = File(
            created_at=stamp,
            updated_at=stamp,
            kind=kind,
            path=path,
            mod_time=stamp,
            size=(1_000_000 if kind == "video" else 30_000) * (1 + number % 997),
            width=width,
            height=height,
            duration=float(60 + number * 37 % 7_000) if kind == "video" else 0.0,
            format=CODECS[number % len(CODECS)][2] if kind == "video" else "jpeg" if kind == "image" else "zip",
            content=rng.getrandbits(62),
        )
        return self._world.files.add(made).id

    def _some_tags(self, rng: Random, count: int) -> tuple[int, ...]:
        return self._some(rng, len(self._world.tags), count)

    def _some_performers(self, rng: Random, count: int) -> tuple[int, ...]:
        return self._some(rng, len(self._world.performers), count)

    @staticmethod
    def _some(rng: Random, of: int, count: int) -> tuple[int, ...]:
        """Different ids up to `of`, low ones far more often."""
        return tuple({1 + int(of * rng.random() ** 3): None for _ in range(count)}) if of else ()

    @staticmethod
    def _one(rng: Random, of: int, share: float) -> int | None:
        return 1 + int(of * rng.random() ** 2) if of and rng.random() < share else None

    def _rng(self, name: str) -> Random:
        return stream(self._world.seed, "stash", name)

    def _stamps(self, rng: Random, count: int) -> Callable[[int], str]:
        """Stamps of rows 0…count: the library grew in batches that share a second."""
        batches = count // BATCH + 2
        end = self._world.clock.now() - 3_600
        moments = sorted(end - HISTORY * rng.random() for _ in range(batches))
        stamps = [self._world.clock.stamp(moment) for moment in moments]
        return lambda number: stamps[number // BATCH]


def _numbered(names: Sequence[str], number: int) -> str:
    """Every name once, then every name with a 2 behind it: names are unique in Stash."""
    lap, place = divmod(number, len(names))
    return names[place] if lap == 0 else f"{names[place]} {lap + 1}"


def _title(rng: Random) -> str:
    if rng.random() < 0.03:
        return rng.choice(words.FOREIGN_TITLES)[0]
    return f"{rng.choice(words.ADJECTIVES)} {rng.choice(words.NOUNS)}"


def _date(rng: Random, first: int, last: int) -> str | None:
    """None, empty, a year, a month or a day: all of these are found."""
    shape = rng.random()
    if shape < 0.1:
        return None
    if shape < 0.15:
        return ""
    year, month = rng.randint(first, last), rng.randint(1, 12)
    return f"{year}" if shape < 0.18 else f"{year}-{month:02d}" if shape < 0.22 else f"{year}-{month:02d}-{rng.randint(1, 28):02d}"


def _rating(rng: Random) -> int | None:
    return rng.randrange(0, 101, 5) if rng.random() < 0.3 else None


def _stash_ids(rng: Random, stamp: str) -> tuple[tuple[str, str, str], ...]:
    return ((STASHBOX, f"{rng.getrandbits(128):032x}", stamp),) if rng.random() < 0.1 else ()
