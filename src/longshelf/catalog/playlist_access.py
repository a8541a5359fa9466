"""Whose playlists are whose: who may read one, who may change it, and how an edit goes.

The rule: a playlist belongs to its maker. Everybody may read a shared one, administrators also those made for a display; what else there is
looks as if there were none. Its maker and, where they may read it, administrators change it."""

from collections.abc import Iterator
from contextlib import contextmanager

from longshelf.catalog.watching import signed_in
from longshelf.errors import Conflict, NotAllowed, NotFound
from longshelf.model.viewer import Viewer
from longshelf.store import playlists
from longshelf.store.database import Database, Transaction
from longshelf.store.playlists import PlaylistRow


def may_read(viewer: Viewer, row: PlaylistRow) -> bool:
    return viewer.known and (row.user_id == viewer.user_id or bool(row.shared) or (viewer.admin and row.display_id is not None))


def may_change(viewer: Viewer, row: PlaylistRow) -> bool:
    return may_read(viewer, row) and (row.user_id == viewer.user_id or viewer.admin)


def read(connection: Transaction, viewer: Viewer, playlist_id: int) -> PlaylistRow:
    """NotFound when there is none, or it is not for this viewer."""
    signed_in(viewer)
    return _shown(viewer, playlists.get(connection, playlist_id))


def changeable(viewer: Viewer, row: PlaylistRow) -> PlaylistRow:
    """NotFound where he may not read it, NotAllowed where he may only read it."""
    if not may_change(viewer, _shown(viewer, row)):
        raise NotAllowed("Only who made this playlist, and administrators, may do that. Duplicate what you may, and change the copy.")
    return row


@contextmanager
def edited(
    database: Database, viewer: Viewer, playlist_id: int, version: int | None, *, kind: str | None = None
) -> Iterator[tuple[Transaction, PlaylistRow]]:
    """A transaction in which nobody else changes the playlist; its version is another afterwards. `version` is the one the editor saw:
    Conflict when it is not that any more, or the playlist is not of the `kind` that can be edited so. NotFound and NotAllowed as above."""
    signed_in(viewer)
    with database.write_quietly() as connection:
        row = changeable(viewer, playlists.held(connection, playlist_id))
        check_version(row, version)
        if kind is not None and row.kind != kind:
            raise Conflict(_OTHER[row.kind])
        yield connection, row
        playlists.raise_version(connection, playlist_id, database.clock())


def check_version(row: PlaylistRow, version: int | None) -> None:
    """Conflict when somebody else has changed the playlist since."""
    if version is not None and version != row.version:
        raise Conflict("Somebody else has changed this playlist meanwhile. Load it again, and make your change there.")


def administrator(viewer: Viewer) -> None:
    """NotAllowed for others."""
    if not viewer.admin:
        raise NotAllowed("Only an administrator may choose what a display plays.")


def _shown(viewer: Viewer, row: PlaylistRow) -> PlaylistRow:
    if not may_read(viewer, row):
        raise NotFound(f"There is no playlist {row.id}.")
    return row


_OTHER = {
    "blocks": "This playlist is made of blocks; it has no chosen items.",
    "items": "This playlist is made of chosen items; it has no blocks.",
}
