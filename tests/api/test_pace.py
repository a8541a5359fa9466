"""What is answered on the event loop, what in the pool, and that nobody is forgotten."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

import pytest

from longshelf.api.pace import AT_ONCE, SLOW_SECONDS, TURN_SECONDS, Pace, Quick

T = TypeVar("T")


class Places:
    """A pool that runs in another thread, and a note of where each work ran."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.loop_thread = threading.get_ident()

    async def pool(self, work: Callable[[], T]) -> T:
        return await asyncio.to_thread(work)

    def work(self, answer: T, seconds: float = 0.0) -> Callable[[], T]:
        def done() -> T:
            self.ran.append("loop" if threading.get_ident() == self.loop_thread else "pool")
            time.sleep(seconds)
            return answer

        return done


def run(scene: Callable[[Places], Awaitable[Any]]) -> list[str]:
    async def play() -> list[str]:
        places = Places()
        await scene(places)
        return places.ran

    return asyncio.run(play())


def test_the_first_of_each_state_goes_to_the_pool_and_those_like_it_stay_on_the_loop() -> None:
    state = ["one"]

    async def scene(places: Places) -> None:
        pace, quick = Pace(lambda: state[0]), Quick()
        for name in ("one", "one", "two", "two", "one"):
            state[0] = name
            assert await pace.run(quick, False, places.work(name), places.pool) == name
        await pace.run(quick, True, places.work(""), places.pool)  # of another kind
        await pace.run({}, False, places.work(""), places.pool)  # another question

    assert run(scene) == ["pool", "loop", "pool", "loop", "pool", "pool", "pool"]


def test_what_was_slow_once_goes_to_the_pool_until_it_is_quick_there() -> None:
    async def scene(places: Places) -> None:
        pace, quick = Pace(lambda: "state"), Quick()
        for seconds in (2 * SLOW_SECONDS, 0, 2 * SLOW_SECONDS, 2 * SLOW_SECONDS, 0, 0):
            await pace.run(quick, False, places.work(None, seconds), places.pool)

    assert run(scene) == ["pool", "pool", "loop", "pool", "pool", "loop"]


def test_where_nothing_can_be_foretold_everything_goes_to_the_pool() -> None:
    async def scene(places: Places) -> None:
        pace, quick = Pace(lambda: None), Quick()
        for _ in range(3):
            await pace.run(quick, False, places.work(None), places.pool)

    assert run(scene) == ["pool"] * 3


def test_many_at_once_each_get_their_own_answer_in_the_order_they_came_and_the_loop_looks_around_between() -> None:
    count = 5 * AT_ONCE + 3

    async def scene(places: Places) -> None:
        pace, quick, order = Pace(lambda: "state"), Quick({False: "state"}), []

        def work(number: int) -> int:
            order.append(number)
            if number % 7 == 3:
                raise ValueError(number)
            return number

        async def looks_around() -> None:
            while len(order) < count:
                seen.append(len(order))
                await asyncio.sleep(0)
            seen.append(len(order))

        seen: list[int] = []
        other = asyncio.create_task(looks_around())
        asked = [pace.run(quick, False, partial(work, number), places.pool) for number in range(count)]
        found = await asyncio.gather(*asked, return_exceptions=True)
        await other
        assert order == list(range(count))
        for number, answer in enumerate(found):
            assert (answer.args == (number,)) if number % 7 == 3 else (answer == number)  # type: ignore[union-attr]
        assert max(later - earlier for earlier, later in pairwise(seen)) <= AT_ONCE

    run(scene)


def test_a_turn_ends_when_its_time_is_over() -> None:
    async def scene(places: Places) -> None:
        pace, quick = Pace(lambda: "state"), Quick({False: "state"})
        asked = [asyncio.ensure_future(pace.run(quick, False, places.work(None, 1.5 * TURN_SECONDS), places.pool)) for _ in range(4)]
        done: list[int] = []
        while not all(each.done() for each in asked):
            await asyncio.sleep(0)
            done.append(len(places.ran))
        assert set(range(1, 5)) <= set(done)  # never two without the loop having looked around

    run(scene)


def test_nothing_is_done_for_somebody_who_has_gone_and_the_next_still_gets_his_answer() -> None:
    async def scene(places: Places) -> None:
        pace, quick = Pace(lambda: "state"), Quick({False: "state"})
        tasks = [asyncio.create_task(pace.run(quick, False, places.work(number), places.pool)) for number in range(3)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        assert await tasks[0] == 0
        assert await tasks[2] == 2
        with pytest.raises(asyncio.CancelledError):
            await tasks[1]
        assert len(places.ran) == 2
        assert await pace.run(quick, False, places.work("later"), places.pool) == "later"

    run(scene)
