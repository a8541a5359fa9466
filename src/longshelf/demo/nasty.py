"""Files that attack, mislead or simply break: what a scanner must survive, with the outcome it owes for each.

Nothing here is dangerous at rest and no file takes much room on disk, whatever it claims about itself."""

import os
import struct
import zlib
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from PIL import Image

from longshelf.demo import comics, epubs
from longshelf.demo.bulk import PNG_START, png_chunk, png_header, tiny_png
from longshelf.demo.pictures import jpeg
from longshelf.demo.zips import joined, pack, zipped
from longshelf.model.records import Layer, Origin

SECRET = "the secret that no field may ever show"  # noqa: S105 - text outside the library that links and entities point at
SPARSE_SIZE = 100 * 2**30
BOMB_SIZE = 128 * 2**20
EMPTY_EXTENSIONS = "epub pdf cbz cbr cb7 m4b m4a mp3 flac ogg opus mp4 mkv webm avi mov jpg jpeg png webp gif avif heic tif".split()  # noqa: SIM905


class Expected(StrEnum):
    """What a scan owes. BOUNDED: an item or an issue, but little time, little memory, and nothing from outside."""

    ITEM = "item"
    ISSUE = "issue"
    IGNORED = "ignored"
    BOUNDED = "bounded"


def write_nasty(target: Path, *groups: str) -> dict[str, Expected]:
    """Writes below `target`, which must not exist or be empty, and beside it a folder (`<target>.outside`) that links lead to. The keys
    are paths relative to `target` as `os.fsdecode` gives them. `groups` limits it to some of GROUPS; about three seconds for all."""
    target.mkdir(parents=True, exist_ok=True)
    outside = target.with_name(target.name + ".outside")
    outside.mkdir(exist_ok=True)
    (outside / "secret.txt").write_text(SECRET, encoding="utf-8")
    (outside / "secret.png").write_bytes(tiny_png(1))
    expected: dict[str, Expected] = {}
    for group in groups or GROUPS:
        expected |= GROUPS[group](target)
    return expected


Files = dict[str, tuple[bytes, Expected]]


def _put(target: Path, files: Files) -> dict[str, Expected]:
    for name, (content, _) in files.items():
        (target / name).write_bytes(content)
    return {name: outcome for name, (_, outcome) in files.items()}


def _archives(target: Path) -> dict[str, Expected]:
    page = tiny_png(7)
    whole = zipped([(f"page-{index:02d}.png", page) for index in range(20)])
    return _put(
        target,
        {
            "truncated.cbz": (whole[: len(whole) // 2], Expected.ISSUE),
            "slip.cbz": (_slip(page), Expected.ITEM),
            "bomb.cbz": (zipped([("ComicInfo.xml", b" " * BOMB_SIZE), ("page.png", page)]), Expected.BOUNDED),
            "page-bomb.cbz": (zipped([("page.bmp.png", page), ("page.jpg.txt", b"\0" * BOMB_SIZE)]), Expected.ITEM),
            "encrypted.cbz": (_encrypted(whole), Expected.ISSUE),
            "many.cbz": (joined((f"{index:06d}.png", pack("x.png", b"")) for index in range(100_000)), Expected.BOUNDED),
            "nested.cbz": (zipped([("inner.cbz", whole)]), Expected.ISSUE),
            "no-pages.cbz": (zipped([("readme.txt", b"nothing to see")]), Expected.ISSUE),
            "entities.cbz": (zipped([("ComicInfo.xml", _laughs("ComicInfo", "Title").encode()), ("page.png", page)]), Expected.BOUNDED),
            "prefixed.cbz": (b"#!/bin/sh\nexit 0\n" + whole, Expected.BOUNDED),
        },
    )


def _books(target: Path) -> dict[str, Expected]:
    says = Layer(origin=Origin.EMBEDDED, title="Plain Sailing", language="en", identifiers={"uuid": "0"})
    opf = epubs.package(says, 1, cover=False, version=3)
    whole = zipped(epubs.members(says))
    outside = target.with_name(target.name + ".outside") / "secret.txt"
    external = f'<!DOCTYPE package [<!ENTITY secret SYSTEM "{outside.absolute().as_uri()}">]>'
    return _put(
        target,
        {
            "truncated.epub": (whole[: len(whole) * 2 // 3], Expected.ISSUE),
            "lying-size.epub": (_lying(whole, b"OEBPS/content.opf"), Expected.ISSUE),
            "bomb.epub": (_book(b" " * BOMB_SIZE), Expected.ISSUE),
            "laughs.epub": (_book(_laughs("package", "title").encode()), Expected.BOUNDED),
            "external.epub": (
                _book(opf.replace("<package", f"{external}<package").replace("Plain Sailing", "&secret;").encode()),
                Expected.BOUNDED,
            ),
            "utf16.epub": (_book(opf.replace("UTF-8", "UTF-16").encode("utf-16")), Expected.ITEM),
            "latin1.epub": (_book(opf.replace("Plain Sailing", "Café Crème").encode("latin-1")), Expected.BOUNDED),
            "no-opf.epub": (zipped(epubs.members(says)[:2]), Expected.ISSUE),
            "opf-outside.epub": (zipped([("META-INF/container.xml", epubs.CONTAINER.replace(b"OEBPS/", b"../../"))]), Expected.ISSUE),
        },
    )


def _pictures(target: Path) -> dict[str, Expected]:
    return _put(
        target,
        {
            "giant.png": (_png((60_000, 60_000), png_chunk(b"IDAT", zlib.compress(b"\0" * 2**20, 9))), Expected.BOUNDED),
            "text-bomb.png": (_png((1, 1), png_chunk(b"zTXt", b"parameters\0\0" + zlib.compress(b"a" * BOMB_SIZE, 9))), Expected.BOUNDED),
            "cut.png": (tiny_png(3)[:46], Expected.BOUNDED),
            "jpeg-inside.png": (_jpeg(), Expected.ITEM),
        },
    )


def _wrong_content(target: Path) -> dict[str, Expected]:
    page = b"<!DOCTYPE html><html><body>404 Not Found</body></html>\n" * 20
    claims = {f"webpage-{suffix}.{suffix}": (page, Expected.ISSUE) for suffix in ("jpg", "png", "epub", "cbz", "pdf", "mp4", "mkv", "m4b")}
    empty = {f"empty-{suffix}.{suffix}": (b"", Expected.ISSUE) for suffix in EMPTY_EXTENSIONS}
    odd: Files = {
        "picture.epub": (tiny_png(4), Expected.ISSUE),
        "book.mp4": (zipped([("a.txt", b"a")]), Expected.ISSUE),
        "atom.mp4": (b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + struct.pack(">I4sQ", 1, b"moov", 2**62), Expected.ISSUE),
        "tag.mp3": (b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + b"\0" * 400, Expected.BOUNDED),
        "xref.pdf": (
            b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj\ntrailer<</Root 1 0 R>>\nstartxref\n99999999\n%%EOF",
            Expected.BOUNDED,
        ),
    }
    return _put(target, claims | empty | odd)


def _hostile_names(target: Path) -> dict[str, Expected]:
    """Valid little pictures under names that break careless code. One name is not UTF-8 and so travels as surrogates."""
    names = [
        os.fsdecode(b"caf\xe9.png"),
        "new\nline.png",
        "tab\tand\rreturn.png",
        "-rf.png",
        "quote'\"`$(id);&|.png",
        "rtl-\u202egnp.exe.png",
        "%2e%2e%2fescape.png",
        "..png.png",
        "nfd-e\u0301.png",
        "nfc-\u00e9.png",
        "space at end .png",
        "long-" + "n" * 245 + ".png",
        "<script>alert(1)<script>.png",
        "C:\\windows\\path.png",
        "EMOJI \U0001f4da.PNG",
    ]
    for number, name in enumerate(names):
        (target / name).write_bytes(tiny_png(100 + number))
    return {**dict.fromkeys(names, Expected.ITEM), "..png.png": Expected.IGNORED}  # a leading dot hides a file


def _special_files(target: Path) -> dict[str, Expected]:
    os.mkfifo(target / "pipe.mp4")
    (target / "folder.epub").mkdir()
    (target / "folder.epub" / "inside.png").write_bytes(tiny_png(5))
    expected = {"pipe.mp4": Expected.ISSUE, "folder.epub": Expected.IGNORED, "folder.epub/inside.png": Expected.ITEM}
    for suffix in ("mp4", "epub", "cbz"):
        with (target / f"sparse.{suffix}").open("wb") as file:
            file.truncate(SPARSE_SIZE)
        expected[f"sparse.{suffix}"] = Expected.ISSUE
    return expected


def _links(target: Path) -> dict[str, Expected]:
    outside = target.with_name(target.name + ".outside").absolute()
    links = {
        "loop.png": "loop.png",
        "circle": ".",
        "dangling.cbz": "nowhere.cbz",
        "outside.png": str(outside / "secret.png"),
        "outside-folder": str(outside),
    }
    for name, destination in links.items():
        (target / name).symlink_to(destination)
    return dict.fromkeys(links, Expected.ISSUE)


def _modes(target: Path) -> dict[str, Expected]:
    """Root reads everything, so for root these are ordinary files."""
    (target / "locked").mkdir()
    for name in ("locked.png", "locked/inside.png"):
        (target / name).write_bytes(tiny_png(6))
    (target / "locked.png").chmod(0)
    (target / "locked").chmod(0)
    if os.geteuid() == 0:
        return {"locked.png": Expected.ITEM, "locked/inside.png": Expected.ITEM}
    return {"locked.png": Expected.ISSUE, "locked": Expected.ISSUE}


def _depth(target: Path) -> dict[str, Expected]:
    folder = target / "/".join(["deep"] * 60)
    folder.mkdir(parents=True)
    (folder / "bottom.png").write_bytes(tiny_png(8))
    return {str((folder / "bottom.png").relative_to(target)): Expected.ITEM}


def _book(opf: bytes) -> bytes:
    return zipped([("mimetype", b"application/epub+zip"), ("META-INF/container.xml", epubs.CONTAINER), ("OEBPS/content.opf", opf)])


def _laughs(root: str, element: str) -> str:
    """Entities that multiply to ten thousand million."""
    entities = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 11))
    return f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY l0 "ha">{entities}]><{root}><{element}>&l10;</{element}></{root}>'


def _slip(page: bytes) -> bytes:
    names = ("../../../../tmp/escaped.png", "/etc/escaped.png", "C:\\escaped.png", "..\\..\\escaped.png", "ok/page-01.png")
    says = Layer(origin=Origin.EMBEDDED, title="Slippery")
    return zipped([("ComicInfo.xml", comics.comic_info(says, 1).encode()), *((name, page) for name in names)])


def _encrypted(whole: bytes) -> bytes:
    """Sets the encryption bit of every member, in the local headers (flags at +6) and in the directory (at +8)."""
    changed = bytearray(whole)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = whole.find(signature)
        while at >= 0:
            changed[at + offset] |= 1
            at = whole.find(signature, at + 4)
    return bytes(changed)


def _lying(whole: bytes, name: bytes) -> bytes:
    """The directory says that a member is 50 bytes long when unpacked (size at +24, name at +46)."""
    at = whole.rindex(name) - 46
    return whole[: at + 24] + struct.pack("<I", 50) + whole[at + 28 :]


def _png(size: tuple[int, int], rest: bytes) -> bytes:
    return PNG_START + png_header(*size, 0) + rest + png_chunk(b"IDAT", zlib.compress(b"\0\0")) + png_chunk(b"IEND", b"")


def _jpeg() -> bytes:
    return jpeg(Image.new("RGB", (8, 8), (200, 120, 40)))


GROUPS: dict[str, Callable[[Path], dict[str, Expected]]] = {
    "archives": _archives,
    "books": _books,
    "pictures": _pictures,
    "wrong content": _wrong_content,
    "names": _hostile_names,
    "special files": _special_files,
    "links": _links,
    "modes": _modes,
    "depth": _depth,
}
