"""How displays and screens are asked for what somebody may not see: an administrator with rules looks at a display that plays as somebody
else, and a screen plays as he himself."""

from typing import Any

from tests.api.leaking import MISSING_ITEM, Asking, Driven, same

NAME, PLAYED = "Leaking", 3
MORE = 6  # items played as somebody else, less than there are
ADMINS = "for administrators: items as in the list of displays"


def _display(asking: Asking, person: int) -> dict[str, Any] | None:
    """The one display of this world, which plays as this person now and has played something. None for who is no administrator."""
    listed = asking.ask("GET", "/api/displays")
    if listed.status_code == 403:
        return None
    found = next((each for each in listed.json()["items"] if each["name"] == NAME), None) or _claimed(asking, NAME)
    path = f"/api/displays/{found['id']}"
    asking.ask("PATCH", path, json={"user_id": person})
    for _ in range(PLAYED):
        asking.ask("POST", f"{path}/next")
    return dict(asking.ask("GET", path).json())


def _claimed(asking: Asking, name: str) -> dict[str, Any]:
    """A display with a playlist of two blocks."""
    code = asking.ask("POST", "/api/screens").json()["code"]
    found = dict(asking.ask("POST", "/api/displays", json={"code": code, "name": name}).json())
    made = asking.ask("POST", "/api/playlists", json={"name": name, "display_id": found["id"]}).json()
    for order in ("newest", "random"):
        asking.ask("POST", f"/api/playlists/{made['id']}/blocks", json={"count": 4, "order": order})
    return found | {"playlist_id": made["id"]}


def _other(asking: Asking) -> int:
    """Somebody else, who may see other things."""
    listed = asking.client.get("/api/users").json()["items"]
    return int(next(each["id"] for each in listed if each["id"] != asking.user_id))


def _of_display(json: Any = None) -> Driven:
    def run(asking: Asking, method: str, path: str) -> None:
        if asking.client.get("/api/users").status_code == 403:
            return
        found = _display(asking, _other(asking))
        assert found is not None
        response = asking.ask(method, path.replace("{display_id}", str(found["id"])), json=json)
        assert response.status_code == 200 or (path.endswith("/seek") and not found["current"]), response.text
        told = response.json()
        for slot in [told, *told.get("items", []), *told.get("slots", [])]:
            playing = slot.get("current") or slot
            item = playing.get("item")
            assert item is None or item["id"] in asking.items
        if "pagination" in told and path.endswith("/history"):
            shown = min(told["pagination"]["total_count"], told["pagination"]["page_size"])
            assert len(told["items"]) == shown  # what he may not see is not counted either

    return Driven(run)


def seen_by_blocks(asking: Asking) -> None:
    """A new display played as somebody else, and plays as he from now on: its blocks count only what he may see of what was played."""
    if asking.client.get("/api/users").status_code == 403:
        return
    found = _claimed(asking, "Seen")
    path = f"/api/displays/{found['id']}"
    asking.ask("PATCH", path, json={"user_id": _other(asking)})
    for _ in range(MORE):
        asking.ask("POST", f"{path}/next")
    asking.ask("PATCH", path, json={"user_id": asking.user_id})
    shown = {each["item"]["id"] for each in asking.get(f"{path}/history", page_size=1_000)["items"]}
    for block in asking.get(f"/api/playlists/{found['playlist_id']}")["blocks"]:
        assert block["seen"] <= len(shown)
    asking.ask("DELETE", f"/api/playlists/{found['playlist_id']}")
    asking.ask("DELETE", path)


def _screen(asking: Asking, _method: str, path: str) -> None:
    """It shows what he may see, and that alone."""
    found = _display(asking, asking.user_id)
    if found is None:
        return
    told = asking.get(path.replace("{code}", found["code"]))
    shown = [*([told["current"]] if told["current"] else []), *told["upcoming"]]
    assert {each["item"]["id"] for each in shown} <= asking.items
    assert bool(shown) == bool(asking.items)


def _file(asking: Asking, method: str, path: str) -> None:
    """What is hidden, what is not in its slots, and what there never was are the same answer."""
    found = _display(asking, asking.user_id)
    if found is None:
        return
    path = path.replace("{code}", found["code"])
    same(asking, lambda each: asking.ask(method, path.replace("{item_id}", str(each))), asking.hidden_items(), MISSING_ITEM)


LISTED = _of_display()
STEERED = _of_display({})
SOUGHT = _of_display({"seconds": 1})
SCREEN = Driven(_screen)
FILE = Driven(_file)
