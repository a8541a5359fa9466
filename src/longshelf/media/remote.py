"""From an item or entity of a mirrored library to its media on the server it is mirrored from.

The rule: what is known here of the server (its address, its key) is for the client that calls it, and prints as nothing at all."""

import hashlib
import re

import msgspec

from longshelf.sources.stash.kinds import Remote
from longshelf.sources.stash.media import Address

_EXTERNAL = re.compile(r"(scene|image):(\d{1,15})")
_MARKER = re.compile(r"marker:(\d{1,15})(?::.*)?")
_FINGERPRINTS = ("oshash", "md5")  # by which of them a Stash names its files is a setting there; the first is the usual one


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """Where a library is mirrored from. Never shown: not in a log, not in an error."""

    library_id: int
    url: str
    key: str

    def __repr__(self) -> str:
        return f"Server(library {self.library_id})"

    __str__ = __repr__


class Mirrored(msgspec.Struct, frozen=True, kw_only=True):
    """One object of a server, as `media` needs it: `remote_id` is its id there. `version` changes when its picture may have changed, and is
    "" when it has none; `picture` is where that is, unless it is where pictures of its kind are. `name` is what its file is called.
    `fingerprints` name the sprites of a scene, the likeliest first; `captions` are (language, form); `owner` is under what its thumbnails
    are kept."""

    server: Server
    kind: Remote
    remote_id: int
    owner: int | str
    version: str = ""
    picture: Address | None = None
    name: str = ""
    fingerprints: tuple[str, ...] = ()
    captions: tuple[tuple[str, str], ...] = ()
    interactive: bool = False


def remote_id(external_id: str) -> tuple[Remote, int] | None:
    """Which scene or image an item of a mirrored library is; None for one whose id another work has by now."""
    found = _EXTERNAL.fullmatch(external_id)
    return (Remote(found[1]), int(found[2])) if found else None


def marker_id(href: str | None) -> int | None:
    """Which marker a chapter of a scene is; None for one that is none."""
    found = _MARKER.fullmatch(href or "")
    return int(found[1]) if found else None


def marker_version(version: str, start: float) -> str:
    """Of a marker's picture, from that of its scene's and its place in the film; "" where the scene has none."""
    return hashlib.blake2b(f"{version} {start:.3f}".encode("utf-8", "surrogatepass"), digest_size=8).hexdigest() if version else ""


def fingerprints(identifiers: dict[str, str]) -> tuple[str, ...]:
    """The likeliest first."""
    return tuple(identifiers[name] for name in _FINGERPRINTS if identifiers.get(name))


def captions(told: object) -> tuple[tuple[str, str], ...]:
    """From what the mirror keeps: ["de.vtt", …]."""
    if not isinstance(told, list):
        return ()
    return tuple((language, form) for each in told for language, _, form in [str(each).rpartition(".")] if language and form)
