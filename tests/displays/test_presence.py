"""Who is there, what is stuck, and what goes on where nobody asks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from longshelf.accounts import users
from longshelf.catalog.showing import Showing
from longshelf.displays import presence, timeline
from longshelf.displays.board import Board
from longshelf.displays.presence import GRACE_SECONDS, ONLINE_SECONDS, WRITE_SECONDS, Presence
from longshelf.displays.screens import Screens
from longshelf.displays.shapes import At, ClaimDisplay, Display, DisplayUser, EditDisplay, Played, Screen, SettingsSaid, SetVolume
from longshelf.displays.tending import Tending
from longshelf.errors import Conflict, NotFound, ScreenRemoved
from longshelf.model.kinds import EntityKind
from longshelf.model.restrictions import Restrictions, Rule
from longshelf.model.times import SECOND
from longshelf.model.viewer import Viewer
from longshelf.store import displays, play_history, playlists, restrictions
from longshelf.store.database import Database, run
from longshelf.store.engine.sql import SqlEngine
from longshelf.store.hot import HotReads
from tests.displays.wall import PASSWORD, Clock, Wall, make_display, make_wall
from tests.support.databases import Databases

HOME, ELSEWHERE = "192.0.2.7", "198.51.100.9"


@dataclass
class Room:
    """A wall, the clock on it, its player, and who looks after it."""

    wall: Wall
    clock: Clock
    screens: Screens
    board: Board
    tending: Tending
    later: list[Callable[[], object]]

    @property
    def code(self) -> str:
        return self.wall.row().code

    @property
    def admin(self) -> Viewer:
        return Viewer(self.wall.user_id, "ann", admin=True)

    @property
    def shown(self) -> Display:
        return self.board.display(self.admin, self.wall.display_id)

    def online(self) -> bool:
        return self.shown.online

    def screen(self) -> Screen:
        """The player asks; what it said is written down."""
        found = self.screens.screen(self.code, HOME)
        self.write()
        return found

    def at(self, position: float, *, paused: bool = False) -> bool:
        slot = self.wall.current
        said = At(slot_id=slot.id, generation=slot.generation, position=position, paused=paused)
        return self.screens.at(self.code, HOME, said).applied

    def write(self) -> None:
        while self.later:
            self.later.pop(0)()


@pytest.fixture(params=["sqlite", "postgres"])
def room(request: pytest.FixtureRequest) -> Iterator[Room]:
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    clock = Clock()
    with databases.new(clock=clock) as database:
        yield make_room(database, clock)


def make_room(database: Database, clock: Clock) -> Room:
    wall = make_wall(database, 3)
    wall.more(12, duration=60.0)
    wall.block(count=20)
    wall.service.replan(wall.display_id, "test")
    hot = HotReads(database)
    later: list[Callable[[], object]] = []
    screens = Screens(database, hot, wall.service, Presence(database, later.append))
    board = Board(database, SqlEngine(database.read), Showing(database, hot), wall.service, hot)
    return Room(wall, clock, screens, board, Tending(database, wall.service, hot), later)


def test_a_word_with_nothing_new_in_it_still_counts_and_is_written_down_now_and_then(room: Room) -> None:
    database, version = room.wall.database, room.wall.row().version
    for _ in range(20):
        room.clock.forward(2)
        room.screen()
        seen = room.wall.row().last_seen_at
        assert seen is not None
        assert room.clock.now - seen <= WRITE_SECONDS * SECOND
        assert room.online()
    assert room.wall.row().version == version
    room.clock.forward(WRITE_SECONDS + 1)
    for _ in range(50):
        room.screens.screen(room.code, HOME)
    assert len(room.later) == 1
    before = database.statements
    room.write()
    assert database.statements - before <= 4


def test_a_thousand_players_are_written_down_in_one_statement(room: Room) -> None:
    database = room.wall.database
    ids = [make_display(database, room.wall.user_id, f"Display {number}") for number in range(60)]
    room.clock.forward(10)
    before = database.statements
    presence.note(database, frozenset(ids))
    assert database.statements - before <= 3
    with database.read() as connection:
        assert {row.last_seen_at for row in displays.of_ids(connection, ids)} == {room.clock.now}


def test_who_is_not_heard_of_is_away_for_everybody_at_once(room: Room) -> None:
    room.tending.look()
    version = room.wall.row().version
    room.clock.forward(ONLINE_SECONDS)
    room.tending.look()
    assert (room.online(), room.wall.row().version) == (True, version)
    room.clock.forward(0.001)
    assert not room.online()
    room.tending.look()
    assert room.wall.row().version > version  # administrators hear of it
    version = room.wall.row().version
    room.tending.look()
    assert room.wall.row().version == version
    room.screen()
    assert room.online()
    assert room.wall.row().version > version


def test_a_slot_that_is_stuck_ends_after_its_own_length_and_some_grace(room: Room) -> None:
    slot = room.wall.current
    assert slot.seconds == 60.0
    for _ in range(int(60 + GRACE_SECONDS) - 1):
        room.clock.forward(1)
        room.screen()
        room.tending.look()
    assert room.wall.current.id == slot.id
    room.clock.forward(1)
    room.tending.look()
    assert room.wall.current.id != slot.id
    assert [each.outcome for each in room.wall.history()] == ["timeout"]


def test_a_player_that_says_where_it_is_gets_the_time_it_needs(room: Room) -> None:
    """A film that loads slowly is not stuck."""
    slot = room.wall.current
    for position in range(0, 60, 2):
        room.clock.forward(5)
        assert room.at(position)
        room.tending.look()
    assert room.wall.current.id == slot.id


def test_a_display_whose_player_is_gone_stands_still_and_goes_on_when_it_is_back(room: Room) -> None:
    slot = room.wall.current
    room.at(12.0)
    for _ in range(100):
        room.clock.forward(60)
        room.tending.look()
    assert room.wall.current.id == slot.id
    assert room.wall.history() == []
    assert room.shown.current is not None
    assert room.shown.current.position <= 12.0 + ONLINE_SECONDS
    room.screen()
    room.tending.look()
    room.clock.forward(10)
    room.tending.look()
    assert room.wall.current.id == slot.id
    told = [room.screens.played(room.code, HOME, Played(slot_id=each.id, generation=each.generation)) for each in room.wall.slots()[:3]]
    assert [each.applied for each in told] == [True] * 3
    assert told[-1].current is not None
    assert told[-1].current.id == room.wall.current.id


def test_a_player_that_stands_still_by_itself_is_waited_for(room: Room) -> None:
    slot = room.wall.current
    room.at(3.0, paused=True)
    for _ in range(40):
        room.clock.forward(10)
        room.at(3.0, paused=True)
        room.tending.look()
    assert room.wall.current.id == slot.id
    assert room.shown.current is not None
    assert room.shown.current.position == 3.0


def test_pause_and_play_go_on_where_it_was_and_stop_begins_anew(room: Room) -> None:
    slot = room.wall.current
    room.at(20.0)
    room.clock.forward(5)
    paused = room.board.pause(room.admin, room.wall.display_id)
    assert paused.current is not None
    assert (paused.state, paused.current.slot, paused.current.position) == ("paused", slot.id, 25.0)
    room.clock.forward(20)
    room.screen()
    room.clock.forward(20)
    room.screen()
    room.tending.look()
    resumed = room.board.play(room.admin, room.wall.display_id)
    assert resumed.current is not None
    assert (resumed.state, resumed.current.slot, resumed.current.position) == ("playing", slot.id, 25.0)
    room.clock.forward(2)
    history = len(room.wall.history())
    stopped = room.board.stop(room.admin, room.wall.display_id)
    assert stopped.current is not None
    assert (stopped.state, stopped.current.position) == ("stopped", 0.0)
    assert not room.at(30.0)  # a late word does not bring the place back
    again = room.board.play(room.admin, room.wall.display_id)
    assert again.current is not None
    assert (again.current.slot, again.current.position, len(room.wall.history())) == (slot.id, 0.0, history)


def test_seeking_is_a_wish_with_a_number(room: Room) -> None:
    room.board.seek(room.admin, room.wall.display_id, 30)
    room.board.seek(room.admin, room.wall.display_id, 1_000)
    told = room.screen()
    assert (told.seek.number, told.seek.seconds) == (2, 60.0)
    assert told.current is not None
    assert told.current.position == 60.0
    room.tending.look()
    assert room.wall.current.id == told.current.id


def test_what_a_person_may_not_see_any_more_is_replaced_at_the_next_look(room: Room) -> None:
    """Whoever hides it, and whichever way."""
    wall, database = room.wall, room.wall.database
    wall.more(6, "night")
    wall.service.rebuild(wall.display_id)
    room.tending.look()
    before = wall.ahead()
    assert len(set(before) & set(wall.ids[-6:])) == 6
    with database.read() as connection:
        (tag,) = run(connection, "SELECT id FROM entity WHERE name = 'night'").scalars()
    with database.write_quietly() as connection:
        kept = Restrictions(rules=(Rule(EntityKind.TAG, "exclude", (tag,), False),))
        restrictions.restrict(connection, wall.user_id, kept, None, at=database.clock())
    assert room.screen().current is None  # it is not told even before anybody looked
    room.tending.look()
    assert not set(wall.ahead()) & set(before)
    assert room.screen().current is not None
    wall.delete(wall.ahead()[3])
    hidden = wall.ahead()[3]
    room.tending.look()
    assert hidden not in wall.ahead()


def test_looking_costs_two_statements_while_nothing_is_due_however_many_displays_there_are(room: Room) -> None:
    database = room.wall.database
    for number in range(50):
        make_display(database, room.wall.user_id, f"Display {number}")
    room.tending.look()
    before, hot = database.statements, _Counted(room.tending)
    room.tending.look()
    assert database.statements == before
    assert hot.sent == 2


class _Counted:
    """Counts what one who tends asks straight through the driver."""

    def __init__(self, tending: Tending) -> None:
        self.sent = 0
        self._hot = tending._hot
        tending._hot = self  # type: ignore[assignment]  # all that is used of one

    def rows(self, *about: object) -> object:
        self.sent += 1
        return self._hot.rows(*about)  # type: ignore[arg-type]


def test_a_screen_is_claimed_once_and_by_the_code_it_shows(room: Room) -> None:
    made = room.screens.new(HOME)
    assert room.screens.screen(made.code, HOME) == Screen(state="pairing", poll_seconds=made.poll_seconds)
    row = room.screens.find(made.code.lower().replace("-", " "), HOME)
    said = ClaimDisplay(code=made.code, name="  Hall 2 ")
    claimed = room.board.claim(room.admin, said, row.code)
    assert (claimed.name, claimed.state, claimed.code, claimed.online) == ("Hall 2", "playing", made.code, True)
    with pytest.raises(Conflict, match="claimed already"):
        room.board.claim(room.admin, said, row.code)
    assert room.screens.screen(made.code, HOME).state == "playing"
    room.board.remove(claimed.id)
    with pytest.raises(ScreenRemoved):
        room.screens.screen(made.code, HOME)


def test_a_screen_is_told_for_long_that_its_display_was_removed_and_its_code_opens_nothing_any_more(room: Room) -> None:
    removed = room.wall.row()
    room.board.remove(removed.id)
    for ask in (room.screens.screen, room.screens.row, room.screens.find):
        with pytest.raises(ScreenRemoved):
            ask(removed.code, ELSEWHERE)
    with pytest.raises(ScreenRemoved):
        room.screens.played(removed.code, HOME, Played(slot_id=1, generation=1))
    with pytest.raises(ScreenRemoved):
        room.screens.person(removed.code, HOME, room.wall.ids[0])
    assert room.board.listed(room.admin).items == []
    assert room.board.page(room.admin, 1, 10).pagination.total_count == 0
    with pytest.raises(NotFound):
        room.board.display(room.admin, removed.id)
    with room.wall.database.read() as connection:
        assert displays.waiting(connection) == 0
    with pytest.raises(Conflict):
        room.board.claim(room.admin, ClaimDisplay(code=removed.code, name="Hall"), removed.code)
    for days, told in ((89, ScreenRemoved), (2, NotFound)):
        room.clock.forward(days * 86_400)
        room.tending.look()
        with pytest.raises(NotFound) as raised:
            room.screens.screen(removed.code, HOME)
        assert type(raised.value) is told


def test_codes_nobody_claims_are_forgotten_after_a_day(room: Room) -> None:
    made, kept = room.screens.new(HOME), room.screens.new(HOME)
    for _ in range(5):
        room.clock.forward(6 * 3_600)
        room.screens.screen(kept.code, HOME)
        room.write()
    room.tending.look()
    with pytest.raises(NotFound):
        room.screens.screen(made.code, HOME)
    assert room.screens.screen(kept.code, HOME).state == "pairing"
    assert room.wall.row().state == "playing"


def test_settings_and_the_person_are_planned_for_at_once(room: Room) -> None:
    wall = room.wall
    pictures = wall.more(8)
    wall.service.rebuild(wall.display_id)
    current = wall.current
    edited = room.board.edit(room.admin, wall.display_id, EditDisplay(settings=SettingsSaid(dwell=4.0)))
    assert edited.settings.dwell == 4.0
    assert wall.current == current
    assert {each.seconds for each in wall.planned if each.item_id in pictures} == {4.0}


def test_a_display_whose_person_is_locked_out_or_gone_says_so_until_another_is_chosen(room: Room) -> None:
    database, display_id = room.wall.database, room.wall.display_id
    ids = [users.add(database, name, PASSWORD).id for name in ("bob", "eve")]
    assert room.shown.user == DisplayUser(room.wall.user_id, "ann", disabled=False)
    for user_id in ids:
        room.board.edit(room.admin, display_id, EditDisplay(user_id=user_id))
        assert room.screen().current is not None
        if user_id == ids[0]:
            users.change(database, user_id, disabled=True)
        else:
            users.remove(database, user_id)
        room.tending.look()
        told = room.screen()
        assert (told.state, told.current, told.upcoming) == ("playing", None, [])
        for note in (told.note, room.shown.note):
            assert "the account this display plays as" in note
        assert room.shown.user == (DisplayUser(user_id, "bob", disabled=True) if user_id == ids[0] else None)
    room.board.edit(room.admin, display_id, EditDisplay(user_id=room.wall.user_id))
    assert room.screen().current is not None
    assert (room.shown.note, room.shown.current is None) == ("", False)


def test_a_display_plays_on_by_itself_when_its_person_may_come_in_again(room: Room) -> None:
    bob = users.add(room.wall.database, "bob", PASSWORD)
    room.board.edit(room.admin, room.wall.display_id, EditDisplay(user_id=bob.id))
    users.change(room.wall.database, bob.id, disabled=True)
    room.tending.look()
    assert room.screen().current is None
    users.change(room.wall.database, bob.id, disabled=False)
    room.clock.forward(16)
    room.tending.look()
    assert room.screen().current is not None


def test_how_many_were_seen_counts_what_is_in_the_pool_now_and_begins_anew_with_a_round(room: Room) -> None:
    wall = room.wall
    block_id = next(iter(wall.service.seen(wall.display_id)))
    seen = []
    for _ in range(20):
        wall.play()
        seen.append(wall.service.seen(wall.display_id)[block_id])
    assert seen == [*range(1, 15), 0, 1, 2, 3, 4, 5]  # with the first repeat a round begins
    wall.delete(wall.history()[-1].item_id)
    assert wall.service.seen(wall.display_id)[block_id] == 4


def test_the_epoch_is_another_whenever_what_was_kept_may_not_be_shown_any_more(room: Room) -> None:
    wall, database = room.wall, room.wall.database
    epochs = [room.screen().epoch]
    wall.play(2)
    room.board.volume(room.admin, wall.display_id, SetVolume(volume=3))
    assert room.screen().epoch == epochs[0]
    (tag_item,) = wall.more(1, "night")
    with database.read() as connection:
        (tag,) = run(connection, "SELECT id FROM entity WHERE name = 'night'").scalars()
    assert room.screen().epoch == epochs[0]
    with database.write_quietly() as connection:
        kept = Restrictions(rules=(Rule(EntityKind.TAG, "exclude", (tag,), False),))
        restrictions.restrict(connection, wall.user_id, kept, None, at=database.clock())
    epochs.append(room.screen().epoch)
    with database.write_quietly() as connection:
        other = playlists.add(connection, wall.user_id, "Other", "blocks", shared=False, at=1)
        playlists.activate(connection, other, wall.display_id)
    wall.service.rebuild(wall.display_id)
    epochs.append(room.screen().epoch)
    bob = users.add(database, "bob", PASSWORD)
    room.board.edit(room.admin, wall.display_id, EditDisplay(user_id=bob.id))
    epochs.append(room.screen().epoch)
    with database.write_quietly() as connection:
        run(connection, 'UPDATE "user" SET disabled_at = 1 WHERE id = ?', bob.id)
    epochs.append(room.screen().epoch)
    assert len(set(epochs)) == 5
    assert all(epochs)
    assert tag_item not in wall.ahead()


def test_what_has_neither_file_nor_picture_is_told_with_its_title(room: Room) -> None:
    room.wall.more(1)
    room.wall.service.rebuild(room.wall.display_id)
    told = room.screen().current
    assert told is not None
    assert (told.media, told.mime, told.thumb, told.parts) == (None, None, None, 0)
    assert told.item.title.startswith("Picture ")
    assert told.seconds == 10.0


def test_seen_is_never_said_to_be_more_than_it_is_where_much_was_played(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    wall = room.wall
    wall.play(5)
    (block_id,) = wall.service.seen(wall.display_id)
    assert wall.service.seen(wall.display_id)[block_id] == 5
    monkeypatch.setattr(timeline, "SEEN_MOST", 3)
    assert wall.service.seen(wall.display_id)[block_id] == 3


def test_a_display_is_removed_with_its_history_some_rows_at_a_time(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(play_history, "AT_ONCE", 2)
    room.wall.play(7)
    room.board.remove(room.wall.display_id)
    with room.wall.database.read() as connection:
        for table in ("play_history", "display_item", "slot", "block_draw"):
            assert run(connection, f"SELECT count(*) FROM {table}").scalar_one() == 0
    with pytest.raises(NotFound):
        room.board.remove(room.wall.display_id)


def test_plays_are_forgotten_some_at_a_time_and_what_was_played_stays_known(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(play_history, "AT_ONCE", 2)
    wall = room.wall
    played = wall.play(9)
    with wall.database.write_quietly() as connection:
        assert play_history.newest(connection) == {wall.display_id: 9}
        assert [play_history.forget(connection, wall.display_id, 5) for _ in range(4)] == [2, 2, 1, 0]
        assert [each.number for each in play_history.page(connection, wall.display_id, 0, 100)] == [9, 8, 7, 6]
    assert not set(wall.ahead()[:5]) & set(played)
