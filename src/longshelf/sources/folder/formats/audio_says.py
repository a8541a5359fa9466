"""What an audio file's tags say, as a `Layer`: one reading for audiobooks, one for tracks, because the same tag means different people
in them (the artist of an audiobook is its author, the composer its narrator).

Pure functions over `Tags`. The rule: the most explicit tag wins, and one person is never narrator and author by accident."""

import re
from collections.abc import Iterable, Sequence

from longshelf.model.kinds import EntityKind, ItemKind, Role
from longshelf.model.records import Chapter, Cover, Credit, Layer, Origin
from longshelf.sources.folder import fields
from longshelf.sources.folder.formats.audio_tags import Tags
from longshelf.sources.folder.languages import language

# "Discworld #5", "Discworld, Book 5", "The Expanse: Book 2.5", "Discworld Vol. 5"
_SERIES = re.compile(
    r"(?P<name>.+?)(?:\s*[,:;-]?\s*#\s*|\s*[,:;-]\s*(?:book|bk\.?|part|vol(?:ume)?\.?|band|teil|no\.?)\s*|\s+(?:book|volume|band|vol\.)\s+)"
    r"(?P<number>\d+(?:[.,]\d+)?(?:\s*[-–]\s*\d+)?)\s*",
    re.I,
)
_GENRE_BREAKS = re.compile(r"[;,|\\]|\s+/\s+|//")
_PART = re.compile(r"\s*(\d{1,5})")
_YES, _NO = frozenset(("1", "true", "yes", "abridged")), frozenset(("0", "false", "no", "unabridged"))


def layer(tags: Tags, kind: ItemKind, chapters: Sequence[Chapter] = (), *, cover: bool = False, rating: int | None = None) -> Layer:
    """What the tags say of one file, for an item of this kind (AUDIOBOOK, or TRACK for all else)."""
    spoken = kind is ItemKind.AUDIOBOOK
    series, number = _series(tags) if spoken else (None, fields.NO_NUMBER)
    credits = [*(_spoken_people(tags) if spoken else _musicians(tags))]
    if series:
        credits.append(Credit(EntityKind.SERIES, series, position=number.position))
    elif not spoken and (album := fields.known(first(tags, "album"))):
        track = number_of(tags, "track")
        credits.append(Credit(EntityKind.GROUP, album, position=None if track is None else float(track)))
    return Layer(
        origin=Origin.EMBEDDED,
        title=fields.known(first(tags, "title")) or (fields.known(first(tags, "album")) if spoken else ""),
        sort_title=fields.clean(first(tags, "sort_title")),
        subtitle=fields.known(first(tags, "subtitle")),
        description=description(tags),
        date=date(tags),
        language=language(fields.clean(first(tags, "language"))),
        rating=rating,
        credits=(*credits, *_labels(tags)),
        identifiers=_identifiers(tags),
        chapters=tuple(chapters),
        cover=Cover("picture") if cover else None,
        extra=_extra(tags, number),
    )


def first(tags: Tags, name: str) -> str:
    return tags[name][0] if name in tags else ""


def description(tags: Tags) -> str:
    """The longest story there is: a short description is usually the cut form of the long one. A comment only when there is none."""
    texts = [fields.plain_text(text) for text in tags.get("description", ())]
    return max(texts, key=len, default="") or fields.plain_text(first(tags, "comment"))


def date(tags: Tags) -> str:
    """The first that is one: "0000" is how some programs write none."""
    return next((found for name in ("release", "date") for text in tags.get(name, ()) if (found := fields.date(text))), "")


def number_of(tags: Tags, name: str) -> int | None:
    """ "3" and "3/12" are 3; 0 is how some programs write none."""
    match = _PART.match(first(tags, name))
    return (int(match[1]) or None) if match else None


def _total(tags: Tags, name: str) -> int | None:
    inside = first(tags, name).partition("/")[2].strip()
    return fields.positive(inside) or fields.positive(first(tags, f"{name}_total"))


# --- people ---


def _spoken_people(tags: Tags) -> Iterable[Credit]:
    narrators = _people(tags, "narrator") or _people(tags, "composer")
    authors = _authors(tags, {name for name, _ in narrators})
    yield from _persons(authors, Role.AUTHOR)
    yield from _persons(narrators, Role.NARRATOR)


def _authors(tags: Tags, narrators: set[str]) -> list[tuple[str, str]]:
    """Shops put author and narrator into the artist; whoever narrates is an author only if nobody else is left."""
    explicit = _people(tags, "author")
    if explicit:
        return explicit
    named = _people(tags, "artist") or _people(tags, "album_artist")
    return [person for person in named if person[0] not in narrators] or _people(tags, "album_artist") or named


def _musicians(tags: Tags) -> Iterable[Credit]:
    artists = _musical_names(tags, "artist")
    yield from _persons(artists, Role.ARTIST)
    if (others := _musical_names(tags, "album_artist")) != artists:
        yield from _persons(others, Role.ALBUM_ARTIST)
    yield from _persons(_people(tags, "composer"), Role.COMPOSER)


def _people(tags: Tags, name: str) -> list[tuple[str, str]]:
    return list(dict.fromkeys(person for text in tags.get(name, ()) for person in fields.people(text)))


def _musical_names(tags: Tags, name: str) -> list[tuple[str, str]]:
    """Names of bands hold commas and ampersands ("Earth, Wind & Fire"), so only ";" and several tags separate."""
    return [(each, "") for each in fields.unique(part for text in tags.get(name, ()) for part in fields.names(text, ";"))]


def _persons(people: Iterable[tuple[str, str]], role: Role) -> Iterable[Credit]:
    return (Credit(EntityKind.PERSON, name, role, sort_name=sort_name) for name, sort_name in people)


# --- series and labels ---


def _series(tags: Tags) -> tuple[str | None, fields.Number]:
    for name, part in (("series", "part"), ("movement", "movement_number")):
        if found := fields.known(first(tags, name)):
            return _split_series(found, first(tags, part))
    for text in tags.get("grouping", ()):
        if match := _SERIES.fullmatch(fields.clean(text)):
            return match["name"].strip(" ,:;-"), fields.number(match["number"])
    return None, fields.NO_NUMBER


def _split_series(name: str, part: str) -> tuple[str, fields.Number]:
    """A number of its own, else the one at the end of the name ("Discworld #5")."""
    if part:
        return name, fields.number(part)
    match = _SERIES.fullmatch(name)
    return (match["name"].strip(" ,:;-"), fields.number(match["number"])) if match else (name, fields.NO_NUMBER)


def genres(tags: Tags) -> list[str]:
    return _listed(tags.get("genre", ()))


def _labels(tags: Tags) -> Iterable[Credit]:
    yield from (Credit(EntityKind.GENRE, name) for name in genres(tags))
    yield from (Credit(EntityKind.TAG, name) for name in _listed((*tags.get("tag", ()), *tags.get("keywords", ()))))
    if publisher := fields.known(first(tags, "publisher")):
        yield Credit(EntityKind.PUBLISHER, publisher)


def _listed(texts: Iterable[str]) -> list[str]:
    return fields.unique(name for text in texts for part in _GENRE_BREAKS.split(text[:10_000]) if (name := fields.known(part)))


def _identifiers(tags: Tags) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, scheme in (
        ("asin", "asin"),
        ("isbn", "isbn"),
        ("musicbrainz_track", "musicbrainz-track"),
        ("musicbrainz_album", "musicbrainz-album"),
    ):
        fields.identify(found, first(tags, name), scheme)
    return found


def _extra(tags: Tags, number: fields.Number) -> dict[str, object]:
    found: dict[str, object] = {
        "album": fields.known(first(tags, "album")),
        "track": number_of(tags, "track"),
        "track_total": _total(tags, "track"),
        "disc": number_of(tags, "disc"),
        "disc_total": _total(tags, "disc"),
        "series_number": number.text,
        "abridged": _truth(first(tags, "abridged")),
    }
    return {name: value for name, value in found.items() if value not in ("", None)}


def _truth(text: str) -> bool | None:
    word = text.strip().lower()
    return True if word in _YES else False if word in _NO else None
