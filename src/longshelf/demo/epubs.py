"""Writes small, valid EPUB 2 and EPUB 3 books that say what a `Layer` says."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from longshelf.demo.says import credits_of, first_name, names_of, number_text
from longshelf.demo.zips import write_zip
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Layer

# MARC relator codes, as OPF names roles.
RELATORS: dict[Role, str] = {
    Role.AUTHOR: "aut",
    Role.NARRATOR: "nrt",
    Role.TRANSLATOR: "trl",
    Role.ILLUSTRATOR: "ill",
    Role.EDITOR: "edt",
    Role.COVER_ARTIST: "cov",
    Role.CONTRIBUTOR: "ctb",
}
CONTAINER = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
    b'<rootfiles><rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
STYLE = b"body { font-family: serif; line-height: 1.5; margin: 1.5em; } h1 { font-size: 1.4em; }"


def write(path: Path, says: Layer, *, cover: bytes = b"", version: int = 3, texts: Sequence[str] = ()) -> None:
    """One XHTML file a chapter (`says.chapters` gives the titles; one when it has none), its body from `texts` in turn. `cover` is JPEG.
    Genres become dc:subject; tags become calibre:tags."""
    write_zip(path, members(says, cover=cover, version=version, texts=texts))


def members(says: Layer, *, cover: bytes = b"", version: int = 3, texts: Sequence[str] = ()) -> list[tuple[str, bytes]]:
    """Names and contents, "mimetype" first."""
    titles = [chapter.title for chapter in says.chapters] or [says.title]
    made = [("mimetype", b"application/epub+zip"), ("META-INF/container.xml", CONTAINER)]
    made.append(("OEBPS/content.opf", package(says, len(titles), bool(cover), version).encode()))
    made.append(("OEBPS/toc.ncx", _ncx(says, titles).encode()))
    if version >= 3:
        made.append(("OEBPS/nav.xhtml", _nav(says, titles).encode()))
    made.append(("OEBPS/style.css", STYLE))
    if cover:
        made.append(("OEBPS/images/cover.jpg", cover))
    for index, heading in enumerate(titles):
        body = "".join(f"<p>{escape(text)}</p>\n" for text in texts[index :: len(titles)] or [heading])
        made.append((f"OEBPS/text/{chapter_file(index)}", _page(heading, f"<h1>{escape(heading)}</h1>\n{body}", says.language).encode()))
    return made


def chapter_file(index: int) -> str:
    return f"chapter-{index + 1:02d}.xhtml"


def package(says: Layer, chapters: int, cover: bool, version: int) -> str:
    """The OPF document."""
    manifest = [
        '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>',
        '<item id="css" href="style.css" media-type="text/css"/>',
    ]
    if version >= 3:
        manifest.append('<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>')
    if cover:
        mark = ' properties="cover-image"' if version >= 3 else ""
        manifest.append(f'<item id="cover-picture" href="images/cover.jpg" media-type="image/jpeg"{mark}/>')
    manifest += [f'<item id="c{n}" href="text/{chapter_file(n)}" media-type="application/xhtml+xml"/>' for n in range(chapters)]
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(chapters))
    metadata = _metadata3(says) if version >= 3 else _metadata2(says)
    if cover:
        metadata.append('<meta name="cover" content="cover-picture"/>')
    return (
        f'{XML}<package xmlns="http://www.idpf.org/2007/opf" version="{"3.0" if version >= 3 else "2.0"}"'
        ' unique-identifier="id"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">\n'
        + "\n".join(metadata)
        + f'\n</metadata>\n<manifest>{"".join(manifest)}</manifest>\n<spine toc="ncx">{spine}</spine>\n</package>\n'
    )


def _metadata2(says: Layer) -> list[str]:
    lines = [f"<dc:title>{escape(says.title)}</dc:title>"]
    for credit in credits_of(says, EntityKind.PERSON):
        element = "creator" if credit.role is Role.AUTHOR else "contributor"
        filed = f' opf:file-as="{escape(credit.sort_name)}"' if credit.sort_name else ""
        lines.append(f'<dc:{element} opf:role="{RELATORS.get(credit.role, "ctb")}"{filed}>{escape(credit.name)}</dc:{element}>')
    lines += [_identifier(scheme, value, version=2) for scheme, value in says.identifiers.items()]
    return lines + _common(says) + _calibre(says)


def _metadata3(says: Layer) -> list[str]:
    lines = [f'<dc:title id="title">{escape(says.title)}</dc:title>', '<meta refines="#title" property="title-type">main</meta>']
    if says.sort_title:
        lines.append(f'<meta refines="#title" property="file-as">{escape(says.sort_title)}</meta>')
    if says.subtitle:
        lines += [
            f'<dc:title id="subtitle">{escape(says.subtitle)}</dc:title>',
            '<meta refines="#subtitle" property="title-type">subtitle</meta>',
        ]
    for index, credit in enumerate(credits_of(says, EntityKind.PERSON)):
        element = "creator" if credit.role is Role.AUTHOR else "contributor"
        lines.append(f'<dc:{element} id="p{index}">{escape(credit.name)}</dc:{element}>')
        lines.append(f'<meta refines="#p{index}" property="role" scheme="marc:relators">{RELATORS.get(credit.role, "ctb")}</meta>')
        if credit.sort_name:
            lines.append(f'<meta refines="#p{index}" property="file-as">{escape(credit.sort_name)}</meta>')
    for index, credit in enumerate(credits_of(says, EntityKind.SERIES)):
        lines.append(f'<meta property="belongs-to-collection" id="s{index}">{escape(credit.name)}</meta>')
        lines.append(f'<meta refines="#s{index}" property="collection-type">series</meta>')
        if credit.position is not None:
            lines.append(f'<meta refines="#s{index}" property="group-position">{number_text(credit.position)}</meta>')
    lines += [_identifier(scheme, value, version=3) for scheme, value in says.identifiers.items()]
    tags = names_of(says, EntityKind.TAG)
    if tags:
        lines.append(f'<meta name="calibre:tags" content="{escape(", ".join(tags))}"/>')
    lines.append('<meta property="dcterms:modified">2024-01-01T00:00:00Z</meta>')
    return lines + _common(says)


def _identifier(scheme: str, value: str, version: int) -> str:
    mark = ' id="id"' if scheme == "uuid" else ""
    if scheme == "uuid":
        return f"<dc:identifier{mark}>urn:uuid:{escape(value)}</dc:identifier>"
    if version == 2:
        return f'<dc:identifier opf:scheme="{escape(scheme.upper())}">{escape(value)}</dc:identifier>'
    return f"<dc:identifier>urn:{escape(scheme)}:{escape(value)}</dc:identifier>"


def _common(says: Layer) -> list[str]:
    lines = [f"<dc:language>{escape(says.language or 'en')}</dc:language>"]
    lines += [f"<dc:subject>{escape(name)}</dc:subject>" for name in names_of(says, EntityKind.GENRE)]
    publisher = first_name(says, EntityKind.PUBLISHER)
    for element, text in (("publisher", publisher), ("date", says.date), ("description", says.description)):
        if text:
            lines.append(f"<dc:{element}>{escape(text)}</dc:{element}>")
    return lines


def _calibre(says: Layer) -> list[str]:
    """EPUB 2 has no words for series; these are the ones everybody reads."""
    lines = []
    for credit in credits_of(says, EntityKind.SERIES)[:1]:
        lines.append(f'<meta name="calibre:series" content="{escape(credit.name)}"/>')
        if credit.position is not None:
            lines.append(f'<meta name="calibre:series_index" content="{number_text(credit.position)}"/>')
    if says.sort_title:
        lines.append(f'<meta name="calibre:title_sort" content="{escape(says.sort_title)}"/>')
    tags = names_of(says, EntityKind.TAG)
    if tags:
        lines.append(f'<meta name="calibre:tags" content="{escape(", ".join(tags))}"/>')
    return lines


def _ncx(says: Layer, titles: Sequence[str]) -> str:
    points = "".join(
        f'<navPoint id="n{n}" playOrder="{n + 1}"><navLabel><text>{escape(title)}</text></navLabel>'
        f'<content src="text/{chapter_file(n)}"/></navPoint>'
        for n, title in enumerate(titles)
    )
    return (
        f'{XML}<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1"><head/>'
        f"<docTitle><text>{escape(says.title)}</text></docTitle><navMap>{points}</navMap></ncx>\n"
    )


def _nav(says: Layer, titles: Sequence[str]) -> str:
    entries = "".join(f'<li><a href="text/{chapter_file(n)}">{escape(title)}</a></li>' for n, title in enumerate(titles))
    body = f'<nav xmlns:epub="http://www.idpf.org/2007/ops" epub:type="toc" id="toc"><ol>{entries}</ol></nav>'
    return _page(says.title, body, says.language, style="style.css")


def _page(title: str, body: str, language: str, style: str = "../style.css") -> str:
    return (
        f'{XML}<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" lang="{escape(language or "en")}">'
        f'<head><title>{escape(title)}</title><link rel="stylesheet" type="text/css" href="{style}"/></head><body>\n{body}</body></html>\n'
    )
