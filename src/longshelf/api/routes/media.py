"""Addresses of files, pages and pictures."""

from typing import Annotated, Literal

import msgspec

from longshelf.api.handlers import files, pictures, proxy
from longshelf.api.route import Param
from longshelf.api.routes.rows import get
from longshelf.catalog.playing import Playback
from longshelf.media.pages import SpineSection

BYTES, WEBP, VTT, JPEG = "application/octet-stream", "image/webp", "text/vtt", "image/jpeg"

_WIDTH = Param(name="w", type=Literal[192, 384, 768], default=384, about="Width in pixels")
_VERSION = Param(name="v", about="The version from the address of the picture")
_RESOLUTION = Param(name="resolution", type=Literal["", "240p", "480p", "720p", "1080p", "2160p"], default="",
                    about="The most lines the picture has")  # fmt: skip
_DOWNLOAD = Param(name="download", type=bool, default=False, about="As a file to keep, not to show")
CONVERSION = (
    Param(name="format", type=Literal["mp4", "webm"], default="mp4", about="What it is converted into"), _RESOLUTION,
    Param(name="start", type=Annotated[float, msgspec.Meta(ge=0, le=1_000_000)], default=0.0, about="Seconds to begin at"),
)  # fmt: skip
MEDIA = (
    get("/media/{item_id}/file", "getFile", files.media, "The first file; ranges and conditions as in RFC 9110",
         answer=BYTES, params=(_DOWNLOAD,)),
    get("/media/{item_id}/file/{n}", "getFileNumber", files.media, "File n of the item, from 0", answer=BYTES, params=(_DOWNLOAD,)),
    get("/media/{item_id}/page/{n}", "getPage", files.page, "Page n of a comic or PDF, from 0", answer=BYTES,
         params=(Param(name="w", type=Annotated[int, msgspec.Meta(ge=64, le=4_096)], about="Width in pixels for PDF pages"),)),
    get("/media/{item_id}/spine", "getSpine", files.spine, "The parts of an EPUB, in reading order", answer=list[SpineSection]),
    get("/media/{item_id}/resource/{rest}", "getResource", files.resource, "A file inside an EPUB, sandboxed", answer=BYTES),
    get("/thumb/{item_id}", "getThumb", files.thumb, "The item's picture, immutable when v is its version", answer=WEBP,
         params=(_VERSION, _WIDTH)),
    get("/thumb/entity/{entity_id}", "getPortrait", pictures.portrait, "The picture of a person, studio, tag, group or gallery",
         answer=WEBP, params=(_VERSION, _WIDTH)),
    get("/thumb/entity/{entity_id}/back", "getPortraitBack", proxy.back, "The other side of a group's cover", answer=WEBP,
         params=(_VERSION, _WIDTH)),
    get("/api/items/{item_id}/playback", "getPlayback", proxy.playback, "How the item is best played, and what there is beside it",
         answer=Playback),
    get("/media/{item_id}/chapters.vtt", "getChapters", proxy.chapters, "Chapters and markers as WebVTT", answer=VTT),
    get("/media/{item_id}/stream", "getStream", proxy.stream, "A mirrored film, converted while it is watched", answer="video/mp4",
         params=CONVERSION),
    get("/media/{item_id}/stream.m3u8", "getManifest", proxy.manifest, "A mirrored film as an HLS stream",
         answer=proxy.HLS, params=(_RESOLUTION,)),
    get("/media/{item_id}/segment/{n}", "getSegment", proxy.segment, "A piece of the HLS stream", answer="video/mp2t",
         params=(_RESOLUTION,)),
    get("/media/{item_id}/preview", "getPreview", proxy.preview, "A short preview of a mirrored film", answer="video/mp4",
         params=(Param(name="format", type=Literal["mp4", "webp"], default="mp4", about="A film, or an animated picture"),)),
    get("/media/{item_id}/sprite.vtt", "getSpritePlaces", proxy.sprite_places, "Which part of the sprite belongs to which second",
         answer=VTT),
    get("/media/{item_id}/sprite", "getSprite", proxy.sprite, "Small pictures of a mirrored film, in one", answer=JPEG),
    get("/media/{item_id}/caption/{n}", "getCaption", proxy.caption, "Captions n of a mirrored film, from 0, as WebVTT", answer=VTT),
    get("/media/{item_id}/marker/{marker}/picture", "getMarkerPicture", proxy.marker_picture,
         "The picture at a marker of a mirrored film, by the number in the chapter's href", answer=WEBP, params=(_VERSION, _WIDTH)),
    get("/media/{item_id}/marker/{marker}/preview", "getMarkerPreview", proxy.marker_preview, "What is seen from a marker on, in little",
         answer=WEBP),
    get("/media/{item_id}/marker/{marker}/stream", "getMarkerStream", proxy.marker_film, "The same as a film", answer="video/mp4"),
    get("/media/{item_id}/heatmap", "getHeatmap", proxy.heatmap, "How lively the script of a mirrored film is", answer="image/png"),
    get("/media/{item_id}/script", "getScript", proxy.script, "The funscript of a mirrored film", answer=BYTES),
)  # fmt: skip
