"""What `prepared.prepare` computes, for posts: they name the same tags and persons again and again, so the words of a name are kept.

The rule: the outcome is that of `prepare`, to the letter."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import msgspec

from longshelf.ingest.prepared import Prepared, prepare
from longshelf.model.records import Credit, ItemRecord
from longshelf.model.text import NAMES_CAP, tokens

_NAMES_KEPT = 1 << 16  # about 30 MB
_ORDERING = ("series", "group")  # what an item may be a numbered part of


class _Words(NamedTuple):
    """The words of a name, and how many characters they have."""

    words: tuple[str, ...]
    length: int


def prepare_post(record: ItemRecord) -> Prepared:
    """As `prepare`. Pure."""
    names = _names(record.credits)
    if names is None:
        return prepare(record)
    bare = prepare(msgspec.structs.replace(record, credits=tuple([each for each in record.credits if each.kind in _ORDERING])))
    return Prepared(record, bare.title_key, bare.series_key, bare.search._replace(names=names))


def _names(credits: Iterable[Credit]) -> tuple[tuple[str, ...], ...] | None:
    """None where they are so many that not all of them are searchable."""
    count = length = 0
    found: list[tuple[str, ...]] = []
    for credit in credits:
        words = _words(credit.name)
        count += len(words.words) + 1
        length += words.length
        if words.words:
            found.append(words.words)
    return tuple(found) if count <= NAMES_CAP[0] and length <= NAMES_CAP[1] else None


@lru_cache(maxsize=_NAMES_KEPT)
def _words(name: str) -> _Words:
    words = tuple(tokens(name))
    return _Words(words, sum(map(len, words)))
