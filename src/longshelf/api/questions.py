"""The query strings of a route, each read once however often it is asked: a list that is scrolled through differs in its place only.

Nothing here belongs to a user, so one reading serves all."""

import re
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from longshelf.api.requests import QUERY_LIMIT, read_query
from longshelf.catalog.filters import FILTERS, ORDER, Filters, read_filters
from longshelf.catalog.paging import MAX_SIZE, PARAMETERS, PageRequest, read_page
from longshelf.errors import BadQuery

KEPT = 256  # readings a route
KEPT_LENGTH = 2_048  # bytes of a query string that is kept; a longer one is a filter tree somebody builds
FAR = 2 * MAX_SIZE  # items; an engine may answer for the front of a list without having looked at the rest
_PLACES = tuple(f"{name}=".encode() for name in ("page", "offset", "cursor"))
_PLAIN = re.compile(rb"(page|offset|cursor)=([A-Za-z0-9_-]*)")

Pairs = tuple[tuple[str, str], ...]


class Asked:
    """What a query string asks for, the place in the list apart. `quick` is for `api/pace.py`."""

    def __init__(self, query: dict[str, Any], pairs: Pairs) -> None:
        self.query = query
        self.quick: dict[bool, object] = {}
        self._pairs = pairs
        self._filters: Filters | None = None

    @property
    def filters(self) -> Filters:
        """BadQuery with the reason for what makes no sense."""
        if self._filters is None:
            besides = [name for name in self.query if name not in FILTERS and name not in ORDER]
            self._filters = read_filters(self._pairs, besides=besides)
        return self._filters


class Question:
    """One request's: `query` holds every declared parameter, `asked` is shared with other requests."""

    def __init__(self, asked: Asked, query: dict[str, Any]) -> None:
        self.asked = asked
        self.query = query
        self._page: PageRequest | None = None

    @property
    def page(self) -> PageRequest:
        """Which part of the list. BadQuery or OutOfRange with the reason."""
        if self._page is None:
            self._page = read_page({name: self.query[name] or "" for name in PARAMETERS if name in self.query})
        return self._page

    @property
    def far(self) -> bool:
        """Whether it asks for more than the front of a list. Raises as `page` does."""
        return self.page.start is None or self.page.start + self.page.size > FAR


class Questions:
    """Reads the query strings of one route, whose parameters are `params`."""

    def __init__(self, params: Any, *, ignoring: bool = False) -> None:
        self._params = params
        self._ignoring = ignoring
        self._placed = any(param.name == "cursor" for param in params)
        self._kept = lru_cache(maxsize=KEPT)(self._read)

    def read(self, text: bytes) -> Question:
        """BadQuery or OutOfRange with the reason."""
        if len(text) > QUERY_LIMIT:
            raise BadQuery("", f"a query string has at most {QUERY_LIMIT} characters")
        if len(text) > KEPT_LENGTH:
            return _alone(self._read(text))
        return (self._with_place(text) if self._placed else None) or _alone(self._kept(text))

    def _with_place(self, text: bytes) -> Question | None:
        """None unless exactly one plain parameter says where in the list."""
        parts = text.split(b"&")
        places = [part for part in parts if part.startswith(_PLACES)]
        place = _PLAIN.fullmatch(places[0]) if len(places) == 1 else None
        if place is None:
            return None
        asked = self._kept(b"&".join([part for part in parts if part is not places[0]]))
        name = place[1].decode()
        if asked.query[name] is not None:
            return None  # said once more in another spelling
        return Question(asked, {**asked.query, name: place[2].decode()})

    def _read(self, text: bytes) -> Asked:
        pairs = tuple(parse_qsl(text.decode("latin-1"), keep_blank_values=True))
        return Asked(read_query(self._params, pairs, ignoring=self._ignoring), pairs)


def _alone(asked: Asked) -> Question:
    return Question(asked, asked.query)
