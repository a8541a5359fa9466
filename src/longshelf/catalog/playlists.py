"""Playlists and their blocks, as somebody may see and change them.

Counts are his own. Only on a display, and only for administrators, they are those of the person it plays as, which is what it will play.
Whoever changes what a display plays tells the display afterwards: it is the one that plans."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec
from msgspec import UNSET

from longshelf.catalog import blocks as reading
from longshelf.catalog import playlist_access as access
from longshelf.catalog.numbered import cut_whole
from longshelf.catalog.playlist_blocks import check_block, checked, copy_blocks, filter_text, words_of
from longshelf.catalog.playlist_counts import Asked, Counting
from longshelf.catalog.playlist_entries import PlaylistEntries
from longshelf.catalog.playlist_shapes import (
    MOST_BLOCKS,
    Block,
    BlockSaid,
    EditBlock,
    EditPlaylist,
    NewPlaylist,
    Owner,
    Playlist,
    PlaylistList,
)
from longshelf.catalog.watching import signed_in
from longshelf.errors import Conflict, Invalid, NotFound
from longshelf.model.times import rfc3339
from longshelf.model.viewer import NOBODY, Viewer
from longshelf.store import playlist_items, playlists
from longshelf.store.database import Database, Transaction
from longshelf.store.playlists import BlockRow, PlaylistRow


class Screens(Protocol):
    """What playlists need of displays."""

    def replan(self, display_id: int, why: str) -> object:
        """What it plays was changed: only what comes is planned anew."""

    def rebuild(self, display_id: int, why: str) -> object:
        """It plays something else from now on, or nothing any more."""

    def seen(self, display_id: int, /) -> dict[int, int]:
        """How many items it has played in the present round, by block."""


class NoScreens:
    """Where there are none."""

    def replan(self, display_id: int, why: str) -> object: ...

    def rebuild(self, display_id: int, why: str) -> object: ...

    def seen(self, _display_id: int) -> dict[int, int]:
        return {}


class _Known(NamedTuple):
    """What is read of some playlists in one transaction."""

    rows: Sequence[PlaylistRow]
    blocks: dict[int, list[BlockRow]]
    views: dict[int, str]
    own_views: dict[int, str]
    owners: dict[int, str]
    plays_as: dict[int, int | None]


class Playlists:
    """Safe to share between threads."""

    def __init__(self, database: Database, counting: Counting, entries: PlaylistEntries, screens: Screens | None = None) -> None:
        self._database = database
        self._counting = counting
        self._entries = entries
        self._screens: Screens = screens or NoScreens()

    # --- reading

    def browse(self, viewer: Viewer, page: int, size: int, *, kind: str = "", display_id: int = 0, brief: bool = False) -> PlaylistList:
        """By name; of one kind or for one display when asked for. `brief`: nothing of what is in them."""
        user_id = signed_in(viewer)
        with self._database.read() as connection:
            rows = [each for each in playlists.listed(connection, user_id, displays=viewer.admin) if not kind or each.kind == kind]
            rows = [each for each in rows if not display_id or each.display_id == display_id]
            shown, pagination = cut_whole(rows, page, size)
            known = _outside(connection, shown) if brief else _known(connection, user_id, shown)
        told = [_told_playlist(viewer, each, known, [], 0) for each in shown] if brief else self._told(viewer, known, seen=False)
        return PlaylistList(told, pagination, "")

    def one(self, viewer: Viewer, playlist_id: int) -> Playlist:
        """NotFound when there is none, or it is not for him."""
        user_id = signed_in(viewer)
        with self._database.read() as connection:
            known = _known(connection, user_id, [access.read(connection, viewer, playlist_id)])
        return self._told(viewer, known)[0]

    # --- playlists

    def create(self, viewer: Viewer, asked: NewPlaylist) -> Playlist:
        """Invalid for what makes no sense, NotAllowed to make one for a display but for administrators, NotFound for no such display."""
        user_id = signed_in(viewer)
        check_name(asked.name)
        if asked.display_id is not None:
            access.administrator(viewer)
        if asked.kind == "items" and (asked.blocks or asked.display_id is not None):
            raise Invalid("kind", "a playlist of chosen items has no blocks, and no display plays it; make one of blocks")
        with self._database.write_quietly() as connection:
            at = self._database.clock()
            playlist_id = playlists.add(connection, user_id, asked.name, asked.kind, shared=asked.shared, at=at)
            said = [words_of(checked(connection, user_id, each, field=f"blocks[{place}].")) for place, each in enumerate(asked.blocks)]
            playlists.add_blocks(connection, playlist_id, said)
            plays = asked.display_id is not None and playlists.join_display(connection, playlist_id, asked.display_id)
        if plays and asked.display_id is not None:
            self._screens.rebuild(asked.display_id, "a playlist was made for it")
        return self.one(viewer, playlist_id)

    def edit(self, viewer: Viewer, playlist_id: int, asked: EditPlaylist) -> Playlist:
        """Conflict when somebody else has changed it since `version`. Others as `create`."""
        changes: dict[str, Any] = {}
        if asked.name is not UNSET:
            changes["name"] = check_name(asked.name)
        if asked.shared is not UNSET:
            changes["shared"] = int(asked.shared)
        moved: list[int] = []
        with self._database.write_quietly() as connection:
            access.changeable(viewer, access.read(connection, viewer, playlist_id))
            if asked.display_id is UNSET:
                row = playlists.held(connection, playlist_id)
            else:
                row, _ = playlists.hold_moving(connection, playlist_id, asked.display_id)
            access.changeable(viewer, row)
            access.check_version(row, asked.version)
            if asked.display_id is not UNSET and asked.display_id != row.display_id:
                moved = _move(connection, viewer, row, asked.display_id)
            playlists.raise_version(connection, playlist_id, self._database.clock(), **changes)
        for display_id in moved:
            self._screens.rebuild(display_id, "its playlist was changed")
        return self.one(viewer, playlist_id)

    def remove(self, viewer: Viewer, playlist_id: int, version: int | None = None) -> None:
        """A display that played it has nothing to play any more."""
        signed_in(viewer)
        with self._database.write_quietly() as connection:
            row = access.changeable(viewer, playlists.held(connection, playlist_id))
            access.check_version(row, version)
            playlists.remove(connection, playlist_id)
        if row.active and row.display_id is not None:
            self._screens.rebuild(row.display_id, "its playlist was deleted")

    def duplicate(self, viewer: Viewer, playlist_id: int, name: str | None = None) -> Playlist:
        """His own from now on, for no display. Of chosen items he gets what he may see. NotAllowed for blocks of others: what they look for
        is not for him."""
        user_id = signed_in(viewer)
        with self._database.read() as connection:
            row = access.read(connection, viewer, playlist_id)
        if row.kind == "blocks":
            access.changeable(viewer, row)
        places = self._entries.visible_places(viewer, row) if row.kind == "items" else None
        with self._database.write_quietly() as connection:
            at = self._database.clock()
            row = access.read(connection, viewer, playlist_id)
            taken = {each.name for each in playlists.listed(connection, user_id, displays=viewer.admin)}
            called = check_name(name) if name is not None else _numbered(row.name, taken)
            copy_id = playlists.add(connection, user_id, called, row.kind, shared=False, at=at)
            if row.kind == "items":
                playlist_items.copy(connection, playlist_id, copy_id, places, at)
            else:
                copy_blocks(connection, row, copy_id, user_id)
        return self.one(viewer, copy_id)

    def activate(self, viewer: Viewer, playlist_id: int, display_id: int | None = None) -> Playlist:
        """The display plays it from now on, and no other. NotAllowed but for administrators; Invalid without any display."""
        signed_in(viewer)
        access.administrator(viewer)
        with self._database.write_quietly() as connection:
            row = access.changeable(viewer, access.read(connection, viewer, playlist_id))
            if row.kind != "blocks":
                raise Conflict("A display plays playlists of blocks; this one is made of chosen items.")
            wanted = display_id or row.display_id
            if wanted is None:
                raise Invalid("display_id", "the playlist is for no display; say which display is to play it")
            row = access.changeable(viewer, playlists.activate(connection, playlist_id, wanted))
            if display_id is None and row.display_id != wanted:
                raise Conflict("Somebody has just moved the playlist to another display. Look again, and say which display is to play it.")
            playlists.raise_version(connection, playlist_id, self._database.clock())
        left = [row.display_id] if row.active and row.display_id is not None and row.display_id != wanted else []
        for each in [wanted, *left]:
            self._screens.rebuild(each, "another playlist was activated")
        return self.one(viewer, playlist_id)

    # --- blocks

    def add_block(self, viewer: Viewer, playlist_id: int, asked: BlockSaid, version: int | None = None) -> Playlist:
        """Behind the others. Invalid for a filter that makes no sense, and for more blocks than there may be."""
        with access.edited(self._database, viewer, playlist_id, version, kind="blocks") as (connection, row):
            if len(playlists.blocks_of(connection, playlist_id)) >= MOST_BLOCKS:
                raise Invalid("", f"a playlist has at most {MOST_BLOCKS} blocks")
            playlists.add_blocks(connection, playlist_id, [words_of(checked(connection, _may_follow(viewer, row), asked))])
        return self._changed(viewer, row, "a block was added")

    def edit_block(self, viewer: Viewer, playlist_id: int, block_id: int, asked: EditBlock) -> Playlist:
        """NotFound when the playlist has no such block."""
        with access.edited(self._database, viewer, playlist_id, asked.version, kind="blocks") as (connection, row):
            before = _block(connection, playlist_id, block_id)
            changes = {name: value for name in playlists.WORDS if (value := getattr(asked, name)) is not UNSET}
            if "filter" in changes:
                changes["filter"] = filter_text(changes["filter"])
            if changes:
                check_block(connection, _may_follow(viewer, row), msgspec.structs.replace(before, **changes), before.view_id)
                playlists.change_block(connection, block_id, changes)
        return self._changed(viewer, row, "a block was changed")

    def remove_block(self, viewer: Viewer, playlist_id: int, block_id: int, version: int | None = None) -> Playlist:
        """NotFound when the playlist has no such block."""
        with access.edited(self._database, viewer, playlist_id, version, kind="blocks") as (connection, row):
            _block(connection, playlist_id, block_id)
            playlists.remove_block(connection, playlist_id, block_id)
        return self._changed(viewer, row, "a block was removed")

    def order_blocks(self, viewer: Viewer, playlist_id: int, ids: Sequence[int], version: int | None = None) -> Playlist:
        """Conflict unless `ids` are all its blocks."""
        with access.edited(self._database, viewer, playlist_id, version, kind="blocks") as (connection, row):
            there = [each.id for each in playlists.blocks_of(connection, playlist_id)]
            if sorted(ids) != sorted(there):
                raise Conflict("These are not the blocks the playlist has now. Load it again, and put those in order.")
            playlists.order_blocks(connection, ids)
        return self._changed(viewer, row, "its blocks were put in another order")

    def _changed(self, viewer: Viewer, row: PlaylistRow, why: str) -> Playlist:
        if row.active and row.display_id is not None:
            self._screens.replan(row.display_id, why)
        return self.one(viewer, row.id)

    # --- telling

    def _told(self, viewer: Viewer, known: _Known, *, seen: bool = True) -> list[Playlist]:
        """All counts on one snapshot. Without `seen` nobody looks what displays have played."""
        asked: list[Asked] = []
        for row in known.rows:
            judge = _judge(viewer, row, known.plays_as)
            asked += [Asked(judge, reading.query_of(each, known.views)[0]) for each in known.blocks.get(row.id, ())]
        counts = iter(self._counting.counts(asked))
        chosen = self._entries.counts(viewer, [each for each in known.rows if each.kind == "items"])
        displays = {each.display_id for each in known.rows if each.active and each.display_id in known.plays_as and viewer.admin}
        played = {block_id: number for each in sorted(displays) if seen for block_id, number in self._screens.seen(each).items()}
        found = []
        for row in known.rows:
            editable = access.may_change(viewer, row)
            blocks = [_told_block(each, known, next(counts), played.get(each.id, 0), editable) for each in known.blocks.get(row.id, ())]
            found.append(_told_playlist(viewer, row, known, blocks, chosen.get(row.id, 0)))
        return found


def check_name(name: str) -> str:
    """Invalid for one that shows nothing."""
    if not name.strip():
        raise Invalid("name", "give it a name")
    return name


def _known(connection: Transaction, user_id: int, rows: Sequence[PlaylistRow]) -> _Known:
    found = playlists.blocks(connection, [each.id for each in rows])
    every = [each for some in found.values() for each in some]
    displays = {each.display_id for each in rows if each.display_id is not None}
    return _Known(
        rows=rows,
        blocks=found,
        views=playlists.views_of(connection, every),
        own_views=playlists.view_names(connection, user_id) if any(each.view_id is not None for each in every) else {},
        owners=playlists.owners(connection, {each.user_id for each in rows}),
        plays_as=playlists.plays_as(connection, displays) if displays else {},
    )


def _outside(connection: Transaction, rows: Sequence[PlaylistRow]) -> _Known:
    owners = playlists.owners(connection, {each.user_id for each in rows})
    return _Known(rows=rows, blocks={}, views={}, own_views={}, owners=owners, plays_as={})


def _judge(viewer: Viewer, row: PlaylistRow, plays_as: dict[int, int | None]) -> Viewer:
    """For whom the playlist is counted."""
    if row.display_id is None or not viewer.admin:
        return viewer
    user_id = plays_as.get(row.display_id)
    return NOBODY if user_id is None else Viewer(user_id)


def _told_playlist(viewer: Viewer, row: PlaylistRow, known: _Known, blocks: list[Block], item_count: int) -> Playlist:
    return Playlist(
        id=row.id,
        name=row.name,
        kind=row.kind,  # type: ignore[arg-type]  # one of the two: `create` writes it
        owner=Owner(row.user_id, known.owners.get(row.user_id, "")),
        shared=bool(row.shared),
        mine=row.user_id == viewer.user_id,
        editable=access.may_change(viewer, row),
        display_id=row.display_id,
        active=bool(row.active),
        version=row.version,
        created_at=rfc3339(row.created_at) or "",
        updated_at=rfc3339(row.updated_at) or "",
        blocks=blocks,
        item_count=item_count,
    )


def _told_block(block: BlockRow, known: _Known, available: int | None, seen: int, editable: bool) -> Block:
    problem = reading.problem_of(block, known.views)
    return Block(
        id=block.id,
        position=block.position,
        title=block.title,
        q=block.q if editable else "",
        filter=block.filter if editable else "",
        view_id=block.view_id if editable else None,
        view_name=known.own_views.get(block.view_id or 0) if editable else None,
        count=block.count,
        order=block.order,  # type: ignore[arg-type]  # one of the two: a checked body wrote it
        format=block.format,  # type: ignore[arg-type]  # likewise
        dwell=block.dwell,
        available=available,
        seen=0 if available is None else min(seen, available),
        short=available is not None and available < block.count,
        stale=available is None,
        problem=problem if editable or not problem else "What it looks for cannot be read; who made it is told why.",
    )


def _may_follow(viewer: Viewer, row: PlaylistRow) -> int:
    """Whose views its blocks may follow: its maker's, and only he chooses them; others may not even know of them."""
    return row.user_id if row.user_id == viewer.user_id else 0


def _block(connection: Transaction, playlist_id: int, block_id: int) -> BlockRow:
    for each in playlists.blocks_of(connection, playlist_id):
        if each.id == block_id:
            return each
    raise NotFound(f"The playlist has no block {block_id}.")


def _move(connection: Transaction, viewer: Viewer, row: PlaylistRow, display_id: int | None) -> list[int]:
    """To another display or to none; the displays that play something else now."""
    access.administrator(viewer)
    if row.kind != "blocks":
        raise Conflict("A display plays playlists of blocks; this one is made of chosen items.")
    moved = [row.display_id] if row.active and row.display_id is not None else []
    playlists.leave_display(connection, row.id)
    if display_id is not None and playlists.join_display(connection, row.id, display_id):
        moved.append(display_id)
    return moved


def _numbered(name: str, taken: Iterable[str]) -> str:
    """The name with the first free number from 2 on."""
    used = set(taken)
    number = 2
    while (found := f"{name[:190]} {number}") in used:
        number += 1
    return found
