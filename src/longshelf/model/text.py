"""How text becomes keys and search tokens: the one place where case, accents, scripts and numbers are judged.

Every engine stores and asks for the output of these functions and compares it byte by byte, so SQLite, PostgreSQL and plain Python
agree on what is equal, what comes first and what a search finds. All functions accept any string, and applying `fold` twice
changes nothing."""

import hashlib
import math
import re
import struct
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

KEY_LENGTH = 200  # characters; PostgreSQL refuses index entries above about 2,700 bytes, and four bytes a character must fit twice
TOKEN_LENGTH = 64  # characters; a longer run (a hash, a base64 line) is found by its beginning
# What of an item is searchable, as (tokens, characters): far beyond any real description, and within the limits of PostgreSQL's tsvector
# (positions up to 16,383 and one mebibyte an item).
TITLE_CAP = (500, 8_000)
NAMES_CAP = (4_000, 40_000)
DESCRIPTION_CAP = (10_000, 80_000)
SERIES_SEPARATOR = "\x01"  # below every character a key can hold, so "dune" sorts before "dune messiah"

_DIGITS = re.compile(r"\d+")
_SPACES = re.compile(r"\s+")
# Canonical combining classes of marks that people leave out when they type: overlays, Hebrew and Arabic points, and everything
# placed around Latin, Greek and Cyrillic letters. Others (Indic vowels, kana voicing) make a different letter and stay.
_OPTIONAL_MARKS = frozenset({1, *range(10, 37), *range(200, 241)})
# Scripts written without spaces: each character is its own token, and a run of them is a phrase.
_SPACELESS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)

# Folded text in which every word is a run of letters and digits: no script without spaces, no mark that stays. The ranges leave out
# combining marks and everything past Armenian, but keep general punctuation and currency signs.
_PLAIN = re.compile("[\0-\u02ff\u0370-\u0482\u048a-\u058f\u2000-\u206f\u20a0-\u20bf]*")
_WORDS = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """Text as it is compared: no case, no width, no optional accents, no control characters. "Ｂeyoncé" → "beyonce", "が" stays "が"."""
    if text.isascii():
        return _printable(text.lower())
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    kept = "".join(char for char in decomposed if unicodedata.combining(char) not in _OPTIONAL_MARKS)
    return _printable(unicodedata.normalize("NFC", kept))


def tokens(text: str) -> list[str]:
    """The words of a text, folded, in order: runs of letters and digits with the marks on them. Chinese, Japanese, Korean, Thai, Lao,
    Khmer and Burmese characters are one token each."""
    folded = fold(text)
    if _PLAIN.fullmatch(folded):
        return [word[:TOKEN_LENGTH] for word in _WORDS.findall(folded)]
    return _tokens_char_by_char(folded)


def _tokens_char_by_char(folded: str) -> list[str]:
    """`tokens` for any script; ten times slower than the plain way."""
    found: list[str] = []
    word = ""
    for char in folded:
        if char.isalnum():
            if word and (_SPACELESS.match(char) or _SPACELESS.match(word)):
                found.append(word[:TOKEN_LENGTH])
                word = ""
            word += char
        elif word and unicodedata.category(char)[0] == "M":
            word += char
        elif word:
            found.append(word[:TOKEN_LENGTH])
            word = ""
    return [*found, word[:TOKEN_LENGTH]] if word else found


def search_text(text: str) -> str:
    """What a search index stores: the tokens, one space between them."""
    return " ".join(tokens(text))


class Document(NamedTuple):
    """The searchable words of one item. Each text keeps to itself: no phrase reaches from one name into the next."""

    title: tuple[tuple[str, ...], ...]
    names: tuple[tuple[str, ...], ...]
    description: tuple[tuple[str, ...], ...]


def document(titles: Iterable[str], names: Iterable[str], description: str) -> Document:
    """Title and subtitle, the names of linked entities, and the description, as tokens up to the caps above."""
    return Document(_capped(titles, *TITLE_CAP), _capped(names, *NAMES_CAP), _capped((description,), *DESCRIPTION_CAP))


def _capped(texts: Iterable[str], count: int, length: int) -> tuple[tuple[str, ...], ...]:
    """The leading words of the texts; a text counts as one token more, the gap that keeps it apart."""
    kept: list[tuple[str, ...]] = []
    for text in texts:
        found = tokens(text[: 2 * length])
        total = sum(map(len, found))
        if len(found) <= count and total <= length:
            count, length = count - len(found) - 1, length - total
            if found:
                kept.append(tuple(found))
            continue
        words: list[str] = []
        for word in found:
            count, length = count - 1, length - len(word)
            if count < 0 or length < 0:
                break
            words.append(word)
        count -= 1
        if words:
            kept.append(tuple(words))
    return tuple(kept)


@lru_cache(maxsize=65_536)
def natural_key(text: str) -> str:
    """A title as it is sorted: folded, spaces collapsed, numbers by value ("Part 9" before "Part 10"), leading articles kept.
    At most 200 characters."""
    folded = _SPACES.sub(" ", fold(text)).strip()
    return _DIGITS.sub(_number_key, folded)[:KEY_LENGTH]


@lru_cache(maxsize=65_536)
def name_key(name: str) -> str:
    """Who a name means: two spellings that differ in composition, width, case or spacing have one key; accents count.
    A very long name keeps its beginning and a digest of the whole, so that two of them still differ."""
    key = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    key = _SPACES.sub(" ", _printable(key)).strip()
    if len(key) <= KEY_LENGTH:
        return key
    return key[: KEY_LENGTH - 32] + hashlib.blake2b(key.encode(), digest_size=16).hexdigest()


def series_key(name: str, position: float | None) -> str:
    """Reading order: the series, then its number by value (negative, 0, 1.5, 10), then entries without a number."""
    number = "~" if position is None or math.isnan(position) else _float_key(position)
    return natural_key(name) + SERIES_SEPARATOR + number


def _number_key(match: re.Match[str]) -> str:
    """Digits with their count in front, so that byte order is numeric order: 7 → "017", 10 → "0210"."""
    digits = "".join(str(unicodedata.digit(char)) for char in match[0]).lstrip("0") or "0"
    return f"{min(len(digits), 99):02d}{digits}"


def _float_key(number: float) -> str:
    """16 hexadecimal digits whose byte order is the order of the numbers (IEEE 754 with the sign turned into an offset)."""
    (bits,) = struct.unpack(">q", struct.pack(">d", number + 0.0))  # + 0.0 makes -0.0 a plain 0
    return f"{(bits ^ 0xFFFFFFFFFFFFFFFF if bits < 0 else bits | 0x8000000000000000) & 0xFFFFFFFFFFFFFFFF:016x}"


def _printable(text: str) -> str:
    """Control characters become spaces and lone surrogates go: neither database could hold them."""
    if text.isprintable():
        return text
    return "".join(_plain(char) for char in text)


def _plain(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Cc":
        return " "
    return "" if category == "Cs" else char
