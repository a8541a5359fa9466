"""Ranges and preconditions, against the RFC's examples and a slow reading of the same rules."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.media.ranges import (
    MAX_RANGES,
    Plan,
    Span,
    Validators,
    multipart_length,
    parse_date,
    parse_ranges,
    part_head,
    part_tail,
    plan,
    validators,
)

FILE = Validators('"abc"', 1_700_000_000)
SIZE = 10_000


def ask(size: int = SIZE, **headers: str) -> Plan:
    return plan({name.replace("_", "-"): value for name, value in headers.items()}, size, FILE)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("bytes=0-499", [(0, 500)]),
        ("bytes=500-999", [(500, 500)]),
        ("bytes=-500", [(9_500, 500)]),
        ("bytes=9500-", [(9_500, 500)]),
        ("bytes=0-0,-1", [(0, 1), (9_999, 1)]),
        ("bytes= 0-0 , 5000-5999 ,", [(0, 1), (5_000, 1_000)]),
        ("BYTES=0-9", [(0, 10)]),
        ("bytes=0-99999999", [(0, SIZE)]),
        ("bytes=-99999999", [(0, SIZE)]),
    ],
)
def test_examples_of_the_rfc_are_understood(text: str, spans: list[tuple[int, int]]) -> None:
    assert parse_ranges(text, SIZE) == tuple(Span(*span) for span in spans)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=,",
        "bytes=a-b",
        "bytes=5-4",
        "bytes=-",
        "bytes=--1",
        "bytes=1-2-3",
        "items=0-1",
        "bytes=0x1-2",
        "bytes=١-٢",
        "bytes=+1-2",
    ],
)
def test_a_header_that_makes_no_sense_is_ignored(text: str) -> None:
    assert parse_ranges(text, SIZE) is None
    assert ask(range=text).status == 200


def test_nothing_satisfiable_is_416_with_the_size() -> None:
    for text in ("bytes=10000-", "bytes=10000-20000", "bytes=-0"):
        planned = ask(range=text)
        assert (planned.status, planned.spans, planned.content_range) == (416, (), "bytes */10000")


def test_of_several_ranges_the_unsatisfiable_are_left_out() -> None:
    assert ask(range="bytes=20000-,0-9").spans == (Span(0, 10),)


def test_an_empty_file_has_no_ranges() -> None:
    assert ask(size=0, range="bytes=0-").status == 416
    assert ask(size=0, range="bytes=-5").status == 416
    assert ask(size=0) == Plan(200, 0, (Span(0, 0),))


def test_too_many_ranges_get_the_whole_file() -> None:
    many = ",".join(f"{n * 500}-{n * 500}" for n in range(MAX_RANGES + 1))
    assert ask(range=f"bytes={many}").status == 200


def test_overlapping_ranges_are_sent_once() -> None:
    assert ask(range="bytes=100-300,0-199,250-400").spans == (Span(0, 401),)


def test_ranges_that_together_are_the_file_get_the_whole_file() -> None:
    assert ask(range="bytes=0-5000,4000-9999").status == 200


@pytest.mark.parametrize("condition", ['"abc"', "Tue, 14 Nov 2023 22:13:20 GMT"])
def test_a_matching_if_range_keeps_the_range(condition: str) -> None:
    assert ask(range="bytes=0-9", if_range=condition).status == 206


@pytest.mark.parametrize("condition", ['"other"', 'W/"abc"', "Tue, 14 Nov 2023 22:13:21 GMT", "Mon, 13 Nov 2023 22:13:20 GMT", "nonsense"])
def test_any_other_if_range_gets_the_whole_file(condition: str) -> None:
    assert ask(range="bytes=0-9", if_range=condition).status == 200


@pytest.mark.parametrize("tags", ['"abc"', 'W/"abc"', '"x", "abc"', "*", '"a,b", W/"abc"'])
def test_an_unchanged_file_is_not_sent_again(tags: str) -> None:
    assert ask(if_none_match=tags, range="bytes=0-9") == Plan(304, SIZE)


def test_if_none_match_outranks_the_date() -> None:
    assert ask(if_none_match='"other"', if_modified_since=FILE.last_modified).status == 200


def test_dates_compare_in_whole_seconds() -> None:
    assert ask(if_modified_since=FILE.last_modified).status == 304
    assert ask(if_modified_since="Tue, 14 Nov 2023 22:13:19 GMT").status == 200
    assert ask(if_modified_since="yesterday").status == 200


def test_failed_preconditions_are_412_before_anything_else() -> None:
    assert ask(if_match='"other"', if_none_match='"abc"').status == 412
    assert ask(if_match='W/"abc"').status == 412
    assert ask(if_match='"abc"').status == 200
    assert ask(if_unmodified_since="Mon, 13 Nov 2023 22:13:20 GMT").status == 412
    assert ask(if_unmodified_since=FILE.last_modified).status == 200


def test_validators_follow_size_time_and_whatever_else_matters() -> None:
    one = validators(10, 1_700_000_000_123_456_789)
    assert one.last_modified == "Tue, 14 Nov 2023 22:13:20 GMT"
    assert one == validators(10, 1_700_000_000_123_456_789)
    others = {
        validators(11, 1_700_000_000_123_456_789).etag,
        validators(10, 1_700_000_000_123_456_790).etag,
        validators(10, 1, "webp").etag,
    }
    assert one.etag not in others


def test_a_date_before_1970_or_out_of_range_does_not_raise() -> None:
    assert parse_date("Thu, 01 Jan 1900 00:00:00 GMT") == -2_208_988_800
    assert parse_date("Thu, 99 Foo 99999 99:99:99 GMT") is None
    assert validators(1, -5_000_000_000).last_modified == "Wed, 31 Dec 1969 23:59:55 GMT"


def _slowly(text: str, size: int) -> set[int] | None:
    """The bytes a valid Range header asks for, one at a time."""
    wanted = set()
    for part in text.removeprefix("bytes=").split(","):
        first, last = part.split("-")
        if first and last and int(first) > int(last):
            return None
        if not first:
            wanted |= set(range(max(0, size - int(last)), size))
        else:
            wanted |= set(range(int(first), min(int(last or size), size - 1) + 1))
    return wanted


_part = st.one_of(
    st.builds("{}-{}".format, st.integers(0, 600), st.integers(0, 600)),
    st.builds("{}-".format, st.integers(0, 600)),
    st.builds("-{}".format, st.integers(0, 600)),
)


@given(st.lists(_part, min_size=1, max_size=6), st.integers(0, 500))
def test_a_plan_sends_what_was_asked_and_never_more_than_the_file(parts: list[str], size: int) -> None:
    text = "bytes=" + ",".join(parts)
    planned = plan({"range": text}, size, FILE)
    sent = {byte for span in planned.spans for byte in range(span.start, span.stop)}
    wanted = _slowly(text, size)
    assert all(span.start >= 0 and span.stop <= size for span in planned.spans)
    if wanted is None:
        assert planned.status == 200
    elif not wanted:
        assert planned.status == 416
    else:
        assert wanted <= sent
        if len(parts) == 1:
            assert sent == wanted
            assert planned.content_range == f"bytes {min(wanted)}-{max(wanted)}/{size}"
    starts = [span.start for span in planned.spans]
    assert starts == sorted(set(starts))


@given(st.text(max_size=80), st.text(max_size=30), st.text(max_size=30), st.integers(0, 2**40))
def test_no_header_makes_it_fail(wanted: str, tag: str, date: str, size: int) -> None:
    headers = {
        "range": wanted,
        "if-range": tag,
        "if-none-match": tag,
        "if-modified-since": date,
        "if-match": tag,
        "if-unmodified-since": date,
    }
    assert plan(headers, size, FILE).status in {200, 206, 304, 412, 416}


def test_a_multipart_body_has_the_length_it_announces() -> None:
    data = bytes(range(256)) * 40
    planned = plan({"range": "bytes=0-9,5000-5009,-10"}, len(data), FILE)
    body = b"".join(part_head("frontier", "video/mp4", span, planned.size) + data[span.start : span.stop] for span in planned.spans)
    body += part_tail("frontier")
    assert len(planned.spans) == 3
    assert len(body) == multipart_length("frontier", "video/mp4", planned)
    assert re.findall(rb"Content-Range: (.*)\r\n", body) == [b"bytes 0-9/10240", b"bytes 5000-5009/10240", b"bytes 10230-10239/10240"]
