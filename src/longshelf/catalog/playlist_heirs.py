"""What becomes of playlists when their maker's account is removed: those others depend on stay.

The rule: a playlist that is for a display, or shared, passes to an administrator and goes on asking for the same. Blocks of it that follow
a saved view of the maker keep that view's query as their filter. All else of his goes with him."""

from longshelf.catalog.blocks import without_view
from longshelf.store import accounts, playlists
from longshelf.store.database import Transaction


def pass_on(connection: Transaction, user_id: int, heir_id: int | None, *, at: int) -> None:
    """Before the account is removed, in the same transaction. They pass to `heir_id`; without one, or where he goes himself, to the first
    other administrator who can sign in. Where there is none they go with their maker."""
    heir = heir_id if heir_id not in {None, user_id} else accounts.first_admin(connection, besides=user_id)
    if heir is None:
        return
    playlists.hold_all(connection, user_id)
    passed = playlists.depended_on(connection, user_id)
    found = [block for blocks in playlists.blocks(connection, passed).values() for block in blocks]
    views = playlists.views_of(connection, found)
    for block in found:
        if block.view_id is not None:
            kept = without_view(block, views[block.view_id])
            playlists.change_block(connection, block.id, {"filter": kept, "view_id": None})
    for playlist_id in passed:
        playlists.raise_version(connection, playlist_id, at, user_id=heir)
