"""Which files of a folder belong together: media files, their sidecars and covers, and the audio files that may be one audiobook.

Pure functions over names. The rule: every media file is in exactly one `Unit`, and a unit's digest changes when anything it was read
from changes, so an edited sidecar is noticed though the media file is not."""

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from longshelf.model.kinds import ItemKind
from longshelf.sources.folder.registry import FileFormat, extension, format_of
from longshelf.sources.folder.walk import Entry, Listing

AUDIO_KINDS = frozenset((ItemKind.AUDIOBOOK, ItemKind.TRACK))
PICTURES = (b".jpg", b".jpeg", b".png", b".webp")
MAX_PEERS = 1_000  # more audio files than this in one folder are a collection, not one audiobook
COVER_STEMS = (b"cover", b"folder", b"poster", b"front", b"thumb")  # the best first
COVER_SUFFIXES = (b"", b"-poster", b"-cover", b"-thumb", b".cover")  # after the media file's own stem
COVER_KINDS = frozenset((ItemKind.BOOK, ItemKind.AUDIOBOOK, ItemKind.TRACK, ItemKind.VIDEO))
PAGED = frozenset((b".pdf",))  # a page-based file is its own cover; comics are not in COVER_KINDS either

# Sidecar names tried for a media file, in order of precedence. {stem} is its name without extension, {name} the whole name.
# A name without either belongs to the folder: it is taken only where the folder holds one work (one stem, or audio read together),
# since with several nobody could tell which it describes.
SIDECARS: tuple[tuple[bytes, frozenset[ItemKind]], ...] = (
    (b"{name}.metadata.json", frozenset(ItemKind)),
    (b"{stem}.metadata.json", frozenset(ItemKind)),
    (b"metadata.json", frozenset((ItemKind.BOOK, ItemKind.AUDIOBOOK, ItemKind.TRACK, ItemKind.COMIC))),
    (b"{name}.json", frozenset(ItemKind)),
    (b"{stem}.json", frozenset(ItemKind)),
    (b"{stem}.opf", frozenset((ItemKind.BOOK, ItemKind.AUDIOBOOK, ItemKind.TRACK, ItemKind.COMIC))),
    (b"metadata.opf", frozenset((ItemKind.BOOK, ItemKind.AUDIOBOOK, ItemKind.TRACK, ItemKind.COMIC))),
    (b"{stem}.nfo", frozenset((ItemKind.VIDEO, ItemKind.AUDIOBOOK, ItemKind.TRACK))),
    (b"movie.nfo", frozenset((ItemKind.VIDEO,))),
    (b"{stem}.xml", frozenset((ItemKind.COMIC,))),
    (b"comicinfo.xml", frozenset((ItemKind.COMIC,))),
    (b"{name}.xmp", frozenset((ItemKind.IMAGE, ItemKind.VIDEO, ItemKind.BOOK))),
    (b"{stem}.xmp", frozenset((ItemKind.IMAGE, ItemKind.VIDEO, ItemKind.BOOK))),
)
FOLDER_SIDECARS = frozenset(pattern for pattern, _ in SIDECARS if b"{" not in pattern)


class Unit(msgspec.Struct, frozen=True, array_like=True):
    """Files that are read together. `folder` is relative to the root. More than one file only for audio that may be one audiobook.
    `sidecars` are names in precedence order, `cover` the name of a picture beside the file, b"" for none. `companions` digests
    all of them with sizes and times; b"" when the file stands alone."""

    root: int
    folder: bytes
    files: tuple[Entry, ...]
    sidecars: tuple[bytes, ...] = ()
    cover: bytes = b""
    companions: bytes = b""


def units(listing: Listing) -> list[Unit]:
    """The units of one folder, in name order. Cover pictures of other files are not units of their own."""
    media = [(entry, found) for entry in listing.files if (found := format_of(entry.name))]
    by_name = {entry.name.lower(): entry for entry in listing.files}
    decoration = _folder_covers(media, by_name)
    if not _is_one_work(media):
        by_name = {name: entry for name, entry in by_name.items() if name not in FOLDER_SIDECARS and entry.name not in decoration}
    covers = _covers(media, by_name)
    taken = set(covers.values()) | decoration
    alone = [pair for pair in media if pair[1].kind not in AUDIO_KINDS and pair[0].name not in taken]
    audio = [pair for pair in media if pair[1].kind in AUDIO_KINDS]
    made = [_unit(listing, (pair,), by_name, covers) for pair in alone]
    together = [audio] if 0 < len(audio) <= MAX_PEERS else [[pair] for pair in audio]
    made.extend(_unit(listing, members, by_name, covers) for members in together)
    return made


def _is_one_work(media: Sequence[tuple[Entry, FileFormat]]) -> bool:
    """Whether everything in the folder but pictures is one work: formats of one book, parts of one audiobook, one film."""
    stems = {
        b"" if found.kind in AUDIO_KINDS else os.path.splitext(entry.name)[0].lower() for entry, found in media if found.kind in COVER_KINDS
    }
    comics = {os.path.splitext(entry.name)[0].lower() for entry, found in media if found.kind is ItemKind.COMIC}
    return len(stems | comics) <= 1


def _unit(
    listing: Listing,
    members: Sequence[tuple[Entry, FileFormat]],
    by_name: Mapping[bytes, Entry],
    covers: Mapping[bytes, bytes],
) -> Unit:
    first, found = members[0]
    sidecars = _sidecars(first.name, found.kind, by_name)
    cover = covers.get(first.name, b"")
    read = [by_name[name.lower()] for name in (*sidecars, cover) if name]
    peers = [entry for entry, _ in members] if len(members) > 1 else []
    return Unit(
        root=listing.root,
        folder=listing.path,
        files=tuple(entry for entry, _ in members),
        sidecars=tuple(sidecars),
        cover=cover,
        companions=_digest(read, peers),
    )


def _digest(read: Iterable[Entry], peers: Iterable[Entry]) -> bytes:
    lines = [b"%b\0%d\0%d" % (entry.name, entry.size, entry.mtime_ns) for entry in read]
    lines.extend(entry.name for entry in peers)
    return hashlib.blake2b(b"\n".join(lines), digest_size=8).digest() if lines else b""


def _sidecars(name: bytes, kind: ItemKind, by_name: Mapping[bytes, Entry]) -> list[bytes]:
    stem = os.path.splitext(name)[0].lower()
    found: list[bytes] = []
    for pattern, kinds in SIDECARS:
        if kind in kinds:
            wanted = pattern.replace(b"{stem}", stem).replace(b"{name}", name.lower())
            entry = by_name.get(wanted)
            if entry is not None and entry.name not in found:
                found.append(entry.name)
    return found


def _covers(media: Sequence[tuple[Entry, FileFormat]], by_name: Mapping[bytes, Entry]) -> dict[bytes, bytes]:
    """Media file name -> name of the picture that is its cover."""
    found: dict[bytes, bytes] = {}
    for entry, file_format in media:
        if file_format.kind not in COVER_KINDS or extension(entry.name) in PAGED:
            continue
        stem = os.path.splitext(entry.name)[0].lower()
        stems = [stem + suffix for suffix in COVER_SUFFIXES] + list(COVER_STEMS)
        names = (candidate + suffix for candidate in stems for suffix in PICTURES)
        cover = next((by_name[name] for name in names if name in by_name), None)
        if cover is not None:
            found[entry.name] = cover.name
    return found


def _folder_covers(media: Sequence[tuple[Entry, FileFormat]], by_name: Mapping[bytes, Entry]) -> set[bytes]:
    """Pictures such as cover.jpg and folder.jpg beside anything that is not a picture: decoration, not items."""
    if all(file_format.kind is ItemKind.IMAGE for _, file_format in media):
        return set()
    names = (stem + suffix for stem in COVER_STEMS for suffix in PICTURES)
    return {by_name[name].name for name in names if name in by_name}
