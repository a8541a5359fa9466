"""Addresses of edits: of entities, of many items at once, of what was edited before and of taking it back."""

from longshelf.api import params
from longshelf.api.handlers import edits, pictures
from longshelf.api.route import Route
from longshelf.api.routes.rows import ADMIN, delete, get, patch, post, put
from longshelf.catalog import edit_shapes, shapes
from longshelf.model.kinds import PLURALS, EntityKind


def _entity_routes(kind: EntityKind, plural: str) -> tuple[Route, ...]:
    path, name = f"/api/{plural}/{{entity_id}}", kind.value.title()
    return (
        patch(path, f"edit{name}", edits.entity(kind), f"Edit a {kind.value}; what is sent is kept against every later scan and mirror",
              body=edit_shapes.EditEntity, answer=shapes.Entity, access=ADMIN),
        put(f"{path}/image", f"setImageOf{name}", pictures.upload(kind), f"Give a {kind.value} a picture: the body is the picture itself",
             answer=shapes.Entity, access=ADMIN, upload="image/*"),
        post(f"{path}/image", f"takeImageOf{name}", pictures.from_item(kind), f"Give a {kind.value} the picture of an item",
              body=edit_shapes.TakeImage, answer=shapes.Entity, access=ADMIN),
        delete(f"{path}/image", f"removeImageOf{name}", pictures.remove(kind), "Take that picture away again", access=ADMIN),
        get(f"{path}/locks", f"locksOf{name}", edits.entity_locks(kind), "Fields that were edited by hand",
             answer=edit_shapes.LockList, access=ADMIN),
        post(f"{path}/merge", f"merge{plural.title()}", edits.merge(kind), f"Merge other {plural} into this one",
              body=edit_shapes.MergeEntities, answer=shapes.Job, status=202, access=ADMIN),
        get(f"{path}/merges", f"mergesInto{name}", edits.merges(kind), f"What was merged into this {kind.value}, the newest first",
             answer=edit_shapes.MergeList, params=params.NUMBERED, access=ADMIN),
        post(f"{path}/merges/{{merge_id}}/undo", f"undoMergeInto{name}", edits.undo_merge(kind), "Take a merge back",
              answer=shapes.Job, status=202, access=ADMIN),
    )  # fmt: skip


EDITS = (
    post("/api/items/bulk", "bulkEdit", edits.bulk, "Change many items, as a job; POST /api/jobs/{id}/undo takes it back",
          body=edit_shapes.BulkEdit, answer=shapes.Job, status=202),
    post("/api/items/bulk/count", "countBulkEdit", edits.count_bulk, "How many items such a change would reach; nothing is changed",
          body=edit_shapes.BulkEdit, answer=edit_shapes.BulkCount, asks=True),
    get("/api/items/{item_id}/locks", "locksOfItem", edits.item_locks, "Fields that were edited by hand",
         answer=edit_shapes.LockList, access=ADMIN),
    post("/api/jobs/{job_id}/undo", "undoJob", edits.undo_job, "Put back what a change of many items, or a merge, has changed",
          answer=shapes.Job, status=202),
    *(route for kind, plural in PLURALS.items() for route in _entity_routes(kind, plural)),
)  # fmt: skip
