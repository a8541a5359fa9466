"""Very many files, fast, for benchmarks: real-looking books and comics, and trees of tiny valid files.

The bytes that take time (covers, text blocks) come from small pools compressed once; every file is its own, with its own metadata, and
nothing is hard-linked. Same seed, same bytes."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec

from longshelf.demo import comics, epubs, names, pictures, words
from longshelf.demo.canvas import PALETTES
from longshelf.demo.names import World
from longshelf.demo.shelf import Shelf
from longshelf.demo.zips import STORED_SUFFIXES
from longshelf.model.records import Chapter

BOOK_CHAPTERS = 22  # with the package files and pictures this makes 30 members
COVER_POOL = 24
TEXT_POOL = 40
PER_FOLDER = 40  # files of one folder in a tree
_DATE, _TIME = (2024 - 1980) << 9 | 1 << 5 | 1, 0


class Packed(NamedTuple):
    """Compressed content that many archives may hold: `method` is 0 stored or 8 deflated."""

    method: int
    checksum: int
    size: int
    data: bytes


def write_epubs(target: Path, n: int, seed: int) -> None:
    """`n` books of 30 members and about 150 KB, as Author/Title.epub."""
    rng = names.stream(seed, "bulk epubs")
    shelf = Shelf(World(seed))
    covers = [_pack("cover.jpg", _book_cover(seed, index)) for index in range(COVER_POOL)]
    texts = [_pack("text.xhtml", _chapter_text(rng, index).encode()) for index in range(TEXT_POOL)]
    plate = [_pack("plate.jpg", pictures.jpeg(pictures.photo(names.stream(seed, "plate", index), (360, 240)), 70)) for index in range(COVER_POOL)]
    chapters = tuple(Chapter(f"Chapter {index + 1}") for index in range(BOOK_CHAPTERS))
    for index in range(n):
        says = msgspec.structs.replace(shelf.book(index, 3)[0], chapters=chapters)
        folder = target / _shard(index) / _file_name(says.credits[0].name)
        folder.mkdir(parents=True, exist_ok=True)
        small = epubs.members(says, version=3, cover=b"-")
        fixed = [(name, _pack(name, content)) for name, content in small if not name.startswith(("OEBPS/text/", "OEBPS/images/"))]
        pages = [(f"OEBPS/text/{epubs.chapter_file(number)}", rng.choice(texts)) for number in range(BOOK_CHAPTERS)]
        art = [("OEBPS/images/cover.jpg", rng.choice(covers)), ("OEBPS/images/plate.jpg", rng.choice(plate))]
        (folder / f"{_file_name(says.title)} {index:06d}.epub").write_bytes(_archive([*fixed, *art, *pages]))


def write_cbzs(target: Path, n: int, seed: int) -> None:
    """`n` comics of 16 pages from a small pool, as Series/Series #001.cbz; together they keep the numbers of their series unique."""
    rng = names.stream(seed, "bulk comics")
    shelf = Shelf(World(seed))
    pool = [_pack("page.jpg", _comic_page(seed, index)) for index in range(COVER_POOL)]
    for index in range(n):
        says, _ = shelf.comic(index)
        series = next(credit for credit in says.credits if credit.position is not None)
        folder = target / _file_name(series.name)
        folder.mkdir(parents=True, exist_ok=True)
        members = [("ComicInfo.xml", _pack("ComicInfo.xml", comics.comic_info(says, 16).encode()))]
        members += [(comics.page_name(page), rng.choice(pool)) for page in range(16)]
        (folder / f"{_file_name(series.name)} #{int(series.position or 0):05d}.cbz").write_bytes(_archive(members))


def write_tree(target: Path, n: int, seed: int) -> None:
    """`n` tiny valid files (PNG pictures, every tenth an EPUB) as Year/Album/name, forty to a folder."""
    rng = names.stream(seed, "tree")
    folder = target
    for index in range(n):
        if index % PER_FOLDER == 0:
            folder = target / str(1990 + index // PER_FOLDER % 36) / f"{_file_name(names.title(rng).text)} {index // PER_FOLDER:05d}"
            folder.mkdir(parents=True, exist_ok=True)
        if index % 10 == 9:
            (folder / f"book-{index:07d}.epub").write_bytes(_tiny_epub(index))
        else:
            (folder / f"img-{index:07d}.png").write_bytes(tiny_png(index))


def tiny_png(number: int) -> bytes:
    """A valid one-pixel picture whose colour and bytes depend on `number`; under 100 bytes."""
    pixel = struct.pack(">I", number & 0xFFFFFFFF)
    header = struct.pack(">IIBBBBB", 1, 1, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in _png_parts(header, pixel))


def _png_parts(header: bytes, pixel: bytes) -> Iterator[tuple[bytes, bytes]]:
    yield b"IHDR", header
    yield b"IDAT", zlib.compress(b"\0" + pixel, 1)
    yield b"IEND", b""


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _tiny_epub(number: int) -> bytes:
    opf = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>Pamphlet {number}</dc:title><dc:creator>{words.GIVEN[number % len(words.GIVEN)]} {words.FAMILY[number % len(words.FAMILY)]}"
        "</dc:creator></metadata><manifest/><spine/></package>"
    )
    members = (("mimetype", b"application/epub+zip"), ("META-INF/container.xml", epubs.CONTAINER), ("OEBPS/content.opf", opf.encode()))
    return _archive([(name, _pack(name, content)) for name, content in members])


def _pack(name: str, content: bytes) -> Packed:
    stored = name == "mimetype" or name.endswith(STORED_SUFFIXES) or len(content) < 200
    if stored:
        return Packed(0, zlib.crc32(content), len(content), content)
    squeeze = zlib.compressobj(1, zlib.DEFLATED, -15)
    return Packed(8, zlib.crc32(content), len(content), squeeze.compress(content) + squeeze.flush())


def _archive(members: list[tuple[str, Packed]]) -> bytes:
    """A ZIP from parts compressed before: what `zipfile` writes, at the speed of joining bytes."""
    body: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for name, packed in members:
        encoded = name.encode()
        common = struct.pack("<HHHHHIIIHH", 20, 0x800, packed.method, _TIME, _DATE, packed.checksum, len(packed.data), packed.size, len(encoded), 0)
        body += (b"PK\x03\x04", common, encoded, packed.data)
        attributes = struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, offset)
        directory += (b"PK\x01\x02", struct.pack("<H", 0x314), common, attributes, encoded)
        offset += 4 + len(common) + len(encoded) + len(packed.data)
    index = b"".join(directory)
    return b"".join(body) + index + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, len(members), len(members), len(index), offset, 0)


def _book_cover(seed: int, index: int) -> bytes:
    rng = names.stream(seed, "cover", index)
    return pictures.jpeg(pictures.book_cover(rng, names.title(rng).latin, f"{rng.choice(words.GIVEN)} {rng.choice(words.FAMILY)}"), 80)


def _comic_page(seed: int, index: int) -> bytes:
    rng = names.stream(seed, "page", index)
    return pictures.jpeg(pictures.comic_page(rng, rng.choice(PALETTES), rng.sample(words.SPEECH, 6), (360, 553)), 70)


def _chapter_text(rng: Random, index: int) -> str:
    body = "\n".join(f"<p>{rng.choice(words.PARAGRAPHS)} {names.title(rng).latin}, {rng.random():.12f}.</p>" for _ in range(60))
    return f'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><head><title>{index}</title></head><body>{body}</body></html>'


def _shard(index: int) -> str:
    return f"shelf-{index // 1000:03d}"


def _file_name(text: str) -> str:
    return text.replace("/", "-").strip(" .")
