"""Mirrored libraries over HTTP: added, synced, hooked; and the key of their server is in no answer, no log line and no file."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from longshelf.api.routes import ROUTES
from longshelf.config import Settings
from longshelf.jobs.worker import Worker
from longshelf.store import jobs
from longshelf.store.database import Database
from longshelf.tasks import stash_hooks
from longshelf.tasks.table import tasks
from tests.api.conftest import Served
from tests.ingest.mirroring import SMALL
from tests.support.fake_stash import FakeStash, fake_stash

KEY = "s3cr3t-key-of-the-stash"


@pytest.fixture
def stash() -> Iterator[FakeStash]:
    with fake_stash(SMALL, api_key=KEY) as running:
        yield running


def work(served: Served) -> None:
    """Runs what is queued."""
    database = served.catalogue.database
    worker = Worker(database, tasks(Settings(data=served.catalogue.settings.data)))
    with database.write_quietly() as connection:
        connection.exec_driver_sql("UPDATE job SET run_after = 0 WHERE state = 'queued'")
    while worker.step():
        pass


def add(served: Served, stash: FakeStash, key: str = KEY, name: str = "Mirror") -> dict[str, Any]:
    answer = served.admin.post("/api/libraries", json={"name": name, "stash": {"url": f"{stash.url}/graphql/", "api_key": key}})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_mirror_is_added_synced_and_browsed(own: Served, stash: FakeStash) -> None:
    library = add(own, stash)
    assert (library["type"], library["url"], library["folders"]) == ("stash", stash.url, [])
    work(own)
    path = f"/api/libraries/{library['id']}"
    found = own.admin.get(path).json()
    assert (found["state"], found["item_count"]) == ("ready", 140)
    listed = own.admin.get("/api/items", params={"library": library["id"], "kind": "video", "page_size": 5}).json()
    assert listed["pagination"]["total_count"] == 60
    assert own.admin.get(f"/api/items/{listed['items'][0]['id']}").json()["library_id"] == library["id"]
    queued = own.admin.post(f"{path}/sync", json={"mode": "reconcile"})
    assert queued.status_code == 202
    work(own)
    ended = own.admin.get(f"/api/jobs/{queued.json()['id']}").json()
    assert (ended["state"], ended["result"]["mode"]) == ("done", "reconcile")


def test_with_stash_down_all_but_the_sync_works(own: Served, stash: FakeStash) -> None:
    library = add(own, stash)
    work(own)
    stash.stop()
    own.admin.post(f"/api/libraries/{library['id']}/sync")
    work(own)
    found = own.admin.get(f"/api/libraries/{library['id']}").json()
    assert found["state"] == "offline"
    assert "cannot be reached" in found["state_reason"]
    listed = own.admin.get("/api/items", params={"library": library["id"]}).json()
    assert listed["pagination"]["total_count"] == 140
    item = listed["items"][0]
    assert own.admin.get("/api/items", params={"q": item["title"].split()[0]}).json()["pagination"]["total_count"] >= 1
    assert own.admin.put(f"/api/items/{item['id']}/me", json={"rating": 70}).status_code == 200
    assert own.admin.get("/api/stats").status_code == 200


def test_a_key_can_be_changed_without_losing_anything(own: Served, stash: FakeStash) -> None:
    library = add(own, stash, key="an-old-key")
    path = f"/api/libraries/{library['id']}"
    work(own)
    assert own.admin.get(path).json()["state"] == "offline"
    changed = own.admin.put(f"{path}/stash", json={"api_key": KEY, "poll_minutes": 30})
    assert (changed.status_code, changed.json()["options"]["poll_minutes"], changed.json()["url"]) == (200, 30, stash.url)
    work(own)
    assert own.admin.get(path).json()["state"] == "ready"
    assert own.admin.put(f"{path}/stash", json={"url": "ftp://x"}).status_code == 422
    assert own.other.put(f"{path}/stash", json={}).status_code == 403


def test_a_hook_needs_its_token_and_nothing_else(own: Served, stash: FakeStash) -> None:
    library = add(own, stash)
    work(own)
    token = _token(own)
    stash.changes.edit("scene", 1, title="Told by a hook")
    assert own.nobody.post(f"/api/hooks/stash/{token}", json={"type": "Scene.Update.Post", "id": 1, "input": {}}).status_code == 200
    assert own.nobody.post(f"/api/hooks/stash/{token}").status_code == 200
    work(own)
    assert own.admin.get("/api/items", params={"q": '"Told by a hook"'}).json()["pagination"]["total_count"] == 1
    for wrong in (token[:-1], "0" * 40, "ü", str(library["id"])):
        assert own.nobody.post(f"/api/hooks/stash/{wrong}", json={"type": "Scene.Destroy.Post", "id": 2}).status_code == 404


def _token(served: Served) -> str:
    from longshelf.store import libraries

    with served.catalogue.database.read() as connection:
        library = libraries.named(connection, "Mirror")
    return stash_hooks.token(served.catalogue.database, library)


@pytest.mark.parametrize(
    "body",
    [
        {"name": "X", "stash": {"url": "ftp://x"}},
        {"name": "X", "stash": {"url": "http://u:p@x"}},
        {"name": "X", "stash": {"url": "http://x", "poll_minutes": 1}},
        {"name": "X", "stash": {"url": "http://x"}, "folders": ["/tmp"]},
        {"name": "X", "stash": {"url": "http://169.254.169.254"}},
        {"name": "X", "stash": {}},
        {"name": "X"},
    ],
)
def test_what_cannot_be_mirrored_is_refused(body: dict[str, object], own: Served) -> None:
    assert own.admin.post("/api/libraries", json=body).status_code == 422


def test_only_administrators_sync(own: Served, stash: FakeStash) -> None:
    library = add(own, stash)
    path = f"/api/libraries/{library['id']}/sync"
    assert own.other.post(path).status_code == 403
    assert own.nobody.post(path).status_code == 401
    assert own.admin.post(f"/api/libraries/{own.catalogue.library_id}/sync").status_code == 422
    assert own.other.get(f"/api/libraries/{library['id']}").json()["url"] is None


# --- the key


def test_no_answer_and_no_row_but_one_holds_a_key(own: Served, stash: FakeStash) -> None:
    library = add(own, stash)
    add(own, stash, key=f"{KEY}-wrong", name="Refused")
    work(own)
    places = [route.path for route in ROUTES if route.method == "GET" and route.access != "public"]
    assert len(places) > 20
    for place in places:
        address = place.replace("{library_id}", str(library["id"])).replace("{job_id}", "1").replace("{item_id}", "1")
        if "{" in address or "events" in address:
            continue
        answer: httpx.Response = own.admin.get(address)
        assert KEY not in answer.text, place
    refused = next(each for each in own.admin.get("/api/libraries").json()["items"] if each["name"] == "Refused")
    assert refused["state"] == "offline"
    assert "API key" in refused["state_reason"]
    _only_in_settings(own.catalogue.database)


def test_no_log_line_and_no_file_holds_a_key(tmp_path: Path, stash: FakeStash) -> None:
    """The command line with the most talkative log, a server that is there, one that repeats what it is sent, and one that is away."""
    environment = {
        **os.environ,
        "LONGSHELF_DATA": str(tmp_path),
        "LONGSHELF_LOG_LEVEL": "debug",
        "LONGSHELF_LOG": "json",
        "STASH_API_KEY": KEY,
    }

    def run(*arguments: str) -> str:
        found = subprocess.run(
            [sys.executable, "-m", "longshelf.cli.main", *arguments, "--json"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        return found.stdout + found.stderr

    said = run("library", "add", "Mirror", "--stash", stash.url)
    assert json.loads(said.splitlines()[-1])["hook"].startswith("/api/hooks/stash/")
    said += run("sync", "Mirror") + run("library", "list")
    stash.faults.add("errors", message=f"what is {KEY}?", times=-1)
    said += run("sync", "Mirror")
    stash.faults.clear()
    stash.faults.add("status", code=422, body=json.dumps({"errors": [{"message": f"what is {KEY}?"}]}), times=-1)
    said += run("sync", "Mirror")
    stash.stop()
    said += run("sync", "Mirror", "--full")
    assert "sync_full completed" in said
    assert "sync_full failed" in said
    assert KEY not in said
    for path in tmp_path.rglob("*"):
        if path.is_file() and not path.name.startswith("longshelf.db"):
            assert KEY.encode() not in path.read_bytes(), path
    database = Database(f"sqlite:///{tmp_path / 'longshelf.db'}")
    _only_in_settings(database)
    with database.read() as connection:
        assert jobs.newest(connection)
    database.close()


def _only_in_settings(database: Database) -> None:
    with database.read() as connection:
        tables = list(
            connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'item_search%'").scalars()
        )
        assert len(tables) > 20
        holding = {
            name
            for name in tables
            for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')
            if any(
                KEY in value if isinstance(value, str) else KEY.encode() in value if isinstance(value, bytes) else False for value in row
            )
        }
    assert holding == {"setting"}
