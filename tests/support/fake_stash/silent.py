"""Changes no stamp tells of: what a delta by `updated_at` never sees (§1.5 of the contract).

Each says what it does stamp, if anything, and which hook fires, if any."""

import copy
from collections.abc import Iterable
from typing import Any

from longshelf.demo.stash.making import Counts, make_world
from longshelf.demo.stash.world import Kind, World
from tests.support.fake_stash.hooks import Hook, Hooks

TABLES = ("scenes", "images", "galleries", "performers", "studios", "tags", "groups", "markers", "files")


class Silent:
    """Silent changes of one world."""

    def __init__(self, world: World, hooks: Hooks) -> None:
        self._world = world
        self._hooks = hooks

    def play(self, scene: int) -> None:
        """One more play now: only the play's own row."""
        with self._world.lock:
            row = self._world.scenes[scene]
            row.plays = (*row.plays, self._world.clock.stamp())

    def reset_plays(self, scene: int) -> None:
        with self._world.lock:
            self._world.scenes[scene].plays = ()

    def o(self, scene: int) -> None:
        with self._world.lock:
            row = self._world.scenes[scene]
            row.os = (*row.os, self._world.clock.stamp())

    def image_o(self, image: int) -> None:
        with self._world.lock:
            self._world.images[image].o_counter += 1

    def save_activity(self, scene: int, *, resume: float, seconds: float) -> None:
        """Where the viewer is, and how much longer he watched."""
        with self._world.lock:
            row = self._world.scenes[scene]
            row.resume_time = resume
            row.play_duration += seconds

    def generate_cover(self, scene: int) -> None:
        """Another picture under the same address: the `t` in it stays as it was."""
        with self._world.lock:
            self._world.scenes[scene].cover += 1

    def generate_phash(self, scene: int) -> None:
        """Other fingerprints of the first file; not even the file is stamped."""
        with self._world.lock:
            self._world.files[self._world.scenes[scene].files[0]].content ^= 0xFF

    def move_file(self, kind: Kind, key: int, path: str) -> None:
        """The first file gets another path. The file is stamped, its scene is not; for a scene Scene.Update.Post fires all the same."""
        with self._world.lock:
            file = self._world.files[self._world.table(kind)[key].files[0]]
            file.path, file.updated_at = path, self._world.clock.stamp()
        if kind == "scene":
            self._hooks.fire(Hook("Scene.Update.Post", key))

    def add_gallery_images(self, gallery: int, images: Iterable[int]) -> None:
        """Stamps the gallery, not the images."""
        images = list(images)
        self._relate("image", images, gallery, there=True)
        self._bump_gallery(gallery)

    def remove_gallery_images(self, gallery: int, images: Iterable[int]) -> None:
        images = list(images)
        self._relate("image", images, gallery, there=False)
        self._bump_gallery(gallery)

    def set_gallery_scenes(self, gallery: int, scenes: Iterable[int]) -> None:
        """`galleryUpdate(scene_ids)`: stamps the gallery, not the scenes."""
        wanted = set(scenes)
        with self._world.lock:
            before = set(self._world.scenes_of_gallery(gallery))
            self._relate("scene", before - wanted, gallery, there=False)
            self._relate("scene", wanted - before, gallery, there=True)
        self._bump_gallery(gallery)

    def set_gallery_cover(self, gallery: int, image: int) -> None:
        with self._world.lock:
            self._world.galleries[gallery].cover = image
        self._bump_gallery(gallery)

    def set_sub_groups(self, outer: int, inner: Iterable[tuple[int, str]]) -> None:
        """Adds, removes and describes what is inside a group: nothing is stamped, no hook fires."""
        wanted = dict(inner)
        with self._world.lock:
            for group in self._world.groups:
                others = tuple(each for each in group.inside if each[0] != outer)
                group.inside = (*others, (outer, wanted[group.id])) if group.id in wanted else others
            self._world.groups.touched()

    def delete_marker(self, marker: int) -> None:
        """Gone; its scene is not stamped."""
        with self._world.lock:
            self._world.markers.remove(marker)
        self._hooks.fire(Hook("SceneMarker.Destroy.Post", marker, {"id": str(marker)}))

    def stamp_row(self, kind: Kind, key: int, stamp: str) -> None:
        """A stamp as old versions, imports and wrong clocks leave it: "1970-01-01 00:00:00", a foreign offset, next year."""
        with self._world.lock:
            self._world.table(kind)[key].updated_at = stamp

    def move_studio(self, scene: int, studio: int | None) -> None:
        """The scene's studio changes with its stamp: where there is no sort the scene moves to another page."""
        with self._world.lock:
            row = self._world.scenes[scene]
            row.studio, row.updated_at = studio, self._world.clock.stamp()
            self._world.scenes.touched()

    def backup(self) -> dict[str, Any]:
        """All rows and the next ids as they are now."""
        with self._world.lock:
            return copy.deepcopy({name: getattr(self._world, name) for name in TABLES})

    def restore(self, backup: dict[str, Any]) -> None:
        """The database as it was then: ids made since are gone and will be handed out again, for other works."""
        with self._world.lock:
            for name, table in copy.deepcopy(backup).items():
                version = getattr(self._world, name).version
                table.version += version + 1
                setattr(self._world, name, table)

    def reset_library(self, counts: Counts, seed: int, *, database_path: str | None = None) -> None:
        """Another library in its place: ids start from 1 again and mean other works."""
        with self._world.lock:
            self._world.replace_rows(make_world(counts, seed, self._world.clock))
            self._world.database_path = database_path or self._world.database_path

    def _relate(self, kind: Kind, keys: Iterable[int], gallery: int, *, there: bool) -> None:
        with self._world.lock:
            for key in keys:
                row = self._world.table(kind)[key]
                others = tuple(each for each in row.galleries if each != gallery)
                row.galleries = (*others, gallery) if there else others
            self._world.table(kind).touched()

    def _bump_gallery(self, gallery: int) -> None:
        with self._world.lock:
            self._world.galleries[gallery].updated_at = self._world.clock.stamp()
        self._hooks.fire(Hook("Gallery.Update.Post", gallery, {"id": str(gallery)}))
