"""When to ask a feed again: as often as it has something new, as seldom as it asks for, later after each failure.

The rules: from SHORTEST to LONGEST; the gap between its own entries says how often, its hints and the server's freshness only make it less
often; hours and days at which it has nothing are passed over; failures double the wait, with a part left to chance so that many feeds of
one server do not come back at once."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median

from longshelf.model.times import SECOND
from longshelf.sources.feed.document import Document, Hints

SHORTEST = 300  # seconds
LONGEST = 86_400
UNKNOWN = 3_600  # of a feed without dates
GAPS = 20  # newest entries whose gaps are looked at
_QUARTER = 4  # questions between two entries, so that one is seen soon after it came


def every_seconds(document: Document, now: int, max_age: int | None = None) -> int:
    """How long to wait after a good answer."""
    wanted = [_own(sorted((entry.at for entry in document.entries if entry.at is not None and entry.at <= now), reverse=True)[:GAPS], now)]
    wanted.extend(each for each in (document.hints.every_seconds, max_age) if each is not None)
    return _within(max(wanted))


def after_failure(failures: int, every: int, asked_for: int | None, chance: random.Random) -> int:
    """How long to wait after so many failures in a row; `asked_for` is what the server said."""
    doubled = min(LONGEST, max(SHORTEST, every) * 2 ** min(failures - 1, 10))
    return max(asked_for or 0, _within(round(doubled * chance.uniform(0.75, 1.25))))


def next_at(now: int, seconds: int, hints: Hints) -> int:
    """The moment, outside the hours and days the feed asks to leave out; a feed that leaves out all of them is asked once a day."""
    moment = now + seconds * SECOND
    for _ in range(8 * 24):
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment)
        if at.hour not in hints.skip_hours and at.weekday() not in hints.skip_days:
            return moment
        moment = (moment // (3_600 * SECOND) + 1) * 3_600 * SECOND
    return now + LONGEST * SECOND


def _own(newest: Sequence[int], now: int) -> int:
    """From the entries' moments, the newest first. A feed that has fallen silent is asked less and less."""
    if not newest:
        return UNKNOWN
    gaps = [(later - earlier) / SECOND for later, earlier in pairwise(newest) if later > earlier]
    usual = median(gaps) if gaps else LONGEST
    silence = (now - newest[0]) / SECOND
    return round(max(usual, silence / 2 if silence > 2 * usual else 0) / _QUARTER)


def _within(seconds: int) -> int:
    return min(LONGEST, max(SHORTEST, seconds))
