"""Addresses of media: whatever is given, they are of the known shapes or there is none."""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.errors import NotFound
from longshelf.sources.stash import media
from longshelf.sources.stash.kinds import Remote
from longshelf.sources.stash.media import Address, Format

IDS = st.integers(1, 10**15)
SHAPES = re.compile(
    r"/scene/\d+/(stream|screenshot|preview|webp|funscript|interactive_heatmap)"
    r"|/scene/\d+/stream\.(mp4|webm)(\?(resolution=[A-Z_]+)?&?(start=\d+\.\d{3})?)?"
    r"|/scene/\d+/stream\.m3u8(/\d+\.ts)?(\?resolution=[A-Z_]+)?"
    r"|/scene/[0-9a-f]{16}([0-9a-f]{16})?_(sprite\.jpg|thumbs\.vtt)"
    r"|/scene/\d+/caption\?lang=[A-Za-z0-9-]+&type=(vtt|srt)"
    r"|/image/\d+/(image|thumbnail)"
    r"|/(performer|studio|tag)/\d+/image|/group/\d+/frontimage|/gallery/\d+/cover"
)
NASTY = st.one_of(
    st.text(max_size=40), st.sampled_from(["../../graphql", "0" * 16 + "/..", "a" * 32 + "?apikey=", "de&type=x", "de/../", "\r\nX: y"])
)


def _known(address: Address) -> None:
    assert SHAPES.fullmatch(address.path), address.path
    assert address.types


@given(scene=IDS, resolution=st.sampled_from(["", *media.RESOLUTIONS]), start=st.floats(0, 10**6), form=st.sampled_from(Format), number=IDS)
def test_every_address_is_of_a_known_shape(scene: int, resolution: str, start: float, form: Format, number: int) -> None:
    for address in (
        media.film(scene), media.converted(scene, form, resolution, start), media.manifest(scene, resolution),
        media.piece(scene, number, resolution), media.screenshot(scene), media.preview(scene), media.animation(scene),
        media.script(scene), media.heatmap(scene), media.image(scene), media.thumbnail(scene),
        *(media.portrait(kind, scene) for kind in media.PORTRAITS), media.still(Remote.SCENE, scene), media.still(Remote.IMAGE, scene),
    ):  # fmt: skip
        _known(address)


@given(fingerprint=NASTY, language=NASTY, form=NASTY)
def test_words_from_elsewhere_are_of_a_known_form_or_there_is_no_address(fingerprint: str, language: str, form: str) -> None:
    for make, words in ((media.sprite, (fingerprint,)), (media.sprite_places, (fingerprint,)), (media.caption, (1, language, form))):
        with suppress(NotFound):
            _known(cast(Callable[..., Address], make)(*words))


@pytest.mark.parametrize("wrong", ["1/../../graphql", "1?apikey=x", "x"])
def test_an_id_that_is_no_number_makes_no_address(wrong: str) -> None:
    for make in (media.film, media.image, media.screenshot):
        with pytest.raises(ValueError, match="invalid literal"):
            make(wrong)  # type: ignore[arg-type]  # on purpose


def test_what_is_known_of_a_file_is_accepted() -> None:
    assert media.sprite("0123456789abcdef").path == "/scene/0123456789abcdef_sprite.jpg"
    assert media.caption(7, "de", "srt").path == "/scene/7/caption?lang=de&type=srt"
    assert media.converted(7, Format.MP4, "720p", 12.5).path == "/scene/7/stream.mp4?resolution=STANDARD_HD&start=12.500"
