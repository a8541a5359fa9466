"""How what a server says of a person and what he says here become one, without overwriting either: pure, one work at a time.

Three things are compared: what he says here, what the server says, and what both said last (`Shared`). What changed on one side since then
goes to the other. What changed on both stays as it is here, for he may have said it later; places in a work follow whoever played last.
Plays and watched time are sums: only what the server has beyond what it had last is added. So the same answer twice changes nothing.
What a merge upstream made of his word he did not say: the server's next one follows.

With `overwrite` what the server says wins wherever it says something."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, TypeVar

import msgspec

from longshelf.model.times import SECOND
from longshelf.sources.stash.user_data import DataKind, Word
from longshelf.store.personal import EntityWord, ItemWord
from longshelf.store.user_data import SharedEntity, SharedItem

NEAR_SECONDS = 1.0  # places in a work that are no further apart are the same
NOTHING: Mapping[str, int | float | None] = MappingProxyType({})
Value = TypeVar("Value", int, float)


class Item(NamedTuple):
    """What is said of an item from now on; `plays` are the moments to be added to the history, ascending."""

    mine: ItemWord
    shared: SharedItem
    plays: tuple[int, ...] = ()


class Entity(NamedTuple):
    mine: EntityWord
    shared: SharedEntity


def take_item(
    mine: ItemWord,
    shared: SharedItem,
    theirs: Word,
    *,
    kinds: frozenset[DataKind],
    length: float | None,
    known: frozenset[int] = frozenset(),
    made: Mapping[str, int | float | None] = NOTHING,
    overwrite: bool = False,
) -> Item:
    """`length` of the item in seconds, None where it has none; `known` are the moments of the plays in his history, in whole seconds;
    `made` is what merges made of his word, by field."""
    found = Item(mine, shared)
    if "progress" in kinds and length:
        found = _progress(found, theirs, length, made, overwrite=overwrite)  # before the plays: it compares who played last
    if "rating" in kinds:
        rating = _agreed(found.mine.rating, shared.rating, theirs.rating, made.get("rating"), overwrite=overwrite)
        found = _with(found, mine={"rating": rating}, shared={"rating": theirs.rating})
    if "plays" in kinds:
        found = _plays(found, theirs, known)
    if "o" in kinds:
        found = _with(found, shared={"o_count": theirs.o_count, "o_at": theirs.o_at})
    return found


def take_entity(
    mine: EntityWord,
    shared: SharedEntity,
    theirs: Word,
    *,
    kinds: frozenset[DataKind],
    made: Mapping[str, int | float | None] = NOTHING,
    overwrite: bool = False,
) -> Entity:
    said: dict[str, int | bool | None] = {}
    common: dict[str, int | bool | None] = {}
    if "rating" in kinds:
        said["rating"] = _agreed(mine.rating, shared.rating, theirs.rating, made.get("rating"), overwrite=overwrite)
        common["rating"] = theirs.rating
    if "favorite" in kinds:
        sides = int(mine.favorite), int(shared.favorite), int(theirs.favorite) or None
        said["favorite"] = bool(_agreed(*sides, made.get("favorite"), overwrite=overwrite))
        common["favorite"] = theirs.favorite
    return Entity(msgspec.structs.replace(mine, **said), msgspec.structs.replace(shared, **common))


def _agreed(mine: Value | None, shared: Value | None, theirs: Value | None, made: int | float | None, *, overwrite: bool) -> Value | None:
    if overwrite and theirs is not None:
        return theirs
    untouched_here = (mine or 0) in {shared or 0, (shared if made is None else made) or 0}
    return theirs if untouched_here and (theirs or None) != (shared or None) else mine


def _progress(found: Item, theirs: Word, length: float, made: Mapping[str, int | float | None], *, overwrite: bool) -> Item:
    mine, shared = found.mine.progress, found.shared.progress
    there = min(theirs.resume / length, 1.0) if theirs.resume else None
    if overwrite and there is not None:
        taken = True
    elif _near(there, shared, length):
        return found
    else:
        taken = mine in {shared, made.get("progress", shared)} or (theirs.last_played_at or 0) > (found.mine.last_played_at or 0)
    return _with(found, mine={"progress": there} if taken else {}, shared={"progress": there})


def _near(one: float | None, other: float | None, length: float) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) * length <= NEAR_SECONDS


def _plays(found: Item, theirs: Word, known: frozenset[int]) -> Item:
    """The moments that are added are the newest ones nobody knows of, and never more than there are new plays: one he took out of his
    history does not come back."""
    more = max(0, theirs.plays - found.shared.plays)
    longer = max(0.0, theirs.seconds - found.shared.seconds)
    mine = found.mine
    said: dict[str, int | float | None] = {"play_count": mine.play_count + more, "play_seconds": mine.play_seconds + longer}
    if more or longer:
        last = max(mine.last_played_at or 0, theirs.last_played_at or 0, *theirs.played_at[-1:])
        said["last_played_at"] = last or None
    new = [moment for moment in theirs.played_at if moment // SECOND not in known]
    common = {"plays": theirs.plays, "seconds": theirs.seconds}
    return _with(found, mine=said, shared=common)._replace(plays=tuple(new[-more:]) if more else ())


def _with(found: Item, *, mine: Mapping[str, object] | None = None, shared: Mapping[str, object] | None = None) -> Item:
    return found._replace(
        mine=msgspec.structs.replace(found.mine, **(mine or {})), shared=msgspec.structs.replace(found.shared, **(shared or {}))
    )
