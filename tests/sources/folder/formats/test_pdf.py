"""PDF: what the Info dictionary, the catalogue and the outline say."""

import os
from pathlib import Path

import pytest

from longshelf.errors import Unreadable
from longshelf.model.kinds import EntityKind, ItemKind, Role
from longshelf.model.records import Chapter, Cover, Credit, Layer, Origin
from longshelf.sources.folder.formats import pdf


def write_pdf(path: Path, info: dict[str, str] | None = None, pages: int = 2, catalogue: str = "", more: list[str] | None = None) -> Path:
    """Objects 1 catalogue, 2 pages, 3 … the pages, then Info, then `more`."""
    kids = " ".join(f"{3 + number} 0 R" for number in range(pages))
    objects = [f"<</Type/Catalog/Pages 2 0 R{catalogue}>>", f"<</Type/Pages/Count {pages}/Kids[{kids}]>>"]
    objects += ["<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>"] * pages
    objects.append("<<" + "".join(f"/{key}<FEFF{value.encode('utf-16-be').hex()}>" for key, value in (info or {}).items()) + ">>")
    objects += more or []
    data = b"%PDF-1.7\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj{body}endobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    trailer = f"trailer<</Size {len(objects) + 1}/Root 1 0 R/Info {3 + pages} 0 R>>\nstartxref\n{len(data)}\n%%EOF\n"
    path.write_bytes(data + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{trailer}".encode())
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a.pdf"


def test_every_field_is_read(path: Path) -> None:
    info = {
        "Title": "Über Bücher", "Author": "Knuth, Donald; Lovelace, Ada", "Subject": "On books", "Keywords": "type; print, ink; type",
        "CreationDate": "D:20220509120000Z", "ModDate": "D:20230101000000Z",
    }  # fmt: skip
    reading = pdf.parse(write_pdf(path, info, catalogue="/Lang(de-AT)"))
    assert reading.kind is ItemKind.BOOK
    assert (reading.facts.mime, reading.facts.pages, reading.warnings) == ("application/pdf", 2, ())
    assert reading.layers == (
        Layer(
            origin=Origin.EMBEDDED, title="Über Bücher", description="On books", date="2022-05-09", language="de-AT", cover=Cover("page",
            "0"),
            credits=(
                Credit(EntityKind.PERSON, "Donald Knuth", Role.AUTHOR, None, "Knuth, Donald"),
                Credit(EntityKind.PERSON, "Ada Lovelace", Role.AUTHOR, None, "Lovelace, Ada"),
                Credit(EntityKind.TAG, "type"), Credit(EntityKind.TAG, "print, ink"),
            ),
        ),
    )  # fmt: skip


def test_a_pdf_that_says_nothing_is_a_book_all_the_same(path: Path) -> None:
    assert pdf.parse(write_pdf(path)).layers == (Layer(origin=Origin.EMBEDDED, cover=Cover("page", "0")),)


@pytest.mark.parametrize("title", ["untitled", "Untitled-1", "Microsoft Word - thesis.doc", "thesis.tex", "report final.docx", "Document1"])
def test_a_made_up_title_says_nothing(path: Path, title: str) -> None:
    assert pdf.parse(write_pdf(path, {"Title": title})).layers[0].title == ""


def test_the_outline_is_flattened_with_levels_and_pages(path: Path) -> None:
    outline = [
        "<</Type/Outlines/First 7 0 R/Last 8 0 R/Count 2>>",
        "<</Title(One)/Parent 6 0 R/Next 8 0 R/First 9 0 R/Last 9 0 R/Dest[3 0 R/Fit]>>",
        "<</Title(Nowhere)/Parent 6 0 R/Prev 7 0 R>>",
        "<</Title(Inner)/Parent 7 0 R/Dest[4 0 R/Fit]>>",
    ]
    chapters = pdf.parse(write_pdf(path, catalogue="/Outlines 6 0 R", more=outline)).layers[0].chapters
    assert chapters == (Chapter("One", page=0), Chapter("Inner", page=1, level=1), Chapter("Nowhere"))


def test_an_outline_that_goes_round_in_circles_ends(path: Path) -> None:
    outline = ["<</Type/Outlines/First 7 0 R/Last 7 0 R>>", "<</Title(Me)/Parent 6 0 R/Next 7 0 R/First 7 0 R/Dest[3 0 R/Fit]>>"]
    assert len(pdf.parse(write_pdf(path, catalogue="/Outlines 6 0 R", more=outline)).layers[0].chapters) <= pdf.MAX_DEPTH


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not a PDF"),
        (b"text", "not a PDF"),
        (b"%PDF-1.4\n" + bytes(500), "damaged"),
        (b"%PDF-1.4\n" + b"1 0 obj<<>>endobj" * 50, "damaged"),
    ],
)
def test_what_is_no_pdf_is_unreadable_with_a_reason(path: Path, content: bytes, why: str) -> None:
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=why):
        pdf.parse(path)


def test_a_pdf_that_asks_for_a_password_says_so(path: Path) -> None:
    zero = "00" * 32
    encryption = f"<</Filter/Standard/V 1/R 2/Length 40/P -4/O<{zero}>/U<{zero}>>>"
    write_pdf(path, more=[encryption])
    path.write_bytes(path.read_bytes().replace(b"/Root 1 0 R", b"/Encrypt 6 0 R/ID[<00><00>]/Root 1 0 R"))
    with pytest.raises(Unreadable, match="password"):
        pdf.parse(path)


def test_a_name_that_is_not_utf8_is_no_obstacle(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.pdf"))
    assert pdf.parse(write_pdf(path)).facts.pages == 2


def test_a_pipe_is_not_read(path: Path) -> None:
    os.mkfifo(path)
    with pytest.raises(Unreadable, match="not a regular file"):
        pdf.parse(path)
