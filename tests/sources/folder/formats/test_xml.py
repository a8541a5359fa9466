"""Safe XML: bombs are inert, nothing is fetched, and what is broken is repaired with a warning."""

import codecs
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.errors import Unreadable
from longshelf.sources.folder.formats import xml


def said(data: bytes) -> str:
    return xml.text(xml.parse(data, "x.xml").root)


def test_well_formed_text_is_read_without_warning() -> None:
    document = xml.parse(b"<a><b>one</b> two</a>", "x.xml")
    assert xml.text(document.root) == "one two"
    assert document.repaired == ""


def test_html_entities_are_characters() -> None:
    assert said(b"<a>caf&eacute;&nbsp;&amp;&lt;&hellip; &nonsense; x</a>").startswith("café\xa0&<… ")


def test_an_entity_bomb_stays_closed() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE a [<!ENTITY l0 "boom">{levels}]><a b="&l11;">x&l11;y</a>'.encode()
    with suppress(Unreadable):  # refusing it whole is as good
        assert len(said(bomb)) < 1_000


def test_an_external_entity_is_not_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    for declaration in (f'<!ENTITY e SYSTEM "{secret.as_uri()}">', f'<!ENTITY % p SYSTEM "{secret.as_uri()}"> %p;'):
        assert "SECRET" not in said(f"<!DOCTYPE a [{declaration}]><a>x&e;y</a>".encode())


def test_an_external_dtd_is_not_loaded(tmp_path: Path) -> None:
    dtd = tmp_path / "a.dtd"
    dtd.write_text('<!ENTITY e "SECRET">')
    assert "SECRET" not in said(f'<!DOCTYPE a SYSTEM "{dtd.as_uri()}"><a>x&e;y</a>'.encode())


@pytest.mark.parametrize(
    "data",
    [
        "<a>Ünï</a>".encode(),
        codecs.BOM_UTF8 + "<a>Ünï</a>".encode(),
        "<?xml version='1.0' encoding='utf-16'?><a>Ünï</a>".encode("utf-16"),
        "<?xml version='1.0' encoding='iso-8859-1'?><a>Ünï</a>".encode("latin-1"),
        "<?xml version='1.0' encoding='windows-1252'?><a>Ünï</a>".encode("cp1252"),
        "<?xml version='1.0' encoding='utf-8'?><a>Ünï</a>".encode("latin-1"),
        "<a>Ünï</a>".encode("latin-1"),
        "<?xml version='1.0' encoding='utf-16'?><a>Ünï</a>".encode(),
        "<?xml version='1.0' encoding='no-such-thing'?><a>Ünï</a>".encode(),
        "<?xml version='1.0' encoding='hex'?><a>Ünï</a>".encode("latin-1"),
        "<a>Ünï</a>".encode("utf-16-le"),
    ],
)  # fmt: skip
def test_any_usual_encoding_is_read_even_under_a_wrong_declaration(data: bytes) -> None:
    assert said(data) == "Ünï"


@pytest.mark.parametrize(
    "data",
    [b"<a>one<b>two</a>", b"<a>one & two</a>", b"<a>one\x0btwo</a>", b"  <?xml version='1.0'?><a>one</a>", b"<a>one</a>junk", b"<a>one"],
)
def test_broken_xml_is_repaired_with_a_warning(data: bytes) -> None:
    document = xml.parse(data, "x.xml")
    assert xml.text(document.root).startswith("one")
    assert "x.xml is not well-formed" in document.repaired


@pytest.mark.parametrize("data", [b"", b"   ", b"not xml at all", b"\x00\x01\x02", b"\xff\xfe"])
def test_no_element_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable, match=r"x\.xml is not XML"):
        xml.parse(data, "x.xml")


def test_names_are_local_whatever_their_prefix() -> None:
    root = xml.parse(b'<a xmlns:n="urn:n" n:Role="x" role="y"><n:B/><q:C q:d="1"/></a>', "x.xml").root
    assert [xml.local(child.tag) for child in root] == ["b", "c"]
    assert xml.attributes(root) == {"role": "y"}
    assert xml.attributes(root[1]) == {"d": "1"}


@given(st.binary(max_size=300) | st.text(alphabet="<>/a &;!?[]'\"=-xml", max_size=200).map(str.encode))
def test_any_bytes_are_a_document_or_unreadable(data: bytes) -> None:
    with suppress(Unreadable):
        xml.text(xml.parse(data, "x.xml").root)
