"""The least a Python server can do for the same page: Starlette answers bytes it holds already. `bench/http.py` runs it beside the real
one, so that a figure says how much of it is ours."""

import os

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

SIZE = "BENCH_PAGE_BYTES"
_page = b"x" * int(os.environ.get(SIZE, "50000"))


async def _answer(_request: Request) -> Response:
    return Response(_page, media_type="application/json")


app = Starlette(routes=[Route("/{rest:path}", _answer)])
