"""Generated pictures: the same for the same seed, never blank, lettering inside its box."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from longshelf.demo import comic_art, photos, pictures, scenes
from longshelf.demo.canvas import PALETTES, lettering

LONG = "The Extraordinarily Long and Winding History of the Cartographers of Penhallow Bridge"


def is_picture(image: Image.Image) -> bool:
    """Neither blank nor noise: enough contrast, and neighbours mostly alike."""
    grey = np.asarray(image.convert("L"), dtype=float)
    return bool(grey.std() > 6 and np.abs(np.diff(grey, axis=1)).mean() < 45)  # white noise has 85


@pytest.mark.parametrize("scene", scenes.ALL, ids=lambda scene: scene.__name__)
@pytest.mark.parametrize("size", [(120, 180), (200, 90), (64, 64)])
def test_every_scene_fills_any_shape(scene: scenes.Scene, size: tuple[int, int]) -> None:
    for palette in PALETTES[::4]:
        image = scene(Random(1), palette, *size)
        assert image.size == size
        assert is_picture(image)
        assert scene(Random(1), palette, *size).tobytes() == image.tobytes()


@pytest.mark.parametrize("title", ["I", "Harbour", LONG, "Unbreakablewordwithoutanyspacesatallinit"])
@pytest.mark.parametrize("author", ["", "J. T. Okafor"])
def test_every_cover_takes_any_title(title: str, author: str) -> None:
    for layout in (*pictures.BOOK_LAYOUTS, *pictures.SQUARE_LAYOUTS):
        image = layout(Random(3), PALETTES[5], title, author, (240, 300))
        assert image.size == (240, 300)
        assert is_picture(image)


def test_comics_and_photographs_are_pictures() -> None:
    assert is_picture(comic_art.comic_cover(Random(1), "Moth & Ember", "12", "Small Harbour Press", (280, 430)))
    assert is_picture(comic_art.comic_page(Random(1), PALETTES[0], ["Run!"], (280, 430)))
    for seed in range(8):
        assert is_picture(photos.photo(Random(seed), (240, 160)))


@settings(max_examples=60)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60), st.integers(60, 400), st.integers(20, 200))
def test_lettering_stays_in_its_box_or_is_at_its_smallest(text: str, width: int, height: int) -> None:
    fitted = lettering(text, width, height, 60, weight=0.02)
    assert " ".join(fitted.lines) == " ".join(text.split())
    inside = fitted.height <= height and all(fitted.width_of(line) <= width for line in fitted.lines)
    assert inside or fitted.size == 8
