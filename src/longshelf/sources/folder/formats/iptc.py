"""IPTC-IIM records, as press agencies and old photo programs write them into pictures.

The rule: datasets are read in order until one does not fit; texts are UTF-8 when they say so or can be, Windows' Latin 1 otherwise."""

from typing import NamedTuple

from longshelf.sources.folder import fields

MAX_DATASETS = 5_000
_UTF8 = b"\x1b%G"
_PHOTOSHOP = b"Photoshop 3.0\0"
_RESOURCE = 0x0404


class Iptc(NamedTuple):
    title: str = ""
    headline: str = ""
    description: str = ""
    creators: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    date: str = ""
    copyright: str = ""


def parse(data: bytes) -> Iptc:
    """Dataset 2:05 is the title, 2:25 keywords, 2:55 the date, 2:80 creators, 2:105 the headline, 2:116 copyright, 2:120 the caption."""
    found: dict[int, list[bytes]] = {}
    utf8 = False
    place = 0
    for _ in range(MAX_DATASETS):
        head = data[place : place + 5]
        if len(head) < 5 or head[0] != 0x1C:
            break
        length = int.from_bytes(head[3:5], "big")
        if length & 0x8000:  # larger than any text a person wrote
            break
        value = data[place + 5 : place + 5 + length]
        utf8 = utf8 or (head[1] == 1 and head[2] == 90 and value.startswith(_UTF8))
        if head[1] == 2:
            found.setdefault(head[2], []).append(value)
        place += 5 + length
    texts = {number: [_text(value, utf8) for value in values] for number, values in found.items()}
    return Iptc(
        title=fields.clean(_first(texts, 5)),
        headline=fields.clean(_first(texts, 105)),
        description=fields.plain_text(_first(texts, 120)),
        creators=tuple(map(fields.clean, texts.get(80, ()))),
        keywords=tuple(map(fields.clean, texts.get(25, ()))),
        date=fields.date(_first(texts, 55)),
        copyright=fields.clean(_first(texts, 116)),
    )


def from_photoshop(data: bytes) -> bytes:
    """The IPTC records inside a JPEG's APP13 segment, b"" when there are none."""
    if not data.startswith(_PHOTOSHOP):
        return b""
    place = len(_PHOTOSHOP)
    while data[place : place + 4] == b"8BIM" and place + 12 <= len(data):
        number = int.from_bytes(data[place + 4 : place + 6], "big")
        named = data[place + 6] + 1
        at = place + 6 + named + (named & 1)
        length = int.from_bytes(data[at : at + 4], "big")
        if number == _RESOURCE:
            return data[at + 4 : at + 4 + length]
        place = at + 4 + length + (length & 1)
    return b""


def _first(texts: dict[int, list[str]], number: int) -> str:
    return next(iter(texts.get(number, ())), "")


def _text(value: bytes, utf8: bool) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("utf-8" if utf8 else "cp1252", "replace")
