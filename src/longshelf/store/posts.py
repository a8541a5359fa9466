"""What an import asks of a library: which of its items it knows by the source's ids."""

from collections.abc import Sequence

from sqlalchemy import Connection

from longshelf.store.among import select_among
from longshelf.store.items import Existing

_KNOWN = """SELECT external_id, id, content_hash, added_at, deleted_at, cover_version, color FROM item
            WHERE library_id = ? AND external_id IN {values}"""


def known(connection: Connection, library_id: int, external_ids: Sequence[str]) -> dict[str, Existing]:
    """The known ones among distinct ids, live or deleted."""
    return {row[0]: Existing._make(row[1:]) for row in select_among(connection, _KNOWN, external_ids, library_id)}
