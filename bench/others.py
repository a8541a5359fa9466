"""The engines beside others: bitmaps, SQL over SQLite, SQL over a private PostgreSQL, and DuckDB, asked the same questions in one run over
the same catalogue; every answer is compared with that of the bitmaps.

LONGSHELF_BENCH_DATA names a directory that keeps the catalogue, its index and PostgreSQL's files for the next run. To reproduce the tables
of docs/performance.md: `LONGSHELF_BENCH_DATA=/somewhere python -m bench others --scale 0.1`, on a machine with nothing else to do."""

import os
import tempfile
from pathlib import Path

from bench import postgresql
from bench.index import ITEMS, SEED
from longshelf.bench.run import Others
from longshelf.bench.run import run as measured

HOSTILE = 100  # what `bench index` is for is not measured again


def run(scale: float = 1.0) -> str:
    """The tables. `scale` 1.0 is ten million items, for which PostgreSQL's files take about 40 GB (3.7 at a million)."""
    items = int(ITEMS * scale)
    with tempfile.TemporaryDirectory(prefix="longshelf-bench-") as temporary:
        place = Path(os.environ.get("LONGSHELF_BENCH_DATA", temporary))
        with postgresql.server(place / f"postgresql-{items}") as url:
            settings = ", ".join(f"{name} {value}" for name, value in postgresql.SETTINGS.items())
            report = measured(items, SEED, str(place), others=Others(postgresql=url, duckdb=True), hostile=HOSTILE)
            return f"PostgreSQL's settings: {settings}\n\n{report.markdown()}"
