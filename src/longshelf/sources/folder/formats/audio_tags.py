"""What audio tags are called in each container, and what they mean: a table a container, one vocabulary behind them.

A `Tags` maps a name of that vocabulary to its texts, best source first. The rule: whatever is not in a table is not read, and a
name on the left of a table outranks those after it."""

from collections.abc import Iterable, Mapping

from longshelf.sources.folder.formats.mp4 import Value

Tags = dict[str, tuple[str, ...]]

ITUNES = "----:com.apple.iTunes:"
TONE = "----:com.pilabor.tone:"
MAX_TEXTS = 200  # of one name

# Our name -> atoms, the best first. Freeform names are compared in upper case.
MP4_ATOMS: dict[str, tuple[str, ...]] = {
    "title": ("\xa9nam", "com.apple.quicktime.title"),
    "subtitle": (ITUNES + "SUBTITLE", TONE + "SUBTITLE", "\xa9st3"),
    "sort_title": ("sonm",),
    "album": ("\xa9alb", "com.apple.quicktime.album"),
    "sort_album": ("soal",),
    "artist": ("\xa9ART", "\xa9aut", "com.apple.quicktime.artist", "com.apple.quicktime.author"),
    "album_artist": ("aART",),
    "author": (ITUNES + "AUTHOR", ITUNES + "AUTHORS"),
    "narrator": ("\xa9nrt", ITUNES + "NARRATOR", ITUNES + "NARRATORS"),
    "composer": ("\xa9cmp", "\xa9wrt", "\xa9com"),
    "series": (ITUNES + "SERIES", TONE + "SERIES"),
    "part": (ITUNES + "SERIES-PART", TONE + "PART", TONE + "SERIES-PART", ITUNES + "SERIES PART", ITUNES + "PART"),
    "movement": ("\xa9mvn",),
    "movement_number": ("\xa9mvi",),
    "grouping": ("\xa9grp",),
    "genre": ("\xa9gen", "gnre"),
    "tag": ("----:com.shisho:TAGS", ITUNES + "TAGS"),
    "description": ("ldes", "desc", "\xa9des", ITUNES + "DESCRIPTION", "com.apple.quicktime.description"),
    "comment": ("\xa9cmt", "com.apple.quicktime.comment"),
    "publisher": ("\xa9pub", ITUNES + "PUBLISHER", TONE + "PUBLISHER", ITUNES + "LABEL"),
    "release": ("rldt", ITUNES + "RELEASEDATE"),
    "date": ("\xa9day", "com.apple.quicktime.creationdate"),
    "language": (TONE + "LANGUAGE", ITUNES + "LANGUAGE"),
    "asin": (ITUNES + "ASIN", TONE + "AUDIBLE_ASIN", ITUNES + "AUDIBLE_ASIN", "CDEK"),
    "isbn": (ITUNES + "ISBN", TONE + "ISBN"),
    "abridged": (TONE + "ABRIDGED",),
    "track": ("trkn",),
    "disc": ("disk",),
    "media_kind": ("stik",),
    "musicbrainz_track": (ITUNES + "MUSICBRAINZ TRACK ID",),
    "musicbrainz_album": (ITUNES + "MUSICBRAINZ ALBUM ID",),
    "show": ("tvsh",),
    "season": ("tvsn",),
    "episode": ("tves",),
    "director": ("\xa9dir", ITUNES + "DIRECTOR", "com.apple.quicktime.director"),
    "producer": ("\xa9prd", "com.apple.quicktime.producer"),
    "rating_text": (ITUNES + "ITUNEXTC",),
    "keywords": ("keyw", "com.apple.quicktime.keywords"),
    "location": ("\xa9xyz", "com.apple.quicktime.location.ISO6709"),
    "make": ("\xa9mak", "com.apple.quicktime.make"),
    "model": ("\xa9mod", "com.apple.quicktime.model"),
}

# Our name -> frames, the best first.
ID3_FRAMES: dict[str, tuple[str, ...]] = {
    "title": ("TIT2",),
    "subtitle": ("TXXX:SUBTITLE", "TIT3"),
    "sort_title": ("TSOT",),
    "album": ("TALB",),
    "sort_album": ("TSOA",),
    "artist": ("TPE1",),
    "album_artist": ("TPE2",),
    "author": ("TXXX:AUTHOR", "TXXX:AUTHORS"),
    "narrator": ("TXXX:NARRATOR", "TXXX:NARRATORS", "TXXX:NARRATEDBY", "TXXX:READER"),
    "composer": ("TCOM", "TXXX:COMPOSER"),
    "series": ("TXXX:SERIES",),
    "part": ("TXXX:SERIES-PART", "TXXX:SERIES PART", "TXXX:SERIES_PART", "TXXX:SERIESPART", "TXXX:PART"),
    "movement": ("MVNM", "TXXX:MVNM"),
    "movement_number": ("MVIN", "TXXX:MVIN"),
    "grouping": ("GRP1", "TIT1"),
    "genre": ("TCON",),
    "tag": ("TXXX:TAGS",),
    "description": ("TXXX:DESCRIPTION", "TDES"),
    "comment": ("COMM",),
    "publisher": ("TPUB", "TXXX:PUBLISHER", "TXXX:LABEL"),
    "release": ("TDRL", "TXXX:RELEASEDATE"),
    "date": ("TDRC", "TYER", "TDOR", "TORY"),
    "language": ("TLAN", "TXXX:LANGUAGE"),
    "asin": ("TXXX:ASIN", "TXXX:AUDIBLE_ASIN"),
    "isbn": ("TXXX:ISBN",),
    "abridged": ("TXXX:ABRIDGED",),
    "track": ("TRCK",),
    "disc": ("TPOS",),
    "media_kind": ("TXXX:ITUNESMEDIATYPE",),
    "musicbrainz_track": ("TXXX:MUSICBRAINZ RELEASE TRACK ID",),
    "musicbrainz_album": ("TXXX:MUSICBRAINZ ALBUM ID",),
}

# Our name -> Vorbis comments, APE keys and ASF attributes, the best first, in lower case. What precedes a "/" is left out ("wm/year").
COMMENTS: dict[str, tuple[str, ...]] = {
    "title": ("title",),
    "subtitle": ("subtitle",),
    "sort_title": ("titlesort", "titlesortorder"),
    "album": ("album", "albumtitle"),
    "sort_album": ("albumsort", "albumsortorder"),
    "artist": ("artist", "author"),
    "album_artist": ("albumartist", "album artist", "album_artist"),
    "author": ("author", "authors"),
    "narrator": ("narrator", "narrators", "narratedby", "reader"),
    "composer": ("composer",),
    "series": ("series",),
    "part": ("series-part", "series_part", "seriespart", "series_index"),
    "movement": ("movementname",),
    "movement_number": ("movement",),
    "grouping": ("grouping", "contentgroup", "contentgroupdescription"),
    "genre": ("genre",),
    "tag": ("tags",),
    "description": ("description", "synopsis"),
    "comment": ("comment", "comments"),
    "publisher": ("publisher", "organization", "label"),
    "release": ("releasedate",),
    "date": ("date", "year", "originaldate"),
    "language": ("language",),
    "asin": ("asin", "audible_asin"),
    "isbn": ("isbn",),
    "abridged": ("abridged",),
    "track": ("tracknumber", "track"),
    "track_total": ("tracktotal", "totaltracks"),
    "disc": ("discnumber", "disc", "partofset"),
    "disc_total": ("disctotal", "totaldiscs"),
    "musicbrainz_track": ("musicbrainz_releasetrackid", "musicbrainz_trackid"),
    "musicbrainz_album": ("musicbrainz_albumid",),
}
_PAIRS = frozenset(("trkn", "disk"))
_NUMBERS = frozenset(("stik", "tvsn", "tves", "\xa9mvi"))
_SEVERAL = frozenset(("description", "release", "date", "grouping"))  # the reader chooses among them by content


def from_table(table: Mapping[str, Iterable[str]], raw: Mapping[str, Iterable[str]]) -> Tags:
    """The texts of `raw` under our names: all of the best source that has any, and those of lesser ones only where it matters."""
    found: Tags = {}
    for name, sources in table.items():
        texts: list[str] = []
        for source in sources:
            if texts and name not in _SEVERAL:
                break
            texts += [text for each in raw.get(source, ()) for text in each.split("\0") if text.strip()]
        if texts:
            found[name] = tuple(dict.fromkeys(texts[:MAX_TEXTS]))
    return found


def from_mp4(atoms: Mapping[str, Iterable[Value]]) -> Tags:
    """Tags of an MP4's `ilst` and of QuickTime's user data."""
    raw: dict[str, list[str]] = {}
    for atom, values in atoms.items():
        name = _freeform(atom) if atom.startswith("----") else atom
        raw.setdefault(name, []).extend(text for value in values for text in _atom_texts(atom, value))
    return from_table(MP4_ATOMS, raw)


def _freeform(atom: str) -> str:
    space, _, name = atom.rpartition(":")
    return f"{space}:{name.upper()}"


def _atom_texts(atom: str, value: Value) -> list[str]:
    data = value.data
    if atom in _PAIRS:
        number, total = int.from_bytes(data[2:4], "big"), int.from_bytes(data[4:6], "big")
        return [f"{number}/{total}" if total else str(number)] if number else []
    if atom in _NUMBERS:
        return [str(int.from_bytes(data[:8], "big"))]
    if atom == "gnre":
        return _numbered_genres(data)
    if value.type in (13, 14, 27):
        return []
    return [value.text]


def _numbered_genres(data: bytes) -> list[str]:
    """ID3's genres counted from 1, each in 16 bits; some writers call the type a list (18), some say nothing, all mean this."""
    from mutagen._constants import GENRES

    numbers = (int.from_bytes(data[place : place + 2], "big") for place in range(0, min(len(data), 32) - 1, 2))
    return [GENRES[number - 1] for number in numbers if 0 < number <= len(GENRES)]


def from_comments(comments: Mapping[str, Iterable[str]]) -> Tags:
    """Tags of Vorbis comments, APEv2 and ASF, all of which are free names."""
    raw: dict[str, list[str]] = {}
    for name, texts in comments.items():
        raw.setdefault(name.lower().rpartition("/")[2], []).extend(texts)
    return from_table(COMMENTS, raw)


def from_frames(frames: Iterable[tuple[str, str]]) -> Tags:
    """Tags of (frame, text) pairs of an ID3 tag."""
    raw: dict[str, list[str]] = {}
    for name, text in frames:
        raw.setdefault(name, []).append(text)
    return from_table(ID3_FRAMES, raw)
