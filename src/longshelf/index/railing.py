"""Rail labels of a listing: the values at which a label begins, in base and delta, and how many items lie below each."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from longshelf.index.listing import Listing
from longshelf.index.values import Values
from longshelf.model.engine import Rail
from longshelf.model.rail import NO_LABEL, STEPS, label, marks
from longshelf.model.sorts import Sort

_MICROSECONDS = 1_000_000
_LAST_SECOND = 253_402_300_799  # of the year 9999; databases have no names for later months


def rail(listing: Listing, sort: Sort, values: list[Values], limit: int) -> Rail:
    """At most `limit` marks. `values` are the distinct ones of each part."""
    begins: dict[Any, str] = {}
    for each in values:
        begins.update(_begins(sort, each))
    ordered = sorted(begins)
    indexes = [*(listing.below(value) for value in ordered), listing.valued]
    runs = [(begins[value], indexes[place + 1] - indexes[place]) for place, value in enumerate(ordered)]
    if sort.descending:
        runs.reverse()
    total, found = marks([*runs, (NO_LABEL, listing.total - listing.valued)], limit)
    return Rail(total, found)


def _begins(sort: Sort, values: Values) -> Iterator[tuple[Any, str]]:
    """(value, label) wherever a label begins."""
    place = 0
    while place < len(values):
        value = values.at(place)
        name, place_after = _bucket(sort, value, values)
        yield value, name
        place = max(place_after, place + 1)


def _bucket(sort: Sort, value: Any, values: Values) -> tuple[str, int]:
    """The label of a value, and how many distinct values lie at or below the end of its stretch."""
    match sort.field.labels:
        case "month":
            return _month(value, values)
        case "year":
            return _beginning(sort, value, 4, values)
        case "letter":
            return _beginning(sort, value, 1, values)
        case _:
            lows = [low for low, _ in STEPS[sort.name]]
            step = sum(low <= value for low in lows) - 1
            return label(sort, step), values.below(lows[step + 1]) if step + 1 < len(lows) else len(values)


def _beginning(sort: Sort, value: str, length: int, values: Values) -> tuple[str, int]:
    begin = value[:length]
    return label(sort, begin), values.below(begin + "\U0010ffff") if len(begin) == length else values.upto(value)


def _month(value: int, values: Values) -> tuple[str, int]:
    second = int(value / _MICROSECONDS) if abs(value) < 2**53 else -(-value // _MICROSECONDS) if value < 0 else value // _MICROSECONDS
    if second > _LAST_SECOND:
        return NO_LABEL, len(values)
    month = datetime.fromtimestamp(second, UTC)
    following = (
        datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=UTC) if month.year < 9999 or month.month < 12 else None
    )
    end = _LAST_SECOND + 1 if following is None else int(following.timestamp())
    # Databases cut fractions of seconds towards zero, so before 1970 a month begins just after its first second's predecessor.
    return month.strftime("%Y-%m"), values.below(end * _MICROSECONDS if end > 0 else (end - 1) * _MICROSECONDS + 1)
