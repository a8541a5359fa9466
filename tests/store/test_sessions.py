"""Sessions and API keys: how long they are good, and whose they are."""

from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import Connection

from longshelf.errors import NotFound
from longshelf.store import accounts, api_keys, sessions
from longshelf.store.accounts import User
from longshelf.store.database import Database, run

HASH, OTHER = b"h" * 32, b"o" * 32


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.write_quietly() as connection:
        yield connection


def add(connection: Connection, name: str, *, admin: bool = False) -> User:
    return accounts.add_user(connection, name, password_hash="x", admin=admin, at=1)


def test_a_session_is_good_until_it_expires_and_can_be_prolonged(connection: Connection) -> None:
    ann, ask = add(connection, "Ann", admin=True), partial(run, connection)
    sessions.add(connection, HASH, ann.id, at=10, expires_at=20)
    assert sessions.holder(ask, HASH, 19) == (ann.id, "Ann", True, 10, 10)
    assert sessions.holder(ask, HASH, 20) is None
    sessions.see(connection, HASH, at=15, expires_at=40)
    assert sessions.holder(ask, HASH, 39) == (ann.id, "Ann", True, 10, 15)
    assert sessions.prune(connection, 39) == 0
    assert sessions.prune(connection, 40) == 1


def test_sessions_are_listed_and_ended_by_their_owner_only(connection: Connection) -> None:
    ann, bob = add(connection, "Ann"), add(connection, "Bob")
    sessions.add(connection, HASH, ann.id, at=10, expires_at=20, device="phone", address="::1")
    sessions.add(connection, OTHER, ann.id, at=12, expires_at=20)
    newest, oldest = sessions.listed(connection, ann.id, 13)
    assert (newest.token_hash, oldest.token_hash, oldest.device, oldest.address) == (OTHER, HASH, "phone", "::1")
    assert sessions.listed(connection, ann.id, 20) == []
    with pytest.raises(NotFound):
        sessions.end_one(connection, bob.id, oldest.id)
    sessions.end_all(connection, ann.id, but=OTHER)
    assert [session.id for session in sessions.listed(connection, ann.id, 13)] == [newest.id]
    sessions.end_one(connection, ann.id, newest.id)
    assert sessions.listed(connection, ann.id, 13) == []


def test_a_sessions_number_is_never_given_again(connection: Connection) -> None:
    ann = add(connection, "Ann")
    sessions.add(connection, HASH, ann.id, at=10, expires_at=20)
    (first,) = sessions.listed(connection, ann.id, 11)
    sessions.end(connection, HASH)
    sessions.add(connection, OTHER, ann.id, at=10, expires_at=20)
    assert sessions.listed(connection, ann.id, 11)[0].id > first.id


def test_a_key_opens_for_its_user_until_it_is_removed(connection: Connection) -> None:
    ann, bob, ask = add(connection, "Ann"), add(connection, "Bob"), partial(run, connection)
    key = api_keys.add(connection, ann.id, "script", prefix="ls_abc", token_hash=HASH, scope="write", at=1)
    assert api_keys.holder(ask, HASH, 5) == (key.id, None, "write", None, ann.id, "Ann", False)
    api_keys.see(connection, key.id, 7)
    assert [(known.used_at, known.user_name, known.scope) for known in api_keys.listed(connection, ann.id)] == [(7, "Ann", "write")]
    assert api_keys.listed(connection, bob.id) == []
    assert [known.id for known in api_keys.listed(connection)] == [key.id]
    with pytest.raises(NotFound):
        api_keys.remove(connection, bob.id, key.id)
    api_keys.remove(connection, ann.id, key.id)
    assert api_keys.holder(ask, HASH, 5) is None


def test_a_key_opens_nothing_once_it_is_over(connection: Connection) -> None:
    ann, ask = add(connection, "Ann"), partial(run, connection)
    api_keys.add(connection, ann.id, "", prefix="", token_hash=HASH, scope="read", at=1, expires_at=20)
    assert api_keys.holder(ask, HASH, 19) is not None
    assert api_keys.holder(ask, HASH, 20) is None
    assert [key.expires_at for key in api_keys.listed(connection, ann.id)] == [20]  # its owner still sees why it stopped


def test_a_disabled_users_key_opens_nothing(connection: Connection) -> None:
    ann, ask = add(connection, "Ann"), partial(run, connection)
    api_keys.add(connection, ann.id, "", prefix="", token_hash=HASH, scope="read", at=1)
    accounts.change_user(connection, ann.id, disabled_at=5)
    assert api_keys.holder(ask, HASH, 5) is None
    assert accounts.enabled_user(ask, "Ann") is None
    accounts.change_user(connection, ann.id, disabled_at=None)
    assert api_keys.holder(ask, HASH, 5) is not None
