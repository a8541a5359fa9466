"""The whole measurement of the engines: a synthetic catalogue, its index, every engine asked the same, and the promises."""

import gc
import os
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from longshelf.bench import in_duckdb, in_postgresql
from longshelf.bench.answers import ONLY_INDEX, EngineParty, Party, answers
from longshelf.bench.cutoff import limited
from longshelf.bench.machine import Rows, describe, milliseconds, pace, table
from longshelf.bench.promises import HOSTILE, PEOPLE, freshness, hostile, percentiles, restricted
from longshelf.bench.questions import Known, known
from longshelf.demo.stocking import stock
from longshelf.index import files
from longshelf.index.engine import BitmapEngine
from longshelf.index.following import Follower
from longshelf.index.generations import build_generation, renew, store_name
from longshelf.index.state import State
from longshelf.model.viewer import Viewer
from longshelf.store import bulk, columns, personal, tables
from longshelf.store.database import Database
from longshelf.store.engine.sql import SqlEngine
from longshelf.store.migrate import upgrade

VIEWER = Viewer(1, "ann")


class Others(NamedTuple):
    """Who is asked beside the bitmaps: SQL over the store, SQL over a PostgreSQL database at this URL, DuckDB."""

    sql: bool = True
    postgresql: str | None = None
    duckdb: bool = False


@dataclass
class Report:
    """Tables by their title, in order. `load` is what else the machine had to do when it began: processes that ran or waited to."""

    items: int
    seed: int
    load: float = field(default_factory=lambda: os.getloadavg()[0])
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, title: str, rows: Rows) -> None:
        self.tables[title] = [dict(row) for row in rows]

    def rows(self) -> dict[str, Any]:
        return {"machine": describe(), "load": self.load, "items": self.items, "seed": self.seed, "tables": self.tables}

    def markdown(self) -> str:
        head = f"## The index ({describe()}; {self.items:,} items; load at the start {self.load:.1f})\n"
        return "\n".join([head, *(table(title, rows) for title, rows in self.tables.items())])


def run(items: int, seed: int, place: str | None, *, others: Others | None = None, hostile: int | None = None) -> Report:
    """Fills `place` (kept), or a temporary directory, with a catalogue and measures. Conflict or Invalid when a database of `others` cannot
    be used, LongshelfError when somebody answers wrongly."""
    report, asked = Report(items, seed), others or Others()
    report.add("The pace of the machine", [pace()])
    if asked.duckdb:
        in_duckdb.required()
    with _directory(place) as data, ExitStack() as stack:
        beside = _opened(stack, in_postgresql.opened(asked.postgresql, items)) if asked.postgresql else None
        database = _opened(stack, Database(f"sqlite:///{data / f'catalogue-{items}.db'}"))
        stack.callback(gc.unfreeze)
        follower, engine, asking = _measure(report, database, data / f"index-{items}", HOSTILE if hostile is None else hostile)
        parties: dict[str, Party] = {"SQLite": _limited(database)} if asked.sql else {}
        stores = [in_postgresql.row(database, None)]
        if beside is not None:
            seconds = milliseconds(lambda: in_postgresql.brought(beside, database, lambda other: fill(other, items, seed), _say)) / 1000
            parties["PostgreSQL"] = _limited(beside)
            stores.append(in_postgresql.row(beside, seconds))
        if asked.duckdb:
            duck = loaded(stack, database, data / f"duckdb-{items}.db")
            parties["DuckDB"] = duck
            stores.append(duck.row())
        report.add("The stores", stores)
        report.add("Answers of the engines, ms", answers(engine, parties, asking, _say, lambda: _forget(follower)))
    return report


def _forget(follower: Follower) -> None:
    state = follower.state
    if state is not None:
        follower.state = State(state.base, state.revision, state.changed, state.delta, state.stale, state.entities)
        state.base.forget()


def loaded(stack: ExitStack, database: Database, path: Path) -> in_duckdb.InDuckdb:
    """DuckDB with what the questions need of the store, in a file that goes with the stack."""
    _say("loading DuckDB")
    duck = in_duckdb.InDuckdb(path, VIEWER)
    stack.callback(path.unlink, missing_ok=True)
    stack.callback(duck.close)
    duck.load(database)
    return duck


def _opened(stack: ExitStack, database: Database) -> Database:
    stack.callback(database.close)
    return database


def _limited(database: Database) -> EngineParty:
    return EngineParty(SqlEngine(lambda: limited(database.read)), ONLY_INDEX)


def _measure(report: Report, database: Database, index: Path, most: int) -> tuple[Follower, BitmapEngine, Known]:
    """All that is about the bitmaps alone."""
    filled = fill(database, report.items, report.seed)
    _say("building the index")
    built, size = _built(database, index)
    follower = Follower(database, index)
    opened = milliseconds(follower.refresh)
    assert follower.state is not None
    files.warm(follower.state.base.segment.arrays)  # as a server does when it starts; it also keeps what is there from the collector
    gc.collect()
    gc.freeze()
    asking = known(database, VIEWER)
    engine = BitmapEngine(database, follower)
    making = {"rows into the store, items/s": filled, "build, s": built, "files, MiB": size, "bytes an item": size * 2**20 / report.items}
    report.add("Making and opening it", [making | {"open, ms": opened}])
    # First, while the process holds nothing but the opened index: what it holds afterwards is the state of paging.
    report.add("What a process needs under a hostile mix of filters", [hostile(engine, asking, report.seed, _say, most)])
    report.add("The promises about the engine, over filters nobody asked for before", percentiles(engine, asking, report.seed))
    title = f"The same for {PEOPLE} people, each kept from three tags and fifty persons"
    report.add(title, restricted(engine, asking, report.seed))
    report.add("From a commit to the state that holds it", freshness(database, follower, asking, report.seed))
    report.add("Folding", [_fold(database, index, report)])
    follower.refresh()
    return follower, engine, asking


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
