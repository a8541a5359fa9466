"""Scanning: new files, unchanged files, memory. Each figure beside a baseline of the same run."""

import os
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import naive
from bench.machine import longshelf
from longshelf.bench.machine import describe, table
from longshelf.demo import bulk
from longshelf.store.database import Database
from longshelf.store.migrate import upgrade

FILES = 5_000
NAIVE_FILES = 500  # enough for a rate; the naive path would take minutes for all
EDGE = 1_000
TREES = (10_000, 100_000)
SEED = 7


def run(scale: float = 1.0) -> str:
    """Every table of this file. `scale` shrinks the libraries, for a quick look."""
    parts = [f"## Scanning ({describe()})\n"]
    with tempfile.TemporaryDirectory(prefix="longshelf-bench-") as place:
        base = Path(place)
        rows = [_fresh(name, write, base, int(FILES * scale)) for name, write in (("EPUB", bulk.write_epubs), ("CBZ", bulk.write_cbzs))]
        parts.append(table(f"{int(FILES * scale):,} new files into the store", rows))
        parts.append(table("The same tree again: unchanged files", [_unchanged(base, int(count * scale)) for count in TREES]))
    return "\n".join(parts)


def _fresh(name: str, write: Callable[[Path, int, int], None], base: Path, count: int) -> dict[str, Any]:
    library, data = base / name, base / f"{name}-data"
    write(library, count, SEED)
    os.sync()  # or the disk is still busy with the files just made when the scan commits its last batches
    longshelf(["library", "add", name, "--folder", str(library)], data)
    report = longshelf(["scan", name], data).result
    assert report["added"] == count, report
    first, last = _edges(data / "longshelf.db", count)
    plain_count, plain_statements, plain_seconds = _naive(base / f"{name}-naive", library)
    return {
        "format": name,
        "files/s": report["files"] / report["seconds"],
        "naive files/s": plain_count / plain_seconds,
        "statements per file": report["statements"] / report["files"],
        "naive statements per file": plain_statements / plain_count,
        f"last {EDGE:,} ÷ first {EDGE:,} (time)": last / first,
        "issues": report["issues"],
    }


def _edges(database: Path, count: int) -> tuple[float, float]:
    """Seconds between the commits that bracket the first and the last EDGE items; the very first batch starts the clock."""
    edge = min(EDGE, count // 4)
    with sqlite3.connect(database) as connection:
        times = [row[0] / 1e6 for row in connection.execute("SELECT added_at FROM item ORDER BY id")]
    connection.close()
    batches = sorted(set(times))
    sizes = [times.count(batch) for batch in batches]
    return _time_for(edge, batches, sizes), _time_for(edge, [-batch for batch in reversed(batches)], list(reversed(sizes)))


def _time_for(edge: int, batches: list[float], sizes: list[int]) -> float:
    """Time per EDGE items over the fewest whole batches from the front that hold them."""
    held = 0
    for index in range(1, len(batches)):
        held += sizes[index]
        if held >= edge:
            return (batches[index] - batches[0]) * edge / held
    raise SystemExit("too few files for the edges: raise the scale")


def _naive(data: Path, library: Path) -> tuple[int, int, float]:
    data.mkdir()
    database = Database(f"sqlite:///{data / 'naive.db'}")
    upgrade(database)
    try:
        return naive.scan(database, library, NAIVE_FILES)
    finally:
        database.close()


def _unchanged(base: Path, count: int) -> dict[str, Any]:
    library, data = base / f"tree{count}", base / f"tree{count}-data"
    bulk.write_tree(library, count, SEED)
    os.sync()
    longshelf(["library", "add", "tree", "--folder", str(library)], data)
    first = longshelf(["scan", "tree"], data)
    before = _revision(data)
    again = longshelf(["scan", "tree"], data)
    assert again.result["unchanged"] == again.result["files"] == count, again.result
    return {
        "files": count,
        "first scan files/s": count / first.result["seconds"],
        "first scan peak MiB": first.peak_mib,
        "again files/s": count / again.result["seconds"],
        "again statements per 1,000 files": again.result["statements"] * 1000 / count,
        "again revisions written": _revision(data) - before,
        "again peak MiB": again.peak_mib,
    }


def _revision(data: Path) -> int:
    connection = sqlite3.connect(data / "longshelf.db")
    try:
        return int(connection.execute("SELECT value FROM revision").fetchone()[0])
    finally:
        connection.close()
