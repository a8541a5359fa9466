"""Pictures of any kind to upright sRGB, small enough to handle.

The rule: a picture's header is believed for the purpose of refusing it and nothing else. No more than `MAX_PIXELS` are ever decoded,
whatever the file says, and only the formats listed here are tried."""

import io
import struct
import warnings
from collections.abc import Callable
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageCms, PngImagePlugin, UnidentifiedImageError

from longshelf.errors import Unreadable

MAX_PIXELS = 120_000_000  # 480 MB as RGBA: above every camera, within every worker
MAX_STRIP = 3.0  # a picture taller than this many widths (a webtoon) is shown by its top
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF", "TIFF", "BMP")  # JPEG includes MPO
PROMPT_BYTES = 16 * 2**20  # text chunks of image models (whole workflows) are larger than Pillow's default allows
_TURNED = (5, 6, 7, 8)  # EXIF orientations that lie on their side
_ORIENTATION = 0x0112
_SRGB = ImageCms.createProfile("sRGB")
# What broken or hostile pictures make Pillow and its codecs raise.
_FAILURES = (OSError, ValueError, TypeError, SyntaxError, KeyError, IndexError, EOFError, OverflowError, struct.error, MemoryError)


def decode(source: BinaryIO | bytes, width: int) -> Image.Image:
    """The picture upright in RGB or RGBA, at most `width` wide and never enlarged; the first frame of an animation, the top of a
    strip. Unreadable when it is no picture, is damaged, or has too many pixels."""
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    prepare()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(stream, formats=FORMATS) as image:
                return _reduced(image, width)
    except UnidentifiedImageError:
        raise Unreadable("not a picture in a format Longshelf knows") from None
    except Image.DecompressionBombError:
        raise Unreadable(f"has more than {MAX_PIXELS // 10**6} million pixels") from None
    except _FAILURES as error:
        raise Unreadable(f"the picture is damaged: {error}"[:200]) from None


def prepare() -> None:
    """Makes the formats known that Pillow needs help with; cheap after the first time."""
    if "HEIF" not in Image.OPEN:
        import pillow_heif

        Image.init()
        pillow_heif.register_heif_opener()
        pillow_heif.options.DECODE_THREADS = 1
    PngImagePlugin.MAX_TEXT_CHUNK = PROMPT_BYTES
    PngImagePlugin.MAX_TEXT_MEMORY = 2 * PROMPT_BYTES


def dominant_color(image: Image.Image) -> str:
    """The colour a placeholder should have, as "#rrggbb": the most common one, a lively one preferred to a grey of the same weight.
    Transparent parts do not count; an empty picture is grey."""
    small = image.convert("RGBA").resize((48, 48), Image.Resampling.BOX)
    pixels = np.asarray(small).reshape(-1, 4)
    opaque = pixels[pixels[:, 3] > 127][:, :3]
    if not len(opaque):
        return "#808080"
    row = Image.fromarray(opaque.reshape(1, -1, 3))
    reduced = row.quantize(8, method=Image.Quantize.MEDIANCUT)
    palette = np.array(reduced.getpalette()[: 8 * 3], dtype=np.int32).reshape(-1, 3)  # type: ignore[index]
    counts = np.bincount(np.asarray(reduced).reshape(-1), minlength=len(palette))[: len(palette)]
    liveliness = palette.max(axis=1) - palette.min(axis=1)
    best = palette[int(np.argmax(counts * (64 + liveliness)))]
    return "#{:02x}{:02x}{:02x}".format(*(int(channel) for channel in best))


def _reduced(image: Image.Image, width: int) -> Image.Image:
    orientation = _orientation(image)
    turned = orientation in _TURNED
    if image.format in {"JPEG", "MPO"}:  # the decoder can skip to 1/2, 1/4 or 1/8 of the size for a fraction of the time
        scaled = max(1, width * 2)
        image.draft("RGB" if image.mode != "L" else "L", (1, scaled) if turned else (scaled, 1))
    if image.width * image.height > MAX_PIXELS:
        raise Unreadable(f"has {image.width} × {image.height} pixels, more than {MAX_PIXELS // 10**6} million")
    if image.width < 1 or image.height < 1:
        raise Unreadable("the picture is empty")
    cut = _top(image, turned)
    shown = cut.height if turned else cut.width
    scale = min(1.0, width / shown)
    target = (max(1, round(cut.width * scale)), max(1, round(cut.height * scale)))
    upright = _eight_bit(cut)
    if target != upright.size:
        upright = upright.resize(target, Image.Resampling.LANCZOS, reducing_gap=2.0)
    final = _srgb(_turned(upright, orientation), image.info.get("icc_profile"))
    return final.copy() if final is image else final  # the file behind `image` is about to be closed


def _orientation(image: Image.Image) -> int:
    """1-8; broken EXIF is no EXIF."""
    try:
        found = image.getexif().get(_ORIENTATION, 1)
    except _FAILURES:
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def _turned(image: Image.Image, orientation: int) -> Image.Image:
    method = _TRANSPOSE.get(orientation)
    return image if method is None else image.transpose(method)


def _top(image: Image.Image, turned: bool) -> Image.Image:
    """The upper part of a strip; everything of other pictures."""
    wide, tall = (image.height, image.width) if turned else image.size
    if tall <= wide * MAX_STRIP or turned:
        return image
    return image.crop((0, 0, image.width, max(1, round(wide * MAX_STRIP))))


def _eight_bit(image: Image.Image) -> Image.Image:
    """RGB, RGBA, L or CMYK from whatever Pillow decoded: palettes resolved, 16 bits a channel scaled and not clipped."""
    handler = _CONVERSIONS.get(image.mode)
    if handler is not None:
        return handler(image)
    if image.mode in {"P", "1"}:
        return image.convert("RGBA" if "transparency" in image.info else "RGB")
    if image.mode in {"RGB", "L"} and "transparency" in image.info:
        return image.convert("RGBA")
    return image if image.mode in {"RGB", "RGBA", "L", "CMYK"} else image.convert("RGBA" if image.mode.endswith(("A", "a")) else "RGB")


def _from_wide(image: Image.Image) -> Image.Image:
    """16 or 32 bits a pixel, integers or floats, to 8 by their own range: 0-255, 0-65535, or 0.0-1.0."""
    values = np.asarray(image).astype(np.float64)
    top = float(values.max(initial=0))
    full = 1.0 if image.mode == "F" and top <= 1 else 255.0 if top <= 255 else 65_535.0
    return Image.fromarray((values * (255 / full)).clip(0, 255).astype(np.uint8))


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as a screen shows them. A broken profile is ignored."""
    if profile and image.mode in {"RGB", "RGBA", "CMYK", "L"}:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            alpha = image.getchannel("A") if image.mode == "RGBA" else None
            plain = image.convert("RGB") if alpha else image
            converted = ImageCms.profileToProfile(plain, source, _SRGB, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass
        else:
            image = converted or image
            if alpha:
                image.putalpha(alpha)
    return image if image.mode in {"RGB", "RGBA"} else image.convert("RGB")


_CONVERSIONS: dict[str, Callable[[Image.Image], Image.Image]] = {
    **dict.fromkeys(("I", "F", "I;16", "I;16B", "I;16L", "I;16N"), _from_wide),
    "LA": lambda image: image.convert("RGBA"),
    "PA": lambda image: image.convert("RGBA"),
    "La": lambda image: image.convert("LA").convert("RGBA"),
    "RGBa": lambda image: image.convert("RGBA"),
}
_TRANSPOSE: dict[int, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
