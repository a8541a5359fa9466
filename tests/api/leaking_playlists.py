"""How playlists are asked for what somebody may not see. Cat, who may see everything, has shared two that hold all there is, and keeps a
third to himself."""

import csv
import io
import time
from typing import Any

from longshelf.jobs.worker import Worker
from longshelf.store import accounts, jobs, playlist_items, playlists
from longshelf.store.database import Database, Transaction, run
from longshelf.tasks import block_counts
from tests.api.leaking import MISSING_ITEM, Asking, Driven, same
from tests.api.leaking_displays import seen_by_blocks
from tests.visibility.worlds import FIRST_ENTITY, World

CHOSEN, BLOCKS, SECRET = "Chosen by cat", "Blocks of cat", "Kept by cat"
WHOLE = 200  # more than there are
PATIENCE = 20.0  # seconds until a count that is not made fails its test
MADE: dict[str, int] = {}  # by name; filled when the world is made
WORKER: list[Worker] = []  # counts where no index does


def prepare(connection: Transaction, world: World) -> None:
    """Every item of the world; a block that plays everything, one that names what may be hidden, and one that looks for it."""
    cat = accounts.add_user(connection, "cat", password_hash="", admin=False, at=1).id
    for name, kind in ((CHOSEN, "items"), (BLOCKS, "blocks"), (SECRET, "items")):
        MADE[name] = playlists.add(connection, cat, name, kind, shared=name != SECRET, at=1)
    for name in (CHOSEN, SECRET):
        playlist_items.insert(connection, MADE[name], sorted(world.items), None, 1)
    said = {"title": "", "q": "", "filter": "", "view_id": None, "count": 3, "order": "newest", "format": "mixed", "dwell": None}
    words = f'"{next(iter(world.entities.values())).name}"'
    tree = '{"type": "linked", "kind": "tag", "ids": [%s]}' % ", ".join(map(str, sorted(world.entities)[:9]))  # noqa: UP031 - JSON has braces
    playlists.add_blocks(connection, MADE[BLOCKS], [said, said | {"filter": tree}, said | {"q": words}])


def serve(database: Database) -> None:
    """Jobs are run by the test, in its own process."""
    WORKER[:] = [Worker(database, {block_counts.KIND: block_counts.count}, pulse_seconds=0.05)]


def _count() -> None:
    """Runs the job that counts, where it was asked for."""
    with WORKER[0].database.read() as connection:
        waiting = [each.id for each in jobs.newest(connection, states=("queued",), kind=block_counts.KIND)]
    for each in waiting:
        WORKER[0].run_one(each)


def _visible(asking: Asking) -> list[int]:
    """In the order in which Cat chose them."""
    return sorted(asking.items)


def _told(asking: Asking, found: Any) -> bool:
    """Counts are the viewer's; whether they are there."""
    by_name = {each["name"]: each for each in found}
    assert SECRET not in by_name
    if CHOSEN in by_name:
        assert by_name[CHOSEN]["item_count"] == len(asking.items)
    everything = by_name[BLOCKS]["blocks"][0] if BLOCKS in by_name else {"available": len(asking.items), "stale": False}
    assert everything["stale"] == (everything["available"] is None)
    assert everything["stale"] or everything["available"] == len(asking.items)
    return not everything["stale"]


def _counted(ask: Any) -> None:
    """Where no index counts at once it takes the job, and no longer. What was counted before is forgotten."""
    with WORKER[0].database.write_quietly() as connection:
        run(connection, "DELETE FROM block_count")
    end = time.monotonic() + PATIENCE
    while not ask():
        assert time.monotonic() < end, "nobody counts"
        _count()
        time.sleep(0.02)


def _ask(asking: Asking, method: str, path: str, **about: Any) -> Any:
    """An administrator is told the ids and words that somebody wrote into blocks, and nothing that follows from them."""
    response = asking.client.request(method, path, **about)
    assert response.status_code < 500, response.text
    if response.status_code == 200 and asking.client.get("/api/me").json()["admin"]:
        asking.also |= {each for each in asking.world.entities if each >= FIRST_ENTITY and str(each) in response.text}
        asking.also |= {each for each in asking.world.entities if asking.world.entities[each].name in response.text}
    asking.search(path, response.text)
    return response


def _list(asking: Asking, method: str, path: str) -> None:
    _counted(lambda: _told(asking, _ask(asking, method, path, params={"page_size": WHOLE}).json()["items"]))


def _one(asking: Asking, method: str, path: str) -> None:
    for name in (CHOSEN, BLOCKS):
        _counted(lambda name=name: _told(asking, [_ask(asking, method, _at(path, name)).json()]))
    same(asking, lambda each: asking.ask(method, path.replace("{playlist_id}", str(each))), [MADE[SECRET]], MISSING_ITEM)
    seen_by_blocks(asking)


def _at(path: str, name: str) -> str:
    return path.replace("{playlist_id}", str(MADE[name])).replace("{block_id}", "1")


def _secret(json: Any = None) -> Driven:
    """A playlist that is somebody else's alone answers as one there never was."""

    def run(asking: Asking, method: str, path: str) -> None:
        path = path.replace("{block_id}", "1")
        same(asking, lambda each: asking.ask(method, path.replace("{playlist_id}", str(each)), json=json), [MADE[SECRET]], MISSING_ITEM)

    return Driven(run)


def _entries(asking: Asking, method: str, path: str) -> None:
    """Exactly those he may see, in order, by pages and by cursors."""
    found, cursor = [], None
    for _ in range(WHOLE):
        page = asking.get(_at(path, CHOSEN), page_size=5, **({"cursor": cursor} if cursor else {}))
        assert page["pagination"]["total_count"] == len(asking.items)
        found += [each["item"]["id"] for each in page["items"]]
        cursor = page["pagination"]["next_cursor"]
        if cursor is None:
            break
    assert found == _visible(asking)
    assert [each["item"]["id"] for each in asking.get(_at(path, CHOSEN), page=2, page_size=3)["items"]] == _visible(asking)[3:6]
    _secret().run(asking, method, path)


def _next(asking: Asking, method: str, path: str) -> None:
    """Played through, forwards, backwards and shuffled."""
    for about in ({}, {"back": True}, {"shuffle": True, "seed": 3}):
        found: list[int] = []
        at: dict[str, int] = {}
        while (entry := asking.get(_at(path, CHOSEN), **about, **at)["entry"]) is not None:
            found.append(entry["item"]["id"])
            at = {"entry_id": entry["entry_id"]}
        assert sorted(found) == _visible(asking)
        assert about or found == _visible(asking)
    _secret().run(asking, method, path)


def _export(asking: Asking, method: str, path: str) -> None:
    titles = [asking.world.items[each].title for each in _visible(asking)]
    assert [each["title"] for each in asking.get(_at(path, CHOSEN))["items"]] == titles
    table = asking.ask(method, _at(path, CHOSEN), params={"format": "csv"}).text
    assert [row["item_title"] for row in csv.DictReader(io.StringIO(table, newline="")) if row["row"] == "item"] == titles
    _ask(asking, method, _at(path, BLOCKS))
    _secret().run(asking, method, path)


def _copy(asking: Asking, method: str, path: str) -> None:
    """Of chosen items, those he may see."""
    made = asking.ask(method, _at(path, CHOSEN)).json()
    entries = asking.get(f"/api/playlists/{made['id']}/items", page_size=WHOLE)
    assert made["item_count"] == len(asking.items)
    assert [each["item"]["id"] for each in entries["items"]] == _visible(asking)
    asking.ask("DELETE", f"/api/playlists/{made['id']}")
    _secret().run(asking, method, path)


def _preview(asking: Asking, method: str, path: str) -> None:
    _counted(lambda: not asking.ask(method, path, json={"count": 3}).json()["stale"])
    found = asking.ask(method, path, json={"count": 3}).json()
    assert found["available"] == found["total"] == len(asking.items)
    assert {each["id"] for each in found["items"]} <= asking.items
    assert len(found["items"]) == min(12, len(asking.items))
    for each in asking.hidden_items():
        tree = {"type": "id", "ids": [each]}
        assert asking.ask(method, path, json={"filter": tree}).json()["items"] == []
        asking.ask(method, path, json={"q": asking.world.items[each].title})


def _add(asking: Asking, method: str, path: str) -> None:
    """What is hidden cannot be chosen, nor what there is not, and neither says which it was."""
    made = asking.ask("POST", "/api/playlists", json={"name": "Own", "kind": "items"}).json()
    path = path.replace("{playlist_id}", str(made["id"]))

    def add(item_id: int) -> Any:
        asking.client.patch(f"/api/playlists/{made['id']}", json={"name": "Own"})
        return {name: value for name, value in asking.ask(method, path, json={"item_ids": [item_id]}).json().items() if name != "version"}

    assert add(MISSING_ITEM) == {"item_count": 0, "changed": 0, "skipped": 1}
    for each in asking.hidden_items():
        assert add(each) == add(MISSING_ITEM)
    chosen = asking.ask(method, path, json={"query": ""}).json()
    assert chosen["changed"] == chosen["item_count"] == len(asking.items)
    asking.ask("DELETE", f"/api/playlists/{made['id']}")


def _import(asking: Asking, method: str, path: str) -> None:
    """A file names everything; what is hidden is missing, as what there never was is."""
    named = [
        {"library": f"Zql{number}x", "external_id": f"{number}-{each}"}
        for number in range(len(asking.world.libraries))
        for each in range(WHOLE // 10)
    ]
    response = asking.client.request(method, path, json={"playlist": {"name": "Own", "kind": "items", "items": named}})
    told = response.json()
    assert told["playlist"]["item_count"] == len(asking.items)
    assert told["skipped"] == len(named) - len(asking.items)
    asking.search(path, str(told["playlist"]))  # `missing` is what was sent
    asking.ask("DELETE", f"/api/playlists/{told['playlist']['id']}")


PLAYLISTS: dict[tuple[str, str], Driven] = {
    ("GET", "/api/playlists"): Driven(_list),
    ("GET", "/api/playlists/{playlist_id}"): Driven(_one),
    ("POST", "/api/playlists/import"): Driven(_import),
    ("POST", "/api/playlists/blocks/preview"): Driven(_preview),
    ("PATCH", "/api/playlists/{playlist_id}"): _secret({"name": "x"}),
    ("DELETE", "/api/playlists/{playlist_id}"): _secret(),
    ("POST", "/api/playlists/{playlist_id}/duplicate"): Driven(_copy),
    ("POST", "/api/playlists/{playlist_id}/activate"): _secret({}),
    ("GET", "/api/playlists/{playlist_id}/export"): Driven(_export),
    ("POST", "/api/playlists/{playlist_id}/blocks"): _secret({"q": "x"}),
    ("PUT", "/api/playlists/{playlist_id}/blocks/order"): _secret({"ids": []}),
    ("PATCH", "/api/playlists/{playlist_id}/blocks/{block_id}"): _secret({"count": 3}),
    ("DELETE", "/api/playlists/{playlist_id}/blocks/{block_id}"): _secret(),
    ("GET", "/api/playlists/{playlist_id}/items"): Driven(_entries),
    ("POST", "/api/playlists/{playlist_id}/items"): Driven(_add),
    ("DELETE", "/api/playlists/{playlist_id}/items"): _secret({"entry_ids": [1]}),
    ("PUT", "/api/playlists/{playlist_id}/items/order"): _secret({"entry_ids": [1]}),
    ("GET", "/api/playlists/{playlist_id}/place"): _secret(),
    ("PUT", "/api/playlists/{playlist_id}/place"): _secret({"entry_id": None}),
    ("GET", "/api/playlists/{playlist_id}/next"): Driven(_next),
}
