"""A page of items as bytes: stored cards joined, and what the viewer said about each spliced in behind it. No card is decoded."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from longshelf.catalog.shapes import Me
from longshelf.model.times import rfc3339
from longshelf.store.reading import MineRow

_UNTOUCHED = Me(rating=None, favorite=False, progress=None, play_count=0, last_played_at=None, hidden=False)
_encode = msgspec.json.Encoder().encode
_pack = msgspec.msgpack.Encoder().encode


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


_PLAIN_TAIL = b',"me":' + _encode(_UNTOUCHED) + b"}"
_PLAIN_SEAM = _PLAIN_TAIL + b","


class Sheet(NamedTuple):
    """A page whose cards are not read yet. Equal tags mean equal bytes: what `read` gives is what it gave for this tag before."""

    tag: str
    read: Callable[[], bytes]


def joined(ids: Iterable[int], cards: Mapping[int, bytes], mine: Mapping[int, MineRow]) -> bytes:
    """`[{card, me}, …]` in the order of `ids`; an id whose card is gone (deleted with its library meanwhile) is left out."""
    if mine:
        return b"[" + b",".join([cards[id_][:-1] + _tail(mine.get(id_)) for id_ in ids if id_ in cards]) + b"]"
    plain = _PLAIN_SEAM.join([cards[id_][:-1] for id_ in ids if id_ in cards])
    return b"[" + plain + _PLAIN_TAIL + b"]" if plain else b"[]"


def listing(items: bytes, pagination: Any, snapshot: str) -> bytes:
    """The list shape around encoded items."""
    return b'{"items":' + items + _about(pagination, snapshot)


def tag(newest: Sequence[int | None], user_id: int, ids: tuple[int, ...], pagination: Any, snapshot: str) -> str:
    """The name of a page's bytes. They follow from what an engine said (the ids and what goes with them) and from what is stored about
    these ids, which `newest` stands for (`store.reading.newest`, asked before the cards)."""
    said = _pack((newest, user_id, ids)) + _about(pagination, snapshot)
    return hashlib.blake2b(said, digest_size=12).hexdigest()


def _about(pagination: Any, snapshot: str) -> bytes:
    return b',"pagination":' + _encode(pagination) + b',"snapshot":' + _encode(snapshot) + b"}"


def _tail(row: MineRow | None) -> bytes:
    return _PLAIN_TAIL if row is None else b',"me":' + _encode(me(row)) + b"}"
