"""Screens: what players ask and say. They are known by their code alone."""

from functools import partial

import msgspec
from starlette.responses import Response, StreamingResponse

from longshelf.api.handlers import files, proxy
from longshelf.api.handlers.events import EVENT_STREAM
from longshelf.api.route import Answer, Call
from longshelf.displays import shapes

FRESH = {"cache-control": "no-store"}


def new(call: Call) -> shapes.NewScreen:
    return call.services.screens.new(_address(call))


def one(call: Call) -> Answer:
    return Answer.of(call.services.screens.screen(call.path["code"], _address(call)), headers=FRESH)


async def stream(call: Call) -> Response:
    """`X-Accel-Buffering` keeps nginx from collecting events."""
    services = call.services
    row = await services.threads.read(services.screens.row, call.path["code"], _address(call))
    chunks = services.screen_feed.listen(row.id, partial(services.screens.told, row.id))
    return StreamingResponse(chunks, media_type=EVENT_STREAM, headers={**FRESH, "x-accel-buffering": "no"})


def played(call: Call) -> shapes.Acknowledged:
    return call.services.screens.played(call.path["code"], _address(call), call.body)


def at(call: Call) -> shapes.Acknowledged:
    return call.services.screens.at(call.path["code"], _address(call), call.body)


async def media(call: Call) -> Response:
    """As for somebody who is signed in, as whom the display plays."""
    seen = await _as_person(call)
    return await files.media(msgspec.structs.replace(seen, path={**seen.path, "n": call.query["n"]}))


async def converted(call: Call) -> Response:
    """As `media`, of a film on another server, in another form."""
    return await proxy.stream(await _as_person(call))


async def thumb(call: Call) -> Response:
    return await files.thumb(await _as_person(call))


async def _as_person(call: Call) -> Call:
    screens = call.services.screens
    person = await call.services.threads.read(screens.person, call.path["code"], _address(call), call.path["item_id"])
    return msgspec.structs.replace(call, viewer=person)


def _address(call: Call) -> str:
    return call.services.proxies.address(call.request)
