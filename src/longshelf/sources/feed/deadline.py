"""An end to a request, whatever it waits for: a server may send a byte now and then for ever, in its headers too, and each of them is in
time for a limit between two pieces. So the connection itself is ended."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Any, Self

import urllib3

_current = threading.local()


class Deadline:
    """For all that is asked in this thread while it is entered, over a pool that is `watched`: after `seconds` it is `over`, and so is
    every connection, then and later."""

    def __init__(self, seconds: float) -> None:
        self.over = False
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self.end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        _current.deadline = self
        self._timer.start()
        return self

    def __exit__(self, _type: type[BaseException] | None, _value: BaseException | None, _where: TracebackType | None) -> None:
        _current.deadline = None
        self._timer.cancel()
        with self._lock:
            self._socket = None  # it may be another request's from now on

    def end(self) -> None:
        """From any thread."""
        with self._lock:
            self.over = True
            self._shut()

    def on(self, connection: socket.socket) -> None:
        """The request has this connection now."""
        with self._lock:
            self._socket = connection
            if self.over:
                self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)  # of TLS too, without a word to its session


def watched(pool: urllib3.PoolManager) -> urllib3.PoolManager:
    """The pool, with connections that tell the deadline of their thread when a request is sent over them."""
    pool.pool_classes_by_scheme = {scheme: _told(each) for scheme, each in pool.pool_classes_by_scheme.items()}
    return pool


def _told(pool: Any) -> Any:
    class Told(pool.ConnectionCls):  # type: ignore[misc]  # the class is a value here
        def request(self, *args: Any, **kwargs: Any) -> None:
            deadline: Deadline | None = getattr(_current, "deadline", None)
            if self.sock is None:
                self.connect()
            if deadline is not None:
                deadline.on(self.sock)
            super().request(*args, **kwargs)

    return type("Watched", (pool,), {"ConnectionCls": Told})
