"""The web server of the pretended Stash: GraphQL, media and the health check, behind Stash's own way of letting people in.

The rules of the door: a key in the header `ApiKey` or in `?apikey=`; a wrong one is 401; none is 401 for `/graphql` and for names with an
ending, but 302 to `/login` for all others, which are most media. A server without a key that sees a public address in `X-Forwarded-For`
answers 403 to everything from then on."""

import ipaddress
import posixpath

import msgspec
from starlette.applications import Starlette
from starlette.datastructures import Headers, QueryParams
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from longshelf.demo.stash.answering import Answering
from longshelf.demo.stash.media_routes import media_routes
from longshelf.demo.stash.subscriptions import Subscriptions

OPEN_PATHS = ("/healthz", "/login")
CARRIER_GRADE = ipaddress.ip_network("100.64.0.0/10")
GZIP_LEVEL = 1


def create_app(answering: Answering, subscriptions: Subscriptions | None = None) -> Starlette:
    """The application over one world."""
    gzip = Middleware(GZipMiddleware, minimum_size=512, compresslevel=GZIP_LEVEL)
    routes: list[BaseRoute] = [
        Route("/healthz", _health),
        Route("/login", _login),
        Route("/graphql", _Graphql(answering).answer, methods=["GET", "POST"], middleware=[gzip]),
        WebSocketRoute("/graphql", (subscriptions or Subscriptions(answering)).answer),
        *media_routes(answering),
    ]
    door = Middleware(_Door, answering=answering)
    return Starlette(routes=routes, middleware=[door])


def base_of(headers: Headers, host: str) -> str:
    """How the client named this server: links are built from it."""
    prefix = headers.get("x-forwarded-prefix", "").rstrip("/")
    return f"{headers.get('x-forwarded-proto', 'http')}://{headers.get('host', host)}{prefix}"


class _Graphql:
    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    async def answer(self, request: Request) -> Response:
        try:
            body = await _question(request)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return _json(400, {"errors": [{"message": f"json request body could not be decoded: {error}"}], "data": None})
        reply = self._answering.answer(body, base_of(request.headers, "127.0.0.1"))
        return _json(reply.status, reply.body)


async def _question(request: Request) -> dict[str, object]:
    if request.method == "GET":
        asked: dict[str, object] = dict(request.query_params)
        variables = request.query_params.get("variables")
        return asked | ({"variables": msgspec.json.decode(variables)} if variables else {})
    return msgspec.json.decode(await request.body(), type=dict[str, object])


def _json(status: int, body: object) -> Response:
    return Response(msgspec.json.encode(body), status, {"Cache-Control": "no-store"}, "application/json")


class _Door:
    """Who may come in."""

    def __init__(self, app: ASGIApp, answering: Answering) -> None:
        self._app = app
        self._answering = answering
        self._tripped = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await refusal(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers, path = Headers(scope=scope), scope["path"]
        if path in OPEN_PATHS:
            return None
        key = self._answering.api_key
        if not key:
            return self._public_access(headers)
        given = headers.get("apikey") or QueryParams(scope["query_string"]).get("apikey")
        if given == key:
            return None
        if given or path == "/graphql" or posixpath.splitext(path)[1]:
            return Response(status_code=401, headers={"WWW-Authenticate": "FormBased"})
        return RedirectResponse(f"/login?returnURL={path}", 302)

    def _public_access(self, headers: Headers) -> Response | None:
        forwarded = [part.strip() for part in headers.get("x-forwarded-for", "").split(",") if part.strip()]
        self._tripped = self._tripped or any(map(_is_public, forwarded))
        return PlainTextResponse("Stash is exposed to the public internet without a password", 403) if self._tripped else None


def _is_public(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return True
    return not (parsed.is_private or parsed.is_loopback or parsed.is_link_local or (parsed.version == 4 and parsed in CARRIER_GRADE))


async def _health(_request: Request) -> Response:
    return PlainTextResponse("")


async def _login(_request: Request) -> Response:
    return Response(
        "<!doctype html><title>Login</title><form method=post><input name=username><input name=password></form>", media_type="text/html"
    )
