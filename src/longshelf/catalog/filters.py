"""Every filter a list understands in its address, as one table: routes read requests by it, OpenAPI and the docs are generated from it.

Rule: repeated values of one filter mean any-of, different filters must all hold, `-` before a value excludes it, an empty value is as if
absent, and what is not in the table is an error, never ignored."""

import math
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Literal

import msgspec

from longshelf.errors import BadQuery
from longshelf.model import query as tree
from longshelf.model.kinds import EntityKind, Format, ItemKind, Role
from longshelf.model.moments import moment
from longshelf.model.query import Query, both
from longshelf.model.sorts import DEFAULT_SORT, SORTS, Sort, parse_sort
from longshelf.model.terms import MAX_LENGTH

Type = Literal["text", "integer", "number", "boolean", "date", "time", "json"]
MAX_VALUES = 500  # of one filter
MAX_FILTER = 65_536  # characters of `filter`

_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_ID = re.compile(r"[0-9]{1,18}")
_DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
_BOOLEANS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


class Part(msgspec.Struct, frozen=True):
    """One condition of a request. `facet` is the facet whose own selection it is, "" for none."""

    facet: str
    query: Query


class Filter(msgspec.Struct, frozen=True):
    """`read` turns the values given for `name` into conditions. `choices` are the values allowed, () for any of `type`;
    `repeats` says whether more than one may be given; `negates` whether `-` before a value excludes it."""

    name: str
    type: Type
    about: str
    read: Callable[[str, Sequence[str]], list[Part]]
    choices: tuple[str, ...] = ()
    repeats: bool = False
    negates: bool = False


class Filters(msgspec.Struct, frozen=True):
    """What a request asks for, kept in parts so that a facet can be counted without its own selection."""

    parts: tuple[Part, ...] = ()
    sort: Sort = Sort()

    @property
    def query(self) -> Query:
        return both(*(part.query for part in self.parts))

    def without(self, facet: str) -> Query:
        """The query less the any-of selection of one facet; its exclusions and all-of conditions stay."""
        return both(*(part.query for part in self.parts if not part.facet or part.facet != facet))


def read_filters(parameters: Iterable[tuple[str, str]], *, besides: Collection[str] = ()) -> Filters:
    """From URL parameters in any order, repeated ones repeated. `besides` are names somebody else reads (`paging.PARAMETERS`, …).
    Raises BadQuery for unknown names and values."""
    given: dict[str, list[str]] = {}
    for name, value in parameters:
        if name not in FILTERS and name not in ORDER and name not in besides:
            raise BadQuery(name[:80], "unknown parameter")
        if value != "" and name not in besides:
            given.setdefault(name, []).append(value)
    ordering = {name: _one(name, given[name]) for name in ORDER if name in given}
    sort = parse_sort(ordering.get("sort"), ordering.get("order"), _seed(ordering.get("seed")))
    parts = [part for name, entry in FILTERS.items() if name in given for part in _read(entry, given[name])]
    found = Filters(tuple(parts), sort)
    tree.check(found.query, field="filter")
    return found


def _read(entry: Filter, values: list[str]) -> list[Part]:
    if len(values) > (MAX_VALUES if entry.repeats else 1):
        raise BadQuery(entry.name, f"at most {MAX_VALUES} values" if entry.repeats else "give it once")
    return entry.read(entry.name, values)


def _any_of(facet: str, query: Callable[[tuple[str, ...]], Query], values: Sequence[str]) -> list[Part]:
    """Wanted values are any-of and belong to the facet; each unwanted one is a condition of its own."""
    wanted = tuple(value for value in values if not value.startswith("-"))
    unwanted = tuple(value[1:] for value in values if value.startswith("-"))
    found = [Part(facet, query(wanted))] if wanted else []
    return [*found, Part("", tree.Not(query(unwanted)))] if unwanted else found


def _search(name: str, values: Sequence[str]) -> list[Part]:
    if len(values[0]) > MAX_LENGTH:
        raise BadQuery(name, f"a search has at most {MAX_LENGTH} characters")
    return [Part("", tree.Text(values[0]))]


def _tree(name: str, values: Sequence[str]) -> list[Part]:
    if len(values[0]) > MAX_FILTER:
        raise BadQuery(name, f"at most {MAX_FILTER} characters")
    return [Part("", tree.from_json(values[0], field=name))]


def _chosen(facet: str, choices: tuple[str, ...], query: Callable[[tuple[str, ...]], Query]) -> Callable[[str, Sequence[str]], list[Part]]:
    def read(name: str, values: Sequence[str]) -> list[Part]:
        for value in values:
            if value.removeprefix("-") not in choices:
                raise BadQuery(name, f"unknown value {value[:40]!r}; one of {', '.join(choices)}")
        return _any_of(facet, query, values)

    return read


def _ids(facet: str, query: Callable[[tuple[int, ...]], Query]) -> Callable[[str, Sequence[str]], list[Part]]:
    def read(name: str, values: Sequence[str]) -> list[Part]:
        return _any_of(facet, lambda some: query(tuple(_id(name, value) for value in some)), values)

    return read


def _linked(kind: EntityKind, role: Role | None = None) -> Callable[[str, Sequence[str]], list[Part]]:
    return _ids(kind.value if role is None else "", lambda ids: tree.Linked(kind, ids, role))


def _linked_to_all(kind: EntityKind) -> Callable[[str, Sequence[str]], list[Part]]:
    def read(name: str, values: Sequence[str]) -> list[Part]:
        return [Part("", tree.Linked(kind, (_id(name, value),))) for value in values]

    return read


def _bound(facet: str, node: Callable[..., Query], field: str, *, high: bool) -> Callable[[str, Sequence[str]], list[Part]]:
    def read(name: str, values: Sequence[str]) -> list[Part]:
        value = _value(field, name, values[0], high=high)
        return [Part(facet, node(field, None, value) if high else node(field, value, None))]

    return read


def _switch(field: str) -> Callable[[str, Sequence[str]], list[Part]]:
    def read(name: str, values: Sequence[str]) -> list[Part]:
        on = _BOOLEANS.get(values[0].lower())
        if on is None:
            raise BadQuery(name, f"{values[0][:40]!r} is neither true nor false")
        found = tree.Mine(field, 1, None)  # type: ignore[arg-type]  # the table below names fields of Mine
        return [Part("", found if on else tree.Not(found))]

    return read


def _value(field: str, name: str, text: str, *, high: bool) -> float | str:
    """A bound in the unit of the field."""
    if field in tree.TIME_FIELDS:
        return moment(text, end=high, field=name)
    if field == "date":
        if not _DATE.fullmatch(text):
            raise BadQuery(name, f"{text[:40]!r} is not YYYY, YYYY-MM or YYYY-MM-DD")
        return text
    if not _NUMBER.fullmatch(text):
        raise BadQuery(name, f"{text[:40]!r} is not a number")
    number = float(text)
    return int(text) if text.lstrip("-").isdecimal() else number if math.isfinite(number) else 0


def _id(name: str, text: str) -> int:
    if not _ID.fullmatch(text):
        raise BadQuery(name, f"{text[:40]!r} is not an id")
    return int(text)


def _one(name: str, values: list[str]) -> str:
    if len(values) > 1:
        raise BadQuery(name, "give it once")
    return values[0]


def _seed(text: str | None) -> int | None:
    if text is None:
        return None
    if not _ID.fullmatch(text):
        raise BadQuery("seed", f"{text[:40]!r} is not a whole number")
    return int(text)


_FIELD_TYPES: dict[str, Type] = {**dict.fromkeys(tree.TIME_FIELDS, "time"), "date": "date", "duration": "number", "progress": "number"}
_UNITS: dict[str, str] = {
    "duration": "seconds",
    "size": "bytes",
    "width": "pixels",
    "height": "pixels",
    "rating": "0-100",
    "age_rating": "years",
    "progress": "0-1 of the whole",
}
# What the viewer's own bounds are called in an address, where plain `rating` is the source's.
_OWN_BOUNDS: dict[str, tree.MineField] = {
    "my_rating": "rating",
    "progress": "progress",
    "play_count": "play_count",
    "play_seconds": "play_seconds",
    "last_played": "last_played",
}


def _bounds(name: str, field: str, facet: str, node: Callable[..., Query], whose: str) -> list[Filter]:
    unit = f", {_UNITS[field]}" if field in _UNITS else ""
    kind = _FIELD_TYPES.get(field, "integer")
    words = field.replace("_", " ")
    return [
        Filter(f"{name}_min", kind, f"{whose}{words} from this on{unit}", _bound(facet, node, field, high=False)),
        Filter(f"{name}_max", kind, f"{whose}{words} up to this, included{unit}", _bound(facet, node, field, high=True)),
    ]


def _table() -> tuple[Filter, ...]:
    kinds = tuple(kind.value for kind in ItemKind)
    formats = tuple(shape.value for shape in Format)
    fields = tree.HAS_FIELDS
    persons = [role for role in Role if role is not Role.NONE]
    either = "repeat for any-of, -id to exclude"
    return (
        Filter("q", "text", 'words in title, names and description: word -word "a phrase" pre*', _search),
        Filter("id", "integer", "these items only", _ids("", tree.IdIs), repeats=True, negates=True),
        Filter(
            "kind", "text", "kind of item", _chosen("kind", kinds, lambda some: tree.KindIs(tuple(map(ItemKind, some)))), kinds, True, True
        ),
        Filter("library", "integer", f"library id; {either}", _ids("library", tree.LibraryIs), repeats=True, negates=True),
        Filter(
            "format",
            "text",
            "shape of pictures and videos",
            _chosen("format", formats, lambda some: tree.FormatIs(tuple(map(Format, some)))),
            formats,
            True,
            True,
        ),
        *(Filter(kind.value, "integer", f"{kind.value} id; {either}", _linked(kind), (), True, True) for kind in EntityKind),
        *(
            Filter(f"{kind.value}_all", "integer", f"{kind.value} ids that must all be there", _linked_to_all(kind), (), True)
            for kind in EntityKind
        ),
        *(
            Filter(role.value, "integer", f"id of a person as {role.value}; {either}", _linked(EntityKind.PERSON, role), (), True, True)
            for role in persons
        ),
        Filter("year", "integer", "year; repeat for any-of, -year to exclude", _ids("year", _years), repeats=True, negates=True),
        *(
            each
            for field in tree.RANGE_FIELDS
            for each in _bounds(field, field, field if field in {"year", "rating"} else "", tree.Range, "")
        ),
        Filter("has", "text", "has a value or link of this kind; -field for missing", _chosen("", fields, _has_any), fields, True, True),
        Filter("missing", "text", "lacks a value or link of this kind", _chosen("", fields, _lacks_any), fields, True),
        Filter("favorite", "boolean", "my favorites, or the others", _switch("favorite")),
        Filter("hidden", "boolean", "what I hid, or the rest; lists leave out what I hid, see /api/hidden", _switch("hidden")),
        Filter("played", "boolean", "played by me at least once, or never", _switch("play_count")),
        *(each for name, field in _OWN_BOUNDS.items() for each in _bounds(name, field, "", tree.Mine, "my ")),
        Filter("filter", "json", "a filter tree, for what the others cannot say", _tree),
    )


def _years(years: tuple[int, ...]) -> Query:
    found = tuple(tree.Range("year", year, year) for year in years)
    return found[0] if len(found) == 1 else tree.Or(found)


def _has_any(fields: tuple[str, ...]) -> Query:
    found = tuple(tree.Has(field) for field in fields)  # type: ignore[arg-type]  # checked against HAS_FIELDS
    return found[0] if len(found) == 1 else tree.Or(found)


def _lacks_any(fields: tuple[str, ...]) -> Query:
    found = tuple(tree.Not(tree.Has(field)) for field in fields)  # type: ignore[arg-type]  # checked against HAS_FIELDS
    return found[0] if len(found) == 1 else tree.Or(found)


FILTERS: dict[str, Filter] = {entry.name: entry for entry in _table()}
ORDER: dict[str, str] = {
    "sort": f"one of {', '.join(SORTS)}; default {DEFAULT_SORT}",
    "order": "asc or desc; each sort has its own usual direction",
    "seed": "shuffles sort=random: the same number gives the same order",
}
