"""A few processes in which pictures are decoded, so that no request waits for another's picture and no picture can harm the server.

The rule: every call ends. A call that takes too long, crashes its process or eats its memory costs that process, which is replaced,
and becomes `Unreadable`; other calls never notice. Not for threads: one `Workers` belongs to one event loop."""

import asyncio
import contextlib
import multiprocessing
import os
import resource
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import ParamSpec, TypeVar, cast

from longshelf.errors import LongshelfError, Unreadable

Answer = TypeVar("Answer")
Given = ParamSpec("Given")

CALL_SECONDS = 25.0  # the largest picture we accept takes about three
START_SECONDS = 60.0  # a process is there in a fraction of one; on a loaded machine it takes its time, and no call pays for that
MEMORY_BYTES = 3 * 2**30  # address space of one process, shared libraries included
CALLS_A_LIFE = 500  # then a process is replaced: whatever a codec leaked goes with it
PRELOADED = ["longshelf.media.thumbnailing", "longshelf.media.pages"]


class Workers:
    """At most `size` calls at once; more wait in line, first come first served. Processes start when first needed."""

    def __init__(self, size: int = 2, *, seconds: float = CALL_SECONDS) -> None:
        self.size = max(1, size)
        self.seconds = seconds
        self._free: asyncio.LifoQueue[_Process | None] = asyncio.LifoQueue()  # the one used last is the warmest
        self._all: set[_Process] = set()
        for _ in range(self.size):
            self._free.put_nowait(None)
        self._threads = ThreadPoolExecutor(self.size, thread_name_prefix="media")  # each only waits for its process's pipe

    async def run(self, function: Callable[Given, Answer], *args: Given.args, **kwargs: Given.kwargs) -> Answer:
        """`function(*args)` in a process. Raises what it raises when that is a LongshelfError; anything else is a bug and arrives as
        RuntimeError, as does a process that cannot be started. Function and arguments must be picklable. Cancelling while in line costs
        nothing; afterwards the call runs to its end unheard."""
        process = await self._free.get()
        if process is None:
            process = _Process(self.seconds)
            self._all.add(process)
        work = asyncio.get_running_loop().run_in_executor(self._threads, process.call, function, args, kwargs)
        work.add_done_callback(lambda done: self._give_back(process, done))
        return cast(Answer, await asyncio.shield(work))

    def _give_back(self, process: "_Process", done: "asyncio.Future[object]") -> None:
        self._free.put_nowait(process)
        if not done.cancelled():
            done.exception()  # looked at, so that a call nobody waits for any more is not reported as forgotten

    def processes(self) -> list[int]:
        """Process ids of the workers alive now."""
        return [process.pid for process in self._all if process.pid is not None]

    def close(self) -> None:
        """Stops the processes; calls in flight end as Unreadable."""
        for process in self._all:
            process.stop()
        self._threads.shutdown(wait=True)


class _Process:
    """One worker process and the pipe to it; started at the first call and again after each loss. Used by one thread at a time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._calls = 0
        self._stopped = False

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def call(self, function: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        if self._stopped:
            raise Unreadable("the server is shutting down")
        pipe = self._started()
        try:
            pipe.send((function, args, kwargs))
            answered = pipe.poll(self._seconds)
            good, answer = pipe.recv() if answered else (False, Unreadable(f"took longer than {self._seconds:.0f} s"))
        except (EOFError, OSError):
            code = self._lose()
            raise Unreadable(f"crashed its decoder (exit code {code})") from None
        if not answered:
            self._lose()
        self._calls += 1
        if self._calls >= CALLS_A_LIFE:
            self._lose()
        if good:
            return answer
        raise answer

    def stop(self) -> None:
        """Kills the process; a thread waiting for it sees the pipe end."""
        self._stopped = True
        if self._process is not None:
            self._process.kill()

    def _started(self) -> Connection:
        if self._pipe is None:
            context = multiprocessing.get_context("forkserver")
            context.set_forkserver_preload(PRELOADED)
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            self._pipe, self._process, self._calls = ours, process, 0
            if self._stopped:  # meanwhile: who stops has not seen it
                process.kill()
            self._wait_until_ready(ours)
        return self._pipe

    def _wait_until_ready(self, pipe: Connection) -> None:
        """RuntimeError where it never is. Not Unreadable: pictures are remembered as that, and it is no fault of this one."""
        try:
            if pipe.poll(START_SECONDS):
                pipe.recv()
                return
        except (EOFError, OSError):
            if self._stopped:
                raise Unreadable("the server is shutting down") from None
        code = self._lose()
        raise RuntimeError(f"a process for decoding pictures did not start (exit code {code})")

    def _lose(self) -> int | None:
        """Ends the process; its exit code when it had ended by itself."""
        process, pipe = self._process, self._pipe
        self._process = self._pipe = None
        if process is None or pipe is None:
            return None
        pipe.close()
        process.join(0.5)
        code = process.exitcode
        process.kill()
        process.join()
        return code


def _serve(pipe: Connection) -> None:
    """The life of a worker process: it says that it is there, and then answers one call after another until the pipe closes."""
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
        pipe.send(None)
        while True:
            function, args, kwargs = pipe.recv()
            pipe.send(_outcome(function, args, kwargs))


def _outcome(function: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]) -> tuple[bool, object]:
    """The boundary of the process: nothing that a decoder raises may end it, and only what can be pickled goes back."""
    try:
        return True, function(*args, **kwargs)
    except MemoryError:
        return False, Unreadable("needs more memory than a single picture is allowed")
    except LongshelfError as error:
        return False, error
    except OSError as error:
        return False, Unreadable(f"cannot be read: {error.strerror or error}")
    except Exception as error:
        return False, RuntimeError(f"{getattr(function, '__name__', function)}: {type(error).__name__}: {error}"[:500])
