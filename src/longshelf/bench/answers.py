"""Each engine asked the same questions, one after the other: first answer, then the median and the worst of the following."""

import statistics
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from longshelf.bench.machine import milliseconds
from longshelf.bench.questions import Ask, Known, filters, questions
from longshelf.model.engine import Engine

REPEATS = 10
SLOW_MS = 50.0  # an answer slower than this is asked for once
ONLY_INDEX = frozenset({"200 of 50,000 person facets", "persons by name, page 100", "rail by title", "middle page by my rating"})


def answers(engines: Mapping[str, Engine], known: Known, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """A row for each filter and question: the times of each engine, in ms. The first engine tells how many items a filter has, and is the
    only one that is asked what takes the others minutes (ONLY_INDEX)."""
    first = next(iter(engines.values()))
    rows = []
    for name, query in filters(known).items():
        say(name)
        with first.snapshot() as snap:
            total = snap.count(query, known.viewer).value
        rows += list(_asked(engines, f"{name} ({total:,})", questions(known, query, total)))
    return rows


def _asked(engines: Mapping[str, Engine], name: str, asked: Mapping[str, Ask]) -> Iterator[dict[str, Any]]:
    for what, ask in asked.items():
        row: dict[str, Any] = {"filter": name, "question": what}
        for place, (label, engine) in enumerate(engines.items()):
            row |= _timed(label, engine, ask) if place == 0 or what not in ONLY_INDEX else {f"{label}, first": "", f"{label}, median": ""}
        yield row


def _timed(label: str, engine: Engine, ask: Ask) -> dict[str, Any]:
    first = _once(engine, ask)
    later = [first] if first > SLOW_MS else [_once(engine, ask) for _ in range(REPEATS)]
    return {f"{label}, first": first, f"{label}, median": statistics.median(later)}


def _once(engine: Engine, ask: Ask) -> float:
    with engine.snapshot() as snap:
        return milliseconds(lambda: ask(snap))
