"""Listening to Stash servers: a thread a library keeps a subscription open, and asks for a sync when its server has something to tell. The
schedule is the truth; this only shortens the wait.

At the start, and after every connection that was lost, a sync is asked for: what happened meanwhile is told by nobody."""

import random

import structlog

from longshelf.errors import Conflict, LongshelfError, SourceError
from longshelf.model.kinds import LibraryType
from longshelf.sources.stash import options as stash_options
from longshelf.sources.stash.listening import listen
from longshelf.store import libraries, mirror
from longshelf.store.database import Database
from longshelf.store.libraries import Library
from longshelf.tasks import sync
from longshelf.tasks.looking import Looking

RELOAD_SECONDS = 30.0  # how soon a library that was added is listened to
AGAIN_SECONDS = (5.0, 300.0)  # between attempts to connect: the first pause, and the longest
SETTLE_SECONDS = 3.0  # the messages of a while are one reason to look

_log = structlog.get_logger()


class Listener(Looking):
    """One thread for the list of libraries and one for each server."""

    def __init__(
        self, database: Database, *, private: bool = True, reload: float = RELOAD_SECONDS, again: tuple[float, float] = AGAIN_SECONDS
    ) -> None:
        super().__init__("stash listener")
        self.database = database
        self.private = private
        self.reload = reload
        self.again = again
        self._chance = random.Random()  # noqa: S311 - spreads load, keeps no secret
        self._servers: dict[int, _Server] = {}

    def stop(self) -> None:
        super().stop()
        for server in self._servers.values():
            server.stop()

    def _run(self) -> None:
        self._ask_all()
        super()._run()

    def _look(self) -> float:
        try:
            self._follow()
        except LongshelfError as error:
            _log.warning("libraries cannot be listed", reason=str(error))
        return self.reload

    def _ask_all(self) -> None:
        """A sync of each library: what happened while nobody listened was told to nobody."""
        try:
            for library in self._mirrored():
                sync.request(self.database, library)
        except LongshelfError as error:
            _log.warning("libraries cannot be synced at the start", reason=str(error))

    def _mirrored(self) -> list[Library]:
        with self.database.read() as connection:
            listed = libraries.listed(connection)
        return [library for library in listed if library.type is LibraryType.STASH and library.state != "removing"]

    def _follow(self) -> None:
        """Starts listening to libraries that are new, and stops where one has gone or changed."""
        wanted = {library.id: library for library in self._mirrored() if stash_options.parse(library.config).listen}
        for library_id, server in list(self._servers.items()):
            if library_id not in wanted or wanted[library_id].config != server.library.config:
                server.stop()
                del self._servers[library_id]
        for library_id, library in wanted.items():
            if library_id not in self._servers:
                self._servers[library_id] = _Server(self, library, self._chance.random())
                self._servers[library_id].start()


class _Server(Looking):
    """One server, listened to until `stop`."""

    def __init__(self, listener: Listener, library: Library, chance: float) -> None:
        super().__init__(f"stash listener {library.id}")
        self.library = library
        self._listener = listener
        self._chance = chance
        self._pause = listener.again[0]

    def _look(self) -> float:
        """Listens until the connection is lost."""
        options = stash_options.parse(self.library.config)
        try:
            listen(options, self._key(), self._heard, self._stop.is_set, private=self._listener.private)
        except SourceError as error:
            _log.debug("not listening to Stash", library=self.library.name, reason=str(error))
        except LongshelfError as error:
            _log.warning("listening to Stash failed", library=self.library.name, reason=str(error))
        rest = self._pause * (0.5 + self._chance)
        self._pause = min(self._listener.again[1], self._pause * 2)
        return rest

    def _key(self) -> str:
        with self._listener.database.read() as connection:
            return mirror.key(connection, self.library.id)

    def _heard(self, what: str) -> None:
        """Never works itself: who is called here holds up Stash."""
        self._pause = self._listener.again[0]
        try:
            sync.request(self._listener.database, self.library, delay=0.0 if what == "connected" else SETTLE_SECONDS)
        except Conflict:  # it is being removed
            self._stop.set()
