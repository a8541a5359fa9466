"""From an item to its files on disk, for a viewer who may see it."""

from longshelf.catalog.catalog import Catalog
from longshelf.errors import NotFound
from longshelf.media.locate import Located
from longshelf.model.viewer import Viewer
from longshelf.sources.folder.options import parse
from longshelf.store import libraries, reading
from longshelf.store.database import Database


class Files:
    """Safe to share between threads."""

    def __init__(self, database: Database, catalog: Catalog) -> None:
        self._database = database
        self._catalog = catalog

    def locate(self, viewer: Viewer, item_id: int) -> Located:
        """Where its files and its picture are. NotFound when it does not exist, is not for this viewer, or has no files of its own."""
        self._catalog.require(viewer, item_id)
        with self._database.read() as connection:
            placed = reading.placed(connection, item_id)
            if placed is None or not placed.files:
                raise NotFound("There is no file of this item.")
            library = libraries.get(connection, placed.library_id)
        return Located(
            item_id=item_id,
            kind=placed.kind,
            roots=tuple(parse(library.config).roots),
            files=placed.files,
            cover=placed.cover,
            version=placed.cover_version,
        )
