"""The one home of page shapes and cursors: what a request may ask for, and what every list says about itself.

A page is asked for by exactly one of page (from 1), offset (from 0) or cursor. A cursor is a place in one ordered result: the sort value
and the id, sealed with a key so that it cannot be altered or used with another query, sort or direction. Whether there is more is seen
by looking, never computed from totals."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Protocol

import msgspec

from longshelf.errors import BadQuery, OutOfRange
from longshelf.model.engine import After, Before, Count, Offset, Slice, Window
from longshelf.model.query import EVERYTHING, Query, both, digest
from longshelf.model.sorts import Key, Sort
from longshelf.model.viewer import Viewer

DEFAULT_SIZE = 50
MAX_SIZE = 1_000
MAX_PAGE = 2**53  # times MAX_SIZE it still is a 64-bit position
PARAMETERS: dict[str, str] = {
    "page": "page number from 1; one of page, offset and cursor",
    "offset": "position of the first item, from 0",
    "cursor": "next_cursor or prev_cursor of another page of the same query and sort",
    "page_size": f"items on a page, 1-{MAX_SIZE}, default {DEFAULT_SIZE}",
    "per_page": "alias of page_size",
}
_SEAL = 12  # bytes; forging one takes 2⁹⁵ tries on average
_INTEGER = re.compile(r"[+-]?[0-9]+")


class PageRequest(msgspec.Struct, frozen=True):
    """Exactly one of `page`, `offset` and `cursor` is set."""

    page: int | None = 1
    offset: int | None = None
    cursor: str | None = None
    size: int = DEFAULT_SIZE

    @property
    def start(self) -> int | None:
        """The position of the first item; None with a cursor."""
        return self.offset if self.page is None else (self.page - 1) * self.size


class Pagination(msgspec.Struct, frozen=True):
    """`page` and `next_page` are null where pages are not numbered: with a cursor, or an offset between two pages."""

    page: int | None
    page_size: int
    total_count: int
    total_is_estimate: bool
    total_pages: int
    has_next: bool
    has_previous: bool
    has_more: bool
    next_page: int | None
    next_cursor: str | None
    prev_cursor: str | None


class Page(msgspec.Struct, frozen=True):
    """Ids in order, what to say about them, and the version of the ordered result they come from."""

    ids: tuple[int, ...]
    pagination: Pagination
    snapshot: str


class Pageable(Protocol):
    """What a page is cut from: the part of an engine's snapshot that says which ids and how many."""

    @property
    def revision(self) -> int: ...

    def page(self, query: Query, sort: Sort, window: Window, viewer: Viewer) -> Slice: ...

    def count(self, query: Query, viewer: Viewer) -> Count: ...


class Cursors:
    """Writes and reads cursors. `secret` is at least 16 random bytes, the same in every process that serves the catalogue.
    `scope` names the ordered result a cursor belongs to (`scope_of`)."""

    def __init__(self, secret: bytes) -> None:
        self._key = hashlib.blake2b(secret, digest_size=32, person=b"longshelf.cursor").digest()

    def write(self, scope: str, key: Key, *, forward: bool) -> str:
        """URL-safe; after `key` when `forward`, else before it."""
        payload = msgspec.msgpack.encode((forward, key.value, key.id))
        return base64.urlsafe_b64encode(self._seal(scope, payload) + payload).rstrip(b"=").decode()

    def read(self, scope: str, cursor: str) -> tuple[bool, Key]:
        """(forward, key). Raises BadQuery unless this very text was written for this scope."""
        try:
            data = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise _foreign() from None
        seal, payload = data[:_SEAL], data[_SEAL:]
        # Spare bits of the last character would let two texts mean one cursor: only the one we write is accepted.
        written = base64.urlsafe_b64encode(data).rstrip(b"=").decode()
        if not hmac.compare_digest(seal, self._seal(scope, payload)) or written != cursor:
            raise _foreign()
        forward, value, item_id = msgspec.msgpack.decode(payload, type=tuple[bool, int | float | str | None, int])
        return forward, Key(value, item_id)

    def _seal(self, scope: str, payload: bytes) -> bytes:
        return hashlib.blake2b(scope.encode() + b"\0" + payload, digest_size=_SEAL, key=self._key).digest()


def read_page(parameters: Mapping[str, str]) -> PageRequest:
    """From URL parameters; other names are ignored. Raises OutOfRange for numbers outside their range, BadQuery for anything else."""
    given = [name for name in ("page", "offset", "cursor") if parameters.get(name, "") != ""]
    if len(given) > 1:
        raise BadQuery(given[1], f"give {given[0]} or {given[1]}, not both")
    size = _page_size(parameters)
    if "cursor" in given:
        return PageRequest(None, None, parameters["cursor"], size)
    if "offset" in given:
        return PageRequest(None, _number(parameters, "offset", 0, MAX_PAGE), None, size)
    return PageRequest(_number(parameters, "page", 1, MAX_PAGE) if given else 1, None, None, size)


def scope_of(query: Query, sort: Sort) -> str:
    """The name of one ordered result."""
    return f"{digest(query)}:{sort.name}:{'desc' if sort.descending else 'asc'}:{sort.seed}"


def cut(
    viewer: Viewer,
    snapshot: Pageable,
    query: Query,
    sort: Sort,
    request: PageRequest,
    *,
    cursors: Cursors,
    allowed: Query = EVERYTHING,
    named: str | None = None,
) -> Page:
    """One page of what the viewer asked for (`query`) and may see (`allowed`, whose name is `named`, or made of it). Cursors are bound to
    the question, not to the restrictions: these may change while somebody walks, and the walk goes on with what is left."""
    scope = scope_of(query, sort)
    window = window_of(request, cursors, scope)
    asked = both(query, allowed)
    count = snapshot.count(asked, viewer)
    if isinstance(window, Offset) and not count.is_estimate and window.start >= count.value:
        found = Slice(has_previous=window.start > 0 and count.value > 0)  # far past the end nothing need be skipped
    else:
        found = snapshot.page(asked, sort, window, viewer)
    pagination = describe(found, count, request, window, cursors=cursors, scope=scope, descending=sort.descending)
    mask = digest(allowed) if named is None else named
    return Page(found.ids, pagination, version(snapshot.revision, f"{scope}:{mask}", viewer))


def window_of(request: PageRequest, cursors: Cursors, scope: str) -> Window:
    """What to ask an engine for. Raises BadQuery for a cursor that is not of this result."""
    if request.cursor is None:
        return Offset(request.start or 0, request.size)
    forward, key = cursors.read(scope, request.cursor)
    return After(key, request.size) if forward else Before(key, request.size)


def describe(
    found: Slice, count: Count, request: PageRequest, window: Window, *, cursors: Cursors, scope: str, descending: bool
) -> Pagination:
    """What a list says about itself, of items or of anything else that is paged."""
    page = _page_number(request)
    first, last = _ends(found, window, descending=descending)
    return Pagination(
        page=page,
        page_size=request.size,
        total_count=count.value,
        total_is_estimate=count.is_estimate,
        total_pages=-(-count.value // request.size),
        has_next=found.has_next,
        has_previous=found.has_previous,
        has_more=found.has_next,
        next_page=page + 1 if page is not None and found.has_next else None,
        next_cursor=cursors.write(scope, last, forward=True) if found.has_next and last else None,
        prev_cursor=cursors.write(scope, first, forward=False) if found.has_previous and first else None,
    )


def version(revision: int, scope: str, viewer: Viewer) -> str:
    """Changes whenever this viewer could get another list for the same question."""
    said = msgspec.json.encode((revision, scope, viewer.user_id))
    return hashlib.blake2b(said, digest_size=12).hexdigest()


def _ends(found: Slice, window: Window, *, descending: bool) -> tuple[Key | None, Key | None]:
    """The places to go on from. When a walk finds nothing beyond a place, it turns back there, and the item at that place is part of
    the page it comes back to: ids are whole numbers, so the place just beyond it is one id away."""
    if found.ids or isinstance(window, Offset):
        return found.first, found.last
    step = -1 if descending else 1
    key = window.key
    if isinstance(window, After):
        return Key(key.value, key.id + step), None
    return None, Key(key.value, key.id - step)


def _page_number(request: PageRequest) -> int | None:
    start = request.start
    return None if start is None or start % request.size else start // request.size + 1


def _page_size(parameters: Mapping[str, str]) -> int:
    given = [name for name in ("page_size", "per_page") if parameters.get(name, "") != ""]
    sizes = {_number(parameters, name, 1, MAX_SIZE) for name in given}
    if len(sizes) > 1:
        raise BadQuery("per_page", "page_size and its alias per_page differ")
    return sizes.pop() if sizes else DEFAULT_SIZE


def _number(parameters: Mapping[str, str], name: str, low: int, high: int) -> int:
    text = parameters[name]
    if not _INTEGER.fullmatch(text):
        raise BadQuery(name, f"{text[:40]!r} is not a whole number")
    if len(text) > 20 or not low <= int(text) <= high:  # Python refuses to read numbers of thousands of digits
        raise OutOfRange(name, f"must be from {low} to {high}")
    return int(text)


def _foreign() -> BadQuery:
    return BadQuery(
        "cursor", "not a cursor of this list: it was altered, or belongs to another query, sort or order; start from the first page"
    )
