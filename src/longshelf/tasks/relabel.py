"""The job `relabel`: items that carry an entity are brought up to its new name. The entity itself, and every list of entities, has the name
already; cards, search and the order of series follow."""

from typing import Any

import msgspec

from longshelf.ingest.relabeling import relabel
from longshelf.jobs.context import Context
from longshelf.logs import operation
from longshelf.store import entity_writing, jobs, relabeling
from longshelf.store.database import Database
from longshelf.store.jobs import Job

KIND = "relabel"
PRIORITY = 5
ATTEMPTS = 25
AT_ONCE = 250  # items of one transaction
COUNT_MOST = 10**9


class Place(msgspec.Struct, frozen=True):
    """How far it is: behind which item, for which name, how many items."""

    after_id: int = 0
    name: str = ""
    done: int = 0


def request(database: Database, entity_id: int) -> Job:
    """The job that is queued or running when there is one: it begins again when it finds another name."""
    with database.write_quietly() as connection:
        args = {"entity_id": entity_id}
        return jobs.enqueue(connection, KIND, args, at=database.clock(), key=str(entity_id), priority=PRIORITY, max_attempts=ATTEMPTS)


def relabel_items(context: Context) -> dict[str, Any]:
    """Goes over the items in the order of their ids, until all have been seen under the name that stands. The result counts them."""
    database, entity_id = context.database, int(context.args["entity_id"])
    place = msgspec.convert(context.checkpoint_left, Place) if context.checkpoint_left else Place()
    with database.read() as connection:
        total = relabeling.count_items_of(connection, entity_id, COUNT_MOST)
    with operation("relabel", entity=entity_id) as running:
        while True:
            context.check()
            with database.write() as write:
                row = entity_writing.one(write.connection, entity_id)
                if row is None:
                    break
                if row.name != place.name:
                    place = Place(0, row.name, 0)
                ids = relabeling.some_items_of(write.connection, entity_id, place.after_id, AT_ONCE)
                if not ids:
                    break
                relabel(write, ids, row.library_id)
                place = Place(ids[-1], row.name, place.done + len(ids))
                context.checkpoint(msgspec.to_builtins(place), write.connection)
            context.progress(place.done, max(total, place.done), f"writing {place.name} on items")
        running.report(items=place.done)
    return {"items": place.done}
