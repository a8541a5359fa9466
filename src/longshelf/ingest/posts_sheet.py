"""Posts as their reader hands them to the writer: everything that needs no id is made, and whom they name is numbered.

The rules: a number stands for the same credit in all sheets until numbering begins anew (`Sheet.first` is 0); what a sheet holds is what
`prepare`, `rows` and `cards` make of the same record; nothing in it depends on the store but its dialect."""

from array import array
from collections.abc import Sequence
from typing import Any

import msgspec

from longshelf.ingest.posts_prepared import Words, prepare_named, words_of
from longshelf.ingest.rows import year_of
from longshelf.model.records import Credit, ItemRecord
from longshelf.model.times import rfc3339
from longshelf.sources.posts.post import Read
from longshelf.store import cards, search

NUMBERED_MOST = 1 << 16  # credits; more, and numbering begins anew with the next sheet
_json = msgspec.json.Encoder(order="deterministic")
_NOTHING = cards.part(None)


class Sheeted(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One post. `said` in the order of `items.SAID`; `front`, `created` and `back` are parts of its card; `texts` are what is searched;
    `shown` are the numbers of credits a card may show, and `fits` tells that it has room for all; `added_at` is when its source took
    it in."""

    said: tuple[Any, ...]
    front: str
    created: str
    back: str
    texts: tuple[str, ...]
    shown: tuple[int, ...]
    fits: bool
    added_at: int | None


class Sheet(msgspec.Struct, frozen=True):
    """The posts of one page. `credits` are numbered from `first` on; `counts` tells how many each post has and `numbers` which ones, one
    post after the other, as arrays of C ints."""

    posts: list[Sheeted]
    first: int
    credits: list[Credit]
    counts: bytes
    numbers: bytes


class Numbering:
    """Makes sheets; one for all pages of a file."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self._numbers: dict[int, int] = {}  # by `id()`: the reader of lines gives each credit once, and `_credits` keeps it
        self._credits: list[Credit] = []
        self._words: list[Words] = []

    def sheet(self, found: Sequence[Read]) -> Sheet:
        """Of what was read of one page."""
        if len(self._credits) > NUMBERED_MOST:
            self._numbers, self._credits, self._words = {}, [], []
        first = len(self._credits)
        counts, numbers = array("i"), array("i")
        posts: list[Sheeted] = []
        for each in found:
            named = self._numbered(each.record.credits)
            counts.append(len(named))
            numbers.extend(named)
            posts.append(self._sheeted(each.record, named, each.added_at))
        return Sheet(posts, first, self._credits[first:], counts.tobytes(), numbers.tobytes())

    def _numbered(self, credits: Sequence[Credit]) -> list[int]:
        known = self._numbers
        try:
            return [known[id(credit)] for credit in credits]
        except KeyError:
            for credit in credits:
                if id(credit) not in known:
                    known[id(credit)] = len(self._credits)
                    self._credits.append(credit)
                    self._words.append(words_of(credit.name))
            return [known[id(credit)] for credit in credits]

    def _sheeted(self, record: ItemRecord, named: Sequence[int], added_at: int | None) -> Sheeted:
        prepared = prepare_named(record, [self._words[number] for number in named])
        date = record.date or None
        kinds = [credit.kind for credit in record.credits]
        return Sheeted(
            said=(
                record.external_id, record.kind, record.title, prepared.title_key, record.description, date, year_of(record.date),
                record.created_at, record.duration, record.width, record.height, record.rating, record.age_rating, prepared.series_key,
                _json.encode(record.extra).decode() if record.extra else "{}", record.content_hash,
            ),
            front=cards.part(cards.Front(record.kind, record.title, None, date)),
            created=_NOTHING if record.created_at is None else cards.part(rfc3339(record.created_at)),
            back=cards.part(
                cards.Back(record.duration, record.width, record.height, None, None, record.rating, record.age_rating, None)
            ),
            texts=search.stored(prepared.search, self.dialect),
            shown=tuple([number for number, kind in zip(named, kinds, strict=True) if kind in cards.CARD_LINKS]),
            fits=all(kinds.count(kind) <= room for kind, room in cards.CARD_LINKS.items()),
            added_at=added_at,
        )  # fmt: skip
