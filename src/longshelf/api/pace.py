"""Which questions the event loop answers itself, and when.

What takes long must not keep other connections waiting, and nobody knows that beforehand. So whatever is asked for the first time of a
state of the catalogue goes to the thread pool. What was answered quickly there is answered on the loop for as long as the state is the
same, and until it is slow once: with 64 connections the pool's threads and the loop take turns so badly that the p99 doubles.

Those on the loop are answered several at a time. One by one, each finds the processor's caches full of what receiving and sending need:
with 64 connections that cost a third more (bench/http.py)."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

SLOW_SECONDS = 0.01  # other connections wait this long without anybody noticing
AT_ONCE = 16  # answers before the loop sends and receives again; with 64 it would send nothing for too long
TURN_SECONDS = 0.008

T = TypeVar("T")
Quick = dict[bool, object]


class Pool(Protocol):
    def __call__(self, work: Callable[[], T], /) -> Awaitable[T]: ...


class Pace:
    """Lives on one event loop. `state` names the state of the catalogue that answers now, None for one of which nothing can be foretold."""

    def __init__(self, state: Callable[[], object | None]) -> None:
        self._state = state
        self._waiting: deque[tuple[Callable[[], Any], asyncio.Future[Any]]] = deque()

    async def run(self, quick: Quick, kind: bool, work: Callable[[], T], pool: Pool) -> T:
        """What `work` gives. `quick` is what is known of questions like this one, by `kind`."""
        state = self._state()
        if state is None:
            return await pool(work)
        here = quick.get(kind) == state
        answer, seconds = await (self._in_turn if here else pool)(lambda: _timed(work))
        if seconds <= SLOW_SECONDS:
            quick[kind] = state
        elif here:
            quick.pop(kind, None)
        return answer

    def _in_turn(self, work: Callable[[], T]) -> "asyncio.Future[T]":
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        self._waiting.append((work, answer))
        if len(self._waiting) == 1:
            loop.call_soon(self._turn, loop)
        return answer

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        """The longest waiting, all at once; what is left over has another turn when the loop has looked around."""
        until = time.perf_counter() + TURN_SECONDS
        for _ in range(min(AT_ONCE, len(self._waiting))):
            _settle(*self._waiting.popleft())
            if time.perf_counter() > until:
                break
        if self._waiting:
            loop.call_soon(self._turn, loop)


def _settle(work: Callable[[], Any], answer: "asyncio.Future[Any]") -> None:
    """Nothing is done for a client that has gone away."""
    if answer.done():
        return
    try:
        answer.set_result(work())
    except Exception as error:  # it belongs to the one who waits
        answer.set_exception(error)


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    answer = work()
    return answer, time.perf_counter() - began
