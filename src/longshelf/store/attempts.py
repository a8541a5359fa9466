"""Failed attempts to get in, counted for all processes together. An attempt counts as failed from before it is judged: many sent at once
could otherwise all be tried before the first of them is counted.

Keys are digests: what was typed as a name may be a password."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from longshelf.model.times import SECOND
from longshelf.store.database import run
from longshelf.store.hot import HotReads

FORGOTTEN = 3_600 * SECOND  # after the last failure; longer than the longest wait


class Watched(NamedTuple):
    """What failures are counted for. `free` of them cost nothing; from then on each doubles the wait, up to `longest` seconds."""

    key: bytes
    free: int
    longest: int

    def wait(self, failures: int) -> int:
        """Microseconds after so many failures in a row."""
        beyond = failures - self.free
        return 0 if beyond < 0 else SECOND * min(self.longest, 2 ** min(beyond + 1, 30))


def begin(connection: Connection, watched: Sequence[Watched], at: int) -> int:
    """0 when it may be tried now, and then it is counted as failed. Else the microseconds to wait, and it is not counted."""
    watched = sorted(watched)  # one order for all, so that two attempts never wait for each other
    for each in watched:
        run(
            connection, "INSERT INTO attempt (key, failures, last_at, until) VALUES (?, 0, ?, 0) ON CONFLICT (key) DO NOTHING", each.key, at
        )
    found = {each.key: _locked(connection, each.key) for each in watched}
    wait = max(until for _, _, until in found.values()) - at
    if wait > 0:
        return wait
    for each in watched:
        failures, last_at, _ = found[each.key]
        count = (0 if last_at < at - FORGOTTEN else failures) + 1
        text = "UPDATE attempt SET failures = ?, last_at = ?, until = ? WHERE key = ?"
        pause = each.wait(count)
        run(connection, text, count, at, at + pause if pause else 0, each.key)  # 0: clocks were read before the turn, in any order
    return 0


def waiting(hot: HotReads, key: bytes, at: int) -> int:
    """The microseconds to wait, 0 when it may be tried now. Nothing is counted."""
    found = hot.rows("SELECT until FROM attempt WHERE key = ?", key)
    return max(found[0][0] - at, 0) if found else 0


def succeed(connection: Connection, pair: Watched, others: Sequence[Watched], at: int) -> None:
    """The attempt begun at `at` was right: what was held against the pair is forgotten, and the others are as they were before it."""
    run(connection, "DELETE FROM attempt WHERE key = ?", pair.key)
    for each in sorted(others):
        text = """UPDATE attempt SET failures = failures - 1, until = CASE WHEN last_at = ? THEN 0 ELSE until END
            WHERE key = ? AND failures > 0"""
        run(connection, text, at, each.key)


def prune(connection: Connection, at: int) -> int:
    """Forgets failures that no longer count; how many."""
    return run(connection, "DELETE FROM attempt WHERE last_at < ?", at - FORGOTTEN).rowcount


def _locked(connection: Connection, key: bytes) -> tuple[int, int, int]:
    lock = " FOR UPDATE" if connection.dialect.name == "postgresql" else ""  # SQLite holds its write lock already
    failures, last_at, until = run(connection, f"SELECT failures, last_at, until FROM attempt WHERE key = ?{lock}", key).one()
    return failures, last_at, until
