"""Writes PDFs whose pages are pictures: a cover and pages of text, with an Info dictionary that says what a `Layer` says."""

import time
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from longshelf.demo.canvas import lettering
from longshelf.demo.says import names_of
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Layer

PAGE = (620, 877)  # A4 at 75 dpi
MADE = time.struct_time((2024, 1, 1, 12, 0, 0, 0, 1, 0))


def write(path: Path, says: Layer, cover: Image.Image, texts: Sequence[str] = ()) -> None:
    """The cover, then one page a text."""
    pages = [_fitted(cover), *(_text_page(text, number + 2) for number, text in enumerate(texts))]
    pages[0].save(
        path,
        "PDF",
        save_all=True,
        append_images=pages[1:],
        resolution=75,
        quality=80,
        title=says.title,
        author="; ".join(names_of(says, EntityKind.PERSON, Role.AUTHOR)),
        subject=says.description,
        keywords=", ".join(names_of(says, EntityKind.TAG)),
        creationDate=_date(says.date),
        modDate=MADE,
    )


def _date(text: str) -> time.struct_time:
    year, month, day = (*(int(part) for part in text.split("-") if part), 1, 1)[:3] if text else (2024, 1, 1)
    return time.struct_time((year, month, day, 12, 0, 0, 0, 1, 0))


def _fitted(cover: Image.Image) -> Image.Image:
    page = Image.new("RGB", PAGE, (255, 255, 255))
    page.paste(cover.resize(PAGE))
    return page


def _text_page(text: str, number: int) -> Image.Image:
    page = Image.new("RGB", PAGE, (252, 251, 247))
    draw = ImageDraw.Draw(page)
    body = lettering(text, PAGE[0] * 0.76, PAGE[1] * 0.75, 20, spacing=1.45)
    body.draw(draw, (PAGE[0] * 0.12, PAGE[1] * 0.1, PAGE[0], PAGE[1]), (40, 38, 36), "left")
    draw.text((PAGE[0] / 2, PAGE[1] * 0.95), str(number), fill=(120, 116, 110))
    return page
