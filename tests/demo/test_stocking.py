"""A stocked catalogue is what the usual writers would have stored, and whatever ends a run, it leaves a good database and no process."""

import json
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import inspect

from longshelf.demo import stocking, words
from longshelf.demo.catalogue import BATCH, EPOCH, KINDS, NONE, Batch, Catalogue, role_of
from longshelf.demo.parcels import COLORS, COVERS
from longshelf.demo.stocking import MOST_ITEMS, Stocked, stock
from longshelf.errors import Conflict, Invalid, LongshelfError
from longshelf.index.engine import BitmapEngine
from longshelf.index.following import Follower
from longshelf.index.generations import build_generation
from longshelf.ingest.entities import EntityCache
from longshelf.ingest.prepared import prepare
from longshelf.ingest.put import put_items
from longshelf.ingest.rows import Placement, cover_version
from longshelf.model import query
from longshelf.model.kinds import LibraryType
from longshelf.model.records import Credit, ItemRecord
from longshelf.model.viewer import Viewer
from longshelf.store import changes, items, libraries, loading, tables
from longshelf.store.database import Database
from longshelf.store.items import Existing
from longshelf.store.loading import repair
from tests.support.databases import Databases

FEW = 300
TABLES = ("item", "item_card", "link", "item_search", "entity", "entity_link", "library")


def rows(database: Database, table: str, columns: str = "*") -> list[tuple[Any, ...]]:
    """Everything in a table, in the order of its columns; item_search with its id."""
    if table == "item_search":
        columns = "rowid, title, names, description" if database.dialect == "sqlite" else "item_id, document::text"
    with database.read() as connection:
        return sorted(map(tuple, connection.exec_driver_sql(f"SELECT {columns} FROM {table}").all()), key=repr)


def indexes(database: Database) -> set[str]:
    """The secondary ones of items, links and search; those of constraints stay."""
    with database.read() as connection:
        found = {index["name"] for table in ("item", "link") for index in inspect(connection).get_indexes(table)}
        if database.dialect == "postgresql":
            found |= {index["name"] for index in inspect(connection).get_indexes("item_search")}
        return {name for name in found if name and name.startswith("ix_")}


def all_indexes(database: Database) -> set[str]:
    expected = {str(index.name) for table in (tables.item, tables.link) for index in table.indexes}
    return expected | ({"ix_item_search_document"} if database.dialect == "postgresql" else set())


def record(catalogue: Catalogue, batch: Batch, place: int) -> ItemRecord:
    """One item as a source would have told it, made from the columns the slow way."""

    def known(column: Any) -> Any:
        return None if column[place] == NONE else column[place].item()

    kind, read = KINDS[batch.kind[place]][0], bool(batch.read[place])
    linked = [catalogue.things[each] for each in batch.links[place].tolist() if each != NONE]
    return ItemRecord(
        kind=kind,
        title=f"{words.ADJECTIVES[batch.adjective[place]]} {words.NOUNS[batch.noun[place]]} {batch.number[place]}",
        date=str(np.datetime64(int(batch.day[place]), "D")) if batch.day[place] != NONE else "",
        created_at=int(batch.created[place]),
        duration=None if np.isnan(batch.duration[place]) else float(batch.duration[place]),
        width=known(batch.width),
        height=known(batch.height),
        size=int(batch.size[place]),
        pages=known(batch.pages),
        rating=known(batch.rating),
        age_rating=known(batch.age_rating),
        cover=COVERS[kind] if batch.covered[place] else None,
        credits=tuple(Credit(thing.kind, thing.name, role_of(thing.kind, read)) for thing in linked),
        external_id=f"{batch.first + place + 1:09d}",
    )


def write_again(database: Database, catalogue: Catalogue, stocked: Stocked) -> None:
    """Every item once more, as a scan writes what it knows already; only the colour is taken over, as a scan does."""
    entities = EntityCache(stocked.library_id)
    for batch in catalogue.batches():
        with database.write() as write:
            placed = []
            for place, added in enumerate(batch.added.tolist()):
                item_id = stocked.first_item + batch.first + place
                said = record(catalogue, batch, place)
                color = COLORS[batch.number[place] % len(COLORS)] if said.cover else ""
                before = Existing(item_id, b"", added, None, cover_version(said), color)
                placed.append((prepare(said), Placement(item_id, stocked.library_id, before, added, 0)))
            put_items(write, placed, entities)
            write.touch()
        entities.commit()


def test_the_usual_writers_would_have_stored_the_same(database: Database) -> None:
    stocked = stock(database, FEW, 3, library_name="made")
    same = ", ".join(name for name in items.COLUMNS if name != "revision")
    before = {table: rows(database, table, same if table == "item" else "*") for table in TABLES}
    catalogue = Catalogue(FEW, 3)
    write_again(database, catalogue, stocked)
    after = {table: rows(database, table, same if table == "item" else "*") for table in TABLES}
    assert {table: len(found) for table, found in before.items()} == {
        "item": FEW, "item_card": FEW, "item_search": FEW, "link": stocked.links, "entity": 57_040,
        "entity_link": len(catalogue.relations), "library": 1,
    }  # fmt: skip
    for table in TABLES:
        differing = [pair for pair in zip(before[table], after[table], strict=True) if pair[0] != pair[1]]
        assert differing[:1] == []


def test_a_second_library_leaves_the_first_as_it_is(database: Database) -> None:
    first = stock(database, FEW, 3, library_name="one")
    before = {table: rows(database, table) for table in TABLES}
    seen: list[set[str]] = []
    second = stock(database, FEW + 7, 4, library_name="two", progress=lambda _step, _done: seen.append(indexes(database)))
    assert second.first_item == first.first_item + FEW
    assert second.first_entity == first.first_entity + first.entities
    for table in TABLES:
        assert set(before[table]) <= set(rows(database, table))
    assert len(rows(database, "item", "id")) == FEW + FEW + 7
    assert seen
    assert all(each == all_indexes(database) for each in seen)  # they are never away where somebody may need them


def test_in_a_store_without_items_indexes_are_away_meanwhile_and_back_at_the_end(database: Database) -> None:
    expected, seen = indexes(database), []

    def told(step: str, _done: int) -> None:
        if step == "items":
            seen.append(indexes(database))

    stock(database, FEW, 3, library_name="one", progress=told)
    assert seen == [set()]
    assert indexes(database) == expected == all_indexes(database)


def test_settings_of_sqlite_are_set_back(sqlite_database: Database) -> None:
    stock(sqlite_database, FEW, 3, library_name="one")
    with sqlite_database.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        kept = dict(map(tuple, connection.exec_driver_sql("SELECT k, v FROM item_search_config").all()))
    assert (kept["automerge"], kept["crisismerge"], kept["hashsize"]) == (4, 16, 2**20)
    with sqlite_database.write_quietly() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 1
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
        connection.exec_driver_sql("INSERT INTO item_search (item_search) VALUES ('integrity-check')")
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        assert connection.exec_driver_sql("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'item'").scalar_one() > 10


def test_somebody_who_reads_meanwhile_is_no_hindrance(sqlite_database: Database) -> None:
    other = sqlite3.connect(sqlite_database.url.database or "")
    other.execute("SELECT count(*) FROM item").fetchone()
    seen = []
    stock(
        sqlite_database,
        FEW,
        3,
        library_name="one",
        progress=lambda step, _: seen.append(other.execute("SELECT count(*) FROM item").fetchone()),
    )
    assert seen[-1] == (FEW,)
    other.close()


def test_the_change_log_lists_every_item_and_entity_in_pieces(database: Database) -> None:
    stock(database, FEW, 3, library_name="one")
    before = database.revision()
    made = stock(database, 2 * BATCH + 1, 3, library_name="two")
    with database.read() as connection:
        logged = list(changes.since(connection, before))
        library = libraries.get(connection, made.library_id)
    assert [len(change.items) for change in logged] == [0, BATCH, BATCH, 1]
    assert [item_id for change in logged for item_id in change.items] == list(range(made.first_item, made.first_item + made.items))
    assert logged[0].entities == list(range(made.first_entity, made.first_entity + made.entities))
    assert {change.library_id for change in logged} == {made.library_id}
    assert {row[0] for row in rows(database, "item", "revision")} == {2, *(change.revision for change in logged[1:])}
    assert (library.name, library.state) == ("two", "ready")


def test_an_index_that_follows_holds_the_new_items(database: Database, tmp_path: Path) -> None:
    stock(database, FEW, 3, library_name="one")
    build_generation(database, tmp_path / "index")
    follower = Follower(database, tmp_path / "index")
    follower.refresh()
    stock(database, FEW, 4, library_name="two")
    follower.refresh()
    with BitmapEngine(database, follower).snapshot() as snapshot:
        assert snapshot.count(query.EVERYTHING, Viewer(1, "ann")).value == 2 * FEW


def test_progress_counts_items_and_names_what_comes_after(sqlite_database: Database) -> None:
    told: list[tuple[str, int]] = []
    stock(sqlite_database, FEW, 3, library_name="one", progress=lambda step, done: told.append((step, done)))
    assert told[0] == ("items", FEW)
    assert ("ix_link_entity", FEW) in told
    assert told[-1] == ("statistics", FEW)


@pytest.mark.parametrize("count", [0, -1, MOST_ITEMS + 1])
def test_a_number_of_items_that_cannot_be_is_refused(sqlite_database: Database, count: int) -> None:
    with pytest.raises(Invalid, match="from 1 to 100,000,000"):
        stock(sqlite_database, count, 1, library_name="one")
    assert rows(sqlite_database, "library") == []


def test_a_name_that_is_taken_is_refused_and_nothing_is_lost(database: Database) -> None:
    with database.write() as write:
        libraries.add(write, "one", LibraryType.FOLDER, {"folders": []}, at=0)
    with pytest.raises(Conflict):
        stock(database, FEW, 1, library_name="one")
    assert indexes(database) == all_indexes(database)
    assert rows(database, "item") == rows(database, "entity") == []


@pytest.fixture
def small_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few thousand items are several."""
    monkeypatch.setattr(stocking, "AT_ONCE", 1)


def makers() -> list[BaseProcess]:
    """The processes of this one that make parcels; other tests leave helpers of theirs to later ones."""
    return [process for process in multiprocessing.active_children() if process.name == "demo parcels"]


@pytest.mark.usefixtures("small_transactions")
def test_ctrl_c_leaves_whole_transactions_all_indexes_and_no_process(database: Database) -> None:
    def interrupt(step: str, _done: int) -> None:
        if step == "items":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stock(database, 8 * BATCH, 1, library_name="one", progress=interrupt)
    assert makers() == []
    assert indexes(database) == all_indexes(database)
    assert len(rows(database, "item", "id")) == len(rows(database, "item_card", "item_id")) == len(rows(database, "item_search")) > 0
    assert rows(database, "library", "state") == [("new",)]


@pytest.mark.usefixtures("small_transactions")
def test_the_second_process_that_dies_ends_the_run_with_a_reason(sqlite_database: Database) -> None:
    def kill(step: str, _done: int) -> None:
        if step == "items":
            (process,) = makers()
            os.kill(process.pid or 0, signal.SIGKILL)

    with pytest.raises(LongshelfError, match="ended early"):
        stock(sqlite_database, 8 * BATCH, 1, library_name="one", progress=kill)
    assert indexes(sqlite_database) == all_indexes(sqlite_database)


KILLED = """
import multiprocessing, sys
from longshelf.demo import stocking
from longshelf.store.database import Database

def told(step, done):
    if step == "items":
        print(multiprocessing.active_children()[0].pid, flush=True)

if __name__ == "__main__":
    stocking.AT_ONCE = 1
    stocking.stock(Database(sys.argv[1]), 4_000_000, 1, library_name="one", progress=told)
"""


def test_a_killed_run_leaves_a_good_database_that_the_next_one_repairs(databases: Databases, tmp_path: Path) -> None:
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    with databases.new() as database:
        shown = database.url.render_as_string(hide_password=False)
        process = subprocess.Popen([sys.executable, script, shown], stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        helper = int(process.stdout.readline())
        time.sleep(0.3)  # into the next transaction
        process.kill()
        process.wait()
        process.stdout.close()
        _wait_until_gone(helper)
        repair(database)
        assert indexes(database) == all_indexes(database)
        ids = sorted(row[0] for row in rows(database, "item", "id"))
        assert len(ids) >= BATCH
        assert ids == list(range(1, len(ids) + 1))
        assert len(rows(database, "item_card", "item_id")) == len(rows(database, "item_search")) == len(ids)
        with database.read() as connection:
            assert connection.exec_driver_sql("SELECT count(DISTINCT item_id) FROM link").scalar_one() == len(ids)
            if database.dialect == "sqlite":
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        again = stock(database, FEW, 2, library_name="two")
        assert again.first_item > len(ids)


def _wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]:
        assert time.monotonic() < deadline, "the second process outlived the first"
        time.sleep(0.05)


def test_cards_are_json_with_the_links_a_card_shows(sqlite_database: Database) -> None:
    stock(sqlite_database, FEW, 3, library_name="one")
    for _, card in rows(sqlite_database, "item_card"):
        kinds = [link["kind"] for link in json.loads(card)["links"]]
        assert kinds in (["person", "studio"], ["person", "person", "studio"])


def test_the_first_item_was_added_when_the_catalogue_begins(sqlite_database: Database) -> None:
    stock(sqlite_database, 1, 3, library_name="one")
    assert rows(sqlite_database, "item", "id, added_at, external_id") == [(1, EPOCH, "000000001")]


def test_loading_says_whether_the_store_was_unused(sqlite_database: Database) -> None:
    with loading.loading(sqlite_database, lambda _step: None) as loader:
        assert loader.unused
    stock(sqlite_database, 1, 3, library_name="one")
    with loading.loading(sqlite_database, lambda _step: None) as loader:
        assert not loader.unused
