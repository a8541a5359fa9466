"""A package document beside the book says what it would say inside."""

import os
from pathlib import Path

import pytest

from longshelf.errors import Unreadable
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Cover, Credit, Origin
from longshelf.sources.folder.sidecars import opf
from tests.sources.folder.books import opf as package

CALIBRE = (
    '<dc:title>Dune</dc:title><dc:creator opf:file-as="Herbert, Frank" opf:role="aut">Frank Herbert</dc:creator>'
    '<meta name="calibre:series" content="Dune"/><meta name="calibre:series_index" content="1.0"/>'
    '<meta name="calibre:rating" content="10"/>'
)


def test_a_calibre_sidecar_is_read(tmp_path: Path) -> None:
    path = tmp_path / "metadata.opf"
    path.write_text(package(CALIBRE, guide='<guide><reference type="cover" href="cover.jpg"/></guide>'))
    (tmp_path / "cover.jpg").write_bytes(b"x")
    layer = opf.read(path)
    assert layer.origin is Origin.SIDECAR
    assert (layer.title, layer.rating, layer.cover) == ("Dune", 100, Cover("sidecar", "cover.jpg"))
    assert layer.credits == (
        Credit(EntityKind.PERSON, "Frank Herbert", Role.AUTHOR, None, "Herbert, Frank"),
        Credit(EntityKind.SERIES, "Dune", position=1),
    )


@pytest.mark.parametrize(
    "href", ["gone.jpg", "../cover.jpg", "/etc/passwd.jpg", "https://example.org/cover.jpg", "sub/cover.jpg", "metadata.opf"]
)
def test_a_cover_counts_only_when_it_lies_beside(tmp_path: Path, href: str) -> None:
    (tmp_path / "cover.jpg").write_bytes(b"x")
    folder = tmp_path / "book"
    folder.mkdir()
    path = folder / "metadata.opf"
    path.write_text(package(CALIBRE, guide=f'<guide><reference type="cover" href="{href}"/></guide>'))
    assert opf.read(path).cover is None


@pytest.mark.parametrize("content", ["", "<html/>", "text", "\x00" * 10])
def test_what_is_no_package_is_unreadable(tmp_path: Path, content: str) -> None:
    path = tmp_path / "metadata.opf"
    path.write_text(content)
    with pytest.raises(Unreadable):
        opf.read(path)


def test_a_pipe_or_a_giant_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.opf")
    with (tmp_path / "giant.opf").open("wb") as file:
        file.truncate(1 << 36)
    with pytest.raises(Unreadable, match="not a regular file"):
        opf.read(tmp_path / "pipe.opf")
    with pytest.raises(Unreadable, match="larger than"):
        opf.read(tmp_path / "giant.opf")
