"""How an answer is compressed for the client that asks. Below a packet or so it is not worth it; pictures and films are already."""

import re
import threading
import zlib
from collections.abc import Callable
from functools import lru_cache

import brotli  # type: ignore[import-untyped]  # ships no types
import zstandard

SMALL = 1_024  # bytes


class _Compressors(threading.local):
    """One that is made anew for each answer costs a third more, and none can be shared between threads."""

    def __init__(self) -> None:
        self.zstd = zstandard.ZstdCompressor(level=1)


_own = _Compressors()
# Levels are for answers made once and sent once. Of a page of 34 kB, in µs and bytes: zstd 1 takes 47 for 5,577 (3: 58, 5,446), br 1 takes
# 67 for 5,965 (4: 222, 5,196), gzip 3 takes 149 for 5,904 (5: 239, 5,366).
CODECS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: _own.zstd.compress(body),  # noqa: PLW0108 - each thread looks up its own
    "br": lambda body: brotli.compress(body, quality=1),
    "gzip": lambda body: zlib.compress(body, 3, wbits=31),
}
_ACCEPTED = re.compile(r"\s*([\w*-]+)\s*(?:;\s*q\s*=\s*([0-9.]+))?\s*")


@lru_cache(maxsize=64)
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
