"""Pages of a PDF as pictures.

pdfium is not safe to use from two threads, so everything here holds one lock; in the worker processes nobody waits for it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2
from PIL import Image

from longshelf.errors import NotFound, Unreadable

MAX_SIDE = 6_000  # pixels of the longer side, whatever width was asked for
MAX_FILE = 2 * 2**30
_pdfium = threading.Lock()


def page(descriptor: int, number: int, width: int) -> Image.Image:
    """Page `number` (from 0) rendered `width` pixels wide on white. NotFound past the end; Unreadable when it is no PDF."""
    with _document(descriptor) as document:
        if not 0 <= number < len(document):
            raise NotFound("no such page")
        sheet = document[number]
        across, tall = sheet.get_size()
        if across <= 0 or tall <= 0:
            raise Unreadable("the page has no size")
        scale = min(width / across, MAX_SIDE / max(across, tall))
        bitmap = sheet.render(scale=scale, may_draw_forms=False)
        image: Image.Image = bitmap.to_pil()
        return image.convert("RGB")


def page_count(descriptor: int) -> int:
    with _document(descriptor) as document:
        return len(document)


@contextmanager
def _document(descriptor: int) -> Iterator[pypdfium2.PdfDocument]:
    with _pdfium, open(descriptor, "rb", closefd=False) as file:
        try:
            document = pypdfium2.PdfDocument(file)
        except pypdfium2.PdfiumError as error:
            raise Unreadable(f"the PDF cannot be read: {error}") from None
        try:
            yield document
        except pypdfium2.PdfiumError as error:
            raise Unreadable(f"the page cannot be drawn: {error}") from None
        finally:
            document.close()
