"""The query parameters routes share. What a filter, a sort or a page means is owned by `catalog/filters.py` and `catalog/paging.py`; the
rows here are made from their tables, so the document says what the server does."""

from typing import Annotated, Any, Literal

import msgspec

from longshelf.api.route import Param
from longshelf.catalog import entities, filters, paging
from longshelf.catalog.catalog import FACETS as FACET_NAMES
from longshelf.model.sorts import SEED_MAX, SORTS

PositiveInt = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
NaturalInt = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
PageSize = Annotated[int, msgspec.Meta(ge=1, le=paging.MAX_SIZE)]
Order = Literal["asc", "desc"]


def _literal(values: tuple[str, ...]) -> Any:
    """A Literal of values that a table holds."""
    return Literal.__getitem__(values)


def _pattern(pattern: str) -> Any:
    return Annotated[str, msgspec.Meta(pattern=pattern)]


_FILTER_TYPES: dict[str, Any] = {
    "text": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "date": _pattern(r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$"),
    "time": str,
    "json": str,
}


def _filter_type(entry: filters.Filter) -> Any:
    if entry.choices:
        return _pattern(f"^-?({'|'.join(entry.choices)})$") if entry.negates else _literal(entry.choices)
    return _pattern("^-?[0-9]+$") if entry.negates else _FILTER_TYPES[entry.type]


_PAGE_TYPES: dict[str, Any] = {"page": PositiveInt, "offset": NaturalInt, "page_size": PageSize, "per_page": PageSize}
_ORDER_TYPES: dict[str, Any] = {
    "sort": _literal(tuple(SORTS)),
    "order": Order,
    "seed": Annotated[int, msgspec.Meta(ge=0, le=SEED_MAX)],
}

# `raw`: the module that owns the parameter judges its text, and its errors stay the same whichever way it is called.
PAGING = tuple(Param(name=name, type=_PAGE_TYPES.get(name, str), raw=True, about=about) for name, about in paging.PARAMETERS.items())
SORTING = tuple(Param(name=name, type=_ORDER_TYPES[name], raw=True, about=about) for name, about in filters.ORDER.items())
# Which items: every list, count and facet of items takes the same, so that one address can be asked in several ways.
ITEMS = (
    *(
        Param(name=entry.name, type=_filter_type(entry), many=entry.repeats, raw=True, about=entry.about)
        for entry in filters.FILTERS.values()
    ),
    *SORTING,
)
FACETS = (
    Param(name="facet", type=_literal(FACET_NAMES), many=True, raw=True, required=True, about="Which facets; repeat for several"),
    Param(name="limit", type=Annotated[int, msgspec.Meta(ge=0, le=100_000)], default=50, about="Values a facet, 0 for all"),
    Param(name="facet_q", type=Annotated[str, msgspec.Meta(max_length=200)], default="", about="Only values whose name holds every word"),
)
TYPED = Param(name="q", type=Annotated[str, msgspec.Meta(max_length=1_000)], required=True, about="What was typed so far")
SEARCH = Param(name="q", raw=True, about="Names that hold every word")
ENTITY_SORTING = (
    Param(name="sort", type=_literal(tuple(entities.SORTS)), raw=True, about="name (the default), or the number of items you see"),
    Param(name="order", type=Order, raw=True, about="asc or desc; names go up and counts down unless told otherwise"),
)
PARENT = Param(name="parent", type=Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)], about="Only those right below this one, by its id")
FAVORITE = Param(name="favorite", type=bool, default=False, about="Only those you favour, in numbered pages")
NUMBERED = (
    Param(name="page", type=Annotated[int, msgspec.Meta(ge=1, le=2**31)], default=1, about="Page number from 1"),
    Param(name="page_size", type=PageSize, default=paging.DEFAULT_SIZE, about=f"Entries a page, 1-{paging.MAX_SIZE}"),
)
