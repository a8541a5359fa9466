"""Media types by extension, and the name a download gets.

The rule: only types a browser shows without running anything may be shown inline; everything else is a download."""

import re
import unicodedata
from urllib.parse import quote

UNKNOWN = "application/octet-stream"
MIMES: dict[str, str] = {
    "epub": "application/epub+zip",
    "pdf": "application/pdf",
    "cbz": "application/vnd.comicbook+zip",
    "cbr": "application/vnd.comicbook-rar",
    "cb7": "application/x-cb7",
    "zip": "application/zip",
    "rar": "application/vnd.rar",
    "7z": "application/x-7z-compressed",
    "m4b": "audio/mp4",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "flac": "audio/flac",
    "ogg": "audio/ogg",
    "oga": "audio/ogg",
    "opus": "audio/ogg",
    "aac": "audio/aac",
    "wav": "audio/wav",
    "aiff": "audio/aiff",
    "aif": "audio/aiff",
    "wma": "audio/x-ms-wma",
    "mp4": "video/mp4",
    "m4v": "video/mp4",
    "mkv": "video/x-matroska",
    "webm": "video/webm",
    "avi": "video/x-msvideo",
    "mov": "video/quicktime",
    "ogv": "video/ogg",
    "vtt": "text/vtt",
    "srt": "application/x-subrip",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "jpe": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
    "avif": "image/avif",
    "heic": "image/heic",
    "heif": "image/heif",
    "jxl": "image/jxl",
    "tif": "image/tiff",
    "tiff": "image/tiff",
    "bmp": "image/bmp",
    "wmv": "video/x-ms-wmv",
    "flv": "video/x-flv",
    "svg": "image/svg+xml",
    "xhtml": "application/xhtml+xml",
    "html": "text/html",
    "htm": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "ncx": "application/x-dtbncx+xml",
    "opf": "application/oebps-package+xml",
    "xml": "application/xml",
    "smil": "application/smil+xml",
    "txt": "text/plain",
    "json": "application/json",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "ttf": "font/ttf",
    "otf": "font/otf",
}
# What a browser shows or plays without running scripts in our origin.
_PASSIVE_EXCEPTIONS = frozenset(("image/svg+xml",))
_PASSIVE_OTHERS = frozenset(("application/pdf", "text/vtt", "text/plain"))

# Signatures of the pictures we hand out as they are; (offset, bytes) pairs that must all match.
_SIGNATURES: tuple[tuple[str, tuple[tuple[int, bytes], ...]], ...] = (
    ("image/jpeg", ((0, b"\xff\xd8\xff"),)),
    ("image/png", ((0, b"\x89PNG\r\n\x1a\n"),)),
    ("image/gif", ((0, b"GIF8"),)),
    ("image/webp", ((0, b"RIFF"), (8, b"WEBP"))),
    ("image/avif", ((4, b"ftypavif"),)),
    ("image/avif", ((4, b"ftypavis"),)),
    ("image/heic", ((4, b"ftyphei"),)),
    ("image/heic", ((4, b"ftyphev"),)),
    ("image/heif", ((4, b"ftypmif1"),)),
    ("image/jxl", ((0, b"\xff\x0a"),)),
    ("image/jxl", ((4, b"JXL \r\n"),)),
    ("image/tiff", ((0, b"II*\0"),)),
    ("image/tiff", ((0, b"MM\0*"),)),
    ("image/bmp", ((0, b"BM"),)),
)
SNIFFED = 16  # leading bytes `picture_mime` looks at

_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\u2028\u2029/\\:*?"<>|]')
_INVISIBLE = frozenset(("Cf", "Cs", "Co", "Cn"))  # direction overrides and what has no shape
NAME_LENGTH = 180  # characters; with the percent-encoding of three bytes each this stays below what proxies allow in a header


def mime_of(name: str) -> str:
    """By the extension, whatever its case; application/octet-stream when unknown."""
    return MIMES.get(name.rpartition(".")[2].lower(), UNKNOWN)


def picture_mime(head: bytes) -> str:
    """What a picture is by its first bytes; "" when they are none of a picture."""
    for mime, parts in _SIGNATURES:
        if all(head[offset : offset + len(signature)] == signature for offset, signature in parts):
            return mime
    return ""


def is_passive(mime: str) -> bool:
    """May a browser show it in our origin? Never true for HTML, SVG or anything else that can carry scripts."""
    kind = mime.partition(";")[0].strip().lower()
    if kind in _PASSIVE_EXCEPTIONS:
        return False
    return kind in _PASSIVE_OTHERS or kind.startswith(("image/", "audio/", "video/", "font/"))


def content_disposition(name: str, *, inline: bool = False) -> str:
    """The header value for a file called `name` (RFC 6266), with an ASCII spelling for old clients and the real one in UTF-8 (RFC 8187).
    Any string is safe: separators, quotes, line breaks and lone surrogates do not survive."""
    kind = "inline" if inline else "attachment"
    clean = download_name(name)
    ascii_name = unicodedata.normalize("NFKD", clean).encode("ascii", "ignore").decode().replace("%", "_").strip(" .") or "download"
    if ascii_name == clean:
        return f'{kind}; filename="{clean}"'
    return f"{kind}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(clean, safe='')}"


def download_name(name: str) -> str:
    """`name` as a file name that every system accepts, its extension kept; "download" when nothing is left."""
    text = name.encode("utf-8", "replace").decode()
    text = "".join(char for char in text if unicodedata.category(char) not in _INVISIBLE)
    text = " ".join(_UNSAFE.sub("_", text).split()).strip(" .")
    if len(text) > NAME_LENGTH:
        stem, dot, suffix = text.rpartition(".")
        kept = suffix[:20] if dot and len(suffix) <= 20 else ""
        text = (stem or text)[: NAME_LENGTH - len(kept) - 1].strip(" .") + (f".{kept}" if kept else "")
    return text or "download"
