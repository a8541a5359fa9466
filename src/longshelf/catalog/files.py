"""From an item to its files, on disk or on the server it is mirrored from, for a viewer who may see it."""

from typing import Any

import msgspec

from longshelf.catalog.catalog import Catalog
from longshelf.errors import NotFound
from longshelf.media.locate import Located
from longshelf.media.remote import Mirrored, Server, captions, fingerprints, marker_version, remote_id
from longshelf.media.remote_pictures import Pictured
from longshelf.model.kinds import LibraryType
from longshelf.model.viewer import Viewer
from longshelf.sources.folder.options import parse
from longshelf.sources.stash import media
from longshelf.sources.stash import options as stash_options
from longshelf.sources.stash.kinds import Remote
from longshelf.store import libraries, reading, remote_items
from longshelf.store.database import Database, Transaction

Place = Located | Mirrored


class Files:
    """Safe to share between threads."""

    def __init__(self, database: Database, catalog: Catalog) -> None:
        self._database = database
        self._catalog = catalog

    def place(self, viewer: Viewer, item_id: int) -> Place:
        """Where its files and its picture are. NotFound when it does not exist, is not for this viewer, or has no files of its own."""
        self._catalog.require(viewer, item_id)
        with self._database.read() as connection:
            return _place(connection, item_id)

    def picture(self, viewer: Viewer, item_id: int) -> Place | Pictured:
        """Where its picture is, likewise: that of a post from a feed is at an address of its own."""
        self._catalog.require(viewer, item_id)
        with self._database.read() as connection:
            placed = reading.placed(connection, item_id)
            if placed is not None and not placed.files and placed.cover is not None and placed.cover.name:
                library = libraries.get(connection, placed.library_id)
                if library.type is LibraryType.FEED:
                    return Pictured(owner=item_id, version=placed.cover_version, url=placed.cover.name)
            return _place(connection, item_id)

    def locate(self, viewer: Viewer, item_id: int) -> Located:
        """Likewise, where only files on disk will do."""
        found = self.place(viewer, item_id)
        if not isinstance(found, Located):
            raise _no_file()
        return found

    def mirrored(self, viewer: Viewer, item_id: int) -> Mirrored:
        """Likewise, where only a remote server will do."""
        found = self.place(viewer, item_id)
        if not isinstance(found, Mirrored):
            raise NotFound("This item is not from a Stash server, so it has nothing of the kind.")
        return found

    def marker(self, viewer: Viewer, item_id: int, marker: int) -> Mirrored:
        """The film of which that is a marker, with the marker's own picture. NotFound also for a marker of another film: its server would
        not ask whose it is."""
        film = self.mirrored(viewer, item_id)
        with self._database.read() as connection:
            start = remote_items.marker_start(connection, item_id, marker)
        if film.kind is not Remote.SCENE or start is None:
            raise NotFound("This film has no such marker.")
        return msgspec.structs.replace(
            film,
            owner=f"m{item_id}-{marker}",
            version=marker_version(film.version, start),
            picture=media.marker_still(film.remote_id, marker),
        )


def _place(connection: Transaction, item_id: int) -> Place:
    placed = reading.placed(connection, item_id)
    if placed is None:
        raise _no_file()
    if not placed.files:
        return _mirrored(connection, item_id)
    library = libraries.get(connection, placed.library_id)
    return Located(
        item_id=item_id,
        kind=placed.kind,
        roots=tuple(parse(library.config).roots),
        files=placed.files,
        cover=placed.cover,
        version=placed.cover_version,
    )


def _mirrored(connection: Transaction, item_id: int) -> Mirrored:
    found = remote_items.item(connection, item_id)
    known = remote_id(found.external_id) if found is not None else None
    if found is None or known is None:
        raise _no_file()
    kind, number = known
    return Mirrored(
        server=server_of(found),
        kind=kind,
        remote_id=number,
        owner=item_id,
        version=found.version,
        name=_text(found.extra.get("file_name")),
        fingerprints=fingerprints(found.identifiers) if kind is Remote.SCENE else (),
        captions=captions(found.extra.get("captions")),
        interactive=bool(found.extra.get("interactive")),
    )


def server_of(found: remote_items.RemoteItem | remote_items.RemoteEntity) -> Server:
    """Where its media are."""
    return Server(library_id=found.library_id, url=stash_options.parse(found.config).url, key=found.key)


def _text(told: Any) -> str:
    return told if isinstance(told, str) else ""


def _no_file() -> NotFound:
    return NotFound("There is no file of this item.")
