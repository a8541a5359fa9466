"""Bad input on every route of the table: a 4xx problem with a reason, never a traceback."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from longshelf.api import params
from longshelf.api.requests import BODY_LIMIT, LONG_LIMIT
from longshelf.api.route import Param, Route
from longshelf.api.routes import ROUTES
from longshelf.model.kinds import PLURALS
from tests.api.conftest import Served
from tests.support.catalogue import administrator, client, listening, make_catalogue

GARBAGE = ("", "x", "-1", "0", "1e9", "99999999999999999999", "null", "[]", "%", "'; DROP TABLE item; --", "😀", "a" * 5_000, "\x00",
           "-", "--1", "NaN", "true", "2020-13-45", '{"type":"nope"}', '{"type":"and","of":[]}', "1,2", "٣", "%FF")  # fmt: skip
BODIES: tuple[bytes, ...] = (
    b"", b"{", b"null", b"[]", b"1", b'"x"', b'{"nope": 1}', b'{"name": 1}', b'{"name": null}', b'{"rating": "x"}', b'{"rating": 1e400}',
    b'{"title": "\\u0000"}', b'{"title": "\\ud800"}', b"\xff\xfe", b'{"a":' * 500, b'{"folders": ["relative"], "name": "x"}',
    b'{"name":"x","folders":["/nowhere/at/all"]}', b'{"password":"x","name":"x"}', b'{"tags":[1]}',
    b'{"progress": 2}', b'{"date":"2020-1"}',
)  # fmt: skip
STREAMS = ("events",)  # never end; they have tests of their own
GOOD: dict[str, dict[str, Any]] = {  # bodies of routes that want more than {}
    "watchItem": {"session": "a", "seq": 0},
    "markWatched": {"watched": True},
    "orderBlocks": {"ids": []},
    "addPlaylistItems": {"item_ids": [1]},
    "removePlaylistItems": {"entry_ids": [1]},
    "orderPlaylistItems": {"entry_ids": [1]},
    "putPlaylistPlace": {"entry_id": None},
    "changeProfile": {"name": "Guests"},
    "setPushBack": {"enabled": False},
    "seekOnDisplay": {"seconds": 1},
    "screenPlayed": {"slot_id": 1, "generation": 1, "outcome": "played", "seconds": 1},
    "screenAt": {"slot_id": 1, "generation": 1, "position": 1, "paused": False},
    **{f"merge{plural.title()}": {"ids": [1]} for plural in PLURALS.values()},
    **{f"takeImageOf{kind.title()}": {"item_id": 1} for kind in PLURALS},
}


def _ids(route: Route) -> str:
    return f"{route.method} {route.path}"


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A server to throw things at."""
    catalogue = make_catalogue(tmp_path_factory.mktemp("target"), count=10)
    key = administrator(catalogue.database)
    with listening(catalogue.settings) as url, client(url, key) as sender:
        yield sender
    catalogue.database.close()


def filled(path: str, value: str = "1") -> str:
    return re.sub(r"\{\w+\}", value, path)


def refused(response: httpx.Response) -> bool:
    """A problem of the caller's, in the one shape."""
    if response.status_code < 400:
        return False
    assert response.status_code < 500, response.text
    body: dict[str, Any] = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert body["status"] == response.status_code
    assert {"type", "title", "detail", "code"} <= body.keys()
    assert "Traceback" not in response.text
    return True


@pytest.mark.parametrize("route", [route for route in ROUTES if not route.ignores_unknown], ids=_ids)
def test_an_unknown_parameter_is_400(route: Route, target: httpx.Client) -> None:
    response = target.request(route.method, filled(route.path) + "?nosuch=1", json={} if route.body else None)
    assert response.status_code == 400
    assert refused(response)
    assert response.json()["field"] == "nosuch"


@pytest.mark.parametrize("route", [route for route in ROUTES if route.params and route.name not in STREAMS], ids=_ids)
def test_garbage_in_any_parameter_is_an_answer_or_a_reason(route: Route, target: httpx.Client) -> None:
    path = filled(route.path)
    for param in _tried(route):
        for text in GARBAGE[:: 4 if param in params.ITEMS else 1]:
            refused(target.request(route.method, path, params={param.name: text}))
    for param in (param for param in _tried(route) if not param.many):
        assert refused(target.request(route.method, path, params=[(param.name, "1"), (param.name, "2")]))


def _tried(route: Route) -> list[Param]:
    """The filters of items are the same rows on every route: they are tried on one, and a few of them on the others."""
    shared = [param for param in params.ITEMS if param in route.params]
    own = [param for param in route.params if param not in params.ITEMS]
    return [*own, *(shared if route.name == "countItems" else shared[::20])]


@pytest.mark.parametrize("route", [route for route in ROUTES if route.body is not None], ids=_ids)
def test_garbage_as_a_body_is_a_reason(route: Route, target: httpx.Client) -> None:
    for body in BODIES:
        response = target.request(route.method, filled(route.path, "999"), content=body, headers={"content-type": "application/json"})
        assert refused(response) or not body or body == b"null", (body, response.text)


@pytest.mark.parametrize("route", [route for route in ROUTES if route.body is not None], ids=_ids)
def test_a_body_of_another_type_or_too_long_is_refused(route: Route, target: httpx.Client) -> None:
    path = filled(route.path)
    assert target.request(route.method, path, content=b"a=1", headers={"content-type": "text/plain"}).status_code == 415
    sent = b'"' + b"a" * (LONG_LIMIT if route.long else BODY_LIMIT) + b'"'
    long = target.request(route.method, path, content=sent, headers={"content-type": "application/json"})
    assert long.status_code == 413
    assert refused(long)


@pytest.mark.parametrize("route", [route for route in ROUTES if "{" in route.path], ids=_ids)
@pytest.mark.parametrize("value", ["999999", "0", "x", "-1", "1.5", "99999999999999999999", "%00", "%2e%2e", "1%20", "٣", "' OR 1=1"])
def test_an_id_that_is_none_is_404(route: Route, value: str, target: httpx.Client) -> None:
    path = route.path.replace("{rest}", "x").replace("{n}", "0")
    response = target.request(
        route.method, filled(path, value), json=GOOD.get(route.name, {}) if route.body else None, params=_needed(route)
    )
    throttled = "{code}" in route.path and response.status_code == 429  # wrong codes are counted
    assert response.status_code == 404 or throttled
    assert refused(response)


def _needed(route: Route) -> dict[str, str]:
    return {param.name: "1" for param in route.params if param.required}


@pytest.mark.parametrize("path", sorted({route.path for route in ROUTES}))
def test_other_methods_are_405_and_name_those_there_are(path: str, target: httpx.Client) -> None:
    known = {route.method for route in ROUTES if route.path == path}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - known:
        response = target.request(method, filled(path))
        assert response.status_code == 405
        assert refused(response)
        assert known <= set(response.headers["allow"].split(", "))


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/nothing", "/api/items/", "/api//items", "/media/1", "/media/1/resource/", "/thumb/", "/api/items/1/2"]
)  # fmt: skip
def test_addresses_that_are_none_are_404(path: str, target: httpx.Client) -> None:
    response = target.get(path)
    assert response.status_code == 404
    assert refused(response)


@pytest.mark.parametrize(("size", "status"), [("0", 422), ("-1", 422), ("1001", 422), ("1000", 200), ("1", 200), ("x", 400)])
@pytest.mark.parametrize("path", ["/api/items", "/api/tags"])
def test_page_size_has_a_range(path: str, size: str, status: int, target: httpx.Client) -> None:
    assert target.get(path, params={"page_size": size}).status_code == status


@pytest.mark.parametrize("path", ["/api/items", "/api/tags"])
def test_unknown_sorts_and_foreign_cursors_are_400(path: str, target: httpx.Client) -> None:
    for asked in ({"sort": "nope"}, {"order": "up"}, {"cursor": "nope"}, {"page": "1", "offset": "0"}, {"page": "1", "cursor": "x"}):
        response = target.get(path, params=asked)
        assert response.status_code == 400, asked
        assert response.json()["field"]


def test_a_deep_filter_and_a_long_query_string_are_refused(target: httpx.Client) -> None:
    deep = '{"type":"not","of":' * 5_000 + '{"type":"everything"}' + "}" * 5_000
    assert target.get("/api/items/count", params={"filter": deep[:20_000]}).status_code in {400, 414}
    assert target.get("/api/items/count", params={"q": "a" * 2_000}).status_code == 400


def test_a_wrong_field_is_named(served: Served) -> None:
    response = served.admin.put("/api/items/1/me", json={"rating": 101})
    assert response.status_code == 422
    assert response.json()["field"] == "rating"
    response = served.admin.put("/api/items/1/me", json={"ratting": 1})
    assert response.status_code == 422
    assert response.json()["field"] == "ratting"
