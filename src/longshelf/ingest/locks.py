"""Fields a person has edited: no scan, sidecar or move writes them again, and an explicit clear stays clear.

A lock is the name of a scalar field of `ItemRecord`, or the kind of its credits ("person" covers every role)."""

from collections.abc import Iterable, Mapping

import msgspec

from longshelf.ingest.prepared import Prepared, prepare
from longshelf.model.kinds import EntityKind
from longshelf.model.records import ItemRecord
from longshelf.store import items
from longshelf.store.database import Write
from longshelf.store.stored import records

LOCKABLE_FIELDS = (
    "title", "sort_title", "subtitle", "description", "date", "language", "rating", "age_rating", "cover", "identifiers", "chapters",
)  # fmt: skip


def keep_locked(write: Write, incoming: Mapping[int, Prepared]) -> dict[int, Prepared]:
    """`incoming` by item id, with every locked field replaced by what is stored. Most items have no lock and pass unchanged."""
    locks = items.locks(write.connection, incoming)
    if not locks:
        return dict(incoming)
    stored = records(write.connection, locks)
    kept = {item_id: prepare(overlay(incoming[item_id].record, stored[item_id], fields)) for item_id, fields in locks.items()}
    return {**incoming, **kept}


def overlay(scanned: ItemRecord, edited: ItemRecord, fields: Iterable[str]) -> ItemRecord:
    """`scanned` with `fields` taken from `edited`. The content hash stays that of the scanned files."""
    locked = set(fields)
    scalars = {name: getattr(edited, name) for name in LOCKABLE_FIELDS if name in locked}
    kinds = {kind for kind in EntityKind if kind in locked}
    credits = (
        *(credit for credit in edited.credits if credit.kind in kinds),
        *(credit for credit in scanned.credits if credit.kind not in kinds),
    )
    return msgspec.structs.replace(scanned, credits=credits, **scalars)
