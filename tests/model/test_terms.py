"""The search parser: total, and with one documented answer for everything odd people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.model.terms import Phrase, Terms, parse
from longshelf.model.text import document, tokens


def phrase(words: str, *, prefix: bool = False) -> Phrase:
    return Phrase(tuple(words.split()), prefix)


@given(st.text(st.characters(codec=None)))
def test_any_text_parses_and_only_tokens_come_out(q: str) -> None:
    found = parse(q)
    for each in (*found.wanted, *found.unwanted):
        assert each.tokens
        assert tokens(" ".join(each.tokens)) == list(each.tokens)


@given(st.lists(st.sampled_from(['"', "-", "*", " ", "a", "bc", "東", "%", "\t", "“"])).map("".join))
def test_any_mixture_of_operators_parses(q: str) -> None:
    found = parse(q)
    assert set(found.wanted) | set(found.unwanted) == {*found.wanted, *found.unwanted}
    assert len(set(found.wanted)) == len(found.wanted)


@pytest.mark.parametrize(
    ("q", "wanted", "unwanted"),
    [
        ("dune", [phrase("dune")], []),
        ("Dune MESSIAH", [phrase("dune"), phrase("messiah")], []),
        ("dune dune", [phrase("dune")], []),
        ('"dune messiah"', [phrase("dune messiah")], []),
        ("“dune messiah”", [phrase("dune messiah")], []),
        ("dune -messiah", [phrase("dune")], [phrase("messiah")]),
        ('-"dune messiah"', [], [phrase("dune messiah")]),
        ("mess*", [phrase("mess", prefix=True)], []),
        ('"dune mess"*', [phrase("dune mess", prefix=True)], []),
        ("-mess*", [], [phrase("mess", prefix=True)]),
        ("foo-bar", [phrase("foo bar")], []),
        ("東京", [phrase("東 京")], []),
        ('unclosed "dune mess', [phrase("unclosed"), phrase("dune mess")], []),
        ("--dune", [], [phrase("dune")]),
        ("- dune", [phrase("dune")], []),
        ('5" dune', [phrase("5"), phrase("dune")], []),
        ("100% off_sale", [phrase("100"), phrase("off sale")], []),
        ("rock & roll", [phrase("rock"), phrase("roll")], []),
        ("NEAR AND OR NOT", [phrase("near"), phrase("and"), phrase("or"), phrase("not")], []),
        ("title:dune", [phrase("title dune")], []),
    ],
)
def test_words_phrases_exclusions_and_prefixes(q: str, wanted: list[Phrase], unwanted: list[Phrase]) -> None:
    assert parse(q) == Terms(tuple(wanted), tuple(unwanted))


@pytest.mark.parametrize("q", ["", " ", "\t\n", "%", "_", "*", "-", "--", '"', '""', '-""', "!!!", "% _ & ♥", '"*"', "-*"])
def test_nothing_to_look_for_finds_everything(q: str) -> None:
    assert parse(q) == Terms()
    assert parse(q).match(document(("",), (), ""))


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("dune herbert", True),
        ('"dune messiah"', True),
        ('"messiah frank"', False),
        ('"herbert brian"', False),
        ("spice -worm", True),
        ("-dune", False),
        ("-worm", True),
        ("mess*", True),
        ("mess", False),
        ('"dune mess"*', True),
        ("京タ", True),
        ("東タ", False),
    ],
)
def test_words_may_lie_anywhere_but_a_phrase_within_one_text(q: str, found: bool) -> None:
    shelf = document(("Dune Messiah", "東京タワー"), ("Frank Herbert", "Brian Herbert"), "Of spice and power.")
    assert parse(q).match(shelf) is found
