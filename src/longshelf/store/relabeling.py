"""What is kept beside items about the names of their entities: on cards, in the search text, in the order of series. Read whole and written
anew when a name or a link changes; the rows of the items themselves stay as they are, and so does when they were updated."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from longshelf.store import bulk, search
from longshelf.store.cards import Card
from longshelf.store.search import SearchRow
from longshelf.store.tables import item, item_card


class ItemTexts(NamedTuple):
    id: int
    title: str
    subtitle: str
    description: str
    series_key: str | None


_card = msgspec.json.Decoder(Card)


def texts(connection: Connection, ids: Iterable[int]) -> dict[int, ItemTexts]:
    """Of items, live or deleted."""
    text = "SELECT id, title, subtitle, description, series_key FROM item WHERE id IN {ids}"
    return {row[0]: ItemTexts(*row) for row in bulk.select_in(connection, text, ids)}


def cards(connection: Connection, ids: Iterable[int]) -> dict[int, Card]:
    """The cards of items, taken apart."""
    rows = bulk.select_in(connection, "SELECT item_id, card FROM item_card WHERE item_id IN {ids}", ids)
    return {row[0]: _card.decode(row[1]) for row in rows}


def put(
    connection: Connection, cards: Sequence[tuple[int, str]], keys: Sequence[tuple[int, str | None, int]], rows: Iterable[SearchRow]
) -> None:
    """`cards` are (item, encoded card), `keys` (item, series key, revision)."""
    bulk.update(connection, item_card, ("item_id",), ("card",), cards)
    bulk.update(connection, item, ("id",), ("series_key", "revision"), keys)
    search.write_rows(connection, rows)


def some_items_of(connection: Connection, entity_id: int, after_id: int, count: int) -> list[int]:
    """Items linked to the entity behind one of them, ascending."""
    text = "SELECT DISTINCT item_id FROM link WHERE entity_id IN {ids} AND item_id > ? ORDER BY item_id LIMIT ?"
    return list(bulk.select_in(connection, text, [entity_id], after_id, count).scalars())


def count_items_of(connection: Connection, entity_id: int, most: int) -> int:
    """How many items are linked to the entity, counted no further than `most`."""
    text = "SELECT count(*) FROM (SELECT DISTINCT item_id FROM link WHERE entity_id IN {ids} LIMIT ?) AS carrying"
    return int(bulk.select_in(connection, text, [entity_id], most).scalar_one())
