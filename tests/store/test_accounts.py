"""Users, and their accounts at sign-in services."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import Connection

from longshelf.errors import Conflict, NotFound
from longshelf.store import accounts, api_keys, sessions
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
    assert accounts.enabled_user(partial(run, connection), "aNN") == ann
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


def test_signing_in_elsewhere_a_new_password_and_a_disabled_account_end_sessions(connection: Connection) -> None:
    ann = add(connection, "Ann")
    for end in (
        lambda: sessions.end(connection, HASH),
        lambda: sessions.end_all(connection, ann.id),
        lambda: accounts.change_user(connection, ann.id, password_hash="new"),
        lambda: accounts.change_user(connection, ann.id, disabled_at=5),
    ):
        sessions.add(connection, HASH, ann.id, at=10, expires_at=20)
        end()
        assert sessions.holder(partial(run, connection), HASH, 11) is None
        assert sessions.listed(connection, ann.id, 11) == []


def test_removing_a_user_takes_everything_of_his(connection: Connection) -> None:
    ann = add(connection, "Ann")
    api_keys.add(connection, ann.id, "", prefix="", token_hash=HASH, scope="read", at=1)
    sessions.add(connection, HASH, ann.id, at=10, expires_at=20)
    accounts.link(connection, "https://login", "ann", ann.id, at=1)
    accounts.remove_user(connection, ann.id)
    assert accounts.users(connection) == []
    assert accounts.people(connection) == []
    assert api_keys.listed(connection) == []
    assert accounts.linked_user(connection, "https://login", "ann") is None


def test_a_person_was_last_seen_with_whatever_was_used_last(connection: Connection) -> None:
    ann, bob = add(connection, "Ann"), add(connection, "Bob")
    assert accounts.person(connection, ann.id).last_seen_at is None
    sessions.add(connection, HASH, ann.id, at=10, expires_at=20)
    key = api_keys.add(connection, ann.id, "", prefix="", token_hash=HASH, scope="read", at=1)
    api_keys.see(connection, key.id, 7)
    assert [person.last_seen_at for person in accounts.people(connection)] == [10, None]
    api_keys.see(connection, key.id, 12)
    assert accounts.person(connection, ann.id).last_seen_at == 12
    assert accounts.person(connection, bob.id) == accounts.Person(bob, True, False, None)


def test_an_account_of_a_sign_in_service_is_one_persons(connection: Connection) -> None:
    ann, bob = add(connection, "Ann"), add(connection, "Bob")
    accounts.link(connection, "https://login", "1", ann.id, at=1)
    with pytest.raises(Conflict, match="somebody here already"):
        accounts.link(connection, "https://login", "1", bob.id, at=1)
    accounts.link(connection, "https://other", "1", bob.id, at=1)  # another service, another person
    assert accounts.linked_user(connection, "https://login", "1") == ann
    assert accounts.linked_user(connection, "https://login", "A") is None
    assert accounts.person(connection, ann.id).linked
    accounts.unlink(connection, ann.id)
    assert accounts.linked_user(connection, "https://login", "1") is None
    assert accounts.linked_user(connection, "https://other", "1") == bob
    with pytest.raises(NotFound):
        accounts.unlink(connection, 99)


def test_a_new_hash_of_the_same_password_leaves_sessions_alone_and_never_undoes_a_change(connection: Connection) -> None:
    ann = add(connection, "Ann")
    sessions.add(connection, HASH, ann.id, at=10, expires_at=20)
    accounts.renew_hash(connection, ann.id, "hash of Ann", "better hash")
    assert accounts.password_hash(connection, ann.id) == "better hash"
    assert sessions.holder(partial(run, connection), HASH, 11) is not None
    accounts.renew_hash(connection, ann.id, "hash of Ann", "late hash")
    assert accounts.password_hash(connection, ann.id) == "better hash"


def test_of_two_administrators_who_take_each_others_rights_at_once_one_stays(database: Database) -> None:
    with database.write_quietly() as connection:
        ann, bob = (add(connection, name, admin=True).id for name in ("Ann", "Bob"))

    def demote_bob() -> None:
        with database.write_quietly() as connection:
            accounts.change_user(connection, bob, admin=False)

    with ThreadPoolExecutor(1) as pool:
        with database.write_quietly() as connection:
            accounts.change_user(connection, ann, admin=False)
            other = pool.submit(demote_bob)
            with pytest.raises(TimeoutError):  # he waits until the first change is there for all to see, or gone
                other.result(timeout=0.3)
        with pytest.raises(Conflict, match="nobody who can administer"):
            other.result(timeout=30)
    with database.read() as connection:
        assert [user.admin for user in accounts.users(connection)] == [False, True]
