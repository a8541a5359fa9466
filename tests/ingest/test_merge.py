"""Precedence field by field: every pair of origins has a fixed outcome, and nothing unstorable gets through."""

import itertools
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.ingest.locks import overlay
from longshelf.ingest.merge import UNTITLED, content_hash, merge
from longshelf.model.kinds import EntityKind, ItemKind, Role
from longshelf.model.records import Chapter, Cover, Credit, Facts, FileRecord, ItemRecord, Layer, Origin, ParsedItem

FULL: dict[str, Any] = {
    "title": "T",
    "subtitle": "S",
    "description": "D",
    "date": "2001",
    "language": "en",
    "rating": 80,
    "age_rating": 12,
}


def parsed(*layers: Layer, facts: Facts | None = None, files: tuple[FileRecord, ...] = ()) -> ParsedItem:
    return ParsedItem(ItemKind.BOOK, facts or Facts(), layers, files)


def a_file(**changes: Any) -> FileRecord:
    plain: dict[str, Any] = {"root": 0, "path": b"a/b.epub", "size": 10, "mtime_ns": 5_000, "ctime_ns": 1, "inode": 1, "fingerprint": b"f"}
    return FileRecord(**{**plain, **changes})


@pytest.mark.parametrize("field", FULL)
@pytest.mark.parametrize(("upper", "lower"), list(itertools.combinations(Origin, 2)))
@pytest.mark.parametrize("upper_says", [True, False])
@pytest.mark.parametrize("lower_says", [True, False])
@pytest.mark.parametrize("reverse", [True, False])
def test_the_higher_origin_wins_unless_it_is_silent(
    field: str, upper: Origin, lower: Origin, upper_says: bool, lower_says: bool, reverse: bool
) -> None:
    other: Any = {"rating": 0, "age_rating": 0}.get(field, "other")
    layers = [
        Layer(origin=upper, **({field: FULL[field]} if upper_says else {})),
        Layer(origin=lower, **({field: other} if lower_says else {})),
    ]
    if reverse:
        layers.reverse()
    silent: Any = UNTITLED if field == "title" else None if field in ("rating", "age_rating") else ""
    expected = FULL[field] if upper_says else other if lower_says else silent
    assert getattr(merge(parsed(*layers)), field) == expected


def test_credits_of_one_kind_and_role_come_whole_from_one_layer() -> None:
    sidecar = Layer(origin=Origin.SIDECAR, credits=(Credit(EntityKind.PERSON, "Ann", Role.AUTHOR),))
    embedded = Layer(
        origin=Origin.EMBEDDED,
        credits=(
            Credit(EntityKind.PERSON, "Bob", Role.AUTHOR),
            Credit(EntityKind.PERSON, "Cy", Role.NARRATOR),
            Credit(EntityKind.TAG, "sea"),
        ),
    )
    names = [(credit.role, credit.name) for credit in merge(parsed(embedded, sidecar)).credits]
    assert names == [(Role.AUTHOR, "Ann"), (Role.NARRATOR, "Cy"), (Role.NONE, "sea")]


def test_a_series_keeps_its_own_number() -> None:
    sidecar = Layer(origin=Origin.SIDECAR, credits=(Credit(EntityKind.SERIES, "Tides"),))
    path = Layer(origin=Origin.PATH, credits=(Credit(EntityKind.SERIES, "Tides", position=3.0),))
    assert [credit.position for credit in merge(parsed(sidecar, path)).credits] == [None]


def test_what_a_file_says_of_its_place_in_a_series_travels_with_the_series() -> None:
    sidecar = Layer(origin=Origin.SIDECAR, credits=(Credit(EntityKind.SERIES, "Tides", position=2.0),), extra={"note": "a"})
    path = Layer(origin=Origin.PATH, credits=(Credit(EntityKind.SERIES, "Waves"),), extra={"series_number": "9", "note": "b", "scan": "x"})
    assert merge(parsed(sidecar, path)).extra == {"note": "a", "scan": "x"}
    assert merge(parsed(path)).extra["series_number"] == "9"


def test_a_sort_title_is_taken_only_with_its_title() -> None:
    sidecar = Layer(origin=Origin.SIDECAR, title="The Sea")
    embedded = Layer(origin=Origin.EMBEDDED, title="Old", sort_title="Old, The")
    assert merge(parsed(sidecar, embedded)).sort_title == ""


def test_the_hash_changes_with_what_is_seen_and_not_with_where_it_lies() -> None:
    layer = Layer(origin=Origin.EMBEDDED, title="A")
    base = merge(parsed(layer, files=(a_file(),))).content_hash
    assert merge(parsed(layer, files=(a_file(path=b"c/d.epub", inode=9, ctime_ns=7),))).content_hash == base
    assert merge(parsed(layer, files=(a_file(fingerprint=b"g"),))).content_hash != base
    assert merge(parsed(Layer(origin=Origin.EMBEDDED, title="B"), files=(a_file(),))).content_hash != base


@given(st.text(st.characters(exclude_categories=[]) | st.just("\x00") | st.just("\udcff")), st.text(st.characters(exclude_categories=[])))
def test_whatever_a_file_says_can_be_stored(title: str, name: str) -> None:
    layer = Layer(
        origin=Origin.EMBEDDED,
        title=title,
        credits=(Credit(EntityKind.PERSON, name, Role.AUTHOR),),
        chapters=(Chapter(title),),
        cover=Cover("member", name),
        identifiers={title: name},
        extra={name: [title, {"x": name}]},
    )
    record = merge(parsed(layer))
    data = msgspec.json.encode(record)
    assert b"\\u0000" not in data
    assert msgspec.json.decode(data, type=ItemRecord) == record


def test_a_locked_field_keeps_the_edit_and_an_explicit_clear_stays_clear() -> None:
    scanned = ItemRecord(
        kind=ItemKind.BOOK, title="File", description="from the file", credits=(Credit(EntityKind.TAG, "a"),), content_hash=b"s"
    )
    edited = ItemRecord(kind=ItemKind.BOOK, title="Mine", description="", credits=(Credit(EntityKind.TAG, "mine"),), content_hash=b"e")
    kept = overlay(scanned, edited, {"description", "tag"})
    assert (kept.title, kept.description) == ("File", "")
    assert [credit.name for credit in kept.credits] == ["mine"]
    assert kept.content_hash == b"s"


def test_the_content_hash_is_of_the_record_itself() -> None:
    record = merge(parsed(Layer(origin=Origin.EMBEDDED, title="A"), files=(a_file(),)))
    assert content_hash(record) == record.content_hash
