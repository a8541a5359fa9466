"""How many items blocks may draw from, each for one person: exactly, or not at all.

Where the index answers it counts at once, all blocks on one snapshot. Where it does not (it is not built yet, or SQL is wanted), a request
never waits for a count: it is told what a job has counted for the very same state, else that nobody knows, and the job is asked."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import structlog

from longshelf.catalog.showing import Showing
from longshelf.model import query as tree
from longshelf.model.engine import Engine, Snapshot
from longshelf.model.query import Nothing, Query, both, digest
from longshelf.model.times import SECOND
from longshelf.model.viewer import Viewer
from longshelf.store import block_counts
from longshelf.store.database import Database
from longshelf.store.engine.sql import SqlSnapshot
from longshelf.tasks import block_counts as job
from longshelf.visibility.visibility import Mask

Later = Callable[[Callable[[], object]], object]
_log = structlog.get_logger(__name__)


class Asked(NamedTuple):
    """For whom, and of what."""

    viewer: Viewer
    query: Query


class Masks:
    """Of one snapshot, each viewer's asked for once."""

    def __init__(self, showing: Showing, snapshot: Snapshot) -> None:
        self._showing = showing
        self._snapshot = snapshot
        self._made: dict[Viewer, Mask] = {}

    def of(self, viewer: Viewer) -> Mask:
        if viewer not in self._made:
            self._made[viewer] = self._showing.mask(viewer, self._snapshot)
        return self._made[viewer]


class Counting:
    """Safe to share between threads."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        showing: Showing,
        *,
        indexed: Callable[[], bool] = lambda: True,
        later: Later = lambda work: work(),
    ) -> None:
        """`indexed` says whether the engine counts at once and exactly now; `later` runs a small change that nobody waits for."""
        self._database = database
        self._engine = engine
        self._showing = showing
        self.indexed = indexed
        self._later = later

    def counts(self, asked: Sequence[Asked]) -> list[int | None]:
        """In their order; None where it is not known."""
        if not asked:
            return []
        return self._now(asked) if self.indexed() else self._kept(asked)

    def _now(self, asked: Sequence[Asked]) -> list[int | None]:
        with self._engine.snapshot() as snapshot:
            masks = Masks(self._showing, snapshot)
            return [counted(snapshot, each, masks.of(each.viewer)) for each in asked]

    def _kept(self, asked: Sequence[Asked]) -> list[int | None]:
        """What the job has counted. It is asked for the rest, once for each state."""
        named = [(each.viewer.user_id or 0, digest(each.query)) for each in asked]
        with self._database.read() as connection:
            snapshot = SqlSnapshot(connection)
            masks = Masks(self._showing, snapshot)
            states = [
                job.state_of(connection, user_id, snapshot, masks.of(each.viewer), each.query)
                for (user_id, _), each in zip(named, asked, strict=True)
            ]
            rows = block_counts.kept(connection, sorted({each for _, each in named}))
        oldest = self._database.clock() - job.KEPT_SECONDS * SECOND
        found: list[int | None] = []
        wanted: dict[tuple[int, str], str] = {}
        for name, state, each in zip(named, states, asked, strict=True):
            if isinstance(each.query, Nothing) or not each.viewer.known:
                found.append(0)
                continue
            row = rows.get(name)
            known = row is not None and row.state == state and (row.counted_at or 0) > oldest
            found.append(row.value if row is not None and known else None)
            if not known or (row is not None and row.asked_at < oldest + job.KEPT_SECONDS * SECOND // 2):
                wanted[name] = tree.to_json(each.query).decode()
        if wanted:
            self._later(lambda: self._ask([(*name, query) for name, query in sorted(wanted.items())]))
        return found

    def _ask(self, asked: Sequence[tuple[int, str, str]]) -> None:
        with self._database.write_quietly() as connection:
            job.request(connection, asked, self._database.clock())


def counted(snapshot: Snapshot, asked: Asked, mask: Mask) -> int | None:
    """None for a failure and for an estimate: neither is a number to show."""
    try:
        found = snapshot.count(both(asked.query, mask.query), asked.viewer)
    except Exception as error:  # the boundary: one count that fails must not take the page with it
        _log.warning("count failed", user=asked.viewer.user_id, reason=f"{type(error).__name__}: {error}")
        return None
    return None if found.is_estimate else found.value
