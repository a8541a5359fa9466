"""One prepared item as the rows it becomes, in the column orders of `store/items.py`. Pure functions."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from longshelf.ingest.prepared import Prepared
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Credit, ItemRecord
from longshelf.model.times import rfc3339
from longshelf.store import cards
from longshelf.store.items import Existing

_json = msgspec.json.Encoder(order="deterministic")
_rfc3339 = lru_cache(maxsize=64)(rfc3339)  # of moments that all items of one write share


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


class Linked(NamedTuple):
    """A credit as it is written, the same for every item that has it. `pair` is what no two links of one item share; `shown` is None
    where no card shows the kind."""

    pair: tuple[int, Role]
    kind: EntityKind
    position: float | None
    shown: cards.CardLink | None


def linked(credit: Credit, entity_id: int, name: str) -> Linked:
    """`name` is what the entity is called, which may differ from what the source calls it."""
    shown = cards.CardLink(entity_id, credit.kind, name, credit.role, credit.position) if credit.kind in cards.CARD_LINKS else None
    return Linked((entity_id, credit.role), credit.kind, credit.position, shown)


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
        _json.encode(record.identifiers).decode() if record.identifiers else "{}",
        _json.encode(record.extra).decode() if record.extra else "{}",
        record.content_hash,
        place.revision,
    )


def card(prepared: Prepared, place: Placement, links: Sequence[Linked]) -> str:
    """The encoded card. `links` are those of the record's credits that lead to somebody, in order."""
    record = prepared.record
    version = cover_version(record)
    color = _color(place, version)
    return cards.encode(
        cards.Card(
            id=place.item_id,
            library_id=place.library_id,
            kind=record.kind,
            title=record.title,
            subtitle=record.subtitle or None,
            date=record.date or None,
            added_at=_rfc3339(place.added_at),
            created_at=rfc3339(record.created_at),
            updated_at=_rfc3339(place.at),
            duration=record.duration,
            width=record.width,
            height=record.height,
            size=record.size,
            pages=record.pages,
            rating=record.rating,
            age_rating=record.age_rating,
            cover=cards.cover_url(place.item_id, version),
            color=color if color.startswith("#") else None,
            links=cards.shown([each.shown for each in links if each.shown is not None]),
        )
    )


def link_rows(item_id: int, links: Sequence[Linked | None]) -> list[tuple[Any, ...]]:
    """In the order of `items.LINK_COLUMNS`; one for each credit of the item, None where it leads to nobody. A name given twice in one
    role is one link, at its first place."""
    rows: dict[tuple[int, Role], tuple[Any, ...]] = {}
    for ordinal, link in enumerate(links):
        if link is not None and link.pair not in rows:
            rows[link.pair] = (item_id, *link.pair, link.kind, link.position, ordinal)
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
