"""Media types, and download names that no header parser can be tricked with."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.media.mime import NAME_LENGTH, UNKNOWN, content_disposition, download_name, is_passive, mime_of, picture_mime
from longshelf.sources.folder.registry import FORMATS


def test_every_format_of_the_scanner_has_the_same_type_here() -> None:
    assert {row.extension: row.mime for row in FORMATS} == {row.extension: mime_of(f"x.{row.extension}") for row in FORMATS}


@pytest.mark.parametrize(
    ("name", "mime"), [("A.EPUB", "application/epub+zip"), ("x.tar.gz", UNKNOWN), ("noext", UNKNOWN), ("", UNKNOWN), (".mp3", "audio/mpeg")]
)
def test_types_by_extension(name: str, mime: str) -> None:
    assert mime_of(name) == mime


@pytest.mark.parametrize(
    "mime",
    ["image/svg+xml", "text/html", "application/xhtml+xml", "text/javascript", "application/xml", UNKNOWN, "IMAGE/SVG+XML; charset=x", ""],
)
def test_what_can_carry_scripts_is_never_shown_inline(mime: str) -> None:
    assert not is_passive(mime)


def test_pictures_films_and_papers_may_be_shown_inline() -> None:
    assert all(is_passive(mime) for mime in ("image/jpeg", "audio/mp4", "video/webm", "application/pdf", "text/plain; charset=utf-8"))


def test_a_picture_is_what_its_bytes_say() -> None:
    assert picture_mime(b"\x89PNG\r\n\x1a\n1234") == "image/png"
    assert picture_mime(b"RIFF\0\0\0\0WEBPVP8 ") == "image/webp"
    assert picture_mime(b"<svg xmlns=") == ""
    assert picture_mime(b"") == ""


def test_plain_names_stay_plain() -> None:
    assert content_disposition("The Salt Road.epub") == 'attachment; filename="The Salt Road.epub"'
    assert content_disposition("a.pdf", inline=True) == 'inline; filename="a.pdf"'


def test_other_scripts_travel_in_utf8() -> None:
    header = content_disposition("Żółta latarnia.epub")
    assert header == "attachment; filename=\"Zota latarnia.epub\"; filename*=UTF-8''%C5%BB%C3%B3%C5%82ta%20latarnia.epub"
    assert unquote(content_disposition("雨の図書館.cbz").partition("UTF-8''")[2]) == "雨の図書館.cbz"


@pytest.mark.parametrize(
    "name",
    [
        'a"b.txt',
        "a\r\nSet-Cookie: x=1.txt",
        "../../etc/passwd",
        "a\\..\\b",
        "rtl-\u202egnp.exe",
        "caf\udce9.png",
        "\0",
        "...",
        "",
        " ",
        "%41.txt",
    ],
)
def test_hostile_names_lose_their_teeth(name: str) -> None:
    header = content_disposition(name)
    assert header.isascii()
    assert header.isprintable()
    shown = re.fullmatch(r"""attachment; filename="([^"\\]*)"(?:; filename\*=UTF-8''[\w.~%-]+)?""", header)
    assert shown
    assert shown[1].strip(" ._") or shown[1] == "_" or "_" in shown[1]
    assert "/" not in shown[1]


@given(st.text(max_size=400))
def test_any_name_gives_one_header_that_parses_back(name: str) -> None:
    header = content_disposition(name)
    found = re.fullmatch(r"""attachment; filename="([^"\\]+)"(?:; filename\*=UTF-8''([A-Za-z0-9._~%-]+))?""", header)
    assert found
    assert unquote(found[2] or found[1]) == download_name(name)
    assert len(download_name(name)) <= NAME_LENGTH


def test_a_long_name_keeps_its_extension() -> None:
    assert download_name("n" * 500 + ".epub").endswith("n.epub")
    assert len(download_name("n" * 500 + ".epub")) == NAME_LENGTH


def test_direction_overrides_cannot_disguise_an_extension() -> None:
    assert download_name("rtl-\u202egnp.exe") == "rtl-gnp.exe"
