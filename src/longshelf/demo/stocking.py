"""Storing a synthetic catalogue as one new library: ten million items in minutes. A second process makes the parcels while this one writes
them; neither outlives the other.

The rule: libraries that exist are not disturbed. All ids are fresh, every transaction bumps the revision and lists its items in the change
log as a scan's does, and in a store that held items no index is taken away and no other writer waits for more than a few thousand items."""

import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from math import ceil
from multiprocessing.connection import Connection

from longshelf import logs
from longshelf.demo.catalogue import BATCH, Catalogue
from longshelf.demo.parcels import COLUMNS, COMMON, SHAPES, Numbering, Packing
from longshelf.errors import Invalid, LongshelfError
from longshelf.model.kinds import LibraryType
from longshelf.model.text import name_key, natural_key
from longshelf.store import bulk, entities, libraries, loading, tables
from longshelf.store.database import Database
from longshelf.store.loading import Layout, Loader, Parcel

MOST_ITEMS = 100_000_000
AT_ONCE = 10  # parcels of one transaction in a store without items; FTS5 writes one segment a commit

Progress = Callable[[str, int], None]  # what is being done, and how many items are stored


@dataclass(frozen=True, slots=True)
class Stocked:
    """What was stored, and how long it took from the first statement to the last."""

    library_id: int
    first_item: int
    items: int
    first_entity: int
    entities: int
    links: int
    seconds: float

    @property
    def items_per_second(self) -> float:
        return self.items / self.seconds


def nothing_said(_step: str, _done: int) -> None:
    """The progress nobody wants to hear."""


def stock(database: Database, items: int, seed: int, *, library_name: str, progress: Progress = nothing_said) -> Stocked:
    """The catalogue of `items` and `seed` as a new library. Invalid for fewer than one or more than MOST_ITEMS items, Conflict when the
    name is taken. After an error or a kill the library holds the items committed until then and its state stays `new`.

    In a store without items SQLite does not wait for the disk meanwhile, so a power cut may cost the file, and a killed run leaves some
    indexes to `loading.repair`, which the next call begins with. In a store with items neither is so."""
    if not 1 <= items <= MOST_ITEMS:
        raise Invalid("items", f"a number from 1 to {MOST_ITEMS:,}")
    began = time.monotonic()
    with logs.operation("demo", library=library_name, seed=seed) as running:
        catalogue = Catalogue(items, seed)
        with loading.loading(database, lambda step: progress(step, items)) as loader:
            numbering = _begin(loader.database, catalogue, library_name)
            links = _fill(loader, catalogue, numbering, seed, progress)
        progress("statistics", items)
        database.analyze()
        with database.write_quietly() as connection:
            libraries.set_state(connection, numbering.library_id, "ready", scanned_at=database.clock())
        things, seconds = len(catalogue.things), time.monotonic() - began
        running.report(items=items, entities=things, links=links, items_per_second=round(items / seconds))
    return Stocked(numbering.library_id, numbering.first_item, items, numbering.first_entity, things, links, seconds)


def _begin(database: Database, catalogue: Catalogue, library_name: str) -> Numbering:
    """The library with all its entities, and room for its items."""
    at = database.clock()
    with database.write() as write:
        library = libraries.add(write, library_name, LibraryType.FOLDER, {"folders": []}, at=at)
        first_item = bulk.next_ids(write.connection, tables.item, catalogue.items).start
        ids = bulk.next_ids(write.connection, tables.entity, len(catalogue.things))
        numbering = Numbering(library.id, first_item, ids.start)
        rows = [
            (id_, library.id, thing.kind.value, thing.name, name_key(thing.name), "", natural_key(thing.name), at, at, write.revision)
            for id_, thing in zip(ids, catalogue.things, strict=True)
        ]
        bulk.insert(write.connection, tables.entity, entities.COLUMNS, rows)
        related = [(ids[source], ids[target], relation) for source, target, relation in catalogue.relations]
        bulk.insert(write.connection, tables.entity_link, ("source_id", "target_id", "relation"), sorted(related))
        write.touch(entities=ids, library_id=library.id)
    return numbering


def _fill(loader: Loader, catalogue: Catalogue, numbering: Numbering, seed: int, progress: Progress) -> int:
    """How many links the items have."""
    layout = Layout(COLUMNS, {**COMMON, "library_id": numbering.library_id}, SHAPES)
    links = done = 0
    with _made(catalogue.items, seed, numbering) as parcels:
        while done < catalogue.items:
            with loader.database.write() as write:
                for parcel in islice(parcels, AT_ONCE if loader.unused else 1):
                    loader.put(write, layout, parcel)
                    write.touch(parcel.ids, library_id=numbering.library_id)
                    done += len(parcel.cards)
                    links += sum(len(row) - 1 for row in parcel.links)
            progress("items", done)
    return links


@contextmanager
def _made(items: int, seed: int, numbering: Numbering) -> Iterator[Iterator[Parcel]]:
    """The parcels in order, from a process that ends with the block."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_make, args=(theirs, items, seed, numbering), name="demo parcels", daemon=True)
    process.start()
    theirs.close()
    try:
        yield _received(ours, ceil(items / BATCH))
    finally:
        ours.close()
        process.kill()
        process.join()
        process.close()


def _received(pipe: Connection, count: int) -> Iterator[Parcel]:
    for _ in range(count):
        try:
            parcel: Parcel = pipe.recv()
        except (EOFError, OSError):
            raise LongshelfError("the process that makes the catalogue ended early; the library holds only a part of it") from None
        yield parcel


def _make(pipe: Connection, items: int, seed: int, numbering: Numbering) -> None:
    """In the second process: always one parcel ahead of the writer, as a pipe holds less than one. It ends when the writer does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches both; the writer ends this one
    catalogue = Catalogue(items, seed)
    packing = Packing(catalogue.things, numbering)
    with pipe, suppress(BrokenPipeError):
        for batch in catalogue.batches():
            pipe.send(packing.parcel(batch))
