"""Comic metadata that is not ComicInfo: MetronInfo.xml, CoMet.xml, and the ComicBookInfo JSON in a ZIP's comment."""

from collections.abc import Iterable
from typing import Any

import msgspec

from longshelf.errors import Unreadable
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Credit, Layer, Origin
from longshelf.sources.folder import fields
from longshelf.sources.folder.formats import xml
from longshelf.sources.folder.languages import language
from longshelf.sources.folder.sidecars.comicfields import ComicInfo, age_rating, first_texts, numbering, page_marks, publisher, topics

# The words these formats use for what a person did; any other word is a contributor.
ROLES: dict[str, Role] = {
    "writer": Role.WRITER, "script": Role.WRITER, "story": Role.WRITER, "plot": Role.WRITER, "author": Role.WRITER,
    "penciller": Role.PENCILLER, "penciler": Role.PENCILLER, "pencils": Role.PENCILLER, "breakdowns": Role.PENCILLER,
    "inker": Role.INKER, "inks": Role.INKER, "finishes": Role.INKER, "embellisher": Role.INKER,
    "artist": Role.ARTIST, "art": Role.ARTIST, "illustrator": Role.ILLUSTRATOR, "painter": Role.ARTIST,
    "colorist": Role.COLORIST, "colourist": Role.COLORIST, "colorer": Role.COLORIST, "colors": Role.COLORIST,
    "color separations": Role.COLORIST,
    "letterer": Role.LETTERER, "letters": Role.LETTERER, "cover": Role.COVER_ARTIST, "coverartist": Role.COVER_ARTIST,
    "coverdesigner": Role.COVER_ARTIST, "cover artist": Role.COVER_ARTIST, "covers": Role.COVER_ARTIST,
    "editor": Role.EDITOR, "assistant editor": Role.EDITOR, "editor in chief": Role.EDITOR, "creator": Role.AUTHOR,
    "translator": Role.TRANSLATOR,
}  # fmt: skip
_COMIC_BOOK_INFO = "ComicBookInfo/1.0"
_decoder = msgspec.json.Decoder(dict[str, Any])


def metron_info(root: xml.Element, origin: Origin) -> ComicInfo:
    said = first_texts(root)
    series = xml.child(root, "series")
    of_series = first_texts(series) if series is not None else {}
    number, volume = numbering(said.get("number"), of_series.get("volume"))
    name = fields.clean(of_series.get("name"))
    credits = [Credit(EntityKind.SERIES, name, position=number.position, sort_name=fields.clean(of_series.get("sortname")))] if name else []
    credits += [*_metron_people(root), *_metron_arcs(root)]
    credits += topics(_joined(root, "genres", "genre"), _joined(root, "tags", "tag"))
    credits += publisher(_metron_publisher(root, said))
    cover_page, bookmarks = page_marks(root)
    layer = Layer(
        origin=origin,
        title=fields.clean(said.get("title")) or fields.clean(said.get("collectiontitle")) or _joined(root, "stories", "story", "; "),
        description=fields.plain_text(said.get("summary")),
        date=fields.date(said.get("coverdate")) or fields.date(said.get("storedate")),
        language=language((series.get("lang") or "") if series is not None else ""),
        age_rating=age_rating(said.get("agerating")),
        credits=tuple(dict.fromkeys(credits)),
        identifiers=_metron_identifiers(root, said),
        chapters=bookmarks,
        extra=_extra(number, volume, of_series.get("issuecount"), of_series.get("format"), _texts(root, "characters", "character")),
    )
    return ComicInfo(layer, cover_page)


def comet(root: xml.Element, origin: Origin) -> ComicInfo:
    said = first_texts(root)
    number, volume = numbering(said.get("issue"), said.get("volume"))
    name = fields.clean(said.get("series"))
    credits = [Credit(EntityKind.SERIES, name, position=number.position)] if name else []
    for element in root:
        role = ROLES.get(xml.local(element.tag))
        if role is not None:
            credits += [Credit(EntityKind.PERSON, person, role) for person in fields.names(element.text, ",;")]
    credits += topics(",".join(xml.text(each) for each in xml.children(root, "genre")), None) + publisher(said)
    identifiers: fields.Identifiers = {}
    for each in xml.children(root, "identifier"):
        if not fields.identify_comicvine(identifiers, each.text or ""):
            fields.identify(identifiers, each.text)
    characters = [line for each in xml.children(root, "character") if (line := fields.known(each.text))]
    extra = _extra(number, volume, None, said.get("format"), characters)
    if said.get("readingdirection", "").lower() in {"rtl", "ltr"}:
        extra["reading_direction"] = said["readingdirection"].lower()
    if rights := fields.clean(said.get("rights")):
        extra["rights"] = rights
    layer = Layer(
        origin=origin,
        title=fields.clean(said.get("title")),
        description=fields.plain_text(said.get("description")),
        date=fields.date(said.get("date")),
        language=language(said.get("language", "")),
        age_rating=age_rating(said.get("rating")),
        credits=tuple(dict.fromkeys(credits)),
        identifiers=identifiers,
        extra=extra,
    )
    return ComicInfo(layer, cover_name=said.get("coverimage", ""))


def comic_book_info(data: bytes, origin: Origin = Origin.EMBEDDED) -> ComicInfo:
    """From JSON such as a ZIP's comment. Unreadable when it is something else."""
    try:
        said = _decoder.decode(data).get(_COMIC_BOOK_INFO)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"not ComicBookInfo: {error}") from None
    if not isinstance(said, dict):
        raise Unreadable("not ComicBookInfo")
    texts = {key: str(value) for key, value in said.items() if isinstance(value, str | int | float) and not isinstance(value, bool)}
    number, volume = numbering(texts.get("issue"), texts.get("volume"))
    name = fields.clean(texts.get("series"))
    credits = [Credit(EntityKind.SERIES, name, position=number.position)] if name else []
    credits += _book_info_people(said.get("credits"))
    tags = said.get("tags")
    tag_line = ",".join(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else texts.get("tags")
    credits += topics(texts.get("genre"), tag_line) + publisher(texts)
    rating = fields.number(texts.get("rating")).position
    layer = Layer(
        origin=origin,
        title=fields.clean(texts.get("title")),
        description=fields.plain_text(texts.get("comments")),
        date=fields.day(texts.get("publicationYear"), texts.get("publicationMonth"), texts.get("publicationDay")),
        language=language(texts.get("language", "")),
        rating=round(rating * 20) if rating is not None and 0 < rating <= 5 else None,
        credits=tuple(dict.fromkeys(credits)),
        extra=_extra(number, volume, texts.get("numberOfIssues"), None, []),
    )
    return ComicInfo(layer)


def _book_info_people(entries: object) -> Iterable[Credit]:
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and (name := fields.known(str(entry.get("person") or ""))):
            role = ROLES.get(str(entry.get("role") or "").strip().lower(), Role.CONTRIBUTOR)
            yield Credit(EntityKind.PERSON, name, role)


def _metron_people(root: xml.Element) -> Iterable[Credit]:
    for credit in xml.descendants(root, "credit"):
        person = xml.child(credit, "creator")
        name = fields.known(xml.text(person)) if person is not None else ""
        roles = [xml.text(role).strip().lower() for role in xml.descendants(credit, "role")] or [""]
        for role in roles if name else ():
            yield Credit(EntityKind.PERSON, name, ROLES.get(role, Role.CONTRIBUTOR))


def _metron_arcs(root: xml.Element) -> Iterable[Credit]:
    for arc in xml.descendants(root, "arc"):
        said = first_texts(arc)
        if name := fields.clean(said.get("name")):
            yield Credit(EntityKind.GROUP, name, position=fields.number(said.get("number")).position)


def _metron_publisher(root: xml.Element, said: dict[str, str]) -> dict[str, str]:
    """Plain text in version 0, an element with Name and Imprint in 1.0."""
    element = xml.child(root, "publisher")
    inner = first_texts(element) if element is not None else {}
    names = {"publisher": inner.get("name") or said.get("publisher", ""), "imprint": inner.get("imprint", "")}
    return {key: name for key, name in names.items() if name}


def _metron_identifiers(root: xml.Element, said: dict[str, str]) -> fields.Identifiers:
    found: fields.Identifiers = {}
    gtin = xml.child(root, "gtin")
    for each in gtin if gtin is not None else ():
        fields.identify(found, each.text, xml.local(each.tag))
    for each in xml.descendants(root, "id"):
        fields.identify(found, each.text, each.get("source") or "")
    for address in (said.get("url", ""), *_texts(root, "urls", "url")):
        fields.identify(found, address)
    return found


def _texts(root: xml.Element, group: str, name: str) -> list[str]:
    element = xml.child(root, group)
    return [] if element is None else [line for each in xml.children(element, name) if (line := fields.known(xml.text(each)))]


def _joined(root: xml.Element, group: str, name: str, between: str = ",") -> str:
    return between.join(_texts(root, group, name))


def _extra(number: fields.Number, volume: int | None, count: str | None, shape: str | None, characters: list[str]) -> dict[str, object]:
    extra: dict[str, object] = {}
    if number.text:
        extra["series_number"] = number.text
    if volume is not None:
        extra["volume"] = volume
    if total := fields.positive(count):
        extra["series_count"] = total
    if line := fields.clean(shape):
        extra["format"] = line
    if characters:
        extra["characters"] = characters
    return extra
