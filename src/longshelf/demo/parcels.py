"""Batches of the catalogue as the rows, cards and search texts the store holds. Pure functions of the batch, the numbering and the library.

The rule: cards are encoded by `store/cards.py` itself, and keys and words of a title or name are those of `model/text.py`; only, as the
vocabulary is small, they are made once for each word and put together for each item."""

import hashlib
from itertools import product
from typing import Any, NamedTuple

import msgspec
import numpy as np

from longshelf.demo import words
from longshelf.demo.catalogue import KINDS, NONE, NUMBERS, TAGS_DRAWN, Batch, Ints, Thing, role_of
from longshelf.model.kinds import EntityKind, ItemKind
from longshelf.model.records import Cover
from longshelf.model.text import natural_key, search_text
from longshelf.store import cards
from longshelf.store.cards import Card, CardLink
from longshelf.store.loading import Parcel
from longshelf.store.search import GAP

COLUMNS = (
    "id", "external_id", "kind", "title", "title_key", "date", "year", "added_at", "created_at", "updated_at", "duration", "width",
    "height", "size", "pages", "rating", "age_rating", "cover", "cover_version", "color",
)  # fmt: skip
# What all items of the catalogue have in common.
COMMON: dict[str, Any] = {
    "sort_title": "", "subtitle": "", "description": "", "language": "", "deleted_at": None, "series_key": None, "identifiers": "{}",
    "extra": "{}", "content_hash": b"",
}  # fmt: skip
_ON_CARD = (
    "id", "kind", "title", "date", "duration", "width", "height", "size", "pages", "rating", "age_rating", "cover_version", "color",
)  # fmt: skip
COVERS = {
    ItemKind.VIDEO: Cover("frame"),
    ItemKind.IMAGE: Cover("self"),
    ItemKind.BOOK: Cover("member", "cover.jpg"),
    ItemKind.COMIC: Cover("member", "001.jpg"),
    ItemKind.AUDIOBOOK: Cover("picture"),
    ItemKind.POST: Cover("sidecar", "picture.jpg"),
}
# Every picture has a colour already: there is nothing to look at, and nobody shall look for it.
COLORS = tuple(f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in product((32, 96, 160, 224), repeat=3))


class Numbering(NamedTuple):
    """Where the catalogue goes: the library, and the ids of its first item and first entity. All others follow without a gap."""

    library_id: int
    first_item: int
    first_entity: int


class Packing:
    """Makes the parcels of one catalogue."""

    def __init__(self, things: list[Thing], numbering: Numbering) -> None:
        self._numbering = numbering
        self._names = [search_text(thing.name) for thing in things]
        self._links = [  # of items that are seen or heard, and of those that are read
            [
                CardLink(numbering.first_entity + place, thing.kind.value, thing.name, role_of(thing.kind, read).value, None)
                for place, thing in enumerate(things)
            ]
            for read in (False, True)
        ]

    def parcel(self, batch: Batch) -> Parcel:
        """The items of the batch, in its order."""
        ids = range(self._numbering.first_item + batch.first, self._numbering.first_item + batch.first + len(batch.kind))
        columns = _columns(batch, ids)
        linked = _lists(batch.links)
        first = self._numbering.first_entity
        return Parcel(
            items=[columns[name] for name in COLUMNS],
            cards=self._cards(batch, columns),
            links=[(item_id, *[first + place for place in places]) for item_id, places in zip(ids, linked, strict=True)],
            shapes=_shapes(batch),
            titles=_titles(batch, _PAIR_TEXTS, _NUMBERS),
            names=[GAP.join([self._names[place] for place in places]) for places in linked],
        )

    def _cards(self, batch: Batch, columns: dict[str, list[Any]]) -> list[str]:
        told = zip(*(columns[name] for name in _ON_CARD), strict=True)
        persons_and_studio = _lists(batch.links[:, TAGS_DRAWN:-1])
        rest = zip(_moments(batch.added), _moments(batch.created), batch.read.tolist(), persons_and_studio, strict=True)
        return [
            cards.encode(
                Card(
                    id=item_id, library_id=self._numbering.library_id, kind=kind, title=title, subtitle=None, date=date, added_at=added,
                    created_at=created, updated_at=added, duration=duration, width=width, height=height, size=size, pages=pages,
                    rating=rating, age_rating=age, cover=cards.cover_url(item_id, version), color=color or None,
                    links=[self._links[read][place] for place in linked],
                )
            )
            for (item_id, kind, title, date, duration, width, height, size, pages, rating, age, version, color), (
                added, created, read, linked
            ) in zip(told, rest, strict=True)
        ]  # fmt: skip


def _columns(batch: Batch, ids: range) -> dict[str, list[Any]]:
    """The columns of `items.COLUMNS` that differ between items."""
    kinds = [KINDS[place][0] for place in batch.kind.tolist()]
    covered = batch.covered.tolist()
    dated = (batch.day != NONE).tolist()
    dates = np.datetime_as_string(batch.day.astype("datetime64[D]")).tolist()
    years = (batch.day.astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970).tolist()
    added = batch.added.tolist()
    return {
        "id": list(ids),
        "external_id": [f"{number:09d}" for number in range(batch.first + 1, batch.first + len(batch.kind) + 1)],
        "kind": [kind.value for kind in kinds],
        "title": _titles(batch, _PAIRS, _NUMBERS),
        "title_key": _titles(batch, _PAIR_KEYS, _NUMBER_KEYS),
        "date": [date if known else None for date, known in zip(dates, dated, strict=True)],
        "year": [year if known else None for year, known in zip(years, dated, strict=True)],
        "added_at": added,
        "created_at": batch.created.tolist(),
        "updated_at": added,
        "duration": [None if value != value else value for value in batch.duration.tolist()],  # noqa: PLR0124 - NaN
        "width": _optional(batch.width),
        "height": _optional(batch.height),
        "size": batch.size.tolist(),
        "pages": _optional(batch.pages),
        "rating": _optional(batch.rating),
        "age_rating": _optional(batch.age_rating),
        "cover": [_COVERS[kind][0] if has else "" for kind, has in zip(kinds, covered, strict=True)],
        "cover_version": [_COVERS[kind][1] if has else "" for kind, has in zip(kinds, covered, strict=True)],
        "color": [COLORS[number % len(COLORS)] if has else "" for number, has in zip(batch.number.tolist(), covered, strict=True)],
    }


def _optional(column: Ints) -> list[int | None]:
    return [None if value == NONE else value for value in column.tolist()]


def _moments(column: Ints) -> list[str]:
    """As `times.rfc3339` writes whole seconds."""
    moments: list[str] = np.datetime_as_string(column.astype("datetime64[us]"), unit="s", timezone="UTC").tolist()
    return moments


def _titles(batch: Batch, pairs: list[str], numbers: list[str]) -> list[str]:
    chosen = (batch.adjective * len(words.NOUNS) + batch.noun).tolist()
    return [f"{pairs[pair]} {numbers[number]}" for pair, number in zip(chosen, batch.number.tolist(), strict=True)]


def _lists(table: Ints) -> list[list[int]]:
    """Each row without what is NONE."""
    kept = table != NONE
    flat = table[kept].tolist()
    ends = np.cumsum(kept.sum(axis=1)).tolist()
    return [flat[start:end] for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def _shapes(batch: Batch) -> list[int]:
    tags = (batch.links[:, :TAGS_DRAWN] != NONE).sum(axis=1)
    persons = (batch.links[:, TAGS_DRAWN:-2] != NONE).sum(axis=1)
    shapes: list[int] = (tags * 4 + (persons - 1) * 2 + batch.read).tolist()
    return shapes


def _shape(tags: int, persons: int, read: bool) -> tuple[tuple[str, str], ...]:
    kinds = [EntityKind.TAG] * tags + [EntityKind.PERSON] * persons + [EntityKind.STUDIO, EntityKind.GENRE]
    return tuple((kind.value, role_of(kind, read).value) for kind in kinds)


SHAPES = tuple(_shape(tags, persons, read) for tags in range(TAGS_DRAWN + 1) for persons in (1, 2) for read in (False, True))

_PAIRS = [f"{adjective} {noun}" for adjective in words.ADJECTIVES for noun in words.NOUNS]
_PAIR_KEYS = [natural_key(pair) for pair in _PAIRS]
_PAIR_TEXTS = [search_text(pair) for pair in _PAIRS]
_NUMBERS = [str(number) for number in range(NUMBERS)]
_NUMBER_KEYS = [natural_key(number) for number in _NUMBERS]


def _stored(cover: Cover) -> tuple[str, str]:
    encoded = msgspec.json.encode(cover, order="deterministic")
    return encoded.decode(), hashlib.blake2b(encoded, digest_size=6).hexdigest()


_COVERS = {kind: _stored(cover) for kind, cover in COVERS.items()}
