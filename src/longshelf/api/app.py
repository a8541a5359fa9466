"""The ASGI application: finds the row of the route table, adds what every answer carries, and leaves everything else to the UI.

A path is looked up by its shape (numbers become `#`, the code of a screen `@`), so finding a route costs the same with ten as with a
thousand."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from longshelf.api.dispatch import Served, answer
from longshelf.api.problems import Refusal, respond
from longshelf.api.replies import Reply, hardened
from longshelf.api.route import Route
from longshelf.api.services import Services
from longshelf.api.ui import WebUi
from longshelf.errors import NotFound

OURS = ("api", "media", "thumb", "healthz", "readyz")  # first segments that are never the UI's
_NUMBERS = re.compile(r"(?<=/)[0-9]{1,18}(?=/|$)")
_NAMES = re.compile(r"\{(\w+)\}")
_CODE = re.compile(r"(?<=^/api/screens/)[A-Za-z0-9-]{1,40}(?=/|$)")
_REST = "{rest}"


class Routes:
    """The table, ready to be asked."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._exact: dict[str, dict[str, Served]] = {}
        self._open: dict[str, dict[str, Served]] = {}  # shapes that end in {rest}, by what stands before it
        for route in routes:
            shape = _NAMES.sub("#", route.path.removesuffix(_REST).replace("{code}", "@"))
            table = self._open if route.path.endswith(_REST) else self._exact
            table.setdefault(shape, {})[route.method] = Served(route)

    def find(self, method: str, path: str) -> tuple[Served, dict[str, Any]]:
        """The route and the values in its path. NotFound; Refusal 405 with the methods there are."""
        methods, rest = self._methods(path)
        if methods is None:
            raise NotFound("There is nothing at this address.")
        served = methods.get("GET" if method == "HEAD" else method)
        if served is None:
            allowed = sorted({*methods, *(["HEAD"] if "GET" in methods else [])})
            raise Refusal(405, "method_not_allowed", "Not this method", f"Use {', '.join(allowed)}.", {"allow": ", ".join(allowed)})
        if not served.names:
            return served, {}
        head = path[: len(path) - len(rest)]
        code = _CODE.search(head) if "code" in served.names else None
        told = [code[0]] if code is not None else []
        numbers = map(int, _NUMBERS.findall(_CODE.sub("@", head)))
        values: dict[str, Any] = dict(zip(served.names, (*told, *numbers), strict=False))
        return served, {**values, "rest": rest} if rest else values

    def _methods(self, path: str) -> tuple[dict[str, Served] | None, str]:
        exact = self._exact.get(_NUMBERS.sub("#", _CODE.sub("@", path)))
        if exact is not None:
            return exact, ""
        for shape, methods in self._open.items():
            found = re.match(shape.replace("#", "[0-9]{1,18}"), path)
            if found and found.end() < len(path):
                return methods, path[found.end() :]
        return None, ""


class Application:
    """`services` gives what handlers work with; it is asked once a request, after start-up."""

    def __init__(self, routes: Iterable[Route], services: Callable[[], Services], ui: WebUi) -> None:
        self._routes = Routes(routes)
        self._services = services
        self._ui = ui

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1000})
            return
        response = await self._answer(Request(scope, receive))
        with_body = scope["method"] != "HEAD"
        if isinstance(response, Reply):
            await response.send(send, with_body=with_body)
        else:
            await (response if with_body else _without_body(response))(scope, receive, hardened(send))

    async def _answer(self, request: Request) -> Reply | Response:
        path = request.scope["path"]
        try:
            services = self._services()
            path = _below(services.root_path, path)
            if path.lstrip("/").partition("/")[0] in OURS:
                served, values = self._routes.find(request.method, path)
                return await answer(served, values, request, services)
            return self._page(request, path)
        except Exception as error:  # the boundary for what goes wrong before a route is found
            return respond(error, path)

    def _page(self, request: Request, path: str) -> Response:
        if request.method not in {"GET", "HEAD"}:
            raise Refusal(405, "method_not_allowed", "Not this method", "Use GET.", {"allow": "GET, HEAD"})
        found = self._ui.respond(path.lstrip("/"), request.headers)
        if found is None:
            raise NotFound("There is nothing at this address.")
        return found


def _below(root_path: str, path: str) -> str:
    return path.removeprefix(root_path) if root_path and path.startswith(root_path + "/") else path


def _without_body(response: Response) -> Response:
    """The same headers, Content-Length of what a GET would send included, and no body."""
    if not hasattr(response, "body_iterator"):
        response.body = b""
    return response
