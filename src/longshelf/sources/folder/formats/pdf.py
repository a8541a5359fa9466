"""PDF, through PDFium: the Info dictionary, the catalogue's language, the outline and the number of pages. Nothing is rendered here.

Titles that a program made up from a file name say nothing and are left out."""

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from longshelf.errors import Unreadable
from longshelf.model.kinds import EntityKind, ItemKind, Role
from longshelf.model.records import Chapter, Cover, Credit, Facts, Layer, Origin
from longshelf.sources.folder import fields, regular
from longshelf.sources.folder.languages import language
from longshelf.sources.folder.reading import Reading

if TYPE_CHECKING:
    import pypdfium2

MIME = "application/pdf"
MAX_CHAPTERS = 5_000
MAX_DEPTH = 15  # of the outline; deeper is damage
_NOBODY = "anonymous"  # ReportLab's word for an author nobody gave
_HEAD = 1_024  # the header may come after that many bytes of something else, as readers allow
_MADE_UP_TITLE = re.compile(
    r"microsoft (?:word|powerpoint|excel)\s*-\s*.*|untitled.*|document\d*"
    r"|.*\.(?:docx?|pptx?|xlsx?|indd|tex|dvi|pdf|qxd|rtf|odt|pmd|ps)",
    re.I,
)


def parse(path: Path) -> Reading:
    """See `reading.Parser`. Unreadable when it is no PDF, is damaged beyond PDFium's repair, or asks for a password."""
    with _opened(path) as document:
        pages = len(document)
        if pages == 0:
            raise Unreadable("the PDF has no pages")
        info = {key.lower(): value for key, value in document.get_metadata_dict(skip_empty=True).items()}
        warnings: list[str] = []
        layer = _layer(info, _language(document), _chapters(document, pages, warnings))
    return Reading(ItemKind.BOOK, Facts(mime=MIME, pages=pages), (layer,), tuple(warnings))


@contextlib.contextmanager
def _opened(path: Path) -> Iterator["pypdfium2.PdfDocument"]:
    import pypdfium2
    from pypdfium2 import PdfiumError, raw

    with regular.opened(path) as descriptor, os.fdopen(descriptor, "rb", closefd=False) as file:
        if b"%PDF-" not in os.pread(descriptor, _HEAD, 0):
            raise Unreadable("not a PDF")
        try:
            document = pypdfium2.PdfDocument(file)
        except PdfiumError as error:
            if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD:
                raise Unreadable("the PDF needs a password") from None
            raise Unreadable(f"the PDF is damaged: {error}") from None
        try:
            yield document
        except PdfiumError as error:
            raise Unreadable(f"the PDF is damaged: {error}") from None
        finally:
            document.close()


def _layer(info: dict[str, str], tongue: str, chapters: tuple[Chapter, ...]) -> Layer:
    title = fields.known(info.get("title"))
    people = fields.people(info.get("author"))
    credits = [Credit(EntityKind.PERSON, name, Role.AUTHOR, None, sort_name) for name, sort_name in people if name != _NOBODY]
    credits += [Credit(EntityKind.TAG, name) for name in fields.unique(_keywords(info.get("keywords", "")))]
    return Layer(
        origin=Origin.EMBEDDED,
        title="" if _MADE_UP_TITLE.fullmatch(title) else title,
        description=fields.plain_text(info.get("subject")),
        date=fields.date(info.get("creationdate")),
        language=language(tongue),
        credits=tuple(credits),
        chapters=chapters,
        cover=Cover("page", "0"),
    )


def _keywords(text: str) -> list[str]:
    """Separated by semicolons, or else by commas."""
    return fields.listed(text, ";" if ";" in text else ",")


def _language(document: "pypdfium2.PdfDocument") -> str:
    from ctypes import c_ushort

    from pypdfium2 import raw

    size = raw.FPDFCatalog_GetLanguage(document.raw, None, 0)
    if not 2 < size <= 512:
        return ""
    buffer = (c_ushort * (size // 2))()
    raw.FPDFCatalog_GetLanguage(document.raw, buffer, size)
    return bytes(buffer).decode("utf-16-le", "replace").rstrip("\0")


def _chapters(document: "pypdfium2.PdfDocument", pages: int, warnings: list[str]) -> tuple[Chapter, ...]:
    """The outline in reading order; an entry that leads nowhere has no page."""
    found: list[Chapter] = []
    for bookmark in document.get_toc(max_depth=MAX_DEPTH):
        if len(found) >= MAX_CHAPTERS:
            warnings.append(f"only the first {MAX_CHAPTERS:,} entries of the outline are kept")
            break
        title = fields.clean(bookmark.get_title())
        place = bookmark.get_dest()
        page = place.get_index() if place else None
        if title:
            found.append(Chapter(title, page=page if page is not None and 0 <= page < pages else None, level=bookmark.level))
    return tuple(found)
