"""What keeps other sites, forged headers and hostile paths and bodies out. `docs/security.md` says which requirement each test is for."""

import base64
import gzip
import http.client
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest

from longshelf.accounts import users
from longshelf.api.requests import BODY_LIMIT, SESSION_COOKIE
from tests.api.conftest import Served
from tests.support.catalogue import PASSWORD, client, listening

SIGN_IN = {"name": "ann", "password": PASSWORD}


def raw(url: str, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    """Status and body for a path that goes out exactly as written: clients tidy up `..` before they send."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def key_of(http_client: httpx.Client) -> dict[str, str]:
    return {"authorization": http_client.headers["authorization"]}


# --- sessions


def test_a_session_somebody_planted_is_not_the_one_that_is_signed_in(own: Served) -> None:
    """Session fixation: the token is the server's own, new at every sign-in, and the one before is over."""
    with client(own.url) as browser:
        browser.headers["origin"] = own.url
        planted = "chosen-by-the-attacker"
        first = browser.post("/api/session", json=SIGN_IN, headers={"cookie": f"{SESSION_COOKIE}={planted}"})
        token = first.cookies[SESSION_COOKIE]
        assert token != planted
        assert own.nobody.get("/api/me", headers={"cookie": f"{SESSION_COOKIE}={planted}"}).status_code == 401
        browser.cookies.clear()
        again = browser.post("/api/session", json=SIGN_IN, headers={"cookie": f"{SESSION_COOKIE}={token}"})
        assert again.cookies[SESSION_COOKIE] != token
        assert own.nobody.get("/api/me", headers={"cookie": f"{SESSION_COOKIE}={token}"}).status_code == 401


def test_a_token_in_the_address_is_no_way_in(served: Served) -> None:
    key = served.admin.headers["authorization"].split()[1]
    assert served.nobody.get("/api/me", params={"key": key}).status_code == 401
    assert served.nobody.get("/api/me", headers={"cookie": f"{SESSION_COOKIE}={key}"}).status_code == 401


def test_guesses_sent_at_once_are_counted_before_any_is_judged(own: Served) -> None:
    start = threading.Barrier(12)

    def guess(number: int) -> int:
        start.wait()
        return httpx.post(f"{own.url}/api/session", json={"name": "ann", "password": f"guess {number}"}, timeout=60).status_code

    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(guess, range(12)))
    assert sorted(statuses) == [401] * 5 + [429] * 7


# --- other sites


@pytest.mark.parametrize("media_type", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain", ""])
def test_a_form_of_another_site_cannot_say_json(media_type: str, served: Served) -> None:
    headers = {"content-type": media_type} if media_type else {}
    response = served.nobody.post("/api/session", content=json.dumps(SIGN_IN).encode(), headers=headers)
    assert response.status_code == 415
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}])
def test_another_site_cannot_sign_somebody_in_or_out(headers: dict[str, str], served: Served) -> None:
    assert served.nobody.post("/api/session", json=SIGN_IN, headers=headers).status_code == 403
    assert served.nobody.delete("/api/session", headers=headers).status_code == 403


def test_no_answer_lets_another_origin_read_it(served: Served) -> None:
    for method in ("GET", "OPTIONS"):
        response = served.admin.request(method, "/api/items", headers={"origin": "https://evil.example"})
        assert not [name for name in response.headers if name.startswith("access-control-")]
        assert response.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    "path",
    ["/", "/items/1", "/api/items", "/api/nothing", "/api/docs", "/healthz", "/media/{film}/file", "/thumb/{picture}", "/nothing.js"],
)
def test_every_answer_says_how_a_browser_must_treat_it(path: str, served: Served) -> None:
    made = served.catalogue
    for target in (served.admin, served.nobody):
        headers = target.get(path.format(film=made.film, picture=made.picture)).headers
        policy = headers["content-security-policy"]
        assert "sandbox" in policy or ("frame-ancestors 'self'" in policy and "object-src 'none'" in policy)
        assert "script-src 'unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "server" not in headers or "python" not in headers["server"].lower()


def test_what_is_somebodys_own_is_in_no_shared_cache(served: Served) -> None:
    for path in ("/api/items", "/api/me", "/api/session", "/api/keys", f"/media/{served.catalogue.film}/file"):
        assert "private" in (cached := served.admin.get(path).headers["cache-control"]) or "no-store" in cached


# --- forged headers


@contextmanager
def behind(own: Served, trusted: str, user_header: str = "", create: str = "no") -> Iterator[str]:
    """A second server for the same catalogue, with other settings."""
    settings = replace(own.catalogue.settings, trusted_proxies=trusted, proxy_user_header=user_header, proxy_create_users=create)
    with listening(settings) as url:
        yield url


FORGED = {
    "remote-user": "ann", "x-forwarded-user": "ann", "x-forwarded-for": "8.8.8.8", "forwarded": "for=8.8.8.8", "x-real-ip": "8.8.8.8",
    "x-forwarded-proto": "https", "x-forwarded-host": "evil.example",
}  # fmt: skip


@pytest.mark.parametrize("trusted", ["", "10.0.0.0/8, 192.168.0.0/16, ::1"])
def test_headers_of_a_proxy_mean_nothing_from_anybody_else(trusted: str, own: Served) -> None:
    with behind(own, trusted, "Remote-User", "yes") as url, client(url) as browser:
        assert browser.get("/api/me", headers=FORGED).status_code == 401
        signed_in = browser.post("/api/session", json=SIGN_IN, headers=FORGED)
        assert "Secure" not in signed_in.headers["set-cookie"]
        assert browser.get("/api/me/sessions").json()["items"][0]["address"] == "127.0.0.1"
        evil = {**FORGED, "origin": "http://evil.example"}
        assert browser.put("/api/items/1/me", json={"rating": 1}, headers=evil).status_code == 403
    assert own.admin.get("/api/users").json()["pagination"]["total_count"] == 2


def test_another_address_in_every_attempt_is_no_way_around_the_limit(own: Served) -> None:
    statuses = [
        own.nobody.post("/api/session", json={"name": "ann", "password": "x"}, headers={"x-forwarded-for": f"1.1.1.{number}"}).status_code
        for number in range(7)
    ]
    assert statuses == [401] * 5 + [429] * 2


def test_a_trusted_proxy_is_believed(own: Served) -> None:
    with behind(own, "127.0.0.0/8", "Remote-User") as url, client(url) as browser:
        forwarded = {
            "x-forwarded-proto": "https",
            "x-forwarded-for": "6.6.6.6, 203.0.113.7, 127.0.0.9",
            "x-forwarded-host": "shelf.example",
        }
        signed_in = browser.post("/api/session", json=SIGN_IN, headers={**forwarded, "origin": "https://shelf.example"})
        assert "; Secure" in signed_in.headers["set-cookie"]
        cookie = {"cookie": f"{SESSION_COOKIE}={signed_in.cookies[SESSION_COOKIE]}"}
        addresses = [each["address"] for each in browser.get("/api/me/sessions", headers=cookie).json()["items"]]
        assert addresses == ["203.0.113.7"]  # not what the client claimed before it
        vouched = {"remote-user": "ann", **forwarded}
        assert browser.get("/api/session", headers=vouched).json()["via"] == "proxy"
        assert browser.get("/api/libraries/1", headers=vouched).json()["folders"]
        assert browser.get("/api/me", headers={"remote-user": "nobody"}).status_code == 401
        assert browser.get("/api/me", headers={"remote-user": ""}).status_code == 401


@pytest.mark.parametrize("headers", [{}, {"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}])
def test_a_proxys_word_comes_along_by_itself_so_changes_must_come_from_our_pages(headers: dict[str, str], own: Served) -> None:
    with behind(own, "127.0.0.1", "Remote-User") as url, client(url) as browser:
        vouched = {"remote-user": "ann"}
        assert browser.put("/api/items/1/me", json={"rating": 1}, headers={**vouched, **headers}).status_code == 403
        assert browser.put("/api/items/1/me", json={"rating": 1}, headers={**vouched, "sec-fetch-site": "same-origin"}).status_code == 200


def test_a_proxy_that_adds_its_header_to_the_clients_is_refused(own: Served) -> None:
    with behind(own, "127.0.0.1", "Remote-User") as url:
        both = httpx.get(f"{url}/api/me", headers=[("remote-user", "ann"), ("remote-user", "bob")], timeout=30)
        assert both.status_code == 401
        assert "twice" in both.json()["detail"]
        assert httpx.get(f"{url}/api/me", headers=[(b"remote-user", b"\xff\xfe")], timeout=30).status_code == 401


def test_whom_a_proxy_names_gets_an_account_only_where_that_is_wanted(own: Served) -> None:
    with behind(own, "127.0.0.1", "Remote-User", "yes") as url, client(url) as browser:
        vouched = {b"remote-user": "Zoë".encode()}
        made = browser.get("/api/me", headers=vouched).json()
        assert (made["name"], made["admin"], made["has_password"]) == ("Zoë", False, False)
        users.change(own.catalogue.database, made["id"], disabled=True)
        assert browser.get("/api/me", headers=vouched).status_code == 401


def test_a_key_says_who_asks_even_where_a_proxy_does(own: Served) -> None:
    with behind(own, "127.0.0.1", "Remote-User") as url, client(url) as script:
        asked = script.get("/api/session", headers={"remote-user": "ann", **key_of(own.other)}).json()
        assert (asked["user"]["name"], asked["via"]) == ("bob", "key")


# --- paths


CLIMBS = (
    "../film.mp4", "..%2ffilm.mp4", "%2e%2e/film.mp4", "%2e%2e%2ffilm.mp4", "%252e%252e%252ffilm.mp4", "..%5cfilm.mp4", "..\\film.mp4",
    "....//film.mp4", "/etc/passwd", "//etc/passwd", "%2fetc%2fpasswd", "c1.xhtml%00.png", "c1.xhtml/../../film.mp4", "file:///etc/passwd",
)  # fmt: skip


@pytest.mark.parametrize("climb", CLIMBS)
def test_no_path_climbs_out_of_a_book(climb: str, served: Served) -> None:
    status, body = raw(served.url, f"/media/{served.catalogue.book}/resource/{climb}", key_of(served.admin))
    assert status in {400, 404, 422}
    assert json.loads(body)["code"]
    assert b"root:" not in body


@pytest.mark.parametrize("prefix", ["/", "/assets/", "/thumb/", "/media/", "/api/"])
@pytest.mark.parametrize(
    "climb", ["../" * 8 + "etc/passwd", "..%2f" * 8 + "etc/passwd", "%2e%2e/" * 8 + "etc/passwd", "..\\" * 8 + "etc/passwd"]
)
def test_no_path_climbs_out_of_the_ui(prefix: str, climb: str, served: Served) -> None:
    status, body = raw(served.url, prefix + climb, key_of(served.admin))
    assert b"root:" not in body
    assert status in {400, 404} or b"<html" in body


# --- bodies


def test_a_body_is_read_no_further_than_its_limit(served: Served) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 64 * BODY_LIMIT:
            sent += 65_536
            yield b" " * 65_536

    try:
        response = served.nobody.post("/api/session", content=endless(), headers={"content-type": "application/json"})
        assert response.status_code == 413
    except httpx.TransportError:  # the server closed the connection while we were still sending
        pass
    assert sent < 64 * BODY_LIMIT


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
def test_nothing_that_comes_in_is_unpacked(encoding: str, served: Served) -> None:
    bomb = gzip.compress(b" " * 10_000_000)
    headers = {"content-type": "application/json", "content-encoding": encoding}
    response = served.nobody.post("/api/session", content=bomb, headers=headers)
    assert response.status_code == 415
    assert response.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("body", [b"[" * 500_000, b'{"a":' * 200_000, b'{"name":"' + b"\\u0041" * 150_000 + b'"}', b"1" * 900_000])
def test_a_deep_or_heavy_body_is_a_reason(body: bytes, served: Served) -> None:
    response = served.nobody.post("/api/session", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 422


def test_a_long_password_is_refused_before_it_is_hashed(served: Served) -> None:
    response = served.nobody.post("/api/session", json={"name": "ann", "password": "x" * 1_001})
    assert (response.status_code, response.json()["field"]) == (422, "password")


# --- what must not be told


def test_no_secret_is_in_an_answer_or_in_the_log(own: Served, capsys: pytest.CaptureFixture[str]) -> None:
    made = own.admin.post("/api/keys", json={"name": "phone"}).json()["key"]
    own.admin.post("/api/users", json={"name": "carl", "password": "the password of carl"})
    with client(own.url) as browser:
        token = browser.post("/api/session", json=SIGN_IN).cookies[SESSION_COOKIE]
        own.nobody.post("/api/session", json={"name": "carl", "password": "a wrong password"})
        pages = [own.admin.get(path).text for path in ("/api/users", "/api/users/keys", "/api/keys", "/api/me", "/api/me/sessions")]
    told = capsys.readouterr()
    for secret in (made, "the password of carl", "a wrong password", PASSWORD, token, "$argon2"):
        assert secret not in told.out + told.err
        assert not [page for page in pages if secret in page]


def test_what_the_database_keeps_of_a_key_opens_nothing(own: Served) -> None:
    with own.catalogue.database.read() as connection:
        digest = bytes(connection.exec_driver_sql("SELECT token_hash FROM api_key ORDER BY id").scalars().first() or b"")
    for written in (digest.hex(), base64.urlsafe_b64encode(digest).decode()):
        assert own.nobody.get("/api/me", headers={"authorization": f"Bearer {written}"}).status_code == 401
