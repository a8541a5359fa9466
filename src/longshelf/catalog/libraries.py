"""Libraries as people see them: those a viewer may know of, with the number of items he sees. Their folders, options and issues are paths
of the server: for administrators only. A library that is kept from an administrator is not there for him either, whatever he asks of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from longshelf.catalog.numbered import cut_whole, numbered
from longshelf.catalog.shapes import Job, LibraryInfo, LibraryIssue, LibraryIssueList, LibraryList
from longshelf.catalog.work import job_info
from longshelf.errors import NotAllowed, NotFound
from longshelf.model.engine import Engine, FacetRequest
from longshelf.model.kinds import LibraryType
from longshelf.model.times import rfc3339
from longshelf.model.viewer import Viewer
from longshelf.sources.folder.options import FolderOptions
from longshelf.sources.stash import modes as sync_modes
from longshelf.sources.stash.options import StashOptions
from longshelf.store import libraries as rows
from longshelf.store import reading
from longshelf.store.database import Database
from longshelf.store.engine.sql import SqlEngine
from longshelf.store.hot import HotReads
from longshelf.store.libraries import Library
from longshelf.visibility.visibility import Visibility


class Libraries:
    """Safe to share between threads. Whether a viewer may change anything is decided by the route table."""

    def __init__(
        self, database: Database, engine: Engine | None = None, *, visibility: Visibility | None = None, private: bool = True
    ) -> None:
        """`engine` counts (default: the database itself); `visibility` may be shared with others (default: its own); `private` allows
        remote servers in private networks."""
        self._database = database
        self._engine = engine or SqlEngine(database.read)
        self._visibility = visibility or Visibility(database, HotReads(database))
        self._private = private

    def browse(self, viewer: Viewer, page: int, size: int) -> LibraryList:
        """Libraries by name; none for a viewer nobody knows."""
        found, pagination = cut_whole(self._all(viewer), page, size)
        return LibraryList(found, pagination, "")

    def _all(self, viewer: Viewer) -> list[LibraryInfo]:
        within = self._visibility.libraries(viewer)
        with self._database.read() as connection:
            known = [each for each in rows.listed(connection) if within is None or each.id in within]
            issues = reading.issue_counts(connection) if viewer.admin else {}
        if not known:
            return []
        with self._engine.snapshot() as snapshot:
            seen = self._visibility.mask(viewer, snapshot).query
            (facet,) = snapshot.facets([FacetRequest("library", seen, limit=0)], viewer)
        items = {int(each.value): each.count for each in facet.values}
        return [_info(each, viewer, items.get(each.id, 0), issues.get(each.id, 0)) for each in known]

    def one(self, viewer: Viewer, library_id: int) -> LibraryInfo:
        """NotFound when there is none."""
        for library in self._all(viewer):
            if library.id == library_id:
                return library
        raise NotFound("There is no such library.")

    def known(self, viewer: Viewer) -> frozenset[int] | None:
        """The only libraries the viewer may know of; None for all."""
        return self._visibility.libraries(viewer)

    def create(self, viewer: Viewer, name: str, options: FolderOptions) -> LibraryInfo:
        """A folder library, with its first scan queued. Invalid for folders that are none, Conflict for a name that is taken."""
        from longshelf.tasks.libraries import add_folder_library  # brings the parsers along: only when one is needed

        library, _job = add_folder_library(self._database, name, options)
        return _info(library, viewer, 0, 0)

    def edit(
        self, viewer: Viewer, library_id: int, *, name: str | None, folders: Sequence[str] | None, options: Mapping[str, Any] | None
    ) -> LibraryInfo:
        """The library with what is given changed; a scan reads what that brings. Raises as `tasks.libraries.change_folder_library`."""
        from longshelf.tasks.libraries import change_folder_library

        self._require(viewer, library_id)
        change_folder_library(self._database, library_id, name=name, folders=folders, chosen=options)
        return self.one(viewer, library_id)

    def delete(self, viewer: Viewer, library_id: int) -> Job:
        """The job that takes the library out of Longshelf; its files stay. NotFound when there is none."""
        from longshelf.tasks import library_removal

        self._require(viewer, library_id)
        return job_info(library_removal.request(self._database, library_id))

    def scan(self, viewer: Viewer, library_id: int, *, full: bool) -> Job:
        """The scan that is queued or running, or a new one. NotFound; Invalid for a library that has no folders."""
        from longshelf.tasks import scan

        library = self._require(viewer, library_id)
        return job_info(scan.request(self._database, library, full=full, priority=10))

    def create_stash(self, viewer: Viewer, name: str, options: StashOptions, api_key: str) -> LibraryInfo:
        """The mirror of a Stash server, with its first sync queued. Invalid for an address that cannot be, Conflict for a name that is
        taken."""
        from longshelf.tasks.libraries import add_stash_library

        library, _job = add_stash_library(self._database, name, options, api_key, private=self._private)
        return _info(library, viewer, 0, 0)

    def change_stash(self, viewer: Viewer, library_id: int, changes: Mapping[str, Any], api_key: str | None) -> LibraryInfo:
        """Another address, key or rhythm of a mirrored server. NotFound; Invalid for what cannot work."""
        from longshelf.tasks.libraries import change_stash_library

        self._require(viewer, library_id)
        change_stash_library(self._database, library_id, changes, api_key, private=self._private)
        return self.one(viewer, library_id)

    def create_feeds(self, viewer: Viewer, name: str, urls: Sequence[str], subscriptions: str) -> LibraryInfo:
        """A library of feeds, which are read at once; `subscriptions` is an OPML document or "". Invalid for addresses that cannot be,
        Conflict for a name that is taken."""
        from longshelf.catalog.feeds import addresses_of
        from longshelf.tasks.feeds import add_feed_library

        library, _job = add_feed_library(self._database, name, addresses_of(urls, subscriptions), private=self._private)
        return _info(library, viewer, 0, 0)

    def sync(self, viewer: Viewer, library_id: int, mode: sync_modes.Mode, *, allow_removals: bool) -> Job:
        """The sync that waits, or a new one; of feeds, all are asked. NotFound; Invalid for a library that mirrors nothing."""
        from longshelf.tasks import feeds, sync

        library = self._require(viewer, library_id)
        if library.type is LibraryType.FEED:
            return job_info(feeds.request(self._database, library, priority=10))
        return job_info(sync.request(self._database, library, mode, allow_removals=allow_removals, priority=10))

    def stash_hook(self, token: str, kind: str, remote_id: int | None) -> float:
        """In how many seconds the sync begins. NotFound for a token that is nobody's."""
        from longshelf.tasks import stash_hooks

        return stash_hooks.heard(self._database, token, kind, remote_id)

    def issues(self, viewer: Viewer, library_id: int, page: int, size: int) -> LibraryIssueList:
        """What could not be taken in, by root and path. NotAllowed for one whom items are kept from: a path tells of them."""
        library = self._require(viewer, library_id)
        if self._visibility.ruled_by_items(viewer):
            raise NotAllowed("Only an administrator from whom no items are kept may read the paths of files.")
        with self._database.read() as connection:
            total = reading.issue_counts(connection).get(library_id, 0)
            start = (page - 1) * size
            found = reading.issues(connection, library_id, offset=start, limit=size) if start < total else []
        roots = [str(folder) for folder in library.config.get("folders", [])]
        return LibraryIssueList([_issue(each, roots) for each in found], numbered(page, size, total), "")

    def _require(self, viewer: Viewer, library_id: int) -> Library:
        """NotFound when there is none, or none for this viewer."""
        within = self._visibility.libraries(viewer)
        if within is not None and library_id not in within:
            raise NotFound(f"There is no library {library_id}.")  # as of one there never was
        with self._database.read() as connection:
            return rows.get(connection, library_id)


def _info(library: Library, viewer: Viewer, items: int, issues: int) -> LibraryInfo:
    config: Mapping[str, Any] = library.config
    return LibraryInfo(
        id=library.id,
        name=library.name,
        type=library.type,
        state=library.state,
        state_reason=library.state_reason or None,
        item_count=items,
        issue_count=issues,
        created_at=rfc3339(library.created_at) or "",
        scanned_at=rfc3339(library.scanned_at),
        folders=[str(folder) for folder in config.get("folders", []) if folder] if viewer.admin else None,
        options={name: value for name, value in config.items() if name not in {"folders", "url"}} if viewer.admin else None,
        url=config.get("url") if viewer.admin else None,
    )


def _issue(row: reading.IssueRow, roots: list[str]) -> LibraryIssue:
    return LibraryIssue(
        path=row.path.decode("utf-8", "replace"),
        root=roots[row.root] if row.root < len(roots) else "",
        reason=row.reason,
        first_seen_at=rfc3339(row.first_seen_at) or "",
        last_seen_at=rfc3339(row.last_seen_at) or "",
    )
