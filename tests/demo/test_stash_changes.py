"""Changes in the pretended Stash stamp what they stamp in a real one, and nothing else (§1.5, §1.6, §1.9)."""

from collections.abc import Callable
from typing import Any

import pytest

from longshelf.demo.stash.finding import StashError
from longshelf.demo.stash.links import fingerprints
from longshelf.demo.stash.making import Counts
from longshelf.demo.stash.world import KINDS, Kind
from tests.demo.stash_asking import controlled, data, ids
from tests.support.fake_stash.control import Control
from tests.support.fake_stash.truth import truth

Stamps = dict[tuple[str, int], str]


def stamps(control: Control) -> Stamps:
    return {(kind, row.id): row.updated_at for kind in KINDS for row in control.world.table(kind)}


def stamped_by(control: Control, change: Callable[[], object]) -> set[tuple[str, int]]:
    """The rows that carry another stamp, or are new, after the change."""
    before = stamps(control)
    control.clock.advance(60)
    change()
    return {key for key, stamp in stamps(control).items() if before.get(key) != stamp}


def fired(control: Control) -> list[str]:
    return [hook.trigger for hook in control.hooks.fired]


@pytest.fixture
def control() -> Control:
    """A world in which scene 1 has a file, relations and a marker."""
    made = controlled()
    made.world.scenes[1].tags, made.world.scenes[1].performers, made.world.scenes[1].studio = (5, 6), (2, 3), 4
    made.world.scenes[1].plays = (made.clock.stamp(),)
    made.world.markers[1].scene, made.world.markers[1].primary_tag = 1, 9
    for table in (made.world.scenes, made.world.markers):
        table.touched()
    for marker in made.world.markers:
        marker.primary_tag = 9
    return made


SILENT: dict[str, tuple[Callable[[Control], Any], set[tuple[str, int]], list[str]]] = {
    "a play": (lambda on: on.silent.play(1), set(), []),
    "plays taken back": (lambda on: on.silent.reset_plays(1), set(), []),
    "an o": (lambda on: on.silent.o(1), set(), []),
    "an o of an image": (lambda on: on.silent.image_o(1), set(), []),
    "activity": (lambda on: on.silent.save_activity(1, resume=12.5, seconds=30), set(), []),
    "a generated cover": (lambda on: on.silent.generate_cover(1), set(), []),
    "a generated phash": (lambda on: on.silent.generate_phash(1), set(), []),
    "a moved file": (lambda on: on.silent.move_file("scene", 1, "/media/elsewhere/a.mp4"), set(), ["Scene.Update.Post"]),
    "a deleted marker": (lambda on: on.silent.delete_marker(1), set(), ["SceneMarker.Destroy.Post"]),
    "sub-groups": (lambda on: on.silent.set_sub_groups(1, [(2, "one"), (3, "two")]), set(), []),
    "images put in a gallery": (lambda on: on.silent.add_gallery_images(2, [1, 3]), {("gallery", 2)}, ["Gallery.Update.Post"]),
    "images taken from a gallery": (lambda on: on.silent.remove_gallery_images(1, [2]), {("gallery", 1)}, ["Gallery.Update.Post"]),
    "scenes put in a gallery": (lambda on: on.silent.set_gallery_scenes(2, [1, 2]), {("gallery", 2)}, ["Gallery.Update.Post"]),
    "a gallery's cover": (lambda on: on.silent.set_gallery_cover(1, 4), {("gallery", 1)}, ["Gallery.Update.Post"]),
    "a renamed tag": (lambda on: on.changes.edit("tag", 5, name="renamed"), {("tag", 5)}, ["Tag.Update.Post"]),
    "a renamed performer": (lambda on: on.changes.edit("performer", 2, name="renamed"), {("performer", 2)}, ["Performer.Update.Post"]),
    "an edited marker": (lambda on: on.changes.edit("marker", 1, title="new"), {("marker", 1)}, ["SceneMarker.Update.Post"]),
    "a destroyed tag": (lambda on: on.changes.destroy("tag", 5), set(), ["Tag.Destroy.Post"]),
    "a destroyed performer": (lambda on: on.changes.destroy("performer", 2), set(), ["Performer.Destroy.Post"]),
    "a destroyed studio": (lambda on: on.changes.destroy("studio", 4), set(), ["Studio.Destroy.Post"]),
    "a destroyed group": (lambda on: on.changes.destroy("group", 1), set(), ["Movie.Destroy.Post", "Group.Destroy.Post"]),
    "merged tags": (lambda on: on.changes.merge_tags([5], 7), set(), ["Tag.Merge.Post"]),
    "merged performers": (lambda on: on.changes.merge_performers([2], 8), set(), []),
    "merged scenes": (lambda on: on.changes.merge_scenes([2], 1), {("scene", 1)}, []),
    "an edited scene": (lambda on: on.changes.edit("scene", 1, tags=[1]), {("scene", 1)}, ["Scene.Update.Post"]),
    "automatic tags": (lambda on: on.changes.auto_tag(8, [1, 2]), {("scene", 1), ("scene", 2)}, []),
    "a further file": (lambda on: on.changes.scan_adds_file(1, "/media/copy.mp4"), {("scene", 1)}, ["Scene.Update.Post"]),
    "a created tag": (lambda on: on.changes.create("tag", name="new"), {("tag", 31)}, ["Tag.Create.Post"]),
}


@pytest.mark.parametrize("name", SILENT)
def test_a_change_stamps_and_tells_exactly_what_it_does_in_stash(control: Control, name: str) -> None:
    change, stamped, hooks = SILENT[name]
    before = truth(control.world)
    assert stamped_by(control, lambda: change(control)) == stamped
    assert fired(control) == hooks
    assert truth(control.world) != before


def test_a_destroyed_tag_leaves_the_scenes_without_it(control: Control) -> None:
    control.changes.destroy("tag", 5)
    assert control.world.scenes[1].tags == (6,)
    assert all(5 not in row.tags for kind in ("scene", "image", "gallery", "performer", "group") for row in control.world.table(kind))
    data(control.answering, "{ findScenes(filter: {per_page: -1}) { scenes { tags { id parents { id } } } } }")


RELATIONS = """{
  findScenes(filter: {per_page: -1}) {
    scenes { studio { id } performers { id } galleries { id } groups { group { id } } tags { id } scene_markers { id } }
  }
  findImages(filter: {per_page: -1}) { images { studio { id } performers { id } galleries { id } tags { id } } }
  findGalleries(filter: {per_page: -1}) { galleries { studio { id } scenes { id } cover { id } } }
  findStudios(filter: {per_page: -1}) { studios { parent_studio { id } child_studios { id } tags { id } } }
  findGroups(filter: {per_page: -1}) { groups { studio { id } containing_groups { group { id } } sub_groups { group { id } } } }
  findTags(filter: {per_page: -1}) { tags { parents { id } children { id } } }
  findSceneMarkers(filter: {per_page: -1}) { scene_markers { scene { id } primary_tag { id } tags { id } } }
}"""


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "marker"])
def test_nothing_points_at_what_was_destroyed(control: Control, kind: Kind) -> None:
    for key in (2, 4):
        control.changes.destroy(kind, key)
    data(control.answering, RELATIONS)


def test_a_tag_that_is_the_first_of_a_marker_cannot_be_destroyed(control: Control) -> None:
    with pytest.raises(StashError, match="primary tag"):
        control.changes.destroy("tag", 9)
    assert 9 in control.world.tags
    control.changes.merge_tags([9], 1)
    assert {marker.primary_tag for marker in control.world.markers} == {1}


def test_a_merge_of_tags_is_seen_only_by_asking_who_has_the_destination(control: Control) -> None:
    watermark = max(scene.updated_at for scene in control.world.scenes)
    control.clock.advance(60)
    control.changes.merge_tags([5, 6], 7)
    newer = {"updated_at": {"value": watermark, "modifier": "GREATER_THAN"}}
    assert ids(control.answering, "findScenes", filter={"per_page": -1}, criteria=newer) == []
    assert 1 in ids(control.answering, "findScenes", filter={"per_page": -1}, criteria={"tags": {"value": ["7"], "modifier": "INCLUDES"}})
    assert control.world.scenes[1].tags == (7,)


def test_a_destroyed_scene_takes_its_markers_along_and_names_its_content(control: Control) -> None:
    control.changes.destroy("scene", 1)
    assert all(marker.scene != 1 for marker in control.world.markers)
    told = control.hooks.fired[-1].input
    assert told is not None
    assert told["oshash"]
    assert told["path"].startswith("/media/films/")


def test_ids_are_never_handed_out_again_until_a_restore(control: Control) -> None:
    backup = control.silent.backup()
    control.changes.destroy("scene", 120)
    control.changes.destroy("scene", 60)
    assert [control.changes.create("scene", title=title) for title in "ab"] == [121, 122]
    control.silent.restore(backup)
    assert 120 in control.world.scenes
    assert 121 not in control.world.scenes
    assert control.changes.create("scene", title="another work") == 121


def test_a_reset_library_has_the_same_ids_for_other_works(control: Control) -> None:
    before = [fingerprints(file) for file in control.world.files]
    control.silent.reset_library(Counts(scenes=90, images=10), seed=77, database_path="/new/stash.sqlite")
    assert control.world.scenes.id_range() == (1, 90)
    assert [fingerprints(file) for file in control.world.files][:50] != before[:50]
    told = data(control.answering, "{ systemStatus { databasePath } findScenes(filter: {per_page: 0}) { count } }")
    assert told == {"systemStatus": {"databasePath": "/new/stash.sqlite"}, "findScenes": {"count": 90}}


def test_a_bulk_edit_gives_many_rows_one_stamp(control: Control) -> None:
    control.clock.advance(60)
    control.changes.bulk_edit("scene", range(1, 60), organized=True)
    assert len({control.world.scenes[key].updated_at for key in range(1, 60)}) == 1


def test_a_transaction_may_commit_after_a_later_stamp_was_seen(control: Control) -> None:
    began = control.clock.stamp()
    control.clock.advance(120)
    control.changes.edit("scene", 5, title="seen first")
    seen = control.world.scenes[5].updated_at
    control.changes.edit("scene", 6, title="long import", stamp=began)
    assert control.world.scenes[6].updated_at < seen


def test_summer_time_ends_and_stamps_go_back_as_text() -> None:
    control = controlled(zone="America/Los_Angeles")
    control.clock.set(1_762_072_200)  # 2 November 2025, 01:30 -07:00
    control.changes.edit("scene", 1, title="before")
    control.clock.advance(3_600)
    control.changes.edit("scene", 2, title="an hour later")
    first, second = (control.world.scenes[key].updated_at for key in (1, 2))
    assert (first, second) == ("2025-11-02T01:30:00-07:00", "2025-11-02T01:30:00-08:00")
    control.clock.advance(-1_800)
    control.changes.edit("scene", 3, title="half an hour later")
    assert control.world.scenes[3].updated_at < first


def test_old_stamps_and_wrong_clocks_are_told_as_they_are(control: Control) -> None:
    control.silent.stamp_row("scene", 1, "1970-01-01 00:00:00")
    control.silent.stamp_row("scene", 2, "2031-01-01T00:00:00Z")
    found = data(control.answering, "{ findScenes(ids: [1, 2]) { scenes { updated_at paths { screenshot } } } }")["findScenes"]["scenes"]
    assert [scene["updated_at"] for scene in found] == ["1970-01-01 00:00:00", "2031-01-01T00:00:00Z"]
    assert found[0]["paths"]["screenshot"].endswith("?t=0")
    newer = {"updated_at": {"value": "2026", "modifier": "GREATER_THAN"}}
    assert ids(control.answering, "findScenes", criteria=newer) == [2]


def test_a_host_that_moves_to_another_zone_keeps_its_old_stamps() -> None:
    control = controlled(zone="+09:00")
    before = control.world.scenes[1].updated_at
    control.clock.move_to("UTC")
    control.clock.advance(60)
    control.changes.edit("scene", 2, title="new")
    assert control.world.scenes[1].updated_at == before
    assert control.world.scenes[2].updated_at.endswith("Z")


def test_a_tag_is_not_put_below_itself_but_may_have_two_parents(control: Control) -> None:
    control.changes.edit("tag", 1, parents=[])
    control.changes.edit("tag", 2, parents=[1])
    control.changes.edit("tag", 3, parents=[1, 2])
    with pytest.raises(StashError):
        control.changes.edit("tag", 1, parents=[3])
    control.world.tags[1].parents = (3,)  # a cycle, as a mirror may see while it reads
    control.world.tags.touched()
    assert {1, 2, 3} <= control.world.tag_family([1], -1)


def test_a_cover_made_anew_has_the_same_address(control: Control) -> None:
    query = "{ findScene(id: 1) { paths { screenshot } } }"
    before = data(control.answering, query)
    control.clock.advance(60)
    control.silent.generate_cover(1)
    assert data(control.answering, query) == before
    control.changes.edit("scene", 1, title="x")
    assert data(control.answering, query) != before


def test_a_scan_and_a_clean_are_told_when_complete_and_not_when_cancelled(control: Control) -> None:
    heard: list[object] = []
    end = control.world.jobs.events.listen("scanCompleteSubscribe", lambda what: heard.append(what) or 0)  # type: ignore[func-returns-value]
    made = control.changes.scan(["/media/new/a.mp4", "/media/new/b.mp4"])
    assert heard == [True]
    assert fired(control) == ["Scene.Create.Post"] * 2
    assert all(hook.input is None for hook in control.hooks.fired)
    control.changes.scan(["/media/new/c.mp4"], complete=False)
    assert heard == [True]
    control.changes.clean(made)
    assert heard == [True, True]
    control.world.jobs.finish(control.world.jobs.start("Generating..."))
    assert heard == [True, True]
    end()


def test_truth_tells_files_and_who_is_in_a_gallery(control: Control) -> None:
    told = truth(control.world)
    assert {kind: len(rows) for kind, rows in told.items()} == {kind: len(control.world.table(kind)) for kind in KINDS}
    assert told["gallery"][1]["images"] == [image.id for image in control.world.images if 1 in image.galleries]
    assert told["image"][1]["files"][0]["prints"][0]["type"] == "oshash"
