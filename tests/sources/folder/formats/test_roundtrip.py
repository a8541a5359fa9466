"""What the demonstration library writes into books and comics, the parsers read out again, whatever the words are."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longshelf.demo import comics, epubs
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.records import Credit, Layer, Origin
from longshelf.sources.folder import fields
from longshelf.sources.folder.formats import comic, epub
from tests.sources.folder.books import PIXEL

ANY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
# One printable line, as XML may hold it, that is no placeholder and no list.
LINES = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co", "Zl", "Zp"], exclude_characters=",;"), min_size=1, max_size=30
).filter(lambda text: fields.known(text) == text and any(char.isalnum() for char in text))
NAMES = st.lists(LINES, max_size=3, unique_by=str.casefold)
DATES = st.dates().filter(lambda day: day.year >= 1000).map(lambda day: day.isoformat()) | st.integers(1000, 2999).map(str)
NUMBERS = st.none() | st.integers(-5, 500).map(float) | st.integers(0, 400).map(lambda quarters: quarters / 4)
ROLES = st.sampled_from([Role.AUTHOR, Role.TRANSLATOR, Role.ILLUSTRATOR, Role.EDITOR, Role.NARRATOR])
ARTISTS = st.sampled_from(
    [Role.WRITER, Role.PENCILLER, Role.INKER, Role.COLORIST, Role.LETTERER, Role.COVER_ARTIST, Role.EDITOR, Role.TRANSLATOR]
)


def credits_in(layer: Layer, kind: EntityKind) -> list[tuple[str, Role, float | None]]:
    """Sorted: formats group persons by role."""
    return sorted((each.name, each.role, each.position) for each in layer.credits if each.kind is kind)


@st.composite
def layers(draw: st.DrawFn, roles: st.SearchStrategy[Role]) -> Layer:
    persons = [Credit(EntityKind.PERSON, name, draw(roles)) for name in draw(NAMES)]
    series = [Credit(EntityKind.SERIES, draw(LINES), position=draw(NUMBERS))] if draw(st.booleans()) else []
    tags = [Credit(EntityKind.TAG, name) for name in draw(st.lists(LINES, min_size=1, max_size=3, unique_by=str.casefold))]
    genres = [Credit(EntityKind.GENRE, name) for name in draw(NAMES)]
    publisher = [Credit(EntityKind.PUBLISHER, draw(LINES))]
    return Layer(
        origin=Origin.EMBEDDED, title=draw(LINES), date=draw(DATES), language=draw(st.sampled_from(["en", "de-AT", "zh-Hant"])),
        credits=(*persons, *series, *genres, *tags, *publisher), identifiers={"isbn": "9780306406157"},
    )  # fmt: skip


def agree(says: Layer, read: Layer) -> None:
    assert (read.title, read.date, read.language, read.identifiers) == (says.title, says.date, says.language, says.identifiers)
    for kind in (EntityKind.PERSON, EntityKind.SERIES, EntityKind.GENRE, EntityKind.TAG, EntityKind.PUBLISHER):
        assert credits_in(read, kind) == credits_in(says, kind), kind


@given(says=layers(ROLES), version=st.sampled_from([2, 3]))
@ANY
def test_an_epub_says_what_was_written_into_it(tmp_path: Path, says: Layer, version: int) -> None:
    path = tmp_path / "x.epub"
    epubs.write(path, says, cover=PIXEL, version=version)
    reading = epub.parse(path)
    agree(says, reading.layers[0])
    assert reading.warnings == ()
    assert [chapter.title for chapter in reading.layers[0].chapters] == [says.title]


@given(says=layers(ARTISTS))
@ANY
def test_a_comic_says_what_was_written_into_it(tmp_path: Path, says: Layer) -> None:
    path = tmp_path / "x.cbz"
    comics.write(path, says, [PIXEL] * 3)
    reading = comic.parse(path)
    agree(says, reading.layers[0])
    assert (reading.warnings, reading.facts.pages) == ((), 3)
