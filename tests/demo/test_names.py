"""Names come from the seed, with the skew of real collections."""

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.demo import names, words
from longshelf.demo.names import World, Zipf
from longshelf.demo.shelf import sort_title


def test_things_do_not_depend_on_what_was_asked_before() -> None:
    assert names.title(names.stream(1, "book", 7)) == names.title(names.stream(1, "book", 7))
    assert World(1).persons.some(Random(5), 10) == World(1).persons.some(Random(5), 10)
    assert names.stream(1, "book", 7).random() != names.stream(1, "book", 8).random()


def test_a_few_are_everywhere_and_most_are_rare() -> None:
    world, rng = World(2), Random(2)
    counts = [count for _, count in Counter(world.persons.one(rng).name for _ in range(8_000)).most_common()]
    assert sum(counts[:40]) > 0.35 * sum(counts)
    assert len(counts) > 300


@given(st.integers(1, 12), st.integers(0, 2**32))
def test_some_are_different_ones(count: int, seed: int) -> None:
    drawn = Zipf(range(20)).some(Random(seed), count)
    assert 1 <= len(drawn) == len(set(drawn)) <= count


@given(st.integers(0, 2**32))
def test_an_isbn_has_a_valid_check_digit(seed: int) -> None:
    digits = [int(char) for char in names.isbn13(Random(seed))]
    assert len(digits) == 13
    assert sum(digits[0::2]) % 10 == -3 * sum(digits[1::2]) % 10


@given(st.integers(0, 2**32))
def test_what_a_cover_prints_is_ascii_and_not_empty(seed: int) -> None:
    title = names.title(Random(seed))
    assert title.latin.isascii()
    assert title.latin.strip()


def test_every_foreign_title_has_a_printable_form() -> None:
    assert all(latin.isascii() and latin for _, latin, _ in words.FOREIGN_TITLES)


@pytest.mark.parametrize(
    ("text", "plain"), [("Żółta", "Zolta"), ("Søren Ågård", "Soren Agard"), ("Þórsdóttir", "Thorsdottir"), ("青木", ""), ("L’été", "L'ete")]
)
def test_latin_text_is_reduced_to_ascii(text: str, plain: str) -> None:
    assert names.plain(text) == plain


@pytest.mark.parametrize(
    ("title", "filed"), [("The Salt Road", "Salt Road, The"), ("An Orchard for Ines", "Orchard for Ines, An"), ("Theory", ""), ("The", "")]
)
def test_articles_are_filed_last(title: str, filed: str) -> None:
    assert sort_title(title) == filed
