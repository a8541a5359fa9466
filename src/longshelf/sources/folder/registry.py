"""Which extension is which format and who parses it: a table, one line a format. Parsers are imported when first used."""

import importlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from longshelf.model.kinds import ItemKind
from longshelf.model.records import Layer
from longshelf.sources.folder.reading import Parser


class FileFormat(NamedTuple):
    """One extension: the kind it usually is, the media type to serve it with, and the parser module."""

    extension: str
    kind: ItemKind
    mime: str
    parser: str


FORMATS: tuple[FileFormat, ...] = (
    FileFormat("epub", ItemKind.BOOK, "application/epub+zip", "epub"),
    FileFormat("pdf", ItemKind.BOOK, "application/pdf", "pdf"),
    FileFormat("cbz", ItemKind.COMIC, "application/vnd.comicbook+zip", "comic"),
    FileFormat("cbr", ItemKind.COMIC, "application/vnd.comicbook-rar", "comic"),
    FileFormat("cb7", ItemKind.COMIC, "application/x-cb7", "comic"),
    FileFormat("zip", ItemKind.COMIC, "application/zip", "comic"),
    FileFormat("rar", ItemKind.COMIC, "application/vnd.rar", "comic"),
    FileFormat("7z", ItemKind.COMIC, "application/x-7z-compressed", "comic"),
    FileFormat("m4b", ItemKind.AUDIOBOOK, "audio/mp4", "audio"),
    FileFormat("m4a", ItemKind.TRACK, "audio/mp4", "audio"),
    FileFormat("mp3", ItemKind.TRACK, "audio/mpeg", "audio"),
    FileFormat("flac", ItemKind.TRACK, "audio/flac", "audio"),
    FileFormat("ogg", ItemKind.TRACK, "audio/ogg", "audio"),
    FileFormat("oga", ItemKind.TRACK, "audio/ogg", "audio"),
    FileFormat("opus", ItemKind.TRACK, "audio/ogg", "audio"),
    FileFormat("aac", ItemKind.TRACK, "audio/aac", "audio"),
    FileFormat("wav", ItemKind.TRACK, "audio/wav", "audio"),
    FileFormat("aiff", ItemKind.TRACK, "audio/aiff", "audio"),
    FileFormat("aif", ItemKind.TRACK, "audio/aiff", "audio"),
    FileFormat("wma", ItemKind.TRACK, "audio/x-ms-wma", "audio"),
    FileFormat("mp4", ItemKind.VIDEO, "video/mp4", "video"),
    FileFormat("m4v", ItemKind.VIDEO, "video/mp4", "video"),
    FileFormat("mkv", ItemKind.VIDEO, "video/x-matroska", "video"),
    FileFormat("webm", ItemKind.VIDEO, "video/webm", "video"),
    FileFormat("avi", ItemKind.VIDEO, "video/x-msvideo", "video"),
    FileFormat("mov", ItemKind.VIDEO, "video/quicktime", "video"),
    FileFormat("ogv", ItemKind.VIDEO, "video/ogg", "video"),
    FileFormat("wmv", ItemKind.VIDEO, "video/x-ms-wmv", "video"),
    FileFormat("flv", ItemKind.VIDEO, "video/x-flv", "video"),
    FileFormat("jpg", ItemKind.IMAGE, "image/jpeg", "image"),
    FileFormat("jpeg", ItemKind.IMAGE, "image/jpeg", "image"),
    FileFormat("png", ItemKind.IMAGE, "image/png", "image"),
    FileFormat("webp", ItemKind.IMAGE, "image/webp", "image"),
    FileFormat("gif", ItemKind.IMAGE, "image/gif", "image"),
    FileFormat("bmp", ItemKind.IMAGE, "image/bmp", "image"),
    FileFormat("avif", ItemKind.IMAGE, "image/avif", "image"),
    FileFormat("heic", ItemKind.IMAGE, "image/heic", "image"),
    FileFormat("heif", ItemKind.IMAGE, "image/heif", "image"),
    FileFormat("tif", ItemKind.IMAGE, "image/tiff", "image"),
    FileFormat("tiff", ItemKind.IMAGE, "image/tiff", "image"),
)
BY_EXTENSION: dict[bytes, FileFormat] = {b"." + row.extension.encode(): row for row in FORMATS}
SIDECAR_READERS = {".opf": "opf", ".nfo": "nfo", ".xml": "comicinfo", ".json": "metadata_json", ".xmp": "xmp"}  # module in sidecars
SIDECAR_EXTENSIONS = frozenset(suffix.encode() for suffix in SIDECAR_READERS)


def extension(name: bytes) -> bytes:
    """b".epub" for b"Book.EPUB"; b"" when there is none."""
    return os.path.splitext(name)[1].lower()


def format_of(name: bytes) -> FileFormat | None:
    """The format a file name claims, whatever its case."""
    return BY_EXTENSION.get(extension(name))


def is_relevant(name: bytes) -> bool:
    """Is it worth a stat: a media file, or something that may be a sidecar of one?"""
    suffix = extension(name)
    return suffix in BY_EXTENSION or suffix in SIDECAR_EXTENSIONS


@cache
def parser(module: str) -> Parser:
    """The parse function of one module in `formats`."""
    found: Parser = importlib.import_module(f"longshelf.sources.folder.formats.{module}").parse
    return found


@cache
def sidecar_reader(suffix: str) -> Callable[[Path], Layer]:
    """The read function for sidecars with this (lower case) suffix."""
    module = importlib.import_module(f"longshelf.sources.folder.sidecars.{SIDECAR_READERS[suffix]}")
    found: Callable[[Path], Layer] = module.read
    return found
