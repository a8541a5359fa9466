"""How an answer is compressed for the client that asks. Below a packet or so it is not worth it; pictures and films are already."""

import gzip
import re
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]  # ships no types
import zstandard

SMALL = 1_024  # bytes
# Levels are for answers made once and sent once: more effort costs more than the network saves (bench/http.py).
CODECS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstandard.ZstdCompressor(level=3).compress(body),
    "br": lambda body: brotli.compress(body, quality=4),
    "gzip": lambda body: gzip.compress(body, compresslevel=5, mtime=0),
}
_ACCEPTED = re.compile(r"\s*([\w*-]+)\s*(?:;\s*q\s*=\s*([0-9.]+))?\s*")


def choose(accept: str) -> str | None:
    """The codec to use for an Accept-Encoding header; the client's weights first, then our order. None to send plain."""
    weights: dict[str, float] = {}
    for part in accept.split(","):
        found = _ACCEPTED.fullmatch(part.lower())
        if found:
            weights[found[1]] = _weight(found[2])
    best = max(CODECS, key=lambda name: weights.get(name, weights.get("*", 0.0)))
    return best if weights.get(best, weights.get("*", 0.0)) > 0 else None


def _weight(text: str | None) -> float:
    try:
        return float(text) if text is not None else 1.0
    except ValueError:
        return 0.0
