"""Pages of a walk, one ahead: while one is written, the next is asked for, decoded, mapped and prepared in a thread beside.

The rules: an error of that thread is the walker's, at the place where the page would have been; nothing is asked for after the walk was
left. Numbered pages shift when an earlier row goes meanwhile, and the row at the seam is in neither: so a numbered page counts only when
the row before it is one that was read, looked for after the page; otherwise the page before it is read once more."""

import queue
import threading
from collections.abc import Iterator

from longshelf.ingest.mirror_session import Page, Session
from longshelf.sources.stash.kinds import KINDS, Remote

AHEAD = 2  # pages in hand beside the one that is written
BACK_MOST = 1_000  # pages that are read once more in one walk; a server whose rows never stand still is not read for ever


def pages(session: Session, kind: Remote, after: int, seen: int) -> Iterator[Page]:
    """Pages after the id `after`, or, where the server cannot be asked so, from the page on in which the row after `seen` stands."""
    ready: queue.Queue[Page | BaseException | None] = queue.Queue(AHEAD)
    left = threading.Event()
    thread = threading.Thread(target=_read, args=(session, kind, (after, seen), ready, left), name=f"stash {kind}", daemon=True)
    thread.start()
    try:
        while (found := ready.get()) is not None:
            if isinstance(found, BaseException):
                raise found
            yield found
    finally:
        left.set()
        while thread.is_alive():
            _drain(ready)
            thread.join(0.05)


def _read(
    session: Session, kind: Remote, place: tuple[int, int], ready: "queue.Queue[Page | BaseException | None]", left: threading.Event
) -> None:
    after, seen = place
    size = KINDS[kind].page
    number, full = seen // size + 1, True
    back = 0 if session.reader.schema.keyset(kind) else BACK_MOST
    try:
        while not left.is_set():
            rows = session.reader.page(kind, after, number, size=size).rows
            session.read_page()
            if back and number > 1 and (rows or full) and _shifted(session, kind, (number - 1) * size, after):
                number, back = number - 1, back - 1
                continue
            if not rows:
                break
            ready.put(session.prepared(session.mapped(kind, rows)))
            after, number, full = max(after, int(rows[-1].id)), number + 1, len(rows) == size
        ready.put(None)
    except BaseException as error:
        ready.put(error)


def _shifted(session: Session, kind: Remote, place: int, after: int) -> bool:
    """Whether there may be unread rows before the one behind `place`: that one moved up to there, or past it."""
    before = session.reader.last_place(kind, place)
    return before is None or before > after


def _drain(ready: "queue.Queue[Page | BaseException | None]") -> None:
    try:
        while True:
            ready.get_nowait()
    except queue.Empty:
        return
