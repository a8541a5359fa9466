"""Fields against sorted lists of plain values, in each of the ways a column can be kept."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from longshelf.index import bitmaps, fields, widths
from longshelf.index import values as forms
from longshelf.index.bitmaps import Array
from longshelf.index.fields import Field, Sorted, put_few_texts, put_numbers, put_texts
from longshelf.index.numbering import Consecutive, Listed
from longshelf.store.columns import ABSENT

WHOLE = st.sampled_from((-(2**62), -7, -1, 0, 1, 2, 50, 100, 2**31, 2**31 + 7, 2**40, 2**62))
FRACTIONS = st.sampled_from((-1.5, 0.0, 1e-300, 0.1, 59.999999, 60.0, 1e9))
SECONDS = st.sampled_from((0.0, 0.001, 0.1, 59.999, 60.0, 3600.5, 86_399.123))
TEXTS = st.text(alphabet="ab~\x01é東", max_size=3)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few texts fill several."""
    monkeypatch.setattr(forms, "TEXT_BLOCK", 3)


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
        elif kind == "few texts":
            put_few_texts(arrays.__setitem__, "x", column)
        else:
            absent = np.array([value is None for value in column], dtype=bool)
            dense = np.array([value or 0 for value in column], dtype=np.int64 if kind == "whole" else np.float64)
            put_numbers(arrays.__setitem__, "x", dense, absent, ordered=True)
    return Field(arrays, "x", len(column)), arrays


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), kind=st.sampled_from(("whole", "fraction", "seconds", "text", "few texts")), codes=st.sampled_from((0, 2, 65_534)))
def test_a_field_answers_what_a_sorted_list_answers(data: st.DataObject, kind: str, codes: int) -> None:
    values: st.SearchStrategy[Any] = {"whole": WHOLE, "fraction": FRACTIONS, "seconds": SECONDS}.get(kind, TEXTS)
    column = data.draw(columns(values))
    field, arrays = field_of(column, kind, codes)
    assert ("field.x.thousandths" in arrays) is (kind == "seconds" or (kind == "fraction" and set(column) <= {None, -1.5, 0.0, 0.1, 60.0}))
    low, high = data.draw(st.none() | values), data.draw(st.none() | values)
    if kind == "whole" and low is not None and data.draw(st.booleans()):
        low += 0.5
    inside = [
        place
        for place, value in enumerate(column)
        if value is not None and (low is None or low <= value) and (high is None or value <= high)
    ]
    assert list(field.between(low, high)) == inside
    some = BitMap(data.draw(st.sets(st.integers(0, len(column) - 1)) if column else st.just(set())))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fields, "FEW", {1: 0, 2: 0, 4: 0})
        among = field.among(some, low, high)
    assert among is None if field.codes is None and field.ranks is None else list(among or ()) == [each for each in inside if each in some]
    absent = [place for place, value in enumerate(column) if value is None]
    assert list(field.valueless()) == (absent if field.absent is not None else [])
    ids = np.arange(len(column), dtype=np.int64) * 2
    order = Sorted(field, Listed(ids))
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


@settings(deadline=None, max_examples=200)
@given(
    column=st.lists(st.none() | st.sampled_from((0, 1, 2, 3)), min_size=1, max_size=12),
    arranged=st.booleans(),
    seed=st.integers(0, 2**32),
    value=st.none() | st.sampled_from((0, 1, 2, 3)),
)
def test_places_without_an_item_are_in_no_result_and_disturb_no_order(
    column: list[Any], seed: int, value: int | None, *, arranged: bool
) -> None:
    if arranged:
        column.sort(key=lambda each: (each is None, each))
    holes = np.random.default_rng(seed).random(len(column)) < 0.4
    live = [place for place in range(len(column)) if not holes[place]]
    arrays: dict[str, Array] = {}
    dense, absent = np.array([each or 0 for each in column], dtype=np.int64), np.array([each is None for each in column])
    put_numbers(arrays.__setitem__, "x", dense, absent, holes, ordered=True, counted=True)
    field = Field(arrays, "x", len(column), bitmaps.of(np.flatnonzero(holes)))
    if arranged:
        assert "field.x.order" not in arrays
    everybody = bitmaps.of(np.array(live, dtype=np.int64))
    valued = [place for place in live if column[place] is not None]
    assert list(field.between(None, None)) == valued
    assert list(field.one(2)) == [place for place in live if column[place] == 2]
    assert field.counts(everybody) == [(each, n) for each in range(4) if (n := sum(column[place] == each for place in live))]
    order = Sorted(field, Listed(np.arange(len(column), dtype=np.int64)))
    by_rank = order.at(np.arange(len(column))).tolist()
    assert order.ranks_of(np.array(by_rank)).tolist() == list(range(len(column)))
    wanted = sorted(valued, key=lambda place: (column[place], place)) + [place for place in live if column[place] is None]
    assert [place for place in by_rank if place in everybody] == wanted
    for place in live:
        below = by_rank[: order.place(value, place)]
        assert [each for each in below if each in everybody] == [
            each for each in wanted if _less((column[each] is None, column[each], each), (value is None, value, place))
        ]


def test_columns_are_kept_narrow_where_they_fit_and_say_what_is_absent() -> None:
    narrow, wide = widths.column("x", [1, ABSENT, 2**31 - 1]), widths.column("x", [ABSENT, 2**31])
    assert [narrow.dtype, wide.dtype] == [np.dtype(np.int32), np.dtype(np.int64)]
    both = widths.joined([narrow, wide, widths.column("x", [])])
    assert both.tolist() == [1, ABSENT, 2**31 - 1, ABSENT, 2**31]
    for column in (both, widths.joined([narrow, wide[:0], narrow])):
        assert widths.absent(column).tolist() == [value in {ABSENT, -(2**31)} for value in column.tolist()]
    assert widths.column("x", [-(2**31)]).dtype == np.int64
    assert widths.absent(widths.column("duration", [None, 0.5])).tolist() == [True, False]


@given(ids=st.lists(st.integers(1, 2**62), unique=True, max_size=9).map(sorted), asked=st.lists(st.integers(-5, 2**63 - 1), max_size=9))
def test_ids_in_a_row_answer_like_a_list_of_them(ids: list[int], asked: list[int]) -> None:
    first = ids[0] if ids else 7
    for mine, plain in ((Listed(np.array(ids, dtype=np.int64)), ids), (Consecutive(first, 5), list(range(first, first + 5)))):
        wanted = np.array([*asked, *plain], dtype=np.int64)
        assert mine.below(wanted).tolist() == [sum(each < other for each in plain) for other in wanted.tolist()]
        assert mine[np.arange(len(plain))].tolist() == plain
        assert mine.last == (plain[-1] if plain else -1)
