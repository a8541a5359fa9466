"""Commands about the index and the engines."""

import argparse
import sys
import time
from typing import Any

from longshelf.config import Settings
from longshelf.errors import Conflict
from longshelf.index import files, generations
from longshelf.store.migrate import open_database


def reindex(settings: Settings, _arguments: argparse.Namespace) -> dict[str, Any]:
    """Builds the index anew from the store; servers that run go on with the old one until it is there. Conflict while another process
    is building."""
    database = open_database(settings)
    try:
        began = time.monotonic()
        made = generations.build_generation(database, settings.index, _told)
        if made is None:
            raise Conflict("Another process is building the index. Wait until it is done; servers change over by themselves.")
        found = files.open_generation(made, generations.store_name(database)).manifest
        size = sum(path.stat().st_size for path in made.iterdir())
        return {"items": found.count, "revision": found.revision, "bytes": size, "seconds": round(time.monotonic() - began, 2)}
    finally:
        database.close()


def _told(step: str, done: float) -> None:
    """One line that is rewritten, where a person watches."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\rindex  {done:4.0%}  {step:<12}" + ("\n" if done >= 1 else ""))
        sys.stderr.flush()


def bench_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--items", type=int, default=100_000, help="size of the synthetic catalogue; ten million is what is promised")
    parser.add_argument("--seed", type=int, default=7, help="the same seed makes the same catalogue")
    parser.add_argument("--data", help="directory that keeps the catalogue for the next run (default: a temporary one)")
    parser.add_argument("--no-sql", action="store_true", help="leave out SQL, which takes minutes where the catalogue is large")
    parser.add_argument("--postgresql", metavar="URL", help="ask PostgreSQL too; an empty database, which is filled with the catalogue")
    parser.add_argument("--duckdb", action="store_true", help="ask DuckDB too; needs `pip install duckdb`")
    parser.add_argument("--hostile", type=int, default=None, help="how many distinct filters to turn the caches over with")


def bench(_settings: Settings, arguments: argparse.Namespace) -> dict[str, Any] | None:
    """Prints Markdown tables, or with --json the same rows."""
    from longshelf.bench.run import Others, run

    others = Others(not arguments.no_sql, arguments.postgresql, arguments.duckdb)
    report = run(arguments.items, arguments.seed, arguments.data, others=others, hostile=arguments.hostile)
    if arguments.json:
        return report.rows()
    sys.stdout.write(report.markdown())
    return None
