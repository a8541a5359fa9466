"""`longshelf demo-stash` serves a Stash that can be mirrored, the same one after every start, and nothing a test could break."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from longshelf.cli.main import main

QUERY = {"query": '{ findScenes(filter: {sort: "id", per_page: 3}) { count scenes { id title updated_at } } version { version } }'}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def demo_stash(folder: Path, *arguments: str) -> Iterator[str]:
    """The command, running; its address."""
    port = free_port()
    command = [sys.executable, "-m", "longshelf.cli.main", "demo-stash", "--port", str(port), *arguments]
    environment = {**os.environ, "LONGSHELF_DATA": str(folder)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        said = process.stdout.readline()
        assert f"http://127.0.0.1:{port}" in said, process.stderr.read()
        assert "longshelf library add" in process.stdout.readline()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        process.stdout.close()
        process.stderr.close()


def test_it_serves_the_same_library_after_every_start(tmp_path: Path) -> None:
    replies = []
    for _ in range(2):
        with (
            demo_stash(tmp_path, "--scenes", "40", "--images", "20", "--seed", "5", "--api-key", "key") as url,
            httpx.Client(trust_env=False, headers={"ApiKey": "key"}, timeout=30) as asking,
        ):
            replies.append(asking.post(f"{url}/graphql", json=QUERY).json()["data"])
            assert asking.get(f"{url}/scene/1/screenshot").headers["content-type"] == "image/jpeg"
            assert asking.post(f"{url}/__control", json={"do": "truth"}).status_code == 404
            assert asking.get(f"{url}/scene/1/screenshot", headers={"ApiKey": ""}).status_code == 302
            assert asking.get(f"{url}/scene/1/stream", headers={"Range": "bytes=0-3"}).status_code == 206
    assert replies[0] == replies[1]
    assert replies[0]["findScenes"]["count"] == 40


def test_a_scan_that_is_asked_for_is_heard_of(tmp_path: Path) -> None:
    with demo_stash(tmp_path, "--scenes", "5", "--images", "0") as url:
        protocols = [Subprotocol("graphql-transport-ws")]
        with connect(f"{url.replace('http', 'ws')}/graphql", subprotocols=protocols, proxy=None) as listener:
            listener.send('{"type": "connection_init"}')
            assert "connection_ack" in str(listener.recv(10))
            listener.send('{"id": "1", "type": "subscribe", "payload": {"query": "subscription { scanCompleteSubscribe }"}}')
            listener.send('{"type": "ping"}')
            assert "pong" in str(listener.recv(10))
            with httpx.Client(trust_env=False, timeout=30) as asking:
                scan = {"query": "mutation { metadataScan(input: {}) }"}
                assert asking.post(f"{url}/graphql", json=scan).json() == {"data": {"metadataScan": "1"}}
            assert '"scanCompleteSubscribe":true' in str(listener.recv(10))


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--scenes", "-1"], "--scenes"),
        (["--images", "1000000000"], "--images"),
        (["--port", "0"], "--port"),
        (["--port", "70000"], "--port"),
    ],
)
def test_numbers_out_of_range_are_refused(arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo-stash", *arguments]) == 1
    assert reason in capsys.readouterr().err


def test_a_port_that_is_taken_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["demo-stash", "--port", str(taken.getsockname()[1])]) == 1
    assert "is taken" in capsys.readouterr().err
