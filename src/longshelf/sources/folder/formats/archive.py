"""One way to look into ZIP, RAR and 7-Zip files: names in order and members in memory, each up to a limit.

What a file is, its first bytes say, never its extension. Nothing is written to disk and no name is followed, so a name may be anything.
ZIP is read by `zips`; RAR, 7-Zip and rare ZIP compressions by libarchive, which can only walk an archive from its start."""

import ctypes
import logging
import os
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from longshelf.errors import Unreadable
from longshelf.sources.folder import regular
from longshelf.sources.folder.formats.zips import ENCRYPTED, Unsupported, ZipFile, decoded
from longshelf.sources.folder.reading import MAX_COVER, MAX_MEMBERS, MAX_TEXT

PICTURE_SUFFIXES = frozenset(
    (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".avif", ".heic", ".heif", ".jxl", ".bmp", ".tif", ".tiff")
)  # fmt: skip
MAX_UNPACKED = 8 * 2**30  # claimed bytes we walk past in an archive that has no directory to jump by

# First bytes -> libarchive's name of the format.
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"PK\3\4", "zip"),
    (b"PK\5\6", "zip"),
    (b"PK\7\x08", "zip"),
    (b"Rar!\x1a\x07\x01\x00", "rar5"),
    (b"Rar!\x1a\x07\x00", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7zip"),
)
_DIGITS = re.compile("[0-9]+")
_LOCKED = "encrypted with a password"
_BLOCK = 64 * 1024
logging.getLogger("libarchive").addHandler(logging.NullHandler())  # its warnings come back as reasons; they are not for stderr too


class Archive(Protocol):
    """An open archive. `kind` is zip, rar, rar5 or 7zip, `names` are its files in stored order, `comment` is the archive's own."""

    kind: str
    names: list[str]
    comment: bytes

    def is_encrypted(self, name: str) -> bool:
        """Does reading this member need a password?"""

    def read(self, name: str, limit: int = MAX_TEXT) -> bytes:
        """The member's content; Unreadable when it is missing, damaged, encrypted or longer than `limit` bytes."""


def pages(path: Path) -> list[str]:
    """The pictures of a comic in reading order: natural order of their whole names. Unreadable when it is no archive."""
    with opened(path) as archive:
        return pictures(archive.names)


def read_member(path: Path, name: str, limit: int = MAX_COVER) -> bytes:
    """One member by the name `pages` gave. Unreadable when it is missing, damaged, encrypted or longer than `limit` bytes."""
    with opened(path) as archive:
        return archive.read(name, limit)


@contextmanager
def opened(path: Path, wanted: Callable[[str], bool] | None = None) -> Iterator[Archive]:
    """The archive at `path`. `wanted` tells which small members will be asked for: where members can only be reached by walking,
    they are read in the walk that lists the names."""
    with regular.opened(path) as descriptor:
        kind = _kind(os.pread(descriptor, 8, 0))
        if kind in {"rar", "rar5", "7zip"}:
            yield _Walked(descriptor, kind, wanted)
        else:  # a ZIP may have anything before its first member
            yield _Zip(descriptor)


def pictures(names: Iterable[str]) -> list[str]:
    """The pages among the names, in natural order; hidden files and macOS leftovers are none."""
    return sorted((name for name in names if _is_picture(name)), key=natural)


def natural(name: str) -> tuple[str, str]:
    """A sort key: folders before what is longer than their name, numbers by value, case ignored; the name itself closes ties."""
    return _DIGITS.sub(_by_length, name.casefold().replace("/", "\x01")), name


def _by_length(match: re.Match[str]) -> str:
    digits = match[0].lstrip("0")
    return f"0{len(digits):05d}{digits}"


def _is_picture(name: str) -> bool:
    folder, _, base = name.rpartition("/")
    _, dot, suffix = base.rpartition(".")
    if not dot or "." + suffix.lower() not in PICTURE_SUFFIXES or base.startswith("."):
        return False
    return "__MACOSX" not in folder


def _kind(start: bytes) -> str:
    return next((kind for magic, kind in _MAGIC if start.startswith(magic)), "")


class _Zip:
    """A ZIP by its directory; a member compressed in a way `zips` does not know is fetched by libarchive."""

    kind = "zip"

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._zip = ZipFile(descriptor)
        self.names = (
            list(self._zip.by_name) if len(self._zip.by_name) < len(self._zip.members) else [each.name for each in self._zip.members]
        )
        self.comment = self._zip.comment

    def is_encrypted(self, name: str) -> bool:
        member = self._zip.by_name.get(name)
        return member is not None and bool(member.flags & ENCRYPTED)

    def read(self, name: str, limit: int = MAX_TEXT) -> bytes:
        member = self._zip.by_name.get(name)
        if member is None:
            raise Unreadable(f"{name} is not in the archive")
        try:
            return self._zip.read(member, limit)
        except Unsupported:
            return _Walked(self._descriptor, "zip", lambda each: each == name, limit).read(name, limit)


class _Walked:
    """An archive libarchive walks from its start: once to list it, and again for each member that was not `wanted`."""

    def __init__(self, descriptor: int, kind: str, wanted: Callable[[str], bool] | None, limit: int = MAX_TEXT) -> None:
        self._descriptor = descriptor
        self.kind = kind
        self._kept: dict[str, bytes | Unreadable] = {}
        self.names: list[str] = []
        self.comment = b""
        for name, content in self._walk(wanted or (lambda _: False), limit):
            self.names.append(name)
            if content is not None:
                self._kept.setdefault(name, content)

    def is_encrypted(self, name: str) -> bool:
        """RAR says so before the first name; of 7-Zip, only an attempt tells."""
        if self.kind != "7zip":
            return False
        try:
            self.read(name, MAX_COVER)
        except Unreadable as error:
            return _LOCKED in str(error)
        return False

    def read(self, name: str, limit: int = MAX_TEXT) -> bytes:
        if name not in self._kept and name in self.names:
            for each, content in self._walk(lambda each: each == name, limit):
                if each == name and content is not None:
                    self._kept[name] = content
                    break
        found = self._kept.get(name)
        if found is None:
            raise Unreadable(f"{name} is not in the archive")
        if isinstance(found, Unreadable):
            raise found
        return found

    def _walk(self, wanted: Callable[[str], bool], limit: int) -> Iterator[tuple[str, bytes | Unreadable | None]]:
        """Every file's name, with the content of the wanted ones or the reason why it cannot be had."""
        from libarchive import ffi
        from libarchive.exception import ArchiveError
        from libarchive.read import ArchiveRead, new_archive_read

        os.lseek(self._descriptor, 0, os.SEEK_SET)
        walked = 0
        try:
            with new_archive_read(self.kind, "none") as pointer:
                ffi.read_open_fd(pointer, self._descriptor, _BLOCK)
                for count, entry in enumerate(ArchiveRead(pointer)):
                    size = max(entry.size or 0, 0)
                    walked += size
                    if count >= MAX_MEMBERS or walked > MAX_UNPACKED:
                        raise Unreadable(f"the archive holds more than {MAX_MEMBERS:,} entries or {MAX_UNPACKED // 2**30} GB")
                    name = _entry_name(entry.pathname)
                    if name and entry.isfile:
                        yield name, _content(pointer, name, size, limit) if wanted(name) else None
        except ArchiveError as error:
            raise Unreadable(f"the archive cannot be read: {_reason(error)}") from None


def _content(pointer: int, name: str, size: int, limit: int) -> bytes | Unreadable:
    """The data of the entry the walk stands at. The binding's own block reader takes a warning (a false checksum) for a block, so this one
    asks libarchive itself."""
    from libarchive import ffi
    from libarchive.exception import ArchiveError

    too_large = Unreadable(f"{name} is larger than {limit // 2**20} MB")
    if size > limit:
        return too_large
    content = bytearray()
    block = ctypes.create_string_buffer(_BLOCK)
    try:
        while (got := ffi.read_data(pointer, block, _BLOCK)) > 0:
            content += memoryview(block)[:got]
            if len(content) > limit:
                return too_large
    except ArchiveError as error:
        return Unreadable(f"{name} cannot be read: {_reason(error)}")
    if got < 0:
        return Unreadable(f"{name} is damaged: its checksum does not match")
    return bytes(content)


def _entry_name(name: str | bytes | None) -> str:
    return decoded(name) if isinstance(name, bytes) else name or ""


def _reason(error: Exception) -> str:
    """libarchive's words, without the numbers the binding appends."""
    said = str(getattr(error, "msg", "") or error)
    lowered = said.lower()
    if "passphrase" in lowered or "encrypt" in lowered:
        return f"it is {_LOCKED}"
    if "solid" in lowered:
        return "solid RAR 4 archives are not supported; repack it"
    return said
