"""A hanging, crashing or greedy unit becomes an answer; every other unit is answered exactly once."""

import os
import signal
import time
from collections.abc import Iterator

from longshelf.ingest.pool import ParsePool


def behave(unit: bytes) -> bytes:
    if unit == b"hang":
        time.sleep(600)
    if unit == b"crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if unit == b"exit":
        os._exit(3)
    if unit == b"greedy":
        try:
            bytearray(16 * 2**30)
        except MemoryError:
            return b"greedy:refused"
    return unit + b":ok"


def blame(unit: bytes, reason: str) -> bytes:
    return unit + b":" + reason.split(" ", maxsplit=1)[0].encode()


def test_every_unit_is_answered_once_whatever_the_bad_ones_do() -> None:
    units = [b"%d" % number for number in range(200)]
    for place, bad in ((5, b"crash"), (40, b"hang"), (41, b"exit"), (120, b"crash"), (150, b"greedy")):
        units[place] = bad
    with ParsePool(behave, blame, workers=3, seconds=3.0) as pool:
        answers = sorted(pool.map_unordered(units))
    expected = [unit + b":ok" for unit in units if unit.isdigit()]
    expected += [b"crash:crashed", b"crash:crashed", b"exit:crashed", b"hang:took", b"greedy:refused"]
    assert answers == sorted(expected)


def test_units_are_taken_only_as_fast_as_they_are_answered() -> None:
    taken = 0

    def endless() -> Iterator[bytes]:
        nonlocal taken
        for number in range(3_000):
            taken += 1
            yield b"%d" % number

    ahead = 0
    with ParsePool(behave, blame, workers=2) as pool:
        for answered, _ in enumerate(pool.map_unordered(endless()), start=1):
            ahead = max(ahead, taken - answered)
    assert taken == 3_000
    assert ahead <= 2 * 16 * 2


def test_no_process_starts_when_there_is_nothing_to_do() -> None:
    with ParsePool(behave, blame, workers=2) as pool:
        assert list(pool.map_unordered([])) == []
        assert pool.processes() == []


def test_processes_end_with_the_pool() -> None:
    with ParsePool(behave, blame, workers=2) as pool:
        assert len(list(pool.map_unordered([b"1"] * 100))) == 100
        pids = pool.processes()
    assert len(pids) == 2
    assert not any(_alive(pid) for pid in pids)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
