"""The feeds of a library, for administrators: trying one, adding and removing, how each of them is. A library that is kept from an
administrator has none."""

from collections.abc import Sequence
from contextlib import closing

from longshelf.catalog.feed_shapes import FeedInfo, FeedList, FeedProbe
from longshelf.errors import Invalid, NotFound, SourceError
from longshelf.model.kinds import LibraryType
from longshelf.model.times import rfc3339
from longshelf.model.viewer import Viewer
from longshelf.sources import addresses
from longshelf.sources.feed import opml
from longshelf.sources.feed.asking import Asking
from longshelf.sources.feed.document import Page, Reading
from longshelf.store import feeds, libraries
from longshelf.store.database import Database
from longshelf.store.feeds import FeedRow
from longshelf.store.libraries import Library
from longshelf.visibility.visibility import Visibility

PROBE_SECONDS = 20.0  # somebody waits


class Feeds:
    """Safe to share between threads. Whether a viewer may change anything is decided by the route table."""

    def __init__(self, database: Database, visibility: Visibility, *, private: bool) -> None:
        """`private` allows feeds in private networks."""
        self._database = database
        self._visibility = visibility
        self._private = private

    def browse(self, viewer: Viewer, library_id: int) -> FeedList:
        """NotFound; Invalid for a library that can have none."""
        self._require(viewer, library_id)
        told = not self._visibility.ruled_by_items(viewer)
        with self._database.read() as connection:
            return FeedList([_info(row, told=told) for row in feeds.of_library(connection, library_id)])

    def add(self, viewer: Viewer, library_id: int, urls: Sequence[str], subscriptions: str) -> FeedList:
        """Those the library did not read yet, from addresses and an OPML document. NotFound, Invalid."""
        from longshelf.tasks.feeds import add_feeds

        library = self._require(viewer, library_id)
        add_feeds(self._database, library, addresses_of(urls, subscriptions), private=self._private)
        return self.browse(viewer, library_id)

    def remove(self, viewer: Viewer, library_id: int, feed_id: int) -> None:
        """What the feed brought stays. NotFound."""
        from longshelf.tasks.feeds import remove_feed

        remove_feed(self._database, self._require(viewer, library_id), feed_id)

    def probe(self, url: str) -> FeedProbe:
        """Asks once, keeps nothing. Invalid for an address that cannot be."""
        checked = addresses.check_url(url.strip(), private=self._private).url
        try:
            with closing(Asking(private=self._private, patience=PROBE_SECONDS, read_seconds=PROBE_SECONDS / 2)) as asking:
                answer = asking.ask(checked)
            if answer.kind != "document":
                return FeedProbe(url=checked, trouble="The feed is gone for good (status 410).")
            read = _read(Page(answer.body, answer.content_type, answer.final_url))
        except SourceError as error:
            return FeedProbe(url=checked, trouble=str(error))
        document = read.document
        if document is None:
            return FeedProbe(url=answer.url, trouble=read.reason)
        newest = max(document.entries, key=lambda entry: entry.at or 0, default=None)
        return FeedProbe(
            url=answer.url,
            trouble=None,
            title=document.title or None,
            site=document.site or None,
            format=document.format,
            entries=len(document.entries) + document.passed_over,
            newest_at=rfc3339(document.newest_at),
            newest_title=newest.title or None if newest else None,
        )

    def _require(self, viewer: Viewer, library_id: int) -> Library:
        """NotFound when there is none, or none for this viewer; Invalid when it is of another type."""
        within = self._visibility.libraries(viewer)
        if within is not None and library_id not in within:
            raise NotFound(f"There is no library {library_id}.")  # as of one there never was
        with self._database.read() as connection:
            library = libraries.get(connection, library_id)
        if library.type is not LibraryType.FEED:
            raise Invalid("library", f"{library.name} is a {library.type} library and reads no feeds")
        return library


def addresses_of(urls: Sequence[str], subscriptions: str) -> list[str]:
    """The addresses that are meant, each once. Invalid when the OPML document is none."""
    named = opml.feeds(subscriptions.encode("utf-8", "replace")) if subscriptions.strip() else []
    return list(dict.fromkeys([*(url.strip() for url in urls if url.strip()), *named]))


def _read(page: Page) -> Reading:
    """In a process of its own, like every document of a stranger."""
    from longshelf.ingest.pool import ParsePool
    from longshelf.sources.feed import parsing

    with ParsePool(parsing.handle, parsing.failed, workers=1, seconds=PROBE_SECONDS) as pool:
        (answer,) = pool.map_unordered([parsing.encode(page)])
    return parsing.reading(answer)


def _info(row: FeedRow, *, told: bool) -> FeedInfo:
    return FeedInfo(
        id=row.id,
        url=row.url,
        given_url=row.given_url,
        title=row.title or None,
        site=row.site or None,
        format=row.format or None,
        state=row.state,  # type: ignore[arg-type]
        reason=row.reason or None,
        failures=row.failures,
        entries=row.entries if told else None,
        newest_at=rfc3339(row.newest_at) if told else None,
        asked_at=rfc3339(row.asked_at),
        answered_at=rfc3339(row.answered_at),
        next_at=rfc3339(row.next_at) if row.state != feeds.GONE else None,
        every_seconds=row.every_seconds,
    )
