"""Edits of entities and of many items at once, their locks, and taking them back. Who may call is in the table of routes; a personal edit
of many items is everybody's, so what else such an edit holds is judged in `catalog/bulk.py`."""

from collections.abc import Callable

from longshelf.api.route import Call
from longshelf.catalog import edit_shapes, shapes
from longshelf.model.kinds import EntityKind


def entity(kind: EntityKind) -> Callable[[Call], shapes.Entity]:
    """The edit of one entity of a kind; an id of another kind is not found."""

    def handler(call: Call) -> shapes.Entity:
        return call.services.entity_editing.edit(call.viewer, kind, call.path["entity_id"], call.body)

    return handler


def entity_locks(kind: EntityKind) -> Callable[[Call], edit_shapes.LockList]:
    """The fields of an entity that were edited."""

    def handler(call: Call) -> edit_shapes.LockList:
        return call.services.locks.of_entity(call.viewer, kind, call.path["entity_id"])

    return handler


def merge(kind: EntityKind) -> Callable[[Call], shapes.Job]:
    """Others into one."""

    def handler(call: Call) -> shapes.Job:
        return call.services.entity_editing.merge(call.viewer, kind, call.path["entity_id"], call.body)

    return handler


def merges(kind: EntityKind) -> Callable[[Call], edit_shapes.MergeList]:
    """What was merged into one."""

    def handler(call: Call) -> edit_shapes.MergeList:
        query = call.query
        return call.services.entity_editing.merges(call.viewer, kind, call.path["entity_id"], query["page"], query["page_size"])

    return handler


def undo_merge(kind: EntityKind) -> Callable[[Call], shapes.Job]:
    """A merge taken back."""

    def handler(call: Call) -> shapes.Job:
        return call.services.entity_editing.undo(call.viewer, kind, call.path["entity_id"], call.path["merge_id"])

    return handler


def item_locks(call: Call) -> edit_shapes.LockList:
    return call.services.locks.of_item(call.viewer, call.path["item_id"])


def bulk(call: Call) -> shapes.Job:
    return call.services.bulk.edit(call.viewer, call.body)


def count_bulk(call: Call) -> edit_shapes.BulkCount:
    return call.services.bulk.count(call.viewer, call.body)


def undo_job(call: Call) -> shapes.Job:
    return call.services.bulk.undo(call.viewer, call.path["job_id"])
