"""Who gets in: nobody without a session or key, unless the route's row says so; and no change another site asked for."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from longshelf.accounts.accounts import offer_setup
from longshelf.api.requests import SESSION_COOKIE
from longshelf.api.route import Access, Route
from longshelf.api.routes import ROUTES
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
PUBLIC = {"setupState", "setUp", "signIn", "signOut", "openapi", "docs", "healthz", "readyz"}


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


def test_behind_tls_the_cookie_is_secure(served: Served) -> None:
    headers = {"x-forwarded-proto": "https"}
    response = served.nobody.post("/api/session", json={"name": "ann", "password": PASSWORD}, headers=headers)
    assert "; Secure" in response.headers["set-cookie"]


@pytest.mark.parametrize(("name", "password"), [("ann", "wrong password"), ("nobody at all", PASSWORD), ("ann", PASSWORD.upper())])
def test_a_wrong_name_and_a_wrong_password_look_the_same(name: str, password: str, own: Served) -> None:
    response = own.nobody.post("/api/session", json={"name": name, "password": password})
    assert response.status_code == 401
    assert response.json()["detail"] == "Name or password is wrong."


def test_after_ten_failures_even_the_right_password_waits(own: Served) -> None:
    for _ in range(10):
        assert own.nobody.post("/api/session", json={"name": "ann", "password": "wrong"}).status_code == 401
    response = own.nobody.post("/api/session", json={"name": "ann", "password": PASSWORD})
    assert response.status_code == 429
    assert int(response.headers["retry-after"]) > 0
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
