"""Live events as a stream (text/event-stream): `hello`, then `job` and `library` as things happen."""

from starlette.responses import Response

from longshelf.api.route import Call


async def stream(call: Call) -> Response:
    raise NotImplementedError
