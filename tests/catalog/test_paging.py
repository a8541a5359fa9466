"""Pages and cursors: what may be asked, what is said, and that no altered cursor ever passes."""

import base64
import itertools

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from longshelf.catalog.paging import MAX_PAGE, Cursors, Page, PageRequest, cut, read_page, scope_of, window_of
from longshelf.errors import BadQuery, LongshelfError, OutOfRange
from longshelf.model import query as tree
from longshelf.model.engine import After, Before, Count, Offset, Slice, Window
from longshelf.model.query import Query
from longshelf.model.sorts import Key, Sort
from longshelf.model.viewer import Viewer
from tests.model.worlds import VIEWERS, World, expected, queries, sorts, world, worlds

ANN = VIEWERS[0]
CURSORS = Cursors(b"0123456789abcdef")
SCOPE = "scope"
values = st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(st.characters(codec="utf-8"))
ids = st.integers(0, 2**63 - 1)
SIZES = (1, 2, 3, 5, 7, 50, 1000)


class PlainSnapshot:
    """What a page is cut from, over a list in memory: no cleverness, nothing to go wrong."""

    def __init__(self, library: World, *, revision: int = 1, estimate: bool = False) -> None:
        self._library = library
        self._estimate = estimate
        self.revision = revision
        self.pages_read = 0

    def page(self, query: Query, sort: Sort, window: Window, viewer: Viewer) -> Slice:
        self.pages_read += 1
        known = {each.id: sort.key(each, viewer) for each in self._library.items}
        listed = [known[item_id] for item_id in expected(self._library, query, sort, viewer)]
        start, end = _bounds(listed, sort, window)
        keys = listed[start:end]
        place = start if isinstance(window, Offset) and keys else None
        found = tuple(key.id for key in keys)
        first, last = (keys[0], keys[-1]) if keys else (None, None)
        return Slice(found, first, last, start > 0 and bool(listed), end < len(listed), place)

    def count(self, query: Query, viewer: Viewer) -> Count:
        return Count(len(expected(self._library, query, Sort(), viewer)), is_estimate=self._estimate)


def _bounds(listed: list[Key], sort: Sort, window: Window) -> tuple[int, int]:
    if isinstance(window, Offset):
        return window.start, window.start + window.size
    before = sum(_precedes(key, window.key, sort) for key in listed)
    if isinstance(window, Before):
        return max(before - window.size, 0), before
    after = before + (window.key in listed)
    return after, after + window.size


def _precedes(one: Key, other: Key, sort: Sort) -> bool:
    if one == other:
        return False
    if (one.value is None) != (other.value is None):
        return other.value is None
    smaller = one.id < other.id if one.value == other.value else one.value < other.value  # type: ignore[operator]
    return smaller != sort.descending


@given(values, ids, st.booleans())
@example(-0.0, 0, True)
@example(float("inf"), 1, False)
@example("\x01é\u0000", 2**63 - 1, True)
@example(0.1 + 0.2, 1, True)
@example(1.0, 1, True)
def test_a_cursor_carries_its_place_exactly(value: int | float | str | None, item_id: int, forward: bool) -> None:
    cursor = CURSORS.write(SCOPE, Key(value, item_id), forward=forward)
    way, key = CURSORS.read(SCOPE, cursor)
    assert (way, key.id) == (forward, item_id)
    assert type(key.value) is type(value)
    assert repr(key.value) == repr(value)
    assert cursor.replace("-", "a").replace("_", "a").isalnum()


@given(values, ids, st.integers(0, 200), st.integers(1, 255))
def test_a_cursor_with_any_bit_changed_is_refused(value: int | float | str | None, item_id: int, place: int, change: int) -> None:
    cursor = CURSORS.write(SCOPE, Key(value, item_id), forward=True)
    data = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    data[place % len(data)] ^= change
    with pytest.raises(BadQuery):
        CURSORS.read(SCOPE, base64.urlsafe_b64encode(bytes(data)).rstrip(b"=").decode())


def test_a_cursor_with_any_character_changed_cut_or_added_is_refused() -> None:
    cursor = CURSORS.write(SCOPE, Key("dune messiah", 7), forward=True)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ é"
    altered = {cursor[:place] + char + cursor[place + 1 :] for place, char in itertools.product(range(len(cursor)), alphabet)}
    altered |= {cursor[:place] for place in range(len(cursor))} | {cursor[place:] for place in range(1, len(cursor))}
    altered |= {cursor + char for char in alphabet} | {cursor + cursor}
    for text in altered - {cursor}:
        with pytest.raises(BadQuery):
            CURSORS.read(SCOPE, text)


@given(st.text(st.characters(codec=None)))
def test_any_other_text_is_no_cursor(text: str) -> None:
    with pytest.raises(BadQuery):
        CURSORS.read(SCOPE, text)


def test_a_cursor_belongs_to_its_query_sort_direction_seed_and_key() -> None:
    query, sort = tree.Text("dune"), Sort("rating", descending=True)
    cursor = CURSORS.write(scope_of(query, sort), Key(1, 1), forward=True)
    assert CURSORS.read(scope_of(tree.Text(" DUNE "), sort), cursor)
    foreign: list[tuple[Query, Sort]] = [
        (tree.Text("dunes"), sort),
        (tree.And((query, tree.LibraryIs((1,)))), sort),
        (query, Sort("rating", descending=False)),
        (query, Sort("pages", descending=True)),
        (query, Sort("rating", descending=True, seed=1)),
    ]
    for other, order in foreign:
        with pytest.raises(BadQuery):
            CURSORS.read(scope_of(other, order), cursor)
    with pytest.raises(BadQuery):
        Cursors(b"another secret!!").read(scope_of(query, sort), cursor)


@pytest.mark.parametrize(
    ("parameters", "wanted"),
    [
        ({}, PageRequest(1, None, None, 50)),
        ({"page": "3", "page_size": "7"}, PageRequest(3, None, None, 7)),
        ({"per_page": "1000"}, PageRequest(1, None, None, 1000)),
        ({"page_size": "20", "per_page": "20"}, PageRequest(1, None, None, 20)),
        ({"offset": "0"}, PageRequest(None, 0, None, 50)),
        ({"cursor": "abc"}, PageRequest(None, None, "abc", 50)),
        ({"page": "", "cursor": ""}, PageRequest(1, None, None, 50)),
        ({"page": str(MAX_PAGE)}, PageRequest(MAX_PAGE, None, None, 50)),
    ],
)
def test_a_request_is_a_page_an_offset_or_a_cursor(parameters: dict[str, str], wanted: PageRequest) -> None:
    assert read_page(parameters) == wanted


@pytest.mark.parametrize(
    ("parameters", "error"),
    [
        ({"page_size": "0"}, OutOfRange),
        ({"page_size": "-1"}, OutOfRange),
        ({"page_size": "1001"}, OutOfRange),
        ({"per_page": "1001"}, OutOfRange),
        ({"page_size": "9" * 400}, OutOfRange),
        ({"page": "0"}, OutOfRange),
        ({"page": "-3"}, OutOfRange),
        ({"page": "9" * 400}, OutOfRange),
        ({"offset": "-1"}, OutOfRange),
        ({"page_size": "ten"}, BadQuery),
        ({"page": "1.5"}, BadQuery),
        ({"page": "٣"}, BadQuery),
        ({"offset": "0x10"}, BadQuery),
        ({"page": "1", "cursor": "abc"}, BadQuery),
        ({"offset": "1", "cursor": "abc"}, BadQuery),
        ({"page": "1", "offset": "1"}, BadQuery),
        ({"page_size": "10", "per_page": "20"}, BadQuery),
    ],
)
def test_anything_else_is_refused_with_a_reason(parameters: dict[str, str], error: type[LongshelfError]) -> None:
    with pytest.raises(error):
        read_page(parameters)


@given(st.dictionaries(st.sampled_from(["page", "offset", "cursor", "page_size", "per_page"]), st.text()))
def test_any_parameters_are_a_request_or_a_stated_error(parameters: dict[str, str]) -> None:
    try:
        request = read_page(parameters)
    except (BadQuery, OutOfRange):
        return
    assert (request.page is not None) + (request.offset is not None) + (request.cursor is not None) == 1
    assert 1 <= request.size <= 1_000


@settings(max_examples=60)
@given(library=worlds(), query=queries(2), sort=sorts(), size=st.sampled_from(SIZES))
def test_walking_by_cursor_and_by_page_shows_the_list_forward_and_back(library: World, query: Query, sort: Sort, size: int) -> None:
    snapshot = PlainSnapshot(library)
    wanted = expected(library, query, sort, ANN)
    pages = [_cut(snapshot, query, sort, PageRequest(size=size))]
    while pages[-1].pagination.next_cursor:
        pages.append(_cut(snapshot, query, sort, PageRequest(None, None, pages[-1].pagination.next_cursor, size)))
    assert [each for page in pages for each in page.ids] == wanted
    for number, page in enumerate(pages, start=1):
        numbered = _cut(snapshot, query, sort, PageRequest(number, None, None, size))
        assert numbered.ids == page.ids
        said = numbered.pagination
        assert (said.total_count, said.total_pages, said.has_next, said.has_more) == (
            len(wanted),
            -(-len(wanted) // size),
            *[number < len(pages)] * 2,
        )
        assert said.has_previous is (number > 1)
        assert said.next_page == (number + 1 if number < len(pages) else None)
        assert page.snapshot == numbered.snapshot
    back = pages[-1]
    for page in pages[-2::-1]:
        assert back.pagination.prev_cursor
        back = _cut(snapshot, query, sort, PageRequest(None, None, back.pagination.prev_cursor, size))
        assert back.ids == page.ids
    assert back.pagination.prev_cursor is None


def test_past_the_end_there_is_nothing_and_nothing_is_read() -> None:
    snapshot = PlainSnapshot(world(1, 20))
    page = _cut(snapshot, tree.EVERYTHING, Sort(), PageRequest(MAX_PAGE, None, None, 1000))
    assert page.ids == ()
    assert (page.pagination.has_next, page.pagination.has_previous, page.pagination.next_page) == (False, True, None)
    assert page.pagination.total_count == 17
    assert snapshot.pages_read == 0
    empty = _cut(PlainSnapshot(World(())), tree.EVERYTHING, Sort(), PageRequest())
    assert (empty.ids, empty.pagination.total_pages, empty.pagination.has_previous) == ((), 0, False)


@given(worlds(), sorts(), st.sampled_from(SIZES))
def test_a_walk_that_runs_out_turns_back_to_the_item_it_stood_on(library: World, sort: Sort, size: int) -> None:
    listed = expected(library, tree.EVERYTHING, sort, ANN)
    if not listed:
        return
    snapshot = PlainSnapshot(library)
    known = {each.id: sort.key(each, ANN) for each in library.items}
    scope = scope_of(tree.EVERYTHING, sort)
    ends = ((listed[-1], True, listed[-size:]), (listed[0], False, listed[:size]))
    for item_id, forward, wanted in ends:
        cursor = CURSORS.write(scope, known[item_id], forward=forward)
        beyond = _cut(snapshot, tree.EVERYTHING, sort, PageRequest(None, None, cursor, size))
        assert beyond.ids == ()
        assert (beyond.pagination.has_previous, beyond.pagination.has_next) == (forward, not forward)
        back = beyond.pagination.prev_cursor if forward else beyond.pagination.next_cursor
        assert list(_cut(snapshot, tree.EVERYTHING, sort, PageRequest(None, None, back, size)).ids) == wanted


def test_restrictions_narrow_pages_totals_and_the_version_but_not_the_cursor() -> None:
    snapshot = PlainSnapshot(world(9, 40))
    allowed = tree.Not(tree.Range("rating", 50, None))
    whole = _cut(snapshot, tree.EVERYTHING, Sort(), PageRequest(size=5))
    part = cut(ANN, snapshot, tree.EVERYTHING, Sort(), PageRequest(size=5), cursors=CURSORS, allowed=allowed)
    assert part.pagination.total_count < whole.pagination.total_count
    assert part.snapshot != whole.snapshot
    going_on = PageRequest(None, None, whole.pagination.next_cursor, 5)
    after = cut(ANN, snapshot, tree.EVERYTHING, Sort(), going_on, cursors=CURSORS, allowed=allowed)
    assert set(after.ids) <= set(expected(world(9, 40), allowed, Sort(), ANN))


def test_the_version_follows_revision_viewer_query_and_sort() -> None:
    library = world(1, 5)
    asked: list[tuple[PlainSnapshot, Query, Sort, Viewer]] = [
        (PlainSnapshot(library), tree.EVERYTHING, Sort(), ANN),
        (PlainSnapshot(library, revision=2), tree.EVERYTHING, Sort(), ANN),
        (PlainSnapshot(library), tree.EVERYTHING, Sort(), VIEWERS[1]),
        (PlainSnapshot(library), tree.Text("x"), Sort(), ANN),
        (PlainSnapshot(library), tree.EVERYTHING, Sort("title"), ANN),
    ]
    versions = {cut(viewer, snapshot, query, sort, PageRequest(), cursors=CURSORS).snapshot for snapshot, query, sort, viewer in asked}
    assert len(versions) == len(asked)


def test_an_estimated_total_says_so_and_does_not_decide_what_is_read() -> None:
    snapshot = PlainSnapshot(world(1, 20), estimate=True)
    page = _cut(snapshot, tree.EVERYTHING, Sort(), PageRequest(5, None, None, 50))
    assert page.pagination.total_is_estimate
    assert snapshot.pages_read == 1


def test_an_offset_between_two_pages_has_no_page_number() -> None:
    snapshot = PlainSnapshot(world(1, 20))
    assert _cut(snapshot, tree.EVERYTHING, Sort(), PageRequest(None, 3, None, 5)).pagination.page is None
    aligned = _cut(snapshot, tree.EVERYTHING, Sort(), PageRequest(None, 5, None, 5)).pagination
    assert (aligned.page, aligned.next_page) == (2, 3)


def test_windows_are_what_engines_understand() -> None:
    forward = CURSORS.write(SCOPE, Key(1, 2), forward=True)
    backward = CURSORS.write(SCOPE, Key(1, 2), forward=False)
    assert window_of(PageRequest(3, None, None, 7), CURSORS, SCOPE) == Offset(14, 7)
    assert window_of(PageRequest(None, 5, None, 7), CURSORS, SCOPE) == Offset(5, 7)
    assert window_of(PageRequest(None, None, forward, 7), CURSORS, SCOPE) == After(Key(1, 2), 7)
    assert window_of(PageRequest(None, None, backward, 7), CURSORS, SCOPE) == Before(Key(1, 2), 7)


def _cut(snapshot: PlainSnapshot, query: Query, sort: Sort, request: PageRequest) -> Page:
    return cut(ANN, snapshot, query, sort, request, cursors=CURSORS)
