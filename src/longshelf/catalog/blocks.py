"""Which items a block asks for, and in which order: the one reading of it, for its count, its preview and what a display plays of it.

A block asks for what holds in all it says: its search, its filter, the saved view it follows, its format. The rule: what cannot be read
(any more) matches nothing and says why. It never falls away, for a block without it would play what nobody chose."""

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import parse_qsl

from longshelf.catalog.filters import MAX_FILTER, read_filters
from longshelf.errors import BadQuery, Invalid
from longshelf.model import query as tree
from longshelf.model.kinds import Format
from longshelf.model.query import FormatIs, Nothing, Query, Text, both
from longshelf.model.sorts import Sort
from longshelf.model.terms import MAX_LENGTH
from longshelf.store.playlists import BlockRow

READ_KEPT = 8_192  # blocks whose reading is remembered: a list of a thousand playlists reads ten thousand of them, twice
READ_LONGEST = 1_000  # characters of one that is: nobody fills the memory with long ones
NEWEST = Sort("added", descending=True)
FORMATS: Mapping[str, Query] = {
    "mixed": tree.EVERYTHING,
    "wide": FormatIs((Format.WIDE,)),
    "tall": FormatIs((Format.TALL,)),
}


def query_of(block: BlockRow, views: Mapping[int, str], *, seed: int = 0) -> tuple[Query, Sort]:
    """What the block draws from, and the order in which; `seed` shuffles a random one. `views` are the queries of saved views, by view.
    Nothing, where the block cannot be read: `problem_of` says why."""
    try:
        found = wanted(block, views)
    except BadQuery:
        found = Nothing()
    return found, Sort("random", descending=False, seed=seed) if block.order == "random" else NEWEST


def problem_of(block: BlockRow, views: Mapping[int, str]) -> str:
    """Why the block draws nothing although there may be something, for the person who can mend it; "" when all is well."""
    try:
        wanted(block, views)
    except BadQuery as error:
        return str(error)
    return ""


def wanted(block: BlockRow, views: Mapping[int, str]) -> Query:
    """BadQuery for what cannot be read, naming the part of the block."""
    followed = "" if block.view_id is None else views.get(block.view_id)
    said = block.q, block.filter, followed or "", block.format
    found = _wanted(*said) if sum(map(len, said)) <= READ_LONGEST else _wanted.__wrapped__(*said)
    if followed is None:
        raise BadQuery("view_id", "the saved view is gone; choose another, or say what to play")
    return found


@lru_cache(maxsize=READ_KEPT)
def _wanted(q: str, filter_: str, followed: str, form: str) -> Query:
    if len(q) > MAX_LENGTH:
        raise BadQuery("q", f"a search has at most {MAX_LENGTH} characters")
    searched = Text(q) if q else tree.EVERYTHING
    found = both(searched, read_filter(filter_), read_filter(followed, field="view_id"), FORMATS[form])
    tree.check(found)
    return found


def read_filter(text: str, *, field: str = "filter") -> Query:
    """A filter tree as JSON, or the part of an address behind `?` (its order does not count); "" asks for everything. BadQuery, naming
    `field`."""
    if len(text) > MAX_FILTER:
        raise BadQuery(field, f"at most {MAX_FILTER} characters")
    if not text.strip():
        return tree.EVERYTHING
    if is_tree(text):
        return tree.from_json(text, field=field)
    try:
        return read_filters(parse_qsl(text.removeprefix("?"), keep_blank_values=True)).query
    except Invalid as error:
        raise BadQuery(field, str(error)) from None


def is_tree(text: str) -> bool:
    """Whether it is a filter tree, and no part of an address."""
    return text.lstrip().startswith("{")


def without_view(block: BlockRow, query: str) -> str:
    """The filter of a block that asks for the same without the view it follows, whose query this is."""
    if not block.filter.strip():
        return query
    try:
        kept = both(read_filter(block.filter), read_filter(query))
    except BadQuery:
        kept = Nothing()  # it asked for nothing before
    return tree.to_json(kept).decode()
