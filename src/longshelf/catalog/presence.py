"""Which entities are there for a viewer: those with an item he may see, and those that stand above one with such an item."""

from collections.abc import Mapping, Sequence
from itertools import chain

from longshelf.model.engine import Snapshot
from longshelf.model.kinds import EntityKind
from longshelf.model.viewer import Viewer
from longshelf.store import restrictions
from longshelf.store.database import Transaction
from longshelf.visibility.visibility import Mask


def carried(viewer: Viewer, snapshot: Snapshot, seen: Mask, by_kind: Mapping[EntityKind, Sequence[int]]) -> set[int]:
    """Those that have an item this viewer may see."""
    found: set[int] = set()
    for kind, ids in by_kind.items():
        tallies = snapshot.tallies(kind, ids, seen.query, viewer, via_persons=False)
        found.update(id_ for id_, tally in zip(ids, tallies, strict=True) if tally.items)
    return found


def present(
    connection: Transaction, viewer: Viewer, snapshot: Snapshot, seen: Mask, by_kind: Mapping[EntityKind, Sequence[int]]
) -> set[int]:
    """Those and the parents of such, however far above. One that is hidden costs what one costs that there never was, and many cost the
    statements of one."""
    found = carried(viewer, snapshot, seen, by_kind)
    doubtful = {kind: rest for kind, ids in by_kind.items() if (rest := [each for each in ids if each not in found])}
    if not doubtful:
        return found
    below = restrictions.under(connection, chain.from_iterable(doubtful.values()))
    above = restrictions.above(connection, carried(viewer, snapshot, seen, {**doubtful, **below}))
    for kind, ids in doubtful.items():
        found.update(set(ids).intersection(above.get(kind, ())) - seen.hidden)
    return found
