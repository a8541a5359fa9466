"""Merging what changed into one column of a base: its distinct values, and the order of its items. A value's place among those of both,
shifted above an item's ordinal, makes one number: sorted, these are the order, and changes are inserted by a binary search."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import numpy as np

from longshelf.index import values as forms
from longshelf.index.bitmaps import Array, Ints
from longshelf.index.fields import Field, is_ascending, put_places, starts_of_runs, without_holes
from longshelf.index.folding_places import Places
from longshelf.index.values import Blocks, Numeric, Texts, put_values

_LOW = 2**32 - 1


class _Merged(NamedTuple):
    """Distinct values of the old column and of the changed items in one list. `moved`: where each old one stands in it; `places`: where
    that of each changed item stands that has one; `ordinals`: of these items."""

    moved: Array
    places: Array
    ordinals: Ints


def fold_numbers(put: Any, name: str, field: Field, column: tuple[Array, Array], places: Places, *, ordered: bool, counted: bool) -> None:
    """`column` are the values of the changed items, and a mask of those that are absent."""
    values, missing = column
    old = cast(Numeric, field.values).whole()
    distinct, at = np.unique(values[~missing].astype(old.dtype), return_inverse=True)
    below = np.searchsorted(old, distinct)
    inside = below < len(old)
    fresh = ~inside
    fresh[inside] = old[below[inside]] != distinct[inside]
    both = np.insert(old, below[fresh], distinct[fresh])
    merged = _Merged(_moved(len(old), below[fresh]), _stood(below, fresh)[at], places.ordinals[~missing])
    order, by_rank = (_reordered if ordered else _recoded)(field, merged, places)
    runs = starts_of_runs(by_rank)
    put_values(put, name, both[by_rank[runs]])
    put_places(put, name, runs, order, places.count, ordered=ordered, counted=counted)


def fold_texts(put: Any, name: str, field: Field, column: Array, places: Places) -> None:
    """`column` are the values of the changed items. Blocks of texts that gain and lose nothing are copied as they are."""
    texts = cast(Texts, field.values)
    present = np.array([value is not None for value in column], dtype=bool)
    given: list[str] = column[present].tolist()
    distinct = sorted(set(given))
    below, fresh, gained = _looked_up(texts, distinct)
    stood = dict(zip(distinct, _stood(below, fresh).tolist(), strict=True))
    at = np.fromiter(map(stood.__getitem__, given), dtype=np.int32, count=len(given))
    merged = _Merged(_moved(len(texts), below[fresh]), at, places.ordinals[present])
    order, by_rank = _reordered(field, merged, places)
    runs = starts_of_runs(by_rank)
    used = np.zeros(len(texts) + int(fresh.sum()), dtype=bool)
    used[by_rank[runs]] = True
    _rewritten(texts, gained, np.flatnonzero(~used[merged.moved])).put(put, name)
    put_places(put, name, runs, order, places.count, ordered=True)


def _moved(count: int, inserted: Array) -> Array:
    """Where each of `count` old values stands when others are inserted before these places."""
    steps = np.bincount(inserted, minlength=count + 1)[:count] + 1
    found: Array = np.cumsum(steps, dtype=np.int32) - np.int32(1)
    return found


def _stood(below: Array, fresh: Array) -> Array:
    """Where each distinct value of the changed items stands, from the number of old ones below it and whether it is a new one."""
    found: Array = (below + np.cumsum(fresh) - fresh).astype(np.int32)
    return found


def _reordered(field: Field, merged: _Merged, places: Places) -> tuple[Array, Array]:
    """(ordinals of those that have a value in order, places of their values) of a field that is sorted by."""
    arranged, by_rank = field.arranged(), merged.moved[field.by_rank()]
    if field.order is None:
        column = np.full(places.count, -1, dtype=np.int32)
        column[: len(by_rank)] = by_rank
        column[places.stale] = -1
        column[merged.ordinals] = merged.places
        column, gone = without_holes(column, column < 0, places.holes, ordered=True)
        order = np.flatnonzero(~gone).astype(np.int32)
        if is_ascending(column[order]):
            return order, column[order]
    kept = ~places.without[arranged]
    keys = _keys(by_rank[kept], arranged[kept])
    inserted = np.sort(_keys(merged.places, merged.ordinals))
    keys = np.insert(keys, np.searchsorted(keys, inserted), inserted)
    return (keys & _LOW).astype(np.int32), (keys >> 32).astype(np.int32)


def _recoded(field: Field, merged: _Merged, places: Places) -> tuple[Array, Array]:
    """The same of a field that is only counted."""
    assert field.codes is not None
    column = np.full(places.count, -1, dtype=np.int32)
    column[: field.count] = np.append(merged.moved, np.int32(-1))[field.codes]
    column[places.stale] = -1
    column[merged.ordinals] = merged.places
    present = np.flatnonzero(column >= 0)
    codes = column[present].astype(np.uint16) if len(merged.moved) + len(merged.places) < 2**16 else column[present]  # sorted much faster
    order = present[np.argsort(codes, kind="stable")]
    return order, column[order]


def _keys(places: Array, ordinals: Array) -> Ints:
    return places.astype(np.int64) << 32 | ordinals


def _looked_up(texts: Texts, distinct: Sequence[str]) -> tuple[Array, Array, dict[int, list[str]]]:
    """(how many old ones are below, whether it is a new one) for each text, and the new ones by the block they fall into."""
    below, fresh = np.zeros(len(distinct), dtype=np.int64), np.zeros(len(distinct), dtype=bool)
    gained: dict[int, list[str]] = {}
    held, opened = -1, list[str]()
    for index, value in enumerate(distinct):
        block = max(texts.block_of(value), 0)
        if block != held:
            held, opened = block, texts.block(block) if len(texts) else []
        place = bisect_left(opened, value)
        below[index] = int(texts.starts[block]) + place
        fresh[index] = place == len(opened) or opened[place] != value
        if fresh[index]:
            gained.setdefault(block, []).append(value)
    return below, fresh, gained


def _rewritten(texts: Texts, gained: dict[int, list[str]], lost: Array) -> Blocks:
    """The old texts without the lost ones (by place) and with the new ones."""
    blocks = Blocks()
    starts, last = texts.starts, len(texts.starts) - 1
    touched = {*gained, *(np.searchsorted(starts, lost.astype(np.int32), "right") - 1).tolist()}
    done = 0
    for block in sorted(touched):
        if done < block:
            blocks.copy(texts.frozen(done, block))
        _add_block(blocks, sorted([*_left(texts, block, lost), *gained.get(block, [])]))
        done = block + 1
    if done < last:
        blocks.copy(texts.frozen(done, last))
    return blocks


def _left(texts: Texts, block: int, lost: Array) -> list[str]:
    """What a block still holds."""
    if not len(texts):
        return []
    start, stop = int(texts.starts[block]), int(texts.starts[block + 1])
    first, end = np.searchsorted(lost, [start, stop]).tolist()
    gone = set((lost[first:end] - start).tolist())
    return [value for place, value in enumerate(texts.block(block)) if place not in gone]


def _add_block(blocks: Blocks, values: list[str]) -> None:
    """One block, or several where it has grown too large."""
    pieces = 1 if len(values) <= 2 * forms.TEXT_BLOCK else -(-len(values) // forms.TEXT_BLOCK)
    for piece in range(pieces):
        blocks.whole(values[piece * len(values) // pieces : (piece + 1) * len(values) // pieces])
