"""Items brought up to the names of their entities: card, search text and series order say what the links say. Every change of a name or of
links that does not write the items themselves ends here, in its own transaction."""

from collections.abc import Collection

import msgspec

from longshelf.model.kinds import EntityKind
from longshelf.model.text import series_key
from longshelf.store import cards, reading, relabeling
from longshelf.store.database import Write
from longshelf.store.search import SearchRow


def relabel(write: Write, item_ids: Collection[int], library_id: int) -> None:
    """Rewrites what is kept about names beside these items, and touches them. Eight statements, whatever their number."""
    connection = write.connection
    texts = relabeling.texts(connection, item_ids)
    links = reading.links(connection, texts)
    old = relabeling.cards(connection, texts)
    fresh = [(item_id, cards.encode(_card(card, links.get(item_id, [])))) for item_id, card in old.items()]
    keys = [(item_id, _series_key(links.get(item_id, [])), write.revision) for item_id in texts]
    rows = [
        SearchRow(each.id, (each.title, each.subtitle), tuple(link.name for link in links.get(each.id, [])), each.description)
        for each in texts.values()
    ]
    relabeling.put(connection, fresh, keys, rows)
    write.touch(texts, library_id=library_id)


def _card(card: cards.Card, links: list[reading.LinkRow]) -> cards.Card:
    named = [cards.CardLink(link.id, link.kind, link.name, link.role, link.position) for link in links]
    return msgspec.structs.replace(card, links=cards.shown(named))


def _series_key(links: list[reading.LinkRow]) -> str | None:
    first = next((link for link in links if link.kind == EntityKind.SERIES), None)
    return None if first is None else series_key(first.name, first.position)
