"""The media addresses of the pretended Stash (§1.10 of its contract), built from ids.

The rules: an address with `t=` may be kept for a year, any other must be asked about again by its ETag; `Range` works everywhere;
manifests carry the key of whoever asked for them; a missing marker preview is a tiny placeholder, not an error."""

import hashlib
import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import anyio.to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from longshelf.demo.stash import films, media
from longshelf.demo.stash.answering import Answering
from longshelf.demo.stash.links import scene_hash
from longshelf.demo.stash.world import Kind, World

STREAMS = {"": ".mp4", ".mp4": ".mp4", ".webm": ".webm", ".mkv": ".mkv"}
MIMES = {".mp4": "video/mp4", ".webm": "video/webm", ".mkv": "video/x-matroska"}
JPEG, SVG, VTT = "image/jpeg", "image/svg+xml", "text/vtt"
PIECE = 64 * 1024  # bytes
Content = tuple[bytes | str, str]
Answer = Callable[[World, Request], Content]


def media_routes(answering: Answering) -> list[BaseRoute]:
    """One route for each row of TABLE."""
    return [Route(path, _Endpoint(answering, answer)) for path, answer in TABLE]


class _Endpoint:
    """ASGI application of one address. Content is made in a thread: a first clip takes a second."""

    def __init__(self, answering: Answering, answer: Answer) -> None:
        self._answering = answering
        self._answer = answer

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        content, mime = await anyio.to_thread.run_sync(self._made, request)
        body = content.encode() if isinstance(content, str) else content
        await _response(request, body, mime)(scope, receive, send)

    def _made(self, request: Request) -> Content:
        return self._answer(self._answering.world, request)


def _response(request: Request, body: bytes, mime: str) -> Response:
    tag = f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'
    kept = "private, max-age=31536000, immutable" if "t" in request.query_params else "no-cache"
    headers = {"ETag": tag, "Cache-Control": kept, "Accept-Ranges": "bytes"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("range", ""))
    if request.path_params.get("ending", "") in STREAMS and "ending" in request.path_params:
        return _converted(body, mime)
    if wanted is None or wanted.group(0) == "bytes=-" or request.headers.get("if-range", tag) != tag:
        return Response(body, 200, headers, mime)
    first, last = wanted.groups()
    start = int(first) if first else max(0, len(body) - int(last))
    end = min(int(last) if first and last else len(body) - 1, len(body) - 1)
    if start > end:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{len(body)}"})
    return Response(body[start : end + 1], 206, headers | {"Content-Range": f"bytes {start}-{end}/{len(body)}"}, mime)


def _converted(body: bytes, mime: str) -> Response:
    """As what is made while it is sent: no length, no parts, nothing to keep."""

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), PIECE):
            yield body[start : start + PIECE]

    return StreamingResponse(pieces(), headers={"Cache-Control": "no-store"}, media_type=mime)


def _row(world: World, request: Request, kind: Kind, name: str = "id") -> Any:
    with world.lock:
        row = world.table(kind).get(int(request.path_params[name]))
    if row is None:
        raise HTTPException(404)
    return row


def _of_scene(make: Callable[[Any], Content]) -> Answer:
    return lambda world, request: make(_row(world, request, "scene"))


def _hashed(make: Callable[[int, str], Content]) -> Answer:
    """Sprites are named by the fingerprint of the scene's file."""

    def answer(world: World, request: Request) -> Content:
        name = request.path_params["hash"]
        with world.lock:
            found = next((scene.id for scene in world.scenes if scene_hash(world, scene) == name), None)
        if found is None:
            raise HTTPException(404)
        return make(found, name)

    return answer


def _stream(world: World, request: Request) -> Content:
    scene, ending = _row(world, request, "scene"), request.path_params.get("ending", "")
    if not scene.files:
        raise HTTPException(404)
    query = f"?{request.url.query}" if request.url.query else ""
    if ending == ".m3u8":
        return media.hls(f"/scene/{scene.id}/stream.m3u8", query), "application/vnd.apple.mpegurl"
    if ending == ".mpd":
        return media.dash(f"/scene/{scene.id}/stream.mpd", query), "application/dash+xml"
    if ending not in STREAMS:
        raise HTTPException(404)
    start = float(request.query_params.get("start") or 0)
    return films.film(scene.id % media.VARIANTS, STREAMS[ending], start), MIMES[STREAMS[ending]]


def _chapters(world: World, request: Request) -> Content:
    scene = _row(world, request, "scene")
    with world.lock:
        markers = [world.markers[each] for each in world.markers_of_scene(scene.id)]
        told = [(marker.seconds, marker.title or world.tags[marker.primary_tag].name) for marker in markers]
    return media.chapters_vtt(sorted(told)), VTT


def _caption(world: World, request: Request) -> Content:
    scene = _row(world, request, "scene")
    asked = (request.query_params.get("lang", ""), request.query_params.get("type", ""))
    if asked not in scene.captions:
        raise HTTPException(404)
    return media.caption_vtt(), VTT


def _interactive(make: Callable[[], bytes], mime: str) -> Answer:
    def answer(world: World, request: Request) -> Content:
        if not _row(world, request, "scene").interactive:
            raise HTTPException(404)
        return make(), mime

    return answer


def _marker(make: Callable[[Any], Content]) -> Answer:
    def answer(world: World, request: Request) -> Content:
        marker = _row(world, request, "marker", "marker")
        if marker.scene != int(request.path_params["id"]):
            raise HTTPException(404)
        return make(marker)

    return answer


def _image(size: tuple[int, int]) -> Answer:
    def answer(world: World, request: Request) -> Content:
        image = _row(world, request, "image")
        if not image.files:
            raise HTTPException(404)
        return media.picture("image", image.id, 0, size), JPEG

    return answer


def _cover(world: World, request: Request) -> Content:
    gallery = _row(world, request, "gallery")
    return _picture_of_gallery(world, gallery, gallery.cover, 0)


def _preview(world: World, request: Request) -> Content:
    return _picture_of_gallery(world, _row(world, request, "gallery"), None, int(request.path_params["index"]))


def _picture_of_gallery(world: World, gallery: Any, chosen: int | None, index: int) -> Content:
    with world.lock:
        images = world.images_of_gallery(gallery.id)
    if chosen in images:
        return media.picture("image", chosen or 0, 0), JPEG
    if index >= len(images):
        raise HTTPException(404)
    return media.picture("image", images[index], 0), JPEG


def _portrait(kind: Kind, attribute: str = "picture") -> Answer:
    def answer(world: World, request: Request) -> Content:
        row = _row(world, request, kind)
        edition = getattr(row, attribute)
        if not edition or request.query_params.get("default") == "true":
            return media.DEFAULT_PICTURE, SVG
        return media.picture(f"{kind} {attribute}", row.id, edition), JPEG

    return answer


TABLE: tuple[tuple[str, Answer], ...] = (
    ("/scene/{hash}_thumbs.vtt", _hashed(lambda _key, name: (media.thumbs_vtt(name, films.SECONDS), VTT))),
    ("/scene/{hash}_sprite.jpg", _hashed(lambda key, _name: (media.sprite(key), JPEG))),
    ("/scene/{id:int}/screenshot", _of_scene(lambda scene: (media.picture("scene", scene.id, scene.cover), JPEG))),
    ("/scene/{id:int}/preview", _of_scene(lambda scene: (media.clip(scene.id % media.VARIANTS), "video/mp4"))),
    ("/scene/{id:int}/webp", _of_scene(lambda scene: (media.animation(scene.id), "image/webp"))),
    ("/scene/{id:int}/stream", _stream),
    ("/scene/{id:int}/stream.m3u8/0.ts", _of_scene(lambda scene: (media.segment(scene.id % media.VARIANTS), "video/mp2t"))),
    ("/scene/{id:int}/stream.mpd/0_v.webm", _of_scene(lambda scene: (media.clip(scene.id % media.VARIANTS, ".webm"), "video/webm"))),
    ("/scene/{id:int}/stream{ending}", _stream),
    ("/scene/{id:int}/vtt/chapter", _chapters),
    ("/scene/{id:int}/funscript", _interactive(media.funscript, "application/json")),
    ("/scene/{id:int}/interactive_heatmap", _interactive(media.heatmap, "image/png")),
    ("/scene/{id:int}/caption", _caption),
    ("/scene/{id:int}/scene_marker/{marker:int}/stream", _marker(lambda marker: (media.clip(marker.id % media.VARIANTS), "video/mp4"))),
    (
        "/scene/{id:int}/scene_marker/{marker:int}/preview",
        _marker(lambda marker: (media.animation(marker.scene), "image/webp") if marker.preview else (media.placeholder(), "image/png")),
    ),
    (
        "/scene/{id:int}/scene_marker/{marker:int}/screenshot",
        _marker(lambda marker: (media.picture("marker", marker.id, 0), JPEG) if marker.preview else (media.placeholder(), "image/png")),
    ),
    ("/image/{id:int}/image", _image(media.LARGE)),
    ("/image/{id:int}/thumbnail", _image(media.SMALL)),
    ("/gallery/{id:int}/cover", _cover),
    ("/gallery/{id:int}/preview/{index:int}", _preview),
    ("/performer/{id:int}/image", _portrait("performer")),
    ("/studio/{id:int}/image", _portrait("studio")),
    ("/tag/{id:int}/image", _portrait("tag")),
    ("/group/{id:int}/frontimage", _portrait("group")),
    ("/group/{id:int}/backimage", _portrait("group", "back")),
)
