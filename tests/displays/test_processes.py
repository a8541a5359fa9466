"""Many processes at one display: rebuilds, edits and words of players at once make one timeline, and a reader sees the old one or the new
one, never half of one. A process that is killed leaves nothing behind that another cannot go on from."""

import random
import threading
import time
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any

import pytest

from longshelf.displays.timeline import TimelineService
from longshelf.errors import NotFound
from longshelf.store import displays, playlists, slots
from longshelf.store.database import Database
from longshelf.store.engine.sql import SqlEngine
from longshelf.store.hot import HotReads
from longshelf.visibility.visibility import Visibility
from tests.displays.wall import Wall, check, make_wall
from tests.support.processes import finish, kill, new_gate, new_queue, start

PROCESSES, TIMES = 4, 5


def opened(database: Database) -> TimelineService:
    return TimelineService(database, SqlEngine(database.read), Visibility(database, HotReads(database)))


def work(database: Database, display_id: int, playlist_id: int, gate: Barrier, queue: "Queue[Any]", seed: int) -> None:
    """One process: five of each kind, in any order; twenty in all."""
    rng, service = random.Random(seed), opened(database)
    gate.wait()
    for _ in range(TIMES):
        for what in rng.sample(("rebuild", "edit", "played", "next", "previous", "add", "look"), 7):
            one(database, service, rng, (display_id, playlist_id), what)
    queue.put("done")


def one(database: Database, service: TimelineService, rng: random.Random, ids: tuple[int, int], what: str) -> None:
    display_id, playlist_id = ids
    if what == "rebuild":
        service.rebuild(display_id)
    elif what == "edit":
        with database.write_quietly() as connection:
            playlists.held(connection, playlist_id)
            block = rng.choice(playlists.blocks_of(connection, playlist_id))
            playlists.change_block(connection, block.id, {"count": rng.randrange(1, 6), "order": rng.choice(("newest", "random"))})
            playlists.raise_version(connection, playlist_id, database.clock())
        service.replan(display_id, "edited")
    elif what == "played":
        with database.read() as connection:
            ahead = slots.of_displays(connection, [display_id], ended=False).get(display_id, [])
        for slot in ahead[: rng.randrange(1, 4)]:
            service.played(display_id, slot.id, slot.generation, "played", 1.0)
    elif what == "add":
        with database.write_quietly() as connection:
            displays.held(connection, display_id)
            playlists.held(connection, playlist_id)
            found = playlists.blocks_of(connection, playlist_id)
            playlists.order_blocks(connection, [each.id for each in rng.sample(found, len(found))])
            playlists.raise_version(connection, playlist_id, database.clock())
        service.replan(display_id, "reordered")
    elif what == "look":
        service.look(display_id)
    else:
        getattr(service, what)(display_id)


class Reader:
    """Looks all the while, and keeps what it saw wrong."""

    def __init__(self, wall: Wall) -> None:
        self._wall = wall
        self._stop = threading.Event()
        self.looks = 0
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Reader":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        try:
            while not self._stop.is_set():
                found = check(self._wall.database, self._wall.display_id)
                assert sum(each.status == "current" for each in found) == 1
                assert sum(each.status == "planned" for each in found) >= 3
                self.looks += 1
        except BaseException as error:
            self.error = error


def busy_wall(database: Database) -> Wall:
    wall = make_wall(database)
    for tag in ("sea", "desert", "night"):
        wall.more(10, tag)
    for tag in ("sea", "desert", "night", ""):
        wall.block(tag, count=3)
    wall.service.replan(wall.display_id, "test")
    return wall


def test_rebuilds_edits_and_words_at_once_from_four_processes_make_one_timeline(database: Database) -> None:
    wall, gate, queue = busy_wall(database), new_gate(PROCESSES), new_queue()
    with Reader(wall) as reader:
        processes = [start(work, database, wall.display_id, wall.playlist_id, gate, queue, number) for number in range(PROCESSES)]
        finish(*processes)
    if reader.error is not None:
        raise reader.error
    assert reader.looks > 20
    row = wall.row()
    assert row.answered == row.asked == PROCESSES * TIMES
    with database.read() as connection:
        active = playlists.active_of(connection, wall.display_id)
    assert active is not None
    assert (row.playlist_id, row.playlist_version) == (active.id, active.version)
    history = wall.history()
    assert len({(each.slot_id, each.number) for each in history}) == len(history)
    per_loop: dict[tuple[int, int], int] = {}
    for slot in check(database, wall.display_id):
        per_loop[slot.loop, slot.block_id] = per_loop.get((slot.loop, slot.block_id), 0) + 1
    assert max(per_loop.values()) <= 5
    assert len(wall.play(10)) == 10


def rebuild_once(database: Database, display_id: int, gate: Barrier) -> None:
    service = opened(database)
    gate.wait()
    threads = [threading.Thread(target=service.rebuild, args=(display_id,)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_burst_of_rebuilds_is_a_few_whichever_processes_ask(database: Database) -> None:
    """At most one a process that had begun before the others asked, and one for all of those."""
    wall, gate = busy_wall(database), new_gate(PROCESSES)
    before = wall.row().generation
    finish(*[start(rebuild_once, database, wall.display_id, gate) for _ in range(PROCESSES)])
    row = wall.row()
    assert row.answered == row.asked == PROCESSES * 5
    assert 1 <= row.generation - before <= 2 * PROCESSES
    check(database, wall.display_id)


def test_who_comes_while_one_waits_joins_it(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """While one is planned, twenty more are asked for: one more is made for all of them."""
    wall = busy_wall(database)
    began, go_on = threading.Event(), threading.Event()
    planned = TimelineService._planned

    def slowly(service: TimelineService, *about: Any) -> Any:
        found = planned(service, *about)
        if not began.is_set():
            began.set()
            assert go_on.wait(30)
        return found

    monkeypatch.setattr(TimelineService, "_planned", slowly)
    generation = wall.row().generation
    threads = [threading.Thread(target=wall.service.rebuild, args=(wall.display_id,)) for _ in range(21)]
    threads[0].start()
    assert began.wait(30)
    for thread in threads[1:]:
        thread.start()
    while wall.row().asked < 21:
        time.sleep(0.01)
    go_on.set()
    for thread in threads:
        thread.join()
    assert wall.row().generation == generation + 2


def test_what_was_planned_on_something_that_changed_is_planned_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when that happens every time: at last it is planned under the lock."""
    wall = busy_wall(database)
    planned, numbers = TimelineService._planned, iter(range(10))

    def overtaken(service: TimelineService, *about: Any) -> Any:
        found = planned(service, *about)
        if next(numbers) < 3:
            with database.write_quietly() as connection:
                playlists.raise_version(connection, wall.playlist_id, 1)
        return found

    monkeypatch.setattr(TimelineService, "_planned", overtaken)
    wall.service.rebuild(wall.display_id)
    with database.read() as connection:
        active = playlists.active_of(connection, wall.display_id)
    assert active is not None
    assert wall.row().playlist_version == active.version
    assert next(numbers) == 4
    check(database, wall.display_id)


def work_for_ever(database: Database, display_id: int, playlist_id: int, queue: "Queue[Any]", seed: int) -> None:
    rng, service = random.Random(seed), opened(database)
    queue.put("ready")
    while True:
        for what in ("rebuild", "played", "edit", "next", "previous"):
            one(database, service, rng, (display_id, playlist_id), what)


def test_processes_that_are_killed_leave_a_whole_timeline_and_what_they_were_asked_is_done(database: Database) -> None:
    wall = busy_wall(database)
    rng = random.Random(1)
    for attempt in range(3):
        queue = new_queue()
        processes = [start(work_for_ever, database, wall.display_id, wall.playlist_id, queue, attempt * 2 + each) for each in range(2)]
        for _ in processes:
            assert queue.get(timeout=60) == "ready"
        with Reader(wall) as reader:
            time.sleep(rng.uniform(0.2, 0.8))
            for process in processes:
                kill(process)
        if reader.error is not None:
            raise reader.error
        check(database, wall.display_id)
        with database.write_quietly() as connection:
            displays.ask_rebuild(connection, wall.display_id)  # somebody asked, and died before it was done
            playlists.raise_version(connection, wall.playlist_id, 1)
        due = displays.due(HotReads(database), database.clock(), 0)
        assert due.stale == (wall.display_id,)
        wall.service.look(wall.display_id)
        row = wall.row()
        assert row.asked == row.answered
        assert displays.due(HotReads(database), database.clock(), 0).stale == ()
        assert len(wall.play(3)) == 3


def test_a_display_that_is_removed_meanwhile_is_not_found(database: Database) -> None:
    wall = busy_wall(database)
    with database.write_quietly() as connection:
        playlists.leave_displays(connection, wall.display_id)
        displays.remove(connection, wall.display_id, database.clock())
    with pytest.raises(NotFound):
        wall.service.rebuild(wall.display_id)
    with database.read() as connection:
        assert slots.of_display(connection, wall.display_id) == []
