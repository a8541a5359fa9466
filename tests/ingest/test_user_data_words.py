"""How two sides become one: against plain books that are kept of who said what when."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longshelf.ingest.user_data_words import take_entity, take_item
from longshelf.model.times import SECOND
from longshelf.sources.stash.payloads import Said
from longshelf.sources.stash.user_data import DATA_KINDS, Word, word_of
from longshelf.store.personal import EntityWord, ItemWord
from longshelf.store.user_data import SharedEntity, SharedItem

ALL = frozenset(DATA_KINDS)
LENGTH = 1_000.0
ratings = st.none() | st.integers(1, 100)
moments = st.lists(st.integers(1, 50), max_size=6).map(lambda found: tuple(sorted(each * SECOND for each in found)))
words = st.builds(
    Word,
    rating=ratings,
    favorite=st.booleans(),
    plays=st.integers(0, 9),
    seconds=st.integers(0, 500).map(float),
    played_at=moments,
    last_played_at=st.none() | st.integers(1, 100),
    resume=st.integers(0, 1_200).map(float),
    o_count=st.integers(0, 5),
    o_at=moments,
)
mine = st.builds(
    ItemWord,
    rating=ratings,
    favorite=st.booleans(),
    progress=st.none() | st.integers(0, 10).map(lambda each: each / 10),
    play_count=st.integers(0, 9),
    play_seconds=st.integers(0, 500).map(float),
    last_played_at=st.none() | st.integers(1, 100),
    hidden=st.booleans(),
)
shared = st.builds(
    SharedItem,
    rating=ratings,
    progress=st.none() | st.integers(0, 10).map(lambda each: each / 10),
    plays=st.integers(0, 9),
    seconds=st.integers(0, 500).map(float),
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # the first one of a busy machine
@given(mine, shared, words, st.frozensets(st.sampled_from(DATA_KINDS)), st.frozensets(st.integers(1, 50)), st.booleans())
def test_the_same_answer_twice_changes_nothing(
    said: ItemWord, known: SharedItem, theirs: Word, kinds: Any, played: frozenset[int], overwrite: bool
) -> None:
    once = take_item(said, known, theirs, kinds=kinds, length=LENGTH, known=played, overwrite=overwrite)
    history = played | {each // SECOND for each in once.plays}
    twice = take_item(once.mine, once.shared, theirs, kinds=kinds, length=LENGTH, known=history, overwrite=overwrite)
    assert (twice.mine, twice.shared, twice.plays) == (once.mine, once.shared, ())


@given(mine, shared, words, st.frozensets(st.sampled_from(DATA_KINDS)))
def test_what_is_not_asked_for_is_not_touched(said: ItemWord, known: SharedItem, theirs: Word, kinds: Any) -> None:
    after = take_item(said, known, theirs, kinds=kinds, length=LENGTH).mine
    assert (after.favorite, after.hidden) == (said.favorite, said.hidden)
    if "rating" not in kinds:
        assert after.rating == said.rating
    if "progress" not in kinds:
        assert after.progress == said.progress
    if "plays" not in kinds:
        assert (after.play_count, after.play_seconds, after.last_played_at) == (said.play_count, said.play_seconds, said.last_played_at)


@given(mine, shared, words)
def test_nothing_is_ever_taken_away_from_what_was_played(said: ItemWord, known: SharedItem, theirs: Word) -> None:
    after = take_item(said, known, theirs, kinds=ALL, length=LENGTH)
    assert after.mine.play_count >= said.play_count
    assert after.mine.play_seconds >= said.play_seconds
    assert len(after.plays) <= after.mine.play_count - said.play_count
    assert (after.mine.last_played_at or 0) >= (said.last_played_at or 0)


@given(mine, shared, words)
def test_with_overwrite_the_server_has_the_word(said: ItemWord, known: SharedItem, theirs: Word) -> None:
    after = take_item(said, known, theirs, kinds=ALL, length=LENGTH, overwrite=True).mine
    if theirs.rating is not None:
        assert after.rating == theirs.rating
    if theirs.resume:
        assert after.progress == min(theirs.resume / LENGTH, 1.0)


@dataclass
class Books:
    """One rating and the plays of one work, on both sides, kept the long way: every event is remembered."""

    here: int | None = None
    there: int | None = None
    said_here_since: bool = False  # something else than what both had last
    there_at_import: int | None = None
    own_plays: int = 0
    server_plays: int = 0
    history: list[int] = field(default_factory=list)

    def import_(self) -> None:
        changed_there = self.there != self.there_at_import
        if changed_there and not self.said_here_since:
            self.here = self.there
        self.there_at_import = self.there
        self.said_here_since = self.here != self.there


events = st.lists(
    st.one_of(
        st.tuples(st.just("here"), ratings),
        st.tuples(st.just("there"), ratings),
        st.tuples(st.just("own play"), st.none()),
        st.tuples(st.just("server play"), st.none()),
        st.tuples(st.just("import"), st.none()),
    ),
    max_size=40,
)


@given(events)
def test_any_course_of_events_ends_as_the_books_say(course: list[tuple[str, Any]]) -> None:
    books, said, known, history = Books(), ItemWord(), SharedItem(), set[int]()
    for at, (what, value) in enumerate([*course, ("import", None)], 1):
        if what == "here":
            books.here, books.said_here_since = value, value != books.there_at_import
            said = ItemWord(rating=value, play_count=said.play_count, last_played_at=said.last_played_at)
        elif what == "there":
            books.there = value
        elif what == "own play":
            books.own_plays += 1
            said = ItemWord(rating=said.rating, play_count=said.play_count + 1, last_played_at=at)
            history.add(at)
        elif what == "server play":
            books.server_plays += 1
            books.history.append(at * SECOND)
        else:
            books.import_()
            theirs = Word(rating=books.there, plays=books.server_plays, played_at=tuple(books.history))
            found = take_item(said, known, theirs, kinds=frozenset({"rating", "plays"}), length=LENGTH, known=frozenset(history))
            said, known = found.mine, found.shared
            history |= {each // SECOND for each in found.plays}
    assert said.rating == books.here
    assert said.play_count == books.own_plays + books.server_plays
    assert len(history) == said.play_count


@given(
    st.builds(EntityWord, rating=ratings, favorite=st.booleans(), hidden=st.booleans()),
    st.builds(SharedEntity, rating=ratings, favorite=st.booleans()),
    words,
    st.booleans(),
)
def test_entities_follow_where_nothing_was_said_here(said: EntityWord, known: SharedEntity, theirs: Word, overwrite: bool) -> None:
    after = take_entity(said, known, theirs, kinds=ALL, overwrite=overwrite)
    assert after.mine.hidden == said.hidden
    if said.favorite == known.favorite or theirs.favorite != known.favorite:
        assert after.mine.favorite == theirs.favorite
    else:
        assert after.mine.favorite == (said.favorite or (overwrite and theirs.favorite))
    if said.rating != known.rating and not overwrite:
        assert after.mine.rating == said.rating
    again = take_entity(after.mine, after.shared, theirs, kinds=ALL, overwrite=overwrite)
    assert again == after


@given(mine, shared, words)
def test_what_a_merge_made_follows_the_server_only_when_that_says_something_new(said: ItemWord, known: SharedItem, theirs: Word) -> None:
    after = take_item(said, known, theirs, kinds=ALL, length=LENGTH, made={"rating": said.rating or 0, "progress": said.progress or 0.0})
    assert after.mine.rating == (said.rating if theirs.rating == known.rating else theirs.rating)
    entity = take_entity(EntityWord(said.rating), SharedEntity(known.rating), theirs, kinds=ALL, made={"rating": said.rating or 0})
    assert entity.mine.rating == after.mine.rating
    other = take_item(said, known, theirs, kinds=ALL, length=LENGTH, made={"rating": 101, "progress": 2.0})
    assert other == take_item(said, known, theirs, kinds=ALL, length=LENGTH)  # he has said something else since


def test_numbers_that_cannot_be_say_nothing() -> None:
    row = Said(id="1", rating100=0, play_count=-1, play_duration=float("nan"), resume_time=float("inf"), play_history=[None, "never"])
    assert word_of(row) == Word()
    assert word_of(Said(id="1", rating100=101)).rating is None


def test_a_place_follows_whoever_played_last() -> None:
    said, known = ItemWord(progress=0.2, last_played_at=50), SharedItem(progress=0.1)
    for at, expected in ((40, 0.2), (60, 0.5)):
        theirs = Word(resume=500.0, last_played_at=at)
        assert take_item(said, known, theirs, kinds=frozenset({"progress"}), length=LENGTH).mine.progress == expected
    assert take_item(said, known, Word(resume=500.0), kinds=ALL, length=None).mine.progress == 0.2
