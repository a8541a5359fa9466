"""Stash's stamps: text with the host's own offset, compared by Stash byte by byte and so compared here in the same way.

The rules: a question about time is asked in the form of the stamps that were seen; the newest one seen is the watermark; our own clock
only measures how long something took, never what time it is there. Parsed instants are for display and order, not for questions."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import msgspec

SECOND = 1_000_000
HOUR = 3600 * SECOND
OVERLAP = 26 * HOUR  # a host may be moved from one end of the time zones to the other
SHORT_OVERLAP = 3 * HOUR  # the end of summer time, and a transaction that took two hours to commit
SETTLING = 5 * SECOND
SLACK = 300 * SECOND  # how far ahead of the server's own clock a stamp may be and still be believed
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Watermark(msgspec.Struct, frozen=True):
    """`text` is the greatest stamp seen of a kind. `seen_at` is when the walk that first saw it had ended, `begun_at` when the newest
    walk over the kind began: both by our clock, in microseconds, only ever subtracted from each other."""

    text: str
    seen_at: int
    begun_at: int

    def since(self, *, overlap: int = OVERLAP, server_now: int | None = None) -> str:
        """The stamp after which to ask, in the same textual form.

        What was committed since the last walk began may be stamped as much as `overlap` earlier than the watermark suggests. The time
        between the two moments pays for a part of it: a watermark that is old by then needs no overlap."""
        back = max(0, overlap - (self.begun_at - self.seen_at))
        ahead = 0 if server_now is None else max(0, (instant(self.text) or 0) - server_now - SLACK)
        return earlier(self.text, back + (overlap + ahead if ahead else 0))


def instant(stamp: str | None) -> int | None:
    """Microseconds since 1970 UTC; None for what is no stamp. Without an offset it is taken for UTC."""
    match = _STAMP.fullmatch(stamp or "")
    if match is None:
        return None
    day, time, fraction, offset = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{time}{(fraction or '')[:7]}{offset or '+00:00'}")
    except ValueError:
        return None
    return (moment - _EPOCH) // timedelta(microseconds=1)


def earlier(stamp: str, micros: int) -> str:
    """The stamp so much earlier on the same clock, in the same form: offset, and letter between day and time. Whole seconds, down."""
    match = _STAMP.fullmatch(stamp)
    if match is None:
        return stamp
    day, time, _, offset = match.groups()
    try:
        local = datetime.fromisoformat(f"{day}T{time}") - timedelta(microseconds=micros)
    except (OverflowError, ValueError):
        return stamp
    return f"{local.year:04d}{local:-%m-%d}{stamp[10]}{local:%H:%M:%S}{offset or ''}"


def server_time(date_header: str | None) -> int | None:
    """The server's own clock, from the Date header of its answer."""
    if not date_header:
        return None
    try:
        moment = parsedate_to_datetime(date_header)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // timedelta(microseconds=1)


def believable(stamp: str, server_now: int | None) -> bool:
    """Whether the stamp may become a watermark: one from the future would hide everything that comes before that day."""
    moment = instant(stamp)
    return moment is not None and (server_now is None or moment <= server_now + SLACK)


def settled(stamp: str, mark: "Watermark | None", now: int) -> bool:
    """Whether a second edit could no longer bear the same stamp: only then does an equal stamp mean an unchanged row. The server's clock
    had passed the watermark when that was first seen, and some seconds of ours have gone by since."""
    moment, passed = instant(stamp), instant(mark.text) if mark else None
    return moment is not None and passed is not None and mark is not None and moment <= passed and now - mark.seen_at >= SETTLING
