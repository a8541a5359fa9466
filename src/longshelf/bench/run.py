"""The whole measurement of the engines: a synthetic catalogue, its index, every engine asked the same, and the promises."""

import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from longshelf.bench.answers import answers
from longshelf.bench.machine import Rows, describe, milliseconds, table
from longshelf.bench.promises import HOSTILE, freshness, hostile, percentiles
from longshelf.bench.questions import known
from longshelf.demo.stocking import stock
from longshelf.index import files
from longshelf.index.engine import BitmapEngine
from longshelf.index.following import Follower
from longshelf.index.generations import build_generation, renew, store_name
from longshelf.model.viewer import Viewer
from longshelf.store import bulk, columns, personal, tables
from longshelf.store.database import Database
from longshelf.store.engine.sql import SqlEngine
from longshelf.store.migrate import upgrade

VIEWER = Viewer(1, "ann")


@dataclass
class Report:
    """Tables by their title, in order."""

    items: int
    seed: int
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, title: str, rows: Rows) -> None:
        self.tables[title] = [dict(row) for row in rows]

    def rows(self) -> dict[str, Any]:
        return {"machine": describe(), "items": self.items, "seed": self.seed, "tables": self.tables}

    def markdown(self) -> str:
        head = f"## The index ({describe()}; {self.items:,} items)\n"
        return "\n".join([head, *(table(title, rows) for title, rows in self.tables.items())])


def run(items: int, seed: int, place: str | None, *, sql: bool = True, hostile: int | None = None) -> Report:
    """Fills `place` (kept), or a temporary directory, with a catalogue and measures."""
    report = Report(items, seed)
    with _directory(place) as data:
        database = Database(f"sqlite:///{data / f'catalogue-{items}.db'}")
        try:
            _measure(report, database, data / f"index-{items}", sql=sql, most=HOSTILE if hostile is None else hostile)
        finally:
            database.close()
    return report


def _measure(report: Report, database: Database, index: Path, *, sql: bool, most: int) -> None:
    filled = fill(database, report.items, report.seed)
    _say("building the index")
    built, size = _built(database, index)
    follower = Follower(database, index)
    opened = milliseconds(follower.refresh)
    assert follower.state is not None
    files.warm(follower.state.base.segment.arrays)  # as a server does when it starts
    asking = known(database, VIEWER)
    engine = BitmapEngine(database, follower)
    making = {"rows into the store, items/s": filled, "build, s": built, "files, MiB": size, "bytes an item": size * 2**20 / report.items}
    report.add("Making and opening it", [making | {"open, ms": opened}])
    # First, while the process holds nothing but the opened index: what it holds afterwards is the state of paging.
    report.add("What a process needs under a hostile mix of filters", [hostile(engine, asking, report.seed, _say, most)])
    report.add("The promises about the engine, over filters nobody asked for before", percentiles(engine, asking, report.seed))
    report.add("From a commit to the state that holds it", freshness(database, follower, asking, report.seed))
    report.add("Folding", [_fold(database, index, report)])
    follower.refresh()
    engines = {"bitmaps": engine} | ({"SQL": SqlEngine(database.read)} if sql else {})
    report.add("Answers of the engines, ms", answers(engines, asking, _say))


def fill(database: Database, items: int, seed: int) -> float:
    """The catalogue and a person with things to say, unless they are there; items a second, 0 when they were."""
    upgrade(database)
    with database.read() as connection:
        if columns.live(connection):
            return 0.0
    _say(f"making {items:,} items")
    made = stock(database, items, seed, library_name="bench", progress=lambda step, done: _say(f"{step}: {done:,}"))
    with database.write_quietly() as connection:
        bulk.insert(connection, tables.user, ("id", "name", "name_key", "created_at"), [(VIEWER.user_id, VIEWER.name, VIEWER.name, 0)])
    _say_things(database, items, seed)
    return made.items_per_second


def _say_things(database: Database, items: int, seed: int) -> None:
    """A hundredth of the items, at most 100,000, are rated by the viewer, every tenth of those a favourite."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    ids = sorted(rng.sample(range(1, items + 1), min(max(items // 100, 1), 100_000)))
    with database.write_quietly() as connection:
        personal.put_items(
            connection, [(VIEWER.user_id, each, rng.randint(0, 100), int(each % 10 == 0), None, 0, 0.0, None, 0, 0) for each in ids]
        )


def _built(database: Database, index: Path) -> tuple[float, float]:
    """(seconds, MiB); 0 seconds when it was there already."""
    seconds = 0.0
    if not files.generations(index):
        seconds = milliseconds(lambda: build_generation(database, index)) / 1000
    newest = files.generations(index)[0]
    files.open_generation(newest, store_name(database))
    return seconds, sum(path.stat().st_size for path in newest.iterdir()) / 2**20


def _fold(database: Database, index: Path, report: Report) -> dict[str, Any]:
    """What the freshness tables changed and a thousandth of the catalogue besides, merged into the next generation."""
    rng = random.Random(report.seed)  # noqa: S311 - not for secrets
    ids = rng.sample(range(1, report.items + 1), max(report.items // 1_000, 1))
    for start in range(0, len(ids), 5_000):
        _rate(database, ids[start : start + 5_000])
    seconds = milliseconds(lambda: renew(database, index)) / 1000
    return {"changed items": len(ids), "seconds": seconds}


def _rate(database: Database, ids: Sequence[int]) -> None:
    with database.write() as write:
        bulk.update(write.connection, tables.item, ("id",), ("rating",), [(each, each % 100) for each in ids])
        write.touch(ids)


@contextmanager
def _directory(place: str | None) -> Iterator[Path]:
    if place is not None:
        Path(place).mkdir(parents=True, exist_ok=True)
        yield Path(place)
        return
    with tempfile.TemporaryDirectory(prefix="longshelf-bench-") as made:
        yield Path(made)


def _say(what: str) -> None:
    sys.stderr.write(f"bench: {what}\n")
    sys.stderr.flush()
