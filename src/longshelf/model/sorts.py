"""Every order a list can have, as one table. Each is total: value first, items without one last in both directions, then the id
in the direction of the sort. So a place in a list is a `Key`, and a page never depends on how ties fell.

The viewer's own sorts go by what he said about the items: most of a library has no value in them."""

import hashlib
from typing import Literal

import msgspec

from longshelf.errors import BadQuery
from longshelf.model.facts import ItemFacts
from longshelf.model.viewer import NOBODY, Viewer

Value = int | float | str | None
Order = Literal["asc", "desc"]
Labels = Literal["month", "year", "letter", "number", "none"]
OwnField = Literal["", "rating", "last_played", "progress", "play_count"]


class SortField(msgspec.Struct, frozen=True):
    """`fact` is the attribute of ItemFacts, `column` the one of the item table ("" when computed or the viewer's own), `type` that of
    its values, `order` the direction people expect first, `labels` how a scroll rail names places in it, `own` the attribute of
    MineFacts in a sort of the viewer's own; there 0 plays are no value."""

    name: str
    fact: str
    column: str
    type: Literal["integer", "number", "text"]
    nullable: bool
    order: Order
    labels: Labels
    about: str
    own: OwnField = ""


_TABLE = (
    SortField("added", "added", "added_at", "integer", False, "desc", "month", "when Longshelf first saw it"),
    SortField("created", "created", "created_at", "integer", True, "desc", "month", "when the source made it"),
    SortField("updated", "updated", "updated_at", "integer", False, "desc", "month", "when it last changed"),
    SortField("date", "date", "date", "text", True, "desc", "year", "release or publication date"),
    SortField("title", "title_key", "title_key", "text", False, "asc", "letter", "title, numbers by value"),
    SortField("duration", "duration", "duration", "number", True, "desc", "number", "length in seconds"),
    SortField("size", "size", "size", "integer", True, "desc", "number", "bytes"),
    SortField("pages", "pages", "pages", "integer", True, "desc", "number", "number of pages"),
    SortField("rating", "rating", "rating", "integer", True, "desc", "number", "the source's rating, 0-100"),
    SortField("width", "width", "width", "integer", True, "desc", "number", "pixels"),
    SortField("height", "height", "height", "integer", True, "desc", "number", "pixels"),
    SortField("series", "series_key", "series_key", "text", True, "asc", "letter", "series, then number in it"),
    SortField("my_rating", "", "", "integer", True, "desc", "none", "your own rating", own="rating"),
    SortField("last_played", "", "", "integer", True, "desc", "none", "when you last played or read it", own="last_played"),
    SortField("progress", "", "", "number", True, "desc", "none", "how far you have come", own="progress"),
    SortField("play_count", "", "", "integer", True, "desc", "none", "how often you played or read it", own="play_count"),
    SortField("random", "", "", "integer", False, "asc", "none", "shuffled by `seed`, the same order for the same seed"),
    SortField("id", "id", "id", "integer", False, "desc", "none", "the order in which items were stored"),
)
SORTS: dict[str, SortField] = {field.name: field for field in _TABLE}
DEFAULT_SORT = "added"
SEED_MAX = 2**31 - 1


class Sort(msgspec.Struct, frozen=True):
    """One total order. `seed` (0 … 2³¹-1) matters to `random` only."""

    name: str = DEFAULT_SORT
    descending: bool = True
    seed: int = 0

    @property
    def field(self) -> SortField:
        return SORTS[self.name]

    def key(self, item: ItemFacts, viewer: Viewer = NOBODY) -> "Key":
        """The item's place in this order, for this viewer where the sort is his own."""
        if self.name == "random":
            return Key(shuffle(self.seed).key(item.id), item.id)
        if self.field.own:
            said: Value = getattr(item.mine_of(viewer.user_id), self.field.own)
            return Key(None if self.field.own == "play_count" and said == 0 else said, item.id)
        return Key(getattr(item, self.field.fact), item.id)

    def arranged(self, items: "list[ItemFacts]", viewer: Viewer = NOBODY) -> list[ItemFacts]:
        """The items in this order: the slow, obvious way."""
        keyed = [(self.key(item, viewer), item) for item in items]
        valued = sorted((pair for pair in keyed if pair[0].value is not None), key=_by_key, reverse=self.descending)
        empty = sorted((pair for pair in keyed if pair[0].value is None), key=lambda pair: pair[0].id, reverse=self.descending)
        return [item for _, item in valued + empty]


class Key(msgspec.Struct, frozen=True, array_like=True):
    """A place in an order: the sort value (None: no value) and the id that closes ties. The item itself may be gone."""

    value: Value
    id: int


class Shuffle(msgspec.Struct, frozen=True):
    """The constants of one shuffle: `key(id)` permutes 0 … 2³¹-1. Integers below 2⁶³ and the operators both databases share
    (+, *, &, |, >>) are all it takes, so every engine computes the same order."""

    multiply: int
    add: int
    remix: int
    shift: int

    def key(self, item_id: int) -> int:
        mixed = ((item_id & MASK) * self.multiply + self.add) & MASK
        mixed ^= mixed >> 16
        return (mixed * self.remix + self.shift) & MASK


MASK = 2**31 - 1


def shuffle(seed: int) -> Shuffle:
    """Odd multipliers below 2³¹ make each step reversible modulo 2³¹: no two ids below that share a key."""
    digest = hashlib.blake2b(str(seed).encode(), digest_size=16).digest()
    multiply, add, remix, shift = (int.from_bytes(digest[place : place + 4], "big") & MASK for place in (0, 4, 8, 12))
    return Shuffle(multiply | 0x40000001, add, remix | 0x40000001, shift)


def parse_sort(name: str | None, order: str | None, seed: int | None = None) -> Sort:
    """A sort from its URL parts; each sort has its own usual direction. Raises BadQuery for an unknown sort or order."""
    field = SORTS.get(name or DEFAULT_SORT)
    if field is None:
        raise BadQuery("sort", f"unknown sort {name!r}; one of {', '.join(SORTS)}")
    if order not in {None, "", "asc", "desc"}:
        raise BadQuery("order", f"unknown order {order!r}; asc or desc")
    if seed is not None and not 0 <= seed <= SEED_MAX:
        raise BadQuery("seed", f"a whole number from 0 to {SEED_MAX}")
    return Sort(field.name, (order or field.order) == "desc", seed or 0)


def _by_key(pair: tuple[Key, ItemFacts]) -> tuple[object, int]:
    return (pair[0].value, pair[0].id)
