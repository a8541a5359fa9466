"""Entries of playlists against a plain list: any order, any number of moves, little work."""

import threading
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from longshelf.model.query import EVERYTHING, LibraryIs
from longshelf.model.sorts import shuffle
from longshelf.store import playlist_items, playlists
from longshelf.store.database import Database, run
from longshelf.store.playlist_items import PlaceRow
from tests.support import processes
from tests.support.playlists import fill
from tests.support.statements import Listening

ITEMS = 40


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.write_quietly() as connection:
        fill(connection, ITEMS)
        yield connection


def _make(connection: Connection) -> int:
    return playlists.add(connection, 1, "Mine", "items", shared=False, at=5)


def _order(connection: Connection, playlist_id: int) -> list[int]:
    """Entries, by position."""
    return [each.id for each in playlist_items.at(connection, playlist_id, 0, 10**6)]


def _entry_ids(connection: Connection, playlist_id: int, items: Sequence[int], before: int | None = None) -> list[int]:
    """Puts the items in; the new entries, in order."""
    known = set(_order(connection, playlist_id))
    playlist_items.insert(connection, playlist_id, items, before, 1)
    return [each for each in _order(connection, playlist_id) if each not in known]


class Oracle:
    """A plain list."""

    def __init__(self) -> None:
        self.ids: list[int] = []

    def put(self, ids: Sequence[int], before: int | None) -> None:
        place = len(self.ids) if before is None else self.ids.index(before)
        self.ids[place:place] = ids

    def move(self, ids: Sequence[int], before: int | None) -> None:
        self.ids = [each for each in self.ids if each not in ids]
        self.put(ids, before)


STEPS = st.lists(
    st.tuples(st.sampled_from(["put", "move", "move", "move", "remove"]), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 5)),
    max_size=60,
)


@pytest.mark.parametrize("room", [playlist_items.STEP, 3], ids=["far apart", "close together"])
def test_entries_stand_as_in_a_plain_list_whatever_is_done_to_them(database: Database, room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Close together, nearly every move has to make room first."""
    monkeypatch.setattr(playlist_items, "STEP", room)
    monkeypatch.setattr(playlist_items, "ROOM", min(room, playlist_items.ROOM))
    monkeypatch.setattr(playlist_items, "FIRST_WINDOW", 2 if room == 3 else playlist_items.FIRST_WINDOW)
    with database.write_quietly() as connection:
        fill(connection, ITEMS)

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(steps=STEPS)
    def check(steps: list[tuple[str, int, int, int]]) -> None:
        with database.write_quietly() as connection:
            made, oracle = _make(connection), Oracle()
            other = _make(connection)
            playlist_items.insert(connection, other, [1, 2, 3], None, 1)
            untouched = _order(connection, other)
            for name, one, two, many in steps:
                before = oracle.ids[two % len(oracle.ids)] if oracle.ids and two % 4 else None
                if name == "put":
                    fresh = _entry_ids(connection, made, [one % ITEMS + 1] * many, before)
                    oracle.put(fresh, before)
                    continue
                chosen = list(dict.fromkeys(oracle.ids[(one + step * 7) % len(oracle.ids)] for step in range(many))) if oracle.ids else []
                chosen = [each for each in chosen if each != before]
                if name == "move" and chosen:
                    playlist_items.move(connection, made, chosen, before)
                    oracle.move(chosen, before)
                elif name == "remove" and chosen:
                    playlist_items.remove(connection, made, chosen)
                    oracle.ids = [each for each in oracle.ids if each not in chosen]
                assert _order(connection, made) == oracle.ids
            assert _order(connection, made) == oracle.ids
            assert _order(connection, other) == untouched
            for each in (made, other):
                playlists.remove(connection, each)

    check()


def test_every_way_to_read_gives_the_same_order(connection: Connection) -> None:
    made = _make(connection)
    ids = _entry_ids(connection, made, range(1, 31))
    rows = playlist_items.at(connection, made, 0, 100)
    assert [each.item_id for each in rows] == list(range(1, 31))
    assert [each.id for each in playlist_items.at(connection, made, 10, 5)] == ids[10:15]
    assert [each.id for each in playlist_items.after(connection, made, rows[9].place, 5)] == ids[10:15]
    assert [each.id for each in playlist_items.before(connection, made, rows[9].place, 5)] == ids[4:9]
    assert [each.id for each in playlist_items.standing_at(connection, made, [rows[7].place, rows[3].place])] == [ids[3], ids[7]]
    assert playlist_items.count(connection, made) == 30
    assert playlist_items.counts(connection, [made, 99]) == {made: 30}
    assert set(playlist_items.entries(connection, made, [*ids[:2], 10**9])) == set(ids[:2])
    assert playlist_items.entries(connection, _make(connection), ids) == {}


def test_a_shuffle_is_the_same_order_for_everybody_and_both_ways(connection: Connection) -> None:
    made = _make(connection)
    ids = _entry_ids(connection, made, range(1, 31))
    for seed in (0, 7, 2**31 - 1):
        expected = sorted(ids, key=shuffle(seed).key)
        assert playlist_items.shuffled(connection, made, seed, None, 100) == expected
        assert playlist_items.shuffled(connection, made, seed, None, 100, back=True) == expected[::-1]
        assert playlist_items.shuffled(connection, made, seed, expected[4], 3) == expected[5:8]
        assert playlist_items.shuffled(connection, made, seed, expected[4], 3, back=True) == expected[1:4][::-1]
        assert playlist_items.shuffled(connection, made, seed, expected[-1], 3) == []
    run(connection, "DELETE FROM playlist_item WHERE id = ?", ids[3])  # who is at one that went goes on from there
    order = sorted(ids, key=shuffle(7).key)
    behind = order[order.index(ids[3]) + 1 :]
    assert playlist_items.shuffled(connection, made, 7, ids[3], 2) == behind[:2]


def test_what_was_removed_from_its_library_is_judged_by_the_same_rules(connection: Connection) -> None:
    run(connection, "UPDATE item SET deleted_at = 9 WHERE id IN (2, 3)")
    assert playlist_items.removed_among(connection, 1, EVERYTHING, [1, 2, 3, 99]) == {2, 3}
    assert playlist_items.removed_among(connection, 1, LibraryIs((7,)), [1, 2, 3]) == set()
    assert playlist_items.removed_among(connection, 1, EVERYTHING, []) == set()
    made = _make(connection)
    playlist_items.insert(connection, made, [1, 2], None, 1)
    assert [each.gone for each in playlist_items.at(connection, made, 0, 10)] == [False, True]
    assert [each[2] for each in playlist_items.whole(connection, made)] == [False, True]


def test_who_is_at_an_entry_that_goes_is_at_the_next_that_stays(connection: Connection) -> None:
    made = _make(connection)
    ids = _entry_ids(connection, made, range(1, 6))
    for user_id, entry_id in ((1, ids[1]), (2, ids[4])):
        playlist_items.put_place(connection, user_id, made, PlaceRow(entry_id, None, 3))
    playlist_items.remove(connection, made, [ids[1], ids[2], ids[4]])
    assert playlist_items.place_of(connection, 1, made) == PlaceRow(ids[3], None, 3)
    assert playlist_items.place_of(connection, 2, made) == PlaceRow(None, None, 3)  # it was the last: he begins anew


def test_entries_follow_an_item_that_became_another_and_none_is_doubled(connection: Connection) -> None:
    both, one, none = _make(connection), _make(connection), _make(connection)
    playlist_items.insert(connection, both, [1, 2, 3], None, 1)
    playlist_items.insert(connection, one, [4, 1, 5], None, 1)
    playlist_items.insert(connection, none, [4, 5], None, 1)
    playlist_items.follow_merge(connection, 1, 3)
    found = [[each.item_id for each in playlist_items.at(connection, made, 0, 9)] for made in (both, one, none)]
    assert found == [[2, 3], [4, 3, 5], [4, 5]]


# --- how much work it is

LONG = 20_000


def _long(connection: Connection) -> int:
    made = _make(connection)
    playlist_items.insert(connection, made, [number % ITEMS + 1 for number in range(LONG)], None, 1)
    return made


def _work(connection: Connection, sent: list[tuple[str, object]]) -> int:
    """Values sent along: each row that is written takes two."""
    return sum(len(parameters) if isinstance(parameters, tuple) else 1 for _, parameters in sent)


def test_pages_and_moves_of_a_long_playlist_are_little_work(connection: Connection) -> None:
    made = _long(connection)
    ids = [each.id for each in playlist_items.at(connection, made, LONG // 2, 2)]
    with Listening(connection) as sent:
        playlist_items.move(connection, made, [ids[0]], ids[1])
        playlist_items.move(connection, made, [ids[0]], None)
    assert len(sent) <= 8
    assert _work(connection, sent) <= 32
    with Listening(connection) as sent:
        assert len(playlist_items.after(connection, made, 0, 50)) == 50
    assert len(sent) == 1


def test_moving_to_one_gap_again_and_again_rewrites_few_rows(connection: Connection) -> None:
    """Always between the same two: that halves the room each time, and makes room again when it is used up."""
    made = _long(connection)
    rows = playlist_items.at(connection, made, 0, 1_000)
    left, moved = rows[500], rows[700:900]
    expected = [each.id for each in rows if each not in moved]
    place = expected.index(left.id) + 1
    with Listening(connection) as sent:
        ahead_of = rows[501].id
        for each in moved:
            playlist_items.move(connection, made, [each.id], ahead_of)
            ahead_of = each.id
    expected[place:place] = [each.id for each in moved][::-1]
    assert [each.id for each in playlist_items.at(connection, made, 0, 1_000)] == expected
    if connection.dialect.name == "sqlite":  # elsewhere a list of rows is one value
        assert _work(connection, sent) < 200 * 40


# --- many at once

WORKERS, TURNS = 3, 12


def reorder(database: Database, gate: threading.Barrier, playlist_id: int, number: int) -> None:
    gate.wait(processes.PATIENCE)
    for turn in range(TURNS):
        with database.write_quietly() as connection:
            playlists.held(connection, playlist_id)
            ids = _order(connection, playlist_id)
            if turn % 4 == 3:
                playlist_items.insert(connection, playlist_id, [number], ids[turn % len(ids)], 1)
            else:
                one, before = ids[(number * 5 + turn) % len(ids)], ids[turn % 3]
                playlist_items.move(connection, playlist_id, [one], before if turn % 2 and one != before else None)
            playlists.raise_version(connection, playlist_id, 7)


def test_nothing_is_lost_or_doubled_when_processes_reorder_at_once(database: Database) -> None:
    with database.write_quietly() as connection:
        fill(connection, ITEMS)
        made = _make(connection)
        playlist_items.insert(connection, made, range(10, 30), None, 1)
    gate = processes.new_gate(WORKERS)
    processes.finish(*[processes.start(reorder, database, gate, made, number + 1) for number in range(WORKERS)])
    with database.read() as connection:
        rows = playlist_items.at(connection, made, 0, 1_000)
        assert playlists.get(connection, made).version == WORKERS * TURNS
    added = [each.item_id for each in rows if each.item_id < 10]
    assert sorted(added) == sorted([1, 2, 3] * (TURNS // 4))
    assert sorted(each.item_id for each in rows if each.item_id >= 10) == list(range(10, 30))
    assert min(each.place for each in rows) > playlist_items.ASIDE // 2
