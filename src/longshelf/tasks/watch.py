"""Watching folders, for libraries that ask for it: a change queues a scan. The schedule stays the truth; a watch only shortens the wait.

Some file systems report nothing (network shares, some FUSE mounts), and a watch that overflows loses events: so an event is never
taken for what happened, only as a reason to look."""

from collections.abc import Iterable
from pathlib import Path

import structlog
from watchfiles import Change, watch

from longshelf.model.kinds import LibraryType
from longshelf.sources.folder import options
from longshelf.store import libraries
from longshelf.store.database import Database
from longshelf.store.libraries import Library
from longshelf.tasks import scan
from longshelf.tasks.looking import Looking

DEBOUNCE_MS = 5_000  # a copy of many files is one reason to look
RELOAD_MS = 30_000  # how soon a library that asks to be watched is

_log = structlog.get_logger()


class Watcher(Looking):
    """One thread for all watched libraries. Milliseconds: `debounce` gathers events, `reload` is how often
    the libraries are read anew."""

    def __init__(self, database: Database, *, debounce: int = DEBOUNCE_MS, reload: int = RELOAD_MS) -> None:
        super().__init__("watch")
        self.database = database
        self.debounce = debounce
        self.reload = reload

    def _look(self) -> float:
        """Until the set of watched folders changes, or the file system refuses."""
        watched = self._watched()
        if not watched:
            return self.reload / 1000
        try:
            for changes in watch(
                *watched,
                debounce=self.debounce,
                rust_timeout=self.reload,
                yield_on_timeout=True,
                stop_event=self._stop,
                ignore_permission_denied=True,
            ):
                self._request(changes, watched)
                if self._watched().keys() != watched.keys():
                    return 0
        except OSError as error:
            # Often the limit of inotify watches; the schedule goes on finding the changes.
            _log.warning("folders cannot be watched", reason=str(error))
            return self.reload / 1000
        return 0

    def _request(self, changes: Iterable[tuple[Change, str]], watched: dict[Path, Library]) -> None:
        changed = [Path(path) for _, path in changes]
        for library in {
            library.id: library for root, library in watched.items() if any(path.is_relative_to(root) for path in changed)
        }.values():
            scan.request(self.database, library)

    def _watched(self) -> dict[Path, Library]:
        with self.database.read() as connection:
            listed = [library for library in libraries.listed(connection) if library.type is LibraryType.FOLDER]
        chosen = {library.id: options.parse(library.config) for library in listed}
        return {
            Path(folder): library
            for library in listed
            if chosen[library.id].watch
            for folder in chosen[library.id].present
            if Path(folder).is_dir()
        }
