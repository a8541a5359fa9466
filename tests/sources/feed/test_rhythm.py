"""How often a feed is asked: always between the shortest and the longest wait, and never when it asked not to be."""

import random

from hypothesis import given
from hypothesis import strategies as st

from longshelf.model.times import SECOND, from_rfc3339
from longshelf.sources.feed.document import Document, Entry, Hints
from longshelf.sources.feed.rhythm import LONGEST, SHORTEST, UNKNOWN, after_failure, every_seconds, next_at

NOW = from_rfc3339("2024-06-03T12:00:00Z")
HOUR = 3_600


def document(*hours_ago: float, **hints: int) -> Document:
    entries = tuple(Entry(published_at=NOW - int(hours * HOUR * SECOND)) for hours in hours_ago)
    return Document(format="rss", entries=entries, hints=Hints(every_seconds=hints.get("every")))


def test_the_gap_between_entries_says_how_often() -> None:
    assert every_seconds(document(1, 2, 3, 4), NOW) == HOUR // 4
    assert every_seconds(document(*(each / 60 for each in range(1, 20))), NOW) == SHORTEST
    assert every_seconds(document(24, 48, 72, 1_000), NOW) == 24 * HOUR // 4
    assert every_seconds(document(), NOW) == UNKNOWN


def test_a_feed_that_fell_silent_is_asked_less() -> None:
    busy, silent = document(1, 2, 3), document(49, 50, 51)
    assert every_seconds(busy, NOW) < every_seconds(silent, NOW)
    assert every_seconds(document(10_000, 10_001), NOW) == LONGEST


def test_dates_in_the_future_say_nothing() -> None:
    assert every_seconds(document(-9_000, -9_001, 1, 2), NOW) == HOUR // 4


def test_hints_and_freshness_only_make_it_less_often() -> None:
    assert every_seconds(document(1, 2, every=7_200), NOW) == 7_200
    assert every_seconds(document(1, 2, every=1), NOW) == HOUR // 4
    assert every_seconds(document(1, 2), NOW, max_age=5_000) == 5_000
    assert every_seconds(document(1, 2, every=10**9), NOW) == LONGEST


def test_failures_wait_longer_and_longer_but_a_server_may_ask_for_more() -> None:
    chance = random.Random(1)
    waits = [after_failure(failures, SHORTEST, None, chance) for failures in range(1, 30)]
    assert waits[0] < waits[3] < waits[6] < max(waits) <= LONGEST < 2 * waits[-1]
    assert after_failure(1, SHORTEST, LONGEST, chance) == LONGEST
    spread = {after_failure(3, SHORTEST, None, random.Random(seed)) for seed in range(20)}
    assert len(spread) > 10, "many feeds of one server come back one by one"


hints = st.builds(
    Hints,
    skip_hours=st.sets(st.integers(0, 23)).map(lambda found: tuple(sorted(found))),
    skip_days=st.sets(st.integers(0, 6)).map(lambda found: tuple(sorted(found))),
)


@given(hints=hints, wait=st.integers(SHORTEST, LONGEST))
def test_the_next_moment_is_one_the_feed_allows(hints: Hints, wait: int) -> None:
    found = next_at(NOW, wait, hints)
    hour, day = (found // (HOUR * SECOND)) % 24, (found // (24 * HOUR * SECOND) + 3) % 7  # 1970 began on a Thursday
    if len(hints.skip_hours) == 24 or len(hints.skip_days) == 7:
        assert found == NOW + LONGEST * SECOND
    else:
        assert found >= NOW + wait * SECOND
        assert hour not in hints.skip_hours
        assert day not in hints.skip_days
