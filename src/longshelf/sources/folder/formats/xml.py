"""XML from strangers: parsed without fetching, expanding or trusting anything, and repaired where that is possible.

No DTD is loaded, no entity is resolved (those of HTML are replaced beforehand, they are only characters), no network is touched, and
libxml2's limits on depth and size stay on. A document that is not well-formed is read as far as it makes sense, and says so."""

import codecs
import re
from collections.abc import Iterator
from functools import lru_cache
from html.entities import html5
from typing import NamedTuple

from lxml import etree

from longshelf.errors import Unreadable

Element = etree._Element  # lxml's only name for it


class Document(NamedTuple):
    """`repaired` is why the text was not well-formed, "" when it was."""

    root: Element
    repaired: str = ""


def _parser(*, repairing: bool) -> etree.XMLParser:
    """One that fetches nothing, resolves nothing and keeps its limits."""
    return etree.XMLParser(
        recover=repairing,
        encoding="utf-8" if repairing else None,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


# Two parsers for all calls: making one costs more than parsing a small file, and lxml locks them between threads.
_STRICT = _parser(repairing=False)
_REPAIRING = _parser(repairing=True)
_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31});")
_XML_ENTITIES = frozenset((b"amp", b"lt", b"gt", b"quot", b"apos"))
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def parse(data: bytes, what: str) -> Document:
    """The document in `data`; `what` names it in reasons. Raises Unreadable when there is no element in it at all."""
    if b"&" in data:
        data = _ENTITY.sub(_character, data)
    try:
        return Document(etree.fromstring(data, _STRICT))
    except (etree.XMLSyntaxError, ValueError) as error:
        return _repaired(data, what, str(error))


@lru_cache(maxsize=4_096)
def local(name: object) -> str:
    """ "title" for "{http://purl.org/dc/elements/1.1/}Title": files disagree about namespaces and case, and some declare none."""
    return name.rpartition("}")[2].rpartition(":")[2].lower() if isinstance(name, str) else ""


def attributes(element: Element) -> dict[str, str]:
    """Its attributes by local name, in lower case; of two, the one without a namespace counts."""
    found: dict[str, str] = {}
    for name, value in element.attrib.items():
        plain = name if isinstance(name, str) else name.decode()
        text = value if isinstance(value, str) else value.decode()
        if "}" in plain or ":" in plain:
            found.setdefault(local(plain), text)
        else:
            found[plain.lower()] = text
    return found


def text(element: Element) -> str:
    """All text inside, in order."""
    if len(element):
        return "".join(_pieces(element))
    return element.text or ""


def children(element: Element, name: str) -> Iterator[Element]:
    """Its direct children of that local name."""
    return (child for child in element if local(child.tag) == name)


def child(element: Element, name: str) -> Element | None:
    """The first direct child of that local name."""
    return next(children(element, name), None)


def descendants(element: Element, name: str) -> Iterator[Element]:
    """Everything below of that local name, in document order."""
    return (each for each in element.iter() if local(each.tag) == name)


def _pieces(element: Element) -> Iterator[str]:
    """Text of the tree below; an unresolved entity has a tag that is no text, and says nothing."""
    for each in element.iter():
        if isinstance(each.tag, str) and each.text:
            yield each.text
        if each is not element and each.tail:
            yield each.tail


def _repaired(data: bytes, what: str, reason: str) -> Document:
    """A second try: the encoding judged by the bytes instead of the declaration, errors skipped."""
    plain = _DECLARATION.sub("", _text_of(data).replace("\x00", "")).encode("utf-8", "replace")
    try:
        root = etree.fromstring(plain, _REPAIRING)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        raise Unreadable(f"{what} is not XML: {reason}"[:300])
    return Document(root, f"{what} is not well-formed and was repaired: {reason}"[:300])


def _text_of(data: bytes) -> str:
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, "replace").lstrip("\ufeff")
    for guess, encoding in ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be")):
        if data.startswith(guess):
            return data.decode(encoding, "replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode(_declared(data), "replace")


def _declared(data: bytes) -> str:
    """The declared encoding when Python has it and it is not the one that just failed; Windows' Latin 1 otherwise."""
    match = re.match(rb"\s*<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9._-]+)", data)
    name = match[1].decode() if match else ""
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return "cp1252"
    return "cp1252" if found in {"utf-8", "ascii"} or not codecs.lookup(found)._is_text_encoding else found


def _character(match: re.Match[bytes]) -> bytes:
    """A numeric reference for an HTML entity, which every XML parser knows; XML's own and unknown ones stay."""
    name = match[1]
    if name in _XML_ENTITIES:
        return match[0]
    characters = html5.get(name.decode() + ";")
    return b"".join(b"&#%d;" % ord(char) for char in characters) if characters else match[0]
