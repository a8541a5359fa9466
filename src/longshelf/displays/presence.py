"""Whether a player is there, and where it is in what it plays: one threshold for everybody, and one clock, the server's.

A word of a player is written down at most every few seconds, together with what other players said meanwhile: a thousand of them cost one
small transaction."""

import threading
from collections.abc import Callable
from typing import Protocol

from longshelf.model.times import SECOND
from longshelf.store import displays
from longshelf.store.database import Database, Transaction
from longshelf.store.displays import DisplayRow

POLL_SECONDS = 8.0  # how often a player speaks, at the latest
ONLINE_SECONDS = 30.0  # after its last word: three of them may be lost
WRITE_SECONDS = 6.0  # between two words that are written down; what was written last stays within the threshold
GRACE_SECONDS = 20.0  # beyond its length, until a slot is taken for stuck: loading takes time

_ONLINE = round(ONLINE_SECONDS * SECOND)

Later = Callable[[Callable[[], object]], None]


def seen_since(now: int) -> int:
    """Who was heard of at this time or later is online."""
    return now - _ONLINE


class Heard(Protocol):
    """What of a display's row says whether its player is there."""

    @property
    def last_seen_at(self) -> int | None: ...


class Playing(Heard, Protocol):
    """And where it is in what it plays."""

    @property
    def state(self) -> str: ...
    @property
    def position(self) -> float: ...
    @property
    def position_at(self) -> int: ...
    @property
    def due_at(self) -> int | None: ...


def is_online(row: Heard, now: int) -> bool:
    return row.last_seen_at is not None and row.last_seen_at >= seen_since(now)


def passed(row: Playing, seconds: float, now: int) -> float:
    """How many of the current slot's `seconds` have passed. Nothing passes where nobody is heard of."""
    if row.state != displays.PLAYING or row.due_at is None:
        return min(row.position, seconds)
    until = min(now, (row.last_seen_at or 0) + _ONLINE)
    return min(row.position + max(until - row.position_at, 0) / SECOND, seconds)


def due_at(now: int, seconds: float, position: float) -> int:
    """When a slot that goes on at `position` should long have ended."""
    return now + round((max(seconds - position, 0.0) + GRACE_SECONDS) * SECOND)


class Presence:
    """Safe to share between threads. `later` runs a small write in the background."""

    def __init__(self, database: Database, later: Later) -> None:
        self._database = database
        self._later = later
        self._turn = threading.Lock()
        self._heard: set[int] = set()
        self._writing = False

    def hear(self, row: DisplayRow) -> None:
        """Its player spoke just now."""
        now = self._database.clock()
        if row.last_seen_at is not None and now - row.last_seen_at < WRITE_SECONDS * SECOND:
            return
        with self._turn:
            self._heard.add(row.id)
            if self._writing:
                return
            self._writing = True
        try:
            self._later(self._write)
        except RuntimeError:  # the process stops
            with self._turn:
                self._writing = False

    def _write(self) -> None:
        """Until nobody has spoken who is not written down."""
        while True:
            with self._turn:
                heard = frozenset(self._heard)
                self._heard.clear()
                if not heard:
                    self._writing = False
                    return
            try:
                note(self._database, heard)
            except BaseException:
                with self._turn:
                    self._writing = False
                raise


def note(database: Database, ids: frozenset[int]) -> None:
    """Writes down that these were heard of just now. Those that had been away are told of, and their slots get their time anew."""
    now = database.clock()
    with database.write_quietly() as connection:
        displays.see(connection, ids, now)
        returned = [row for row in displays.back(connection, seen_since(now)) if row.id in ids]
        for row in returned:
            return_of(connection, row, now)
        displays.tell(connection, [row.id for row in returned])


def return_of(connection: Transaction, row: DisplayRow, now: int) -> None:
    """It was away: the time of what it plays goes on from here."""
    values = {"online": 1, "position_at": now}
    if row.due_at is not None:
        left = max(row.due_at - row.position_at, round(GRACE_SECONDS * SECOND))
        values["due_at"] = now + left
    displays.change(connection, row.id, **values)
