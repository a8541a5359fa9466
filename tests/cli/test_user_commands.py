"""People and their keys from the command line: the way back in when nobody can sign in any more."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog

from longshelf.accounts import passwords, users
from longshelf.accounts.accounts import Accounts, Origin
from longshelf.cli.main import main
from longshelf.store import accounts as rows
from longshelf.store.database import Database
from longshelf.store.migrate import upgrade

PASSWORD = "a long enough password"

Run = Callable[..., dict[str, Any]]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LONGSHELF_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def run(*arguments: str, typed: str = "") -> dict[str, Any]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        capsys.readouterr()
        assert main([*arguments, "--json"]) == 0
        structlog.reset_defaults()  # the test goes on in this process, whose output the command took for its log
        told: dict[str, Any] = msgspec.json.decode(capsys.readouterr().out)
        return told

    return run


@pytest.fixture
def database(data: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{data / 'longshelf.db'}")
    upgrade(database)
    yield database
    database.close()


@pytest.fixture
def people(database: Database) -> None:
    """Ann, an administrator, and Bob; without passwords, because hashing them takes longer than all the rest."""
    users.change(database, users.add_vouched(database, "ann").id, admin=True)
    users.add_vouched(database, "bob")


def test_people_are_listed(run: Run, people: None) -> None:
    listed = run("user", "list")["users"]
    assert [(each["name"], each["admin"], each["disabled"], each["last_seen_at"]) for each in listed] == [
        ("ann", True, False, None),
        ("bob", False, False, None),
    ]


def test_a_new_password_needs_no_old_one_and_ends_every_session(run: Run, people: None, database: Database) -> None:
    accounts = Accounts(database, lambda work: None)
    run("user", "password", "ann", "--password-stdin", typed=PASSWORD + "\r\n")
    _, session = accounts.sign_in("ann", PASSWORD, Origin("::1"))
    assert run("user", "password", "ANN", "--password-stdin", typed="another good password\n")["name"] == "ann"
    assert not accounts.by_session(session).known
    accounts.sign_in("ann", "another good password", Origin("::1"))


def test_a_typed_password_is_asked_for_twice(
    people: None, database: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter(["one good password", "another good one", "one good password", "one good password"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    assert main(["user", "password", "ann"]) == 1
    assert "the two differ" in capsys.readouterr().err
    assert main(["user", "password", "ann"]) == 0
    with database.read() as connection:
        assert passwords.matches("one good password", rows.password_hash(connection, 1))
    assert list(typed) == []


def test_a_person_is_locked_out_and_let_in_again(run: Run, people: None, database: Database) -> None:
    key = run("key", "create", "bob")["key"]
    accounts = Accounts(database, lambda work: None)
    assert run("user", "disable", "bob")["disabled"]
    assert not accounts.by_key(key).known
    assert not run("user", "enable", "bob")["disabled"]
    assert accounts.by_key(key).known


def test_rights_are_given_and_taken(run: Run, people: None) -> None:
    assert run("user", "admin", "bob")["admin"]
    assert not run("user", "admin", "ann", "--no")["admin"]


def test_a_person_is_removed(run: Run, people: None) -> None:
    assert run("user", "remove", "bob") == {"removed": "bob"}
    assert [each["name"] for each in run("user", "list")["users"]] == ["ann"]


def test_keys_are_made_with_a_scope_and_an_end_listed_and_withdrawn(run: Run, people: None, database: Database) -> None:
    made = run("key", "create", "ann", "--name", "phone", "--scope", "read", "--days", "30")["key"]
    run("key", "create", "bob")
    listed = run("key", "list")["keys"]
    assert [(each["user"], each["name"], each["scope"]) for each in listed] == [("ann", "phone", "read"), ("bob", "command line", "write")]
    assert made.startswith(listed[0]["prefix"])
    assert made not in str(listed)
    assert listed[0]["expires_at"] is not None
    assert listed[1]["expires_at"] is None
    assert [each["user"] for each in run("key", "list", "bob")["keys"]] == ["bob"]
    accounts = Accounts(database, lambda work: None)
    assert accounts.by_key(made).scope == "read"
    assert run("key", "remove", str(listed[0]["id"])) == {"removed": listed[0]["prefix"], "user": "ann"}
    assert not accounts.by_key(made).known


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["user", "remove", "ann"], "Make somebody else an admin first"),
        (["user", "disable", "ann"], "Make somebody else an admin first"),
        (["user", "admin", "ann", "--no"], "Make somebody else an admin first"),
        (["user", "remove", "carl"], "no user called 'carl'"),
        (["user", "password", "ann", "--password-stdin"], "8 to 1000 characters"),
        (["user", "add", "ANN", "--password-stdin"], "8 to 1000 characters"),
        (["key", "create", "bob", "--scope", "admin"], "scope write at most"),
        (["key", "create", "bob", "--days", "0"], "--days"),
        (["key", "list", "carl"], "no user called 'carl'"),
        (["key", "remove", "99"], "no key 99"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_reason(
    people: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], reason: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert main(arguments) == 1
    told = capsys.readouterr()
    assert reason in told.err
    assert "Traceback" not in told.err
    assert "short" not in told.err + told.out
