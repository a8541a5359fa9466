"""Texts that name addresses: only their numbers survive."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.demo.stash import media as pretended
from longshelf.errors import SourceDrifted
from longshelf.sources.stash import media_texts as texts

KEY = "s3cr3t"
SECONDS = st.floats(0.001, 100_000).map(lambda each: round(each, 6))


@given(
    found=st.lists(st.tuples(st.integers(0, 9_999_999), SECONDS), min_size=1, max_size=20),
    base=st.text(alphabet="abc/.:-_0123456789", max_size=40),
)
def test_a_manifest_is_read_and_written_with_our_addresses(found: list[tuple[int, float]], base: str) -> None:
    lines = [f"#EXTINF:{seconds:.6f},\n{base}/stream.m3u8/{number}.ts?apikey={KEY}" for number, seconds in found]
    text = "\n".join(["#EXTM3U", "#EXT-X-VERSION:3", f'#EXT-X-KEY:URI="http://h/{KEY}"', *lines, "#EXT-X-ENDLIST"])
    assert texts.pieces(text) == found
    written = texts.manifest(texts.pieces(text), lambda number: f"segment/{number}")
    assert KEY not in written
    assert [line for line in written.splitlines() if not line.startswith("#")] == [f"segment/{number}" for number, _ in found]
    assert int(re.findall(r"TARGETDURATION:(\d+)", written)[0]) >= max(seconds for _, seconds in found)


@pytest.mark.parametrize(
    "text",
    [
        "", "<html>", "#EXTM3U\n", "#EXTM3U\n#EXTINF:2,\nhttp://elsewhere/other.ts\n", "#EXTM3U\n0.ts\n",
        "#EXTM3U\n#EXTINF:2,\n/scene/1/stream.m3u8/x.ts\n", "#EXTM3U\n#EXTINF:x,\n/scene/1/stream.m3u8/0.ts\n",
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n/scene/1/stream.m3u8\n",
    ],
)  # fmt: skip
def test_a_manifest_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(SourceDrifted):
        texts.pieces(text)


def test_the_places_of_a_sprite_lead_to_ours() -> None:
    written = texts.sprite_places(pretended.thumbs_vtt("0123456789abcdef"), "sprite")
    assert written.startswith("WEBVTT\n\n00:00:00.000 --> ")
    assert re.findall(r"(\S+)#xywh=(\S+)", written) == [
        ("sprite", f"{number % 3 * 160},{number // 3 * 90},160,90") for number in range(pretended.SPRITES)
    ]
    numbered = (
        f"\ufeffWEBVTT\r\n\r\n1\r\n01:00:00.000 --> 01:00:01.000 align:left\r\nhttp://host:1/x_sprite.jpg?apikey={KEY}#xywh=0,0,1,1\r\n"
    )
    assert texts.sprite_places(numbered, "sprite") == "WEBVTT\n\n01:00:00.000 --> 01:00:01.000\nsprite#xywh=0,0,1,1\n"


@pytest.mark.parametrize("text", ["", "WEBVTT\n", "<html>", "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nhttp://host/x.jpg\n"])
def test_places_of_another_form_are_refused(text: str) -> None:
    with pytest.raises(SourceDrifted):
        texts.sprite_places(text, "sprite")


def test_captions_are_words() -> None:
    assert texts.captions("\ufeff" + pretended.caption_vtt()) == pretended.caption_vtt()
    with pytest.raises(SourceDrifted):
        texts.captions("<!doctype html><title>Login</title>")
