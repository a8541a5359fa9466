"""The job `feeds`: the feeds of one library that are due, or all of them when a person asks.

The rules: each feed has its own rhythm (`sources/feed/rhythm.py`), and the library's schedule wakes the job when the first is due; what
goes wrong with one feed is that feed's, an issue of the library with its reason, and takes nothing away; whatever it is, the feed is asked
again later and never at once; a feed is written when it was read whole."""

import hashlib
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from typing import Any

import msgspec
import structlog

from longshelf.errors import Cancelled, Conflict, Invalid, SourceError, StoreUnavailable
from longshelf.ingest import feeds as ingest
from longshelf.ingest.pool import ParsePool
from longshelf.jobs.context import Context
from longshelf.logs import operation
from longshelf.model.kinds import LibraryType
from longshelf.model.times import SECOND
from longshelf.sources import addresses
from longshelf.sources.feed import parsing, rhythm
from longshelf.sources.feed.asking import Answer, Asking, Busy, Known
from longshelf.sources.feed.document import Document, Hints, Page, clean
from longshelf.sources.feed.posts import posts
from longshelf.store import feeds, files, jobs, libraries, schedules
from longshelf.store.database import Database, Transaction
from longshelf.store.feeds import FeedRow
from longshelf.store.jobs import Job
from longshelf.store.libraries import Library
from longshelf.tasks.libraries import MAX_NAME

KIND = "feeds"
ATTEMPTS = 5
FEEDS_MOST = 1_000  # of one library
AT_ONCE = 8  # feeds asked at the same time
REASONS_KEPT = 20  # entries that make no item, a feed
REASON_MOST = 500  # characters
LOOK_SECONDS = 1.0  # between two looks at whether the job is still wanted, while answers are waited for
_log = structlog.get_logger()


class FeedArgs(msgspec.Struct, frozen=True, kw_only=True):
    """`everything` asks all feeds, those that are not due and those that are gone too."""

    library_id: int
    everything: bool = False


class FeedsReport(msgspec.Struct):
    """`asked` feeds, of which so many had nothing new and so many failed; and what became of the entries of the others."""

    asked: int = 0
    unchanged_feeds: int = 0
    failed: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    doubles: int = 0


def add_feed_library(database: Database, name: str, urls: Sequence[str], *, private: bool = True) -> tuple[Library, Job]:
    """The new library and the job that reads its feeds. Invalid for addresses that cannot be, Conflict when the name is taken."""
    name = name.strip()
    if not name or len(name) > MAX_NAME:
        raise Invalid("name", f"1 to {MAX_NAME} characters")
    checked = _checked(urls, private=private)
    if not checked:
        raise Invalid("feeds", "name at least one feed")
    at = database.clock()
    with database.write() as write:
        library = libraries.add(write, name, LibraryType.FEED, {}, at=at)
        _add(write.connection, library.id, checked, at)
    return library, request(database, library, everything=False)


def add_feeds(database: Database, library: Library, urls: Sequence[str], *, private: bool = True) -> int:
    """Adds feeds to a library, and reads them soon; how many were new. Invalid, Conflict."""
    _require(library)
    checked = _checked(urls, private=private)
    with database.write_quietly() as connection:
        added = _add(connection, library.id, checked, database.clock())
    if added:
        request(database, library, everything=False)
    return added


def remove_feed(database: Database, library: Library, feed_id: int) -> None:
    """What it brought stays. NotFound."""
    with database.write_quietly() as connection:
        feeds.remove(connection, library.id, feed_id)
        files.clear_issues(connection, library.id, _places(connection, library.id, feed_id))
        _schedule(connection, library.id, database.clock())


def request(database: Database, library: Library, *, everything: bool = True, priority: int = 0) -> Job:
    """Queues the job; the one that is live already when it does as much. Invalid for a library without feeds, Conflict for one that is
    being removed."""
    _require(library)
    args = msgspec.to_builtins(FeedArgs(library_id=library.id, everything=everything))
    with database.write_quietly() as connection:
        if feeds.next_at(connection, library.id) is None and not feeds.of_library(connection, library.id):
            raise Invalid("library", f"{library.name} reads no feed; add one first")
        key = f"{library.id}:all" if everything else str(library.id)
        return jobs.enqueue(connection, KIND, args, at=database.clock(), key=key, priority=priority, max_attempts=ATTEMPTS)


def poll(context: Context, *, private: bool = True, chance: random.Random | None = None) -> dict[str, Any]:
    """Asks the feeds, one after another as they answer. The result is the report with `seconds`."""
    args = msgspec.convert(context.args, FeedArgs)
    database = context.database
    with database.read() as connection:
        library = libraries.get(connection, args.library_id)
        known = feeds.of_library(connection, library.id)
    _require(library)
    due = [row for row in known if args.everything or (row.state != feeds.GONE and row.next_at <= database.clock())]
    began = time.monotonic()
    task = _Poll(context, library, known, chance or random.Random())  # noqa: S311 - scatters questions, guards nothing
    with operation("feeds", library=library.name) as running, closing(Asking(private=private)) as asking:
        try:
            report = task.run(due, asking)
        finally:
            task.settle()
        running.report(**msgspec.to_builtins(report))
    return {**msgspec.to_builtins(report), "seconds": round(time.monotonic() - began, 3)}


class _Poll:
    """One run."""

    def __init__(self, context: Context, library: Library, known: Sequence[FeedRow], chance: random.Random) -> None:
        self._context = context
        self._database = context.database
        self._library = library
        self._reading = frozenset(row.id for row in known if row.state != feeds.GONE)
        self._chance = chance
        self._report = FeedsReport()

    def run(self, due: Sequence[FeedRow], asking: Asking) -> FeedsReport:
        with ParsePool(parsing.handle, parsing.failed, workers=1) as pool, ThreadPoolExecutor(AT_ONCE, "feeds") as threads:
            try:
                for row, answer in _answers(due, asking, threads, self._context.check):
                    self._report.asked += 1
                    self._take(row, answer, pool)
                    self._context.progress(self._report.asked, len(due), "reading feeds")
            except BaseException:
                asking.close()  # or the threads would be waited for
                raise
        self._context.progress(message=_told(self._report))
        return self._report

    def _take(self, row: FeedRow, answer: Future[Answer], pool: ParsePool) -> None:
        try:
            self._answered(row, answer.result(), pool)
        except SourceError as error:
            self._failed(row, error)
        except (Cancelled, StoreUnavailable):
            raise
        except Exception:  # the boundary: what nobody thought of in one feed must not keep the others, nor be asked for again at once
            _log.exception("a feed could not be taken", feed=row.url)
            self._failed(row, SourceError("It could not be read; the reason is in the server's log. Please report it."))

    def settle(self) -> None:
        """Says how the library is, and when the first of its feeds is due."""
        at = self._database.clock()
        with self._database.write_quietly() as connection:
            rows = feeds.of_library(connection, self._library.id)
            broken = [row for row in rows if row.state in {feeds.FAILING, feeds.GONE}]
            state = "offline" if rows and len(broken) == len(rows) else "ready"
            libraries.set_state(connection, self._library.id, state, _why(rows, broken), scanned_at=at if self._report.asked else None)
            _schedule(connection, self._library.id, at, soonest=at + rhythm.SHORTEST * SECOND)

    def _answered(self, row: FeedRow, answer: Answer, pool: ParsePool) -> None:
        digest = hashlib.blake2b(answer.body, digest_size=16).digest()
        if answer.kind == "gone":
            self._gone(row)
        elif answer.kind == "unchanged" or (digest == row.digest and row.state != feeds.FAILING):
            self._report.unchanged_feeds += 1
            self._keep(row, answer, {"next_at": self._next(row.every_seconds, msgspec.json.decode(row.hints, type=Hints))})
        else:
            self._read(row, answer, digest, pool)

    def _read(self, row: FeedRow, answer: Answer, digest: bytes, pool: ParsePool) -> None:
        page = parsing.encode(Page(answer.body, answer.content_type, answer.final_url))
        (read,) = [parsing.reading(each) for each in pool.map_unordered([page])]
        if read.document is None:
            raise SourceError(read.reason)
        document = read.document
        found, reasons = posts(document, row.id)
        taken = ingest.take(self._database, self._library.id, row.id, found, self._reading)
        for name in ("added", "updated", "unchanged", "doubles"):
            setattr(self._report, name, getattr(self._report, name) + getattr(taken, name))
        every = rhythm.every_seconds(document, self._database.clock(), answer.max_age)
        told = {
            "title": document.title,
            "site": document.site,
            "format": document.format,
            "digest": digest,
            "entries": len(document.entries),
            "newest_at": document.newest_at,
            "hints": msgspec.json.encode(document.hints).decode(),
            "every_seconds": every,
            "next_at": self._next(every, document.hints),
        }
        self._keep(row, answer, told, _passed_over(document, reasons))

    def _next(self, seconds: int, hints: Hints | None = None) -> int:
        return rhythm.next_at(self._database.clock(), seconds, hints or Hints())

    def _keep(self, row: FeedRow, answer: Answer, told: dict[str, Any], reasons: Sequence[str] | None = None) -> None:
        """A good answer; `reasons` are of entries that make no item, None to leave them as they were."""
        at = self._database.clock()
        with self._database.write_quietly() as connection:
            taken = {each.url for each in feeds.of_library(connection, row.library_id) if each.id != row.id}
            values = {
                "url": row.url if answer.url in taken else answer.url,  # moved to where another of the library's feeds is
                "state": feeds.READY,
                "reason": "",
                "failures": 0,
                "asked_at": at,
                "answered_at": at,
                "etag": answer.known.etag or (row.etag if answer.kind == "unchanged" else ""),
                "last_modified": answer.known.last_modified or (row.last_modified if answer.kind == "unchanged" else ""),
            }
            feeds.change(connection, row.id, {**values, **told})
            if reasons is not None or row.state == feeds.FAILING:
                self._issues(connection, row, reasons or ())

    def _failed(self, row: FeedRow, error: SourceError) -> None:
        self._report.failed += 1
        failures = row.failures + 1
        asked_for = error.seconds if isinstance(error, Busy) else None
        wait = rhythm.after_failure(failures, row.every_seconds, asked_for, self._chance)
        self._troubled(row, feeds.FAILING, str(error), failures=failures, next_at=self._next(wait))

    def _gone(self, row: FeedRow) -> None:
        self._report.failed += 1
        reason = "The feed is gone for good (status 410); it is asked again only when you sync by hand. What it brought stays."
        self._troubled(row, feeds.GONE, reason, failures=row.failures + 1)

    def _troubled(self, row: FeedRow, state: str, reason: str, **values: int) -> None:
        """An issue of the library, and of the job."""
        reason = _line(reason)
        with self._database.write_quietly() as connection:
            feeds.change(connection, row.id, {"state": state, "reason": reason, "asked_at": self._database.clock(), **values})
            self._issues(connection, row, [reason])
        self._context.error(f"{row.url}: {reason}")

    def _issues(self, connection: Transaction, row: FeedRow, reasons: Sequence[str]) -> None:
        files.clear_issues(connection, row.library_id, _places(connection, row.library_id, row.id))
        found = [
            (row.id, f"{row.given_url}#{number}".encode() if number else row.given_url.encode(), _line(each))
            for number, each in enumerate(reasons)
        ]
        files.put_issues(connection, row.library_id, found[:REASONS_KEPT], at=self._database.clock())


def _answers(
    due: Iterable[FeedRow], asking: Asking, threads: ThreadPoolExecutor, check: Callable[[], None]
) -> Iterator[tuple[FeedRow, Future[Answer]]]:
    """Each feed with its answer, some at once and never more answers held than that. `check` is called again and again meanwhile."""
    rows = list(due)
    for start in range(0, len(rows), AT_ONCE):
        asked = {
            threads.submit(asking.ask, row.url, Known(row.etag, row.last_modified), entered=row.given_url): row
            for row in rows[start : start + AT_ONCE]
        }
        waiting = set(asked)
        while waiting:
            done, waiting = wait(waiting, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
            check()
            for answer in done:
                yield asked[answer], answer
                check()


def _passed_over(document: Document, reasons: Sequence[str]) -> list[str]:
    more = [f"{document.passed_over:,} entries beyond the first {len(document.entries):,} are not read"] if document.passed_over else []
    return [*more, *reasons]


def _line(reason: str) -> str:
    """A reason as it is kept: a server's own words may be in it."""
    return " ".join(clean(reason).split())[:REASON_MOST]


def _told(report: FeedsReport) -> str:
    if not report.failed:
        return "done"
    return f"{report.failed:,} {'feed' if report.failed == 1 else 'feeds'} could not be read"


def _checked(urls: Sequence[str], *, private: bool) -> list[str]:
    if len(urls) > FEEDS_MOST:
        raise Invalid("feeds", f"a library reads at most {FEEDS_MOST:,} feeds")
    return [addresses.check_url(url.strip(), private=private, field="feeds").url for url in urls]


def _add(connection: Transaction, library_id: int, urls: Sequence[str], at: int) -> int:
    added = feeds.add(connection, library_id, urls, every_seconds=rhythm.UNKNOWN, at=at)
    if len(feeds.of_library(connection, library_id)) > FEEDS_MOST:
        raise Invalid("feeds", f"a library reads at most {FEEDS_MOST:,} feeds")
    _schedule(connection, library_id, at)
    return added


def _schedule(connection: Transaction, library_id: int, at: int, *, soonest: int | None = None) -> None:
    """The library's schedule ticks when the first of its feeds is due; there is none when none ever is. Of a run that left some undone
    it ticks at `soonest`, or every look at the schedules would begin another."""
    first = feeds.next_at(connection, library_id)
    if first is not None and soonest is not None and first <= at:
        first = soonest
    args = msgspec.to_builtins(FeedArgs(library_id=library_id))
    schedules.put(connection, KIND, args, key=str(library_id), every_seconds=rhythm.SHORTEST, at=at, enabled=first is not None)
    if first is not None:
        schedules.set_next(connection, KIND, str(library_id), first)


def _places(connection: Transaction, library_id: int, feed_id: int) -> list[tuple[int, bytes]]:
    """Where the issues of a feed stand: its id is their root."""
    return [place for place in files.issues(connection, library_id) if place[0] == feed_id]


def _require(library: Library) -> None:
    if library.type is not LibraryType.FEED:
        raise Invalid("library", f"{library.name} is a {library.type} library; only feed libraries read feeds")
    if library.state == "removing":
        raise Conflict(f"{library.name} is being removed")


def _why(rows: Sequence[FeedRow], broken: Sequence[FeedRow]) -> str:
    """What its page says of a library some of whose feeds cannot be read."""
    if len(rows) == len(broken) == 1:
        return broken[0].reason
    return f"{len(broken):,} of {len(rows):,} feeds {'fails' if len(broken) == 1 else 'fail'}" if broken else ""
