"""Conditional and partial requests (RFC 9110 §8.8, §13, §14): headers and a file's size in, a plan of which bytes to send out.

Pure functions. The rule: whatever a client sends, the plan never reaches outside the file, and a header that makes no sense is ignored,
as the RFC asks, rather than an error."""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

import msgspec

MAX_RANGES = 16  # more than this in one request is an attack or a mistake: it gets the whole file
MAX_HEADER = 4_096  # characters of a Range header worth parsing
JOIN_GAP = 80  # RFC 9110 §14.2: parts closer than the overhead of a part boundary are sent as one

_RANGE_SET = re.compile(r"bytes\s*=\s*(.*)", re.IGNORECASE | re.DOTALL)
_RANGE = re.compile(r"(\d*)\s*-\s*(\d*)", re.ASCII)
_ENTITY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


class Span(msgspec.Struct, frozen=True):
    """`length` bytes from `start`; both ends lie inside the file."""

    start: int
    length: int

    @property
    def stop(self) -> int:
        return self.start + self.length


class Validators(msgspec.Struct, frozen=True):
    """What identifies one state of a file. `etag` with its quotes; `modified` in whole seconds since 1970."""

    etag: str
    modified: int

    @property
    def last_modified(self) -> str:
        return format_datetime(datetime.fromtimestamp(self.modified, UTC), usegmt=True)


class Plan(msgspec.Struct, frozen=True):
    """`status` is 200, 206, 304, 412 or 416. 200 and 206 send `spans` (one span; several make a multipart body); the others send none."""

    status: int
    size: int
    spans: tuple[Span, ...] = ()

    @property
    def content_range(self) -> str:
        """The Content-Range header of a single-part 206 or of a 416; "" otherwise."""
        if self.status == 416:
            return f"bytes */{self.size}"
        if self.status == 206 and len(self.spans) == 1:
            return content_range(self.spans[0], self.size)
        return ""


def validators(size: int, mtime_ns: int, *more: str) -> Validators:
    """A strong validator from size and time of change, and from anything else the bytes depend on."""
    digest = hashlib.blake2b(repr((size, mtime_ns, more)).encode(), digest_size=12).hexdigest()
    return Validators(f'"{digest}"', mtime_ns // 10**9)


def plan(headers: Mapping[str, str], size: int, file: Validators) -> Plan:  # noqa: PLR0911 - the decision list of the RFC
    """For a GET or HEAD. `headers` has lower-case names. Preconditions in the order of RFC 9110 §13.2.2; of several ranges, those that
    overlap are joined, and more than 16 or a set larger than the file itself get the file whole."""
    if not _preconditions_hold(headers, file):
        return Plan(412, size)
    if _unchanged(headers, file):
        return Plan(304, size)
    whole = Plan(200, size, (Span(0, size),))
    wanted = headers.get("range", "")
    if not wanted or not _same_file(headers.get("if-range", ""), file):
        return whole
    parsed = parse_ranges(wanted, size)
    if parsed is None:
        return whole
    if not parsed:
        return Plan(416, size)
    spans = _joined(parsed)
    if len(parsed) > 1 and sum(span.length for span in spans) >= size:
        return whole
    return Plan(206, size, spans)


def parse_ranges(text: str, size: int) -> tuple[Span, ...] | None:
    """The satisfiable ranges of a Range header in the client's order; () when none is; None when the header is to be ignored: another
    unit, wrong syntax, or too many ranges."""
    match = _RANGE_SET.fullmatch(text.strip()) if len(text) <= MAX_HEADER else None
    parts = [part.strip() for part in match[1].split(",")] if match else []
    parts = [part for part in parts if part]  # empty list elements are allowed (§5.6.1)
    if not parts or len(parts) > MAX_RANGES:
        return None
    spans: list[Span] = []
    for part in parts:
        bounds = _RANGE.fullmatch(part)
        if bounds is None or (not bounds[1] and not bounds[2]):
            return None
        first, last = _bounds(bounds[1], bounds[2], size)
        if bounds[1] and bounds[2] and int(bounds[1]) > int(bounds[2]):
            return None
        if first <= last:
            spans.append(Span(first, last - first + 1))
    return tuple(spans)


def content_range(span: Span, size: int) -> str:
    return f"bytes {span.start}-{span.stop - 1}/{size}"


def part_head(boundary: str, mime: str, span: Span, size: int) -> bytes:
    """What stands before one part of a multipart/byteranges body."""
    return f"\r\n--{boundary}\r\nContent-Type: {mime}\r\nContent-Range: {content_range(span, size)}\r\n\r\n".encode("latin-1")


def part_tail(boundary: str) -> bytes:
    """What ends a multipart/byteranges body."""
    return f"\r\n--{boundary}--\r\n".encode("latin-1")


def multipart_length(boundary: str, mime: str, planned: Plan) -> int:
    """Content-Length of the whole multipart body."""
    heads = sum(len(part_head(boundary, mime, span, planned.size)) + span.length for span in planned.spans)
    return heads + len(part_tail(boundary))


def parse_date(text: str) -> int | None:
    """An HTTP date as seconds since 1970; None when it is none."""
    try:
        moment = parsedate_to_datetime(text)
        return int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    """Inclusive ends, clipped to the file; first > last when nothing of it can be sent. "-500" is the last 500 bytes."""
    if not first:
        length = int(last)
        return (max(0, size - length), size - 1) if length else (1, 0)
    return int(first), min(int(last), size - 1) if last else size - 1


def _joined(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Overlapping and near neighbours as one, by position; a lone pair that is far apart stays two."""
    ordered = sorted(spans, key=lambda span: span.start)
    joined = [ordered[0]]
    for span in ordered[1:]:
        before = joined[-1]
        if span.start <= before.stop + JOIN_GAP:
            joined[-1] = Span(before.start, max(before.stop, span.stop) - before.start)
        else:
            joined.append(span)
    return tuple(joined)


def _preconditions_hold(headers: Mapping[str, str], file: Validators) -> bool:
    if (match := headers.get("if-match")) is not None:
        return match.strip() == "*" or file.etag in _tags(match)  # strong comparison: W/"x" never equals "x"
    if (since := headers.get("if-unmodified-since")) is not None:
        date = parse_date(since)
        return date is None or file.modified <= date
    return True


def _unchanged(headers: Mapping[str, str], file: Validators) -> bool:
    if (none_match := headers.get("if-none-match")) is not None:
        return none_match.strip() == "*" or file.etag in {tag.removeprefix("W/") for tag in _tags(none_match)}
    if (since := headers.get("if-modified-since")) is not None:
        date = parse_date(since)
        return date is not None and file.modified <= date
    return False


def _same_file(if_range: str, file: Validators) -> bool:
    """If-Range wants a strong tag or the exact date (§13.1.5)."""
    condition = if_range.strip()
    if not condition:
        return True
    if condition.endswith('"'):
        return condition == file.etag
    return parse_date(condition) == file.modified


def _tags(text: str) -> list[str]:
    return _ENTITY_TAG.findall(text)
