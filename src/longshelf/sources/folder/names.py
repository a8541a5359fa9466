"""What a path says about the thing at its end: the last resort, below everything a file or a sidecar says.

The rule: only what people write on purpose is believed (brackets, numbers with a mark, season and episode, layouts of known programs); the
rest is the title, with the noise of release names taken off. Any path gives some title."""

import os
import re
from typing import NamedTuple

from longshelf.model.kinds import EntityKind, ItemKind, Role
from longshelf.model.records import Credit, Layer, Origin
from longshelf.sources.folder import fields
from longshelf.sources.folder.registry import format_of

_AUTHORS = re.compile(r"^\s*\[([^\[\]]+)\]\s*")
_NARRATORS = re.compile(r"\s*\{([^{}]+)\}\s*")
_CALIBRE_ID = re.compile(r"^(.*\S)\s*\(\d+\)$")
_GROUPS = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])")
_YEAR_GROUP = re.compile(r"[\[(]\s*((?:1[5-9]|20)\d\d)(?:[-/.](\d{1,2}))?(?:[-/.](\d{1,2}))?\s*[\])]")
_FULL_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_. ]?(0[1-9]|1[0-2])[-_. ]?(0[1-9]|[12]\d|3[01])(?!\d)")
_VALUE = r"(?P<value>\d{1,4}(?:\.\d{1,2})?(?:\s*-\s*\d{1,4}(?:\.\d{1,2})?)?)"


def from_path(kind: ItemKind, path: bytes | str) -> Layer:
    """The layer of a path relative to its root: a file, or the folder of a multi-file audiobook."""
    steps = [step for step in _text(path).split("/") if step]
    if not steps:
        return Layer(origin=Origin.PATH)
    is_file = format_of(steps[-1].encode("utf-8", "surrogateescape")) is not None
    if is_file:
        steps[-1] = os.path.splitext(steps[-1])[0]
    if kind is ItemKind.IMAGE:
        return _image(steps[-1])
    if kind is ItemKind.AUDIOBOOK:
        return _audiobook([_spaced(step) for step in steps], has_own_folder=not is_file)
    return _READERS.get(kind, _plain)([_spaced(step) for step in steps])


def _text(path: bytes | str) -> str:
    """A name as people read it; one that is not UTF-8 is most likely Windows' Latin 1."""
    raw = path if isinstance(path, bytes) else path.encode("utf-8", "surrogateescape")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _spaced(step: str) -> str:
    """Underscores, and dots in a name without spaces, stand for spaces."""
    step = step.replace("_", " ")
    if " " not in step.strip() and step.count(".") > 1:
        step = re.sub(r"(?<!\d)\.|\.(?!\d)", " ", step)
    return fields.clean(step)


def _layer(title: str, fallback: str, credits: list[Credit], date: str = "") -> Layer:
    return Layer(origin=Origin.PATH, title=title or fallback, date=date, credits=tuple(dict.fromkeys(credits)))


def _people(text: str, role: Role) -> list[Credit]:
    return [Credit(EntityKind.PERSON, name, role) for name in fields.names(text, ",;&")]


def _year(text: str) -> str:
    match = _YEAR_GROUP.search(text)
    return fields.day(match[1], match[2], match[3]) if match else ""


# --- books and audiobooks ---


class _Marked(NamedTuple):
    """A name with its marks taken off: "[Author] Title {Narrator} (2004)"."""

    title: str
    authors: str
    narrators: str
    date: str


_SERIES_BEFORE = re.compile(
    r"^(?P<series>.*?\S)[\s,:]*(?:-\s*)?\b(?:book|vol(?:ume)?\.?|part|#)\s*(?P<number>\d{1,4}(?:\.\d{1,2})?)\s*(?:[-:.]\s*)(?P<title>\S.*)$",
    re.I,
)
_SERIES_GROUP = re.compile(
    r"\s*[(\[](?P<series>[^()\[\]]*?\S),?\s*(?:#|\bbook\s+|\bvol(?:ume)?\.?\s+|\bpart\s+)(?P<number>\d{1,4}(?:\.\d{1,2})?)\s*[)\]]", re.I
)
_LEADING_NUMBER = re.compile(r"^(?:book|vol(?:ume)?\.?|part)\s*(?P<number>\d{1,4}(?:\.\d{1,2})?)\s*[-:.]\s*(?P<title>\S.*)$", re.I)
_LEADING_YEAR = re.compile(r"^\(?((?:1[5-9]|20)\d\d)\)?\s+-\s+(?=\S)")


def _marked(name: str) -> _Marked:
    date = _year(name)
    author = _AUTHORS.match(name)
    rest = name[author.end() :] if author else name
    if author and _YEAR_GROUP.fullmatch(author[0].strip()):
        author = None
    narrator = _NARRATORS.search(rest)
    if narrator:
        rest = rest[: narrator.start()] + " " + rest[narrator.end() :]
    rest = _YEAR_GROUP.sub(" ", rest)
    if leading := _LEADING_YEAR.match(rest.strip()):
        date, rest = date or leading[1], rest.strip()[leading.end() :]
    return _Marked(fields.clean(rest).strip(" -"), author[1] if author else "", narrator[1] if narrator else "", date)


def _book(steps: list[str]) -> Layer:
    return _reading(steps, steps[-2:-1], "")


def _audiobook(steps: list[str], *, has_own_folder: bool) -> Layer:
    """Author/Title or Author/Series/Title, as audiobook libraries are laid out. A folder that carries the marks of a title, or repeats the
    file's, is the book's own. A file without one is in a series only when it is numbered: else its folder may be anything."""
    if not has_own_folder and len(steps) > 1 and _names_the_book(steps[-2], steps[-1]):
        steps, has_own_folder = steps[:-1], True
    folders = steps[:-1]
    author = folders[-2] if len(folders) >= 2 else folders[-1] if folders else ""
    series = folders[-1] if len(folders) >= 2 and (has_own_folder or _LEADING_NUMBER.match(steps[-1]) or steps[-1][:1].isdigit()) else ""
    return _reading(steps, steps[-2:-1], "" if _AUTHORS.match(author) else author, series)


def _names_the_book(folder: str, file: str) -> bool:
    marked, own = _marked(folder), _marked(file)
    if own.authors or own.narrators:
        return False
    return (
        bool(marked.narrators or marked.authors or _LEADING_NUMBER.match(marked.title)) or marked.title.casefold() == own.title.casefold()
    )


def _reading(steps: list[str], parent: list[str], author: str, series: str = "") -> Layer:
    own = _marked(steps[-1])
    folder = _marked(parent[0]) if parent else _Marked("", "", "", "")
    calibre = _CALIBRE_ID.match(parent[0]) if len(steps) >= 3 else None
    if calibre and own.title.casefold().startswith(calibre[1].casefold()[:30]):  # Author/Title (id)/Title - Author
        own = own._replace(title=calibre[1])
        author = author or steps[-3]
    elif (folder.authors or folder.narrators) and not (own.authors or own.narrators):  # a folder of one book names it
        own = own._replace(title=folder.title or own.title)
        author = ""
    title, credits = _series_of(own.title, series)
    people = own.authors or folder.authors or author
    credits += _people(people, Role.AUTHOR) + _people(own.narrators or folder.narrators, Role.NARRATOR)
    return _layer(title, steps[-1], credits, date=own.date or folder.date)


def _series_of(title: str, series: str) -> tuple[str, list[Credit]]:
    """The title without its series, and that series: "Title (Saga #2)", "Saga, Book 2 - Title", or the folder's with "Book 2 - Title"."""
    for pattern in (_SERIES_GROUP, _SERIES_BEFORE):
        if match := pattern.search(title):
            rest = match["title"] if pattern is _SERIES_BEFORE else title[: match.start()] + title[match.end() :]
            if rest.strip():
                return rest.strip(), [Credit(EntityKind.SERIES, match["series"].strip(" ,-"), position=float(match["number"]))]
    match = _LEADING_NUMBER.match(title)
    if match and series:
        return match["title"], [Credit(EntityKind.SERIES, series, position=float(match["number"]))]
    return title, [Credit(EntityKind.SERIES, series)] if series else []


# --- comics ---

_VOLUME = re.compile(rf"(?:^|[\s,(\[-])(?:v|vol(?:ume)?\.?|t(?:ome)?\.?)\s?{_VALUE}(?=$|[\s,)\]-])", re.I)
_CHAPTER = re.compile(rf"(?:^|[\s,(\[-])(?:c|ch(?:ap(?:ter)?)?\.?|chapter)\s?{_VALUE}(?=$|[\s,)\]v-])", re.I)
_ISSUE = re.compile(r"(?:^|\s)#\s?(?P<value>-?\d{1,4}(?:\.\d{1,2})?(?:\s*-\s*\d{1,4}(?:\.\d{1,2})?)?)(?=$|[\s,)\]a-zA-Z-])")
_BARE = re.compile(rf"(?:^|\s){_VALUE}(?:\s*(?:of|\/)\s*\d{{1,4}})?$")
_YEAR_ALONE = re.compile("(?:19|20)[0-9][0-9]")
_NUMBERS = ((_CHAPTER, "chapter"), (_ISSUE, "volume"), (_VOLUME, "volume"), (_BARE, "volume"))


class _Numbered(NamedTuple):
    """`series` is what stands before the number, `unit` volume or chapter, "" without a number; `volume` is one beside a chapter."""

    series: str
    number: fields.Number
    unit: str = ""
    volume: fields.Number = fields.NO_NUMBER


def comic_number(name: str) -> float | None:
    """The number in a comic's file name, for metadata that forgot it."""
    layer = from_path(ItemKind.COMIC, name)
    return next((credit.position for credit in layer.credits if credit.kind is EntityKind.SERIES), None)


def _comic(steps: list[str]) -> Layer:
    name, folder = steps[-1], steps[-2] if len(steps) > 1 else ""
    found = _numbered(name)
    series = found.series or (_bare_name(folder) if folder else "")
    author = next((match[1] for each in (name, folder) if (match := _AUTHORS.match(each)) and not _YEAR_GROUP.match(match[0].strip())), "")
    credits = _people(author, Role.AUTHOR)
    extra: dict[str, object] = {}
    title = _bare_name(name)
    if found.unit and series:
        title = " ".join((series, *_number_marks(found)))
        credits.append(Credit(EntityKind.SERIES, series, position=found.number.position))
        extra["series_number"] = _number_marks(found)[-1]
        if found.volume.position is not None:
            extra["volume"] = round(found.volume.position)
    return Layer(origin=Origin.PATH, title=title, date=_year(name) or _year(folder), credits=tuple(credits), extra=extra)


def _bare_name(name: str) -> str:
    """Without the groups of scanners and years; a name made of nothing else stays."""
    return fields.clean(_GROUPS.sub(" ", name)).strip(" -,") or name


def _numbered(name: str) -> _Numbered:
    bare = fields.clean(_GROUPS.sub(" ", name))
    for text in dict.fromkeys((bare, name)):  # "(v01)" in brackets counts where nothing outside does
        for pattern, unit in _NUMBERS:
            match = pattern.search(text)
            if match and not (pattern is _BARE and _YEAR_ALONE.fullmatch(match["value"])):
                volume = (_VOLUME.search(text) or _VOLUME.search(name)) if unit == "chapter" else None
                start = min(match.start(), volume.start()) if volume and volume.string is text else match.start()
                beside = fields.number(_compact(volume["value"])) if volume else fields.NO_NUMBER
                before = text[:start].strip(" -,([")
                return _Numbered(_bare_name(before) if before else "", fields.number(_compact(match["value"])), unit, beside)
    return _Numbered("", fields.NO_NUMBER)


def _compact(value: str) -> str:
    return re.sub(r"\s", "", value)


def _number_marks(found: _Numbered) -> list[str]:
    """ "v003", "c042", "v001-003", "c010.5": of one width, so that titles sort as they are read."""
    marks = [("v", found.volume.text)] if found.volume.text else []
    marks.append(("c" if found.unit == "chapter" else "v", found.number.text))
    return [mark + "-".join(map(_padded, text.split("-") if fields.is_range(text) else [text])) for mark, text in marks]


def _padded(part: str) -> str:
    sign = "-" if part.startswith("-") else ""
    whole, dot, fraction = part.removeprefix("-").partition(".")
    return sign + (whole.lstrip("0") or "0").zfill(3) + dot + fraction


# --- videos ---

_EPISODE = re.compile(
    r"(?P<show>.*?)[\s.\-\[(]*\b(?:s(?P<season>\d{1,4})\s?e(?P<episode>\d{1,4})|(?P<season2>\d{1,2})x(?P<episode2>\d{2,3}))(?:-?e?\d{1,4})?\b[\s.\-\])]*(?P<title>.*)",
    re.I,
)
_SEASON_FOLDER = re.compile(r"(?:season|series|staffel|saison|s)\s*\d{1,4}|specials", re.I)
_RELEASE = re.compile(
    r"(?:^|[\s.\-\[(])(?:\d{3,4}p|[24]k|uhd|hdr(?:10)?|web-?(?:dl|rip)|blu-?ray|b[dr]rip|dvd(?:rip)?|hdtv|x26[45]|h\.?26[45]|hevc|av1|xvid|aac|ac3|dts|"
    r"10bit|remux|proper|repack)(?=$|[\s.\-\])]).*$",
    re.I,
)  # fmt: skip
_FILM_YEAR = re.compile(r"^(?P<title>.*?\S)\s*[(\[]?(?P<year>(?:19|20)\d\d)[)\]]?\s*$")
_EPISODES_A_SEASON = 100


def _video(steps: list[str]) -> Layer:
    name = steps[-1]
    match = _EPISODE.fullmatch(name)
    if match:
        return _episode(steps, match)
    title = fields.clean(_RELEASE.sub("", name)).strip(" -.[(") or name
    if dated := _FULL_DATE.search(title):
        rest = fields.clean(title[: dated.start()] + " " + title[dated.end() :]).strip(" -.()[]")
        return _layer(rest, title, [], date=fields.day(dated[1], dated[2], dated[3]))
    film = _FILM_YEAR.match(title)
    if film:
        return _layer(film["title"].strip(" -."), name, [], date=film["year"])
    return _layer(_YEAR_GROUP.sub(" ", title).strip(), name, [], date=_year(title))


def _episode(steps: list[str], match: re.Match[str]) -> Layer:
    """An episode's number is season and episode as people count them: 102 is S01E02. A show so orders by its own numbers."""
    season, episode = int(match["season"] or match["season2"]), int(match["episode"] or match["episode2"])
    folders = [step for step in steps[:-1] if not _SEASON_FOLDER.fullmatch(step)]
    show = match["show"].strip(" -.") or (folders[-1] if folders else "")
    date = _year(show)
    show = fields.clean(_YEAR_GROUP.sub(" ", show))
    title = _RELEASE.sub("", match["title"]).strip(" -.[(")
    number = f"S{season:02d}E{episode:02d}"
    credits = [Credit(EntityKind.SERIES, show, position=float(season * _EPISODES_A_SEASON + episode))] if show else []
    named = title or " ".join(filter(None, (show, number)))
    return Layer(origin=Origin.PATH, title=named, date=date, credits=tuple(credits), extra={"season": season, "episode": episode})


# --- everything else ---

_TRACK = re.compile(
    r"^(?:(?:(?P<disc>\d)[-.])?(?P<track>\d{1,3})(?:\s*[-.]\s+|\s+-\s*|\.\s*)|(?:(?P<disc2>\d)[-.]|(?=0))(?P<track2>\d{2,3})\s+)(?P<title>\D.*)$"
)


def _track(steps: list[str]) -> Layer:
    """ "01 - Title", "1-01 Title", "01 - Artist - Title", "Artist - Title"."""
    match = _TRACK.match(steps[-1])
    title = match["title"] if match else steps[-1]
    artist, dash, rest = title.partition(" - ")
    credits = _people(artist, Role.ARTIST) if dash and rest.strip() else []
    extra: dict[str, object] = {}
    for key in ("track", "disc") if match else ():
        if digits := match and (match[key] or match[key + "2"]):
            extra[key] = int(digits)
    return Layer(origin=Origin.PATH, title=rest.strip() if credits else title.strip(" -"), credits=tuple(credits), extra=extra)


def _image(name: str) -> Layer:
    """The name as it is, and the day cameras and phones put into it: IMG_20200131_101500, 2020-01-31 10.15.00."""
    dated = _FULL_DATE.search(name)
    return _layer(fields.clean(name), name, [], date=fields.day(dated[1], dated[2], dated[3]) if dated else "")


def _plain(steps: list[str]) -> Layer:
    return _layer(steps[-1], steps[-1], [])


_READERS = {
    ItemKind.BOOK: _book,
    ItemKind.COMIC: _comic,
    ItemKind.VIDEO: _video,
    ItemKind.TRACK: _track,
}
