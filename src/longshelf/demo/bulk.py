"""Very many files, fast, for benchmarks: real-looking books and comics, and trees of tiny valid files.

The bytes that take time (covers, text blocks) come from small pools compressed once; every file is its own, with its own metadata, and
nothing is hard-linked. Same seed, same bytes."""

import struct
import zlib
from pathlib import Path
from random import Random

import msgspec

from longshelf.demo import comic_art, comics, epubs, names, photos, pictures, words
from longshelf.demo.canvas import PALETTES
from longshelf.demo.names import World
from longshelf.demo.shelf import Shelf
from longshelf.demo.zips import joined, pack
from longshelf.model.records import Chapter

BOOK_CHAPTERS = 22  # with the package files and pictures this makes 30 members
COVER_POOL = 24
TEXT_POOL = 40
PARAGRAPHS = 130  # of one chapter; about 6 KB compressed
PNG_START = b"\x89PNG\r\n\x1a\n"
PER_FOLDER = 40  # files of one folder in a tree


def write_epubs(target: Path, n: int, seed: int) -> None:
    """`n` books of 30 members and about 150 KB, as Author/Title.epub."""
    rng = names.stream(seed, "bulk epubs")
    shelf = Shelf(World(seed))
    covers = [pack("cover.jpg", _book_cover(seed, index)) for index in range(COVER_POOL)]
    texts = [pack("text.xhtml", _chapter_text(rng, index).encode()) for index in range(TEXT_POOL)]
    plate = [
        pack("plate.jpg", pictures.jpeg(photos.photo(names.stream(seed, "plate", index), (360, 240)), 70)) for index in range(COVER_POOL)
    ]
    chapters = tuple(Chapter(f"Chapter {index + 1}") for index in range(BOOK_CHAPTERS))
    for index in range(n):
        says = msgspec.structs.replace(shelf.book(index, 3)[0], chapters=chapters)
        folder = target / _shard(index) / _file_name(says.credits[0].name)
        folder.mkdir(parents=True, exist_ok=True)
        small = epubs.members(says, version=3, cover=b"-")
        fixed = [(name, pack(name, content)) for name, content in small if not name.startswith(("OEBPS/text/", "OEBPS/images/"))]
        pages = [(f"OEBPS/text/{epubs.chapter_file(number)}", rng.choice(texts)) for number in range(BOOK_CHAPTERS)]
        art = [("OEBPS/images/cover.jpg", rng.choice(covers)), ("OEBPS/images/plate.jpg", rng.choice(plate))]
        (folder / f"{_file_name(says.title)} {index:06d}.epub").write_bytes(joined([*fixed, *art, *pages]))


def write_cbzs(target: Path, n: int, seed: int) -> None:
    """`n` comics of 16 pages from a small pool, as Series/Series #001.cbz; together they keep the numbers of their series unique."""
    rng = names.stream(seed, "bulk comics")
    shelf = Shelf(World(seed))
    pool = [pack("page.jpg", _comic_page(seed, index)) for index in range(COVER_POOL)]
    for index in range(n):
        says, _ = shelf.comic(index)
        series = next(credit for credit in says.credits if credit.position is not None)
        folder = target / _file_name(series.name)
        folder.mkdir(parents=True, exist_ok=True)
        members = [("ComicInfo.xml", pack("ComicInfo.xml", comics.comic_info(says, 16).encode()))]
        members += [(comics.page_name(page), rng.choice(pool)) for page in range(16)]
        (folder / f"{_file_name(series.name)} #{int(series.position or 0):05d}.cbz").write_bytes(joined(members))


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
    return PNG_START + png_header(1, 1, 6) + png_chunk(b"IDAT", zlib.compress(b"\0" + pixel, 1)) + png_chunk(b"IEND", b"")


def png_header(width: int, height: int, color_type: int) -> bytes:
    """The IHDR chunk, 8 bits a channel; `color_type` 0 is grey, 6 RGBA."""
    return png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, color_type, 0, 0, 0))


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _tiny_epub(number: int) -> bytes:
    author = f"{words.GIVEN[number % len(words.GIVEN)]} {words.FAMILY[number % len(words.FAMILY)]}"
    opf = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>Pamphlet {number}</dc:title><dc:creator>{author}</dc:creator>"
        "</metadata><manifest/><spine/></package>"
    )
    members = (("mimetype", b"application/epub+zip"), ("META-INF/container.xml", epubs.CONTAINER), ("OEBPS/content.opf", opf.encode()))
    return joined([(name, pack(name, content)) for name, content in members])


def _book_cover(seed: int, index: int) -> bytes:
    rng = names.stream(seed, "cover", index)
    return pictures.jpeg(pictures.book_cover(rng, names.title(rng).latin, f"{rng.choice(words.GIVEN)} {rng.choice(words.FAMILY)}"), 80)


def _comic_page(seed: int, index: int) -> bytes:
    rng = names.stream(seed, "page", index)
    return pictures.jpeg(comic_art.comic_page(rng, rng.choice(PALETTES), rng.sample(words.SPEECH, 6), (360, 553)), 70)


def _chapter_text(rng: Random, index: int) -> str:
    body = "\n".join(f"<p>{rng.choice(words.PARAGRAPHS)} {names.title(rng).latin}, {rng.random():.12f}.</p>" for _ in range(PARAGRAPHS))
    return (
        f'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><head><title>{index}</title></head><body>{body}</body></html>'
    )


def _shard(index: int) -> str:
    return f"shelf-{index // 1000:03d}"


def _file_name(text: str) -> str:
    return text.replace("/", "-").strip(" .")
