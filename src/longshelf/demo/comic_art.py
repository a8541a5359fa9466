"""Comic covers and pages: panels with gutters, figures, halftone dots and balloons.

Like every picture here a function of its `random.Random`; text arrives in ASCII."""

import math
from random import Random

from PIL import Image, ImageDraw

from longshelf.demo import scenes
from longshelf.demo.canvas import PALETTES, RGB, SHARP, Lettering, Palette, lettering, luminance, mix

COMIC_SIZE = (560, 860)
# Panels as shares of the page: left, top, right, bottom.
PANEL_LAYOUTS: tuple[tuple[tuple[float, float, float, float], ...], ...] = (
    ((0, 0, 1, 0.34), (0, 0.34, 0.5, 0.67), (0.5, 0.34, 1, 0.67), (0, 0.67, 1, 1)),
    ((0, 0, 0.62, 0.4), (0.62, 0, 1, 0.4), (0, 0.4, 0.38, 0.72), (0.38, 0.4, 1, 0.72), (0, 0.72, 1, 1)),
    ((0, 0, 1, 0.58), (0, 0.58, 0.34, 1), (0.34, 0.58, 0.67, 1), (0.67, 0.58, 1, 1)),
    ((0, 0, 0.5, 0.5), (0.5, 0, 1, 0.3), (0.5, 0.3, 1, 0.5), (0, 0.5, 1, 1)),
    ((0, 0, 0.5, 0.33), (0.5, 0, 1, 0.33), (0, 0.33, 0.5, 0.66), (0.5, 0.33, 1, 0.66), (0, 0.66, 0.5, 1), (0.5, 0.66, 1, 1)),
)


def comic_cover(rng: Random, series: str, number: str, publisher: str, size: tuple[int, int] = COMIC_SIZE) -> Image.Image:
    """A masthead over a figure and a halftone sky."""
    palette = rng.choice(PALETTES)
    w, h = size
    image = scenes.rays(rng, palette, w, h) if rng.random() < 0.4 else rng.choice(scenes.PLACES)(rng, palette, w, h)
    image = _halftone(image, palette.night, 7)
    draw = ImageDraw.Draw(image)
    _figure(rng, draw, (w * rng.uniform(0.42, 0.58), h * 1.0), h * 0.5, palette)
    masthead = lettering(series.upper(), w * 0.9, h * 0.2, h * 0.16, weight=0.035, spacing=1.0)
    back = luminance(image.resize((1, 1), box=(0, 0, w, h // 4)).getpixel((0, 0)))  # type: ignore[arg-type]
    ink, shade = (palette.paper, palette.night) if back < 0.55 else (palette.accent, palette.night)
    for shift, color in ((h * 0.007, shade), (0.0, ink)):
        masthead.draw(draw, (w * 0.05 + shift, h * 0.035 + shift, w * 0.95 + shift, h), color)
    _burst(draw, (w * 0.86, h * 0.9), w * 0.1, palette.accent, palette.paper)
    issue = lettering(f"#{number}", w * 0.14, h * 0.06, h * 0.045, weight=0.03)
    issue.draw(draw, (w * 0.77, h * 0.9 - issue.height * 0.55, w * 0.95, h), palette.night)
    imprint = lettering(publisher.upper(), w * 0.5, h * 0.03, h * 0.02, tracking=0.12)
    imprint.draw(draw, (w * 0.05, h * 0.955, w * 0.6, h), palette.paper, "left")
    return image


def comic_page(rng: Random, palette: Palette, lines: list[str], size: tuple[int, int] = COMIC_SIZE) -> Image.Image:
    """Panels with gutters; up to one balloon a panel, filled from `lines`."""
    w, h = size
    page = Image.new("RGB", size, (250, 248, 243))
    spoken = iter(lines)
    for left, top, right, bottom in rng.choice(PANEL_LAYOUTS):
        box = (
            round(w * 0.045 + left * w * 0.91),
            round(h * 0.035 + top * h * 0.93),
            round(w * 0.045 + right * w * 0.91),
            round(h * 0.035 + bottom * h * 0.93),
        )
        gap = round(w * 0.009)
        box = (box[0] + gap, box[1] + gap, box[2] - gap, box[3] - gap)
        panel = _panel(rng, palette, next(spoken, ""), (box[2] - box[0], box[3] - box[1]))
        page.paste(panel, box[:2])
        ImageDraw.Draw(page).rectangle(box, outline=palette.night, width=max(2, w // 230))
    return page


def _halftone(image: Image.Image, ink: RGB, step: int) -> Image.Image:
    """Printed dots, larger towards the bottom."""
    w, h = image.size
    dots = Image.new("L", (w * SHARP, h * SHARP))
    draw = ImageDraw.Draw(dots)
    for row, y in enumerate(range(0, h * SHARP, step * SHARP)):
        radius = step * SHARP * (0.08 + 0.26 * y / (h * SHARP))
        for x in range((row % 2) * step * SHARP // 2, w * SHARP, step * SHARP):
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=70)
    return Image.composite(Image.new("RGB", image.size, ink), image, dots.reduce(SHARP))


def _panel(rng: Random, palette: Palette, line: str, size: tuple[int, int]) -> Image.Image:
    w, h = size
    image = rng.choice((*scenes.PLACES, scenes.rays, scenes.orbits))(rng, palette, w, h)
    if rng.random() < 0.35:
        image = _halftone(image, palette.night, 6)
    close = rng.random() < 0.4
    large, draw = image.resize((w * SHARP, h * SHARP)), None
    draw = ImageDraw.Draw(large)
    tall = h * SHARP * (1.15 if close else 0.62)
    x = w * SHARP * rng.uniform(0.25, 0.75)
    _figure(rng, draw, (x, h * SHARP * (1.35 if close else 1.02)), tall, palette)
    if not close and w > h and rng.random() < 0.6:
        _figure(rng, draw, (w * SHARP - x, h * SHARP * 1.02), tall * 0.95, palette)
    image = large.reduce(SHARP)
    if line:
        _balloon(image, line, x / SHARP, palette)
    return image


def _figure(rng: Random, draw: ImageDraw.ImageDraw, feet: tuple[float, float], tall: float, palette: Palette) -> None:
    """Somebody in a long coat and scarf, seen from behind or as a shape against the light."""
    x, y = feet
    coat = rng.choice((palette.night, palette.deep, mix(palette.accent, palette.night, 0.55)))
    scarf = palette.accent if coat != palette.accent else palette.paper
    head = tall * 0.095
    top = y - tall
    draw.polygon(
        [(x - tall * 0.11, top + tall * 0.25), (x + tall * 0.11, top + tall * 0.25), (x + tall * 0.2, y), (x - tall * 0.2, y)], fill=coat
    )
    draw.ellipse((x - tall * 0.13, top + tall * 0.19, x + tall * 0.13, top + tall * 0.42), fill=coat)
    side = rng.choice((-1, 1))
    tail = [
        (x, top + tall * 0.24),
        (x + side * tall * 0.3, top + tall * rng.uniform(0.2, 0.3)),
        (x + side * tall * 0.34, top + tall * 0.34),
        (x, top + tall * 0.3),
    ]
    draw.polygon(tail, fill=scarf)
    draw.ellipse((x - head, top, x + head, top + head * 2.1), fill=mix(palette.light, (196, 140, 104), 0.6))
    draw.pieslice(
        (x - head * 1.15, top - head * 0.25, x + head * 1.15, top + head * 2.1), 180, 360, fill=mix(palette.night, (60, 35, 25), 0.5)
    )
    draw.rounded_rectangle((x - tall * 0.1, top + tall * 0.2, x + tall * 0.1, top + tall * 0.275), radius=tall * 0.035, fill=scarf)


def _balloon(image: Image.Image, line: str, x: float, palette: Palette) -> None:
    w, h = image.size
    draw = ImageDraw.Draw(image)
    words = _speech(line, w, h)
    width = max(words.width_of(text) for text in words.lines) + words.size * 1.6
    height = words.height + words.size * 1.1
    left = min(max(w * 0.04, x - width * 0.7), w * 0.96 - width)
    top = h * 0.05
    draw.polygon(
        [(left + width * 0.5, top + height * 0.8), (left + width * 0.68, top + height * 0.8), (x, top + height + h * 0.08)],
        fill=(255, 255, 255),
    )
    draw.rounded_rectangle((left, top, left + width, top + height), radius=height * 0.45, fill=(255, 255, 255))
    words.draw(draw, (left, top + words.size * 0.45, left + width, top + height), palette.night)


def _speech(line: str, width: int, height: int) -> Lettering:
    return lettering(line.upper(), width * 0.6, height * 0.24, 15, weight=0.012)


def _burst(draw: ImageDraw.ImageDraw, center: tuple[float, float], radius: float, color: RGB, edge: RGB) -> None:
    for scale, fill in ((1.16, edge), (1.0, color)):
        points = []
        for index in range(32):
            reach = radius * scale * (1 if index % 2 else 0.82)
            points.append((center[0] + reach * math.cos(index * math.pi / 16), center[1] + reach * math.sin(index * math.pi / 16)))
        draw.polygon(points, fill=fill)
