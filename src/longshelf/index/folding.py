"""A new base made from an old one and the items that changed since, without reading the others from the store: seconds instead of minutes.

Items keep their ordinals. One that went leaves a hole, which it fills again should it come back; new ones come behind the last, for ids
only grow. So what did not change is copied, in order, and the rest is merged in. What cannot be merged so is Unfoldable: then the base is
built anew from the store. Arrays are made one after the other; no more than a few as long as the base are held at a time."""

from collections.abc import Callable, Sequence
from functools import partial

from longshelf.index import bitmaps
from longshelf.index.bitmaps import Ints
from longshelf.index.building import Progress, nothing_said, put_names
from longshelf.index.changed import Rows
from longshelf.index.folding_fields import fold_numbers, fold_texts
from longshelf.index.folding_links import fold_links
from longshelf.index.folding_places import Places, placed
from longshelf.index.segment import BOTH, FLAGS, NUMBER_FIELDS, ORDERED, TEXT_FIELDS, Put, Segment, number_column
from longshelf.model.kinds import EntityKind

CHANGED_MOST = 0.25  # of the places of a base; merging more is no cheaper than building

Named = Callable[[EntityKind], Sequence[int]]


def few_enough(base: Segment, changed: int) -> bool:
    """Whether so many changed items are worth merging."""
    return changed <= CHANGED_MOST * base.count


def fold(  # noqa: PLR0917 - what was, what changed, where to
    base: Segment, changed: Ints, rows: Rows, named: Named, put: Put, progress: Progress = nothing_said
) -> int:
    """The arrays of a base in which `rows` stand for the `changed` ids (ascending); those of them without a row are gone. `named` gives the
    entities of a kind in the order of their names, as they are when it is asked: not earlier than the rows were read. How many items
    there are. Unfoldable."""
    places = placed(base, changed, rows.ids, put)
    steps: dict[str, Callable[[], None]] = {}
    for name in NUMBER_FIELDS:
        steps[name] = partial(_fold_numbers, base, name, rows, places, put)
    for name, column in TEXT_FIELDS.items():
        steps[name] = partial(fold_texts, put, name, base.fields[name], rows.texts[column], places)
    for kind in EntityKind:
        steps[f"link.{kind}"] = partial(_fold_links, base, kind, rows, places, named, put)
    for name in FLAGS:
        steps[f"flag.{name}"] = partial(_fold_flag, base, name, rows, places, put)
    for done, (step, work) in enumerate(steps.items()):
        progress(step, done / len(steps))
        work()
    progress("done", 1.0)
    return places.count - int(places.holes.sum())


def _fold_numbers(base: Segment, name: str, rows: Rows, places: Places, put: Put) -> None:
    column = number_column(name, rows.numbers)
    fold_numbers(put, name, base.fields[name], column, places, ordered=name in ORDERED, counted=name in BOTH)


def _fold_flag(base: Segment, name: str, rows: Rows, places: Places, put: Put) -> None:
    now = bitmaps.of(places.ordinals[rows.numbers[name] != 0])
    put(f"flag.{name}", bitmaps.freeze(base.flags[name] - bitmaps.of(places.stale) | now))


def _fold_links(  # noqa: PLR0917 - one step of a fold
    base: Segment, kind: EntityKind, rows: Rows, places: Places, named: Named, put: Put
) -> None:
    items, entities, roles = rows.links.of_kind(kind)
    carried = fold_links(put, kind, base.arrays, (places.ordinals[items], entities, roles), places)
    by_name = list(named(kind))
    known = set(by_name)
    # An entity that went after its items were read is touched by a later change, which puts it right.
    put_names(put, kind, [*by_name, *(each for each in carried.tolist() if each not in known)])
