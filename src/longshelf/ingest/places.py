"""Folder rows by place: made with all their parents when first needed, cached within a bound."""

import os
from collections import OrderedDict
from collections.abc import Iterable

from longshelf.store import bulk, files
from longshelf.store.database import Write
from longshelf.store.tables import folder

Place = tuple[int, bytes]  # (root index, path below it, b"" for the root itself)
CACHED = 50_000  # folders


class Places:
    """For one library and one writer at a time; `commit` after the transaction, as with EntityCache."""

    def __init__(self, library_id: int, limit: int = CACHED) -> None:
        self.library_id = library_id
        self.limit = limit
        self._known: OrderedDict[Place, int] = OrderedDict()
        self._pending: dict[Place, int] = {}

    def ids(self, write: Write, places: Iterable[Place]) -> dict[Place, int]:
        """The id of every place, creating folders and their parents that have none."""
        self._pending = {}  # an earlier transaction that never reached `commit` was rolled back
        wanted = set(places)
        found = {place: self._known[place] for place in wanted if place in self._known}
        unknown = wanted - found.keys()
        if unknown:
            self._pending = self._ask(write, unknown)
            found.update((place, self._pending[place]) for place in unknown)
        return found

    def commit(self) -> None:
        """What the last `ids` found is true for good now."""
        self._known.update(self._pending)
        self._pending = {}
        while len(self._known) > self.limit:
            self._known.popitem(last=False)

    def _ask(self, write: Write, unknown: set[Place]) -> dict[Place, int]:
        needed = {(root, above) for root, path in unknown for above in _with_parents(path)}
        found = self._find(write, needed)
        new = sorted(needed - found.keys(), key=lambda place: (place[0], place[1].count(b"/"), place[1]))
        if new:
            numbers = dict(zip(new, bulk.next_ids(write.connection, folder, len(new)), strict=True))
            known = found | numbers
            rows = [(number, *place, known[_parent(place)] if place[1] else None) for place, number in _parents_first(numbers)]
            files.add_folders(write.connection, self.library_id, rows)
            found |= self._find(write, set(new))
        return found

    def _find(self, write: Write, places: set[Place]) -> dict[Place, int]:
        found: dict[Place, int] = {}
        for root in {root for root, _ in places}:
            paths = [path for each, path in places if each == root]
            found.update(
                ((root, path), number) for path, number in files.folder_ids(write.connection, self.library_id, root, paths).items()
            )
        return found


def _parents_first(numbers: dict[Place, int]) -> list[tuple[Place, int]]:
    return sorted(numbers.items(), key=lambda entry: (entry[0][1] != b"", entry[0][1].count(b"/")))


def _parent(place: Place) -> Place:
    return place[0], os.path.dirname(place[1])


def _with_parents(path: bytes) -> list[bytes]:
    paths = [path]
    while path:
        path = os.path.dirname(path)
        paths.append(path)
    return paths
