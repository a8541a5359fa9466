"""Folding, tokens and keys: idempotent on everything Unicode has, and in the order people read."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.model import text
from longshelf.model.text import _tokens_char_by_char, document, fold, name_key, natural_key, search_text, series_key, tokens

anything = st.text(st.characters(codec=None))


@given(anything)
def test_folding_twice_changes_nothing(value: str) -> None:
    assert fold(fold(value)) == fold(value)


def test_folding_every_single_character_twice_changes_nothing() -> None:
    changed = [hex(code) for code in range(sys.maxunicode + 1) if fold(fold(chr(code))) != fold(chr(code))]
    assert changed == []


@given(anything)
def test_what_comes_out_can_be_stored(value: str) -> None:
    for made in (fold(value), natural_key(value), name_key(value), search_text(value)):
        made.encode()
        assert "\x00" not in made


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Beyoncé", "beyonce"), ("ＦＵＬＬ", "full"), ("ﬁlm", "FILM"), ("Straße", "STRASSE"), ("ΣΊΣΥΦΟΣ", "σισυφος"), ("a\u0301", "Á"),
        ("שָׁלוֹם", "שלום"), ("مُحَمَّد", "محمد"), ("ё", "е"), ("İstanbul", "istanbul"),
    ],
)  # fmt: skip
def test_case_width_and_optional_accents_do_not_count(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("が", "か"), ("कि", "कु"), ("dune", "dunes"), ("ø", "o")])
def test_marks_that_make_another_letter_count(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("", []),
        ("  \t\n", []),
        ("% _ - & ♥ 👍", []),
        ("foo-bar_baz", ["foo", "bar", "baz"]),
        ("don't", ["don", "t"]),
        ("東京タワー", ["東", "京", "タ", "ワ", "ー"]),
        ("한국 abc", ["한", "국", "abc"]),
        ("aは1", ["a", "は", "1"]),
        ("कि हिन्दी", ["कि", "हिन्दी"]),
        ("10²", ["102"]),
        ("a\x00b", ["a", "b"]),
    ],
)
def test_tokens_are_runs_of_letters_and_digits(value: str, wanted: list[str]) -> None:
    assert tokens(value) == wanted


@given(anything)
def test_tokens_of_tokens_are_themselves(value: str) -> None:
    found = tokens(value)
    assert tokens(" ".join(found)) == found
    assert search_text(search_text(value)) == search_text(value)
    assert all(token and token[0].isalnum() and len(token) <= text.TOKEN_LENGTH for token in found)


@given(anything)
def test_tokens_hold_nothing_a_search_index_would_read_as_syntax(value: str) -> None:
    for token in tokens(value):
        assert all(char.isalnum() or unicodedata.category(char).startswith("M") for char in token)


def test_titles_sort_by_the_value_of_their_numbers() -> None:
    wanted = ["Part 0", "Part 2", "part 9", "Part 10", "PART 010b", "Part 1000000000000", "Part Two"]
    assert sorted(set(wanted), key=natural_key) == wanted


@given(st.integers(0, 10**40), st.integers(0, 10**40))
def test_numbers_in_keys_compare_like_numbers(one: int, other: int) -> None:
    assert (natural_key(f"v{one}") < natural_key(f"v{other}")) == (one < other)


def test_digits_of_other_scripts_are_numbers_too() -> None:
    assert natural_key("٣") == natural_key("3") == natural_key("003")


def test_leading_articles_are_kept() -> None:
    assert natural_key("The  Dispossessed ") == "the dispossessed"


@given(anything)
def test_keys_fit_an_index_entry(value: str) -> None:
    assert len(natural_key(value * 50).encode()) <= 4 * text.KEY_LENGTH
    assert len(name_key(value * 50).encode()) <= 4 * text.KEY_LENGTH


@given(anything)
def test_spellings_of_one_name_meet_in_one_key(value: str) -> None:
    key = name_key(value)
    assert name_key(key) == key
    spaced = f" \t{unicodedata.normalize('NFD', value)}  "
    assert name_key(spaced) == key
    assert name_key(unicodedata.normalize("NFC", value)) == key


def test_names_that_differ_in_an_accent_are_two() -> None:
    assert name_key("Renée") != name_key("Renee")
    assert name_key("RENÉE  Zell") == name_key("rene\u0301e zell")


def test_long_names_that_differ_at_the_end_are_two() -> None:
    assert name_key("x" * 500 + "a") != name_key("x" * 500 + "b")


def test_series_sort_by_name_then_number_and_entries_without_one_come_last() -> None:
    numbers = [float("-inf"), -2.0, -1.5, -0.5, 0.0, 0.5, 1.0, 1.1, 1.5, 2.0, 10.0, 100.25, 1e300, float("inf"), None]
    keys = [series_key("Dune", number) for number in numbers]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)
    assert keys[-1] < series_key("Dune Messiah", -5)
    assert series_key("dune", -0.0) == series_key("Dune", 0)
    assert series_key("dune", float("nan")) == series_key("dune", None)


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
def test_numbers_in_a_series_compare_like_numbers(one: float, other: float) -> None:
    assert (series_key("s", one) < series_key("s", other)) == (one < other)


@given(st.lists(anything, max_size=4), anything)
def test_a_document_keeps_each_text_apart(names: list[str], description: str) -> None:
    found = document(("title",), names, description)
    assert found.names == tuple(tuple(tokens(name)) for name in names if tokens(name))


def test_a_document_of_any_size_fits_the_limits_of_the_databases() -> None:
    wild = "𠀀" * 200_000
    found = document((wild, wild), [wild] * 20, " ".join(f"{number:063d}x" for number in range(50_000)))
    texts = [*found.title, *found.names, *found.description]
    assert sum(len(words) + 1 for words in texts) < 16_383
    assert sum(len(word.encode()) for words in texts for word in words) < 2**20


@given(st.text(st.characters(max_codepoint=0x2100, exclude_categories=["Cs"])))
def test_the_fast_way_to_tokens_finds_the_same_words(value: str) -> None:
    assert tokens(value) == _tokens_char_by_char(fold(value))
