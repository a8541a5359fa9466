"""The built UI: its files held in memory, with the compressed copies the build made. There is no path into the file system, so none can
be climbed. Every address that is nobody else's answers with index.html, because the UI does its own routing."""

import mimetypes
from pathlib import Path

import msgspec
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response

INDEX = "index.html"
FOREVER = "public, max-age=31536000, immutable"  # names under assets/ carry a hash of the content
COPIES = (("br", ".br"), ("gzip", ".gz"))
BASE = b'<base href="/" />'
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}
NOT_BUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Longshelf</title>
<body style="font:16px/1.5 system-ui;max-width:36rem;margin:15vh auto;padding:0 1rem">
<h1>Longshelf is running</h1>
<p>The web interface is not built yet. Run <code>make web</code>, or use the API: see <a href="api/docs">api/docs</a>.</p>"""


class _File(msgspec.Struct, frozen=True):
    body: bytes
    media_type: str
    copies: dict[str, bytes]


class WebUi:
    """`directory` is what the build wrote; it may be absent. `root_path` is where a proxy mounts the server, "" for the root."""

    def __init__(self, directory: Path, root_path: str = "") -> None:
        self._files = _load(directory) if (directory / INDEX).is_file() else {}
        if INDEX in self._files:
            base = f'<base href="{root_path}/" />'.encode()
            self._files[INDEX] = _File(self._files[INDEX].body.replace(BASE, base), _TYPES[".html"], {})

    def respond(self, path: str, headers: Headers) -> Response | None:
        """The file at `path` (without a leading slash), or the UI itself; None for a missing asset."""
        found = self._files.get(path)
        if found is not None and path != INDEX:
            return _sent(found, headers, FOREVER if path.startswith("assets/") else "public, max-age=3600")
        if path.startswith("assets/"):
            return None
        if INDEX not in self._files:
            return HTMLResponse(NOT_BUILT, headers={"cache-control": "no-store"})
        return _sent(self._files[INDEX], headers, "no-cache")


def _load(directory: Path) -> dict[str, _File]:
    endings = tuple(ending for _, ending in COPIES)
    found: dict[str, _File] = {}
    for path in sorted(directory.rglob("*")):
        name = path.relative_to(directory).as_posix()
        if not path.is_file() or name.endswith(endings) or name.startswith("."):
            continue
        copies = {codec: copy.read_bytes() for codec, ending in COPIES if (copy := path.with_name(path.name + ending)).is_file()}
        media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        found[name] = _File(path.read_bytes(), media_type, copies)
    return found


def _sent(found: _File, headers: Headers, cache: str) -> Response:
    accepted = {part.split(";")[0].strip() for part in headers.get("accept-encoding", "").lower().split(",")}
    out = {"cache-control": cache, "vary": "accept-encoding"}
    for codec, body in found.copies.items():
        if codec in accepted:
            return Response(body, headers={**out, "content-encoding": codec}, media_type=found.media_type)
    return Response(found.body, headers=out, media_type=found.media_type)
