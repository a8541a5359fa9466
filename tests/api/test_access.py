"""Who gets in: nobody without a session or key, unless the route's row says so; and no change another site asked for."""

import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest

from longshelf.accounts import keys
from longshelf.accounts.accounts import offer_setup
from longshelf.api.requests import SESSION_COOKIE
from longshelf.api.route import Access, Route
from longshelf.api.routes import ROUTES
from longshelf.model.viewer import Scope
from longshelf.store.database import Database
from longshelf.store.migrate import upgrade
from tests.api.conftest import Served
from tests.support.catalogue import PASSWORD, client, listening, settings_in

NOBODYS: tuple[dict[str, str], ...] = (
    {},
    {"authorization": "Bearer ls_wrong"},
    {"authorization": "Basic YTpi"},
    {"cookie": f"{SESSION_COOKIE}=x", "sec-fetch-site": "same-origin"},
)
PUBLIC = {
    "setupState", "setUp", "signIn", "signOut", "signInWays", "startOidc", "finishOidc", "openapi", "docs", "healthz", "readyz",
    "stashHook",  # its address holds a secret
    # Players have no account; their address holds a code, and tells only what stands in the slots of their display (test_screens.py).
    "openScreen", "getScreen", "screenEvents", "screenPlayed", "screenAt", "getScreenMedia", "getScreenStream", "getScreenThumb",
}  # fmt: skip


def _filled(route: Route) -> str:
    return re.sub(r"\{\w+\}", "1", route.path)


def _ids(route: Route) -> str:
    return f"{route.method} {route.path}"


def test_the_table_opens_exactly_these_routes_to_everybody() -> None:
    assert {route.name for route in ROUTES if route.access is Access.PUBLIC} == PUBLIC


@pytest.mark.parametrize("route", [route for route in ROUTES if route.access is not Access.PUBLIC], ids=_ids)
@pytest.mark.parametrize("headers", NOBODYS)
def test_without_a_valid_session_or_key_nothing_is_told(route: Route, headers: dict[str, str], served: Served) -> None:
    response = served.nobody.request(route.method, _filled(route), headers=headers, json={} if route.body else None)
    assert response.status_code == 401
    assert response.json()["code"] == "not_signed_in"
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("route", [route for route in ROUTES if route.access is Access.ADMIN], ids=_ids)
def test_what_an_administrator_may_do_others_may_not(route: Route, served: Served) -> None:
    response = served.other.request(route.method, _filled(route), json={} if route.body else None)
    assert response.status_code == 403
    assert response.json()["code"] == "not_allowed"


def test_a_library_shows_its_folders_to_administrators_only(served: Served) -> None:
    assert served.admin.get("/api/libraries/1").json()["folders"]
    assert served.other.get("/api/libraries/1").json()["folders"] is None


def test_signing_in_gives_a_session_that_ends_when_signing_out(own: Served) -> None:
    with client(own.url) as browser:
        browser.headers["origin"] = own.url
        signed_in = browser.post("/api/session", json={"name": "ANN", "password": PASSWORD})
        assert signed_in.json()["user"] == {"id": 1, "name": "ann", "admin": True}
        cookie = signed_in.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Path=/" in cookie
        assert "Secure" not in cookie
        assert browser.get("/api/session").status_code == 200
        assert browser.get("/api/items").status_code == 200
        kept = f"{SESSION_COOKIE}={browser.cookies[SESSION_COOKIE]}"
        assert browser.delete("/api/session").status_code == 204
        assert browser.get("/api/session").status_code == 401
        assert own.nobody.get("/api/session", headers={"cookie": kept}).status_code == 401


@pytest.mark.parametrize(("name", "password"), [("ann", "wrong password"), ("nobody at all", PASSWORD), ("ann", PASSWORD.upper())])
def test_a_wrong_name_and_a_wrong_password_look_the_same(name: str, password: str, own: Served) -> None:
    response = own.nobody.post("/api/session", json={"name": name, "password": password})
    assert response.status_code == 401
    assert response.json()["detail"] == "Name or password is wrong."


def test_after_five_failures_even_the_right_password_waits(own: Served) -> None:
    for _ in range(5):
        assert own.nobody.post("/api/session", json={"name": "ann", "password": "wrong"}).status_code == 401
    response = own.nobody.post("/api/session", json={"name": "ann", "password": PASSWORD})
    assert response.status_code == 429
    assert response.json()["code"] == "too_many_attempts"
    assert response.headers["retry-after"] in {"1", "2"}
    assert own.nobody.post("/api/session", json={"name": "bob", "password": PASSWORD}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "https://proxied.example"}, 201),
        ({"origin": "own"}, 201),
    ],
)
def test_a_change_by_cookie_must_come_from_our_own_pages(headers: dict[str, str], status: int, own: Served) -> None:
    with client(own.url) as browser:
        browser.post("/api/session", json={"name": "ann", "password": PASSWORD})
        sent = {name: own.url if value == "own" else value for name, value in headers.items()}
        assert browser.post("/api/views", json={"name": "a", "query": "q=1"}, headers=sent).status_code == status
        assert browser.get("/api/views", headers=sent).status_code == 200  # reading is never refused for it


def test_a_key_needs_no_origin_but_another_site_is_refused_all_the_same(own: Served) -> None:
    assert own.admin.post("/api/views", json={"name": "a", "query": ""}).status_code == 201
    assert own.admin.post("/api/views", json={"name": "a", "query": ""}, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_a_key_is_shown_once_and_works_until_it_is_withdrawn(own: Served) -> None:
    made = own.admin.post("/api/keys", json={"name": "phone"})
    assert made.status_code == 201
    key = made.json()["key"]
    with client(own.url, key) as phone:
        assert phone.get("/api/items").status_code == 200
        listed = own.admin.get("/api/keys").json()["items"]
        assert [each["name"] for each in listed] == ["tests", "phone"]
        assert key.startswith(listed[1]["prefix"])
        assert key not in str(listed)
        assert own.other.delete(f"/api/keys/{listed[1]['id']}").status_code == 404  # not his
        assert own.admin.delete(f"/api/keys/{listed[1]['id']}").status_code == 204
        assert phone.get("/api/items").status_code == 401


def test_with_an_administrator_there_is_nothing_to_set_up(own: Served) -> None:
    assert own.nobody.get("/api/setup").json() == {"needed": False}
    refused = own.nobody.post("/api/setup", json={"token": "x", "name": "eve", "password": PASSWORD})
    assert refused.status_code == 409


class TestSetup:
    """The first administrator."""

    @pytest.fixture
    def fresh(self, tmp_path_factory: pytest.TempPathFactory) -> Database:
        settings = settings_in(tmp_path_factory.mktemp("fresh"))
        database = Database(settings.database_url)
        upgrade(database)
        self.settings = settings
        return database

    def test_everything_else_says_that_setup_is_needed(self, fresh: Database) -> None:
        with listening(self.settings) as url, client(url) as nobody:
            assert nobody.get("/api/setup").json() == {"needed": True}
            assert nobody.get("/api/items").json()["code"] == "setup_required"

    def test_only_the_printed_token_makes_one(self, fresh: Database) -> None:
        offer_setup(fresh)
        token = offer_setup(fresh)  # a restart voids the token before
        with listening(self.settings) as url, client(url) as nobody:
            body = {"token": "wrong", "name": "ann", "password": PASSWORD}
            wrong = nobody.post("/api/setup", json=body)
            assert (wrong.status_code, wrong.json()["field"]) == (422, "token")
            assert nobody.post("/api/setup", json={**body, "token": token, "password": "short"}).status_code == 422
            made = nobody.post("/api/setup", json={**body, "token": token})
            assert made.status_code == 201
            assert nobody.get("/api/session").json() == made.json()  # signed in at once
            assert nobody.post("/api/setup", json={**body, "token": token}, headers={"origin": url}).status_code == 409
            assert offer_setup(fresh) is None

    def test_of_two_who_race_exactly_one_becomes_administrator(self, fresh: Database) -> None:
        token = offer_setup(fresh)
        with listening(self.settings) as url:
            statuses = _race(url, token or "")
        assert sorted(statuses) == [201, 409, 409, 409]
        with fresh.read() as connection:
            assert connection.exec_driver_sql('SELECT count(*) FROM "user"').scalar_one() == 1


def _race(url: str, token: str) -> list[int]:
    def attempt(number: int) -> int:
        return httpx.post(f"{url}/api/setup", json={"token": token, "name": f"user{number}", "password": PASSWORD}, timeout=30).status_code

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(attempt, range(4)))


def test_the_clock_of_the_session_slides(own: Served) -> None:
    with client(own.url) as browser:
        browser.post("/api/session", json={"name": "ann", "password": PASSWORD})
        database = own.catalogue.database
        with database.write_quietly() as connection:
            connection.exec_driver_sql("UPDATE session SET seen_at = 0, expires_at = expires_at - 1000")
            before = connection.exec_driver_sql("SELECT expires_at FROM session").scalar_one()
        assert browser.get("/api/session").status_code == 200
        deadline = time.monotonic() + 5
        after = before
        while after == before and time.monotonic() < deadline:
            with database.read() as connection:
                after = connection.exec_driver_sql("SELECT expires_at FROM session").scalar_one()
        assert after > before
        with database.write_quietly() as connection:
            connection.exec_driver_sql("UPDATE session SET expires_at = 1")
        assert browser.get("/api/session").status_code == 401


# --- what an API key is good for

CHANGING = [route for route in ROUTES if route.access is not Access.PUBLIC and route.scope is not Scope.READ]


@pytest.fixture(scope="module")
def scoped(served: Served) -> Iterator[dict[Scope, httpx.Client]]:
    """Keys of the administrator, one a scope."""
    with ExitStack() as stack:
        yield {
            scope: stack.enter_context(client(served.url, keys.create(served.catalogue.database, "ann", scope, scope=scope)))
            for scope in Scope
        }


def test_reading_is_every_get_and_the_questions_among_the_posts() -> None:
    for route in ROUTES:
        if route.access is Access.USER:
            assert (route.scope is Scope.READ) == (route.method == "GET" or route.asks)
        elif route.access is Access.ADMIN:
            assert route.scope is Scope.ADMIN
    assert all(route.method == "POST" for route in ROUTES if route.asks)


@pytest.mark.parametrize("route", CHANGING, ids=_ids)
def test_a_key_that_may_read_changes_nothing(route: Route, scoped: dict[Scope, httpx.Client]) -> None:
    response = scoped[Scope.READ].request(route.method, _filled(route), json={} if route.body else None)
    assert (response.status_code, response.json()["code"]) == (403, "not_allowed")
    assert f"needs one for {route.scope}" in response.json()["detail"]


@pytest.mark.parametrize("route", [route for route in ROUTES if route.access is Access.ADMIN], ids=_ids)
def test_an_administrators_key_that_may_write_administers_nothing(route: Route, scoped: dict[Scope, httpx.Client]) -> None:
    response = scoped[Scope.WRITE].request(route.method, _filled(route), json={} if route.body else None)
    assert (response.status_code, response.json()["code"]) == (403, "not_allowed")


def test_a_key_shows_as_much_as_it_is_good_for(scoped: dict[Scope, httpx.Client]) -> None:
    for scope, key in scoped.items():
        assert key.get("/api/items").status_code == 200
        assert (key.get("/api/libraries/1").json()["folders"] is not None) == (scope is Scope.ADMIN)
        assert key.get("/api/session").json() == {"user": {"id": 1, "name": "ann", "admin": True}, "via": "key", "scope": scope}


def test_a_key_that_may_write_changes_what_is_its_users_own(own: Served) -> None:
    with client(own.url, keys.create(own.catalogue.database, "ann", "w", scope=Scope.WRITE)) as phone:
        assert phone.put(f"/api/items/{own.catalogue.film}/me", json={"rating": 80}).status_code == 200


def test_a_key_makes_no_key_that_is_good_for_more_or_for_longer(own: Served) -> None:
    made = own.admin.post("/api/keys", json={"name": "short", "scope": "write", "expires_in": 3_600}).json()
    assert made["scope"] == "write"
    with client(own.url, made["key"]) as short:
        assert short.post("/api/keys", json={"scope": "admin"}).status_code == 403
        child = short.post("/api/keys", json={"name": "child"}).json()
        assert (child["scope"], child["expires_at"]) == ("write", made["expires_at"])
        assert short.post("/api/keys", json={"expires_in": 7_200}).json()["expires_at"] == made["expires_at"]
    assert own.other.post("/api/keys", json={"scope": "admin"}).status_code == 403
    assert own.other.post("/api/keys", json={"scope": "everything"}).status_code == 422
    assert own.other.post("/api/keys", json={"expires_in": 1}).status_code == 422
    assert own.other.post("/api/keys").json()["scope"] == "write"
    assert own.admin.post("/api/keys").json()["scope"] == "admin"
