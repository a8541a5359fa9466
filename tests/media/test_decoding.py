"""Pictures of every kind and mode, and those made to hurt."""

import io
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms, ImageOps

from longshelf.demo import photos
from longshelf.demo.names import stream
from longshelf.demo.nasty import write_nasty
from longshelf.errors import Unreadable
from longshelf.media.decoding import MAX_STRIP, decode, dominant_color


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def photo() -> Image.Image:
    return photos.photo(stream(1, "decoding"), (300, 200))


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean distance of channels, 0-255."""
    assert one.size == other.size
    return float(np.abs(np.asarray(one.convert("RGB"), dtype=int) - np.asarray(other.convert("RGB"), dtype=int)).mean())


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF", "BMP"])
def test_every_format_comes_out_small_and_alike(photo: Image.Image, form: str) -> None:
    image = decode(saved(photo, form), 150)
    assert image.mode in {"RGB", "RGBA"}
    assert image.size == (150, 100)
    assert difference(image, photo.resize((150, 100), Image.Resampling.LANCZOS)) < 9


def test_heic_from_a_telephone_is_read(photo: Image.Image) -> None:
    buffer = io.BytesIO()
    pillow_heif.from_pillow(photo).save(buffer, quality=80)
    assert difference(decode(buffer.getvalue(), 300), photo) < 9


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_camera_gives_an_upright_picture_of_the_right_width(photo: Image.Image, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(photo, "JPEG", exif=exif.tobytes(), quality=95)
    image = decode(data, 100)
    with Image.open(io.BytesIO(data)) as opened:
        upright = ImageOps.exif_transpose(opened)
    assert image.width == 100
    assert difference(image, upright.resize(image.size, Image.Resampling.LANCZOS)) < 4


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "LA", "RGBA", "I", "F", "I;16", "YCbCr", "LAB"])
def test_every_mode_comes_out_as_colours_of_a_screen(photo: Image.Image, mode: str) -> None:
    if mode == "I;16":
        source = Image.fromarray(np.asarray(photo.convert("L")).astype(np.uint16) * 257)
    elif mode == "I":
        source = Image.fromarray(np.asarray(photo.convert("L")).astype(np.int32) * 257)
    elif mode == "LAB":
        profiles = (ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"))
        source = ImageCms.profileToProfile(photo, *profiles, outputMode="LAB") or photo
    else:
        source = photo.convert(mode)
    form = "PNG" if mode in {"1", "L", "P", "LA", "RGBA", "I;16"} else "TIFF"
    image = decode(saved(source, form), 300)
    assert image.mode in {"RGB", "RGBA"}
    expected = photo if mode in {"CMYK", "RGBA", "YCbCr", "LAB"} else source if mode in {"1", "P"} else photo.convert("L")
    assert difference(image, expected) < 5


def test_transparency_survives(photo: Image.Image) -> None:
    clear = photo.convert("RGBA")
    clear.putalpha(0)
    assert decode(saved(clear, "PNG"), 100).getchannel("A").getextrema() == (0, 0)
    palette = Image.new("P", (10, 10), 0)
    assert decode(saved(palette, "PNG", transparency=0), 10).mode == "RGBA"


def test_small_pictures_are_not_enlarged() -> None:
    image = decode(saved(Image.new("RGB", (40, 30), (9, 8, 7)), "PNG"), 768)
    assert image.size == (40, 30)
    assert image.getpixel((5, 5)) == (9, 8, 7)


def test_a_strip_is_shown_by_its_top() -> None:
    strip = Image.new("RGB", (100, 5_000), (255, 0, 0))
    strip.paste((0, 0, 255), (0, 1_000, 100, 5_000))
    image = decode(saved(strip, "PNG"), 50)
    assert image.size == (50, round(50 * MAX_STRIP))
    assert set(np.asarray(image).reshape(-1, 3).tolist()[0]) == {255, 0}
    assert np.asarray(image)[:, :, 2].max() == 0


def test_a_panorama_keeps_at_least_one_row() -> None:
    assert decode(saved(Image.new("RGB", (5_000, 2)), "PNG"), 192).size == (192, 1)


def test_of_an_animation_the_first_frame_is_shown(photo: Image.Image) -> None:
    frames = [Image.new("RGB", (20, 20), color) for color in ((255, 0, 0), (0, 255, 0), (0, 0, 255))]
    for form in ("GIF", "WEBP", "PNG", "AVIF"):
        data = (
            saved(frames[0], form, save_all=True, append_images=frames[1:], lossless=True)
            if form != "AVIF"
            else saved(frames[0], form, save_all=True, append_images=frames[1:], quality=95)
        )
        red, green, blue = decode(data, 20).convert("RGB").getpixel((10, 10))  # type: ignore[misc]
        assert red > 240
        assert green < 20
        assert blue < 20


def test_a_wide_gamut_profile_is_honoured_and_a_broken_one_ignored() -> None:
    grey = Image.new("RGB", (8, 8), (120, 120, 120))
    assert difference(decode(saved(grey, "PNG", icc_profile=b"not a profile"), 8), grey) == 0
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert difference(decode(saved(grey, "PNG", icc_profile=srgb), 8), grey) <= 1


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"\xff\xd8\xff", b"<svg/>", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", b"\0" * 100]
)
def test_what_is_no_picture_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        decode(data, 100)


def test_a_cut_picture_is_unreadable(photo: Image.Image) -> None:
    for form in ("JPEG", "PNG", "WEBP", "AVIF", "TIFF"):
        data = saved(photo, form)
        with pytest.raises(Unreadable):
            decode(data[: len(data) // 2], 100)


def test_hostile_pictures_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    write_nasty(tmp_path / "nasty", "pictures")
    for name in ("giant.png", "text-bomb.png", "cut.png"):
        with pytest.raises(Unreadable):
            decode((tmp_path / "nasty" / name).read_bytes(), 192)
    assert decode((tmp_path / "nasty" / "jpeg-inside.png").read_bytes(), 192).size == (8, 8)


def test_a_large_jpeg_is_decoded_at_a_fraction() -> None:
    """16,000 × 10,000 pixels are more than we decode, but a JPEG can be read at an eighth."""
    image = Image.new("RGB", (16_000, 10_000), (10, 120, 200))
    assert decode(saved(image, "JPEG", quality=30), 192).size == (192, 120)


def test_the_dominant_colour_is_the_lively_one() -> None:
    image = Image.new("RGB", (100, 100), (128, 128, 128))
    image.paste((200, 40, 40), (0, 0, 100, 45))
    assert dominant_color(image) == "#c82828"
    assert dominant_color(Image.new("RGB", (3, 3), (0, 0, 0))) == "#000000"
    assert dominant_color(Image.new("RGBA", (3, 3), (255, 0, 0, 0))) == "#808080"
    assert dominant_color(Image.new("L", (1, 1), 255)) == "#ffffff"
