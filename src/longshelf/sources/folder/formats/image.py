"""Pictures: their size as people see it, and what camera, photographer or image model said about them.

The container is told by its first bytes; nothing is decoded (see pictures.py and heif.py). EXIF, XMP, IPTC and text chunks are folded
into one layer. The rule: metadata that is damaged costs a warning, a picture that cannot be there is Unreadable."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from longshelf.errors import Unreadable
from longshelf.model.kinds import EntityKind, ItemKind, Role
from longshelf.model.records import Cover, Credit, Facts, Layer, Origin
from longshelf.sources.folder import fields
from longshelf.sources.folder.formats import ai_prompt, exif, heif, iptc, pictures, xml
from longshelf.sources.folder.formats.exif import Exif
from longshelf.sources.folder.formats.pictures import Picture
from longshelf.sources.folder.reading import Reading
from longshelf.sources.folder.sidecars import xmp

HUGE = 500_000_000  # pixels; beyond this the thumbnailer will refuse, and a person should know why
_EMPTY = Layer(origin=Origin.EMBEDDED)


def parse(path: Path) -> Reading:
    """Kind IMAGE always. Width and height have the orientation applied."""
    with path.open("rb") as file:
        picture = _read(file, os.fstat(file.fileno()).st_size)
    warnings = list(picture.warnings)
    said = _Said(_shot(picture, warnings), _packets(picture, warnings), iptc.parse(picture.iptc))
    width, height = picture.width, picture.height
    if said.shot.orientation in exif.TURNED and not picture.turned:
        width, height = height, width
    if (width or 0) * (height or 0) > HUGE:
        warnings.append(f"claims {width} x {height} pixels: too large to make a thumbnail of")
    facts = Facts(mime=picture.mime, width=width, height=height, duration=picture.duration, extra=_measured(picture, said.shot))
    return Reading(ItemKind.IMAGE, facts, (_layer(picture, said),), tuple(warnings))


@dataclass(frozen=True)
class _Said:
    shot: Exif
    packet: Layer
    press: iptc.Iptc


def _read(file: BinaryIO, size: int) -> Picture:
    start = file.read(64)
    if not start:
        raise Unreadable("the file is empty")
    for begins, reader in _MAGIC:
        if begins(start):
            return reader(file, size)
    raise Unreadable("is not a picture of a known kind, whatever its name says")


def _shot(picture: Picture, warnings: list[str]) -> Exif:
    if picture.directory is not None or not picture.exif:
        return picture.directory or Exif()
    try:
        return exif.parse(picture.exif)
    except Unreadable as error:
        warnings.append(f"its EXIF is damaged and was left out: {error}")
        return Exif()


def _packets(picture: Picture, warnings: list[str]) -> Layer:
    """All XMP packets as one: properties of the first come first."""
    found: xmp.Properties = {}
    for packet in picture.xmp[:16]:
        try:
            root = xml.parse(packet.strip(b"\0 \r\n\t"), "the XMP").root
        except Unreadable as error:
            warnings.append(f"its XMP is damaged and was left out: {error}")
            continue
        for name, texts in xmp.properties(root).items():
            found.setdefault(name, []).extend(texts)
    return xmp.said(found, Origin.EMBEDDED) if found else _EMPTY


# --- what is said ---


def _layer(picture: Picture, said: _Said) -> Layer:
    shot, press, packet = said.shot, said.press, said.packet
    texts = picture.texts
    hidden = ai_prompt.from_exif(shot.comment, shot.make, shot.model)
    painted = ai_prompt.read({**hidden, **texts}) if texts or hidden else None
    written = "" if painted else texts.get("Description", "") or texts.get("Comment", "")
    description = packet.description or press.description or fields.plain_text(shot.description) or fields.plain_text(written)
    if not description and painted:
        description = fields.plain_text(str(painted.get("prompt", "")))
    if not description and not painted:
        description = fields.plain_text(shot.comment)
    taken = shot.taken or str(packet.extra.get("taken", ""))
    extra: dict[str, object] = {
        **packet.extra,
        "taken": taken,
        "gps": dict(shot.gps) if shot.gps else packet.extra.get("gps"),
        "copyright": packet.extra.get("copyright") or press.copyright or shot.copyright,
        "software": shot.software or fields.clean(texts.get("Software")),
        "ai": painted,
    }
    return Layer(
        origin=Origin.EMBEDDED,
        title=packet.title
        or press.title
        or press.headline
        or fields.known(shot.title)
        or ("" if painted else fields.known(texts.get("Title"))),
        description=description,
        date=fields.date(taken[:10])
        or packet.date
        or press.date
        or fields.date(texts.get("Creation Time"))
        or fields.date(shot.modified[:10]),
        language=packet.language,
        rating=packet.rating if packet.rating is not None else _stars(shot.rating),
        credits=_credits(picture, said),
        cover=Cover("self"),
        extra={name: value for name, value in extra.items() if value},
    )


def _stars(rating: int | None) -> int | None:
    return rating * 20 if rating and rating <= 5 else None


def _credits(picture: Picture, said: _Said) -> tuple[Credit, ...]:
    """Who made it comes from one source, whole; tags come from all of them."""
    makers = [credit for credit in said.packet.credits if credit.role is Role.PHOTOGRAPHER]
    if not makers:
        names = said.press.creators or fields.names(said.shot.artist, ";") or fields.names(picture.texts.get("Author"), ";")
        makers = [Credit(EntityKind.PERSON, name, Role.PHOTOGRAPHER) for name in names if fields.known(name)]
    others = [credit for credit in said.packet.credits if credit.role is not Role.PHOTOGRAPHER and credit.kind is not EntityKind.TAG]
    named = [credit.name for credit in said.packet.credits if credit.kind is EntityKind.TAG]
    tags = fields.unique((*named, *filter(None, said.press.keywords), *fields.listed(said.shot.keywords, ";,")))
    return (*makers, *others, *(Credit(EntityKind.TAG, name) for name in tags[: xmp.MAX_TAGS]))


def _measured(picture: Picture, shot: Exif) -> dict[str, object]:
    hidden = ai_prompt.from_exif("", shot.make, shot.model)
    camera = {} if hidden else {"make": fields.clean(shot.make), "model": fields.clean(shot.model), "lens": shot.lens}
    found: dict[str, object] = {
        "camera": {name: text for name, text in camera.items() if text},
        "shot": dict(shot.shot or {}),
        "animated": picture.frames > 1,
        "frames": picture.frames if picture.frames > 1 else 0,
    }
    return {name: value for name, value in found.items() if value}


_MAGIC: tuple[tuple[Callable[[bytes], bool], Callable[[BinaryIO, int], Picture]], ...] = (
    (lambda start: start[:3] == b"\xff\xd8\xff", lambda file, _: pictures.read_jpeg(file)),
    (lambda start: start[:8] == b"\x89PNG\r\n\x1a\n", lambda file, _: pictures.read_png(file)),
    (lambda start: start[:4] == b"RIFF" and start[8:12] == b"WEBP", pictures.read_webp),
    (lambda start: start[:6] in (b"GIF87a", b"GIF89a"), lambda file, _: pictures.read_gif(file)),
    (lambda start: start[4:8] == b"ftyp" and start[8:12].decode("latin-1") in heif.MIMES, heif.read),
    (lambda start: start[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), pictures.read_tiff),
    (lambda start: start[:2] == b"BM", lambda file, _: pictures.read_bmp(file)),
    (lambda start: start[:2] == b"\xff\x0a" or start[4:8] == b"JXL ", lambda file, _: _jxl(file)),
)


def _jxl(file: BinaryIO) -> Picture:
    file.seek(0)
    return pictures.read_jxl(file.read(4_096))
