"""Addresses of files, pages and pictures."""

from typing import Annotated, Literal

import msgspec

from longshelf.api.handlers import files
from longshelf.api.route import Param
from longshelf.api.routes.rows import get
from longshelf.media.pages import SpineSection

BYTES, WEBP = "application/octet-stream", "image/webp"

_WIDTH = Param(name="w", type=Literal[192, 384, 768], default=384, about="Width in pixels")
_DOWNLOAD = Param(name="download", type=bool, default=False, about="As a file to keep, not to show")
MEDIA = (
    get("/media/{item_id}/file", "getFile", files.media, "The first file; ranges and conditions as in RFC 9110",
         answer=BYTES, params=(_DOWNLOAD,)),
    get("/media/{item_id}/file/{n}", "getFileNumber", files.media, "File n of the item, from 0", answer=BYTES, params=(_DOWNLOAD,)),
    get("/media/{item_id}/page/{n}", "getPage", files.page, "Page n of a comic or PDF, from 0", answer=BYTES,
         params=(Param(name="w", type=Annotated[int, msgspec.Meta(ge=64, le=4_096)], about="Width in pixels for PDF pages"),)),
    get("/media/{item_id}/spine", "getSpine", files.spine, "The parts of an EPUB, in reading order", answer=list[SpineSection]),
    get("/media/{item_id}/resource/{rest}", "getResource", files.resource, "A file inside an EPUB, sandboxed", answer=BYTES),
    get("/thumb/{item_id}", "getThumb", files.thumb, "The item's picture, immutable when v is its version", answer=WEBP,
         params=(Param(name="v", about="The version from the item's cover address"), _WIDTH)),
)  # fmt: skip
