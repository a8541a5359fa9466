"""Making what stands in a base (`standing`), from its other arrays: after a build and after every fold, for it costs seconds where merging
the old counts would cost thought. The rule: it is never worth a base; where it fails, the base is written without."""

from itertools import pairwise

import numpy as np
import structlog

from longshelf.errors import Cancelled
from longshelf.index.bitmaps import Array
from longshelf.index.building import Progress
from longshelf.index.fields import Field
from longshelf.index.postings import Postings
from longshelf.index.segment import Put, Segment
from longshelf.index.standing import KINDS, at_ranks
from longshelf.index.values import Arrays
from longshelf.model.kinds import EntityKind
from longshelf.model.query import RANGE_FIELDS

SHARE = 0.02  # of all places, from which on an entity's items are a whole
ROWS_MOST = 128  # such entities
STEPS = 64  # between the milestones of a field that has an order
VALUES_MOST = 256  # of a field that has none, and a milestone at each value
ENTITIES_MOST = 4_096  # that are counted: then all that stands for a kind has at most 25 MiB
WORTH = 15_000.0  # µs of counting half of all items
FIELDS = (*RANGE_FIELDS, "kind", "library", "format")

_log = structlog.get_logger(__name__)


def put_standing(put: Put, arrays: Arrays, progress: Progress) -> None:
    """What stands for every kind over a base of these arrays; nothing for those that are counted cheaply. Stops where `progress` raises
    Cancelled."""
    try:
        base = Segment(arrays)
        for kind in EntityKind:
            mine = base.postings[kind]
            if len(mine.entities) <= ENTITIES_MOST and mine.cost(base.count // 2, base.count) >= WORTH:
                _put_kind(put, base, kind, progress)
    except Cancelled:
        raise
    except Exception as error:  # what is missing is counted when it is asked for
        _log.exception("counts that stand could not be made", reason=str(error))


def _put_kind(put: Put, base: Segment, kind: EntityKind, progress: Progress) -> None:
    progress("counts", 1.0)
    _put_rows(put, base, kind)
    mine = base.postings[kind]
    for name in FIELDS:
        progress("counts", 1.0)
        field = base.fields[name]
        if field.order is None and field.codes is not None:
            _put_values(put, kind, mine, name, field)
        else:
            _put_steps(put, kind, mine, name, field)


def _put_rows(put: Put, base: Segment, kind: EntityKind) -> None:
    mine = base.postings[kind]
    wholes = sorted(
        (-carried, entity_id, each)
        for each, held in ((each, base.postings[each]) for each in EntityKind)
        for carried, entity_id in zip(held.counts.tolist(), held.entities.tolist(), strict=True)
        if carried >= max(SHARE * base.count, 1)
    )[:ROWS_MOST]
    rows = [mine.tally(base.postings[each].linked((entity_id,), None), base.count) for _, entity_id, each in wholes]
    put(f"standing.{kind}.rows", np.array(rows, dtype=np.int32).reshape(len(rows), len(mine.entities)))
    whose = [(KINDS.index(each), entity_id) for _, entity_id, each in wholes]
    put(f"standing.{kind}.whose", np.array(whose, dtype=np.int64).reshape(-1, 2))  # last: without it nothing of it is read


def _put_steps(put: Put, kind: EntityKind, mine: Postings, name: str, field: Field) -> None:
    ranks = np.unique(np.linspace(0, field.valued, STEPS + 1).astype(np.int64))
    _put_field(put, kind, mine, name, ranks, [mine.counted(at_ranks(field, *span)) for span in pairwise(ranks.tolist())])


def _put_values(put: Put, kind: EntityKind, mine: Postings, name: str, field: Field) -> None:
    if len(field.values) > VALUES_MOST:
        return
    assert field.codes is not None
    ranks = np.array([field.start(place) for place in range(len(field.values) + 1)], dtype=np.int64)
    _put_field(put, kind, mine, name, ranks, [mine.counted(np.flatnonzero(field.codes == place)) for place in range(len(field.values))])


def _put_field(put: Put, kind: EntityKind, mine: Postings, name: str, ranks: Array, counts: list[Array]) -> None:  # noqa: PLR0917
    running = np.cumsum([np.zeros(len(mine.entities), dtype=np.int64), *counts], axis=0)
    put(f"standing.{kind}.field.{name}", running.astype(np.int32))
    put(f"standing.{kind}.ranks.{name}", ranks)
