"""Writing items whole: the row, its card, links, chapters and search text, in the caller's transaction. Scans and edits both end here."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from longshelf.ingest import rows
from longshelf.ingest.entities import EntityCache, key_of
from longshelf.ingest.prepared import Prepared, prepare
from longshelf.ingest.rows import Placement
from longshelf.model.records import Credit
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
    credits = _distinct(prepared for prepared, _ in placed)
    ids = entities.resolve(write, credits.values(), at=placed[0][1].at)
    keys = {number: key_of(credit) for number, credit in credits.items()}
    names = {number: entities.named.get(keys[number], credit.name) for number, credit in credits.items()}
    links = {
        number: rows.linked(credit, ids[keys[number]], names[number]) if keys[number] in ids else None for number, credit in credits.items()
    }
    linked = [(place.item_id, [links[id(credit)] for credit in prepared.record.credits]) for prepared, place in placed]
    placed = _as_called(placed, {number: name for number, name in names.items() if name != credits[number].name})
    items.put(connection, [rows.item_row(prepared, place) for prepared, place in placed])
    items.put_cards(
        connection,
        [
            (item_id, rows.card(prepared, place, [link for link in found if link is not None]))
            for (prepared, place), (item_id, found) in zip(placed, linked, strict=True)
        ],
    )
    items.put_links(connection, [row for item_id, found in linked for row in rows.link_rows(item_id, found)])
    items.put_chapters(connection, [row for prepared, place in placed for row in rows.chapter_rows(place.item_id, prepared.record)])
    search.write_documents(connection, [(place.item_id, prepared.search) for prepared, place in placed])


def _distinct(found: Iterable[Prepared]) -> dict[int, Credit]:
    """The credits, each object once, by `id()`. Sources that name the same few again and again share them, and what follows is done once
    for each."""
    return {id(credit): credit for prepared in found for credit in prepared.record.credits}


def _as_called(placed: Sequence[tuple[Prepared, Placement]], called: Mapping[int, str]) -> Sequence[tuple[Prepared, Placement]]:
    """The items with the names their entities have by now: a source may still use one that was changed, or another spelling. `called` is by
    `id()` of the credits that differ; most items have none, and pass unchanged."""
    if not called:
        return placed
    return [(_renamed(prepared, called), place) for prepared, place in placed]


def _renamed(prepared: Prepared, called: Mapping[int, str]) -> Prepared:
    credits = prepared.record.credits
    if called.keys().isdisjoint(map(id, credits)):
        return prepared
    renamed = tuple(msgspec.structs.replace(credit, name=called.get(id(credit), credit.name)) for credit in credits)
    return prepare(msgspec.structs.replace(prepared.record, credits=renamed))
