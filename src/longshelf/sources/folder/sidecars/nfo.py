"""NFO files as media centres write them: films, shows, episodes, music videos, albums and audiobooks.

Known by element names, whatever the root is called. The rule: a file that is not XML is somebody's text (or a bare link) and says nothing;
that is no error."""

import re
from collections.abc import Iterable
from pathlib import Path

from longshelf.errors import Unreadable
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Credit, Layer, Origin
from longshelf.sources.folder import fields
from longshelf.sources.folder.formats import xml
from longshelf.sources.folder.formats.film_says import age_of, episode_position
from longshelf.sources.folder.languages import language

MAX_BYTES = 4 * 2**20
ROOTS = ("movie", "tvshow", "episodedetails", "musicvideo", "album", "audiobook", "book", "video", "scene", "artist")
_ROOT = re.compile(rb"<(" + "|".join(ROOTS).encode() + rb")[\s>/]", re.I)
_AMPERSAND = re.compile(rb"&(?![#\w]\w{0,31};|\0)")  # one that begins no reference, as people write it
_IMDB = re.compile(r"\btt\d{7,10}\b")

# Element -> what its people did.
_PEOPLE: tuple[tuple[str, Role], ...] = (
    ("director", Role.DIRECTOR),
    ("credits", Role.WRITER),
    ("writer", Role.WRITER),
    ("producer", Role.PRODUCER),
    ("author", Role.AUTHOR),
    ("narrator", Role.NARRATOR),
    ("artist", Role.ARTIST),
    ("albumartist", Role.ALBUM_ARTIST),
    ("composer", Role.COMPOSER),
)
_LISTS: tuple[tuple[str, EntityKind], ...] = (
    ("genre", EntityKind.GENRE),
    ("tag", EntityKind.TAG),
    ("style", EntityKind.TAG),
    ("studio", EntityKind.STUDIO),
    ("label", EntityKind.PUBLISHER),
    ("publisher", EntityKind.PUBLISHER),
)
_NAMES = {"themoviedb": "tmdb", "thetvdb": "tvdb"}
_PLAIN_IDS = ("imdbid", "tmdbid", "tvdbid", "imdb_id", "imdb", "isbn", "asin")
_SPOKEN = frozenset(("audiobook", "book", "album"))


def read(path: Path) -> Layer:
    """What the NFO says; an empty layer when it is not XML. Unreadable when it is XML that cannot be read, or far too large."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise Unreadable(f"is larger than {MAX_BYTES >> 20} MiB: not an NFO")
    return layer(path.read_bytes())


def layer(data: bytes) -> Layer:
    """The layer of an NFO's bytes. A link after the XML is taken off; one alone may still name the film (IMDb)."""
    plain = data.replace(b"\0", b"") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else data
    match = _ROOT.search(plain)
    if match is None:
        return Layer(origin=Origin.SIDECAR, identifiers=_linked(plain.decode("utf-8", "replace")[:100_000]))
    closing = plain.lower().rfind(b"</" + match[1].lower() + b">")
    tail = b"" if closing < 0 else plain[closing + len(match[1]) + 3 :]
    body = data if plain is not data or closing < 0 else data[: closing + len(match[1]) + 3]
    root = xml.parse(_AMPERSAND.sub(b"&amp;", body), "the NFO").root
    if xml.local(root.tag) not in ROOTS:
        root = next((each for name in ROOTS for each in xml.descendants(root, name)), root)
    return _said(root, tail.decode("utf-8", "replace"))


def _linked(text: str) -> dict[str, str]:
    match = _IMDB.search(text)
    return {"imdb": match[0]} if match else {}


def _said(root: xml.Element, tail: str) -> Layer:
    season, episode = _whole(root, "season"), _whole(root, "episode")
    kind = xml.local(root.tag)
    original = _text(root, "originaltitle")
    title = _text(root, "title")
    extra: dict[str, object] = {
        "season": season,
        "episode": episode,
        "original_title": original if original != title else "",
        "tagline": _text(root, "tagline"),
        "certification": _text(root, "mpaa") or _text(root, "certification"),
        "runtime": _whole(root, "runtime"),
        "country": _all(root, "country"),
    }
    return Layer(
        origin=Origin.SIDECAR,
        title=title or original,
        sort_title=_text(root, "sorttitle"),
        subtitle=_text(root, "subtitle"),
        description=next((text for name in ("plot", "review", "description", "outline") if (text := _prose(root, name))), ""),
        date=_date(root),
        language=language(_text(root, "language")),
        rating=_rating(root),
        age_rating=next(
            (age for name in ("mpaa", "certification") for text in _all(root, name) if (age := age_of(text)) is not None), None
        ),
        credits=tuple(dict.fromkeys(_credits(root, kind, season, episode))),
        identifiers=_identifiers(root, kind, tail),
        extra={name: value for name, value in extra.items() if value not in (None, "", [])},
    )


def _date(root: xml.Element) -> str:
    names = ("premiered", "aired", "releasedate", "date", "year")
    return next((day for name in names if (day := fields.date(_text(root, name))) and not day.startswith(("1601", "1900-01-01"))), "")


def _text(root: xml.Element, name: str) -> str:
    return next((text for child in xml.children(root, name) if (text := fields.known(xml.text(child)))), "")


def _prose(root: xml.Element, name: str) -> str:
    child = xml.child(root, name)
    return "" if child is None else fields.plain_text(xml.text(child))


def _all(root: xml.Element, name: str) -> list[str]:
    return [text for child in xml.children(root, name) for text in fields.listed(xml.text(child), "/|")]


def _whole(root: xml.Element, name: str) -> int | None:
    """A whole number that is not below zero; -1 is how media centres write "none"."""
    match = re.match(r"\d{1,6}", _text(root, name))
    return int(match[0]) if match else None


# --- ratings ---


def _rating(root: xml.Element) -> int | None:
    """0-100: the person's own rating, else the default of <ratings>, else <rating>, each out of 10 unless it says otherwise."""
    own = _of_ten(_text(root, "userrating"), "10")
    if own:
        return own
    ratings = [each for block in xml.children(root, "ratings") for each in xml.children(block, "rating")]
    ratings.sort(key=lambda each: xml.attributes(each).get("default", "").lower() != "true")
    for each in ratings:
        if found := _of_ten(_text(each, "value"), xml.attributes(each).get("max", "10")):
            return found
    plain = xml.child(root, "rating")
    return None if plain is None else _of_ten(xml.text(plain), xml.attributes(plain).get("max", "10")) or None


def _of_ten(value: str, most: str) -> int | None:
    """0 is how media centres write "not rated"."""
    try:
        share = float(value.strip().replace(",", ".")) / float(most or 10)
    except (ValueError, ZeroDivisionError):
        return None
    return round(share * 100) if 0 < share <= 1 else None


# --- people, lists, series ---


def _credits(root: xml.Element, kind: str, season: int | None, episode: int | None) -> Iterable[Credit]:
    for actor in xml.children(root, "actor"):
        named = xml.child(actor, "name")
        if name := fields.known(xml.text(actor if named is None else named)):
            yield Credit(EntityKind.PERSON, name, Role.ACTOR)
    for element, role in _PEOPLE:
        for text in _all(root, element):
            yield Credit(EntityKind.PERSON, text, Role.AUTHOR if element == "artist" and kind == "audiobook" else role)
    for element, entity in _LISTS:
        separators = ",/|" if element == "genre" else "/|"
        yield from (Credit(entity, name) for child in xml.children(root, element) for name in fields.listed(xml.text(child), separators))
    yield from _series(root, kind, season, episode)


def _series(root: xml.Element, kind: str, season: int | None, episode: int | None) -> Iterable[Credit]:
    """An episode belongs to its show, a film to its set, an audiobook to its series."""
    show = _text(root, "showtitle") or _text(root, "tvshowtitle")
    if show and kind != "tvshow":
        yield Credit(EntityKind.SERIES, show, position=episode_position(season, episode))
    for each in xml.children(root, "set"):
        named = xml.child(each, "name")
        if name := fields.known(xml.text(each) if named is None else xml.text(named)):
            yield Credit(EntityKind.GROUP, name, position=fields.number(_text(root, "setorder")).position)
    if name := _text(root, "series"):
        number = _text(root, "seriesnumber") or _text(root, "volume") or _text(root, "part")
        yield Credit(EntityKind.SERIES, name, position=fields.number(number).position)
    if kind == "musicvideo" and (album := _text(root, "album")):
        yield Credit(EntityKind.GROUP, album)


def _identifiers(root: xml.Element, kind: str, tail: str) -> dict[str, str]:
    found: dict[str, str] = {}
    unique = sorted(xml.children(root, "uniqueid"), key=lambda each: xml.attributes(each).get("default", "").lower() != "true")
    for each in unique:
        scheme = xml.attributes(each).get("type", "").strip().lower()
        fields.identify(found, xml.text(each), _NAMES.get(scheme, scheme))
    for name in _PLAIN_IDS:
        fields.identify(found, _text(root, name), name.removesuffix("id").removesuffix("_"))
    if match := _IMDB.fullmatch(_text(root, "id")):
        found.setdefault("imdb", match[0])
    if kind not in _SPOKEN:
        found = {**_linked(tail), **found}
    return found
