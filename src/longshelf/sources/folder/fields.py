"""The common tongue of all parsers and sidecar readers: dates, series numbers, names of people, identifiers, plain text.

Every function takes any text and gives the normal form, or the empty value when the text says nothing. None raises."""

import calendar
import html
import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

MAX_LINE = 2_000  # characters of a title or a name; longer ones are damage
MAX_PROSE = 100_000  # characters of a description

# What programs write where they know nothing.
PLACEHOLDERS = frozenset(("", "unknown", "unknown author", "unbekannt", "n/a", "none", "null", "undefined", "unspecified"))

_SPACES = re.compile(r"\s+")


def clean(text: str | None) -> str:
    """One line: control characters and runs of white space become one space, the ends are bare."""
    if not text:
        return ""
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(char) == "Cc" else char for char in text[: 2 * MAX_LINE])
    return _SPACES.sub(" ", text[: 2 * MAX_LINE]).strip()[:MAX_LINE].rstrip()


def known(text: str | None) -> str:
    """As `clean`, and "" for a placeholder such as "Unknown"."""
    line = clean(text)
    return "" if line.casefold() in PLACEHOLDERS else line


# --- prose ---

# What opens a stretch nobody should read, and what closes it.
_UNREAD = {"<!--": "-->", "<script": "</script", "<style": "</style", "<head": "</head"}
_UNREAD_OPENS = re.compile("<!--|<(?:script|style|head)(?=[\\s>])", re.I)
_BREAKS = re.compile(r"\s*<\s*br\b[^<>]*>\s*", re.I)
_ITEMS = re.compile(r"\s*<li\b[^<>]*>\s*", re.I)
_BLOCKS = re.compile(r"\s*</?(?:p|div|h[1-6]|ul|ol|li|blockquote|tr|table|section|article|hr|dl|dt|dd|pre)\b[^<>]*>\s*", re.I)
_TAGS = re.compile(r"</?[a-zA-Z][^<>]*>|<[!?][^<>]*>")
_INNER_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\s*\n\s*\n\s*")
_MARKUP = re.compile(r"</?[a-zA-Z]|<!")


def plain_text(text: str | None) -> str:
    """Readable paragraphs: markup goes, its line breaks stay (a blank line between blocks, "• " before list items), entities are
    resolved once, or twice where markup was escaped."""
    if not text:
        return ""
    text = text[: 4 * MAX_PROSE]
    if "&" in text and not _MARKUP.search(text):
        text = html.unescape(text)
    if _MARKUP.search(text):
        text = _without_markup(text)
    text = _INNER_SPACES.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", ""))
    lines = _BLANK_LINES.sub("\n\n", text).replace(" \n", "\n").replace("\n ", "\n").strip()
    return "" if lines.casefold() in PLACEHOLDERS else lines[:MAX_PROSE].rstrip()


def _without_markup(text: str) -> str:
    text = _SPACES.sub(" ", _without_unread(text))
    text = _BREAKS.sub("\n", text)
    text = _BLOCKS.sub("\n\n", _ITEMS.sub("\n\n• ", text))
    return html.unescape(_TAGS.sub("", text))


def _without_unread(text: str) -> str:
    """Comments, scripts and styles go; one that is never closed is left to the tag stripper. One pass, whatever the text."""
    kept: list[str] = []
    place = 0
    lowered = text.lower()
    unclosed: set[str] = set()
    for match in _UNREAD_OPENS.finditer(text):
        closing = _UNREAD[match[0].lower()]
        if match.start() < place or closing in unclosed:
            continue
        end = lowered.find(closing, match.end())
        if end < 0:
            unclosed.add(closing)
            continue
        kept.append(text[place : match.start()])
        place = end + (3 if closing == "-->" else 0)
    return " ".join((*kept, text[place:]))


# --- dates ---

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: index + 1 for index, name in enumerate(_MONTH_NAMES)}
_ISO = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2})(?!\d))?)?(?=$|[\sT,;)\]])")
_COMPACT = re.compile(r"(?:D:)?(\d{4})(\d{2})(\d{2})(?=$|\D|\d{4,6}(?:\D|$))")
_COMPACT_MONTH = re.compile(r"D:(\d{4})(\d{2})?$")
_DAY_FIRST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)")
_WORDED = re.compile(
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?\s+)?(?P<month>[A-Za-z]{3,9})\.?,?\s+(?:(?P<late>\d{1,2})(?:st|nd|rd|th)?,?\s+)?(?P<year>\d{4})(?!\d)"
)
_YEAR = re.compile(r"(?<!\d)(1[0-9]\d\d|20\d\d)(?!\d)")


def date(text: str | None) -> str:
    """ "2004-03-01", "2004-03" or "2004"; a time of day is dropped. Reads ISO 8601 and its cousins, 20040301, PDF's D:20040301…,
    1.3.2004, 03/25/2004 (day first unless that is impossible), "March 1, 2004", "1 Mar 2004", and else a lone year such as "c1999"."""
    line = clean(text)
    for pattern, order in ((_ISO, (1, 2, 3)), (_COMPACT, (1, 2, 3)), (_COMPACT_MONTH, (1, 2, 0))):
        if match := pattern.match(line):
            return day(*(match[group] if group else None for group in order))
    if match := _DAY_FIRST.match(line):
        first, second = int(match[1]), int(match[3])
        month_first = second > 12
        return day(match[4], first if month_first else second, second if month_first else first)
    if (match := _WORDED.search(line)) and (month := _MONTHS.get(match["month"][:3].lower())):
        return day(match["year"], month, match["day"] or match["late"])
    match = _YEAR.search(line)
    return match[1] if match else ""


def day(year: str | int | None, month: str | int | None = None, day_of_month: str | int | None = None) -> str:
    """The date of its parts, as precise as they are valid. Year 101 is calibre's "no date"; years outside 1-9999 are none."""
    y, m, d = _small(year), _small(month), _small(day_of_month)
    if y is None or not 1 <= y <= 9_999 or y == 101:
        return ""
    if m is None or not 1 <= m <= 12:
        return f"{y:04d}"
    if d is None or not 1 <= d <= calendar.monthrange(y, m)[1]:
        return f"{y:04d}-{m:02d}"
    return f"{y:04d}-{m:02d}-{d:02d}"


def _small(value: str | int | None) -> int | None:
    if isinstance(value, int):
        return value
    value = (value or "").strip()
    return int(value) if value.isdecimal() and len(value) <= 5 else None


def positive(text: str | None) -> int | None:
    """A count such as "12"; None when it is not one, or is 0."""
    line = (text or "").strip()
    return (int(line) or None) if line.isdecimal() and len(line) <= 9 else None


# --- series numbers ---


class Number(NamedTuple):
    """`position` orders a series; `text` is the number as printed, which may say more ("1-3", "1.10", "12a")."""

    position: float | None
    text: str = ""


NO_NUMBER = Number(None)
_NUMBER = re.compile(
    r"(?:#|no\.?|nr\.?|vol(?:ume)?\.?|book|part|issue)?\s*(?P<value>-?\d{1,9}(?:[.,]\d{1,9})?|-?\.\d{1,9})(?P<rest>.*)", re.I | re.S
)
_WHOLE = re.compile(r"^(-?\d+)[.,]0+$")  # calibre writes every number as "2.0"
_RANGE_END = re.compile(r"\s*[-–—~]\s*\d{1,9}(?:[.,]\d{1,9})?\s*")


def number(text: str | float | None) -> Number:
    """0, decimals ("1.5", "1,5"), negatives, "½", ranges ("1-3" → 1) and numbers with a tail ("12a" → 12). Anything else has no position
    and keeps its text."""
    line = clean(str(text)) if text is not None else ""
    if not line:
        return NO_NUMBER
    fraction = _with_fraction(line)
    if fraction is not None:
        return Number(fraction, line[:100])
    match = _NUMBER.fullmatch(line)
    position = float(match["value"].replace(",", ".")) + 0.0 if match else None  # + 0.0 makes -0 a plain 0
    return Number(position, _WHOLE.sub(r"\1", line)[:100])


def _with_fraction(line: str) -> float | None:
    """ "½" is 0.5, "1½" is 1.5."""
    value = unicodedata.numeric(line[-1], -1.0)
    if line[-1].isdigit() or not 0 < value < 1:
        return None
    whole = line[:-1]
    if whole and not (whole.isascii() and whole.isdecimal() and len(whole) < 9):
        return None
    return int(whole or 0) + value


def is_range(text: str) -> bool:
    """Is it an omnibus, such as "1-3"?"""
    match = _NUMBER.fullmatch(text)
    return bool(match and _RANGE_END.fullmatch(match["rest"]))


# --- people and lists ---

_SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv", "phd", "ph.d", "md", "m.d", "esq"))
_LETTER = re.compile(r"\w")
_AND = re.compile(r"\s+(?:&|and|und|et|y)\s+", re.I)


def listed(text: str | None, separators: str = ",") -> list[str]:
    """The entries of a list in one text, each once, in order; placeholders are dropped."""
    parts = re.split(f"[{re.escape(separators)}]", text) if text else []
    return list(dict.fromkeys(filter(None, map(known, parts))))


def names(text: str | None, separators: str = ",") -> list[str]:
    """As `listed`, for people: "Robert Downey, Jr." stays one."""
    joined: list[str] = []
    for part in re.split(f"[{re.escape(separators)}]", text or ""):
        if joined and part.strip().rstrip(".").casefold() in _SUFFIXES:
            joined[-1] += ", " + part.strip()
        else:
            joined.append(part)
    return list(dict.fromkeys(filter(None, map(known, joined))))


def people(text: str | None) -> list[tuple[str, str]]:
    """(name, sort name) of each person in a free-text author field. With ";" in it, commas belong to the names ("Knuth, Donald; Dijkstra,
    E."); otherwise "," "&" and "and" separate, except for a single "Family, Given"."""
    line = known(text)
    if ";" in line:
        parts = names(line, ";")
    else:
        parts = [line] if _is_inverted(line) else [name for part in _AND.split(line) for name in names(part, ",&")]
    return list(dict.fromkeys(_turned(part) for part in parts if _LETTER.search(part)))


def _is_inverted(name: str) -> bool:
    """ "Knuth, Donald E." and "van Rossum, Guido": one comma, and a part that cannot stand alone as a full name."""
    family, comma, given = name.partition(", ")
    if not comma or "," in given or "&" in name or _AND.search(name) or given.rstrip(".").casefold() in _SUFFIXES:
        return False
    return " " not in family.strip() or family[:1].islower()


def _turned(name: str) -> tuple[str, str]:
    if not _is_inverted(name):
        return name, ""
    family, _, given = name.partition(", ")
    return f"{given.strip()} {family.strip()}", name


# --- identifiers ---

# Key, its shape (group 1 is the value), and the schemes under which that shape is looked for; "" is a value without scheme.
_SHAPES: tuple[tuple[str, re.Pattern[str], frozenset[str]], ...] = (
    ("uuid", re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.I), frozenset(("", "uuid", "id"))),
    ("doi", re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:)?(10\.\d{4,9}/\S+)", re.I), frozenset(("", "doi", "uri"))),
    ("goodreads", re.compile(r"https?://(?:www\.)?goodreads\.com/book/show/(\d+).*", re.I), frozenset(("", "uri", "goodreads"))),
    ("comicvine", re.compile(r"https?://comicvine\.gamespot\.com/.*?4000-(\d+).*", re.I), frozenset(("", "uri", "comicvine"))),
    ("comicvine", re.compile(r"4000-(\d+)"), frozenset(("comicvine",))),
    ("asin", re.compile(r"(B0[0-9A-Z]{8})"), frozenset(("",))),
    ("uri", re.compile(r"(https?://.*)", re.I), frozenset(("",))),
)
_ISBN_NOISE = re.compile(r"^\s*(?:e-?)?ISBN(?:-?1[03])?[:\s]*|[\s\u2010-\u2015-]", re.I)
_TAGGED = re.compile(r"(?:\[Issue ID\s*|\bCVDB)(\d{1,12})\b", re.I)
_SCHEME = re.compile(r"[a-z][a-z0-9_.-]{0,39}")
_ONIX = {"02": "isbn", "03": "gtin", "06": "doi", "15": "isbn", "22": "urn"}  # ONIX code list 5, as EPUB 3 names identifier types
_SCHEMES = {
    "isbn-10": "isbn", "isbn10": "isbn", "isbn-13": "isbn", "isbn13": "isbn", "ean": "isbn", "e-isbn": "isbn", "eisbn": "isbn",
    "amazon": "asin", "amazon-asin": "asin", "audible": "asin", "url": "uri", "web": "uri", "guid": "uuid", "uid": "id", "bookid": "id",
    "mobi-asin": "mobi-asin", "google-books": "google", "googlebooks": "google", "comic-vine": "comicvine", "cvdb": "comicvine",
}  # fmt: skip

Identifiers = dict[str, str]


def identify(into: Identifiers, value: str | None, scheme: str = "") -> None:
    """Adds one printed identifier in normal form; the first of a scheme stays. Without a scheme its shape tells.

    isbn: 13 digits, checksum proved; an ISBN-10 is also kept as isbn10, without hyphens; a false one is dropped. uuid: lower case.
    doi: without resolver. asin, goodreads, google, comicvine, uri: as they are. A value of no known shape is "id"."""
    text = known(value)
    if not text or len(text) > 500:
        return
    name = _scheme(scheme)
    text, name = _unwrapped(text, name)
    for key, normal in _normal(name, text):
        into.setdefault(key, normal)


def identify_comicvine(into: Identifiers, notes: str) -> bool:
    """Taggers leave the Comic Vine number in free text: "[Issue ID 145269]", "[CVDB145269]". True when there is one."""
    match = _TAGGED.search(notes)
    if match:
        into.setdefault("comicvine", match[1])
    return match is not None


def _scheme(text: str) -> str:
    name = clean(text).casefold().replace(" ", "-").replace("_", "-")
    name = _ONIX.get(name, name)
    return _SCHEMES.get(name, name)


def _unwrapped(text: str, name: str) -> tuple[str, str]:
    """Takes "urn:isbn:…", "isbn:…" and "calibre:…" apart; what is before the colon says more than an attribute does."""
    rest = text[4:] if text[:4].casefold() == "urn:" else text
    prefix, colon, value = rest.partition(":")
    prefix = prefix.strip().casefold()
    if not colon or not value.strip() or prefix in {"http", "https", "ftp"} or not _SCHEME.fullmatch(prefix):
        return text, name
    if prefix in {"comicvine", "metron", "gcd"}:
        value = value.rpartition(":")[2]
    return value.strip(), _scheme(prefix)


def _normal(name: str, text: str) -> list[tuple[str, str]]:
    """What to keep of a value under a scheme: nothing of a false ISBN, two forms of an ISBN-10."""
    if name in {"", "isbn"}:
        if found := isbn(text):
            return [("isbn", found)] if len(_digits(text)) == 13 else [("isbn", found), ("isbn10", _digits(text))]
        if name:
            return []
    for key, shape, schemes in _SHAPES:
        if name in schemes and (match := shape.fullmatch(text)):
            return [(key, match[1].lower() if key == "uuid" else match[1])]
    return [(name if _SCHEME.fullmatch(name) else "id", text)]


def isbn(text: str) -> str:
    """The 13 digits of a valid ISBN-10 or ISBN-13, "" for anything else."""
    digits = _digits(text)
    if len(digits) == 13 and digits.isdecimal() and digits.startswith(("978", "979")):
        return digits if _check13(digits[:12]) == digits[12] else ""
    if len(digits) == 10 and digits[:9].isdecimal() and _check10(digits[:9]) == digits[9]:
        body = "978" + digits[:9]
        return body + _check13(body)
    return ""


def _digits(text: str) -> str:
    """The digits as printed, without hyphens, spaces and a leading "ISBN"."""
    plain = _ISBN_NOISE.sub("", text).upper()
    return plain if plain.isascii() else ""


def _check13(body: str) -> str:
    return str(-sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(body)) % 10)


def _check10(body: str) -> str:
    value = -sum(int(digit) * (10 - index) for index, digit in enumerate(body)) % 11
    return "X" if value == 10 else str(value)


def unique(texts: Iterable[str]) -> list[str]:
    """Each once, first spelling kept, whatever the case."""
    seen: dict[str, str] = {}
    for text in texts:
        seen.setdefault(text.casefold(), text)
    return list(seen.values())
