"""Where blocking work runs, so that the event loop never waits: one pool for reads, and a smaller one for changes, because those may
queue for the database's one writer and must not keep readers from their threads."""

import asyncio
import contextvars
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

import structlog

P = ParamSpec("P")
T = TypeVar("T")

READERS = 8  # more than the cores; a read mostly waits for the disk or another reader's lock on the interpreter
WRITERS = 4
_END = object()
_log = structlog.get_logger()


class Threads:
    """The pools of one process."""

    def __init__(self, readers: int = READERS, writers: int = WRITERS) -> None:
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="read")
        self._writers = ThreadPoolExecutor(writers, thread_name_prefix="write")
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="aside")

    async def read(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs something that blocks; the caller awaits it."""
        return await self._run(self._readers, lambda: work(*args, **kwargs))

    async def write(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `read`, for something that changes the database."""
        return await self._run(self._writers, lambda: work(*args, **kwargs))

    def later(self, work: Callable[[], object]) -> None:
        """Runs a small change when a thread is free; nobody waits for it."""
        self._writers.submit(work)

    def aside(self, work: Callable[[], object]) -> None:
        """As `later`, for what takes longer: it keeps no thread from those who wait, and is done one after the other."""
        self._aside.submit(_told, work)

    async def iterate(self, chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
        """The chunks, each made in the reader pool when it is wanted; the iterator is closed at the end, however it comes."""
        try:
            while True:
                chunk = await self.read(next, chunks, _END)
                if chunk is _END:
                    return
                yield chunk  # type: ignore[misc]
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                await self.read(close)

    def close(self) -> None:
        """Waits for what runs; nothing new is taken."""
        self._readers.shutdown(cancel_futures=True)
        self._writers.shutdown(cancel_futures=True)
        self._aside.shutdown(cancel_futures=True)

    async def _run(self, pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(pool, lambda: context.run(work))


def _told(work: Callable[[], object]) -> None:
    """Nobody waits for it, so the log is told when it fails."""
    try:
        work()
    except Exception:  # the boundary of a thread
        _log.exception("work that was put off failed")
