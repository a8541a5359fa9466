"""Live events as a stream: `hello`, then `job` (for administrators) and `library` as things happen."""

from starlette.responses import Response, StreamingResponse

from longshelf.api.route import Call

EVENT_STREAM = "text/event-stream"


async def stream(call: Call) -> Response:
    """`X-Accel-Buffering` keeps nginx from collecting events."""
    last_id = call.request.headers.get("last-event-id", "") or call.query["last_event_id"] or ""
    chunks = call.services.events.listen(last_id, jobs=call.viewer.admin, within=lambda: call.services.libraries.known(call.viewer))
    return StreamingResponse(chunks, media_type=EVENT_STREAM, headers={"cache-control": "no-store", "x-accel-buffering": "no"})
