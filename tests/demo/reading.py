"""Reads what the generators wrote with other people's libraries, so that a mistake cannot hide in its own mirror image."""

import zipfile
from pathlib import Path
from xml.etree import ElementTree

DC = "{http://purl.org/dc/elements/1.1/}"
OPF = "{http://www.idpf.org/2007/opf}"


def package(path: Path) -> ElementTree.Element:
    """The OPF of an EPUB, found the way the standard says."""
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist()[0] == "mimetype"
        assert archive.getinfo("mimetype").compress_type == zipfile.ZIP_STORED
        container = ElementTree.fromstring(archive.read("META-INF/container.xml"))
        rootfile = container.find(".//{urn:oasis:names:tc:opendocument:xmlns:container}rootfile")
        assert rootfile is not None
        return ElementTree.fromstring(archive.read(rootfile.attrib["full-path"]))


def texts(element: ElementTree.Element, name: str) -> list[str]:
    return [found.text or "" for found in element.iter(name)]


def metas(opf: ElementTree.Element, prop: str) -> list[str]:
    return [meta.text or "" for meta in opf.iter(f"{OPF}meta") if meta.get("property") == prop]


def comic_info(path: Path) -> dict[str, str]:
    with zipfile.ZipFile(path) as archive:
        root = ElementTree.fromstring(archive.read("ComicInfo.xml"))
    return {child.tag: child.text or "" for child in root}
