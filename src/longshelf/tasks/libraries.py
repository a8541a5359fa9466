"""Adding a library: its options are checked, its first scan is queued, its schedule begins. And changing one."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from longshelf.errors import Conflict, Invalid
from longshelf.model.kinds import LibraryType
from longshelf.sources import addresses
from longshelf.sources.folder import options
from longshelf.sources.folder.options import FolderOptions
from longshelf.sources.stash import options as stash_options
from longshelf.sources.stash.options import StashOptions
from longshelf.store import libraries, mirror, schedules
from longshelf.store.database import Database, Transaction
from longshelf.store.jobs import Job
from longshelf.store.libraries import Library
from longshelf.tasks import push_back, scan, sync

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


def change_folder_library(
    database: Database,
    library_id: int,
    *,
    name: str | None = None,
    folders: Sequence[str] | None = None,
    chosen: Mapping[str, Any] | None = None,
) -> Library:
    """The library with another name, these folders in place of those it had, or some options changed. What that brings or takes away is
    read by a scan, which is queued; files stay where they are. NotFound, Invalid for what cannot work, Conflict when the name is taken or
    the library is being removed."""
    if name is not None:
        name = name.strip()
        if not name or len(name) > MAX_NAME:
            raise Invalid("name", f"1 to {MAX_NAME} characters")
    with database.write() as write:
        library = libraries.get(write.connection, library_id)
        if library.state == "removing":
            raise Conflict(f"{library.name} is being removed")
        if library.type is not LibraryType.FOLDER and (folders is not None or chosen):
            raise Invalid("folders" if folders is not None else "options", f"{library.name} is a {library.type} library and has none")
        before = library.config
        config = before if library.type is not LibraryType.FOLDER else _changed(options.parse(before), folders, chosen or {})
        changed = libraries.change(write, library_id, name=name, config=config)
    if scan.reads(before) != scan.reads(config):
        scan.request(database, changed, full=before.get("audio") != config.get("audio"), priority=10)
    return changed


def _changed(before: FolderOptions, folders: Sequence[str] | None, chosen: Mapping[str, Any]) -> dict[str, Any]:
    fresh = msgspec.structs.replace(before, **chosen)
    if folders is not None:
        wanted = [str(Path(folder)) if folder else folder for folder in folders]
        options.check(msgspec.structs.replace(fresh, folders=wanted), before.present)
        fresh = msgspec.structs.replace(fresh, folders=options.replaced(before.folders, wanted))
    found: dict[str, Any] = msgspec.to_builtins(fresh)
    return found


def add_stash_library(
    database: Database, name: str, chosen: StashOptions, api_key: str = "", *, private: bool = True
) -> tuple[Library, Job]:
    """The new mirror and its first sync. The key goes where secrets are, not into the configuration. Invalid for options that cannot work,
    Conflict when the name is taken. The server need not answer yet."""
    name = name.strip()
    if not name or len(name) > MAX_NAME:
        raise Invalid("name", f"1 to {MAX_NAME} characters")
    checked = _checked_stash(chosen, api_key, private=private)
    at = database.clock()
    with database.write() as write:
        library = libraries.add(write, name, LibraryType.STASH, msgspec.to_builtins(checked), at=at)
        mirror.prepare(write.connection, library.id)
        mirror.put_key(write.connection, library.id, api_key.strip())
        _poll(write.connection, library, checked, at)
    return library, sync.request(database, library)


def change_stash_library(
    database: Database, library_id: int, changes: Mapping[str, Any], api_key: str | None = None, *, private: bool = True
) -> Library:
    """Another address, key (None leaves it, "" is none) or rhythm for a mirror, and a sync to try them. Whether the server at a new address
    holds the same library is for the sync to find out. NotFound, Invalid for what cannot work."""
    at = database.clock()
    with database.write() as write:
        library = libraries.get(write.connection, library_id)
        if library.type is not LibraryType.STASH:
            raise Invalid("library", f"{library.name} is a {library.type} library")
        chosen = msgspec.structs.replace(stash_options.parse(library.config), **changes)
        checked = _checked_stash(chosen, api_key or "", private=private)
        library = libraries.change(write, library_id, config=msgspec.to_builtins(checked))
        if api_key is not None:
            mirror.put_key(write.connection, library_id, api_key.strip())
        _poll(write.connection, library, checked, at)
    sync.request(database, library, priority=10)
    push_back.wake(database, library_id)
    return library


def _checked_stash(chosen: StashOptions, api_key: str, *, private: bool) -> StashOptions:
    checked = stash_options.check(chosen)
    addresses.check_url(checked.url, private=private)
    if not api_key.isprintable() or not api_key.isascii():
        raise Invalid("api_key", "copy it whole, as one line")
    return checked


def _poll(connection: Transaction, library: Library, chosen: StashOptions, at: int) -> None:
    args = sync.arguments(library.id, scheduled=True)
    schedules.put(connection, sync.KIND, args, key=str(library.id), every_seconds=chosen.poll_minutes * 60, at=at)
