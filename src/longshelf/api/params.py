"""The query parameters routes share, as tables. What a filter means is `catalog/filters.py`; this page only says how it is called."""

from typing import Annotated, Literal, get_args

import msgspec

from longshelf.api.route import Param
from longshelf.model.engine import ValueFacet
from longshelf.model.kinds import EntityKind, Format, ItemKind
from longshelf.model.sorts import SEED_MAX, SORTS

PositiveInt = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
NaturalInt = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
PageSize = Annotated[int, msgspec.Meta(ge=1, le=1_000)]
Order = Literal["asc", "desc"]
FACET_NAMES: tuple[str, ...] = (*(kind.value for kind in EntityKind), *get_args(ValueFacet))

PAGING = (
    Param(name="page", type=PositiveInt, about="Page number from 1; at most one of page, offset and cursor"),
    Param(name="offset", type=NaturalInt, about="Position of the first item, from 0"),
    Param(name="cursor", about="`next_cursor` or `prev_cursor` of a page of the same query and sort"),
    Param(name="page_size", type=PageSize, about="Items a page, 1–1000, 50 by default"),
    Param(name="per_page", type=PageSize, about="Alias of page_size"),
)
NUMBERED = (
    Param(name="page", type=Annotated[int, msgspec.Meta(ge=1, le=2**31)], default=1, about="Page number from 1"),
    Param(name="page_size", type=PageSize, default=50, about="Entries a page, 1–1000"),
)
SEARCH = Param(name="q", about='Words: word -word "a phrase" pre*')
LIMIT = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
SEED = Param(name="seed", type=Annotated[int, msgspec.Meta(ge=0, le=SEED_MAX)], about="The same seed gives the same shuffle")
SORTING = (
    Param(
        name="sort",
        type=Literal.__getitem__(tuple(SORTS)),
        raw=True,
        about="; ".join(f"{field.name}: {field.about}" for field in SORTS.values()),
    ),
    Param(name="order", type=Order, raw=True, about="asc or desc; each sort has its usual direction"),
    SEED,
)
FACETS = (
    Param(name="facet", type=Literal.__getitem__((*FACET_NAMES,)), raw=True, many=True, about="Which facets; repeat for several"),
    Param(name="limit", type=LIMIT, default=50, about="Values a facet, 0 for all"),
    Param(name="facet_q", about="Only values whose name holds every word"),
)
ENTITY_SORTING = (
    Param(name="sort", type=Literal["name", "count"], raw=True, default="name", about="name, or the number of visible items"),
    Param(name="order", type=Order, raw=True, about="asc or desc; name goes up and count down unless told otherwise"),
)
_ANY = "repeat for any-of, -value excludes"
FILTERS = (
    SEARCH,
    Param(name="kind", type=ItemKind, many=True, raw=True, about=f"Kind of item; {_ANY}"),
    Param(name="library", many=True, raw=True, about=f"Library id; {_ANY}"),
    *(Param(name=kind.value, many=True, raw=True, about=f"Id of a {kind.value}; {_ANY}") for kind in EntityKind),
    *(Param(name=f"{kind.value}_all", many=True, raw=True, about=f"Id of a {kind.value}; all of them must be linked") for kind in EntityKind),
    Param(name="format", type=Format, many=True, raw=True, about="wide, tall or square"),
    Param(name="filter", about="A filter tree as JSON"),
)
