"""The demonstration library says what its manifest says, and the same on every machine."""

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import av
import numpy as np
import pypdfium2
import pytest
from mutagen.id3 import ID3
from mutagen.mp4 import MP4
from PIL import Image, ImageOps

from longshelf.demo.library import MARKER, Manifest, Written, read_manifest, write_library
from longshelf.demo.names import World
from longshelf.demo.says import first_name, names_of
from longshelf.demo.shelf import Shelf
from longshelf.model.kinds import EntityKind, ItemKind, Role
from tests.demo.reading import DC, comic_info, metas, package, texts

SEED = 11
COUNTS = {"books": 8, "comics": 1, "audiobooks": 3, "videos": 3, "images": 4, "pdfs": 1}


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "library"


@pytest.fixture(scope="module")
def manifest(target: Path) -> Manifest:
    return write_library(target, SEED, **COUNTS)


def digest(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            total.update(os.fsencode(path.relative_to(folder)) + path.read_bytes())
    return total.hexdigest()


def of_suffix(manifest: Manifest, target: Path, suffix: str) -> list[tuple[Written, Path]]:
    found = [(item, target / item.paths[0]) for item in manifest.items if item.paths[0].endswith(suffix)]
    assert found
    return found


def test_everything_asked_for_is_there_and_nothing_else(manifest: Manifest, target: Path) -> None:
    assert len(manifest.items) == sum(COUNTS.values())
    listed = {path for item in manifest.items for path in item.paths}
    sidecars = {str(Path(item.paths[0]).with_suffix(".nfo")) for item in manifest.items if item.kind is ItemKind.VIDEO}
    present = {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()}
    assert present == listed | sidecars | {MARKER}


def test_the_same_seed_writes_the_same_bytes_whatever_the_process(manifest: Manifest, target: Path, tmp_path: Path) -> None:
    assert manifest
    code = "import sys, pathlib, longshelf.demo.library as demo; demo.write_library(pathlib.Path(sys.argv[1]), 11, **eval(sys.argv[2]))"
    environment = {**os.environ, "PYTHONHASHSEED": "4711"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "again"), repr(COUNTS)], check=True, env=environment)
    assert digest(tmp_path / "again") == digest(target)


def test_a_finished_library_is_not_written_again_and_an_unfinished_one_is(tmp_path: Path) -> None:
    counts = {**dict.fromkeys(COUNTS, 0), "books": 2}
    manifest = write_library(tmp_path, SEED, **counts)
    book = tmp_path / manifest.items[0].paths[0]
    os.utime(book, (1, 1))
    assert write_library(tmp_path, SEED, **counts) == manifest
    assert book.stat().st_mtime == 1
    (tmp_path / MARKER).write_bytes(b'{"half":')
    assert read_manifest(tmp_path) is None
    assert write_library(tmp_path, SEED, **counts) == manifest
    assert book.stat().st_mtime > 1


def test_another_seed_is_another_library(manifest: Manifest, tmp_path: Path) -> None:
    other = write_library(tmp_path, SEED + 1, books=4, comics=0, audiobooks=0, videos=0, images=0, pdfs=0)
    assert {item.says.title for item in other.items}.isdisjoint(item.says.title for item in manifest.items[:4])


def test_books_say_what_the_manifest_says(manifest: Manifest, target: Path) -> None:
    versions = set()
    for item, path in of_suffix(manifest, target, ".epub"):
        opf, says = package(path), item.says
        versions.add(opf.get("version"))
        assert texts(opf, f"{DC}title")[0] == says.title
        assert texts(opf, f"{DC}creator") == names_of(says, EntityKind.PERSON, Role.AUTHOR)
        assert texts(opf, f"{DC}subject") == names_of(says, EntityKind.GENRE)
        assert texts(opf, f"{DC}publisher") == names_of(says, EntityKind.PUBLISHER)
        assert texts(opf, f"{DC}date") == [says.date]
        assert texts(opf, f"{DC}language") == [says.language]
        assert any(says.identifiers["isbn"] in text for text in texts(opf, f"{DC}identifier"))
        if opf.get("version") == "3.0":
            assert metas(opf, "belongs-to-collection") == names_of(says, EntityKind.SERIES)
            assert texts(opf, f"{DC}title")[1:] == [says.subtitle] * bool(says.subtitle)
        else:
            found = [meta.get("content") for meta in opf.iter() if meta.get("name") == "calibre:series"]
            assert found == names_of(says, EntityKind.SERIES)
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            with archive.open("OEBPS/images/cover.jpg") as cover, Image.open(cover) as image:
                assert image.size == (480, 720)
            for name in archive.namelist():
                if name.endswith((".xhtml", ".ncx", ".opf")):
                    ElementTree.fromstring(archive.read(name))
    assert versions == {"2.0", "3.0"}


def test_comics_say_what_the_manifest_says(manifest: Manifest, target: Path) -> None:
    for item, path in of_suffix(manifest, target, ".cbz"):
        info, says = comic_info(path), item.says
        assert info["Title"] == says.title
        assert info["Series"] == first_name(says, EntityKind.SERIES)
        assert info["Writer"] == first_name(says, EntityKind.PERSON, Role.WRITER)
        assert "-".join((info["Year"], f"{int(info['Month']):02d}", f"{int(info['Day']):02d}")) == says.date
        with zipfile.ZipFile(path) as archive:
            assert len([name for name in archive.namelist() if name.endswith(".jpg")]) == item.facts.pages == int(info["PageCount"])


def test_audiobooks_say_what_the_manifest_says(manifest: Manifest, target: Path) -> None:
    for item, path in of_suffix(manifest, target, ".m4b"):
        tags = MP4(path)  # type: ignore[no-untyped-call]
        assert tags["\xa9nam"] == [item.says.title]
        assert tags["\xa9nrt"] == names_of(item.says, EntityKind.PERSON, Role.NARRATOR)
        assert [chapter.title for chapter in tags.chapters or ()] == [chapter.title for chapter in item.says.chapters]
        assert tags["covr"]
        assert getattr(tags.info, "length", 0.0) == pytest.approx(item.facts.duration, abs=0.2)
    for item, path in of_suffix(manifest, target, ".mp3"):
        assert len(item.paths) == len(item.says.chapters)
        frames = ID3(path)  # type: ignore[no-untyped-call]
        assert frames["TALB"].text == [item.says.title]
        assert frames["TRCK"].text == [f"1/{len(item.paths)}"]
        assert frames["APIC:"].data.startswith(b"\xff\xd8")


def test_clips_move_and_can_be_heard(manifest: Manifest, target: Path) -> None:
    suffixes = set()
    for item in manifest.items:
        if item.kind is not ItemKind.VIDEO:
            continue
        path = target / item.paths[0]
        suffixes.add(path.suffix)
        assert path.stat().st_size < 200_000
        with av.open(str(path)) as container:
            frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
        with av.open(str(path)) as container:
            sound = max(float(np.abs(np.asarray(frame.to_ndarray())).max()) for frame in container.decode(audio=0))
            assert (container.duration or 0) / 1e6 == pytest.approx(item.facts.duration, abs=0.15)
        assert frames[0].shape == (item.facts.height, item.facts.width)
        assert abs(frames[len(frames) // 2].astype(int) - frames[-1]).mean() > 1
        assert sound > 0.02
        nfo = ElementTree.fromstring(path.with_suffix(".nfo").read_bytes())
        assert nfo.findtext("title") == item.says.title
        assert [actor.findtext("name") for actor in nfo.iter("actor")] == names_of(item.says, EntityKind.PERSON, Role.ACTOR)
    assert suffixes == {".mp4", ".mkv", ".webm"}


def test_pictures_say_what_the_manifest_says(manifest: Manifest, target: Path) -> None:
    prompts = 0
    for item in manifest.items:
        if item.kind is not ItemKind.IMAGE:
            continue
        with Image.open(target / item.paths[0]) as image:
            assert ImageOps.exif_transpose(image).size == (item.facts.width, item.facts.height)
            packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp", "")
            xmp = ElementTree.fromstring(packet)
            assert next(row.text for row in xmp.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}li")) == item.says.title
            prompts += "parameters" in image.info
            if image.format == "JPEG":
                assert image.getexif().get_ifd(0x8769)[0x9003][:10].replace(":", "-") == item.says.date
    assert prompts == 1


def test_papers_say_what_the_manifest_says(manifest: Manifest, target: Path) -> None:
    for item, path in of_suffix(manifest, target, ".pdf"):
        with pypdfium2.PdfDocument(path) as document:
            about = document.get_metadata_dict()
            assert len(document) == item.facts.pages
        assert about["Title"] == item.says.title
        assert about["Author"] == first_name(item.says, EntityKind.PERSON)
        assert about["Keywords"] == ", ".join(names_of(item.says, EntityKind.TAG))
        assert about["CreationDate"][2:10] == item.says.date.replace("-", "")


def test_titles_are_unique_enough_and_some_are_in_other_scripts() -> None:
    shelf = Shelf(World(3))
    titles = [shelf.book(number, 3)[0].title for number in range(400)]
    assert len(set(titles)) > 320
    assert 8 < sum(not title.isascii() for title in titles) < 80


def test_numbers_within_a_series_run_on() -> None:
    shelf = Shelf(World(3))
    numbers: dict[str, list[float]] = {}
    for index in range(60):
        for credit in shelf.comic(index)[0].credits:
            if credit.kind is EntityKind.SERIES and credit.position is not None:
                numbers.setdefault(credit.name, []).append(credit.position)
    assert all(found == [float(n + 1) for n in range(len(found))] for found in numbers.values())
