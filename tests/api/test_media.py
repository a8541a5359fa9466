"""Bytes over HTTP: ranges against a plain slice, conditions, names, pages, book resources and thumbnails."""

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.api.conftest import Served


def test_a_file_comes_whole_with_everything_a_player_needs(served: Served) -> None:
    whole = served.catalogue.film_bytes
    response = served.admin.get(f"/media/{served.catalogue.film}/file")
    assert response.content == whole
    assert response.headers["content-type"] == "video/mp4"
    assert response.headers["accept-ranges"] == "bytes"
    assert response.headers["content-length"] == str(len(whole))
    assert response.headers["content-disposition"].startswith("inline")
    head = served.admin.head(f"/media/{served.catalogue.film}/file")
    assert (head.status_code, head.content) == (200, b"")
    kept = {"content-type", "content-length", "etag", "last-modified", "accept-ranges", "content-disposition", "cache-control"}
    assert {name: head.headers[name] for name in kept} == {name: response.headers[name] for name in kept}


@settings(max_examples=60, deadline=None)
@given(first=st.integers(0, 100_100), last=st.integers(0, 100_100))
def test_any_range_is_a_slice(served: Served, first: int, last: int) -> None:
    whole = served.catalogue.film_bytes
    response = served.admin.get(f"/media/{served.catalogue.film}/file", headers={"range": f"bytes={first}-{last}"})
    if first > last:
        assert (response.status_code, response.content) == (200, whole)  # makes no sense: ignored
    elif first >= len(whole):
        assert response.status_code == 416
        assert response.headers["content-range"] == f"bytes */{len(whole)}"
    else:
        assert (response.status_code, response.content) == (206, whole[first : last + 1])
        assert response.headers["content-range"] == f"bytes {first}-{min(last, len(whole) - 1)}/{len(whole)}"


@settings(max_examples=20, deadline=None)
@given(tail=st.integers(1, 200_000))
def test_a_suffix_range_is_the_end(served: Served, tail: int) -> None:
    response = served.admin.get(f"/media/{served.catalogue.film}/file", headers={"range": f"bytes=-{tail}"})
    assert response.content == served.catalogue.film_bytes[-tail:]


def test_several_ranges_come_as_parts(served: Served) -> None:
    whole = served.catalogue.film_bytes
    response = served.admin.get(f"/media/{served.catalogue.film}/file", headers={"range": "bytes=0-9,50000-50009"})
    assert response.status_code == 206
    boundary = re.fullmatch(r"multipart/byteranges; boundary=(\w+)", response.headers["content-type"])
    assert boundary is not None
    assert len(response.content) == int(response.headers["content-length"])
    parts = response.content.split(b"--" + boundary[1].encode())
    assert [part.split(b"\r\n\r\n", 1)[1][:-2] for part in parts[1:-1]] == [whole[:10], whole[50_000:50_010]]


def test_conditions_are_honoured(served: Served) -> None:
    path = f"/media/{served.catalogue.film}/file"
    etag = served.admin.head(path).headers["etag"]
    assert served.admin.get(path, headers={"if-none-match": etag}).status_code == 304
    assert served.admin.get(path, headers={"if-match": '"other"'}).status_code == 412
    assert served.admin.get(path, headers={"range": "bytes=0-9", "if-range": etag}).status_code == 206
    assert served.admin.get(path, headers={"range": "bytes=0-9", "if-range": '"other"'}).status_code == 200


def test_what_could_run_scripts_is_a_download(served: Served) -> None:
    response = served.admin.get(f"/media/{served.catalogue.page}/file")
    assert response.headers["content-disposition"] == 'attachment; filename="page.html"'
    assert response.headers["x-content-type-options"] == "nosniff"
    film = served.admin.get(f"/media/{served.catalogue.film}/file", params={"download": "true"})
    assert film.headers["content-disposition"].startswith("attachment")


def test_files_are_numbered_from_0_and_end(served: Served) -> None:
    assert served.admin.head(f"/media/{served.catalogue.film}/file/0").status_code == 200
    assert served.admin.get(f"/media/{served.catalogue.film}/file/1").status_code == 404
    assert served.admin.get("/media/1/file").status_code == 404  # an item without files


def test_a_file_that_is_gone_is_not_found(own: Served) -> None:
    (own.catalogue.folder / "film.mp4").unlink()
    response = own.admin.get(f"/media/{own.catalogue.film}/file")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_a_library_that_is_not_mounted_says_so(own: Served) -> None:
    own.catalogue.folder.rename(own.catalogue.folder.with_name("elsewhere"))
    response = own.admin.get(f"/media/{own.catalogue.film}/file")
    assert (response.status_code, response.json()["code"]) == (503, "source_offline")


def test_comic_pages_are_pictures_in_order(served: Served) -> None:
    colors = []
    for number in range(3):
        response = served.admin.get(f"/media/{served.catalogue.comic}/page/{number}")
        assert response.headers["content-type"] == "image/png"
        colors.append(Image.open(io.BytesIO(response.content)).convert("RGB").getpixel((1, 1)))
    assert colors == [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
    again = served.admin.get(f"/media/{served.catalogue.comic}/page/0", headers={"if-none-match": response.headers["etag"]})
    assert again.status_code == 200  # the tag of another page
    assert (
        served.admin.get(f"/media/{served.catalogue.comic}/page/2", headers={"if-none-match": response.headers["etag"]}).status_code == 304
    )
    assert served.admin.get(f"/media/{served.catalogue.comic}/page/3").status_code == 404


def test_book_resources_may_not_run_anything(served: Served) -> None:
    response = served.admin.get(f"/media/{served.catalogue.book}/resource/c1.xhtml")
    assert response.headers["content-type"].startswith("application/xhtml+xml")
    policy = response.headers["content-security-policy"]
    assert policy.startswith("sandbox")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    for name in ("../film.mp4", "%2e%2e/film.mp4", "nothing.xhtml", "/etc/passwd", "c1.xhtml/.."):
        assert served.admin.get(f"/media/{served.catalogue.book}/resource/{name}").status_code == 404


@pytest.mark.parametrize("width", [192, 384, 768])
def test_a_thumbnail_is_webp_and_kept_for_ever_by_its_version(served: Served, width: int) -> None:
    item = served.admin.get(f"/api/items/{served.catalogue.picture}").json()
    response = served.admin.get(f"/{item['cover']}&w={width}")
    assert response.headers["content-type"] == "image/webp"
    assert "immutable" in response.headers["cache-control"]
    assert "private" in response.headers["cache-control"]
    assert Image.open(io.BytesIO(response.content)).format == "WEBP"
    other = served.admin.get(f"/thumb/{served.catalogue.picture}", params={"v": "old", "w": width})
    assert other.status_code == 200
    assert "immutable" not in other.headers["cache-control"]


def test_an_item_without_a_picture_has_no_thumbnail(served: Served) -> None:
    for item_id in (served.catalogue.film, 1):
        response = served.admin.get(f"/thumb/{item_id}")
        assert (response.status_code, response.json()["code"]) == (404, "not_found")
