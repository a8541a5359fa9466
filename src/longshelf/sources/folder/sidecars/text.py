"""Reading a small file beside a media file, bounded and without waiting on anything that is not a regular file."""

import os
import stat
from pathlib import Path

from longshelf.errors import Unreadable
from longshelf.sources.folder.reading import MAX_TEXT


def content(path: Path) -> bytes:
    """Its bytes. Unreadable when it is no regular file, is empty, or is larger than `MAX_TEXT`."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("not a regular file")
        if status.st_size > MAX_TEXT:
            raise Unreadable(f"larger than {MAX_TEXT // 2**20} MB: no sidecar is")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(MAX_TEXT)
    finally:
        os.close(descriptor)
    if not data.strip(b"\0\t\n\r "):
        raise Unreadable("the file is empty")
    return data
