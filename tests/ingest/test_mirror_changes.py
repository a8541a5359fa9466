"""Every change in a Stash is found: most by the next delta, those no stamp tells of by the next reconcile."""

from collections.abc import Callable, Iterator

import pytest

from longshelf.store.database import Database
from tests.ingest.mirroring import Mirrored, differences, mirrored
from tests.support.fake_stash import FakeStash


@pytest.fixture
def mirror(sqlite_database: Database) -> Iterator[Mirrored]:
    """Synced, and settled: from here on a delta reads only what bears another stamp."""
    with mirrored(sqlite_database, zone="America/Los_Angeles") as found:
        found.sync()
        found.settle()
        found.stash.clock.advance(60)
        yield found


Change = Callable[[FakeStash], object]


def new_scene_with_a_new_tag(stash: FakeStash) -> None:
    stash.changes.create("scene", tags=[stash.changes.create("tag", name="brand new", parents=[1])])


def tags_exchange_names(stash: FakeStash) -> None:
    first, second = stash.world.tags[1].name, stash.world.tags[2].name
    stash.changes.edit("tag", 1, name=second)
    stash.changes.edit("tag", 2, name=first)


def images_are_destroyed(stash: FakeStash) -> None:
    for key in (1, 40, 80):
        stash.changes.destroy("image", key)


def a_tag_is_destroyed(stash: FakeStash) -> None:
    primary = {row["primary_tag"] for row in stash.truth()["marker"].values()}
    works = [row for kind in ("scene", "image") for row in stash.truth()[kind].values()]
    stash.changes.destroy(
        "tag", next(key for key in stash.truth()["tag"] if key not in primary and any(key in row["tags"] for row in works))
    )


def a_gallery_is_edited_without_its_pictures(stash: FakeStash) -> None:
    stash.silent.set_gallery_cover(1, 2)
    stash.changes.edit("gallery", 1, title="renamed", tags=[1])


def phashes_are_made(stash: FakeStash) -> None:
    for key, row in stash.truth()["scene"].items():
        if row["files"]:
            stash.silent.generate_phash(key)


def plays_are_reset(stash: FakeStash) -> None:
    for key in stash.truth()["scene"]:
        stash.silent.reset_plays(key)


def files_are_moved(stash: FakeStash) -> None:
    for key, row in stash.truth()["scene"].items():
        if row["files"]:
            stash.silent.move_file("scene", key, f"/elsewhere/{key}.mkv")


def tags_are_merged_while_others_come(stash: FakeStash) -> None:
    stash.changes.merge_tags([1], 2)
    stash.changes.create("tag", name="another", stamp="2020-01-01T00:00:00-08:00")


TOLD: dict[str, Change] = {
    "a scene is edited": lambda stash: stash.changes.edit("scene", 5, title="Another name", tags=[1, 2, 3]),
    "many are edited in one second": lambda stash: stash.changes.bulk_edit("scene", range(1, 60), rating100=33, studio=2),
    "a scene is new": lambda stash: stash.changes.create("scene", title="New", tags=[1]),
    "a scene is new, with a new tag below a known one": new_scene_with_a_new_tag,
    "a tag is renamed": lambda stash: stash.changes.edit("tag", 1, name="renamed"),
    "two tags exchange their names": tags_exchange_names,
    "a studio is renamed": lambda stash: stash.changes.edit("studio", 1, name="renamed"),
    "a studio gets a parent": lambda stash: stash.changes.edit("studio", 1, parent=2),
    "a group is renamed": lambda stash: stash.changes.edit("group", 1, name="renamed"),
    "a gallery is edited": a_gallery_is_edited_without_its_pictures,
    "a performer is renamed": lambda stash: stash.changes.edit("performer", 1, name="renamed", disambiguation="the other one"),
    "a performer gets a tag": lambda stash: stash.changes.edit("performer", 1, tags=[1, 2]),
    "a scene is destroyed": lambda stash: stash.changes.destroy("scene", 7),
    "images are destroyed": images_are_destroyed,
    "a performer is destroyed": lambda stash: stash.changes.destroy("performer", 1),
    "a studio is destroyed": lambda stash: stash.changes.destroy("studio", 1),
    "a gallery is destroyed": lambda stash: stash.changes.destroy("gallery", 1),
    "a tag is destroyed": a_tag_is_destroyed,
    "a group is destroyed": lambda stash: stash.changes.destroy("group", 1),
    "studios are merged": lambda stash: stash.changes.merge_studios([1], 2),
    "tags are merged": lambda stash: stash.changes.merge_tags([1, 2], 3),
    "performers are merged": lambda stash: stash.changes.merge_performers([1], 2),
    "scenes are merged": lambda stash: stash.changes.merge_scenes([1, 2], 3),
    "a gallery gets pictures": lambda stash: stash.silent.add_gallery_images(1, [1, 2, 3, 4]),
    "a gallery loses pictures": lambda stash: stash.silent.remove_gallery_images(1, range(1, 40)),
    "a gallery gets scenes": lambda stash: stash.silent.set_gallery_scenes(1, [1, 2, 3]),
    "a marker is new": lambda stash: stash.changes.create("marker", scene=4, title="", seconds=2.5, primary_tag=2, tags=[3]),
    "a marker is edited": lambda stash: stash.changes.edit("marker", 1, title="renamed", seconds=1.25, tags=[2, 3]),
    "auto-tag": lambda stash: stash.changes.auto_tag(1, range(1, 20)),
    "a scan": lambda stash: stash.changes.scan([f"/media/new {number}.mp4" for number in range(5)]),
    "a clean": lambda stash: stash.changes.clean([3, 4, 5]),
}


@pytest.mark.parametrize("change", TOLD.values(), ids=TOLD.keys())
def test_a_change_that_can_be_asked_for_is_found_by_the_next_delta(mirror: Mirrored, change: Change) -> None:
    change(mirror.stash)
    assert differences(mirror)
    report = mirror.sync()
    assert report.mode == "incremental"
    assert differences(mirror) == {}
    assert report.held == []


def test_entities_that_come_into_being_while_items_are_read_are_read_before_them(sqlite_database: Database) -> None:
    with mirrored(sqlite_database) as found:
        late = len(found.stash.world.tags) + 1
        tag = ("changes.create", {"kind": "tag", "name": "late", "parents": [1]})
        scene = ("changes.edit", {"kind": "scene", "key": 5, "tags": [late]})
        found.stash.faults.add(operation="findScenes", nth=2, do=[tag, scene])
        found.sync()
        assert differences(found) == {}


SILENT: dict[str, Change] = {
    "a play": lambda stash: stash.silent.play(5),
    "plays are reset": plays_are_reset,
    "an o": lambda stash: stash.silent.o(5),
    "an image's o": lambda stash: stash.silent.image_o(5),
    "activity": lambda stash: stash.silent.save_activity(5, resume=12.5, seconds=60.0),
    "files are moved": files_are_moved,
    "phashes are made": phashes_are_made,
    "an image is moved": lambda stash: stash.silent.move_file(
        "image", next(key for key, row in stash.truth()["image"].items() if row["files"] and not row["title"]), "/elsewhere/picture.jpg"
    ),
    "a marker is deleted": lambda stash: stash.silent.delete_marker(1),
    "groups are nested": lambda stash: stash.silent.set_sub_groups(1, [(2, "part"), (3, "")]),
    "tags are merged while others come": tags_are_merged_while_others_come,
}


# Some of TOLD are as silent: that a tag, performer or studio was renamed, destroyed or merged is told by no scene.
@pytest.mark.parametrize("change", {**TOLD, **SILENT}.values(), ids={**TOLD, **SILENT}.keys())
def test_a_change_is_found_by_the_next_reconcile_whether_a_stamp_tells_of_it_or_not(mirror: Mirrored, change: Change) -> None:
    change(mirror.stash)
    assert differences(mirror)
    mirror.sync("reconcile")
    assert differences(mirror) == {}
