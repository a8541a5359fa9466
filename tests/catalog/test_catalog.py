"""The catalogue on both databases: the same small shelf must be read alike, whole items and batches included."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from longshelf.catalog.catalog import Catalog
from longshelf.catalog.editing import EditEntityMe, Editing, EditItem, EditMe, PersonCredit
from longshelf.catalog.entities import Entities, EntityQuery
from longshelf.catalog.files import Files
from longshelf.catalog.filters import read_filters
from longshelf.catalog.following import Follower
from longshelf.catalog.libraries import Libraries
from longshelf.catalog.paging import Cursors, PageRequest
from longshelf.catalog.shapes import Item, ItemList
from longshelf.catalog.views import Views
from longshelf.catalog.work import Work
from longshelf.errors import BadQuery, NotFound
from longshelf.model.kinds import EntityKind
from longshelf.model.viewer import Viewer
from longshelf.store import files, jobs
from longshelf.store.database import run
from longshelf.store.engine.sql import SqlEngine
from longshelf.tasks import block_counts
from tests.support.catalogue import Catalogue, administrator, make_catalogue
from tests.support.databases import Databases

ANN = Viewer(1, "ann", admin=True)


class Parts:
    """A catalogue with everything that reads it."""

    def __init__(self, made: Catalogue) -> None:
        cursors = Cursors(b"0" * 32)
        self.made = made
        self.catalog = Catalog(made.database, SqlEngine(made.database.read), cursors)
        self.entities = Entities(made.database, SqlEngine(made.database.read), cursors)
        self.editing = Editing(made.database, self.catalog, self.entities)
        self.files = Files(made.database, self.catalog)
        self.libraries = Libraries(made.database)
        self.work = Work(made.database)
        self.views = Views(made.database)


@pytest.fixture
def parts(databases: Databases, tmp_path: Path) -> Iterator[Parts]:
    made = make_catalogue(tmp_path / "shelf", url=databases.new_url(), count=30)
    administrator(made.database)
    yield Parts(made)
    made.database.close()


def test_items_are_read_whole_alone_and_in_batches(parts: Parts) -> None:
    exported = [line for chunk in parts.catalog.export(ANN, read_filters([("sort", "title")])) for line in chunk.splitlines()]
    items = [msgspec.json.decode(line, type=Item) for line in exported]
    assert sorted(item.id for item in items) == sorted(parts.made.ids)
    for item in items:
        assert parts.catalog.item(ANN, item.id) == item
    film = next(item for item in items if item.id == parts.made.film)
    assert [(file.name, file.size, file.missing) for file in film.files] == [("film.mp4", 100_003, False)]


def test_a_page_is_cards_with_my_words(parts: Parts) -> None:
    parts.editing.edit_me(ANN, 1, EditMe(rating=70, favorite=True, progress=0.25))
    page = msgspec.json.decode(parts.catalog.browse(ANN, read_filters([("id", "1"), ("id", "2")]), PageRequest()), type=ItemList)
    words = {item.id: item.me for item in page.items}
    assert (words[1].rating, words[1].favorite, words[1].progress) == (70, True, 0.25)
    assert not words[2].favorite
    assert msgspec.json.decode(parts.catalog.browse(ANN, read_filters([("favorite", "1")]), PageRequest()), type=ItemList).items == [
        page.items[-1]
    ]


def test_why_a_file_could_not_be_read_stands_on_its_item(parts: Parts) -> None:
    made = parts.made
    with made.database.write() as write:
        files.put_issues(write.connection, made.library_id, [(0, b"film.mp4", "truncated"), (0, b"odd \xff name", "no idea")], at=1)
    assert parts.catalog.item(ANN, made.film).issues == ["truncated"]
    listed = parts.libraries.issues(ANN, made.library_id, 1, 1)
    assert (listed.items[0].path, listed.items[0].reason, listed.pagination.total_count) == ("film.mp4", "truncated", 2)
    assert parts.libraries.issues(ANN, made.library_id, 2, 1).items[0].path == "odd � name"
    assert parts.libraries.issues(ANN, made.library_id, 3, 1).items == []
    assert parts.libraries.one(ANN, made.library_id).issue_count == 2


def test_facets_know_their_names(parts: Parts) -> None:
    found = parts.catalog.facets(ANN, read_filters([]), ["tag", "library", "kind", "year"], limit=0, search="")
    assert {value.name for value in found.facets["library"].values} == {"Shelf"}
    assert {value.value for value in found.facets["kind"].values} == {"book", "video", "comic", "post", "image"}
    with pytest.raises(BadQuery):
        parts.catalog.facets(ANN, read_filters([]), [], limit=0, search="")


def test_similar_items_come_in_pages_of_one_ranking(parts: Parts) -> None:
    whole = msgspec.json.decode(parts.catalog.similar(ANN, 1, 1, 500), type=ItemList)
    pages = [msgspec.json.decode(parts.catalog.similar(ANN, 1, page, 5), type=ItemList) for page in (1, 2)]
    assert [item.id for page in pages for item in page.items] == [item.id for item in whole.items[:10]]
    assert pages[0].pagination.total_count == len(whole.items) > 5
    assert pages[0].pagination.has_next
    base = {(link.kind, link.id) for link in parts.catalog.item(ANN, 1).links}
    assert all(base & {(link.kind, link.id) for link in parts.catalog.item(ANN, item.id).links} for item in whole.items)


def test_entities_by_name_and_by_count(parts: Parts) -> None:
    by_name = parts.entities.browse(ANN, EntityKind.TAG, EntityQuery(), PageRequest()).items
    by_count = parts.entities.browse(ANN, EntityKind.TAG, EntityQuery("", "count", True), PageRequest()).items
    assert {entity.id for entity in by_name} == {entity.id for entity in by_count}
    for entity in by_name:
        assert entity.item_count == parts.catalog.count(ANN, read_filters([("tag", str(entity.id))])).count
    for sort in ("name", "count"):  # by cursor too: each database compares the places itself
        first = parts.entities.browse(ANN, EntityKind.TAG, EntityQuery("", sort), PageRequest(size=2))
        rest = parts.entities.browse(ANN, EntityKind.TAG, EntityQuery("", sort), PageRequest(None, None, first.pagination.next_cursor, 50))
        assert len({entity.id for entity in first.items} | {entity.id for entity in rest.items}) == len(by_name)
    said = parts.editing.edit_entity_me(ANN, EntityKind.TAG, by_name[0].id, EditEntityMe(rating=10, favorite=True))
    assert parts.entities.one(ANN, EntityKind.TAG, by_name[0].id).me == said
    with pytest.raises(NotFound):
        parts.entities.one(ANN, EntityKind.STUDIO, by_name[0].id)


def test_suggestions_and_totals(parts: Parts) -> None:
    found = parts.entities.suggest(ANN, "o'r", 5).items  # what begins so comes before what merely holds it
    assert [(each.type, each.name) for each in found] == [("entity", "O'Reilly"), ("entity", "Foo-Bar Films")]
    assert [(each.type, each.name) for each in parts.entities.suggest(ANN, "the com", 5).items] == [("item", "The comic")]
    stats = parts.catalog.stats(ANN)
    assert stats.items == len(parts.made.ids)
    assert stats.libraries == 1


def test_an_edit_replaces_what_it_names_and_nothing_else(parts: Parts) -> None:
    before = parts.catalog.item(ANN, 1)
    after = parts.editing.edit_item(ANN, 1, EditItem(subtitle="New", persons=[PersonCredit("Zoe")]))
    assert (after.subtitle, after.title) == ("New", before.title)
    assert [link.name for link in after.links if link.kind == "person"] == ["Zoe"]
    assert [link for link in after.links if link.kind == "tag"] == [link for link in before.links if link.kind == "tag"]
    assert {"subtitle", "person"} <= set(after.locked)


def test_files_are_located(parts: Parts) -> None:
    place = parts.files.locate(ANN, parts.made.comic)
    assert (place.files[0].path, place.roots, place.cover is not None) == (b"comic.cbz", (str(parts.made.folder).encode(),), True)
    with pytest.raises(NotFound):
        parts.files.locate(ANN, 1)


def test_jobs_that_pages_begin_by_being_looked_at_are_told_where_they_fail_or_are_asked_for(parts: Parts) -> None:
    database = parts.made.database
    follower = Follower(database)
    counts = []
    for state in ("done", "failed", "queued"):
        with database.write_quietly() as connection:
            counts.append(jobs.enqueue(connection, block_counts.KIND, at=database.clock(), key=block_counts.KIND).id)
            run(connection, "UPDATE job SET state = ? WHERE id = ?", state, counts[-1])
    with database.write_quietly() as connection:
        other = jobs.enqueue(connection, "test", at=database.clock()).id
    for within in (None, frozenset[int]()):
        listed = parts.work.browse((), "", 1, 50, within=within)
        assert [job.id for job in listed.items] == [other, counts[1]]
        assert listed.pagination.total_count == 2
        assert [job.id for job in parts.work.browse((), block_counts.KIND, 1, 50, within=within).items] == counts[::-1]
        assert [job.id for job in parts.work.browse(("queued",), "", 1, 50, within=within).items] == [other]
    assert sorted(job.id for job in follower.look().jobs) == [counts[1], other]


def test_jobs_are_listed_in_pages_and_followed(parts: Parts) -> None:
    database = parts.made.database
    follower = Follower(database)
    with database.write_quietly() as connection:
        ids = [jobs.enqueue(connection, "test", {"number": number}, at=database.clock()).id for number in range(5)]
    assert [job.id for page in (1, 2, 3) for job in parts.work.browse((), "", page, 2).items] == ids[::-1]
    assert parts.work.browse(("done",), "", 1, 2).pagination.total_count == 0
    assert parts.work.browse(("queued",), "test", 1, 50).pagination.total_count == 5
    assert parts.work.cancel(ANN, ids[0]).state == "cancelled"
    assert parts.work.retry(ANN, ids[0]).state == "queued"
    assert {job.id for job in follower.look().jobs} == set(ids)


def test_what_is_told_was_caught_up_with_before(parts: Parts) -> None:
    database = parts.made.database
    caught_up_at: list[int] = []
    follower = Follower(database, before_telling=lambda: caught_up_at.append(database.revision()))
    follower.look()
    assert caught_up_at == []
    with database.write() as write:
        write.touch([parts.made.film], library_id=1)
    (change,) = follower.look().libraries
    assert caught_up_at == [change.revision]
    follower.look()
    assert caught_up_at == [change.revision]


def test_a_job_that_has_ended_is_told_when_what_it_did_was_caught_up_with(parts: Parts) -> None:
    database = parts.made.database
    told: list[bool] = []
    work = Work(database, before_telling=lambda: told.append(True))
    with database.write_quietly() as connection:
        job = jobs.enqueue(connection, "test", {}, at=database.clock())
    work.one(ANN, job.id)
    work.browse((), "", 1, 50)
    assert told == []
    work.cancel(ANN, job.id)
    assert work.one(ANN, job.id).finished_at is not None
    work.browse((), "", 1, 50)
    assert told == [True, True]


def test_jobs_of_libraries_that_are_kept_from_an_administrator_are_none_of_his(parts: Parts) -> None:
    database = parts.made.database
    with database.write_quietly() as connection:
        mine, others, all_ = (
            jobs.enqueue(connection, "test", args, at=database.clock()).id for args in ({"library_id": 1}, {"library_id": 2}, {})
        )
    known = frozenset({1})
    assert [job.id for job in parts.work.browse((), "", 1, 50, within=known).items] == [all_, mine]
    assert parts.work.browse((), "", 1, 1, within=known).pagination.total_count == 2
    for ask in (parts.work.one, parts.work.cancel, parts.work.retry):
        with pytest.raises(NotFound):
            ask(ANN, others, within=known)
    assert parts.work.one(ANN, others).state == "queued"


def test_views_are_saved_by_name(parts: Parts) -> None:
    first = parts.views.save(1, "Sea", "q=sea")
    assert parts.views.save(1, "Sea", "q=ocean").id == first.id
    assert [view.query for view in parts.views.browse(1, 1, 50).items] == ["q=ocean"]
    parts.views.remove(1, first.id)
    with pytest.raises(NotFound):
        parts.views.remove(1, first.id)
