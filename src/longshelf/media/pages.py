"""What a reader turns: pages of comics and PDFs, and the inner files of an EPUB.

Synchronous and bounded; the API runs them in `Workers`. Page numbers count from 0. Every file is reached through `locate`, every inner
name must be one the archive lists."""

import os
import posixpath
from pathlib import Path
from urllib.parse import unquote

import msgspec

from longshelf.errors import NotFound
from longshelf.media import documents
from longshelf.media.covers import Original, encoded
from longshelf.media.locate import Located, file_path, opened
from longshelf.media.mime import SNIFFED, mime_of, picture_mime
from longshelf.sources.folder.formats import archive, epub
from longshelf.sources.folder.reading import MAX_COVER

MAX_RESOURCE = 128 * 2**20  # bytes of one inner file of a book: a whole embedded audio chapter
MIN_WIDTH, MAX_WIDTH = 64, 3_072  # pixels a PDF page may be asked for


class ComicPage(msgspec.Struct, frozen=True):
    name: str
    mime: str


def comic_pages(place: Located) -> tuple[ComicPage, ...]:
    """In reading order. Unreadable when the file is no archive."""
    return tuple(ComicPage(name, mime_of(name)) for name in archive.pages(_path(place)))


def comic_page(place: Located, number: int) -> Original:
    """The bytes of one page as they are in the archive, with the type its bytes tell. NotFound outside the comic."""
    with archive.opened(_path(place)) as opened_archive:
        names = archive.pictures(opened_archive.names)
        if not 0 <= number < len(names):
            raise NotFound("no such page")
        data = opened_archive.read(names[number], MAX_COVER)
    return Original(data, picture_mime(data[:SNIFFED]) or mime_of(names[number]))


def pdf_page(place: Located, number: int, width: int, form: str = "WEBP") -> Original:
    """A page drawn `width` pixels wide (clamped to 64-3072), as WEBP or JPEG."""
    with opened(file_path(place)) as descriptor:
        picture = documents.page(descriptor, number, min(max(width, MIN_WIDTH), MAX_WIDTH))
    return Original(encoded(picture, form, 82), f"image/{form.lower()}")


def pdf_page_count(place: Located) -> int:
    with opened(file_path(place)) as descriptor:
        return documents.page_count(descriptor)


def epub_resource(place: Located, href: str) -> Original:
    """An inner file by its path from the root of the EPUB, as links in the book name it once resolved; percent-encoding and "." are
    understood, ".." that leaves the book is NotFound. The type is by extension: serve it sandboxed, it may hold scripts."""
    path = _path(place)
    with archive.opened(path) as book:
        names = frozenset(book.names)
        name = next((each for each in (inner_name(href), inner_name(unquote(href))) if each in names), None)
        if name is None:
            raise NotFound("no such part of this book")
        return Original(book.read(name, MAX_RESOURCE), mime_of(name))


class SpineSection(msgspec.Struct, frozen=True):
    """One part of a book. `href` is its path from the root of the EPUB; `title` "" where the table of contents names none."""

    href: str
    title: str


def epub_spine(place: Located) -> list[SpineSection]:
    """The parts of a book in reading order. Unreadable when the file is no EPUB."""
    return [SpineSection(part.href, part.title) for part in epub.spine(_path(place))]


def inner_name(href: str) -> str:
    """ "OEBPS/./text/../images/a.png" → "OEBPS/images/a.png"; "" for anything absolute, outside, or empty."""
    plain = href.partition("#")[0].partition("?")[0].replace("\\", "/")
    if plain.startswith("/") or "\0" in plain or not plain:
        return ""
    name = posixpath.normpath(plain)
    return "" if name == "." or name.startswith("..") else name


def _path(place: Located) -> Path:
    return Path(os.fsdecode(file_path(place)))
