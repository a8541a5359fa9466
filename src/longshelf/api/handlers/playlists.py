"""Playlists: their blocks, previews, chosen items, files. Every read passes the viewer on."""

import secrets
from urllib.parse import quote

from longshelf.api.requests import LONG_LIMIT, decode_body, read_body
from longshelf.api.route import JSON, Answer, Call
from longshelf.catalog import playlist_csv, playlist_shapes
from longshelf.model.sorts import SEED_MAX

CSV = "text/csv; charset=utf-8"


def browse(call: Call) -> playlist_shapes.PlaylistList:
    query = call.query
    return call.services.playlists.browse(
        call.viewer, query["page"], query["page_size"], kind=query["kind"] or "", display_id=query["display_id"] or 0, brief=query["brief"]
    )


def create(call: Call) -> playlist_shapes.Playlist:
    return call.services.playlists.create(call.viewer, call.body)


def one(call: Call) -> playlist_shapes.Playlist:
    return call.services.playlists.one(call.viewer, call.path["playlist_id"])


def edit(call: Call) -> playlist_shapes.Playlist:
    return call.services.playlists.edit(call.viewer, call.path["playlist_id"], call.body)


def delete(call: Call) -> None:
    call.services.playlists.remove(call.viewer, call.path["playlist_id"], call.query["version"])


def duplicate(call: Call) -> playlist_shapes.Playlist:
    name = None if call.body is None else call.body.name
    return call.services.playlists.duplicate(call.viewer, call.path["playlist_id"], name)


def activate(call: Call) -> playlist_shapes.Playlist:
    display_id = None if call.body is None else call.body.display_id
    return call.services.playlists.activate(call.viewer, call.path["playlist_id"], display_id)


# --- blocks


def add_block(call: Call) -> playlist_shapes.Playlist:
    return call.services.playlists.add_block(call.viewer, call.path["playlist_id"], call.body, call.body.version)


def edit_block(call: Call) -> playlist_shapes.Playlist:
    return call.services.playlists.edit_block(call.viewer, call.path["playlist_id"], call.path["block_id"], call.body)


def delete_block(call: Call) -> playlist_shapes.Playlist:
    return call.services.playlists.remove_block(call.viewer, call.path["playlist_id"], call.path["block_id"], call.query["version"])


def order_blocks(call: Call) -> playlist_shapes.Playlist:
    return call.services.playlists.order_blocks(call.viewer, call.path["playlist_id"], call.body.ids, call.body.version)


def preview(call: Call) -> Answer:
    return Answer(body=call.services.block_previews.preview(call.viewer, call.body))


# --- chosen items


def entries(call: Call) -> Answer:
    return Answer(body=call.services.playlist_entries.browse(call.viewer, call.path["playlist_id"], call.page()))


def add_entries(call: Call) -> playlist_shapes.EntriesChanged:
    return call.services.playlist_choosing.add(call.viewer, call.path["playlist_id"], call.body)


def remove_entries(call: Call) -> playlist_shapes.EntriesChanged:
    return call.services.playlist_choosing.remove(call.viewer, call.path["playlist_id"], call.body)


def order_entries(call: Call) -> playlist_shapes.EntriesChanged:
    return call.services.playlist_choosing.order(call.viewer, call.path["playlist_id"], call.body)


def place(call: Call) -> playlist_shapes.Place:
    return call.services.playlist_entries.place(call.viewer, call.path["playlist_id"])


def put_place(call: Call) -> playlist_shapes.Place:
    drawn = secrets.randbelow(SEED_MAX + 1)
    return call.services.playlist_entries.put_place(call.viewer, call.path["playlist_id"], call.body, drawn)


def following(call: Call) -> playlist_shapes.NextEntry:
    query = call.query
    return call.services.playlist_entries.following(
        call.viewer, call.path["playlist_id"], query["entry_id"], shuffle=query["shuffle"], seed=query["seed"], back=query["back"]
    )


# --- files


def export(call: Call) -> Answer:
    found = call.services.playlist_files.export(call.viewer, call.path["playlist_id"])
    form = call.query["format"]
    body, media_type = (playlist_csv.write(found).encode(), CSV) if form == "csv" else (Answer.of(found).body, JSON)
    name = quote(found.name, safe="")
    headers = {"content-disposition": f"attachment; filename=\"playlist.{form}\"; filename*=UTF-8''{name}.{form}"}
    return Answer(body=body, media_type=media_type, headers={**headers, "cache-control": "no-store"})


async def bring(call: Call) -> playlist_shapes.ImportedPlaylist:
    """A long body, read when it is known who asks."""
    body = await read_body(call.request, LONG_LIMIT)

    def make() -> playlist_shapes.ImportedPlaylist:
        asked = decode_body(body, playlist_shapes.ImportPlaylist, required=True)
        return call.services.playlist_files.bring(call.viewer, asked)

    return await call.services.threads.write(make)
