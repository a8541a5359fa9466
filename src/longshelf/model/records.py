"""What a source says about one item, in one shape for every source: folders, Stash servers and feeds all end as `Change`s.

A `Layer` is what one origin (manual edit, sidecar, embedded, path) says; `ingest/merge.py` folds layers into an `ItemRecord`.
Times are microseconds since 1970 UTC, durations seconds, sizes bytes, dates "YYYY", "YYYY-MM" or "YYYY-MM-DD", ratings 0-100.
An absent value is None, an absent text "" and an absent list ()."""

from enum import IntEnum
from typing import Literal

import msgspec

from longshelf.model.kinds import EntityKind, ItemKind, Role


class Origin(IntEnum):
    """Who says so; the lower number wins, field by field. Empty values never override."""

    MANUAL = 0
    SIDECAR = 1
    EMBEDDED = 2
    PATH = 3


class Credit(msgspec.Struct, frozen=True):
    """One item-entity link as a source names it. `position` is the series number (1.5 allowed), track or scene index;
    `sort_name` ("Tolkien, J. R. R.") is "" when the source gives none. With an `external_id` that is whom it means, not the name."""

    kind: EntityKind
    name: str
    role: Role = Role.NONE
    position: float | None = None
    sort_name: str = ""
    external_id: str = ""


class Chapter(msgspec.Struct, frozen=True):
    """`start` and `end` in seconds (audio, video), or None where the medium has pages: then `page` counts from 0.
    `href` is the place inside a book. `level` 0 is the top of a nested table of contents."""

    title: str
    start: float | None = None
    end: float | None = None
    page: int | None = None
    href: str = ""
    level: int = 0


class Cover(msgspec.Struct, frozen=True):
    """How to get an item's picture when a thumbnail is wanted; nothing is decoded during a scan.
    member: `name` is a path inside the archive · sidecar: a file name beside the media file · page: PDF page `name` (from 0) ·
    picture: the embedded picture of an audio file · frame: a frame of the video · self: the file is the picture ·
    remote: the server it is mirrored from has one, and `name` is another when that has changed."""

    via: Literal["member", "sidecar", "page", "picture", "frame", "self", "remote"]
    name: str = ""


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """What one origin says. Credits of one kind and role are one field: they come from one origin, whole."""

    origin: Origin
    title: str = ""
    sort_title: str = ""
    subtitle: str = ""
    description: str = ""
    date: str = ""
    language: str = ""
    rating: int | None = None
    age_rating: int | None = None
    credits: tuple[Credit, ...] = ()
    identifiers: dict[str, str] = {}
    chapters: tuple[Chapter, ...] = ()
    cover: Cover | None = None
    extra: dict[str, object] = {}


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is measured, not said: no origin outranks it. `mime` is the media type to serve the file with."""

    mime: str = ""
    duration: float | None = None
    width: int | None = None
    height: int | None = None
    pages: int | None = None
    extra: dict[str, object] = {}


class FileRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One file of an item. `path` is relative to the library root `root` (its index), as raw bytes: names need not be UTF-8.
    `companions` digests the sidecars that were read with it; `fingerprint` digests size and sampled content."""

    root: int
    path: bytes
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    fingerprint: bytes = b""
    companions: bytes = b""
    mime: str = ""
    duration: float | None = None


class ParsedItem(msgspec.Struct, frozen=True):
    """One item as its files tell it, in layers of falling precedence, not yet merged."""

    kind: ItemKind
    facts: Facts
    layers: tuple[Layer, ...]
    files: tuple[FileRecord, ...]


class ItemRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One item as it should stand in the store: merged, normalised, ready to write. `content_hash` digests everything here that a
    viewer could see, so equal hashes mean nothing to write."""

    kind: ItemKind
    title: str
    external_id: str = ""
    sort_title: str = ""
    subtitle: str = ""
    description: str = ""
    date: str = ""
    language: str = ""
    created_at: int | None = None
    duration: float | None = None
    width: int | None = None
    height: int | None = None
    size: int | None = None
    pages: int | None = None
    rating: int | None = None
    age_rating: int | None = None
    cover: Cover | None = None
    credits: tuple[Credit, ...] = ()
    identifiers: dict[str, str] = {}
    chapters: tuple[Chapter, ...] = ()
    extra: dict[str, object] = {}
    files: tuple[FileRecord, ...] = ()
    content_hash: bytes = b""


class Issue(msgspec.Struct, frozen=True):
    """A file or folder that could not be taken in, with a reason a person can act on."""

    root: int
    path: bytes
    reason: str
