"""BitmapEngine: the engine contract answered from bitmaps and rank arrays, whose cost does not grow with the depth of a page."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from longshelf.errors import StoreUnavailable
from longshelf.index.following import Follower
from longshelf.index.snapshot import BitmapSnapshot
from longshelf.store.database import Database, Transaction
from longshelf.store.hot import HotReads


class BitmapEngine:
    """Serves the newest state of its follower. StoreUnavailable from `snapshot` while there is none: another engine must answer then."""

    def __init__(self, database: Database, follower: Follower, *, hot: HotReads | None = None) -> None:
        """With `hot`, each snapshot first looks whether something was committed; without, the follower alone decides when to look."""
        self._database = database
        self._follower = follower
        self._hot = hot

    @property
    def ready(self) -> bool:
        return self._follower.state is not None

    @contextmanager
    def snapshot(self) -> Iterator[BitmapSnapshot]:
        if self._hot is not None:
            self._follower.keep_up(self._hot)
        state = self._follower.state
        if state is None:
            raise StoreUnavailable("The index is being built.")
        with ExitStack() as stack:
            opened: list[Transaction] = []

            def reading() -> Transaction:
                if not opened:
                    opened.append(stack.enter_context(self._database.read()))
                return opened[0]

            yield BitmapSnapshot(state, reading)
