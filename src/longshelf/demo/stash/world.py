"""A pretended Stash library: its tables, its host's clock, and its lock.

The rule: whoever reads or changes a world holds `lock`. Questions are answered under it from beginning to end, so that a change falls
between two pages and never into one."""

import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from longshelf.demo.stash.jobs import JobQueue
from longshelf.demo.stash.rows import File, Gallery, Group, Image, Labelled, Marker, Performer, Scene, Studio, Table, Tag
from longshelf.demo.stash.stamps import HostClock

Kind = Literal["scene", "image", "gallery", "performer", "studio", "tag", "group", "marker"]
KINDS: tuple[Kind, ...] = ("scene", "image", "gallery", "performer", "studio", "tag", "group", "marker")
DATABASE_PATH = "/config/.stash/stash-go.sqlite"


@dataclass
class World:
    """All of it. `jobs` is its job queue, `database_path` names the library file."""

    clock: HostClock
    seed: int = 1
    scenes: Table[Scene] = field(default_factory=Table)
    images: Table[Image] = field(default_factory=Table)
    galleries: Table[Gallery] = field(default_factory=Table)
    performers: Table[Performer] = field(default_factory=Table)
    studios: Table[Studio] = field(default_factory=Table)
    tags: Table[Tag] = field(default_factory=Table)
    groups: Table[Group] = field(default_factory=Table)
    markers: Table[Marker] = field(default_factory=Table)
    files: Table[File] = field(default_factory=Table)
    database_path: str = DATABASE_PATH
    plugin_settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    jobs: JobQueue = field(init=False)
    _derived: dict[str, tuple[int, dict[int, list[int]]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.jobs = JobQueue(self.clock)

    def table(self, kind: Kind) -> Table[Any]:
        tables: dict[Kind, Table[Any]] = {
            "scene": self.scenes,
            "image": self.images,
            "gallery": self.galleries,
            "performer": self.performers,
            "studio": self.studios,
            "tag": self.tags,
            "group": self.groups,
            "marker": self.markers,
        }
        return tables[kind]

    def scenes_of_gallery(self, gallery: int) -> list[int]:
        return self._holders("gallery scenes", self.scenes, lambda row: row.galleries, gallery)

    def images_of_gallery(self, gallery: int) -> list[int]:
        return self._holders("gallery images", self.images, lambda row: row.galleries, gallery)

    def markers_of_scene(self, scene: int) -> list[int]:
        return self._holders("scene markers", self.markers, lambda row: (row.scene,), scene)

    def children_of_tag(self, tag: int) -> list[int]:
        return self._holders("tag children", self.tags, lambda row: row.parents, tag)

    def children_of_studio(self, studio: int) -> list[int]:
        return self._holders("studio children", self.studios, lambda row: () if row.parent is None else (row.parent,), studio)

    def groups_inside(self, group: int) -> list[int]:
        return self._holders("sub groups", self.groups, lambda row: [outer for outer, _ in row.inside], group)

    def scenes_of_group(self, group: int) -> list[int]:
        return self._holders("group scenes", self.scenes, lambda row: [each for each, _ in row.groups], group)

    def holders(self, kind: Kind, relation: str, target: int) -> list[int]:
        """Rows of `kind` whose `relation` ("tags", "performers", "studio") holds `target`."""

        def held(row: Labelled) -> Iterable[int]:
            value = getattr(row, relation)
            return value if isinstance(value, tuple) else () if value is None else (value,)

        return self._holders(f"{kind} {relation}", self.table(kind), held, target)

    def tag_family(self, tags: Iterable[int], depth: int) -> set[int]:
        """The tags and those below them, `depth` levels down (0: only themselves, -1: all). Ends in a cycle too."""
        return _family(tags, depth, self.children_of_tag)

    def studio_family(self, studios: Iterable[int], depth: int) -> set[int]:
        return _family(studios, depth, self.children_of_studio)

    def group_family(self, groups: Iterable[int], depth: int) -> set[int]:
        return _family(groups, depth, self.groups_inside)

    def _holders(self, name: str, table: Table[Any], targets: Any, target: int) -> list[int]:
        """Cached per table version: one walk over the table serves every row that asks."""
        version, found = self._derived.get(name, (-1, {}))
        if version != table.version:
            collected: defaultdict[int, list[int]] = defaultdict(list)
            for row in table:
                for each in targets(row):
                    collected[each].append(row.id)
            found = dict(collected)
            self._derived[name] = (table.version, found)
        return found.get(target, [])

    def replace_rows(self, other: "World") -> None:
        """Everything of `other` takes the place of what is here: a restored backup, a reset library."""
        for name in ("scenes", "images", "galleries", "performers", "studios", "tags", "groups", "markers", "files"):
            setattr(self, name, getattr(other, name))
        self._derived.clear()


def _family(roots: Iterable[int], depth: int, below: Any) -> set[int]:
    found = set(roots)
    level = found
    while level and depth != 0:
        level = {child for each in level for child in below(each)} - found
        found |= level
        depth -= 1
    return found
