"""Rows for people, of a state of the store in which they may see them.

An engine says which ids as of its snapshot; rows are read as they are now. In between an item may have got a hidden tag, or a hidden
name may stand on its card by now. The rule: where somebody has a mask and the store has moved on, ids are asked for again in the very
transaction that reads their rows, and what he may not see by then is left out."""

from collections.abc import Iterable

from longshelf.catalog import details, pages
from longshelf.catalog.paging import Page
from longshelf.catalog.shapes import Item
from longshelf.model.engine import Offset
from longshelf.model.query import IdIs, both
from longshelf.model.sorts import Sort
from longshelf.model.viewer import Viewer
from longshelf.store import reading, restrictions
from longshelf.store.database import Database, Transaction
from longshelf.store.engine.sql import SqlSnapshot
from longshelf.store.hot import HotReads
from longshelf.visibility.visibility import Mask, Visibility


class Cut:
    """A page that was cut from a snapshot of `revision` under `mask`."""

    def __init__(self, page: Page, mask: Mask, revision: int) -> None:
        self.page = page
        self.mask = mask
        self.revision = revision


class Hydrating:
    """Safe to share between threads."""

    def __init__(self, database: Database, hot: HotReads, visibility: Visibility) -> None:
        self._database = database
        self._hot = hot
        self._visibility = visibility

    def page(self, viewer: Viewer, cut: Cut) -> bytes:
        """The page in the list shape, encoded."""
        page = cut.page
        if not page.ids:
            return pages.listing(b"[]", page.pagination, page.snapshot)
        cards = self._cards(viewer, cut)
        mine = reading.hot_mine(self._hot, viewer.user_id or 0, page.ids)
        return pages.listing(pages.joined(page.ids, cards, mine), page.pagination, page.snapshot)

    def items(self, viewer: Viewer, ids: Iterable[int]) -> list[Item]:
        """In full form and in this order, without those that are gone or not for this viewer."""
        with self._database.read() as connection:
            return details.items_of(connection, viewer.user_id or 0, self.seen(connection, viewer, ids))

    def seen(self, connection: Transaction, viewer: Viewer, ids: Iterable[int]) -> list[int]:
        """Those of the ids, in their order, that are live items this viewer may see by what the connection sees."""
        wanted = tuple(ids)
        snapshot = SqlSnapshot(connection)
        mask = self._visibility.mask(viewer, snapshot)
        found = set(snapshot.page(both(IdIs(wanted), mask.query), Sort("id"), Offset(0, len(wanted)), viewer).ids)
        return [each for each in wanted if each in found]

    def _cards(self, viewer: Viewer, cut: Cut) -> dict[int, bytes]:
        """Read first and judged afterwards: when nothing was committed until then, they are of the snapshot's own state."""
        cards = reading.cards(self._hot, cut.page.ids)
        if not cut.mask.restricts or restrictions.revision(self._hot) == cut.revision:
            return cards
        with self._database.read() as connection:
            return restrictions.cards(connection, self.seen(connection, viewer, cut.page.ids))
