"""The dominant colour of an item's picture: found after the scan, because it takes decoding the picture; shown until the picture is
there."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from longshelf.store import bulk, items
from longshelf.store.cards import Card, encode
from longshelf.store.database import Write, placeholders
from longshelf.store.tables import item

NONE = "-"  # looked at, and there is no colour to tell; "" means not looked at yet
_HERE = "library_id IN (SELECT id FROM library WHERE type <> 'stash')"  # pictures on other servers are not fetched to look at them


class Uncolored(NamedTuple):
    """A live item with a picture nobody has looked at."""

    id: int
    library_id: int
    cover_version: str


def uncolored(connection: Connection, after_id: int, limit: int) -> list[Uncolored]:
    """In order of id."""
    text = f"""SELECT id, library_id, cover_version FROM item
              WHERE id > ? AND color = '' AND cover_version <> '' AND deleted_at IS NULL AND {_HERE} ORDER BY id LIMIT ?"""
    return [Uncolored(*row) for row in connection.exec_driver_sql(placeholders(connection, text), (after_id, limit))]


def count_uncolored(connection: Connection) -> int:
    text = f"SELECT count(*) FROM item WHERE color = '' AND cover_version <> '' AND deleted_at IS NULL AND {_HERE}"
    return int(connection.exec_driver_sql(text).scalar_one())


def put(write: Write, found: Mapping[Uncolored, str]) -> None:
    """Writes the colours, in the rows and in the cards; an item whose picture changed meanwhile is left for the next time."""
    ids = [each.id for each in found]
    versions = {row.id: row.cover_version for row in items.existing(write.connection, ids).values()}
    current = {each.id: color for each, color in found.items() if versions.get(each.id) == each.cover_version}
    bulk.update(write.connection, item, ("id",), ("color", "revision"), [(each, color, write.revision) for each, color in current.items()])
    cards = bulk.select_in(write.connection, "SELECT item_id, card FROM item_card WHERE item_id IN {ids}", current)
    told = [(row.item_id, _colored(row.card, current[row.item_id])) for row in cards if current[row.item_id] != NONE]
    items.put_cards(write.connection, told)
    write.touch([item_id for item_id, _ in told])


def _colored(card: str, color: str) -> str:
    return encode(msgspec.structs.replace(msgspec.json.decode(card, type=Card), color=color))
