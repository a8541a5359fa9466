"""Migrations: they make exactly what tables.py says, all or nothing, and never touch what a newer version made."""

import re

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from longshelf.errors import StoreUnavailable
from longshelf.store import api_keys, migrate, search
from longshelf.store.database import Database
from longshelf.store.schema import metadata
from tests.support.databases import Databases

SEARCH = "item_search"  # full-text tables are not in the metadata: `store/search.py` makes them
DRAFT = "The tables and the migrations differ: `python -m longshelf.store.migrations.draft NAME`"


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
    """SQLite keeps the text of CREATE TABLE; the order of its lines is no difference, nor quotes that a table made anew has."""
    definition = re.sub(r'^CREATE TABLE "(\w+)"', r"CREATE TABLE \1", definition)
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


def test_keys_of_the_first_schema_go_on_and_sessions_begin_anew(databases: Databases) -> None:
    with databases.new(migrated=False) as database:
        with database.write_quietly() as connection:
            config = Config()
            config.set_main_option("script_location", "longshelf.store:migrations")
            config.attributes["connection"] = connection
            command.upgrade(config, "0001")
            connection.exec_driver_sql("INSERT INTO \"user\" (id, name, name_key, created_at) VALUES (3, 'Ann', 'ann', 1)")
            for number in (4, 7):
                values = f"({number}, 3, 'phone', 'ls_{number}', {_blob(connection, number)}, 5, 6)"
                connection.exec_driver_sql(
                    f"INSERT INTO api_key (id, user_id, name, prefix, token_hash, created_at, used_at) VALUES {values}"
                )
            values = f"({_blob(connection, 1)}, 3, 1, 1, 9)"
            connection.exec_driver_sql(f"INSERT INTO session (token_hash, user_id, created_at, seen_at, expires_at) VALUES {values}")
        assert migrate.upgrade(database)
        with database.write_quietly() as connection:
            rows = connection.exec_driver_sql(
                "SELECT id, user_id, name, prefix, scope, created_at, used_at, expires_at FROM api_key ORDER BY id"
            )
            assert [tuple(row) for row in rows] == [(number, 3, "phone", f"ls_{number}", "admin", 5, 6, None) for number in (4, 7)]
            assert connection.exec_driver_sql("SELECT count(*) FROM session").scalar_one() == 0
            added = api_keys.add(connection, 3, "new", prefix="ls_new", token_hash=b"new", scope="read", at=7)
            assert added.id == 8


def _blob(connection: Connection, number: int) -> str:
    """Thirty-two bytes as a literal."""
    return f"X'{number:064x}'" if connection.dialect.name == "sqlite" else f"'\\x{number:064x}'::bytea"
