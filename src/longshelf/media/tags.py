"""The picture embedded in an audio file: ID3 (MP3, WAV, AIFF), MP4 atoms, FLAC blocks, Vorbis comments, APEv2.

Every container keeps pictures its own way; `PLACES` is the list, tried in order."""

# mypy: disallow-untyped-calls=False
# mutagen carries no types.

import base64
import os
from collections.abc import Callable, Iterator
from typing import Any

import mutagen
from mutagen.flac import Picture
from mutagen.id3 import ID3, PictureType

from longshelf.errors import NotFound, Unreadable
from longshelf.media.locate import opened
from longshelf.sources.folder.reading import MAX_COVER

FRONT = int(PictureType.COVER_FRONT)


def picture(path: bytes) -> bytes:
    """The front cover, else the first picture there is. NotFound without one; Unreadable when the tags are damaged."""
    with opened(path) as descriptor, open(descriptor, "rb", closefd=False) as file:
        try:
            found = mutagen.File(_Named(file, os.fsdecode(path)))
        except mutagen.MutagenError as error:
            raise Unreadable(f"the tags cannot be read: {error}"[:200]) from None
        except (ValueError, KeyError, IndexError, TypeError, OverflowError, EOFError, MemoryError) as error:
            raise Unreadable(f"the tags are damaged: {error}"[:200]) from None
    pictures = [] if found is None else [each for place in PLACES for each in place(found)]
    if not pictures:
        raise NotFound("there is no picture in this file")
    best = min(pictures, key=lambda each: each[0] != FRONT)[1]  # min keeps the first of equals
    if len(best) > MAX_COVER:
        raise Unreadable(f"the picture is larger than {MAX_COVER // 2**20} MB")
    return best


class _Named:
    """An open file that also tells its name, from which mutagen guesses the format when the bytes leave a doubt."""

    def __init__(self, file: Any, name: str) -> None:
        self.name = name
        self.read, self.seek, self.tell = file.read, file.seek, file.tell


Found = tuple[int, bytes]


def _id3(file: Any) -> Iterator[Found]:
    tags = file if isinstance(file, ID3) else file.tags
    if isinstance(tags, ID3):
        yield from ((int(frame.type), frame.data) for frame in tags.getall("APIC"))


def _mp4(file: Any) -> Iterator[Found]:
    covers = file.tags.get("covr", []) if type(file).__name__ == "MP4" and file.tags else []
    yield from ((FRONT, bytes(cover)) for cover in covers)


def _flac(file: Any) -> Iterator[Found]:
    yield from ((each.type, each.data) for each in getattr(file, "pictures", []))


def _vorbis(file: Any) -> Iterator[Found]:
    """Base64 of a FLAC picture block; damaged ones are passed over."""
    comments = file.tags.get("metadata_block_picture", []) if hasattr(file.tags, "vendor") else []
    for text in comments:
        try:
            block = Picture(base64.b64decode(text))
        except (ValueError, mutagen.MutagenError):
            continue
        yield block.type, block.data


def _ape(file: Any) -> Iterator[Found]:
    """A file name, a zero byte, the picture."""
    for name in ("Cover Art (Front)", "Cover Art (Back)"):
        value = file.tags.get(name) if type(file.tags).__name__ == "APEv2" else None
        if value is not None:
            yield FRONT if "Front" in name else FRONT + 1, bytes(value.value).partition(b"\0")[2]


PLACES: tuple[Callable[[Any], Iterator[Found]], ...] = (_id3, _mp4, _flac, _vorbis, _ape)
