"""The worker processes: every call ends, and no call harms another."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from multiprocessing.connection import Connection
from typing import TypeVar

import pytest

from longshelf.errors import NotFound, Unreadable
from longshelf.media import workers as of_workers
from longshelf.media.workers import Workers

serve = of_workers._serve

Answer = TypeVar("Answer")


def double(number: int) -> int:
    return number * 2


def missing() -> None:
    raise NotFound("no such thing")


def broken() -> None:
    raise ZeroDivisionError("a bug")


def denied() -> None:
    raise PermissionError(13, "Permission denied")


def hang() -> None:
    time.sleep(60)


def crash() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def devour() -> int:
    return len(bytearray(20 * 2**30))


def serve_late(pipe: Connection) -> None:
    time.sleep(1)
    serve(pipe)


def run(action: Callable[[Workers], Awaitable[Answer]], size: int = 1, seconds: float = 20.0) -> Answer:
    async def scene() -> Answer:
        workers = Workers(size, seconds=seconds)
        try:
            return await action(workers)
        finally:
            workers.close()

    return asyncio.run(scene())


def test_calls_are_answered_in_another_process() -> None:
    async def action(workers: Workers) -> tuple[list[int], int]:
        answers = await asyncio.gather(*(workers.run(double, number) for number in range(20)))
        return answers, await workers.run(os.getpid)

    answers, pid = run(action, size=2)
    assert answers == [number * 2 for number in range(20)]
    assert pid != os.getpid()


def test_our_own_errors_arrive_as_themselves_and_bugs_as_such() -> None:
    async def action(workers: Workers) -> None:
        with pytest.raises(NotFound, match="no such thing"):
            await workers.run(missing)
        with pytest.raises(Unreadable, match="Permission denied"):
            await workers.run(denied)
        with pytest.raises(RuntimeError, match="broken: ZeroDivisionError: a bug"):
            await workers.run(broken)
        assert await workers.run(double, 4) == 8

    run(action)


def test_a_call_that_hangs_crashes_or_eats_memory_ends_and_the_next_one_works() -> None:
    async def action(workers: Workers) -> None:
        for function, reason in ((crash, "crashed"), (devour, "memory"), (hang, "took longer")):
            with pytest.raises(Unreadable, match=reason):
                await workers.run(function)
            assert await workers.run(double, 2) == 4

    run(action, seconds=2)


def test_no_call_pays_for_the_time_its_process_takes_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_workers, "_serve", serve_late)
    assert run(lambda workers: workers.run(double, 2), seconds=0.7) == 4


def test_a_process_that_does_not_start_fails_its_call_and_not_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    async def action(workers: Workers) -> int:
        with monkeypatch.context() as patch:
            patch.setattr(of_workers, "_serve", serve_late)
            patch.setattr(of_workers, "START_SECONDS", 0.1)
            with pytest.raises(RuntimeError, match="did not start"):
                await workers.run(double, 2)
        return await workers.run(double, 3)

    assert run(action) == 6


def test_a_crash_does_not_touch_the_call_beside_it() -> None:
    async def action(workers: Workers) -> None:
        crashing, working = await asyncio.gather(workers.run(crash), workers.run(double, 21), return_exceptions=True)
        assert isinstance(crashing, Unreadable)
        assert working == 42

    run(action, size=2)


def test_no_more_calls_run_at_once_than_there_are_processes() -> None:
    async def action(workers: Workers) -> int:
        await asyncio.gather(*(workers.run(double, number) for number in range(30)))
        return len(workers.processes())

    assert run(action, size=2) <= 2


def test_a_call_given_up_in_line_is_never_made_and_leaves_the_line_open() -> None:
    async def action(workers: Workers) -> int:
        first = asyncio.create_task(workers.run(time.sleep, 0.3))
        waiting = [asyncio.create_task(workers.run(hang)) for _ in range(5)]
        await asyncio.sleep(0.05)
        for task in waiting:
            task.cancel()
        await first
        return await workers.run(double, 1)

    assert run(action) == 2


def test_a_call_given_up_while_it_runs_returns_its_process() -> None:
    async def action(workers: Workers) -> int:
        running = asyncio.create_task(workers.run(time.sleep, 0.3))
        await asyncio.sleep(0.1)
        running.cancel()
        return await workers.run(double, 1)

    assert run(action) == 2


def test_closing_ends_what_is_running_and_leaves_no_process() -> None:
    async def scene() -> list[int]:
        workers = Workers(1)
        task = asyncio.create_task(workers.run(hang))
        while not workers.processes():
            await asyncio.sleep(0.02)
        pids = workers.processes()
        await asyncio.sleep(0.1)
        workers.close()
        with pytest.raises(Unreadable):
            await task
        return pids

    for pid in asyncio.run(scene()):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
