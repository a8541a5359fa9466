"""Which audio files of one folder are one audiobook, which are each their own, and which are music.

A pure function over what the files said. The rule: every file is in exactly one group, in listening order, and the answer depends on
the files and the folder's name alone, never on the order they were found in."""

import os
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, NamedTuple

import msgspec

from longshelf.model.kinds import ItemKind
from longshelf.model.records import Chapter, Cover, Facts, Layer
from longshelf.model.text import fold, natural_key
from longshelf.sources.folder import fields
from longshelf.sources.folder.formats import audio_says
from longshelf.sources.folder.formats.audio import AudioReading
from longshelf.sources.folder.formats.audio_tags import Tags
from longshelf.sources.folder.reading import Reading

LONG = 40 * 60  # seconds; hardly any song lasts longer, hardly any book less

# Words that make a genre speech, folded.
SPEECH = re.compile(
    r"\b(audio ?-?(book|buch|libro|livre|drama|theat)\w*|spoken|speech|horbuch\w*|horspiel\w*|luisterboek\w*|ljudbok|lydbok|lydbog"
    r"|livres? audio|audio ?livres?|audiolibr\w+|audiobok\w*|radio ?play|radio drama|narration|podcast|lectures?|storytelling|fairy ?tales?"
    r"|аудиокниг\w+|有声书|オーディオブック|novels?|fiction|non ?fiction|biograph\w+|memoir\w*|thriller|mystery)\b"
)
# Words that make a genre music, folded: the families of ID3's list.
MUSIC = re.compile(
    r"\b(rock|pop|metal|punk|jazz|blues|classical|opera|symphon\w+|chamber|sonata|concerto|hip ?-?hop|rap|r ?& ?b|rnb|soul|funk|disco|house"
    r"|techno|trance|dance|electro\w*|dubstep|drum|bass|ambient|folk\w*|country|reggae\w*|ska|dub|latin|salsa|samba|bossa|tango|gospel|grunge"
    r"|indie|alternative|industrial|gothic|new ?wave|new ?age|world|ethnic|celtic|swing|big ?band|fusion|acid|easy listening|soundtrack"
    r"|score|musical|instrumental|chorus|chanson|ballad|britpop|jungle|hardcore|garage|singer|music|musik|musique|musica|anime|game"
    r"|schlager|k-?pop|j-?rock|j-?pop|a ?capp?ella|lo-?fi|trip-?hop|downtempo|bluegrass|polka|vocal)\b"
)
# Folder names that say what is inside, folded.
SHELVES = re.compile(
    r"\b(audio ?books?|audio ?bucher|audio ?buch|horbucher|horbuch|horspiele?|livres? audio|audio ?livres?|audiolibros?|audiolibri"
    r"|ljudbocker|luisterboeken|lydboger|lydboker|аудиокниги|spoken word|有声书)\b"
)
_DISC_FOLDER = re.compile(
    rb"(?:cd|dis[ck]|disco|disque|dvd|teil|kassette|tape|part|pt)[ ._-]*(?:\d{1,3}|[a-d])(?:\s*(?:of|von|/)\s*\d{1,3})?", re.I
)
# "(Part 2)", " - Teil 1 von 3", ", Disc 4", " 02": what tells one part of a book from the next, at the end of a title.
_PART = re.compile(
    r"[\s,:;._-]*[(\[]?\s*(?:(?:part|pt|teil|disc|disk|cd|partie|del|deel|volume)\.?\s*)?"
    r"\d{1,3}(?:\s*(?:of|von|/|de)\s*\d{1,3})?\s*[)\]]?\s*$",
    re.I,
)
_NUMBER = re.compile(r"(?:^|.*?[\s._([-])(\d{1,4})(?!\d)")
_LEADING_NUMBER = re.compile(r"\s*[(\[]?(\d{1,4})(?!\d)")
_LEADING = re.compile(r"^\s*[(\[]?\d{1,4}[)\]]?(?:\s*[-_.]\s*\d{1,4})?[\s._-]*")

FileName = bytes
Mode = Literal["auto", "audiobook", "track"]


class Group(NamedTuple):
    """`files` are indexes into what was given, in listening order."""

    files: tuple[int, ...]
    kind: ItemKind
    facts: Facts
    layers: tuple[Layer, ...]


class _File(NamedTuple):
    number: int  # in what was given
    name: bytes
    reading: AudioReading

    @property
    def album(self) -> str:
        return fold(fields.known(audio_says.first(self.reading.tags, "album")))

    @property
    def place(self) -> tuple[int, int] | None:
        """(disc, track), None without a track number."""
        track = audio_says.number_of(self.reading.tags, "track")
        return None if track is None else (audio_says.number_of(self.reading.tags, "disc") or 0, track)

    @property
    def stem(self) -> str:
        return os.fsdecode(os.path.splitext(self.name)[0])

    @property
    def natural(self) -> tuple[str, bytes]:
        return natural_key(self.stem), self.name


def group(readings: Sequence[tuple[FileName, Reading]], folder: bytes, mode: Mode | str = "auto") -> list[Group]:
    """The items of one folder, in order of their first file's name. `folder` is its path below the root: its names are hints.

    auto: an M4B is an audiobook, several with one album and part numbers are one; other files of one extension and one album that can
    be put in order are one audiobook, unless they are music; so is a folder of untagged, numbered files; anything else is judged alone.
    audiobook: the folder is one audiobook (one for each album, when there are several); M4B as above. track: each file is a track."""
    audio = [_File(index, name, reading) for index, (name, reading) in enumerate(readings) if isinstance(reading, AudioReading)]
    groups = [_as_it_is(index, reading) for index, (_, reading) in enumerate(readings) if not isinstance(reading, AudioReading)]
    for members, kind in _arranged(audio, folder, mode):
        groups.append(_single(members[0], kind) if len(members) == 1 else _book(members))
    return sorted(groups, key=lambda made: natural_key(os.fsdecode(readings[made.files[0]][0])))


def is_disc_folder(name: bytes) -> bool:
    """ "CD1", "Disc 2", "disk_03", "CD 1 of 4", "Part 2": a folder that holds a part of what its parent is named after."""
    return _DISC_FOLDER.fullmatch(name.strip()) is not None


# --- who belongs together ---


def _arranged(files: list[_File], folder: bytes, mode: str) -> Iterable[tuple[list[_File], ItemKind]]:
    if mode == "track":
        yield from (([file], ItemKind.TRACK) for file in files)
        return
    solo = [file for file in files if file.reading.solo]
    for members in _clusters(solo, lambda file: file.album or f"\0{file.number}"):
        yield from ((part, ItemKind.AUDIOBOOK) for part in _joined(members))
    for members in _clusters([file for file in files if not file.reading.solo], _bound(files, mode)):
        ordered = _in_order(members)
        if mode == "audiobook" or (len(members) > 1 and _is_book(members, folder)):
            yield ordered, ItemKind.AUDIOBOOK
        else:
            yield from (([file], _alone(file, folder)) for file in ordered)


def _bound(files: list[_File], mode: str) -> Callable[[_File], str]:
    """What files of one book share: in auto mode the extension and the album."""
    if mode == "audiobook":
        albums = {file.album for file in files if not file.reading.solo} - {""}
        return (lambda file: file.album) if len(albums) > 1 else (lambda _: "")
    return lambda file: os.fsdecode(os.path.splitext(file.name)[1].lower()) + "\0" + file.album


def _clusters(files: list[_File], key: Callable[[_File], str]) -> list[list[_File]]:
    found: dict[str, list[_File]] = {}
    for file in files:
        found.setdefault(key(file), []).append(file)
    return list(found.values())


def _joined(members: list[_File]) -> list[list[_File]]:
    """Parts of one M4B audiobook together. Books of a series may share an album and be numbered too, but their titles differ."""
    titles = {fold(_PART.sub("", fields.known(audio_says.first(file.reading.tags, "title")))) for file in members} - {""}
    places = {file.place for file in members}
    numbered = (None not in places and len(places) == len(members)) or _is_run(members)
    if len(members) > 1 and numbered and len(titles) < 2:
        return [_in_order(members)]
    return [[file] for file in members]


def _is_book(members: list[_File], folder: bytes) -> bool:
    if _is_music(members, folder):
        return False
    if not members[0].album:
        return bool(folder) and _is_run(members)
    places = [file.place for file in members]
    none_numbered = not any(places)
    distinct = None not in places and len(set(places)) == len(places)
    return none_numbered or distinct or _is_run(members)


def _is_music(members: list[_File], folder: bytes) -> bool:
    if any(_is_spoken(file) for file in members) or _on_shelf(folder):
        return False
    return any(_genre(file, MUSIC) or "musicbrainz_album" in file.reading.tags for file in members)


def _is_run(members: list[_File]) -> bool:
    """Do the names count? Each holds its own number, in one place, and few are left out."""
    numbers = [match[1] for file in members if (match := _LEADING_NUMBER.match(file.stem) or _NUMBER.match(file.stem))]
    distinct = {int(number) for number in numbers}
    return len(distinct) == len(members) > 1 and max(distinct) - min(distinct) < 2 * len(members)


def _in_order(members: list[_File]) -> list[_File]:
    """By disc and track where they tell all files apart, else by name."""
    places = {file.place for file in members}
    if None not in places and len(places) == len(members):
        return sorted(members, key=lambda file: file.place or (0, 0))
    return sorted(members, key=lambda file: file.natural)


# --- hints ---


def _alone(file: _File, folder: bytes) -> ItemKind:
    """A single file is an audiobook when something says so; length and chapters do not make a book of music (live sets have both)."""
    spoken = _is_spoken(file) or _on_shelf(folder)
    long = (file.reading.facts.duration or 0) >= LONG or len(file.reading.chapters) > 1
    return ItemKind.AUDIOBOOK if spoken or (long and not _is_music([file], folder)) else ItemKind.TRACK


def _is_spoken(file: _File) -> bool:
    tags = file.reading.tags
    return bool({"narrator", "series", "asin", "isbn"} & tags.keys()) or _genre(file, SPEECH)


def _genre(file: _File, words: re.Pattern[str]) -> bool:
    return any(words.search(fold(genre)) for genre in audio_says.genres(file.reading.tags))


def _on_shelf(folder: bytes) -> bool:
    return SHELVES.search(fold(re.sub(r"[/_.-]+", " ", os.fsdecode(folder)))) is not None


# --- what a group says ---


def _as_it_is(index: int, reading: Reading) -> Group:
    return Group((index,), reading.kind, reading.facts, reading.layers)


def _single(file: _File, kind: ItemKind) -> Group:
    reading = file.reading
    if reading.kind is kind:
        return _as_it_is(file.number, reading)
    said = audio_says.layer(reading.tags, kind, reading.chapters, cover=reading.cover, rating=reading.rating)
    return Group((file.number,), kind, reading.facts, (said,))


def _book(files: list[_File]) -> Group:
    """Several files as one book: the album is its title, the lengths add up, and each file is a chapter if none has its own."""
    tags = _common(files)
    said = audio_says.layer(tags, ItemKind.AUDIOBOOK, _chapters(files, tags))
    first = files[0].reading.facts
    lengths = [file.reading.facts.duration for file in files]
    total = sum(length for length in lengths if length)
    facts = msgspec.structs.replace(first, duration=round(total, 3) or None, extra={**first.extra, "parts": len(files)})
    return Group(tuple(file.number for file in files), ItemKind.AUDIOBOOK, facts, (msgspec.structs.replace(said, cover=_cover(files)),))


def _common(files: list[_File]) -> Tags:
    """Of each tag the first file's that has it; what numbers or names a single file is left out."""
    tags: Tags = {}
    for file in files:
        for name, texts in file.reading.tags.items():
            tags.setdefault(name, texts)
    for name in ("title", "sort_title", "subtitle", "track", "track_total", "disc", "disc_total", "musicbrainz_track"):
        shared = {file.reading.tags.get(name) for file in files}
        if len(shared) > 1 or name not in ("subtitle", "title"):
            tags.pop(name, None)
    if "album" in tags:
        tags["title"] = tags["album"]
        tags["sort_title"] = tags.get("sort_album", ())
    elif "title" in tags:
        tags["title"] = tuple(_PART.sub("", title) for title in tags["title"])
    return {name: texts for name, texts in tags.items() if texts}


def _cover(files: list[_File]) -> Cover | None:
    """The first file's picture has no name; another's is named after its file."""
    found = next((file for file in files if file.reading.cover), None)
    return None if found is None else Cover("picture", "" if found is files[0] else os.fsdecode(found.name))


def _chapters(files: list[_File], tags: Tags) -> list[Chapter]:
    titles = _file_titles(files, fold(audio_says.first(tags, "album")))
    own = any(len(file.reading.chapters) > 1 for file in files)
    chapters: list[Chapter] = []
    offset = 0.0
    for file, title in zip(files, titles, strict=True):
        length = file.reading.facts.duration or 0.0
        if own and len(file.reading.chapters) > 1:
            chapters.extend(_moved(chapter, offset) for chapter in file.reading.chapters)
        else:
            chapters.append(Chapter(title, start=round(offset, 3), end=round(offset + length, 3)))
        offset += length
    return chapters


def _moved(chapter: Chapter, offset: float) -> Chapter:
    start, end = chapter.start, chapter.end
    return msgspec.structs.replace(
        chapter, start=None if start is None else round(start + offset, 3), end=None if end is None else round(end + offset, 3)
    )


def _file_titles(files: list[_File], album: str) -> list[str]:
    """The tagged titles when they tell the files apart, else what the file names say beside their number, else "Part 3"."""
    tagged = [fields.known(audio_says.first(file.reading.tags, "title")) for file in files]
    if all(tagged) and len(set(tagged)) == len(tagged):
        return tagged
    named = [fields.clean(_LEADING.sub("", file.stem)) for file in files]
    if all(named) and len(set(named)) == len(named) and album not in map(fold, named):
        return named
    return [f"Part {index}" for index in range(1, len(files) + 1)]
