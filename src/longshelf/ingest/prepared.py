"""An item ready to write: the record with every derived column already computed, so that the single writer only resolves ids.

Folding text costs more than inserting it; doing it here, in the parser processes, keeps the writer ahead of them."""

from collections.abc import Iterable

import msgspec

from longshelf.model.kinds import EntityKind
from longshelf.model.records import Credit, ItemRecord
from longshelf.model.text import Document, document, natural_key, series_key

_ORDERING = (EntityKind.SERIES, EntityKind.GROUP)


class Prepared(msgspec.Struct, frozen=True):
    """`search` holds the tokens of the searched texts; `series_key` orders items by series and number, or by the
    group of films they are parts of and their place in it."""

    record: ItemRecord
    title_key: str
    series_key: str | None
    search: Document


def prepare(record: ItemRecord) -> Prepared:
    """Computes the derived columns. Pure."""
    return Prepared(
        record=record,
        title_key=title_key(record),
        series_key=reading_order(record.credits),
        search=document((record.title, record.subtitle), (credit.name for credit in record.credits), record.description),
    )


def title_key(record: ItemRecord) -> str:
    """Where its title puts an item."""
    return natural_key(record.sort_title or record.title)


def reading_order(credits: Iterable[Credit]) -> str | None:
    """Where a series, or else a group, puts an item that has these credits; None for one in neither."""
    ordering = [credit for credit in credits if credit.kind in _ORDERING]
    for kind in _ORDERING:
        for credit in ordering:
            if credit.kind is kind:
                return series_key(credit.name, credit.position)
    return None
