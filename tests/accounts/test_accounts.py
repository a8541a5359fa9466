"""People, passwords and tokens below HTTP."""

from collections.abc import Callable

import pytest
from sqlalchemy.exc import DBAPIError

from longshelf.accounts import passwords, tokens, users
from longshelf.accounts.accounts import Accounts, offer_setup
from longshelf.accounts.throttle import LIMITS, WINDOW, Throttle, TooManyAttempts
from longshelf.errors import Conflict, Invalid, NotFound, NotSignedIn
from longshelf.model.viewer import NOBODY
from longshelf.store import accounts as rows
from longshelf.store.database import Database

PASSWORD = "correct horse battery"


@pytest.fixture
def accounts(database: Database) -> Accounts:
    def at_once(work: Callable[[], object]) -> None:
        work()

    return Accounts(database, at_once)


def test_a_password_matches_itself_only() -> None:
    stored = passwords.hashed(PASSWORD)
    assert PASSWORD not in stored
    assert stored.startswith("$argon2id$")
    assert passwords.matches(PASSWORD, stored)
    assert not passwords.matches(PASSWORD + "x", stored)
    assert stored != passwords.hashed(PASSWORD)


@pytest.mark.parametrize("stored", [None, "", "not a hash"])
def test_nobody_and_no_password_never_match(stored: str | None) -> None:
    assert not passwords.matches("", stored)
    assert not passwords.matches(PASSWORD, stored)


@pytest.mark.parametrize("password", ["", "short", "x" * 1_001])
def test_passwords_have_a_length(password: str, sqlite_database: Database) -> None:
    with pytest.raises(Invalid):
        users.add(sqlite_database, "ann", password)


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "x" * 201])
def test_names_are_printable(name: str, sqlite_database: Database) -> None:
    with pytest.raises(Invalid):
        users.add(sqlite_database, name, PASSWORD)


def test_tokens_are_long_random_and_stored_as_digests(database: Database, accounts: Accounts) -> None:
    users.add(database, "ann", PASSWORD, admin=True)
    user, token = accounts.sign_in("ann", PASSWORD, "1.2.3.4")
    assert len(token) >= 43
    with database.read() as connection:
        stored = bytes(connection.exec_driver_sql("SELECT token_hash FROM session").scalar_one())
    assert stored == tokens.digest(token)
    assert token.encode() not in stored
    assert accounts.by_session(token).user_id == user.id
    accounts.sign_out(token)
    assert accounts.by_session(token) == NOBODY


@pytest.mark.parametrize("token", ["", "x", "\ud800", "a" * 10_000])
def test_malformed_tokens_are_nobodys(token: str, accounts: Accounts) -> None:
    assert accounts.by_session(token) == NOBODY
    assert accounts.by_key(token) == NOBODY


def test_a_disabled_user_is_out_everywhere(database: Database, accounts: Accounts) -> None:
    users.add(database, "ann", PASSWORD, admin=True)
    bob = users.add(database, "bob", PASSWORD)
    key = users.create_key(database, "bob", "phone")
    assert accounts.by_key(key).user_id == bob.id
    with database.write_quietly() as connection:
        rows.change_user(connection, bob.id, disabled_at=1)
    assert accounts.by_key(key) == NOBODY
    with pytest.raises(NotSignedIn):
        accounts.sign_in("bob", PASSWORD, "1.2.3.4")


def test_a_use_is_written_down_once_an_hour_however_often_it_is_made(database: Database) -> None:
    users.add(database, "ann", PASSWORD)
    key = users.create_key(database, "ann", "phone")
    waiting: list[Callable[[], object]] = []
    accounts = Accounts(database, waiting.append)
    _, session = accounts.sign_in("ann", PASSWORD, "1.2.3.4")
    with database.write_quietly() as connection:
        connection.exec_driver_sql("UPDATE session SET seen_at = 0")
    for expected in (2, 0):
        for _ in range(20):
            assert accounts.by_key(key).known
            assert accounts.by_session(session).known
        assert len(waiting) == expected
        while waiting:
            waiting.pop()()
    with database.read() as connection:
        assert connection.exec_driver_sql("SELECT min(seen_at) FROM session").scalar_one() > 0
        assert connection.exec_driver_sql("SELECT min(used_at) FROM api_key").scalar_one() > 0


def test_a_use_whose_writing_failed_is_written_the_next_time(database: Database) -> None:
    users.add(database, "ann", PASSWORD)
    key = users.create_key(database, "ann", "phone")
    waiting: list[Callable[[], object]] = []
    accounts = Accounts(database, waiting.append)
    assert accounts.by_key(key).known
    with database.write_quietly() as connection:
        connection.exec_driver_sql("ALTER TABLE api_key RENAME TO elsewhere")
    with pytest.raises(DBAPIError):
        waiting.pop()()
    with database.write_quietly() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO api_key")
    assert accounts.by_key(key).known
    assert len(waiting) == 1


def test_a_key_for_nobody_is_an_error(database: Database) -> None:
    with pytest.raises(NotFound):
        users.create_key(database, "nobody", "x")


def test_the_setup_token_is_good_once(database: Database, accounts: Accounts) -> None:
    token = offer_setup(database)
    assert token is not None
    assert accounts.setup_needed()
    with pytest.raises(Invalid):
        accounts.set_up("wrong", "ann", PASSWORD, "1.2.3.4")
    user, _ = accounts.set_up(token, "ann", PASSWORD, "1.2.3.4")
    assert user.admin
    assert not accounts.setup_needed()
    with pytest.raises(Conflict):
        accounts.set_up(token, "eve", PASSWORD, "1.2.3.4")
    assert offer_setup(database) is None


def test_an_administrator_from_the_command_line_ends_the_setup(database: Database, accounts: Accounts) -> None:
    token = offer_setup(database)
    users.add(database, "ann", PASSWORD, admin=True)
    with pytest.raises(Conflict):
        accounts.set_up(token or "", "eve", PASSWORD, "1.2.3.4")


class _Time:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_one_guesser_is_stopped_without_locking_others_out() -> None:
    time = _Time()
    throttle = Throttle(time)
    for _ in range(LIMITS["pair"]):
        throttle.check("ann", "evil")
        throttle.failed("ann", "evil")
    with pytest.raises(TooManyAttempts) as refused:
        throttle.check("ann", "evil")
    assert refused.value.retry_after == WINDOW + 1
    throttle.check("ann", "home")
    time.now += WINDOW
    throttle.check("ann", "evil")


def test_many_names_from_one_address_and_one_name_from_many_are_stopped() -> None:
    throttle = Throttle(_Time())
    for number in range(LIMITS["address"]):
        throttle.failed(f"user{number}", "evil")
    with pytest.raises(TooManyAttempts):
        throttle.check("somebody", "evil")
    for number in range(LIMITS["name"]):
        throttle.failed("ann", f"host{number}")
    with pytest.raises(TooManyAttempts):
        throttle.check("ann", "home")


def test_a_right_password_clears_the_pair() -> None:
    throttle = Throttle(_Time())
    for _ in range(LIMITS["pair"]):
        throttle.failed("ann", "home")
    throttle.succeeded("ann", "home")
    throttle.check("ann", "home")
