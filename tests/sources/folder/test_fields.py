"""The normal forms of dates, numbers, names, identifiers and prose."""

import datetime
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longshelf.sources.folder import fields


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2004", "2004"), ("2004-03", "2004-03"), ("2004-3-1", "2004-03-01"), ("2004-03-01T12:00:00Z", "2004-03-01"),
        ("2004-03-01 12:00", "2004-03-01"),
        ("2004/03/01", "2004-03-01"), ("2004.03.01", "2004-03-01"), ("20040301", "2004-03-01"), ("20040301120000", "2004-03-01"),
        ("D:20040301120000+01'00'", "2004-03-01"), ("D:2004", "2004"), ("D:200403", "2004-03"), ("22.09.2015", "2015-09-22"),
        ("1.3.2004", "2004-03-01"),
        ("03/25/2004", "2004-03-25"), ("25/03/2004", "2004-03-25"), ("March 1, 2004", "2004-03-01"), ("1 Mar 2004", "2004-03-01"),
        ("1st March 2004", "2004-03-01"), ("Sept. 2004", "2004-09"), ("Tuesday, 9 May 2017 10:00", "2017-05-09"), ("c1999", "1999"),
        ("[1898?]", "1898"),
        ("2004-13-01", "2004"), ("2004-02-30", "2004-02"), ("2023-02-29", "2023-02"), ("2024-02-29", "2024-02-29"),
        ("0101-01-01T00:00:00+00:00", ""),
        ("0000-00-00", ""), ("", ""), ("soon", ""), ("12345", ""), ("D:", ""),
    ],
)  # fmt: skip
def test_a_date_in_any_layout_becomes_iso(text: str, date: str) -> None:
    assert fields.date(text) == date


@given(st.dates(datetime.date(1000, 1, 1)), st.sampled_from(["%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%d %B %Y", "%B %d, %Y", "D:%Y%m%d101112Z"]))
def test_every_day_is_read_back_from_every_layout(day: datetime.date, layout: str) -> None:
    assert fields.date(day.strftime(layout).replace("%Y", f"{day.year:04d}")) == day.isoformat()


@given(st.text(alphabet=st.sampled_from("0123456789-/. TD:MarchApril"), max_size=30) | st.text())
def test_a_date_is_always_a_real_one(text: str) -> None:
    found = fields.date(text)
    assert re.fullmatch(r"|\d{4}|\d{4}-\d\d|\d{4}-\d\d-\d\d", found)
    if len(found) == 10:
        datetime.date.fromisoformat(found)


@pytest.mark.parametrize(
    ("text", "position", "printed"),
    [
        ("0", 0, "0"), ("1", 1, "1"), ("001", 1, "001"), ("1.5", 1.5, "1.5"), ("1,5", 1.5, "1,5"), ("2.0", 2, "2"), ("1.10", 1.1, "1.10"),
        ("-1", -1, "-1"),
        ("-1.5", -1.5, "-1.5"), (".5", 0.5, ".5"), ("1-3", 1, "1-3"), ("1 – 3", 1, "1 – 3"), ("#7", 7, "#7"), ("Vol. 3", 3, "Vol. 3"),
        ("Book 2", 2, "Book 2"),
        ("12a", 12, "12a"), ("1.MU", 1, "1.MU"), ("½", 0.5, "½"), ("1½", 1.5, "1½"), (3, 3, "3"), (2.5, 2.5, "2.5"), ("-0", 0, "-0"),
        ("Omnibus", None, "Omnibus"), ("", None, ""), (None, None, ""), ("inf", None, "inf"), ("nan", None, "nan"), ("½½", None, "½½"),
        ("II", None, "II"),
    ],
)  # fmt: skip
def test_a_series_number_orders_and_keeps_its_print(text: str | float | None, position: float | None, printed: str) -> None:
    assert fields.number(text) == (position, printed)


def test_a_negative_zero_is_a_zero() -> None:
    assert str(fields.number("-0").position) == "0.0"


@given(st.text(alphabet=st.sampled_from("0123456789.,-–½#vol ae")) | st.text())
def test_a_position_is_a_finite_number_or_none(text: str) -> None:
    position = fields.number(text).position
    assert position is None or abs(position) < 1e12


@given(st.integers(0, 10**6))
def test_printed_integers_are_their_own_position(value: int) -> None:
    assert fields.number(str(value)).position == value


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Ursula K. Le Guin", [("Ursula K. Le Guin", "")]),
        ("Neil Gaiman & Terry Pratchett", [("Neil Gaiman", ""), ("Terry Pratchett", "")]),
        ("Neil Gaiman, Terry Pratchett", [("Neil Gaiman", ""), ("Terry Pratchett", "")]),
        ("Neil Gaiman and Terry Pratchett", [("Neil Gaiman", ""), ("Terry Pratchett", "")]),
        ("A. Sandor, B. Anderson, C. Andrews", [("A. Sandor", ""), ("B. Anderson", ""), ("C. Andrews", "")]),
        ("Knuth, Donald E.", [("Donald E. Knuth", "Knuth, Donald E.")]),
        ("Knuth, Donald; Dijkstra, Edsger", [("Donald Knuth", "Knuth, Donald"), ("Edsger Dijkstra", "Dijkstra, Edsger")]),
        ("van Rossum, Guido", [("Guido van Rossum", "van Rossum, Guido")]),
        ("Martin Luther King, Jr.", [("Martin Luther King, Jr.", "")]),
        ("Andy & Andy", [("Andy", "")]),
        ("Unknown", []), ("", []), (" , ;", []),
    ],
)  # fmt: skip
def test_an_author_field_is_taken_apart(text: str, people: list[tuple[str, str]]) -> None:
    assert fields.people(text) == people


def test_a_list_of_names_keeps_its_order_and_its_suffixes() -> None:
    assert fields.names("Robert Downey, Jr., Stan Lee, , Stan Lee") == ["Robert Downey, Jr.", "Stan Lee"]


@pytest.mark.parametrize(
    ("value", "scheme", "found"),
    [
        ("978-0-306-40615-7", "", {"isbn": "9780306406157"}),
        ("urn:isbn:9780306406157", "", {"isbn": "9780306406157"}),
        ("ISBN 0-306-40615-2", "isbn", {"isbn": "9780306406157", "isbn10": "0306406152"}),
        ("ISBN-13: 978-0-306-40615-7", "", {"isbn": "9780306406157"}),
        ("0-306-40615-2", "ISBN", {"isbn": "9780306406157", "isbn10": "0306406152"}),
        ("080442957x", "", {"isbn": "9780804429573", "isbn10": "080442957X"}),
        ("9780306406158", "isbn", {}),
        ("9780306406158", "", {"id": "9780306406158"}),
        ("9780306406157", "15", {"isbn": "9780306406157"}),
        ("URN:UUID:2C3272A4-731B-4348-909D-6F38B97B18EB", "UUID", {"uuid": "2c3272a4-731b-4348-909d-6f38b97b18eb"}),
        ("2c3272a4-731b-4348-909d-6f38b97b18eb", "", {"uuid": "2c3272a4-731b-4348-909d-6f38b97b18eb"}),
        ("53f5e24a-3dbc-491a-8f43-98baf038e259", "calibre", {"calibre": "53f5e24a-3dbc-491a-8f43-98baf038e259"}),
        ("B00ABCDEFG", "", {"asin": "B00ABCDEFG"}),
        ("B00ABCDEFG", "MOBI-ASIN", {"mobi-asin": "B00ABCDEFG"}),
        ("amazon:B00ABCDEFG", "", {"asin": "B00ABCDEFG"}),
        ("https://doi.org/10.1000/182", "", {"doi": "10.1000/182"}),
        ("doi:10.1000/182", "", {"doi": "10.1000/182"}),
        ("https://www.goodreads.com/book/show/5907.The_Hobbit", "", {"goodreads": "5907"}),
        ("5907", "GOODREADS", {"goodreads": "5907"}),
        ("pD6arNyKyi8C", "google", {"google": "pD6arNyKyi8C"}),
        ("urn:comicvine:issue:145269", "", {"comicvine": "145269"}),
        ("145269", "Comic Vine", {"comicvine": "145269"}),
        ("https://comicvine.gamespot.com/c/4000-145269/", "", {"comicvine": "145269"}),
        ("https://example.org/x?y=1", "", {"uri": "https://example.org/x?y=1"}),
        ("http://www.gutenberg.org/ebooks/25545", "uri", {"uri": "http://www.gutenberg.org/ebooks/25545"}),
        ("NOID", "", {"id": "NOID"}),
        ("unknown", "", {}), ("", "isbn", {}), (None, "", {}), ("x" * 501, "", {}),
    ],
)  # fmt: skip
def test_an_identifier_is_told_by_scheme_or_shape(value: str | None, scheme: str, found: dict[str, str]) -> None:
    into: fields.Identifiers = {}
    fields.identify(into, value, scheme)
    assert into == found


def test_the_first_identifier_of_a_scheme_stays() -> None:
    into: fields.Identifiers = {}
    fields.identify(into, "9780306406157")
    fields.identify(into, "9780804429573")
    assert into == {"isbn": "9780306406157"}


@given(st.text(alphabet="0123456789", min_size=9, max_size=9))
def test_both_forms_of_an_isbn_are_one(body: str) -> None:
    weights = sum(int(digit) * (10 - index) for index, digit in enumerate(body))
    check = next(value for value in range(11) if (weights + value) % 11 == 0)
    thirteen = fields.isbn(body + ("X" if check == 10 else str(check)))
    assert thirteen.startswith("978" + body)
    assert sum(int(digit) * (1, 3)[index % 2] for index, digit in enumerate(thirteen)) % 10 == 0
    assert fields.isbn(thirteen) == thirteen


@given(st.integers(0, 9), st.integers(0, 12))
def test_one_wrong_digit_makes_an_isbn_false(digit: int, place: int) -> None:
    right = "9780306406157"
    wrong = right[:place] + str(digit) + right[place + 1 :]
    assert fields.isbn(wrong) == (right if wrong == right else "")


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("plain", "plain"),
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("One<br/>Two<BR>Three", "One\nTwo\nThree"),
        ("<div>\n <p>calibre   snabbstartguide</p></div>", "calibre snabbstartguide"),
        ("<ul><li>a</li><li>b</li></ul>", "• a\n\n• b"),
        ("a &amp; b", "a & b"),
        ("&lt;p&gt;escaped&lt;/p&gt;", "escaped"),
        ("<p>5 &lt; 6 &amp;&amp; 7 &gt; 6</p>", "5 < 6 && 7 > 6"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        ("<script>alert('x')</script>text<!-- no --><style>p{}</style>", "text"),
        ("line one\r\nline two\n\n\n\nline three", "line one\nline two\n\nline three"),
        ("<b>Bold</b> and <a href='x'>link</a>", "Bold and link"),
        ("<script>never closed", "never closed"),
        ("unknown", ""), ("", ""), (None, ""), ("<p> </p>", ""),
    ],
)  # fmt: skip
def test_prose_loses_its_markup_and_keeps_its_paragraphs(markup: str | None, text: str) -> None:
    assert fields.plain_text(markup) == text


@given(
    st.lists(st.sampled_from(["<p>", "</p>", "<br>", "<script>", "<!--", "-->", "</script>", "&lt;", "&amp;", "x", " ", "\n", "<", ">"]))
)
def test_prose_from_any_markup_has_no_tags_of_ours(pieces: list[str]) -> None:
    found = fields.plain_text("".join(pieces))
    assert "</p>" not in found or "&lt;" in pieces
    assert found == found.strip()
    assert "\n\n\n" not in found


@pytest.mark.parametrize(
    "hostile", ["<script>" * 40_000, "<!--" * 90_000, "<" * 300_000, "\n \n" * 100_000, "<a " * 100_000, "&lt;" * 90_000, " " * 390_000]
)
def test_hostile_prose_is_quick(hostile: str) -> None:
    assert len(fields.plain_text(hostile)) <= fields.MAX_PROSE  # a quadratic pattern would run into the test's timeout


@given(st.text())
def test_a_line_is_one_line(text: str) -> None:
    line = fields.clean(text)
    assert line == line.strip()
    assert not re.search(r"[\n\r\t]|\s\s", line)
