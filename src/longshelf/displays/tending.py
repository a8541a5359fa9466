"""What is done for displays where nobody asks: slots that are stuck, players that went away, items that may not be seen any more, plans
that somebody asked for and did not live to make, and codes nobody claimed.

Any number of processes may tend at once; each finding is judged again under its display's lock."""

from collections.abc import Callable

import structlog

from longshelf.displays import presence
from longshelf.displays.changes import viewer_of
from longshelf.displays.screens import REMOVED, UNCLAIMED
from longshelf.displays.timeline import TimelineService
from longshelf.errors import LongshelfError, NotFound
from longshelf.model.times import SECOND
from longshelf.store import displays, slots
from longshelf.store.database import Database, Transaction
from longshelf.store.hot import HotReads

LOOK_SECONDS = 1.0
SWEEP_SECONDS = 600.0  # how often forgotten codes are looked for
_log = structlog.get_logger(__name__)


class Tending:
    """One thread's."""

    def __init__(self, database: Database, service: TimelineService, hot: HotReads) -> None:
        self._database = database
        self._timeline = service
        self._hot = hot
        self._standing: object = None
        self._sweep_at = 0

    def look(self) -> float:
        """Looks once: two statements, for all displays, while nothing is due. Seconds until the next look."""
        now = self._database.clock()
        due = displays.due(self._hot, now, presence.seen_since(now))
        if due.away:
            self._leave(due.away, now)
        for display_id in due.late:
            self._each(self._timeline.expire, display_id)
        for display_id in due.stale:
            self._each(self._timeline.look, display_id)
        self._look_at_items()
        if now >= self._sweep_at:
            self._sweep_at = now + round(SWEEP_SECONDS * SECOND)
            self._sweep(now)
        return LOOK_SECONDS

    def _leave(self, away: tuple[int, ...], now: int) -> None:
        """Everybody is told of players that are not heard of any more."""
        with self._database.write_quietly() as connection:
            held = displays.hold(connection, away)
            gone = [row.id for row in held if not presence.is_online(row, now)]
            for display_id in gone:
                displays.change(connection, display_id, online=0)
            displays.tell(connection, gone)

    def _look_at_items(self) -> None:
        """Where the catalogue or what people may see has changed: every slot whose item is not to be seen any more is replaced."""
        standing = displays.standings(self._hot)
        if standing == self._standing:
            return
        with self._database.read() as connection:
            hidden = [
                display_id
                for user_id, ids in slots.in_use(connection).items()
                for display_id in slots.displays_with(connection, user_id, self._hidden(connection, user_id, set(ids)))
            ]
        for display_id in hidden:
            self._each(self._timeline.look, display_id)
        self._standing = standing

    def _hidden(self, connection: Transaction, user_id: int, ids: set[int]) -> set[int]:
        return ids - self._timeline.visible(connection, viewer_of(connection, user_id), ids)

    def _sweep(self, now: int) -> None:
        with self._database.write_quietly() as connection:
            displays.forget_waiting(connection, now - UNCLAIMED)
            displays.forget_removed(connection, now - REMOVED)

    def _each(self, what: Callable[[int], object], display_id: int) -> None:
        """One display that cannot be helped must not keep the others from it."""
        try:
            what(display_id)
        except NotFound:  # it was removed meanwhile
            pass
        except LongshelfError as error:
            _log.warning("a display cannot be looked after", display=display_id, reason=str(error))
        except Exception:  # the boundary: whatever is wrong with this one
            _log.exception("looking after a display crashed", display=display_id)
