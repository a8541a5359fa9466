"""What a profile reaches in the graph of entities: all that is hidden because it carries something hidden, and all that will do where one
of a list is asked for.

An index may lag behind the store, and the graph moves. The rule: what is reached is never less strict than it was at the snapshot's
revision, nor than it is now. Where only the one of now is known, whatever entity was touched in between counts as hidden (and as not
listed): an edge that is not there any more, or was not there yet, starts from a touched entity, so the way to something hidden that
an item had then either still exists or leads over one of these."""

import threading
from collections import deque

import msgspec

from longshelf.model.kinds import EntityKind
from longshelf.store import columns, restrictions
from longshelf.store.database import Database, Transaction

REMEMBERED = 8  # earlier states of one profile; an index that lags is some commits behind


class Needs(msgspec.Struct, frozen=True):
    """`hidden` are the entities that are hidden by name, ascending; each of `listed` is a list one of whose entities an item must carry."""

    hidden: tuple[int, ...] = ()
    listed: tuple[tuple[EntityKind, tuple[int, ...]], ...] = ()

    @property
    def nothing(self) -> bool:
        return not self.hidden and not self.listed

    @property
    def mentioned(self) -> set[int]:
        """All entities that are named."""
        return {*self.hidden, *(each for _, ids in self.listed for each in ids)}


class Reached(msgspec.Struct, frozen=True):
    """Ids ascend. `listed` goes with that of the needs; an empty one lets nothing pass."""

    hidden: tuple[tuple[EntityKind, tuple[int, ...]], ...] = ()
    listed: tuple[tuple[int, ...], ...] = ()


class _Held(msgspec.Struct, frozen=True):
    """Strict enough for every revision from `first` to `last`."""

    first: int
    last: int
    reached: Reached


def reach(connection: Transaction, needs: Needs, doubtful: frozenset[int] = frozenset()) -> Reached:
    """By the graph as the connection sees it; entities in doubt count as hidden and as not listed."""
    if needs.nothing:
        return Reached()
    hidden = restrictions.carriers(connection, sorted({*needs.hidden, *doubtful})) if needs.hidden else {}
    listed = tuple(restrictions.below(connection, kind, ids, doubtful) for kind, ids in needs.listed)
    return Reached(tuple(hidden.items()), listed)


class Reaching:
    """Follows what one profile reaches. Safe to share between threads; asked again it reads nothing, unless entities were touched."""

    def __init__(self, database: Database, needs: Needs) -> None:
        self.needs = needs
        self._database = database
        self._now: _Held | None = None
        self._past: deque[_Held] = deque(maxlen=REMEMBERED)
        self._met: tuple[_Held, _Held, Reached] | None = None
        self._turn = threading.Lock()

    def at(self, revision: int, now: int) -> Reached:
        """For a snapshot of `revision`, while the store has come at least as far as `now`. LookupError when it cannot be told any more
        what that snapshot holds."""
        if self.needs.nothing:
            return Reached()
        held = self._now
        if held is not None and held.first <= revision and now <= held.last:
            return held.reached
        with self._turn:
            held = self._caught_up(now)
            if held.first <= revision <= held.last:
                return held.reached
            return self._strictest(self._then(revision, held), held)

    def _caught_up(self, now: int) -> _Held:
        """What is right now; it reaches as far back as no entity was touched."""
        held = self._now
        if held is not None and now <= held.last:
            return held
        with self._database.read() as connection:
            newest = columns.revision(connection)
            if held is not None and not _touched(connection, held.last, newest):
                held = _Held(held.first, newest, held.reached)
            else:
                self._past.extend([held] if held is not None else [])
                held = _Held(newest, newest, reach(connection, self.needs))
        self._now = held
        return held

    def _then(self, revision: int, held: _Held) -> _Held:
        """Something strict enough for an earlier revision."""
        for each in self._past:
            if each.first <= revision <= each.last:
                return each
        with self._database.read() as connection:
            newest = columns.revision(connection)
            doubtful = frozenset(restrictions.touched_entities(connection, revision, newest))
            if not doubtful:
                self._now = found = _Held(revision, held.last, held.reached)
                return found
            found = _Held(revision, revision, reach(connection, self.needs, doubtful))
        self._past.append(found)
        return found

    def _strictest(self, then: _Held, now: _Held) -> Reached:
        if then.reached is now.reached:
            return now.reached
        if self._met is None or self._met[0] is not then or self._met[1] is not now:
            self._met = then, now, stricter(then.reached, now.reached)
        return self._met[2]


def stricter(one: Reached, other: Reached) -> Reached:
    """What either hides is hidden, and only what both list is listed."""
    hidden: dict[EntityKind, set[int]] = {}
    for kind, ids in (*one.hidden, *other.hidden):
        hidden.setdefault(kind, set()).update(ids)
    listed = tuple(tuple(sorted(set(some) & set(others))) for some, others in zip(one.listed, other.listed, strict=True))
    return Reached(tuple((kind, tuple(sorted(ids))) for kind, ids in sorted(hidden.items())), listed)


def _touched(connection: Transaction, after: int, until: int) -> bool:
    """Whether some commit in between touched an entity, or it cannot be told any more."""
    try:
        return after > until or bool(restrictions.touched_entities(connection, after, until))
    except LookupError:
        return True
