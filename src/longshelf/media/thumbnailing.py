"""Making one thumbnail and keeping it: the synchronous core, run in a worker process.

A thumbnail file is complete or absent (written aside, then renamed), so any number of processes may make the same one at once."""

import contextlib
import hashlib
import io
import os
import tempfile
from pathlib import Path

import msgspec
from PIL import Image

from longshelf.media import covers
from longshelf.media.decoding import decode, dominant_color
from longshelf.media.locate import Located

WIDTHS = (192, 384, 768)
QUALITY = {192: 78, 384: 80, 768: 80}
EFFORT = 3  # of WebP's 0-6: above it a thumbnail takes twice the time for 2 % fewer bytes
SUFFIX = ".webp"


class Made(msgspec.Struct, frozen=True):
    """WebP bytes and the colour for a placeholder, "#rrggbb"."""

    data: bytes
    color: str


def width_for(wanted: int) -> int:
    """The smallest of WIDTHS that is not smaller than `wanted`; the largest when there is none."""
    return next((width for width in WIDTHS if width >= wanted), WIDTHS[-1])


def make(place: Located, width: int) -> Made:
    """The thumbnail of an item's cover. NotFound without one, Unreadable when it cannot be decoded."""
    return _made(covers.image(place, width), width)


def _made(picture: Image.Image, width: int) -> Made:
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=QUALITY.get(width, 80), method=EFFORT)
    return Made(buffer.getvalue(), dominant_color(picture))


def make_and_keep(place: Located, width: int, path: Path) -> Made:
    """`make`, with the result at `path` when it returns. A full disk loses the file, not the thumbnail."""
    made = make(place, width)
    with contextlib.suppress(OSError):
        keep(path, made.data)
    return made


def make_of_bytes(data: bytes, width: int, path: Path) -> Made:
    """Likewise, of an encoded picture."""
    made = _made(decode(data, width), width)
    with contextlib.suppress(OSError):
        keep(path, made.data)
    return made


def webp(data: bytes, width: int) -> bytes:
    """An encoded picture of somebody's as one of ours, upright, at most `width` wide, and with nothing in it but what is seen. Unreadable
    when it cannot be decoded."""
    return _made(decode(data, width), width).data


def keep(path: Path, data: bytes) -> None:
    """Writes `path` whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=".making-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def cache_path(folder: Path, owner: int | str, version: str, width: int) -> Path:
    """Where the thumbnail lives: two levels of 256 folders by a digest of the owner (an item's id, or the name of something else), so that
    no folder grows long. A new version has a new name; the old file ages out."""
    digest = hashlib.blake2b(str(owner).encode(), digest_size=2).hexdigest()
    mark = hashlib.blake2b(version.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return folder / digest[:2] / digest[2:] / f"{owner}-{mark}-{width}{SUFFIX}"


def touch(path: Path, now: float) -> None:
    """Marks a file as used, at most once a day: reading must not cost a write each time."""
    with contextlib.suppress(OSError):
        if now - path.stat().st_mtime > 86_400:
            os.utime(path, (now, now))
