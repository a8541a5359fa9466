"""What goes wrong between a mirror and its server loses nothing: faults, clocks, replaced libraries, answers that are too short."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from longshelf.demo.stash.making import Counts
from longshelf.errors import Conflict, LongshelfError, SourceDrifted, SourceError, SourceOffline, SourceRefused
from longshelf.ingest import mirror_items
from longshelf.ingest.mirror_session import Scanning
from longshelf.model.kinds import EntityKind, ItemKind
from longshelf.model.records import Credit, ItemRecord
from longshelf.sources.stash import kinds
from longshelf.sources.stash.kinds import Remote
from longshelf.sources.stash.modes import MODES
from longshelf.store import mirror as store
from longshelf.store import personal
from longshelf.store.database import Database, now
from tests.ingest.mirroring import SMALL, Mirrored, Quiet, differences, mirrored
from tests.support.catalogue import reader
from tests.support.fake_stash.faults import What

LISTS = ("findTags", "findStudios", "findPerformers", "findGroups", "findGalleries", "findScenes", "findImages")


@pytest.fixture
def mirror(sqlite_database: Database) -> Iterator[Mirrored]:
    """Synced once."""
    with mirrored(sqlite_database) as found:
        found.sync()
        found.stash.clock.advance(60)
        yield found


def live(found: Mirrored) -> int:
    return int(found.rows("SELECT count(*) FROM item WHERE library_id = ? AND deleted_at IS NULL")[0][0])


def marks(found: Mirrored) -> dict[str, str]:
    with found.database.read() as connection:
        return {kind: mark.text for kind, mark in store.state(connection, found.library_id).marks.items()}


@pytest.mark.parametrize("what", ["empty", "shorten"])
def test_an_empty_or_short_answer_never_removes(what: What, mirror: Mirrored) -> None:
    before = mirror.told()
    for operation in LISTS:
        mirror.stash.faults.add(what, operation=operation, times=-1)
        for mode in MODES[:2]:
            assert mirror.sync(mode).removed == 0
        assert mirror.told() == before, operation
        mirror.stash.faults.clear()
    assert mirror.sync("reconcile").removed == 0
    assert differences(mirror) == {}


@pytest.mark.parametrize("what", ["empty", "shorten"])
def test_a_first_sync_with_one_short_answer_is_whole_all_the_same(what: What, sqlite_database: Database) -> None:
    with mirrored(sqlite_database) as found:
        for operation in LISTS:
            found.stash.faults.add(what, operation=operation, nth=2)  # the first only counts
        found.sync()
        assert differences(found) == {}


@pytest.mark.parametrize("what", ["errors", "locked", "partial", "truncate", "gzip_cut", "reset", "status"])
def test_a_failing_answer_moves_no_watermark_and_one_that_passes_is_got_over(what: What, mirror: Mirrored) -> None:
    mirror.stash.changes.bulk_edit("scene", range(1, 20), rating100=1)
    before = marks(mirror)
    options: dict[str, Any] = {"field": "Scene.studio"} if what == "partial" else {}
    where: dict[str, Any] = {} if what == "partial" else {"operation": "findScenes"}
    mirror.stash.faults.add(what, **where, times=-1, **options)
    with pytest.raises(SourceError):
        mirror.sync()
    assert marks(mirror)["scene"] == before["scene"]
    mirror.stash.faults.clear()
    mirror.stash.faults.add(what, **where, times=1, **options)
    mirror.sync()
    assert differences(mirror) == {}


def test_a_redirect_is_a_refusal_and_is_not_followed(mirror: Mirrored) -> None:
    mirror.stash.faults.add("redirect", times=-1)
    asked = len(mirror.stash.requests)
    with pytest.raises(SourceRefused):
        mirror.sync()
    assert [request.path for request in mirror.stash.requests[asked:]] == ["/graphql"]


def test_a_wrong_key_is_refused_at_once_and_said_nowhere(sqlite_database: Database) -> None:
    with mirrored(sqlite_database, api_key="the-right-one") as found:
        found.stash.api_key = "the-wrong-one"
        with pytest.raises(SourceRefused) as refused:
            found.sync()
        assert "one" not in str(refused.value).replace("one as", "")
        assert len(found.stash.requests) == 1


def test_a_server_that_does_not_understand_is_not_asked_again(mirror: Mirrored) -> None:
    mirror.stash.faults.add("status", code=422, operation="findTags", times=-1)
    with pytest.raises(SourceDrifted):
        mirror.sync()


def test_a_server_that_is_away_removes_nothing_and_is_caught_up_with(mirror: Mirrored) -> None:
    before = live(mirror)
    mirror.stash.stop()
    with pytest.raises(SourceOffline):
        mirror.sync()
    assert live(mirror) == before
    mirror.stash.start(int(mirror.stash.url.rsplit(":", 1)[1]))
    mirror.stash.changes.edit("scene", 3, title="Meanwhile")
    mirror.sync()
    assert differences(mirror) == {}


def test_stash_is_left_alone_while_it_scans(mirror: Mirrored) -> None:
    job = mirror.stash.jobs.start("Scanning...")
    with pytest.raises(Scanning):
        mirror.sync()
    mirror.stash.jobs.finish(job)
    mirror.sync()


# --- removal


def test_too_many_that_are_gone_at_once_are_held_until_a_person_says_so(mirror: Mirrored) -> None:
    for key in range(1, 31):
        mirror.stash.changes.destroy("scene", key)
    report = mirror.sync()
    assert (report.entities["scene"].held, report.removed) == (30, 0)
    assert "30 of 60 scenes" in report.held[0]
    assert mirror.sync("reconcile").removed == 0
    assert mirror.sync(allow_removals=True).removed == 30
    assert differences(mirror) == {}


def test_an_emptied_server_is_not_believed(mirror: Mirrored) -> None:
    for key in list(mirror.stash.truth()["scene"]):
        mirror.stash.changes.destroy("scene", key)
    for key in list(mirror.stash.truth()["image"]):
        mirror.stash.changes.destroy("image", key)
    with pytest.raises(Conflict, match="lost nearly everything"):
        mirror.sync("reconcile")
    assert live(mirror) == 140


def test_what_was_said_comes_back_with_what_returns(mirror: Mirrored) -> None:
    reader(mirror.database)
    scene, tag = mirror.item("scene:5"), mirror.entity("tag", 1)
    with mirror.database.write_quietly() as connection:
        personal.say_item(connection, 1, scene, {"rating": 80, "favorite": True}, at=1)
        personal.say_entity(connection, 1, tag, {"favorite": True}, at=1)
    backup = mirror.stash.silent.backup()
    mirror.stash.changes.destroy("scene", 5)
    assert mirror.sync().entities["scene"].removed == 1
    with mirror.database.read() as connection:
        assert personal.on_items(connection, 1, [scene])[scene].rating == 80
    mirror.stash.silent.restore(backup)
    mirror.sync("reconcile")
    assert mirror.item("scene:5") == scene
    assert differences(mirror) == {}
    with mirror.database.read() as connection:
        assert personal.on_items(connection, 1, [scene])[scene].favorite
        assert personal.on_entities(connection, 1, [tag])[tag].favorite


def test_a_merge_carries_what_was_said_once(mirror: Mirrored) -> None:
    reader(mirror.database)
    source, target = (next(key for key, row in mirror.stash.truth()["scene"].items() if row["files"] and key > least) for least in (0, 10))
    gone, kept = mirror.item(f"scene:{source}"), mirror.item(f"scene:{target}")
    tag, other = mirror.entity("tag", 1), mirror.entity("tag", 2)
    with mirror.database.write_quietly() as connection:
        personal.say_item(connection, 1, gone, {"rating": 90, "favorite": True, "progress": 0.5}, at=1)
        personal.play(connection, 1, gone, seconds=30, at=5, started=True)
        personal.say_item(connection, 1, kept, {"rating": 40}, at=1)
        personal.play(connection, 1, kept, seconds=10, at=2, started=True)
        personal.say_entity(connection, 1, tag, {"rating": 70}, at=1)
    mirror.stash.changes.merge_scenes([source], target)
    mirror.stash.changes.merge_tags([1], 2)
    assert mirror.sync().merged == 2
    mirror.sync("reconcile")
    with mirror.database.read() as connection:
        word = personal.on_items(connection, 1, [kept])[kept]
        assert (word.rating, word.favorite, word.progress, word.play_count, word.play_seconds, word.last_played_at) == (
            90,
            True,
            0.5,
            2,
            40,
            5,
        )
        assert personal.on_items(connection, 1, [gone])[gone].rating == 90
        assert personal.on_entities(connection, 1, [other])[other].rating == 70
    assert differences(mirror) == {}


# --- another library under the same ids


def test_a_reset_library_stops_the_sync_before_it_writes(mirror: Mirrored) -> None:
    before, revision = mirror.told(), mirror.database.revision()
    mirror.stash.clock.advance(1000)
    mirror.stash.silent.reset_library(Counts(scenes=60, images=80), seed=9)
    for mode in MODES:
        with pytest.raises(Conflict, match="another library"):
            mirror.sync(mode)
    assert mirror.told() == before
    assert mirror.database.revision() == revision


def test_another_work_under_a_known_id_gets_nothing_that_was_said_of_the_old_one(mirror: Mirrored) -> None:
    """A backup was restored, and new scenes got the ids of those that came after it."""
    reader(mirror.database)
    backup = mirror.stash.silent.backup()
    first = mirror.stash.changes.create("scene", title="First")
    mirror.sync()
    old = mirror.item(f"scene:{first}")
    with mirror.database.write_quietly() as connection:
        personal.say_item(connection, 1, old, {"rating": 100}, at=1)
    mirror.stash.silent.restore(backup)
    mirror.stash.clock.advance(3600)
    assert mirror.stash.changes.create("scene", title="Second") == first
    mirror.sync()
    new = mirror.item(f"scene:{first}")
    assert new != old
    assert differences(mirror) == {}
    with mirror.database.read() as connection:
        assert personal.on_items(connection, 1, [new]) == {}
        assert personal.on_items(connection, 1, [old])[old].rating == 100


def test_another_tag_under_a_known_id_gets_nothing_that_was_said_of_the_old_one(mirror: Mirrored) -> None:
    reader(mirror.database)
    backup = mirror.stash.silent.backup()
    first = mirror.stash.changes.create("tag", name="First")
    mirror.stash.changes.bulk_edit("scene", [4, 5], tags=[first])
    mirror.stash.changes.edit("tag", 3, parents=[first])
    mirror.sync()
    old = mirror.entity("tag", first)
    with mirror.database.write_quietly() as connection:
        personal.say_entity(connection, 1, old, {"favorite": True}, at=1)
    mirror.stash.silent.restore(backup)
    mirror.stash.clock.advance(3600)
    assert mirror.stash.changes.create("tag", name="Second") == first
    mirror.stash.changes.bulk_edit("scene", [5, 6], tags=[first])
    mirror.sync("reconcile")
    assert differences(mirror) == {}
    new = mirror.entity("tag", first)
    assert new != old
    with mirror.database.read() as connection:
        assert personal.on_entities(connection, 1, [old, new]).keys() == {old}


# --- clocks


def test_same_second_edits_between_two_syncs_are_found(mirror: Mirrored) -> None:
    at = mirror.database.clock()
    mirror.database.clock = lambda: at  # stands still as the server's does, however slow this machine is
    mirror.stash.changes.bulk_edit("scene", range(1, 30), rating100=1)
    mirror.sync()
    mirror.stash.changes.bulk_edit("scene", range(20, 50), rating100=2)  # the clock stands still
    mirror.sync()
    assert differences(mirror) == {}


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "+05:45", "-08:00"])
def test_a_host_in_any_zone_tells_what_changed(zone: str, sqlite_database: Database) -> None:
    with mirrored(sqlite_database, zone=zone) as found:
        found.sync()
        for step in range(4):
            found.stash.clock.advance(1 + 1_700 * step)
            found.stash.changes.edit("scene", 1 + step, title=f"step {step}")
            found.sync()
            assert differences(found) == {}


@pytest.mark.parametrize(
    ("before", "after"), [("Pacific/Kiritimati", "Pacific/Honolulu"), ("America/Los_Angeles", "UTC"), ("UTC", "-08:00")]
)
def test_a_host_that_moves_between_zones_hides_nothing(before: str, after: str, sqlite_database: Database) -> None:
    with mirrored(sqlite_database, zone=before) as found:
        found.stash.changes.edit("scene", 9, title="the newest stamp")
        found.sync()
        found.stash.clock.move_to(after)
        for step in range(3):
            found.stash.clock.advance(60)
            found.stash.changes.edit("scene", 1 + step, title=f"after the move {step}")
            found.sync()
            assert differences(found) == {}


def test_the_hour_that_comes_twice_hides_nothing(sqlite_database: Database) -> None:
    """2025-11-02 09:00 UTC: Los Angeles goes from 01:59 back to 01:00."""
    with mirrored(sqlite_database, zone="America/Los_Angeles") as found:
        found.stash.clock.set(1_762_073_700)  # 01:55, daylight time
        found.stash.changes.edit("scene", 1, title="before")
        found.sync()
        found.stash.clock.advance(600)  # 01:05, standard time: an earlier text
        found.stash.changes.edit("scene", 2, title="after")
        found.sync()
        assert differences(found) == {}


def test_a_stamp_that_is_committed_late_is_found(mirror: Mirrored) -> None:
    late = mirror.stash.clock.stamp()
    mirror.stash.clock.advance(1_800)
    mirror.stash.changes.edit("scene", 1, title="the newest")
    mirror.sync()
    mirror.stash.changes.edit("scene", 2, title="late", stamp=late)
    mirror.sync()
    assert differences(mirror) == {}


def test_a_stamp_from_the_future_does_not_stop_the_clock(mirror: Mirrored) -> None:
    mirror.stash.clock.set(now() / 1_000_000)
    mirror.stash.changes.edit("scene", 1, title="future", stamp="2099-01-01T00:00:00Z")
    mirror.sync()
    assert marks(mirror)["scene"] < "2099"
    mirror.stash.changes.edit("scene", 2, title="today")
    mirror.sync()
    assert differences(mirror) == {}


def test_rows_that_move_between_pages_are_not_lost(sqlite_database: Database) -> None:
    """An early row goes while numbered pages are read, and the row at the seam is in neither. The row that went was read before."""
    with mirrored(sqlite_database, Counts(scenes=20, images=20, tags=1_200, performers=1_100)) as found:
        for kind, operation in (("tag", "findTags"), ("performer", "findPerformers")):
            # Asked: how many there are, the first page, and the second one. As many come as go, so the number tells nothing.
            more = ("changes.create", {"kind": kind, "name": "one more"})
            gone = ("changes.destroy", {"kind": kind, "key": 5 if kind == "performer" else free_tag(found)})
            found.stash.faults.add(operation=operation, nth=3, do=[gone, more])
        found.sync()
        assert "only there" not in differences(found).values()
        found.sync("reconcile")
        assert differences(found) == {}


def free_tag(found: Mirrored) -> int:
    """A tag of the first page that no marker needs."""
    needed = {row["primary_tag"] for row in found.stash.truth()["marker"].values()}
    return min(set(found.stash.truth()["tag"]) - needed)


def test_a_walk_that_goes_on_after_rows_have_moved_loses_none(sqlite_database: Database) -> None:
    with mirrored(sqlite_database, Counts(scenes=5, images=5, tags=1_200)) as found:
        with pytest.raises(RuntimeError):
            found.sync(progress=stop_at(3, RuntimeError("killed")))
        with found.database.read() as connection:
            assert store.state(connection, found.library_id).walks["tag"].seen in {500, 1_000}
        found.stash.changes.destroy("tag", free_tag(found))
        found.sync()
        assert "only there" not in differences(found).values()
        found.sync("reconcile")
        assert differences(found) == {}


def test_names_that_are_forgotten_while_pages_are_made_leave_nothing_out(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Far more names than are kept, and the thread that makes pages beside the one that writes them."""
    monkeypatch.setattr(mirror_items, "NAMES_KEPT", 3)
    monkeypatch.setitem(kinds.KINDS, Remote.SCENE, msgspec.structs.replace(kinds.KINDS[Remote.SCENE], page=10))
    with mirrored(sqlite_database, Counts(scenes=400, images=10)) as found:
        found.sync()
        assert differences(found) == {}


def test_a_name_that_was_not_looked_up_fails_rather_than_be_left_out() -> None:
    names = mirror_items.Names(1, set(EntityKind))
    record = ItemRecord(kind=ItemKind.VIDEO, title="One", credits=(Credit(EntityKind.TAG, "", external_id="7"),))
    with pytest.raises(KeyError):
        names.named(record, b"")


def stop_at(page: int, error: Exception) -> Quiet:
    """Fails in the transaction of that page."""

    def fail(reached: int) -> None:
        if reached == page:
            raise error

    return Quiet(fail)


def test_a_walk_goes_on_where_it_was_left(sqlite_database: Database) -> None:
    with mirrored(sqlite_database, Counts(scenes=2_000, images=10)) as found:
        with pytest.raises(RuntimeError):
            found.sync(progress=stop_at(20, RuntimeError("killed")))
        with found.database.read() as connection:
            walk = store.state(connection, found.library_id).walks["scene"]
        assert 0 < walk.seen < 2_000
        report = found.sync()
        assert report.entities["scene"].seen == 2_000 - walk.seen
        assert "tag" not in report.entities
        assert differences(found) == {}


@pytest.mark.parametrize("error", [LongshelfError("stop"), RuntimeError("killed")])
def test_a_run_cut_off_in_any_page_ends_like_one_that_was_not(error: Exception, sqlite_database: Database) -> None:
    with mirrored(sqlite_database, SMALL) as whole:
        pages = Quiet()
        whole.sync(progress=pages)
        cut = Mirrored(sqlite_database, whole.stash, "Cut")

        for page in range(1, pages.pages + 1):
            with pytest.raises(type(error)):
                cut.sync(progress=stop_at(1 + page % 3, error))
            if page > 12:
                break
        cut.sync()
        assert cut.told() == whole.told()
        assert differences(cut) == {}
