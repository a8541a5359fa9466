"""Rail labels: neighbours merge, crowds thin out, and the first place is always named."""

from hypothesis import given
from hypothesis import strategies as st

from longshelf.model.engine import Mark
from longshelf.model.rail import BELOW, NO_LABEL, STEPS, label, marks
from longshelf.model.sorts import SORTS, Sort

runs = st.lists(st.tuples(st.sampled_from("ABCDEF"), st.integers(0, 50)), max_size=40)


@given(runs, st.integers(1, 30))
def test_marks_are_few_in_order_and_true(given_runs: list[tuple[str, int]], limit: int) -> None:
    total, found = marks(given_runs, limit)
    flat = [name for name, count in given_runs for _ in range(count)]
    assert total == len(flat)
    assert len(found) <= limit
    assert [mark.pos for mark in found] == sorted({mark.pos for mark in found})
    assert all(flat[mark.pos] == mark.label for mark in found)
    assert bool(found) == bool(flat)
    if found:
        assert found[0].pos == 0


def test_with_room_every_change_of_label_is_marked() -> None:
    assert marks([("A", 2), ("A", 1), ("B", 0), ("C", 1)], 100) == (4, (Mark(0, "A"), Mark(3, "C")))


def test_labels_are_words_for_people() -> None:
    assert label(Sort("title"), "d") == "D"
    assert label(Sort("title"), "0") == "0-9"
    assert label(Sort("title"), "(") == "#"
    assert label(Sort("title"), "") == "#"
    assert label(Sort("date"), "2024") == "2024"
    assert label(Sort("added"), "2024-05") == "2024-05"
    assert label(Sort("rating"), None) == NO_LABEL
    assert label(Sort("duration"), -1) == "< 1 min"
    assert label(Sort("duration"), len(STEPS["duration"]) - 1) == "20 h"


def test_every_numeric_sort_has_rising_steps() -> None:
    assert set(STEPS) == set(BELOW) == {name for name, field in SORTS.items() if field.labels == "number"}
    for steps in STEPS.values():
        ends = [low for low, _ in steps]
        assert ends == sorted(set(ends))
        assert len({words for _, words in steps}) == len(steps)
