"""A page of items as bytes: stored cards joined, and what the viewer said about each spliced in behind it. No card is decoded."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from longshelf.catalog.shapes import Me
from longshelf.model.times import rfc3339
from longshelf.store.reading import MineRow

_UNTOUCHED = Me(rating=None, favorite=False, progress=None, play_count=0, last_played_at=None, hidden=False)
_encode = msgspec.json.Encoder().encode


def me(row: MineRow | None) -> Me:
    """The wire form of a user's row; the same as untouched when there is none."""
    if row is None:
        return _UNTOUCHED
    return Me(
        rating=row.rating,
        favorite=bool(row.favorite),
        progress=row.progress,
        play_count=row.play_count,
        last_played_at=rfc3339(row.last_played_at),
        hidden=bool(row.hidden),
    )


_PLAIN_TAIL = ',"me":' + _encode(_UNTOUCHED).decode() + "}"


def joined(ids: Iterable[int], cards: Mapping[int, str], mine: Mapping[int, MineRow]) -> bytes:
    """`[{card, me}, …]` in the order of `ids`; an id whose card is gone (deleted with its library meanwhile) is left out."""
    return ("[" + ",".join([cards[id_][:-1] + _tail(mine.get(id_)) for id_ in ids if id_ in cards]) + "]").encode()


def listing(items: bytes, pagination: Any, snapshot: str) -> bytes:
    """The list shape around encoded items."""
    return b'{"items":' + items + b',"pagination":' + _encode(pagination) + b',"snapshot":' + _encode(snapshot) + b"}"


def _tail(row: MineRow | None) -> str:
    return _PLAIN_TAIL if row is None else ',"me":' + _encode(me(row)).decode() + "}"
