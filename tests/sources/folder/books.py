"""Small books and comics for parser tests, made of text: what is not given is the least a valid file needs."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Layer
from longshelf.sources.folder.formats import epub
from longshelf.sources.folder.reading import Reading

CONTAINER = (
    '<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="{name}" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
NAMESPACES = 'xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf"'
TITLE = "<dc:title>T</dc:title>"
PIXEL = b"\x89PNG not really"

Members = Mapping[str, bytes | str]


def write_zip(path: Path, members: Members, comment: bytes = b"") -> Path:
    """The members in order, deflated."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = comment
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def opf(metadata: str = "", manifest: str = "", spine: str = "<spine/>", guide: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><package {NAMESPACES} version="3.0"><metadata>{metadata}</metadata>'
        f"<manifest>{manifest}</manifest>{spine}{guide}</package>"
    )


def write_epub(path: Path, package: str | bytes, more: Members | None = None, name: str = "OEBPS/content.opf") -> Path:
    """`package` is the OPF document, at `name`; `more` are further members, which may replace the container."""
    members = {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER.format(name=name), name: package}
    return write_zip(path, {**members, **(more or {})})


def comic_info(inner: str) -> str:
    return f'<?xml version="1.0"?><ComicInfo>{inner}</ComicInfo>'


def write_comic(path: Path, info: str | None = None, pages: int = 3, more: Members | None = None, comment: bytes = b"") -> Path:
    """Pages p1.png … and, when `info` is given, a ComicInfo.xml with these elements."""
    members: dict[str, bytes | str] = {f"p{number}.png": PIXEL for number in range(1, pages + 1)}
    if info is not None:
        members["ComicInfo.xml"] = comic_info(info)
    return write_zip(path, {**members, **(more or {})}, comment)


class Book:
    """Writes a book and reads it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def reading(self, metadata: str = TITLE, manifest: str = "", more: Members | None = None, **parts: str) -> Reading:
        return epub.parse(write_epub(self.path, opf(metadata, manifest, **parts), more))

    def layer(self, metadata: str = TITLE, manifest: str = "", more: Members | None = None, **parts: str) -> Layer:
        return self.reading(metadata, manifest, more, **parts).layers[0]

    def persons(self, metadata: str) -> list[tuple[str, Role, str]]:
        return [(each.name, each.role, each.sort_name) for each in self.layer(metadata).credits if each.kind is EntityKind.PERSON]

    def series(self, metadata: str) -> list[tuple[str, float | None]]:
        return [(each.name, each.position) for each in self.layer(metadata).credits if each.kind is EntityKind.SERIES]

    def names(self, kind: EntityKind, metadata: str) -> list[str]:
        return [each.name for each in self.layer(metadata).credits if each.kind is kind]
