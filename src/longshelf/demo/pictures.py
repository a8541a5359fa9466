"""Finished covers: upright ones for books and square ones for things one listens to.

Every function takes the `random.Random` that decides its style, so the same seed paints the same picture. Titles arrive in ASCII
(`names.plain`)."""

import io
import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw

from longshelf.demo import scenes
from longshelf.demo.canvas import (
    PALETTES,
    RGB,
    SHARP,
    Palette,
    gradient,
    lettering,
    luminance,
    mix,
    ridge,
)

BOOK_SIZE = (480, 720)
SQUARE = 600


def book_cover(rng: Random, title: str, author: str, size: tuple[int, int] = BOOK_SIZE) -> Image.Image:
    """One of five layouts over one of the scenes."""
    return rng.choice(BOOK_LAYOUTS)(rng, rng.choice(PALETTES), title, author, size)


def square_cover(rng: Random, title: str, author: str, size: int = SQUARE) -> Image.Image:
    """For audiobooks and albums."""
    return rng.choice(SQUARE_LAYOUTS)(rng, rng.choice(PALETTES), title, author, (size, size))


def jpeg(image: Image.Image, quality: int = 84, **options: object) -> bytes:
    """The same bytes for the same picture on every run."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, optimize=True, **options)
    return buffer.getvalue()


def _full_bleed(rng: Random, palette: Palette, title: str, author: str, size: tuple[int, int]) -> Image.Image:
    """The scene is the whole cover; the title stands in its sky."""
    w, h = size
    image = rng.choice((*scenes.PLACES, scenes.orbits))(rng, palette, w, h)
    sky = luminance(image.resize((1, 1), box=(0, 0, w, round(h * 0.3))).getpixel((0, 0)))  # type: ignore[arg-type]
    ink = palette.paper if sky < 0.6 else palette.night
    image = _wash(image, palette.night if sky < 0.6 else palette.paper, 0.45)
    draw = ImageDraw.Draw(image)
    text = lettering(title, w * 0.84, h * 0.3, h * 0.115, weight=0.022, spacing=1.08)
    text.draw(draw, (w * 0.08, h * 0.065, w * 0.92, h), ink)
    name = lettering(author.upper(), w * 0.8, h * 0.04, h * 0.028, weight=0.01, tracking=0.16)
    name.draw(draw, (w * 0.08, h * 0.925, w * 0.92, h), palette.paper)
    return image


def _banded(rng: Random, palette: Palette, title: str, author: str, size: tuple[int, int]) -> Image.Image:
    """Scene above, a plain field with the title below."""
    w, h = size
    cut = round(h * rng.uniform(0.56, 0.62))
    ground, ink, second = rng.choice(
        (
            (palette.paper, palette.night, palette.deep),
            (palette.night, palette.paper, palette.light),
            (palette.accent, palette.night, palette.night),
        )
    )
    image = Image.new("RGB", size, ground)
    image.paste(rng.choice(scenes.ALL)(rng, palette, w, cut), (0, 0))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, cut, w, cut + h * 0.008), fill=palette.accent if ground != palette.accent else palette.night)
    text = lettering(title, w * 0.84, h * 0.22, h * 0.085, weight=0.018, spacing=1.1)
    text.draw(draw, (w * 0.08, cut + h * 0.05, w * 0.92, h), ink, "left")
    name = lettering(author, w * 0.84, h * 0.05, h * 0.036, weight=0.005)
    name.draw(draw, (w * 0.08, h * 0.925, w * 0.92, h), second, "left")
    return image


def _framed(rng: Random, palette: Palette, title: str, author: str, size: tuple[int, int]) -> Image.Image:
    """A picture hung on paper, its title underneath, as literary series do it."""
    w, h = size
    image = Image.new("RGB", size, palette.paper)
    draw = ImageDraw.Draw(image)
    name = lettering(author.upper(), w * 0.8, h * 0.04, h * 0.026, tracking=0.18)
    name.draw(draw, (w * 0.1, h * 0.055, w * 0.9, h), palette.deep)
    inset = (round(w * 0.11), round(h * 0.115), round(w * 0.89), round(h * 0.69))
    image.paste(rng.choice(scenes.ALL)(rng, palette, inset[2] - inset[0], inset[3] - inset[1]), inset[:2])
    draw.rectangle((inset[0] - 5, inset[1] - 5, inset[2] + 4, inset[3] + 4), outline=palette.deep, width=1)
    text = lettering(title, w * 0.8, h * 0.17, h * 0.07, weight=0.012, spacing=1.12)
    text.draw(draw, (w * 0.1, h * 0.735, w * 0.9, h), palette.night)
    draw.rectangle((w * 0.46, h * 0.945, w * 0.54, h * 0.949), fill=palette.accent)
    return image


def _labelled(rng: Random, palette: Palette, title: str, author: str, size: tuple[int, int]) -> Image.Image:
    """A printed pattern with a label pasted on it."""
    w, h = size
    image = rng.choice((scenes.tiles, scenes.scales, scenes.leaves, scenes.strata))(rng, palette, w, h)
    draw = ImageDraw.Draw(image)
    box = (w * 0.14, h * 0.24, w * 0.86, h * 0.66)
    draw.rectangle(box, fill=palette.paper)
    margin = w * 0.022
    draw.rectangle((box[0] + margin, box[1] + margin, box[2] - margin, box[3] - margin), outline=palette.night, width=max(1, w // 240))
    text = lettering(title, w * 0.58, h * 0.24, h * 0.075, weight=0.018, spacing=1.12)
    text.draw(draw, (w * 0.2, h * 0.31 + (h * 0.2 - text.height) / 2, w * 0.8, h), palette.night)
    name = lettering(author, w * 0.58, h * 0.05, h * 0.03)
    name.draw(draw, (w * 0.2, h * 0.585, w * 0.8, h), palette.deep)
    return image


def _porthole(rng: Random, palette: Palette, title: str, author: str, size: tuple[int, int]) -> Image.Image:
    """A scene in a circle on one flat colour, the title large above or below."""
    w, h = size
    ground = rng.choice((palette.deep, palette.night, palette.light, palette.accent, palette.paper))
    ink = palette.night if luminance(ground) > 0.5 else palette.paper
    image = Image.new("RGB", size, ground)
    draw = ImageDraw.Draw(image)
    across = round(min(w * 0.78, h * 0.56))
    inner = rng.choice((*scenes.PLACES, scenes.rays, scenes.strata))(rng, palette, across, across)
    disc = Image.new("L", (across * SHARP, across * SHARP))
    ImageDraw.Draw(disc).ellipse((0, 0, across * SHARP - 1, across * SHARP - 1), fill=255)
    image.paste(inner, (round((w - across) / 2), round(h * 0.385)), disc.reduce(SHARP))
    text = lettering(title, w * 0.84, h * 0.25, h * 0.095, weight=0.026, spacing=1.04)
    text.draw(draw, (w * 0.08, h * 0.075 + (h * 0.25 - text.height) / 2, w * 0.92, h), ink)
    name = lettering(author.upper(), w * 0.84, h * 0.035, h * 0.026, tracking=0.14, weight=0.008)
    name.draw(draw, (w * 0.08, h * 0.945, w * 0.92, h), ink)
    return image


def _record(rng: Random, palette: Palette, title: str, author: str, size: tuple[int, int]) -> Image.Image:
    """Rings of sound around a lit centre."""
    w, h = size
    image = gradient((w * SHARP, h * SHARP), palette.deep, palette.night)
    draw = ImageDraw.Draw(image)
    center = (w * SHARP * rng.choice((0.2, 0.5, 0.8)), h * SHARP * 0.34)
    for index in range(12, 0, -1):
        radius = h * SHARP * 0.052 * index
        color = mix(palette.accent, palette.deep, index / 13) if index % 2 else mix(palette.light, palette.night, 0.25 + index / 18)
        draw.ellipse((center[0] - radius, center[1] - radius, center[0] + radius, center[1] + radius), fill=color)
    return _captioned(_wash(image.reduce(SHARP), palette.night, 0.85, bottom=True), palette.paper, title, author)


def _waveform(rng: Random, palette: Palette, title: str, author: str, size: tuple[int, int]) -> Image.Image:
    """Bars of a voice over two colours."""
    w, h = size
    image = gradient((w * SHARP, h * SHARP), palette.paper, mix(palette.paper, palette.light, 0.7))
    draw = ImageDraw.Draw(image)
    bars = 36
    shape = ridge(rng, bars, 0.7)
    for index, value in enumerate(shape):
        x = w * SHARP * (0.08 + 0.84 * index / bars)
        swell = math.sin(math.pi * (index + 0.5) / bars)
        half = h * SHARP * (0.02 + 0.2 * swell * (0.35 + abs(value)))
        color = palette.accent if index / bars < 0.38 else palette.deep
        draw.rounded_rectangle(
            (x, h * SHARP * 0.34 - half, x + w * SHARP * 0.013, h * SHARP * 0.34 + half), radius=w * SHARP * 0.0065, fill=color
        )
    return _captioned(image.reduce(SHARP), palette.night, title, author)


def _square_scene(rng: Random, palette: Palette, title: str, author: str, size: tuple[int, int]) -> Image.Image:
    image = rng.choice(scenes.ALL)(rng, palette, *size)
    return _captioned(_wash(image, palette.night, 1.0, bottom=True), palette.paper, title, author)


def _captioned(image: Image.Image, ink: RGB, title: str, author: str) -> Image.Image:
    w, h = image.size
    draw = ImageDraw.Draw(image)
    text = lettering(title, w * 0.84, h * 0.22, h * 0.1, weight=0.02, spacing=1.08)
    text.draw(draw, (w * 0.08, h * 0.86 - text.height, w * 0.92, h), ink, "left")
    name = lettering(author, w * 0.84, h * 0.05, h * 0.04)
    name.draw(draw, (w * 0.08, h * 0.89, w * 0.92, h), ink, "left")
    return image


Layout = Callable[[Random, Palette, str, str, tuple[int, int]], Image.Image]
BOOK_LAYOUTS: tuple[Layout, ...] = (_full_bleed, _full_bleed, _banded, _framed, _labelled, _porthole)
SQUARE_LAYOUTS: tuple[Layout, ...] = (_record, _waveform, _square_scene, _square_scene)


def _wash(image: Image.Image, color: RGB, strength: float, *, bottom: bool = False) -> Image.Image:
    """Calms the part of a picture that carries letters."""
    fade = Image.linear_gradient("L").resize(image.size)
    if not bottom:
        fade = fade.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    mask = fade.point(lambda value: int(max(0, value - 90) / 165 * 255 * strength))
    return Image.composite(Image.new("RGB", image.size, color), image, mask)
