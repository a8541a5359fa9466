"""Sittings and players in the store: one transaction a ping, history, and what taking it back leaves."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert

from longshelf.errors import NotFound
from longshelf.model.kinds import ItemKind
from longshelf.model.times import SECOND
from longshelf.model.watching import Ping, Place
from longshelf.store import accounts, libraries, personal, plays, tables
from longshelf.store.database import Database, run
from longshelf.store.plays import Heard, Lengths, Opening, place_in
from tests.model.test_watching import Said, Shelf, played

FILM = 600.0


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """Two people and three items, ids from 1."""
    with database.write_quietly() as connection:
        fill(connection)
        yield connection


def fill(connection: Connection) -> None:
    connection.execute(insert(tables.library).values(id=1, name="Films", type="folder", created_at=1))
    for number in (1, 2):
        connection.execute(insert(tables.user).values(id=number, name=str(number), name_key=str(number), created_at=1))
    for number in (1, 2, 3):
        name = str(number)
        row = {"id": number, "library_id": 1, "external_id": name, "kind": "video", "title": name, "title_key": name, "duration": FILM}
        more = {"added_at": 1, "updated_at": 1, "revision": 1, "content_hash": b""}
        connection.execute(insert(tables.item).values(**row, **more))


def say(connection: Connection, said: Said, seq: int, *, user_id: int = 1, item_id: int = 1, length: float | None = FILM) -> Heard:
    progress = None if said.position is None or length is None else min(said.position / length, 1.0)
    place = Place(said.position, progress)
    ping = Ping(seq=seq, event=said.event, at=said.at * SECOND, place=place, seconds=said.seconds, rate=said.rate)
    plays.hold(connection, user_id)
    return plays.hear(connection, Opening(user_id, item_id, said.tab), ping, length)


def watch(connection: Connection, start: int, stop: int, tab: str, *, item_id: int = 1, user_id: int = 1) -> None:
    for seq, said in enumerate(played(start, stop, tab)):
        say(connection, said, seq, item_id=item_id, user_id=user_id)


SAID = st.builds(
    Said,
    at=st.integers(0, 9_000),
    tab=st.sampled_from("ab"),
    event=st.sampled_from(("start", "ping", "ping", "pause", "seek", "end")),
    position=st.none() | st.integers(0, 600).map(float),
    rate=st.sampled_from((0.5, 1.0, 2.0)),
    seconds=st.none() | st.integers(0, 40).map(float),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.lists(st.tuples(SAID, st.integers(0, 30)), max_size=25))
def test_the_store_keeps_what_the_rules_say(connection: Connection, pings: list[tuple[Said, int]]) -> None:
    """Ping by ping the same as the rules with everything in memory."""
    inner = connection.begin_nested()
    shelf = Shelf(FILM)
    for said, seq in sorted(pings, key=lambda each: each[0].at):
        done = shelf.hear(said, seq)
        heard = say(connection, said, seq)
        assert heard.applied == (done is not None)
        if done is not None:
            assert heard.counted == (done.sitting.counted > 0)
            assert heard.seconds == pytest.approx(done.sitting.seconds)
    word = personal.on_items(connection, 1, [1]).get(1, personal.ItemWord())
    assert (word.play_count, word.progress) == (shelf.plays, shelf.progress)
    assert word.play_seconds == pytest.approx(shelf.seconds)
    assert len(plays.newest(connection, 1, 100)) == len(shelf.sittings)
    inner.rollback()


def test_people_and_items_are_apart(connection: Connection) -> None:
    watch(connection, 0, 400, "tab")
    watch(connection, 0, 10, "tab", item_id=2)
    watch(connection, 0, 20, "tab", user_id=2)
    said = {user: personal.on_items(connection, user, [1, 2, 3]) for user in (1, 2)}
    assert {item: word.play_seconds for item, word in said[1].items()} == {1: 400, 2: 10}
    assert {item: (word.play_seconds, word.play_count) for item, word in said[2].items()} == {1: (20, 0)}
    assert [item_id for _, item_id in plays.newest(connection, 1, 9)] == [2, 1]
    assert len(plays.newest(connection, 1, 1)) == 1


def test_a_ping_costs_the_same_few_statements_however_many_there_were(database: Database) -> None:
    with database.write_quietly() as connection:
        fill(connection)
        watch(connection, 0, 3_000, "tab")
        first = database.statements
        say(connection, Said(3_010, "tab", "ping", 500.0), 900)
        assert database.statements - first <= 7


def test_forgetting_takes_back_what_was_counted_and_keeps_the_place(connection: Connection) -> None:
    watch(connection, 0, 400, "one")
    watch(connection, 100_000, 100_500, "two")
    watch(connection, 200_000, 200_100, "three", item_id=2)
    assert personal.on_items(connection, 1, [1])[1].play_count == 2
    (third, _), (second, _), (first, _) = plays.newest(connection, 1, 9)
    plays.forget(connection, 1, second, at=1)
    word = personal.on_items(connection, 1, [1])[1]
    assert (word.play_count, word.play_seconds, word.last_played_at) == (1, 400, 400 * SECOND)
    assert word.progress == 500 / FILM
    assert [play_id for play_id, _ in plays.newest(connection, 1, 9)] == [third, first]
    plays.forget(connection, 1, None, at=1)
    for word in personal.on_items(connection, 1, [1, 2]).values():
        assert (word.play_count, word.play_seconds, word.last_played_at) == (0, 0, None)
    assert plays.newest(connection, 1, 9) == []


def test_an_open_player_begins_anew_where_its_sitting_was_forgotten(connection: Connection) -> None:
    watch(connection, 0, 400, "tab")
    ((play_id, _),) = plays.newest(connection, 1, 9)
    plays.forget(connection, 1, play_id, at=1)
    assert run(connection, "SELECT count(*) FROM watch_session").scalar() == 0
    assert say(connection, Said(410, "tab", "ping", 410.0), 90).seconds == 0
    assert say(connection, Said(420, "tab", "ping", 420.0), 91).seconds == 10
    assert [each[0] for each in plays.newest(connection, 1, 9)] != [play_id]


def test_nobody_forgets_what_is_somebody_elses(connection: Connection) -> None:
    watch(connection, 0, 400, "tab")
    ((play_id, _),) = plays.newest(connection, 1, 9)
    for user_id, wrong in ((2, play_id), (1, play_id + 99)):
        with pytest.raises(NotFound):
            plays.forget(connection, user_id, wrong, at=1)
    plays.forget(connection, 2, None, at=1)
    assert personal.on_items(connection, 1, [1])[1].play_count == 1
    assert plays.rows(connection, 2, [play_id]) == {}
    assert plays.rows(connection, 1, [play_id])[play_id].counted


def test_plays_that_were_imported_survive_the_history(connection: Connection) -> None:
    personal.put_items(connection, [(1, 1, None, 0, None, 5, 1_000.0, 7, 0, 1)])
    watch(connection, 1_000, 1_400, "tab")
    plays.forget(connection, 1, None, at=1)
    word = personal.on_items(connection, 1, [1])[1]
    assert (word.play_count, word.play_seconds) == (5, 1_000)
    assert word.last_played_at is not None


def test_a_mark_is_a_play_in_the_history_and_taking_it_back_removes_it(connection: Connection) -> None:
    watch(connection, 0, 400, "tab", item_id=2)
    for item_id in (1, 2, 1):
        plays.mark(connection, 1, item_id, watched=True, at=500 * SECOND)
    rows = plays.rows(connection, 1, [play_id for play_id, _ in plays.newest(connection, 1, 9)])
    assert sorted((row.item_id, row.source, row.counted) for row in rows.values()) == [(1, "marked", True), (2, "watched", True)]
    for item_id in (1, 2):
        plays.mark(connection, 1, item_id, watched=False, at=600 * SECOND)
    rows = plays.rows(connection, 1, [play_id for play_id, _ in plays.newest(connection, 1, 9)])
    assert [(row.item_id, row.source, row.counted, row.seconds) for row in rows.values()] == [(2, "watched", False, 400)]
    watch(connection, 700, 1_100, "later", item_id=2)
    assert personal.on_items(connection, 1, [2])[2].play_count == 1


def test_marks_while_it_runs_are_the_play_that_runs_and_taking_it_back_begins_anew(connection: Connection) -> None:
    pings = played(0, 590, "tab")
    for seq, said in enumerate(pings[:5]):
        say(connection, said, seq)
    plays.mark(connection, 1, 1, watched=True, at=45 * SECOND)
    for seq, said in enumerate(pings):
        say(connection, said, seq)
    assert personal.on_items(connection, 1, [1])[1].play_count == 1
    plays.mark(connection, 1, 1, watched=False, at=600 * SECOND)
    say(connection, Said(600, "tab", "start", 100.0), 100)
    say(connection, Said(630, "tab", "ping", 130.0), 101)
    assert personal.on_items(connection, 1, [1])[1].play_count == 0


def test_sessions_that_are_long_over_are_cleared_away(connection: Connection) -> None:
    watch(connection, 0, 10, "old")
    watch(connection, 3 * 86_400, 3 * 86_400 + 10, "new")
    assert run(connection, "SELECT session FROM watch_session").scalars().all() == ["new"]


def test_all_goes_with_its_item_and_its_person(database: Database) -> None:
    with database.write_quietly() as connection:
        fill(connection)
        watch(connection, 0, 400, "tab")
        watch(connection, 0, 400, "tab", user_id=2)
        accounts.remove_user(connection, 2)
    libraries.remove(database, 1)
    with database.read() as connection:
        assert [run(connection, f"SELECT count(*) FROM {table}").scalar() for table in ("play", "watch_session", "user_item")] == [0, 0, 0]


def test_where_a_player_is_can_be_told_in_three_ways() -> None:
    film, book, plain = Lengths(ItemKind.VIDEO, 200.0, None), Lengths(ItemKind.BOOK, None, 10), Lengths(ItemKind.BOOK, None, None)
    assert place_in(film, position=50, page=None, progress=None) == Place(50, 0.25)
    assert place_in(film, position=500, page=None, progress=None) == Place(500, 1.0)
    assert place_in(film, position=None, page=None, progress=0.5) == Place(100, 0.5)
    assert place_in(book, position=None, page=0, progress=None) == Place(None, 0.1)
    assert place_in(book, position=None, page=9, progress=None) == Place(None, 1.0)
    assert place_in(plain, position=3, page=None, progress=None) == Place(3, None)
    assert place_in(plain, position=None, page=3, progress=None) == place_in(plain, position=None, page=None, progress=None) == Place()


def test_an_item_that_is_gone_cannot_be_watched(connection: Connection) -> None:
    assert plays.lengths(connection, 1) == Lengths(ItemKind.VIDEO, FILM, None)
    run(connection, "UPDATE item SET deleted_at = 1 WHERE id = 2")
    for item_id in (2, 99):
        with pytest.raises(NotFound):
            plays.lengths(connection, item_id)


def test_players_of_one_person_are_heard_one_after_the_other(database: Database) -> None:
    """At once, on their own connections: whatever order they come in, nothing is counted twice and nothing fails."""
    with database.write_quietly() as connection:
        fill(connection)

    def tab(name: str) -> None:
        for seq in range(1, 15):
            with database.write_quietly() as connection:
                say(connection, Said(10 * seq, name, "ping", 10.0 * seq), seq)

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(tab, name) for name in "abcd"]:
            done.result()
    with database.read() as connection:
        word = personal.on_items(connection, 1, [1])[1]
        rows = plays.rows(connection, 1, [play_id for play_id, _ in plays.newest(connection, 1, 9)])
    assert sum(row.counted for row in rows.values()) == word.play_count <= 1
    assert sum(row.seconds for row in rows.values()) == pytest.approx(word.play_seconds)
