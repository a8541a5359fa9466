"""The media addresses of a Stash server, as one table: which shapes there are, and what may come back from each.

The rule: an address is built here, from numbers and from words of a closed list, and nowhere else. Whatever is asked of Longshelf, nobody
can make it ask a Stash for anything that is not in this table; and what comes back is of the types the table names, or not passed on."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from urllib.parse import urlencode

import msgspec

from longshelf.errors import NotFound
from longshelf.sources.stash.kinds import Remote

VIDEO, PICTURE, TEXT, JSON = ("video/", "application/octet-stream"), ("image/",), ("text/vtt", "text/plain"), ("application/json",)
TRANSPORT = ("video/mp2t", "video/")
RESOLUTIONS: Mapping[str, tuple[str, int]] = {
    "240p": ("LOW", 240),
    "480p": ("STANDARD", 480),
    "720p": ("STANDARD_HD", 720),
    "1080p": ("FULL_HD", 1_080),
    "2160p": ("FOUR_K", 2_160),
}  # as people say it -> as Stash does, and the height of the picture
_HASH = re.compile(r"[0-9a-f]{16}|[0-9a-f]{32}")
_LANGUAGE = re.compile(r"[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8}){0,3}")
_CAPTIONS = ("vtt", "srt")
_DRAWN = ("image/png",)  # of a marker: pictures of films are JPEG and WebP, and the drawing of an hourglass is a PNG


class Address(msgspec.Struct, frozen=True):
    """`path` begins with a slash and follows the server's own address; `types` are the beginnings of media types that may come back.
    `made` is true of what Stash makes while it sends: it has no length and no ranges, and asking for it costs the server's processor.
    `absent` are types that say that there is nothing: Stash sends a drawing of its own then, and no error."""

    path: str
    types: tuple[str, ...]
    made: bool = False
    absent: tuple[str, ...] = ()


class Format(StrEnum):
    """What Stash converts a film into while it is watched."""

    MP4 = "mp4"
    WEBM = "webm"


def film(scene: int) -> Address:
    """The file as it is."""
    return Address(f"/scene/{int(scene)}/stream", VIDEO)


def converted(scene: int, form: Format, resolution: str = "", start: float = 0.0) -> Address:
    """The film from `start` (seconds) on in a format that browsers play, at most as high as `resolution`."""
    asked: dict[str, str] = {}
    if resolution:
        asked["resolution"] = RESOLUTIONS[resolution][0]
    if start > 0:
        asked["start"] = f"{start:.3f}"
    return Address(f"/scene/{int(scene)}/stream.{Format(form)}" + _query(asked), VIDEO, made=True)


def manifest(scene: int, resolution: str = "") -> Address:
    """The list of an HLS stream's pieces. It must never be passed on as it is: it holds the server's address and key."""
    asked = {"resolution": RESOLUTIONS[resolution][0]} if resolution else {}
    return Address(
        f"/scene/{int(scene)}/stream.m3u8" + _query(asked), ("application/vnd.apple.mpegurl", "application/x-mpegurl", "audio/", "text/")
    )


def piece(scene: int, number: int, resolution: str = "") -> Address:
    asked = {"resolution": RESOLUTIONS[resolution][0]} if resolution else {}
    return Address(f"/scene/{int(scene)}/stream.m3u8/{int(number)}.ts" + _query(asked), TRANSPORT, made=True)


def screenshot(scene: int) -> Address:
    return Address(f"/scene/{int(scene)}/screenshot", PICTURE)


def preview(scene: int) -> Address:
    return Address(f"/scene/{int(scene)}/preview", VIDEO)


def animation(scene: int) -> Address:
    return Address(f"/scene/{int(scene)}/webp", PICTURE)


def sprite(fingerprint: str) -> Address:
    """Many small pictures of the film in one. Named by a fingerprint of the file, which is all hexadecimal or refused."""
    return Address(f"/scene/{_hash(fingerprint)}_sprite.jpg", PICTURE)


def sprite_places(fingerprint: str) -> Address:
    """Which part of the sprite belongs to which second."""
    return Address(f"/scene/{_hash(fingerprint)}_thumbs.vtt", TEXT)


def caption(scene: int, language: str, form: str) -> Address:
    """Stash gives WebVTT whatever the file is. NotFound for a language or form that is none."""
    if not _LANGUAGE.fullmatch(language) or form not in _CAPTIONS:
        raise NotFound("There are no such captions.")
    return Address(f"/scene/{int(scene)}/caption" + _query({"lang": language, "type": form}), TEXT)


def script(scene: int) -> Address:
    return Address(f"/scene/{int(scene)}/funscript", (*JSON, "text/plain", "application/octet-stream"))


def heatmap(scene: int) -> Address:
    return Address(f"/scene/{int(scene)}/interactive_heatmap", PICTURE)


def marker_still(scene: int, marker: int) -> Address:
    """The picture at a marker; a JPEG, where one was made."""
    return Address(f"/scene/{int(scene)}/scene_marker/{int(marker)}/screenshot", PICTURE, absent=_DRAWN)


def marker_animation(scene: int, marker: int) -> Address:
    """What is seen from a marker on, in little and without sound; a WebP, where one was made."""
    return Address(f"/scene/{int(scene)}/scene_marker/{int(marker)}/preview", PICTURE, absent=_DRAWN)


def marker_film(scene: int, marker: int) -> Address:
    """The same as a film, where one was made."""
    return Address(f"/scene/{int(scene)}/scene_marker/{int(marker)}/stream", VIDEO)


def image(image: int) -> Address:
    """The file as it is; a clip among the images is a film."""
    return Address(f"/image/{int(image)}/image", (*PICTURE, *VIDEO))


def thumbnail(image: int) -> Address:
    return Address(f"/image/{int(image)}/thumbnail", PICTURE)


PORTRAITS: Mapping[Remote, Callable[[int], str]] = {
    Remote.PERFORMER: lambda each: f"/performer/{int(each)}/image",
    Remote.STUDIO: lambda each: f"/studio/{int(each)}/image",
    Remote.TAG: lambda each: f"/tag/{int(each)}/image",
    Remote.GROUP: lambda each: f"/group/{int(each)}/frontimage",
    Remote.GALLERY: lambda each: f"/gallery/{int(each)}/cover",
}


def portrait(kind: Remote, remote_id: int) -> Address:
    """The picture of a performer, studio, tag, group or gallery."""
    return Address(PORTRAITS[kind](remote_id), PICTURE)


def back(group: int) -> Address:
    """The other side of a group's cover."""
    return Address(f"/group/{int(group)}/backimage", PICTURE)


def still(kind: Remote, remote_id: int) -> Address:
    """The picture that stands for a scene or an image."""
    return screenshot(remote_id) if kind is Remote.SCENE else thumbnail(remote_id)


def _hash(fingerprint: str) -> str:
    if not _HASH.fullmatch(fingerprint):
        raise NotFound("There is no such picture.")
    return fingerprint


def _query(asked: Mapping[str, str]) -> str:
    return f"?{urlencode(asked)}" if asked else ""
