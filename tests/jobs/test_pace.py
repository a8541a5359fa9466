"""Rates and pauses."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.jobs.pace import JITTER, LONGEST_PAUSE, SECOND, Pace, pause_after


def test_a_steady_job_has_its_steady_rate_and_a_true_eta() -> None:
    pace = Pace(0, 0)
    for second in range(1, 10):
        pace.update(second * SECOND, second * 50)
    assert pace.rate == pytest.approx(50)
    assert pace.eta_seconds(500) == pytest.approx(1)


def test_nothing_is_known_at_the_start() -> None:
    pace = Pace(0, 0)
    assert pace.rate is None
    assert pace.eta_seconds(10) is None


def test_an_unknown_total_has_no_eta_and_a_passed_one_is_now() -> None:
    pace = Pace(0, 0)
    pace.update(SECOND, 10)
    assert pace.eta_seconds(None) is None
    assert pace.eta_seconds(5) == 0


def test_a_resumed_job_is_not_measured_by_what_was_done_before() -> None:
    pace = Pace(0, 1000)
    pace.update(SECOND, 1010)
    assert pace.rate == pytest.approx(10)


def test_going_back_starts_the_measure_anew() -> None:
    pace = Pace(0, 0)
    pace.update(SECOND, 1000)
    pace.update(2 * SECOND, 10)
    assert pace.rate is None
    pace.update(3 * SECOND, 30)
    assert pace.rate == pytest.approx(20)


@given(st.lists(st.tuples(st.integers(0, 5 * SECOND), st.integers(0, 1000)), max_size=30))
def test_the_rate_lies_between_the_slowest_and_the_fastest_stretch(stretches: list[tuple[int, int]]) -> None:
    pace, at, done = Pace(0, 0), 0, 0
    rates = []
    waiting = 0
    for micros, more in stretches:
        at, done, waiting = at + micros, done + more, waiting + more
        pace.update(at, done)
        if micros > 0:
            rates.append(waiting * SECOND / micros)
            waiting = 0
    if rates and pace.rate is not None:
        assert min(rates) * (1 - 1e-9) <= pace.rate <= max(rates) * (1 + 1e-9)


@given(st.integers(1, 60), st.integers())
def test_pauses_double_up_to_an_hour_and_scatter_by_a_quarter(attempts: int, seed: int) -> None:
    seconds = pause_after(attempts, random.Random(seed)) / SECOND
    middle = min(LONGEST_PAUSE, 10 * 2 ** (attempts - 1))
    assert middle * (1 - JITTER) - 1 <= seconds <= middle * (1 + JITTER) + 1
