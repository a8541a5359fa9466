"""People, passwords and tokens below HTTP."""

from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from sqlalchemy.exc import DBAPIError

from longshelf.accounts import keys, passwords, tokens, users
from longshelf.accounts.accounts import LONGEST_SECONDS, SESSION_SECONDS, Accounts, Origin, offer_setup
from longshelf.accounts.throttle import TooManyAttempts
from longshelf.errors import Conflict, Invalid, NotFound, NotSignedIn
from longshelf.model.times import SECOND
from longshelf.model.viewer import NOBODY
from longshelf.store import accounts as rows
from longshelf.store.database import Database
from tests.support.clocks import Clock
from tests.support.databases import Databases

PASSWORD = "correct horse battery"
ORIGIN = Origin("1.2.3.4", "Firefox")


def at_once(work: Callable[[], object]) -> None:
    """Writes down a use before the answer, where the server does so later."""
    work()


@pytest.fixture
def accounts(database: Database) -> Accounts:
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


@pytest.mark.parametrize("password", ["password", "PassWord", "12345678", "aaaaaaaaaaaa", "abababababab", "longshelf", "Ann Andersson"])
def test_the_first_passwords_anybody_tries_are_refused(password: str, sqlite_database: Database) -> None:
    with pytest.raises(Invalid, match="anybody tries"):
        users.add(sqlite_database, "ann andersson", password)


@pytest.mark.parametrize("password", ["correct horse", "пароль из слов", "        a space", "密码密码密码密码的", "x" * 500 + "yz"])
def test_any_characters_make_a_password(password: str) -> None:
    passwords.check_strength(password, "ann")


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "x" * 201])
def test_names_are_printable(name: str, sqlite_database: Database) -> None:
    with pytest.raises(Invalid):
        users.add(sqlite_database, name, PASSWORD)


def test_tokens_are_long_random_and_stored_as_digests(database: Database, accounts: Accounts) -> None:
    users.add(database, "ann", PASSWORD, admin=True)
    user, token = accounts.sign_in("ann", PASSWORD, ORIGIN)
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
    key = keys.create(database, "bob", "phone")
    assert accounts.by_key(key).user_id == bob.id
    with database.write_quietly() as connection:
        rows.change_user(connection, bob.id, disabled_at=1)
    assert accounts.by_key(key) == NOBODY
    with pytest.raises(NotSignedIn):
        accounts.sign_in("bob", PASSWORD, ORIGIN)


def test_a_use_is_written_down_once_an_hour_however_often_it_is_made(database: Database) -> None:
    users.add(database, "ann", PASSWORD)
    key = keys.create(database, "ann", "phone")
    waiting: list[Callable[[], object]] = []
    accounts = Accounts(database, waiting.append)
    _, session = accounts.sign_in("ann", PASSWORD, ORIGIN)
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
    users.add_vouched(database, "ann")
    key = keys.create(database, "ann", "phone")
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
        keys.create(database, "nobody", "x")


def test_the_setup_token_is_good_once(database: Database, accounts: Accounts) -> None:
    token = offer_setup(database)
    assert token is not None
    assert accounts.setup_needed()
    with pytest.raises(Invalid):
        accounts.set_up("wrong", "ann", PASSWORD, ORIGIN)
    user, _ = accounts.set_up(token, "ann", PASSWORD, ORIGIN)
    assert user.admin
    assert not accounts.setup_needed()
    with pytest.raises(Conflict):
        accounts.set_up(token, "eve", PASSWORD, ORIGIN)
    assert offer_setup(database) is None


def test_an_administrator_from_the_command_line_ends_the_setup(database: Database, accounts: Accounts) -> None:
    token = offer_setup(database)
    users.add(database, "ann", PASSWORD, admin=True)
    with pytest.raises(Conflict):
        accounts.set_up(token or "", "eve", PASSWORD, ORIGIN)


# --- what signing in must not tell


def test_a_name_nobody_has_costs_as_much_as_a_wrong_password(
    database: Database, accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not measured in time: the same statements are sent, and one hash of the same cost is computed."""
    users.add(database, "ann", PASSWORD)
    users.change(database, users.add(database, "gone", PASSWORD).id, disabled=True)
    users.add_vouched(database, "vouched")  # has no password
    compared: list[str] = []
    verify = passwords._hasher.verify

    class Watching:
        def verify(self, stored: str, password: str) -> bool:
            compared.append(stored.rsplit("$", 2)[0])  # algorithm, version and cost, without salt and hash
            return verify(stored, password)

        hash = staticmethod(passwords._hasher.hash)

    monkeypatch.setattr(passwords, "_hasher", Watching())
    told, sent = set(), set()
    for name in ("ann", "nobody", "gone", "vouched"):
        before = database.statements
        with pytest.raises(NotSignedIn) as refused:
            accounts.sign_in(name, "wrong password" if name == "ann" else PASSWORD, ORIGIN)
        told.add(str(refused.value))
        sent.add(database.statements - before)
    assert len(told) == len(sent) == 1
    assert len(compared) == 4
    assert len(set(compared)) == 1


def test_after_too_many_wrong_passwords_the_right_one_is_not_even_looked_at(database: Database, accounts: Accounts) -> None:
    users.add(database, "ann", PASSWORD)
    for _ in range(5):
        with pytest.raises(NotSignedIn, match="wrong"):
            accounts.sign_in("ann", "wrong", ORIGIN)
    with pytest.raises(TooManyAttempts):
        accounts.sign_in("ann", PASSWORD, ORIGIN)
    accounts.sign_in("ann", PASSWORD, Origin("5.6.7.8"))


def test_a_hash_made_with_less_effort_is_made_anew_at_the_next_sign_in(database: Database, accounts: Accounts) -> None:
    user = users.add(database, "ann", PASSWORD)
    weak = PasswordHasher(time_cost=1, memory_cost=8_192).hash(PASSWORD)
    with database.write_quietly() as connection:
        rows.change_user(connection, user.id, password_hash=weak)
    _, kept = accounts.sign_in("ann", PASSWORD, ORIGIN)
    with database.read() as connection:
        renewed = rows.password_hash(connection, user.id)
    assert not passwords.outdated(renewed)
    assert passwords.matches(PASSWORD, renewed)
    assert accounts.by_session(kept).known


# --- sessions


def test_signing_in_again_ends_the_session_the_browser_had(database: Database, accounts: Accounts) -> None:
    users.add(database, "ann", PASSWORD)
    _, planted = accounts.sign_in("ann", PASSWORD, ORIGIN)
    _, fresh = accounts.sign_in("ann", PASSWORD, Origin("1.2.3.4", before=planted))
    assert fresh != planted
    assert accounts.by_session(planted) == NOBODY
    assert accounts.by_session(fresh).known


def test_what_a_browser_calls_itself_is_kept_short_and_printable(database: Database, accounts: Accounts) -> None:
    user = users.add(database, "ann", PASSWORD)
    accounts.sign_in("ann", PASSWORD, Origin("::1", "a\nb\x1b[31m" + "x" * 1_000))
    (session,) = accounts.sessions(user.id)
    assert session.device.startswith("a b [31mx")
    assert len(session.device) == 200


def test_a_session_that_is_used_lasts_half_a_year_and_an_unused_one_a_month(databases: Databases) -> None:
    clock = Clock()
    with databases.new(clock=clock) as database:
        accounts = Accounts(database, at_once)
        users.add(database, "ann", PASSWORD)
        _, used = accounts.sign_in("ann", PASSWORD, ORIGIN)
        _, unused = accounts.sign_in("ann", PASSWORD, ORIGIN)
        began = clock.at
        clock.forward(SESSION_SECONDS - 1)
        assert accounts.by_session(used).known
        clock.forward(1)
        assert not accounts.by_session(unused).known
        while clock.at - began < (LONGEST_SECONDS - SESSION_SECONDS + 1) * SECOND:
            assert accounts.by_session(used).known
            clock.forward(SESSION_SECONDS / 2)
        clock.at = began + LONGEST_SECONDS * SECOND - 1
        assert accounts.by_session(used).known
        clock.at += 1
        assert not accounts.by_session(used).known


def test_a_new_password_needs_the_old_one_and_ends_every_session(database: Database, accounts: Accounts) -> None:
    user, token = users.add(database, "ann", PASSWORD), ""
    _, token = accounts.sign_in("ann", PASSWORD, ORIGIN)
    with pytest.raises(Invalid) as refused:
        accounts.change_password(user.id, "wrong", "another password", "1.2.3.4")
    assert refused.value.field == "current"
    assert accounts.by_session(token).known
    accounts.change_password(user.id, PASSWORD, "another password", "1.2.3.4")
    assert not accounts.by_session(token).known
    accounts.sign_in("ann", "another password", ORIGIN)


def test_a_stolen_session_is_no_way_to_guess_the_password(database: Database, accounts: Accounts) -> None:
    user = users.add(database, "ann", PASSWORD)
    for _ in range(5):
        with pytest.raises(Invalid):
            accounts.change_password(user.id, "guess", "another password", "9.9.9.9")
    with pytest.raises(TooManyAttempts):
        accounts.change_password(user.id, PASSWORD, "another password", "9.9.9.9")


def test_a_sign_in_that_overlaps_a_reset_opens_nothing(database: Database, accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old password was right when it was looked at; by the time a session would begin it no longer is."""
    ann = users.add(database, "ann", PASSWORD)
    plain = passwords.matches

    def slowly(password: str, stored: str | None) -> bool:
        right = plain(password, stored)
        users.change(database, ann.id, password="another one altogether")
        return right

    monkeypatch.setattr(passwords, "matches", slowly)
    with pytest.raises(NotSignedIn):
        accounts.sign_in("ann", PASSWORD, ORIGIN)
    with pytest.raises(Invalid, match="any more"):
        accounts.change_password(ann.id, "another one altogether", "a third one to be sure", "1.2.3.4")
    monkeypatch.undo()
    assert accounts.sign_in("ann", "another one altogether", ORIGIN)


def test_a_key_that_is_over_bounds_what_it_makes_by_refusing(accounts: Accounts) -> None:
    with pytest.raises(NotSignedIn):
        accounts.key_expiry("ls_unknown")


def test_the_own_name_is_no_password_whoever_sets_it(database: Database) -> None:
    ann = users.add(database, "ann andersson", PASSWORD)
    with pytest.raises(Invalid, match="anybody tries"):
        users.change(database, ann.id, password="Ann Andersson")


def test_nobody_makes_keys_without_end(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MOST", 2)
    ann = users.add(database, "ann", PASSWORD)
    for _ in range(2):
        keys.add(database, ann.id, "phone")
    with pytest.raises(Conflict, match="2 keys"):
        keys.add(database, ann.id, "phone")
