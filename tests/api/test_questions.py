"""Query strings read from what was read before mean what they would mean read alone."""

from collections.abc import Callable
from urllib.parse import parse_qsl, quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.api import params
from longshelf.api.questions import KEPT_LENGTH, Questions
from longshelf.api.requests import QUERY_LIMIT, read_query
from longshelf.catalog.filters import FILTERS, ORDER, read_filters
from longshelf.catalog.paging import PARAMETERS, read_page
from longshelf.errors import BadQuery, LongshelfError, OutOfRange

PARAMS = (*params.ITEMS, *params.PAGING)
NAMES = ("page", "offset", "cursor", "page_size", "tag", "kind", "sort", "order", "q", "nonsense", "%6fffset", "pag%65", "offset2")
VALUES = ("", "1", "7", "50", "2000", "-3", "rating", "asc", "book", "a b", "+1", "%31", "x=y", "é", "\0", "1&page=2")


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    pairs = draw(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES), st.booleans()), max_size=5))
    spelled = [f"{name}={quote(value) if safe else value}" for name, value, safe in pairs]
    return "&".join([*spelled, *draw(st.lists(st.sampled_from(("", "page", "offset")), max_size=1))]).encode()


def outcome(read: Callable[[bytes], object], text: bytes) -> object:
    """What comes of it: the values, or the kind of refusal."""
    try:
        return read(text)
    except LongshelfError as error:
        return type(error)


def alone(text: bytes) -> tuple[object, ...]:
    pairs = tuple(parse_qsl(text.decode("latin-1"), keep_blank_values=True))
    query = read_query(PARAMS, pairs)
    besides = [name for name in query if name not in FILTERS and name not in ORDER]
    return query, read_page({name: query[name] or "" for name in PARAMETERS}), read_filters(pairs, besides=besides)


KEPT = Questions(PARAMS)


@given(st.lists(texts(), min_size=1, max_size=4))
def test_a_question_means_the_same_whatever_was_asked_before(asked: list[bytes]) -> None:
    for text in [*asked, *asked]:
        assert outcome(among_others, text) == outcome(alone, text)


def among_others(text: bytes) -> tuple[object, ...]:
    question = KEPT.read(text)
    return question.query, question.page, question.asked.filters


def test_pages_of_one_list_share_what_was_read() -> None:
    questions = Questions(PARAMS)
    first = questions.read(b"tag=3&offset=0&sort=size")
    assert questions.read(b"offset=100&tag=3&sort=size").asked is first.asked
    assert questions.read(b"tag=3&sort=size&cursor=abc_-").asked is first.asked
    assert questions.read(b"tag=4&offset=0&sort=size").asked is not first.asked
    assert first.query["offset"] == "0"


@pytest.mark.parametrize(
    ("text", "far"),
    [(b"", False), (b"page=2", False), (b"offset=1950", False), (b"page=2&page_size=1000", False),
     (b"offset=1951", True), (b"page=41", True), (b"page=3&page_size=1000", True), (b"cursor=x", True)],
)  # fmt: skip
def test_what_lies_beyond_the_front_is_far(text: bytes, far: bool) -> None:
    assert Questions(PARAMS).read(text).far is far


def test_long_questions_are_answered_and_not_kept_and_too_long_ones_refused() -> None:
    questions = Questions(PARAMS)
    text = b"q=" + b"a" * KEPT_LENGTH
    assert questions.read(text).query == questions.read(text).query
    assert questions.read(text).asked is not questions.read(text).asked
    with pytest.raises(BadQuery):
        questions.read(b"q=" + b"a" * QUERY_LIMIT)
    with pytest.raises(OutOfRange):
        questions.read(b"q=%00")
