"""Rows of playlists and blocks: one active playlist a display whoever asks for what, and edits that take turns."""

import random
import threading
from collections.abc import Callable, Collection, Iterator
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from longshelf.errors import NotFound
from longshelf.store import playlists
from longshelf.store.database import Database, run
from tests.support import processes
from tests.support.databases import Databases
from tests.support.playlists import active, add_display, fill

SAID: dict[str, Any] = {
    "title": "", "q": "", "filter": "", "view_id": None, "count": 5, "order": "newest", "format": "mixed", "dwell": None,
}  # fmt: skip


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """Two people and two displays."""
    with database.write_quietly() as connection:
        fill(connection)
        add_display(connection, 1)
        add_display(connection, 2)
        yield connection


def _make(connection: Connection, name: str = "Wall", kind: str = "blocks") -> int:
    return playlists.add(connection, 1, name, kind, shared=False, at=5)


def test_the_first_playlist_of_a_display_plays_and_another_disturbs_nothing(connection: Connection) -> None:
    first, second = _make(connection), _make(connection)
    assert playlists.join_display(connection, first, 1)
    assert not playlists.join_display(connection, second, 1)
    assert active(connection) == {1: [first]}
    found = playlists.active_of(connection, 1)
    assert found is not None
    assert found.id == first
    assert playlists.active_of(connection, 2) is None


def test_activating_takes_the_place_of_the_other(connection: Connection) -> None:
    first, second = _make(connection), _make(connection)
    playlists.join_display(connection, first, 1)
    playlists.activate(connection, second, 1)
    assert active(connection) == {1: [second]}
    assert playlists.get(connection, first).display_id == 1  # it is still one of its playlists
    playlists.activate(connection, second, 2)
    assert active(connection) == {2: [second]}
    playlists.activate(connection, second, 2)
    assert active(connection) == {2: [second]}


def test_who_leaves_a_display_plays_nowhere(connection: Connection) -> None:
    first, second = _make(connection), _make(connection)
    playlists.join_display(connection, first, 1)
    playlists.join_display(connection, second, 1)
    playlists.leave_display(connection, first)
    assert active(connection) == {}
    assert playlists.join_display(connection, first, 1)  # nothing else plays
    playlists.leave_displays(connection, 1)
    assert active(connection) == {}
    assert {playlists.get(connection, each).display_id for each in (first, second)} == {None}


def test_a_display_that_is_not_there_or_nobodys_yet_plays_nothing(connection: Connection) -> None:
    add_display(connection, 3, state="pairing")
    first = _make(connection)
    for display_id in (3, 99):
        with pytest.raises(NotFound):
            playlists.activate(connection, first, display_id)
        with pytest.raises(NotFound):
            playlists.join_display(connection, first, display_id)
    with pytest.raises(NotFound):
        playlists.activate(connection, 99, 1)
    assert playlists.plays_as(connection, [1, 3, 99]) == {1: 1}


def test_the_database_itself_refuses_two_active_ones_and_one_without_a_display(database: Database, connection: Connection) -> None:
    first, second = _make(connection), _make(connection)
    playlists.activate(connection, first, 1)
    for text in ("UPDATE playlist SET display_id = 1, active = 1 WHERE id = ?", "UPDATE playlist SET active = 1 WHERE id = ?"):
        with pytest.raises(IntegrityError), connection.begin_nested():
            run(connection, text, second)
    assert active(connection) == {1: [first]}


def test_blocks_keep_their_order_through_changes(connection: Connection) -> None:
    made = _make(connection)
    ids = playlists.add_blocks(connection, made, [SAID | {"title": str(number)} for number in range(4)])
    ids += playlists.add_blocks(connection, made, [SAID | {"title": "4"}])
    assert [each.position for each in playlists.blocks_of(connection, made)] == [0, 1, 2, 3, 4]
    playlists.order_blocks(connection, [ids[3], ids[0], ids[4], ids[1], ids[2]])
    assert [each.title for each in playlists.blocks_of(connection, made)] == ["3", "0", "4", "1", "2"]
    playlists.remove_block(connection, made, ids[0])
    found = playlists.blocks_of(connection, made)
    assert [(each.title, each.position) for each in found] == [("3", 0), ("4", 1), ("1", 2), ("2", 3)]
    playlists.change_block(connection, ids[4], {"count": 9, "order": "random", "dwell": 2.5})
    changed = playlists.block(connection, ids[4])
    assert changed is not None
    assert (changed.title, changed.count, changed.order, changed.dwell, changed.position) == ("4", 9, "random", 2.5, 1)


def test_a_playlist_goes_with_all_that_is_its_own(connection: Connection) -> None:
    made, other = _make(connection), _make(connection)
    for each in (made, other):
        playlists.add_blocks(connection, each, [SAID, SAID])
        run(connection, "INSERT INTO playlist_place (user_id, playlist_id, updated_at) VALUES (2, ?, 1)", each)
    playlists.remove(connection, made)
    assert playlists.blocks_of(connection, made) == []
    assert len(playlists.blocks_of(connection, other)) == 2
    assert list(run(connection, "SELECT playlist_id FROM playlist_place").scalars()) == [other]
    with pytest.raises(NotFound):
        playlists.get(connection, made)


def test_lists_hold_ones_own_and_the_shared_ones_and_for_administrators_those_of_displays(connection: Connection) -> None:
    mine, shared, theirs, shown = (
        playlists.add(connection, user_id, name, "blocks", shared=name == "shared", at=1)
        for user_id, name in ((1, "mine"), (2, "shared"), (2, "theirs"), (2, "shown"))
    )
    playlists.join_display(connection, shown, 1)
    assert [each.id for each in playlists.listed(connection, 1, displays=False)] == [mine, shared]
    assert [each.id for each in playlists.listed(connection, 1, displays=True)] == [mine, shared, shown]
    assert [each.id for each in playlists.listed(connection, 2, displays=False)] == [shared, shown, theirs]


# --- many at once

WORKERS, TURNS = 4, 25


def shuffle_displays(database: Database, gate: Barrier | threading.Barrier, seed: int) -> None:
    """Makes, activates, moves, deletes; after each step looks whether any display has two active playlists."""
    rng = random.Random(seed)
    gate.wait(processes.PATIENCE)
    for turn in range(TURNS):
        with database.write_quietly() as connection:
            ids = list(run(connection, "SELECT id FROM playlist ORDER BY id").scalars())
            one, display_id = rng.choice([*ids, 0]), rng.randint(1, 2)
            try:
                if turn % 5 == 0 or one == 0:
                    playlists.join_display(connection, _make(connection), display_id)
                elif turn % 5 == 4:
                    playlists.hold_displays(connection, [1, 2])
                    playlists.remove(connection, one)
                elif turn % 5 == 3:
                    playlists.hold_displays(connection, [1, 2])
                    playlists.leave_display(connection, one)
                    playlists.join_display(connection, one, display_id)
                else:
                    playlists.activate(connection, one, display_id)
                    playlists.raise_version(connection, one, 7)
            except NotFound:
                pass  # somebody else has deleted it
        with database.read() as connection:
            assert all(len(found) == 1 for found in active(connection).values())


def _prepare(database: Database) -> None:
    with database.write_quietly() as connection:
        fill(connection)
        add_display(connection, 1)
        add_display(connection, 2)


def test_one_playlist_a_display_is_active_whatever_many_threads_do(database: Database) -> None:
    _prepare(database)
    gate = threading.Barrier(WORKERS)
    failed: list[BaseException] = []

    def work(seed: int) -> None:
        try:
            shuffle_displays(database, gate, seed)
        except BaseException as error:
            failed.append(error)

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(WORKERS)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert not failed, failed[0]
    with database.read() as connection:
        assert set(active(connection)) <= {1, 2}


def test_one_playlist_a_display_is_active_whatever_many_processes_do(database: Database) -> None:
    _prepare(database)
    gate = processes.new_gate(WORKERS)
    processes.finish(*[processes.start(shuffle_displays, database, gate, seed) for seed in range(WORKERS)])
    with database.read() as connection:
        assert set(active(connection)) <= {1, 2}
        assert list(run(connection, "SELECT count(*) FROM playlist WHERE active = 1 AND display_id IS NULL").scalars()) == [0]


def test_two_displays_that_swap_their_playlists_do_not_wait_for_each_other(database: Database) -> None:
    _prepare(database)
    with database.write_quietly() as connection:
        made = [_make(connection), _make(connection)]
        for playlist_id, display_id in zip(made, (1, 2), strict=True):
            playlists.activate(connection, playlist_id, display_id)
    gate = threading.Barrier(2)
    failed: list[BaseException] = []

    def swap(place: int) -> None:
        try:
            for turn in range(TURNS * 4):
                gate.wait(processes.PATIENCE)
                with database.write_quietly() as connection:
                    playlists.activate(connection, made[place], (place + turn + 1) % 2 + 1)
        except BaseException as error:
            failed.append(error)
            gate.abort()

    workers = [threading.Thread(target=swap, args=(place,)) for place in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert not failed, failed[0]


def test_who_finds_that_a_playlist_was_moved_lets_its_displays_go_before_it_holds_others(
    postgres_databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where one writes at a time, as in SQLite, nobody moves anything meanwhile."""
    with postgres_databases.new() as database:
        _prepare(database)
        _moved_meanwhile(database, monkeypatch)


def _moved_meanwhile(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.write_quietly() as connection:
        made = _make(connection)
    hold, free = playlists.hold_displays, "SELECT id FROM display WHERE id = 2 FOR UPDATE NOWAIT"
    held: list[list[int]] = []

    def hold_and_move(connection: Connection, display_ids: Collection[int | None]) -> set[int]:
        """The playlist is moved to display 1 as soon as display 2 is held; then display 2 must be free again."""
        with database.write_quietly() as other:
            if held:
                assert run(other, free).scalar() == 2
        found = hold(connection, display_ids)
        held.append(sorted(found))
        if len(held) == 1:
            with database.write_quietly() as other:
                run(other, "UPDATE playlist SET display_id = 1, active = 1 WHERE id = ?", made)
        return found

    monkeypatch.setattr(playlists, "hold_displays", hold_and_move)
    with database.write_quietly() as connection:
        before = playlists.activate(connection, made, 2)
        assert active(connection) == {2: [made]}
    assert (before.display_id, before.active) == (1, 1)  # as it was when it was held
    assert held == [[2], [1, 2]]


def test_who_activates_and_who_holds_all_of_a_person_do_not_wait_for_each_other(database: Database) -> None:
    """A saved view is removed from all playlists that follow it, while one of them takes the place of another on a display, or it goes."""
    _prepare(database)
    with database.write_quietly() as connection:
        made = [_make(connection) for _ in range(4)]
    gate = threading.Barrier(2)
    failed: list[BaseException] = []

    def activate(turn: int) -> None:
        with database.write_quietly() as connection:
            if turn % 7 == 6:
                playlists.hold_displays(connection, [1])
                playlists.leave_displays(connection, 1)
            else:
                playlists.activate(connection, made[-1 - turn % len(made)], 1)

    def hold_all(_turn: int) -> None:
        with database.write_quietly() as connection:
            playlists.hold_all(connection, 1)

    def work(step: Callable[[int], None]) -> None:
        try:
            gate.wait(processes.PATIENCE)
            for turn in range(TURNS * 8):
                step(turn)
        except BaseException as error:
            failed.append(error)

    workers = [threading.Thread(target=work, args=(step,)) for step in (activate, hold_all)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert not failed, failed[0]


def edit_many(database: Database, gate: Barrier, playlist_id: int) -> None:
    gate.wait(processes.PATIENCE)
    for _ in range(TURNS):
        with database.write_quietly() as connection:
            playlists.held(connection, playlist_id)
            playlists.add_blocks(connection, playlist_id, [SAID])
            playlists.raise_version(connection, playlist_id, 7)


def test_editors_take_turns_so_that_no_edit_and_no_version_is_lost(database: Database) -> None:
    _prepare(database)
    with database.write_quietly() as connection:
        made = _make(connection)
    gate = processes.new_gate(WORKERS)
    processes.finish(*[processes.start(edit_many, database, gate, made) for _ in range(WORKERS)])
    with database.read() as connection:
        assert playlists.get(connection, made).version == WORKERS * TURNS
        assert [each.position for each in playlists.blocks_of(connection, made)] == list(range(WORKERS * TURNS))
