"""From an item to its files, and never to anything else: the one place where a stored name becomes an open file.

The rule: a path is served only when, with every link resolved, it is a regular file below the library root it was recorded under.
Everything else (missing, a link that leads out, a pipe, a device) is `NotFound`, so that nothing outside can be told apart."""

# ruff: noqa: PTH112, PTH116, PTH118, PTH120 -- names are raw bytes, which Path cannot hold

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from longshelf.errors import NotFound, SourceOffline
from longshelf.model.kinds import ItemKind
from longshelf.model.records import Cover, FileRecord

_OPEN = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY  # a FIFO must not make us wait
_ABSENT = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EINVAL, errno.EACCES, errno.ENXIO)


class Located(msgspec.Struct, frozen=True, kw_only=True):
    """One item as `media` needs it. `roots` are the library's root folders by index; `version` changes when the picture may have
    changed (`item.cover_version`). Travels to the worker processes."""

    item_id: int
    kind: ItemKind
    roots: tuple[bytes, ...]
    files: tuple[FileRecord, ...]
    cover: Cover | None = None
    version: str = ""


def file_path(place: Located, index: int = 0) -> bytes:
    """The real path of one of the item's files. NotFound when it is not there or lies outside; SourceOffline when its root is gone."""
    record = _record(place, index)
    return confined(place.roots[record.root], record.path)


def sidecar_path(place: Located, name: str, index: int = 0) -> bytes:
    """The real path of a file called `name` in the same folder as one of the item's files."""
    record = _record(place, index)
    encoded = os.fsencode(name)
    if b"/" in encoded or encoded in (b"", b".", b".."):
        raise NotFound("no such file")
    return confined(place.roots[record.root], os.path.join(os.path.dirname(record.path), encoded))


def confined(root: bytes, relative: bytes) -> bytes:
    """The real path of the regular file `relative` below `root`: all links resolved, and still below the root."""
    if b"\0" in relative or relative.startswith(b"/"):
        raise NotFound("no such file")
    base = os.path.realpath(root)
    if not os.path.isdir(base):
        raise SourceOffline("the folder of this library is not there now")
    path = os.path.realpath(os.path.join(base, relative))
    if not path.startswith(base.rstrip(b"/") + b"/"):
        raise NotFound("no such file")
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise NotFound("no such file")
    except (OSError, ValueError):
        raise NotFound("no such file") from None
    return path


@contextmanager
def opened(path: bytes) -> Iterator[int]:
    """A descriptor of a regular file at a path from `confined`. A link put in its place meanwhile is refused."""
    try:
        descriptor = os.open(path, _OPEN | os.O_NOFOLLOW)
    except OSError as error:
        if error.errno in _ABSENT:
            raise NotFound("no such file") from None
        raise SourceOffline(f"the file cannot be read now: {error.strerror}") from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotFound("no such file")
        yield descriptor
    finally:
        os.close(descriptor)


def _record(place: Located, index: int) -> FileRecord:
    if not 0 <= index < len(place.files) or not 0 <= place.files[index].root < len(place.roots):
        raise NotFound("no such file")
    return place.files[index]
