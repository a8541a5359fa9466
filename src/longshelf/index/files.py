"""A base segment on disk: one directory a generation, `<index>/<revision>-<random>/`, of .npy files and a manifest.

It is written beside its final place and renamed, so a directory of that name is whole or not there. It is read by mapping, so all
processes share the pages. The manifest names every file with its size and a checksum: blake2b over its head, its tail and 64 KiB pieces
spread evenly between (files up to 1 MiB are covered entirely). Opening must stay well under a second at ten million items, and a
gigabyte read in full would take longer than that from a cold disk; truncated, swapped, zeroed or foreign files are caught all the same.
Whatever does not fit is not trusted: the follower passes over it and builds anew."""

import contextlib
import ctypes
import fcntl
import hashlib
import mmap
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import msgspec
import numpy as np

from longshelf.index.bitmaps import Array
from longshelf.index.segment import Put
from longshelf.index.values import Arrays

VERSION = 2  # of the arrays and their meaning; a directory of another one is foreign
MANIFEST = "manifest.json"
PIECE = 65_536
PIECES = 16
OWNER_ONLY = 0o700  # like the database: titles may be nobody else's business
SMALL = 2**20  # bytes; smaller files are read, not mapped
POPULATE_READ = 22  # MADV_POPULATE_READ of Linux 5.14, which the module mmap does not name
WARM_PIECE = 2**20  # bytes; a multiple of any page


class Foreign(Exception):
    """Not a generation we can use; the reason."""


class Entry(msgspec.Struct, frozen=True):
    size: int
    digest: str


class Manifest(msgspec.Struct, frozen=True):
    """`store` tells one database from another, `committed_at` one past of it from another: when the revision was committed, 0 where nobody
    knows."""

    version: int
    revision: int
    committed_at: int
    store: str
    count: int
    files: dict[str, Entry]


class Filled(msgspec.Struct, frozen=True):
    """What a generation was filled with: see `Manifest`."""

    revision: int
    committed_at: int
    count: int


class Generation(msgspec.Struct, frozen=True):
    """One opened directory."""

    path: Path
    manifest: Manifest
    arrays: Arrays


def write(index: Path, store: str, fill: Callable[[Put], Filled], add: Callable[[Put, Arrays], None] | None = None) -> Path:
    """Makes the next generation from what `fill` puts, and what `add` puts when it has read that. The directory, in its final place."""
    index.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    building = index / f"building-{os.getpid()}-{secrets.token_hex(4)}"
    building.mkdir(mode=OWNER_ONLY)
    try:
        entries: dict[str, Entry] = {}

        def put(name: str, array: Array) -> None:
            path = building / f"{name}.npy"
            with path.open("wb") as file:
                np.save(file, np.ascontiguousarray(array), allow_pickle=False)
            entries[name] = Entry(path.stat().st_size, _digest(path))

        filled = fill(put)
        if add is not None:
            add(put, {name: _read(building / f"{name}.npy", entry) for name, entry in entries.items()})
        manifest = Manifest(VERSION, filled.revision, filled.committed_at, store, filled.count, entries)
        (building / MANIFEST).write_bytes(_sealed(manifest))
        _sync(building)
        final = index / f"{filled.revision:020d}-{secrets.token_hex(4)}"
        building.rename(final)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    return final


def generations(index: Path) -> list[Path]:
    """Newest first."""
    found = [path for path in index.glob("*-*") if path.name[:20].isdecimal()] if index.is_dir() else []
    return sorted(found, key=lambda path: (path.name[:20], _made(path)), reverse=True)


def open_generation(path: Path, store: str) -> Generation:
    """Checked and mapped. Foreign, with the reason, when anything is not as it was written."""
    try:
        manifest = _unsealed((path / MANIFEST).read_bytes())
        if (manifest.version, manifest.store) != (VERSION, store):
            raise Foreign("written by another version or for another database")
        return Generation(path, manifest, {name: _mapped(path / f"{name}.npy", entry) for name, entry in manifest.files.items()})
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        raise Foreign(str(error)) from None


def warm(arrays: Arrays) -> None:
    """Makes what is mapped ready to be read: or else the first questions wait for the system to map what they need, page by page. A piece
    at a time, because threads that map something else wait meanwhile. Does nothing where the system cannot (Linux before 5.14)."""
    advise = _advise()
    if advise is None:
        return
    for array in arrays.values():
        mapped = getattr(array.base, "base", None)
        if isinstance(mapped, mmap.mmap):
            first = np.frombuffer(mapped, dtype=np.uint8).ctypes.data
            for start in range(0, len(mapped), WARM_PIECE):
                if advise(first + start, min(WARM_PIECE, len(mapped) - start), POPULATE_READ) != 0:
                    return


@cache
def _advise() -> Callable[[int, int, int], int] | None:
    """The system's madvise. Not that of `mmap`, which keeps the interpreter's lock: a gigabyte is mapped in thousands of pieces, and nobody
    would be answered before it was. None where there is none."""
    try:
        found = ctypes.CDLL(None).madvise
    except (AttributeError, OSError, TypeError):
        return None
    found.restype, found.argtypes = ctypes.c_int, (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    advise: Callable[[int, int, int], int] = found
    return advise


def remove_others(index: Path, kept: Path) -> None:
    """Everything but `kept`. Who still has a removed file mapped goes on reading it."""
    for path in index.iterdir():
        if path != kept and path.is_dir():
            shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def builder(index: Path) -> Iterator[bool]:
    """Whether this process may build now: one at a time, and the lock goes with the process that holds it."""
    index.mkdir(mode=OWNER_ONLY, parents=True, exist_ok=True)
    with (index / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _sync(directory: Path) -> None:
    """Onto the disk, all at once at the end: by then most of it is there already."""
    for path in (*directory.iterdir(), directory):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sealed(manifest: Manifest) -> bytes:
    """Its own checksum, a line of its own, and the manifest as JSON."""
    content = msgspec.json.encode(manifest)
    return hashlib.blake2b(content, digest_size=16).hexdigest().encode() + b"\n" + content


def _unsealed(sealed: bytes) -> Manifest:
    content = sealed.partition(b"\n")[2]
    manifest = msgspec.json.decode(content, type=Manifest)
    if _sealed(manifest) != sealed:
        raise Foreign("the manifest is damaged")
    return manifest


def _mapped(path: Path, entry: Entry) -> Array:
    if path.stat().st_size != entry.size or _digest(path) != entry.digest:
        raise Foreign(f"{path.name} is damaged")
    return _read(path, entry)


def _read(path: Path, entry: Entry) -> Array:
    array: Array = np.load(path, mmap_mode="r" if entry.size > SMALL else None, allow_pickle=False)
    return array.view(np.ndarray)  # the class of mapped arrays makes every slice ten times slower


def _digest(path: Path) -> str:
    size = path.stat().st_size
    digest = hashlib.blake2b(str(size).encode(), digest_size=16)
    with path.open("rb") as file:
        for place in range(PIECES):
            file.seek(max(size - PIECE, 0) * place // (PIECES - 1))
            digest.update(file.read(PIECE))
    return digest.hexdigest()


def _made(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
