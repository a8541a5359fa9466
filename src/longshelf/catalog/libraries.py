"""Libraries as people see them. Their folders, options and issues are paths of the server: for administrators only."""

from collections.abc import Mapping
from typing import Any

from longshelf.catalog.numbered import cut_whole, numbered
from longshelf.catalog.shapes import Job, LibraryInfo, LibraryIssue, LibraryIssueList, LibraryList
from longshelf.catalog.work import job_info
from longshelf.errors import NotFound
from longshelf.model.times import rfc3339
from longshelf.model.viewer import Viewer
from longshelf.sources.folder.options import FolderOptions
from longshelf.store import libraries as rows
from longshelf.store import reading
from longshelf.store.database import Database
from longshelf.store.libraries import Library


class Libraries:
    """Safe to share between threads. Whether a viewer may change anything is decided by the route table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def browse(self, viewer: Viewer, page: int, size: int) -> LibraryList:
        """Libraries by name; none for a viewer nobody knows."""
        found, pagination = cut_whole(self._all(viewer), page, size)
        return LibraryList(found, pagination, "")

    def _all(self, viewer: Viewer) -> list[LibraryInfo]:
        if not viewer.known:
            return []
        with self._database.read() as connection:
            listed = rows.listed(connection)
            items = reading.library_counts(connection)
            issues = reading.issue_counts(connection)
        return [_info(each, viewer, items.get(each.id, 0), issues.get(each.id, 0)) for each in listed]

    def one(self, viewer: Viewer, library_id: int) -> LibraryInfo:
        """NotFound when there is none."""
        for library in self._all(viewer):
            if library.id == library_id:
                return library
        raise NotFound("There is no such library.")

    def create(self, viewer: Viewer, name: str, options: FolderOptions) -> LibraryInfo:
        """A folder library, with its first scan queued. Invalid for folders that are none, Conflict for a name that is taken."""
        from longshelf.tasks.libraries import add_folder_library  # brings the parsers along: only when one is needed

        library, _job = add_folder_library(self._database, name, options)
        return self.one(viewer, library.id)

    def delete(self, library_id: int) -> None:
        """Takes the library out of Longshelf; its files stay. NotFound when there is none."""
        from longshelf.tasks.libraries import remove_library

        with self._database.read() as connection:
            rows.get(connection, library_id)
        remove_library(self._database, library_id)

    def scan(self, library_id: int, *, full: bool) -> Job:
        """The scan that is queued or running, or a new one. NotFound; Invalid for a library that has no folders."""
        from longshelf.tasks import scan

        with self._database.read() as connection:
            library = rows.get(connection, library_id)
        return job_info(scan.request(self._database, library, full=full, priority=10))

    def issues(self, library_id: int, page: int, size: int) -> LibraryIssueList:
        """What could not be taken in, by root and path."""
        with self._database.read() as connection:
            library = rows.get(connection, library_id)
            total = reading.issue_counts(connection).get(library_id, 0)
            start = (page - 1) * size
            found = reading.issues(connection, library_id, offset=start, limit=size) if start < total else []
        roots = [str(folder) for folder in library.config.get("folders", [])]
        return LibraryIssueList([_issue(each, roots) for each in found], numbered(page, size, total), "")


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
        folders=[str(folder) for folder in config.get("folders", [])] if viewer.admin else None,
        options={name: value for name, value in config.items() if name != "folders"} if viewer.admin else None,
    )


def _issue(row: reading.IssueRow, roots: list[str]) -> LibraryIssue:
    return LibraryIssue(
        path=row.path.decode("utf-8", "replace"),
        root=roots[row.root] if row.root < len(roots) else "",
        reason=row.reason,
        first_seen_at=rfc3339(row.first_seen_at) or "",
        last_seen_at=rfc3339(row.last_seen_at) or "",
    )
