"""BitmapEngine: the engine contract answered from bitmaps and rank arrays, whose cost does not grow with the depth of a page."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from longshelf.errors import StoreUnavailable
from longshelf.index.following import Follower
from longshelf.index.snapshot import BitmapSnapshot
from longshelf.store.database import Database, Transaction


class BitmapEngine:
    """Serves the newest state of its follower. StoreUnavailable from `snapshot` while there is none: another engine must answer then."""

    def __init__(self, database: Database, follower: Follower) -> None:
        self._database = database
        self._follower = follower

    @property
    def ready(self) -> bool:
        return self._follower.state is not None

    @contextmanager
    def snapshot(self) -> Iterator[BitmapSnapshot]:
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
