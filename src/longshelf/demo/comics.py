"""Writes CBZ comics with the ComicInfo.xml that says what a `Layer` says."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from longshelf.demo.says import credits_of, first_name, names_of, number_text
from longshelf.demo.zips import write_zip
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Layer

CREDIT_ELEMENTS: tuple[tuple[Role, str], ...] = (
    (Role.WRITER, "Writer"),
    (Role.PENCILLER, "Penciller"),
    (Role.INKER, "Inker"),
    (Role.COLORIST, "Colorist"),
    (Role.LETTERER, "Letterer"),
    (Role.COVER_ARTIST, "CoverArtist"),
    (Role.EDITOR, "Editor"),
    (Role.TRANSLATOR, "Translator"),
)
# ComicInfo's words for ages.
AGE_RATINGS: dict[int, str] = {0: "Everyone", 10: "Everyone 10+", 13: "Teen", 15: "MA15+", 17: "Mature 17+", 18: "R18+"}


def write(path: Path, says: Layer, pages: Sequence[bytes], *, suffix: str = "jpg") -> None:
    """`pages` are encoded pictures, the first one the cover; `says.chapters` with page numbers become bookmarks."""
    members = [("ComicInfo.xml", comic_info(says, len(pages)).encode())]
    members += [(page_name(index, suffix), page) for index, page in enumerate(pages)]
    write_zip(path, members)


def page_name(index: int, suffix: str = "jpg") -> str:
    return f"page-{index + 1:03d}.{suffix}"


def comic_info(says: Layer, pages: int) -> str:
    """The ComicInfo.xml document (schema 2.1)."""
    lines = [f"<{element}>{escape(text)}</{element}>" for element, text in _fields(says, pages) if text]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ComicInfo xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
        + "\n".join(lines)
        + f"\n<Pages>{_pages(says, pages)}</Pages>\n</ComicInfo>\n"
    )


def _fields(says: Layer, pages: int) -> list[tuple[str, str]]:
    series = next(iter(credits_of(says, EntityKind.SERIES)), None)
    year, month, day = (*says.date.split("-"), "", "", "")[:3]
    return [
        ("Title", says.title),
        ("Series", series.name if series else ""),
        ("Number", number_text(series.position) if series else ""),
        ("Summary", says.description),
        ("Year", year),
        ("Month", month.lstrip("0")),
        ("Day", day.lstrip("0")),
        *((element, ", ".join(names_of(says, EntityKind.PERSON, role))) for role, element in CREDIT_ELEMENTS),
        ("Publisher", first_name(says, EntityKind.PUBLISHER)),
        ("Genre", ", ".join(names_of(says, EntityKind.GENRE))),
        ("Tags", ", ".join(names_of(says, EntityKind.TAG))),
        ("PageCount", str(pages)),
        ("LanguageISO", says.language),
        ("AgeRating", AGE_RATINGS.get(says.age_rating, "") if says.age_rating is not None else ""),
        ("GTIN", says.identifiers.get("isbn", "")),
    ]


def _pages(says: Layer, pages: int) -> str:
    bookmarks = {chapter.page: chapter.title for chapter in says.chapters if chapter.page is not None}
    rows = []
    for index in range(pages):
        kind = ' Type="FrontCover"' if index == 0 else ""
        bookmark = f' Bookmark="{escape(bookmarks[index])}"' if index in bookmarks else ""
        rows.append(f'<Page Image="{index}"{kind}{bookmark}/>')
    return "".join(rows)
