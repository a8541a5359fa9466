"""What counts as watching: against a slow count of seconds, one by one, and rule by rule."""

from collections.abc import Iterable

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from longshelf.model import watching
from longshelf.model.times import SECOND
from longshelf.model.watching import BREAK, GAP, Event, Ping, Place, Session, Sitting, Step, begun, enough, goes_on, is_late, step

LENGTH = 6_000.0
NEW = Sitting(started_at=0, last_at=0, covered_to=0)


class Said(msgspec.Struct, frozen=True):
    """A ping as a test writes it: when (in seconds), by which player, what, and where (None: not said)."""

    at: int
    tab: str
    event: Event
    position: float | None = None
    rate: float = 1.0
    seconds: float | None = None


class Shelf:
    """The state of one person and item, as a store would keep it."""

    def __init__(self, length: float | None = LENGTH) -> None:
        self.length = length
        self.sessions: dict[str, tuple[Session, int]] = {}
        self.sittings: list[Sitting] = []
        self.plays = 0
        self.seconds = 0.0
        self.progress: float | None = None

    def hear(self, said: Said, seq: int) -> Step | None:
        at = said.at * SECOND
        progress = None if said.position is None or self.length is None else min(said.position / self.length, 1.0)
        ping = Ping(seq=seq, event=said.event, at=at, place=Place(said.position, progress), seconds=said.seconds, rate=said.rate)
        session, number = self.sessions.get(said.tab, (None, -1))
        if is_late(session, ping):
            return None
        if number < 0 or not goes_on(self.sittings[number], at, same=True):
            number = self._sitting(at, progress)
        done = step(session, self.sittings[number], ping, self.length)
        self.sessions[said.tab] = done.session, number
        self.sittings[number] = done.sitting
        self.plays += done.plays
        self.seconds += done.seconds
        self.progress = self.progress if done.progress is None else done.progress
        return done

    def all(self, said: Iterable[Said]) -> "Shelf":
        for seq, each in enumerate(said):
            self.hear(each, seq)
        return self

    def _sitting(self, at: int, progress: float | None) -> int:
        if not self.sittings or not goes_on(self.sittings[-1], at, same=False):
            self.sittings.append(begun(self.sittings[-1] if self.sittings else None, at, progress))
        return len(self.sittings) - 1


def played(start: int, stop: int, tab: str = "a", *, every: int = 10, first: float = 0.0) -> list[Said]:
    """A player that runs from second to second, at the usual speed."""
    pings = [Said(at, tab, "ping", first + at - start) for at in range(start + every, stop, every)]
    return [Said(start, tab, "start", first), *pings, Said(stop, tab, "pause", first + stop - start)]


# --- against seconds that are counted one by one


class Player(msgspec.Struct):
    """A simulated player of one tab: what it really did in each second is in `ran`."""

    tab: str
    position: float = 0.0
    playing: bool = False
    ran: set[int] = msgspec.field(default_factory=set)


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(("a", "b")),
        st.sampled_from(("start", "ping", "pause", "seek", "silence", "again", "late")),
        st.integers(0, 40),
        st.integers(0, 5_000),
    ),
    max_size=40,
)


@given(ACTIONS)
def test_credit_is_never_more_than_the_seconds_in_which_some_player_ran(actions: list[tuple[str, str, int, int]]) -> None:
    """Seeks, pauses, lost and repeated pings, two tabs: each second of wall time is credited once at most, and only if something ran."""
    shelf, players = Shelf(20_000.0), {tab: Player(tab) for tab in "ab"}
    now, seq = 0, 0
    sent: list[tuple[Said, int]] = []
    for tab, action, wait, place in actions:
        for each in players.values():
            if each.playing:
                each.ran.update(range(now, now + wait))
                each.position += wait
        now += wait
        player = players[tab]
        if action == "silence":
            continue
        if action in {"again", "late"}:
            if sent:
                said, number = sent[-1 if action == "again" else len(sent) // 2]
                assert shelf.hear(msgspec.structs.replace(said, at=now), number) is None
            continue
        if action == "seek":
            player.position = float(place)
        elif action == "start":
            player.playing = True
        elif action == "pause":
            player.playing = False
        elif not player.playing:
            continue  # a player that stands still does not ping
        seq += 1
        said = Said(now, tab, action, player.position)  # type: ignore[arg-type]  # one of the events, by the lines above
        shelf.hear(said, seq)
        sent.append((said, seq))
    union = players["a"].ran | players["b"].ran
    assert 0 <= shelf.seconds <= len(union)
    assert shelf.plays == (shelf.seconds >= enough(shelf.length))


@given(st.lists(st.tuples(st.integers(1, 80), st.integers(0, 600)), min_size=1, max_size=20), st.sampled_from((0.5, 1.0, 2.0)))
def test_one_player_that_is_heard_in_time_gets_every_second(stretches: list[tuple[int, int]], rate: float) -> None:
    """Play, then pause, again and again: what is credited is what was played, at any speed."""
    said: list[Said] = []
    now, position, truth = 0, 0.0, 0.0
    for runs, rests in stretches:
        said.append(Said(now, "a", "start", position, rate))
        now, position, truth = now + runs, position + runs * rate, truth + runs * rate
        said.append(Said(now, "a", "pause", position, rate))
        now += rests
    assert abs(Shelf(None).all(said).seconds - truth) < 1e-6


@given(st.lists(st.tuples(st.integers(-5_000, 5_000), st.integers(0, 30)), max_size=30))
def test_whatever_the_clock_does_no_more_is_credited_than_the_place_moved(jumps: list[tuple[int, int]]) -> None:
    now, position, said = 10_000, 0.0, [Said(10_000, "a", "start", 0.0)]
    for jump, moved in jumps:
        now, position = now + jump, position + moved
        said.append(Said(now, "a", "ping", position))
    shelf = Shelf().all(said)
    assert 0 <= shelf.seconds <= position
    assert all(each.seconds >= 0 and each.passed >= 0 for each in shelf.sittings)


# --- rule by rule


def test_two_tabs_of_one_film_are_one_play_and_its_time_once() -> None:
    both = sorted([*played(0, 900, "a"), *played(5, 905, "b")], key=lambda said: said.at)
    shelf = Shelf().all(both)
    assert 890 <= shelf.seconds <= 905
    assert (shelf.plays, len(shelf.sittings)) == (1, 1)


def test_pings_that_come_twice_or_late_change_nothing() -> None:
    shelf = Shelf().all(played(0, 600))
    before = shelf.seconds, shelf.progress, shelf.sessions["a"]
    assert shelf.hear(Said(700, "a", "ping", 5_000.0), 60) is None
    assert shelf.hear(Said(700, "a", "ping", 5_000.0), 3) is None
    assert (shelf.seconds, shelf.progress, shelf.sessions["a"]) == before


def test_a_player_that_is_opened_anew_goes_on_with_the_play() -> None:
    shelf = Shelf().all([*played(0, 900, "a"), *played(1_000, 2_000, "b", first=900)])
    assert (shelf.plays, len(shelf.sittings)) == (1, 1)
    assert shelf.seconds == 1_900


def test_a_book_that_is_read_over_weeks_is_one_play() -> None:
    days = [played(day * 86_400, day * 86_400 + 600, f"day {day}", first=day * 600.0) for day in range(9)]
    shelf = Shelf().all([said for day in days for said in day])
    assert (shelf.plays, len(shelf.sittings)) == (1, 9)
    assert [each.counted for each in shelf.sittings] == [1] + [2] * 8


def test_who_begins_at_the_beginning_after_a_break_plays_again() -> None:
    shelf = Shelf().all([*played(0, 600, "a"), *played(86_400, 87_000, "b")])
    assert shelf.plays == 2


def test_who_begins_again_without_a_break_does_not() -> None:
    shelf = Shelf().all([*played(0, 600, "a"), Said(610, "a", "seek", 0.0), *played(620, 1_300, "b")])
    assert shelf.plays == 1


def test_after_the_end_it_is_played_again() -> None:
    shelf = Shelf(700.0).all([*played(0, 700, "a"), *played(720, 1_420, "b")])
    assert shelf.plays == 2
    assert shelf.progress == 1.0


def test_a_tab_that_stands_near_the_end_of_a_finished_film_is_part_of_it() -> None:
    pings = [Said(0, "b", "start", 600.0), Said(0, "b", "pause", 600.0), *played(0, 700, "a"), Said(710, "b", "start", 600.0)]
    shelf = Shelf(700.0).all([*pings, Said(800, "b", "pause", 690.0)])
    assert (shelf.plays, len(shelf.sittings)) == (1, 1)


def test_a_glance_is_no_play_and_a_closed_lid_is_not_watched() -> None:
    assert Shelf().all(played(0, 100)).plays == 0
    asleep = Shelf().all([Said(0, "a", "start", 0.0), Said(1_000, "a", "ping", 1_000.0)])
    assert asleep.seconds == GAP / SECOND
    assert Shelf().all([Said(0, "a", "start", 0.0), Said(28_000, "a", "ping", 28_000.0)]).seconds == 0


def test_after_the_clock_went_back_watching_goes_on_from_there() -> None:
    shelf = Shelf().all([*played(5_000, 5_100), Said(1_500, "a", "start", 100.0), *played(1_500, 1_600, "b", first=100.0)])
    assert shelf.seconds == 200


def test_a_tab_that_stands_still_takes_no_time_from_the_one_that_runs() -> None:
    still = [Said(0, "b", "seek", 50.0), Said(35, "b", "seek", 60.0), Said(36, "b", "pause", 60.0), Said(37, "b", "seek", 70.0)]
    assert Shelf().all(sorted([*still, *played(0, 60)], key=lambda said: said.at)).seconds == 60


def test_a_start_does_not_move_the_place_and_a_seek_does() -> None:
    shelf = Shelf().all([Said(0, "a", "start", 3_000.0), Said(5, "a", "pause", 3_005.0), Said(9, "b", "start", 0.0)])
    assert shelf.progress == 3_005 / LENGTH
    assert Shelf().all([Said(0, "a", "start", 0.0), Said(5, "a", "seek", 4_000.0)]).progress == 4_000 / LENGTH


def test_what_the_player_says_it_played_can_only_lessen_the_credit() -> None:
    assert Shelf().all([Said(0, "a", "start", 0.0), Said(30, "a", "ping", 30.0, seconds=12.0)]).seconds == 12
    assert Shelf().all([Said(0, "a", "start", 0.0), Said(30, "a", "ping", 30.0, seconds=500.0)]).seconds == 30


def test_how_much_is_enough() -> None:
    assert (enough(10), enough(480), enough(90_000), enough(None), enough(0)) == (5, 240, 240, 30, 30)


def test_a_sitting_goes_on_until_a_long_break_or_for_others_its_end() -> None:
    done = msgspec.structs.replace(NEW, finished=True)
    assert goes_on(NEW, BREAK, same=False)
    assert not goes_on(NEW, BREAK + 1, same=True)
    assert (goes_on(done, 1, same=True), goes_on(done, 1, same=False)) == (True, False)


def test_a_way_through_is_carried_on_from_where_it_stopped_and_not_from_the_beginning() -> None:
    half = msgspec.structs.replace(NEW, passed=200.0, counted=1)
    assert (begun(half, 9, 0.5).passed, begun(half, 9, 0.5).counted) == (200, 2)
    assert (begun(half, 9, None).counted, begun(half, 9, watching.BEGINNING / 2).counted) == (2, 0)
    assert begun(msgspec.structs.replace(half, finished=True), 9, 0.5).counted == 0
