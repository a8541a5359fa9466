"""Codes: wrong ones are counted where they come from, and what was right there is no guess."""

from collections.abc import Iterator

import pytest

from longshelf.accounts.throttle import TooManyAttempts
from longshelf.displays import codes
from longshelf.displays.codes import FREE, KNOWN_SECONDS, Codes
from longshelf.errors import NotFound, ScreenRemoved
from longshelf.store import displays
from longshelf.store.database import Database
from longshelf.store.hot import HotReads
from tests.displays.wall import Clock
from tests.support.databases import Databases

HOME, ELSEWHERE = "192.0.2.7", "198.51.100.9"


class Door:
    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.codes = Codes(database, HotReads(database))

    def screen(self) -> str:
        code = codes.new_code()
        with self.database.write_quietly() as connection:
            displays.add(connection, code, self.clock())
        return code

    def forget(self) -> None:
        with self.database.write_quietly() as connection:
            displays.forget_waiting(connection, self.clock() + 1)

    def guess(self, times: int, address: str = HOME) -> None:
        for _ in range(times):
            with pytest.raises((NotFound, TooManyAttempts)):
                self.codes.find(codes.new_code(), address)


@pytest.fixture(params=["sqlite", "postgres"])
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    clock = Clock()
    with databases.new(clock=clock) as database:
        yield Door(database, clock)


def test_who_plays_already_goes_on_where_somebody_guesses_and_nobody_else_does(door: Door) -> None:
    playing, other = door.screen(), door.screen()
    door.codes.find(playing, HOME)
    door.guess(FREE + 2)
    assert door.codes.find(playing, HOME).code == playing
    with pytest.raises(TooManyAttempts):
        door.codes.find(other, HOME)
    door.codes.find(other, ELSEWHERE)  # known there says nothing here
    with pytest.raises(TooManyAttempts):
        door.codes.find(other, HOME)


def test_a_new_screen_is_known_where_it_was_made(door: Door) -> None:
    door.guess(FREE + 2)
    code = door.screen()
    door.codes.made(code, HOME)
    assert door.codes.find(code, HOME).code == code


def test_the_code_of_a_removed_display_is_no_guess(door: Door) -> None:
    removed = door.screen()
    with door.database.write_quietly() as connection:
        display_id = displays.claim(connection, removed, "Hall", 1, door.clock())
        assert display_id is not None
        displays.remove(connection, display_id, door.clock())
    for _ in range(3 * FREE):
        with pytest.raises(ScreenRemoved):
            door.codes.find(removed, HOME)
    other = door.screen()
    assert door.codes.find(other, HOME).code == other


def test_a_forgotten_screen_that_goes_on_asking_counts_for_nothing_for_an_hour(door: Door) -> None:
    removed = door.screen()
    door.codes.find(removed, HOME)
    door.forget()
    for _ in range(3 * FREE):
        with pytest.raises(NotFound):
            door.codes.find(removed, HOME)
    kept = door.screen()
    assert door.codes.find(kept, HOME).code == kept
    door.clock.forward(KNOWN_SECONDS + 1)
    for _ in range(FREE):
        with pytest.raises((NotFound, TooManyAttempts)):
            door.codes.find(removed, HOME)
    with pytest.raises(TooManyAttempts):
        door.codes.find(door.screen(), HOME)
