"""The list queries of the pretended Stash have the traps of a real one (§1.2–1.4 of its contract)."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.demo.stash.making import Counts, make_world
from tests.demo.stash_asking import COUNTS, answering, data, errors, ids

SCENES = "query($filter: FindFilterType) { findScenes(filter: $filter) { count scenes { id studio { id } } } }"
EVERYTHING = {"per_page": -1}
LISTS = ("findScenes", "findImages", "findGalleries", "findPerformers", "findStudios", "findTags", "findGroups", "findSceneMarkers")


def test_the_same_seed_makes_the_same_world_and_another_one_another() -> None:
    first, again, other = make_world(COUNTS, 1), make_world(COUNTS, 1), make_world(COUNTS, 2)
    assert list(first.scenes) == list(again.scenes)
    assert list(first.files) == list(again.files)
    assert list(first.scenes) != list(other.scenes)


def test_every_relation_leads_to_a_row() -> None:
    world = make_world(COUNTS)
    for scene in world.scenes:
        assert all(tag in world.tags for tag in scene.tags)
        assert all(performer in world.performers for performer in scene.performers)
        assert all(gallery in world.galleries for gallery in scene.galleries)
        assert scene.studio is None or scene.studio in world.studios
    assert {marker.scene for marker in world.markers} <= {scene.id for scene in world.scenes}


@pytest.mark.parametrize("counts", [Counts(0, 0), Counts(1, 1), Counts(3, 5, galleries=0), Counts(0, 30)])
def test_small_and_lopsided_worlds_can_be_made_and_read(counts: Counts) -> None:
    asked = answering(counts)
    for field in LISTS:
        ids(asked, field, filter=EVERYTHING)


def test_without_a_page_twenty_five_rows_are_answered() -> None:
    found = data(answering(), SCENES)["findScenes"]
    assert len(found["scenes"]) == 25
    assert found["count"] == 120


def test_no_rows_but_a_count_for_a_page_of_none_and_everything_for_a_negative_one() -> None:
    asked = answering()
    none = data(asked, SCENES, filter={"per_page": 0})["findScenes"]
    assert (none["count"], none["scenes"]) == (120, [])
    assert len(data(asked, SCENES, filter={"per_page": -7})["findScenes"]["scenes"]) == 120


def test_a_page_before_the_first_is_the_first_and_one_past_the_last_is_empty() -> None:
    asked = answering()
    by_id = {"sort": "id", "per_page": 10}
    assert ids(asked, "findScenes", filter={**by_id, "page": -3}) == list(range(1, 11))
    assert ids(asked, "findScenes", filter={**by_id, "page": 13}) == []


@pytest.mark.parametrize("field", ["findScenes", "findImages", "findGalleries"])
def test_without_a_sort_works_come_grouped_by_studio(field: str) -> None:
    asked = answering()
    table = asked.world.table({"findScenes": "scene", "findImages": "image"}.get(field, "gallery"))  # type: ignore[arg-type]
    studios = [table[key].studio or 0 for key in ids(asked, field, filter=EVERYTHING)]
    assert studios == sorted(studios)
    assert ids(asked, field, filter=EVERYTHING) != ids(asked, field, filter={**EVERYTHING, "sort": "id"})


def test_a_studio_that_changes_between_two_pages_makes_a_row_be_skipped() -> None:
    asked = answering()
    first = ids(asked, "findScenes", filter={"per_page": 40, "page": 1})
    asked.world.scenes[first[-1]].studio = 6
    asked.world.scenes[first[0]].studio = 6
    rest = [key for page in (2, 3) for key in ids(asked, "findScenes", filter={"per_page": 40, "page": page})]
    assert len(set(first + rest)) < 120
    assert len(first + rest) == 120


@pytest.mark.parametrize("field", ["findPerformers", "findStudios", "findTags", "findGroups"])
def test_what_has_a_name_comes_by_name_unless_told_otherwise(field: str) -> None:
    asked = answering()
    table = asked.world.table(field.removeprefix("find")[:-1].lower())  # type: ignore[arg-type]
    names = [table[key].name.casefold() for key in ids(asked, field, filter=EVERYTHING)]
    assert names == sorted(names)


@pytest.mark.parametrize("field", LISTS)
def test_an_unknown_sort_is_an_error_in_a_reply_that_says_200(field: str) -> None:
    asked = answering()
    reply = asked.answer({"query": f'{{ {field}(filter: {{sort: "no_such"}}) {{ count }} }}'}, "")
    assert reply.status == 200
    assert reply.body["data"] is None
    assert "invalid sort: no_such" in reply.body["errors"][0]["message"]


@pytest.mark.parametrize("field", LISTS)
def test_everything_can_be_sorted_by_id_and_by_stamps(field: str) -> None:
    asked = answering()
    by_id = ids(asked, field, filter={**EVERYTHING, "sort": "id"})
    assert by_id == sorted(by_id)
    assert by_id[::-1] == ids(asked, field, filter={**EVERYTHING, "sort": "id", "direction": "DESC"})
    for sort in ("created_at", "updated_at"):
        assert sorted(ids(asked, field, filter={**EVERYTHING, "sort": sort})) == by_id


@given(seed=st.integers(0, 2**64 - 1), size=st.integers(1, 50))
def test_a_seeded_shuffle_pages_over_every_row_once(seed: int, size: int) -> None:
    pages = [
        ids(_SHARED, "findScenes", filter={"sort": f"random_{seed}", "per_page": size, "page": page}) for page in range(1, 120 // size + 2)
    ]
    assert sorted(key for page in pages for key in page) == list(range(1, 121))


_SHARED = answering()


def test_another_seed_is_another_order_and_one_that_is_no_number_is_refused() -> None:
    orders = [ids(_SHARED, "findScenes", filter={**EVERYTHING, "sort": f"random_{seed}"}) for seed in (1, 2)]
    assert orders[0] != orders[1]
    assert errors(_SHARED, '{ findScenes(filter: {sort: "random_x"}) { count } }')


def test_rows_that_tie_have_no_fixed_order() -> None:
    asked = answering()
    for scene in asked.world.scenes:
        scene.title, scene.updated_at = "", "2025-01-01T00:00:00Z"
    pages = [ids(asked, "findScenes", filter={"sort": "updated_at", "per_page": 40, "page": page}) for page in (1, 2, 3)]
    assert len({key for page in pages for key in page}) < 120


@given(last=st.integers(-1, 130), size=st.integers(1, 40))
def test_the_keyset_of_ids_answers_what_comes_after(last: int, size: int) -> None:
    criteria = {"id": {"value": last, "modifier": "GREATER_THAN"}}
    wanted = [key for key in range(1, 121) if key > last][:size]
    assert ids(_SHARED, "findScenes", filter={"sort": "id", "per_page": size}, criteria=criteria) == wanted


@given(low=st.integers(-5, 130), high=st.integers(-5, 130))
def test_ids_between_and_not_between_share_the_table_out(low: int, high: int) -> None:
    inside = ids(_SHARED, "findImages", filter=EVERYTHING, criteria={"id": {"value": low, "value2": high, "modifier": "BETWEEN"}})
    outside = ids(_SHARED, "findImages", filter=EVERYTHING, criteria={"id": {"value": low, "value2": high, "modifier": "NOT_BETWEEN"}})
    assert sorted(inside) == [key for key in range(1, 201) if low <= key <= high]
    assert sorted(inside + outside) == list(range(1, 201))


@pytest.mark.parametrize("kind", ["Performer", "Studio", "Tag", "Group", "SceneMarker"])
def test_what_has_a_name_has_no_criterion_for_ids(kind: str) -> None:
    known = data(_SHARED, "query($n: String!) { __type(name: $n) { inputFields { name } } }", n=f"{kind}FilterType")
    assert "id" not in {each["name"] for each in known["__type"]["inputFields"]}
    assert "updated_at" in {each["name"] for each in known["__type"]["inputFields"]}


def test_one_missing_id_fails_all_that_were_asked_for() -> None:
    query = "query($ids: [ID!]) { findScenes(ids: $ids) { count scenes { id } } }"
    assert [row["id"] for row in data(_SHARED, query, ids=[7, 3])["findScenes"]["scenes"]] == ["7", "3"]
    reply = _SHARED.answer({"query": query, "variables": {"ids": [7, 999, 3]}}, "")
    assert (reply.status, reply.body["data"]) == (200, None)
    assert reply.body["errors"][0]["message"] == "scene with id 999 not found"


def test_a_single_row_that_is_missing_is_null_and_no_error() -> None:
    assert data(_SHARED, "{ findScene(id: 999) { id } findTag(id: 1) { id } }") == {"findScene": None, "findTag": {"id": "1"}}


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "+05:30"])
def test_stamps_are_text_in_the_zone_of_the_host(zone: str) -> None:
    asked = answering(zone=zone)
    stamps = {scene.updated_at for scene in asked.world.scenes}
    endings = {"UTC": ("Z",), "America/Los_Angeles": ("-07:00", "-08:00"), "+05:30": ("+05:30",)}[zone]
    assert all(stamp.endswith(endings) and "." not in stamp for stamp in stamps)


def test_stamps_are_compared_as_bytes_and_not_as_moments() -> None:
    asked = answering(zone="-08:00")
    for scene in asked.world.scenes:
        scene.updated_at = "2025-10-01T10:00:00-08:00"

    def after(value: str) -> int:
        criteria = {"updated_at": {"value": value, "modifier": "GREATER_THAN"}}
        return len(ids(asked, "findScenes", filter=EVERYTHING, criteria=criteria))

    assert after("2025-10-01T17:00:00Z") == 0  # an hour earlier as a moment, later as text
    assert after("2025-10-01T10:00:00-08:00") == 0
    assert after("2025-10-01T10:00:00") == 120
    assert after("2025-10-01T10:00:00.999") == 0  # "-" sorts before "."
    for scene in asked.world.scenes:
        scene.updated_at = "2025-10-01T10:00:00Z"
    assert after("2025-10-01T10:00:00.999") == 120  # "Z" sorts after ".": found for ever


def test_a_stamp_cannot_be_compared_with_a_text_modifier() -> None:
    wrong = '{ findTags(tag_filter: {updated_at: {value: "2", modifier: INCLUDES}}) { count } }'
    assert "internal error" in errors(_SHARED, wrong)[0]


def test_tags_are_found_with_what_is_below_them_as_deep_as_asked() -> None:
    asked = answering()
    world = asked.world
    for tag in world.tags:
        tag.parents = {2: (1,), 3: (2,), 4: (1, 3)}.get(tag.id, ())
    world.tags.touched()
    for scene in world.scenes:
        scene.tags = (scene.id,) if scene.id <= 4 else ()

    def with_tag(depth: int) -> list[int]:
        criteria = {"tags": {"value": ["1"], "modifier": "INCLUDES", "depth": depth}}
        return ids(asked, "findScenes", filter={"sort": "id"}, criteria=criteria)

    assert [with_tag(depth) for depth in (0, 1, -1)] == [[1], [1, 2, 4], [1, 2, 3, 4]]


@pytest.mark.parametrize("modifier", ["INCLUDES", "INCLUDES_ALL", "EXCLUDES", "IS_NULL", "NOT_NULL"])
def test_relations_are_matched_as_plain_sets_would(modifier: str) -> None:
    wanted = {1, 2}
    plain: dict[str, Callable[[set[int]], bool]] = {
        "INCLUDES": lambda held: bool(held & wanted),
        "INCLUDES_ALL": lambda held: wanted <= held,
        "EXCLUDES": lambda held: not held & wanted,
        "IS_NULL": lambda held: not held,
        "NOT_NULL": bool,
    }
    for name in ("tags", "performers"):
        criteria = {name: {"value": ["1", "2"], "modifier": modifier}}
        expected = [scene.id for scene in _SHARED.world.scenes if plain[modifier](set(getattr(scene, name)))]
        assert ids(_SHARED, "findScenes", filter={**EVERYTHING, "sort": "id"}, criteria=criteria) == expected


def test_criteria_are_joined_with_and_or_and_not() -> None:
    low, high = ({"id": {"value": value, "modifier": modifier}} for value, modifier in ((5, "LESS_THAN"), (116, "GREATER_THAN")))
    by_id = {**EVERYTHING, "sort": "id"}
    assert ids(_SHARED, "findScenes", filter=by_id, criteria={**low, "OR": high}) == [1, 2, 3, 4, 117, 118, 119, 120]
    assert ids(_SHARED, "findScenes", filter=by_id, criteria={**low, "AND": high}) == []
    assert ids(_SHARED, "findScenes", filter=by_id, criteria={"NOT": high}) == list(range(1, 117))


def test_images_of_a_gallery_are_found_through_the_images() -> None:
    criteria = {"galleries": {"value": ["3"], "modifier": "INCLUDES"}}
    expected = [image.id for image in _SHARED.world.images if 3 in image.galleries]
    assert expected
    assert ids(_SHARED, "findImages", filter={**EVERYTHING, "sort": "id"}, criteria=criteria) == expected


def test_aggregates_are_computed_and_counted_only_when_they_are_asked_for() -> None:
    asked = answering()
    data(asked, SCENES, filter={"per_page": 5})
    assert asked.tally.aggregates == 0
    found = data(asked, "{ findScenes(filter: {per_page: 1}) { duration filesize } findImages { megapixels } }")
    assert asked.tally.aggregates == 3
    every = sum(asked.world.files[file].size for scene in asked.world.scenes for file in scene.files)
    assert found["findScenes"]["filesize"] == every


def test_counts_of_a_row_are_counted_too() -> None:
    asked = answering()
    data(asked, "{ findTags(filter: {per_page: 10}) { tags { id parents { id } } } }")
    assert asked.tally.counts_per_row == 0
    counted = data(asked, '{ findTags(filter: {per_page: 10, sort: "id"}) { tags { id scene_count(depth: -1) } } }')["findTags"]["tags"]
    assert asked.tally.counts_per_row == 10
    below = asked.world.tag_family([1], -1)
    assert counted[0]["scene_count"] == sum(1 for scene in asked.world.scenes if below & set(scene.tags))


def test_what_was_asked_is_kept() -> None:
    asked = answering()
    data(asked, f"query Page{SCENES.removeprefix('query')}", filter={"per_page": 7, "sort": "id"})
    data(asked, '{ findTags(filter: {per_page: 3, sort: "name"}) { count } version { version } }')
    errors(asked, "{ nonsense }")
    assert [(each.fields, each.per_page, each.sort, each.status) for each in asked.log] == [
        (("findScenes",), 7, "id", 200),
        (("findTags", "version"), 3, "name", 200),
        ((), None, None, 422),
    ]
    assert asked.log[0].variables == {"filter": {"per_page": 7, "sort": "id"}}
    assert asked.log[0].rows == 7
