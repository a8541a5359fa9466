"""The picture of an item, wherever it is kept: in the archive, beside the file, on a page, in the tags, in the film, or the file itself.

`original` gives the bytes as they are for the full-size view; `image` decodes them at the width a thumbnail needs. Both go through
`locate`, so no name in a record can lead outside the library."""

import io
import os
from pathlib import Path
from typing import BinaryIO

import msgspec
from PIL import Image

from longshelf.errors import NotFound, Unreadable
from longshelf.media import documents, frames, tags
from longshelf.media.decoding import decode
from longshelf.media.locate import Located, file_path, opened, sidecar_path
from longshelf.media.mime import SNIFFED, mime_of, picture_mime
from longshelf.sources.folder.formats.archive import read_member
from longshelf.sources.folder.reading import MAX_COVER

RENDERED_WIDTH = 1_280  # of pages and frames, which have no size of their own


class Original(msgspec.Struct, frozen=True):
    """Encoded bytes with their media type, which comes from the bytes where they are a picture."""

    data: bytes
    mime: str


def original(place: Located) -> Original:
    """The cover as it is stored; pages and frames are rendered to JPEG. NotFound without a cover; Unreadable when it cannot be had."""
    if place.cover is None:
        raise NotFound("this item has no picture")
    if place.cover.via in {"page", "frame"}:
        return Original(encoded(_rendered(place, RENDERED_WIDTH), "JPEG"), "image/jpeg")
    data = _stored(place)
    return Original(data, picture_mime(data[:SNIFFED]) or mime_of(place.cover.name))


def image(place: Located, width: int) -> Image.Image:
    """The cover upright in RGB or RGBA, at most `width` wide."""
    if place.cover is None:
        raise NotFound("this item has no picture")
    if place.cover.via in {"page", "frame"}:
        return _fitted(_rendered(place, width), width)
    if place.cover.via in {"self", "sidecar"}:
        with opened(_own_path(place)) as descriptor, open(descriptor, "rb", closefd=False) as file:
            return decode(file, width)
    return decode(_stored(place), width)


def encoded(picture: Image.Image, form: str, quality: int = 85) -> bytes:
    """`form` is JPEG or WEBP; JPEG loses transparency to white."""
    if form == "JPEG" and picture.mode == "RGBA":
        ground = Image.new("RGB", picture.size, (255, 255, 255))
        ground.paste(picture, mask=picture.getchannel("A"))
        picture = ground
    buffer = io.BytesIO()
    picture.save(buffer, form, quality=quality)
    return buffer.getvalue()


def read_all(file: BinaryIO, limit: int = MAX_COVER) -> bytes:
    """The whole file; Unreadable above `limit` bytes, before anything is read."""
    size = os.fstat(file.fileno()).st_size
    if size > limit:
        raise Unreadable(f"is larger than {limit // 2**20} MB")
    return file.read(limit)


def _stored(place: Located) -> bytes:
    cover = place.cover
    if cover is None:
        raise NotFound("this item has no picture")
    if cover.via == "member":
        return read_member(Path(os.fsdecode(file_path(place))), cover.name, MAX_COVER)
    if cover.via == "picture":
        return tags.picture(file_path(place, _holder(place, cover.name)))
    with opened(_own_path(place)) as descriptor, open(descriptor, "rb", closefd=False) as file:
        return read_all(file)


def _holder(place: Located, name: str) -> int:
    """Which file of a book in several holds the picture; the first when none is named, or the named one has gone."""
    return next((index for index, file in enumerate(place.files) if name and file.path.rpartition(b"/")[2] == os.fsencode(name)), 0)


def _own_path(place: Located) -> bytes:
    if place.cover is not None and place.cover.via == "sidecar":
        return sidecar_path(place, place.cover.name)
    return file_path(place)


def _rendered(place: Located, width: int) -> Image.Image:
    with opened(file_path(place)) as descriptor:
        if place.cover is not None and place.cover.via == "page":
            return documents.page(descriptor, _page_number(place.cover.name), width)
        with open(descriptor, "rb", closefd=False) as file:
            return frames.frame(file)


def _page_number(name: str) -> int:
    """A cover on a page names it by number; anything else is the first."""
    return int(name) if name.isascii() and name.isdigit() and len(name) < 8 else 0


def _fitted(picture: Image.Image, width: int) -> Image.Image:
    if picture.width <= width:
        return picture
    return picture.resize((width, max(1, round(picture.height * width / picture.width))), Image.Resampling.LANCZOS, reducing_gap=2.0)
