"""The table of contents of an EPUB: the navigation document of EPUB 3, else the NCX of EPUB 2. Nesting becomes `Chapter.level`."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from longshelf.model.records import Chapter
from longshelf.sources.folder import fields
from longshelf.sources.folder.formats import xml
from longshelf.sources.folder.formats.package import resolved

MAX_DEPTH = 60  # levels of nesting; deeper ones are damage
MAX_CHAPTERS = 5_000  # more entries than this are an index, not a table of contents


class Contents(NamedTuple):
    """`pages` is how many places a page list names, None without one. Hrefs are archive names with their fragment."""

    chapters: tuple[Chapter, ...] = ()
    pages: int | None = None


Reader = Callable[[xml.Element, str], Contents]


def of_navigation(root: xml.Element, folder: str) -> Contents:
    """From nav.xhtml in `folder`. A document that marks no nav as the toc is read by its first nav."""
    navs = list(xml.descendants(root, "nav"))
    by_type = {word: nav for nav in reversed(navs) for word in _types(nav)}
    toc = by_type.get("toc", navs[0] if navs and not by_type else None)
    chapters = () if toc is None else tuple(_cut(_entries(toc, folder, 0)))
    page_list = by_type.get("page-list")
    return Contents(chapters, None if page_list is None else _counted(page_list, "a"))


def of_ncx(root: xml.Element, folder: str) -> Contents:
    """From toc.ncx in `folder`."""
    points = xml.child(root, "navmap")
    chapters = () if points is None else tuple(_cut(_points(points, folder, 0)))
    page_list = xml.child(root, "pagelist")
    return Contents(chapters, None if page_list is None else _counted(page_list, "pagetarget"))


def _types(nav: xml.Element) -> list[str]:
    said = xml.attributes(nav)
    words = said.get("type", "").split()
    return words or [word.removeprefix("doc-") for word in said.get("role", "").split()]


def _cut(chapters: Iterator[Chapter]) -> Iterator[Chapter]:
    for count, chapter in enumerate(chapters):
        if count >= MAX_CHAPTERS:
            return
        yield chapter


def _counted(element: xml.Element, name: str) -> int | None:
    return sum(1 for _ in xml.descendants(element, name)) or None


def _entries(element: xml.Element, folder: str, level: int, depth: int = 0) -> Iterator[Chapter]:
    """The entries of every list directly in `element`, each before those nested in it."""
    for ordered in element:
        if xml.local(ordered.tag) not in {"ol", "ul"}:
            continue
        for entry in xml.children(ordered, "li"):
            chapter = _entry(entry, folder, level)
            if chapter is not None:
                yield chapter
            if depth < MAX_DEPTH:
                yield from _entries(entry, folder, level + (chapter is not None), depth + 1)


def _entry(entry: xml.Element, folder: str, level: int) -> Chapter | None:
    """The label of one list entry: a link, or a heading without one."""
    for label in entry:
        name = xml.local(label.tag)
        if name in {"ol", "ul"}:
            break
        link = label if name == "a" else next(xml.descendants(label, "a"), label) if name else None
        if link is not None and (title := fields.clean(xml.text(link)) or _spoken(link)):
            return Chapter(title, href=resolved(folder, link.get("href") or ""), level=level)
    return None


def _spoken(link: xml.Element) -> str:
    """What stands for a label made of a picture."""
    pictures = (each.get("alt") for each in xml.descendants(link, "img"))
    return fields.clean(next((text for text in pictures if text), link.get("title")))


def _points(element: xml.Element, folder: str, level: int, depth: int = 0) -> Iterator[Chapter]:
    for point in xml.children(element, "navpoint"):
        label, content = xml.child(point, "navlabel"), xml.child(point, "content")
        title = fields.clean(xml.text(label)) if label is not None else ""
        href = (content.get("src") or "") if content is not None else ""
        if title:
            yield Chapter(title, href=resolved(folder, href), level=level)
        if depth < MAX_DEPTH:
            yield from _points(point, folder, level + bool(title), depth + 1)
