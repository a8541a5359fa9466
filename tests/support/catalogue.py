"""A small catalogue in a real store, with a few real files, and the real application in front of it, listening on a loopback port."""

import io
import random
import socket
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import uvicorn
from PIL import Image

from longshelf.accounts import keys, users
from longshelf.config import Settings
from longshelf.ingest.entities import EntityCache
from longshelf.ingest.prepared import prepare
from longshelf.ingest.put import put_items
from longshelf.ingest.rows import Placement
from longshelf.model.kinds import EntityKind, ItemKind, LibraryType, Role
from longshelf.model.records import Chapter, Cover, Credit, ItemRecord
from longshelf.server.app import create_app
from longshelf.store import bulk, files, libraries, tables
from longshelf.store.database import Database
from longshelf.store.migrate import upgrade

PASSWORD = "correct horse battery"
COUNT = 120  # items without files, beside those with them
KINDS = (ItemKind.BOOK, ItemKind.VIDEO, ItemKind.COMIC)
TAGS = ("dune", "desert", "sea", "night", "50% off_sale")
PEOPLE = ("Ursula K. Le Guin", "村上 春樹", "Beyoncé Knowles", "O'Reilly")


@dataclass
class Catalogue:
    """Where it is, and the ids of what has files."""

    settings: Settings
    database: Database
    folder: Path
    library_id: int
    film: int = 0
    comic: int = 0
    book: int = 0
    page: int = 0
    picture: int = 0
    ids: list[int] = field(default_factory=list)

    @property
    def film_bytes(self) -> bytes:
        return (self.folder / "film.mp4").read_bytes()


def settings_in(directory: Path, url: str | None = None) -> Settings:
    """Settings of a server whose data lie in `directory`."""
    return Settings(data=directory, database_url=url or f"sqlite:///{directory / 'longshelf.db'}")


def make_catalogue(directory: Path, *, url: str | None = None, count: int = COUNT) -> Catalogue:
    """An empty database filled with `count` plain items and five that have files in `directory`/library."""
    settings = settings_in(directory, url)
    folder = directory / "library"
    folder.mkdir(parents=True)
    database = Database(settings.database_url)
    upgrade(database)
    config = {"folders": [str(folder)]}
    with database.write() as write:
        library = libraries.add(write, "Shelf", LibraryType.FOLDER, config, at=database.clock())
    made = Catalogue(settings, database, folder, library.id)
    made.ids = add_items(database, library.id, [plain(number) for number in range(count)])
    _write_files(folder)
    with_files = [
        ("film.mp4", "video/mp4", ItemRecord(kind=ItemKind.VIDEO, title="The film", duration=12.5, width=640, height=360)),
        (
            "comic.cbz",
            "application/vnd.comicbook+zip",
            ItemRecord(kind=ItemKind.COMIC, title="The comic", pages=3, cover=Cover("member", "1.png")),
        ),
        (
            "book.epub",
            "application/epub+zip",
            ItemRecord(kind=ItemKind.BOOK, title="The book", chapters=(Chapter("One", href="c1.xhtml"),)),
        ),
        ("page.html", "text/html", ItemRecord(kind=ItemKind.POST, title="The page")),
        ("picture.png", "image/png", ItemRecord(kind=ItemKind.IMAGE, title="The picture", width=40, height=30, cover=Cover("self"))),
    ]
    found = add_items(database, library.id, [record for _, _, record in with_files])
    made.film, made.comic, made.book, made.page, made.picture = found
    made.ids += found
    _add_file_rows(made, [(name, mime) for name, mime, _ in with_files], found)
    return made


def add_items(database: Database, library_id: int, records: list[ItemRecord]) -> list[int]:
    """Stores the records as new items; their ids in order."""
    with database.write() as write:
        ids = list(bulk.next_ids(write.connection, tables.item, len(records)))
        at = database.clock()
        placed = [
            (prepare(record), Placement(item_id, library_id, None, at, write.revision))
            for record, item_id in zip(records, ids, strict=True)
        ]
        put_items(write, placed, EntityCache(library_id))
        write.touch(ids, library_id=library_id)
    return ids


def plain(number: int) -> ItemRecord:
    """One of endlessly many items without files; the same number makes the same."""
    rng = random.Random(number)
    credits = (
        Credit(EntityKind.PERSON, rng.choice(PEOPLE), Role.AUTHOR),
        *(Credit(EntityKind.TAG, tag) for tag in rng.sample(TAGS, rng.randrange(3))),
        *([Credit(EntityKind.SERIES, "Earthsea", position=number / 2)] if number % 7 == 0 else []),
        *([Credit(EntityKind.STUDIO, "Foo-Bar Films")] if number % 5 == 0 else []),
    )
    return ItemRecord(
        kind=KINDS[number % len(KINDS)],
        title=f"Title {number % 40:03d}",  # equal titles are wanted: ties must have an order
        description="A story of the sea." if number % 4 == 0 else "",
        date=rng.choice(("", "1999", "2020-05", "2021-01-01")),
        duration=rng.choice((None, 60.0, 3600.5)),
        size=rng.choice((None, 100, 2**33)),
        rating=rng.choice((None, 0, 50, 50, 100)),
        width=640 if number % 2 else None,
        height=rng.choice((360, 640, 900)) if number % 2 else None,
        credits=credits,
        identifiers={"isbn": "9780000000000"} if number % 9 == 0 else {},
        external_id=f"plain-{number}",
    )


def _write_files(folder: Path) -> None:
    (folder / "film.mp4").write_bytes(random.Random(7).randbytes(100_003))
    (folder / "page.html").write_text("<script>alert(1)</script>", encoding="utf-8")
    (folder / "picture.png").write_bytes(_png((200, 30, 30)))
    with zipfile.ZipFile(folder / "comic.cbz", "w") as comic:
        for number, color in enumerate(((255, 0, 0), (0, 255, 0), (0, 0, 255))):
            comic.writestr(f"{number + 1}.png", _png(color))
    with zipfile.ZipFile(folder / "book.epub", "w") as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr("c1.xhtml", "<html xmlns='http://www.w3.org/1999/xhtml'><body><p>One</p><script>1</script></body></html>")


def _png(color: tuple[int, int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), color).save(buffer, "PNG")
    return buffer.getvalue()


def _add_file_rows(made: Catalogue, named: list[tuple[str, str]], item_ids: list[int]) -> None:
    with made.database.write() as write:
        (folder_id,) = bulk.next_ids(write.connection, tables.folder, 1)
        files.add_folders(write.connection, made.library_id, [(folder_id, 0, b"", None)])
        ids = bulk.next_ids(write.connection, tables.file, len(named))
        rows = []
        for file_id, (name, mime), item_id in zip(ids, named, item_ids, strict=True):
            status = (made.folder / name).stat()
            values = {
                "id": file_id, "library_id": made.library_id, "folder_id": folder_id, "name": name.encode(), "item_id": item_id,
                "ordinal": 0, "size": status.st_size, "mtime_ns": status.st_mtime_ns, "ctime_ns": status.st_ctime_ns,
                "inode": status.st_ino, "companions": b"", "fingerprint": name.encode(), "mime": mime, "duration": None, "missing_at": None,
            }  # fmt: skip
            rows.append([values[column] for column in files.FILE_COLUMNS])
        files.put(write.connection, rows)
        write.touch(item_ids, library_id=made.library_id)


@contextmanager
def listening(settings: Settings) -> Iterator[str]:
    """The application on a free loopback port, in a thread of this process; its base URL."""
    # The protocol is named so that asyncio recognises TCP and switches Nagle's delay off: 40 ms an answer.
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        config = uvicorn.Config(
            create_app(settings), lifespan="on", log_level="error", ws="none", timeout_graceful_shutdown=2, proxy_headers=False
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="test server")
        thread.start()
        try:
            deadline = time.monotonic() + 30
            while not server.started:
                if not thread.is_alive() or time.monotonic() > deadline:
                    raise RuntimeError("the test server did not start")
                time.sleep(0.01)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(15)


def administrator(database: Database, name: str = "ann") -> str:
    """Makes an administrator; an API key of hers."""
    users.add(database, name, PASSWORD, admin=True)
    return keys.create(database, name, "tests")


def reader(database: Database, name: str = "bob") -> str:
    """Makes somebody who is no administrator; an API key of his."""
    users.add(database, name, PASSWORD)
    return keys.create(database, name, "tests")


def client(base_url: str, key: str | None = None) -> httpx.Client:
    """An HTTP client that sends the key with every request."""
    headers = {"authorization": f"Bearer {key}"} if key else {}
    return httpx.Client(base_url=base_url, headers=headers, timeout=30, trust_env=False)
