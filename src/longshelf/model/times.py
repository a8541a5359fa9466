"""Instants: microseconds since 1970 UTC inside, RFC 3339 UTC outside. Nothing here reads the clock; callers pass it in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], int]  # microseconds since 1970 UTC

SECOND = 1_000_000
DAY = 24 * 60 * 60 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE = datetime(1970, 1, 1)  # noqa: DTZ001 - written without its zone, which takes half as long


def rfc3339(micros: int | None) -> str | None:
    """ "2024-05-01T10:00:00.250000Z"; the fraction is left out when it is zero. Out of datetime's range -> None."""
    if micros is None:
        return None
    try:
        moment = _NAIVE + timedelta(microseconds=micros)
    except OverflowError:
        return None
    return f"{moment.isoformat()}Z"


def from_rfc3339(text: str) -> int:
    """Microseconds of an RFC 3339 text; a date alone is its midnight, a missing zone means UTC. ValueError when it is neither."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round((moment - _EPOCH) / timedelta(microseconds=1))
