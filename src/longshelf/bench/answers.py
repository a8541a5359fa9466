"""Everybody who answers asked the same questions, one after the other: the first answer, and again.

The rule: the answer that is timed is the answer that is checked. It must be that of the bitmaps, or the run ends: a figure for another
answer is no figure."""

import math
import statistics
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from longshelf.bench.cutoff import TooSlow
from longshelf.bench.machine import milliseconds
from longshelf.bench.questions import Known, Question, filters, questions
from longshelf.errors import LongshelfError
from longshelf.model.engine import Count, Engine, Facet, Slice, Totals

REPEATS = 10
QUICK_MS = 50.0  # an answer up to this is asked for REPEATS times more
PATIENCE_MS = 5_000.0  # an answer slower than this is asked for once, one between the two once more
ONLY_INDEX = frozenset({"200 of 50,000 person facets", "persons by name, page 100", "rail by title", "middle page by my rating"})

Answering = Callable[[], object]


class Party(Protocol):
    """One who answers: an engine, or a database with SQL of its own."""

    def takes(self, question: Question) -> bool:
        """False where it is not asked."""

    def ready(self, question: Question) -> AbstractContextManager[Answering]:
        """Everything that comes before the clock starts. What it then answers goes through `plain`."""


@dataclass(frozen=True)
class EngineParty:
    """An engine of ours, in a fresh snapshot a question. `left_out` are questions it is not asked."""

    engine: Engine
    left_out: frozenset[str] = frozenset()

    def takes(self, question: Question) -> bool:
        return question.what not in self.left_out

    @contextmanager
    def ready(self, question: Question) -> Iterator[Answering]:
        with self.engine.snapshot() as snap:
            yield lambda: question.ask(snap)


def answers(
    engine: Engine, others: Mapping[str, Party], known: Known, say: Callable[[str], None], forget: Callable[[], object] = lambda: None
) -> list[dict[str, Any]]:
    """A row for each filter and question, with the times of the bitmaps (`engine`) and of the others by their names, in ms: `first` and the
    median of `again`. None where there is none: not asked, or too slow to ask again; "> 60 s" where it was called off. `forget` makes the
    bitmaps forget all they worked out, before each filter: they were asked how many items it has.

    LongshelfError when one of the others answers anything but what `engine` does."""
    rows: list[dict[str, Any]] = []
    for name, query in filters(known).items():
        say(name)
        with engine.snapshot() as snap:
            total = snap.count(query, known.viewer).value
        forget()
        asked = questions(known, query, total)
        rows += [{"filter": f"{name} ({total:,})", "question": each.what} | _row(engine, others, each) for each in asked]
    return rows


def _row(engine: Engine, others: Mapping[str, Party], question: Question) -> dict[str, Any]:
    row, expected = _timed("bitmaps", EngineParty(engine), question)
    for label, party in others.items():
        if not party.takes(question):
            row |= _cells(label, None, None)
            continue
        try:
            cells, answer = _timed(label, party, question)
        except TooSlow as slow:
            cells = _cells(label, str(slow), None)
        else:
            _compare(label, question, expected, answer)
        row |= cells
    return row


def _timed(label: str, party: Party, question: Question) -> tuple[dict[str, Any], object]:
    first, answer = _once(party, question)
    repeats = REPEATS if first <= QUICK_MS else 1 if first <= PATIENCE_MS else 0
    again = [_once(party, question)[0] for _ in range(repeats)]
    return _cells(label, first, statistics.median(again) if again else None), answer


def _once(party: Party, question: Question) -> tuple[float, object]:
    answer: list[object] = []
    with party.ready(question) as ask:
        took = milliseconds(lambda: answer.append(ask()))
    return took, answer[0]


def _cells(label: str, first: float | str | None, again: float | None) -> dict[str, Any]:
    return {f"{label}, first": first, f"{label}, again": again}


def _compare(label: str, question: Question, expected: object, answer: object) -> None:
    if not same(plain(expected), plain(answer)):
        raise LongshelfError(
            f"{label} and the bitmaps answer differently, so no time is worth anything: {question.what} of {question.query}."
            f" Bitmaps: {_short(expected)} {label}: {_short(answer)}"
        )


def plain(answer: object) -> object:
    """What two answers are compared by, as tuples: ids of a page, a number, (value, name, count) of facets, (kind, items, bytes, seconds)
    of totals. Anything else is itself."""
    match answer:
        case Slice():
            return answer.ids
        case Count():
            return answer.value
        case Facet():
            return tuple((each.value, each.name, each.count) for each in answer.values)
        case Totals():
            return (answer.kind.value, answer.items, answer.size, answer.duration)
        case tuple() | list():
            return tuple(map(plain, answer))
        case _:
            return answer


def same(one: object, other: object) -> bool:
    """Equal; sums of fractions may differ in their last digits, as they were added up in another order."""
    if isinstance(one, float) or isinstance(other, float):
        return isinstance(one, int | float) and isinstance(other, int | float) and math.isclose(one, other, rel_tol=1e-9)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def _short(answer: object) -> str:
    return str(plain(answer))[:200]
