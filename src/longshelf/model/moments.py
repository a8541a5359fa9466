"""Times as people write them in filters: RFC 3339, or a date that stands for the whole of its day, month or year."""

import re
from datetime import UTC, datetime, timedelta

from longshelf.errors import BadQuery
from longshelf.model.times import from_rfc3339

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def moment(text: str, *, end: bool = False, field: str = "time") -> int:
    """Microseconds since 1970 UTC. A date means its first moment, or with `end` its last one; a time without a zone is UTC.
    Raises BadQuery, naming `field`."""
    try:
        found = _DATE.fullmatch(text)
        if found is None:
            return from_rfc3339(text)
        year, month, day = (int(part) if part else None for part in found.groups())
        first = datetime(year or 0, month or 1, day or 1, tzinfo=UTC)
        return (_following(first, month, day) - _EPOCH) // _MICROSECOND - 1 if end else (first - _EPOCH) // _MICROSECOND
    except (ValueError, OverflowError):
        raise BadQuery(
            field, f"{text!r} is not a time such as 2024-05-01T12:00:00Z, or a date such as 2024-05-01, 2024-05 or 2024"
        ) from None


def _following(first: datetime, month: int | None, day: int | None) -> datetime:
    """The first moment after the day, month or year that begins at `first`."""
    if day is not None:
        return first + timedelta(days=1)
    if month is not None and month < 12:
        return first.replace(month=month + 1)
    return first.replace(year=first.year + 1, month=1)
