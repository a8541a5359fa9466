"""Merging what changed into the postings of a base. Only the bitmaps of entities whose items changed are made anew, the others are copied
as bytes; of the table of the items' entities, the rows of changed items are written again.

While it works, an entity is named by its place among those of before and now together; those without items are left out at the end, so
numbers are what a build from the store gives."""

from typing import Any, NamedTuple

import numpy as np
from pyroaring import BitMap

from longshelf.index import bitmaps
from longshelf.index.bitmaps import Array, Ints
from longshelf.index.folding_places import Places
from longshelf.index.postings import KEPT_AT_ONCE, LOW, SEVERAL, Table, put_roles, starts_of
from longshelf.index.values import Arrays
from longshelf.model.kinds import EntityKind


class _Old(NamedTuple):
    """The postings of before. `stood`: the place of each entity among those of before and now; `numbers`: the other way round, -1 for new
    ones."""

    arrays: dict[str, Array]
    stood: Ints
    numbers: Ints

    def bitmap(self, entity: int) -> BitMap:
        number = self.numbers[entity]
        if number < 0:
            return bitmaps.EMPTY
        offsets = self.arrays["offsets"]
        return bitmaps.thaw(self.arrays["blob"][offsets[number] : offsets[number + 1]])


class _Links(NamedTuple):
    """The links of the changed items: ordinal of the item, entity, number of the role."""

    items: Ints
    entities: Ints
    roles: Array


class _Carried(NamedTuple):
    """Of every entity: its bitmap as bytes, how many items it has, and its one role or SEVERAL."""

    frozen: dict[int, Array]  # of the touched ones
    counts: Ints
    single: Array


def fold_links(put: Any, kind: EntityKind, arrays: Arrays, links: tuple[Ints, Ints, Array], places: Places) -> Ints:
    """`links` are (ordinal of the item, entity, number of the role) of the changed items, in any order. The entities that carry items."""
    prefix = f"link.{kind}."
    held = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
    ids = np.union1d(held["entities"], links[1])
    old = _renumbering(held, ids)
    fresh = _Links(links[0], np.searchsorted(ids, links[1]), links[2])
    touched = np.union1d(old.stood[_numbers_of(held, places.stale)], fresh.entities)
    carried, role_rows = _touched(old, fresh, touched, places)
    kept = np.flatnonzero(carried.counts > 0)
    numbers = np.full(len(ids), -1, dtype=np.int64)
    numbers[kept] = np.arange(len(kept))
    put(f"{prefix}entities", ids[kept])
    put(f"{prefix}counts", carried.counts[kept])
    put(f"{prefix}single", carried.single[kept])
    _put_bitmaps(put, prefix, old, carried.frozen, kept)
    put_roles(put, kind, numbers[role_rows >> 40] << 8 | role_rows >> 32 & 255, role_rows & LOW)
    _put_table(put, kind, held, numbers[old.stood], fresh._replace(entities=numbers[fresh.entities]), places)
    carrying = bitmaps.thaw(held["any"]) - bitmaps.of(places.stale) | bitmaps.of(fresh.items)
    put(f"{prefix}any", bitmaps.freeze(carrying))
    return ids[kept]


def _renumbering(held: dict[str, Array], ids: Ints) -> _Old:
    stood = np.searchsorted(ids, held["entities"])
    numbers = np.full(len(ids), -1, dtype=np.int64)
    numbers[stood] = np.arange(len(stood))
    return _Old(held, stood, numbers)


def _touched(old: _Old, fresh: _Links, touched: Ints, places: Places) -> tuple[_Carried, Ints]:
    """What the entities carry now; and for those of several roles (entity, role, item) in one number each, ascending."""
    counts, single = np.zeros(len(old.numbers), dtype=np.int64), np.full(len(old.numbers), SEVERAL, dtype=np.uint8)
    counts[old.stood], single[old.stood] = old.arrays["counts"], old.arrays["single"]
    was_several = _old_role_rows(old, places)
    now = bitmaps.distinct(_role_row(fresh.entities, fresh.roles.astype(np.int64), fresh.items))
    stale, frozen = bitmaps.of(places.stale), dict[int, Array]()
    added: list[Array] = [np.empty(0, dtype=np.int64)]
    one_now: list[int] = []
    bounds = np.searchsorted(now, np.stack([touched, touched + 1]) << 40).T.tolist()
    for entity, (first, end) in zip(touched.tolist(), bounds, strict=True):
        mine = now[first:end]
        left = old.bitmap(entity) - stale
        every = left | bitmaps.of(mine & LOW)
        frozen[entity], counts[entity] = bitmaps.freeze(every), len(every)
        known = _roles_left(was_several, entity, int(single[entity]), left)
        roles = known | set(np.unique(mine >> 32 & 255).tolist())
        if len(roles) == 1:
            one_now.append(entity)
            single[entity] = roles.pop()
            continue
        if single[entity] != SEVERAL and left:  # its one role has not been written down item by item
            added.append(_role_row(entity, int(single[entity]), bitmaps.ordinals(left).astype(np.int64)))
        single[entity] = SEVERAL
        added.append(mine)
    kept = was_several[~np.isin(was_several >> 40, one_now)]
    return _Carried(frozen, counts, single), np.sort(np.concatenate([kept, *added]))


def _old_role_rows(old: _Old, places: Places) -> Ints:
    keys = np.repeat(old.arrays["role_keys"].astype(np.int64), np.diff(old.arrays["role_starts"]))
    items = old.arrays["role_items"].astype(np.int64)
    kept = ~places.without[items]
    return _role_row(old.stood[keys[kept] >> 8], keys[kept] & 255, items[kept])


def _role_row(entities: Any, roles: Any, items: Ints) -> Ints:
    found: Ints = entities << 40 | roles << 32 | items
    return found


def _roles_left(rows: Ints, entity: int, single: int, left: BitMap) -> set[int]:
    """The roles of an entity in the items that did not change."""
    if not left:
        return set()
    if single != SEVERAL:
        return {single}
    first, end = np.searchsorted(rows, [entity << 40, (entity + 1) << 40]).tolist()
    return set(np.unique(rows[first:end] >> 32 & 255).tolist())


def _put_bitmaps(put: Any, prefix: str, old: _Old, frozen: dict[int, Array], kept: Ints) -> None:
    blob, offsets = old.arrays["blob"], old.arrays["offsets"].tolist()
    pieces: list[Array] = [np.empty(0, dtype=np.uint8)]
    for entity, number in zip(kept.tolist(), old.numbers[kept].tolist(), strict=True):
        found = frozen.get(entity)
        pieces.append(blob[offsets[number] : offsets[number + 1]] if found is None else found)
    put(f"{prefix}blob", np.concatenate(pieces))
    put(f"{prefix}offsets", starts_of(np.array([len(each) for each in pieces[1:]], dtype=np.int64)))


def _put_table(  # noqa: PLR0917 - a table in parts
    put: Any, kind: EntityKind, held: dict[str, Array], renumbered: Ints, fresh: _Links, places: Places
) -> None:
    """The entities of each item. `renumbered`: which number each old entity has now."""
    pairs = bitmaps.distinct(fresh.items << 32 | fresh.entities)
    items, numbers = pairs >> 32, pairs & LOW
    mine = np.bincount(items, minlength=places.count)
    lengths = np.zeros(places.count, dtype=np.int64)
    lengths[: len(held["table"])] = _lengths(held)
    lengths[places.without] = 0
    table = Table(places.count, int(max(renumbered.max(initial=-1), numbers.max(initial=-1))) + 1, lengths + mine)
    table.keep(held["table"], (held["overflow_items"], held["overflow_numbers"]), renumbered, places.without)
    table.add(items, numbers, np.arange(len(items)) - np.repeat(starts_of(mine)[:-1], mine))
    table.put(put, kind)


def _lengths(held: dict[str, Array]) -> Ints:
    """How many entities each item carried."""
    cells = held["table"]
    lengths = np.bincount(held["overflow_items"], minlength=len(cells))
    for start in range(0, len(cells), KEPT_AT_ONCE):
        lengths[start : start + KEPT_AT_ONCE] += np.count_nonzero(cells[start : start + KEPT_AT_ONCE], axis=1)
    return lengths


def _numbers_of(held: dict[str, Array], items: Ints) -> Ints:
    """Numbers of the entities that any of the items carried."""
    wanted = np.zeros(len(held["table"]), dtype=bool)
    wanted[items] = True
    cells = held["table"][items].ravel().astype(np.int64)
    return np.unique(np.concatenate([cells[cells > 0] - 1, held["overflow_numbers"][wanted[held["overflow_items"]]]]))
