"""A second database that is filled beside the first, to compare the two: may it be filled, and is it ready to be measured?

The rule: what holds anything of anybody's is not filled."""

from sqlalchemy import inspect

from longshelf.store import connections
from longshelf.store.database import Database, run

_OWNERS = ("library", "item", "entity", '"user"')  # an installation somebody uses has rows in one of them


def vacant(database: Database) -> bool:
    """True where there is no table at all, or only those of a Longshelf that holds nothing yet."""
    with database.read() as connection:
        tables = inspect(connection).get_table_names()
        if not tables:
            return True
        if "alembic_version" not in tables:
            return False
        return not any(run(connection, f"SELECT EXISTS (SELECT 1 FROM {each})").scalar_one() for each in _OWNERS)


def ours(database: Database) -> bool:
    """Whether there are Longshelf's tables."""
    with database.read() as connection:
        return inspect(connection).has_table("alembic_version")


def settle(database: Database) -> None:
    """Does now what PostgreSQL does by itself some minutes after a load: statistics, and the map that lets it count along an index without
    looking into the table. Nothing on SQLite, which has none."""
    if database.dialect == "sqlite":
        return
    engine = connections.open_writer(database.url)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM (ANALYZE)")
    finally:
        engine.dispose()


def facts(database: Database) -> tuple[str, int]:
    """(name and version of the database, bytes it takes)."""
    with database.read() as connection:
        if database.dialect == "sqlite":
            pages = run(connection, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").scalar_one()
            return f"SQLite {connections.SQLITE_VERSION}", int(pages)
        version = str(run(connection, "SHOW server_version").scalar_one()).split()[0]
        return f"PostgreSQL {version}", int(run(connection, "SELECT pg_database_size(current_database())").scalar_one())
