"""The job `relabel`: items that carry an entity are brought up to its new name. The entity itself, and every list of entities, has the name
already; cards, search and the order of series follow."""

from itertools import count
from typing import Any

import msgspec

from longshelf.ingest.relabeling import relabel
from longshelf.jobs.context import Context
from longshelf.logs import operation
from longshelf.store import entity_writing, jobs, relabeling
from longshelf.store.database import Transaction
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


def enqueue(connection: Transaction, entity_id: int, at: int) -> Job:
    """The job that waits when there is one: it takes the name that stands when it begins. One that runs may have looked for the last time,
    so there is one more behind it. To be called in the transaction that gave the name, which a kill then cannot part from its job."""

    def standing(turn: int) -> Job:
        key = f"{entity_id}:{turn}" if turn else str(entity_id)
        return jobs.enqueue(connection, KIND, {"entity_id": entity_id}, at=at, key=key, priority=PRIORITY, max_attempts=ATTEMPTS)

    return next(job for job in map(standing, count()) if job.state != "running")  # as many may run as there are workers


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
