"""Items for lists that say something more about each: which of them a viewer may see, and their cards with his own words.

An engine answers as of its snapshot, rows are read as they are now: where somebody has a mask, what he is shown is judged again in the
transaction that reads it (see `hydrating`)."""

from collections.abc import Iterable, Sequence

from longshelf.catalog import pages
from longshelf.catalog.hydrating import Hydrating
from longshelf.model.engine import Offset, Snapshot
from longshelf.model.query import IdIs, both
from longshelf.model.sorts import Sort
from longshelf.model.viewer import Viewer
from longshelf.store import reading, restrictions
from longshelf.store.database import Database, Transaction
from longshelf.store.engine.sql import SqlSnapshot
from longshelf.store.hot import HotReads
from longshelf.visibility.visibility import Mask, Visibility


class Showing:
    """Safe to share between threads."""

    def __init__(self, database: Database, hot: HotReads | None = None, visibility: Visibility | None = None) -> None:
        """`hot` and `visibility` may be shared with others (default: its own)."""
        self._hot = hot or HotReads(database)
        self._visibility = visibility or Visibility(database, self._hot)
        self._hydrating = Hydrating(database, self._hot, self._visibility)

    def mask(self, viewer: Viewer, snapshot: Snapshot) -> Mask:
        """What the viewer may see of the snapshot: to be ANDed to whatever is asked of it."""
        return self._visibility.mask(viewer, snapshot)

    def visible(self, viewer: Viewer, snapshot: Snapshot, mask: Mask, ids: Iterable[int]) -> set[int]:
        """Which of these items the viewer may see by the snapshot."""
        wanted = tuple(sorted(set(ids)))
        if not wanted:
            return set()
        return set(snapshot.page(both(IdIs(wanted), mask.query), Sort("id"), Offset(0, len(wanted)), viewer).ids)

    def still(self, connection: Transaction, viewer: Viewer, mask: Mask, ids: Sequence[int], revision: int | None = None) -> list[int]:
        """Those of the items, visible by a snapshot of `revision` under `mask`, that are so by what the connection sees, in their order.
        They are not judged again where the connection sees the very same state and rules."""
        if not mask.restricts or not ids or self._unchanged(connection, viewer, mask, revision):
            return list(ids)
        return self._hydrating.seen(connection, viewer, ids)

    def hidden(self, connection: Transaction, viewer: Viewer, mask: Mask) -> frozenset[int]:
        """Entities that may not be named, by the mask or by what the connection sees."""
        return self._visibility.mask(viewer, SqlSnapshot(connection)).hidden | mask.hidden if mask.restricts else mask.hidden

    def _unchanged(self, connection: Transaction, viewer: Viewer, mask: Mask, revision: int | None) -> bool:
        now = SqlSnapshot(connection)
        return now.revision == revision and self._visibility.mask(viewer, now).name == mask.name

    def items(
        self, connection: Transaction, viewer: Viewer, mask: Mask, ids: Sequence[int], revision: int | None = None
    ) -> dict[int, bytes]:
        """Cards with the viewer's own words, encoded, by item; without those he may not see by now."""
        user_id = viewer.user_id or 0
        if mask.restricts:
            cards = restrictions.cards(connection, self.still(connection, viewer, mask, ids, revision))
        else:
            cards = reading.cards(self._hot, ids)
        mine = reading.mine(connection, user_id, ids)
        return {each: pages.joined([each], cards, mine)[1:-1] for each in ids if each in cards}
