"""What clients and proxies may keep: ETags that follow what is seen, compression, and the headers every answer carries."""

import gzip
from collections.abc import Callable

import brotli  # type: ignore[import-untyped]  # ships no types
import pytest
import zstandard

from longshelf.api.compression import choose
from tests.api.conftest import Served
from tests.support.catalogue import client

UNDO: dict[str | None, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": lambda data: zstandard.ZstdDecompressor().decompress(data),
    None: bytes,
}


def test_an_unchanged_list_is_not_sent_again(own: Served) -> None:
    first = own.admin.get("/api/items")
    etag = first.headers["etag"]
    again = own.admin.get("/api/items", headers={"if-none-match": f'"x", {etag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert own.admin.get("/api/items", params={"page": 2}).headers["etag"] != etag
    assert own.other.get("/api/items", headers={"if-none-match": etag}).status_code == 200  # another viewer, another list
    own.admin.put(f"/api/items/{first.json()['items'][0]['id']}/me", json={"favorite": True})
    assert own.admin.get("/api/items", headers={"if-none-match": etag}).status_code == 200


def test_what_a_person_says_shows_at_once_in_his_own_lists_and_in_no_other(own: Served) -> None:
    before, others = own.admin.get("/api/items"), own.other.get("/api/items")
    item_id = before.json()["items"][3]["id"]
    for said in ({"rating": 80}, {"rating": 81}, {"progress": 0.5}, {"rating": None, "progress": None, "hidden": False}):
        own.admin.put(f"/api/items/{item_id}/me", json=said)
        after = own.admin.get("/api/items", headers={"if-none-match": before.headers["etag"]})
        assert after.status_code == 200
        assert said.items() <= after.json()["items"][3]["me"].items()
        assert after.headers["etag"] != before.headers["etag"]
        before = after
    unchanged = own.other.get("/api/items", headers={"if-none-match": others.headers["etag"]})
    assert unchanged.status_code == 304
    assert own.other.get("/api/items").content == others.content


def test_an_edit_shows_at_once_in_everybodys_lists(own: Served) -> None:
    known = {each: each.get("/api/items") for each in (own.admin, own.other)}
    item = known[own.admin].json()["items"][0]
    own.admin.patch(f"/api/items/{item['id']}", json={"title": "A new title"})
    for each, before in known.items():
        after = each.get("/api/items", headers={"if-none-match": before.headers["etag"]})
        assert after.json()["items"][0]["title"] == "A new title"


def test_equal_tags_mean_equal_bytes(own: Served) -> None:
    """Over every page, person and state of a changing catalogue."""
    seen: dict[str, bytes] = {}
    for change in ({"rating": 3}, {"favorite": True}, {"favorite": False}, {"rating": None}):
        for each in (own.admin, own.other):
            for query in ("", "page=2", "page_size=49", "sort=title", "sort=title&offset=50", "kind=book"):
                found = each.get(f"/api/items?{query}")
                assert seen.setdefault(found.headers["etag"], found.content) == found.content
        own.admin.put(f"/api/items/{own.catalogue.ids[7]}/me", json=change)
    assert len(seen) >= 2 * 6


def test_an_unchanged_list_is_known_without_its_cards(own: Served) -> None:
    first = own.admin.get("/api/items")
    with own.catalogue.database.write_quietly() as connection:
        connection.exec_driver_sql("DELETE FROM item_card")  # in silence, as nobody does
    assert own.admin.get("/api/items", headers={"if-none-match": first.headers["etag"]}).status_code == 304
    assert own.admin.get("/api/items").json()["items"] == []


@pytest.mark.parametrize("codec", ["zstd", "br", "gzip"])
def test_a_compressed_list_is_the_plain_one(codec: str, served: Served) -> None:
    with client(served.url, served.admin.headers["authorization"].split()[1]) as same:
        address = "/api/items?page_size=100&sort=title"
        plain = same.get(address, headers={"accept-encoding": "identity"})
        with same.stream("GET", address, headers={"accept-encoding": codec}) as response:
            raw = b"".join(response.iter_raw())
        assert response.headers["content-encoding"] == codec
        assert response.headers["content-length"] == str(len(raw))
        assert response.headers["etag"] == plain.headers["etag"]
        assert UNDO[codec](raw) == plain.content
        head = same.head(address, headers={"accept-encoding": codec})
        assert (head.content, head.headers["content-length"]) == (b"", str(len(raw)))


@pytest.mark.parametrize(
    ("accept", "codec"),
    [("gzip", "gzip"), ("br, gzip", "br"), ("gzip, br, zstd", "zstd"), ("zstd;q=0.1, gzip", "gzip"), ("identity", None), ("", None),
     ("*", "zstd"), ("gzip;q=0", None), ("br;q=x", None)],
)  # fmt: skip
def test_the_best_codec_a_client_takes_is_used(accept: str, codec: str | None, served: Served) -> None:
    assert choose(accept) == codec
    with client(served.url) as plain, plain.stream("GET", "/api/openapi.json", headers={"accept-encoding": accept}) as response:
        raw = b"".join(response.iter_raw())
    assert response.headers.get("content-encoding") == codec
    assert UNDO[codec](raw).startswith(b'{"openapi"')
    assert "accept-encoding" in response.headers["vary"]


def test_a_small_answer_is_sent_plain(served: Served) -> None:
    assert "content-encoding" not in served.admin.get("/healthz", headers={"accept-encoding": "gzip"}).headers


@pytest.mark.parametrize("path", ["/api/items", "/api/nope", "/", "/healthz", "/api/docs"])
def test_every_answer_carries_the_security_headers(path: str, served: Served) -> None:
    headers = served.admin.get(path).headers
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_what_is_personal_is_private(served: Served) -> None:
    for path in ("/api/items", "/api/items/1", f"/media/{served.catalogue.film}/file", f"/thumb/{served.catalogue.picture}"):
        assert served.admin.get(path).headers["cache-control"].startswith("private")
    assert served.nobody.get("/api/items").headers["cache-control"] == "no-store"


def test_head_answers_as_get_without_the_body(served: Served) -> None:
    with client(served.url, served.admin.headers["authorization"].split()[1]) as plain:
        plain.headers["accept-encoding"] = "identity"
        got, head = plain.get("/api/items"), plain.head("/api/items")
    assert head.content == b""
    assert head.headers["content-length"] == str(len(got.content))
    assert head.headers["etag"] == got.headers["etag"]
