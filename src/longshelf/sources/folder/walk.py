"""Walking a library's roots: directories as a stream, one `Listing` each, never the whole tree in memory.

The rule it keeps: absence is only believed where a directory was really read. A directory that cannot be listed is reported as unread,
so that nothing below it counts as gone; a root that is missing, unreadable or empty raises `SourceOffline`."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from longshelf.errors import SourceOffline
from longshelf.model.records import Issue
from longshelf.sources.folder.registry import format_of, is_relevant

IGNORED_NAMES = frozenset(
    name.lower()
    for name in (
        b"@eaDir", b"#recycle", b"#snapshot", b"$RECYCLE.BIN", b"System Volume Information", b"lost+found", b"__MACOSX",
        b"Thumbs.db", b"desktop.ini",
    )
)  # fmt: skip
IGNORE_MARKERS = frozenset((b".nomedia", b".ignore"))  # a folder that holds one of these asks to be left alone
MAX_DEPTH = 200  # deeper trees are a loop or an attack; the path limit of the kernel is near there anyway

SPECIAL_FILES = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class Entry(NamedTuple):
    """One regular file that matters to us: a media file or a sidecar."""

    name: bytes
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


@dataclass
class Listing:
    """One directory that was read to its end. `path` is relative to the root, b"" for the root itself; `folders` are the names of
    the directories below it that will be walked or could not be judged, so a known folder not among them is gone."""

    root: int
    path: bytes
    files: list[Entry] = field(default_factory=list)
    folders: list[bytes] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    readable: bool = True
    ignored: bool = False


class RootState(NamedTuple):
    """Which file system answered at a root, so that a swap in mid-scan is noticed."""

    device: int
    inode: int
    empty: bool


def check_root(path: bytes, *, may_be_empty: bool = False) -> RootState:
    """A root that is there and readable; SourceOffline with what to do otherwise. `may_be_empty` believes an empty one, as when
    nothing was ever found in it."""
    shown = os.fsdecode(path)
    try:
        status = os.stat(path)
        if not stat.S_ISDIR(status.st_mode):
            raise SourceOffline(f"{shown} is not a folder")
        with os.scandir(path) as entries:
            empty = not any(True for _ in entries)
            if empty and not may_be_empty:
                raise SourceOffline(f"{shown} is empty: is the disk mounted? (scan with --allow-empty if you emptied it on purpose)")
    except FileNotFoundError:
        raise SourceOffline(f"{shown} does not exist: is the disk mounted?") from None
    except PermissionError:
        raise SourceOffline(f"{shown} cannot be read: give the user running Longshelf access to it") from None
    except OSError as error:
        raise SourceOffline(f"{shown} cannot be read: {error.strerror}") from None
    return RootState(status.st_dev, status.st_ino, empty)


def walk(root: int, base: bytes, *, follow_links: bool = False) -> Iterator[Listing]:
    """Every directory below the root at `base` in depth-first order of sorted names. Hidden and ignored names are left out."""
    return _Walker(root, base, follow_links).run()


def count_media(base: bytes, stop: Callable[[], bool]) -> int:
    """About how many media files there are, from names alone: for progress, not for truth. Ends early when `stop` says so."""
    count = 0
    pending = [base]
    while pending and not stop():
        try:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if entry.name.startswith(b".") or entry.name.lower() in IGNORED_NAMES:
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        pending.append(entry.path)
                    elif format_of(entry.name):
                        count += 1
        except OSError:
            continue  # the walk proper reports it
    return count


class _Walker:
    def __init__(self, root: int, base: bytes, follow_links: bool) -> None:
        self.root = root
        self.base = base
        self.real_base = os.path.realpath(base).rstrip(b"/")
        self.follow_links = follow_links
        self.seen: set[tuple[int, int]] = set()  # directories entered, kept only where links could lead back to them

    def run(self) -> Iterator[Listing]:
        pending = [b""]
        while pending:
            path = pending.pop()
            listing = self._list(path)
            yield listing
            if listing.readable:
                pending.extend(os.path.join(path, name) for name in reversed(listing.folders))

    def _list(self, path: bytes) -> Listing:
        listing = Listing(self.root, path)
        full = os.path.join(self.base, path) if path else self.base
        if path.count(b"/") >= MAX_DEPTH:
            return self._unread(listing, f"folders are nested deeper than {MAX_DEPTH}")
        try:
            if self.follow_links and not self._first_visit(full):
                return listing
            with os.scandir(full) as entries:
                for entry in entries:
                    self._take(entry, listing)
        except OSError as error:
            return self._unread(listing, f"folder cannot be read: {error.strerror}")
        if listing.ignored:
            return Listing(self.root, path, ignored=True)
        listing.files.sort()
        listing.folders.sort()
        return listing

    def _unread(self, listing: Listing, reason: str) -> Listing:
        return Listing(self.root, listing.path, issues=[Issue(self.root, listing.path, reason)], readable=False)

    def _first_visit(self, full: bytes) -> bool:
        status = os.stat(full)
        key = (status.st_dev, status.st_ino)
        if key in self.seen:
            return False
        self.seen.add(key)
        return True

    def _take(self, entry: os.DirEntry[bytes], listing: Listing) -> None:
        name = entry.name
        if name in IGNORE_MARKERS:
            listing.ignored = True
            return
        if name.startswith(b".") or name.lower() in IGNORED_NAMES:
            return
        if entry.is_symlink() and (refusal := self._link_refusal(entry)):
            if is_relevant(name) or entry.is_dir():
                self._refuse(entry, listing, refusal)
            return
        if entry.is_dir():
            listing.folders.append(name)
        elif is_relevant(name):
            self._take_file(entry, listing)

    def _link_refusal(self, entry: os.DirEntry[bytes]) -> str:
        """Why a link is not followed; "" when it is. Nothing outside a root is ever read or served, wherever links point."""
        if not self.follow_links:
            return "a symbolic link is not followed: set follow_links for this library to allow it"
        if not (os.path.realpath(entry.path) + b"/").startswith(self.real_base + b"/"):
            return "a symbolic link that leads out of the library's folder is not followed: add that folder to the library instead"
        return ""

    def _take_file(self, entry: os.DirEntry[bytes], listing: Listing) -> None:
        try:
            status = entry.stat(follow_symlinks=self.follow_links)
        except OSError as error:
            self._refuse(entry, listing, f"cannot be read: {error.strerror}")
            return
        if not stat.S_ISREG(status.st_mode):
            self._refuse(entry, listing, f"is {SPECIAL_FILES.get(stat.S_IFMT(status.st_mode), 'special')}, not a file")
            return
        listing.files.append(Entry(entry.name, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino))

    def _refuse(self, entry: os.DirEntry[bytes], listing: Listing, reason: str) -> None:
        listing.issues.append(Issue(self.root, os.path.join(listing.path, entry.name), reason))
