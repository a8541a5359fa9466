"""The plugin in `plugins/stash`: the real script, started as Stash starts it, against a real server and a pretended Stash."""

import ast
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from longshelf.store import jobs, libraries, mirror
from longshelf.tasks import stash_hooks, sync
from tests.api.conftest import Served
from tests.api.test_sync import add, work
from tests.ingest.mirroring import SMALL
from tests.support.fake_stash import FakeStash, fake_stash

FOLDER = Path(__file__).parents[2] / "plugins" / "stash"
SCRIPT = FOLDER / "longshelf.py"
EDIT = {"id": 1, "type": "Scene.Update.Post", "input": {"id": "1", "title": "private words"}, "inputFields": ["id", "title"]}


@pytest.fixture
def stash() -> Iterator[FakeStash]:
    with fake_stash(SMALL) as running:
        yield running


class Plugin:
    """Installed in a Stash, with its address set there."""

    def __init__(self, stash: FakeStash, base: Path) -> None:
        self.stash = stash
        self.temporary = base / "tmp"
        self.temporary.mkdir(exist_ok=True)
        self.seconds = 0.0
        self.said = ""

    def settings(self, *addresses: str) -> None:
        self.stash.world.plugin_settings = {"longshelf": {"address": " ".join(addresses)}}

    def start(self, hook: dict[str, Any] | None, *, script: Path = SCRIPT) -> dict[str, str]:
        """What it answers Stash. Everything it wrote is in `said`."""
        port = int(self.stash.url.rpartition(":")[2])
        server = {
            "Scheme": "http",
            "Host": "0.0.0.0",
            "Port": port,
            "SessionCookie": {"Name": "session", "Value": "x"},
            "Dir": "/",
            "PluginDir": str(FOLDER),
        }
        asked = {"server_connection": server, "args": {"mode": "tell"} if hook is None else {"hookContext": hook}}
        began = time.monotonic()
        found = subprocess.run(
            [sys.executable, "-I", "-S", str(script)],
            input=json.dumps(asked),
            env={"TMPDIR": str(self.temporary), "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        self.seconds = time.monotonic() - began
        self.said = found.stdout + found.stderr
        answer: dict[str, str] = json.loads(found.stdout)
        return answer


@pytest.fixture
def plugin(stash: FakeStash, tmp_path: Path) -> Plugin:
    return Plugin(stash, tmp_path)


def hook_of(served: Served, library_id: int) -> str:
    found = served.admin.get(f"/api/libraries/{library_id}/stash")
    assert found.status_code == 200, found.text
    return f"{served.url}{found.json()['hook']}"


def live_syncs(served: Served) -> int:
    with served.catalogue.database.read() as connection:
        return len(jobs.newest(connection, states=jobs.LIVE, kind="sync"))


def test_an_edit_is_here_after_the_plugin_told_of_it(own: Served, stash: FakeStash, plugin: Plugin) -> None:
    library = add(own, stash, key="")
    work(own)
    plugin.settings(hook_of(own, library["id"]))
    stash.changes.edit("scene", 1, title="Told by the plugin")
    assert plugin.start(EDIT) == {"output": "told"}
    assert live_syncs(own) == 1
    work(own)
    assert own.admin.get("/api/items", params={"q": '"Told by the plugin"'}).json()["pagination"]["total_count"] == 1
    assert stash.requests[-1].path == "/graphql"


def test_what_is_told_is_the_kind_and_the_id_only(own: Served, stash: FakeStash, plugin: Plugin) -> None:
    """To a server that keeps what it hears."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        plugin.settings(f"http://127.0.0.1:{listener.getsockname()[1]}/api/hooks/stash/secret")
        listener.settimeout(10)
        heard: list[bytes] = []

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                data = b""
                while b"}" not in data:
                    data += connection.recv(65_536)
                heard.append(data)
                connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

        import threading

        thread = threading.Thread(target=answer)
        thread.start()
        assert plugin.start(EDIT) == {"output": "told"}
        thread.join()
    head, _, body = heard[0].partition(b"\r\n\r\n")
    assert json.loads(body) == {"type": "Scene.Update.Post", "id": 1}
    assert head.startswith(b"POST /api/hooks/stash/secret HTTP/1.1")
    assert b"private words" not in heard[0]
    assert b"Cookie" not in head


def test_what_is_destroyed_is_named(own: Served, stash: FakeStash, plugin: Plugin) -> None:
    library = add(own, stash, key="")
    work(own)
    plugin.settings(hook_of(own, library["id"]))
    plugin.start({"id": 3, "type": "Scene.Destroy.Post", "input": None})
    with own.catalogue.database.read() as connection:
        assert mirror.suspects(connection, library["id"], "scene") == [3]


def test_a_scan_starts_no_message(own: Served, stash: FakeStash, plugin: Plugin) -> None:
    library = add(own, stash, key="")
    work(own)
    plugin.settings(hook_of(own, library["id"]))
    asked = len(stash.requests)
    assert "scan" in plugin.start({"id": 3, "type": "Scene.Update.Post", "input": None})["output"]
    assert live_syncs(own) == 0
    assert len(stash.requests) == asked, "not even for its settings"


def heard_messages(own: Served, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Grows with every message: when its sync begins."""
    heard: list[float] = []
    real = stash_hooks.heard

    def listening(*arguments: Any) -> float:
        heard.append(real(*arguments))
        return heard[-1]

    monkeypatch.setattr(stash_hooks, "heard", listening)
    return heard


def test_a_burst_is_one_message(own: Served, stash: FakeStash, plugin: Plugin, monkeypatch: pytest.MonkeyPatch) -> None:
    library = add(own, stash, key="")
    work(own)
    plugin.settings(hook_of(own, library["id"]))
    heard = heard_messages(own, monkeypatch)
    assert [plugin.start(EDIT) for _ in range(3)] == [{"output": "told"}] * 3
    assert len(heard) == 1, "the first message stands for all"
    assert 2.5 < heard[0] <= 3.0
    time.sleep(3.0)
    plugin.start(EDIT)
    assert len(heard) == 2


def test_a_message_that_joins_a_sync_is_quiet_only_until_that_begins(
    own: Served, stash: FakeStash, plugin: Plugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit after its beginning would be in no sync."""
    library = add(own, stash, key="")
    work(own)
    plugin.settings(hook_of(own, library["id"]))
    heard = heard_messages(own, monkeypatch)
    with own.catalogue.database.read() as connection:
        waiting = libraries.get(connection, library["id"])
    sync.request(own.catalogue.database, waiting)
    plugin.start(EDIT)
    plugin.start(EDIT)
    assert heard == [0.0, 0.0]


@pytest.mark.parametrize("away", ["refusing", "silent", "unknown name"])
def test_with_longshelf_away_stash_waits_a_moment_only(away: str, stash: FakeStash, plugin: Plugin) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:  # takes connections and says nothing
        port = listener.getsockname()[1]
        if away == "refusing":
            listener.close()
        host = "longshelf.invalid" if away == "unknown name" else "127.0.0.1"
        plugin.settings(f"http://{host}:{port}/api/hooks/stash/secret-token")
        answer = plugin.start(EDIT)
    assert "later" in answer["output"]
    assert plugin.seconds < 4
    assert "secret-token" not in plugin.said
    assert plugin.said.count("\x01w\x02") == 1


def test_the_task_says_what_is_wrong(own: Served, stash: FakeStash, plugin: Plugin) -> None:
    assert "settings" in plugin.start(None)["error"]
    plugin.settings("longshelf.lan/api/hooks/stash/x")
    assert "beginning with http" in plugin.start(None)["error"]
    library = add(own, stash, key="")
    old = hook_of(own, library["id"])
    own.admin.post(f"/api/libraries/{library['id']}/hook")
    plugin.settings(old)
    assert "does not know this address" in plugin.start(None)["error"]
    assert old.rpartition("/")[2] not in plugin.said
    plugin.settings(hook_of(own, library["id"]))
    assert plugin.start(None) == {"output": "told"}


def test_a_file_beside_it_is_read_first(own: Served, stash: FakeStash, plugin: Plugin, tmp_path: Path) -> None:
    library = add(own, stash, key="")
    with own.catalogue.database.read() as connection:
        token = stash_hooks.token(own.catalogue.database, libraries.get(connection, library["id"]))
    copied = tmp_path / "longshelf.py"
    copied.write_bytes(SCRIPT.read_bytes())
    (tmp_path / "address.txt").write_text(f"{own.url}/api/hooks/stash/{token}\n")
    asked = len(stash.requests)
    assert plugin.start(None, script=copied) == {"output": "told"}
    assert len(stash.requests) == asked


def test_nonsense_on_its_input_fails_nothing() -> None:
    found = subprocess.run([sys.executable, str(SCRIPT)], input="{", capture_output=True, text=True, timeout=30, check=True)
    assert json.loads(found.stdout)


def test_it_is_made_of_the_standard_library_and_its_manifest_names_hooks_that_fire() -> None:
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(SCRIPT.read_text()))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= set(sys.stdlib_module_names)
    manifest = (FOLDER / "longshelf.yml").read_text()
    assert "interface: raw" in manifest
    hooks = {line.strip(" -") for line in manifest.splitlines() if line.strip().endswith(".Post")}
    kinds = {"Scene", "SceneMarker", "Image", "Gallery", "GalleryChapter", "Group", "Performer", "Studio", "Tag"}
    assert {hook.split(".")[0] for hook in hooks} == kinds
    assert {hook.split(".")[1] for hook in hooks} <= {"Create", "Update", "Destroy", "Merge"}
    assert not hooks & {f"{kind}.Create.Post" for kind in ("Scene", "Image", "Gallery")}, "a scan fires those for every file"
