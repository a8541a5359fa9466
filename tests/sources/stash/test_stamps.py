"""Stash's stamps are text with foreign offsets: compared as Stash compares them, moved back in their own form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.demo.stash.stamps import HostClock
from longshelf.sources.stash import stamps
from longshelf.sources.stash.stamps import HOUR, OVERLAP, SECOND, Watermark

ZONES = ("UTC", "America/Los_Angeles", "Pacific/Kiritimati", "Pacific/Honolulu", "+05:45", "-08:00", "Europe/Berlin")
MOMENTS = st.integers(1_000_000_000, 2_000_000_000)


@pytest.mark.parametrize(
    ("stamp", "hours", "earlier"),
    [
        ("2025-12-28T10:47:03-08:00", 2, "2025-12-28T08:47:03-08:00"),
        ("2025-12-28T10:47:03Z", 26, "2025-12-27T08:47:03Z"),
        ("2025-03-01T00:00:00+05:45", 1, "2025-02-28T23:00:00+05:45"),
        ("1970-01-01 00:00:00", 1, "1969-12-31 23:00:00"),
        ("", 1, ""),
        ("nonsense", 1, "nonsense"),
    ],
)
def test_earlier_keeps_the_form(stamp: str, hours: int, earlier: str) -> None:
    assert stamps.earlier(stamp, hours * HOUR) == earlier


@given(st.sampled_from(ZONES), st.sampled_from(ZONES), MOMENTS, st.integers(0, 7_200))
def test_no_move_between_zones_hides_what_is_written_after_a_walk_began(before: str, after: str, moment: int, passed: int) -> None:
    """The text that is asked for lies before the text of everything written since."""
    clock = HostClock(before, now=moment)
    mark = Watermark(clock.stamp(), seen_at=0, begun_at=0)
    clock.advance(passed)
    clock.move_to(after)
    assert clock.stamp() > mark.since()


@given(st.sampled_from(ZONES), MOMENTS, st.integers(0, 100 * 3_600))
def test_an_old_watermark_needs_less_overlap_and_never_less_than_none(zone: str, moment: int, quiet: int) -> None:
    text = HostClock(zone, now=moment).stamp()
    since = Watermark(text, seen_at=0, begun_at=quiet * SECOND).since()
    assert since <= text
    assert since == stamps.earlier(text, max(0, OVERLAP - quiet * SECOND))


def test_a_watermark_ahead_of_the_server_is_taken_back() -> None:
    mark = Watermark("2026-01-02T00:00:00Z", seen_at=0, begun_at=0)
    now = stamps.instant("2025-12-01T00:00:00Z")
    assert mark.since(server_now=now) < "2025-12-01T00:00:00Z"


def test_instants_are_read_in_every_form() -> None:
    noon = stamps.instant("2025-12-28T12:00:00Z")
    for same in ("2025-12-28T12:00:00+00:00", "2025-12-28T04:00:00-08:00", "2025-12-28T12:00:00.000Z", "2025-12-28 12:00:00"):
        assert stamps.instant(same) == noon
    for none in (None, "", "2025-13-28T12:00:00Z", "soon"):
        assert stamps.instant(none) is None


def test_only_a_second_that_is_over_settles_a_stamp() -> None:
    mark = Watermark("2025-12-28T12:00:00Z", seen_at=100 * SECOND, begun_at=0)
    assert not stamps.settled("2025-12-28T12:00:00Z", mark, 101 * SECOND)
    assert stamps.settled("2025-12-28T12:00:00Z", mark, 105 * SECOND)
    assert not stamps.settled("2025-12-28T12:00:01Z", mark, 105 * SECOND)
    assert not stamps.settled("2025-12-28T12:00:00Z", None, 105 * SECOND)


def test_a_date_header_is_the_servers_own_clock() -> None:
    assert stamps.server_time("Sun, 28 Dec 2025 12:00:00 GMT") == stamps.instant("2025-12-28T12:00:00Z")
    assert stamps.server_time(None) is None
    assert stamps.server_time("soon") is None
