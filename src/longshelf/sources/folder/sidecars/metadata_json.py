"""JSON beside a media file: `<book>.metadata.json`, `<file>.metadata.json`, `metadata.json` and `<file>.json`.

One reader for the spellings in use: the book and file documents of scanners that write their findings back, Audiobookshelf's metadata.json,
and the shape of `longshelf import`. The rule: a value of the wrong type is as if it were absent, and a series whose number is wrong is
dropped whole. An object with nothing we know is an empty layer, not a mistake: many programs leave JSON beside files."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from longshelf.errors import Unreadable
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Chapter, Credit, Layer, Origin
from longshelf.sources.folder import fields
from longshelf.sources.folder.languages import language
from longshelf.sources.folder.regular import content
from longshelf.sources.folder.sidecars.comicfields import age_rating

Json = Mapping[str, Any]

MAX_CHAPTERS = 5_000
MAX_DEPTH = 20  # of nested chapters
# Key -> the role of the persons listed there, where an entry does not say one itself.
PEOPLE: tuple[tuple[str, Role], ...] = (
    ("authors", Role.AUTHOR),
    ("author", Role.AUTHOR),
    ("narrators", Role.NARRATOR),
    ("narrator", Role.NARRATOR),
    ("persons", Role.NONE),
    ("translators", Role.TRANSLATOR),
    ("illustrators", Role.ILLUSTRATOR),
    ("editors", Role.EDITOR),
)
NAMED: tuple[tuple[str, EntityKind], ...] = (
    ("genres", EntityKind.GENRE),
    ("tags", EntityKind.TAG),
    ("studios", EntityKind.STUDIO),
)
IDENTIFIERS = ("isbn", "asin", "uuid", "doi", "goodreads", "google")
_ROLES = {role.value: role for role in Role if role}
_decoder = msgspec.json.Decoder()


def read(path: Path) -> Layer:
    """What it says. Unreadable when it is not a JSON object."""
    try:
        said = _decoder.decode(content(path).removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"not JSON: {error}") from None
    if not isinstance(said, dict):
        raise Unreadable("not a JSON object")
    return layer(said)


def layer(said: Json) -> Layer:
    """The layer of one decoded object."""
    nested = said.get("metadata")
    if isinstance(nested, dict):  # older Audiobookshelf files
        said = {**said, **nested}
    series, printed = _series(said)
    extra: dict[str, object] = {"series_number": printed} if printed else {}
    if isinstance(said.get("abridged"), bool):
        extra["abridged"] = said["abridged"]
    page = said.get("cover_page")
    if isinstance(page, int) and not isinstance(page, bool) and page >= 0:
        extra["cover_page"] = page
    publisher = fields.known(_text(said, "imprint") or _text(said, "publisher"))
    credits = [*_people(said), *series, *_named(said)]
    if publisher:
        credits.append(Credit(EntityKind.PUBLISHER, publisher))
    return Layer(
        origin=Origin.SIDECAR,
        title=fields.clean(_text(said, "title") or _text(said, "name")),
        sort_title=fields.clean(_text(said, "sort_title", "sortTitle", "title_sort")),
        subtitle=fields.clean(_text(said, "subtitle")),
        description=fields.plain_text(_text(said, "description", "summary")),
        date=fields.date(_text(said, "date", "release_date", "releaseDate", "published", "publishedDate", "publishedYear")),
        language=language(_text(said, "language")),
        rating=_number(said.get("rating"), 100),
        age_rating=_age(said),
        credits=tuple(dict.fromkeys(credits)),
        identifiers=_identifiers(said),
        chapters=tuple(_chapters(said.get("chapters"), 0)),
        extra=extra,
    )


def _text(said: Json, *keys: str) -> str:
    """The first of the keys that holds a text or a number."""
    for key in keys:
        value = said.get(key)
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return f"{value:g}" if isinstance(value, float) else str(value)
    return ""


def _number(value: object, highest: int) -> int | None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= highest
    return round(value) if good and isinstance(value, int | float) else None


def _age(said: Json) -> int | None:
    value = said.get("age_rating")
    if isinstance(value, str):
        return age_rating(value)
    years = _number(value, 21)
    return 18 if years is None and said.get("explicit") is True else years


def _entries(value: object, *keys: str) -> Iterator[tuple[str, Json]]:
    """(name, the entry itself) of a list of names or of objects that have one; a lone text is a list of one."""
    for entry in value if isinstance(value, list) else [value]:
        if isinstance(entry, str):
            yield fields.known(entry), {}
        elif isinstance(entry, dict):
            yield fields.known(_text(entry, *keys)), entry


def _people(said: Json) -> Iterable[Credit]:
    for key, role in PEOPLE:
        for name, entry in _entries(said.get(key), "name"):
            if name:
                own = _ROLES.get(_text(entry, "role").strip().lower().replace(" ", "_"), role)
                yield Credit(EntityKind.PERSON, name, own, None, fields.clean(_text(entry, "sort_name", "sortName", "sort")))


def _named(said: Json) -> Iterable[Credit]:
    for key, kind in NAMED:
        names = fields.unique(name for name, _ in _entries(said.get(key), "name") if name)
        yield from (Credit(kind, name) for name in names)


def _series(said: Json) -> tuple[list[Credit], str]:
    """Objects {name, number}, Audiobookshelf's "Name #1", or one name with the number beside it; and the first number as printed."""
    found: list[tuple[str, fields.Number]] = []
    for name, entry in _entries(said.get("series"), "name", "title", "series"):
        plain, mark, printed = name.rpartition(" #")
        if not entry and mark and fields.number(printed).position is not None:
            found.append((plain, fields.number(printed)))
        elif name:
            found.append((name, _series_number(entry or said)))
    good = [(name, number) for name, number in found if number.position is not None or not number.text]
    return [Credit(EntityKind.SERIES, name, position=number.position) for name, number in good], next(
        (number.text for _, number in good), ""
    )


def _series_number(entry: Json) -> fields.Number:
    """Number and end are one: a range when both are there. One that is no number has a text and no position."""
    printed = _text(entry, "number", "sequence", "position", "series_number", "series_index", "index")
    end = _text(entry, "number_end", "numberEnd", "end")
    start = fields.number(printed)
    if not end or start.position is None:
        return start
    last = fields.number(end)
    if last.position is None or last.position < start.position:
        return fields.Number(None, f"{printed}-{end}")
    return start if last.position == start.position else fields.Number(start.position, f"{printed}-{end}")


def _identifiers(said: Json) -> dict[str, str]:
    found: fields.Identifiers = {}
    listed = said.get("identifiers")
    if isinstance(listed, dict):
        for scheme in listed:
            fields.identify(found, _text(listed, scheme), scheme)
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict):
            fields.identify(found, _text(entry, "value", "id"), _text(entry, "type", "scheme"))
        elif isinstance(entry, str):
            fields.identify(found, entry)
    for scheme in IDENTIFIERS:
        fields.identify(found, _text(said, scheme), scheme)
    fields.identify(found, _text(said, "url"), "uri")
    return found


def _chapters(value: object, level: int) -> Iterator[Chapter]:
    """Seconds (`start`), milliseconds (`start_timestamp_ms`), pages (`start_page`, from 0) or places (`href`), nested by `children`."""
    if not isinstance(value, list) or level > MAX_DEPTH:
        return
    for entry in value[:MAX_CHAPTERS]:
        title = fields.clean(_text(entry, "title", "name")) if isinstance(entry, dict) else ""
        if title:
            start, end = (_seconds(entry, key) for key in ("start", "end"))
            yield Chapter(title, start, end, _number(entry.get("start_page"), 10**7), _text(entry, "href"), level)
        if isinstance(entry, dict):
            yield from _chapters(entry.get("children"), level + bool(title))


def _seconds(entry: Json, key: str) -> float | None:
    value, scale = entry.get(key), 1
    if value is None:
        value, scale = entry.get(f"{key}_timestamp_ms"), 1_000
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 10**9:
        return None
    return value / scale
