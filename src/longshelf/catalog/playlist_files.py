"""Playlists as files: what an export says, and what is made of one.

What comes back is what went out: the same name, blocks and items in their order. Items are found by library and by what that calls
them; a saved view is followed again where the importer has one of that name that says the same, else the block keeps what it said.
The rule: an export holds what the one who asks may see, and a file brings nobody to anything he may not see."""

import hashlib
from itertools import groupby
from typing import Any

import msgspec
from msgspec import UNSET

from longshelf.catalog import blocks as reading
from longshelf.catalog import playlist_access as access
from longshelf.catalog import playlist_csv
from longshelf.catalog.playlist_blocks import checked, words_of
from longshelf.catalog.playlist_entries import PlaylistEntries
from longshelf.catalog.playlist_shapes import (
    BlockSaid,
    ExportedBlock,
    ExportedItem,
    ExportedPlaylist,
    ImportedPlaylist,
    ImportPlaylist,
    ViewSaid,
)
from longshelf.catalog.playlists import Playlists, check_name
from longshelf.catalog.watching import signed_in
from longshelf.errors import Invalid
from longshelf.logs import operation
from longshelf.model.engine import Engine
from longshelf.model.viewer import Viewer
from longshelf.store import playlist_items, playlists, views
from longshelf.store.database import Database, Transaction
from longshelf.store.playlist_items import Named
from longshelf.store.playlists import BlockRow, PlaylistRow
from longshelf.store.views import SavedView

NAMED_MISSING = 100


class PlaylistFiles:
    """Safe to share between threads."""

    def __init__(self, database: Database, engine: Engine, entries: PlaylistEntries, lists: Playlists, secret: bytes) -> None:
        """`secret` is this installation's; only a digest of it is written."""
        self._database = database
        self._engine = engine
        self._entries = entries
        self._lists = lists
        self._source = hashlib.blake2b(secret, digest_size=8, person=b"longshelf.list").hexdigest()

    def export(self, viewer: Viewer, playlist_id: int) -> ExportedPlaylist:
        """NotFound when it is not for him; NotAllowed for blocks of others, for what they look for is not his to know."""
        signed_in(viewer)
        with self._database.read() as connection:
            row = access.read(connection, viewer, playlist_id)
            if row.kind == "blocks":
                access.changeable(viewer, row)
                followed = playlists.blocks_of(connection, row.id)
                named = playlists.views_named(connection, followed)
                return self._document(row, [_exported(each, named) for each in followed], [])
        seen = self._entries.visible_places(viewer, row)
        kept = None if seen is None else set(seen)
        with self._database.read() as connection:
            told = [each for each in playlist_items.told(connection, row.id) if kept is None or each.place in kept]
        return self._document(
            row, [], [ExportedItem(library=each.library, external_id=each.external_id, kind=each.kind, title=each.title) for each in told]
        )

    def bring(self, viewer: Viewer, asked: ImportPlaylist) -> ImportedPlaylist:
        """A new playlist of his. Invalid for a file that makes no sense; nothing is made then."""
        user_id = signed_in(viewer)
        if (asked.playlist is UNSET) == (asked.csv is UNSET):
            raise Invalid("playlist", "give the exported document as playlist, or the text of a table as csv")
        found = asked.playlist if asked.playlist is not UNSET else playlist_csv.read(str(asked.csv))
        name = check_name(asked.name or found.name)
        if found.items if found.kind == "blocks" else found.blocks:
            raise Invalid("kind", f"a playlist of {found.kind} holds nothing but {found.kind}")
        with operation("playlist_import") as running:
            ids, missing = self._items(viewer, found)
            with self._database.write_quietly() as connection:
                at = self._database.clock()
                playlist_id = playlists.add(connection, user_id, name, found.kind, shared=found.shared, at=at)
                said = [words_of(_imported(connection, user_id, each, place)) for place, each in enumerate(found.blocks)]
                playlists.add_blocks(connection, playlist_id, said)
                lasting = playlist_items.lasting(connection, ids)
                playlist_items.insert(connection, playlist_id, [each for each in ids if each in lasting], None, at)
            running.report(blocks=len(found.blocks), items=len(ids), missing=len(missing))
        return ImportedPlaylist(
            playlist=self._lists.one(viewer, playlist_id), skipped=len(missing), missing=missing[:NAMED_MISSING]
        )  # fmt: skip

    def _document(self, row: PlaylistRow, blocks: list[ExportedBlock], items: list[ExportedItem]) -> ExportedPlaylist:
        kind: Any = row.kind
        return ExportedPlaylist(source=self._source, name=row.name, kind=kind, shared=bool(row.shared), blocks=blocks, items=items)

    def _items(self, viewer: Viewer, found: ExportedPlaylist) -> tuple[list[int], list[ExportedItem]]:
        """Ids in their order, and what is not there for him."""
        if not found.items:
            return [], []
        here = found.source == self._source
        with self._engine.snapshot() as snapshot, self._database.read() as connection:
            known: dict[tuple[str, str], Named] = {}
            ordered = sorted({(each.library, each.external_id) for each in found.items})
            for library, group in groupby(ordered, key=lambda each: each[0]):
                external_ids = [external_id for _, external_id in group]
                known |= {(library, each): named for each, named in playlist_items.named(connection, library, external_ids).items()}
            look = self._entries.looking(viewer, connection, snapshot)
            seen = self._entries.seen(look, [(each.id, each.gone) for each in known.values()])
        ids: list[int] = []
        missing: list[ExportedItem] = []
        for each in found.items:
            named = known.get((each.library, each.external_id))
            if named is not None and named.id in seen and (here or _same(each, named)):
                ids.append(named.id)
            else:
                missing.append(each)
        return ids, missing


def _same(said: ExportedItem, found: Named) -> bool:
    """Whether they are one thing although another installation wrote it: numbers that a library gave are others there."""
    if said.external_id.isdecimal():
        return (said.kind, said.title) == (found.kind, found.title)
    return said.kind in {"", found.kind}


def _exported(block: BlockRow, named: dict[int, SavedView]) -> ExportedBlock:
    said = words_of(block)
    view = named.get(said.pop("view_id") or 0)
    return ExportedBlock(view=None if view is None else ViewSaid(view.name, view.query), **said)


def _imported(connection: Transaction, user_id: int, said: ExportedBlock, place: int) -> BlockRow:
    """Following the importer's view of that name where it says the same; else it keeps what the view said."""
    words = {name: getattr(said, name) for name in playlists.WORDS if name != "view_id"}
    field = f"blocks[{place}]."
    block = checked(connection, user_id, BlockSaid(**words), field=field)
    if said.view is None:
        return block
    for each in views.listed(connection, user_id):
        if (each.name, each.query) == (said.view.name, said.view.query) and views.stays(connection, user_id, each.id):
            return msgspec.structs.replace(block, view_id=each.id)
    return msgspec.structs.replace(block, filter=reading.without_view(block, said.view.query))
