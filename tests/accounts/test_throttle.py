"""Failed attempts: counted for all processes, doubling the wait, and never locking a stranger out."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from longshelf.accounts.throttle import LIMITS, Throttle, TooManyAttempts, watched
from longshelf.model.times import SECOND
from longshelf.store import attempts
from longshelf.store.database import Database
from tests.support.clocks import Clock
from tests.support.databases import Databases

FREE = LIMITS["pair"][0]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def database(databases: Databases, clock: Clock) -> Iterator[Database]:
    with databases.new(clock=clock) as database:
        yield database


def wait(throttle: Throttle, name: str, address: str) -> int:
    """Seconds somebody is told to wait; 0 after one more failure."""
    try:
        throttle.attempt(name, address)
    except TooManyAttempts as refused:
        return refused.retry_after
    return 0


def test_one_guesser_waits_twice_as_long_each_time(database: Database, clock: Clock) -> None:
    throttle, waits = Throttle(database), []
    for _ in range(FREE):
        assert wait(throttle, "ann", "9.9.9.9") == 0
    for _ in range(12):
        waits.append(wait(throttle, "ann", "9.9.9.9"))
        clock.forward(waits[-1])
        assert wait(throttle, "ann", "9.9.9.9") == 0
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]


def test_who_shares_only_the_name_or_only_the_address_does_not_wait_for_one_guesser(database: Database) -> None:
    throttle = Throttle(database)
    for _ in range(FREE):
        throttle.attempt("ann", "9.9.9.9")
    assert wait(throttle, "ann", "9.9.9.9") == 2
    assert wait(throttle, "ann", "1.1.1.1") == 0
    assert wait(throttle, "bob", "9.9.9.9") == 0


def test_a_wait_is_over_to_the_microsecond_and_counts_nothing_meanwhile(database: Database, clock: Clock) -> None:
    throttle = Throttle(database)
    for _ in range(FREE):
        throttle.attempt("ann", "9.9.9.9")
    for _ in range(20):
        assert wait(throttle, "ann", "9.9.9.9") == 2
    clock.at += 2 * SECOND - 1
    assert wait(throttle, "ann", "9.9.9.9") == 1
    clock.at += 1
    assert wait(throttle, "ann", "9.9.9.9") == 0


def test_other_processes_and_another_start_know_what_this_one_counted(database: Database) -> None:
    for _ in range(FREE):
        Throttle(database).attempt("ann", "9.9.9.9")
    elsewhere = Database(database.url.render_as_string(hide_password=False), clock=database.clock)
    with pytest.raises(TooManyAttempts):
        Throttle(elsewhere).attempt("ANN", "9.9.9.9")
    elsewhere.close()


def test_a_clock_that_was_read_before_anothers_turn_refuses_nobody(database: Database, clock: Clock) -> None:
    throttle = Throttle(database)
    throttle.attempt("ann", "10.0.0.1")
    clock.at -= 1  # who came first to the clock came second to the rows
    throttle.attempt("ann", "10.0.0.1")


def test_attempts_made_at_once_are_counted_before_any_is_judged(database: Database) -> None:
    start = threading.Barrier(16)

    def attempt(_: int) -> int:
        start.wait()
        return wait(Throttle(database), "ann", "9.9.9.9")

    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(attempt, range(16)))
    assert told.count(0) == FREE


def test_many_names_from_one_address_are_stopped_and_an_ipv6_network_is_one_address(database: Database, clock: Clock) -> None:
    throttle = Throttle(database)
    for number in range(LIMITS["address"][0]):
        assert wait(throttle, f"user{number}", f"2001:db8:1:2::{number:x}") == 0
    assert wait(throttle, "somebody", "2001:db8:1:2:ffff::1") == 2
    assert wait(throttle, "somebody", "2001:db8:1:3::1") == 0


def test_one_name_from_many_addresses_is_slowed_down_and_its_owner_never_waits_long(database: Database, clock: Clock) -> None:
    throttle = Throttle(database)
    free, longest = LIMITS["name"]
    for number in range(free):
        assert wait(throttle, "ann", f"10.0.{number}.1") == 0
    assert wait(throttle, "ann", "192.168.0.2") == 2
    for number in range(40):
        clock.forward(longest)
        assert wait(throttle, "ann", f"10.1.{number}.1") == 0
    assert wait(throttle, "ann", "192.168.0.2") == longest


def test_a_right_password_clears_the_pair_and_takes_its_own_attempt_back(database: Database) -> None:
    throttle = Throttle(database)
    for number in range(LIMITS["address"][0] - 1):
        throttle.attempt(f"user{number}", "1.1.1.1")
    for _ in range(10):  # neither the pair nor the address comes to its limit
        throttle.succeeded(throttle.attempt("ann", "1.1.1.1"))
    assert wait(throttle, "ann", "1.1.1.1") == 0
    assert wait(throttle, "ann", "1.1.1.1") == 2


def test_an_hour_without_a_failure_forgets_and_housekeeping_removes_the_rows(database: Database, clock: Clock) -> None:
    throttle = Throttle(database)
    for _ in range(FREE):
        throttle.attempt("ann", "9.9.9.9")
    with database.write_quietly() as connection:
        assert attempts.prune(connection, clock.at) == 0
    clock.forward(3_601)
    for _ in range(FREE - 1):
        assert wait(throttle, "ann", "9.9.9.9") == 0
    clock.forward(3_601)
    with database.write_quietly() as connection:
        assert attempts.prune(connection, clock.at) == 3


def test_what_was_typed_as_a_name_is_kept_nowhere(database: Database) -> None:
    Throttle(database).attempt("my password by mistake", "9.9.9.9")
    with database.read() as connection:
        kept = [bytes(key) for key in connection.exec_driver_sql("SELECT key FROM attempt").scalars()]
    assert sorted(kept) == sorted(each.key for each in watched("my password by mistake", "9.9.9.9"))
    assert all(len(key) == 32 for key in kept)
