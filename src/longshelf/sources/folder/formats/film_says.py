"""What a film's tags say, as a `Layer`: MP4 atoms and the metadata of other containers share one vocabulary (see audio_tags.py).

Pure functions over `Tags`. The rule: the position of an episode in its show is season and episode as people say them (102 is S01E02), the
same as from a path or a sidecar."""

import re
from collections.abc import Iterable, Mapping, Sequence

from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Chapter, Cover, Credit, Layer, Origin
from longshelf.sources.folder import fields
from longshelf.sources.folder.formats import audio_says
from longshelf.sources.folder.formats.audio_tags import Tags, from_table
from longshelf.sources.folder.languages import language

EPISODES_A_SEASON = 100
_FSK = re.compile(r"fsk[\s-]*")

# Our name -> metadata as FFmpeg's demuxers name it, in lower case, the best first. Matroska's nested targets come as "season/part_number".
METADATA: dict[str, tuple[str, ...]] = {
    "title": ("title", "episode/title"),
    "subtitle": ("subtitle",),
    "artist": ("artist", "lead_performer", "author"),
    "actor": ("actor", "actors", "performer", "starring"),
    "director": ("director",),
    "writer": ("written_by", "screenplay_by", "writer"),
    "producer": ("producer",),
    "genre": ("genre",),
    "keywords": ("keywords", "tags", "subject"),
    "description": ("description", "synopsis", "summary"),
    "comment": ("comment", "comments"),
    "studio": ("production_studio", "studio", "network"),
    "publisher": ("publisher",),
    "release": ("date_released", "date_release"),
    "date": ("date", "date_recorded", "year", "icrd", "originaldate"),
    "language": ("language",),
    "show": ("show", "collection/title", "tvshow"),
    "season": ("season_number", "season", "season/part_number"),
    "episode": ("episode_sort", "episode_number", "episode", "episode/part_number", "part_number"),
    "imdb": ("imdb",),
    "tmdb": ("tmdb",),
    "tvdb": ("tvdb", "tvdb2"),
}
_PEOPLE = (
    ("actor", Role.ACTOR),
    ("artist", Role.PERFORMER),
    ("director", Role.DIRECTOR),
    ("writer", Role.WRITER),
    ("producer", Role.PRODUCER),
)
# The rating in iTunes' iTunEXTC ("mpaa|PG-13|300|") and in NFO files -> the age in years it is meant for.
AGES: dict[str, int] = {
    "g": 0, "pg": 10, "pg-13": 13, "r": 17, "nc-17": 18, "x": 18, "unrated": 18, "not rated": 18, "tv-y": 0, "tv-y7": 7, "tv-g": 0,
    "tv-pg": 10, "tv-14": 14, "tv-ma": 17, "u": 0, "uc": 0, "12": 12, "12a": 12, "15": 15, "18": 18, "r18": 18, "m": 15,
    "ma15+": 15, "ma 15+": 15, "r18+": 18, "x18+": 18, "fsk 0": 0, "fsk 6": 6, "fsk 12": 12, "fsk 16": 16, "fsk 18": 18, "all": 0,
    "tous publics": 0, "al": 0, "e": 0, "t": 0, "vm14": 14, "vm18": 18, "btl": 0, "l": 0, "a": 18, "ua": 12, "g8+": 8,
}  # fmt: skip


def from_metadata(raw: Mapping[str, str]) -> Tags:
    """Tags of the metadata FFmpeg reports; names in any case."""
    return from_table(METADATA, {name.lower(): (text,) for name, text in raw.items()})


def layer(tags: Tags, chapters: Sequence[Chapter], cover: Cover, taken: str = "") -> Layer:
    """`taken` is when a camera recorded it: the date where no tag gives one."""
    season, episode = audio_says.number_of(tags, "season"), audio_says.number_of(tags, "episode")
    show = fields.known(audio_says.first(tags, "show"))
    location = fields.clean(audio_says.first(tags, "location"))
    extra: dict[str, object] = {"season": season, "episode": episode, "location": location, "taken": taken, "camera": _camera(tags)}
    return Layer(
        origin=Origin.EMBEDDED,
        title=fields.known(audio_says.first(tags, "title")),
        sort_title=fields.clean(audio_says.first(tags, "sort_title")),
        subtitle=fields.known(audio_says.first(tags, "subtitle")),
        description=audio_says.description(tags),
        date=audio_says.date(tags) or taken[:10],
        language=language(fields.clean(audio_says.first(tags, "language"))),
        age_rating=_itunes_age(audio_says.first(tags, "rating_text")),
        credits=tuple(_credits(tags, show, episode_position(season, episode))),
        identifiers=_identifiers(tags),
        chapters=tuple(chapters),
        cover=cover,
        extra={name: value for name, value in extra.items() if value not in (None, "", {})},
    )


def _camera(tags: Tags) -> dict[str, str]:
    return {name: text for name in ("make", "model") if (text := fields.clean(audio_says.first(tags, name)))}


def episode_position(season: int | None, episode: int | None) -> float | None:
    """102.0 for season 1, episode 2; 2.0 when no season is known; None without an episode."""
    return None if episode is None else float((season or 0) * EPISODES_A_SEASON + episode)


def age_of(text: str) -> int | None:
    """Years, of "PG-13", "US:PG-13", "DE:FSK 16", "Rated R for violence", "16+", "FSK-12"; None when it says nothing known. Of several,
    the first that does."""
    for part in fields.clean(text).casefold().split("/"):
        words = _FSK.sub("fsk ", part.rpartition(":")[2].strip().removeprefix("rated "))
        for candidate in (words, words.partition(" for ")[0].strip(), words.partition(" ")[0]):
            if candidate in AGES:
                return AGES[candidate]
            digits = candidate.removesuffix("+")
            if digits.isdecimal() and len(digits) <= 2 and int(digits) <= 21:
                return int(digits)
    return None


def _itunes_age(text: str) -> int | None:
    parts = text.split("|")
    return age_of(parts[1]) if len(parts) > 2 else None


def _credits(tags: Tags, show: str, position: float | None) -> Iterable[Credit]:
    for name, role in _PEOPLE:
        for text in tags.get(name, ()):
            yield from (Credit(EntityKind.PERSON, person, role) for person in fields.names(text, ",;"))
    if show:
        yield Credit(EntityKind.SERIES, show, position=position)
    yield from (Credit(EntityKind.GENRE, genre) for genre in audio_says.genres(tags))
    yield from (Credit(EntityKind.TAG, tag) for text in tags.get("keywords", ()) for tag in fields.listed(text, ",;"))
    if studio := fields.known(audio_says.first(tags, "studio") or audio_says.first(tags, "publisher")):
        yield Credit(EntityKind.STUDIO, studio)


def _identifiers(tags: Tags) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in ("imdb", "tmdb", "tvdb"):
        fields.identify(found, audio_says.first(tags, name), name)
    return found
