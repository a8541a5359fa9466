"""What a user said about items: the same answers as plain Python whatever he and the library do between two requests, and little asked of
the store for them."""

import random
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from longshelf.index import changed as changes
from longshelf.index import fronts, views
from longshelf.index.snapshot import BitmapSnapshot
from longshelf.index.state import Base, State, stale_in
from longshelf.model import query as tree
from longshelf.model.engine import After, Before, Count, Offset
from longshelf.model.facts import ItemFacts, MineFacts
from longshelf.model.sorts import SORTS, Key, Sort
from longshelf.model.viewer import Viewer
from longshelf.store import columns, personal
from longshelf.store.database import Database
from tests.index.shelves import base, put, remove, said_row
from tests.model.worlds import VIEWERS, World, expected, queries, world, worlds
from tests.store.engine import shelves
from tests.store.engine.shelves import shelf
from tests.support.statements import Listening

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=25)
ANN, BOB = VIEWERS[:2]
ALL = tree.Everything()
OWN = [name for name, field in SORTS.items() if field.own]
own_sorts = st.builds(Sort, st.sampled_from(OWN), st.booleans())


@pytest.fixture(params=["small", "large"])
def large(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large results take other ways; here every result does."""
    if request.param == "large":
        monkeypatch.setattr(views, "SHORT", -1)
        monkeypatch.setattr(fronts, "FIRST_READ", 2)
        monkeypatch.setattr(fronts, "READ_MOST", 14)
        monkeypatch.setattr(columns, "OWN_AT_ONCE", 2)


class Shelf:
    """A store, a base over it that lives on while items and words change, and what plain Python knows of it all."""

    def __init__(self, connection: Connection, library: World) -> None:
        self.connection = connection
        self.items = {each.id: each for each in library.items}
        self.gone = {each.id for each in library.deleted}
        self.fold()

    def fold(self) -> None:
        self.base: Base = base(self.connection)
        self.changed: set[int] = set()

    def snapshot(self) -> BitmapSnapshot:
        ids = frozenset(self.changed)
        rows = changes.read(self.connection, ids)
        return BitmapSnapshot(State(self.base, 1, ids, changes.delta(rows), stale_in(self.base, ids)), lambda: self.connection)

    def library(self) -> World:
        return World(tuple(self.items.values()))

    def disturb(self, rng: random.Random) -> None:
        for _ in range(rng.randint(0, 3)):
            if self.items and rng.random() < 0.9:
                rng.choice((self._say, self._say, self._play, self._import, self._change, self._remove))(rng)
            else:
                self.fold()

    def _mine(self, viewer: Viewer, item_id: int, **said: object) -> None:
        assert viewer.user_id is not None
        each = self.items[item_id]
        mine = msgspec.structs.replace(each.mine_of(viewer.user_id), **said)
        self.items[item_id] = msgspec.structs.replace(each, mine={**each.mine, viewer.user_id: mine})

    def _say(self, rng: random.Random) -> None:
        viewer, item_id = rng.choice((ANN, BOB)), rng.choice(list(self.items))
        said = {"rating": rng.choice((None, 0, 50, 100)), "progress": rng.choice((None, 0.0, 0.25)), "favorite": rng.random() < 0.5}
        personal.say_item(self.connection, viewer.user_id or 0, item_id, said, at=1)
        self._mine(viewer, item_id, **said)

    def _play(self, rng: random.Random) -> None:
        item_id, at = rng.choice(list(self.items)), rng.choice((5, 1_700_000_000_000_000))
        before = self.items[item_id].mine_of(ANN.user_id)
        personal.play(self.connection, 1, item_id, seconds=1.5, at=at, started=True)
        self._mine(ANN, item_id, play_count=before.play_count + 1, play_seconds=before.play_seconds + 1.5, last_played=at)

    def _import(self, rng: random.Random) -> None:
        chosen = rng.sample(list(self.items), min(3, len(self.items)))
        said = MineFacts(rating=70, favorite=True, progress=0.75)
        personal.put_items(self.connection, [said_row(user_id, each, said) for each in chosen for user_id in (1, 2)])
        for each in chosen:
            self.items[each] = msgspec.structs.replace(self.items[each], mine={1: said, 2: said})

    def _change(self, rng: random.Random) -> None:
        """An item gets another title and other texts, or a new one comes; what was said stays."""
        (fresh,) = world(rng.randrange(2**32), 1).items
        item_id = rng.choice([*self.items, fresh.id])
        if item_id in self.gone:
            return
        mine = self.items[item_id].mine if item_id in self.items else {}
        self.items[item_id] = msgspec.structs.replace(fresh, id=item_id, mine=mine)
        put(self.connection, [msgspec.structs.replace(self.items[item_id], mine={})])
        personal.put_items(self.connection, [said_row(user_id, item_id, said) for user_id, said in mine.items()])
        self.changed.add(item_id)

    def _remove(self, rng: random.Random) -> None:
        item_id = rng.choice(list(self.items))
        del self.items[item_id]
        self.gone.add(item_id)
        remove(self.connection, [item_id])
        self.changed.add(item_id)


@SHARED
@given(library=worlds(), query=queries(3), sort=own_sorts, seed=st.integers(0, 2**32), steps=st.integers(1, 5))
@pytest.mark.usefixtures("large")
def test_answers_follow_whatever_users_and_items_do_between_requests(
    database: Database, *, library: World, query: tree.Query, sort: Sort, seed: int, steps: int
) -> None:
    rng = random.Random(seed)
    with shelf(database, library) as connection:
        kept = Shelf(connection, library)
        for _ in range(steps):
            asked = rng.choice((query, tree.Mine("favorite", 1, 1), tree.Mine("play_count", 0, 0), tree.Mine("progress", 0.1, 0.9), ALL))
            for viewer in rng.sample(VIEWERS, 3):
                snap, wanted = kept.snapshot(), expected(kept.library(), asked, sort, viewer)
                assert list(snap.page(asked, sort, Offset(0, 100), viewer).ids) == wanted
                assert list(snap.page(asked, sort, Offset(2, 3), viewer).ids) == wanted[2:5]
                assert snap.count(asked, viewer) == Count(len(wanted))
                assert snap.rail(asked, sort, 9, viewer).total == len(wanted)
                for each in list(kept.items)[:3]:
                    assert snap.position(each, asked, sort, viewer) == (wanted.index(each) if each in wanted else None)
            kept.disturb(rng)


@SHARED
@given(library=worlds(), query=queries(2), sort=own_sorts, seed=st.integers(0, 2**32))
@pytest.mark.usefixtures("large")
def test_a_place_stays_a_place_after_the_item_there_got_another_value(
    database: Database, *, library: World, query: tree.Query, sort: Sort, seed: int
) -> None:
    rng = random.Random(seed)
    with shelf(database, library) as connection:
        kept = Shelf(connection, library)
        places = [sort.key(each, ANN) for each in library.items] or [Key(None, 3)]
        key = rng.choice((*places, Key(0, 5), Key(51, 5), Key(2**62, 5)))
        for _ in range(2):
            kept.disturb(rng)
        snap = kept.snapshot()
        with shelves.snapshot(connection) as other:
            for window in (After(key, 3), Before(key, 3)):
                mine, its = snap.page(query, sort, window, ANN), other.page(query, sort, window, ANN)
                assert msgspec.structs.replace(mine, start=None) == msgspec.structs.replace(its, start=None)


@pytest.fixture
def shelved(database: Database) -> Iterator[Shelf]:
    library = World(world(3, 60).items)
    with shelf(database, library) as connection:
        yield Shelf(connection, library)


def test_a_filter_asked_again_sends_one_small_statement(shelved: Shelf) -> None:
    query, sort = tree.And((tree.Mine("rating", 1, 100), tree.Mine("hidden", 0, 0))), Sort("my_rating")
    shelved.snapshot().page(query, sort, Offset(0, 10), ANN)
    with Listening(shelved.connection) as sent:
        BitmapSnapshot(State(shelved.base, 1), lambda: shelved.connection).page(query, sort, Offset(0, 10), ANN)
    assert len(sent) == 1
    assert "personal_version" in sent[0][0]


def test_after_one_word_only_that_word_is_read(shelved: Shelf) -> None:
    query = tree.Mine("rating", 1, 100)
    shelved.snapshot().count(query, ANN)
    (item_id, *_) = shelved.items
    personal.say_item(shelved.connection, 1, item_id, {"rating": 77}, at=1)
    with Listening(shelved.connection) as sent:
        snap = BitmapSnapshot(State(shelved.base, 1), lambda: shelved.connection)
        assert item_id in snap.page(query, Sort(), Offset(0, 100), ANN).ids
    assert len(sent) == 2
    text, values = sent[1]
    assert len(shelved.connection.exec_driver_sql(text, values).all()) == 1  # type: ignore[arg-type]


def test_what_one_user_says_leaves_the_others_arrays_alone(shelved: Shelf) -> None:
    sort = Sort("my_rating")
    before = [list(shelved.snapshot().page(ALL, sort, Offset(0, 100), viewer).ids) for viewer in VIEWERS]
    for each in shelved.items:
        personal.say_item(shelved.connection, 1, each, {"rating": each % 101}, at=1)
    after = [list(shelved.snapshot().page(ALL, sort, Offset(0, 100), viewer).ids) for viewer in VIEWERS]
    assert after[1:] == before[1:]
    assert after[0] != before[0]


def test_a_list_that_stays_the_same_keeps_its_view_when_something_else_is_said(shelved: Shelf) -> None:
    """Somebody who watches says how far he is every few seconds."""
    query, sort = tree.Mine("progress", 0.1, 0.9), Sort("title")
    (item_id, *_) = shelved.items
    personal.say_item(shelved.connection, 1, item_id, {"progress": 0.5}, at=1)
    shelved.snapshot().page(query, sort, Offset(0, 10), ANN)
    held = len(shelved.base.views)
    personal.say_item(shelved.connection, 1, item_id, {"progress": 0.6}, at=2)
    shelved.snapshot().page(query, sort, Offset(0, 10), ANN)
    assert len(shelved.base.views) == held
    assert shelved.snapshot().count(tree.Mine("progress", 0.6, 0.6), ANN).value >= 1


def test_an_order_and_its_view_stay_when_something_else_is_said(shelved: Shelf) -> None:
    sort = Sort("my_rating")
    (item_id, *_) = shelved.items
    shelved.snapshot().page(ALL, sort, Offset(0, 10), ANN)
    held, order = len(shelved.base.views), shelved.base.own.get(("order", 1, "rating"))
    personal.play(shelved.connection, 1, item_id, seconds=3, at=1, started=True)
    shelved.snapshot().page(ALL, sort, Offset(0, 10), ANN)
    assert len(shelved.base.views) == held
    assert shelved.base.own.get(("order", 1, "rating")) is order is not None


def test_a_reader_who_began_before_the_newest_word_does_not_turn_the_arrays_back(shelved: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    query = tree.Mine("rating", 77, 77)
    (item_id, *_) = shelved.items
    old = personal.version(shelved.connection, 1)
    personal.say_item(shelved.connection, 1, item_id, {"rating": 77}, at=1)
    found = shelved.snapshot().count(query, ANN)
    monkeypatch.setattr(personal, "version", lambda _connection, _user_id: old)
    assert shelved.snapshot().count(query, ANN) == found


def test_half_a_million_words_take_few_bytes_an_item(sqlite_database: Database) -> None:
    """Fewer than nine bytes a word for the arrays of a rating, and fewer than thirty for their order."""
    count = 20_000
    (plain,) = world(1, 1).items
    library = World(tuple(ItemFacts(id=number, library_id=1, kind=plain.kind, title_key="x") for number in range(1, count + 1)))
    with shelf(sqlite_database, library) as connection:
        personal.put_items(connection, [(1, number, number % 101, 0, None, 0, 0.0, None, 0, 1) for number in range(1, count + 1)])
        kept = Shelf(connection, library)
        snap = kept.snapshot()
        snap.count(tree.Mine("rating", 50, 60), ANN)
        assert kept.base.own.bytes < 9 * count
        snap.page(ALL, Sort("my_rating"), Offset(count // 2, 10), ANN)
        assert kept.base.own.bytes < 38 * count
