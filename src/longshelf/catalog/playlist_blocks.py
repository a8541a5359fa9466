"""What a person says about a block of a playlist: whether it makes sense, how it is kept, and what becomes of it in a copy."""

from typing import Any

import msgspec

from longshelf.catalog import blocks as reading
from longshelf.catalog.playlist_shapes import BlockSaid
from longshelf.errors import BadQuery, Invalid
from longshelf.store import playlists, views
from longshelf.store.database import Transaction
from longshelf.store.playlists import BlockRow, PlaylistRow


def filter_text(given: str | dict[str, Any] | None) -> str:
    """A filter as it is kept: what an address says behind its `?`, or a filter tree as JSON; "" for none."""
    if given is None or isinstance(given, str):
        return (given or "").removeprefix("?")
    return msgspec.json.encode(given).decode()


def checked(
    connection: Transaction, user_id: int, asked: BlockSaid, *, kept_view: int | None = None, field: str = "", asks: bool = False
) -> BlockRow:
    """A block as it would be kept, in no playlist yet. `asks`: it will not be. Invalid, naming `field` and the part, for what makes no
    sense."""
    said = {name: getattr(asked, name) for name in playlists.WORDS}
    said["filter"] = filter_text(asked.filter)
    found = BlockRow(id=0, playlist_id=0, position=0, **said)
    check_block(connection, user_id, found, kept_view, field=field, asks=asks)
    return found


def words_of(block: BlockRow) -> dict[str, Any]:
    """What a person says about a block."""
    return {name: getattr(block, name) for name in playlists.WORDS}


def check_block(
    connection: Transaction, user_id: int, block: BlockRow, kept_view: int | None, *, field: str = "", asks: bool = False
) -> None:
    """Invalid, naming `field` and the part, unless it can be read. It may follow a saved view of the user's, or `kept_view`, which it
    follows already."""
    if block.view_id not in {None, kept_view} and not views.stays(connection, user_id, block.view_id or 0, asks=asks):
        raise Invalid(f"{field}view_id", "you have no such saved view")
    try:
        reading.wanted(block, playlists.views_of(connection, [block]))
    except BadQuery as error:
        raise Invalid(f"{field}{error.field}", error.reason) from None


def copy_blocks(connection: Transaction, row: PlaylistRow, copy_id: int, user_id: int) -> None:
    """The blocks of a playlist, behind those of its copy, for the user who makes it. A view that is not his is no view of the copy: that
    asks for the same by itself."""
    found = playlists.blocks_of(connection, row.id)
    followed = playlists.views_of(connection, found)
    said = [words_of(each) for each in found]
    for each, block in zip(said, found, strict=True):
        if block.view_id is not None and not views.stays(connection, user_id, block.view_id):
            each |= {"view_id": None, "filter": reading.without_view(block, followed[block.view_id])}
    playlists.add_blocks(connection, copy_id, said)
