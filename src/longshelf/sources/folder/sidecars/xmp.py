"""XMP: the packet inside pictures and the sidecar files beside them, read alike.

Properties are known by namespace and name, whatever prefix a program chose, as attributes or as elements. The rule: only the table below is
read; a packet that is not well-formed is read as far as it makes sense."""

import os
import re
from pathlib import Path

from longshelf.errors import Unreadable
from longshelf.model.kinds import EntityKind, ItemKind, Role
from longshelf.model.records import Credit, Layer, Origin
from longshelf.sources.folder import fields
from longshelf.sources.folder.formats import xml
from longshelf.sources.folder.languages import language
from longshelf.sources.folder.reading import MAX_TEXT
from longshelf.sources.folder.registry import format_of

MAX_TAGS = 2_000
MAX_DEPTH = 20  # of a keyword tree

# Namespaces that are read, by the prefix everyone uses.
_PREFIXES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/lightroom/1.0/": "lr",
    "http://www.digikam.org/ns/1.0/": "digikam",
    "http://ns.microsoft.com/photo/1.0/": "ms",
    "http://ns.microsoft.com/photo/1.0": "ms",
    "http://ns.acdsee.com/iptc/1.0/": "acdsee",
    "http://www.metadataworkinggroup.com/schemas/keywords/": "kw",
    "http://www.metadataworkinggroup.com/schemas/regions/": "rs",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "iptcext",
    "http://ns.adobe.com/xmp/1.0/DynamicMedia/": "dm",
}
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_LISTS = frozenset((_RDF + "Bag", _RDF + "Seq", _RDF + "Alt"))
_TREES = (("lr:hierarchicalSubject", "|"), ("digikam:TagsList", "/"), ("ms:LastKeywordXMP", "/"))
_TITLES = ("dc:title", "photoshop:Headline")
_DATES = ("exif:DateTimeOriginal", "photoshop:DateCreated", "xmp:CreateDate", "exif:DateTimeDigitized")
_MAKERS = {ItemKind.BOOK: Role.AUTHOR, ItemKind.COMIC: Role.AUTHOR, ItemKind.VIDEO: Role.DIRECTOR}
_PERCENT = ((1, 20), (25, 40), (50, 60), (75, 80), (99, 100))  # Windows' MicrosoftPhoto:Rating -> ours
_DEGREES = re.compile(r"(\d{1,3}(?:\.\d+)?)(?:,(\d{1,2}(?:\.\d+)?))?(?:,(\d{1,2}(?:\.\d+)?))?([NSEW])")

Properties = dict[str, list[str]]


def read(path: Path) -> Layer:
    """The sidecar at `path`. Its name tells the kind of file it describes, and so what its creator did ("x.jpg.xmp": a photographer)."""
    size = path.stat().st_size
    if size > MAX_TEXT:
        raise Unreadable(f"is larger than {MAX_TEXT >> 20} MiB: not a sidecar")
    described = format_of(os.fsencode(path.stem))
    maker = _MAKERS.get(described.kind, Role.PHOTOGRAPHER) if described else Role.PHOTOGRAPHER
    return layer(path.read_bytes(), Origin.SIDECAR, maker)


def layer(data: bytes, origin: Origin, maker: Role = Role.PHOTOGRAPHER) -> Layer:
    """What one packet says. `maker` is what dc:creator did. Unreadable when there is no XML in it at all."""
    root = xml.parse(data.strip(b"\0 \r\n\t"), "the XMP").root
    return said(properties(root), origin, maker)


def said(found: Properties, origin: Origin, maker: Role = Role.PHOTOGRAPHER) -> Layer:
    """The layer of properties by name; the first title and date in the order of the tables wins."""
    tags = _tags(found)
    credits = [Credit(EntityKind.PERSON, name, maker) for text in found.get("dc:creator", ()) for name in fields.names(text, ";")]
    credits += [Credit(EntityKind.PERSON, name, Role.PERFORMER) for name in fields.unique(found.get("person", ()))]
    credits += [Credit(EntityKind.TAG, name) for name in tags]
    return Layer(
        origin=origin,
        title=_first(found, _TITLES),
        description=fields.plain_text(next(iter(found.get("dc:description", ())), "")),
        date=next((day for name in _DATES if (day := fields.date(_first(found, (name,))))), ""),
        language=language(_first(found, ("dc:language",))),
        rating=_rating(found),
        credits=tuple(dict.fromkeys(credits)),
        extra=_extra(found),
    )


def properties(root: xml.Element) -> Properties:
    """ "dc:title" → texts, of every rdf:Description. People are under "person", leaves and branches of keyword trees under "kw"."""
    found: Properties = {}
    for description in root.iter(_RDF + "Description"):
        for name, value in description.attrib.items():
            _keep(found, _name(str(name)), [str(value)])
        for element in description:
            name = _name(str(element.tag))
            if name == "kw:Keywords":
                _keep(found, "kw", _keyword_tree(element))
            elif name == "rs:Regions":
                _keep(found, "person", _faces(element))
            elif name == "iptcext:PersonInImage":
                _keep(found, "person", _values(element))
            elif name:
                _keep(found, name, _values(element))
    return found


def _keep(found: Properties, name: str, texts: list[str]) -> None:
    kept = [text for text in texts if text.strip()]
    if name and kept:
        found.setdefault(name, []).extend(kept[:MAX_TAGS])


def _name(tag: str) -> str:
    space, _, local = tag.rpartition("}")
    prefix = _PREFIXES.get(space[1:], "")
    return f"{prefix}:{local}" if prefix else ""


def _values(element: xml.Element) -> list[str]:
    """The texts of a property: of a list all, of alternatives in languages the default alone."""
    for child in element:
        if child.tag in _LISTS:
            items = [item for item in child if item.tag == _RDF + "li"]
            texts = [xml.text(item) for item in items]
            if child.tag == _RDF + "Alt" and items:
                default = next((index for index, item in enumerate(items) if item.get(_LANG) in ("x-default", None)), 0)
                return texts[default : default + 1]
            return texts
    return [xml.text(element)]


def _keyword_tree(element: xml.Element) -> list[str]:
    return [xml.text(each) for each in xml.descendants(element, "keyword") if not len(each)]


def _faces(element: xml.Element) -> list[str]:
    """Names of regions that are faces; the same may be elements or attributes."""
    names = []
    for each in element.iter():
        parts = {xml.local(child.tag): xml.text(child) for child in each if isinstance(child.tag, str)} | xml.attributes(each)
        if parts.get("type", "").strip().lower() == "face" and parts.get("name", "").strip():
            names.append(fields.clean(parts["name"]))
    return names


def _first(found: Properties, names: tuple[str, ...]) -> str:
    return next((text for name in names for value in found.get(name, ()) if (text := fields.clean(value))), "")


def _tags(found: Properties) -> list[str]:
    """Flat keywords and every level of the trees, each once."""
    names = [*found.get("dc:subject", ()), *found.get("kw", ())]
    for name, separator in _TREES:
        names += [part for path in found.get(name, ()) for part in path.split(separator)[:MAX_DEPTH]]
    return fields.unique(tag for name in names[:MAX_TAGS] if (tag := fields.known(name)))


def _rating(found: Properties) -> int | None:
    """Stars as 20 points each; 0 is XMP's word for unrated, -1 for rejected."""
    try:
        stars = float(_first(found, ("xmp:Rating",)) or 0)
        percent = float(_first(found, ("ms:Rating",)) or 0)
    except ValueError:
        return None
    if 0 < stars <= 5:
        return round(stars * 20)
    if 0 < percent <= 100:
        return max(points for limit, points in _PERCENT if percent >= limit or limit == 1)
    return None


def _extra(found: Properties) -> dict[str, object]:
    trees = [path for name, separator in _TREES[:2] for path in found.get(name, ()) if separator in path]
    taken = _first(found, _DATES[:1])
    extra: dict[str, object] = {
        "label": _first(found, ("xmp:Label",)),
        "headline": _first(found, ("photoshop:Headline",)) if "dc:title" in found else "",
        "copyright": _first(found, ("dc:rights",)),
        "rejected": _first(found, ("xmp:Rating",)) == "-1",
        "keyword_paths": fields.unique(trees),
        "taken": taken if "T" in taken else "",
        "gps": _position(found),
        "place": [text for name in ("City", "State", "Country") if (text := _first(found, (f"photoshop:{name}",)))],
    }
    return {name: value for name, value in extra.items() if value}


def _position(found: Properties) -> dict[str, float]:
    latitude, longitude = (_degrees(_first(found, (f"exif:{name}",))) for name in ("GPSLatitude", "GPSLongitude"))
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180 or latitude == longitude == 0:
        return {}
    return {"latitude": round(latitude, 6), "longitude": round(longitude, 6)}


def _degrees(text: str) -> float | None:
    """ "53,22.97N" and "53,22,58N"."""
    match = _DEGREES.fullmatch(text)
    if match is None:
        return None
    degrees: float = sum(float(match[group] or 0) / 60 ** (group - 1) for group in (1, 2, 3))
    return -degrees if match[4] in "SW" else degrees
