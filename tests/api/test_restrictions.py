"""Setting, trying and explaining restrictions over HTTP, and hiding things for oneself."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from longshelf.model.kinds import EntityKind
from longshelf.store import bulk, tables
from longshelf.store.database import run
from tests.api.leak_world import Leaky, served
from tests.visibility import worlds

OPEN: dict[str, Any] = {"rules": [], "age_rating_max": None, "unrated": "show", "libraries": None, "profile_id": None}
ANN, BOB = 1, 2


@pytest.fixture
def leaky(tmp_path: Path) -> Iterator[Leaky]:
    with served(tmp_path / "data", None, "sql", 1) as made:
        yield made


def _set(leaky: Leaky, **rules: Any) -> dict[str, Any]:
    response = leaky.viewers[ANN].put(f"/api/users/{BOB}/restrictions", json=rules)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def _count(leaky: Leaky, user_id: int = BOB) -> int:
    return int(leaky.viewers[user_id].get("/api/items/count").json()["count"])


def _carried_tag(leaky: Leaky) -> int:
    return min(entity for each in leaky.world.items.values() for kind, entity in each.links if kind is EntityKind.TAG)


def test_rules_are_set_as_a_whole_and_hold_at_once(leaky: Leaky) -> None:
    path = f"/api/users/{BOB}/restrictions"
    assert leaky.viewers[ANN].get(path).json() == OPEN
    whole = _count(leaky)
    rule = {"kind": "tag", "mode": "exclude", "ids": [_carried_tag(leaky)]}
    said = _set(leaky, rules=[rule], age_rating_max=16, unrated="show", libraries=leaky.world.libraries)
    assert said == {
        "rules": [{**rule, "restrict_empty": False}], "age_rating_max": 16, "unrated": "show", "libraries": leaky.world.libraries,
        "profile_id": None,
    }  # fmt: skip
    assert leaky.viewers[ANN].get(path).json() == said
    assert 0 < _count(leaky) < whole
    assert _count(leaky, ANN) == whole
    _set(leaky, rules=[])
    assert _count(leaky) == whole


def test_a_ceiling_hides_what_has_no_rating_unless_told_otherwise(leaky: Leaky) -> None:
    assert _set(leaky, age_rating_max=99)["unrated"] == "hide"
    rated = sum(each.age_rating is not None for each in leaky.world.items.values())
    assert _count(leaky) == rated
    _set(leaky, age_rating_max=99, unrated="show")
    assert _count(leaky) == len(leaky.world.items)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"rules": [{"kind": "tag", "mode": "exclude", "ids": ["x"]}]}, "rules[0].ids[0]"),
        ({"rules": [{"kind": "tag", "mode": "without", "ids": []}]}, "rules[0].mode"),
        ({"rules": [{"kind": "place", "mode": "exclude", "ids": []}]}, "rules[0].kind"),
        ({"age_rating_max": -1}, "age_rating_max"),
        ({"unrated": "perhaps"}, "unrated"),
        ({"profile_id": 77}, "profile_id"),
        ({"rulez": []}, ""),
    ],
)
def test_what_cannot_be_meant_is_refused(body: dict[str, Any], field: str, leaky: Leaky) -> None:
    response = leaky.viewers[ANN].put(f"/api/users/{BOB}/restrictions", json=body)
    assert response.status_code == 422, response.text
    assert field in response.text
    assert leaky.viewers[ANN].get(f"/api/users/{BOB}/restrictions").json() == OPEN


def test_a_rule_about_tags_takes_no_person(leaky: Leaky) -> None:
    """It would hide nothing, and nobody would notice."""
    person = leaky.world.of_kind(EntityKind.PERSON)[0]
    body = {"rules": [{"kind": "tag", "mode": "exclude", "ids": [person]}]}
    response = leaky.viewers[ANN].put(f"/api/users/{BOB}/restrictions", json=body)
    assert (response.status_code, response.json()["field"]) == (422, "rules[0].ids")
    assert response.json()["reason"] == f"{person} is a person, and the rule is about the kind tag"


def test_only_administrators_set_and_see_rules(leaky: Leaky) -> None:
    for path in (f"/api/users/{BOB}/restrictions", "/api/profiles", f"/api/items/{min(leaky.world.items)}/why-hidden?user={BOB}"):
        assert leaky.viewers[BOB].get(path).status_code == 403
    assert leaky.viewers[ANN].get("/api/users/77/restrictions").status_code == 404
    assert leaky.viewers[ANN].put("/api/users/77/restrictions", json={}).status_code == 404


def test_a_preview_counts_what_would_go_and_by_which_rule(leaky: Leaky) -> None:
    world, tag, library = leaky.world, _carried_tag(leaky), leaky.world.libraries[0]
    rules = [{"kind": "tag", "mode": "exclude", "ids": [tag, 999_999_999]}, {"kind": "tag", "mode": "include", "ids": [tag]}]
    body = {"rules": rules, "libraries": [library], "age_rating_max": 12, "unrated": "show"}
    found = leaky.viewers[ANN].post(f"/api/users/{BOB}/restrictions/preview", json=body).json()
    assert _count(leaky) == len(world.items)
    assert [(each["part"], each["rule"], each["missing"]) for each in found["hidden_by_rule"]] == [
        ("rule", 0, [999_999_999]), ("rule", 1, []), ("age_rating", None, []), ("libraries", None, []),
    ]  # fmt: skip
    _set(leaky, **body)
    assert (found["visible_items"], found["hidden_items"]) == (_count(leaky), len(world.items) - _count(leaky))
    for part, alone in zip(found["hidden_by_rule"], _alone(body), strict=True):
        _set(leaky, **alone)
        assert part["hidden_items"] == len(world.items) - _count(leaky), part


def _alone(body: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        *({"rules": [rule]} for rule in body["rules"]),
        {"age_rating_max": body["age_rating_max"], "unrated": body["unrated"]},
        {"libraries": body["libraries"]},
    ]


def test_a_shared_profile_holds_beside_a_persons_own_rules_until_it_is_taken_away(leaky: Leaky) -> None:
    ann, library = leaky.viewers[ANN], leaky.world.libraries[0]
    made = ann.post("/api/profiles", json={"name": "Children", "libraries": [library]})
    assert made.status_code == 201, made.text
    profile = made.json()
    assert ann.post("/api/profiles", json={"name": "children"}).status_code == 409
    within = sum(each.library_id == library for each in leaky.world.items.values())
    assert _set(leaky, profile_id=profile["id"])["profile_id"] == profile["id"]
    assert _count(leaky) == within
    tag = _carried_tag(leaky)
    assert _set(leaky, rules=[{"kind": "tag", "mode": "exclude", "ids": [tag]}])["profile_id"] == profile["id"]  # not named: it stays
    assert _count(leaky) < within
    assert ann.get(f"/api/profiles/{profile['id']}").json()["users"] == [BOB]
    changed = ann.put(f"/api/profiles/{profile['id']}", json={"name": "Kids", "libraries": []})
    assert (changed.status_code, changed.json()["name"]) == (200, "Kids")
    assert _count(leaky) == 0
    assert ann.delete(f"/api/profiles/{profile['id']}").status_code == 409  # he would see what it keeps from him
    _set(leaky, profile_id=None)
    assert _count(leaky) == len(leaky.world.items)
    assert ann.delete(f"/api/profiles/{profile['id']}").status_code == 204
    assert ann.get(f"/api/profiles/{profile['id']}").status_code == 404
    assert ann.get("/api/profiles").json()["items"] == []


def test_why_hidden_names_every_rule_and_the_way(leaky: Leaky) -> None:
    world, database = leaky.world, leaky.database
    item = min(world.items)
    tag, above = world.of_kind(EntityKind.TAG)[:2]
    person = world.of_kind(EntityKind.PERSON)[0]
    with database.write_quietly() as connection:
        run(connection, "DELETE FROM entity_link")
        run(connection, "DELETE FROM link WHERE item_id = ?", item)
        run(connection, "UPDATE item SET age_rating = 18 WHERE id = ?", item)
    world.edges.clear()
    worlds.move(database, world, item, link=(None, person), edge=(person, tag, "tagged"))
    worlds.relate(database, world, [(tag, above, "parent")])
    assert _why(leaky, item) == {"item_id": item, "user_id": BOB, "visible": True, "reasons": []}
    _set(leaky, rules=[{"kind": "tag", "mode": "exclude", "ids": [above]}], age_rating_max=12, libraries=[])
    found = _why(leaky, item)
    names = {each.id: each.name for each in world.entities.values()}
    assert found["visible"] is False
    assert [each["part"] for each in found["reasons"]] == ["rule", "age_rating", "libraries"]
    assert [each["id"] for each in found["reasons"][0]["path"]] == [above, tag, person, item]
    assert found["reasons"][0]["about"] == (
        f"rule 1 hides a tag: tag {names[above]} → tag {names[tag]} → person {names[person]} → item"
    )  # fmt: skip
    assert leaky.viewers[ANN].get(f"/api/items/{item}/why-hidden", params={"user": 77}).status_code == 404
    assert leaky.viewers[ANN].get(f"/api/items/{item}/why-hidden").status_code in {400, 422}


def _why(leaky: Leaky, item: int) -> dict[str, Any]:
    response = leaky.viewers[ANN].get(f"/api/items/{item}/why-hidden", params={"user": BOB})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_what_a_person_hid_he_finds_again_and_shows_again(leaky: Leaky) -> None:
    bob, world = leaky.viewers[BOB], leaky.world
    before = bob.get("/api/items", params={"page_size": 100})
    item, tag = max(world.items), _carried_tag(leaky)
    assert bob.put(f"/api/items/{item}/me", json={"hidden": True}).json()["hidden"] is True
    assert bob.put(f"/api/tags/{tag}/me", json={"hidden": True}).json()["hidden"] is True
    assert bob.get(f"/api/items/{item}").status_code == bob.get(f"/api/tags/{tag}").status_code == 404
    after = bob.get("/api/items", params={"page_size": 100}, headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.json()["snapshot"] != before.json()["snapshot"]
    carrying = {each.id for each in world.items.values() if (EntityKind.TAG, tag) in each.links}
    assert not {each["id"] for each in after.json()["items"]} & {item, *carrying}
    hidden = bob.get("/api/hidden").json()
    assert [(each["type"], each["id"]) for each in hidden["items"]] == [("entity", tag), ("item", item)]
    assert hidden["items"][1]["name"] == world.items[item].title
    assert [each["id"] for each in bob.get("/api/hidden", params={"page": 2, "page_size": 1}).json()["items"]] == [item]
    assert leaky.viewers[ANN].get("/api/hidden").json()["items"] == []
    assert bob.put(f"/api/items/{item}/me", json={"hidden": True}).status_code == 200  # said twice is no trouble
    assert bob.put(f"/api/items/{item}/me", json={"rating": 5}).status_code == 404
    assert bob.put(f"/api/items/{item}/me", json={"hidden": False}).status_code == 200
    assert bob.put(f"/api/tags/{tag}/me", json={"hidden": False}).status_code == 200
    assert bob.get("/api/items", params={"page_size": 100}).json()["items"] == before.json()["items"]
    assert bob.get("/api/hidden").json()["items"] == []


def test_nobody_shows_himself_what_an_administrator_keeps_from_him(leaky: Leaky) -> None:
    bob, item = leaky.viewers[BOB], max(leaky.world.items)
    bob.put(f"/api/items/{item}/me", json={"hidden": True})
    _set(leaky, libraries=[leaky.world.libraries[0]])
    assert leaky.world.items[item].library_id != leaky.world.libraries[0]
    assert bob.get("/api/hidden").json()["items"] == []
    assert bob.put(f"/api/items/{item}/me", json={"hidden": False}).status_code == 404


def test_a_parent_of_something_visible_keeps_its_page(leaky: Leaky) -> None:
    world, tag = leaky.world, _carried_tag(leaky)
    with leaky.database.write() as write:
        columns = ("id", "library_id", "kind", "name", "name_key", "sort_key", "created_at", "updated_at", "revision")
        above = worlds.FIRST_ENTITY + 500
        row = (above, world.libraries[0], "tag", "above", "above", "above", 0, 0, write.revision)
        bulk.insert(write.connection, tables.entity, columns, [row])
        write.touch(entities=[above])
    assert leaky.viewers[BOB].get(f"/api/tags/{above}").status_code == 404
    worlds.relate(leaky.database, world, [(tag, above, "parent")])
    assert leaky.viewers[BOB].get(f"/api/tags/{above}").json()["item_count"] == 0
    assert above in {each["id"] for each in leaky.viewers[BOB].get(f"/api/tags/{tag}").json()["parents"]}
    _set(leaky, libraries=[])
    assert leaky.viewers[BOB].get(f"/api/tags/{above}").status_code == 404
