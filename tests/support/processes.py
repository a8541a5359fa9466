"""Real processes for tests: each runs one function of a test module, given a Database that opens its own connections there."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from multiprocessing.context import SpawnProcess
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any

_SPAWN = multiprocessing.get_context("spawn")
PATIENCE = 60.0  # seconds until a hanging process fails its test


def new_queue() -> "Queue[Any]":
    """A queue that processes of `start` can be given."""
    return _SPAWN.Queue()


def new_gate(count: int) -> Barrier:
    """Where `count` processes wait for each other, so that what they do next they do at once."""
    return _SPAWN.Barrier(count)


def start(work: Callable[..., None], *arguments: Any) -> SpawnProcess:
    """A new interpreter, running `work` (a function of a module, so that it can be found there)."""
    process = _SPAWN.Process(target=work, args=arguments, daemon=True)
    process.start()
    return process


def finish(*processes: SpawnProcess) -> None:
    """Waits for the processes; every one must have ended well."""
    for process in processes:
        process.join(PATIENCE)
    assert [process.exitcode for process in processes] == [0] * len(processes)


def kill(process: SpawnProcess) -> None:
    """What the kernel does when memory runs out: no chance to clean up."""
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join(PATIENCE)
