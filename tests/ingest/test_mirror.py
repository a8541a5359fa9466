"""A mirror holds what the server holds, asks no more than it must, and writes no more than has changed."""

from collections.abc import Iterator

import pytest

from longshelf.demo.stash.making import Counts
from longshelf.sources.stash.modes import MODES
from longshelf.store.database import Database
from tests.ingest.mirroring import Mirrored, differences, mirrored

MINUTE = 60


@pytest.fixture
def mirror(sqlite_database: Database) -> Iterator[Mirrored]:
    """Synced once."""
    with mirrored(sqlite_database, zone="America/Los_Angeles") as found:
        found.sync()
        found.stash.clock.advance(MINUTE)
        yield found


def test_the_first_sync_is_complete_on_both_databases(database: Database) -> None:
    with mirrored(database) as found:
        report = found.sync()
        assert report.mode == "full"
        assert differences(found) == {}
        assert {kind: counts.added for kind, counts in report.entities.items()} == {
            kind: len(rows) for kind, rows in found.stash.truth().items() if kind != "marker"
        }


NO_KEYSET = frozenset({"SceneFilterType.id", "ImageFilterType.id", "GalleryFilterType.id"})


@pytest.mark.parametrize(("version", "missing"), [("v0.24.0", NO_KEYSET), ("v0.27.0", frozenset({"Scene.captions"}))])
def test_an_older_server_is_mirrored_without_what_it_lacks(version: str, missing: frozenset[str], sqlite_database: Database) -> None:
    with mirrored(sqlite_database, version=version, missing=missing) as found:
        report = found.sync()
        wrong = differences(found)
        lacking = {"links", "chapters", "description", "relations"}  # groups, ends of markers, details of images, tags of studios
        assert all(key.startswith("group:") or set(told) <= lacking for key, told in wrong.items())
        assert report.missing_fields
        assert missing & set(report.missing_fields) == missing - NO_KEYSET
        assert found.sync("reconcile").changed == 0


def test_a_second_look_writes_nothing(mirror: Mirrored) -> None:
    revision = mirror.database.revision()
    for mode in MODES[:2]:
        report = mirror.sync(mode)
        assert (report.changed, report.removed) == (0, 0)
    assert mirror.database.revision() == revision


def test_many_changes_at_once_on_both_databases(database: Database) -> None:
    with mirrored(database) as found:
        found.sync()
        changes, silent = found.stash.changes, found.stash.silent
        found.stash.clock.advance(60)
        changes.merge_tags([1, 2], 3)
        changes.merge_performers([1], 2)
        changes.merge_scenes([1, 2], 3)
        changes.destroy("studio", 1)
        changes.destroy("gallery", 2)
        changes.edit("tag", 4, name="renamed")
        changes.create("marker", scene=4, title="", seconds=2.5, primary_tag=4)
        changes.edit("performer", 3, aliases=["One", "Two"])
        silent.add_gallery_images(1, [1, 2, 3, 4])
        found.sync()
        assert differences(found) == {}
        silent.play(5)
        silent.set_sub_groups(1, [(2, "part")])
        found.sync("reconcile")
        assert differences(found) == {}


def test_full_writes_everything_anew(mirror: Mirrored) -> None:
    report = mirror.sync("full")
    assert report.entities["scene"].updated == 60
    assert differences(mirror) == {}


def test_what_is_asked_is_gentle(mirror: Mirrored) -> None:
    mirror.sync("reconcile")
    tally = mirror.stash.answering.tally
    assert (tally.aggregates, tally.counts_per_row) == (0, 0)
    lists = [asked for asked in mirror.stash.log if asked.operation.startswith("find") or asked.per_page is not None]
    assert lists
    for asked in lists:
        if asked.per_page is not None:
            assert 0 <= asked.per_page <= 1000
            assert asked.sort == "id"
    assert not any("x-forwarded-for" in {name.lower() for name in request.headers} for request in mirror.stash.requests)


def test_a_renamed_performer_is_renamed_on_the_cards_of_what_he_is_in(mirror: Mirrored) -> None:
    mirror.stash.changes.edit("performer", 1, name="Somebody Else", disambiguation="")
    report = mirror.sync()
    there = mirror.stash.truth()
    carriers = {f"{kind}:{key}" for kind in ("scene", "image") for key, row in there[kind].items() if 1 in row["performers"][:4]}
    assert carriers
    assert {key for key, names in mirror.cards().items() if "Somebody Else" in names} == carriers
    assert report.relabelled >= len(carriers)
    found = mirror.rows(
        "SELECT count(*) FROM item_search JOIN item ON item.id = item_search.rowid WHERE library_id = ? AND item_search MATCH ?",
        '"somebody else"',
    )
    assert found[0][0] >= len(carriers)


def test_a_delta_costs_what_has_changed(sqlite_database: Database) -> None:
    def cost(scenes: int) -> tuple[int, int, int]:
        with mirrored(sqlite_database, Counts(scenes=scenes, images=100), name=f"{scenes}") as found:
            found.sync()
            found.stash.clock.advance(40 * 86_400)
            found.stash.changes.bulk_edit("scene", range(1, 11), rating100=7)
            read = found.stash.answering.tally.rows_read
            report = found.sync()
            assert report.entities["scene"].updated == 10
            return report.requests, report.statements, found.stash.answering.tally.rows_read - read

    small, large = cost(200), cost(2_000)
    assert large[0] <= small[0] + 2
    assert large[1] <= small[1] * 1.3
    assert large[2] <= small[2] * 3


def test_two_libraries_with_the_same_ids_never_mix(sqlite_database: Database) -> None:
    with mirrored(sqlite_database, name="One") as one, mirrored(sqlite_database, name="Two", seed=2) as two:
        for each in (one, two):
            each.sync()
        one.stash.changes.destroy("scene", 1)
        two.stash.changes.edit("tag", 1, name="theirs")
        for each in (one, two):
            each.sync()
        assert differences(one) == {}
        assert differences(two) == {}
