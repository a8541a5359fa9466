"""The query tree: what it means, how it is written down, and what is refused."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.errors import BadQuery
from longshelf.model import query as tree
from longshelf.model.facts import ItemFacts
from longshelf.model.kinds import EntityKind, ItemKind
from longshelf.model.viewer import NOBODY
from tests.model.worlds import VIEWERS, World, queries, worlds

ANN = VIEWERS[0]


def item(**facts: object) -> ItemFacts:
    return ItemFacts(id=1, library_id=1, kind=ItemKind.BOOK, **facts)  # type: ignore[arg-type]


@given(queries(20))
def test_a_tree_reads_back_as_it_was_written(query: tree.Query) -> None:
    assert msgspec.json.decode(tree.to_json(query), type=tree.Query) == query


@given(worlds(12), queries(20))
def test_the_canonical_form_asks_the_same_question(library: World, query: tree.Query) -> None:
    if '"text"' in tree.to_json(query).decode():
        return  # a search is spelt out in the canonical form, and no longer what somebody typed
    tidied: tree.Query = msgspec.json.decode(tree.canonical(query), type=tree.Query)
    assert [tidied.matches(each, ANN) for each in library.items] == [query.matches(each, ANN) for each in library.items]


@given(st.lists(queries(3), max_size=4))
def test_order_repetition_and_nesting_do_not_change_the_digest(parts: list[tree.Query]) -> None:
    again = tree.And((tree.And(tuple(parts[::-1] + parts[:1])),))
    assert tree.digest(tree.And(tuple(parts))) == tree.digest(again)


def test_different_questions_have_different_digests() -> None:
    asked: list[tree.Query] = [
        tree.Everything(), tree.Nothing(), tree.KindIs((ItemKind.BOOK,)), tree.IdIs((1,)), tree.LibraryIs((1,)), tree.Text("a"),
        tree.Text("a*"), tree.Text("-a"), tree.Text("b"), tree.Range("rating", 1), tree.Range("rating", None, 1), tree.Range("pages", 1),
        tree.Mine("rating", 1), tree.Not(tree.Text("a")), tree.Linked(EntityKind.TAG, (1,)), tree.Linked(EntityKind.GENRE, (1,)),
        tree.Has("tag"), tree.Has("rating"),
    ]  # fmt: skip
    assert len({tree.digest(query) for query in asked}) == len(asked)
    assert tree.digest(tree.Text("b  a")) == tree.digest(tree.Text("A b"))


@given(worlds(12), queries(6))
def test_not_turns_every_answer_round(library: World, query: tree.Query) -> None:
    for each in library.items:
        assert tree.Not(query).matches(each, ANN) is not query.matches(each, ANN)


@given(worlds(8), st.lists(queries(4), max_size=4))
def test_both_means_and(library: World, parts: list[tree.Query]) -> None:
    for each in library.items:
        assert tree.both(*parts).matches(each, ANN) == all(part.matches(each, ANN) for part in parts)


def test_a_high_date_bound_holds_everything_that_begins_with_it() -> None:
    assert tree.Range("date", None, "2020").matches(item(date="2020-12-31"), ANN)
    assert not tree.Range("date", None, "2020").matches(item(date="2021"), ANN)
    assert tree.Range("date", "2020-05", "2020-05").matches(item(date="2020-05-03"), ANN)
    assert not tree.Range("date", "2020-05", None).matches(item(date="2020"), ANN)
    assert not tree.Range("date").matches(item(), ANN)


def test_an_untouched_item_is_no_favorite_and_has_no_rating() -> None:
    assert tree.Mine("favorite", 0, 0).matches(item(), NOBODY)
    assert tree.Mine("play_count", None, 0).matches(item(), ANN)
    assert not tree.Mine("rating", 0, 100).matches(item(), ANN)


@pytest.mark.parametrize(
    "data",
    [
        "", "[", "null", "7", '"tag"', "[]", "{}", '{"type":"everyone"}', '{"type":"text"}', '{"type":"text","q":7}',
        '{"type":"everything","x":1}', '{"type":"range","field":"title"}', '{"type":"range","field":"rating","low":"high"}',
        '{"type":"range","field":"date","low":2020}', '{"type":"range","field":"date","low":"May 2020"}',
        '{"type":"range","field":"rating","low":1e999}', '{"type":"range","field":"rating","low":1e19}',
        '{"type":"range","field":"added","low":"yesterday"}', '{"type":"mine","field":"secret"}', '{"type":"has","field":"password"}',
        '{"type":"linked","kind":"tag","ids":["1"]}', '{"type":"linked","kind":"tag","ids":[-1]}',
        '{"type":"linked","kind":"cast","ids":[1]}', '{"type":"id","ids":[9223372036854775808]}', '{"type":"not","of":[]}',
        '{"type":"and","of":{"type":"everything"}}', '{"type":"not","of":' * 13 + '{"type":"everything"}' + "}" * 13,
        '{"type":"not","of":' * 100_000, json.dumps({"type": "and", "of": [{"type": "everything"}] * 400}),
        json.dumps({"type": "id", "ids": list(range(10_001))}), json.dumps({"type": "text", "q": "x" * 1_001}),
        '{"type":"text","q":"\\ud800"}', b'{"type":"text","q":"\xff"}',
    ],
)  # fmt: skip
def test_what_is_not_a_filter_tree_is_refused_with_a_reason(data: str | bytes) -> None:
    with pytest.raises(BadQuery) as caught:
        tree.from_json(data)
    assert caught.value.field == "filter"
    assert caught.value.reason


@given(st.text())
def test_any_text_is_a_tree_or_a_bad_query(data: str) -> None:
    with pytest.raises(BadQuery):
        tree.from_json(data)


def test_times_in_a_tree_may_be_written_as_text() -> None:
    assert tree.from_json('{"type":"range","field":"added","low":"1970-01-01T00:00:01Z","high":"1970"}') == tree.Range(
        "added", 10**6, 31_536_000 * 10**6 - 1
    )
    nested = tree.from_json('{"type":"not","of":{"type":"or","of":[{"type":"range","field":"created","low":"1970-01-02"}]}}')
    assert nested == tree.Not(tree.Or((tree.Range("created", 86_400 * 10**6),)))
