"""Files of a generation as the system maps them."""

import itertools
import mmap
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from longshelf.index import files
from longshelf.index.bitmaps import Array
from longshelf.index.files import Filled
from longshelf.index.segment import Put

BYTES = 8 * 2**20


def test_what_was_warmed_is_mapped_before_anybody_reads_it(tmp_path: Path) -> None:
    column = np.arange(BYTES // 4, dtype=np.int32)
    generation = files.open_generation(files.write(tmp_path, "store", lambda put: _filled(put, column)), "store")
    (array,) = generation.arrays.values()
    assert type(array) is np.ndarray
    assert _mapped_kib(generation.path) < BYTES // 2048
    if not _system_can():
        pytest.skip("the system cannot map beforehand: Linux 5.14 can")
    files.warm(generation.arrays)
    assert _mapped_kib(generation.path) >= BYTES // 1024
    assert array[-1] == column[-1]


def test_others_go_on_while_a_generation_is_warmed(tmp_path: Path) -> None:
    if not _system_can():
        pytest.skip("the system cannot map beforehand: Linux 5.14 can")
    column = np.arange(BYTES // 4, dtype=np.int32)
    generation = files.open_generation(files.write(tmp_path, "store", lambda put: _filled(put, column)), "store")
    done = threading.Event()
    steps = itertools.count()
    step = [next(steps)]

    def go_on() -> None:
        while not done.wait(0.0001):
            step[0] = next(steps)

    beside, interval = threading.Thread(target=go_on), sys.getswitchinterval()
    beside.start()
    sys.setswitchinterval(1_000)  # seconds: nobody is made to let the interpreter's lock go
    try:
        before, until = step[0], time.monotonic() + 20
        while step[0] == before and time.monotonic() < until:
            files.warm(generation.arrays)
        assert step[0] != before, "the lock was never let go"
    finally:
        sys.setswitchinterval(interval)
        done.set()
        beside.join()


def _filled(put: Put, column: Array) -> Filled:
    put("column", column)
    return Filled(1, 0, len(column))


def _mapped_kib(path: Path) -> int:
    """How much of the files below is in this process's page tables."""
    found, within = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if "-" in line.split(" ", 1)[0]:
            within = str(path) in line
        elif within and line.startswith("Rss:"):
            found += int(line.split()[1])
    return found


def _system_can() -> bool:
    with mmap.mmap(-1, mmap.PAGESIZE) as memory:
        try:
            memory.madvise(files.POPULATE_READ)
        except OSError:
            return False
    return True
