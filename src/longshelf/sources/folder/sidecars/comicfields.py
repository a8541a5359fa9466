"""What the dialects of comic metadata share: numbering, ages, topics, publishers and page marks.

The rule: the first element of a name counts, and a volume is not a number: it is kept beside it, and becomes the number only where there is
none and it is not a year."""

from collections.abc import Mapping
from typing import NamedTuple

from longshelf.model.kinds import EntityKind
from longshelf.model.records import Chapter, Credit, Layer
from longshelf.sources.folder import fields
from longshelf.sources.folder.formats import xml

# The words of ComicInfo 2.1, and of the rating systems people type instead -> the youngest reader, in years.
# "Unknown" and "Rating Pending" say nothing.
AGE_RATINGS: dict[str, int] = {
    "everyone": 0, "g": 0, "all ages": 0, "early childhood": 3, "kids to adults": 6, "pg": 8, "everyone 10+": 10,
    "teen": 13, "t": 13, "pg-13": 13, "teen plus": 15, "teen+": 15, "t+": 15, "ma15+": 15, "m": 17, "mature 17+": 17, "mature": 17,
    "r18+": 18, "x18+": 18, "adults only 18+": 18, "adult": 18, "explicit": 18,
}  # fmt: skip
YEARS_AS_VOLUMES = 1_000  # volume 1950 is the year the series began
_COVER_TYPES = ("frontcover", "innercover")


class ComicInfo(NamedTuple):
    """`layer` without cover. `cover_page` is the place of the cover among the pages, `cover_name` its name, where the file says so."""

    layer: Layer
    cover_page: int | None = None
    cover_name: str = ""


def first_texts(root: xml.Element) -> dict[str, str]:
    """Text of the first child of each name; the empty ones are absent."""
    found: dict[str, str] = {}
    for element in root:
        name = xml.local(element.tag)
        if name and not len(element) and name not in found and (element.text or "").strip():
            found[name] = (element.text or "").strip()
    return found


def numbering(number: str | float | None, volume: str | float | None) -> tuple[fields.Number, int | None]:
    """The number within the series, and the volume."""
    said = fields.number(number)
    of_volume = fields.number(volume).position
    if said.position is None and not said.text and of_volume is not None and 0 <= of_volume < YEARS_AS_VOLUMES:
        said = fields.number(volume)
    return said, round(of_volume) if of_volume is not None else None


def age_rating(text: str | None) -> int | None:
    """Years, from a word of the table or a number such as "16+"."""
    word = fields.clean(text).casefold()
    if word in AGE_RATINGS:
        return AGE_RATINGS[word]
    years = word.removesuffix("+").strip().removeprefix("age").strip()
    return int(years) if years.isdecimal() and len(years) <= 2 and int(years) <= 21 else None


def topics(genres: str | None, tags: str | None) -> list[Credit]:
    found = [Credit(EntityKind.GENRE, name) for name in fields.unique(fields.listed(genres, ",;"))]
    return found + [Credit(EntityKind.TAG, name) for name in fields.unique(fields.listed(tags, ",;"))]


def publisher(said: Mapping[str, str]) -> list[Credit]:
    """The imprint where there is one: it is the name on the cover. The house stays in `extra`."""
    name = fields.known(said.get("imprint")) or fields.known(said.get("publisher"))
    return [Credit(EntityKind.PUBLISHER, name)] if name else []


def page_marks(root: xml.Element) -> tuple[int | None, tuple[Chapter, ...]]:
    """The cover's place and the bookmarks, from the Pages element."""
    covers: dict[str, int] = {}
    bookmarks: dict[int, str] = {}
    for page in xml.descendants(root, "page"):
        said = xml.attributes(page)
        place = said.get("image", "")
        if not (place.isdecimal() and len(place) < 7):
            continue
        covers.setdefault(said.get("type", "").lower(), int(place))
        if title := fields.clean(said.get("bookmark")):
            bookmarks.setdefault(int(place), title)
    cover = next((covers[kind] for kind in _COVER_TYPES if kind in covers), None)
    return cover, tuple(Chapter(title, page=place) for place, title in sorted(bookmarks.items()))
