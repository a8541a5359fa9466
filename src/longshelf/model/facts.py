"""What a query can ask about one item, in plain Python: the row, its links and what people said about it.

The oracle of the engines: `Query.matches` and `Sort.key` read an `ItemFacts` and nothing else."""

from collections.abc import Mapping

import msgspec

from longshelf.model.kinds import EntityKind, Format, ItemKind, Role


class LinkFacts(msgspec.Struct, frozen=True):
    kind: EntityKind
    entity_id: int
    role: Role = Role.NONE


class MineFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One user's own data on one item. `rating` 0-100, `progress` 0-1 of the whole, `last_played` µs since 1970."""

    favorite: bool = False
    hidden: bool = False
    rating: int | None = None
    progress: float | None = None
    play_count: int = 0
    play_seconds: float = 0.0
    last_played: int | None = None


UNTOUCHED = MineFacts()


class ItemFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Units as in `model.records`. `names` are the names of the linked entities, `mine` is by user id."""

    id: int
    library_id: int
    kind: ItemKind
    title: str = ""
    subtitle: str = ""
    description: str = ""
    names: tuple[str, ...] = ()
    title_key: str = ""
    series_key: str | None = None
    date: str | None = None
    year: int | None = None
    added: int = 0
    created: int | None = None
    updated: int = 0
    duration: float | None = None
    width: int | None = None
    height: int | None = None
    size: int | None = None
    pages: int | None = None
    rating: int | None = None
    age_rating: int | None = None
    cover: str = ""
    links: tuple[LinkFacts, ...] = ()
    mine: Mapping[int, MineFacts] = {}

    def mine_of(self, user_id: int | None) -> MineFacts:
        return UNTOUCHED if user_id is None else self.mine.get(user_id, UNTOUCHED)

    @property
    def format(self) -> Format | None:
        """None without both dimensions, or when one is 0."""
        if not self.width or not self.height:
            return None
        if self.width == self.height:
            return Format.SQUARE
        return Format.WIDE if self.width > self.height else Format.TALL
