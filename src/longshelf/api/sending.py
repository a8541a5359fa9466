"""Files over HTTP: whole or in ranges, with conditions, by name. What to send is planned by `media/ranges.py`; here it is read and sent, a
chunk at a time, and never by the event loop. Files on a remote server are passed on by `api/passing.py`; whoever has a place need not know
which it is."""

import os
import secrets
from collections.abc import Iterator

import msgspec
from starlette.responses import Response, StreamingResponse

from longshelf.api.passing import PICTURE_LIMIT, passed_on
from longshelf.api.route import Call
from longshelf.catalog.files import Place
from longshelf.errors import NotFound
from longshelf.media.locate import Located, file_path, opened
from longshelf.media.mime import UNKNOWN, content_disposition, is_passive
from longshelf.media.ranges import Plan, Validators, multipart_length, part_head, part_tail, plan, validators
from longshelf.media.remote import Mirrored
from longshelf.media.remote_pictures import Pictured
from longshelf.media.thumbs import Thumbnail
from longshelf.sources.stash import media
from longshelf.sources.stash.kinds import Remote
from longshelf.sources.stash.media import Address

CHUNK = 512 * 1024  # bytes read at once: a hundred streams hold 50 MB


class _Found(msgspec.Struct, frozen=True):
    """An open-able file and what to send of it."""

    path: bytes
    name: str
    mime: str
    state: Validators
    plan: Plan


async def media_response(call: Call, place: Place, index: int) -> Response:
    """File `index` of an item, wherever it is. The parameter `download`, where the route has it, makes it one to keep."""
    if isinstance(place, Located):
        return await file_response(call, place, index)
    if index:
        raise NotFound("no such file")
    address = media.film(place.remote_id) if place.kind is Remote.SCENE else media.image(place.remote_id)
    name = place.name or f"{place.kind} {place.remote_id}"
    return await passed_on(call, place, address, name=name, download=_download(call))


def has_picture(place: Place | Pictured) -> bool:
    """Whether there is a thumbnail to ask for."""
    return place.cover is not None if isinstance(place, Located) else bool(place.version)


async def thumbnail(call: Call, place: Place | Pictured, width: int) -> Thumbnail:
    """The picture of an item, wherever it is, made small; from the cache when it was asked for before."""
    thumbnails, relays = call.services.thumbnails, call.services.relays
    if isinstance(place, Located):
        return await thumbnails.thumbnail(place, width)
    if isinstance(place, Pictured):
        return await thumbnails.of_bytes(place.owner, place.version, width, lambda: call.services.remote_pictures.fetch(place))
    address = place.picture or _usual(place)
    return await thumbnails.of_bytes(place.owner, place.version, width, lambda: relays.fetch(place.server, address, PICTURE_LIMIT))


def _usual(place: Mirrored) -> Address:
    return media.portrait(place.kind, place.remote_id) if place.kind in media.PORTRAITS else media.still(place.kind, place.remote_id)


async def file_response(call: Call, place: Located, index: int) -> Response:
    """File `index` of the item. Conditions and ranges as RFC 9110 has them; HEAD gets the same headers."""
    found = await call.services.threads.read(_find, place, index, dict(call.request.headers))
    headers = _headers(found, download=_download(call))
    boundary = secrets.token_hex(12)
    status = found.plan.status
    if status not in {200, 206}:
        if found.plan.content_range:
            headers["content-range"] = found.plan.content_range
        return Response(status_code=status, headers=headers)
    media_type = found.mime
    if len(found.plan.spans) > 1:
        media_type = f"multipart/byteranges; boundary={boundary}"
        headers["content-length"] = str(multipart_length(boundary, found.mime, found.plan))
    else:
        headers["content-length"] = str(sum(span.length for span in found.plan.spans))
        if status == 206:
            headers["content-range"] = found.plan.content_range
    headers["content-type"] = media_type
    if call.request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    return StreamingResponse(call.services.threads.iterate(_chunks(found, boundary)), status, headers)


def _download(call: Call) -> bool:
    return bool(call.query.get("download"))


def _find(place: Located, index: int, headers: dict[str, str]) -> _Found:
    path = file_path(place, index)
    record = place.files[index]
    with opened(path) as descriptor:
        status = os.fstat(descriptor)
    state = validators(status.st_size, status.st_mtime_ns)
    name = record.path.rpartition(b"/")[2].decode("utf-8", "replace")
    return _Found(path, name, record.mime or UNKNOWN, state, plan(headers, status.st_size, state))


def _headers(found: _Found, *, download: bool) -> dict[str, str]:
    inline = is_passive(found.mime) and not download
    return {
        "etag": found.state.etag,
        "last-modified": found.state.last_modified,
        "accept-ranges": "bytes",
        "cache-control": "private, no-cache",
        "content-disposition": content_disposition(found.name, inline=inline),
    }


def _chunks(found: _Found, boundary: str) -> Iterator[bytes]:
    """The planned bytes. A file that was replaced meanwhile ends the answer early: the client sees that it is short."""
    several = len(found.plan.spans) > 1
    with opened(found.path) as descriptor:
        status = os.fstat(descriptor)
        if validators(status.st_size, status.st_mtime_ns) != found.state:
            raise NotFound("The file has changed.")
        for span in found.plan.spans:
            if several:
                yield part_head(boundary, found.mime, span, found.plan.size)
            place = span.start
            while place < span.stop:
                data = os.pread(descriptor, min(CHUNK, span.stop - place), place)
                if not data:
                    raise NotFound("The file has become shorter.")
                place += len(data)
                yield data
        if several:
            yield part_tail(boundary)
