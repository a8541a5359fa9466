"""One request, from the route table's row to the answer: who asks, what exactly, the handler, and the form the answer goes out in.

The rule: closed by default. A route is nobody's unless its row says `public`, and no handler sees a value its row does not declare."""

import hashlib
import inspect
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from longshelf.api import compression
from longshelf.api.problems import respond
from longshelf.api.requests import QUERY_LIMIT, SESSION_COOKIE, check_origin, cookie, decode_body, read_body, read_query
from longshelf.api.route import Access, Answer, Call, Result, Route
from longshelf.api.services import Services
from longshelf.errors import BadQuery, NotAllowed
from longshelf.model.viewer import NOBODY, Viewer

CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


async def answer(route: Route, path: Mapping[str, Any], request: Request, services: Services) -> Response:
    """The response to one request, whatever happens: every failure becomes a problem."""
    try:
        body = await read_body(request) if route.body is not None else b""
        threads = services.threads
        run = threads.write if route.method in CHANGES else threads.read
        if inspect.iscoroutinefunction(route.handler):
            call = await run(_call, route, path, request, services, body)
            return await run(_response, await route.handler(call), route, request)
        return await run(_handled, route, path, request, services, body)
    except Exception as error:  # the boundary: the one place that turns failures into answers
        return respond(error, request.url.path)


def _handled(route: Route, path: Mapping[str, Any], request: Request, services: Services, body: bytes) -> Response:
    """Everything that may block, in one visit to the thread pool."""
    call = _call(route, path, request, services, body)
    return _response(route.handler(call), route, request)  # type: ignore[arg-type]  # async handlers went the other way


def _call(route: Route, path: Mapping[str, Any], request: Request, services: Services, body: bytes) -> Call:
    viewer = _viewer(route, request, services)
    if len(request.url.query) > QUERY_LIMIT:
        raise BadQuery("", f"a query string has at most {QUERY_LIMIT} characters")
    pairs = tuple(request.query_params.multi_items())
    query = read_query(route.params, pairs)
    decoded = decode_body(body, route.body, required=route.body_required) if route.body is not None else None
    return Call(request=request, services=services, viewer=viewer, path=path, query=query, body=decoded, pairs=pairs)


def _viewer(route: Route, request: Request, services: Services) -> Viewer:
    """Who asks. Without a valid session or key only public routes answer, and only an administrator passes where one is needed."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    by_key = scheme.lower() == "bearer" and bool(key.strip())
    session = None if by_key else cookie(request.headers, SESSION_COOKIE)
    if route.method in CHANGES:
        check_origin(request, by_cookie=session is not None)
    if route.access is Access.PUBLIC:
        return NOBODY
    viewer = NOBODY
    if by_key:
        viewer = services.accounts.by_key(key.strip())
    elif session is not None:
        viewer = services.accounts.by_session(session)
    if not viewer.known:
        raise services.accounts.refused()
    if route.access is Access.ADMIN and not viewer.admin:
        raise NotAllowed("Only an administrator may do this.")
    return viewer


def _response(result: Result, route: Route, request: Request) -> Response:
    if isinstance(result, Response):
        return result
    if result is None:
        return Response(status_code=204, headers={"cache-control": "no-store"})
    found = result if isinstance(result, Answer) else Answer.of(result, status=route.status)
    return _sent(found, request)


def _sent(found: Answer, request: Request) -> Response:
    """An answer in memory: revalidated by its own bytes, compressed when it is worth it."""
    headers = {"cache-control": "private, no-cache", "vary": "accept-encoding, cookie, authorization", **found.headers}
    body = found.body
    if request.method in {"GET", "HEAD"} and found.status == 200 and "no-store" not in headers["cache-control"]:
        etag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        headers["etag"] = etag
        if _known(request.headers.get("if-none-match", ""), etag):
            return Response(status_code=304, headers=headers)
    if len(body) >= compression.SMALL:
        codec = compression.choose(request.headers.get("accept-encoding", ""))
        if codec is not None:
            body = compression.CODECS[codec](body)
            headers["content-encoding"] = codec
    return Response(body, found.status, headers, found.media_type)


def _known(if_none_match: str, etag: str) -> bool:
    """Weak comparison, as RFC 9110 §13.1.2 asks."""
    if if_none_match.strip() == "*":
        return True
    bare = etag.removeprefix("W/")
    return any(part.strip().removeprefix("W/") == bare for part in if_none_match.split(","))
