"""One line, one item: what it means, and every way in which it can be wrong."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.model.kinds import EntityKind, ItemKind, Role
from longshelf.model.records import Credit
from longshelf.sources.posts.post import BadLine, read


def line(**fields: Any) -> bytes:
    return json.dumps({"external_id": "1", "title": "One", **fields}).encode()


def test_every_field_finds_its_place() -> None:
    found = read(
        line(
            kind="video",
            title=" A \n title ",
            date="2024-05-01T23:30:00-02:00",
            added_at="2024-05-02T00:00:00Z",
            description="Two\nlines\x00",
            rating=80,
            age_rating=16,
            width=1920,
            height=1080,
            duration=61.5,
            url="https://example.org/1",
            thumbnail_url="http://example.org/1.jpg",
            tags=["sea", " "],
            persons=["Ann", {"name": "Bob", "role": "director"}],
            studios=["Studio"],
            series=[{"name": "Series", "number": 1.5}, "Other"],
            extra={"likes": 3, "url": "overruled"},
        )
    )
    record = found.record
    assert (record.kind, record.title, record.description) == (ItemKind.VIDEO, "A title", "Two\nlines")
    assert (record.date, record.created_at, found.added_at) == ("2024-05-01", 1_714_613_400_000_000, 1_714_608_000_000_000)
    assert (record.rating, record.age_rating, record.width, record.height, record.duration) == (80, 16, 1920, 1080, 61.5)
    assert record.extra == {"likes": 3, "url": "https://example.org/1", "thumbnail_url": "http://example.org/1.jpg"}
    assert record.cover is None
    assert record.credits == (
        Credit(EntityKind.PERSON, "Ann", Role.PERFORMER),
        Credit(EntityKind.PERSON, "Bob", Role.DIRECTOR),
        Credit(EntityKind.STUDIO, "Studio"),
        Credit(EntityKind.SERIES, "Series", position=1.5),
        Credit(EntityKind.SERIES, "Other"),
        Credit(EntityKind.TAG, "sea"),
    )


def test_absent_null_and_unknown_fields_are_absent() -> None:
    nothing = dict.fromkeys(("kind", "date", "added_at", "rating", "url", "tags", "persons", "series", "extra"))
    assert read(line(**nothing)).record == read(line(unknown=1)).record == read(line()).record
    assert read(line()).record.kind is ItemKind.POST


def test_a_post_without_a_title_is_called_by_how_it_begins() -> None:
    assert read(line(title=None, description="First line\nSecond")).record.title == "First line"
    assert len(read(line(title="", description="long " * 99)).record.title) <= 120
    assert read(line(title=" ")).record.title == "1"


def test_the_digest_is_of_what_is_said_and_not_of_how_it_is_written() -> None:
    one = read(b'{"external_id":"1","title":"One","extra":{"a":1,"b":2}}').record.content_hash
    assert read(b' {"extra": {"b": 2, "a": 1}, "title": "\\u004fne", "external_id": "1"}').record.content_hash == one
    assert read(line(extra={"a": 1, "b": 3})).record.content_hash != one


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"{", "truncated"),
        (b"[]", "Expected `object`"),
        (b"null", "Expected `object`"),
        (line() + b"x", "malformed"),
        (b'{"title":"x"}', "external_id"),
        (line(external_id=""), "external_id"),
        (line(external_id="  "), "external_id"),
        (line(external_id="a\nb"), "external_id"),
        (line(external_id=7), "external_id"),
        (line(external_id="x" * 501), "external_id"),
        (line(kind="scene"), "kind"),
        (line(title=7), "title"),
        (line(date="last year"), "date"),
        (line(date="2024-13-01"), "date"),
        (line(date="2024-02-30"), "date"),
        (line(date="2024-W01-1"), "date"),
        (line(date="20240501"), "date"),
        (line(date="0000"), "date"),
        (line(added_at="yesterday"), "added_at"),
        (line(added_at="2024-05-01T25:00:00Z"), "added_at"),
        (line(rating=101), "rating"),
        (line(rating=-1), "rating"),
        (line(rating=4.5), "rating"),
        (line(age_rating=999), "age_rating"),
        (line(width=2**31), "width"),
        (line(height=-1), "height"),
        (line(duration=-1), "duration"),
        (line(duration="3:10"), "duration"),
        (line(url="javascript:alert(1)"), "url"),
        (line(url="https://x\n"), "url"),
        (line(thumbnail_url="file:///etc/passwd"), "thumbnail_url"),
        (line(url="https://" + "x" * 2_000), "url"),
        (line(tags="sea"), "tags"),
        (line(tags=[1]), "tags"),
        (line(tags=["x" * 501]), "tags"),
        (line(tags=[str(number) for number in range(1_001)]), "more than 1,000"),
        (line(persons=[{"role": "author"}]), "persons"),
        (line(persons=[{"name": "Ann", "role": "king"}]), "persons"),
        (line(series=[{"name": "S", "number": "one"}]), "series"),
        (line(extra=[]), "extra"),
        (line(extra={"a": 2**70}), "too large"),
        (b'{"external_id":"1","extra":{"a":1e999}}', "out of range"),
        (b'{"external_id":"1","extra":{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}}", "nested too deeply"),
        (b'{"external_id":"1","title":"\xff\xfe"}', "UTF-8"),
        (b'{"external_id":"1","title":"\\ud800 and more"}', "surrogate"),
        ("\ufeff".encode() + line(), "malformed"),
        (line().decode().encode("utf-16"), "malformed"),
    ],
)
def test_a_bad_line_says_what_is_wrong_with_it(text: bytes, reason: str) -> None:
    with pytest.raises(BadLine, match=r"(?i)" + reason):
        read(text)


@given(st.one_of(st.binary(max_size=200), st.dictionaries(st.text(max_size=5), st.text(max_size=5)).map(lambda found: line(**found))))
def test_whatever_comes_is_an_item_or_a_bad_line(text: bytes) -> None:
    try:
        found = read(text)
    except BadLine:
        return
    assert found.record.title
    assert "\x00" not in found.record.title + found.record.description
