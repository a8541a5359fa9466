"""Pictures that pass for photographs: landscapes with air between their ridges, and the softness, grain and vignette of a lens."""

from random import Random

from PIL import Image, ImageDraw, ImageFilter

from longshelf.demo import scenes
from longshelf.demo.canvas import PALETTES, Palette, glow, gradient, grain, land, mix, ridge, vignette

PHOTO_SIZE = (1080, 720)


def photo(rng: Random, size: tuple[int, int] = PHOTO_SIZE) -> Image.Image:
    """One of several kinds, from valleys in haze to street lamps out of focus."""
    return rng.choice(PHOTOS)(rng, rng.choice(PALETTES), *size)


def _valley(rng: Random, palette: Palette, width: int, height: int) -> Image.Image:
    """Many ridges, each a little nearer and less hazy."""
    image = gradient(
        (width, height), mix(palette.deep, palette.mid, 0.5), palette.light, mix(palette.paper, palette.accent, 0.25), palette.paper
    )
    sun = (width * rng.uniform(0.15, 0.85), height * rng.uniform(0.3, 0.4))
    image = glow(image, sun, height * 0.75, mix(palette.paper, palette.accent, 0.15), 0.95)
    layers = 8
    for layer in range(layers):
        share = layer / (layers - 1)
        far = mix(mix(palette.paper, palette.accent, 0.2), palette.mid, 0.35)
        sheet = Image.new("L", (width, height))
        level = height * (0.42 + 0.08 * layer)
        land(ImageDraw.Draw(sheet), (width, height), ridge(rng, 400, 0.4 + 0.2 * share), level, height * 0.09, 255)
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
            inks.ellipse(
                (box[0] - 30, box[1] - 30, box[2] + 30, box[3] + 30),
                fill=mix(rng.choice((palette.accent, palette.light, palette.mid)), palette.paper, 0.2),
            )
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
