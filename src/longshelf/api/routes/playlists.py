"""Addresses of playlists: blocks for displays, chosen items for people."""

from typing import Annotated, Literal

import msgspec

from longshelf.api import params
from longshelf.api.handlers import playlists
from longshelf.api.route import Param, Route
from longshelf.api.routes.rows import ADMIN, delete, get, patch, post, put
from longshelf.catalog import playlist_shapes as shapes
from longshelf.model.sorts import SEED_MAX

_PLAYLIST, _BLOCK = "/api/playlists/{playlist_id}", "/api/playlists/{playlist_id}/blocks/{block_id}"
_VERSION = Param(name="version", type=shapes.Version, about="The version you saw: refused when somebody has changed it since")
_WHICH = (
    Param(name="kind", type=shapes.Kind, about="Only those of blocks, or of chosen items"),
    Param(name="display_id", type=shapes.Id, about="Only those for this display"),
)
_FORMAT = Param(name="format", type=Literal["json", "csv"], default="json", about="A document, or a table for spreadsheets")
_NEXT = (
    Param(name="entry_id", type=shapes.Id, about="Where you are; the beginning without it"),
    Param(name="shuffle", type=bool, default=False, about="In the shuffle of your place, or of `seed`"),
    Param(name="seed", type=Annotated[int, msgspec.Meta(ge=0, le=SEED_MAX)], about="Which shuffle"),
    Param(name="back", type=bool, default=False, about="What comes before it instead"),
)

_BRIEF = Param(name="brief", type=bool, default=False, about="Without blocks and counts: for choosing one by its name")

PLAYLISTS = (
    get("/api/playlists", "listPlaylists", playlists.browse, "Your playlists and the shared ones, by name",
        answer=shapes.PlaylistList, params=(*_WHICH, _BRIEF, *params.NUMBERED)),
    post("/api/playlists", "createPlaylist", playlists.create, "Make a playlist",
         body=shapes.NewPlaylist, answer=shapes.Playlist, status=201),
    post("/api/playlists/import", "importPlaylist", playlists.bring, "Make a playlist of an exported one",
         body=shapes.ImportPlaylist, long=True, answer=shapes.ImportedPlaylist, status=201),
    post("/api/playlists/blocks/preview", "previewBlock", playlists.preview, "What a block would draw from, and how many there are",
         body=shapes.PreviewBlock, answer=shapes.BlockPreview, asks=True),
    get(_PLAYLIST, "getPlaylist", playlists.one, "One playlist with its blocks and their counts", answer=shapes.Playlist),
    patch(_PLAYLIST, "editPlaylist", playlists.edit, "Rename a playlist, share it, or choose its display",
          body=shapes.EditPlaylist, answer=shapes.Playlist),
    delete(_PLAYLIST, "deletePlaylist", playlists.delete, "Delete a playlist", params=(_VERSION,)),
    post(f"{_PLAYLIST}/duplicate", "duplicatePlaylist", playlists.duplicate, "A copy of your own",
         body=shapes.Duplicate, body_required=False, answer=shapes.Playlist, status=201),
    post(f"{_PLAYLIST}/activate", "activatePlaylist", playlists.activate, "Have a display play it, and no other",
         body=shapes.Activate, body_required=False, answer=shapes.Playlist, access=ADMIN),
    get(f"{_PLAYLIST}/export", "exportPlaylist", playlists.export, "The playlist as a file",
        answer=shapes.ExportedPlaylist, params=(_FORMAT,)),
    post(f"{_PLAYLIST}/blocks", "addBlock", playlists.add_block, "Add a block behind the others",
         body=shapes.NewBlock, answer=shapes.Playlist, status=201),
    put(f"{_PLAYLIST}/blocks/order", "orderBlocks", playlists.order_blocks, "Put the blocks in order",
        body=shapes.OrderBlocks, answer=shapes.Playlist),
    patch(_BLOCK, "editBlock", playlists.edit_block, "Change a block", body=shapes.EditBlock, answer=shapes.Playlist),
    Route(method="DELETE", path=_BLOCK, name="deleteBlock", handler=playlists.delete_block, about="Take a block out",
          params=(_VERSION,), answer=shapes.Playlist),
    get(f"{_PLAYLIST}/items", "listPlaylistItems", playlists.entries, "The chosen items, in order",
        answer=shapes.EntryList, params=params.PAGING),
    post(f"{_PLAYLIST}/items", "addPlaylistItems", playlists.add_entries, "Choose items",
         body=shapes.AddEntries, answer=shapes.EntriesChanged),
    Route(method="DELETE", path=f"{_PLAYLIST}/items", name="removePlaylistItems", handler=playlists.remove_entries,
          about="Take items out", body=shapes.RemoveEntries, answer=shapes.EntriesChanged),
    put(f"{_PLAYLIST}/items/order", "orderPlaylistItems", playlists.order_entries, "Move items to another place",
        body=shapes.OrderEntries, answer=shapes.EntriesChanged),
    get(f"{_PLAYLIST}/place", "getPlaylistPlace", playlists.place, "Where you are in it", answer=shapes.Place),
    put(f"{_PLAYLIST}/place", "putPlaylistPlace", playlists.put_place, "Say where you are in it",
        body=shapes.PutPlace, answer=shapes.Place),
    get(f"{_PLAYLIST}/next", "nextPlaylistItem", playlists.following, "What comes next and can be played",
        answer=shapes.NextEntry, params=_NEXT),
)  # fmt: skip
