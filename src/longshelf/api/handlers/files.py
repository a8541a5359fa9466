"""Bytes: media files, pages, book resources and thumbnails, each behind the same visibility check as the item itself."""

import os

from starlette.responses import Response

from longshelf.api.passing import unless_gone
from longshelf.api.route import Answer, Call
from longshelf.api.sending import has_picture, media_response, thumbnail
from longshelf.catalog.files import Place
from longshelf.errors import NotFound
from longshelf.media import pages
from longshelf.media.covers import Original
from longshelf.media.locate import Located, file_path, opened
from longshelf.media.ranges import Validators, plan, validators
from longshelf.media.remote_pictures import Pictured

IMMUTABLE = "private, max-age=31536000, immutable"
REVALIDATE = "private, no-cache"
PDF = "application/pdf"
PDF_WIDTH = 1_200  # pixels of a PDF page when nobody says
# Books carry markup of strangers: it may style and show itself, never run, submit or reach anything but its own server. `allow-same-origin`
# lets its pictures carry the reader's cookie; without `allow-scripts` nothing can make use of it.
BOOK_POLICY = (
    "sandbox allow-same-origin; default-src 'none'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
    "media-src 'self'; frame-ancestors 'self'"
)


async def media(call: Call) -> Response:
    place = await call.services.threads.read(call.services.files.place, call.viewer, call.path["item_id"])
    return await media_response(call, place, call.path.get("n", 0))


async def page(call: Call) -> Response:
    """A comic's page as it is in the archive, a PDF's drawn to width `w`."""
    place, number = await _located(call), call.path["n"]
    if place.files[0].mime == PDF:
        width = call.query["w"] or PDF_WIDTH
        return await _part(call, place, ("pdf", str(number), str(width)), pages.pdf_page, number, width)
    return await _part(call, place, ("page", str(number)), pages.comic_page, number)


async def spine(call: Call) -> Answer:
    place = await _located(call)
    return Answer.of(await call.services.decoders.run(pages.epub_spine, place))


async def resource(call: Call) -> Response:
    place, name = await _located(call), call.path["rest"]
    response = await _part(call, place, ("resource", name), pages.epub_resource, name)
    response.headers["content-security-policy"] = BOOK_POLICY
    return response


async def thumb(call: Call) -> Response:
    """Kept for ever by a client that asked for the version there is."""
    return await picture_response(call, await call.services.threads.read(call.services.files.picture, call.viewer, call.path["item_id"]))


async def picture_response(call: Call, place: Place | Pictured) -> Response:
    """The thumbnail of whatever has a picture, by the parameters `v` and `w`."""
    if not has_picture(place):
        raise NotFound("This item has no picture.")
    width = call.query["w"]
    tag = f'"{place.version}-{width}"'
    headers = {"etag": tag, "cache-control": IMMUTABLE if call.query["v"] == place.version else REVALIDATE}
    if call.request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    made = await unless_gone(call.request.receive, thumbnail(call, place, width))
    return Response(made.data, headers=headers, media_type="image/webp")


async def _located(call: Call) -> Located:
    return await call.services.threads.read(call.services.files.locate, call.viewer, call.path["item_id"])


async def _part(call: Call, place: Located, what: tuple[str, ...], make: object, *args: object) -> Response:
    """A part of the item's first file, made in a decoder process unless the client has it already."""
    state = await call.services.threads.read(_state, place, what)
    headers = {"etag": state.etag, "cache-control": REVALIDATE}
    conditions = {name: value for name, value in call.request.headers.items() if name == "if-none-match"}
    if plan(conditions, 1, state).status == 304:
        return Response(status_code=304, headers=headers)
    made: Original = await call.services.decoders.run(make, place, *args)  # type: ignore[arg-type]  # one of the three above
    return Response(made.data, headers=headers, media_type=made.mime)


def _state(place: Located, what: tuple[str, ...]) -> Validators:
    with opened(file_path(place)) as descriptor:
        found = os.fstat(descriptor)
    return validators(found.st_size, found.st_mtime_ns, *what)
