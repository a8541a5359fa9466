"""Writes pictures that carry what a `Layer` says: EXIF and XMP in JPEG and WebP, XMP and the prompt of an image model in PNG."""

from html import escape
from pathlib import Path

from PIL import Image
from PIL.ExifTags import IFD, Base
from PIL.PngImagePlugin import PngInfo

from longshelf.demo.says import names_of
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Layer

ORIENTATIONS = {  # EXIF number → how to turn an upright picture so that the number puts it right again
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}


def write(
    path: Path, says: Layer, image: Image.Image, *, camera: tuple[str, str] | None = None, orientation: int = 1, prompt: str = ""
) -> None:
    """The format by the suffix of `path`. `orientation` 3, 6 or 8 stores the picture turned and says so in EXIF; `prompt` goes into a
    PNG's `parameters` chunk."""
    if orientation in ORIENTATIONS:
        image = image.transpose(ORIENTATIONS[orientation])
    exif = _exif(says, camera, orientation).tobytes()
    suffix = path.suffix.lower()
    if suffix == ".png":
        image.save(path, "PNG", pnginfo=_chunks(says, prompt), exif=exif)
    elif suffix == ".webp":
        image.save(path, "WEBP", quality=80, method=2, exif=exif, xmp=xmp(says))
    else:
        image.save(path, "JPEG", quality=84, exif=exif, xmp=xmp(says))


def xmp(says: Layer) -> bytes:
    """An XMP packet with Dublin Core and a rating (0-100 as 0-5 stars)."""
    parts = [
        _alternatives("dc:title", says.title),
        _alternatives("dc:description", says.description),
        _list("dc:creator", "Seq", names_of(says, EntityKind.PERSON, Role.PHOTOGRAPHER)),
        _list("dc:subject", "Bag", names_of(says, EntityKind.TAG)),
        "" if says.rating is None else f"<xmp:Rating>{round(says.rating / 20)}</xmp:Rating>",
    ]
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
        f"{''.join(parts)}</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def parameters(prompt: str, seed: int, size: tuple[int, int]) -> str:
    """The text an image model's front end leaves in its pictures."""
    return (
        f"{prompt}\nNegative prompt: blurry, watermark, text\n"
        f"Steps: 28, Sampler: Euler a, CFG scale: 6.5, Seed: {seed}, Size: {size[0]}x{size[1]}, Model: papermoon-v2"
    )


def _alternatives(element: str, text: str) -> str:
    return f'<{element}><rdf:Alt><rdf:li xml:lang="x-default">{escape(text)}</rdf:li></rdf:Alt></{element}>' if text else ""


def _list(element: str, container: str, values: list[str]) -> str:
    rows = "".join(f"<rdf:li>{escape(value)}</rdf:li>" for value in values)
    return f"<{element}><rdf:{container}>{rows}</rdf:{container}></{element}>" if values else ""


def _exif(says: Layer, camera: tuple[str, str] | None, orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[Base.Orientation] = orientation
    if camera:
        exif[Base.Make], exif[Base.Model] = camera
    taken = says.date.replace("-", ":")
    if len(taken) == len("2024:01:01"):
        exif[Base.DateTime] = f"{taken} 12:00:00"
        exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = f"{taken} 12:00:00"
    return exif


def _chunks(says: Layer, prompt: str) -> PngInfo:
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", xmp(says).decode())
    if prompt:
        info.add_text("parameters", prompt)
    return info
