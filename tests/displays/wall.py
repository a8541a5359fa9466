"""A display with a playlist over a small catalogue, a player to sit before it, and the rules a timeline never breaks."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from longshelf.accounts import users
from longshelf.displays import codes
from longshelf.displays.moves import current_of, planned_of
from longshelf.displays.timeline import TimelineService
from longshelf.ingest.entities import EntityCache
from longshelf.ingest.prepared import prepare
from longshelf.ingest.put import put_items
from longshelf.ingest.rows import Placement
from longshelf.model.engine import Engine
from longshelf.model.kinds import EntityKind, ItemKind, LibraryType
from longshelf.model.records import Credit, ItemRecord
from longshelf.model.times import SECOND
from longshelf.store import bulk, displays, libraries, play_history, playlists, slots, tables
from longshelf.store.database import Database, run
from longshelf.store.engine.sql import SqlEngine
from longshelf.store.hot import HotReads
from longshelf.store.slots import SlotRow
from longshelf.visibility.visibility import Visibility

PASSWORD = "correct horse battery"
START = 1_700_000_000 * SECOND


class Clock:
    """A clock the test moves."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += round(seconds * SECOND)


@dataclass
class Wall:
    """One display, its person and its playlist. `ids` are the items, the oldest first."""

    database: Database
    service: TimelineService
    user_id: int
    display_id: int
    playlist_id: int
    library_id: int
    ids: list[int] = field(default_factory=list)

    def more(self, count: int, *tags: str, duration: float | None = None, mime: str = "video/mp4") -> list[int]:
        """New items, which carry these tags. Those with a duration are videos with a file of this type, "" for none."""
        new = _add(self.database, self.library_id, [picture(*tags, duration=duration) for _ in range(count)])
        if duration is not None and mime:
            _add_files(self.database, self.library_id, new, mime)
        self.ids += new
        return new

    def block(self, q: str = "", count: int = 3, order: str = "newest", **rest: object) -> int:
        """A new block at the end; what plays is not told."""
        said = {"title": "", "q": q, "filter": "", "view_id": None, "count": count, "order": order, "format": "mixed", "dwell": None} | rest
        with self.database.write_quietly() as connection:
            (block_id,) = playlists.add_blocks(connection, self.playlist_id, [said])
            playlists.raise_version(connection, self.playlist_id, self.database.clock())
        return block_id

    def edit(self, block_id: int, **said: object) -> None:
        """What plays is not told."""
        with self.database.write_quietly() as connection:
            playlists.change_block(connection, block_id, said)
            playlists.raise_version(connection, self.playlist_id, self.database.clock())

    def row(self) -> displays.DisplayRow:
        with self.database.read() as connection:
            return displays.get(connection, self.display_id)

    def slots(self) -> list[SlotRow]:
        with self.database.read() as connection:
            return slots.of_display(connection, self.display_id)

    @property
    def current(self) -> SlotRow:
        found = current_of(self.slots())
        assert found is not None
        return found

    @property
    def planned(self) -> list[SlotRow]:
        return planned_of(self.slots())

    def ahead(self) -> list[int]:
        """Items from the current one on."""
        return [each.item_id for each in self.slots() if each.status in {"current", "planned"}]

    def play(self, times: int = 1) -> list[int]:
        """The player plays so many slots to their end; the items it played."""
        played = []
        for _ in range(times):
            slot = self.current
            played.append(slot.item_id)
            assert self.service.played(self.display_id, slot.id, slot.generation, "played", 1.0)
        return played

    def history(self) -> list[play_history.Entry]:
        """The oldest first."""
        with self.database.read() as connection:
            return play_history.page(connection, self.display_id, 0, 10_000)[::-1]

    def delete(self, *item_ids: int) -> None:
        """The items are not there any more; they may come back."""
        self._mark(item_ids, self.database.clock())

    def restore(self, *item_ids: int) -> None:
        self._mark(item_ids, None)

    def _mark(self, item_ids: Sequence[int], at: int | None) -> None:
        with self.database.write() as write:
            for each in item_ids:
                run(write.connection, "UPDATE item SET deleted_at = ? WHERE id = ?", at, each)
            write.touch(item_ids, library_id=self.library_id)


def picture(*tags: str, duration: float | None = None) -> ItemRecord:
    number = next(_numbers)
    kind = ItemKind.IMAGE if duration is None else ItemKind.VIDEO
    return ItemRecord(
        kind=kind,
        title=f"Picture {number}",
        external_id=f"picture-{number}",
        duration=duration,
        width=640,
        height=360,
        credits=tuple(Credit(EntityKind.TAG, tag) for tag in tags),
    )


def _add(database: Database, library_id: int, records: list[ItemRecord]) -> list[int]:
    """Stored as new items; their ids in order."""
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


def _add_files(database: Database, library_id: int, item_ids: Sequence[int], mime: str) -> None:
    with database.write_quietly() as connection:
        (folder_id,) = bulk.next_ids(connection, tables.folder, 1)
        text = "INSERT INTO folder (id, library_id, root, path) VALUES (?, ?, 0, ?)"
        run(connection, text, folder_id, library_id, str(folder_id).encode())
        for item_id in item_ids:
            (file_id,) = bulk.next_ids(connection, tables.file, 1)
            text = """INSERT INTO file
                      (id, library_id, folder_id, name, item_id, size, mtime_ns, ctime_ns, inode, companions, fingerprint, mime)
                      VALUES (?, ?, ?, ?, ?, 1, 1, 1, 1, ?, ?, ?)"""
            run(connection, text, file_id, library_id, folder_id, str(item_id).encode(), item_id, b"", b"", mime)


_numbers = itertools.count(1)


def seeds() -> Callable[[], int]:
    """The same for every wall."""
    numbers = itertools.count(1)
    return lambda: next(numbers)


def make_wall(database: Database, items: int = 0, *, engine: Engine | None = None, page: int = 256, window: int = 64) -> Wall:
    """A claimed display with an active, empty playlist over so many items."""
    with database.write() as write:
        library = libraries.add(write, "Shelf", LibraryType.FOLDER, {"folders": ["/nowhere"]}, at=database.clock())
    user = users.add(database, "ann", PASSWORD, admin=True)
    hot = HotReads(database)
    service = TimelineService(
        database, engine or SqlEngine(database.read), Visibility(database, hot), seed=seeds(), page=page, window=window
    )
    display_id = make_display(database, user.id)
    with database.write_quietly() as connection:
        playlist_id = playlists.add(connection, user.id, "Wall", "blocks", shared=False, at=database.clock())
        playlists.join_display(connection, playlist_id, display_id)
    wall = Wall(database, service, user.id, display_id, playlist_id, library.id)
    if items:
        wall.more(items)
    return wall


def make_display(database: Database, user_id: int, name: str = "Hall") -> int:
    """One that is claimed."""
    with database.write_quietly() as connection:
        code = codes.new_code()
        displays.add(connection, code, database.clock())
        display_id = displays.claim(connection, code, name, user_id, database.clock())
        displays.tell(connection, [display_id])  # type: ignore[list-item]  # it was just made
    assert display_id is not None
    return display_id


def check(database: Database, display_id: int) -> list[SlotRow]:
    """The rules, in one snapshot. The slots, for more."""
    with database.read() as connection:
        row = displays.get(connection, display_id)
        found = slots.of_display(connection, display_id)
        active = run(connection, "SELECT count(*) FROM playlist WHERE display_id = ? AND active = 1", display_id).scalar_one()
        history = play_history.page(connection, display_id, 0, 100_000)
    assert active <= 1
    if found:
        assert [each.position for each in found] == list(range(found[0].position, found[0].position + len(found)))
    ahead = [each for each in found if each.status in {"current", "planned"}]
    assert [each.status for each in ahead] == ["current"][: len(ahead)] + ["planned"] * (len(ahead) - 1)
    for slot in found:
        assert 0 <= slot.ordinal < slot.asked
        assert slot.status != "planned" or row.playlist_id is not None
        in_loop = [each for each in found if (each.loop, each.block_id) == (slot.loop, slot.block_id)]
        assert len(in_loop) <= max(each.asked for each in in_loop)
    assert [each.number for each in history] == list(range(row.number, 0, -1))
    return found
