"""Times as people write them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.errors import BadQuery
from longshelf.model.moments import moment

SECOND = 10**6
DAY = 86_400 * SECOND


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("1970-01-01", 0, DAY - 1),
        ("1970-01", 0, 31 * DAY - 1),
        ("1970", 0, 365 * DAY - 1),
        ("1971-12", 699 * DAY, 730 * DAY - 1),
        ("1970-01-01T00:00:01Z", SECOND, SECOND),
        ("1970-01-01T00:00:01.000001", SECOND + 1, SECOND + 1),
        ("1970-01-01T01:00:00+01:00", 0, 0),
        ("1969-12-31", -DAY, -1),
    ],
)
def test_a_date_is_all_of_its_time(text: str, first: int, last: int) -> None:
    assert moment(text) == first
    assert moment(text, end=True) == last


@given(st.text())
def test_anything_else_is_a_bad_query(text: str) -> None:
    with contextlib.suppress(BadQuery):
        assert isinstance(moment(text), int)


@pytest.mark.parametrize("text", ["", "0000", "2024-13", "2024-02-30", "9999-12-31x", "now", "٢٠٢٤"])
def test_impossible_dates_are_refused(text: str) -> None:
    with pytest.raises(BadQuery):
        moment(text)


def test_the_last_year_has_no_following_one() -> None:
    with pytest.raises(BadQuery):
        moment("9999", end=True)
