"""Merges, and what people say on both sides: what a merge makes of it is told to nobody, what somebody said arrives all the same, and
a merge that is taken back leaves both sides as they were."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from longshelf.demo.stash.making import Counts
from longshelf.sources.stash.modes import Mode
from longshelf.store import push_back
from longshelf.store.database import Database, run
from longshelf.store.personal import EntityWord
from longshelf.tasks import merge, sync
from tests.support.fake_stash import FakeStash, fake_stash
from tests.tasks import test_push_back
from tests.tasks.people_of_stash import KEY
from tests.tasks.test_push_back import Pushing, writes

no_rest = test_push_back.no_rest
FEW = Counts(scenes=9, images=2, tags=4, performers=4, studios=3, groups=2, galleries=2)
GONE, STAYS = 1, 2  # two studios


@pytest.fixture
def stash() -> Iterator[FakeStash]:
    with fake_stash(FEW, api_key=KEY) as running:
        running.changes.edit("studio", GONE, rating100=80, favorite=True)
        running.changes.edit("studio", STAYS, rating100=60, favorite=False)
        yield running


@pytest.fixture
def people(database: Database, stash: FakeStash, tmp_path: Path) -> Pushing:
    """What the server knows was taken over, and what is said from now on goes back."""
    made = Pushing(database, stash, tmp_path)
    made.on()
    made.take()
    return made


def synced(people: Pushing, mode: Mode = "incremental") -> None:
    ended = people.run(sync.request(people.database, people.library_now(), mode))
    assert ended.state == "done", ended.message


def pushed(people: Pushing) -> list[str]:
    """What a push wrote."""
    before = len(people.stash.log)
    assert people.push().state == "done"
    return writes(people.stash, before)


def held(people: Pushing, kind: str, local_id: int) -> tuple[object, ...]:
    second = {"item": "progress", "entity": "favorite"}[kind]
    text = f"SELECT held_rating, held_{second} FROM remote_{kind}_word WHERE user_id = ? AND {kind}_id = ?"
    with people.database.read() as connection:
        return tuple(run(connection, text, people.ann, local_id).one())


def test_what_a_merge_made_is_not_told_and_the_servers_next_word_follows(people: Pushing, stash: FakeStash) -> None:
    assert pushed(people) == []
    gone, stays = people.entity("studio", GONE), people.entity("studio", STAYS)
    stash.changes.merge_studios([GONE], STAYS)
    synced(people)
    assert people.says_of(stays) == EntityWord(80, favorite=True)
    assert pushed(people) == []
    assert people.row("studio", STAYS).rating100 == 60
    people.take()
    assert people.says_of(stays) == EntityWord(80, favorite=True)  # the server says what it said before
    assert people.says_of(gone) == EntityWord(80, favorite=True)
    stash.changes.edit("studio", STAYS, rating100=90)
    people.take()
    assert people.says_of(stays).rating == 90
    assert pushed(people) == []
    people.say_of(stays, rating=80)
    assert pushed(people) == ["studioUpdate"]
    assert people.row("studio", STAYS).rating100 == 80


def test_what_he_said_of_the_one_that_is_gone_arrives_at_the_other(people: Pushing, stash: FakeStash) -> None:
    people.say_of(people.entity("studio", GONE), rating=85)
    stash.changes.merge_studios([GONE], STAYS)
    synced(people)
    assert pushed(people) == ["studioUpdate"]
    row = people.row("studio", STAYS)
    assert (row.rating100, row.favorite) == (85, False)
    assert pushed(people) == []
    stash.changes.edit("studio", STAYS, rating100=30)
    people.take()
    assert people.says_of(people.entity("studio", STAYS)) == EntityWord(30, favorite=True)


def test_what_was_held_before_is_held_again_when_the_one_returns(people: Pushing, stash: FakeStash) -> None:
    stays = people.entity("studio", STAYS)
    people.say_of(stays, rating=50)
    push_off_and_on(people)
    assert held(people, "entity", stays) == (50, 0)
    backup = stash.silent.backup()
    stash.changes.merge_studios([GONE], STAYS)
    synced(people)
    assert held(people, "entity", stays) == (80, 1)
    stash.silent.restore(backup)
    synced(people, "reconcile")
    assert people.says_of(stays) == EntityWord(50)
    assert held(people, "entity", stays) == (50, 0)
    assert pushed(people) == []
    assert people.row("studio", STAYS).rating100 == 60


def push_off_and_on(people: Pushing) -> None:
    """What was said until now stays here."""
    with people.database.write_quietly() as connection:
        push_back.switch_off(connection, people.library.id)
    people.on()


def test_a_merge_made_here_is_no_news_for_the_server_either(people: Pushing) -> None:
    stays = people.entity("studio", STAYS)
    merged = people.run(merge.request(people.database, stays, [people.entity("studio", GONE)], None))
    assert people.says_of(stays) == EntityWord(80, favorite=True)
    assert pushed(people) == []
    assert merged.result is not None
    people.run(merge.request_undo(people.database, merged.result["merge_id"]))
    assert people.says_of(stays) == EntityWord(60)
    assert held(people, "entity", stays) == (None, None)
    assert pushed(people) == []


def test_what_a_merge_made_is_no_news_either_where_somebody_spoke_since_and_it_is_taken_back(people: Pushing) -> None:
    stays = people.entity("studio", STAYS)
    merged = people.run(merge.request(people.database, stays, [people.entity("studio", GONE)], None))
    people.say_of(stays, favorite=False)
    assert merged.result is not None
    people.run(merge.request_undo(people.database, merged.result["merge_id"]))
    assert people.says_of(stays) == EntityWord(80)  # he spoke since, so all of it stays
    assert pushed(people) == []


# --- works


def plays(people: Pushing, *scenes: int) -> list[tuple[int | None, int]]:
    return [(found.rating, found.play_count) for found in (people.says(people.item("scene", each)) for each in scenes)]


def test_works_that_come_apart_again_have_what_was_theirs_and_can_be_merged_again(
    database: Database, stash: FakeStash, tmp_path: Path
) -> None:
    source, target = [row.id for row in stash.world.scenes if len(row.files) == 1][:2]
    for scene, count, rating in ((source, 3, 90), (target, 2, 40)):
        stash.silent.reset_plays(scene)
        stash.changes.edit("scene", scene, rating100=rating)
        for _ in range(count):
            stash.clock.advance(60)
            stash.silent.play(scene)
    people = Pushing(database, stash, tmp_path)
    people.on()
    people.take()
    apart = plays(people, source, target)
    assert apart == [(90, 3), (40, 2)]
    backup = stash.silent.backup()
    merged(people, source, target)
    assert plays(people, target) == [(90, 5)]
    stash.silent.restore(backup)
    stash.clock.advance(60)
    stash.silent.play(target)
    synced(people, "reconcile")
    assert held(people, "item", people.item("scene", target))[0] is None
    people.take()
    assert plays(people, source, target) == [(90, 3), (40, 3)]
    assert pushed(people) == []
    merged(people, source, target)
    assert plays(people, target) == [(90, 6)]


def merged(people: Pushing, source: int, target: int) -> None:
    """There, then here; and what it makes of his words is no news for the server."""
    people.stash.clock.advance(60)
    people.stash.changes.merge_scenes([source], target)
    synced(people)
    people.take()
    people.take()
    assert held(people, "item", people.item("scene", target))[0] == 90
    assert pushed(people) == []
    assert people.row("scene", target).rating100 == 40


def test_what_was_said_since_a_merge_of_works_stays_when_they_come_apart(people: Pushing, stash: FakeStash) -> None:
    source, target = [row.id for row in stash.world.scenes if len(row.files) == 1][:2]
    first, second = people.item("scene", source), people.item("scene", target)
    people.say(first, rating=90, favorite=True)
    people.say(second, rating=40)
    backup = stash.silent.backup()
    stash.changes.merge_scenes([source], target)
    synced(people)
    people.say(second, rating=70)
    stash.silent.restore(backup)
    synced(people, "reconcile")
    found = people.says(second)
    assert (found.rating, found.favorite) == (70, False)
    assert people.says(first).rating == 90
