"""A pool of parser processes that survives its work: a file that hangs, crashes its process or eats its memory costs one bounded wait
and becomes an answer like any other.

`concurrent.futures` breaks the whole pool when one worker dies and cannot stop one that hangs; both happen with media files, so
each worker here has its own pipe. Results stream back one unit at a time, so the unit at fault is always known."""

import contextlib
import multiprocessing
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

FILE_SECONDS = 30.0  # one unit may take this long; a two-hour film is read in milliseconds, so more is a hang
MEMORY_BYTES = 3 * 2**30  # address space of one parser process, shared libraries included
CHUNK = 16  # units a message: pipes cost ~20 µs each way
IN_FLIGHT = 2  # chunks a worker: it never waits for the next one

Handler = Callable[[bytes], bytes]
Failure = Callable[[bytes, str], bytes]


@dataclass
class _Worker:
    process: BaseProcess
    pipe: Connection
    queue: deque[bytes] = field(default_factory=deque)  # sent, answer still to come, oldest first
    since: float = 0.0  # when the oldest was begun, by time.monotonic()


class ParsePool:
    """`workers` processes running `handler` on encoded units. `failure(unit, reason)` makes the answer for a unit whose process
    hung or died. Use as a context manager; leaving it stops the processes."""

    def __init__(self, handler: Handler, failure: Failure, *, workers: int | None = None, seconds: float = FILE_SECONDS) -> None:
        self.handler = handler
        self.failure = failure
        self.seconds = seconds
        self.size = workers or max(os.cpu_count() or 1, 4)
        self._context = multiprocessing.get_context("forkserver")
        self._workers: list[_Worker] = []

    def __enter__(self) -> "ParsePool":
        return self

    def __exit__(self, *exc: object) -> None:
        for worker in self._workers:
            self._stop(worker)
        self._workers = []

    def processes(self) -> list[int]:
        """Process ids of the parsers running now."""
        return [worker.process.pid for worker in self._workers if worker.process.pid is not None]

    def map_unordered(self, units: Iterable[bytes]) -> Iterator[bytes]:
        """One answer a unit, in order of completion. Takes from `units` only as fast as workers finish, so memory stays flat."""
        source = iter(units)
        more = self._refill(source)
        while any(worker.queue for worker in self._workers):
            yield from self._collect()
            more = more and self._refill(source)

    def _refill(self, source: Iterator[bytes]) -> bool:
        """Sends chunks while there is room; False once `source` has no more. Processes start only when there is work for them."""
        while (worker := self._roomy()) or len(self._workers) < self.size:
            chunk = _take(source, CHUNK)
            if not chunk:
                return False
            if worker is None:
                worker = self._start()
                self._workers.append(worker)
            self._send(worker, chunk)
        return True

    def _roomy(self) -> _Worker | None:
        """An idle worker; once all are started, any that has room for another chunk."""
        room = 0 if len(self._workers) < self.size else CHUNK * (IN_FLIGHT - 1)
        return next((worker for worker in self._workers if len(worker.queue) <= room), None)

    def _send(self, worker: _Worker, chunk: list[bytes]) -> None:
        if not worker.queue:
            worker.since = time.monotonic()
        worker.queue.extend(chunk)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # a dead worker is noticed, and blamed rightly, on reading
            worker.pipe.send(chunk)

    def _collect(self) -> Iterator[bytes]:
        busy = {worker.pipe: worker for worker in self._workers if worker.queue}
        patience = min(worker.since for worker in busy.values()) + self.seconds - time.monotonic()
        for ready in wait(list(busy), timeout=max(0.0, patience)):
            yield from self._receive(busy[ready])  # type: ignore[index]
        now = time.monotonic()
        for worker in list(self._workers):
            if worker.queue and now - worker.since >= self.seconds:
                yield self._replace(worker, f"took longer than {self.seconds:.0f} s to read")

    def _receive(self, worker: _Worker) -> Iterator[bytes]:
        try:
            while worker.queue and worker.pipe.poll():
                answer = worker.pipe.recv_bytes()
                worker.queue.popleft()
                worker.since = time.monotonic()
                yield answer
        except (EOFError, ConnectionResetError):
            worker.process.join(1)
            yield self._replace(worker, f"crashed the parser (exit code {worker.process.exitcode})")

    def _replace(self, worker: _Worker, reason: str) -> bytes:
        """A fresh process takes over what the old one had not begun; the unit it was at is answered for by `failure`."""
        guilty = worker.queue.popleft()
        self._stop(worker)
        fresh = self._start()
        self._workers[self._workers.index(worker)] = fresh
        if worker.queue:
            self._send(fresh, list(worker.queue))
        return self.failure(guilty, reason)

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, self.handler), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _stop(self, worker: _Worker) -> None:
        worker.pipe.close()
        worker.process.kill()
        worker.process.join()


def _take(source: Iterator[bytes], count: int) -> list[bytes]:
    return [unit for _, unit in zip(range(count), source, strict=False)]


def _serve(pipe: Connection, handler: Handler) -> None:
    """The life of a parser process: answer units until the pipe closes. Polite to people browsing meanwhile, bounded in memory."""
    _confine()
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
        while True:
            for unit in pipe.recv():
                pipe.send_bytes(handler(unit))


def _confine() -> None:
    import resource

    # Only what nobody else wants: a request that wakes up takes the core at once. Niceness alone makes it wait for its turn.
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
