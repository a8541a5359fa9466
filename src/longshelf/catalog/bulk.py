"""Changes of many items at once: which ones is asked as for any list, with the viewer's mask, so nobody reaches what he may not see; the
work is a job. Each is kept with what it changed, so that it can be taken back."""

from collections.abc import Iterator, Sequence
from urllib.parse import parse_qsl

import msgspec
from msgspec import UNSET

from longshelf.catalog.edit_shapes import BulkCount, BulkEdit
from longshelf.catalog.editing import check_date, credits_of
from longshelf.catalog.filters import read_filters
from longshelf.catalog.shapes import Job
from longshelf.catalog.work import job_info
from longshelf.errors import Conflict, Invalid, NotAllowed, NotFound
from longshelf.ingest.bulk_edits import PERSONAL_FIELDS, Plan
from longshelf.ingest.edits import check_fields
from longshelf.ingest.locks import LOCKABLE_FIELDS
from longshelf.model.engine import After, Engine, Offset, Snapshot
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.query import IdIs, Query, both
from longshelf.model.records import Credit
from longshelf.model.sorts import Sort
from longshelf.model.viewer import Viewer
from longshelf.store import edit_log, merging
from longshelf.store.database import Database
from longshelf.tasks import bulk_edit, merge
from longshelf.visibility.visibility import Visibility

MOST = 1_000_000  # items of one change: what is kept to undo it stays below some 200 MB, and the request below a few seconds
PAGE = 10_000  # ids asked of the engine at once
BY_ID = Sort("id", descending=False)
IDS_AT_ONCE = 5_000  # of an `IdIs`: half of what a query may hold


class Bulk:
    """Safe to share between threads."""

    def __init__(self, database: Database, engine: Engine, visibility: Visibility) -> None:
        self._database = database
        self._engine = engine
        self._visibility = visibility

    def count(self, viewer: Viewer, asked: BulkEdit) -> BulkCount:
        """How many items it would reach. Raises as `edit` does, but for the number."""
        plan = self._plan(viewer, asked)
        with self._engine.snapshot() as snapshot:
            seen = self._seen(viewer, snapshot, plan)
            counts = [snapshot.count(both(some, seen), viewer) for some in _which(asked)]
        return BulkCount(sum(each.value for each in counts), any(each.is_estimate for each in counts))

    def edit(self, viewer: Viewer, asked: BulkEdit) -> Job:
        """The job that does it, for the items as they are found now. Invalid for what makes no sense and for more than MOST items,
        NotAllowed for what only an administrator may change."""
        plan = self._plan(viewer, asked)
        ids: list[int] = []
        with self._engine.snapshot() as snapshot:
            seen = self._seen(viewer, snapshot, plan)
            for some in _which(asked):
                for found in _pages(snapshot, both(some, seen), viewer):
                    ids.extend(found)
                    if len(ids) > MOST:
                        raise Invalid("query", f"more than {MOST:,} items; narrow it down and change them in parts")
        return job_info(bulk_edit.request(self._database, plan, ids, viewer.user_id))

    def undo(self, viewer: Viewer, job_id: int) -> Job:
        """The job that puts back what that job changed. NotFound when it is none of his that could be, Conflict when it cannot be now."""
        with self._database.read() as connection:
            edit, merged = edit_log.by_job(connection, job_id), merging.by_job(connection, job_id)
        if edit is not None and (viewer.admin or (edit.personal and edit.user_id == viewer.user_id)):
            if edit.personal and edit.user_id != viewer.user_id:
                raise Conflict("It is somebody's own; only he can take it back.")
            return job_info(bulk_edit.request_undo(self._database, edit.id))
        if merged is not None and viewer.admin:
            return job_info(merge.request_undo(self._database, merged.id))
        raise NotFound(f"There is no job {job_id} that could be undone.")

    def _seen(self, viewer: Viewer, snapshot: Snapshot, plan: Plan) -> Query:
        """What he may see. Who says of items whether they are hidden means those too that he hid himself."""
        return self._visibility.mask(viewer, snapshot, own="hidden" not in plan.said).query

    def _plan(self, viewer: Viewer, asked: BulkEdit) -> Plan:
        """What to do with each item. Invalid when that is nothing, or which items is not said in one way."""
        if (asked.query is UNSET) == (asked.ids is UNSET):
            raise Invalid("query", "say which items: either by query or by ids")
        said = {name: value for name in PERSONAL_FIELDS if (value := getattr(asked.me, name)) is not UNSET}
        plan = Plan(
            scalars={name: value for name in LOCKABLE_FIELDS if (value := getattr(asked.set, name, UNSET)) is not UNSET},
            credits=credits_of(asked.set),
            add=_added(asked),
            remove={EntityKind(name): ids for name, ids in msgspec.structs.asdict(asked.remove).items() if ids},
            unlock=tuple(dict.fromkeys(asked.unlock)),
            said=said,
        )
        if plan.catalogue and said:
            raise Invalid("me", "change the items, or say something about them: one at a time")
        if not (plan.catalogue or said):
            raise Invalid("", "nothing to do: give set, add, remove, unlock or me")
        if plan.catalogue and not viewer.admin:
            raise NotAllowed("Only an administrator may change items; anybody may use me.")
        if asked.set.date is not UNSET:
            check_date(asked.set.date)
        check_fields(plan.unlock)
        _check_kinds(plan)
        return plan


def _pages(snapshot: Snapshot, query: Query, viewer: Viewer) -> Iterator[tuple[int, ...]]:
    """All ids, a few thousand at a time."""
    window: Offset | After = Offset(0, PAGE)
    while True:
        found = snapshot.page(query, BY_ID, window, viewer)
        yield found.ids
        if not found.has_next or found.last is None:
            return
        window = After(found.last, PAGE)


def _which(asked: BulkEdit) -> Sequence[Query]:
    """The items as queries that share none."""
    if asked.ids is not UNSET:
        ids = sorted(set(asked.ids))
        pieces = [tuple(ids[start : start + IDS_AT_ONCE]) for start in range(0, len(ids), IDS_AT_ONCE)]
        return [IdIs(piece) for piece in pieces]
    return [read_filters(parse_qsl(str(asked.query).removeprefix("?"), keep_blank_values=True)).query]


def _added(asked: BulkEdit) -> tuple[Credit, ...]:
    found = [Credit(EntityKind.PERSON, each.name, each.role) for each in asked.add.person]
    for kind in EntityKind:
        if kind is not EntityKind.PERSON:
            found += [Credit(kind, name, Role.NONE) for name in getattr(asked.add, kind.value)]
    return tuple(found)


def _check_kinds(plan: Plan) -> None:
    twice = plan.credits.keys() & {*(credit.kind for credit in plan.add), *plan.remove}
    if twice:
        raise Invalid("set", f"{', '.join(sorted(twice))}: either set them all, or add and remove some")
