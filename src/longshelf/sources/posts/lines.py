"""Reading a file of lines: plain, gzip or zstd, told apart by how it begins, in bounded memory.

The rules: a line that is too long is passed over and reported, never held; empty lines are no lines; a byte order mark at the beginning is
no part of the first. A compressed file that is cut off or damaged ends with Invalid after what could be read."""

import gzip
import hashlib
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, NamedTuple

import msgspec
import zstandard

from longshelf.errors import Invalid

Read = Callable[[int], bytes]

LINE_MOST = 1 << 20  # bytes of one line
_READ = 1 << 18
_HEAD = 1 << 16  # bytes at the beginning that tell whether a file is still the same
_BOM = b"\xef\xbb\xbf"
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"


class Line(NamedTuple):
    """One line by its number, from 1, counting empty ones. `text` is None for one that is too long."""

    number: int
    text: bytes | None


class Identity(msgspec.Struct, frozen=True):
    """What tells that a file is the one it was: bytes, time of change, digest of its beginning."""

    size: int
    mtime_ns: int
    head: str


class Lines:
    """The lines of one file, once. `share` is how much of the file was read, 0 to 1."""

    def __init__(self, path: Path) -> None:
        """Invalid when it cannot be opened."""
        try:
            self._file = path.open("rb", buffering=0)
            status = os.fstat(self._file.fileno())
            head = self._file.read(_HEAD) or b""
            self._file.seek(0)
        except OSError as error:
            raise Invalid("file", f"{path} cannot be read: {error.strerror or error}") from error
        self.path = path
        self.identity = Identity(status.st_size, status.st_mtime_ns, hashlib.blake2b(head, digest_size=16).hexdigest())
        self._magic = head[:4]

    @property
    def share(self) -> float:
        if not self.identity.size:
            return 1.0
        return min(1.0, self._file.tell() / self.identity.size)

    def close(self) -> None:
        self._file.close()

    def __iter__(self) -> Iterator[Line]:
        try:
            yield from self._split()
        except (EOFError, OSError, zlib.error, zstandard.ZstdError) as error:
            raise Invalid("file", f"{self.path} is damaged or cut off: {error}") from error

    def _split(self) -> Iterator[Line]:
        number, rest, passing = 0, b"", False
        with ExitStack() as stack:
            read = self._opened(stack)
            first = True
            while piece := read(_READ):
                if first:
                    piece, first = _without_mark(piece, read), False
                *whole, rest = (rest + piece).split(b"\n")
                for text in whole:
                    number += 1
                    if passing or len(text) > LINE_MOST:
                        passing = False
                        yield Line(number, None)
                    elif text.strip():
                        yield Line(number, text)
                if len(rest) > LINE_MOST:
                    rest, passing = b"", True
        if passing or rest.strip():
            yield Line(number + 1, None if passing else rest)

    def _opened(self, stack: ExitStack) -> Read:
        """What reads on; it holds nothing back when the next piece turns out to be damaged."""
        if self._magic.startswith(_GZIP):
            return stack.enter_context(gzip.GzipFile(fileobj=self._file, mode="rb")).read1
        if self._magic == _ZSTD:
            return _Whole(zstandard.ZstdDecompressor(max_window_size=1 << 27), self._file).read
        return self._file.read


class _Whole:
    """Every frame of a zstd file; an error where the last is cut off, which the library's own reader takes for the end."""

    def __init__(self, decompressor: zstandard.ZstdDecompressor, file: IO[bytes]) -> None:
        self._decompressor, self._file = decompressor, file
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._left = b""

    def read(self, _size: int) -> bytes:
        """What the next piece of the file holds; empty at the end."""
        while True:
            piece = self._left or self._file.read(_READ // 16)
            self._left = b""
            if not piece:
                if self._frame is not None:
                    raise EOFError("the last frame has no end")
                return b""
            if self._frame is None:
                self._frame = self._decompressor.decompressobj()
            found = self._frame.decompress(piece)
            if self._frame.eof:
                self._left, self._frame = self._frame.unused_data, None
            if found:
                return found


def _without_mark(piece: bytes, read: Read) -> bytes:
    while len(piece) < len(_BOM) and (more := read(_READ)):
        piece += more
    return piece.removeprefix(_BOM)
