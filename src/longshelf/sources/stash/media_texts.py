"""Texts of a Stash server that name addresses: read for their numbers and written anew with ours.

The rule: nothing of the original is passed on but numbers (and the words of captions). A text that is not of the known form is
refused, so a form that is new tomorrow gives no address away."""

import re
from collections.abc import Callable, Iterator

from longshelf.errors import SourceDrifted

_DURATION = re.compile(r"#EXTINF:(\d{1,6}(?:\.\d{1,9})?),.*")
_PIECE = re.compile(r"(?:[^?#]*/)?stream(?:\.m3u8)?/(\d{1,7})\.ts(?:\?.*)?")
_SPAN = re.compile(r"((?:\d{1,4}:)?\d\d:\d\d\.\d{3})\s+-->\s+((?:\d{1,4}:)?\d\d:\d\d\.\d{3})(?:\s.*)?")
_PART = re.compile(r"[^#]*#xywh=(\d{1,6}),(\d{1,6}),(\d{1,6}),(\d{1,6})")
_STRANGE = "The server's answer is not of the form it should be, so it is not passed on."


def pieces(text: str) -> list[tuple[int, float]]:
    """(number, seconds) of each piece of an HLS manifest, in order. SourceDrifted for what is none."""
    lines = _lines(text)
    if not lines or lines[0] != "#EXTM3U":
        raise SourceDrifted(_STRANGE)
    found: list[tuple[int, float]] = []
    seconds: float | None = None
    for line in lines[1:]:
        duration = _DURATION.fullmatch(line)
        if duration:
            seconds = float(duration[1])
        elif not line.startswith("#"):
            piece = _PIECE.fullmatch(line)
            if piece is None or seconds is None:
                raise SourceDrifted(_STRANGE)
            found.append((int(piece[1]), seconds))
            seconds = None
    if not found:
        raise SourceDrifted(_STRANGE)
    return found


def manifest(found: list[tuple[int, float]], address: Callable[[int], str]) -> str:
    """An HLS manifest of these pieces, each at the address given for its number."""
    longest = max(seconds for _, seconds in found)
    head = (
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        "#EXT-X-MEDIA-SEQUENCE:0",
        f"#EXT-X-TARGETDURATION:{-int(-longest // 1)}",
        "#EXT-X-PLAYLIST-TYPE:VOD",
    )
    body = (line for number, seconds in found for line in (f"#EXTINF:{seconds:.6f},", address(number)))
    return "\n".join((*head, *body, "#EXT-X-ENDLIST", ""))


def sprite_places(text: str, address: str) -> str:
    """WebVTT whose cues lead to parts of the picture at `address`."""
    cues = [f"{start} --> {end}\n{address}#xywh={','.join(map(str, part))}" for start, end, part in _parts(text)]
    if not cues:
        raise SourceDrifted(_STRANGE)
    return "WEBVTT\n\n" + "\n\n".join(cues) + "\n"


def captions(text: str) -> str:
    """The captions as they are: words, and no addresses. SourceDrifted for what is no WebVTT."""
    lines = _lines(text)
    if not lines or not lines[0].startswith("WEBVTT"):
        raise SourceDrifted(_STRANGE)
    return text.removeprefix("\ufeff")


def _parts(text: str) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    lines = _lines(text)
    if not lines or not lines[0].startswith("WEBVTT"):
        raise SourceDrifted(_STRANGE)
    span: re.Match[str] | None = None
    for line in lines[1:]:
        if span is None:
            span = _SPAN.fullmatch(line)  # what stands before a time is its number, or a note
            continue
        part = _PART.fullmatch(line)
        if part is None:
            raise SourceDrifted(_STRANGE)
        yield span[1], span[2], tuple(map(int, part.groups()))
        span = None


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.removeprefix("\ufeff").splitlines() if line.strip()]
