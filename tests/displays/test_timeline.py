"""What a display plays, and what becomes of it when things change."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from longshelf.displays.moves import current_of
from longshelf.displays.tending import Tending
from longshelf.displays.timeline import TimelineService
from longshelf.model.kinds import LibraryType
from longshelf.store import displays, libraries, playlists, slots, tables
from longshelf.store.database import Database, Transaction, run
from longshelf.store.engine.sql import SqlEngine
from longshelf.store.hot import HotReads
from longshelf.visibility.visibility import Visibility
from tests.displays.wall import Wall, check, make_display, make_wall, seeds


def test_the_first_look_plans_the_next_few_and_one_plays(database: Database) -> None:
    wall = make_wall(database, 20)
    wall.block(count=10)
    wall.service.replan(wall.display_id, "test")
    assert wall.ahead() == wall.ids[:-7:-1]
    assert wall.current.position == 0
    assert [each.position for each in wall.planned] == [1, 2, 3, 4, 5]
    check(database, wall.display_id)


def test_blocks_follow_each_other_and_then_the_first_again(database: Database) -> None:
    wall = make_wall(database)
    sea, desert = wall.more(9, "sea"), wall.more(9, "desert")
    wall.block("sea", count=2)
    wall.block("desert", count=1)
    wall.service.replan(wall.display_id, "test")
    assert wall.play(9) == [sea[-1], sea[-2], desert[-1], sea[-3], sea[-4], desert[-2], sea[-5], sea[-6], desert[-3]]
    loops = [each.loop for each in wall.history()]
    assert loops == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    check(database, wall.display_id)


def test_few_are_planned_however_much_a_block_asks_for(database: Database) -> None:
    wall = make_wall(database, 30)
    wall.block(count=10_000)
    wall.service.replan(wall.display_id, "test")
    for _ in range(12):
        assert slots.KEPT >= 12
        assert 3 <= len(wall.planned) <= 5
        wall.play()
    check(database, wall.display_id)


def test_what_ended_long_ago_is_forgotten_and_a_block_still_gets_no_more_than_it_asks_for(database: Database) -> None:
    wall = make_wall(database, 3)
    block_id = wall.block(count=slots.KEPT + 10)
    other = wall.block(count=1)
    wall.service.replan(wall.display_id, "test")
    wall.play(slots.KEPT + 5)
    assert len(wall.slots()) <= slots.KEPT + 6
    wall.play(2 * slots.KEPT)
    blocks = [(each.loop, each.block_id) for each in wall.history()]
    assert blocks.count((0, block_id)) == slots.KEPT + 10
    assert blocks.count((0, other)) == 1
    assert blocks.index((0, other)) == slots.KEPT + 10


def test_an_edit_keeps_what_plays_and_was_played_and_plans_only_what_comes(database: Database) -> None:
    wall = make_wall(database)
    wall.more(9, "sea")
    desert, night = wall.more(9, "desert"), wall.more(9, "night")
    wall.block("sea", count=2)
    wall.block("desert", count=1)
    third = wall.block("desert", count=1)
    wall.service.replan(wall.display_id, "test")
    wall.play()
    before = wall.slots()
    wall.edit(third, q="night")
    wall.service.replan(wall.display_id, "a block was edited")
    after = wall.slots()
    assert [each for each in after if each.status != "planned"] == [each for each in before if each.status != "planned"]
    assert [each.item_id for each in wall.planned][:2] == [desert[-1], night[-1]]
    assert wall.row().generation == 2
    slot = wall.current
    assert wall.service.played(wall.display_id, slot.id, slot.generation, "played", 1)
    check(database, wall.display_id)


def test_an_edit_that_was_planned_already_is_not_planned_again(database: Database) -> None:
    wall = make_wall(database, 20)
    wall.block()
    for _ in range(5):
        wall.service.replan(wall.display_id, "test")
    assert (wall.row().generation, wall.row().step) == (1, 1)


def test_a_block_that_is_moved_plays_no_more_than_it_asks_for_in_a_loop(database: Database) -> None:
    wall = make_wall(database)
    wall.more(9, "sea")
    wall.more(9, "desert")
    first, second = wall.block("sea", count=2), wall.block("desert", count=2)
    wall.service.replan(wall.display_id, "test")
    wall.play(3)
    with database.write_quietly() as connection:
        playlists.order_blocks(connection, [second, first])
        playlists.raise_version(connection, wall.playlist_id, 1)
    wall.service.replan(wall.display_id, "reordered")
    wall.play(5)
    order = [(each.loop, each.block_id) for each in wall.history()]
    assert order == [(0, first), (0, first), (0, second), (0, second), (1, second), (1, second), (1, first), (1, first)]


def test_where_the_playing_block_is_removed_it_goes_on_with_the_one_at_its_place(database: Database) -> None:
    wall = make_wall(database)
    for tag in ("sea", "desert", "night"):
        wall.more(9, tag)
    first, second, third = (wall.block(tag, count=3) for tag in ("sea", "desert", "night"))
    wall.service.replan(wall.display_id, "test")
    wall.play(4)
    with database.write_quietly() as connection:
        playlists.remove_block(connection, wall.playlist_id, second)
        playlists.raise_version(connection, wall.playlist_id, 1)
    wall.service.replan(wall.display_id, "removed")
    assert wall.current.block_id == second
    assert [each.block_id for each in wall.planned] == [third, third, third, first, first]


def test_activating_rebuilds_and_another_playlist_disturbs_nothing_before(database: Database) -> None:
    wall = make_wall(database)
    wall.more(9, "sea")
    desert = wall.more(9, "desert")
    wall.block("sea")
    wall.service.replan(wall.display_id, "test")
    wall.play(2)
    before = wall.slots()
    with database.write_quietly() as connection:
        other = playlists.add(connection, wall.user_id, "Other", "blocks", shared=False, at=1)
        playlists.join_display(connection, other, wall.display_id)
        said = {"title": "", "q": "desert", "filter": "", "view_id": None, "count": 3, "order": "newest", "format": "mixed", "dwell": None}
        playlists.add_blocks(connection, other, [said])
    wall.service.replan(wall.display_id, "another was made")
    assert wall.slots() == before
    with database.write_quietly() as connection:
        playlists.activate(connection, other, wall.display_id)
    wall.service.rebuild(wall.display_id, "activated")
    assert wall.ahead()[:3] == desert[:-4:-1]
    assert [each.position for each in wall.slots()] == [0, 1, 2, 3, 4, 5]
    check(database, wall.display_id)


def test_without_its_active_playlist_a_display_has_nothing_to_play_and_says_so(database: Database) -> None:
    wall = make_wall(database, 9)
    wall.block()
    wall.service.replan(wall.display_id, "test")
    wall.play(2)
    with database.write_quietly() as connection:
        playlists.remove(connection, wall.playlist_id)
    wall.service.rebuild(wall.display_id, "deleted")
    assert wall.slots() == []
    assert wall.row().note == "Nothing to play: no playlist is active."
    assert len(wall.history()) == 2
    assert not wall.service.next(wall.display_id)


def test_a_playlist_without_blocks_says_so(database: Database) -> None:
    wall = make_wall(database, 9)
    wall.service.replan(wall.display_id, "test")
    assert wall.slots() == []
    assert wall.row().note == "Nothing to play: the playlist has no blocks."


def test_an_empty_pool_is_left_out_and_named_until_something_is_in_it(database: Database) -> None:
    wall = make_wall(database, 9)
    empty = wall.block("nothing has this", title="Sunsets", count=2)
    wall.block(count=2)
    wall.service.replan(wall.display_id, "test")
    assert wall.row().note == "Block 1 “Sunsets” has nothing to play."
    wall.play(2)
    (item_id,) = wall.more(1, "sunset")
    wall.edit(empty, q="sunset")
    wall.service.replan(wall.display_id, "test")
    wall.play(8)
    assert item_id in {each.item_id for each in wall.history()}
    assert wall.row().note == ""
    check(database, wall.display_id)


def test_when_all_pools_are_empty_nothing_plays_and_later_something_does(database: Database) -> None:
    wall = make_wall(database)
    wall.block(title="Sea")
    wall.service.replan(wall.display_id, "test")
    assert wall.slots() == []
    assert wall.row().note == "Nothing to play. Block 1 “Sea” has nothing to play."
    assert wall.row().look_at is not None
    version = wall.row().version
    wall.service.look(wall.display_id)
    assert wall.row().version == version  # nobody need hear that nothing has changed
    new = wall.more(2)
    wall.service.look(wall.display_id)
    assert set(wall.ahead()) == set(new)
    assert wall.row().look_at is None


def test_a_block_that_cannot_be_read_plays_nothing_and_says_why(database: Database) -> None:
    wall = make_wall(database, 5)
    wall.block(filter='{"type": "nonsense"}')
    wall.service.replan(wall.display_id, "test")
    assert wall.slots() == []
    assert "Block 1 cannot be read: filter" in wall.row().note


def test_an_account_that_is_gone_shows_nothing(database: Database) -> None:
    wall = make_wall(database, 5)
    wall.block()
    wall.service.replan(wall.display_id, "test")
    with database.write_quietly() as connection:
        connection.exec_driver_sql(f"UPDATE display SET user_id = 999 WHERE id = {wall.display_id}")
    wall.service.renew(wall.display_id, "test")
    assert current_of(wall.slots()) is None
    assert "the account" in wall.row().note


def test_what_vanishes_is_replaced_at_once_planned_or_playing(database: Database) -> None:
    wall = make_wall(database, 12)
    wall.block(count=4)
    wall.service.replan(wall.display_id, "test")
    ahead = wall.ahead()
    wall.delete(ahead[2])
    wall.service.look(wall.display_id)
    assert wall.ahead()[:2] == ahead[:2]
    assert ahead[2] not in wall.ahead()
    assert len(wall.ahead()) == 6
    wall.delete(ahead[0])
    wall.service.look(wall.display_id)
    assert wall.ahead()[0] == ahead[1]
    assert wall.history()[-1].outcome == "skipped"
    check(database, wall.display_id)


def test_what_vanishes_is_not_played_next_even_when_nobody_looked(database: Database) -> None:
    wall = make_wall(database, 12)
    wall.block(count=4)
    wall.service.replan(wall.display_id, "test")
    ahead = wall.ahead()
    wall.delete(ahead[1])
    wall.play()
    assert wall.current.item_id == ahead[2]
    check(database, wall.display_id)


def test_an_acknowledgement_counts_once_and_only_for_what_plays(database: Database) -> None:
    wall = make_wall(database, 12)
    wall.block(count=4)
    wall.service.replan(wall.display_id, "test")
    first, second = wall.slots()[:2]
    played = wall.service.played
    assert not played(wall.display_id, second.id, second.generation, "played", 1)  # out of order
    assert not played(wall.display_id, first.id, first.generation + 1, "played", 1)
    assert not played(wall.display_id, 10**9, first.generation, "played", 1)
    assert played(wall.display_id, first.id, first.generation, "played", 1)
    assert not played(wall.display_id, first.id, first.generation, "played", 1)
    assert wall.current.id == second.id
    assert [each.slot_id for each in wall.history()] == [first.id]


def test_an_acknowledgement_of_before_a_rebuild_changes_nothing(database: Database) -> None:
    wall = make_wall(database, 12)
    wall.block(count=4)
    wall.service.replan(wall.display_id, "test")
    old = wall.current
    wall.service.rebuild(wall.display_id)
    before = wall.slots()
    assert not wall.service.played(wall.display_id, old.id, old.generation, "played", 1)
    assert wall.slots() == before
    assert old.id not in {each.id for each in before}


def test_what_was_played_offline_is_taken_in_order(database: Database) -> None:
    wall = make_wall(database, 12)
    wall.block(count=4)
    wall.service.replan(wall.display_id, "test")
    known = wall.slots()
    told = [wall.service.played(wall.display_id, each.id, each.generation, "played", 1) for each in known[:4]]
    assert told == [True] * 4
    assert wall.current.id == known[4].id
    again = [wall.service.played(wall.display_id, each.id, each.generation, "played", 1) for each in known[:4]]
    assert again == [False] * 4
    check(database, wall.display_id)


def test_previous_goes_back_through_what_was_played_and_on_again(database: Database) -> None:
    wall = make_wall(database, 30)
    wall.block(count=20)
    wall.service.replan(wall.display_id, "test")
    played = wall.play(3)
    here = wall.current
    for expected in reversed(played):
        assert wall.service.previous(wall.display_id)
        assert wall.current.item_id == expected
        check(database, wall.display_id)
    first = wall.current
    assert wall.service.previous(wall.display_id)  # there is none before: it begins anew
    assert (wall.current.id, wall.current.generation > first.generation) == (first.id, True)
    assert wall.play(3) == played
    assert wall.current.id == here.id
    assert [each.item_id for each in wall.history()] == [*played, *played]
    check(database, wall.display_id)


def test_a_late_word_for_a_slot_somebody_went_back_to_changes_nothing(database: Database) -> None:
    wall = make_wall(database, 30)
    wall.block(count=20)
    wall.service.replan(wall.display_id, "test")
    slot = wall.current
    wall.play()
    wall.service.previous(wall.display_id)
    assert wall.current.id == slot.id
    assert not wall.service.played(wall.display_id, slot.id, slot.generation, "played", 1)


def test_previous_passes_over_what_may_not_be_seen_any_more(database: Database) -> None:
    wall = make_wall(database, 30)
    wall.block(count=20)
    wall.service.replan(wall.display_id, "test")
    played = wall.play(3)
    wall.delete(played[2])
    wall.service.previous(wall.display_id)
    assert wall.current.item_id == played[1]
    check(database, wall.display_id)


def test_who_presses_next_does_not_wait_until_more_is_planned(database: Database) -> None:
    wall = make_wall(database, 40)
    wall.block(count=30)
    wall.service.replan(wall.display_id, "test")
    later: list[Callable[[], object]] = []
    service = TimelineService(
        database, SqlEngine(database.read), Visibility(database, HotReads(database)), seed=seeds(), later=later.append
    )
    coming, sent = [len(wall.planned)], []
    for _ in range(8):
        before = database.statements
        assert service.next(wall.display_id)
        sent.append(database.statements - before)
        coming.append(len(wall.planned))
    assert coming == [5, 4, 3, 2, 1, 5, 4, 3, 2]  # with nothing left to come it plans at once
    assert max(sent[:4]) < sent[4]
    assert len(later) == 1  # once, although there were fewer than three several times
    later[0]()
    assert len(wall.planned) == 5
    check(database, wall.display_id)
    assert [each.item_id for each in wall.history()] == wall.ids[::-1][:8]
    with database.write_quietly() as connection:
        playlists.leave_displays(connection, wall.display_id)
        displays.remove(connection, wall.display_id, database.clock())
    later[0]()  # nobody is there to be asked for, and nothing is wrong


def test_many_may_press_next_while_more_is_planned_behind_them(database: Database) -> None:
    wall = make_wall(database, 60)
    wall.block(count=7)
    wall.block(count=5, order="random")
    wall.service.replan(wall.display_id, "test")
    with ThreadPoolExecutor(2) as behind, ThreadPoolExecutor(4) as people:
        filled: list[Future[object]] = []
        hot = HotReads(database)
        service = TimelineService(
            database,
            SqlEngine(database.read),
            Visibility(database, hot),
            seed=seeds(),
            later=lambda work: filled.append(behind.submit(work)),
        )
        pressed = [people.submit(service.next, wall.display_id) for _ in range(24)]
        assert all(each.result(timeout=60) for each in pressed)
        for each in filled:
            each.result(timeout=60)
        hot.close()
    check(database, wall.display_id)
    assert wall.row().number == 24
    played = [each.item_id for each in wall.history()]
    assert len(played) == len(set(played)) == 24
    wall.service.look(wall.display_id)
    assert len(wall.planned) >= 3


def test_two_who_press_next_at_the_same_slot_skip_one(database: Database) -> None:
    wall = make_wall(database, 30)
    wall.block(count=20)
    wall.service.replan(wall.display_id, "test")
    first, second = wall.slots()[:2]
    assert wall.service.next(wall.display_id, first.id)
    assert not wall.service.next(wall.display_id, first.id)
    assert not wall.service.previous(wall.display_id, first.id)
    assert wall.current.id == second.id
    assert wall.history()[0].outcome == "skipped"


def test_a_length_is_the_items_own_and_pictures_stand_as_block_or_display_say(database: Database) -> None:
    wall = make_wall(database)
    (film,) = wall.more(1, "film", duration=92.5)
    wall.more(1, "still")
    wall.block("film", count=1)
    wall.block("still", count=1)
    wall.block("still", count=1, dwell=3.0)
    wall.service.replan(wall.display_id, "test")
    assert [each.seconds for each in wall.slots()][:3] == [92.5, 10.0, 3.0]
    assert wall.current.item_id == film


@pytest.mark.parametrize("mime", ["", "image/jpeg", "application/zip"])
def test_what_has_a_length_and_nothing_a_player_can_play_stands_like_a_picture(database: Database, mime: str) -> None:
    wall = make_wall(database)
    wall.more(1, "lost", duration=3_600.0, mime=mime)
    wall.block("lost", count=1, dwell=5.0)
    wall.service.replan(wall.display_id, "test")
    assert wall.current.seconds == 5.0


def test_removing_a_library_while_displays_play_it_goes_on_with_what_is_left(database: Database) -> None:
    wall = make_wall(database, 3)
    wall.more(3, "film", duration=60.0)
    other = _other_library(wall)
    wall.block(count=20)
    wall.service.replan(wall.display_id, "test")
    assert wall.current.item_id == other[-1]
    step, tending = wall.row().step, Tending(database, wall.service, HotReads(database))
    libraries.remove(database, _library_of(database, other[0]))
    assert wall.row().step > step  # what was planned before is not written
    assert not set(wall.ahead()) & set(other)
    tending.look()
    assert wall.current.item_id in wall.ids
    assert len(wall.planned) >= 3
    assert wall.row().due_at is not None
    assert wall.row().look_at is None
    wall.play(4)


@pytest.mark.parametrize("word", ["played", "next"])
def test_a_word_for_a_slot_that_went_with_its_library_begins_another(database: Database, word: str) -> None:
    wall = make_wall(database, 3)
    other = _other_library(wall)
    wall.block(count=20)
    wall.service.replan(wall.display_id, "test")
    slot = wall.current
    libraries.remove(database, _library_of(database, other[0]))
    if word == "played":
        assert not wall.service.played(wall.display_id, slot.id, slot.generation, "played", 1.0)
    else:
        assert not wall.service.next(wall.display_id)
    assert wall.current.item_id in wall.ids


def test_an_item_that_goes_while_its_play_is_written_makes_it_plan_again(database: Database) -> None:
    """Whoever speaks for a slot is answered, and never with an error of the store."""
    wall = make_wall(database, 6)
    wall.block(count=20)
    wall.service.replan(wall.display_id, "test")
    slot, stands, going = wall.current, wall.service._stands, [wall.current.item_id]

    def goes(connection: Transaction, *rest: Any) -> bool:
        if going:
            libraries._remove_rows(connection, tables.item, [going.pop()])
        return stands(connection, *rest)

    wall.service._stands = goes  # type: ignore[method-assign, assignment]
    assert wall.service.played(wall.display_id, slot.id, slot.generation, "played", 1.0)
    assert going == []
    assert [each.item_id for each in wall.history()] == [slot.item_id]


def test_a_display_that_plays_nothing_although_it_could_is_found(database: Database) -> None:
    wall = make_wall(database, 6)
    wall.block(count=20)
    wall.service.replan(wall.display_id, "test")
    with database.write_quietly() as connection:
        run(connection, "DELETE FROM slot WHERE display_id = ?", wall.display_id)
    tending = Tending(database, wall.service, HotReads(database))
    tending.look()
    assert wall.current.item_id in wall.ids
    step = wall.row().step
    tending.look()
    assert wall.row().step == step


def test_one_display_that_crashes_keeps_no_other_from_being_looked_after(database: Database) -> None:
    wall = make_wall(database, 6)
    wall.block(count=20)
    other = make_display(database, wall.user_id, "Other")
    with database.write_quietly() as connection:
        run(connection, "UPDATE display SET settings = 'not JSON', asked = 1 WHERE id = ?", min(wall.display_id, other))
        run(connection, "UPDATE display SET asked = 1 WHERE id = ?", max(wall.display_id, other))
        playlists.leave_displays(connection, wall.display_id)
        playlists.activate(connection, wall.playlist_id, max(wall.display_id, other))
    Tending(database, wall.service, HotReads(database)).look()
    with database.read() as connection:
        assert slots.of_display(connection, max(wall.display_id, other))


def _other_library(wall: Wall) -> list[int]:
    """Items of another library, newer than all others."""
    with wall.database.write() as write:
        library = libraries.add(write, "Attic", LibraryType.FOLDER, {"folders": ["/elsewhere"]}, at=wall.database.clock())
    attic = replace(wall, library_id=library.id, ids=[])
    return attic.more(2)


def _library_of(database: Database, item_id: int) -> int:
    with database.read() as connection:
        return int(run(connection, "SELECT library_id FROM item WHERE id = ?", item_id).scalar_one())


def test_planning_sends_as_many_statements_for_a_large_pool_as_for_a_small_one(database: Database) -> None:
    sent = []
    wall = make_wall(database, 40, page=8, window=8)
    wall.block(count=100, order="random")
    for extra in (0, 400):
        if extra:
            wall.more(extra)
        before = database.statements
        wall.service.rebuild(wall.display_id)
        sent.append(database.statements - before)
    assert sent[1] <= sent[0] + 4
