"""People: added, changed and removed by an administrator, and each with an account of his own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from longshelf.api.requests import SESSION_COOKIE
from tests.api.conftest import Served
from tests.support.catalogue import PASSWORD, client

NEW = "another good password"


@contextmanager
def signed_in(served: Served, name: str, password: str = PASSWORD, agent: str = "tests") -> Iterator[httpx.Client]:
    """A browser in which somebody has signed in."""
    with client(served.url) as browser:
        browser.headers.update({"origin": served.url, "user-agent": agent})
        assert browser.post("/api/session", json={"name": name, "password": password}).status_code == 200
        yield browser


def names(response: httpx.Response) -> list[str]:
    return [each["name"] for each in response.json()["items"]]


def test_people_are_listed_by_name_in_pages_and_found_by_words(own: Served) -> None:
    for name in ("Zoë Müller", "carl", "Anna Müller"):
        assert own.admin.post("/api/users", json={"name": name, "password": PASSWORD}).status_code == 201
    assert names(own.admin.get("/api/users")) == ["ann", "Anna Müller", "bob", "carl", "Zoë Müller"]
    assert names(own.admin.get("/api/users", params={"q": "mül an"})) == ["Anna Müller"]
    assert names(own.admin.get("/api/users", params={"q": "MÜLLER"})) == ["Anna Müller", "Zoë Müller"]
    page = own.admin.get("/api/users", params={"page": 2, "page_size": 2}).json()
    assert [each["name"] for each in page["items"]] == ["bob", "carl"]
    assert page["pagination"]["total_count"] == 5


def test_a_person_is_added_and_signs_in(own: Served) -> None:
    made = own.admin.post("/api/users", json={"name": " Carl ", "password": PASSWORD, "admin": True})
    assert made.status_code == 201
    person = made.json()
    assert {name: person[name] for name in ("name", "admin", "disabled", "has_password", "linked", "last_seen_at")} == {
        "name": "Carl", "admin": True, "disabled": False, "has_password": True, "linked": False, "last_seen_at": None,
    }  # fmt: skip
    assert PASSWORD not in made.text
    with signed_in(own, "carl") as browser:
        assert browser.get("/api/me").json()["name"] == "Carl"
    assert own.admin.get(f"/api/users/{person['id']}").json()["last_seen_at"] is not None


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"name": "carl"}, 422, "password"),
        ({"name": "carl", "password": "short"}, 422, "password"),
        ({"name": "", "password": PASSWORD}, 422, "name"),
        ({"name": " \u00a0 ", "password": PASSWORD}, 422, "name"),
        ({"name": "a\u202eb", "password": PASSWORD}, 422, "name"),
        ({"name": "carl", "password": PASSWORD, "role": "admin"}, 422, "role"),
        ({"name": "ANN", "password": PASSWORD}, 409, None),
    ],
)
def test_a_person_who_cannot_be_added_is_told_why(body: dict[str, Any], status: int, field: str | None, served: Served) -> None:
    response = served.admin.post("/api/users", json=body)
    assert response.status_code == status
    if field is not None:
        assert response.json().get("field") == field or field in response.json()["detail"]


def test_what_is_absent_from_a_change_stays(own: Served) -> None:
    changed = own.admin.patch("/api/users/2", json={"name": "Robert"}).json()
    assert (changed["name"], changed["admin"], changed["disabled"]) == ("Robert", False, False)
    assert own.admin.patch("/api/users/2", json={}).json() == changed
    assert own.admin.patch("/api/users/2", json={"admin": True}).json()["admin"]
    assert own.admin.patch("/api/users/2", json={"name": "ann"}).status_code == 409
    assert own.admin.patch("/api/users/2", json={"name": None}).status_code == 422
    assert own.admin.patch("/api/users/99", json={"name": "x"}).status_code == 404


def test_a_disabled_person_is_out_at_once_and_back_with_all_that_is_his(own: Served) -> None:
    with signed_in(own, "bob") as browser:
        assert own.admin.patch("/api/users/2", json={"disabled": True}).json()["disabled"]
        assert browser.get("/api/items").status_code == 401
        assert own.other.get("/api/items").status_code == 401  # his key
        refused = own.nobody.post("/api/session", json={"name": "bob", "password": PASSWORD})
        assert refused.json()["detail"] == "Name or password is wrong."
        own.admin.patch("/api/users/2", json={"disabled": False})
        assert own.other.get("/api/items").status_code == 200
        assert browser.get("/api/items").status_code == 401  # the session has ended for good


def test_a_password_an_administrator_sets_ends_all_sessions(own: Served) -> None:
    with signed_in(own, "bob") as browser:
        assert own.admin.patch("/api/users/2", json={"password": NEW}).status_code == 200
        assert browser.get("/api/items").status_code == 401
    assert own.nobody.post("/api/session", json={"name": "bob", "password": PASSWORD}).status_code == 401
    with signed_in(own, "bob", NEW):
        pass


@pytest.mark.parametrize(("method", "body"), [("PATCH", {"admin": False}), ("PATCH", {"disabled": True}), ("DELETE", None)])
def test_the_last_administrator_can_be_neither_demoted_nor_locked_out_nor_removed(method: str, body: Any, own: Served) -> None:
    refused = own.admin.request(method, "/api/users/1", json=body)
    assert refused.status_code == 409
    assert "Make somebody else an admin first" in refused.json()["detail"]
    assert own.admin.get("/api/users/1").json()["admin"]
    own.admin.patch("/api/users/2", json={"admin": True})
    assert own.admin.request(method, "/api/users/1", json=body).status_code in {200, 204}


def test_a_person_goes_with_sessions_keys_and_what_he_said(own: Served) -> None:
    own.other.put(f"/api/items/{own.catalogue.film}/me", json={"rating": 80})
    with signed_in(own, "bob") as browser:
        assert own.admin.delete("/api/users/2").status_code == 204
        assert browser.get("/api/items").status_code == 401
        assert own.other.get("/api/items").status_code == 401
    assert own.admin.get("/api/users/2").status_code == 404
    assert own.admin.delete("/api/users/2").status_code == 404
    again = own.admin.post("/api/users", json={"name": "bob", "password": PASSWORD}).json()
    assert again["id"] > 2  # a number is never given twice


def test_an_administrator_sees_and_withdraws_everybodys_keys_but_not_the_keys_themselves(own: Served) -> None:
    listed = own.admin.get("/api/users/keys").json()["items"]
    assert [(key["user"]["name"], key["name"], key["scope"]) for key in listed] == [("ann", "tests", "admin"), ("bob", "tests", "write")]
    assert own.admin.get("/api/users/2/keys").json()["items"] == [listed[1]]
    assert own.admin.get("/api/users/99/keys").status_code == 404
    assert own.admin.delete(f"/api/users/1/keys/{listed[1]['id']}").status_code == 404  # not hers
    assert own.admin.delete(f"/api/users/2/keys/{listed[1]['id']}").status_code == 204
    assert own.other.get("/api/items").status_code == 401


def test_an_administrator_signs_somebody_out_everywhere(own: Served) -> None:
    with signed_in(own, "bob") as browser:
        assert own.admin.delete("/api/users/2/sessions").status_code == 204
        assert browser.get("/api/me").status_code == 401
    assert own.admin.delete("/api/users/99/sessions").status_code == 404


# --- one's own account


def test_everybody_has_an_account_of_his_own(served: Served) -> None:
    mine = served.other.get("/api/me").json()
    assert (mine["name"], mine["admin"]) == ("bob", False)


def test_a_new_password_ends_the_other_sessions_and_renews_this_one(own: Served) -> None:
    with signed_in(own, "bob") as browser, signed_in(own, "bob") as elsewhere:
        before = browser.cookies[SESSION_COOKIE]
        wrong = browser.put("/api/me/password", json={"current": "wrong", "password": NEW})
        assert (wrong.status_code, wrong.json()["field"]) == (422, "current")
        assert browser.put("/api/me/password", json={"current": PASSWORD, "password": "short"}).status_code == 422
        assert elsewhere.get("/api/me").status_code == 200
        assert browser.put("/api/me/password", json={"current": PASSWORD, "password": NEW}).status_code == 204
        assert browser.get("/api/me").status_code == 200
        assert browser.cookies[SESSION_COOKIE] != before
        assert own.nobody.get("/api/me", headers={"cookie": f"{SESSION_COOKIE}={before}"}).status_code == 401
        assert elsewhere.get("/api/me").status_code == 401
    with signed_in(own, "bob", NEW):
        pass


def test_a_password_changed_with_a_key_opens_no_session(own: Served) -> None:
    changed = own.other.put("/api/me/password", json={"current": PASSWORD, "password": NEW})
    assert changed.status_code == 204
    assert "set-cookie" not in changed.headers


def test_a_person_sees_where_he_is_signed_in_and_ends_it(own: Served) -> None:
    with signed_in(own, "bob", agent="Phone") as phone, signed_in(own, "bob", agent="TV") as tv, signed_in(own, "bob", agent="PC") as pc:
        listed = {each["device"]: each for each in phone.get("/api/me/sessions").json()["items"]}
        assert set(listed) == {"Phone", "TV", "PC"}
        assert [device for device, each in listed.items() if each["current"]] == ["Phone"]
        assert listed["TV"]["address"] == "127.0.0.1"
        assert own.admin.delete(f"/api/me/sessions/{listed['TV']['id']}").status_code == 404  # not hers
        assert phone.delete(f"/api/me/sessions/{listed['TV']['id']}").status_code == 204
        assert tv.get("/api/me").status_code == 401
        assert phone.delete("/api/me/sessions").status_code == 204
        assert pc.get("/api/me").status_code == 401
        assert phone.get("/api/me").status_code == 200
        assert own.other.delete("/api/me/sessions").status_code == 204  # with a key: all of them
        assert phone.get("/api/me").status_code == 401
