"""JSON sidecars in the spellings in use."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.errors import Unreadable
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Chapter, Credit, Layer, Origin
from longshelf.sources.folder.sidecars import metadata_json


def read(tmp_path: Path, said: object) -> Layer:
    path = tmp_path / "x.metadata.json"
    path.write_text(json.dumps(said))
    return metadata_json.read(path)


def test_a_book_document_is_read(tmp_path: Path) -> None:
    said = {
        "version": 1, "title": "T", "sort_title": "T, The", "subtitle": "S", "description": "<p>Once.</p>",
        "authors": [{"name": "Ann", "role": "author", "sort_name": "Ann, A."}, {"name": "Ben", "role": "translator"}],
        "series": [{"name": "Saga", "number": 1, "number_end": 3}], "genres": ["War"], "tags": ["x", {"name": "y"}],
    }  # fmt: skip
    assert read(tmp_path, said) == Layer(
        origin=Origin.SIDECAR, title="T", sort_title="T, The", subtitle="S", description="Once.",
        credits=(
            Credit(EntityKind.PERSON, "Ann", Role.AUTHOR, None, "Ann, A."), Credit(EntityKind.PERSON, "Ben", Role.TRANSLATOR),
            Credit(EntityKind.SERIES, "Saga", position=1), Credit(EntityKind.GENRE, "War"), Credit(EntityKind.TAG, "x"),
            Credit(EntityKind.TAG, "y"),
        ),
        extra={"series_number": "1-3"},
    )  # fmt: skip


def test_a_file_document_is_read(tmp_path: Path) -> None:
    said = {
        "name": "T", "narrators": [{"name": "Voice"}],
        "publisher": "House", "release_date": "2004-03-01T00:00:00Z", "url": "https://example.org",
        "identifiers": [{"type": "asin", "value": "B00ABCDEFG"}, {"type": "isbn_13", "value": "9780306406157"}],
        "language": "eng", "abridged": False,
        "cover_page": 2,
        "chapters": [
            {"title": "One", "start_timestamp_ms": 1500, "children": [{"title": "Inner", "start_page": 4}]}, {"title": "Two",
            "href": "a.xhtml#x"},
        ],
    }  # fmt: skip
    layer = read(tmp_path, said)
    assert (layer.title, layer.date, layer.language) == ("T", "2004-03-01", "en")
    assert layer.credits == (Credit(EntityKind.PERSON, "Voice", Role.NARRATOR), Credit(EntityKind.PUBLISHER, "House"))
    assert layer.identifiers == {"asin": "B00ABCDEFG", "isbn": "9780306406157", "uri": "https://example.org"}
    assert layer.chapters == (Chapter("One", 1.5), Chapter("Inner", page=4, level=1), Chapter("Two", href="a.xhtml#x"))
    assert layer.extra == {"abridged": False, "cover_page": 2}


def test_an_audiobookshelf_document_is_read(tmp_path: Path) -> None:
    said = {
        "tags": ["x"], "chapters": [{"id": 0, "start": 0, "end": 12.5, "title": "One"}],
        "title": "T", "subtitle": None, "authors": ["Ann", "Ben"],
        "narrators": ["Voice"], "series": ["Saga #1.5", "Other"], "genres": [],
        "publishedYear": "2004", "publishedDate": None, "publisher": None,
        "description": "Once.", "isbn": "9780306406157", "asin": "B00ABCDEFG", "language": "English", "explicit": True, "abridged": True,
    }  # fmt: skip
    layer = read(tmp_path, said)
    assert (layer.title, layer.date, layer.language, layer.age_rating) == ("T", "2004", "en", 18)
    assert layer.credits == (
        Credit(EntityKind.PERSON, "Ann", Role.AUTHOR), Credit(EntityKind.PERSON, "Ben", Role.AUTHOR),
        Credit(EntityKind.PERSON, "Voice", Role.NARRATOR),
        Credit(EntityKind.SERIES, "Saga", position=1.5), Credit(EntityKind.SERIES, "Other"), Credit(EntityKind.TAG, "x"),
    )  # fmt: skip
    assert layer.chapters == (Chapter("One", 0, 12.5),)
    assert layer.identifiers == {"isbn": "9780306406157", "asin": "B00ABCDEFG"}


def test_the_import_shape_is_read(tmp_path: Path) -> None:
    said = {
        "title": "T",
        "date": "2004-03",
        "rating": 85,
        "age_rating": 16,
        "persons": ["Ann", {"name": "Ben", "role": "director"}],
        "studios": ["S"],
    }
    layer = read(tmp_path, said)
    assert (layer.date, layer.rating, layer.age_rating) == ("2004-03", 85, 16)
    assert [(credit.name, credit.role) for credit in layer.credits] == [("Ann", Role.NONE), ("Ben", Role.DIRECTOR), ("S", Role.NONE)]


@pytest.mark.parametrize(
    ("series", "credits", "printed"),
    [
        ([{"name": "S", "number": 0}], [("S", 0)], "0"),
        ([{"name": "S", "number": "1.10"}], [("S", 1.1)], "1.10"),
        ([{"name": "S", "number": 2, "number_end": 2}], [("S", 2)], "2"),
        ([{"name": "S"}], [("S", None)], None),
        ([{"name": "S", "number": "first"}], [], None),
        ([{"name": "S", "number": 3, "number_end": 1}], [], None),
        ([{"name": "S", "number": 1, "number_end": "last"}], [], None),
        ("S", [("S", None)], None),
        ([5, None, {"number": 3}], [], None),
    ],
)
def test_a_series_with_a_wrong_number_is_dropped_whole(tmp_path: Path, series: Any, credits: list[object], printed: str | None) -> None:
    layer = read(tmp_path, {"series": series})
    assert [(credit.name, credit.position) for credit in layer.credits] == credits
    assert layer.extra.get("series_number") == printed


def test_an_object_with_nothing_known_is_an_empty_layer(tmp_path: Path) -> None:
    assert read(tmp_path, {"camera": {"model": "X"}}) == Layer(origin=Origin.SIDECAR)


@pytest.mark.parametrize("content", [b"", b"[]", b"3", b"{", b'{"title": "\xff"}', b"[" * 100_000, b"null"])
def test_what_is_no_json_object_is_unreadable(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "metadata.json"
    path.write_bytes(content)
    with pytest.raises(Unreadable):
        metadata_json.read(path)


KEYS = (
    "title", "name", "series", "authors", "chapters", "identifiers", "tags", "rating", "age_rating", "date", "start", "number",
    "number_end", "children",
    "metadata", "cover_page", "explicit", "value", "type", "language", "description",
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10) | st.sampled_from(["1-3", "2004", "Saga #1"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6))
def test_any_object_gives_a_layer(said: dict[str, Any]) -> None:
    layer = metadata_json.layer(said)
    assert layer.rating is None or 0 <= layer.rating <= 100
    assert layer.age_rating is None or 0 <= layer.age_rating <= 21
