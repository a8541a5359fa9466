"""Bytes: media files, pages, book resources and thumbnails, each behind the same visibility check as the item."""

from starlette.responses import Response

from longshelf.api.route import Call


def media(call: Call) -> Response:
    raise NotImplementedError
def page(call: Call) -> Response:
    raise NotImplementedError
def resource(call: Call) -> Response:
    raise NotImplementedError
def thumb(call: Call) -> Response:
    raise NotImplementedError
