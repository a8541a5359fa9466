"""Writing items whole: the row, its card, links, chapters and search text, in the caller's transaction. Scans and edits both end here."""

from collections.abc import Mapping, Sequence

import msgspec

from longshelf.ingest import rows
from longshelf.ingest.entities import EXTERNAL, EntityCache, key_of
from longshelf.ingest.prepared import Prepared, prepare
from longshelf.ingest.rows import Placement
from longshelf.model.text import name_key
from longshelf.store import items, search
from longshelf.store.database import Write
from longshelf.store.entities import EntityKey


def put_items(write: Write, placed: Sequence[tuple[Prepared, Placement]], entities: EntityCache) -> None:
    """Adds new items and rewrites known ones. The caller touches the write and commits the cache."""
    if not placed:
        return
    connection = write.connection
    known = [place.item_id for _, place in placed if place.before]
    if known:
        items.clear_details(connection, known)
    ids = entities.resolve(write, (credit for prepared, _ in placed for credit in prepared.record.credits), at=placed[0][1].at)
    placed = [(_as_called(prepared, entities.named), place) for prepared, place in placed]
    for (kind, key), name in entities.named.items():
        if not key.startswith(EXTERNAL):  # several may share a name that are told apart by their source
            ids.setdefault((kind, name_key(name)), ids[kind, key])
    items.put(connection, [rows.item_row(prepared, place) for prepared, place in placed])
    items.put_cards(connection, [(place.item_id, rows.card(prepared, place, ids)) for prepared, place in placed])
    items.put_links(connection, [row for prepared, place in placed for row in rows.link_rows(place.item_id, prepared.record.credits, ids)])
    items.put_chapters(connection, [row for prepared, place in placed for row in rows.chapter_rows(place.item_id, prepared.record)])
    search.write_documents(connection, [(place.item_id, prepared.search) for prepared, place in placed])


def _as_called(prepared: Prepared, named: Mapping[EntityKey, str]) -> Prepared:
    """The item with the names its entities have by now: a source may still use one that was changed, or another spelling. Most use the
    same, and pass unchanged."""
    credits = prepared.record.credits
    if all(named.get(key_of(credit), credit.name) == credit.name for credit in credits):
        return prepared
    called = tuple(msgspec.structs.replace(credit, name=named.get(key_of(credit), credit.name)) for credit in credits)
    return prepare(msgspec.structs.replace(prepared.record, credits=called))
