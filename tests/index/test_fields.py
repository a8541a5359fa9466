"""Fields against sorted lists of plain values, in each of the ways a column can be kept."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longshelf.index import fields
from longshelf.index.bitmaps import Array
from longshelf.index.fields import Field, Sorted, put_numbers, put_texts

WHOLE = st.sampled_from((-(2**62), -7, -1, 0, 1, 2, 50, 100, 2**31, 2**31 + 7, 2**40, 2**62))
FRACTIONS = st.sampled_from((-1.5, 0.0, 1e-300, 0.1, 59.999999, 60.0, 1e9))
TEXTS = st.text(alphabet="ab~\x01é東", max_size=3)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few texts fill several."""
    monkeypatch.setattr(fields, "TEXT_BLOCK", 3)


def columns(values: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.none() | values, max_size=12)


def field_of(column: list[Any], kind: str, codes: int) -> tuple[Field, dict[str, Array]]:
    arrays: dict[str, Array] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fields, "MAX_CODES", codes)
        if kind == "text":
            arranged = sorted((value, place) for place, value in enumerate(column) if value is not None)
            piece = np.array([place for _, place in arranged], dtype=np.int64), [value for value, _ in arranged]
            put_texts(arrays.__setitem__, "x", [piece], len(column))
        else:
            absent = np.array([value is None for value in column], dtype=bool)
            dense = np.array([value or 0 for value in column], dtype=np.int64 if kind == "whole" else np.float64)
            put_numbers(arrays.__setitem__, "x", dense, absent, ordered=True)
    return Field(arrays, "x", len(column)), arrays


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), kind=st.sampled_from(("whole", "fraction", "text")), codes=st.sampled_from((0, 2, 65_534)))
def test_a_field_answers_what_a_sorted_list_answers(data: st.DataObject, kind: str, codes: int) -> None:
    values: st.SearchStrategy[Any] = {"whole": WHOLE, "fraction": FRACTIONS, "text": TEXTS}[kind]
    column = data.draw(columns(values))
    field, _ = field_of(column, kind, codes)
    low, high = data.draw(st.none() | values), data.draw(st.none() | values)
    if kind == "whole" and low is not None and data.draw(st.booleans()):
        low += 0.5
    inside = [
        place
        for place, value in enumerate(column)
        if value is not None and (low is None or low <= value) and (high is None or value <= high)
    ]
    assert list(field.between(low, high)) == inside
    ids = np.arange(len(column), dtype=np.int64) * 2
    order = Sorted(field, ids)
    arranged = sorted((value, place) for place, value in enumerate(column) if value is not None)
    arranged += [(None, place) for place, value in enumerate(column) if value is None]
    assert [field.value(rank) for rank in range(len(column))] == [value for value, _ in arranged]
    assert order.at(np.arange(len(column))).tolist() == [place for _, place in arranged]
    assert order.ranks_of(np.array([place for _, place in arranged], dtype=np.int64)).tolist() == list(range(len(column)))
    value, item_id = data.draw(st.none() | values), data.draw(st.integers(0, 25))
    keys = [(other is None, other, 2 * place) for other, place in arranged]
    mine = (value is None, value, item_id)
    assert order.place(value, item_id) == sum(_less(key, mine) for key in keys)


def _less(one: tuple[bool, Any, int], other: tuple[bool, Any, int]) -> bool:
    if one[0] or other[0]:
        return (one[0], one[2]) < (other[0], other[2]) if one[0] == other[0] else one[0] < other[0]
    return one[1:] < other[1:]


def test_a_column_nobody_filled_and_one_in_the_order_of_ids_keep_no_order() -> None:
    for column in ([None] * 5, [7] * 5, [1, 2, 3, None, None]):
        _, arrays = field_of(column, "whole", 65_534)
        assert not {"field.x.order", "field.x.rank"} & set(arrays)


def test_whole_numbers_take_half_the_room_where_their_steps_fit() -> None:
    seconds = [1_700_000_000_000_000 + 1_000_000 * step for step in (5, 3, 9)]
    _, arrays = field_of(seconds, "whole", 65_534)
    assert arrays["field.x.values"].dtype == np.int32
    _, arrays = field_of([-(2**62), 2**62, 1], "whole", 65_534)
    assert arrays["field.x.values"].dtype == np.int64
