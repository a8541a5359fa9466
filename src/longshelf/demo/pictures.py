"""Finished pictures: book covers, comic covers and pages, photographs, and square covers for things one listens to.

Every function takes the `random.Random` that decides its style, so the same seed paints the same picture. Titles arrive in ASCII
(`names.plain`)."""

import io
import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from longshelf.demo import scenes
from longshelf.demo.canvas import PALETTES, RGB, SHARP, Lettering, Palette, font, glow, grain, gradient, land, lettering, luminance, mix, ridge, vignette

BOOK_SIZE = (480, 720)
COMIC_SIZE = (560, 860)
SQUARE = 600
PHOTO_SIZE = (1080, 720)


def book_cover(rng: Random, title: str, author: str, size: tuple[int, int] = BOOK_SIZE) -> Image.Image:
    """One of five layouts over one of the scenes."""
    return rng.choice(BOOK_LAYOUTS)(rng, rng.choice(PALETTES), title, author, size)


def square_cover(rng: Random, title: str, author: str, size: int = SQUARE) -> Image.Image:
    """For audiobooks and albums."""
    return rng.choice(SQUARE_LAYOUTS)(rng, rng.choice(PALETTES), title, author, (size, size))


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
        box = (round(w * 0.045 + left * w * 0.91), round(h * 0.035 + top * h * 0.93), round(w * 0.045 + right * w * 0.91), round(h * 0.035 + bottom * h * 0.93))
        gap = round(w * 0.009)
        box = (box[0] + gap, box[1] + gap, box[2] - gap, box[3] - gap)
        panel = _panel(rng, palette, next(spoken, ""), (box[2] - box[0], box[3] - box[1]))
        page.paste(panel, box[:2])
        ImageDraw.Draw(page).rectangle(box, outline=palette.night, width=max(2, w // 230))
    return page


def photo(rng: Random, size: tuple[int, int] = PHOTO_SIZE) -> Image.Image:
    """A landscape with air between its ridges, and the softness, grain and vignette of a lens."""
    return rng.choice(PHOTOS)(rng, rng.choice(PALETTES), *size)


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
        ((palette.paper, palette.night, palette.deep), (palette.night, palette.paper, palette.light), (palette.accent, palette.night, palette.night))
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
        draw.rounded_rectangle((x, h * SHARP * 0.34 - half, x + w * SHARP * 0.013, h * SHARP * 0.34 + half), radius=w * SHARP * 0.0065, fill=color)
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

# Panels as shares of the page: left, top, right, bottom.
PANEL_LAYOUTS: tuple[tuple[tuple[float, float, float, float], ...], ...] = (
    ((0, 0, 1, 0.34), (0, 0.34, 0.5, 0.67), (0.5, 0.34, 1, 0.67), (0, 0.67, 1, 1)),
    ((0, 0, 0.62, 0.4), (0.62, 0, 1, 0.4), (0, 0.4, 0.38, 0.72), (0.38, 0.4, 1, 0.72), (0, 0.72, 1, 1)),
    ((0, 0, 1, 0.58), (0, 0.58, 0.34, 1), (0.34, 0.58, 0.67, 1), (0.67, 0.58, 1, 1)),
    ((0, 0, 0.5, 0.5), (0.5, 0, 1, 0.3), (0.5, 0.3, 1, 0.5), (0, 0.5, 1, 1)),
    ((0, 0, 0.5, 0.33), (0.5, 0, 1, 0.33), (0, 0.33, 0.5, 0.66), (0.5, 0.33, 1, 0.66), (0, 0.66, 0.5, 1), (0.5, 0.66, 1, 1)),
)


def _wash(image: Image.Image, color: RGB, strength: float, *, bottom: bool = False) -> Image.Image:
    """Calms the part of a picture that carries letters."""
    fade = Image.linear_gradient("L").resize(image.size)
    if not bottom:
        fade = fade.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    mask = fade.point(lambda value: int(max(0, value - 90) / 165 * 255 * strength))
    return Image.composite(Image.new("RGB", image.size, color), image, mask)


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
    draw.polygon([(x - tall * 0.11, top + tall * 0.25), (x + tall * 0.11, top + tall * 0.25), (x + tall * 0.2, y), (x - tall * 0.2, y)], fill=coat)
    draw.ellipse((x - tall * 0.13, top + tall * 0.19, x + tall * 0.13, top + tall * 0.42), fill=coat)
    side = rng.choice((-1, 1))
    tail = [(x, top + tall * 0.24), (x + side * tall * 0.3, top + tall * rng.uniform(0.2, 0.3)), (x + side * tall * 0.34, top + tall * 0.34), (x, top + tall * 0.3)]
    draw.polygon(tail, fill=scarf)
    draw.ellipse((x - head, top, x + head, top + head * 2.1), fill=mix(palette.light, (196, 140, 104), 0.6))
    draw.pieslice((x - head * 1.15, top - head * 0.25, x + head * 1.15, top + head * 2.1), 180, 360, fill=mix(palette.night, (60, 35, 25), 0.5))
    draw.rounded_rectangle((x - tall * 0.1, top + tall * 0.2, x + tall * 0.1, top + tall * 0.275), radius=tall * 0.035, fill=scarf)


def _balloon(image: Image.Image, line: str, x: float, palette: Palette) -> None:
    w, h = image.size
    draw = ImageDraw.Draw(image)
    words = _speech(line, w, h)
    width = max(words.width_of(text) for text in words.lines) + words.size * 1.6
    height = words.height + words.size * 1.1
    left = min(max(w * 0.04, x - width * 0.7), w * 0.96 - width)
    top = h * 0.05
    draw.polygon([(left + width * 0.5, top + height * 0.8), (left + width * 0.68, top + height * 0.8), (x, top + height + h * 0.08)], fill=(255, 255, 255))
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


def _valley(rng: Random, palette: Palette, width: int, height: int) -> Image.Image:
    """Many ridges, each a little nearer and less hazy."""
    image = gradient((width, height), mix(palette.deep, palette.mid, 0.5), palette.light, mix(palette.paper, palette.accent, 0.25), palette.paper)
    sun = (width * rng.uniform(0.15, 0.85), height * rng.uniform(0.3, 0.4))
    image = glow(image, sun, height * 0.75, mix(palette.paper, palette.accent, 0.15), 0.95)
    layers = 8
    for layer in range(layers):
        share = layer / (layers - 1)
        far = mix(mix(palette.paper, palette.accent, 0.2), palette.mid, 0.35)
        sheet = Image.new("L", (width, height))
        land(ImageDraw.Draw(sheet), (width, height), ridge(rng, 400, 0.4 + 0.2 * share), height * (0.42 + 0.08 * layer), height * 0.09, (255, 255, 255)[0])  # type: ignore[arg-type]
        color = mix(far, palette.night, share**1.1)
        hazy = gradient((width, height), color, color, mix(color, far, 0.55 * (1 - share)))
        image.paste(hazy, (0, 0), sheet.filter(ImageFilter.GaussianBlur(1.6 * (1 - share) + 0.6)))
    return vignette(grain(image, rng, 4), 0.35)


def _coast(rng: Random, palette: Palette, width: int, height: int) -> Image.Image:
    """Evening at the sea."""
    image = scenes.sea(rng, palette, width, height).filter(ImageFilter.GaussianBlur(1.1))
    return vignette(grain(image, rng, 4), 0.4)


def _lake(rng: Random, palette: Palette, width: int, height: int) -> Image.Image:
    image = scenes.peaks(rng, palette, width, height).filter(ImageFilter.GaussianBlur(0.9))
    return vignette(grain(image, rng, 3), 0.4)


def _lights(rng: Random, palette: Palette, width: int, height: int) -> Image.Image:
    """Lamps out of focus, as a night lens sees a street."""
    image = gradient((width, height), palette.night, palette.deep, mix(palette.deep, palette.night, 0.5))
    for blur, count, scale in ((14, 26, 0.09), (5, 34, 0.055), (1, 30, 0.03)):
        layer, mask = Image.new("RGB", image.size), Image.new("L", image.size)
        inks, shapes = ImageDraw.Draw(layer), ImageDraw.Draw(mask)
        for _ in range(count):
            x, y = rng.uniform(0, width), min(height, max(0, rng.gauss(height * 0.55, height * 0.2)))
            radius = height * scale * rng.uniform(0.5, 1.2)
            box = (x - radius, y - radius, x + radius, y + radius)
            inks.ellipse((box[0] - 30, box[1] - 30, box[2] + 30, box[3] + 30), fill=mix(rng.choice((palette.accent, palette.light, palette.mid)), palette.paper, 0.2))
            shapes.ellipse(box, fill=rng.randrange(50, 150))
        image.paste(layer, (0, 0), mask.filter(ImageFilter.GaussianBlur(blur)))
    return vignette(grain(image, rng, 5), 0.5)


def _mist(rng: Random, palette: Palette, width: int, height: int) -> Image.Image:
    image = scenes.forest(rng, palette, width, height).filter(ImageFilter.GaussianBlur(0.8))
    return vignette(grain(image, rng, 4), 0.3)


def _skyline(rng: Random, palette: Palette, width: int, height: int) -> Image.Image:
    image = scenes.city(rng, palette, width, height).filter(ImageFilter.GaussianBlur(0.9))
    return vignette(grain(image, rng, 5), 0.45)


PHOTOS: tuple[scenes.Scene, ...] = (_valley, _valley, _coast, _lake, _lights, _mist, _skyline)
