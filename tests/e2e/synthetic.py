"""A pretend Longshelf of ten million items that exist only as arithmetic: item `n` of a result is `n * step`, and each filter
multiplies the step. It answers the part of the HTTP API the browse page uses, at once and anywhere, so that what is measured is the UI.

`POST /control` changes its manners while it runs: `{"latency": seconds}`, `{"snapshot": "…"}`, `{"job": {…}}`, `{"failing": true}`."""

import asyncio
import io
import json
import os
import re
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageColor, ImageDraw, ImageFilter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

TOTAL = int(os.environ.get("SYNTHETIC_TOTAL", "10000000"))
DIST = Path(os.environ.get("WEB_DIST") or Path(__file__).parents[2] / "src" / "longshelf" / "web_dist")
KINDS = ("book", "video", "comic", "audiobook", "image", "track", "post")
SORTS = (
    "added",
    "created",
    "updated",
    "date",
    "title",
    "duration",
    "size",
    "pages",
    "rating",
    "width",
    "height",
    "series",
    "my_rating",
    "last_played",
    "progress",
    "play_count",
    "random",
    "id",
)
FACETS = ("kind", "library", "tag", "genre", "person", "series", "studio", "publisher", "group", "gallery", "year", "format")
FIRST = ("Quiet", "Amber", "Northern", "Hollow", "Paper", "Silver", "Distant", "Crimson", "Last", "Winter", "Glass", "Open", "Salt")
SECOND = ("Harbour", "Orchard", "Meridian", "Lanterns", "Rivers", "Archive", "Gardens", "Signal", "Mountain", "Letters", "Tide")
NAMES = ("Mara Lindqvist", "Theo Okafor", "Ines Calder", "Jun Watanabe", "Lena Brandt", "Omar Haddad", "Priya Nair", "Sam Whitlock")
VARIANTS = 60
STREAM_SECONDS = 60  # then the browser has to reconnect


class Manners:
    """How the server behaves right now; tests change it."""

    latency = 0.0
    snapshot = "1"
    failing = False
    events: tuple[tuple[str, dict[str, Any]], ...] = ()


manners = Manners()


def step_of(request: Request) -> int:
    """How sparse the result is: every filter keeps one item in a few."""
    step = 1
    for facet in FACETS:
        values = [value for value in request.query_params.getlist(facet) if not value.startswith("-")]
        if values:
            step *= min(_sparsity(facet, value) for value in values)
        for value in request.query_params.getlist(f"{facet}_all"):
            step *= _sparsity(facet, value)
    if request.query_params.get("q"):
        step *= 37
    if request.query_params.get("favorite") == "true":
        step *= 9
    return step


def _sparsity(facet: str, value: str) -> int:
    number = sum(map(ord, value)) if not value.isdigit() else int(value)
    return 2 + number % 11 + FACETS.index(facet) % 3


def total_of(request: Request) -> int:
    return 0 if request.query_params.get("q") == "nothing" else TOTAL // step_of(request)


def card(number: int) -> dict[str, Any]:
    kind = KINDS[(number * 7 + number // 13) % len(KINDS)]
    timed = kind in {"video", "audiobook", "track"}
    paged = kind in {"book", "comic"}
    variant = number * 31 % VARIANTS
    author = NAMES[number % len(NAMES)]
    return {
        "id": number,
        "library_id": 1 + number % 3,
        "kind": kind,
        "title": f"{FIRST[number * 5 % len(FIRST)]} {SECOND[number * 3 % len(SECOND)]} {number:,}",
        "subtitle": author,
        "date": f"{2024 - number * 60 // TOTAL}-0{1 + number % 9}-1{number % 10}",
        "added_at": "2024-05-01T10:00:00Z",
        "created_at": None,
        "updated_at": "2024-05-01T10:00:00Z",
        "duration": 60.0 + number % 9000 if timed else None,
        "width": 1920,
        "height": 1080,
        "size": 10_000_000 + number % 900_000_000,
        "pages": 20 + number % 600 if paged else None,
        "rating": number % 101,
        "age_rating": None,
        "cover": None if number % 23 == 7 else f"thumb/{number}?v={variant}",
        "color": _colour(variant),
        "links": [{"id": 1 + number % 8, "kind": "person", "name": author, "role": "author", "position": None}],
        "me": {
            "rating": None,
            "favorite": number % 17 == 3,
            "progress": 0.4 if number % 11 == 5 else None,
            "play_count": 0,
            "last_played_at": None,
            "hidden": False,
        },
    }


async def items(request: Request) -> Response:
    await asyncio.sleep(manners.latency)
    if manners.failing:
        return problem(503, "The library is being rebuilt")
    params = request.query_params
    if params.get("sort", "added") not in SORTS:
        return problem(400, f"unknown sort {params['sort']!r}")
    size = int(params.get("page_size", 50))
    total = total_of(request)
    start = _start(params.get("cursor"), params.get("offset"), params.get("page"), size)
    step = step_of(request)
    page = [card(number * step) for number in range(start, min(start + size, total))]
    return JSONResponse({"items": page, "pagination": pagination(start, size, total), "snapshot": manners.snapshot})


def _start(cursor: str | None, offset: str | None, page: str | None, size: int) -> int:
    if cursor is not None:
        return int(cursor.removeprefix("at-"))
    return int(offset) if offset is not None else (int(page or 1) - 1) * size


def pagination(start: int, size: int, total: int) -> dict[str, Any]:
    page = start // size + 1
    more = start + size < total
    return {
        "page": page,
        "page_size": size,
        "total_count": total,
        "total_is_estimate": False,
        "total_pages": -(-total // size),
        "has_next": more,
        "has_previous": start > 0,
        "has_more": more,
        "next_page": page + 1 if more else None,
        "next_cursor": f"at-{start + size}" if more else None,
        "prev_cursor": f"at-{max(0, start - size)}" if start > 0 else None,
    }


async def rail(request: Request) -> Response:
    total = total_of(request)
    labels = {
        "title": [chr(ord("A") + n) for n in range(26)],
        "date": [str(2024 - n) for n in range(60)],
        "random": [],
    }.get(request.query_params.get("sort", "added"), [f"{month} {year}" for year in range(2024, 2015, -1) for month in ("Oct", "Apr")])
    marks = [{"pos": total * n // len(labels), "label": label} for n, label in enumerate(labels)]
    return JSONResponse({"total": total, "marks": marks})


async def facets(request: Request) -> Response:
    total = total_of(request)
    limit = int(request.query_params.get("limit", 50))
    search = request.query_params.get("facet_q", "").lower()
    found = {}
    for facet in request.query_params.getlist("facet"):
        if facet not in FACETS:
            return problem(400, f"unknown facet {facet!r}")
        values = [value for value in _facet_values(facet) if search in str(value.get("name", value.get("value"))).lower()]
        for value in values:
            value["count"] = total // _sparsity(facet, str(value.get("id", value.get("value"))))
        values.sort(key=lambda value: -value["count"])
        found[facet] = {"values": values[:limit], "total": len(values)}
    return JSONResponse({"facets": found, "total_count": total})


def _facet_values(facet: str) -> list[dict[str, Any]]:
    if facet == "kind":
        return [{"value": kind} for kind in KINDS]
    if facet == "format":
        return [{"value": shape} for shape in ("wide", "tall", "square")]
    if facet == "year":
        return [{"value": year} for year in range(1990, 2025)]
    if facet == "library":
        return [{"id": number, "name": name} for number, name in enumerate(("Books", "Films and series", "Photographs"), 1)]
    if facet == "person":
        return [{"id": number, "name": name} for number, name in enumerate(NAMES, 1)]
    return [{"id": number, "name": name_of(facet, number)} for number in range(1, 200)]


def name_of(kind: str, number: int) -> str:
    if kind == "person":
        return NAMES[(number - 1) % len(NAMES)]
    return f"{FIRST[number % len(FIRST)]} {SECOND[number * 7 % len(SECOND)]}".lower() if kind == "tag" else f"{kind.title()} {number}"


async def entities(request: Request) -> Response:
    kind = ENTITY_PATHS[request.url.path.split("/")[2]]
    size = int(request.query_params.get("page_size", 50))
    total = 0 if request.query_params.get("q") == "nothing" else 50_000
    start = _start(request.query_params.get("cursor"), request.query_params.get("offset"), request.query_params.get("page"), size)
    page = [entity(kind, number) for number in range(start + 1, min(start + size, total) + 1)]
    return JSONResponse({"items": page, "pagination": pagination(start, size, total), "snapshot": "1"})


ENTITY_PATHS = {
    "persons": "person",
    "studios": "studio",
    "tags": "tag",
    "genres": "genre",
    "series": "series",
    "groups": "group",
    "galleries": "gallery",
    "publishers": "publisher",
}


def entity(kind: str, number: int) -> dict[str, Any]:
    return {
        "id": number,
        "library_id": 1,
        "kind": kind,
        "name": name_of(kind, number),
        "sort_name": name_of(kind, number).lower(),
        "description": None,
        "item_count": TOTAL // (number + 3),
        "via_person_count": 0,
        "parents": [],
        "links": [],
        "aliases": [],
        "image": f"thumb/{number}?v={number % VARIANTS}" if number % 3 else None,
        "me": {"rating": None, "favorite": False, "hidden": False},
    }


async def one_entity(request: Request) -> Response:
    return JSONResponse(entity(ENTITY_PATHS[request.url.path.split("/")[2]], request.path_params["number"]))


async def one_item(request: Request) -> Response:
    whole: dict[str, Any] = {
        "sort_title": "",
        "description": None,
        "language": None,
        "files": [],
        "chapters": [],
        "identifiers": {},
        "extra": {},
    }
    return JSONResponse({**card(request.path_params["number"]), **whole, "issues": [], "locked": []})


async def position(request: Request) -> Response:
    return JSONResponse({"index": request.path_params["number"] // step_of(request)})


async def mine(request: Request) -> Response:
    return JSONResponse(await request.json())


async def session(_request: Request) -> Response:
    return JSONResponse({"user": {"id": 1, "name": "tester", "admin": True}})


async def setup(_request: Request) -> Response:
    return JSONResponse({"needed": False})


async def jobs(_request: Request) -> Response:
    latest = {data["id"]: data for name, data in manners.events if name == "job"}
    return JSONResponse({"items": list(latest.values()), "pagination": pagination(0, 50, len(latest)), "snapshot": "1"})


async def libraries(_request: Request) -> Response:
    names = ("Books", "Films and series", "Photographs")
    found = [{"id": number, "name": name, "type": "folder", "state": "ready", "item_count": 1} for number, name in enumerate(names, 1)]
    return JSONResponse({"items": found, "pagination": pagination(0, 50, 3), "snapshot": "1"})


async def events(request: Request) -> Response:
    """Event `n` has the id `n`; who reconnects names the last one seen and misses none."""
    last = request.query_params.get("last_event_id") or request.headers.get("last-event-id")
    return StreamingResponse(_stream(last), media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _stream(last: str | None) -> AsyncIterator[str]:
    sent = len(manners.events) if last is None else int(last)
    yield f'id: {sent}\nevent: hello\ndata: {{"revision": 1}}\n\n'
    for _ in range(STREAM_SECONDS * 10):
        while sent < len(manners.events):
            name, data = manners.events[sent]
            sent += 1
            yield f"id: {sent}\nevent: {name}\ndata: {json.dumps(data)}\n\n"
        await asyncio.sleep(0.1)
        yield ": still here\n\n"


async def control(request: Request) -> Response:
    wish = await request.json()
    manners.latency = wish.get("latency", manners.latency)
    manners.snapshot = wish.get("snapshot", manners.snapshot)
    manners.failing = wish.get("failing", manners.failing)
    manners.events += tuple((name, wish[name]) for name in ("job", "library") if name in wish)
    return JSONResponse({})


async def thumb(request: Request) -> Response:
    variant = int(request.query_params.get("v", 0))
    width = min(int(request.query_params.get("w", 192)), 384)
    return Response(picture(variant, width), media_type="image/webp", headers={"Cache-Control": "public, max-age=31536000, immutable"})


def _hue(variant: int, turn: float, lightness: int, saturation: int = 45) -> str:
    return f"hsl({(variant * 47 + turn) % 360:.0f}, {saturation}%, {lightness}%)"


@cache
def _colour(variant: int) -> str:
    red, green, blue = ImageColor.getrgb(_hue(variant, 0, 32))[:3]
    return f"#{red:02x}{green:02x}{blue:02x}"


@cache
def picture(variant: int, width: int) -> bytes:
    """A small landscape: sky, sun, two hills. Enough for the eye to judge a page of covers."""
    height = width * 3 // 2
    image = Image.new("RGB", (width, height), _hue(variant, 0, 32))
    draw = ImageDraw.Draw(image)
    for y in range(height):
        draw.line((0, y, width, y), fill=_hue(variant, 40 * y / height, 26 + 30 * y // height))
    x, radius = width * (20 + variant * 13 % 60) // 100, width * (8 + variant % 9) // 60
    draw.ellipse((x - radius, height // 4 - radius, x + radius, height // 4 + radius), fill=_hue(variant, 70, 80, 70))
    hill = height * (55 + variant % 20) // 100
    draw.ellipse((-width // 2, hill, width, height * 2), fill=_hue(variant, 160, 26))
    draw.ellipse((width // 4, hill + height // 9, width * 2, height * 2), fill=_hue(variant, 190, 16))
    image = image.filter(ImageFilter.GaussianBlur(width / 300))
    body = io.BytesIO()
    image.save(body, "webp", quality=70)
    return body.getvalue()


async def page(request: Request) -> Response:
    """The build; any path that is not a file is the app's own, as the real server does it."""
    path = DIST / request.path_params["path"]
    if path.is_file() and path.resolve().is_relative_to(DIST):
        return FileResponse(path)
    if re.match(r"(api|assets|thumb|media)/", request.path_params["path"]):
        return problem(404, "no such thing")
    return FileResponse(DIST / "index.html", headers={"Cache-Control": "no-cache"})


def problem(status: int, reason: str) -> Response:
    body = {"type": "about:blank", "title": reason, "status": status, "reason": reason}
    return JSONResponse(body, status, media_type="application/problem+json")


app = Starlette(
    routes=[
        Route("/control", control, methods=["POST"]),
        Route("/api/items", items),
        Route("/api/items/rail", rail),
        Route("/api/items/facets", facets),
        Route("/api/items/{number:int}", one_item),
        Route("/api/items/{number:int}/position", position),
        Route("/api/items/{number:int}/me", mine, methods=["PUT"]),
        Route("/api/session", session),
        Route("/api/setup", setup),
        Route("/api/jobs", jobs),
        Route("/api/libraries", libraries),
        Route("/api/events", events),
        *(Route(f"/api/{plural}", entities) for plural in ENTITY_PATHS),
        *(Route(f"/api/{plural}/{{number:int}}", one_entity) for plural in ENTITY_PATHS),
        Route("/thumb/{number:int}", thumb),
        Route("/{path:path}", page),
    ]
)
