"""EPUB 2 and 3. The package document is found through META-INF/container.xml, as the standard asks; a book that lacks it is read from its
only .opf, with a warning. Protected books still say who they are."""

import re
from pathlib import Path

import msgspec

from longshelf.errors import Unreadable
from longshelf.model.kinds import ItemKind
from longshelf.model.records import Chapter, Cover, Facts
from longshelf.sources.folder.formats import archive, contents, package, xml
from longshelf.sources.folder.formats.archive import Archive
from longshelf.sources.folder.formats.contents import Contents
from longshelf.sources.folder.formats.package import Package, Resource, resolved
from longshelf.sources.folder.reading import Reading

MIME = "application/epub+zip"
CONTAINER = "META-INF/container.xml"
ENCRYPTION = "META-INF/encryption.xml"
NCX_MIME = "application/x-dtbncx+xml"
PACKAGE_MIME = "application/oebps-package+xml"
# Scrambled fonts open in every reader; anything else encrypted needs a key we do not have.
_FONT_SCRAMBLING = frozenset(("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"))
_COVER_IDS = (
    "cover-image",
    "coverimage",
    "cover_image",
    "cover-img",
    "cover",
    "cover.jpg",
    "cover.jpeg",
    "cover.png",
    "bookcover",
    "img-cover",
)
_COVER_NAME = re.compile(r"(?:^|/)(?:book[_-]?)?cover(?:[_-]?(?:image|page|art|1))?\.(?:jpe?g|png|webp|gif)$", re.I)
_PICTURE_IN_PAGE = re.compile(rb"<(?:img|image|svg:image)\b[^<>]*?\b(?:src|href)\s*=\s*[\"']([^\"'<>]+)", re.I)


def parse(path: Path) -> Reading:
    """See `reading.Parser`. Unreadable when the file is not a ZIP, or has no package document."""
    with archive.opened(path) as book:
        return _Book(book).read()


def spine(path: Path) -> tuple[Chapter, ...]:
    """The parts of the book in reading order, as chapters whose `href` is the name inside the archive; titles come from the table of
    contents and are "" where it says nothing. Unreadable as with `parse`."""
    with archive.opened(path) as book:
        return _Book(book).spine()


class _Book:
    def __init__(self, book: Archive) -> None:
        self.book = book
        self.names = frozenset(book.names)
        self.warnings: list[str] = []

    def read(self) -> Reading:
        opf = self._package_name()
        self.folder = opf[: opf.rfind("/") + 1]
        found = package.parse(self._xml(opf))
        toc = self._contents(found)
        cover = self._cover(found)
        self._check_protection()
        layer = msgspec.structs.replace(found.layer, chapters=toc.chapters, cover=cover)
        facts = Facts(mime=MIME, pages=toc.pages)
        return Reading(ItemKind.BOOK, facts, (layer,), tuple(dict.fromkeys(self.warnings)))

    def spine(self) -> tuple[Chapter, ...]:
        opf = self._package_name()
        self.folder = opf[: opf.rfind("/") + 1]
        found = package.parse(self._xml(opf))
        titles: dict[str, str] = {}
        for chapter in self._contents(found).chapters:
            titles.setdefault(chapter.href.partition("#")[0], chapter.title)
        names = [name for href in found.spine if (name := self._existing(resolved(self.folder, href)))]
        return tuple(Chapter(titles.get(name, ""), href=name) for name in names)

    def _xml(self, name: str) -> xml.Element:
        document = xml.parse(self.book.read(name), name)
        if document.repaired:
            self.warnings.append(document.repaired)
        return document.root

    def _package_name(self) -> str:
        named, trouble = self._from_container()
        for name in named:
            if found := self._existing(name):
                return found
        candidates = [name for name in self.book.names if name.lower().endswith(".opf")]
        if not candidates:
            raise Unreadable("not an EPUB: it has no package document (.opf)")
        if len(candidates) > 1 and not named:
            candidates.sort(key=lambda name: (name.count("/"), len(name), name))
        self.warnings.append(f"{trouble or f'{CONTAINER} names a missing file'}; read from {candidates[0]}")
        return candidates[0]

    def _from_container(self) -> tuple[list[str], str]:
        """The package documents the container names, the best first, or what is wrong with it."""
        container = self._existing(CONTAINER)
        if not container:
            return [], f"{CONTAINER} is missing"
        try:
            root = self._xml(container)
        except Unreadable as error:
            return [], str(error)
        files = [(each.get("media-type") or "", each.get("full-path") or "") for each in xml.descendants(root, "rootfile")]
        files.sort(key=lambda each: each[0] != PACKAGE_MIME)
        return [resolved("", name) for _, name in files if name], "" if files else f"{CONTAINER} names no package document"

    def _existing(self, name: str) -> str:
        """The member a name means: itself, without its fragment, or one that differs in case only; "" for none."""
        name = name.partition("#")[0]
        if name in self.names:
            return name
        if not name:
            return ""
        folded = name.casefold()
        return next((each for each in self.book.names if each.casefold() == folded), "")

    def _contents(self, found: Package) -> Contents:
        """The navigation document counts, and the NCX where that is missing or says nothing."""
        navigation = next((each for each in found.manifest.values() if "nav" in each.properties.split()), None)
        toc = Contents() if navigation is None else self._contents_of(navigation, contents.of_navigation)
        ncx = found.manifest.get(found.toc_id) or next((each for each in found.manifest.values() if each.mime == NCX_MIME), None)
        if ncx is None or toc.chapters:
            return toc
        older = self._contents_of(ncx, contents.of_ncx)
        return Contents(older.chapters, toc.pages or older.pages)

    def _contents_of(self, resource: Resource, reader: contents.Reader) -> Contents:
        name = self._existing(resolved(self.folder, resource.href))
        if not name:
            self.warnings.append(f"the table of contents {resource.href} is missing")
            return Contents()
        try:
            return reader(self._xml(name), name[: name.rfind("/") + 1])
        except Unreadable as error:
            self.warnings.append(f"the table of contents cannot be read: {error}")
            return Contents()

    def _cover(self, found: Package) -> Cover | None:
        """The first picture that is really there of: the declared cover, what is called a cover, and the guide's cover page."""
        for href in self._cover_hrefs(found):
            name = self._existing(resolved(self.folder, href))
            if name:
                return Cover("member", name)
        return self._cover_in_page(found.guide_cover)

    def _cover_hrefs(self, found: Package) -> list[str]:
        manifest = found.manifest
        hrefs = [each.href for each in manifest.values() if "cover-image" in each.properties.split()]
        if found.cover_id in manifest:
            hrefs.append(manifest[found.cover_id].href)
        elif "." in found.cover_id:  # a common mistake: the path instead of the id
            hrefs.append(found.cover_id)
        if hrefs:
            hrefs = [href for href in hrefs if not href.lower().endswith((".xhtml", ".html", ".htm"))]
        pictures = [each for each in manifest.values() if each.mime.startswith("image/")]
        by_id = {each.id.lower(): each.href for each in reversed(pictures)}
        hrefs += [by_id[name] for name in _COVER_IDS if name in by_id]
        hrefs += [each.href for each in pictures if _COVER_NAME.search(each.href)]
        if found.guide_cover and archive.pictures([found.guide_cover]):
            hrefs.append(found.guide_cover)
        return hrefs

    def _cover_in_page(self, href: str) -> Cover | None:
        """The picture on the guide's cover page, for books that name no picture."""
        page = self._existing(resolved(self.folder, href)) if href else ""
        if not page:
            return None
        try:
            match = _PICTURE_IN_PAGE.search(self.book.read(page))
        except Unreadable:
            return None
        picture = self._existing(resolved(page[: page.rfind("/") + 1], match[1].decode("utf-8", "replace"))) if match else ""
        return Cover("member", picture) if picture else None

    def _check_protection(self) -> None:
        if ENCRYPTION not in self.names:
            return
        try:
            root = self._xml(ENCRYPTION)
        except Unreadable as error:
            self.warnings.append(f"the encryption of this book cannot be told: {error}")
            return
        methods = {each.get("Algorithm") or "" for each in xml.descendants(root, "encryptionmethod")} - _FONT_SCRAMBLING
        if methods:
            self.warnings.append("protected by DRM: only its description can be read, the text needs the shop's own reader")
