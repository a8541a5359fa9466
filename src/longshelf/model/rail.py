"""How a scroll rail names places in a long list. A label stands for a run of neighbours in the sort, so labels come in the order of the
items, and there are never more of them than asked for."""

from collections.abc import Iterable

from longshelf.model.engine import Mark
from longshelf.model.sorts import Sort

NO_LABEL = "—"  # the run of items without a value

_MINUTES = (1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 360, 480, 600, 900, 1200)
_MEGABYTES = (1, 2, 5, 10, 20, 50, 100, 200, 500)

# Lower ends and what to call what lies from there to the next one; below the first it is called by `BELOW`.
STEPS: dict[str, tuple[tuple[float, str], ...]] = {
    "duration": tuple((60.0 * minutes, f"{minutes} min" if minutes < 60 else f"{minutes / 60:g} h") for minutes in _MINUTES),
    "size": (
        *((float(n * 2**20), f"{n} MiB") for n in _MEGABYTES),
        *((float(n * 2**30), f"{n} GiB") for n in (1, 2, 5, 10, 20, 50, 100)),
    ),
    "pages": tuple((float(n), str(n)) for n in (10, 20, 50, 100, 150, 200, 250, 300, 400, 500, 700, 1000, 2000)),
    "rating": tuple((float(n), str(n)) for n in range(10, 101, 10)),
    "width": tuple((float(n), str(n)) for n in (320, 640, 960, 1280, 1920, 2560, 3840, 5120, 7680)),
    "height": tuple((float(n), str(n)) for n in (240, 360, 480, 720, 1080, 1440, 2160, 2880, 4320)),
}
BELOW = {name: f"< {steps[0][1]}" for name, steps in STEPS.items()}


def label(sort: Sort, bucket: str | int | None) -> str:
    """The words for a bucket: a month "2024-05", a year "2024", a first letter, or the number of a step (-1: below the first)."""
    if bucket is None:
        return NO_LABEL
    if isinstance(bucket, int):
        return BELOW[sort.name] if bucket < 0 else STEPS[sort.name][bucket][1]
    if sort.field.labels != "letter":
        return bucket
    first = bucket[:1]
    return "0-9" if first.isdecimal() else first.upper() if first.isalpha() else "#"


def marks(runs: Iterable[tuple[str, int]], limit: int) -> tuple[int, tuple[Mark, ...]]:
    """The total and at most `limit` marks from (label, number of items) in list order: neighbours of one label are one, and where labels
    crowd, those at least a `limit`th of the list apart stay."""
    total = 0
    found: list[Mark] = []
    for name, count in runs:
        if count and (not found or found[-1].label != name):
            found.append(Mark(total, name))
        total += count
    kept: list[Mark] = []
    for mark in found:
        if not kept or (mark.pos - kept[-1].pos) * limit >= total:
            kept.append(mark)
    return total, tuple(kept[: max(limit, 0)])
