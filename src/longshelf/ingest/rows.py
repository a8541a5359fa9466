"""One prepared item as the rows it becomes, in the column orders of `store/items.py`. Pure functions."""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from longshelf.ingest.entities import key_of
from longshelf.ingest.prepared import Prepared
from longshelf.model.records import Credit, ItemRecord
from longshelf.model.times import rfc3339
from longshelf.store import cards
from longshelf.store.entities import EntityKey
from longshelf.store.items import Existing

_json = msgspec.json.Encoder(order="deterministic")


class Placement(NamedTuple):
    """Where a prepared item goes: its id, what stood there before (None: new), and the write it is part of."""

    item_id: int
    library_id: int
    before: Existing | None
    at: int
    revision: int
    arrived_at: int | None = None  # when a source that keeps account took it in; `at` where none does

    @property
    def added_at(self) -> int:
        """Set once: what stood there keeps its own."""
        return self.before.added_at if self.before else self.at if self.arrived_at is None else self.arrived_at


def item_row(prepared: Prepared, place: Placement) -> tuple[Any, ...]:
    """In the order of `items.COLUMNS`."""
    record = prepared.record
    version = cover_version(record)
    return (
        place.item_id,
        place.library_id,
        record.external_id or str(place.item_id),
        record.kind,
        record.title,
        record.sort_title,
        prepared.title_key,
        record.subtitle,
        record.description,
        record.language,
        record.date or None,
        year_of(record.date),
        place.added_at,
        record.created_at,
        place.at,
        None,
        record.duration,
        record.width,
        record.height,
        record.size,
        record.pages,
        record.rating,
        record.age_rating,
        prepared.series_key,
        _json.encode(record.cover).decode() if record.cover else "",
        version,
        _color(place, version),
        _json.encode(record.identifiers).decode(),
        _json.encode(record.extra).decode(),
        record.content_hash,
        place.revision,
    )


def card(prepared: Prepared, place: Placement, ids: Mapping[EntityKey, int]) -> str:
    """The encoded card."""
    record = prepared.record
    version = cover_version(record)
    color = _color(place, version)
    links = [
        cards.CardLink(ids[key], credit.kind, credit.name, credit.role, credit.position)
        for credit in record.credits
        if (key := key_of(credit)) in ids
    ]
    return cards.encode(
        cards.Card(
            id=place.item_id,
            library_id=place.library_id,
            kind=record.kind,
            title=record.title,
            subtitle=record.subtitle or None,
            date=record.date or None,
            added_at=rfc3339(place.added_at),
            created_at=rfc3339(record.created_at),
            updated_at=rfc3339(place.at),
            duration=record.duration,
            width=record.width,
            height=record.height,
            size=record.size,
            pages=record.pages,
            rating=record.rating,
            age_rating=record.age_rating,
            cover=cards.cover_url(place.item_id, version),
            color=color if color.startswith("#") else None,
            links=cards.shown(links),
        )
    )


def link_rows(item_id: int, credits: tuple[Credit, ...], ids: Mapping[EntityKey, int]) -> list[tuple[Any, ...]]:
    """In the order of `items.LINK_COLUMNS`; a name given twice in one role is one link, at its first place."""
    rows: dict[tuple[int, str], tuple[Any, ...]] = {}
    for ordinal, credit in enumerate(credits):
        entity_id = ids.get(key_of(credit))
        if entity_id is not None:
            row = (item_id, entity_id, credit.role, credit.kind, credit.position, ordinal)
            rows.setdefault((entity_id, credit.role), row)
    return list(rows.values())


def chapter_rows(item_id: int, record: ItemRecord) -> list[tuple[Any, ...]]:
    """In the order of `items.CHAPTER_COLUMNS`."""
    return [
        (item_id, ordinal, chapter.title, chapter.start, chapter.end, chapter.page, chapter.href, chapter.level)
        for ordinal, chapter in enumerate(record.chapters)
    ]


def year_of(date: str) -> int | None:
    """The year of "YYYY…"; None when there is none."""
    return int(date[:4]) if date[:4].isdigit() else None


def _color(place: Placement, version: str) -> str:
    """The colour known from before, as long as it is of this picture."""
    return place.before.color if place.before and place.before.cover_version == version else ""


def cover_version(record: ItemRecord) -> str:
    """Changes whenever the picture may have: 12 hex digits, "" when the item has no picture."""
    if record.cover is None:
        return ""
    digest = hashlib.blake2b(_json.encode(record.cover), digest_size=6)
    for file in record.files:
        digest.update(file.fingerprint + file.companions)
    return digest.hexdigest()
