"""A query is a small tree of plain objects. It says which items; it does not say how to find them.

`store/engine` compiles it to SQL, `index` to bitmaps, and `matches` evaluates it in plain Python on one item: slow, obvious, and the
oracle both engines are tested against. A query speaks of live items only; what a viewer may see is another query, ANDed by the caller."""

# ruff: noqa: ARG002 -- every node answers `matches(item, viewer)`, though most need only one of the two

import hashlib
import math
from typing import Annotated, Literal, get_args

import msgspec

from longshelf.errors import BadQuery
from longshelf.model.facts import ItemFacts
from longshelf.model.kinds import EntityKind, Format, ItemKind, Role
from longshelf.model.moments import moment
from longshelf.model.terms import MAX_LENGTH, parse
from longshelf.model.text import document
from longshelf.model.viewer import Viewer

Id = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
RangeField = Literal[
    "rating", "age_rating", "duration", "size", "width", "height", "pages", "year", "date", "added", "created", "updated"
]  # fmt: skip
HasField = Literal[
    RangeField, "description", "cover", "person", "studio", "tag", "genre", "series", "group", "gallery", "publisher"
]  # fmt: skip
MineField = Literal["favorite", "hidden", "rating", "progress", "play_count", "play_seconds", "last_played"]
RANGE_FIELDS: tuple[RangeField, ...] = get_args(RangeField)
HAS_FIELDS: tuple[str, ...] = get_args(HasField)
MINE_FIELDS: tuple[MineField, ...] = get_args(MineField)
ENTITY_KINDS = frozenset(EntityKind)
TIME_FIELDS = frozenset({"added", "created", "updated", "last_played"})  # µs since 1970 UTC
PREFIX_END = "~"  # above every character of a date, so that a high bound of "2020" keeps all of 2020

MAX_DEPTH = 12
MAX_NODES = 400
MAX_IDS = 10_000  # in the whole tree


def _tag(name: str) -> str:
    return name.removesuffix("Is").lower()


class _Node(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag=_tag, tag_field="type"):
    """Nodes compare by value, hash, and read and write themselves as `{"type": "linked", …}`."""


class Everything(_Node, frozen=True):
    def matches(self, item: ItemFacts, viewer: Viewer) -> bool:
        return True


class Nothing(_Node, frozen=True):
    def matches(self, item: ItemFacts, viewer: Viewer) -> bool:
        return False


class And(_Node, frozen=True):
    """All of them; of none: everything."""

    of: "tuple[Query, ...]"

    def matches(self, item: ItemFacts, viewer: Viewer) -> bool:
        return all(part.matches(item, viewer) for part in self.of)


class Or(_Node, frozen=True):
    """Any of them; of none: nothing."""

    of: "tuple[Query, ...]"

    def matches(self, item: ItemFacts, viewer: Viewer) -> bool:
        return any(part.matches(item, viewer) for part in self.of)


class Not(_Node, frozen=True):
    of: "Query"

    def matches(self, item: ItemFacts, viewer: Viewer) -> bool:
        return not self.of.matches(item, viewer)


class IdIs(_Node, frozen=True):
    ids: tuple[Id, ...]

    def matches(self, item: ItemFacts, viewer: Viewer) -> bool:
        return item.id in self.ids


class KindIs(_Node, frozen=True):
    kinds: tuple[ItemKind, ...]

    def matches(self, item: ItemFacts, viewer: Viewer) -> bool:
        return item.kind in self.kinds


class LibraryIs(_Node, frozen=True):
    ids: tuple[Id, ...]

    def matches(self, item: ItemFacts, viewer: Viewer) -> bool:
        return item.library_id in self.ids


class FormatIs(_Node, frozen=True):
    """Items without both dimensions have no format."""

    formats: tuple[Format, ...]

    def matches(self, item: ItemFacts, viewer: Viewer) -> bool:
        return item.format in self.formats


class Linked(_Node, frozen=True):
    """Linked to any of the entities, in `role` when one is given."""

    kind: EntityKind
    ids: tuple[Id, ...]
    role: Role | None = None

    def matches(self, item: ItemFacts, viewer: Viewer) -> bool:
        return any(link.kind == self.kind and link.entity_id in self.ids and self.role in {None, link.role} for link in item.links)


class Has(_Node, frozen=True):
    """Has a value in a field, or a link to some entity of a kind. Missing is `Not(Has(…))`."""

    field: HasField

    def matches(self, item: ItemFacts, viewer: Viewer) -> bool:
        if self.field in ENTITY_KINDS:
            return any(link.kind == self.field for link in item.links)
        return getattr(item, self.field) not in {None, ""}


class Range(_Node, frozen=True):
    """A value from `low` to `high`, both included; None leaves that end open; an item without a value never matches. Dates are text and a
    high bound includes everything that begins with it: to "2020" holds "2020-12-31". Times are µs since 1970; `from_json` reads them as
    RFC 3339 text too."""

    field: RangeField
    low: int | float | str | None = None
    high: int | float | str | None = None

    def matches(self, item: ItemFacts, viewer: Viewer) -> bool:
        high = self.high + PREFIX_END if isinstance(self.high, str) else self.high
        return _between(getattr(item, self.field), self.low, high)


class Text(_Node, frozen=True):
    """Words as `model.terms` reads them."""

    q: str

    def matches(self, item: ItemFacts, viewer: Viewer) -> bool:
        return parse(self.q).match(document((item.title, item.subtitle), item.names, item.description))


class Mine(_Node, frozen=True):
    """The viewer's own data from `low` to `high`, both included; switches are 0 and 1. An item he never touched has no rating, progress or
    last_played, and 0 for the rest. With both ends open: has a value."""

    field: MineField
    low: int | float | None = None
    high: int | float | None = None

    def matches(self, item: ItemFacts, viewer: Viewer) -> bool:
        return _between(getattr(item.mine_of(viewer.user_id), self.field), self.low, self.high)


Query = Everything | Nothing | And | Or | Not | IdIs | KindIs | LibraryIs | FormatIs | Linked | Has | Range | Text | Mine


EVERYTHING = Everything()


def both(*queries: Query) -> Query:
    """AND without needless nesting: Everything vanishes, one Nothing decides, inner Ands are opened."""
    parts: list[Query] = []
    for query in queries:
        if isinstance(query, Nothing):
            return Nothing()
        if isinstance(query, And):
            parts.extend(query.of)
        elif not isinstance(query, Everything):
            parts.append(query)
    if not parts:
        return Everything()
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def canonical(query: Query) -> bytes:
    """One spelling for queries that differ only in order, repetition or nesting: what cache keys and cursors are bound to."""
    return msgspec.json.encode(_tidied(query))


def digest(query: Query) -> str:
    """32 hexadecimal digits of the canonical form."""
    return hashlib.blake2b(canonical(query), digest_size=16).hexdigest()


def to_json(query: Query) -> bytes:
    return msgspec.json.encode(query)


def from_json(data: bytes | str, *, field: str = "filter") -> Query:
    """A tree somebody else wrote. Raises BadQuery, naming `field`, for anything that is not one: unknown nodes or fields, wrong values,
    or more than MAX_DEPTH levels, MAX_NODES nodes or MAX_IDS ids."""
    try:
        query: Query = msgspec.json.decode(data, type=Query)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadQuery(field, f"not a filter tree: {error}") from None
    except RecursionError:
        raise BadQuery(field, f"nested deeper than {MAX_DEPTH} levels") from None
    check(query, field=field)
    return _timed(query, field)


def check(query: Query, *, field: str = "filter") -> None:
    """What types cannot say. Raises BadQuery with the reason."""
    nodes = 0
    ids = 0
    level: list[Query] = [query]
    depth = 0
    while level:
        depth += 1
        nodes += len(level)
        ids += sum(len(node.ids) for node in level if isinstance(node, IdIs | LibraryIs | Linked))
        if depth > MAX_DEPTH or nodes > MAX_NODES or ids > MAX_IDS:
            raise BadQuery(field, f"too large: at most {MAX_DEPTH} levels, {MAX_NODES} nodes and {MAX_IDS} ids")
        for node in level:
            _check_values(node, field)
        level = [part for node in level for part in parts(node)]


def parts(node: Query) -> "tuple[Query, ...]":
    """The nodes directly below."""
    if isinstance(node, And | Or):
        return node.of
    return (node.of,) if isinstance(node, Not) else ()


def _check_values(node: Query, field: str) -> None:
    if isinstance(node, Text) and len(node.q) > MAX_LENGTH:
        raise BadQuery(field, f"a search has at most {MAX_LENGTH} characters")
    if not isinstance(node, Range | Mine):
        return
    for bound in (node.low, node.high):
        if bound is not None:
            _check_bound(node.field, bound, field)


def _check_bound(name: str, bound: float | str, field: str) -> None:
    if isinstance(bound, str) and name in TIME_FIELDS:
        moment(bound, field=field)
    elif isinstance(bound, str) != (name == "date"):
        raise BadQuery(field, f"{name} is compared with {'a date such as 2020-05' if name == 'date' else 'a number'}, not {bound!r}")
    elif isinstance(bound, str):
        if len(bound) > 10 or set(bound) - set("0123456789-"):
            raise BadQuery(field, f"{name}: {bound!r} is not YYYY, YYYY-MM or YYYY-MM-DD")
    elif not (math.isfinite(bound) and abs(bound) < 2**63):
        raise BadQuery(field, f"{name}: {bound} is out of range")


def _timed(query: Query, field: str) -> Query:
    """Times that came as text, as numbers."""
    match query:
        case And() | Or():
            return type(query)(tuple(_timed(part, field) for part in query.of))
        case Not():
            return Not(_timed(query.of, field))
        case Range() if query.field in TIME_FIELDS:
            low = moment(query.low, field=field) if isinstance(query.low, str) else query.low
            high = moment(query.high, end=True, field=field) if isinstance(query.high, str) else query.high
            return Range(query.field, low, high)
        case _:
            return query


def _between(value: object, low: object, high: object) -> bool:
    if value is None:
        return False
    return (low is None or low <= value) and (high is None or value <= high)  # type: ignore[operator]  # checked when built


def _tidied(query: Query) -> Query:
    """The same question, written one way."""
    match query:
        case And() | Or():
            query = _tidied_branch(query)
        case Not():
            inner = _tidied(query.of)
            query = inner.of if isinstance(inner, Not) else Not(inner)
        case IdIs() | LibraryIs() | Linked():
            query = msgspec.structs.replace(query, ids=tuple(sorted(set(query.ids))))
        case KindIs():
            query = KindIs(tuple(sorted(set(query.kinds))))
        case FormatIs():
            query = FormatIs(tuple(sorted(set(query.formats))))
        case Text():
            terms = parse(query.q)
            query = Text(repr((sorted(terms.wanted, key=repr), sorted(terms.unwanted, key=repr))))
        case _:
            pass
    return query


def _tidied_branch(query: And | Or) -> Query:
    same = type(query)
    found: dict[bytes, Query] = {}
    for part in map(_tidied, query.of):
        for each in part.of if isinstance(part, same) else (part,):
            found[msgspec.json.encode(each)] = each
    ordered = tuple(found[spelling] for spelling in sorted(found))
    return ordered[0] if len(ordered) == 1 else same(ordered)
