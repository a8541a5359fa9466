"""Imports against a dictionary of what was said last: on both databases, in any order, cut off anywhere."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import structs

from longshelf.ingest import posts as importing
from longshelf.ingest.edits import Edit, edit
from longshelf.ingest.entity_edits import EntityEdit, edit_entity
from longshelf.ingest.posts import ImportReport
from longshelf.model.kinds import EntityKind
from longshelf.store.database import Database
from longshelf.tasks import relabel
from tests.ingest.posting import Follower, contents, delete, encoded, ids_of, records, rows, run_import
from tests.support.databases import Databases

SLOW = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    deadline=None,
    max_examples=15,
)
NAMES = ("sea", "Sea", "sf", "dune", "ＳＦ")
names = st.lists(st.sampled_from(NAMES), max_size=3)
good = st.fixed_dictionaries(
    {"external_id": st.sampled_from("abcdef")},
    optional={
        "title": st.sampled_from(["One", "Two 10", "Two 9"]),
        "description": st.sampled_from(["", "what it says"]),
        "date": st.sampled_from(["2024", "2024-05"]),
        "rating": st.integers(0, 100),
        "tags": names,
        "persons": names,
        "series": st.lists(
            st.builds(lambda name, number: {"name": name, "number": number}, st.sampled_from(NAMES), st.integers(0, 3)), max_size=2
        ),
        "extra": st.dictionaries(st.sampled_from("xy"), st.integers(-9, 9)),
    },
)
bad = st.sampled_from([b"{", b"\xff", b'{"external_id":"a","rating":101}', b'{"title":"x"}'])
files = st.lists(st.one_of(good, good, good, bad, st.just(b"")), max_size=14)


def said(post: dict[str, Any]) -> tuple[Any, ...]:
    """What of a post is kept, in plain Python. A name is called as whoever came first wrote it, so names are compared without case."""
    title = post.get("title") or post.get("description") or post["external_id"]
    tags = {("tag", plain(name), "", None) for name in post.get("tags", [])}
    persons = {("person", plain(name), "author", None) for name in post.get("persons", [])}
    series: dict[str, tuple[Any, ...]] = {}
    for each in post.get("series", []):
        series.setdefault(plain(each["name"]), ("series", plain(each["name"]), "", float(each["number"])))
    return (
        title, post.get("description", ""), post.get("date", ""), post.get("rating"), post.get("extra", {}),
        tags | persons | {*series.values()},
    )  # fmt: skip


def plain(name: str) -> str:
    return {"ＳＦ": "sf"}.get(name, name.lower())


def folded(found: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[Any, ...]]]:
    return {**found, "link": sorted((row[0], row[1], plain(row[2]), *row[3:]) for row in found["link"])}


def held(database: Database) -> dict[str, tuple[Any, ...]]:
    return {
        external_id: (
            record.title, record.description, record.date, record.rating, record.extra,
            {(str(credit.kind), plain(credit.name), str(credit.role), credit.position) for credit in record.credits},
        )
        for external_id, record in records(database).items()
    }  # fmt: skip


@SLOW
@given(imports=st.lists(files, min_size=1, max_size=2), page=st.integers(1, 5))
def test_a_library_holds_what_was_said_last_of_every_post(
    imports: list[list[dict[str, Any] | bytes]], page: int, databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "PAGE_LINES", page)
    model: dict[str, tuple[Any, ...]] = {}
    with databases.new() as database:
        for number, lines in enumerate(imports):
            path = tmp_path / f"{number}.ndjson"
            path.write_bytes(encoded(lines))
            follower = Follower()
            report = run_import(database, path, follower)
            fine = [line for line in lines if isinstance(line, dict)]
            fresh = {line["external_id"] for line in fine} - model.keys()
            model.update((line["external_id"], said(line)) for line in fine)
            assert held(database) == model
            distinct = len({line["external_id"] for line in fine})
            assert (report.lines, report.added, report.duplicates) == (len(lines) - lines.count(b""), len(fresh), len(fine) - distinct)
            assert report.added + report.updated + report.unchanged == distinct
            assert report.invalid == report.lines - len(fine) == len(follower.errors)
            expected = [f"{path.name}:{n}".encode() for n, line in enumerate(lines, 1) if isinstance(line, bytes) and line]
            assert [row[0] for row in rows(database, "SELECT path FROM scan_issue")] == sorted(expected)
        revision = database.revision()
        again = run_import(database, path)
        if again.duplicates == 0:
            assert (again.added, again.updated, again.unchanged) == (0, 0, distinct)
            assert database.revision() == revision


@SLOW
@given(lines=files, cuts=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), max_size=4))
def test_an_import_that_is_cut_off_and_goes_on_ends_as_one_that_is_not(
    lines: list[dict[str, Any] | bytes],
    cuts: list[tuple[int, int]],
    sqlite_databases: Databases,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "posts.ndjson"
    path.write_bytes(encoded(lines))
    with sqlite_databases.new() as whole, sqlite_databases.new() as cut:
        expected = run_import(whole, path)
        left: Any = None
        report: ImportReport | None = None
        for stop, page in cuts:
            monkeypatch.setattr(importing, "PAGE_LINES", page)  # as another version may have other pages
            follower = Follower(checkpoint_left=left, stop_after=stop)
            try:
                report = run_import(cut, path, follower)
            except InterruptedError:
                left = follower.checkpoint_left
            else:
                break
        report = report or run_import(cut, path, Follower(checkpoint_left=left))
        assert structs.replace(report, statements=0) == structs.replace(expected, statements=0)
        # Of spellings, the first that a page is left with names the entity: pages of other sizes may leave another.
        assert folded(contents(cut)) == folded(contents(whole))


def test_a_resumed_import_reads_the_pages_it_has_but_writes_none_again(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "PAGE_LINES", 2)
    path = tmp_path / "posts.ndjson"
    path.write_bytes(encoded([{"external_id": str(number % 9)} for number in range(10)]))
    follower = Follower(stop_after=3)
    with pytest.raises(InterruptedError):
        run_import(sqlite_database, path, follower)
    resumed = Follower(checkpoint_left=follower.checkpoint_left)
    report = run_import(sqlite_database, path, resumed)
    assert resumed.pages == 2
    assert (report.lines, report.added, report.updated, report.unchanged, report.duplicates) == (10, 9, 0, 0, 1)


def test_another_file_in_the_place_of_the_first_is_read_from_its_beginning(sqlite_database: Database, tmp_path: Path) -> None:
    path = tmp_path / "posts.ndjson"
    path.write_bytes(encoded([{"external_id": "1"}, {"external_id": "2"}]))
    follower = Follower()
    run_import(sqlite_database, path, follower)
    path.write_bytes(encoded([{"external_id": "1", "title": "new"}, {"external_id": "2"}, {"external_id": "3"}]))
    report = run_import(sqlite_database, path, Follower(checkpoint_left=follower.checkpoint_left))
    assert (report.lines, report.added, report.updated, report.unchanged) == (3, 1, 1, 1)


def test_unchanged_posts_cost_no_revision_and_few_statements(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "posts.ndjson"
    path.write_bytes(encoded([{"external_id": str(number), "tags": [f"t{number % 50}"]} for number in range(4_000)]))
    first = run_import(database, path)
    revision = database.revision()
    again = run_import(database, path)
    assert (first.added, again.unchanged, again.updated) == (4_000, 4_000, 0)
    assert database.revision() == revision
    assert again.statements < 40


def test_what_a_person_edited_stays_and_what_was_deleted_comes_back(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "posts.ndjson"
    gone = {"external_id": "2", "title": "Gone"}
    path.write_bytes(encoded([{"external_id": "1", "title": "One", "tags": ["sea"], "added_at": "2020-01-01"}, gone]))
    run_import(database, path)
    first, second = ids_of(database, "1", "2")
    edit(database, first, Edit(title="Mine"), None)
    delete(database, second)
    path.write_bytes(encoded([{"external_id": "1", "title": "Two", "tags": ["sky"], "added_at": "2021-01-01"}, gone]))
    report = run_import(database, path)
    found = records(database)
    assert (found["1"].title, [credit.name for credit in found["1"].credits]) == ("Mine", ["sky"])
    assert "2" in found
    assert ids_of(database, "1", "2") == [first, second]
    assert rows(database, "SELECT added_at FROM item WHERE external_id = '1'") == [(1_577_836_800_000_000,)]
    assert report.updated == 2


def test_a_name_leads_to_whom_it_was_renamed_to(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "posts.ndjson"
    path.write_bytes(encoded([{"external_id": "1", "tags": ["sea"]}]))
    run_import(database, path)
    ((tag,),) = rows(database, "SELECT id FROM entity WHERE kind = 'tag'")
    edit_entity(database, tag, EntityEdit(name="Ocean"), None, relabel.enqueue)
    path.write_bytes(encoded([{"external_id": "2", "tags": ["SEA"]}]))
    run_import(database, path)
    assert [(credit.kind, credit.name) for credit in records(database)["2"].credits] == [(EntityKind.TAG, "Ocean")]
    assert len(rows(database, "SELECT id FROM entity")) == 1


def test_only_the_first_bad_lines_are_listed_and_all_are_counted(
    sqlite_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "ISSUES_KEPT", 5)
    monkeypatch.setattr(importing, "PAGE_LINES", 3)
    path = tmp_path / "posts.ndjson"
    path.write_bytes(encoded([b"{"] * 9))
    assert run_import(sqlite_database, path).invalid == 9
    listed = rows(sqlite_database, "SELECT path, reason FROM scan_issue")
    assert [row[0] for row in listed] == [f"posts.ndjson:{number}".encode() for number in range(1, 6)]
    path.write_bytes(encoded([{"external_id": "1"}]))
    run_import(sqlite_database, path)
    assert rows(sqlite_database, "SELECT path FROM scan_issue") == []
