"""The engines side by side on one synthetic catalogue: what `longshelf bench` measures, at the size that is promised.

LONGSHELF_BENCH_DATA names a directory that keeps the catalogue and its index for the next run. To reproduce a table of docs/performance.md:
`LONGSHELF_BENCH_DATA=/somewhere python -m bench index`, on a machine with nothing else to do."""

import os

from longshelf.bench.run import run as measured

ITEMS = 10_000_000
SEED = 7


def run(scale: float = 1.0) -> str:
    """The tables. `scale` 1.0 is ten million items."""
    return measured(int(ITEMS * scale), SEED, os.environ.get("LONGSHELF_BENCH_DATA")).markdown()
