"""Writing items whole: the row, its card, links, chapters and search text, in the caller's transaction. Scans and edits both end here."""

from collections.abc import Sequence

from longshelf.ingest import rows
from longshelf.ingest.entities import EntityCache
from longshelf.ingest.prepared import Prepared
from longshelf.ingest.rows import Placement
from longshelf.store import items, search
from longshelf.store.database import Write


def put_items(write: Write, placed: Sequence[tuple[Prepared, Placement]], entities: EntityCache) -> None:
    """Adds new items and rewrites known ones. The caller touches the write and commits the cache."""
    if not placed:
        return
    connection = write.connection
    known = [place.item_id for _, place in placed if place.before]
    if known:
        items.clear_details(connection, known)
    ids = entities.resolve(write, (credit for prepared, _ in placed for credit in prepared.record.credits), at=placed[0][1].at)
    items.put(connection, [rows.item_row(prepared, place) for prepared, place in placed])
    items.put_cards(connection, [(place.item_id, rows.card(prepared, place, ids)) for prepared, place in placed])
    items.put_links(connection, [row for prepared, place in placed for row in rows.link_rows(place.item_id, prepared.record.credits, ids)])
    items.put_chapters(connection, [row for prepared, place in placed for row in rows.chapter_rows(place.item_id, prepared.record)])
    search.write_documents(connection, [(place.item_id, prepared.search) for prepared, place in placed])
