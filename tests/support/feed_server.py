"""A web server of feeds that behaves as badly as it is told: real HTTP, in a thread."""

import gzip
import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """What is answered at a path. `drip` seconds between bytes, `drip_head` between those of a header without end; `cut` closes in the
    middle; `packed` compresses."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    packed: bool = False
    cut: bool = False
    drip: float = 0.0
    drip_head: float = 0.0
    etag: bool = False


class FeedServer:
    """`replies` are by path; `asked` are the requests so far: path and headers."""

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.url = ""

    def put(self, path: str, body: bytes | str = b"", **rest: Any) -> str:
        """The whole address of the path."""
        self.replies[path] = Reply(body.encode() if isinstance(body, str) else body, **rest)
        return self.url + path

    def times(self, path: str) -> int:
        """How often the path was asked for."""
        return sum(asked == path for asked, _ in self.asked)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    served: FeedServer

    def do_GET(self) -> None:
        self.served.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        reply = self.served.replies.get(self.path, Reply(status=404))
        if reply.drip_head:
            self._drip_head(reply.drip_head)
            return
        body = gzip.compress(reply.body) if reply.packed else reply.body
        tag = f'"{hashlib.blake2b(reply.body, digest_size=8).hexdigest()}"'
        if reply.etag and self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.send_header("ETag", tag)
            self.end_headers()
            return
        self.send_response(reply.status)
        more = {"ETag": tag} if reply.etag else {}
        packed = {"Content-Encoding": "gzip"} if reply.packed else {}
        for name, value in {**reply.headers, **more, **packed, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self._send(body, reply)

    def _drip_head(self, seconds: float) -> None:
        self.close_connection = True
        with suppress(BrokenPipeError, ConnectionResetError):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
            for _ in range(3_000):
                self.wfile.write(b"x")
                time.sleep(seconds)

    def _send(self, body: bytes, reply: Reply) -> None:
        if reply.cut:
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True
            return
        try:
            for start in range(0, len(body), 1) if reply.drip else (0,):
                self.wfile.write(body[start : start + 1] if reply.drip else body)
                if reply.drip:
                    time.sleep(reply.drip)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, *_args: object) -> None:
        """Says nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_args: object) -> None:
        """Who asks may hang up whenever he likes."""


@contextmanager
def feed_server(address: str = "127.0.0.1") -> Iterator[FeedServer]:
    """On a free port of this machine, at one of its addresses."""
    served = FeedServer()
    server = _Server((address, 0), type("Handler", (_Handler,), {"served": served}))
    served.url = f"http://{address}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
