"""The entities of a kind in the order of their names. The store is asked once a base; of entities touched since then, once a state.

What is read for a base is of the moment of reading, which may be later: whatever changed in between is touched by the next state."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from longshelf.index.bitmaps import OBJECTS, Ints
from longshelf.index.counting import Reading
from longshelf.index.state import State
from longshelf.model.kinds import EntityKind
from longshelf.store import entity_columns
from longshelf.store.entity_columns import NamedRow


class Directory:
    """Ids and sort keys in the order of (sort key, id); the keys as UTF-8, whose byte order is that of the characters."""

    def __init__(self, rows: Sequence[tuple[int, str]]) -> None:
        encoded = [key.encode() for _, key in rows]
        self.ids: Ints = np.array([entity_id for entity_id, _ in rows], dtype=np.int64)
        self._blob = b"".join(encoded)
        self._ends = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
        self._by_id = np.argsort(self.ids)
        self.bytes = self.ids.nbytes + len(self._blob) + self._ends.nbytes + self._by_id.nbytes + 4 * OBJECTS

    def key(self, place: int) -> bytes:
        return self._blob[self._ends[place] : self._ends[place + 1]]

    def key_of(self, entity_id: int) -> bytes:
        """Of an entity that is here."""
        return self.key(int(self._by_id[np.searchsorted(self.ids, entity_id, sorter=self._by_id)]))

    def place(self, key: bytes, entity_id: int) -> int:
        """How many come before."""
        return bisect_left(range(len(self.ids)), (key, entity_id), key=lambda place: (self.key(place), int(self.ids[place])))


class Names:
    """The order as it is in one state: that of a directory without the `touched` entities, and these as they are now (`fresh`; those that
    are gone are not in it)."""

    def __init__(self, directory: Directory, touched: Ints, fresh: Mapping[int, bytes]) -> None:
        self._directory = directory
        self._fresh = fresh
        gone = np.isin(directory.ids, touched) if len(touched) else np.zeros(len(directory.ids), dtype=bool)
        moved = sorted((key, each) for each, key in fresh.items())
        places = np.array([directory.place(key, each) for key, each in moved], dtype=np.int64)
        gone_before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(gone)])
        self.ids: Ints = np.insert(directory.ids[~gone], places - gone_before[places], [each for _, each in moved])
        self.bytes = self.ids.nbytes + sum(len(key) + OBJECTS for key in fresh.values())

    def key(self, entity_id: int) -> bytes:
        """The sort key of an entity that is here."""
        found = self._fresh.get(entity_id)
        return self._directory.key_of(entity_id) if found is None else found


class _Touched:
    """The entities touched since the base: their sort keys by kind, of those that live."""

    def __init__(self, rows: Iterable[NamedRow]) -> None:
        self.keys: dict[str, dict[int, bytes]] = {}
        self.bytes = 0
        for row in rows:
            key = self.keys.setdefault(row.kind, {})[row.id] = row.sort_key.encode()
            self.bytes += len(key) + OBJECTS


def names(state: State, kind: EntityKind, reading: Reading) -> Names:
    """All live entities of the kind, with and without items."""
    directory: Directory = state.base.derived.get_or(("names", kind), lambda: Directory(entity_columns.by_name(reading(), kind)))
    made: Names = state.derived.get_or(("names", kind), lambda: _names(state, kind, directory, reading))
    return made


def touched(state: State) -> Ints:
    """Entities touched since the base, ascending."""
    return np.sort(np.fromiter(state.entities, dtype=np.int64, count=len(state.entities)))


def _names(state: State, kind: EntityKind, directory: Directory, reading: Reading) -> Names:
    if not state.entities:
        return Names(directory, touched(state), {})
    fresh: _Touched = state.derived.get_or(("touched",), lambda: _Touched(entity_columns.named(reading(), state.entities)))
    return Names(directory, touched(state), fresh.keys.get(kind, {}))
