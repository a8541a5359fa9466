"""The job `import_user_data`: a server's user data become one person's own, once, and never over what he said here."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from longshelf.demo.stash.making import Counts
from longshelf.errors import Conflict, Invalid, NotFound
from longshelf.model.times import from_rfc3339
from longshelf.store import jobs, plays
from longshelf.store.database import Database, run
from longshelf.tasks import user_data as task
from tests.support.fake_stash import FakeStash, fake_stash
from tests.support.fake_stash.faults import What
from tests.tasks.people_of_stash import FEW, KEY, People, wait_until


@pytest.fixture
def stash() -> Iterator[FakeStash]:
    with fake_stash(FEW, api_key=KEY) as running:
        yield running


@pytest.fixture
def people(database: Database, stash: FakeStash, tmp_path: Path) -> People:
    return People(database, stash, tmp_path)


def test_everything_the_server_says_is_said_here(people: People, stash: FakeStash) -> None:
    """Against the server's own rows, one by one."""
    stash.silent.save_activity(3, resume=30.0, seconds=12.5)
    people.take()
    for row in stash.world.scenes:
        said, shared = people.says(people.item("scene", row.id)), people.shares(people.item("scene", row.id))
        assert said.rating == (row.rating100 or None)
        assert said.play_count == len(row.plays)
        assert said.play_seconds == pytest.approx(row.play_duration)
        assert said.last_played_at == (max(map(from_rfc3339, row.plays)) if row.plays else None)
        length = stash.world.files[row.files[0]].duration if row.files else 0.0
        assert said.progress == (pytest.approx(min(1.0, row.resume_time / length)) if row.resume_time and length else None)
        assert (shared.o_count, list(shared.o_at)) == (len(row.os), [from_rfc3339(each) for each in row.os])
    for image in stash.world.images:
        assert people.says(people.item("image", image.id)).rating == (image.rating100 or None)
        assert people.shares(people.item("image", image.id)).o_count == image.o_counter
    for kind, table in (("performer", stash.world.performers), ("studio", stash.world.studios), ("tag", stash.world.tags)):
        for named in table:
            of = people.says_of(people.entity(kind, named.id))
            assert (of.favorite, of.rating) == (named.favorite, None if kind == "tag" else named.rating100 or None)
    for kind, rated in (("gallery", stash.world.galleries), ("group", stash.world.groups)):
        for thing in rated:
            assert people.says_of(people.entity(kind, thing.id)).rating == (thing.rating100 or None)


def test_every_play_of_the_server_is_in_the_history(people: People, stash: FakeStash) -> None:
    stash.clock.advance(3600)
    stash.silent.play(2)
    stash.clock.advance(3600)
    stash.silent.play(2)
    people.take()
    with people.database.read() as connection:
        rows = plays.rows(connection, people.ann, [each[0] for each in plays.newest(connection, people.ann, 10_000)])
    item = people.item("scene", 2)
    assert sorted(each.started_at for each in rows.values() if each.item_id == item) == [
        from_rfc3339(each) for each in stash.world.scenes[2].plays
    ]
    assert {each.source for each in rows.values()} == {"imported"}
    assert len(rows) == sum(len(row.plays) for row in stash.world.scenes)


def test_it_says_what_it_did_and_twice_is_once(people: People) -> None:
    first = people.take()
    once = people.everything()
    assert first.result["read"] == first.result["unknown"] + sum(
        len(people.stash.world.table(kind)) for kind in ("scene", "image", "gallery", "group", "performer", "studio", "tag")
    )
    assert first.result["unknown"] == 0
    assert min(first.result[kind] for kind in ("rating", "favorite", "plays", "progress", "o")) > 0
    second = people.take()
    assert people.everything() == once
    assert {second.result[kind] for kind in ("rating", "favorite", "plays", "progress", "o")} == {0}
    people.take(None, "rating", overwrite=True)
    assert people.everything() == once


def test_only_the_kinds_that_are_asked_for_are_taken(people: People, stash: FakeStash) -> None:
    rated = next(row for row in stash.world.scenes if row.rating100 and row.plays)
    before = len(stash.log)
    people.take(None, "rating")
    said = people.says(people.item("scene", rated.id))
    assert (said.rating, said.play_count, said.progress) == (rated.rating100, 0, None)
    assert not any("play_count" in asked.query or "favorite" in asked.query for asked in stash.log[before:] if "__type" not in asked.query)
    people.take(None, "plays")
    assert people.says(people.item("scene", rated.id)).play_count == len(rated.plays)


def test_what_was_said_here_stays_unless_it_is_to_be_overwritten(people: People, stash: FakeStash) -> None:
    rated = next(row for row in stash.world.scenes if row.rating100)
    item = people.item("scene", rated.id)
    people.say(item, rating=11, favorite=True, hidden=True)
    people.take()
    said = people.says(item)
    assert (said.rating, said.favorite, said.hidden) == (11, True, True)
    people.take(overwrite=True)
    said = people.says(item)
    assert (said.rating, said.favorite, said.hidden) == (rated.rating100, True, True)


def test_what_changes_on_the_server_later_follows_where_nothing_was_said_here(people: People, stash: FakeStash) -> None:
    one, other = [row.id for row in stash.world.scenes if row.rating100][:2]
    people.take()
    people.say(people.item("scene", other), rating=5)
    stash.changes.edit("scene", one, rating100=99)
    stash.changes.edit("scene", other, rating100=99)
    people.take()
    assert people.says(people.item("scene", one)).rating == 99
    assert people.says(people.item("scene", other)).rating == 5
    stash.changes.edit("scene", one, rating100=None)
    people.take()
    assert people.says(people.item("scene", one)).rating is None


def test_plays_on_both_sides_add_up(people: People, stash: FakeStash) -> None:
    people.take()
    item = people.item("scene", 1)
    before = people.says(item)
    people.played(item, at=people.database.clock(), seconds=100.0)
    stash.clock.advance(60)
    stash.silent.play(1)
    stash.silent.save_activity(1, resume=0.0, seconds=40.0)
    people.take()
    after = people.says(item)
    assert after.play_count - before.play_count == 2
    assert after.play_seconds - before.play_seconds == pytest.approx(140.0)


def test_a_play_that_was_taken_out_of_the_history_does_not_come_back(people: People, stash: FakeStash) -> None:
    played = next(row for row in stash.world.scenes if row.plays)
    item = people.item("scene", played.id)
    people.take()
    with people.database.write_quietly() as connection:
        plays.forget(connection, people.ann, None, at=people.database.clock())
    people.take()
    assert people.says(item).play_count == 0
    stash.clock.advance(60)
    stash.silent.play(played.id)
    people.take()
    assert people.says(item).play_count == 1
    with people.database.read() as connection:
        assert len(plays.newest(connection, people.ann, 10)) == 1


def test_two_people_and_two_libraries_never_mix(people: People, stash: FakeStash, tmp_path: Path) -> None:
    with fake_stash(FEW, seed=2, api_key=KEY) as second:
        others = People(people.database, second, tmp_path, name="Other")
        people.take()
        mine = people.everything()
        assert others.says(others.item("scene", 1), people.ann).rating is None
        assert people.says(people.item("scene", 1), people.ben).play_count == 0
        others.take(others.ben)
        assert all(set(rows) <= set(people.everything()[name]) for name, rows in mine.items())
        assert others.says(others.item("scene", 1), others.ben).rating == (second.world.scenes[1].rating100 or None)


def test_a_work_that_is_not_mirrored_is_passed_over(people: People, stash: FakeStash) -> None:
    new = stash.changes.create("scene", title="New", rating100=50)
    ended = people.take()
    assert ended.result["unknown"] == 1
    assert new not in {row.id for row in stash.world.scenes if row.id < new}


def test_merged_works_do_not_count_their_plays_twice(people: People, stash: FakeStash) -> None:
    from longshelf.tasks import sync

    source, target = [row.id for row in stash.world.scenes if len(row.files) == 1][:2]
    for scene, plays_of in ((source, 3), (target, 2)):
        stash.silent.reset_plays(scene)
        for _ in range(plays_of):
            stash.clock.advance(60)
            stash.silent.play(scene)
    people.take()
    merged = (*stash.world.scenes[target].plays, *stash.world.scenes[source].plays)
    stash.changes.merge_scenes([source], target)
    people.run(sync.request(people.database, people.library_now()))
    with stash.world.lock:
        stash.world.scenes[target].plays = merged  # as Stash does when it is asked to take the histories along
    people.take()
    assert people.says(people.item("scene", target)).play_count == 5
    stash.clock.advance(60)
    stash.silent.play(target)
    people.take()
    people.take()
    assert people.says(people.item("scene", target)).play_count == 6


@pytest.mark.parametrize("version", ["v0.27.0", "v0.24.0"])
def test_an_older_server_gives_what_it_has(version: str, database: Database, tmp_path: Path) -> None:
    with fake_stash(FEW, api_key=KEY, version=version) as stash:
        people = People(database, stash, tmp_path)
        people.take()
        rated = next(row for row in stash.world.scenes if row.rating100)
        assert people.says(people.item("scene", rated.id)).rating == rated.rating100


# --- how it runs


def test_the_same_import_is_followed_and_another_one_refused(people: People) -> None:
    first = task.request(people.database, people.library, people.ann)
    assert task.request(people.database, people.library, people.ann).id == first.id
    assert task.request(people.database, people.library, people.ben).id != first.id
    with pytest.raises(Conflict, match="under way"):
        task.request(people.database, people.library, people.ann, ["rating"])
    with pytest.raises(Invalid):
        task.request(people.database, people.library, people.ann, [])
    with pytest.raises(NotFound):
        task.request(people.database, people.library, 999)


def test_one_who_may_not_be_told_is_told_no_numbers(people: People) -> None:
    ended = people.take(people.ben, told=False)
    assert set(ended.result) == {"kinds", "seconds"}
    assert (ended.done, ended.total) == (100, 100)
    with people.database.read() as connection:
        assert not jobs.events(connection, ended.id)
    assert people.says(people.item("scene", 1), people.ben).rating == (people.row("scene", 1).rating100 or None)


def test_a_server_that_is_away_ends_it_with_the_reason_and_a_retry_goes_on(people: People, stash: FakeStash) -> None:
    port = int(stash.url.rpartition(":")[2])
    job = task.request(people.database, people.library, people.ann)
    stash.faults.add("status", operation="findScenes", nth=2, code=401, times=-1)  # the first asks how many there are
    ended = people.run(job)
    assert (ended.state, "API key" in ended.message) == ("failed", True)
    assert people.says_of(people.entity("performer", 1)).rating == (people.row("performer", 1).rating100 or None)
    stash.faults.clear()
    stash.stop()
    stash.start(port)
    with people.database.write_quietly() as connection:
        jobs.retry(connection, job.id, people.database.clock())
    before = len(stash.log)
    assert people.run(job).state == "done"
    assert not any("findPerformers" in asked.fields and "rating100" in asked.query for asked in stash.log[before:])
    assert people.says(people.item("scene", 1)).rating == (people.row("scene", 1).rating100 or None)


@pytest.mark.parametrize("fault", ["errors", "truncate", "shorten", "locked"])
def test_half_an_answer_is_no_answer(fault: What, people: People, stash: FakeStash) -> None:
    """What is tried again is there in the end; a page that is short although more rows follow is not the end."""
    stash.faults.add(fault, operation="findScenes", nth=2)
    people.take()
    for row in stash.world.scenes:
        assert people.says(people.item("scene", row.id)).rating == (row.rating100 or None)


def test_a_row_that_moves_between_numbered_pages_is_read(people: People, stash: FakeStash, monkeypatch: pytest.MonkeyPatch) -> None:
    from longshelf.ingest import user_data as ingest

    monkeypatch.setattr(ingest, "PAGE", 5)
    stash.faults.add(None, operation="findPerformers", nth=4, do=[("changes.destroy", {"kind": "performer", "key": 1})])
    people.take()
    for row in stash.world.performers:
        assert people.says_of(people.entity("performer", row.id)).rating == (row.rating100 or None)


def test_a_killed_import_goes_on_and_ends_equal(people: People, tmp_path: Path) -> None:
    """Killed for real, again and again, wherever it is."""
    job = task.request(people.database, people.library, people.ann)
    url = people.database.url.render_as_string(hide_password=False)
    script = (
        "import sys, longshelf.ingest.user_data as ingest\n"
        "from longshelf.store.database import Database\n"
        "from longshelf.jobs.worker import Worker\n"
        "from longshelf.tasks.table import tasks\n"
        "from longshelf.config import Settings\n"
        "from pathlib import Path\n"
        "ingest.PAGE = 4\n"
        "database = Database(sys.argv[1])\n"
        "Worker(database, tasks(Settings(data=Path(sys.argv[2]))), lease_seconds=1, pulse_seconds=0.05).run_one(int(sys.argv[3]))\n"
    )
    people.stash.faults.add("slow", operation="Page", pause=0.05, times=-1)

    def place() -> str:
        with people.database.read() as connection:
            return str(run(connection, "SELECT checkpoint FROM job WHERE id = ?", job.id).scalar())

    for _ in range(3):
        left_at = place()

        def has_moved(left_at: str = left_at) -> bool:
            return place() != left_at

        child = subprocess.Popen([sys.executable, "-c", script, url, str(tmp_path), str(job.id)], start_new_session=True)
        wait_until(has_moved)
        time.sleep(random.random() * 0.3)  # between two pages, or inside one
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
    child = subprocess.Popen([sys.executable, "-c", script, url, str(tmp_path), str(job.id)], start_new_session=True)
    assert child.wait(60) == 0
    with people.database.read() as connection:
        ended = jobs.get(connection, job.id)
    assert (ended.state, ended.attempts) == ("done", 4)
    people.stash.faults.clear()
    found = people.everything()
    with people.database.write_quietly() as connection:
        for table in ("user_item", "user_entity", "play", "remote_item_word", "remote_entity_word"):
            run(connection, f"DELETE FROM {table}")
    people.take()
    assert people.everything() == found


def test_few_questions_are_asked_and_none_that_hurt(people: People, stash: FakeStash) -> None:
    before = len(stash.log)
    people.take()
    asked = stash.log[before:]
    assert len(asked) <= 2 + 4 * 7  # what it is, its jobs; of each kind how many, its rows, that no more follow, and that none was missed
    for each in asked:
        assert "per_page: -1" not in each.query
        if each.fields and each.fields[0].startswith("find"):
            assert 'sort: "id"' in each.query
    assert stash.answering.tally.aggregates == 0


def test_a_page_costs_the_same_whatever_is_said_in_it(people: People, tmp_path: Path) -> None:
    """Statements, for few works and for ten times as many: a kind is one page each time."""
    spent = []
    with fake_stash(Counts(scenes=400, images=300), seed=3, api_key=KEY) as larger:
        for one in (people, People(people.database, larger, tmp_path, name="Larger")):
            before = people.database.statements
            one.take()
            spent.append(people.database.statements - before)
    # Larger writes go in more than one piece, and a slow machine hears more of the worker's pulse: far less than one for each of 700 works.
    assert spent[1] <= spent[0] + 100
