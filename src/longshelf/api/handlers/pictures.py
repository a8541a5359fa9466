"""Pictures of entities: shown, sent by an administrator, or taken from an item.

What is sent is decoded in a process of its own, like every picture of a stranger, and kept as a new one: neither its name nor anything
else in it is believed."""

from collections.abc import Awaitable, Callable

from starlette.responses import Response

from longshelf.api.handlers import proxy
from longshelf.api.handlers.files import IMMUTABLE, REVALIDATE
from longshelf.api.requests import read_upload
from longshelf.api.route import Answer, Call
from longshelf.api.sending import has_picture, thumbnail
from longshelf.catalog import shapes
from longshelf.errors import Invalid, NotFound, Unreadable
from longshelf.media.thumbnailing import WIDTHS, webp
from longshelf.model.kinds import EntityKind

LARGEST = WIDTHS[-1]  # pixels across: no page shows a larger one


async def portrait(call: Call) -> Response:
    """The picture that was given to an entity, or else the one of its server."""
    entity_id, threads = call.path["entity_id"], call.services.threads
    version = await threads.read(call.services.pictures.version, call.viewer, entity_id)
    if version is None:
        return await proxy.portrait(call)
    width = call.query["w"]
    tag = f'"{version}-{width}"'
    headers = {"etag": tag, "cache-control": IMMUTABLE if call.query["v"] == version else REVALIDATE}
    if call.request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)

    async def kept() -> bytes:
        return await threads.read(call.services.pictures.data, entity_id)

    made = await call.services.thumbnails.of_bytes(f"given {entity_id}", version, width, kept)
    return Response(made.data, headers=headers, media_type="image/webp")


def upload(kind: EntityKind) -> Callable[[Call], Awaitable[Answer]]:
    """A picture of one's own. Whether the entity is there is found out before anything is read."""

    async def handler(call: Call) -> Answer:
        pictures, entity_id = call.services.pictures, call.path["entity_id"]
        await call.services.threads.read(pictures.require, call.viewer, kind, entity_id)
        sent = await read_upload(call.request)
        try:
            made = await call.services.decoders.run(webp, sent, LARGEST)
        except Unreadable as error:
            raise Invalid("image", str(error)) from None
        return Answer.of(await call.services.threads.write(pictures.put, call.viewer, kind, entity_id, made))

    return handler


def from_item(kind: EntityKind) -> Callable[[Call], Awaitable[Answer]]:
    """The cover of an item the administrator sees, as it is now."""

    async def handler(call: Call) -> Answer:
        pictures, entity_id = call.services.pictures, call.path["entity_id"]
        await call.services.threads.read(pictures.require, call.viewer, kind, entity_id)
        place = await call.services.threads.read(call.services.files.picture, call.viewer, call.body.item_id)
        if not has_picture(place):
            raise NotFound("This item has no picture.")
        made = await thumbnail(call, place, LARGEST)
        shown: shapes.Entity = await call.services.threads.write(pictures.put, call.viewer, kind, entity_id, made.data)
        return Answer.of(shown)

    return handler


def remove(kind: EntityKind) -> Callable[[Call], None]:
    """The source's own shows again."""

    def handler(call: Call) -> None:
        call.services.pictures.remove(call.viewer, kind, call.path["entity_id"])

    return handler
