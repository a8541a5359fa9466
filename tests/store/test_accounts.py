"""Users, sessions and keys."""

from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import Connection

from longshelf.errors import Conflict, NotFound
from longshelf.store import accounts
from longshelf.store.accounts import User
from longshelf.store.database import Database, run

HASH = b"h" * 32


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.write_quietly() as connection:
        yield connection


def add(connection: Connection, name: str, *, admin: bool = False) -> User:
    return accounts.add_user(connection, name, password_hash=f"hash of {name}", admin=admin, at=1)


def test_a_user_is_found_by_any_spelling_of_the_name(connection: Connection) -> None:
    ann = add(connection, "Ann")
    assert accounts.user_named(connection, "ANN") == (ann, "hash of Ann")
    assert accounts.user_named(connection, "Bob") is None
    assert accounts.user(connection, ann.id) == ann
    assert accounts.password_hash(connection, ann.id) == "hash of Ann"


def test_names_that_look_the_same_are_taken(connection: Connection) -> None:
    add(connection, "Ann")
    bob = add(connection, "Bob")
    with pytest.raises(Conflict, match="already"):
        add(connection, "ann")
    with pytest.raises(Conflict, match="already"):
        accounts.change_user(connection, bob.id, name="ANN")
    assert [user.name for user in accounts.users(connection)] == ["Ann", "Bob"]


def test_the_last_admin_stays(connection: Connection) -> None:
    ann, bob = add(connection, "Ann", admin=True), add(connection, "Bob")
    for change in ({"admin": False}, {"disabled_at": 5}):
        with pytest.raises(Conflict, match="nobody who can administer"):
            accounts.change_user(connection, ann.id, **change)
    with pytest.raises(Conflict, match="nobody who can administer"):
        accounts.remove_user(connection, ann.id)
    assert accounts.user(connection, ann.id) == ann
    accounts.change_user(connection, bob.id, admin=True)
    assert not accounts.change_user(connection, ann.id, admin=False).admin


def test_an_unknown_user_is_not_found(connection: Connection) -> None:
    for ask in (accounts.user, accounts.password_hash, accounts.remove_user):
        with pytest.raises(NotFound):
            ask(connection, 9)
    with pytest.raises(NotFound):
        accounts.change_user(connection, 9, name="Nobody")


def test_a_session_is_good_until_it_expires_and_can_be_prolonged(connection: Connection) -> None:
    ann = add(connection, "Ann")
    accounts.add_session(connection, HASH, ann.id, at=10, expires_at=20)
    assert accounts.session_user(partial(run, connection), HASH, 19) == (ann, 10)
    assert accounts.session_user(partial(run, connection), HASH, 20) is None
    accounts.see_session(connection, HASH, at=15, expires_at=40)
    assert accounts.session_user(partial(run, connection), HASH, 39) == (ann, 15)
    assert accounts.prune_sessions(connection, 39) == 0
    assert accounts.prune_sessions(connection, 40) == 1


def test_signing_out_a_new_password_and_a_disabled_account_end_sessions(connection: Connection) -> None:
    ann = add(connection, "Ann")
    for end in (
        lambda: accounts.end_session(connection, HASH),
        lambda: accounts.end_sessions(connection, ann.id),
        lambda: accounts.change_user(connection, ann.id, password_hash="new"),
        lambda: accounts.change_user(connection, ann.id, disabled_at=5),
    ):
        accounts.add_session(connection, HASH, ann.id, at=10, expires_at=20)
        end()
        assert accounts.session_user(partial(run, connection), HASH, 11) is None


def test_a_key_opens_for_its_user_until_it_is_removed(connection: Connection) -> None:
    ann, bob = add(connection, "Ann"), add(connection, "Bob")
    key = accounts.add_key(connection, ann.id, "script", prefix="ls_abc", token_hash=HASH, at=1)
    assert accounts.key_user(partial(run, connection), HASH) == (ann, key.id, None)
    accounts.see_key(connection, key.id, 7)
    assert [known.used_at for known in accounts.keys(connection, ann.id)] == [7]
    with pytest.raises(NotFound):
        accounts.remove_key(connection, bob.id, key.id)
    accounts.remove_key(connection, ann.id, key.id)
    assert accounts.key_user(partial(run, connection), HASH) is None


def test_a_disabled_users_key_opens_nothing(connection: Connection) -> None:
    ann = add(connection, "Ann")
    accounts.add_key(connection, ann.id, "", prefix="", token_hash=HASH, at=1)
    accounts.change_user(connection, ann.id, disabled_at=5)
    assert accounts.key_user(partial(run, connection), HASH) is None
    accounts.change_user(connection, ann.id, disabled_at=None)
    assert accounts.key_user(partial(run, connection), HASH) is not None


def test_removing_a_user_takes_everything_of_his(connection: Connection) -> None:
    ann = add(connection, "Ann")
    accounts.add_key(connection, ann.id, "", prefix="", token_hash=HASH, at=1)
    accounts.add_session(connection, HASH, ann.id, at=10, expires_at=20)
    accounts.remove_user(connection, ann.id)
    assert accounts.users(connection) == []
    assert accounts.key_user(partial(run, connection), HASH) is None
