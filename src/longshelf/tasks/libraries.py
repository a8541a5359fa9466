"""Adding a folder library: its options are checked, its first scan is queued, its schedule begins. And taking one away again."""

from contextlib import suppress

import msgspec

from longshelf.errors import Invalid, NotFound
from longshelf.model.kinds import LibraryType
from longshelf.sources.folder import options
from longshelf.sources.folder.options import FolderOptions
from longshelf.store import libraries, schedules
from longshelf.store.database import Database
from longshelf.store.jobs import Job
from longshelf.store.libraries import Library
from longshelf.tasks import scan

SCAN_EVERY_SECONDS = 6 * 3600  # an unchanged library costs one stat a file; the schedule is what finds changes for certain
MAX_NAME = 100  # characters


def add_folder_library(database: Database, name: str, chosen: FolderOptions) -> tuple[Library, Job]:
    """The new library and its first scan. Invalid for options that cannot work, Conflict when the name is taken."""
    name = name.strip()
    if not name or len(name) > MAX_NAME:
        raise Invalid("name", f"1 to {MAX_NAME} characters")
    options.check(chosen)
    at = database.clock()
    with database.write() as write:
        library = libraries.add(write, name, LibraryType.FOLDER, msgspec.to_builtins(chosen), at=at)
        args = scan.arguments(library.id)
        schedules.put(write.connection, scan.KIND, args, key=str(library.id), every_seconds=SCAN_EVERY_SECONDS, at=at)
    return library, scan.request(database, library)


def remove_library(database: Database, library_id: int) -> int:
    """Takes the library out of Longshelf, its schedule first; its files stay. How many items went."""
    with database.write_quietly() as connection, suppress(NotFound):
        schedules.remove(connection, scan.KIND, str(library_id))
    return libraries.remove(database, library_id)
