"""What the reader of posts makes ahead is what the writer would make of them."""

from array import array

from hypothesis import given
from hypothesis import strategies as st

from longshelf.ingest import posts_sheet, rows
from longshelf.ingest.posts_sheet import Numbering, Sheet
from longshelf.ingest.prepared import prepare
from longshelf.ingest.rows import Placement
from longshelf.model.kinds import EntityKind, ItemKind, Role
from longshelf.model.records import Credit, ItemRecord
from longshelf.model.times import rfc3339
from longshelf.sources.posts.post import Read
from longshelf.store import cards, items, search

names = st.sampled_from(["sea", "SEA", "!?", "東京 タワー", "a b", "x " * 250])
kinds = st.sampled_from([EntityKind.PERSON, EntityKind.STUDIO, EntityKind.SERIES, EntityKind.TAG])
credits = st.lists(st.builds(Credit, kinds, names, st.sampled_from([Role.NONE, Role.AUTHOR]), st.sampled_from([None, 1.5])), max_size=7)
numbers = st.none() | st.integers(0, 9)
records = st.builds(
    ItemRecord,
    kind=st.sampled_from(ItemKind),
    title=st.text(max_size=9),
    external_id=st.text(min_size=1, max_size=5),
    description=st.text(max_size=30),
    date=st.sampled_from(["", "2024", "2024-05-06"]),
    created_at=st.none() | st.integers(0, 2**50),
    duration=st.none() | st.floats(0, 1e9),
    width=numbers,
    height=numbers,
    rating=numbers,
    age_rating=numbers,
    credits=credits.map(tuple),
    extra=st.dictionaries(st.sampled_from("xyz"), st.text(max_size=3) | st.integers(0, 9), max_size=2),
    content_hash=st.binary(max_size=4),
)


def named(sheets: list[Sheet]) -> list[list[Credit]]:
    """The credits of each post, by their numbers."""
    known: list[Credit] = []
    found = []
    for sheet in sheets:
        if sheet.first == 0:
            known = []
        assert sheet.first == len(known)
        known += sheet.credits
        counts, numbers = array("i", sheet.counts), array("i", sheet.numbers)
        left = list(numbers)
        for count in counts:
            found.append([known[number] for number in left[:count]])
            left = left[count:]
        assert left == []
    return found


@given(record=records, dialect=st.sampled_from(["sqlite", "postgresql"]), at=st.integers(0, 2**50), color=st.sampled_from(["", "#00ff00"]))
def test_a_sheet_holds_what_is_made_of_a_record(record: ItemRecord, dialect: str, at: int, color: str) -> None:
    sheet = Numbering(dialect).sheet([Read(record, 5)])
    (post,) = sheet.posts
    prepared = prepare(record)
    place = Placement(3, 4, items.Existing(3, b"", 5, None, "", color), at, 6)
    row = dict(zip(items.COLUMNS, rows.item_row(prepared, place), strict=True))
    assert post.said == tuple(row[name] for name in items.SAID)
    assert {*items.SAID, *items.PLACED} <= {*items.COLUMNS}
    assert post.texts == search.stored(prepared.search, dialect)
    assert post.added_at == 5
    assert named([sheet]) == [list(record.credits)]
    links = [rows.linked(credit, number, credit.name) for number, credit in enumerate(record.credits, 1)]
    shown = [link.shown for link in links if link.shown is not None]
    assert [sheet.credits[number].name for number in post.shown] == [link.name for link in shown]
    assert post.fits == (len(cards.shown(shown)) == len(shown))
    card = cards.joined(
        3, 4, post.front, cards.part(rfc3339(5)), post.created, cards.part(rfc3339(at)), post.back, cards.part(color or None),
        ",".join(map(cards.part, cards.shown(shown))),
    )  # fmt: skip
    assert card == rows.card(prepared, place, links)


def test_the_same_credit_has_one_number_until_numbering_begins_anew() -> None:
    sea, sky = Credit(EntityKind.TAG, "sea"), Credit(EntityKind.TAG, "sky")
    pages = [[[sea]], [[sky, sea], []], [], [[sea, sea]]]
    numbering = Numbering("sqlite")
    found = [[Read(ItemRecord(kind=ItemKind.POST, title="x", credits=tuple(each)), None) for each in page] for page in pages]
    sheets = [numbering.sheet(page) for page in found]
    assert [(sheet.first, sheet.credits) for sheet in sheets] == [(0, [sea]), (1, [sky]), (2, []), (2, [])]
    assert named(sheets) == [each for page in pages for each in page]


def test_numbering_begins_anew_when_many_have_a_number() -> None:
    credits = [Credit(EntityKind.TAG, str(number)) for number in range(posts_sheet.NUMBERED_MOST + 1)]
    numbering = Numbering("sqlite")
    sheets = [
        numbering.sheet([Read(ItemRecord(kind=ItemKind.POST, title="x", credits=tuple(each)), None)]) for each in (credits, credits[:2])
    ]
    assert [sheet.first for sheet in sheets] == [0, 0]
    assert named(sheets) == [credits, credits[:2]]
