"""An item ready to write: the record with every derived column already computed, so that the single writer only resolves ids.

Folding text costs more than inserting it; doing it here, in the parser processes, keeps the writer ahead of them."""

import msgspec

from longshelf.model.kinds import EntityKind
from longshelf.model.records import ItemRecord
from longshelf.model.text import Document, document, natural_key, series_key


class Prepared(msgspec.Struct, frozen=True):
    """`search` holds the tokens of the searched texts; `series_key` orders items by series and number, or by the
    group of films they are parts of and their place in it."""

    record: ItemRecord
    title_key: str
    series_key: str | None
    search: Document


def prepare(record: ItemRecord) -> Prepared:
    """Computes the derived columns. Pure."""
    series = next((credit for credit in record.credits if credit.kind is EntityKind.SERIES), None) or next(
        (credit for credit in record.credits if credit.kind is EntityKind.GROUP), None
    )
    return Prepared(
        record=record,
        title_key=natural_key(record.sort_title or record.title),
        series_key=series_key(series.name, series.position) if series else None,
        search=document((record.title, record.subtitle), (credit.name for credit in record.credits), record.description),
    )
