"""What is drawn from a pool: large pools, of which only stretches are looked at, as small ones that are looked at whole."""

import itertools
import random
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longshelf.displays import drawing
from longshelf.displays.drawing import Ahead, Drawing, Pool, Sight
from longshelf.model.query import EVERYTHING, Query, Text
from longshelf.model.sorts import Sort, shuffle
from longshelf.model.viewer import Viewer
from longshelf.store import play_history
from longshelf.store.database import Database
from longshelf.store.engine.sql import SqlEngine, SqlSnapshot
from longshelf.store.slots import DrawRow
from tests.displays.wall import Wall, make_wall
from tests.support.databases import Databases

NEWEST, RANDOM = Sort("added"), Sort("random", descending=False, seed=7)
SLOW = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]


class Player:
    """Draws from one block and plays what it drew, some at a time, as a display does."""

    def __init__(self, wall: Wall, sort: Sort, *, page: int = 4, window: int = 3) -> None:
        self.wall = wall
        self.sort = sort
        self.page, self.window = page, window
        self.query: Query = EVERYTHING
        self.row = DrawRow(block_id=1)
        self.number = 0
        self.last: dict[int, int] = {}
        self.waiting: list[int] = []
        self.looked = 0  # pages asked for in the last drawing

    def draw(self, count: int) -> list[int]:
        with self.wall.database.read() as connection, SqlEngine(self.wall.database.read).snapshot() as snapshot:
            counting = _Counting(snapshot)
            sight = Sight(
                snapshot=counting,  # type: ignore[arg-type]  # all that is used of one
                viewer=Viewer(self.wall.user_id),
                connection=connection,
                display_id=self.wall.display_id,
                judge=set,
                page=self.page,
                window=self.window,
            )
            drawing = Drawing(sight, Ahead(self.number, self.waiting), Pool(self.query, self.sort), self.row)
            found = [drawn.item.item_id for drawn in (drawing.draw() for _ in range(count)) if drawn is not None]
            self.row = drawing.kept()
            self.looked = counting.pages
        self.waiting += found
        return found

    def play(self, count: int) -> None:
        for item_id in self.waiting[:count]:
            self.number += 1
            self.last[item_id] = self.number
            with self.wall.database.write_quietly() as connection:
                play_history.record(
                    connection, self.wall.display_id, item_id=item_id, block_id=1, slot_id=self.number, generation=1, loop=0,
                    number=self.number, outcome="played", seconds=1.0, played_at=self.number,
                )  # fmt: skip
        del self.waiting[:count]

    def expected(self, ids: Sequence[int]) -> int | None:
        """The slow way."""
        moment = {item: self.number + 1 + place for place, item in enumerate(self.waiting)}
        ordered = sorted(ids, reverse=True) if self.sort is NEWEST else sorted(ids, key=shuffle(self.sort.seed).key)
        new = [each for each in ordered if each not in self.last and each not in moment]
        return new[0] if new else min(ids, key=lambda each: moment.get(each, self.last.get(each, 0)), default=None)


class _Counting:
    """A snapshot that counts the pages that are asked of it."""

    def __init__(self, snapshot: SqlSnapshot) -> None:
        self._snapshot = snapshot
        self.pages = 0

    def page(self, *about: object) -> object:
        self.pages += 1
        return self._snapshot.page(*about)  # type: ignore[arg-type]

    def count(self, *about: object) -> object:
        return self._snapshot.count(*about)  # type: ignore[arg-type]


@pytest.mark.parametrize("sort", [NEWEST, RANDOM], ids=["newest", "random"])
@settings(max_examples=12, deadline=None, suppress_health_check=SLOW)
@given(size=st.integers(0, 40), steps=st.lists(st.tuples(st.integers(1, 4), st.integers(0, 4)), min_size=1, max_size=25))
def test_a_large_pool_is_drawn_from_as_a_small_one(
    sort: Sort, sqlite_databases: Databases, size: int, steps: list[tuple[int, int]]
) -> None:
    """Also through several rounds."""
    with sqlite_databases.new() as database:
        player = Player(make_wall(database, size), sort)
        for drawn, played in steps:
            for _ in range(drawn):
                wanted = player.expected(player.wall.ids)
                assert player.draw(1) == ([] if wanted is None else [wanted])
            player.play(played)


@pytest.mark.parametrize("sort", [NEWEST, RANDOM], ids=["newest", "random"])
@settings(max_examples=12, deadline=None, suppress_health_check=SLOW)
@given(seed=st.integers(0, 2**32))
def test_nothing_repeats_while_anything_is_new_whatever_comes_and_goes(sort: Sort, sqlite_databases: Databases, seed: int) -> None:
    """New items, newest first; in a shuffle each at its place, or when the walk has come to its end."""
    rng = random.Random(seed)
    with sqlite_databases.new() as database:
        wall = make_wall(database, rng.randrange(5, 30))
        player = Player(wall, sort)
        for _ in range(40):
            (item_id,) = player.draw(1)
            new = [each for each in wall.ids if each not in player.last and each not in player.waiting[:-1]]
            assert (item_id in new) == bool(new)
            if sort is NEWEST and new:
                assert item_id == max(new)
            player.play(rng.randrange(3))
            if rng.random() < 0.3:
                wall.more(rng.randrange(1, 4))


@pytest.mark.parametrize("sort", [NEWEST, RANDOM], ids=["newest", "random"])
def test_a_walk_asks_for_few_pages_however_much_was_played(database: Database, sort: Sort) -> None:
    """O(k): what was played is jumped over."""
    player = Player(make_wall(database, 200), sort, page=8, window=8)
    looked = []
    for _ in range(30):
        player.draw(5)
        looked.append(player.looked)
        player.play(5)
    assert max(looked[3:]) <= max(looked[:3]) + 2


def test_a_shuffle_follows_its_seed_and_another_seed_is_another_shuffle(database: Database) -> None:
    wall = make_wall(database, 60)
    drawn = [Player(wall, Sort("random", descending=False, seed=seed), page=8).draw(35) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(set(drawn[0])) == 35


@pytest.mark.parametrize("size", [2, 3, 6])
def test_of_more_than_one_none_comes_twice_in_a_row(database: Database, size: int) -> None:
    drawn = Player(make_wall(database, size), RANDOM).draw(20)
    assert all(one != two for one, two in itertools.pairwise(drawn))
    assert all(len(set(drawn[start : start + size])) == size for start in range(20 - size))


class _Foreign(Player):
    """Many plays of others lie before those of its pool."""

    def others_play(self, item_ids: Sequence[int]) -> None:
        mine = self.waiting
        self.waiting = list(item_ids)
        self.play(len(item_ids))
        self.waiting = mine


@pytest.mark.parametrize("direct", [0, 20_000])
def test_a_used_up_pool_behind_many_plays_of_others_is_drawn_from(
    sqlite_databases: Databases, monkeypatch: pytest.MonkeyPatch, direct: int
) -> None:
    """Where the walk through the history gives up it goes on from there next time, or the pool is asked directly."""
    monkeypatch.setattr(drawing, "OLDEST", 4)
    monkeypatch.setattr(drawing, "OLDEST_TIMES", 2)
    monkeypatch.setattr(drawing, "DIRECT", direct)
    with sqlite_databases.new() as database:
        wall = make_wall(database, 0)
        foreign = wall.more(40)
        pool = wall.more(12, "sea")
        player = _Foreign(wall, NEWEST, page=4, window=3)
        player.query = Text("sea")
        player.others_play(foreign)
        player.others_play(pool)
        drawn = [player.draw(1) for _ in range(12 if direct == 0 else 6)]
        found = [each for some in drawn for each in some]
        assert found == pool[: len(found)]
        assert len(found) >= 4 if direct == 0 else len(found) == 6
        player.play(len(player.waiting))
        assert [player.draw(1) for _ in range(4)] == [[each] for each in pool[len(found) : len(found) + 4]]
