"""Comics: an archive of pictures, with metadata inside it or none. CBZ, CBR and CB7 are told by their bytes, not by their name.

The pages are its pictures in natural order. Of the metadata files, ComicInfo counts before MetronInfo, CoMet and the ComicBookInfo in a
ZIP's comment. What is wrong with the metadata is a warning; only an archive without pages or metadata is unreadable."""

import re
from collections.abc import Sequence
from pathlib import Path

import msgspec

from longshelf.errors import Unreadable
from longshelf.model.kinds import EntityKind, ItemKind
from longshelf.model.records import Chapter, Cover, Credit, Facts, Layer, Origin
from longshelf.sources.folder import names
from longshelf.sources.folder.formats import archive
from longshelf.sources.folder.formats.archive import Archive
from longshelf.sources.folder.reading import Reading
from longshelf.sources.folder.sidecars import comicdialects, comicinfo
from longshelf.sources.folder.sidecars.comicfields import ComicInfo

METADATA_FILES = ("comicinfo.xml", "metroninfo.xml", "comet.xml")  # the best first, compared without case
MIMES = {
    "zip": "application/vnd.comicbook+zip",
    "rar": "application/vnd.comicbook-rar",
    "rar5": "application/vnd.comicbook-rar",
    "7zip": "application/x-cb7",
}
_CHAPTER_NAME = re.compile(r"(?:^|[\s._\-\[(])(?:chapter|chap|ch|c)[\s._-]*(\d{1,4}(?:\.\d{1,2})?)(?=$|[\s._\-\])vp])", re.I)


def parse(path: Path) -> Reading:
    """See `reading.Parser`. Unreadable when it is no archive, is encrypted or damaged, or holds neither pages nor comic metadata."""
    with archive.opened(path, wanted=_is_metadata) as comic:
        pages = archive.pictures(comic.names)
        info, warnings = _metadata(comic)
        if not pages:
            if info is None:
                raise Unreadable("not a comic: the archive holds no pictures")
            warnings.append("the archive holds no pages, only metadata")
        elif comic.is_encrypted(pages[0]):
            raise Unreadable("its pages are encrypted with a password")
    layer = _layer(info, pages, path)
    return Reading(ItemKind.COMIC, Facts(mime=MIMES[comic.kind], pages=len(pages)), (layer,), tuple(warnings))


def _is_metadata(name: str) -> bool:
    return name.rpartition("/")[2].lower() in METADATA_FILES


def _metadata(comic: Archive) -> tuple[ComicInfo | None, list[str]]:
    """The best metadata that can be read. A file nearer the root counts before the same deeper down."""
    warnings: list[str] = []
    found = [name for name in comic.names if _is_metadata(name)]
    found.sort(key=lambda name: (METADATA_FILES.index(name.rpartition("/")[2].lower()), name.count("/")))
    for name in found:
        try:
            return comicinfo.parse(comic.read(name), name), warnings
        except Unreadable as error:
            warnings.append(f"metadata ignored: {error}")
    if comic.comment.lstrip().startswith(b"{"):
        try:
            return comicdialects.comic_book_info(comic.comment), warnings
        except Unreadable:
            return None, warnings  # comments are free text; one that is no metadata is nobody's mistake
    return None, warnings


def _layer(info: ComicInfo | None, pages: Sequence[str], path: Path) -> Layer:
    cover = Cover("member", _cover(info, pages)) if pages else None
    if info is None:
        return Layer(origin=Origin.EMBEDDED, cover=cover, chapters=chapters(pages))
    layer = info.layer
    bookmarks = tuple(mark for mark in layer.chapters if (mark.page or 0) < len(pages))
    return msgspec.structs.replace(layer, cover=cover, chapters=bookmarks or chapters(pages), credits=_numbered(layer.credits, path))


def _cover(info: ComicInfo | None, pages: Sequence[str]) -> str:
    """The page that is called the cover, else the first."""
    if info is not None and info.cover_page is not None and info.cover_page < len(pages):
        return pages[info.cover_page]
    if info is not None and info.cover_name:
        base = info.cover_name.rpartition("/")[2]
        return next((page for page in pages if page.rpartition("/")[2] == base), pages[0])
    return pages[0]


def _numbered(credits: tuple[Credit, ...], path: Path) -> tuple[Credit, ...]:
    """A series the metadata leaves without number takes the one in the file's name."""
    first = next((credit for credit in credits if credit.kind is EntityKind.SERIES), None)
    if first is None or first.position is not None:
        return credits
    position = names.comic_number(path.name)
    return tuple(msgspec.structs.replace(credit, position=position) if credit is first else credit for credit in credits)


def chapters(pages: Sequence[str]) -> tuple[Chapter, ...]:
    """Where the pages lie in two folders or more, each folder is a chapter; else the chapter numbers in their names, if there are two."""
    by_folder = _starts([page.rpartition("/")[0] for page in pages])
    if len(by_folder) >= 2:
        shared = _shared_length(list(by_folder))
        return tuple(Chapter(folder[shared:].strip("/") or folder or "Cover", page=start) for folder, start in by_folder.items())
    numbers = _starts([match[1] if (match := _CHAPTER_NAME.search(page.rpartition("/")[2])) else "" for page in pages])
    numbers.pop("", None)
    if len(numbers) < 2:
        return ()
    return tuple(Chapter(f"Chapter {number.lstrip('0') or '0'}", page=start) for number, start in numbers.items())


def _starts(keys: Sequence[str]) -> dict[str, int]:
    """Key -> the first page that has it, in page order."""
    found: dict[str, int] = {}
    for place, key in enumerate(keys):
        found.setdefault(key, place)
    return found


def _shared_length(folders: Sequence[str]) -> int:
    """How many leading characters are whole folders common to all."""
    shared = folders[0].split("/")
    for folder in folders[1:]:
        steps = folder.split("/")
        shared = shared[: _agreeing(shared, steps)]
    return len("/".join(shared))


def _agreeing(left: Sequence[str], right: Sequence[str]) -> int:
    return next((index for index, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
