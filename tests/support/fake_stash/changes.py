"""Changes somebody makes in the pretended Stash, each with the stamps it writes and the hooks it fires, and no others.

The rule is §1.5 of the contract: a direct edit stamps the row it edits; renaming, merging or destroying a tag, performer or studio leaves
the scenes that carry it as they were written. What stamps nothing at all is in silent.py."""

from collections.abc import Iterable
from typing import Any

from longshelf.demo.stash.finding import StashError
from longshelf.demo.stash.links import fingerprints
from longshelf.demo.stash.rows import File, Gallery, Group, Image, Marker, Performer, Row, Scene, Studio, Tag
from longshelf.demo.stash.world import Kind, World
from tests.support.fake_stash.hooks import Hook, Hooks

TYPES: dict[Kind, type[Row]] = {
    "scene": Scene,
    "image": Image,
    "gallery": Gallery,
    "performer": Performer,
    "studio": Studio,
    "tag": Tag,
    "group": Group,
    "marker": Marker,
}
HOOK_NAMES: dict[Kind, tuple[str, ...]] = {
    "scene": ("Scene",),
    "image": ("Image",),
    "gallery": ("Gallery",),
    "performer": ("Performer",),
    "studio": ("Studio",),
    "tag": ("Tag",),
    "group": ("Movie", "Group"),
    "marker": ("SceneMarker",),
}
TAGGED: tuple[Kind, ...] = ("scene", "image", "gallery", "performer", "studio", "group", "marker")
WORKS: tuple[Kind, ...] = ("scene", "image", "gallery")


class Changes:
    """Changes of one world. Field names are those of rows.py."""

    def __init__(self, world: World, hooks: Hooks) -> None:
        self._world = world
        self._hooks = hooks

    def create(self, kind: Kind, *, stamp: str | None = None, hook: bool = True, **fields: Any) -> int:
        """The new row's id. `stamp` is that of a transaction that began earlier; now otherwise."""
        with self._world.lock:
            row = TYPES[kind](**_tuples(fields))
            row.created_at = row.updated_at = stamp or self._world.clock.stamp()
            self._world.table(kind).add(row)
        if hook:
            self._fire(kind, "Create", row.id, fields)
        return row.id

    def edit(self, kind: Kind, key: int, *, stamp: str | None = None, hook: bool = True, **fields: Any) -> None:
        """A direct edit: the row is stamped, and nothing else."""
        self.bulk_edit(kind, [key], stamp=stamp, hook=hook, **fields)

    def bulk_edit(self, kind: Kind, keys: Iterable[int], *, stamp: str | None = None, hook: bool = True, **fields: Any) -> None:
        """The same edit of many rows: one stamp for all of them, as one transaction has. A tag below itself is refused."""
        keys = list(keys)
        with self._world.lock:
            now = stamp or self._world.clock.stamp()
            if kind == "tag" and "parents" in fields:
                self._refuse_cycle(keys, fields["parents"])
            for key in keys:
                row = self._world.table(kind)[key]
                for name, value in _tuples(fields).items():
                    if not hasattr(row, name):
                        raise ValueError(f"a {kind} has no {name!r}")
                    setattr(row, name, value)
                row.updated_at = now
            self._world.table(kind).touched()
        for key in keys if hook else ():
            self._fire(kind, "Update", key, fields)

    def auto_tag(self, tag: int, scenes: Iterable[int]) -> None:
        """Stamps the scenes; fires no hook."""
        for key in scenes:
            tags = self._world.scenes[key].tags
            self.edit("scene", key, hook=False, tags=(*tags, *({tag} - set(tags))))

    def scan(self, paths: Iterable[str], *, complete: bool = True) -> list[int]:
        """A scan that finds these videos: new scenes, hooks with no input, and job events. Without `complete` it is cancelled after."""
        job = self._world.jobs.start("Scanning...")
        made = []
        for path in paths:
            with self._world.lock:
                scene = self.create("scene", hook=False, files=(self._file(path),))
            made.append(scene)
            self._hooks.fire(Hook("Scene.Create.Post", scene))
        (self._world.jobs.finish if complete else self._world.jobs.cancel)(job)
        return made

    def scan_adds_file(self, scene: int, path: str) -> None:
        """A copy of a known scene turns up: the scene is stamped."""
        with self._world.lock:
            self.edit("scene", scene, hook=False, files=(*self._world.scenes[scene].files, self._file(path)))
        self._hooks.fire(Hook("Scene.Update.Post", scene))

    def clean(self, scenes: Iterable[int]) -> None:
        """Files are gone: their scenes are destroyed, hooks have no input, and subscribers hear that it is complete."""
        job = self._world.jobs.start("Cleaning...")
        for key in scenes:
            self._destroy("scene", key)
            self._hooks.fire(Hook("Scene.Destroy.Post", key))
        self._world.jobs.finish(job)

    def destroy(self, kind: Kind, key: int) -> None:
        """Gone without a tombstone. Rows that pointed at it lose the relation, unstamped. StashError for the primary tag of a marker."""
        with self._world.lock:
            content = self._content(kind, key)
            self._destroy(kind, key)
        self._fire(kind, "Destroy", key, content)

    def merge_tags(self, sources: Iterable[int], destination: int) -> None:
        """The sources' names become aliases, their relations the destination's, parents among them. Nothing is stamped, not even the
        destination."""
        gone = set(sources) - {destination}
        with self._world.lock:
            self._exchange("tags", TAGGED, gone, destination)
            for marker in self._world.markers:
                if marker.primary_tag in gone:
                    marker.primary_tag = destination
            for tag in self._world.tags:
                tag.parents = tuple(each for each in _exchanged(tag.parents, gone, destination) if each != tag.id)
            target = self._world.tags[destination]
            target.aliases = (*target.aliases, *(self._world.tags[each].name for each in sorted(gone)))
            below = self._world.tag_family([destination], -1) | gone
            above = (parent for each in sorted(gone) for parent in self._world.tags[each].parents)
            target.parents = tuple(dict.fromkeys((*target.parents, *(each for each in above if each not in below))))
            for each in gone:
                self._destroy("tag", each)
        self._hooks.fire(Hook("Tag.Merge.Post", destination, {"source": sorted(map(str, gone)), "destination": str(destination)}))

    def merge_performers(self, sources: Iterable[int], destination: int) -> None:
        """No hook, and no stamp on scenes, images and galleries."""
        gone = set(sources) - {destination}
        with self._world.lock:
            self._exchange("performers", WORKS, gone, destination)
            for each in gone:
                self._destroy("performer", each)

    def merge_studios(self, sources: Iterable[int], destination: int) -> None:
        """The sources' names become aliases, what was theirs is the destination's. No hook, and no stamp."""
        gone = set(sources) - {destination}
        with self._world.lock:
            for kind in (*WORKS, "group"):
                for row in self._world.table(kind):
                    row.studio = destination if row.studio in gone else row.studio
                self._world.table(kind).touched()
            for studio in self._world.studios:
                studio.parent = destination if studio.parent in gone and studio.id != destination else studio.parent
            target = self._world.studios[destination]
            target.aliases = (*target.aliases, *(self._world.studios[each].name for each in sorted(gone)))
            for each in sorted(gone):
                self._destroy("studio", each)

    def merge_scenes(self, sources: Iterable[int], destination: int) -> None:
        """The destination gets files and history and is stamped; the sources are gone; no hook at all."""
        gone = sorted(set(sources) - {destination})
        with self._world.lock:
            target = self._world.scenes[destination]
            merged = [self._world.scenes[each] for each in gone]
            files = (*target.files, *(file for scene in merged for file in scene.files))
            plays = sorted((*target.plays, *(play for scene in merged for play in scene.plays)))
            os = sorted((*target.os, *(o for scene in merged for o in scene.os)))
            for marker in self._world.markers:
                if marker.scene in gone:
                    marker.scene = destination
            self._world.markers.touched()
            for each in gone:
                self._destroy("scene", each)
            self.edit("scene", destination, hook=False, files=files, plays=plays, os=os)

    def _destroy(self, kind: Kind, key: int) -> None:
        """The row and, by foreign keys, what cannot be without it. Nothing is stamped."""
        world = self._world
        if kind == "tag" and any(marker.primary_tag == key for marker in world.markers):
            raise StashError("cannot delete tag used as primary tag of a scene marker")
        world.table(kind).remove(key)
        if kind == "scene":
            for marker in list(world.markers_of_scene(key)):
                world.markers.remove(marker)
        elif kind == "gallery":
            self._drop("galleries", ("scene", "image"), key)
        elif kind == "performer":
            self._drop("performers", WORKS, key)
        elif kind == "tag":
            self._drop("tags", TAGGED, key)
            self._drop("parents", ("tag",), key)
        elif kind == "studio":
            self._forget_studio(key)
        elif kind == "group":
            self._forget_group(key)

    def _drop(self, relation: str, kinds: Iterable[Kind], key: int) -> None:
        for kind in kinds:
            for row in self._world.table(kind):
                held = getattr(row, relation)
                if key in held:
                    setattr(row, relation, tuple(each for each in held if each != key))
            self._world.table(kind).touched()

    def _exchange(self, relation: str, kinds: Iterable[Kind], gone: set[int], destination: int) -> None:
        for kind in kinds:
            for row in self._world.table(kind):
                setattr(row, relation, _exchanged(getattr(row, relation), gone, destination))
            self._world.table(kind).touched()

    def _forget_studio(self, key: int) -> None:
        for kind in (*WORKS, "group"):
            for row in self._world.table(kind):
                row.studio = None if row.studio == key else row.studio
            self._world.table(kind).touched()
        for studio in self._world.studios:
            studio.parent = None if studio.parent == key else studio.parent
        self._world.studios.touched()

    def _forget_group(self, key: int) -> None:
        for scene in self._world.scenes:
            scene.groups = tuple(each for each in scene.groups if each[0] != key)
        for group in self._world.groups:
            group.inside = tuple(each for each in group.inside if each[0] != key)
        self._world.scenes.touched()
        self._world.groups.touched()

    def _refuse_cycle(self, keys: Iterable[int], parents: Iterable[int]) -> None:
        for key in keys:
            if set(parents) & self._world.tag_family([key], -1):
                raise StashError("tag cannot be its own ancestor")

    def _content(self, kind: Kind, key: int) -> dict[str, Any]:
        """What the hook of a destroyed work tells: the only record of a deletion that names content."""
        row = self._world.table(kind)[key]
        if kind not in WORKS:
            return {"id": str(key)}
        if not row.files:
            return {"id": str(key), "checksum": "", "oshash": "", "path": ""}
        file = self._world.files[row.files[0]]
        prints = {each["type"]: each["value"] for each in fingerprints(file)}
        return {"id": str(key), "checksum": prints["md5"], "oshash": prints["oshash"], "path": file.path}

    def _file(self, path: str) -> int:
        now, number = self._world.clock.stamp(), self._world.files.next_id
        size, content = 1_000_000 + number, hash(path) & (2**62 - 1)
        made = File(0, now, now, "video", path, now, size, 1280, 720, 60.0 + number % 600, "mp4", content)
        return self._world.files.add(made).id

    def _fire(self, kind: Kind, what: str, key: int, given: dict[str, Any]) -> None:
        for name in HOOK_NAMES[kind]:
            self._hooks.fire(Hook(f"{name}.{what}.Post", key, given))


def _tuples(fields: dict[str, Any]) -> dict[str, Any]:
    """Lists (JSON has no tuples) as the rows keep them."""
    return {
        name: tuple(tuple(each) if isinstance(each, list) else each for each in value) if isinstance(value, list) else value
        for name, value in fields.items()
    }


def _exchanged(held: Iterable[int], gone: set[int], destination: int) -> tuple[int, ...]:
    return tuple(dict.fromkeys(destination if each in gone else each for each in held))
