"""Places and patterns to paint: each is `scene(rng, palette, width, height) -> Image`, a composition that still reads when it is small.

The rule: a scene fills its whole rectangle, at any size and shape, and looks planned rather than random."""

# ruff: noqa: PLR0917 -- a brush takes place, size and colour, in that order, everywhere

import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from longshelf.demo.canvas import RGB, SHARP, Palette, glow, gradient, land, mix, ridge

Scene = Callable[[Random, Palette, int, int], Image.Image]


def hills(rng: Random, palette: Palette, width: int, height: int) -> Image.Image:
    """Ridge behind ridge under a low sun."""
    w, h = width * SHARP, height * SHARP
    image = gradient((w, h), mix(palette.mid, palette.light, 0.4), palette.light, palette.paper, palette.paper)
    sun = (w * rng.uniform(0.25, 0.75), h * rng.uniform(0.3, 0.42))
    radius = min(w, h) * rng.uniform(0.11, 0.17)
    image = glow(image, sun, radius * 4, palette.paper, 0.9)
    draw = ImageDraw.Draw(image)
    _disc(draw, sun, radius, palette.accent)
    layers = 5
    for layer in range(layers):
        share = layer / (layers - 1)
        color = mix(mix(palette.light, palette.mid, 0.6), palette.night, share**0.8)
        level = h * (0.5 + 0.11 * layer)
        line = land(draw, (w, h), ridge(rng, 120, 0.42 + 0.06 * layer), level, h * (0.1 - 0.012 * layer), color)
        if layer == layers - 1:
            _pines(rng, draw, line, h * 0.09, color)
    return image.reduce(SHARP)


def sea(rng: Random, palette: Palette, width: int, height: int) -> Image.Image:
    """A moon or sun on the horizon, its path on the water, and one boat."""
    w, h = width * SHARP, height * SHARP
    horizon = int(h * rng.uniform(0.52, 0.6))
    image = gradient((w, h), palette.night, palette.deep, palette.mid, palette.light)
    center = (w * rng.uniform(0.3, 0.7), horizon - h * rng.uniform(0.02, 0.16))
    radius = min(w, h) * rng.uniform(0.13, 0.19)
    image.paste(gradient((w, horizon), palette.night, palette.deep, palette.mid, mix(palette.mid, palette.light, 0.8)))
    image = glow(image, center, radius * 3.4, palette.paper, 0.55)
    draw = ImageDraw.Draw(image)
    _stars(rng, draw, (0, 0, w, horizon * 0.6), 40, palette.paper)
    _disc(draw, center, radius, mix(palette.paper, palette.accent, rng.choice((0.05, 0.85))))
    image.paste(gradient((w, h - horizon), mix(palette.deep, palette.mid, 0.6), palette.deep, palette.night), (0, horizon))
    land_level = horizon - h * 0.012
    draw.polygon(
        [
            (w * 0.58, horizon),
            (w * 0.7, land_level - h * 0.03),
            (w * 0.85, land_level - h * 0.01),
            (w, land_level - h * 0.05),
            (w, horizon),
        ],
        fill=palette.deep,
    )
    _reflections(rng, draw, (w, h), horizon, center[0], radius, palette)
    _boat(draw, (w * rng.uniform(0.16, 0.34), horizon + h * rng.uniform(0.08, 0.16)), h * 0.11, palette)
    return image.reduce(SHARP)


def city(rng: Random, palette: Palette, width: int, height: int) -> Image.Image:
    """Roofs and lit windows at dusk."""
    w, h = width * SHARP, height * SHARP
    image = gradient((w, h), palette.deep, palette.mid, palette.light, palette.accent, palette.accent)
    moon = (w * rng.uniform(0.2, 0.8), h * rng.uniform(0.14, 0.24))
    image = glow(image, moon, h * 0.3, palette.paper, 0.5)
    draw = ImageDraw.Draw(image)
    _disc(draw, moon, min(w, h) * 0.06, palette.paper)
    unit = min(w, h)
    for layer, (share, top, wide) in enumerate(((0.35, 0.42, 0.09), (0.68, 0.52, 0.13), (1.0, 0.66, 0.17))):
        color = mix(mix(palette.accent, palette.mid, 0.5), palette.night, share)
        left = -rng.uniform(0, 0.05) * w
        while left < w:
            breadth = unit * wide * rng.uniform(0.7, 1.35)
            roof = h * (top + rng.uniform(-0.1, 0.12))
            _building(rng, draw, (left, roof, left + breadth, h), color, palette.accent if layer else None)
            left += breadth * rng.uniform(0.95, 1.15)
    return image.reduce(SHARP)


def forest(rng: Random, palette: Palette, width: int, height: int) -> Image.Image:
    """Pines fading into fog."""
    w, h = width * SHARP, height * SHARP
    fog = mix(palette.paper, palette.light, 0.3)
    image = gradient((w, h), mix(palette.light, palette.paper, 0.3), fog, palette.paper)
    image = glow(image, (w * rng.uniform(0.3, 0.7), h * 0.32), h * 0.45, mix(palette.paper, palette.accent, 0.25), 0.8)
    for layer in range(5):
        share = (layer / 4) ** 1.2
        color = mix(mix(fog, palette.mid, 0.45), palette.night, share)
        draw = ImageDraw.Draw(image)
        level = h * (0.52 + 0.115 * layer)
        line = land(draw, (w, h), ridge(rng, 60, 0.35), level, h * 0.04, color)
        _pines(rng, draw, line, h * (0.13 + 0.065 * layer), color, gap=0.62)
        if layer < 3:
            mist = Image.new("RGB", (w, h), fog)
            fade = Image.linear_gradient("L").resize((w, h)).point(lambda value: int(value * 0.34))
            image = Image.composite(mist, image, fade)
    return image.reduce(SHARP)


def dunes(rng: Random, palette: Palette, width: int, height: int) -> Image.Image:
    """Long curves of sand, half in shade."""
    w, h = width * SHARP, height * SHARP
    image = gradient((w, h), palette.mid, palette.light, palette.paper)
    sun = (w * rng.uniform(0.2, 0.8), h * rng.uniform(0.2, 0.3))
    image = glow(image, sun, h * 0.4, palette.paper, 0.9)
    draw = ImageDraw.Draw(image)
    _disc(draw, sun, min(w, h) * 0.1, mix(palette.paper, palette.accent, 0.4))
    for layer in range(5):
        phase, rate = rng.uniform(0, 6.3), rng.uniform(0.6, 1.2)
        level, swing = h * (0.45 + 0.13 * layer), h * 0.075
        crest = [(x * w / 80, level + swing * math.sin(phase + rate * 2 * math.pi * x / 80)) for x in range(81)]
        tone = layer / 4
        draw.polygon([(0, h), *crest, (w, h)], fill=mix(mix(palette.light, palette.accent, 0.45), palette.deep, tone * 0.85))
        shade = [(x, y + h * 0.02 + max(0.0, math.sin(phase + rate * 2 * math.pi * x / w + 1.2)) * h * 0.2) for x, y in crest]
        draw.polygon([*crest, *reversed(shade)], fill=mix(mix(palette.mid, palette.accent, 0.3), palette.night, 0.25 + tone * 0.6))
    return image.reduce(SHARP)


def peaks(rng: Random, palette: Palette, width: int, height: int) -> Image.Image:
    """Cut-paper mountains with snow, mirrored in a lake."""
    w, h = width * SHARP, height * SHARP
    shore = int(h * 0.64)
    image = gradient((w, shore), palette.deep, palette.mid, palette.light)
    draw = ImageDraw.Draw(image)
    _stars(rng, draw, (0, 0, w, shore * 0.5), 30, palette.paper)
    _disc(draw, (w * rng.uniform(0.2, 0.8), h * 0.17), min(w, h) * 0.07, palette.paper)
    for layer, count in enumerate((4, 3, 3)):
        tone = mix(mix(palette.light, palette.mid, 0.5), palette.night, (layer + 0.6) / 3)
        for index in range(count):
            _mountain(
                rng,
                draw,
                w * (index + rng.uniform(0.2, 0.8)) / count,
                shore,
                h * (0.44 - 0.1 * layer) * rng.uniform(0.75, 1),
                tone,
                palette,
            )
    lake = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM).crop((0, 0, w, h - shore)).filter(ImageFilter.GaussianBlur(h * 0.004))
    lake = Image.blend(lake, Image.new("RGB", lake.size, palette.deep), 0.35)
    whole = Image.new("RGB", (w, h))
    whole.paste(image, (0, 0))
    whole.paste(lake, (0, shore))
    lines = ImageDraw.Draw(whole)
    for _ in range(26):
        y, x = rng.uniform(shore, h), rng.uniform(0, w)
        lines.line([(x, y), (x + w * rng.uniform(0.05, 0.25), y)], fill=mix(palette.light, palette.deep, 0.5), width=max(1, h // 600))
    return whole.reduce(SHARP)


def orbits(rng: Random, palette: Palette, width: int, height: int) -> Image.Image:
    """A banded planet, its ring and its moons."""
    w, h = width * SHARP, height * SHARP
    image = gradient((w, h), palette.night, mix(palette.night, palette.deep, 0.7), palette.deep)
    center, radius = (w * rng.uniform(0.4, 0.6), h * rng.uniform(0.5, 0.62)), min(w, h) * rng.uniform(0.24, 0.31)
    image = glow(image, center, radius * 2.6, palette.mid, 0.6)
    draw = ImageDraw.Draw(image)
    _stars(rng, draw, (0, 0, w, h), 130, palette.paper)
    for index in range(1, 4):
        _ring(draw, center, radius * (1.5 + 0.45 * index), mix(palette.deep, palette.light, 0.35), max(2, w // 400))
        angle = rng.uniform(0, 6.3)
        spot = (center[0] + radius * (1.5 + 0.45 * index) * math.cos(angle), center[1] + radius * (1.5 + 0.45 * index) * math.sin(angle))
        _disc(draw, spot, radius * rng.uniform(0.06, 0.16), rng.choice((palette.accent, palette.light, palette.paper)))
    planet = gradient(
        (int(radius * 2), int(radius * 2)),
        palette.accent,
        mix(palette.accent, palette.light, 0.5),
        palette.accent,
        mix(palette.accent, palette.night, 0.4),
    )
    bands = ImageDraw.Draw(planet)
    for _ in range(5):
        y = rng.uniform(0.1, 0.9) * planet.height
        bands.rectangle(
            (0, y, planet.width, y + planet.height * rng.uniform(0.02, 0.08)),
            fill=mix(palette.accent, rng.choice((palette.paper, palette.deep)), 0.35),
        )
    mask = Image.new("L", planet.size)
    ImageDraw.Draw(mask).ellipse((0, 0, planet.width - 1, planet.height - 1), fill=255)
    image.paste(planet, (int(center[0] - radius), int(center[1] - radius)), mask)
    return image.reduce(SHARP)


def tiles(rng: Random, palette: Palette, width: int, height: int) -> Image.Image:
    """Quarter circles, leaves and dots on a grid, as on a mid-century cover."""
    w, h = width * SHARP, height * SHARP
    image = Image.new("RGB", (w, h), palette.paper)
    draw = ImageDraw.Draw(image)
    cell = max(8, w // rng.choice((4, 5, 6)))
    inks = (palette.night, palette.deep, palette.mid, palette.light, palette.accent, palette.paper)
    for top in range(0, h, cell):
        for left in range(0, w, cell):
            ground, ink, dot = rng.sample(inks, 3)
            draw.rectangle((left, top, left + cell, top + cell), fill=ground)
            _tile(rng, draw, left, top, cell, ink, dot)
    return image.reduce(SHARP)


def scales(rng: Random, palette: Palette, width: int, height: int) -> Image.Image:
    """Overlapping rings in rows, like waves on a printed cloth."""
    w, h = width * SHARP, height * SHARP
    image = Image.new("RGB", (w, h), palette.deep)
    draw = ImageDraw.Draw(image)
    radius = w / rng.choice((6, 8, 10))
    inks = [palette.deep, palette.paper, palette.mid, palette.paper, palette.light]
    bright = rng.choice((4, 5, 7))
    for row in range(-1, int(h / (radius / 2)) + 3):
        for column in range(-1, int(w / (2 * radius)) + 2):
            center = ((2 * column + row % 2) * radius, row * radius / 2)
            rings = [palette.accent, palette.paper, palette.accent] if (row * 3 + column) % bright == 0 and row % 2 else inks
            for index in range(5):
                _disc(draw, center, radius * (1 - 0.2 * index), rings[index % len(rings)])
    return image.reduce(SHARP)


def rays(rng: Random, palette: Palette, width: int, height: int) -> Image.Image:
    """A sun that throws its rays over the whole sheet."""
    w, h = width * SHARP, height * SHARP
    image = Image.new("RGB", (w, h), palette.light)
    draw = ImageDraw.Draw(image)
    center, count, reach = (w * 0.5, h * rng.uniform(0.55, 0.68)), rng.choice((20, 24, 32)), math.hypot(w, h)
    for index in range(count):
        first, last = (2 * math.pi * (index + share) / count for share in (0.0, 0.5))
        points = [center, *((center[0] + reach * math.cos(angle), center[1] + reach * math.sin(angle)) for angle in (first, last))]
        draw.polygon(points, fill=mix(palette.paper, palette.light, 0.25))
    radius = min(w, h) * rng.uniform(0.17, 0.23)
    for share, color in ((1.45, palette.mid), (1.25, palette.paper), (1.0, palette.accent)):
        _disc(draw, center, radius * share, color)
    for layer in range(3):
        color = mix(palette.mid, palette.night, (layer + 1) / 3)
        phase = rng.uniform(0, 6.3)
        crest = [(x * w / 60, h * (0.72 + 0.09 * layer) + h * 0.02 * math.sin(phase + x / 60 * 2 * math.pi * 2)) for x in range(61)]
        draw.polygon([(0, h), *crest, (w, h)], fill=color)
    return image.reduce(SHARP)


def leaves(rng: Random, palette: Palette, width: int, height: int) -> Image.Image:
    """Stems with paired leaves, growing from below."""
    w, h = width * SHARP, height * SHARP
    dark = rng.random() < 0.5
    image = Image.new("RGB", (w, h), palette.night if dark else palette.paper)
    draw = ImageDraw.Draw(image)
    inks = (
        (palette.mid, palette.light, palette.deep, palette.accent) if dark else (palette.deep, palette.mid, palette.light, palette.accent)
    )
    stems = max(4, round(5 * w / h) + 2)
    for index in rng.sample(range(stems), stems):
        foot = (w * (index + 0.5) / stems + rng.uniform(-0.03, 0.03) * w, h * 1.02)
        _stem(rng, draw, foot, h * rng.uniform(0.45, 0.85), inks[index % 3 if rng.random() < 0.85 else 3], palette.accent)
    return image.reduce(SHARP)


def strata(rng: Random, palette: Palette, width: int, height: int) -> Image.Image:
    """Wide soft bands, one over the other."""
    w, h = width * SHARP, height * SHARP
    image = Image.new("RGB", (w, h), palette.paper)
    draw = ImageDraw.Draw(image)
    inks = [palette.light, palette.accent, palette.mid, palette.light, palette.deep, mix(palette.accent, palette.night, 0.4), palette.night]
    _disc(draw, (w * rng.uniform(0.25, 0.75), h * 0.22), min(w, h) * 0.13, palette.accent)
    for index, ink in enumerate(inks):
        phase, rate, swing = rng.uniform(0, 6.3), rng.uniform(0.5, 1.1), h * rng.uniform(0.03, 0.06)
        level = h * (0.3 + 0.1 * index)
        crest = [(x * w / 80, level + swing * math.sin(phase + rate * 2 * math.pi * x / 80)) for x in range(81)]
        draw.polygon([(0, h), *crest, (w, h)], fill=ink)
    return image.reduce(SHARP)


PLACES: tuple[Scene, ...] = (hills, sea, city, forest, dunes, peaks)
PATTERNS: tuple[Scene, ...] = (tiles, scales, rays, leaves, strata)
ALL: tuple[Scene, ...] = (*PLACES, orbits, *PATTERNS)


def _disc(draw: ImageDraw.ImageDraw, center: tuple[float, float], radius: float, color: RGB) -> None:
    draw.ellipse((center[0] - radius, center[1] - radius, center[0] + radius, center[1] + radius), fill=color)


def _ring(draw: ImageDraw.ImageDraw, center: tuple[float, float], radius: float, color: RGB, width: int) -> None:
    draw.ellipse((center[0] - radius, center[1] - radius, center[0] + radius, center[1] + radius), outline=color, width=width)


def _stars(rng: Random, draw: ImageDraw.ImageDraw, box: tuple[float, float, float, float], count: int, color: RGB) -> None:
    for _ in range(count):
        spot = (rng.uniform(box[0], box[2]), rng.uniform(box[1], box[3]))
        _disc(draw, spot, rng.choice((0.6, 0.9, 1.4)) * SHARP, color)


def _pines(rng: Random, draw: ImageDraw.ImageDraw, line: list[tuple[float, float]], tall: float, color: RGB, gap: float = 0.5) -> None:
    """Trees along a skyline, three tiers each."""
    edge, x = line[-1][0], -tall * 0.2
    while x < edge + tall * 0.2:
        index = min(len(line) - 1, max(0, int(x / edge * (len(line) - 1))))
        base, size = line[index][1] + tall * 0.12, tall * rng.uniform(0.55, 1.1)
        for tier in range(3):
            half, foot = size * (0.23 - 0.055 * tier), base - size * 0.24 * tier
            draw.polygon([(x - half, foot), (x + half, foot), (x, foot - size * 0.52)], fill=color)
        x += tall * gap * rng.uniform(0.35, 1.2)


def _reflections(
    rng: Random, draw: ImageDraw.ImageDraw, size: tuple[int, int], horizon: int, x: float, radius: float, palette: Palette
) -> None:
    width, height = size
    for row in range(34):
        depth = row / 33
        y = horizon + (height - horizon) * (0.02 + 0.96 * depth**1.4)
        half = radius * (0.9 - 0.55 * depth) * rng.uniform(0.35, 1.1)
        shift = radius * rng.uniform(-0.3, 0.3)
        color = mix(palette.paper, palette.deep, 0.15 + 0.65 * depth)
        draw.rounded_rectangle((x + shift - half, y, x + shift + half, y + height * 0.005), radius=height * 0.0025, fill=color)
        far = rng.uniform(0, width)
        draw.line(
            [(far, y), (far + width * rng.uniform(0.03, 0.12), y)], fill=mix(palette.deep, palette.mid, 0.6), width=max(1, height // 500)
        )


def _boat(draw: ImageDraw.ImageDraw, keel: tuple[float, float], size: float, palette: Palette) -> None:
    x, y = keel
    draw.polygon(
        [(x - size * 0.45, y - size * 0.14), (x + size * 0.5, y - size * 0.14), (x + size * 0.32, y), (x - size * 0.3, y)],
        fill=palette.night,
    )
    draw.polygon([(x, y - size * 0.2), (x, y - size * 1.1), (x + size * 0.45, y - size * 0.24)], fill=palette.paper)
    draw.polygon(
        [(x - size * 0.06, y - size * 0.2), (x - size * 0.06, y - size * 0.95), (x - size * 0.36, y - size * 0.24)], fill=palette.accent
    )


def _building(rng: Random, draw: ImageDraw.ImageDraw, box: tuple[float, float, float, float], color: RGB, lamp: RGB | None) -> None:
    left, top, right, bottom = box
    draw.rectangle(box, fill=color)
    breadth = right - left
    if rng.random() < 0.35:
        draw.polygon([(left, top + 1), (right, top + 1), ((left + right) / 2, top - breadth * 0.35)], fill=color)
    elif rng.random() < 0.4:
        draw.rectangle((left + breadth * 0.44, top - breadth * 0.5, left + breadth * 0.5, top), fill=color)
    if lamp is None:
        return
    columns = rng.choice((2, 3, 4))
    pane = breadth / (columns * 2 + 1)
    y = top + pane
    while y < bottom:
        for column in range(columns):
            if rng.random() < 0.38:
                x = left + pane * (1 + 2 * column)
                draw.rectangle((x, y, x + pane, y + pane * 1.3), fill=mix(lamp, (255, 244, 214), 0.45))
        y += pane * 2.3


def _mountain(rng: Random, draw: ImageDraw.ImageDraw, x: float, base: float, tall: float, color: RGB, palette: Palette) -> None:
    half, top = tall * rng.uniform(0.75, 1.05), base - tall
    draw.polygon([(x - half, base), (x, top), (x + half, base)], fill=color)
    draw.polygon([(x, top), (x + half, base), (x + half * 0.18, base)], fill=mix(color, palette.night, 0.35))
    snow = 0.26
    left, right = (x - half * snow, top + tall * snow), (x + half * snow, top + tall * snow)
    zigzag = [right, (x + half * 0.1, top + tall * 0.2), (x, top + tall * 0.33), (x - half * 0.12, top + tall * 0.2), left]
    draw.polygon([(x, top), *zigzag], fill=mix(palette.paper, color, 0.1))


def _tile(rng: Random, draw: ImageDraw.ImageDraw, left: int, top: int, cell: int, ink: RGB, dot: RGB) -> None:
    shape, corner = rng.randrange(5), rng.randrange(4)
    x, y = left + cell * (corner % 2), top + cell * (corner // 2)
    start = (0, 90, 270, 180)[corner]
    if shape in (0, 1):
        for share, color in ((1.0, ink), (0.5, dot)) if shape else ((1.0, ink),):
            radius = cell * share
            draw.pieslice((x - radius, y - radius, x + radius, y + radius), start, start + 90, fill=color)
    elif shape == 2:
        _disc(draw, (left + cell / 2, top + cell / 2), cell * 0.36, ink)
        _disc(draw, (left + cell / 2, top + cell / 2), cell * 0.14, dot)
    elif shape == 3:
        draw.polygon(
            [(left, top), (left + cell, top + cell), (left, top + cell)]
            if corner % 2
            else [(left, top), (left + cell, top), (left, top + cell)],
            fill=ink,
        )
    else:
        arc = [
            (left + cell * (1 - math.cos(step / 12 * math.pi / 2)), top + cell * math.sin(step / 12 * math.pi / 2)) for step in range(13)
        ]
        back = [
            (left + cell * math.sin(step / 12 * math.pi / 2), top + cell * (1 - math.cos(step / 12 * math.pi / 2))) for step in range(13)
        ]
        draw.polygon([*arc, *reversed(back)], fill=ink)


def _stem(rng: Random, draw: ImageDraw.ImageDraw, foot: tuple[float, float], tall: float, ink: RGB, bud: RGB) -> None:
    lean = rng.uniform(-0.25, 0.25) * tall
    spine = [(foot[0] + lean * (t / 24) ** 2, foot[1] - tall * t / 24) for t in range(25)]
    draw.line(spine, fill=ink, width=max(2, int(tall * 0.008)))
    long, wide = tall * rng.uniform(0.16, 0.26), rng.uniform(0.28, 0.42)
    for index in range(3, 24, 3):
        taper = 1 - 0.55 * index / 24
        for side in (-1, 1):
            angle = -math.pi / 2 + side * rng.uniform(0.7, 0.95) + lean / tall * index / 12
            _leaf(draw, spine[index], angle, long * taper, wide, ink)
    _disc(draw, spine[-1], tall * 0.028, bud)


def _leaf(draw: ImageDraw.ImageDraw, root: tuple[float, float], angle: float, long: float, wide: float, ink: RGB) -> None:
    upper, lower = [], []
    for step in range(13):
        along, across = long * step / 12, long * wide * 0.5 * math.sin(math.pi * step / 12)
        cos, sin = math.cos(angle), math.sin(angle)
        upper.append((root[0] + along * cos - across * sin, root[1] + along * sin + across * cos))
        lower.append((root[0] + along * cos + across * sin, root[1] + along * sin - across * cos))
    draw.polygon([*upper, *reversed(lower)], fill=ink)
