"""The job `push_back`: what one person says goes to the server once, never comes back as news, and waits while the server is away."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from longshelf.errors import Conflict, Invalid, NotFound
from longshelf.jobs.worker import Worker
from longshelf.model.times import SECOND, from_rfc3339
from longshelf.sources.stash.reader import Reader
from longshelf.sources.stash.telling import Teller
from longshelf.store import claims, jobs, libraries, personal, plays, push_back, push_back_plays
from longshelf.store import user_data as stored
from longshelf.store.database import Database, run
from longshelf.store.push_back import Pushed
from longshelf.tasks import push_back as task
from longshelf.tasks import sync, user_data
from longshelf.tasks.libraries import change_stash_library
from tests.support.fake_stash import FakeStash, fake_stash
from tests.support.fake_stash.faults import What
from tests.tasks.people_of_stash import FEW, KEY, People, wait_until

WRITES = ("Update", "sceneAddPlay", "sceneSaveActivity")


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task, "REST_SECONDS", 0.0)


@pytest.fixture
def stash() -> Iterator[FakeStash]:
    with fake_stash(FEW, api_key=KEY) as running:
        yield running


class Pushing(People):
    """With a clock that can be moved on."""

    def __init__(self, database: Database, stash: FakeStash, base: Path) -> None:
        super().__init__(database, stash, base)
        self.ahead = 0
        real = database.clock
        database.clock = lambda: real() + self.ahead

    def later(self, seconds: float = 120.0) -> None:
        self.ahead += int(seconds * SECOND)

    def on(self, *kinds: Any, all_said: bool = False) -> None:
        task.switch_on(self.database, self.library, self.ann, kinds or task.PUSHED, all_said=all_said)

    def state(self) -> Pushed:
        with self.database.read() as connection:
            row = push_back.get(connection, self.library.id)
        assert row is not None
        return row.state

    def wanting(self) -> bool:
        return bool(task.Pusher(self.database)._wanting())


@pytest.fixture
def people(database: Database, stash: FakeStash, tmp_path: Path) -> Pushing:
    return Pushing(database, stash, tmp_path)


def writes(stash: FakeStash, since: int = 0) -> list[str]:
    """Root fields of all that was written."""
    return [field for asked in stash.log[since:] for field in asked.fields if field.endswith("Update") or field in WRITES]


def test_ratings_favourites_plays_and_places_arrive(people: Pushing, stash: FakeStash) -> None:
    people.on()
    scene = people.item("scene", 3)
    people.say(scene, rating=77)
    people.say(people.item("image", 4), rating=66)
    people.say_of(people.entity("performer", 1), favorite=True, rating=55)
    people.say_of(people.entity("tag", 2), favorite=True)
    people.say_of(people.entity("studio", 1), favorite=True)
    people.say_of(people.entity("gallery", 1), rating=44)
    people.say_of(people.entity("group", 1), rating=33)
    row = people.row("scene", 3)
    had, duration = len(row.plays), row.play_duration
    length = stash.world.files[row.files[0]].duration
    at = people.database.clock()
    people.played(scene, at=at, seconds=90.0, progress=0.5)
    people.later()
    before = len(stash.log)
    ended = people.push()
    assert ended.state == "done", ended.message
    assert (row.rating100, people.row("image", 4).rating100) == (77, 66)
    assert (people.row("performer", 1).favorite, people.row("performer", 1).rating100) == (True, 55)
    assert people.row("tag", 2).favorite
    assert people.row("studio", 1).favorite
    assert (people.row("gallery", 1).rating100, people.row("group", 1).rating100) == (44, 33)
    assert row.resume_time == pytest.approx(0.5 * length, abs=0.01)
    assert (len(row.plays) - had, row.play_duration - duration) == (1, pytest.approx(90.0))
    assert at // SECOND in {from_rfc3339(each) // SECOND for each in row.plays}
    assert {name: ended.result[name] for name in task.PUSHED} == {"rating": 5, "favorite": 3, "plays": 1, "progress": 1}
    assert len(stash.log) - before <= 5  # what it is, its jobs, what to set, what it has of the scene, what to add


def test_it_is_off_until_it_is_switched_on_and_older_words_stay_here(people: Pushing, stash: FakeStash) -> None:
    item, other = people.item("scene", 1), people.item("scene", 2)
    was = people.row("scene", 1).rating100
    people.say(item, rating=12)
    people.say_of(people.entity("performer", 1), rating=12)
    people.played(item, at=people.database.clock(), progress=0.4)
    people.later()
    assert not people.wanting()
    people.on()
    people.say(item, favorite=True)  # touches the row, and says nothing new of the rating
    people.say(other, rating=13)
    assert people.wanting()
    people.push()
    assert (people.row("scene", 1).rating100, people.row("scene", 2).rating100) == (was, 13)
    assert writes(stash) == ["sceneUpdate"]
    people.say(item, rating=14)
    people.push()
    assert people.row("scene", 1).rating100 == 14


def test_all_that_was_said_goes_when_that_is_asked_for(people: Pushing) -> None:
    item = people.item("scene", 1)
    people.say(item, rating=12)
    people.played(item, at=people.database.clock())
    had = len(people.row("scene", 1).plays)
    people.later()
    people.on()
    people.push()
    assert people.row("scene", 1).rating100 != 12
    people.on(all_said=True)
    people.push()
    assert (people.row("scene", 1).rating100, len(people.row("scene", 1).plays)) == (12, had + 1)


def test_what_was_pushed_is_not_imported_and_what_was_imported_is_not_pushed(people: Pushing, stash: FakeStash) -> None:
    """Round and round: everything stands still."""
    people.on()
    scene = people.item("scene", 3)
    people.say(scene, rating=77)
    people.say_of(people.entity("tag", 2), favorite=True)
    people.played(scene, at=people.database.clock(), seconds=90.0, progress=0.5)
    people.later()
    people.push()
    stash.clock.advance(60)
    stash.silent.play(5)
    stash.changes.edit("scene", 6, rating100=61)
    before = people.says(scene)
    people.take()
    after = people.says(scene)
    row = people.row("scene", 3)
    assert (after.rating, after.progress) == (77, 0.5)
    assert after.play_count == len(row.plays)  # the server's own, and the one that went there
    assert after.play_seconds == pytest.approx(row.play_duration)
    assert after.play_count >= before.play_count
    still, since = people.everything(), len(stash.log)
    for _ in range(2):
        assert not people.wanting()
        people.push()
        people.run(sync.request(people.database, people.library_now()))
        people.take()
    assert people.everything() == still
    assert writes(stash, since) == []


def test_a_finished_work_has_no_place_there_and_stays_finished_here(people: Pushing) -> None:
    people.on()
    item = people.item("scene", 3)
    people.row("scene", 3).resume_time = 11.0
    people.played(item, at=people.database.clock(), progress=1.0)
    people.later()
    people.push()
    assert people.row("scene", 3).resume_time == 0
    people.take()
    assert people.says(item).progress == 1.0
    assert not people.wanting()


def test_words_that_are_taken_back_are_taken_back_there(people: Pushing) -> None:
    people.on()
    item, tag = people.item("scene", 3), people.entity("tag", 2)
    people.say(item, rating=77)
    people.say_of(tag, favorite=True)
    people.push()
    people.say(item, rating=None)
    people.say_of(tag, favorite=False)
    people.push()
    assert (people.row("scene", 3).rating100, people.row("tag", 2).favorite) == (None, False)


def test_a_sitting_is_told_of_when_it_is_over(people: Pushing) -> None:
    people.on()
    people.played(people.item("scene", 3), at=people.database.clock(), seconds=90.0, progress=0.5)
    assert not people.wanting()
    people.push()
    assert writes(people.stash) == []
    people.later()
    assert people.wanting()
    people.push()
    assert "sceneAddPlay" in writes(people.stash)
    assert not people.wanting()


def test_only_one_persons_words_and_the_chosen_kinds_go(people: Pushing, stash: FakeStash) -> None:
    people.on("rating")
    item = people.item("scene", 3)
    people.say(item, people.ben, rating=9)
    people.say(item, rating=77)
    people.say_of(people.entity("tag", 2), favorite=True)
    people.played(item, at=people.database.clock(), progress=0.5)
    people.later()
    people.push()
    assert people.row("scene", 3).rating100 == 77
    assert writes(stash) == ["sceneUpdate"]
    people.on("rating", "favorite")
    people.push()
    assert people.row("tag", 2).favorite


# --- a server that is away, or will not


def test_a_server_that_is_away_is_tried_again_later_and_loses_nothing(people: Pushing, stash: FakeStash) -> None:
    people.on()
    port = int(stash.url.rpartition(":")[2])
    people.say(people.item("scene", 3), rating=77)
    stash.stop()
    waiting = people.push()
    assert (waiting.state, "cannot be reached" in waiting.message) == ("queued", True)
    assert "cannot be reached" in people.state().waiting
    assert waiting.run_after >= people.database.clock() + 50 * SECOND
    people.say(people.item("scene", 4), rating=78)
    assert not people.wanting(), "it is not asked for before it is due"
    again = people.push()
    assert again.run_after >= people.database.clock() + 100 * SECOND, "later each time"
    stash.start(port)
    assert people.push().state == "done"
    assert (people.row("scene", 3).rating100, people.row("scene", 4).rating100) == (77, 78)
    assert (people.state().waiting, people.state().failures) == ("", 0)


def test_a_key_that_is_refused_is_told(people: Pushing, stash: FakeStash) -> None:
    people.on()
    people.say(people.item("scene", 3), rating=77)
    stash.answering.api_key = "another"
    assert people.push().state == "queued"
    assert "API key" in people.state().waiting
    change_stash_library(people.database, people.library.id, {}, "another")
    assert people.state().not_before == 0
    with people.database.read() as connection:
        (job,) = jobs.newest(connection, kind=task.KIND)
    assert job.run_after <= people.database.clock(), "another key is tried at once"
    assert people.push().state == "done"
    assert people.row("scene", 3).rating100 == 77


def test_one_that_is_not_there_any_more_does_not_hold_up_the_others(people: Pushing, stash: FakeStash) -> None:
    people.on()
    for scene in (3, 4, 5):
        people.say(people.item("scene", scene), rating=70 + scene)
        people.played(people.item("scene", scene), at=people.database.clock(), seconds=90.0)
    with stash.world.lock:
        stash.world.scenes.remove(4)
    people.later()
    assert people.push().state == "done"
    assert (people.row("scene", 3).rating100, people.row("scene", 5).rating100) == (73, 75)
    told = people.state()
    assert {each.what for each in told.problems} == {"scene 4"}
    assert (told.rating, told.plays) == (2, 2)
    assert not people.wanting()
    before = len(stash.log)
    people.push()
    assert writes(stash, before) == []


def test_an_older_server_is_told_what_it_takes(database: Database, tmp_path: Path) -> None:
    with fake_stash(FEW, api_key=KEY, missing=frozenset({"Mutation.sceneAddPlay"})) as stash:
        people = Pushing(database, stash, tmp_path)
        people.on()
        item = people.item("scene", 3)
        people.say(item, rating=77)
        people.played(item, at=database.clock(), seconds=90.0)
        people.later()
        assert people.push().state == "done"
        assert people.row("scene", 3).rating100 == 77
        assert "sceneAddPlay" in people.state().problems[0].reason
        assert not people.wanting()


@pytest.mark.parametrize("fault", ["reset", "truncate"])
def test_a_play_whose_answer_was_lost_is_told_once(fault: What, people: Pushing, stash: FakeStash) -> None:
    """The server took it, and nobody heard so."""
    people.on()
    row = people.row("scene", 3)
    had, duration = len(row.plays), row.play_duration
    people.played(people.item("scene", 3), at=people.database.clock(), seconds=90.0)
    people.later()
    stash.faults.add(fault, operation="Watched", nth=2, after=0)  # the first asks what the server has
    assert people.push().state == "queued"
    assert len(row.plays) == had + 1
    assert people.push().state == "done"
    assert (len(row.plays), row.play_duration) == (had + 1, pytest.approx(duration + 90.0))
    assert people.state().plays == 1
    people.take()
    assert people.says(people.item("scene", 3)).play_count == had + 1


def test_a_play_that_did_not_arrive_is_told_again(people: Pushing, stash: FakeStash) -> None:
    people.on()
    row = people.row("scene", 3)
    had = len(row.plays)
    people.played(people.item("scene", 3), at=people.database.clock(), seconds=90.0)
    people.later()
    stash.faults.add("partial", operation="sceneAddPlay", field="Mutation.sceneAddPlay", message="database is locked")
    assert people.push().state == "queued"
    assert len(row.plays) == had
    people.push()
    assert len(row.plays) == had + 1


def test_a_play_the_server_will_not_take_is_said_and_not_told_again(people: Pushing, stash: FakeStash) -> None:
    """What of it arrived is shared all the same."""
    people.on()
    one, other = people.row("scene", 3), people.row("scene", 4)
    had, seconds = len(one.plays) + len(other.plays), one.play_duration + other.play_duration
    for scene in (3, 4):
        people.played(people.item("scene", scene), at=people.database.clock(), seconds=90.0)
    people.later()
    stash.faults.add("partial", operation="sceneAddPlay", field="Mutation.sceneAddPlay", message="no more plays", times=-1)
    assert people.push().state == "done"
    assert len(one.plays) + len(other.plays) == had
    assert {(each.what, each.reason) for each in people.state().problems} == {("scene 3", "no more plays"), ("scene 4", "no more plays")}
    assert not people.wanting()
    stash.faults.clear()
    people.take()
    assert sum(people.says(people.item("scene", each)).play_count for each in (3, 4)) == had + 2
    assert one.play_duration + other.play_duration in {seconds, seconds + 90.0}


def test_one_that_dies_between_the_telling_and_the_writing_down_tells_once(people: Pushing, monkeypatch: pytest.MonkeyPatch) -> None:
    people.on()
    row = people.row("scene", 3)
    had = len(row.plays)
    people.played(people.item("scene", 3), at=people.database.clock(), seconds=90.0)
    people.later()

    def die(*_arguments: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(push_back_plays, "end_sending", die)
        with pytest.raises(KeyboardInterrupt):
            people.push()
    assert len(row.plays) == had + 1
    people.later(3_600)  # its lease has run out
    people.push()
    assert len(row.plays) == had + 1
    assert people.state().plays == 1


# --- the switch, and who looks


def test_it_can_be_switched_off_and_goes_with_its_library_and_its_person(people: Pushing) -> None:
    people.on()
    people.say(people.item("scene", 3), rating=77)
    task.switch_off(people.database, people.library)
    assert not people.wanting()
    assert people.push().state == "failed"
    people.on()
    with people.database.write_quietly() as connection:
        from longshelf.store import accounts

        accounts.add_user(connection, "boss", password_hash="x", admin=True, at=1)
        accounts.remove_user(connection, people.ann)
    assert not people.wanting()
    libraries.remove(people.database, people.library.id)


def test_what_cannot_be_is_refused(people: Pushing) -> None:
    with pytest.raises(Invalid, match="only taken over"):
        people.on("o")
    with pytest.raises(Invalid):
        task.switch_on(people.database, people.library, people.ann, [])
    with pytest.raises(NotFound):
        task.switch_on(people.database, people.library, 999, ["rating"])


def test_nothing_is_looked_at_twice(people: Pushing) -> None:
    """What he says about other things costs one look."""
    people.on()
    with people.database.write_quietly() as connection:
        personal.play(connection, people.ann, people.item("image", 1), seconds=1.0, at=1, started=True)
    pusher = task.Pusher(people.database)
    assert pusher._wanting() == []
    before = people.database.statements
    assert pusher._wanting() == []
    assert people.database.statements - before <= 2  # who wants it, and his version


def test_the_thread_asks_for_a_job(people: Pushing) -> None:
    people.on()
    people.say(people.item("scene", 3), rating=77)
    pusher = task.Pusher(people.database, look=0.05)
    pusher.start()
    try:

        def asked() -> bool:
            with people.database.read() as connection:
                return bool(jobs.newest(connection, kind=task.KIND))

        wait_until(asked)
    finally:
        pusher.stop()


def test_a_sitting_that_was_forgotten_is_not_told(people: Pushing, stash: FakeStash) -> None:
    people.on()
    play_id = people.played(people.item("scene", 3), at=people.database.clock(), seconds=90.0)
    with people.database.write_quietly() as connection:
        plays.forget(connection, people.ann, play_id, at=people.database.clock())
    people.later()
    people.push()
    assert writes(stash) == []


def test_it_waits_while_the_server_scans(people: Pushing, stash: FakeStash) -> None:
    people.on()
    people.say(people.item("scene", 3), rating=77)
    scan = stash.jobs.start("Scanning...")
    assert people.push().state == "queued"
    assert people.row("scene", 3).rating100 != 77
    stash.jobs.finish(scan)
    assert people.push().state == "done"
    assert people.row("scene", 3).rating100 == 77


def test_before_its_first_sync_there_is_nothing_to_push(database: Database, stash: FakeStash, people: Pushing) -> None:
    from longshelf.sources.stash.options import StashOptions
    from longshelf.tasks.libraries import add_stash_library

    new, _ = add_stash_library(database, "New", StashOptions(url=stash.url), KEY)
    with pytest.raises(Conflict, match="first sync"):
        task.switch_on(database, new, people.ann, ["rating"])


# --- beside an import, and a switch that is turned


def between(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, what: Callable[[], object]) -> None:
    """Does `what` once, when the first `name` has its answer."""
    real, done = getattr(owner, name), list[int]()

    def first(*arguments: Any, **more: Any) -> Any:
        found = real(*arguments, **more)
        if not done:
            done.append(1)
            what()
        return found

    monkeypatch.setattr(owner, name, first)


@pytest.mark.parametrize("first", ["import", "push"])
def test_an_import_and_a_push_wait_for_each_other(first: str, people: Pushing, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second begins when the first has its answer and has not written it down."""
    people.on()
    scene, row = people.item("scene", 3), people.row("scene", 3)
    had = len(row.plays)
    people.say(scene, rating=77)
    people.played(scene, at=people.database.clock(), seconds=90.0)
    people.later()
    met: list[str] = []

    def importing() -> None:
        met.append(people.run(user_data.request(people.database, people.library, people.ann)).state)

    def pushing() -> None:
        met.append(people.push().state)

    if first == "import":
        between(monkeypatch, Reader, "said", pushing)
        people.take()
    else:
        between(monkeypatch, Teller, "add", importing)
        assert people.push().state == "done"
    assert met == ["queued"]
    people.push()
    people.take()
    people.take()
    assert (row.rating100, len(row.plays)) == (77, had + 1)
    assert (people.says(scene).rating, people.says(scene).play_count) == (77, had + 1)


def test_what_one_job_holds_is_free_when_its_worker_is_dead(people: Pushing) -> None:
    with people.database.write_quietly() as connection:
        dead = jobs.enqueue(connection, task.KIND, {}, at=1, key="x")
        held = claims.claim_one(connection, dead.id, "dead", at=people.database.clock(), lease_until=people.database.clock() + SECOND)
        assert held is not None
        assert stored.hold(connection, people.library.id, dead.id, people.database.clock())
        assert not stored.hold(connection, people.library.id, dead.id + 1, people.database.clock())
        later = people.database.clock() + 2 * SECOND
        assert stored.hold(connection, people.library.id, dead.id + 1, later)
        stored.release(connection, people.library.id, held)
        claims.finish(connection, held, "failed", at=later)


def test_an_import_asks_first_what_became_of_a_push_that_died(people: Pushing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even when nothing is pushed any more."""
    people.on()
    scene, row = people.item("scene", 3), people.row("scene", 3)
    had = len(row.plays)
    people.played(scene, at=people.database.clock(), seconds=90.0)
    people.later()

    def die(*_arguments: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(push_back_plays, "end_sending", die)
        with pytest.raises(KeyboardInterrupt):
            people.push()
    assert len(row.plays) == had + 1
    task.switch_off(people.database, people.library)
    people.take()
    people.take()
    assert (people.says(scene).play_count, people.shares(scene).plays) == (had + 1, had + 1)


def test_one_that_lost_its_lease_writes_nothing_down(people: Pushing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its successor has ended before it wakes: a play of Stash's own that comes later is news."""
    people.on()
    scene, row = people.item("scene", 3), people.row("scene", 3)
    had = len(row.plays)
    people.say(scene, rating=77)
    people.played(scene, at=people.database.clock(), seconds=90.0)
    people.later()
    people.worker._lease = 600 * SECOND

    def taken_over() -> None:
        with people.database.write_quietly() as connection:
            run(connection, "UPDATE job SET lease_until = 1 WHERE state = 'running'")
            (job,) = jobs.newest(connection, kind=task.KIND, states=("running",))
        Worker(people.database, people.worker.tasks, name="successor")._take_one(job.id, lambda _job: None)

    between(monkeypatch, Teller, "add", taken_over)
    people.push()
    assert len(row.plays) == had + 1
    assert people.state().plays == 1
    people.stash.clock.advance(60)
    people.stash.silent.play(3)
    people.take()
    assert people.says(scene).play_count == had + 2


def test_one_that_lost_its_lease_shares_no_older_words(people: Pushing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its successor has told newer ones."""
    people.on()
    scene = people.item("scene", 3)
    people.say(scene, rating=77)

    def taken_over() -> None:
        with people.database.write_quietly() as connection:
            run(connection, "UPDATE job SET lease_until = 1 WHERE state = 'running'")
            (job,) = jobs.newest(connection, kind=task.KIND, states=("running",))
        people.say(scene, rating=78)
        Worker(people.database, people.worker.tasks, name="successor")._take_one(job.id, lambda _job: None)

    between(monkeypatch, Teller, "set", taken_over)
    people.push()
    assert (people.row("scene", 3).rating100, people.shares(scene).rating) == (78, 78)
    assert not people.wanting()


def test_ending_a_sending_twice_is_once(people: Pushing) -> None:
    people.on()
    scene = people.item("scene", 3)
    people.played(scene, at=people.database.clock(), seconds=90.0)
    with people.database.write_quietly() as connection:
        row = push_back.get(connection, people.library.id)
        assert row is not None
        (play,) = push_back.due(connection, row, quiet=push_back.EVER, limit=9).plays
        push_back_plays.begin_sending(connection, people.ann, [(play, push_back.Sending(90.0, counts=True, before=0.0))])
        ended = [push_back.Ended(play, seconds=True, counted=True)]
        assert [push_back_plays.end_sending(connection, people.ann, ended) for _ in range(2)] == [1, 0]
    assert (people.shares(scene).plays, people.shares(scene).seconds) == (1, 90.0)


@pytest.mark.parametrize("turned", ["off", "to another person", "to other kinds"])
def test_a_switch_that_is_turned_ends_the_run(turned: str, people: Pushing, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its first question: what that told is shared, the rest stays here, and the new switch knows nothing of the old one's run."""
    people.on()
    rated, played = people.item("scene", 3), people.item("scene", 4)
    had = len(people.row("scene", 4).plays)
    people.say(rated, rating=77)
    people.played(played, at=people.database.clock(), seconds=90.0)
    people.later()
    people.say(people.item("scene", 5), people.ben, rating=55)

    def turn() -> None:
        if turned == "to other kinds":
            people.on("rating")
            return
        task.switch_off(people.database, people.library)
        if turned == "to another person":
            task.switch_on(people.database, people.library, people.ben, ["rating"])

    between(monkeypatch, Teller, "set", turn)
    people.push()
    assert people.row("scene", 3).rating100 == 77
    assert people.shares(rated).rating == 77
    assert len(people.row("scene", 4).plays) == had
    with people.database.read() as connection:
        row = push_back.get(connection, people.library.id)
    assert (row is None) == (turned == "off")
    if row is not None:
        assert (row.state.rating, row.seen_version) == (0, 0)
        people.say(people.item("scene", 6), row.user_id, rating=66)
        people.push()
        assert people.row("scene", 6).rating100 == 66


def test_words_held_since_the_switch_was_turned_stay_held(people: Pushing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Off and on again while the old words are on their way."""
    people.on()
    scene = people.item("scene", 3)
    people.say(scene, rating=77)

    def turn() -> None:
        task.switch_off(people.database, people.library)
        people.say(scene, rating=78)
        people.later(1)
        people.on()

    between(monkeypatch, Teller, "set", turn)
    people.push()
    assert not people.wanting()
    people.push()
    assert people.row("scene", 3).rating100 == 77


# --- older servers, and what is away


def test_a_server_without_some_favourites_and_ratings_takes_the_rest(database: Database, tmp_path: Path) -> None:
    lacking = {"Tag.favorite", "TagUpdateInput.favorite", "Studio.rating100", "StudioUpdateInput.rating100"}
    with fake_stash(FEW, api_key=KEY, missing=frozenset(lacking)) as stash:
        people = Pushing(database, stash, tmp_path)
        people.on()
        people.say_of(people.entity("tag", 2), favorite=True)
        people.say_of(people.entity("studio", 1), favorite=True, rating=55)
        people.say(people.item("scene", 3), rating=77)
        assert people.push().state == "done"
        assert (people.row("scene", 3).rating100, people.row("studio", 1).favorite) == (77, True)
        state = people.state()
        assert state.lacking == ["rating:studio", "favorite:tag"]
        assert ["Studio.rating100" in state.problems[0].reason, "Tag.favorite" in state.problems[1].reason] == [True, True]
        assert not people.wanting()
        stash.answering.speak("v0.30.0")
        people.later(86_401)
        assert people.wanting(), "once a day it is asked whether it can by now"
        assert people.push().state == "done"
        assert (people.row("tag", 2).favorite, people.row("studio", 1).rating100) == (True, 55)
        assert people.state().lacking == []


def test_what_is_not_understood_does_not_hold_up_the_others(database: Database, tmp_path: Path) -> None:
    """The field can be read and not be written."""
    with fake_stash(FEW, api_key=KEY, missing=frozenset({"TagUpdateInput.favorite"})) as stash:
        people = Pushing(database, stash, tmp_path)
        people.on()
        people.say_of(people.entity("tag", 2), favorite=True)
        people.say(people.item("scene", 3), rating=77)
        assert people.push().state == "done"
        assert people.row("scene", 3).rating100 == 77
        assert [(each.what, "does not understand" in each.reason) for each in people.state().problems] == [("tag 2", True)]
        assert not people.wanting()


def test_words_about_what_is_away_go_when_it_is_back(people: Pushing, stash: FakeStash) -> None:
    people.on()
    scene, tag = people.item("scene", 3), people.entity("tag", 2)
    people.say(scene, rating=77)
    people.say_of(tag, favorite=True)
    people.played(scene, at=people.database.clock(), seconds=90.0)
    had = len(people.row("scene", 3).plays)

    def away(at: int | None) -> None:
        with people.database.write_quietly() as connection:
            run(connection, "UPDATE item SET deleted_at = ? WHERE id = ?", at, scene)
            run(connection, "UPDATE entity SET deleted_at = ? WHERE id = ?", at, tag)
            run(connection, "UPDATE library SET scanned_at = scanned_at + 1 WHERE id = ?", people.library.id)

    away(1)
    people.later()
    people.say(people.item("scene", 4), rating=66)
    for _ in range(2):  # by the job, and by whoever looks for jobs
        assert people.push().state == "done"
        assert not people.wanting()
        people.say(people.item("scene", 5), favorite=True)
        assert not people.wanting()
    before = people.database.statements
    assert not people.wanting()
    assert people.database.statements - before <= 3, "nothing is looked at twice"
    people.later(9 * 86_400)
    people.say(people.item("scene", 6), rating=66)
    people.push()
    away(None)
    assert people.wanting()
    people.push()
    assert (people.row("scene", 3).rating100, people.row("tag", 2).favorite) == (77, True)
    assert len(people.row("scene", 3).plays) == had + 1
    assert not people.wanting()
    assert people.state().left is None
