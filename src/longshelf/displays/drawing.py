"""What a block draws next from its pool, for one display.

The rule has no memory but the display's history: first what this display never played, in the block's order; then what it played longest
ago. What is planned counts as played, in its turn. So nothing repeats before the pool is used up, whichever block an item was played by;
repeats are as far apart as the pool allows; and what was planned and never played is still new.

A round of a block ends when all its pool was played in it. It decides nothing; it is what people are told ("120 seen of 5,321").

A pool of a page or less is looked at whole. In a larger one a walk in the block's order would meet all that was played before: so the
stretches of the order in which everything was played are kept, and jumped over. What comes into such a stretch later is found when the
walk has come to the end and the pool's size is not what it was then: before anything is repeated."""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence

import msgspec

from longshelf.model.engine import After, Offset, Slice, Snapshot
from longshelf.model.query import IdIs, Query, both, digest
from longshelf.model.sorts import Key, Sort, shuffle
from longshelf.model.viewer import Viewer
from longshelf.store import play_history, slots
from longshelf.store.database import Transaction
from longshelf.store.play_history import Candidate
from longshelf.store.slots import DrawRow

PAGE = 256  # a pool of so many items is looked at whole
WINDOW = 32  # items of a larger one looked at at once
WHOLE_WINDOW = 1_000  # the same, when all of it is looked at again …
WHOLE_WINDOWS = 100  # … and how many of them at most
OLDEST = 256  # rows of the history looked at at once for what was played longest ago …
OLDEST_TIMES = 64  # … and how often at most; then
DIRECT = 20_000  # a pool of so many items is asked for its oldest directly, and of a larger one the walk goes on next time
LONG = 8  # items that make a stretch worth keeping
STRETCHES = 16  # kept
LASTING_TYPES = ("video/", "audio/")  # of media that have a length of their own

Judge = Callable[[Sequence[int]], set[int]]


class Pool(msgspec.Struct, frozen=True):
    """What a block draws from: items of `query` (what its display's person may see included), in the order `sort`."""

    query: Query
    sort: Sort

    @property
    def name(self) -> str:
        return f"{self.sort.name}:{self.sort.seed}:{digest(self.query)}"


class Drawn(msgspec.Struct, frozen=True):
    """An item, and the round of the block it is drawn in."""

    item: Candidate
    round: int


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """What one planning looks at: a snapshot for order and pools, and the store for what was played. `judge` says which items may be seen
    by what the store says now."""

    snapshot: Snapshot
    viewer: Viewer
    connection: Transaction
    display_id: int
    judge: Judge
    page: int = PAGE
    window: int = WINDOW

    def lasting(self, ids: Collection[int]) -> set[int]:
        """Those whose own length is what they take: a player can play them."""
        media = slots.media(self.connection, ids)
        return {item_id for item_id, each in media.items() if (each.mime or "").startswith(LASTING_TYPES)}

    def candidates(self, ids: Sequence[int]) -> dict[int, Candidate]:
        """Those that are there and may be seen, by item."""
        seen = self.judge(ids)
        return play_history.candidates(self.connection, self.display_id, [each for each in ids if each in seen])


class Ahead:
    """What will be played before the next draw, in order; `number` is that of the last of them, as if all of it had been played."""

    def __init__(self, number: int, item_ids: Iterable[int] = ()) -> None:
        self.number = number
        self._numbers: dict[int, int] = {}
        for each in item_ids:
            self.add(each)

    def add(self, item_id: int) -> None:
        self.number += 1
        self._numbers[item_id] = self.number

    def last(self, item: Candidate) -> int | None:
        """The number of its last play; None when it is new."""
        return self._numbers.get(item.item_id, item.number)

    def items(self) -> tuple[int, ...]:
        return tuple(sorted(self._numbers))

    def holds(self, item_id: int) -> bool:
        return item_id in self._numbers


class _Kept(msgspec.Struct, array_like=True):
    """`stretches` in order, each from one place to another; `size` of the pool when all of it had been looked at, -1 before; `oldest`: no
    item of the pool was played last at or before this number."""

    stretches: list[tuple[Key, Key]] = []
    size: int = -1
    oldest: int = 0


class Drawing:
    """The draws of one block in one planning."""

    def __init__(self, sight: Sight, ahead: Ahead, pool: Pool, row: DrawRow) -> None:
        self._sight = sight
        self._ahead = ahead
        self._pool = pool
        self._row = row
        self._round, self._round_at = row.round, row.round_at
        self._kept = _read(row, pool)
        ids = sight.snapshot.page(pool.query, pool.sort, Offset(0, sight.page + 1), sight.viewer).ids
        self._small = self._whole(ids) if len(ids) <= sight.page else None
        self._walk = None if self._small is not None else _Walk(sight, pool, self._kept.stretches)
        self._rest: _Walk | None = None

    def is_planned(self, round_number: int, number: int) -> None:
        """A slot of this block stands in the timeline already, as play `number`."""
        if round_number > self._round:
            self._round, self._round_at = round_number, number - 1

    def draw(self) -> Drawn | None:
        """The next one, which is ahead from now on. None when the pool is empty."""
        found = self._from_small(self._small) if self._small is not None else self._from_large()
        if found is None:
            return None
        last = self._ahead.last(found)
        if last is not None and last > self._round_at:
            self._round, self._round_at = self._round + 1, self._ahead.number
        self._ahead.add(found.item_id)
        return Drawn(found, self._round)

    def kept(self) -> DrawRow:
        """What to remember of it. The round stays: it begins when something of it is played."""
        walk = self._rest or self._walk
        if walk is not None:
            self._kept.stretches = walk.stretches()
        drawn = "" if self._small is not None else msgspec.json.encode(self._kept).decode()
        return msgspec.structs.replace(self._row, pool=self._pool.name, drawn=drawn)

    def _whole(self, ids: Sequence[int]) -> list[Candidate]:
        found = self._sight.candidates(ids)
        return [found[each] for each in ids if each in found]

    def _from_small(self, pool: Sequence[Candidate]) -> Candidate | None:
        """The first that is new, or the one played longest ago."""
        best: tuple[int, Candidate] | None = None
        for each in pool:
            last = self._ahead.last(each)
            if last is None:
                return each
            if best is None or last < best[0]:
                best = last, each
        return None if best is None else best[1]

    def _from_large(self) -> Candidate | None:
        return self._new() or self._longest_ago()

    def _new(self) -> Candidate | None:
        assert self._walk is not None
        found = self._walk.next(self._ahead) if self._rest is None else None
        if found is not None or self._walk.jumps == 0:
            return found
        size = self._sight.snapshot.count(self._pool.query, self._sight.viewer).value
        if size == self._kept.size:
            return None
        if self._rest is None:
            self._kept.oldest = 0
            self._rest = _Walk(self._sight, self._pool, [], window=WHOLE_WINDOW, windows=WHOLE_WINDOWS)
        found = self._rest.next(self._ahead)
        if found is None:
            self._kept.size = size
        return found

    def _longest_ago(self) -> Candidate | None:
        """The history is walked from where nothing of the pool was left behind; once more from its beginning, where it came to the
        end."""
        found, ended = self._oldest()
        if found is None and ended and self._kept.oldest:
            self._kept.oldest = 0
            found, ended = self._oldest()
        if found is None and not ended:
            found = self._directly()
        return found or self._least_ahead()

    def _oldest(self) -> tuple[Candidate | None, bool]:
        """And whether the history came to its end."""
        sight, after, passed = self._sight, self._kept.oldest, True
        for _ in range(OLDEST_TIMES):
            rows = play_history.oldest(sight.connection, sight.display_id, after, OLDEST)
            if not rows:
                return None, True
            ids = tuple(sorted(item_id for _, item_id in rows))
            inside = sight.snapshot.page(both(self._pool.query, IdIs(ids)), Sort("id"), Offset(0, len(ids)), sight.viewer).ids
            found = sight.candidates(inside)
            for number, item_id in rows:
                if item_id in found and not self._ahead.holds(item_id):
                    return found[item_id], False
                if item_id in found:
                    passed = False
                if passed:
                    self._kept.oldest = number
            after = rows[-1][0]
        return None, False

    def _directly(self) -> Candidate | None:
        """Where much of other pools was played before anything of this one. None for a pool that is too large."""
        sight, pool, after = self._sight, self._pool, 0
        if sight.snapshot.count(pool.query, sight.viewer).value > DIRECT:
            return None
        ids = sight.snapshot.page(pool.query, Sort("id"), Offset(0, DIRECT), sight.viewer).ids
        while rows := play_history.oldest_of(sight.connection, sight.display_id, after, OLDEST, ids):
            if after == 0:
                self._kept.oldest = rows[0][0] - 1
            found = sight.candidates([item_id for _, item_id in rows])
            for _, item_id in rows:
                if item_id in found and not self._ahead.holds(item_id):
                    return found[item_id]
            after = rows[-1][0]
        return None

    def _least_ahead(self) -> Candidate | None:
        """All of the pool is planned: what comes first of it comes again."""
        sight, ids = self._sight, self._ahead.items()
        inside = sight.snapshot.page(both(self._pool.query, IdIs(ids)), Sort("id"), Offset(0, len(ids)), sight.viewer).ids
        return self._from_small(self._whole(inside))


class _Walk:
    """Through a pool in its order, over the stretches in which everything was played."""

    def __init__(self, sight: Sight, pool: Pool, stretches: Sequence[tuple[Key, Key]], *, window: int = 0, windows: int = 10**9) -> None:
        self._sight = sight
        self._pool = pool
        self._known = deque(stretches)
        self._made: list[tuple[Key, Key]] = []
        self._run: tuple[Key, Key, int] | None = None
        self._place: Key | None = None
        self._items: deque[tuple[Key, Candidate | None]] = deque()
        self._more = True
        self._window = window or sight.window
        self._windows = windows
        self._shuffle = shuffle(pool.sort.seed) if pool.sort.name == "random" else None
        self.jumps = 0

    def next(self, ahead: Ahead) -> Candidate | None:
        """The next item this display never played and is not to play soon; None at the end."""
        while True:
            while self._items:
                key, item = self._items.popleft()
                if self._jump(key):
                    break
                if item is None or item.number is not None:
                    self._extend(key, key, 1)
                    continue
                self._close()
                if not ahead.holds(item.item_id):
                    return item
            else:
                if not self._more or self._windows == 0:
                    self._close()
                    return None
                self._look()

    def stretches(self) -> list[tuple[Key, Key]]:
        """Those that were passed and those that still lie before it."""
        self._close()
        return [*self._made, *self._known][:STRETCHES]

    def _look(self) -> None:
        self._windows -= 1
        sight, size = self._sight, self._window
        window = Offset(0, size) if self._place is None else After(self._place, size)
        found: Slice = sight.snapshot.page(self._pool.query, self._pool.sort, window, sight.viewer)
        items = sight.candidates(found.ids)
        for each in found.ids:
            item = items.get(each)
            if item is not None or self._shuffle is not None:
                self._items.append((self._key(each, item), item))
        self._more = found.has_next and found.last is not None
        self._place = found.last

    def _key(self, item_id: int, item: Candidate | None) -> Key:
        if self._shuffle is not None:
            return Key(self._shuffle.key(item_id), item_id)
        assert item is not None
        return Key(item.added_at, item_id)

    def _jump(self, key: Key) -> bool:
        """Over the stretch this place lies in, if there is one."""
        while self._known and self._before(self._known[0][1], key):
            self._known.popleft()
        if not self._known or self._before(key, self._known[0][0]):
            return False
        first, last = self._known.popleft()
        self._extend(first, last, LONG)
        self._place, self._more = last, True
        self._items.clear()
        self.jumps += 1
        return True

    def _before(self, one: Key, other: Key) -> bool:
        if self._pool.sort.descending:
            one, other = other, one
        return (one.value, one.id) < (other.value, other.id)  # both sorts have whole numbers only

    def _extend(self, first: Key, last: Key, count: int) -> None:
        begun = self._run
        self._run = (first, last, count) if begun is None else (begun[0], last, begun[2] + count)

    def _close(self) -> None:
        if self._run is not None and self._run[2] >= LONG:
            self._made.append((self._run[0], self._run[1]))
        self._run = None


def _read(row: DrawRow, pool: Pool) -> _Kept:
    """What is known of another pool says nothing about this one."""
    if not row.drawn or row.pool != pool.name:
        return _Kept()
    return msgspec.json.decode(row.drawn, type=_Kept)
