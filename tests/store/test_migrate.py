"""Migrations: they make exactly what tables.py says, all or nothing, and never touch what a newer version made."""

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from longshelf.errors import StoreUnavailable
from longshelf.store import migrate, search
from longshelf.store.database import Database
from longshelf.store.schema import metadata
from tests.support.databases import Databases

SEARCH = "item_search"  # full-text tables are not in the metadata: `store/search.py` makes them
DRAFT = (
    "tables.py and the migrations differ. Before the first release: `python -m longshelf.store.migrations.draft --first`; after: `… NAME`"
)


# Everything a schema consists of, as the database itself describes it.
DESCRIPTIONS = {
    "sqlite": ("SELECT tbl_name, name, sql FROM sqlite_master WHERE sql IS NOT NULL",),
    "postgresql": (
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace",
        "SELECT table_name, column_name, concat_ws(' ', data_type, character_maximum_length, is_nullable, column_default, collation_name)"
        " FROM information_schema.columns WHERE table_schema = 'public'",
    ),
}


def schema(connection: Connection) -> set[tuple[str, str, str]]:
    rows = [row for text in DESCRIPTIONS[connection.dialect.name] for row in connection.exec_driver_sql(text)]
    return {(table, name, in_any_order(what)) for table, name, what in rows if not table.startswith((SEARCH, "alembic_version"))}


def in_any_order(definition: str) -> str:
    """SQLite keeps the text of CREATE TABLE; the order of its lines is no difference."""
    return "\n".join(sorted(line.strip(" \t,") for line in definition.splitlines() if line.strip()))


def test_an_empty_database_becomes_what_the_tables_say(databases: Databases) -> None:
    with databases.new(migrated=False) as migrated, databases.new(migrated=False) as created:
        assert migrate.upgrade(migrated)
        assert migrated.revision() == 0
        with created.write_quietly() as connection:
            metadata.create_all(connection)
            wanted = schema(connection)
        with migrated.read() as connection:
            found = schema(connection)
        assert len(wanted) > len(metadata.tables)
        assert (sorted(wanted - found), sorted(found - wanted)) == ([], []), DRAFT


def test_a_migrated_database_is_left_alone(database: Database) -> None:
    before = database.statements
    assert not migrate.upgrade(database)
    assert database.statements - before <= 3


def test_the_newest_migration_is_the_one_the_start_up_looks_for() -> None:
    config = Config()
    config.set_main_option("script_location", "longshelf.store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == migrate.HEAD


def test_a_database_of_a_newer_version_is_refused_and_untouched(database: Database) -> None:
    with database.write_quietly() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreUnavailable, match=r"newer version.*9999"):
        migrate.upgrade(database)


def test_a_migration_that_fails_leaves_nothing_behind(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(_connection: object) -> None:
        raise ZeroDivisionError

    with databases.new(migrated=False) as database:
        with monkeypatch.context() as patched:
            patched.setattr(search, "create_search", break_down)
            with pytest.raises(ZeroDivisionError):
                migrate.upgrade(database)
        with database.read() as connection:
            assert inspect(connection).get_table_names() == []
        assert migrate.upgrade(database)
