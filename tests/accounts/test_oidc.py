"""Asking the provider what it is, below HTTP: one asks, and what came of it holds for all who wait, and for a while."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from longshelf.accounts.oidc import FAILED_SECONDS, Oidc
from longshelf.accounts.refusals import OidcFailed
from longshelf.config import Settings
from tests.support.clocks import Clock
from tests.support.databases import Databases
from tests.support.oidc_provider import Provider, provider


class Watched(Clock):
    """Who signs in looks at it first; `others` is set when somebody does beside the one who asks the provider."""

    def __init__(self) -> None:
        super().__init__()
        self.asking = 0
        self.others = threading.Event()

    def __call__(self) -> int:
        self.asking = self.asking or threading.get_ident()
        if threading.get_ident() != self.asking:
            self.others.set()
        return super().__call__()


@dataclass
class Door:
    oidc: Oidc
    clock: Watched
    login: Provider

    def begin(self) -> str:
        """Where the browser is sent, or why it is not."""
        try:
            return self.oidc.begin("http://here/back", "/")[0]
        except OidcFailed as error:
            return error.code


@pytest.fixture
def door(sqlite_databases: Databases, tmp_path: Path) -> Iterator[Door]:
    clock = Watched()
    with provider() as login, sqlite_databases.new(clock=clock) as database:
        oidc = Oidc(Settings(data=tmp_path, oidc_issuer=login.url, oidc_client_id="longshelf"), database, b"secret")
        yield Door(oidc, clock, login)
        oidc.close()


def test_a_failure_is_remembered_for_some_seconds(door: Door) -> None:
    door.login.spoil = "down"
    assert door.begin() == "unavailable"
    door.login.spoil = ""
    door.clock.forward(FAILED_SECONDS - 0.1)
    assert (door.begin(), door.login.requests) == ("unavailable", ["discovery"])
    door.clock.forward(0.1)
    assert door.begin().startswith(f"{door.login.url}/authorize?")


def test_a_clock_that_is_set_back_keeps_no_failure(door: Door) -> None:
    door.login.spoil = "down"
    assert door.begin() == "unavailable"
    door.login.spoil = ""
    door.clock.forward(-3_600)
    assert door.begin().startswith(f"{door.login.url}/authorize?")


@pytest.mark.parametrize("spoil", ["", "down"])
def test_who_waits_for_another_asks_nothing_himself(spoil: str, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("longshelf.accounts.oidc.WAIT", 30)
    door.login.spoil = spoil
    door.login.answering.clear()
    with ThreadPoolExecutor(2) as both:
        first = both.submit(door.begin)
        assert door.login.asked.wait(30)
        second = both.submit(door.begin)
        assert door.clock.others.wait(30)
        door.login.answering.set()
        answers = {each.result().partition("?")[0] for each in (first, second)}
    assert answers == {"unavailable" if spoil else f"{door.login.url}/authorize"}
    assert door.login.requests == ["discovery"]
