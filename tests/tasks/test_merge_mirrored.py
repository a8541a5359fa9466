"""Merges and renames made here, of what is mirrored: they stand whatever Stash says, and taken back they leave a mirror that is whole."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from longshelf.config import Settings
from longshelf.demo.stash.making import Counts
from longshelf.ingest.entity_edits import EntityEdit, edit_entity
from longshelf.jobs.worker import Worker
from longshelf.store.database import Database
from longshelf.store.jobs import Job
from longshelf.tasks import merge, relabel
from longshelf.tasks.table import tasks
from tests.ingest.mirroring import Mirrored, differences, mirrored

FEW = Counts(scenes=14, images=10, tags=8, performers=6, studios=4, groups=3, galleries=3)


class Desk:
    def __init__(self, mirror: Mirrored) -> None:
        self.mirror = mirror
        self.database = mirror.database
        self.stash = mirror.stash
        self.worker = Worker(mirror.database, tasks(Settings(data=Path("/nowhere"), database_url="")), pulse_seconds=0.05)

    def merge(self, target: int, source: int) -> Job:
        """Tags by Stash's ids."""
        return self.run(merge.request(self.database, self.tag(target), [self.tag(source)], None))

    def undo(self, job: Job) -> None:
        self.run(merge.request_undo(self.database, job.result["merge_id"]))

    def run(self, job: Job) -> Job:
        ended = self.worker.run_one(job.id)
        assert ended.state == "done", ended.message
        return ended

    def rename(self, tag: int, **changes: Any) -> None:
        edit_entity(self.database, self.tag(tag), EntityEdit(**changes), None, relabel.enqueue)

    def tag(self, remote: int) -> int:
        return self.mirror.entity("tag", remote)

    def carriers(self, remote: int) -> set[str]:
        text = "SELECT item.external_id FROM item JOIN link ON link.item_id = item.id WHERE item.library_id = ? AND link.entity_id = ?"
        return {row[0] for row in self.mirror.rows(text, self.tag(remote))}

    def carriers_there(self, *remotes: int) -> set[str]:
        there = self.stash.truth()
        found = {f"{kind}:{key}" for kind in ("scene", "image") for key, row in there[kind].items() if set(remotes) & set(row["tags"])}
        marked = (row for row in there["marker"].values() if set(remotes) & {row["primary_tag"], *row["tags"]})
        return found | {f"scene:{row['scene']}" for row in marked}

    def aliases(self, remote: int) -> set[str]:
        text = "SELECT name FROM entity_alias WHERE library_id = ? AND entity_id = ?"
        return {row[0] for row in self.mirror.rows(text, self.tag(remote))}

    def parents(self, remote: int) -> set[int]:
        text = """SELECT entity_link.target_id FROM entity_link JOIN entity ON entity.id = entity_link.source_id
                  WHERE entity.library_id = ? AND entity_link.source_id = ? AND relation = 'parent'"""
        return {row[0] for row in self.mirror.rows(text, self.tag(remote))}

    def live(self, remote: int) -> bool:
        text = "SELECT deleted_at FROM entity WHERE library_id = ? AND id = ?"
        return self.mirror.rows(text, self.tag(remote))[0][0] is None


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with mirrored(database, FEW) as found:
        for key in found.stash.truth()["tag"]:
            found.stash.changes.edit("tag", key, parents=[])
        found.sync()
        found.stash.clock.advance(60)
        yield Desk(found)


def test_a_merge_stands_when_its_target_goes_upstream_and_can_be_taken_back(desk: Desk) -> None:
    job = desk.merge(1, 2)
    assert desk.carriers(1) == desk.carriers_there(1, 2)
    for key, row in desk.stash.truth()["marker"].items():
        if row["primary_tag"] == 1:
            desk.stash.changes.destroy("marker", key)
    desk.stash.changes.destroy("tag", 1)
    desk.mirror.sync()
    desk.mirror.sync("reconcile")
    assert desk.live(1)
    assert desk.carriers(1) == desk.carriers_there(2)
    assert desk.carriers(1)
    desk.undo(job)
    desk.mirror.sync()
    assert differences(desk.mirror) == {}
    assert not desk.live(1)


def test_a_merge_whose_source_goes_upstream_lets_go_of_what_was_its(desk: Desk) -> None:
    desk.merge(1, 2)
    desk.stash.changes.merge_tags([2], 3)
    desk.mirror.sync()
    assert desk.live(1)
    assert desk.carriers(1) == desk.carriers_there(1)
    assert desk.carriers(3) == desk.carriers_there(3)


def test_both_gone_upstream_are_gone_here(desk: Desk) -> None:
    desk.merge(1, 2)
    desk.stash.changes.merge_tags([1], 3)
    desk.mirror.sync()
    assert desk.live(1)
    desk.stash.changes.merge_tags([2], 3)
    desk.mirror.sync()
    assert not desk.live(1)
    assert desk.carriers(1) == set()
    assert desk.carriers(3) == desk.carriers_there(3)


def test_after_a_merge_was_taken_back_changes_are_read_again(desk: Desk) -> None:
    job = desk.merge(1, 2)
    scene = desk.stash.changes.create("scene", title="Since", tags=[2])
    desk.stash.changes.edit("tag", 2, name="renamed meanwhile", details="said meanwhile")
    desk.mirror.sync()
    assert f"scene:{scene}" in desk.carriers(1)
    desk.undo(job)
    desk.mirror.sync()
    assert differences(desk.mirror) == {}
    desk.stash.clock.advance(60)
    desk.stash.changes.edit("tag", 2, details="and once more")
    desk.mirror.sync()
    assert differences(desk.mirror) == {}


def test_names_and_parents_that_were_given_here_stay_when_stash_writes_the_tag(desk: Desk) -> None:
    desk.stash.changes.edit("tag", 2, parents=[4], aliases=["two too"])
    desk.stash.changes.edit("tag", 1, aliases=["one too"], parents=[5])
    desk.mirror.sync()
    second = desk.stash.truth()["tag"][2]["name"]
    first = desk.stash.truth()["tag"][1]["name"]
    desk.merge(1, 2)
    desk.rename(1, name="Called so here")
    desk.stash.clock.advance(60)
    desk.stash.changes.edit("tag", 1, aliases=["one again"], parents=[6], details="new")
    for mode in ("incremental", "reconcile", "full"):
        desk.mirror.sync(mode)
        assert desk.aliases(1) == {"one again", "two too", first, second}
        assert desk.parents(1) == {desk.tag(4), desk.tag(6)}


def test_an_alias_that_is_spelt_otherwise_is_written_so(desk: Desk) -> None:
    desk.stash.changes.edit("tag", 1, aliases=["one TOO"])
    desk.mirror.sync()
    desk.stash.clock.advance(60)
    desk.stash.changes.edit("tag", 1, aliases=["One too"])
    desk.mirror.sync()
    assert desk.aliases(1) == {"One too"}
