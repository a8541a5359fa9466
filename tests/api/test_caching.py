"""What clients and proxies may keep: ETags that follow what is seen, compression, and the headers every answer carries."""

import gzip

import brotli  # type: ignore[import-untyped]  # ships no types
import pytest
import zstandard

from longshelf.api.compression import choose
from tests.api.conftest import Served
from tests.support.catalogue import client


def test_an_unchanged_list_is_not_sent_again(own: Served) -> None:
    first = own.admin.get("/api/items")
    etag = first.headers["etag"]
    again = own.admin.get("/api/items", headers={"if-none-match": f'"x", {etag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert own.admin.get("/api/items", params={"page": 2}).headers["etag"] != etag
    assert own.other.get("/api/items", headers={"if-none-match": etag}).status_code == 200  # another viewer, another list
    own.admin.put(f"/api/items/{first.json()['items'][0]['id']}/me", json={"favorite": True})
    assert own.admin.get("/api/items", headers={"if-none-match": etag}).status_code == 200


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
    undo = {
        "gzip": gzip.decompress,
        "br": brotli.decompress,
        "zstd": lambda data: zstandard.ZstdDecompressor().decompress(data),
        None: bytes,
    }
    assert undo[codec](raw).startswith(b'{"openapi"')
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
