"""Reading pages of lines one page ahead of the writer, in a process of its own: reading costs about as much as writing, and SQLite writes
with one core.

The rules: what comes out is what reading here gives; a page is made a sheet of while pages are mostly new, and only what has changed of it
is prepared otherwise, by the writer; a reader that dies costs nothing but time, as the rest is read here."""

import contextlib
import gc
import multiprocessing
import os
import resource
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import msgspec

from longshelf.ingest.posts_prepared import prepare_post
from longshelf.ingest.posts_sheet import Numbering, Sheet
from longshelf.ingest.prepared import Prepared
from longshelf.sources.posts.lines import LINE_MOST, Line
from longshelf.sources.posts.post import BadLine, Read, read

PROCESS_FROM = 1_000  # lines of the first page; fewer are read before a process has started
MEMORY_BYTES = 3 * 2**30  # address space of the reader
_NICENESS = 5  # people browsing come first; but an import is somebody waiting, so it is not left what nobody else wants
_ALLOCATIONS = 200_000  # objects between two looks for garbage, of which reading and writing leave none


class Ready(msgspec.Struct, frozen=True):
    """A post to be written. `added_at` is when its source took it in."""

    prepared: Prepared
    added_at: int | None


class Page(msgspec.Struct, frozen=True):
    """Lines as they were read. `digests` are of the good ones by id, the last of each; `places` their places in the page; `read` how many
    good ones there were; `sheet` has the good ones in the order of `digests`, or is None when only what changed is worth it."""

    last: int
    count: int
    digests: dict[str, bytes]
    places: dict[str, int]
    read: int
    bad: list[tuple[int, str]]
    sheet: Sheet | None


class _Asked(msgspec.Struct, frozen=True, array_like=True):
    """What the reader is sent."""

    lines: Sequence[Line]
    whole: bool


_encoder = msgspec.msgpack.Encoder()
_asked = msgspec.msgpack.Decoder(_Asked)
_page = msgspec.msgpack.Decoder(Page)


class Pages:
    """Reads pages ahead. `whole` says how those to come are best prepared. Use as a context manager; leaving it ends the process."""

    def __init__(self, check: Callable[[], None], dialect: str) -> None:
        """`check` raises when the job shall stop; asked while the reader is waited for. `dialect` is of the store the sheets are for."""
        self.whole = True
        self._check = check
        self._numbering = Numbering(dialect)  # for what is read here; a reader has its own
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def __enter__(self) -> "Pages":
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop()

    @property
    def process_id(self) -> int | None:
        """Of the reader, while there is one."""
        return None if self._process is None else self._process.pid

    def read(self, pages: Iterable[Sequence[Line]]) -> Iterator[tuple[Page, Sequence[Line]]]:
        """Each page as it was read, and its lines. The next one is being read meanwhile."""
        source = iter(pages)
        lines = next(source, None)
        upcoming = next(source, None)
        if lines is not None and upcoming is not None and len(lines) >= PROCESS_FROM:
            self._start()
        asked = self._ask(lines) if lines is not None else False
        while lines is not None:
            page = (self._answer() if asked else None) or read_page(lines, self._numbering if self.whole else None)
            asked = self._ask(upcoming) if upcoming is not None else False
            yield page, lines
            del page  # or two of them are held while the next one comes
            lines, upcoming = upcoming, next(source, None)

    def _ask(self, lines: Sequence[Line]) -> bool:
        """Whether somebody reads them."""
        if self._pipe is None:
            return False
        try:
            self._pipe.send_bytes(_encoder.encode(_Asked(lines, self.whole)))
        except OSError:
            self._stop()
            return False
        return True

    def _answer(self) -> Page | None:
        """None when the reader has died."""
        assert self._pipe is not None
        try:
            while not self._pipe.poll(1):
                self._check()
            return _page.decode(self._pipe.recv_bytes())
        except (EOFError, OSError):
            self._stop()
            return None

    def _start(self) -> None:
        context = multiprocessing.get_context("forkserver")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._numbering.dialect), daemon=True)
        self._process.start()
        theirs.close()

    def _stop(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._pipe = self._process = None


def read_page(lines: Iterable[Line], numbering: Numbering | None) -> Page:
    """With a sheet, whose credits are numbered so, or without."""
    digests: dict[str, bytes] = {}
    places: dict[str, int] = {}
    good: dict[str, Read] = {}
    bad: list[tuple[int, str]] = []
    last = count = 0
    for place, (number, text) in enumerate(lines):
        last, count = number, count + 1
        if text is None:
            bad.append((number, f"longer than {LINE_MOST:,} bytes"))
            continue
        try:
            found = read(text)
        except BadLine as error:
            bad.append((number, str(error)))
            continue
        external_id = found.record.external_id
        digests[external_id] = found.record.content_hash
        places[external_id] = place
        if numbering is not None:
            good[external_id] = found
    sheet = None if numbering is None else numbering.sheet(list(good.values()))
    return Page(last, count, digests, places, count - len(bad), bad, sheet)


def prepared(page: Page, lines: Sequence[Line], wanted: Collection[str]) -> dict[str, Ready]:
    """Those of the page's posts, ready to be written the usual way."""
    found = {key: read(lines[page.places[key]].text or b"") for key in wanted}
    return {key: Ready(prepare_post(each.record), each.added_at) for key, each in found.items()}


class _Seldom:
    """How many want garbage to be looked for seldom, in any thread of this process, and how often it was before the first of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before = gc.get_threshold()

    def enter(self) -> None:
        with self._lock:
            if not self._inside:
                self._before = gc.get_threshold()
                gc.set_threshold(_ALLOCATIONS, *self._before[1:])
            self._inside += 1

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                gc.set_threshold(*self._before)


_seldom = _Seldom()


@contextlib.contextmanager
def seldom_collecting() -> Iterator[None]:
    """Millions of small objects that are no garbage: looking through them for some again and again takes a fifth of the time."""
    _seldom.enter()
    try:
        yield
    finally:
        _seldom.leave()


def _serve(pipe: Connection, dialect: str) -> None:
    """The life of a reader: answers pages until the pipe closes."""
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with seldom_collecting(), contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError, KeyboardInterrupt):
        numbering = Numbering(dialect)
        while True:
            asked = _asked.decode(pipe.recv_bytes())
            pipe.send_bytes(_encoder.encode(read_page(asked.lines, numbering if asked.whole else None)))
