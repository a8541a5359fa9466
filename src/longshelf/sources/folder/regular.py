"""Opening a file that must be a regular one: never waiting on a pipe, never reading a device."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from longshelf.errors import Unreadable
from longshelf.sources.folder.reading import MAX_TEXT


@contextmanager
def opened(path: Path) -> Iterator[int]:
    """A descriptor for reading. Unreadable when it is no regular file, OSError when it cannot be opened."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Unreadable("not a regular file")
        yield descriptor
    finally:
        os.close(descriptor)


def content(path: Path) -> bytes:
    """All of a small text file. Unreadable when it is empty, or larger than `MAX_TEXT`."""
    with opened(path) as descriptor:
        if os.fstat(descriptor).st_size > MAX_TEXT:
            raise Unreadable(f"larger than {MAX_TEXT // 2**20} MB: no sidecar is")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(MAX_TEXT)
    if not data.strip(b"\0\t\n\r "):
        raise Unreadable("the file is empty")
    return data
