"""The engine readers get: bitmaps while they can answer, SQL when they cannot, without anybody noticing but the log.

SQL answers while there is no index yet, when the flag says so, and after a failure of the bitmap engine: the failed question is asked
again of SQL at once, and so is everything for REST_SECONDS; then the bitmap engine gets another chance. Errors a person can act on
(LongshelfError) are answers, not failures."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TypeVar

import structlog

from longshelf.errors import LongshelfError
from longshelf.index.engine import BitmapEngine
from longshelf.model.engine import (
    Count,
    Engine,
    EntityPage,
    EntityRequest,
    Facet,
    FacetRequest,
    Rail,
    Similar,
    Slice,
    Snapshot,
    Suited,
    Tally,
    Totals,
    Window,
)
from longshelf.model.kinds import EntityKind
from longshelf.model.query import Query
from longshelf.model.sorts import Sort
from longshelf.model.taste import Wanted
from longshelf.model.viewer import Viewer

REST_SECONDS = 30.0

Answer = TypeVar("Answer")
_log = structlog.get_logger(__name__)


class Breaker:
    """Whether the bitmap engine is trusted now. `clock` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._rests_until = 0.0
        self.reason = ""  # of the last failure, "" while all is well

    @property
    def closed(self) -> bool:
        return self._clock() >= self._rests_until

    def trip(self, error: Exception) -> None:
        """Logged as an error: this is the alert."""
        self._rests_until = self._clock() + REST_SECONDS
        self.reason = f"{type(error).__name__}: {error}"
        _log.exception("bitmap engine failed", reason=self.reason, seconds=REST_SECONDS)

    def succeed(self) -> None:
        if self.reason:
            _log.info("bitmap engine recovered", after=self.reason)
            self.reason = ""


class SwitchEngine:
    """`wanted` is the run-time flag: False sends everything to SQL."""

    def __init__(
        self, bitmaps: BitmapEngine, sql: Engine, wanted: Callable[[], bool] = lambda: True, breaker: Breaker | None = None
    ) -> None:
        self._bitmaps = bitmaps
        self._sql = sql
        self._wanted = wanted
        self.breaker = breaker or Breaker()

    @property
    def serving(self) -> str:
        """`bitmaps` or `sql`: who answers the next request."""
        return "bitmaps" if self._bitmaps.ready and self.breaker.closed and self._wanted() else "sql"

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        with ExitStack() as stack:
            if self.serving == "sql":
                yield stack.enter_context(self._sql.snapshot())
            else:
                first = stack.enter_context(self._bitmaps.snapshot())
                yield _Guarded(first, lambda: stack.enter_context(self._sql.snapshot()), self.breaker)


class _Guarded:
    """A bitmap snapshot until it fails, an SQL snapshot from then on."""

    def __init__(self, first: Snapshot, second: Callable[[], Snapshot], breaker: Breaker) -> None:
        self._current = first
        self._second: Callable[[], Snapshot] | None = second
        self._breaker = breaker
        self._revision = first.revision

    @property
    def revision(self) -> int:
        """That of the bitmaps, also after a change of engine: what it names may be fresher, never older."""
        return self._revision

    def page(self, query: Query, sort: Sort, window: Window, viewer: Viewer) -> Slice:
        return self._ask(lambda snap: snap.page(query, sort, window, viewer))

    def count(self, query: Query, viewer: Viewer) -> Count:
        return self._ask(lambda snap: snap.count(query, viewer))

    def facets(self, requests: Sequence[FacetRequest], viewer: Viewer) -> tuple[Facet, ...]:
        return self._ask(lambda snap: snap.facets(requests, viewer))

    def position(self, item_id: int, query: Query, sort: Sort, viewer: Viewer) -> int | None:
        return self._ask(lambda snap: snap.position(item_id, query, sort, viewer))

    def rail(self, query: Query, sort: Sort, marks: int, viewer: Viewer) -> Rail:
        return self._ask(lambda snap: snap.rail(query, sort, marks, viewer))

    def entities(self, request: EntityRequest, window: Window, viewer: Viewer) -> EntityPage:
        return self._ask(lambda snap: snap.entities(request, window, viewer))

    def tallies(self, kind: EntityKind, ids: Sequence[int], query: Query, viewer: Viewer, *, via_persons: bool = True) -> tuple[Tally, ...]:
        return self._ask(lambda snap: snap.tallies(kind, ids, query, viewer, via_persons=via_persons))

    def totals(self, query: Query, viewer: Viewer) -> tuple[Totals, ...]:
        return self._ask(lambda snap: snap.totals(query, viewer))

    def similar(self, item_id: int, query: Query, start: int, size: int, viewer: Viewer) -> Similar:
        return self._ask(lambda snap: snap.similar(item_id, query, start, size, viewer))

    def suited(self, wanted: Sequence[Wanted], pivot: int, query: Query, viewer: Viewer) -> Suited:
        return self._ask(lambda snap: snap.suited(wanted, pivot, query, viewer))

    def _ask(self, question: Callable[[Snapshot], Answer]) -> Answer:
        if self._second is None:
            return question(self._current)
        try:
            answer = question(self._current)
        except LongshelfError:
            raise
        except Exception as error:  # the boundary between the engines: whatever broke, the reader gets his answer from the other
            self._breaker.trip(error)
            self._current, self._second = self._second(), None
            return question(self._current)
        self._breaker.succeed()
        return answer
