"""A sync that is killed at any point, and the one after it, make what an undisturbed one makes."""

import multiprocessing
from collections.abc import Callable
from pathlib import Path

import pytest

from longshelf.demo.stash.making import Counts
from longshelf.model.kinds import EntityKind
from longshelf.model.restrictions import Restrictions, Rule
from longshelf.sources.stash.modes import Mode
from longshelf.store import personal, restrictions
from longshelf.store.migrate import upgrade
from tests.ingest.killing import opened, try_all
from tests.ingest.mirroring import Mirrored, expected
from tests.support.fake_stash import FakeStash, fake_stash
from tests.support.processes import finish, start
from tests.visibility import worlds

FEW = Counts(scenes=9, images=6, tags=6, performers=5, studios=3, groups=2, galleries=2, markers=3)


def nothing(_stash: FakeStash) -> None: ...


def much(stash: FakeStash) -> None:
    """What a delta finds, merges that carry on what people said among it."""
    changes = stash.changes
    changes.merge_tags([1], 2)
    changes.merge_performers([1], 2)
    changes.merge_scenes([1], 2)
    changes.destroy("image", 3)
    changes.edit("tag", 3, name="renamed")
    changes.create("scene", title="new", tags=[changes.create("tag", name="new", parents=[2])], performers=[2])
    stash.silent.add_gallery_images(1, [1, 2])


def silently(stash: FakeStash) -> None:
    much(stash)
    stash.silent.play(4)
    stash.silent.set_sub_groups(1, [(2, "part")])
    stash.changes.destroy("studio", 1)


@pytest.mark.timeout(1_800)
@pytest.mark.parametrize(
    ("mode", "change"), [("full", nothing), ("incremental", much), ("reconcile", silently)], ids=["first", "incremental", "reconcile"]
)
def test_killed_at_every_point(mode: Mode, change: Callable[[FakeStash], None], tmp_path: Path) -> None:
    begin = tmp_path / "begin.db"
    with fake_stash(FEW) as stash:
        found = prepared(begin, stash, synced=change is not nothing)
        change(stash)
        results = multiprocessing.get_context("spawn").Queue()
        process = start(try_all, stash.url, begin, tmp_path, mode, results)
        tried = results.get(timeout=1_700)
        finish(process)
        assert tried.wrong == []
        assert tried.points > 60
        assert tried.states > 15
        told, _, _ = tried.whole
        assert told == expected(stash)
        found.database.close()


def prepared(path: Path, stash: FakeStash, *, synced: bool) -> Mirrored:
    found = opened(path, stash.url)
    found.stash = stash
    upgrade(found.database)
    whole = Mirrored(found.database, stash)
    if synced:
        whole.sync()
        stash.clock.advance(60)
        said(whole)
    found.database.close()
    return found


def said(found: Mirrored) -> None:
    """What must be carried on once."""
    user_id = worlds.user(found.database, "bob")
    with found.database.write_quietly() as connection:
        for key, seconds in ((1, 30), (2, 10)):
            personal.say_item(connection, user_id, found.item(f"scene:{key}"), {"rating": 10 * seconds // 10, "favorite": key == 1}, at=1)
            personal.play(connection, user_id, found.item(f"scene:{key}"), seconds=seconds, at=key, started=True)
        personal.say_entity(connection, user_id, found.entity("tag", 1), {"rating": 70, "hidden": True}, at=1)
        rules = Restrictions(rules=(Rule(EntityKind.PERSON, "exclude", (found.entity("person", 1),)),))
        restrictions.restrict(connection, user_id, rules, None, at=1)
