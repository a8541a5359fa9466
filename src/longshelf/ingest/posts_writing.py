"""Writing sheets of posts: what their reader made, with ids put in. The short way from a page to the store, beside the usual one,
`put.put_items`.

The rules: what is written is what `put_items` would write of the same posts; a post it would write otherwise is left to it: one with a
field that a person has edited, or with a name that is searched by other words in the store. A number leads to an entity as long as no name
was given away, and never past a transaction that was rolled back: that ends the import. Foreign keys are looked at here, once a page."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from longshelf.errors import NotFound
from longshelf.ingest import rows
from longshelf.ingest.entities import EntityCache, key_of
from longshelf.ingest.posts_sheet import Sheet, Sheeted
from longshelf.model.records import Credit
from longshelf.model.text import natural_key, tokens
from longshelf.model.times import rfc3339
from longshelf.store import cards, entity_writing, items, links, search
from longshelf.store.database import Write
from longshelf.store.items import Existing
from longshelf.store.links import Numbers

_UNKNOWN, _NOBODY = -1, 0
_GONE = "The library, or somebody whom posts name, was removed while they were imported. Import the file again."


class Placed(NamedTuple):
    """A post of a sheet and where it goes: its place in the sheet, the item's id, what stands there."""

    place: int
    item_id: int
    before: Existing | None


class Led:
    """Where the numbers of credits lead, in one library."""

    def __init__(self, entities: EntityCache) -> None:
        self._cache = entities
        self._credits: list[Credit] = []
        self._version = 0
        self.ids: Numbers = np.empty(0, np.int64)
        self.codes: Numbers = np.empty(0, np.int64)
        self.positioned: NDArray[np.bool_] = np.empty(0, np.bool_)
        self.otherwise: NDArray[np.bool_] = np.empty(0, np.bool_)  # called by other words in the store
        self.shown: list[cards.CardLink | None] = []  # on cards; the same as parts and as ids
        self.parts: list[str] = []
        self.card_ids: list[int] = []

    def position(self, number: int) -> float | None:
        """A place in a series."""
        return self._credits[number].position

    def learn(self, sheet: Sheet) -> None:
        """The credits a page numbers; pages come in order."""
        if sheet.first == 0:
            self._credits, self.shown, self.parts, self.card_ids = [], [], [], []
        assert sheet.first == len(self._credits), "a page is missing"
        self._credits.extend(sheet.credits)
        self.shown.extend([None] * len(sheet.credits))
        self.parts.extend([""] * len(sheet.credits))
        self.card_ids.extend([_NOBODY] * len(sheet.credits))
        self.ids = _kept(self.ids, sheet.first, [_UNKNOWN] * len(sheet.credits))
        self.codes = _kept(self.codes, sheet.first, [links.code(each.role, each.kind) for each in sheet.credits])
        self.positioned = _kept(self.positioned, sheet.first, [each.position is not None for each in sheet.credits])
        self.otherwise = _kept(self.otherwise, sheet.first, [False] * len(sheet.credits))

    def find(self, write: Write, numbers: Numbers, at: int) -> None:
        """Finds or makes whom the numbers mean that are not known yet."""
        version = entity_writing.names_version(write.connection)
        if version != self._version:
            self.ids[:] = _UNKNOWN
            self._version = version
        unknown = list(dict.fromkeys(numbers[self.ids[numbers] == _UNKNOWN].tolist()))  # the first spelling names an entity
        if not unknown:
            return
        wanted = [self._credits[number] for number in unknown]
        found = self._cache.resolve(write, wanted, at=at)
        for number, credit in zip(unknown, wanted, strict=True):
            key = key_of(credit)
            self._lead(number, credit, found.get(key, _NOBODY), self._cache.named.get(key, credit.name))

    def _lead(self, number: int, credit: Credit, entity_id: int, name: str) -> None:
        self.ids[number] = entity_id
        self.otherwise[number] = name != credit.name and _words(name) != _words(credit.name)
        shown = rows.linked(credit, entity_id, name).shown if entity_id else None
        self.shown[number] = shown
        self.parts[number], self.card_ids[number] = (cards.part(shown), shown.id) if shown else ("", _NOBODY)


def counted(sheet: Sheet, places: Sequence[int]) -> tuple[Numbers, Numbers]:
    """Of the posts at `places`, ascending: for each credit, which of these posts has it, and its number."""
    counts = np.frombuffer(sheet.counts, np.int32)
    numbers = np.frombuffer(sheet.numbers, np.int32)
    chosen = np.zeros(len(counts), np.bool_)
    chosen[list(places)] = True
    return np.repeat(np.arange(len(places)), counts[chosen]), numbers[np.repeat(chosen, counts)].astype(np.int64)


def put_posts(  # noqa: PLR0917 - what a page is written with
    write: Write, library_id: int, sheet: Sheet, placed: Sequence[Placed], led: Led, at: int
) -> list[Placed]:
    """Writes those of the posts it can, by ascending place; the others. The caller touches the write and commits the cache, and none of the
    items has a lock."""
    if not placed:
        return []
    owners, numbers = counted(sheet, [each.place for each in placed])
    led.find(write, numbers, at)
    left = set(np.unique(owners[led.otherwise[numbers]]).tolist())
    rest = [each for order, each in enumerate(placed) if order in left]
    if left:
        placed = [each for order, each in enumerate(placed) if order not in left]
        owners, numbers = counted(sheet, [each.place for each in placed])
    _verify(write, library_id, led.ids[numbers])
    _put(write, library_id, [(sheet.posts[each.place], each) for each in placed], led, at)
    _put_links(write, np.array([each.item_id for each in placed], np.int64), owners, numbers, led)
    return rest


def _put(write: Write, library_id: int, placed: Sequence[tuple[Sheeted, Placed]], led: Led, at: int) -> None:
    connection, revision = write.connection, write.revision
    known = [each.item_id for _, each in placed if each.before is not None]
    if known:
        items.clear_details(connection, known)
    now = cards.part(rfc3339(at))
    moments = lru_cache(maxsize=64)(lambda moment: cards.part(rfc3339(moment)))
    item_rows, card_rows = [], []
    for post, (_, item_id, before) in placed:
        added_at, color = (before.added_at, before.color) if before else (at if post.added_at is None else post.added_at, "")
        if before and before.cover_version:
            color = ""  # of a picture it has no more
        item_rows.append((item_id, library_id, added_at, at, revision, color, *post.said))
        shown_color = f'"{color}"' if color.startswith("#") else "null"
        added = now if added_at == at else moments(added_at)
        listed = _listed(post, led)
        card = cards.joined(item_id, library_id, post.front, added, post.created, now, post.back, shown_color, listed)
        card_rows.append((item_id, card))
    items.put_posts(connection, item_rows)
    items.put_cards(connection, card_rows)
    search.write_stored(connection, [(each.item_id, *post.texts) for post, each in placed], new=not known)


def _listed(post: Sheeted, led: Led) -> str:
    """The links of its card."""
    if post.fits:
        ids = {led.card_ids[number] for number in post.shown}
        if len(ids) == len(post.shown) and _NOBODY not in ids:
            return ",".join([led.parts[number] for number in post.shown])
    return ",".join(map(cards.part, cards.shown([link for number in post.shown if (link := led.shown[number]) is not None])))


def _put_links(write: Write, item_ids: Numbers, owners: Numbers, numbers: Numbers, led: Led) -> None:
    """As `rows.link_rows` has it: a name given twice in one role is one link, at its first place."""
    ordinals = np.arange(len(owners)) - np.searchsorted(owners, owners)
    entities, codes = led.ids[numbers], led.codes[numbers]
    pairs = links.pairs(owners, entities, codes)
    order = np.argsort(pairs, kind="stable")
    pairs = pairs[order]
    first = np.ones(len(order), np.bool_)
    first[1:] = pairs[1:] != pairs[:-1]
    order = order[first & (entities[order] != _NOBODY)]
    positioned = led.positioned[numbers[order]]
    plain, others = order[~positioned], order[positioned]
    connection = write.connection
    links.put(connection, item_ids[owners[plain]], entities[plain], codes[plain], ordinals[plain])
    items.put_links(
        connection,
        [
            (item_id, entity_id, *links.named(code), led.position(number), ordinal)
            for item_id, entity_id, code, number, ordinal in zip(
                item_ids[owners[others]].tolist(),
                entities[others].tolist(),
                codes[others].tolist(),
                numbers[others].tolist(),
                ordinals[others].tolist(),
                strict=True,
            )
        ],
    )


def _verify(write: Write, library_id: int, entities: Numbers) -> None:
    """In place of foreign keys, which cost more than all of a post's links: NotFound when what the rows lead to is not there."""
    found = np.unique(entities)
    if not (links.library_there(write.connection, library_id) and links.all_there(write.connection, found[found != _NOBODY])):
        raise NotFound(_GONE)


def verify_rest(write: Write, item_ids: Sequence[int]) -> None:
    """The same for what was written the usual way in the same transaction."""
    if not links.lead_somewhere(write.connection, item_ids):
        raise NotFound(_GONE)


def _words(name: str) -> tuple[list[str], str]:
    """What is found and sorted by a name."""
    return tokens(name), natural_key(name)


def _kept(array: NDArray[Any], first: int, values: list[Any]) -> NDArray[Any]:
    return np.concatenate([array[:first], np.array(values, array.dtype)])
