"""What every generated picture is made of: palettes, gradients, ridges and lettering.

The rule: a picture is a function of its arguments and of the `random.Random` it is given, never of the machine. The lettering uses the
font inside Pillow, which knows little beyond ASCII; `plain` reduces other Latin text to it."""

# ruff: noqa: PLR0917 -- a brush takes place, size and colour, in that order, everywhere

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from random import Random
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFont

RGB = tuple[int, int, int]
Point = tuple[float, float]
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
SHARP = 2  # pictures are drawn this much larger and reduced: smooth edges without an anti-aliasing library


class Palette(NamedTuple):
    """Five colours that go together, from the darkest to the lightest, and one that stands out."""

    night: RGB
    deep: RGB
    mid: RGB
    light: RGB
    paper: RGB
    accent: RGB


def _palette(text: str) -> Palette:
    """Six hexadecimal colours, separated by spaces."""
    return Palette(*((int(part[:2], 16), int(part[2:4], 16), int(part[4:], 16)) for part in text.split()))


PALETTES: tuple[Palette, ...] = tuple(
    _palette(text)
    for text in (
        "14213d 274c77 6096ba a3cef1 f4efe6 fca311",
        "2b1b3d 5b2a86 a45ca8 f2b5d4 fdf0f5 ff7b54",
        "0b3c49 13677b 4ba3a8 b8dbd0 f5f1e3 e4572e",
        "1f2d1f 3a5a40 6b9071 b5cda3 f3f1e7 e9b44c",
        "3d1e1e 7f2d2d c8553d f28f3b fbefdd 2d7d8a",
        "1a1a2e 30305f 6a67a6 c5b8e0 f4f0fa f6c667",
        "22223b 4a4e69 9a8c98 c9ada7 f2e9e4 d1495b",
        "0d2c2c 1d5c58 3fa796 f5c469 fff6e0 f25c54",
        "2c1810 6b3f27 b07d4f e2bf8f faf1e2 4a7c8c",
        "101820 2f4858 5e8c8c f2d0a4 fff4e3 ef6f6c",
        "1d1135 44286e 8d4a97 f0738a ffe3d8 ffb627",
        "132a13 31572c 6a994e c6d979 f6f7e7 bc4749",
        "191d32 39426b 7a86b6 b9c6e8 f3f4fb f08a4b",
        "2e0f15 6e1f3a b23a5b f08fa5 fdeef0 f2c14e",
        "0a2239 1d5680 53a2be a8dadc f1faee e63946",
        "332421 5d4a45 9c8779 d9c8b4 f8f3ea d96c3f",
    )
)


def mix(first: RGB, second: RGB, share: float) -> RGB:
    """`first` at 0, `second` at 1."""
    blend = [round(a + (b - a) * share) for a, b in zip(first, second, strict=True)]
    return blend[0], blend[1], blend[2]


def luminance(color: RGB) -> float:
    """0 black to 1 white, as the eye weighs it."""
    return (0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2]) / 255


def gradient(size: tuple[int, int], *stops: RGB) -> Image.Image:
    """From the top down through evenly spaced colours."""
    width, height = size
    rows = np.linspace(0, len(stops) - 1, height)
    channels = [np.interp(rows, range(len(stops)), [stop[index] for stop in stops]) for index in range(3)]
    column = np.stack(channels, axis=1).astype(np.uint8).reshape(height, 1, 3)
    return Image.fromarray(column).resize((width, height))


def grain(image: Image.Image, rng: Random, strength: float) -> Image.Image:
    """The slight unevenness of film or paper; `strength` is the deviation in steps of 255."""
    noise = np.random.default_rng(rng.getrandbits(32)).normal(0, strength, (image.height // 2 + 1, image.width // 2 + 1))
    layer = Image.fromarray((noise + 128).clip(0, 255).astype(np.uint8)).resize(image.size, Image.Resampling.BILINEAR)
    return ImageChops.add(image, Image.merge("RGB", (layer,) * 3), 1, -128)


def vignette(image: Image.Image, strength: float) -> Image.Image:
    """Darker corners, as a lens makes them."""
    y, x = np.ogrid[-1 : 1 : image.height * 1j, -1 : 1 : image.width * 1j]
    shade = (255 * (1 - strength * (x * x + y * y) / 2)).clip(0, 255).astype(np.uint8)
    return ImageChops.multiply(image, Image.merge("RGB", (Image.fromarray(shade),) * 3))


def glow(image: Image.Image, center: Point, radius: float, color: RGB, strength: float = 0.8) -> Image.Image:
    """Light around a point, fading to nothing at `radius`."""
    y, x = np.ogrid[0 : image.height, 0 : image.width]
    distance = np.sqrt((x - center[0]) ** 2 + (y - center[1]) ** 2) / radius
    mask = (255 * strength * np.clip(1 - distance, 0, 1) ** 2).astype(np.uint8)
    return Image.composite(Image.new("RGB", image.size, color), image, Image.fromarray(mask))


def ridge(rng: Random, points: int, roughness: float) -> list[float]:
    """A skyline of `points` heights around 0, within about ±1: octaves of smooth waves, the finer the `roughness` allows."""
    waves = [(2.0**octave * rng.uniform(0.7, 1.3), rng.uniform(0, 7), roughness**octave) for octave in range(7)]
    scale = sum(weight for _, _, weight in waves)
    return [
        sum(weight * math.sin(rate * 2.6 * index / points + shift) for rate, shift, weight in waves) / scale * 1.6
        for index in range(points)
    ]


def land(
    draw: ImageDraw.ImageDraw, size: tuple[int, int], heights: Sequence[float], level: float, swing: float, color: RGB | int
) -> list[Point]:
    """Fills below a skyline that sways by `swing` around `level` (both in pixels), in a colour or a shade of grey; returns the skyline."""
    width, height = size
    line = [(index * width / (len(heights) - 1), level - swing * value) for index, value in enumerate(heights)]
    draw.polygon([(0, height), *line, (width, height)], fill=color)
    return line


@lru_cache(maxsize=256)
def font(size: int) -> Font:
    """The font that ships with Pillow."""
    return ImageFont.load_default(size)


def _wrap(words: Sequence[str], measure: Callable[[str], float], width: float) -> list[str]:
    lines: list[str] = []
    for word in words:
        if lines and measure(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


class Lettering(NamedTuple):
    """A text broken into lines at the largest size that fits; `leading` is the distance of lines in pixels."""

    lines: list[str]
    size: int
    leading: float
    weight: float
    tracking: float

    @property
    def height(self) -> float:
        return self.leading * (len(self.lines) - 1) + self.size * 0.95

    def width_of(self, line: str) -> float:
        return font(self.size).getlength(line) + self.tracking * self.size * (len(line) - 1)

    def draw(self, canvas: ImageDraw.ImageDraw, box: tuple[float, float, float, float], color: RGB, anchor: str = "center") -> None:
        """Into `box` (left, top, right, bottom): centred, or from its left edge; always starting at its top."""
        for index, line in enumerate(self.lines):
            slack = box[2] - box[0] - self.width_of(line)
            left = box[0] + (slack / 2 if anchor == "center" else 0)
            self._line(canvas, left, box[1] + index * self.leading, line, color)

    def _line(self, canvas: ImageDraw.ImageDraw, left: float, top: float, line: str, color: RGB) -> None:
        stroke = self.size * self.weight
        if not self.tracking:
            canvas.text((left, top), line, font=font(self.size), fill=color, stroke_width=stroke, stroke_fill=color)
            return
        for char in line:
            canvas.text((left, top), char, font=font(self.size), fill=color, stroke_width=stroke, stroke_fill=color)
            left += font(self.size).getlength(char) + self.tracking * self.size


def lettering(
    text: str, width: float, height: float, largest: float, *, weight: float = 0.0, tracking: float = 0.0, spacing: float = 1.12
) -> Lettering:
    """Fits `text` into `width` × `height` pixels, at most `largest` pixels tall. `weight` thickens the strokes and `tracking` spreads
    the letters, both as a share of the size."""
    size = int(largest)
    while True:
        face = font(size)

        def measure(line: str, face: Font = face, size: int = size) -> float:
            return face.getlength(line) + tracking * size * (len(line) - 1) + 2 * weight * size

        lines = _wrap(text.split(), measure, width)
        fitted = Lettering(lines, size, size * spacing, weight, tracking)
        if size <= 8 or (fitted.height <= height and all(measure(line) <= width for line in lines)):
            return fitted
        size = max(8, int(size * 0.93))
