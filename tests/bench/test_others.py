"""The comparison with others: they answer as the bitmaps do, or the run ends; they are not waited for without end; and nobody's database is
filled."""

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from longshelf.bench import in_postgresql
from longshelf.bench.answers import ONLY_INDEX, Answering, EngineParty, answers, plain, same
from longshelf.bench.cutoff import TooSlow, cutoff, limited
from longshelf.bench.questions import Question, filters, known, questions
from longshelf.bench.run import VIEWER, fill, loaded
from longshelf.cli.main import main
from longshelf.errors import Conflict, Invalid, LongshelfError
from longshelf.index.engine import BitmapEngine
from longshelf.index.following import Follower
from longshelf.index.generations import build_generation
from longshelf.model.kinds import EntityKind, Role
from longshelf.model.query import EVERYTHING
from longshelf.store import bulk, columns, tables
from longshelf.store.database import Database
from longshelf.store.engine.sql import SqlEngine
from tests.support.databases import Databases

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
ITEMS = 600


class Stocked:
    """A small catalogue with what a made one lacks: an item that was deleted, and persons named twice."""

    def __init__(self, database: Database, index: Path) -> None:
        self.database = database
        fill(database, ITEMS, 7)
        _set(database, "deleted_at", {3: 1})
        with database.write() as write:
            persons = tables.link.select().where(tables.link.c.kind == EntityKind.PERSON.value)
            twice = [(row.item_id, row.entity_id, Role.EDITOR.value, row.kind) for row in write.connection.execute(persons)]
            bulk.insert(write.connection, tables.link, ("item_id", "entity_id", "role", "kind"), twice)
            write.touch(range(1, ITEMS + 1))
        build_generation(database, index)
        self.follower = Follower(database, index)
        self.follower.refresh()
        self.engine = BitmapEngine(database, self.follower)
        self.known = known(database, VIEWER)


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stocked]:
    place = tmp_path_factory.mktemp("stocked")
    with closing(Database(f"sqlite:///{place / 'catalogue.db'}")) as database:
        yield Stocked(database, place / "index")


@pytest.fixture(autouse=True)
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("longshelf.bench.answers.REPEATS", 1)


def silent(_what: object) -> None:
    """Progress nobody wants."""


def test_duckdb_answers_as_the_bitmaps_over_deleted_items_and_persons_named_twice(stocked: Stocked, tmp_path: Path) -> None:
    with ExitStack() as stack:
        duck = loaded(stack, stocked.database, tmp_path / "duck.db")
        rows = answers(stocked.engine, {"DuckDB": duck}, stocked.known, silent)
        asked = {row["question"] for row in rows if row["DuckDB, first"] is not None}
        unasked = {row["filter"].split(" (")[0] for row in rows if row["DuckDB, first"] is None and row["question"] == "count"}
        assert duck.row()["MiB"] > 0
    assert asked == {
        "page 1 by rating",
        "page 1 by title",
        "middle page by rating",
        "middle page by adding",
        "count",
        "50 of 2,000 tag facets",
        "200 of 50,000 person facets",
        "totals",
    }
    assert unasked == {"two words"}
    assert not (tmp_path / "duck.db").exists()


def test_both_databases_answer_as_the_bitmaps_once_they_hold_the_same(stocked: Stocked, postgres_databases: Databases) -> None:
    with postgres_databases.new() as other:
        parties = {
            name: EngineParty(SqlEngine(store.read), ONLY_INDEX) for name, store in (("SQLite", stocked.database), ("PostgreSQL", other))
        }
        fill(other, ITEMS, 7)
        _set(other, "deleted_at", {3: 1})
        _set(other, "rating", {5: 100, 6: None})
        with pytest.raises(LongshelfError, match="PostgreSQL and the bitmaps answer differently"):
            answers(stocked.engine, parties, stocked.known, silent)
        in_postgresql.brought(other, stocked.database, silent, silent)
        rows = answers(stocked.engine, parties, stocked.known, silent)
        _set(other, "size", {5: 1})
        with pytest.raises(Conflict, match="something else than this catalogue"):
            in_postgresql.brought(other, stocked.database, silent, silent)
        with pytest.raises(Conflict):
            in_postgresql.opened(other.url.render_as_string(hide_password=False), ITEMS)
    assert all((row["PostgreSQL, first"] is None) == (row["question"] in ONLY_INDEX) for row in rows)


def _set(database: Database, column: str, values: dict[int, int | None]) -> None:
    with database.write() as write:
        bulk.update(write.connection, tables.item, ("id",), (column,), list(values.items()))
        write.touch(values)


class Slow:
    """One who has not answered when the time is over."""

    def takes(self, question: Question) -> bool:
        return question.what == "count"

    @contextmanager
    def ready(self, question: Question) -> Iterator[Answering]:
        def ask() -> object:
            raise TooSlow(60.0)

        yield ask


def test_what_is_too_slow_stands_as_such_and_the_others_are_asked_on(stocked: Stocked) -> None:
    rows = answers(stocked.engine, {"slow": Slow()}, stocked.known, silent)
    counts = [row for row in rows if row["question"] == "count"]
    assert len(counts) == len(filters(stocked.known))
    assert {(row["slow, first"], row["slow, again"]) for row in counts} == {("> 60 s", None)}
    assert all(isinstance(row["bitmaps, first"], float) for row in rows)


def test_what_takes_long_is_asked_once(stocked: Stocked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("longshelf.bench.answers.QUICK_MS", -1.0)
    monkeypatch.setattr("longshelf.bench.answers.PATIENCE_MS", -1.0)
    rows = answers(stocked.engine, {}, stocked.known, silent)
    assert {row["bitmaps, again"] for row in rows} == {None}


def test_answers_are_the_same_but_for_the_last_digits_of_sums() -> None:
    assert same((1, "a", 0.1 + 0.2), (1, "a", 0.3))
    assert not same((1, 2), (1, 2, 3))
    assert not same((1, 2), (2, 1))
    assert not same(1.0, "1.0")
    assert not same(1.0, 1.001)


def test_everything_that_is_compared_is_looked_at(stocked: Stocked) -> None:
    """Pages, counts, facets and totals come down to plain values; nothing is compared by what it happens to carry along."""
    with stocked.engine.snapshot() as snap:
        found = {each.what: plain(each.ask(snap)) for each in questions(stocked.known, EVERYTHING, ITEMS - 1)}
    assert found["count"] == ITEMS - 1
    page, facets, totals = found["page 1 by rating"], found["50 of 2,000 tag facets"], found["totals"]
    assert isinstance(page, tuple)
    assert isinstance(facets, tuple)
    assert isinstance(totals, tuple)
    assert [type(each) for each in page] == [int] * 50
    assert [len(each) for each in facets[0]] == [3] * 50
    assert sum(items for _, items, _, _ in totals) == ITEMS - 1


def test_a_statement_without_end_is_called_off_and_the_next_transaction_goes_on(database: Database) -> None:
    with pytest.raises(TooSlow, match=r"> 0\.05 s"), limited(database.read, 0.05) as connection:
        connection.exec_driver_sql(ENDLESS)
    with limited(database.read) as connection:
        assert columns.live(connection) == 0


def test_duckdb_is_called_off_too(stocked: Stocked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as stack:
        duck = loaded(stack, stocked.database, tmp_path / "duck.db")
        count = next(each for each in questions(stocked.known, EVERYTHING, ITEMS) if each.what == "count")
        monkeypatch.setattr("longshelf.bench.in_duckdb._sql", lambda _question: (ENDLESS, []))
        monkeypatch.setattr("longshelf.bench.cutoff.SECONDS", 0.05)
        with pytest.raises(TooSlow), duck.ready(count) as ask:
            ask()


def test_other_errors_are_not_taken_for_slowness() -> None:
    with pytest.raises(KeyError), cutoff(lambda: None, 60):
        raise KeyError


def _bench(place: Path, url: str, *more: str) -> list[str]:
    return ["bench", "--items", "2000", "--data", str(place), "--hostile", "5", "--postgresql", url, "--json", *more]


def test_bench_measures_all_in_one_run_and_again_over_what_it_filled(
    tmp_path: Path, postgres_databases: Databases, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LONGSHELF_DATA", str(tmp_path))
    monkeypatch.setattr("longshelf.bench.promises.FILTERS", 4)
    monkeypatch.setattr("longshelf.bench.promises.FACETED", 2)
    url = postgres_databases.new_url(migrated=False)
    # The second time ratings have been changed in one of the stores, and both are filled.
    for more, parties in ((["--duckdb"], ("bitmaps", "SQLite", "PostgreSQL", "DuckDB")), (["--no-sql"], ("bitmaps", "PostgreSQL"))):
        assert main(_bench(tmp_path, url, *more)) == 0
        said = json.loads(capsys.readouterr().out.splitlines()[-1])
        rows: list[dict[str, Any]] = said["tables"]["Answers of the engines, ms"]
        assert set(rows[0]) == {"filter", "question", *(f"{each}, {when}" for each in parties for when in ("first", "again"))}
        assert all(isinstance(row["PostgreSQL, first"], float) for row in rows if row["question"] == "count")
        stores = [row["store"].split()[0] for row in said["tables"]["The stores"]]
        assert stores == ["SQLite", "PostgreSQL", *(["DuckDB"] if "DuckDB" in parties else [])]
        assert said["load"] >= 0


def test_a_database_that_holds_anything_else_is_refused_and_left_alone(
    tmp_path: Path, postgres_databases: Databases, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LONGSHELF_DATA", str(tmp_path))
    foreign, installed = postgres_databases.new_url(migrated=False), postgres_databases.new_url()
    with psycopg.connect(foreign) as connection:
        connection.execute("CREATE TABLE precious (id integer)")
    with closing(Database(installed)) as database, database.write_quietly() as write:
        bulk.insert(write, tables.user, ("id", "name", "name_key", "created_at"), [(1, "bo", "bo", 0)])
    for url in (foreign, installed):
        assert main(_bench(tmp_path / "data", url)) == 1
        assert "Name an empty one" in capsys.readouterr().err
    with psycopg.connect(foreign) as connection:
        tables_there = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    assert tables_there == [("precious",)]


def test_only_postgresql_is_taken(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="postgresql://"):
        in_postgresql.opened(f"sqlite:///{tmp_path / 'some.db'}", ITEMS)


def test_without_the_package_it_is_said_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LONGSHELF_DATA", str(tmp_path))
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert main(["bench", "--items", "2000", "--data", str(tmp_path / "data"), "--duckdb"]) == 1
    assert "pip install duckdb" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()
