"""What a block would play, while somebody still writes it: by the very reading that will fill it."""

import msgspec

from longshelf.catalog import blocks as reading
from longshelf.catalog import playlist_access as access
from longshelf.catalog.playlist_blocks import checked
from longshelf.catalog.playlist_counts import Asked, Counting
from longshelf.catalog.playlist_shapes import BlockPreview, PreviewBlock
from longshelf.catalog.playlists import Screens
from longshelf.catalog.showing import Showing
from longshelf.catalog.watching import signed_in
from longshelf.errors import NotFound
from longshelf.logs import operation
from longshelf.model.engine import Engine, Offset
from longshelf.model.query import both
from longshelf.model.viewer import NOBODY, Viewer
from longshelf.store import playlists
from longshelf.store.database import Database, Transaction
from longshelf.store.playlists import BlockRow

SHOWN = 12
LOOKED_AT = 60  # for a display, of whose items not all need be for the one who asks
_encode = msgspec.json.Encoder().encode


class BlockPreviews:
    """Safe to share between threads."""

    def __init__(self, database: Database, engine: Engine, showing: Showing, counting: Counting, screens: Screens) -> None:
        self._database = database
        self._engine = engine
        self._showing = showing
        self._counting = counting
        self._screens = screens

    def preview(self, viewer: Viewer, asked: PreviewBlock) -> bytes:
        """A BlockPreview, encoded. Invalid for what makes no sense; NotAllowed to ask for a display but for administrators."""
        user_id = signed_in(viewer)
        with operation("block_preview") as running:
            with self._database.read() as connection:
                judge = self._judge(connection, viewer, asked.display_id)
                block = checked(connection, user_id, asked, kept_view=self._kept_view(connection, viewer, asked.block_id), asks=True)
                query, sort = reading.query_of(block, playlists.views_of(connection, [block]))
            (available,) = self._counting.counts([Asked(judge, query)])
            with self._engine.snapshot() as snapshot, self._database.read() as connection:
                mask = self._showing.mask(viewer, snapshot)
                allowed = mask if judge == viewer else self._showing.mask(judge, snapshot)
                order = sort if self._counting.indexed() else reading.NEWEST  # a shuffle costs SQL a look at every item
                size = SHOWN if judge == viewer else LOOKED_AT
                ids = snapshot.page(both(query, allowed.query), order, Offset(0, size), judge).ids
                if judge != viewer:
                    seen = self._showing.visible(viewer, snapshot, mask, ids)
                    ids = tuple(each for each in ids if each in seen)[:SHOWN]
                cards = self._showing.items(connection, viewer, mask, ids)
            running.report(items=len(cards), available=-1 if available is None else available)
        seen_of_it = self._screens.seen(asked.display_id).get(asked.block_id or 0, 0) if asked.display_id is not None else 0
        told = BlockPreview(
            available=available,
            seen=0 if available is None else min(seen_of_it, available),
            short=available is not None and available < asked.count,
            stale=available is None,
            items=[],
            total=available or 0,
        )
        items = b",".join(cards[each] for each in ids if each in cards)
        return _encode(told).replace(b'"items":[]', b'"items":[' + items + b"]", 1)

    @staticmethod
    def _judge(connection: Transaction, viewer: Viewer, display_id: int | None) -> Viewer:
        """For whom it is counted. NotFound for no such display."""
        if display_id is None:
            return viewer
        access.administrator(viewer)
        plays_as = playlists.plays_as(connection, [display_id])
        if display_id not in plays_as:
            raise NotFound(f"There is no display {display_id}.")
        user_id = plays_as[display_id]
        if user_id == viewer.user_id:
            return viewer
        return NOBODY if user_id is None else Viewer(user_id)

    @staticmethod
    def _kept_view(connection: Transaction, viewer: Viewer, block_id: int | None) -> int | None:
        """The view that the block follows already, where he may change it."""
        block: BlockRow | None = None if block_id is None else playlists.block(connection, block_id)
        if block is None or not access.may_change(viewer, playlists.get(connection, block.playlist_id)):
            return None
        return block.view_id
