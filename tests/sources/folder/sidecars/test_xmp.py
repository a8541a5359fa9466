"""XMP packets and sidecars."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.errors import Unreadable
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Layer, Origin
from longshelf.sources.folder.sidecars import xmp
from tests.support import corpora

SPACES = (
    'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
    'xmlns:lr="http://ns.adobe.com/lightroom/1.0/" xmlns:digiKam="http://www.digikam.org/ns/1.0/" '
    'xmlns:exif="http://ns.adobe.com/exif/1.0/" '
    'xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" xmlns:MicrosoftPhoto="http://ns.microsoft.com/photo/1.0/" '
    'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"'
)


def packet(elements: str = "", attributes: str = "") -> bytes:
    body = f"<rdf:Description {attributes}>{elements}</rdf:Description>"
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {SPACES}>{body}</rdf:RDF></x:xmpmeta>'.encode()


def bag(name: str, *values: str, kind: str = "Bag") -> str:
    return f"<{name}><rdf:{kind}>" + "".join(f"<rdf:li>{value}</rdf:li>" for value in values) + f"</rdf:{kind}></{name}>"


def read(elements: str = "", attributes: str = "") -> Layer:
    return xmp.layer(packet(elements, attributes), Origin.SIDECAR)


def names(layer: Layer, kind: EntityKind) -> list[str]:
    return [credit.name for credit in layer.credits if credit.kind is kind]


def test_dublin_core_is_read() -> None:
    alternatives = '<dc:title><rdf:Alt><rdf:li xml:lang="de">Hund</rdf:li><rdf:li xml:lang="x-default">Dog</rdf:li></rdf:Alt></dc:title>'
    layer = read(alternatives + bag("dc:creator", "Ann", "Bob", kind="Seq") + bag("dc:subject", "dog", "park", "Dog"))
    assert (layer.origin, layer.title) == (Origin.SIDECAR, "Dog")
    assert [(credit.name, credit.role) for credit in layer.credits if credit.kind is EntityKind.PERSON] == [
        ("Ann", Role.PHOTOGRAPHER),
        ("Bob", Role.PHOTOGRAPHER),
    ]
    assert names(layer, EntityKind.TAG) == ["dog", "park"]


def test_every_level_of_a_keyword_tree_is_a_tag() -> None:
    layer = read(bag("lr:hierarchicalSubject", "Places|France|Paris") + bag("digiKam:TagsList", "People/Ann"))
    assert names(layer, EntityKind.TAG) == ["Places", "France", "Paris", "People", "Ann"]
    assert layer.extra["keyword_paths"] == ["Places|France|Paris", "People/Ann"]


def test_faces_are_people() -> None:
    face = '<rdf:li rdf:parseType="Resource"><mwg-rs:Name>Ann</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type></rdf:li>'
    focus = '<rdf:li><rdf:Description mwg-rs:Name="AF" mwg-rs:Type="Focus"/></rdf:li>'
    focus += '<rdf:li><rdf:Description mwg-rs:Name="Bob" mwg-rs:Type="Face"/></rdf:li>'
    regions = (
        f'<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag>{face}{focus}</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>'
    )
    assert [credit.name for credit in read(regions).credits if credit.role is Role.PERFORMER] == ["Ann", "Bob"]


@pytest.mark.parametrize(
    ("attributes", "points"),
    [
        ('xmp:Rating="5"', 100),
        ('xmp:Rating="3"', 60),
        ('xmp:Rating="0"', None),
        ('xmp:Rating="-1"', None),
        ('xmp:Rating="9"', None),
        ('xmp:Rating="x"', None),
        ('MicrosoftPhoto:Rating="75"', 80),
        ('MicrosoftPhoto:Rating="99"', 100),
        ("", None),
    ],
)
def test_stars_become_points_and_zero_is_unrated(attributes: str, points: int | None) -> None:
    assert read(attributes=attributes).rating == points


def test_the_place_is_in_degrees() -> None:
    layer = read(attributes='exif:GPSLatitude="53,22.9708N" exif:GPSLongitude="1,27,24W"')
    assert layer.extra["gps"] == {"latitude": 53.382847, "longitude": -1.456667}


def test_a_sidecar_of_a_book_names_its_author(tmp_path: Path) -> None:
    path = tmp_path / "x.epub.xmp"
    path.write_bytes(packet(bag("dc:creator", "Ann")))
    assert [credit.role for credit in xmp.read(path).credits] == [Role.AUTHOR]


@pytest.mark.corpora
@pytest.mark.parametrize(("name", "field", "expected"), [
    ("XMP.xmp", "date", "2005-06-09"),
    ("XMP.xmp", "rating", 20),
    ("XMP3.xmp", "title", "ExifTool common node, nonstandard namespace prefix, and bad list type tests"),
    ("XMP9.xmp", "title", ""),
])  # fmt: skip
def test_real_packets(name: str, field: str, expected: object) -> None:
    assert getattr(xmp.read(corpora.find(f"image-exif/exiftool/{name}")), field) == expected


def test_no_entity_is_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    bomb = f'<!DOCTYPE x [<!ENTITY a SYSTEM "file://{secret}"><!ENTITY b "&a;&a;">]>'.encode() + packet("<dc:title>&a;&b;</dc:title>")
    assert "secret" not in xmp.layer(bomb, Origin.SIDECAR).title


@given(st.binary(max_size=200), st.integers(0, 900))
def test_damage_gives_a_layer_or_a_reason(noise: bytes, place: int) -> None:
    whole = packet(bag("dc:subject", "a") + bag("dc:creator", "b"))
    with contextlib.suppress(Unreadable):
        xmp.layer(whole[:place] + noise + whole[place + len(noise) :], Origin.SIDECAR)
