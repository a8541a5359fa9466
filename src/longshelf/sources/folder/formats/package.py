"""The OPF package document: what an EPUB, or a calibre metadata.opf, says about its book.

EPUB 2 says it with attributes and `calibre:` metas, EPUB 3 with `refines`; many files mix both, and namespaces and case vary, so names are
compared by their local part. The rule for persons: a role that is given is kept, a creator without one is an author, always."""

from typing import NamedTuple
from urllib.parse import unquote

from longshelf.errors import Unreadable
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Credit, Layer, Origin
from longshelf.sources.folder import fields
from longshelf.sources.folder.formats import xml
from longshelf.sources.folder.languages import language

# MARC relator codes -> our roles; a creator with any other code is a contributor.
RELATORS: dict[str, Role] = {
    "aut": Role.AUTHOR, "aui": Role.AUTHOR, "aft": Role.AUTHOR, "cre": Role.AUTHOR, "dub": Role.AUTHOR, "ath": Role.AUTHOR,
    "nrt": Role.NARRATOR, "spk": Role.NARRATOR, "voc": Role.NARRATOR, "vac": Role.NARRATOR,
    "trl": Role.TRANSLATOR, "ill": Role.ILLUSTRATOR, "art": Role.ARTIST, "edt": Role.EDITOR, "edc": Role.EDITOR,
    "cov": Role.COVER_ARTIST, "clr": Role.COLORIST, "ltr": Role.LETTERER, "pen": Role.PENCILLER, "ink": Role.INKER,
    "pht": Role.PHOTOGRAPHER, "cmp": Role.COMPOSER, "prf": Role.PERFORMER, "act": Role.ACTOR, "drt": Role.DIRECTOR, "pro": Role.PRODUCER,
    "wri": Role.WRITER, "wst": Role.WRITER, "aus": Role.WRITER, "ctb": Role.CONTRIBUTOR,
}  # fmt: skip
_ROLE_WORDS = {role.value.replace("_", " "): role for role in Role if role} | {"narrated by": Role.NARRATOR, "colourist": Role.COLORIST}

# dc:date events, the most telling first; None is a date that says nothing of itself, which in EPUB 3 is the publication.
_DATE_EVENTS = ("publication", "published", "ops-publication", "issued", "original-publication", None, "available", "creation", "created")
_DCTERMS = "{http://purl.org/dc/terms/}"
_CALIBRE = "calibre"  # as a contributor it is the program, not a person


class Resource(NamedTuple):
    """One manifest entry; `href` as written, to be resolved against the package's folder."""

    id: str
    href: str
    mime: str
    properties: str


class Package(NamedTuple):
    """`layer` has the metadata; the rest is what a reader of the whole book needs. `cover_id` is meta name=cover."""

    layer: Layer
    manifest: dict[str, Resource]
    toc_id: str
    cover_id: str
    guide_cover: str
    spine: tuple[str, ...]  # hrefs in reading order, as written


class _Value(NamedTuple):
    """One dc: element, or one meta with a property, with its own attributes by local name."""

    text: str
    attributes: dict[str, str]


class _Metadata:
    """The metadata element sorted by what its entries are; each list keeps document order."""

    def __init__(self, root: xml.Element) -> None:
        self.dublin: dict[str, list[_Value]] = {}
        self.properties: dict[str, list[_Value]] = {}
        self.named: list[tuple[str, str]] = []
        self.refined: dict[str, dict[str, list[str]]] = {}
        for element in root.iter():
            if isinstance(element.tag, str) and element is not root:
                self._take(element)

    def _take(self, element: xml.Element) -> None:
        name = xml.local(element.tag)
        if name != "meta":
            if str(element.tag).startswith(_DCTERMS):
                self.properties.setdefault(f"dcterms:{name}", []).append(_Value(xml.text(element), {}))
            else:
                self.dublin.setdefault(name, []).append(_Value(xml.text(element), xml.attributes(element) if element.attrib else {}))
            return
        attributes = xml.attributes(element)
        if "property" in attributes:
            text = xml.text(element) or attributes.get("content", "")
            about = attributes.get("refines", "").lstrip("#")
            if about:
                self.refined.setdefault(about, {}).setdefault(attributes["property"], []).append(text)
            else:
                self.properties.setdefault(attributes["property"], []).append(_Value(text, attributes))
        elif "name" in attributes:
            self.named.append((attributes["name"], attributes.get("content", "") or xml.text(element)))

    def refinements(self, value: _Value, name: str) -> list[str]:
        """What metas with `refines` say about one entry."""
        about = value.attributes.get("id")
        return self.refined.get(about, {}).get(name, []) if about else []

    def refinement(self, value: _Value, name: str) -> str:
        """The first of them, or the EPUB 2 attribute of that name."""
        found = self.refinements(value, name)
        return fields.clean(found[0] if found else value.attributes.get(name))

    def meta(self, *names: str) -> str:
        """The first meta of one of these names, by name or by property."""
        for name in names:
            for key, content in self.named:
                if key == name and content.strip():
                    return fields.clean(content)
            for value in self.properties.get(name, ()):
                if value.text.strip():
                    return fields.clean(value.text)
        return ""

    def first(self, name: str) -> str:
        return next((line for value in self.dublin.get(name, ()) if (line := fields.clean(value.text))), "")


def parse(root: xml.Element, origin: Origin = Origin.EMBEDDED) -> Package:
    """The package document under `root`. Unreadable when it is something else."""
    package = root if xml.local(root.tag) == "package" else next(xml.descendants(root, "package"), None)
    if package is None:
        raise Unreadable("not an OPF package document")
    parts = {xml.local(part.tag): part for part in reversed(package)}
    metadata = _Metadata(parts.get("metadata", package))
    spine = parts.get("spine")
    manifest = _manifest(parts["manifest"]) if "manifest" in parts else {}
    return Package(
        layer=_layer(metadata, origin, _presentation(metadata, spine)),
        manifest=manifest,
        toc_id=(spine.get("toc") or "") if spine is not None else "",
        cover_id=metadata.meta("cover"),
        guide_cover=_guide_cover(parts.get("guide")),
        spine=_reading_order(spine, manifest),
    )


def resolved(folder: str, href: str) -> str:
    """The archive name an href means: percent-decoded, relative to `folder` ("" or "OEBPS/"), confined to the archive. A fragment stays
    as it is. "" for an address outside the archive, or one of the document it stands in."""
    path, mark, fragment = href.strip().partition("#")
    if not path:
        return ""
    if "%" in path:
        path = unquote(path)
    path = path.replace("\\", "/")
    if path.split("/", 1)[0].rstrip().endswith(":") or path.startswith("//") or path.startswith(("data:", "mailto:")):
        return ""
    whole = path if path.startswith("/") else folder + path
    if "./" in whole or "//" in whole or whole.startswith("/") or whole.endswith("."):
        whole = _confined(whole)
    return whole + mark + fragment


def _confined(path: str) -> str:
    steps: list[str] = []
    for step in path.split("/"):
        if step == "..":
            del steps[-1:]
        elif step not in {"", "."}:
            steps.append(step)
    return "/".join(steps)


def _manifest(element: xml.Element) -> dict[str, Resource]:
    found: dict[str, Resource] = {}
    for item in element:
        name, href = item.get("id"), item.get("href")
        if href and isinstance(item.tag, str):
            found.setdefault(name or href, Resource(name or href, href, item.get("media-type") or "", item.get("properties") or ""))
    return found


def _reading_order(spine: xml.Element | None, manifest: dict[str, Resource]) -> tuple[str, ...]:
    """The parts a reader turns through; those marked as out of line (`linear="no"`) are reached by links only."""
    if spine is None:
        return ()
    wanted = [part.get("idref") or "" for part in spine if part.get("linear") != "no"]
    return tuple(manifest[name].href for name in wanted if name in manifest)


def _guide_cover(guide: xml.Element | None) -> str:
    if guide is None:
        return ""
    return next((each.get("href") or "" for each in xml.children(guide, "reference") if (each.get("type") or "").lower() == "cover"), "")


def _presentation(metadata: _Metadata, spine: xml.Element | None) -> dict[str, object]:
    """How the pages are laid out; absent where the book has no say."""
    said: dict[str, object] = {}
    direction = (spine.get("page-progression-direction") or "").lower() if spine is not None else ""
    direction = direction or metadata.meta("primary-writing-mode")[-2:]  # Kindle: "horizontal-rl"
    if direction in {"rtl", "rl"}:
        said["reading_direction"] = "rtl"
    elif direction == "ltr":
        said["reading_direction"] = "ltr"
    if metadata.meta("rendition:layout", "fixed-layout").lower() in {"pre-paginated", "true"}:
        said["fixed_layout"] = True
    return said


def _layer(metadata: _Metadata, origin: Origin, presentation: dict[str, object]) -> Layer:
    title, subtitle, sort_title = _titles(metadata)
    extra = dict(presentation)
    publisher = _known_first(metadata, "publisher")
    imprint = metadata.meta("ibooks:imprint", "imprint")
    if imprint and publisher:
        extra["publisher"] = publisher
    if rights := metadata.first("rights"):
        extra["rights"] = rights
    series, printed = _series(metadata)
    if printed:
        extra["series_number"] = printed
    credits = [*_persons(metadata), *series, *_topics(metadata)]
    if imprint or publisher:
        credits.append(Credit(EntityKind.PUBLISHER, imprint or publisher))
    return Layer(
        origin=origin,
        title=title,
        sort_title=sort_title,
        subtitle=subtitle,
        description=next((text for value in metadata.dublin.get("description", ()) if (text := fields.plain_text(value.text))), ""),
        date=_date(metadata),
        language=next((tag for value in metadata.dublin.get("language", ()) if (tag := language(value.text))), ""),
        rating=_rating(metadata.meta("calibre:rating")),
        credits=tuple(dict.fromkeys(credits)),
        identifiers=_identifiers(metadata),
        extra=extra,
    )


def _known_first(metadata: _Metadata, name: str) -> str:
    return next((line for value in metadata.dublin.get(name, ()) if (line := fields.known(value.text))), "")


def _titles(metadata: _Metadata) -> tuple[str, str, str]:
    """Title, subtitle and the title's own sort form."""
    main: _Value | None = None
    subtitle = ""
    plain: list[_Value] = []
    for value in metadata.dublin.get("title", ()):
        if not value.text.strip():
            continue
        kind = _title_type(metadata, value)
        if kind == "main" and main is None:
            main = value
        elif kind == "subtitle":
            subtitle = subtitle or fields.clean(value.text)
        elif not kind:
            plain.append(value)
    main = main or next(iter(plain), None) or next((value for value in metadata.dublin.get("title", ()) if value.text.strip()), None)
    if main is None:
        return "", "", ""
    title = fields.clean(main.text)
    return title, "" if subtitle == title else subtitle, metadata.refinement(main, "file-as") or metadata.meta("calibre:title_sort")


def _title_type(metadata: _Metadata, value: _Value) -> str:
    """main, subtitle, short, collection, edition, expanded or "" when nothing tells."""
    if said := metadata.refinement(value, "title-type"):
        return said.lower()
    name = value.attributes.get("id", "").lower().replace("_", "-")
    if name in {"title-main", "main-title", "maintitle"}:
        return "main"
    return "subtitle" if name in {"subtitle", "title-sub", "sub-title", "title-subtitle"} else ""


def _persons(metadata: _Metadata) -> list[Credit]:
    found: list[Credit] = []
    creators = metadata.dublin.get("creator", [])
    for values, otherwise in ((creators, Role.AUTHOR), (metadata.dublin.get("contributor", []), Role.CONTRIBUTOR)):
        for value in values:
            name = fields.known(value.text)
            roles = _roles(metadata, value)
            if not name or (name.lower().startswith(_CALIBRE) and "bkp" in roles):
                continue
            sort_name = fields.known(metadata.refinement(value, "file-as"))
            ours = _ours(roles, otherwise, alone=len(creators) == 1)
            found += [Credit(EntityKind.PERSON, name, role, None, sort_name) for role in ours]
    return found


def _roles(metadata: _Metadata, value: _Value) -> list[str]:
    """Role codes as written; EPUB 3 may give several."""
    said = metadata.refinements(value, "role") or [value.attributes.get("role", "")]
    return [code for each in said if (code := each.strip().lower().rpartition("/")[2].removeprefix("marc:"))]


def _ours(codes: list[str], otherwise: Role, *, alone: bool) -> list[Role]:
    """Our roles of the codes. An unknown code makes a contributor, except of the only creator: somebody wrote the book."""
    if not codes:
        return [otherwise]
    unknown = Role.AUTHOR if alone and otherwise is Role.AUTHOR else Role.CONTRIBUTOR
    return list(dict.fromkeys(RELATORS.get(code) or _ROLE_WORDS.get(code) or unknown for code in codes))


def _series(metadata: _Metadata) -> tuple[list[Credit], str]:
    """EPUB 3 collections, then calibre's series, each name once; and the number of the first series as printed. A collection that calls
    itself a set, such as a list of prize winners, is a group: its order is not a reading order."""
    found: dict[str, tuple[str, fields.Number]] = {}
    sets: dict[str, tuple[str, fields.Number]] = {}
    for value in metadata.properties.get("belongs-to-collection", ()):
        position = metadata.refinements(value, "group-position") or metadata.refinements(value, "calibre:series_index")
        into = sets if metadata.refinement(value, "collection-type").lower() == "set" else found
        _add_series(into, value.text, fields.number(position[0] if position else None))
    for name, number in _calibre_series(metadata):
        _add_series(found, name, number)
    credits = [Credit(EntityKind.SERIES, name, position=number.position) for name, number in found.values()]
    credits += [Credit(EntityKind.GROUP, name, position=number.position) for name, number in sets.values()]
    return credits, next((number.text for _, number in found.values()), "")


def _add_series(found: dict[str, tuple[str, fields.Number]], text: str, number: fields.Number) -> None:
    name = fields.clean(text)
    key = name.casefold()
    if name and (key not in found or (found[key][1].position is None and number.position is not None)):
        found[key] = (name, number)


def _calibre_series(metadata: _Metadata) -> list[tuple[str, fields.Number]]:
    """Each calibre:series with the index that stands nearest after it; a lone pair may come in either order."""
    names: list[tuple[str, fields.Number]] = []
    early = fields.NO_NUMBER
    properties = [(name, value.text) for name in ("calibre:series", "calibre:series_index") for value in metadata.properties.get(name, ())]
    for key, content in (*metadata.named, *properties):
        if key == "calibre:series" and content.strip():
            names.append((content, early))
            early = fields.NO_NUMBER
        elif key == "calibre:series_index":
            if names and names[-1][1] is fields.NO_NUMBER:
                names[-1] = (names[-1][0], fields.number(content))
            else:
                early = fields.number(content)
    return names


def _topics(metadata: _Metadata) -> list[Credit]:
    """dc:subject is what the book is about: its genres. Tags are what a reader put on it, kept by calibre beside them (calibre:tags)."""
    subjects = fields.unique(line for value in metadata.dublin.get("subject", ()) if (line := fields.known(value.text)))
    tags = fields.unique(tag for key, content in metadata.named if key == "calibre:tags" for tag in fields.listed(content))
    tags = tags or fields.unique(tag for value in metadata.properties.get("calibre:tags", ()) for tag in fields.listed(value.text))
    return [*(Credit(EntityKind.GENRE, name) for name in subjects), *(Credit(EntityKind.TAG, name) for name in tags)]


def _date(metadata: _Metadata) -> str:
    """The publication; the day the file was modified only when it is all there is."""
    dated: dict[str | None, str] = {}
    for value in metadata.dublin.get("date", ()):
        event = value.attributes.get("event")
        if found := fields.date(value.text):
            dated.setdefault(event.strip().lower() if event else None, found)
    for name in ("dcterms:issued", "dcterms:available", "dcterms:created"):
        if found := fields.date(metadata.meta(name)):
            dated.setdefault(name[8:], found)
    return next((dated[event] for event in _DATE_EVENTS if event in dated), next(iter(dated.values()), ""))


def _rating(text: str) -> int | None:
    """calibre counts half stars, 0 to 10; 0 is "not rated"."""
    value = fields.number(text).position
    return round(value * 10) if value is not None and 0 < value <= 10 else None


def _identifiers(metadata: _Metadata) -> dict[str, str]:
    found: fields.Identifiers = {}
    for value in metadata.dublin.get("identifier", ()):
        scheme = value.attributes.get("scheme") or next(iter(metadata.refinements(value, "identifier-type")), "")
        fields.identify(found, value.text, scheme)
    return found
