"""Thumbnails on demand: from the disk when they are there, from a worker process when they are not.

The rule: nothing is decoded on the event loop; one thumbnail is made once however many ask for it; a picture that cannot be decoded is
not tried again for a minute; and the cache stays below its size, the files unused for longest going first."""

import asyncio
import contextlib
import os
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import msgspec

from longshelf.errors import NotFound, SourceError, Unreadable
from longshelf.media.locate import Located
from longshelf.media.thumbnailing import SUFFIX, WIDTHS, Made, cache_path, make_and_keep, make_of_bytes, touch
from longshelf.media.workers import Workers

DEFAULT_LIMIT = 4 * 2**30  # bytes of the whole cache: about 300,000 thumbnails
EVICT_TO = 0.85  # of the limit, so that evictions are rare
FAILURE_SECONDS = 60.0
MAX_FAILURES = 10_000  # remembered at once
MAKING_PREFIX = ".making-"
MAKING_SECONDS = 3_600  # a half-written file older than this was left by a process that died


class Thumbnail(msgspec.Struct, frozen=True):
    """WebP bytes. `color` is "" when the thumbnail came from the cache: it was told when it was made."""

    data: bytes
    color: str = ""


class Thumbnails:
    """The cache in `folder`, shared with other processes. `clock` gives seconds; belongs to one event loop."""

    def __init__(self, folder: Path, workers: Workers, *, limit: int = DEFAULT_LIMIT, clock: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self.limit = limit
        self._workers = workers
        self._clock = clock
        self._making: dict[Path, _Shared] = {}
        self._failed: OrderedDict[Path, tuple[float, SourceError | NotFound]] = OrderedDict()
        self._used: int | None = None  # bytes, as far as we know; None until counted
        self._sweeping: asyncio.Task[None] | None = None

    async def thumbnail(self, place: Located, width: int) -> Thumbnail:
        """The cover of `place`, `width` (one of WIDTHS) wide or less. NotFound without a cover, Unreadable when it cannot be decoded,
        SourceOffline while its folder is gone."""
        if width not in WIDTHS:
            raise ValueError(f"width is one of {WIDTHS}")
        if place.cover is None:
            raise NotFound("this item has no picture")
        path = cache_path(self.folder, place.item_id, place.version, width)
        return await self._thumbnail(path, lambda: self._workers.run(make_and_keep, place, width, path))

    async def of_bytes(self, owner: int | str, version: str, width: int, fetch: Callable[[], Awaitable[bytes]]) -> Thumbnail:
        """The same of a picture that is elsewhere; `fetch` gets it, once for all who ask, and may raise what `thumbnail` raises."""
        if width not in WIDTHS:
            raise ValueError(f"width is one of {WIDTHS}")
        path = cache_path(self.folder, owner, version, width)

        async def make() -> Made:
            return await self._workers.run(make_of_bytes, await fetch(), width, path)

        return await self._thumbnail(path, make)

    async def _thumbnail(self, path: Path, make: Callable[[], Awaitable[Made]]) -> Thumbnail:
        kept = await asyncio.to_thread(self._read, path)
        if kept is not None:
            return Thumbnail(kept)
        self._raise_known_failure(path)
        made = await self._shared(path, make)
        return Thumbnail(made.data, made.color)

    @property
    def sweeping(self) -> bool:
        """Is the cache being counted and trimmed just now?"""
        return self._sweeping is not None and not self._sweeping.done()

    async def sweep(self) -> int:
        """Counts the cache and removes what is too much; returns the bytes in use."""
        self._used = await asyncio.to_thread(trim, self.folder, self.limit, self._clock())
        return self._used

    def _read(self, path: Path) -> bytes | None:
        try:
            data = path.read_bytes()
        except OSError:
            return None
        touch(path, self._clock())
        return data or None

    async def _shared(self, path: Path, make: Callable[[], Awaitable[Made]]) -> Made:
        """Joins the making of this thumbnail, or begins it. When everybody who asked has gone before its turn came, it is not made."""
        shared = self._making.get(path)
        if shared is None:
            shared = self._making[path] = _Shared(asyncio.create_task(self._make(path, make)))
            shared.task.add_done_callback(lambda task: self._forget(path, task))
        shared.waiting += 1
        try:
            return await asyncio.shield(shared.task)
        finally:
            shared.waiting -= 1
            if not shared.waiting and not shared.task.done():
                self._forget(path, shared.task)
                shared.task.cancel()

    def _forget(self, path: Path, task: "asyncio.Task[Made]") -> None:
        """Only its own entry: another making may have begun since."""
        if path in self._making and self._making[path].task is task:
            del self._making[path]

    async def _make(self, path: Path, make: Callable[[], Awaitable[Made]]) -> Made:
        try:
            made = await make()
        except (Unreadable, NotFound) as error:
            self._remember_failure(path, error)
            raise
        self._count(len(made.data))
        return made

    def _raise_known_failure(self, path: Path) -> None:
        until, error = self._failed.get(path, (0.0, None))
        if error is not None and self._clock() < until:
            raise type(error)(str(error))

    def _remember_failure(self, path: Path, error: SourceError | NotFound) -> None:
        self._failed.pop(path, None)
        self._failed[path] = (self._clock() + FAILURE_SECONDS, error)
        while len(self._failed) > MAX_FAILURES:
            self._failed.popitem(last=False)

    def _count(self, added: int) -> None:
        """Sweeps at the first thumbnail made and whenever the limit is passed; one sweep at a time."""
        if self._used is not None:
            self._used += added
        if (self._used is None or self._used > self.limit) and not self.sweeping:
            self._sweeping = asyncio.create_task(self._sweep_quietly())

    async def _sweep_quietly(self) -> None:
        with contextlib.suppress(OSError):  # the next thumbnail tries again
            await self.sweep()


class _Shared:
    def __init__(self, task: "asyncio.Task[Made]") -> None:
        self.task = task
        self.waiting = 0


def trim(folder: Path, limit: int, now: float) -> int:
    """Removes the files unused for longest until the cache holds at most EVICT_TO of `limit`, if it holds more than `limit`; and what
    dead processes left half-written. Returns the bytes that remain."""
    found: list[tuple[float, int, str]] = []
    for entry, status in _files(folder):
        if entry.name.startswith(MAKING_PREFIX):
            if now - status.st_mtime > MAKING_SECONDS:
                Path(entry.path).unlink(missing_ok=True)
        elif entry.name.endswith(SUFFIX):
            found.append((status.st_mtime, status.st_size, entry.path))
    used = sum(size for _, size, _ in found)
    if used <= limit:
        return used
    for _, size, name in sorted(found):
        if used <= limit * EVICT_TO:
            break
        Path(name).unlink(missing_ok=True)
        used -= size
    return used


def _files(folder: Path) -> "Iterator[tuple[os.DirEntry[str], os.stat_result]]":
    """Every file two levels down; one that goes meanwhile is not there."""
    for shelf in _folders(folder):
        for box in _folders(shelf.path):
            with os.scandir(box.path) as entries:
                for entry in entries:
                    with contextlib.suppress(FileNotFoundError):
                        yield entry, entry.stat()


def _folders(path: Path | str) -> "list[os.DirEntry[str]]":
    try:
        with os.scandir(path) as entries:
            return [entry for entry in entries if entry.is_dir()]
    except FileNotFoundError:
        return []
