"""Pictures of posts that are somewhere on the web: fetched here and made small, so that a browser never calls a stranger, and who may not
see a post leaves no trace there.

The rules: an address is judged like every other (`sources/addresses.py`), redirects too; it is the word of the feed, so it leads into a
private network only when the feed was entered as being there, and then to no other machine than the feed's; a picture has at most
PICTURE_MOST bytes and comes in PATIENCE_SECONDS; so many are fetched at once and no more, so that a wall of posts floods nobody."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import msgspec

from longshelf.errors import NotFound, SourceError, SourceOffline
from longshelf.sources.feed.asking import Asking
from longshelf.sources.feed.nearby import host
from longshelf.store import feeds
from longshelf.store.database import Database

PICTURE_MOST = 20 << 20  # bytes
PATIENCE_SECONDS = 15.0
AT_ONCE = 6
_ACCEPT = "image/avif, image/webp, image/png, image/jpeg, image/*;q=0.8"


class Pictured(msgspec.Struct, frozen=True, kw_only=True):
    """An item whose picture is at `url`. `owner` is under what its thumbnails are kept, `version` changes with the address."""

    owner: int
    version: str
    url: str


class RemotePictures:
    """One for a process. `private` allows addresses in private networks."""

    def __init__(self, database: Database, *, private: bool) -> None:
        self._database = database
        self._asking = Asking(private=private, patience=PATIENCE_SECONDS, read_seconds=PATIENCE_SECONDS, most=PICTURE_MOST, accept=_ACCEPT)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pictures")

    async def fetch(self, picture: Pictured) -> bytes:
        """The encoded picture. NotFound when there is none for us, SourceOffline when it did not come."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._fetch, picture)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._asking.close()

    def _fetch(self, picture: Pictured) -> bytes:
        try:
            answer = self._asking.ask(picture.url, entered=self._entered(picture), only_there=True)
        except SourceOffline:
            raise
        except SourceError as error:  # asking again changes nothing
            raise NotFound(f"The picture cannot be had. {error}") from None
        if answer.kind != "document":
            raise NotFound("The picture is gone.")
        return answer.body

    def _entered(self, picture: Pictured) -> str:
        """An address at the machine of its feed; "" when its feeds are removed or not all there."""
        with self._database.read() as connection:
            found = feeds.given_urls(connection, picture.owner)
        return found[0] if len({host(each) for each in found}) == 1 else ""
