"""Several server processes and many connections: what one process commits or withdraws the others know, and nobody is turned away."""

import asyncio
import resource
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from longshelf.index.generations import build_generation
from tests.server.test_serve import free_port, process, wait_until_ready
from tests.support.catalogue import PASSWORD, Catalogue, add_items, administrator, client, make_catalogue, plain, reader

WORKERS = 2
FRESH = 40  # new connections: that all of them meet the same of two processes happens once in 2³⁹ times
CONNECTIONS = 1_000
EACH = 3  # requests a connection
PATIENCE = 60.0


@dataclass
class Server:
    """Two processes over one catalogue, answering from bitmaps."""

    catalogue: Catalogue
    url: str
    port: int
    running: "subprocess.Popen[str]"
    key: str

    def fresh(self, path: str, key: str | None = None, **headers: str) -> list[httpx.Response]:
        """The same request over many new connections."""
        if key is not None:
            headers["authorization"] = f"Bearer {key}"
        return [httpx.get(self.url + path, headers=headers, timeout=30, trust_env=False) for _ in range(FRESH)]


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    catalogue = make_catalogue(tmp_path / "data")
    key = administrator(catalogue.database)
    build_generation(catalogue.database, catalogue.settings.index)
    monkeypatch.setenv("LONGSHELF_ENGINE", "bitmaps")
    port = free_port()
    with process(tmp_path, port, WORKERS) as running:
        wait_until_ready(f"http://127.0.0.1:{port}")
        yield Server(catalogue, f"http://127.0.0.1:{port}", port, running, key)
        running.send_signal(signal.SIGTERM)
        running.wait(30)
    catalogue.database.close()


def until_all_show(server: Server, total: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while totals(server) != {total}:
        assert time.monotonic() < deadline, f"not every process shows {total} items"


def totals(server: Server) -> set[int]:
    return {response.json()["pagination"]["total_count"] for response in server.fresh("/api/items", server.key)}


def test_every_process_shows_what_any_process_commits(server: Server) -> None:
    held = len(server.catalogue.ids)
    for round_ in range(3):
        until_all_show(server, held)
        added = [plain(1_000 + 10 * round_ + number) for number in range(7)]
        held += len(add_items(server.catalogue.database, server.catalogue.library_id, added))
    until_all_show(server, held)


def test_a_key_and_a_session_withdrawn_in_one_process_open_nothing_in_any(server: Server) -> None:
    with client(server.url, server.key) as admin, client(server.url) as browser:
        made = admin.post("/api/keys", json={"name": "phone"}).json()
        browser.headers["origin"] = server.url
        browser.post("/api/session", json={"name": "ann", "password": PASSWORD})
        cookie = f"longshelf_session={browser.cookies['longshelf_session']}"
        for _ in range(2):  # known well to both
            assert {each.status_code for each in server.fresh("/api/items", made["key"])} == {200}
            assert {each.status_code for each in server.fresh("/api/items", cookie=cookie)} == {200}
        assert admin.delete(f"/api/keys/{made['id']}").status_code == 204
        assert browser.delete("/api/session").status_code == 204
        assert {each.status_code for each in server.fresh("/api/items", made["key"])} == {401}
        assert {each.status_code for each in server.fresh("/api/items", cookie=cookie)} == {401}


def test_a_disabled_user_is_out_of_every_process_at_once(server: Server) -> None:
    key = reader(server.catalogue.database)
    assert {each.status_code for each in server.fresh("/api/items", key)} == {200}
    with server.catalogue.database.write_quietly() as connection:
        connection.exec_driver_sql("UPDATE \"user\" SET disabled_at = 1 WHERE name = 'bob'")
    assert {each.status_code for each in server.fresh("/api/items", key)} == {401}


def test_what_a_person_says_in_one_process_shows_in_every_process_at_once(server: Server) -> None:
    with client(server.url, server.key) as admin:
        before = admin.get("/api/items")
        item_id = before.json()["items"][0]["id"]
        for rating in (10, 20):
            admin.put(f"/api/items/{item_id}/me", json={"rating": rating})
            found = server.fresh("/api/items", server.key, **{"if-none-match": before.headers["etag"]})
            assert {each.json()["items"][0]["me"]["rating"] for each in found} == {rating}


def test_a_thousand_connections_at_once_all_get_their_answers(server: Server) -> None:
    allow_files(CONNECTIONS + 200)
    found = asyncio.run(all_at_once(server))
    assert found == {200: CONNECTIONS * EACH}


def allow_files(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        if hard != resource.RLIM_INFINITY and hard < count:
            pytest.skip(f"this process may open {hard} files only")
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))


async def all_at_once(server: Server) -> Counter[int]:
    """Status codes of answers that came whole. Nobody asks before everybody is connected."""
    connected = asyncio.Barrier(CONNECTIONS)
    found: Counter[int] = Counter()

    async def visit(number: int) -> None:
        incoming, outgoing = await asyncio.open_connection("127.0.0.1", server.port)
        await connected.wait()
        for page in range(EACH):
            head = f"GET /api/items?page_size=20&offset={(number + page) % 100} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {server.key}"
            outgoing.write(f"{head}\r\n\r\n".encode())
            answer = (await incoming.readuntil(b"\r\n\r\n")).decode().lower()
            await incoming.readexactly(int(answer.partition("content-length: ")[2].partition("\r\n")[0]))
            found[int(answer.split(" ", 2)[1])] += 1
        outgoing.close()

    await asyncio.gather(*(visit(number) for number in range(CONNECTIONS)))
    return found
