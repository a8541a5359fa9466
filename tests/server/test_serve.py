"""`longshelf serve` as a process: it says where it is, answers, and stops when asked, its children with it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from longshelf.config import Settings
from longshelf.errors import Conflict
from longshelf.server.run import base_url, check_port, environment

ENTRY = """
import sys
from longshelf import config, logs
from longshelf.server.run import serve
if __name__ == "__main__":
    logs.configure("json", "info")
    serve(config.read(), with_worker="worker" in sys.argv[1:])
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def process(directory: Path, port: int, workers: int = 1, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """The server in a process of its own, killed at the end if the test did not stop it."""
    script = directory / "entry.py"
    script.write_text(ENTRY, encoding="utf-8")
    variables = {**os.environ, "LONGSHELF_DATA": str(directory / "data"), "LONGSHELF_PORT": str(port), "LONGSHELF_WORKERS": str(workers)}
    with subprocess.Popen(
        [sys.executable, str(script), *arguments], env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=directory
    ) as running:
        try:
            yield running
        finally:
            if running.poll() is None:
                running.kill()


def wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            if httpx.get(f"{url}/readyz", timeout=5, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        if time.monotonic() > deadline:
            raise TimeoutError("the server did not get ready")
        time.sleep(0.1)


@pytest.mark.parametrize(("workers", "number"), [(1, signal.SIGTERM), (2, signal.SIGINT)])
def test_it_prints_its_address_answers_and_stops_when_asked(workers: int, number: signal.Signals, tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with process(tmp_path, port, workers) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == f"Longshelf is at {url}/\n"
        offered = re.search(rf"{url}/setup\?token=(\S+)", running.stdout.readline())
        assert offered is not None
        wait_until_ready(url)
        body = {"token": offered[1], "name": "ann", "password": "correct horse battery"}
        with httpx.Client(base_url=url, trust_env=False, timeout=30) as browser:
            assert browser.post("/api/setup", json=body).status_code == 201
            assert browser.get("/api/items").json()["items"] == []
            with browser.stream("GET", "/api/events") as events:  # an open stream must not keep the server from stopping
                assert next(events.iter_lines())
                running.send_signal(number)
                assert running.wait(30) == 0
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{url}/readyz", timeout=2, trust_env=False)


def children_of(parent: int) -> list[int]:
    """Whichever thread of it started them."""
    found = (path.read_text() for path in Path(f"/proc/{parent}/task").glob("*/children"))
    return [int(child) for text in found for child in text.split()]


def job_process_of(parent: int) -> int:
    """The process id of the job worker below a server, once it is there."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for child in children_of(parent):
            with suppress(OSError):
                if b"longshelf.server.worker" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return child
        time.sleep(0.1)
    raise TimeoutError("there is no job process")


def runs(number: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


def wait_until_gone(number: int) -> None:
    deadline = time.monotonic() + 60
    while runs(number):
        assert time.monotonic() < deadline, "the process is still there"
        time.sleep(0.1)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks at processes through /proc")
def test_the_job_process_is_replaced_when_it_dies_and_ends_with_the_server(tmp_path: Path) -> None:
    with process(tmp_path, free_port(), 1, "worker") as running:
        first = job_process_of(running.pid)
        os.kill(first, signal.SIGKILL)
        wait_until_gone(first)
        second = job_process_of(running.pid)
        assert second != first
        running.terminate()
        assert running.wait(60) == 0
        assert not runs(second)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks at processes through /proc")
def test_the_job_process_does_not_outlive_a_killed_server(tmp_path: Path) -> None:
    with process(tmp_path, free_port(), 1, "worker") as running:
        worker = job_process_of(running.pid)
        others = children_of(running.pid)
        running.kill()
        running.wait(60)
        wait_until_gone(worker)
        for other in others:
            with suppress(ProcessLookupError):
                os.kill(other, signal.SIGTERM)


def test_a_taken_port_is_said_plainly() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(Conflict, match=f"Port {port} is taken"):
            check_port("127.0.0.1", port)


def test_a_host_that_is_not_ours_is_said_plainly() -> None:
    with pytest.raises(Conflict, match="Check --host"):
        check_port("192.0.2.1", 8417)


@pytest.mark.parametrize(
    ("host", "url"), [("127.0.0.1", "http://127.0.0.1:8417"), ("0.0.0.0", "http://127.0.0.1:8417"), ("::", "http://[::1]:8417"), ("::1", "http://[::1]:8417")]
)  # fmt: skip
def test_the_address_is_one_a_person_can_open(host: str, url: str, tmp_path: Path) -> None:
    assert base_url(Settings(data=tmp_path, host=host)) == url


def test_the_processes_get_the_settings_of_their_server(tmp_path: Path) -> None:
    from longshelf import config

    settings = Settings(data=tmp_path, database_url=f"sqlite:///{tmp_path}/x.db", port=9000, workers=3)
    assert config.read(environment(settings), tmp_path) == settings


def test_what_a_process_starts_with_is_kept_out_of_the_garbage_collectors_way(tmp_path: Path) -> None:
    code = "import gc; from longshelf.server.app import app_from_environment; app_from_environment(); print(gc.get_freeze_count())"
    environment = {**os.environ, "LONGSHELF_DATA": str(tmp_path)}
    told = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert int(told.stdout) > 10_000
