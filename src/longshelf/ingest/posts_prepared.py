"""What `prepared.prepare` computes, for posts: they name the same tags and persons again and again, so the words of a name are kept.

The rule: the outcome is that of `prepare`, to the letter."""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from longshelf.ingest.prepared import Prepared, prepare, reading_order, title_key
from longshelf.model.records import ItemRecord
from longshelf.model.text import NAMES_CAP, document, tokens

_NAMES_KEPT = 1 << 16  # about 30 MB


class Words(NamedTuple):
    """The words of a name, and how many characters they have."""

    words: tuple[str, ...]
    length: int


def prepare_post(record: ItemRecord) -> Prepared:
    """As `prepare`. Pure."""
    return prepare_named(record, [words_of(credit.name) for credit in record.credits])


def prepare_named(record: ItemRecord, names: Iterable[Words]) -> Prepared:
    """As `prepare`; `names` are the words of its credits, in order. Pure."""
    count = length = 0
    found: list[tuple[str, ...]] = []
    for words, size in names:
        count += len(words) + 1
        length += size
        if words:
            found.append(words)
    if count > NAMES_CAP[0] or length > NAMES_CAP[1]:  # so many that not all of them are searchable
        return prepare(record)
    bare = document((record.title, record.subtitle), (), record.description)
    return Prepared(record, title_key(record), reading_order(record.credits), bare._replace(names=tuple(found)))


@lru_cache(maxsize=_NAMES_KEPT)
def words_of(name: str) -> Words:
    """What is searched of a name. Pure."""
    words = tuple(tokens(name))
    return Words(words, sum(map(len, words)))
