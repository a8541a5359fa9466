"""ComicInfo.xml (schema 1.0 to 2.1), inside an archive or beside it, and the metadata dialects that stand in for it.

The rule: the first element of a name counts, lists are split at commas, and a series keeps its number."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from longshelf.errors import Unreadable
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Credit, Layer, Origin
from longshelf.sources.folder import fields
from longshelf.sources.folder.formats import xml
from longshelf.sources.folder.languages import language
from longshelf.sources.folder.regular import content
from longshelf.sources.folder.sidecars import comicdialects
from longshelf.sources.folder.sidecars.comicfields import ComicInfo, age_rating, first_texts, numbering, page_marks, publisher, topics

# ComicInfo's element -> what that person did.
CREATORS: tuple[tuple[str, Role], ...] = (
    ("writer", Role.WRITER),
    ("penciller", Role.PENCILLER),
    ("inker", Role.INKER),
    ("colorist", Role.COLORIST),
    ("letterer", Role.LETTERER),
    ("coverartist", Role.COVER_ARTIST),
    ("editor", Role.EDITOR),
    ("translator", Role.TRANSLATOR),
)
_KEPT_LISTS = (("characters", "characters"), ("teams", "teams"), ("locations", "locations"))


def read(path: Path) -> Layer:
    """A ComicInfo, MetronInfo or CoMet file. Unreadable when it is none of them."""
    return parse(content(path), path.name, Origin.SIDECAR).layer


def parse(data: bytes, name: str, origin: Origin = Origin.EMBEDDED) -> ComicInfo:
    """Whichever XML dialect it is."""
    root = xml.parse(data, name).root
    dialect = _DIALECTS.get(xml.local(root.tag))
    if dialect is None:
        raise Unreadable(f"{name} is not comic metadata: its root is <{xml.local(root.tag)}>"[:200])
    return dialect(root, origin)


def _comic_info(root: xml.Element, origin: Origin) -> ComicInfo:
    said = first_texts(root)
    number, volume = numbering(said.get("number"), said.get("volume"))
    series = [Credit(EntityKind.SERIES, name, position=number.position) for name in [fields.clean(said.get("series"))] if name]
    other = fields.clean(said.get("alternateseries"))
    if other and other not in {credit.name for credit in series}:
        series.append(Credit(EntityKind.SERIES, other, position=fields.number(said.get("alternatenumber")).position))
    credits = [*series, *_creators(said), *_arcs(said), *topics(said.get("genre"), said.get("tags")), *publisher(said)]
    cover_page, bookmarks = page_marks(root)
    layer = Layer(
        origin=origin,
        title=fields.clean(said.get("title")),
        description=fields.plain_text(said.get("summary")),
        date=fields.day(said.get("year"), said.get("month"), said.get("day")),
        language=language(said.get("languageiso", "")),
        rating=_community_rating(said.get("communityrating")),
        age_rating=age_rating(said.get("agerating")),
        credits=tuple(dict.fromkeys(credits)),
        identifiers=_identifiers(said),
        chapters=bookmarks,
        extra=_extra(said, number, volume),
    )
    return ComicInfo(layer, cover_page)


def _creators(said: Mapping[str, str]) -> Iterable[Credit]:
    return (Credit(EntityKind.PERSON, name, role) for element, role in CREATORS for name in fields.names(said.get(element), ",;"))


def _arcs(said: Mapping[str, str]) -> list[Credit]:
    """Story arcs run across series, so they are groups; their numbers come as a second list."""
    names = (said.get("storyarc") or "").split(",")
    numbers = (said.get("storyarcnumber") or "").split(",")
    found = []
    for index, name in enumerate(names):
        if line := fields.clean(name):
            position = fields.number(numbers[index]).position if index < len(numbers) else None
            found.append(Credit(EntityKind.GROUP, line, position=position))
    return found + [Credit(EntityKind.GROUP, name) for name in fields.listed(said.get("seriesgroup"))]


def _community_rating(text: str | None) -> int | None:
    """Stars from 0 to 5."""
    value = fields.number(text).position
    return round(value * 20) if value is not None and 0 <= value <= 5 else None


def _identifiers(said: Mapping[str, str]) -> dict[str, str]:
    found: fields.Identifiers = {}
    gtin = said.get("gtin", "")
    fields.identify(found, gtin, "" if fields.isbn(gtin) else "gtin")
    for address in said.get("web", "").split():
        fields.identify(found, address)
    fields.identify_comicvine(found, said.get("notes", ""))
    return found


def _extra(said: Mapping[str, str], number: fields.Number, volume: int | None) -> dict[str, object]:
    extra: dict[str, object] = {}
    if number.text:
        extra["series_number"] = number.text
    if volume is not None:
        extra["volume"] = volume
    if count := fields.positive(said.get("count")):
        extra["series_count"] = count
    for element, key in _KEPT_LISTS:
        if names := fields.listed(said.get(element)):
            extra[key] = names
    if said.get("imprint") and (house := fields.known(said.get("publisher"))):
        extra["publisher"] = house
    if shape := fields.clean(said.get("format")):
        extra["format"] = shape
    manga = said.get("manga", "").lower()
    if manga.startswith("yes"):
        extra["manga"] = True
    if manga == "yesandrighttoleft":
        extra["reading_direction"] = "rtl"
    if said.get("blackandwhite", "").lower() in {"yes", "true"}:
        extra["black_and_white"] = True
    return extra


_DIALECTS: dict[str, Callable[[xml.Element, Origin], ComicInfo]] = {
    "comicinfo": _comic_info,
    "metroninfo": comicdialects.metron_info,
    "comet": comicdialects.comet,
}
