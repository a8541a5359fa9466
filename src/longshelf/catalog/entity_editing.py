"""What administrators change about entities: their names and the like, which every later scan and mirror respects, and which of them are
one. Nobody changes what he may not see."""

from collections.abc import Callable

import msgspec

from longshelf.catalog.edit_shapes import EditEntity, Merge, MergeEntities, MergeList
from longshelf.catalog.entities import Entities
from longshelf.catalog.numbered import numbered
from longshelf.catalog.shapes import Entity, EntityRef, Job
from longshelf.catalog.work import job_info
from longshelf.errors import NotFound
from longshelf.ingest.entity_edits import EntityEdit, edit_entity
from longshelf.model.kinds import EntityKind
from longshelf.model.times import rfc3339
from longshelf.model.viewer import Viewer
from longshelf.store import merging as rows
from longshelf.store.database import Database
from longshelf.tasks import merge, relabel


class EntityEditing:
    """Safe to share between threads. Whether a viewer may change anything is decided by the route table."""

    def __init__(self, database: Database, entities: Entities, *, written: Callable[[], object] = lambda: None) -> None:
        """`written` is called after a change of the catalogue, so that who made it finds it in the lists he asks for next."""
        self._written = written
        self._database = database
        self._entities = entities

    def edit(self, viewer: Viewer, kind: EntityKind, entity_id: int, changes: EditEntity) -> Entity:
        """The entity after the edit. What it changes about many items follows as a job. NotFound when there is none for him, Invalid for a
        value that cannot be kept, Conflict for a name another one has, or while it is being merged."""
        self._entities.one(viewer, kind, entity_id)
        given = EntityEdit(**{name: getattr(changes, name) for name in changes.__struct_fields__})
        edit_entity(self._database, entity_id, given, viewer.user_id, relabel.enqueue)
        self._written()
        return self._entities.one(viewer, kind, entity_id)

    def merge(self, viewer: Viewer, kind: EntityKind, target_id: int, body: MergeEntities) -> Job:
        """The job that makes the others vanish into the target. NotFound for one he may not see; Invalid when they cannot be one; Conflict
        while one of them is being merged."""
        for entity_id in (target_id, *dict.fromkeys(body.ids)):
            self._entities.one(viewer, kind, entity_id)
        job = merge.request(self._database, target_id, body.ids, viewer.user_id)
        self._written()
        return job_info(job)

    def merges(self, viewer: Viewer, kind: EntityKind, entity_id: int, page: int, size: int) -> MergeList:
        """Merges into this entity, the newest first."""
        self._entities.one(viewer, kind, entity_id)
        with self._database.read() as connection:
            total, found = rows.into(connection, entity_id, (page - 1) * size, size)
            names = rows.names(connection, {each.target_id for each in found})
            idle = {each.id for each in found if merge.at_work(connection, each) is None}
        return MergeList([_merge(each, names, idle=each.id in idle) for each in found], numbered(page, size, total), "")

    def undo(self, viewer: Viewer, kind: EntityKind, entity_id: int, merge_id: int) -> Job:
        """The job that takes the merge back. NotFound when there was none into this entity, Conflict when it cannot be taken back now."""
        self._entities.one(viewer, kind, entity_id)
        with self._database.read() as connection:
            if rows.get(connection, merge_id).target_id != entity_id:
                raise NotFound(f"There is no merge {merge_id} into this {kind}.")
        return job_info(merge.request_undo(self._database, merge_id))


def _merge(row: rows.MergeRow, names: dict[int, str], *, idle: bool) -> Merge:
    """`idle`: no job is at work on it; one that was cancelled half-way can be taken back too."""
    sources = msgspec.json.decode(row.before, type=rows.Before).sources
    return Merge(
        id=row.id,
        job_id=row.job_id,
        kind=EntityKind(row.kind),
        target=EntityRef(row.target_id, names.get(row.target_id, "")),
        sources=[EntityRef(each.id, each.name) for each in sources],
        state=row.state,
        links=row.links,
        undoable=idle and row.state not in {"undone", "final"},
        created_at=rfc3339(row.created_at) or "",
    )
