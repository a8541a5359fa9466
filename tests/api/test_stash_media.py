"""Media of mirrored items over HTTP: films and pictures as the pretended Stash has them, under our addresses and nobody else's."""

import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from longshelf.demo.stash import films, media
from longshelf.model.text import natural_key
from tests.api.mirrored_shelf import GROUP, KEY, PARTS, Mirror, mirrored, sync


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    """Shared: read only."""
    with mirrored(tmp_path_factory.mktemp("mirrored")) as made:
        yield made


@pytest.fixture
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirror]:
    with mirrored(tmp_path_factory.mktemp("own")) as made:
        yield made


def film_bytes(shelf: Mirror) -> bytes:
    return films.film(shelf.scene.id % media.VARIANTS)


# --- files


def test_a_film_comes_whole_with_everything_a_player_needs(shelf: Mirror) -> None:
    item = shelf.served.admin.get(f"/api/items/{shelf.film}").json()
    (file,) = item["files"]
    response = shelf.served.admin.get(f"/{file['url']}")
    assert response.content == film_bytes(shelf)
    assert (response.status_code, response.headers["content-type"]) == (200, "video/mp4")
    assert response.headers["accept-ranges"] == "bytes"
    assert response.headers["content-length"] == str(len(response.content))
    assert response.headers["cache-control"] == "private, no-cache"
    assert response.headers["content-disposition"].startswith("inline")
    assert response.headers["x-content-type-options"] == "nosniff"
    head = shelf.served.admin.head(f"/media/{shelf.film}/file")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(response.content)))
    kept = shelf.served.admin.get(f"/media/{shelf.film}/file", params={"download": "true"})
    assert kept.headers["content-disposition"].startswith("attachment")
    assert shelf.served.admin.get(f"/media/{shelf.film}/file/1").status_code == 404


@settings(max_examples=40, deadline=None)
@given(first=st.integers(0, 3_200_000), last=st.integers(0, 3_200_000))
def test_any_range_is_a_slice(shelf: Mirror, first: int, last: int) -> None:
    whole = film_bytes(shelf)
    first, last = min(first, last), max(first, last)
    response = shelf.served.admin.get(f"/media/{shelf.film}/file", headers={"range": f"bytes={first}-{last}"})
    if first >= len(whole):
        assert (response.status_code, response.content) == (416, b"")
        assert response.headers["content-range"] == f"bytes */{len(whole)}"
    else:
        assert (response.status_code, response.content) == (206, whole[first : last + 1])
        assert response.headers["content-range"] == f"bytes {first}-{min(last, len(whole) - 1)}/{len(whole)}"


def test_conditions_are_the_servers_to_judge(shelf: Mirror) -> None:
    path, admin = f"/media/{shelf.film}/file", shelf.served.admin
    etag = admin.head(path).headers["etag"]
    same = admin.get(path, headers={"if-none-match": etag})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
    assert admin.get(path, headers={"range": "bytes=0-9", "if-range": etag}).status_code == 206
    assert admin.get(path, headers={"range": "bytes=0-9", "if-range": '"other"'}).status_code == 200
    head = admin.head(path, headers={"range": "bytes=5-9"})
    assert (head.status_code, head.headers["content-length"]) == (206, "5")


def test_an_image_comes_in_full_size(shelf: Mirror) -> None:
    response = shelf.served.admin.get(f"/media/{shelf.picture}/file")
    assert response.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(response.content)).size == media.LARGE
    assert shelf.served.admin.get(f"/media/{shelf.picture}/preview").status_code == 404


def test_a_film_is_converted_from_any_second_on(shelf: Mirror) -> None:
    admin, path = shelf.served.admin, f"/media/{shelf.film}/stream"
    asked = {"format": "webm", "resolution": "720p", "start": "1.5"}
    response = admin.get(path, params=asked, headers={"range": "bytes=0-"})
    assert (response.status_code, response.headers["content-type"]) == (200, "video/webm")
    sent = shelf.stash.requests[-1]
    assert (sent.path, sent.query) == (f"/scene/{shelf.scene.id}/stream.webm", "resolution=STANDARD_HD&start=1.500")
    assert "range" not in sent.headers  # what is made while it is sent has no parts
    assert admin.get(path).headers["content-type"] == "video/mp4"
    before = len(shelf.stash.requests)
    assert admin.head(path, params=asked).headers["content-type"] == "video/webm"
    assert len(shelf.stash.requests) == before  # nothing is converted for a question about headers
    for wrong in ({"format": "avi"}, {"resolution": "999p"}, {"start": "-1"}, {"start": "nan"}, {"path": "/graphql"}):
        assert admin.get(path, params=wrong).status_code in {400, 422}, wrong


# --- pictures


@pytest.mark.parametrize("width", [192, 384, 768])
def test_scenes_and_images_have_thumbnails_of_their_own(shelf: Mirror, width: int) -> None:
    for item_id in (shelf.film, shelf.picture):
        cover = shelf.served.admin.get(f"/api/items/{item_id}").json()["cover"]
        response = shelf.served.admin.get(f"/{cover}&w={width}")
        assert response.headers["content-type"] == "image/webp"
        assert response.headers["cache-control"] == "private, max-age=31536000, immutable"
        assert Image.open(io.BytesIO(response.content)).width == min(width, media.SMALL[0])
        again = shelf.served.admin.get(f"/{cover}&w={width}", headers={"if-none-match": response.headers["etag"]})
        assert again.status_code == 304


def test_a_thumbnail_is_asked_for_once_however_many_want_it(own: Mirror) -> None:
    own.stash.pause = 0.3
    cover = own.served.admin.get(f"/api/items/{own.film}").json()["cover"]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: own.served.admin.get(f"/{cover}&w=384").content, range(8)))
    assert len(set(found)) == 1
    assert own.served.admin.get(f"/{cover}&w=384").content == found[0]
    assert own.asked(f"/scene/{own.scene.id}/screenshot") == 1


def test_a_new_cover_is_seen(own: Mirror) -> None:
    admin = own.served.admin
    before = admin.get(f"/api/items/{own.film}").json()["cover"]
    old = admin.get(f"/{before}&w=192").content
    own.stash.clock.advance(5)
    own.stash.changes.edit("scene", own.scene.id, cover=own.scene.cover + 1)
    sync(own.served)
    after = admin.get(f"/api/items/{own.film}").json()["cover"]
    assert after != before
    assert admin.get(f"/{after}&w=192").content != old
    assert "immutable" not in admin.get(f"/{before}&w=192").headers["cache-control"]


def test_entities_have_the_portraits_their_server_has(shelf: Mirror) -> None:
    world, admin = shelf.stash.world, shelf.served.admin
    scene = shelf.scene
    portrayed = {"persons": ("person", "performer", scene.performers), "tags": ("tag", "tag", scene.tags)}
    seen = set()
    for plural, (kind, remote, ids) in portrayed.items():
        for remote_id in ids:
            entity_id = shelf.entity(kind, remote_id)
            image = admin.get(f"/api/{plural}/{entity_id}").json()["image"]
            has = bool(world.table(remote)[remote_id].picture)  # type: ignore[arg-type]  # one of its kinds
            assert (image is not None) == has, (kind, remote_id)
            seen.add(has)
            response = admin.get(f"/{image}&w=384" if image else f"/thumb/entity/{entity_id}")
            assert (response.status_code, response.headers["content-type"]) == (
                (200, "image/webp") if has else (404, "application/problem+json")
            )
    assert True in seen


def test_galleries_and_groups_have_covers(shelf: Mirror) -> None:
    world, admin = shelf.stash.world, shelf.served.admin
    gallery = next(each.id for each in world.galleries if world.images_of_gallery(each.id))
    group = next(each.id for each in world.groups if each.picture and world.scenes_of_group(each.id))
    for plural, kind, remote_id in (("galleries", "gallery", gallery), ("groups", "group", group)):
        image = admin.get(f"/api/{plural}/{shelf.entity(kind, remote_id)}").json()["image"]
        assert Image.open(io.BytesIO(admin.get(f"/{image}&w=384").content)).format == "WEBP"


def test_the_films_of_a_group_come_by_their_numbers_and_pictures_of_a_gallery_by_name(shelf: Mirror) -> None:
    admin = shelf.served.admin
    listed = admin.get("/api/items", params={"group": shelf.entity("group", GROUP), "sort": "series", "page_size": 100}).json()["items"]
    numbered = [shelf.item("scene", each) for each in reversed(PARTS)]
    assert [card["id"] for card in listed if card["id"] in numbered] == numbered
    gallery = next(each.id for each in shelf.stash.world.galleries if len(shelf.stash.world.images_of_gallery(each.id)) > 3)
    asked: dict[str, str | int] = {"gallery": shelf.entity("gallery", gallery), "sort": "title", "kind": "image"}
    named = [card["title"] for card in admin.get("/api/items", params=asked).json()["items"]]
    assert named == sorted(named, key=natural_key)
    assert len(named) == len(shelf.stash.world.images_of_gallery(gallery))


def test_a_group_has_another_side_where_its_server_has_one(shelf: Mirror) -> None:
    world, admin = shelf.stash.world, shelf.served.admin
    seen = set()
    for group in (each for each in world.groups if world.scenes_of_group(each.id)):
        entity_id = shelf.entity("group", group.id)
        told = admin.get(f"/api/groups/{entity_id}").json()
        assert (told["image_back"] is not None) == bool(group.back)
        seen.add(bool(group.back))
        response = admin.get(f"/{told['image_back']}&w=192" if group.back else f"/thumb/entity/{entity_id}/back")
        assert response.status_code == (200 if group.back else 404)
        if group.back:
            assert shelf.stash.requests[-1].path == f"/group/{group.id}/backimage"
            assert response.headers["cache-control"] == "private, max-age=31536000, immutable"
            front = admin.get(f"/{told['image']}&w=192")
            assert front.content != response.content
    assert seen == {True, False}
    tag = next(shelf.entity("tag", each) for each in shelf.scene.tags)
    assert admin.get(f"/thumb/entity/{tag}/back").status_code == 404


# --- what lies beside a film


def markers(shelf: Mirror) -> dict[int, dict[str, str]]:
    """What a player is told of the film's markers, by their ids on the server."""
    admin = shelf.served.admin
    chapters = {each["position"]: each["href"] for each in admin.get(f"/api/items/{shelf.film}").json()["chapters"]}
    told = admin.get(f"/api/items/{shelf.film}/playback").json()["markers"]
    return {int(chapters[each["position"]].split(":")[1]): each for each in told}


def test_a_marker_shows_what_is_seen_there_or_nothing(shelf: Mirror) -> None:
    world, admin = shelf.stash.world, shelf.served.admin
    told = markers(shelf)
    assert set(told) == set(world.markers_of_scene(shelf.scene.id))
    for key, of in told.items():
        there = world.markers[key].preview
        picture, moving, film = (admin.get(f"/{of[name]}{more}") for name, more in (("picture", "&w=384"), ("preview", ""), ("film", "")))
        assert [picture.status_code, moving.status_code] == ([200, 200] if there else [404, 404]), key
        assert (film.status_code, film.headers["content-type"]) == (200, "video/mp4")
        if there:
            assert Image.open(io.BytesIO(picture.content)).size == media.SMALL
            assert picture.headers["cache-control"] == "private, max-age=31536000, immutable"
            assert moving.content == media.animation(shelf.scene.id)
    assert {world.markers[key].preview for key in told} == {True, False}
    part = admin.get(f"/{next(iter(told.values()))['film']}", headers={"range": "bytes=5-9"})
    assert (part.status_code, len(part.content)) == (206, 5)
    assert admin.get(f"/api/items/{shelf.bare}/playback").json()["markers"] == []


def test_a_marker_that_has_moved_or_got_its_picture_is_seen_anew(own: Mirror) -> None:
    key, before = next((key, of) for key, of in markers(own).items() if not own.stash.world.markers[key].preview)
    address = f"/{before['picture']}&w=192"
    assert own.served.admin.get(address).status_code == 404
    own.stash.clock.advance(5)
    own.stash.changes.edit("marker", key, seconds=own.stash.world.markers[key].seconds + 0.5, preview=True)
    sync(own.served)
    after = markers(own)[key]["picture"]
    assert after != before["picture"]
    assert own.served.admin.get(f"/{after}&w=192").status_code == 200


def test_a_marker_is_shown_with_its_own_film_only(own: Mirror) -> None:
    world, admin = own.stash.world, own.served.admin
    elsewhere = next(each.id for each in world.markers if each.scene != own.scene.id)
    mine = next(iter(markers(own)))
    before = len(own.stash.requests)
    for name in ("picture", "preview", "stream"):
        refused = admin.get(f"/media/{own.film}/marker/{elsewhere}/{name}")
        assert (refused.status_code, refused.text) == (404, admin.get(f"/media/{own.film}/marker/{10**17}/{name}").text)
        assert admin.get(f"/media/{own.picture}/marker/{mine}/{name}").status_code == 404
    assert len(own.stash.requests) == before


def test_what_the_server_says_of_playing_is_there(shelf: Mirror) -> None:
    admin = shelf.served.admin
    told = admin.get(f"/api/items/{shelf.film}/playback").json()
    assert told["remote"]
    assert [each["converted"] for each in told["sources"]][:3] == [False, True, True]
    assert told["duration"] == admin.get(f"/api/items/{shelf.film}").json()["duration"]
    addresses = [each["url"] for each in told["sources"] + told["captions"]]
    addresses += [told[name] for name in ("chapters", "sprites", "preview", "heatmap", "script")]
    for address in addresses:
        response = admin.get(f"/{address}")
        assert response.status_code == 200, (address, response.text)
        assert response.content
    bare = admin.get(f"/api/items/{shelf.bare}/playback").json()
    assert (bare["captions"], bare["heatmap"], bare["script"]) == ([], None, None)
    for address in ("caption/0", "heatmap", "script"):
        assert admin.get(f"/media/{shelf.bare}/{address}").status_code == 404
    film = admin.get(f"/api/items/{shelf.served.catalogue.film}/playback").json()
    assert (film["remote"], [each["url"] for each in film["sources"]]) == (False, [f"media/{shelf.served.catalogue.film}/file/0"])


def test_captions_and_chapters_are_webvtt(shelf: Mirror) -> None:
    caption = shelf.served.admin.get(f"/media/{shelf.film}/caption/0")
    assert caption.headers["content-type"].startswith("text/vtt")
    assert caption.text == media.caption_vtt()
    assert shelf.served.admin.get(f"/media/{shelf.film}/caption/99").status_code == 404
    chapters = shelf.served.admin.get(f"/media/{shelf.film}/chapters.vtt")
    markers = shelf.stash.world.markers_of_scene(shelf.scene.id)
    assert chapters.text.startswith("WEBVTT\n\n1\n")
    assert chapters.text.count(" --> ") == len(markers)


def test_sprites_lead_to_our_picture(shelf: Mirror) -> None:
    places = shelf.served.admin.get(f"/media/{shelf.film}/sprite.vtt")
    assert set(re.findall(r"^(\S+)#xywh", places.text, re.MULTILINE)) == {"sprite"}
    sheet = shelf.served.admin.get(f"/media/{shelf.film}/sprite")
    assert Image.open(io.BytesIO(sheet.content)).size == (480, 270)


def test_a_stash_that_names_its_files_by_md5_has_sprites_too(own: Mirror) -> None:
    from longshelf.demo.stash.links import fingerprints
    from tests.support.fake_stash.media import body

    world = own.stash.world
    prints = {each["type"]: each["value"] for each in fingerprints(world.files[own.scene.files[0]])}
    for ending, content, kind in (
        ("thumbs.vtt", media.thumbs_vtt(prints["md5"]).encode(), "text/vtt"),
        ("sprite.jpg", media.sprite(1), "image/jpeg"),
    ):
        own.stash.answers[f"/scene/{prints['oshash']}_{ending}"] = body(b"", "text/plain", 404)
        own.stash.answers[f"/scene/{prints['md5']}_{ending}"] = body(content, kind)
    assert own.served.admin.get(f"/media/{own.film}/sprite.vtt").status_code == 200
    assert own.served.admin.get(f"/media/{own.film}/sprite").content == media.sprite(1)


def test_an_hls_stream_has_pieces_of_ours_and_no_key(shelf: Mirror) -> None:
    admin = shelf.served.admin
    manifest = admin.get(f"/media/{shelf.film}/stream.m3u8", params={"resolution": "480p"})
    assert manifest.headers["content-type"] == "application/vnd.apple.mpegurl"
    (piece,) = [line for line in manifest.text.splitlines() if not line.startswith("#")]
    assert piece == "segment/0?resolution=480p"
    assert KEY not in manifest.text
    response = admin.get(f"/media/{shelf.film}/{piece}")
    assert (response.headers["content-type"], response.content) == ("video/mp2t", media.segment(shelf.scene.id % media.VARIANTS))
    assert shelf.stash.requests[-1].query == "resolution=STANDARD"


# --- who may, and what goes out


def test_nothing_of_the_client_goes_to_the_server_but_what_he_wants(shelf: Mirror) -> None:
    headers = {
        "x-forwarded-for": "203.0.113.9", "x-forwarded-host": "public.example", "forwarded": "for=203.0.113.9", "cookie": "session=1",
        "referer": "http://public.example/", "origin": "http://public.example", "user-agent": "A browser", "x-anything": "1",
        "accept-language": "de", "accept-encoding": "gzip", "range": "bytes=1-2", "apikey": "other",
    }  # fmt: skip
    assert shelf.served.admin.get(f"/media/{shelf.film}/file", headers=headers).status_code == 206
    sent = shelf.stash.requests[-1]
    allowed = {"host", "accept-encoding", "user-agent", "apikey", "range"}
    assert set(sent.headers) <= allowed
    assert (sent.headers["apikey"], sent.headers["user-agent"], sent.headers["range"]) == (KEY, "longshelf", "bytes=1-2")
    assert KEY not in sent.query


def test_only_known_headers_of_the_server_come_through(own: Mirror) -> None:
    from tests.support.fake_stash.media import body

    own.stash.answers[f"/scene/{own.scene.id}/stream"] = body(
        b"film",
        "video/mp4; x=y",
        set_cookie="session=1",
        server="Stash",
        x_key=KEY,
        location=own.stash.url,
        access_control_allow_origin="*",
        etag=f'"{KEY}"',
        content_security_policy="none",
        cache_control="public, max-age=9",
        link=f"<{own.stash.url}>",
        age="1",
        last_modified="Wed, 01 Jan 2025 00:00:00 GMT",
        content_disposition="inline; filename=x",
    )
    response = own.served.admin.get(f"/media/{own.film}/file")
    assert response.content == b"film"
    usual = set(own.served.admin.get(f"/media/{own.served.catalogue.film}/file").headers)
    assert set(response.headers) <= usual | {"last-modified"}
    assert (response.headers["content-type"], response.headers["cache-control"]) == ("video/mp4", "private, no-cache")
    assert response.headers["last-modified"] == "Wed, 01 Jan 2025 00:00:00 GMT"
    assert "etag" not in response.headers


def test_what_somebody_may_not_see_is_not_even_asked_for(own: Mirror) -> None:
    user = own.served.other.get("/api/me").json()["id"]
    rules = {"rules": [], "libraries": [own.served.catalogue.library_id]}
    assert own.served.admin.put(f"/api/users/{user}/restrictions", json=rules).is_success
    person = own.entity("person", own.scene.performers[0])
    group = own.entity("group", next(each.id for each in own.stash.world.groups if each.back))
    marker = next(iter(markers(own)))
    of_marker = tuple(f"/media/{{film}}/marker/{marker}/{each}" for each in ("picture", "preview", "stream"))
    before = len(own.stash.requests)
    refused = own.served.other.get(f"/thumb/entity/{group}/back")
    assert (refused.status_code, refused.text) == (404, own.served.other.get("/thumb/entity/99999999/back").text)
    for path in (*PATHS, *of_marker, "/api/items/{film}/playback", "/media/{film}/chapters.vtt"):
        refused = own.served.other.get(path.format(film=own.film, picture=own.picture, person=person))
        missing = own.served.other.get(path.format(film=99_999_999, picture=99_999_999, person=99_999_999))
        assert (refused.status_code, refused.text) == (404, missing.text), path
        assert own.served.nobody.get(path.format(film=own.film, picture=own.picture, person=person)).status_code == 401
    assert len(own.stash.requests) == before


PATHS = (
    "/media/{film}/file", "/media/{film}/file/0", "/media/{film}/stream", "/media/{film}/stream?format=webm&start=3",
    "/media/{film}/stream.m3u8", "/media/{film}/segment/0", "/media/{film}/preview", "/media/{film}/preview?format=webp",
    "/media/{film}/sprite.vtt", "/media/{film}/sprite", "/media/{film}/caption/0", "/media/{film}/heatmap", "/media/{film}/script",
    "/media/{picture}/file", "/thumb/{film}", "/thumb/{picture}", "/thumb/entity/{person}",
)  # fmt: skip


def test_files_of_folders_have_none_of_this(shelf: Mirror) -> None:
    film = shelf.served.catalogue.film
    for path in PATHS[2:13]:
        assert shelf.served.admin.get(path.format(film=film)).status_code == 404, path
    for path in ("page/0", "spine", "resource/c1.xhtml"):
        assert shelf.served.admin.get(f"/media/{shelf.film}/{path}").status_code == 404
