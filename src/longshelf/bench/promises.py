"""The promises about the engine, each as percentiles over filters nobody asked for before, and what a process needs to keep them."""

import random
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from longshelf.bench.machine import milliseconds, percentile, private_mib
from longshelf.bench.questions import PAGE, Known, random_filters, random_restriction, random_sort
from longshelf.index.engine import BitmapEngine
from longshelf.index.following import Follower
from longshelf.model.engine import FacetRequest, Offset
from longshelf.model.kinds import EntityKind
from longshelf.model.query import EVERYTHING, Query, both
from longshelf.model.sorts import Sort
from longshelf.store import bulk, tables
from longshelf.store.database import Database

FILTERS = 1_000
FACETED = 200
PEOPLE = 20  # of whom each is kept from three tags and fifty persons of his own
RESTRICTED = 400  # filters
RULES_CHANGED = "page 1 after the rules changed"
HOSTILE = 10_000
CHANGED = (1, 100, 5_000)
PROMISED: dict[str, tuple[float, float | None]] = {  # name: (percentile, ms)
    "count, cold": (0.99, None),
    "count, warm": (0.99, 3.0),
    "page 1, cold": (0.99, 5.0),
    "deep page, cold": (0.99, 50.0),
    "deep page, warm": (0.99, 1.0),
    "all tag facets, cold": (1.0, 100.0),
    "200 tag facets, cold": (0.99, 20.0),
    "all tag facets, warm": (0.99, 20.0),
    "similar": (0.99, 20.0),
    RULES_CHANGED: (1.0, 100.0),
}

Times = dict[str, list[float]]


def percentiles(engine: BitmapEngine, known: Known, seed: int) -> list[dict[str, Any]]:
    """A row a promise, in ms."""
    times: Times = {name: [] for name in PROMISED if name != RULES_CHANGED}
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    for number, query in enumerate(islice(random_filters(known, seed), FILTERS)):
        _pages(engine, known, query, rng, times)
        if number < FACETED:
            _facets(engine, known, query, times, everything=number % 2 == 0)
            _similar(engine, known, rng.randint(1, known.items), times)
    return [_row(name, found) for name, found in times.items()]


def restricted(engine: BitmapEngine, known: Known, seed: int) -> list[dict[str, Any]]:
    """The same for PEOPLE with rules of their own, who take turns; and the first page of each right after his rules were made."""
    times: Times = {name: [] for name in PROMISED}
    rng = random.Random(seed + 2)  # noqa: S311 - not for secrets
    masks = [random_restriction(known, rng) for _ in range(PEOPLE)]
    for mask in masks:
        with engine.snapshot() as snap:
            query, sort = both(known.tag(10), mask), random_sort(rng)
            times[RULES_CHANGED].append(milliseconds(lambda: snap.page(query, sort, Offset(0, PAGE), known.viewer)))  # noqa: B023
    for number, query in enumerate(islice(random_filters(known, seed + 2), RESTRICTED)):
        mine = both(query, masks[number % PEOPLE])
        _pages(engine, known, mine, rng, times)
        if number < FACETED:
            _facets(engine, known, mine, times, everything=number % 2 == 0)
            _similar(engine, known, rng.randint(1, known.items), times, masks[number % PEOPLE])
    return [_row(name, found) for name, found in times.items()]


def hostile(engine: BitmapEngine, known: Known, seed: int, say: Callable[[str], None], most: int = HOSTILE) -> dict[str, Any]:
    """Deep pages of distinct filters and sorts: nothing is ever asked for twice, so every cache turns over many times."""
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    before, peak = private_mib(), 0.0
    times = []
    for number, query in enumerate(islice(random_filters(known, seed + 1), most)):
        times.append(_deep(engine, known, query, random_sort(rng), rng.random()))
        if number % 100 == 0:
            peak = max(peak, private_mib())
        if number % 1_000 == 0:
            say(f"hostile filters: {number:,}")
    return {
        "filters": most,
        "median, ms": percentile(times, 0.5),
        "p99, ms": percentile(times, 0.99),
        "private memory before, MiB": before,
        "largest, MiB": peak,
        "growth (promised < 100), MiB": peak - before,
    }


def freshness(database: Database, follower: Follower, known: Known, seed: int) -> list[dict[str, Any]]:
    """From a commit to the state that holds it, and what a page costs then."""
    engine = BitmapEngine(database, follower)
    follower.refresh()
    rng = random.Random(seed)  # noqa: S311 - not for secrets
    rows = []
    for count in CHANGED:
        if count <= known.items:
            refreshed = _changed(database, follower, rng.sample(range(1, known.items + 1), count))
            rows.append({"changed items": count, "refresh, ms": refreshed, **_page_costs(engine, known)})
    return rows


def _pages(engine: BitmapEngine, known: Known, query: Query, rng: random.Random, times: Times) -> None:
    viewer, sort, depth = known.viewer, random_sort(rng), rng.random()
    with engine.snapshot() as snap:
        times["page 1, cold"].append(milliseconds(lambda: snap.page(query, sort, Offset(0, PAGE), viewer)))
    with engine.snapshot() as snap:
        times["count, cold"].append(milliseconds(lambda: snap.count(query, viewer)))
        total = snap.count(query, viewer).value
    with engine.snapshot() as snap:
        times["count, warm"].append(milliseconds(lambda: snap.count(query, viewer)))
    for name in ("deep page, cold", "deep page, warm"):
        with engine.snapshot() as snap:
            times[name].append(milliseconds(lambda: snap.page(query, sort, Offset(int(depth * total), PAGE), viewer)))


def _facets(engine: BitmapEngine, known: Known, query: Query, times: Times, *, everything: bool) -> None:
    name, limit = ("all tag facets, cold", 0) if everything else ("200 tag facets, cold", 200)
    for label in (name, "all tag facets, warm"):
        with engine.snapshot() as snap:
            times[label].append(milliseconds(lambda: snap.facets([FacetRequest(EntityKind.TAG, query, limit=limit)], known.viewer)))


def _similar(engine: BitmapEngine, known: Known, item_id: int, times: Times, seen: Query = EVERYTHING) -> None:
    with engine.snapshot() as snap:
        times["similar"].append(milliseconds(lambda: snap.similar(item_id, seen, 0, 24, known.viewer)))


def _deep(engine: BitmapEngine, known: Known, query: Query, sort: Sort, depth: float) -> float:
    with engine.snapshot() as snap:
        total = snap.count(query, known.viewer).value
        return milliseconds(lambda: snap.page(query, sort, Offset(int(depth * total), PAGE), known.viewer))


def _changed(database: Database, follower: Follower, ids: Sequence[int]) -> float:
    """Gives the items another rating; how long the follower needs to catch up."""
    with database.write() as write:
        bulk.update(write.connection, tables.item, ("id",), ("rating",), [(each, each % 101) for each in ids])
        write.touch(ids)
    return milliseconds(follower.refresh)


def _page_costs(engine: BitmapEngine, known: Known) -> dict[str, float]:
    query, sort, window = known.tag(10), Sort("rating"), Offset(1_000, PAGE)
    times = []
    for _ in range(2):
        with engine.snapshot() as snap:
            times.append(milliseconds(lambda: snap.page(query, sort, window, known.viewer)))
    return {"page then, ms": times[0], "page again, ms": times[1]}


def _row(name: str, times: Sequence[float]) -> dict[str, Any]:
    share, promised = PROMISED[name]
    found = percentile(times, share)
    return {
        "what": name,
        "questions": len(times),
        "median, ms": percentile(times, 0.5),
        "p99, ms": percentile(times, 0.99),
        "worst, ms": max(times),
        "promised, ms": "" if promised is None else promised,
        "kept": "" if promised is None else "yes" if found <= promised else "no",
    }
