"""Saved filters: a name for the part of an address behind `?`, each person's own."""

from longshelf.catalog.blocks import without_view
from longshelf.catalog.numbered import cut_whole
from longshelf.catalog.shapes import View, ViewList
from longshelf.model.times import rfc3339
from longshelf.store import playlists
from longshelf.store import views as rows
from longshelf.store.database import Database


class Views:
    """Safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def browse(self, user_id: int, page: int, size: int) -> ViewList:
        """By name."""
        with self._database.read() as connection:
            found, pagination = cut_whole([_view(row) for row in rows.listed(connection, user_id)], page, size)
        return ViewList(found, pagination, "")

    def save(self, user_id: int, name: str, query: str) -> View:
        """One of the same name is replaced."""
        with self._database.write_quietly() as connection:
            return _view(rows.save(connection, user_id, name, query, at=self._database.clock()))

    def remove(self, user_id: int, view_id: int) -> None:
        """Blocks of playlists that follow it go on asking for the same. NotFound when the person has no such view."""
        with self._database.write_quietly() as connection:
            playlists.hold_all(connection, user_id)
            view = rows.held(connection, user_id, view_id)
            following = playlists.blocks_following(connection, view_id)
            for block in following:
                kept = without_view(block, view.query)
                playlists.change_block(connection, block.id, {"filter": kept, "view_id": None})
            for playlist_id in sorted({block.playlist_id for block in following}):
                playlists.raise_version(connection, playlist_id, self._database.clock())
            rows.remove(connection, user_id, view_id)


def _view(row: rows.SavedView) -> View:
    return View(id=row.id, name=row.name, query=row.query, created_at=rfc3339(row.created_at) or "")
