"""Live events as a stream: `hello`, then `library`, and for administrators `job`, `display` and `displays`, as things happen."""

from functools import partial

from starlette.responses import Response, StreamingResponse

from longshelf.api.asking import credentials
from longshelf.api.events import Hears
from longshelf.api.route import Call

EVENT_STREAM = "text/event-stream"


async def stream(call: Call) -> Response:
    """`X-Accel-Buffering` keeps nginx from collecting events."""
    last_id = call.request.headers.get("last-event-id", "") or call.query["last_event_id"] or ""
    chunks = call.services.events.listen(last_id, lambda: _hears(call))
    return StreamingResponse(chunks, media_type=EVENT_STREAM, headers={"cache-control": "no-store", "x-accel-buffering": "no"})


def _hears(call: Call) -> Hears | None:
    """As he may now: his session or key may be over, and his rights may be others."""
    viewer = credentials(call.request, call.services).viewer(call.services)
    displays = partial(call.services.board.of_ids, viewer) if viewer.admin else None
    return Hears(viewer.admin, call.services.libraries.known(viewer), displays) if viewer.known else None
