"""What the real server refuses before our own code sees it."""

import http.client
from pathlib import Path

from longshelf.server.run import HEADER_LIMIT
from tests.server.test_serve import free_port, process, wait_until_ready


def status(port: int, path: str, header: str = "") -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers={"x-long": header} if header else {})
        return connection.getresponse().status
    finally:
        connection.close()


def test_an_endless_header_or_address_is_refused(tmp_path: Path) -> None:
    port = free_port()
    with process(tmp_path, port):
        wait_until_ready(f"http://127.0.0.1:{port}")
        assert status(port, "/healthz", "a" * (HEADER_LIMIT // 2)) == 200
        assert status(port, "/healthz", "a" * (HEADER_LIMIT * 2)) == 431
        assert status(port, "/api/items?q=" + "x" * 60_000) == 401
        assert status(port, "/api/items?q=" + "x" * 70_000) == 414
