"""What somebody may like: leanings, weights and the order in which items are shown."""

import math

from hypothesis import given
from hypothesis import strategies as st

from longshelf.model import taste
from longshelf.model.kinds import EntityKind
from longshelf.model.taste import Candidate, Signal, Wanted, arranged, best, leaning, leanings, own_leaning, pivot, reasons, telling, weight

PERSON, TAG, SERIES, GROUP = EntityKind.PERSON, EntityKind.TAG, EntityKind.SERIES, EntityKind.GROUP


def test_favourites_high_ratings_and_plays_lean_towards_and_low_ratings_away() -> None:
    assert leaning(Signal(favorite=True)) == 40
    assert (leaning(Signal(rating=100)), leaning(Signal(rating=50)), leaning(Signal(rating=0))) == (50, 0, -50)
    assert (leaning(Signal(plays=1)), leaning(Signal(plays=400))) == (8, 32)
    assert leaning(Signal(favorite=True, rating=100, plays=9)) == 100
    assert own_leaning(Signal(favorite=True)) > own_leaning(Signal(rating=90)) > 0 > own_leaning(Signal(rating=10))


def test_leanings_add_up_over_items_and_count_a_person_in_two_roles_once() -> None:
    items = {1: Signal(favorite=True), 2: Signal(rating=20)}
    carried = [(1, PERSON, 7), (1, PERSON, 7), (2, PERSON, 7), (1, TAG, 8), (2, TAG, 9), (1, GROUP, 10)]
    found = leanings(items, carried, {(TAG, 9): Signal(favorite=True)})
    assert found == {(PERSON, 7): 10, (TAG, 8): 40, (TAG, 9): 90}


def test_of_each_kind_the_strongest_are_looked_at_and_few_that_are_disliked() -> None:
    many = {(PERSON, each): each for each in range(1, 100)} | {(TAG, 1_000 + each): -each for each in range(1, 100)}
    found = telling(many)
    assert [entity_id for kind, entity_id in found if kind is PERSON] == list(range(99, 99 - taste.TELLING[PERSON], -1))
    assert [entity_id for kind, entity_id in found if kind is TAG] == list(range(1_099, 1_099 - taste.DISLIKED, -1))
    assert telling({(TAG, 3): 5, (TAG, 2): 5}) == [(TAG, 2), (TAG, 3)]


def test_what_is_rare_weighs_more_and_what_everything_carries_nothing() -> None:
    assert weight(50, PERSON, 1_000, 2) > weight(50, PERSON, 1_000, 500) > weight(50, PERSON, 1_000, 1_000) == 0
    assert weight(-50, PERSON, 1_000, 2) == -weight(50, PERSON, 1_000, 2)
    assert weight(50, PERSON, 1_000, 2) > weight(50, TAG, 1_000, 2)
    assert weight(100, TAG, 1_000, 9) < 2 * weight(50, TAG, 1_000, 9)
    assert weight(50, TAG, 10, 20) == 0  # counted a moment apart


def test_the_best_are_those_above_nothing_and_the_higher_id_comes_first() -> None:
    assert best({1: 5, 2: 0, 3: -4, 4: 5, 5: 9}) == (5, 4, 1)
    assert len(best(dict.fromkeys(range(900), 1))) == taste.MOST


def test_reasons_are_what_speaks_for_an_item() -> None:
    known = {each.id: each for each in (Wanted(TAG, 1, 5), Wanted(TAG, 2, -5), Wanted(SERIES, 3, 50), Wanted(TAG, 4, 5))}
    assert [each.id for each in reasons((4, 2, 1, 3), known)] == [3, 1, 4]


def _candidates(shape: list[tuple[int, int]]) -> list[Candidate]:
    """(score, series) each; ids from 1."""
    return [
        Candidate(number, score, (Wanted(SERIES, series, score),), rating=None, age=30.0) for number, (score, series) in enumerate(shape, 1)
    ]


@given(st.lists(st.tuples(st.integers(1, 10_000), st.integers(1, 5)), max_size=60), st.integers(1, 9), st.integers(0, 10**5))
def test_every_candidate_is_shown_once_and_no_series_three_times_in_a_row_while_there_are_others(
    shape: list[tuple[int, int]], user_id: int, day: int
) -> None:
    shown = arranged(_candidates(shape), user_id, day)
    assert sorted(each.id for each in shown) == list(range(1, len(shape) + 1))
    series = [each.reasons[0].id for each in shown]
    for place in range(2, len(series)):
        if series[place] == series[place - 1] == series[place - 2]:
            assert set(series[place:]) == {series[place]}
    assert arranged(reversed(_candidates(shape)), user_id, day) == shown


def test_the_order_is_the_same_all_day_and_another_one_the_next_and_for_others() -> None:
    candidates = _candidates([(100, series) for series in range(1, 30)])
    today = arranged(candidates, 1, 20_000)
    assert today == arranged(candidates, 1, 20_000)
    assert today != arranged(candidates, 1, 20_001)
    assert today != arranged(candidates, 2, 20_000)


def test_better_rated_and_newer_items_come_first() -> None:
    def order(**rest: list[float]) -> list[int]:
        ages, ratings = rest.get("ages", [30, 30]), rest.get("ratings", [50, 50])
        made = [
            Candidate(1 + place, 1_000, (Wanted(SERIES, place + 1, 9),), rating=int(ratings[place]), age=ages[place]) for place in range(2)
        ]
        firsts = [arranged(made, 1, day)[0].id for day in range(200)]
        return [firsts.count(1), firsts.count(2)]

    old, new = order(ages=[5_000, 1])
    assert old < new
    good, bad = order(ratings=[100, 0])
    assert good > bad


def test_the_day_moves_the_place_from_which_older_items_are_taken() -> None:
    places = {pivot(1, day, 10**7) for day in range(100)}
    assert len(places) > 90
    assert all(0 <= place < 10**7 for place in places)
    assert math.isclose(sum(places) / len(places) / 10**7, 0.5, abs_tol=0.15)
