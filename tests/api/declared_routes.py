"""The table: every route of the server, and how it is asked for what somebody may not see. A new route gets its row here."""

from collections.abc import Mapping
from typing import Any

from longshelf.model.kinds import EntityKind
from tests.api.leaking import (
    MISSING_ITEM,
    MISSING_LIBRARY,
    QUESTIONS,
    Asking,
    Driven,
    Silent,
    each_kind,
    entity_list,
    ids_in,
    item_lists,
    of_any_entity,
    of_one_entity,
    of_one_item,
    same,
)
from tests.api.leaking_displays import ADMINS, FILE, LISTED, SCREEN, SOUGHT, STEERED
from tests.api.leaking_playlists import PLAYLISTS
from tests.visibility.worlds import FIRST_ENTITY

OWN = "only what the person wrote himself"
ACCOUNTS = "people and keys, nothing of the catalogue"
RULES = "names only ids that an administrator wrote into the rules"
WORK = "jobs carry no item"
CHANGES = None  # not asked: it changes something


def _count(asking: Asking, _method: str, path: str) -> None:
    for question in QUESTIONS:
        listed = asking.get("/api/items", **question, page_size=1)["pagination"]["total_count"]
        assert asking.get(path, **question)["count"] == listed


def _facets(asking: Asking, _method: str, path: str) -> None:
    kinds = [*map(str, EntityKind), "library", "kind", "year"]
    answer = asking.get(path, facet=kinds, limit=0)
    world = asking.world
    assert answer["total_count"] == len(asking.items)
    expected: dict[int, int] = {}
    for item_id in asking.items:
        for entity in {each for _, each in world.items[item_id].links if not world.entities[each].deleted}:
            expected[entity] = expected.get(entity, 0) + 1
    found = {each["id"]: each["count"] for kind in EntityKind for each in answer["facets"][kind]["values"]}
    assert found == expected
    for facet in ("library", "kind"):
        assert sum(each["count"] for each in answer["facets"][facet]["values"]) == len(asking.items)
    for kind in ("tag", "person"):  # by the name of each that is hidden
        for each in sorted(set(world.of_kind(EntityKind(kind))) - asking.entities)[:3]:
            assert asking.get(path, facet=kind, facet_q=world.entities[each].name)["facets"][kind]["values"] == []
            assert asking.get("/api/items", **{kind: each})["pagination"]["total_count"] == 0


def _image_of_item(kind: EntityKind) -> Driven:
    """Neither an entity nor an item he does not see."""

    def run(asking: Asking, method: str, path: str) -> None:
        of_one_entity(kind, json={"item_id": MISSING_ITEM}, changes=True).drive(asking, method, path)
        seen = next((each for each in sorted(asking.entities) if asking.world.entities[each].kind is kind), None)
        if seen is not None:
            address = path.replace("{entity_id}", str(seen))
            same(asking, lambda item_id: asking.ask(method, address, json={"item_id": item_id}), asking.hidden_items(), MISSING_ITEM)

    return Driven(run)


def _rail(asking: Asking, _method: str, path: str) -> None:
    for sort in ("title", "added", "date"):
        assert asking.get(path, sort=sort)["total"] == len(asking.items)


def _random(asking: Asking, _method: str, path: str) -> None:
    found = asking.get(path, n=200)
    assert {each["id"] for each in found["items"]} == asking.items
    assert found["pagination"]["total_count"] == len(asking.items)


def _export(asking: Asking, _method: str, path: str) -> None:
    text = asking.ask("GET", path).text
    assert len(text.splitlines()) == len(asking.items)


def _suggest(asking: Asking, _method: str, path: str) -> None:
    world = asking.world
    for typed in ("zqi", "zqe", "zqe0", "zqi1n"):
        asking.get(path, q=typed, n=50)
    hidden = [world.items[each].title for each in asking.hidden_items()]
    there = world.there(asking.user_id, own=asking.own)
    hidden += [world.entities[each].name for each in sorted(set(world.entities) - there)[:4]]
    for typed in hidden:
        found = asking.get(path, q=typed)["items"]
        assert typed not in {each["name"] for each in found}
    above = sorted(world.entities[each].name for each in there - asking.entities)
    for typed in (*above[:3], *sorted(world.entities[each].name for each in asking.entities)[:3]):
        assert typed in {each["name"] for each in asking.get(path, q=typed)["items"]}


def _stats(asking: Asking, _method: str, path: str) -> None:
    found = asking.get(path)
    assert found["items"] == sum(each["items"] for each in found["kinds"]) == len(asking.items)
    assert found["size"] == 100 * len(asking.items)
    assert found["libraries"] == len({asking.world.items[each].library_id for each in asking.items})


def _libraries(asking: Asking, _method: str, path: str) -> None:
    expected = {each: sum(asking.world.items[item].library_id == each for item in asking.items) for each in asking.libraries}
    assert {each["id"]: each["item_count"] for each in asking.get(path)["items"]} == expected


def _of_library(json: Any = None, *, changes: bool = False) -> Driven:
    def run(asking: Asking, method: str, path: str) -> None:
        hidden = [each for each in asking.world.libraries if each not in asking.libraries]
        same(asking, lambda each: asking.ask(method, path.replace("{library_id}", str(each)), json=json), hidden, MISSING_LIBRARY)
        for each in [] if changes else asking.libraries:
            assert asking.ask(method, path.replace("{library_id}", str(each))).status_code in {200, 403}

    return Driven(run)


def _user_data(asking: Asking, method: str, path: str) -> None:
    """What he said of what he may see, whatever else he said."""
    _of_library().drive(asking, method, path)
    for each in asking.libraries:
        seen = {item for item in asking.items if asking.world.items[item].library_id == each}
        figures = asking.get(path.replace("{library_id}", str(each)))["figures"]
        assert figures["in_progress"] == len(seen & BEGUN)
        assert (figures["o_items"], figures["o_total"]) == (len(seen & BEGUN), 2 * len(seen & BEGUN))


def _remote_word(asking: Asking, method: str, path: str) -> None:
    for library_id in asking.world.libraries:
        of = path.replace("{library_id}", str(library_id))
        hidden = [each for each in asking.hidden_items() if asking.world.items[each].library_id == library_id]
        same(asking, lambda each: asking.ask(method, of.replace("{item_id}", str(each))), hidden, MISSING_ITEM)  # noqa: B023 - asked at once
        for each in sorted(asking.items)[:6]:
            response = asking.ask(method, of.replace("{item_id}", str(each)))
            assert response.status_code == (200 if asking.world.items[each].library_id == library_id else 404)


def _hidden(asking: Asking, _method: str, path: str) -> None:
    """What he hid himself, of what administrators let him see."""
    world, user_id = asking.world, asking.user_id
    ruled = Asking(world, user_id, asking.client, asking.files, own=False)
    answer = ruled.get(path, page_size=100)
    expected = world.hidden.get(user_id, set()) & world.visible(user_id, own=False)
    expected |= world.hidden_entities.get(user_id, set()) & world.there(user_id, own=False)
    assert {each["id"] for each in answer["items"]} == expected
    assert answer["pagination"]["total_count"] == len(expected)


def _bulk(asking: Asking, _method: str, path: str) -> None:
    ids = sorted(asking.world.items)
    counted = asking.ask("POST", path, json={"ids": ids, "me": {"favorite": True}}).json()
    assert counted["count"] == len(asking.items)
    counted = asking.ask("POST", path, json={"query": "", "me": {"favorite": True}}).json()
    assert counted["count"] == len(asking.items)


def _preview(asking: Asking, _method: str, path: str) -> None:
    """Counted among what the one who asks sees."""
    path = path.replace("{user_id}", str(asking.user_id))
    answer = asking.ask("POST", path, json={"profile_id": None} if "users" in path else {}).json()
    assert (answer["visible_items"], answer["hidden_items"]) == (len(asking.items), 0)


def _rules(asking: Asking, method: str, path: str) -> None:
    """An administrator edits rules of everybody, whatever is kept from himself: their ids are told, and no names."""
    user_id = asking.user_id
    path = path.replace("{user_id}", str(user_id)).replace("{profile_id}", "1")
    response = asking.client.request(method, path)
    assert "Zqe" not in response.text  # before `also` lets names pass too
    asking.also |= {each for each in ids_in(response.text) if each >= FIRST_ENTITY}
    asking.search(path, response.text)


def _jobs(asking: Asking, method: str, path: str) -> None:
    """Each library has one, however many others there are."""
    told: list[dict[str, Any]] = []
    while True:
        listed = asking.ask(method, path, params={"page_size": 1_000, "page": len(told) // 1_000 + 1}).json()
        told += listed["items"]
        if not listed["pagination"]["has_next"]:
            break
    assert {job["library_id"] for job in told} - {None} == asking.libraries
    assert listed["pagination"]["total_count"] == len(told)


def _job(asking: Asking, method: str, path: str) -> None:
    for number in range(1, len(asking.world.libraries) + 1):
        response = asking.ask(method, path.replace("{job_id}", str(number)))
        assert response.status_code == 404 or response.json()["library_id"] in asking.libraries


ITEMS: dict[tuple[str, str], Any] = {
    ("GET", "/api/items"): item_lists(),
    ("GET", "/api/items/count"): Driven(_count),
    ("GET", "/api/items/facets"): Driven(_facets),
    ("GET", "/api/items/rail"): Driven(_rail),
    ("GET", "/api/items/random"): Driven(_random),
    ("GET", "/api/items/export"): Driven(_export),
    ("GET", "/api/items/{item_id}"): of_one_item(),
    ("GET", "/api/items/{item_id}/position"): of_one_item(),
    ("GET", "/api/items/{item_id}/similar"): of_one_item(),
    ("GET", "/api/items/{item_id}/chapters"): of_one_item(),
    ("GET", "/api/items/{item_id}/files"): of_one_item(),
    ("GET", "/api/items/{item_id}/locks"): of_one_item(),
    ("PUT", "/api/items/{item_id}/me"): of_one_item(json={"favorite": True}),
    ("PATCH", "/api/items/{item_id}"): of_one_item(json={"title": "x"}, changes=True),
    ("POST", "/api/items/{item_id}/progress"): of_one_item(json={"session": "s", "seq": 0}, changes=True),
    ("PUT", "/api/items/{item_id}/watched"): of_one_item(json={"watched": True}, changes=True),
    ("GET", "/api/items/continue"): item_lists({}, expected=lambda asking: asking.items & BEGUN),
    ("GET", "/api/items/recommended"): Silent("searched only: the order is its own business"),
    ("POST", "/api/items/bulk/count"): Driven(_bulk),
    ("POST", "/api/items/bulk"): Silent("counted by the route above, by the same query", CHANGES),
    ("GET", "/api/items/{item_id}/why-hidden"): of_one_item(user=1),
    ("GET", "/api/hidden"): Driven(_hidden),
    ("GET", "/media/{item_id}/file"): of_one_item(),
    ("GET", "/media/{item_id}/file/{n}"): of_one_item(),
    ("GET", "/media/{item_id}/page/{n}"): of_one_item(status=(200, 404, 422)),
    ("GET", "/media/{item_id}/spine"): of_one_item(status=(200, 404, 422)),
    ("GET", "/media/{item_id}/resource/{rest}"): of_one_item(status=(200, 404, 422)),
    ("GET", "/thumb/{item_id}"): of_one_item(status=(200, 404)),
    ("GET", "/thumb/entity/{entity_id}"): of_any_entity(status=(200, 404)),
    ("GET", "/thumb/entity/{entity_id}/back"): of_any_entity(status=(404,)),
    ("GET", "/api/items/{item_id}/playback"): of_one_item(),
    ("GET", "/media/{item_id}/chapters.vtt"): of_one_item(),
    ("GET", "/media/{item_id}/stream"): of_one_item(status=(404,)),
    ("GET", "/media/{item_id}/stream.m3u8"): of_one_item(status=(404,)),
    ("GET", "/media/{item_id}/segment/{n}"): of_one_item(status=(404,)),
    ("GET", "/media/{item_id}/preview"): of_one_item(status=(404,)),
    ("GET", "/media/{item_id}/sprite.vtt"): of_one_item(status=(404,)),
    ("GET", "/media/{item_id}/sprite"): of_one_item(status=(404,)),
    ("GET", "/media/{item_id}/caption/{n}"): of_one_item(status=(404,)),
    ("GET", "/media/{item_id}/marker/{marker}/picture"): of_one_item(status=(404,)),
    ("GET", "/media/{item_id}/marker/{marker}/preview"): of_one_item(status=(404,)),
    ("GET", "/media/{item_id}/marker/{marker}/stream"): of_one_item(status=(404,)),
    ("GET", "/media/{item_id}/heatmap"): of_one_item(status=(404,)),
    ("GET", "/media/{item_id}/script"): of_one_item(status=(404,)),
    ("GET", "/api/suggest"): Driven(_suggest),
    ("GET", "/api/stats"): Driven(_stats),
    ("GET", "/api/history"): Silent("searched only; counted in tests/catalog/test_watching.py"),
    ("DELETE", "/api/history"): Silent(OWN, CHANGES),
    ("DELETE", "/api/history/{play_id}"): Silent(OWN, CHANGES),
    ("GET", "/api/home"): Silent("names rows, not items"),
    ("PUT", "/api/home"): Silent("names rows, not items", CHANGES),
    ("GET", "/api/me/statistics"): Silent("searched only; counted in tests/catalog"),
    ("GET", "/api/statistics"): Silent("searched only; counted in tests/catalog"),
}
ENTITIES: dict[tuple[str, str], Any] = {
    **dict(each_kind(entity_list, "/api/*")),
    **dict(each_kind(of_one_entity, "/api/*/{entity_id}")),
    **dict(each_kind(lambda kind: of_one_entity(kind, json={"favorite": True}), "/api/*/{entity_id}/me", "PUT")),
    **dict(each_kind(lambda kind: of_one_entity(kind, json={"description": "x"}, changes=True), "/api/*/{entity_id}", "PATCH")),
    **dict(each_kind(lambda kind: of_one_entity(kind, changes=True), "/api/*/{entity_id}/image", "PUT")),
    **dict(each_kind(_image_of_item, "/api/*/{entity_id}/image", "POST")),
    **dict(each_kind(lambda kind: of_one_entity(kind, changes=True), "/api/*/{entity_id}/image", "DELETE")),
    **dict(each_kind(of_one_entity, "/api/*/{entity_id}/locks")),
    **dict(each_kind(of_one_entity, "/api/*/{entity_id}/merges")),
    **dict(each_kind(lambda kind: of_one_entity(kind, json={"ids": [1]}, changes=True), "/api/*/{entity_id}/merge", "POST")),
    **dict(each_kind(lambda kind: of_one_entity(kind, changes=True), "/api/*/{entity_id}/merges/{merge_id}/undo", "POST")),
}
LIBRARIES: dict[tuple[str, str], Any] = {
    ("GET", "/api/libraries"): Driven(_libraries),
    ("POST", "/api/libraries"): Silent("a new library has no items", CHANGES),
    ("GET", "/api/libraries/{library_id}"): _of_library(),
    ("PATCH", "/api/libraries/{library_id}"): _of_library({"name": "x"}, changes=True),
    ("DELETE", "/api/libraries/{library_id}"): _of_library(changes=True),
    ("PUT", "/api/libraries/{library_id}/stash"): _of_library({"url": "http://127.0.0.1:9"}, changes=True),
    ("POST", "/api/libraries/{library_id}/scan"): _of_library(changes=True),
    ("POST", "/api/libraries/{library_id}/sync"): _of_library(changes=True),
    ("GET", "/api/libraries/{library_id}/issues"): _of_library(),
    ("POST", "/api/libraries/probe"): Silent("asks another server, and tells only how much that holds", CHANGES),
    ("GET", "/api/libraries/{library_id}/stash"): _of_library(changes=True),
    ("GET", "/api/libraries/{library_id}/removed"): _of_library(changes=True),
    ("POST", "/api/libraries/{library_id}/hook"): _of_library(changes=True),
    ("PUT", "/api/libraries/{library_id}/push-back"): _of_library({"enabled": False}, changes=True),
    ("GET", "/api/libraries/{library_id}/user-data"): Driven(_user_data),
    ("POST", "/api/libraries/{library_id}/user-data"): _of_library({}, changes=True),
    ("GET", "/api/libraries/{library_id}/user-data/{item_id}"): Driven(_remote_word),
    ("GET", "/api/libraries/{library_id}/feeds"): _of_library(changes=True),
    ("POST", "/api/libraries/{library_id}/feeds"): _of_library({"urls": ["http://127.0.0.1:9/"]}, changes=True),
    ("DELETE", "/api/libraries/{library_id}/feeds/{feed_id}"): _of_library(changes=True),
    ("POST", "/api/feeds/probe"): Silent("asks another server, and tells what anybody is told there", CHANGES),
    ("POST", "/api/hooks/stash/{rest}"): Silent("answers when a sync begins, and nothing else", CHANGES),
    ("GET", "/api/events"): Silent("never ends; driven in test_leaks_events.py", CHANGES),
}
DISPLAYS: dict[tuple[str, str], Any] = {
    ("GET", "/api/displays"): LISTED,
    ("POST", "/api/displays"): Silent(ADMINS, CHANGES),
    ("GET", "/api/displays/{display_id}"): LISTED,
    ("PATCH", "/api/displays/{display_id}"): STEERED,
    ("DELETE", "/api/displays/{display_id}"): Silent("answers nothing", CHANGES),
    ("POST", "/api/displays/{display_id}/rebuild"): STEERED,
    ("POST", "/api/displays/{display_id}/play"): STEERED,
    ("POST", "/api/displays/{display_id}/pause"): STEERED,
    ("POST", "/api/displays/{display_id}/stop"): STEERED,
    ("POST", "/api/displays/{display_id}/next"): STEERED,
    ("POST", "/api/displays/{display_id}/previous"): STEERED,
    ("POST", "/api/displays/{display_id}/seek"): SOUGHT,
    ("POST", "/api/displays/{display_id}/volume"): STEERED,
    ("GET", "/api/displays/{display_id}/timeline"): LISTED,
    ("GET", "/api/displays/{display_id}/history"): LISTED,
    ("POST", "/api/screens"): Silent("a code, and nothing else", CHANGES),
    ("GET", "/api/screens/{code}"): SCREEN,
    ("GET", "/api/screens/{code}/events"): Silent("never ends; carries what the route above does", CHANGES),
    ("POST", "/api/screens/{code}/played"): Silent("answers as GET /api/screens/{code}", CHANGES),
    ("POST", "/api/screens/{code}/at"): Silent("answers as GET /api/screens/{code}", CHANGES),
    ("GET", "/api/screens/{code}/media/{item_id}"): FILE,
    ("GET", "/api/screens/{code}/stream/{item_id}"): FILE,
    ("GET", "/api/screens/{code}/thumb/{item_id}"): FILE,
}
RESTRICTIONS: dict[tuple[str, str], Any] = {
    ("GET", "/api/users/{user_id}/restrictions"): Driven(_rules),
    ("PUT", "/api/users/{user_id}/restrictions"): Silent(RULES, CHANGES),
    ("POST", "/api/users/{user_id}/restrictions/preview"): Driven(_preview),
    ("GET", "/api/profiles"): Driven(_rules),
    ("POST", "/api/profiles"): Silent(RULES, CHANGES),
    ("POST", "/api/profiles/preview"): Driven(_preview),
    ("GET", "/api/profiles/{profile_id}"): Driven(_rules),
    ("PUT", "/api/profiles/{profile_id}"): Silent(RULES, CHANGES),
    ("DELETE", "/api/profiles/{profile_id}"): Silent(RULES, CHANGES),
}
PEOPLE: dict[tuple[str, str], Any] = {
    ("GET", "/api/users"): Silent(ACCOUNTS),
    ("POST", "/api/users"): Silent(ACCOUNTS, CHANGES),
    ("GET", "/api/users/keys"): Silent(ACCOUNTS),
    ("GET", "/api/users/{user_id}"): Silent(ACCOUNTS),
    ("PATCH", "/api/users/{user_id}"): Silent(ACCOUNTS, CHANGES),
    ("DELETE", "/api/users/{user_id}"): Silent(ACCOUNTS, CHANGES),
    ("DELETE", "/api/users/{user_id}/sessions"): Silent(ACCOUNTS, CHANGES),
    ("DELETE", "/api/users/{user_id}/identities"): Silent(ACCOUNTS, CHANGES),
    ("GET", "/api/users/{user_id}/keys"): Silent(ACCOUNTS),
    ("DELETE", "/api/users/{user_id}/keys/{key_id}"): Silent(ACCOUNTS, CHANGES),
    ("GET", "/api/setup"): Silent(ACCOUNTS),
    ("POST", "/api/setup"): Silent(ACCOUNTS, CHANGES),
    ("GET", "/api/session"): Silent(ACCOUNTS),
    ("POST", "/api/session"): Silent(ACCOUNTS, CHANGES),
    ("DELETE", "/api/session"): Silent(ACCOUNTS, CHANGES),
    ("GET", "/api/session/ways"): Silent(ACCOUNTS),
    ("GET", "/api/oidc/start"): Silent(ACCOUNTS, CHANGES),
    ("GET", "/api/oidc/callback"): Silent(ACCOUNTS, CHANGES),
    ("GET", "/api/me"): Silent(ACCOUNTS),
    ("PUT", "/api/me/password"): Silent(ACCOUNTS, CHANGES),
    ("GET", "/api/me/sessions"): Silent(ACCOUNTS),
    ("DELETE", "/api/me/sessions"): Silent(ACCOUNTS, CHANGES),
    ("DELETE", "/api/me/sessions/{session_id}"): Silent(ACCOUNTS, CHANGES),
    ("GET", "/api/keys"): Silent(ACCOUNTS),
    ("POST", "/api/keys"): Silent(ACCOUNTS, CHANGES),
    ("DELETE", "/api/keys/{key_id}"): Silent(ACCOUNTS, CHANGES),
    ("POST", "/api/playlists"): Silent(OWN, CHANGES),
    ("GET", "/api/views"): Silent(OWN),
    ("POST", "/api/views"): Silent(OWN, CHANGES),
    ("DELETE", "/api/views/{view_id}"): Silent(OWN, CHANGES),
}
SERVER: dict[tuple[str, str], Any] = {
    ("GET", "/api/jobs"): Driven(_jobs),
    ("GET", "/api/jobs/{job_id}"): Driven(_job),
    ("POST", "/api/jobs/{job_id}/cancel"): Silent(WORK, CHANGES),
    ("POST", "/api/jobs/{job_id}/retry"): Silent(WORK, CHANGES),
    ("POST", "/api/jobs/{job_id}/undo"): Silent(WORK, CHANGES),
    ("GET", "/api/flags"): Silent("switches"),
    ("PUT", "/api/flags"): Silent("switches", CHANGES),
    ("GET", "/api/openapi.json"): Silent("the same for everybody"),
    ("GET", "/api/docs"): Silent("the same for everybody"),
    ("GET", "/healthz"): Silent("the same for everybody"),
    ("GET", "/readyz"): Silent("the same for everybody"),
}
BEGUN: set[int] = set()  # items the viewer has begun; filled by the test
DECLARED: Mapping[tuple[str, str], Driven | Silent] = {
    **ITEMS,
    **ENTITIES,
    **LIBRARIES,
    **DISPLAYS,
    **PLAYLISTS,
    **RESTRICTIONS,
    **PEOPLE,
    **SERVER,
}
