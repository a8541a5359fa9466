"""The two engines side by side on one synthetic catalogue: pages, counts, facets, build, opening, memory, freshness."""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench.machine import describe, table
from longshelf.demo.catalogue import Catalogue, Row
from longshelf.index import files
from longshelf.index.engine import BitmapEngine
from longshelf.index.following import Follower, build_generation, store_name
from longshelf.model import query as tree
from longshelf.model.engine import FacetRequest, Offset, Snapshot
from longshelf.model.kinds import EntityKind, ItemKind
from longshelf.model.sorts import Sort
from longshelf.model.text import Document, name_key, natural_key, tokens
from longshelf.model.viewer import Viewer
from longshelf.store import bulk, items, search, tables
from longshelf.store.database import Database
from longshelf.store.engine.sql import SqlEngine
from longshelf.store.migrate import upgrade

ITEMS = 10_000_000
SEED = 7
REPEATS = 30
HOSTILE = 2_000
SLOW_SECONDS = 1.0  # an answer slower than this is asked for once
ANN = Viewer(1, "ann")
_ENTITY_COLUMNS = ("id", "library_id", "kind", "name", "name_key", "sort_key", "created_at", "updated_at", "revision")


def run(scale: float = 1.0) -> str:
    """Every table of this file. `scale` 1.0 is ten million items; LONGSHELF_BENCH_DATA names a directory that keeps the catalogue."""
    count = int(ITEMS * scale)
    kept = os.environ.get("LONGSHELF_BENCH_DATA")
    with tempfile.TemporaryDirectory(prefix="longshelf-bench-") as place:
        base = Path(kept or place)
        base.mkdir(parents=True, exist_ok=True)
        database = Database(f"sqlite:///{base / f'catalogue-{count}.db'}")
        filled = _fill(database, count)
        index = base / f"index-{count}"
        building = _build(database, index)
        follower = Follower(database, index)
        opening = _timed(follower.refresh)
        parts = [
            f"## The index ({describe()}; {count:,} items)\n",
            table("Making it", [{"rows into the store, items/s": filled, **building, "open, ms": opening, "resident, MiB": _resident()}]),
            table("Answers of the engine, ms (first · median · worst of the following)", _answers(database, follower)),
            table("Deep pages of distinct filters, the hostile mix", [_hostile(database, follower)]),
            table("From a commit to the state that holds it", _freshness(database, follower, count)),
        ]
        database.close()
    return "\n".join(parts)


def _fill(database: Database, count: int) -> float:
    """Items a second; 0 when the catalogue is there already."""
    upgrade(database)
    with database.read() as connection:
        if connection.exec_driver_sql("SELECT count(*) FROM library").scalar_one():
            return 0.0
    began = time.monotonic()
    catalogue = Catalogue(count, SEED)
    indexes = [index for each in (tables.item, tables.link) for index in each.indexes]
    with database.write() as write:
        for index in indexes:
            index.drop(write.connection)
        write.connection.exec_driver_sql("INSERT INTO library (id, name, type, created_at) VALUES (1, 'bench', 'folder', 0)")
        write.connection.exec_driver_sql("INSERT INTO \"user\" (id, name, name_key, created_at) VALUES (1, 'ann', 'ann', 0)")
        rows = [(each.id, 1, each.kind, each.name, name_key(each.name), natural_key(each.name), 0, 0, 1) for each in catalogue.things]
        bulk.insert(write.connection, tables.entity, _ENTITY_COLUMNS, rows)
        write.touch()
    words = [tuple(tokens(each.name)) for each in catalogue.things]
    for batch in catalogue.batches():
        _store(database, batch, catalogue, words)
    with database.write_quietly() as connection:
        for index in indexes:
            index.create(connection)
    database.analyze()
    return count / (time.monotonic() - began)


def _store(database: Database, batch: Sequence[Row], catalogue: Catalogue, words: Sequence[tuple[str, ...]]) -> None:
    things = catalogue.things
    links = [
        (row.id, things[thing].id, role, things[thing].kind, None, place) for row in batch for place, (thing, role) in enumerate(row.links)
    ]
    documents = [(row.id, Document((tuple(tokens(row.title)),), tuple(words[thing] for thing, _ in row.links), ())) for row in batch]
    with database.write() as write:
        bulk.insert(write.connection, tables.item, items.COLUMNS, [_item(row) for row in batch])
        bulk.insert(write.connection, tables.link, items.LINK_COLUMNS, sorted(links))
        search.write_documents(write.connection, documents)
        write.touch()


def _item(row: Row) -> tuple[Any, ...]:
    """In the order of `items.COLUMNS`."""
    year = int(row.date[:4]) if row.date else None
    return (
        row.id, 1, str(row.id), row.kind, row.title, "", natural_key(row.title), "", "", "", row.date, year,
        row.added, row.created, row.added, None, row.duration, row.width, row.height, row.size, row.pages, row.rating, row.age_rating,
        None, "{}" if row.covered else "", "", "", "{}", "{}", b"", 1,
    )  # fmt: skip


def _build(database: Database, index: Path) -> dict[str, Any]:
    began = time.monotonic()
    held = files.generations(index)
    if not held:
        build_generation(database, index)
    (generation,) = files.generations(index)
    seconds = 0.0 if held else time.monotonic() - began
    size = sum(path.stat().st_size for path in generation.iterdir()) / 2**20
    opened = files.open_generation(generation, store_name(database))
    return {"build, s": seconds, "files, MiB": size, "arrays": len(opened.arrays)}


def _tag(place: int) -> tree.Query:
    return tree.Linked(EntityKind.TAG, (place,))


_MASK = tree.Not(tree.Or((tree.Linked(EntityKind.TAG, (40, 60, 90)), tree.Linked(EntityKind.PERSON, tuple(range(2_100, 2_150))))))
_FILTERS: dict[str, tree.Query] = {
    "everything": tree.EVERYTHING,
    "tag 1": _tag(1),
    "tag 10": _tag(10),
    "tag 10, restricted user": tree.both(_tag(10), _MASK),
    "two tags": tree.both(_tag(5), _tag(12)),
    "rare tag": _tag(1_900),
    "videos rated 80 or more": tree.both(tree.KindIs((ItemKind.VIDEO,)), tree.Range("rating", 80)),
    "two words": tree.Text("harbour* winter"),
}


def _answers(database: Database, follower: Follower) -> list[dict[str, Any]]:
    engines: dict[str, Any] = {"bitmaps": BitmapEngine(database, follower), "SQL": SqlEngine(database.read)}
    rows = []
    for name, query in _FILTERS.items():
        with engines["bitmaps"].snapshot() as snap:
            total = snap.count(query, ANN).value
        for what, ask in _questions(query, total).items():
            row: dict[str, Any] = {"filter": f"{name} ({total:,})", "question": what}
            for engine, made in engines.items():
                row[engine] = _measured(made, ask)
            rows.append(row)
        sys.stderr.write(f"{name} done\n")
    return rows


def _questions(query: tree.Query, total: int) -> dict[str, Callable[[Snapshot], object]]:
    rating, shuffled = Sort("rating"), Sort("random", descending=False, seed=3)
    middle = Offset(total // 2, 50)
    found: dict[str, Callable[[Snapshot], object]] = {
        "page 1 by rating": lambda snap: snap.page(query, rating, Offset(0, 50), ANN),
        "page 1 by title": lambda snap: snap.page(query, Sort("title", descending=False), Offset(0, 50), ANN),
        "middle page by rating": lambda snap: snap.page(query, rating, middle, ANN),
        "middle page by adding": lambda snap: snap.page(query, Sort(), middle, ANN),
        "page 1 at random": lambda snap: snap.page(query, shuffled, Offset(0, 50), ANN),
        "count": lambda snap: snap.count(query, ANN),
        "all tag facets": lambda snap: snap.facets([FacetRequest(EntityKind.TAG, query, limit=0)], ANN),
        "top 200 persons": lambda snap: snap.facets([FacetRequest(EntityKind.PERSON, query, limit=200)], ANN),
        "rail by title": lambda snap: snap.rail(query, Sort("title", descending=False), 200, ANN),
    }
    return found


def _measured(engine: Any, ask: Callable[[Snapshot], object]) -> str:
    def once() -> float:
        with engine.snapshot() as snap:
            return _timed(lambda: ask(snap))

    first = once()
    if first > SLOW_SECONDS * 1000:
        return f"{first:,.0f}"
    later = [once() for _ in range(REPEATS)]
    return f"{first:.2f} · {statistics.median(later):.3f} · {max(later):.2f}"


def _hostile(database: Database, follower: Follower) -> dict[str, Any]:
    """Deep pages of filters nobody asked for before."""
    rng = random.Random(SEED)
    engine = BitmapEngine(database, follower)
    before, times = _private(), []
    for _ in range(HOSTILE):
        query = tree.both(tree.Or((_tag(rng.randint(1, 300)), _tag(rng.randint(1, 300)))), tree.Range("rating", rng.randint(0, 90)))
        sort = Sort(rng.choice(("rating", "title", "size", "date")), rng.random() < 0.5)
        times.append(_ask_deep(engine, query, sort, rng.random()))
    times.sort()
    return {
        "filters": HOSTILE,
        "median, ms": statistics.median(times),
        "p99, ms": times[int(len(times) * 0.99)],
        "private memory grew by, MiB": _private() - before,
    }


def _ask_deep(engine: BitmapEngine, query: tree.Query, sort: Sort, depth: float) -> float:
    with engine.snapshot() as snap:
        total = snap.count(query, ANN).value
        return _timed(lambda: snap.page(query, sort, Offset(int(depth * total), 50), ANN))


def _freshness(database: Database, follower: Follower, count: int) -> list[dict[str, Any]]:
    rows = []
    for changed in (1, 100, 5_000):
        ids = random.Random(changed).sample(range(1, count + 1), min(changed, count // 10))
        with database.write() as write:
            bulk.update(write.connection, tables.item, ("id",), ("rating",), [(each, 77) for each in ids])
            write.touch(ids)
        took = _timed(follower.refresh)
        with BitmapEngine(database, follower).snapshot() as snap:
            page = _timed(lambda: snap.page(_tag(10), Sort("rating"), Offset(1_000, 50), ANN))
        with BitmapEngine(database, follower).snapshot() as snap:
            again = _timed(lambda: snap.page(_tag(10), Sort("rating"), Offset(1_000, 50), ANN))
        rows.append({"changed items": len(ids), "refresh, ms": took, "page then, ms": page, "page again, ms": again})
    return rows


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _resident() -> float:
    return _memory("RssAnon") + _memory("RssFile")


def _private() -> float:
    return _memory("RssAnon")


def _memory(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024
