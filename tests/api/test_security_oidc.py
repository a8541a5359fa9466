"""Signing in through a sign-in service, against a real provider on a loopback port: what lets a person in, and all that does not."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from longshelf.accounts import users
from longshelf.api.requests import SESSION_COOKIE
from tests.api.conftest import Served
from tests.api.conftest import serve_catalogue as serve
from tests.support.catalogue import listening
from tests.support.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider, provider


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One catalogue for all tests here."""
    yield from serve(tmp_path_factory.mktemp("oidc"))


@pytest.fixture
def own(house: Served) -> Iterator[Served]:
    """With two people in it, ann and bob, neither known to the provider."""
    yield house
    database = house.catalogue.database
    users.change(database, 1, admin=True)
    users.unlink(database, 1)
    for person in users.people(database):
        if person.user.id > 2:
            users.remove(database, person.user.id)


@pytest.fixture
def login() -> Iterator[Provider]:
    with provider() as made:
        yield made


@contextmanager
def shelf(own: Served, login: Provider, **settings: str) -> Iterator[httpx.Client]:
    """A browser in front of a server that sends people to the provider."""
    chosen: dict[str, Any] = {
        "oidc_issuer": login.url,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": login.secret,
        "oidc_create_users": "yes",
    }
    with listening(replace(own.catalogue.settings, **{**chosen, **settings})) as url, httpx.Client(base_url=url, timeout=30) as browser:
        yield browser


def leave(browser: httpx.Client, next_path: str = "/") -> str:
    """Where the server sends the browser."""
    response = browser.get("/api/oidc/start", params={"next": next_path})
    assert response.status_code == 303
    return response.headers["location"]


def sign_in(browser: httpx.Client, next_path: str = "/") -> httpx.Response:
    """The server's last answer: a redirect into the UI."""
    there = httpx.get(leave(browser, next_path), timeout=30)
    return browser.get(there.headers["location"])


def problem(response: httpx.Response) -> str:
    """Why the sign-in page is shown again."""
    assert response.status_code == 303
    place = urlsplit(response.headers["location"])
    assert place.path == "/sign-in"
    assert SESSION_COOKIE not in response.headers.get("set-cookie", "")
    return parse_qs(place.query)["problem"][0]


def who(browser: httpx.Client) -> tuple[str, bool] | None:
    """Who is signed in: his name, and whether he is an administrator."""
    response = browser.get("/api/session")
    user = response.json().get("user")
    return (user["name"], user["admin"]) if response.status_code == 200 else None


def changed(own: Served, name: str, **changes: Any) -> None:
    database = own.catalogue.database
    users.change(database, users.named(database, name).id, **changes)


def test_somebody_new_comes_in_and_is_the_same_the_next_time(own: Served, login: Provider) -> None:
    with shelf(own, login) as browser:
        assert browser.get("/api/session/ways").json() == {"password": True, "oidc": "api/oidc/start", "oidc_name": "single sign-on"}
        done = sign_in(browser, "/items/7?tag=1")
        assert (done.status_code, done.headers["location"]) == (303, "/items/7?tag=1")
        cookie = next(value for value in done.headers.get_list("set-cookie") if value.startswith(SESSION_COOKIE))
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert who(browser) == ("carl", False)
        assert browser.get("/api/me").json()["linked"]
        assert not browser.get("/api/me").json()["has_password"]
        first = browser.cookies[SESSION_COOKIE]
        login.person["preferred_username"] = "renamed at the provider"
        sign_in(browser)
        assert who(browser) == ("carl", False)
        assert browser.cookies[SESSION_COOKIE] != first
        assert httpx.get(f"{browser.base_url}/api/me", headers={"cookie": f"{SESSION_COOKIE}={first}"}, timeout=30).status_code == 401
        login.person = {"sub": "2", "preferred_username": "dora"}
        sign_in(browser)
        assert who(browser) == ("dora", False)


def test_the_request_carries_what_protects_it(own: Served, login: Provider) -> None:
    with shelf(own, login) as browser:
        one, two = (parse_qs(urlsplit(leave(browser)).query) for _ in range(2))
        assert one["scope"] == ["openid profile email"]
        assert one["code_challenge_method"] == ["S256"]
        assert one["redirect_uri"] == [f"{browser.base_url}/api/oidc/callback".replace("//api", "/api")]
        for name in ("state", "nonce", "code_challenge"):
            assert len(one[name][0]) >= 43
            assert one[name] != two[name]


@pytest.mark.parametrize(
    "spoil",
    ["unsigned", "signed with the public key", "signed by somebody else", "no id token", "subject of userinfo"],
)
def test_a_token_that_proves_nothing_lets_nobody_in(spoil: str, own: Served, login: Provider) -> None:
    login.spoil = spoil
    with shelf(own, login) as browser:
        assert problem(sign_in(browser)) == "refused"
        assert who(browser) is None
    assert own.admin.get("/api/users").json()["pagination"]["total_count"] == 2


def _without(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda claims: claims.pop(name)


def _with(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda claims: claims.update(changes)


@pytest.mark.parametrize(
    "change",
    [
        _with(iss="https://somebody.else"), _with(aud="another client"), _with(aud=[CLIENT_ID, "another"]), _with(azp="another client"),
        _with(exp=1_000_000_000), _with(iat=4_000_000_000), _with(nbf=4_000_000_000), _with(nonce="of another flow"),
        _with(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
        _with(sub=""), _with(sub=7), _with(sub="x" * 256),
        _without("iss"), _without("aud"), _without("exp"), _without("iat"), _without("sub"), _without("nonce"),
    ],
)  # fmt: skip
def test_every_claim_that_is_wrong_or_missing_is_noticed(change: Callable[[dict[str, Any]], None], own: Served, login: Provider) -> None:
    login.change_claims = change
    with shelf(own, login) as browser:
        assert problem(sign_in(browser)) == "refused"
        assert who(browser) is None


def test_an_answer_for_another_browser_or_another_flow_is_refused(own: Served, login: Provider) -> None:
    with shelf(own, login) as browser:
        back = httpx.get(leave(browser), timeout=30).headers["location"]
        assert problem(httpx.get(back, timeout=30)) == "expired"  # a browser that began nothing: somebody was sent this address
        leave(browser)  # another flow takes the place of the first
        assert problem(browser.get(back)) == "expired"
        assert problem(browser.get("/api/oidc/callback")) == "expired"
        assert who(browser) is None


def test_a_flow_is_good_once_and_not_when_altered(own: Served, login: Provider) -> None:
    with shelf(own, login) as browser:
        away = leave(browser)
        sealed = browser.cookies["longshelf_oidc"]
        back = httpx.get(away, timeout=30).headers["location"]
        for altered in (sealed[:-2] + "AA", "A" + sealed[1:], sealed[44:], "", "=", "ü"):
            assert problem(httpx.get(back, headers={b"cookie": f"longshelf_oidc={altered}".encode()}, timeout=30)) == "expired"
        assert browser.get(back).headers["location"] == "/"
        assert "longshelf_oidc" not in browser.cookies
        again = httpx.get(back, headers={"cookie": f"longshelf_oidc={sealed}"}, timeout=30)
        assert problem(again) == "refused"  # the provider takes a code once


def test_a_flow_ends_after_ten_minutes(own: Served, login: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("longshelf.accounts.oidc.FLOW_SECONDS", -1)
    with shelf(own, login) as browser:
        assert problem(sign_in(browser)) == "expired"


def test_what_the_person_or_another_provider_says_is_told_to_the_sign_in_page(own: Served, login: Provider) -> None:
    with shelf(own, login) as browser:
        state = parse_qs(urlsplit(leave(browser)).query)["state"][0]
        mixed_up = {"code": "x", "state": state, "iss": "https://somebody.else"}
        assert problem(browser.get("/api/oidc/callback", params=mixed_up)) == "refused"
        login.spoil = "denied"
        assert problem(sign_in(browser)) == "denied"


@pytest.mark.parametrize("spoil", ["down", "issuer of discovery"])
def test_a_provider_that_cannot_be_asked_is_unavailable_and_may_come_back(
    spoil: str, own: Served, login: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("longshelf.accounts.oidc.FAILED_SECONDS", 600)
    login.spoil = spoil
    with shelf(own, login) as browser:
        for _ in range(3):
            assert problem(browser.get("/api/oidc/start")) == "unavailable"
        assert login.requests.count("discovery") == 1  # nobody else waits for what has just failed
        assert browser.get("/healthz").status_code == 200
        login.spoil = ""
        monkeypatch.setattr("longshelf.accounts.oidc.FAILED_SECONDS", 0)  # it is over
        assert sign_in(browser).headers["location"] == "/"


def test_a_provider_that_keeps_one_waiting_keeps_nobody_else(own: Served, login: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("longshelf.accounts.oidc.WAIT", 0.01)
    login.answering.clear()
    with shelf(own, login) as browser, ThreadPoolExecutor(1) as others:
        first = others.submit(httpx.get, f"{browser.base_url}/api/oidc/start".replace("//api", "/api"), timeout=30)
        assert login.asked.wait(30)
        assert [problem(browser.get("/api/oidc/start")) for _ in range(3)] == ["unavailable"] * 3
        login.answering.set()
        assert first.result().headers["location"].startswith(f"{login.url}/authorize?")
        assert login.requests.count("discovery") == 1
        assert sign_in(browser).headers["location"] == "/"


def test_the_wrong_client_secret_is_refused_and_none_is_needed_with_pkce(own: Served, login: Provider) -> None:
    with shelf(own, login, oidc_client_secret="wrong") as browser:
        assert problem(sign_in(browser)) == "refused"
    login.secret = ""
    with shelf(own, login) as browser:
        assert sign_in(browser).headers["location"] == "/"
    assert CLIENT_SECRET not in str(login.requests)


def test_the_provider_is_asked_once_and_its_keys_again_when_they_are_new(own: Served, login: Provider) -> None:
    with shelf(own, login) as browser:
        for _ in range(3):
            sign_in(browser)
        assert (login.requests.count("discovery"), login.requests.count("jwks")) == (1, 1)
        login.turn_key()
        assert sign_in(browser).headers["location"] == "/"
        assert login.requests.count("jwks") == 2


@pytest.mark.parametrize(
    "next_path",
    [
        "//evil.example",
        "///evil.example",
        "https://evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "evil",
        "",
        "/\t/evil.example",
        "/a\r\nb",
    ],
)
def test_nobody_is_sent_anywhere_else_after_signing_in(next_path: str, own: Served, login: Provider) -> None:
    with shelf(own, login) as browser:
        assert sign_in(browser, next_path).headers["location"] == "/"


# --- who it is


def test_without_a_provider_there_is_no_such_way(served: Served) -> None:
    assert served.nobody.get("/api/session/ways").json() == {"password": True, "oidc": None, "oidc_name": None}
    assert served.nobody.get("/api/oidc/start").status_code == 404
    assert served.nobody.get("/api/oidc/callback").status_code == 404


def test_a_stranger_comes_in_only_where_that_is_wanted(own: Served, login: Provider) -> None:
    with shelf(own, login, oidc_create_users="no") as browser:
        assert problem(sign_in(browser)) == "unknown"
    assert own.admin.get("/api/users").json()["pagination"]["total_count"] == 2


def test_the_same_name_is_not_the_same_person_unless_the_administrator_says_so(own: Served, login: Provider) -> None:
    login.person["preferred_username"] = "ANN"
    with shelf(own, login) as browser:
        assert problem(sign_in(browser)) == "name_taken"
        assert who(browser) is None
    with shelf(own, login, oidc_match="name") as browser:
        sign_in(browser)
        assert who(browser) == ("ann", True)
        login.person = {"sub": "other", "preferred_username": "ann"}  # a second one of that name
        assert problem(sign_in(browser)) == "name_taken"
    assert own.admin.delete("/api/users/1/identities").status_code == 204
    assert not own.admin.get("/api/users/1").json()["linked"]


def test_a_disabled_person_stays_out(own: Served, login: Provider) -> None:
    with shelf(own, login) as browser:
        sign_in(browser)
        changed(own, "carl", disabled=True)
        assert who(browser) is None
        assert problem(sign_in(browser)) == "disabled"


@pytest.mark.parametrize("in_token", [True, False])
@pytest.mark.parametrize("groups", [["readers", "shelf-admins"], "readers shelf-admins"])
def test_the_providers_group_makes_and_unmakes_administrators(in_token: bool, groups: Any, own: Served, login: Provider) -> None:
    place = login.person if in_token else login.in_userinfo
    with shelf(own, login, oidc_admin_group="shelf-admins", oidc_groups_claim="roles") as browser:
        place["roles"] = groups
        sign_in(browser)
        assert who(browser) == ("carl", True)
        place["roles"] = ["readers", "not-shelf-admins"]
        sign_in(browser)
        assert who(browser) == ("carl", False)


def test_the_provider_cannot_take_the_last_administrators_rights(own: Served, login: Provider) -> None:
    login.person["preferred_username"] = "ann"
    with shelf(own, login, oidc_match="name", oidc_admin_group="shelf-admins") as browser:
        sign_in(browser)
        assert who(browser) == ("ann", True)


def test_without_a_say_the_provider_changes_no_rights(own: Served, login: Provider) -> None:
    login.person |= {"groups": ["admin", "admins"]}
    with shelf(own, login) as browser:
        sign_in(browser)
        changed(own, "carl", admin=True)
        sign_in(browser)
        assert who(browser) == ("carl", True)
