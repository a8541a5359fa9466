"""Brings a database to this version's schema at start-up. The change and the record that it ran share one transaction, and two
processes that start at once take turns: the second finds nothing left to do."""

from sqlalchemy import Connection, inspect

from longshelf.config import Settings
from longshelf.errors import StoreUnavailable
from longshelf.store.database import Database

HEAD = "0009"  # the newest file in migrations/versions; a test holds the two together
TURN = 0x6C6F6E67  # key of the PostgreSQL advisory lock under which migrations run


def open_database(settings: Settings, *, mapped: bool = False) -> Database:
    """The database of this installation, ready to use: the data directory is made when it is missing, and the schema is brought up to
    date. StoreUnavailable with what to do about it when that cannot be."""
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(f"The data directory {settings.data} cannot be made: {error.strerror}. Set LONGSHELF_DATA.") from None
    database = Database(settings.database_url, mapped=mapped)
    upgrade(database)
    return database


def upgrade(database: Database) -> bool:
    """True when something was migrated. StoreUnavailable when a newer version of Longshelf has been here."""
    if _current(database) == HEAD:
        return False
    with database.write_quietly() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({TURN})")
        found = _version(connection)
        if found == HEAD:
            return False
        _run(connection, found)
        return True


def _current(database: Database) -> str | None:
    """Read without a write lock: the usual start-up finds everything in place and must not queue behind a running scan."""
    with database.read() as connection:
        return _version(connection)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return version


def _run(connection: Connection, found: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "longshelf.store:migrations")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StoreUnavailable(
            f"This database was made by a newer version of Longshelf (schema {found}; this one knows {HEAD})."
            " Install that version, or restore a backup."
        )
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
