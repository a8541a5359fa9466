"""One request, from the route table's row to the answer: who asks, what exactly, the handler, and the form the answer goes out in.

The rule: closed by default. A route is nobody's unless its row says `public`, and no handler sees a value its row does not declare."""

import hashlib
import inspect
import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from longshelf.api import compression
from longshelf.api.asking import credentials
from longshelf.api.problems import respond
from longshelf.api.questions import KEPT_LENGTH, Question, Questions
from longshelf.api.replies import Reply, headed
from longshelf.api.requests import check_origin, decode_body, header, read_body
from longshelf.api.route import Access, Answer, Call, Result, Route
from longshelf.api.services import Services
from longshelf.errors import LongshelfError, NotAllowed
from longshelf.model.viewer import NOBODY, Viewer

CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_NAMES = re.compile(r"\{(\w+)\}")


class Served:
    """A route, and what is found out about it once."""

    def __init__(self, route: Route) -> None:
        self.route = route
        self.names = _NAMES.findall(route.path)
        self.questions = Questions(route.params, ignoring=route.ignores_unknown)
        self.waits = inspect.iscoroutinefunction(route.handler)
        self.changes = route.method in CHANGES
        self.scope = route.scope


async def answer(served: Served, path: Mapping[str, Any], request: Request, services: Services) -> Reply | Response:
    """The response to one request, whatever happens: every failure becomes a problem."""
    try:
        if served.route.prompt and len(request.scope["query_string"]) <= KEPT_LENGTH:
            return await _paced(served, path, request, services)
        body = await read_body(request) if served.route.body is not None and not served.route.long else b""
        run = services.threads.write if served.changes else services.threads.read
        if served.waits:
            call = await run(_call, served, path, request, services, body)
            return await run(_response, await served.route.handler(call), served.route, request)  # type: ignore[misc]  # it is async
        return await run(_handled, served, path, request, services, body)
    except Exception as error:  # the boundary: the one place that turns failures into answers
        return respond(error, request.url.path)


async def _paced(served: Served, path: Mapping[str, Any], request: Request, services: Services) -> Reply | Response:
    """On the event loop where that is quick. Nobody is told what is wrong with a question before he has said who he is: reading it here
    changes nothing, because it is read again where it fails."""
    try:
        question = served.questions.read(request.scope["query_string"])
        far = question.far
    except LongshelfError:
        return await services.threads.read(_handled, served, path, request, services, b"")

    def work() -> Reply | Response:
        return _handled(served, path, request, services, b"", question=question)

    return await services.pace.run(question.asked.quick, far, work, services.threads.read)


def _handled(
    served: Served, path: Mapping[str, Any], request: Request, services: Services, body: bytes, *, question: Question | None = None
) -> Reply | Response:
    """Everything that may block, in one visit to the thread pool."""
    call = _call(served, path, request, services, body, question=question)
    return _response(served.route.handler(call), served.route, request)  # type: ignore[arg-type]  # async handlers went the other way


def _call(
    served: Served, path: Mapping[str, Any], request: Request, services: Services, body: bytes, *, question: Question | None = None
) -> Call:
    route = served.route
    viewer = _viewer(served, request, services)
    question = question or served.questions.read(request.scope["query_string"])
    decoded = decode_body(body, route.body, required=route.body_required) if route.body is not None and not route.long else None
    return Call(request=request, services=services, viewer=viewer, path=path, question=question, body=decoded)


def _viewer(served: Served, request: Request, services: Services) -> Viewer:
    """Who asks. Without a valid session, key or word of a proxy only public routes answer; what his key is not good for is refused, and
    only an administrator passes where one is needed."""
    route, known_by = served.route, credentials(request, services)
    if served.changes:
        check_origin(request, services.proxies.host(request), ambient=known_by.ambient)
    if route.access is Access.PUBLIC:
        return NOBODY
    viewer = known_by.viewer(services)
    if not viewer.known:
        raise services.accounts.refused()
    if not viewer.scope.includes(served.scope):
        raise NotAllowed(f"This API key is good for {viewer.scope} only; this needs one for {served.scope}.")
    if route.access is Access.ADMIN and not viewer.admin:
        raise NotAllowed("Only an administrator may do this.")
    return viewer


def _response(result: Result, route: Route, request: Request) -> Reply | Response:
    if isinstance(result, Response):
        return result
    if result is None:
        return Reply(204, headed({"cache-control": "no-store"}), b"")
    found = result if isinstance(result, Answer) else Answer.of(result, status=route.status)
    return _sent(found, request)


def _sent(found: Answer, request: Request) -> Reply:
    """An answer in memory: revalidated by its name or its own bytes, compressed when it is worth it."""
    headers = headed(found.headers)
    if request.method in {"GET", "HEAD"} and found.status == 200 and "no-store" not in found.headers.get("cache-control", ""):
        tag = found.tag or hashlib.blake2b(_bytes(found), digest_size=12).hexdigest()
        headers.append((b"etag", f'W/"{tag}"'.encode()))
        if _known(header(request, b"if-none-match"), tag):
            return Reply(304, headers, b"")
    body = _bytes(found)
    if len(body) >= compression.SMALL:
        codec = compression.choose(header(request, b"accept-encoding"))
        if codec is not None:
            body = compression.CODECS[codec](body)
            headers.append((b"content-encoding", codec.encode()))
    if found.status != 204:
        headers += [(b"content-length", str(len(body)).encode()), (b"content-type", found.media_type.encode())]
    return Reply(found.status, headers, body)


def _bytes(found: Answer) -> bytes:
    return found.body() if callable(found.body) else found.body


def _known(if_none_match: str, tag: str) -> bool:
    """Weak comparison, as RFC 9110 §13.1.2 asks."""
    if not if_none_match:
        return False
    if if_none_match.strip() == "*":
        return True
    return any(part.strip().removeprefix("W/") == f'"{tag}"' for part in if_none_match.split(","))
