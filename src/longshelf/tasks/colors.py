"""The job `colors`: looks at the pictures of new items, keeps a thumbnail and the dominant colour, so that the first person who
scrolls by sees both at once. It comes after scans, at the lowest priority; thumbnails are made on demand all the same."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from longshelf.errors import LongshelfError
from longshelf.ingest.pool import ParsePool
from longshelf.jobs.context import Context
from longshelf.logs import operation
from longshelf.media.locate import Located
from longshelf.media.thumbnailing import cache_path, make_and_keep
from longshelf.sources.folder import options
from longshelf.store import colors, jobs, libraries
from longshelf.store.colors import NONE, Uncolored
from longshelf.store.database import Database
from longshelf.store.jobs import Job
from longshelf.store.stored import records

KIND = "colors"
PRIORITY = -10
AT_ONCE = 200  # items of one transaction
WIDTH = 384  # the thumbnail most grids ask for


class Picture(msgspec.Struct, frozen=True, array_like=True):
    """What a decoding process is told: whose picture, and where its thumbnail goes."""

    place: Located
    path: str


class Seen(msgspec.Struct, frozen=True, array_like=True):
    """What it answers."""

    item_id: int
    color: str


def request(database: Database) -> Job:
    """Queues the job; the one there is when it is queued already."""
    with database.write_quietly() as connection:
        return jobs.enqueue(connection, KIND, at=database.clock(), key=KIND, priority=PRIORITY)


def find_colors(context: Context, folder: Path) -> dict[str, int]:
    """Looks at every item that has a picture nobody has looked at; thumbnails are kept in `folder`. The result counts them."""
    done = failed = last = 0
    with context.database.read() as connection:
        total = colors.count_uncolored(connection)
    with operation("colors") as running, ParsePool(look, give_up) as pool:
        while batch := _batch(context.database, last):
            last = max(batch)
            found = {batch[seen.item_id]: seen.color for seen in _look_at(context, pool, batch, folder)}
            with context.database.write() as write:
                colors.put(write, found)
            done += len(found)
            failed += sum(color == NONE for color in found.values())
            context.progress(done, max(total, done), "looking at pictures")
        running.report(pictures=done, failed=failed)
    return {"pictures": done, "failed": failed}


def look(data: bytes) -> bytes:
    """In a decoding process: makes the thumbnail and tells its colour. A picture that cannot be decoded has none."""
    picture = msgspec.msgpack.decode(data, type=Picture)
    try:
        color = make_and_keep(picture.place, WIDTH, Path(picture.path)).color
    except LongshelfError:
        color = NONE
    return msgspec.msgpack.encode(Seen(picture.place.item_id, color or NONE))


def give_up(data: bytes, _reason: str) -> bytes:
    """The answer for a picture whose process hung or died."""
    return msgspec.msgpack.encode(Seen(msgspec.msgpack.decode(data, type=Picture).place.item_id, NONE))


def _batch(database: Database, after_id: int) -> dict[int, Uncolored]:
    with database.read() as connection:
        return {each.id: each for each in colors.uncolored(connection, after_id, AT_ONCE)}


def _look_at(context: Context, pool: ParsePool, batch: dict[int, Uncolored], folder: Path) -> Iterator[Seen]:
    for answer in pool.map_unordered(_pictures(context.database, batch, folder)):
        context.check()
        yield msgspec.msgpack.decode(answer, type=Seen)


def _pictures(database: Database, batch: dict[int, Uncolored], folder: Path) -> Iterator[bytes]:
    with database.read() as connection:
        stored = records(connection, batch)
        roots = {
            each: tuple(options.parse(libraries.get(connection, each).config).roots) for each in {b.library_id for b in batch.values()}
        }
    for item_id, record in stored.items():
        each = batch[item_id]
        place = Located(
            item_id=item_id,
            kind=record.kind,
            roots=roots[each.library_id],
            files=record.files,
            cover=record.cover,
            version=each.cover_version,
        )
        yield msgspec.msgpack.encode(Picture(place, str(cache_path(folder, item_id, each.cover_version, WIDTH))))
