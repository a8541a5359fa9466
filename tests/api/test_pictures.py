"""Pictures of entities: sent, taken from an item, shown to whom the entity is visible, and taken away again; whatever is sent."""

import io
import struct
import zlib

import httpx
import pytest
from PIL import Image

from longshelf.api import requests
from longshelf.model.kinds import EntityKind
from longshelf.model.restrictions import Restrictions, Rule
from longshelf.store.restrictions import restrict
from tests.api.conftest import Served
from tests.api.test_edits import tag


def _picture(form: str = "JPEG", size: tuple[int, int] = (1_600, 900), color: tuple[int, int, int] = (176, 48, 48)) -> bytes:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x013B] = "a photographer nobody should read of"
    Image.new("RGB", size, color).save(buffer, form, **({"exif": exif} if form == "JPEG" else {}))
    return buffer.getvalue()


def _send(served: Served, tag_id: int, data: bytes, mime: str = "image/jpeg", *, who: httpx.Client | None = None) -> httpx.Response:
    return (who or served.admin).put(f"/api/tags/{tag_id}/image", content=data, headers={"content-type": mime})


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_is_kept_small_and_clean_and_shown_at_every_width(own: Served, form: str) -> None:
    dune = tag(own, "dune")
    answer = _send(own, dune, _picture(form), f"image/{form.lower()}")
    assert answer.status_code == 200, answer.text
    address = answer.json()["image"]
    assert address == own.other.get(f"/api/tags/{dune}").json()["image"]
    for width in (192, 768):
        shown = own.other.get(f"/{address}&w={width}")
        assert (shown.status_code, shown.headers["content-type"]) == (200, "image/webp")
        assert "immutable" in shown.headers["cache-control"]
        assert Image.open(io.BytesIO(shown.content)).width == width
        assert b"photographer" not in shown.content
        assert own.other.get(f"/{address}&w={width}", headers={"if-none-match": shown.headers["etag"]}).status_code == 304
    assert own.nobody.get(f"/{address}").status_code == 401


def test_another_picture_has_another_address_and_taking_it_away_leaves_none(own: Served) -> None:
    dune = tag(own, "dune")
    first = _send(own, dune, _picture()).json()["image"]
    second = _send(own, dune, _picture(color=(0, 0, 255))).json()["image"]
    assert first != second
    assert own.admin.delete(f"/api/tags/{dune}/image").status_code == 204
    assert own.admin.get(f"/api/tags/{dune}").json()["image"] is None
    assert own.admin.get(f"/{second}").status_code == 404
    assert own.admin.delete(f"/api/tags/{dune}/image").status_code == 204


def test_the_cover_of_an_item_becomes_the_picture(own: Served) -> None:
    dune = tag(own, "dune")
    items = own.admin.get("/api/items", params={"page_size": 200}).json()["items"]
    pictured = next(each["id"] for each in items if each["cover"])
    bare = next(each["id"] for each in items if not each["cover"])
    answer = own.admin.post(f"/api/tags/{dune}/image", json={"item_id": pictured})
    assert answer.status_code == 200, answer.text
    assert own.admin.get(f"/{answer.json()['image']}").headers["content-type"] == "image/webp"
    for wrong in (bare, 10**9):
        assert own.admin.post(f"/api/tags/{dune}/image", json={"item_id": wrong}).status_code == 404


def test_whoever_does_not_see_the_entity_gets_the_answer_of_one_there_never_was(own: Served) -> None:
    dune = tag(own, "dune")
    address = _send(own, dune, _picture()).json()["image"]
    nothing = own.other.get("/thumb/entity/999999999")
    assert own.other.get(f"/{address}").status_code == 200
    with own.catalogue.database.write_quietly() as connection:
        restrict(connection, 2, Restrictions(rules=(Rule(EntityKind.TAG, "exclude", (dune,)),)), None, at=1)
    hidden = own.other.get(f"/{address}")
    assert (hidden.status_code, hidden.json()["detail"]) == (nothing.status_code, nothing.json()["detail"])
    assert own.admin.get(f"/{address}").status_code == 200


def test_only_administrators_give_pictures_and_only_to_what_there_is(own: Served) -> None:
    dune = tag(own, "dune")
    assert _send(own, dune, _picture(), who=own.other).status_code == 403
    assert own.other.post(f"/api/tags/{dune}/image", json={"item_id": 1}).status_code == 403
    assert own.other.delete(f"/api/tags/{dune}/image").status_code == 403
    assert _send(own, dune, _picture(), who=own.nobody).status_code == 401
    assert _send(own, 10**9, _picture()).status_code == 404
    assert own.admin.put(f"/api/persons/{dune}/image", content=_picture(), headers={"content-type": "image/jpeg"}).status_code == 404


def _bomb(width: int, height: int) -> bytes:
    """A PNG of few bytes that says it is huge, and would unpack to that."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(10**6))) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "mime", "status"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "image/svg+xml", 422),
        (b"no picture at all", "image/jpeg", 422),
        (_picture()[:2_000], "image/jpeg", 422),
        (_bomb(60_000, 60_000), "image/png", 422),
        (b"", "image/png", 422),
        (_picture(), "text/html", 415),
        (_picture(), "", 415),
    ],
    ids=["svg", "garbage", "cut off", "bomb", "empty", "another type", "no type"],
)
def test_what_is_no_picture_is_refused_with_a_reason_and_changes_nothing(own: Served, data: bytes, mime: str, status: int) -> None:
    dune = tag(own, "dune")
    kept = _send(own, dune, _picture()).json()["image"]
    answer = _send(own, dune, data, mime)
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"]
    assert own.admin.get(f"/api/tags/{dune}").json()["image"] == kept


def test_too_large_a_picture_is_refused_before_it_is_whole(own: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "UPLOAD_LIMIT", 10_000)
    dune = tag(own, "dune")
    answer = _send(own, dune, bytes(20_000))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    compressed = own.admin.put(
        f"/api/tags/{dune}/image", content=_picture(), headers={"content-type": "image/jpeg", "content-encoding": "gzip"}
    )
    assert compressed.status_code == 415
