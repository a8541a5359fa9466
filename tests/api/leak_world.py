"""A world of `tests/visibility/worlds.py` with a file for each item, and the real server in front of it."""

import io
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import msgspec
from PIL import Image

from longshelf.accounts import keys
from longshelf.config import Settings
from longshelf.index.generations import build_generation
from longshelf.model.records import Cover
from longshelf.store import bulk, files, jobs, personal, plays, tables, user_data
from longshelf.store.database import Database, Transaction, run
from longshelf.store.migrate import upgrade
from longshelf.store.user_data import SharedItem
from tests.api import leaking_playlists
from tests.support.catalogue import client, listening, settings_in
from tests.visibility import worlds
from tests.visibility.worlds import World


@dataclass
class Leaky:
    """`viewers` are an administrator and somebody who is none, both restricted; `begun` is what both have begun to watch."""

    settings: Settings
    database: Database
    world: World
    files: dict[int, str]
    viewers: dict[int, httpx.Client]
    begun: set[int]


@contextmanager
def served(directory: Path, url: str | None, engine: str, seed: int) -> Iterator[Leaky]:
    settings = settings_in(directory, url)
    directory.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    with ExitStack() as stack:
        stack.callback(database.close)
        upgrade(database)
        world = worlds.build(database, seed, per_library=8, folder=str(directory))
        named = _with_files(database, world, directory)
        people = {worlds.user(database, name, admin=name == "ann"): name for name in ("ann", "bob")}
        signed_in = {user_id: keys.create(database, name, "tests") for user_id, name in people.items()}
        begun = set(sorted(world.items)[:-1:3])
        with database.write_quietly() as connection:
            for user_id in people:
                _begin(connection, user_id, begun)
            leaking_playlists.prepare(connection, world)
            for library_id in world.libraries:
                jobs.enqueue(connection, "test", {"library_id": library_id}, at=1)
        leaking_playlists.serve(database)
        if engine == "bitmaps":
            build_generation(database, settings.index)
        address = stack.enter_context(listening(replace(settings, engine=engine)))
        viewers = {user_id: stack.enter_context(client(address, key)) for user_id, key in signed_in.items()}
        yield Leaky(settings, database, world, named, viewers, begun)


def _begin(connection: Transaction, user_id: int, items: set[int]) -> None:
    """And watched some, so that there is a history."""
    for item_id in sorted(items):
        plays.mark(connection, user_id, item_id + 1, watched=True, at=1)
        personal.say_item(connection, user_id, item_id, {"progress": 0.5}, at=2)
    user_data.put_shared_items(connection, user_id, {each: SharedItem(o_count=2) for each in sorted(items)})


def _with_files(database: Database, world: World, directory: Path) -> dict[int, str]:
    """One file an item: a picture, a comic or a book."""
    named: dict[int, str] = {}
    for number, library_id in enumerate(world.libraries):
        folder = directory / str(number)
        folder.mkdir()
        items = sorted(each.id for each in world.items.values() if each.library_id == library_id)
        with database.write() as write:
            (folder_id,) = bulk.next_ids(write.connection, tables.folder, 1)
            files.add_folders(write.connection, library_id, [(folder_id, 0, b"", None)])
            rows = []
            for file_id, item_id in zip(bulk.next_ids(write.connection, tables.file, len(items)), items, strict=True):
                mime, cover = _write(folder / f"Zqf{item_id}x", item_id)
                named[item_id] = f"Zqf{item_id}x"
                status = (folder / named[item_id]).stat()
                values = {
                    "id": file_id, "library_id": library_id, "folder_id": folder_id, "name": named[item_id].encode(), "item_id": item_id,
                    "ordinal": 0, "size": status.st_size, "mtime_ns": status.st_mtime_ns, "ctime_ns": status.st_ctime_ns,
                    "inode": status.st_ino, "companions": b"", "fingerprint": named[item_id].encode(), "mime": mime, "duration": None,
                    "missing_at": None,
                }  # fmt: skip
                rows.append([values[column] for column in files.FILE_COLUMNS])
                text = "UPDATE item SET cover = ?, cover_version = 'v1' WHERE id = ?"
                run(write.connection, text, msgspec.json.encode(cover).decode() if cover else "", item_id)
            files.put(write.connection, rows)
            write.touch(items, library_id=library_id)
    return named


def _write(path: Path, item_id: int) -> tuple[str, Cover | None]:
    if item_id % 3 == 0:
        path.write_bytes(_png())
        return "image/png", Cover("self")
    if item_id % 3 == 1:
        with zipfile.ZipFile(path, "w") as comic:
            comic.writestr("1.png", _png())
        return "application/vnd.comicbook+zip", Cover("member", "1.png")
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr("c1.xhtml", "<html xmlns='http://www.w3.org/1999/xhtml'><body><p>One</p></body></html>")
    return "application/epub+zip", None


def _png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), (9, 9, 9)).save(buffer, "PNG")
    return buffer.getvalue()
