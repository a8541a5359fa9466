"""What a figure was measured on, and how figures are shown: Markdown tables for people, plain rows for programs."""

import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from pyroaring import BitMap

from longshelf.store.connections import SQLITE_VERSION

Rows = Sequence[Mapping[str, Any]]
PACE_TIMES = 5


def describe() -> str:
    """One line for the head of a table."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}, SQLite {SQLITE_VERSION}"


def pace() -> dict[str, float]:
    """How fast the machine is now at what the index is made of, in ms, the best of five: figures of two machines of one size, or of two
    days, differ by that."""
    numbers = np.arange(10_000_000, dtype=np.uint32)
    places = np.random.default_rng(1).permutation(10_000_000)[:1_000_000]
    one, other = BitMap(numbers[::2]), BitMap(numbers[::3])
    work: dict[str, Callable[[], object]] = {
        "a million additions in Python, ms": lambda: sum(number + 1 for number in range(1_000_000)),
        "40 MB summed, ms": lambda: numbers.sum(dtype=np.uint64),
        "a million of 40 MB, anywhere, ms": lambda: numbers[places],
        "two bitmaps of millions met, ms": lambda: one.intersection_cardinality(other),
    }
    return {what: min(milliseconds(each) for _ in range(PACE_TIMES)) for what, each in work.items()}


def milliseconds(work: Callable[[], object]) -> float:
    """How long it took by the wall."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def private_mib() -> float:
    """Memory of this process that it shares with no other: mapped files do not count."""
    return _memory("RssAnon")


def percentile(times: Sequence[float], share: float) -> float:
    """The value that `share` (0-1) of the times do not exceed."""
    ordered = sorted(times)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def table(title: str, rows: Rows) -> str:
    """A Markdown table."""
    columns = list(rows[0])
    lines = [f"### {title}", "", "| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    lines += ["| " + " | ".join(_cell(row[name]) for name in columns) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.3f}" if abs(value) < 1 else f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _memory(name: str) -> float:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024
