"""Ways in that need no password: API keys with what they are good for, and the word of a proxy."""

from collections.abc import Callable

import pytest

from longshelf.accounts import keys, users
from longshelf.accounts.accounts import Accounts, Origin
from longshelf.errors import Invalid, NotAllowed, NotSignedIn
from longshelf.model.times import SECOND
from longshelf.model.viewer import NOBODY, Scope
from longshelf.store.accounts import User
from longshelf.store.database import Database
from tests.support.clocks import Clock
from tests.support.databases import Databases


@pytest.fixture
def accounts(database: Database) -> Accounts:
    def at_once(work: Callable[[], object]) -> None:
        work()

    return Accounts(database, at_once)


def person(database: Database, name: str, *, admin: bool = False) -> User:
    """Somebody without a password: hashing one takes longer than all the rest here."""
    return users.change(database, users.add_vouched(database, name).id, admin=admin)


@pytest.mark.parametrize(
    ("admin", "scope", "viewer"),
    [
        (True, None, (True, Scope.ADMIN)),
        (True, Scope.WRITE, (False, Scope.WRITE)),
        (True, Scope.READ, (False, Scope.READ)),
        (False, None, (False, Scope.WRITE)),
        (False, Scope.READ, (False, Scope.READ)),
    ],
)
def test_a_key_gives_what_it_is_good_for(
    database: Database, accounts: Accounts, admin: bool, scope: Scope | None, viewer: tuple[bool, Scope]
) -> None:
    person(database, "ann", admin=admin)
    found = accounts.by_key(keys.create(database, "ann", "phone", scope=scope))
    assert (found.admin, found.scope) == viewer


def test_a_key_never_gives_what_its_user_lost_or_gained_since(database: Database, accounts: Accounts) -> None:
    person(database, "root", admin=True)
    ann = person(database, "ann", admin=True)
    key = keys.create(database, "ann", "phone")
    users.change(database, ann.id, admin=False)
    assert not accounts.by_key(key).admin
    plain = keys.create(database, "ann", "tablet")
    users.change(database, ann.id, admin=True)
    assert accounts.by_key(key).admin
    assert not accounts.by_key(plain).admin  # it was made when there was no more to give


@pytest.mark.parametrize(("admin", "most", "wanted"), [(False, Scope.ADMIN, Scope.ADMIN), (True, Scope.READ, Scope.WRITE)])
def test_nobody_makes_a_key_that_is_good_for_more_than_what_makes_it(database: Database, admin: bool, most: Scope, wanted: Scope) -> None:
    user = person(database, "ann", admin=admin)
    with pytest.raises(NotAllowed):
        keys.add(database, user.id, "more", scope=wanted, most=most)
    assert keys.listed(database, user.id) == []


def test_a_key_ends_when_it_was_told_to_and_with_the_key_that_made_it(databases: Databases) -> None:
    clock = Clock()
    with databases.new(clock=clock) as database:
        accounts = Accounts(database, lambda work: None)
        user = person(database, "ann")
        key = keys.create(database, "ann", "phone", expires_in=100)
        assert accounts.key_expiry(key) == clock.at + 100 * SECOND
        for wanted in (None, 50, 500):
            row, _ = keys.add(database, user.id, "child", expires_in=wanted, latest=accounts.key_expiry(key))
            assert row.expires_at == clock.at + min(wanted or 100, 100) * SECOND
        clock.forward(99)
        assert accounts.by_key(key).known
        clock.forward(1)
        assert not accounts.by_key(key).known
        with pytest.raises(NotSignedIn):
            accounts.key_expiry(key)
        with pytest.raises(Invalid):
            keys.add(database, user.id, "never", expires_in=0)


def test_a_proxys_word_is_good_for_whom_it_names(database: Database) -> None:
    accounts = Accounts(database, lambda work: None)
    ann = person(database, "Ann", admin=True)
    gone = person(database, "gone")
    users.change(database, gone.id, disabled=True)
    found = accounts.by_proxy("ann")
    assert (found.user_id, found.admin) == (ann.id, True)
    assert accounts.by_proxy("nobody") == NOBODY
    assert accounts.by_proxy("gone") == NOBODY
    making = Accounts(database, lambda work: None, create_proxied=True)
    made = making.by_proxy("new")
    assert made.known
    assert not made.admin
    assert making.by_proxy("NEW") == made
    assert making.by_proxy("gone") == NOBODY
    assert making.by_proxy("a\x00b") == NOBODY
    with pytest.raises(NotSignedIn):
        making.sign_in("new", "", Origin("1.2.3.4"))  # no password lets anybody in as him
