"""What only mirrored items have: previews, converted films, sprites, captions, scripts, what is seen at a marker; and how an item is best
played. Each behind the same visibility check as the item itself."""

from starlette.responses import Response

from longshelf.api.handlers.files import picture_response
from longshelf.api.passing import REVALIDATE, passed_on, text_of
from longshelf.api.route import Answer, Call
from longshelf.catalog.playing import Playback
from longshelf.errors import NotFound
from longshelf.media.mime import content_disposition
from longshelf.media.remote import Mirrored
from longshelf.sources.stash import media, media_texts
from longshelf.sources.stash.kinds import Remote

HLS, VTT = "application/vnd.apple.mpegurl", "text/vtt; charset=utf-8"


def playback(call: Call) -> Playback:
    return call.services.playing.of(call.viewer, call.path["item_id"])


async def stream(call: Call) -> Response:
    """Converted while it is watched, from `start` on."""
    place = await _scene(call)
    form = media.Format(call.query["format"])
    response = await passed_on(call, place, media.converted(place.remote_id, form, call.query["resolution"], call.query["start"]))
    if call.request.method == "HEAD":
        response.headers["content-type"] = f"video/{form}"
    return response


async def manifest(call: Call) -> Answer:
    """HLS, written anew: its pieces are at our addresses."""
    place, resolution = await _scene(call), call.query["resolution"]
    pieces = media_texts.pieces(await text_of(call, place.server, media.manifest(place.remote_id, resolution)))
    asked = f"?resolution={resolution}" if resolution else ""
    return _text(media_texts.manifest(pieces, lambda number: f"segment/{number}{asked}"), HLS)


async def segment(call: Call) -> Response:
    place = await _scene(call)
    return await passed_on(call, place, media.piece(place.remote_id, call.path["n"], call.query["resolution"]))


async def preview(call: Call) -> Response:
    place = await _scene(call)
    make = media.animation if call.query["format"] == "webp" else media.preview
    return await passed_on(call, place, make(place.remote_id))


async def sprite(call: Call) -> Response:
    place = await _scene(call)
    for fingerprint in place.fingerprints[:-1]:
        try:
            return await passed_on(call, place, media.sprite(fingerprint))
        except NotFound:
            continue
    return await passed_on(call, place, media.sprite(_last(place)))


async def sprite_places(call: Call) -> Answer:
    """WebVTT, written anew: it leads to our sprite."""
    place = await _scene(call)
    return _text(media_texts.sprite_places(await _places(call, place), "sprite"), VTT)


async def caption(call: Call) -> Answer:
    """Captions as WebVTT; they are numbered as in the item's playback."""
    place, number = await _scene(call), call.path["n"]
    if number >= len(place.captions):
        raise NotFound("There are no such captions.")
    address = media.caption(place.remote_id, *place.captions[number])
    return _text(media_texts.captions(await text_of(call, place.server, address)), VTT)


def chapters(call: Call) -> Answer:
    """Chapters and markers as WebVTT, from what is kept here: the server is not asked."""
    return _text(call.services.playing.chapters(call.viewer, call.path["item_id"]), VTT)


async def marker_picture(call: Call) -> Response:
    """Kept like a cover, once there is one."""
    return await picture_response(call, await _marker(call))


async def marker_preview(call: Call) -> Response:
    place = await _marker(call)
    return await passed_on(call, place, media.marker_animation(place.remote_id, call.path["marker"]))


async def marker_film(call: Call) -> Response:
    place = await _marker(call)
    return await passed_on(call, place, media.marker_film(place.remote_id, call.path["marker"]))


async def heatmap(call: Call) -> Response:
    place = await _interactive(call)
    return await passed_on(call, place, media.heatmap(place.remote_id))


async def script(call: Call) -> Response:
    place = await _interactive(call)
    response = await passed_on(call, place, media.script(place.remote_id))
    if response.status_code in {200, 206}:
        response.headers["content-type"] = "application/json"
        response.headers["content-disposition"] = content_disposition("script.funscript")
    return response


async def portrait(call: Call) -> Response:
    """The picture of an entity, kept like those of items."""
    place = await call.services.threads.read(call.services.portraits.place, call.viewer, call.path["entity_id"])
    return await picture_response(call, place)


async def back(call: Call) -> Response:
    """The other side of a group's cover."""
    return await picture_response(call, await call.services.threads.read(call.services.portraits.back, call.viewer, call.path["entity_id"]))


async def _marker(call: Call) -> Mirrored:
    """The film of a marker, which is the film's own."""
    return await call.services.threads.read(call.services.files.marker, call.viewer, call.path["item_id"], call.path["marker"])


async def _scene(call: Call) -> Mirrored:
    place = await call.services.threads.read(call.services.files.mirrored, call.viewer, call.path["item_id"])
    if place.kind is not Remote.SCENE:
        raise NotFound("Only films have this.")
    return place


async def _interactive(call: Call) -> Mirrored:
    place = await _scene(call)
    if not place.interactive:
        raise NotFound("There is no script of this film.")
    return place


async def _places(call: Call, place: Mirrored) -> str:
    for fingerprint in place.fingerprints[:-1]:
        try:
            return await text_of(call, place.server, media.sprite_places(fingerprint))
        except NotFound:
            continue
    return await text_of(call, place.server, media.sprite_places(_last(place)))


def _last(place: Mirrored) -> str:
    if not place.fingerprints:
        raise NotFound("There are no small pictures of this film.")
    return place.fingerprints[-1]


def _text(text: str, media_type: str) -> Answer:
    return Answer(body=text.encode(), media_type=media_type, headers={"cache-control": REVALIDATE})
