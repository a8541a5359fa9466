"""The table of filters: each does what it says, and what is not in it is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.catalog.filters import FILTERS, ORDER, Filters, read_filters
from longshelf.catalog.paging import PARAMETERS
from longshelf.errors import BadQuery
from longshelf.model import query as tree
from longshelf.model.kinds import EntityKind, Format, ItemKind, Role
from longshelf.model.sorts import Sort

TAG = EntityKind.TAG
EXAMPLES = {"text": "dune", "integer": "7", "number": "1.5", "boolean": "true", "date": "2020-05", "time": "2020-05-03T10:00:00Z",
            "json": '{"type":"everything"}'}  # fmt: skip


@pytest.mark.parametrize(
    ("pairs", "wanted"),
    [
        ([], tree.Everything()),
        ([("q", "")], tree.Everything()),
        ([("q", "dune -worm")], tree.Text("dune -worm")),
        ([("tag", "12")], tree.Linked(TAG, (12,))),
        ([("tag", "12"), ("tag", "13")], tree.Linked(TAG, (12, 13))),
        ([("tag", "-12")], tree.Not(tree.Linked(TAG, (12,)))),
        ([("tag", "12"), ("tag", "-13"), ("tag", "-14")], tree.And((tree.Linked(TAG, (12,)), tree.Not(tree.Linked(TAG, (13, 14)))))),
        ([("tag_all", "1"), ("tag_all", "2")], tree.And((tree.Linked(TAG, (1,)), tree.Linked(TAG, (2,))))),
        ([("author", "3")], tree.Linked(EntityKind.PERSON, (3,), Role.AUTHOR)),
        ([("kind", "book"), ("kind", "comic")], tree.KindIs((ItemKind.BOOK, ItemKind.COMIC))),
        ([("kind", "-image")], tree.Not(tree.KindIs((ItemKind.IMAGE,)))),
        ([("library", "1")], tree.LibraryIs((1,))),
        ([("format", "tall")], tree.FormatIs((Format.TALL,))),
        ([("year", "2020")], tree.Range("year", 2020, 2020)),
        ([("year", "2020"), ("year", "2021")], tree.Or((tree.Range("year", 2020, 2020), tree.Range("year", 2021, 2021)))),
        ([("rating_min", "60"), ("rating_max", "80.5")], tree.And((tree.Range("rating", 60, None), tree.Range("rating", None, 80.5)))),
        ([("date_max", "2020")], tree.Range("date", None, "2020")),
        ([("added_min", "1970-01-01")], tree.Range("added", 0)),
        ([("added_max", "1970-01-01")], tree.Range("added", None, 86_400 * 10**6 - 1)),
        ([("favorite", "true")], tree.Mine("favorite", 1)),
        ([("favorite", "no")], tree.Not(tree.Mine("favorite", 1))),
        ([("played", "0")], tree.Not(tree.Mine("play_count", 1))),
        ([("my_rating_min", "50")], tree.Mine("rating", 50)),
        ([("has", "tag"), ("has", "rating")], tree.Or((tree.Has("tag"), tree.Has("rating")))),
        ([("has", "-cover")], tree.Not(tree.Has("cover"))),
        ([("missing", "series")], tree.Not(tree.Has("series"))),
        ([("filter", '{"type":"not","of":{"type":"text","q":"x"}}')], tree.Not(tree.Text("x"))),
        ([("id", "1"), ("id", "2")], tree.IdIs((1, 2))),
    ],
)  # fmt: skip
def test_each_filter_means_one_query(pairs: list[tuple[str, str]], wanted: tree.Query) -> None:
    assert read_filters(pairs).query == wanted


@pytest.mark.parametrize("name", list(FILTERS))
def test_every_filter_in_the_table_works_and_describes_itself(name: str) -> None:
    entry = FILTERS[name]
    value = entry.choices[0] if entry.choices else EXAMPLES[entry.type]
    assert read_filters([(name, value)]).parts
    assert entry.about
    assert entry.about[0].islower() or not entry.about[0].isalpha()
    if entry.repeats:
        assert read_filters([(name, value), (name, value)]).parts
    else:
        with pytest.raises(BadQuery):
            read_filters([(name, value), (name, value)])
    if entry.negates:
        assert read_filters([(name, f"-{value}")]).query == tree.Not(read_filters([(name, value)]).query)


def test_names_in_an_address_never_clash() -> None:
    assert not set(FILTERS) & set(ORDER)
    assert not set(FILTERS) & set(PARAMETERS)
    assert {kind.value for kind in EntityKind} | {f"{kind.value}_all" for kind in EntityKind} <= set(FILTERS)
    assert {role.value for role in Role if role} <= set(FILTERS)
    assert {f"{field}_{end}" for field in tree.RANGE_FIELDS for end in ("min", "max")} <= set(FILTERS)


@pytest.mark.parametrize(
    "pairs",
    [
        [("nonsense", "1")], [("Tag", "1")], [("page", "1")], [("tag", "dune")], [("tag", "--1")], [("tag", "1.5")], [("tag", "٣")],
        [("tag", "9" * 30)], [("kind", "podcast")], [("format", "round")], [("has", "password")], [("favorite", "maybe")],
        [("rating_min", "high")], [("rating_min", "nan")],
        [("rating_min", "1"), ("rating_min", "2")], [("date_min", "May")], [("added_min", "soon")], [("filter", "{")], [("q", "x" * 1_001)],
        [("sort", "name")], [("order", "up")], [("sort", "title"), ("sort", "date")], [("seed", "x")], [("seed", "-1")],
        [("seed", "99999999999")],
        [("tag", str(n)) for n in range(501)], [("tag_all", str(n)) for n in range(450)], [("filter", "x" * 70_000)],
    ],
)  # fmt: skip
def test_bad_filters_are_refused_with_a_reason(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(BadQuery) as caught:
        read_filters(pairs)
    assert caught.value.reason


@given(st.lists(st.tuples(st.sampled_from([*FILTERS, *ORDER]) | st.text(), st.text())))
def test_any_address_is_filters_or_a_bad_query(pairs: list[tuple[str, str]]) -> None:
    try:
        found = read_filters(pairs)
    except BadQuery:
        return
    assert isinstance(found, Filters)
    tree.digest(found.query)


def test_names_others_read_are_left_to_them() -> None:
    assert read_filters([("page", "2"), ("cursor", ""), ("fields", "full")], besides={*PARAMETERS, "fields"}) == Filters()


def test_sort_order_and_seed_make_one_sort() -> None:
    assert read_filters([]).sort == Sort("added", True)
    assert read_filters([("sort", "title")]).sort == Sort("title", False)
    assert read_filters([("sort", "title"), ("order", "desc")]).sort == Sort("title", True)
    assert read_filters([("sort", "random"), ("seed", "7")]).sort == Sort("random", False, 7)


def test_a_facet_is_counted_without_its_own_selection_only() -> None:
    pairs = [("tag", "1"), ("tag", "-2"), ("tag_all", "3"), ("person", "4"), ("year", "2020"), ("rating_min", "50"), ("q", "dune")]
    found = read_filters(pairs)
    for facet, dropped in (
        ("tag", ("tag", "1")),
        ("person", ("person", "4")),
        ("year", ("year", "2020")),
        ("rating", ("rating_min", "50")),
    ):
        assert found.without(facet) == read_filters([pair for pair in pairs if pair != dropped]).query
    assert found.without("genre") == found.query
    assert found.without("") == found.query
