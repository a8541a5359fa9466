"""For developers: `python -m longshelf.store.migrations.draft NAME` writes the next migration, from what the migrations so far make
to what tables.py says. Read it before you keep it. `--first` writes the first one anew, which is right only before a release.

A migration is a frozen text: it must not read tables.py, which goes on changing."""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.operations.ops import UpgradeOps
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from longshelf.store import migrate
from longshelf.store.database import Database
from longshelf.store.schema import metadata

VERSIONS = Path(__file__).parent / "versions"
TEXT = '''"""{title}"""

import sqlalchemy as sa
from alembic import op
{imports}
revision = "{revision}"
down_revision = {down_revision}
branch_labels = None
depends_on = None


def upgrade() -> None:  # noqa: PLR0915 - one line a table
{body}
'''
SEARCH_IMPORT = "\nfrom longshelf.store import search\n"
SEARCH_BODY = """
    op.execute("INSERT INTO revision (id, value) VALUES (1, 0)")
    search.create_search(op.get_bind())"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", nargs="?", default="", help="a few_words for the file name")
    parser.add_argument("--first", action="store_true", help="write the first migration anew")
    options = parser.parse_args()
    if not options.first and not options.name:
        parser.error("give the migration a name")
    path = write_first() if options.first else write_next(options.name)
    sys.stdout.write(f"{path}\n")


def write_first() -> Path:
    """From nothing to everything."""
    with _database() as connection:
        body = _difference(connection, batch=False) + SEARCH_BODY
    return _write(
        "0001_first", TEXT.format(title="The first schema.", imports=SEARCH_IMPORT, revision="0001", down_revision=None, body=body)
    )


def write_next(name: str) -> Path:
    """From the newest migration to tables.py."""
    with _database(migrated=True) as connection:
        body = _difference(connection, batch=True)
    revision, title = f"{int(migrate.HEAD) + 1:04}", name.replace("_", " ").capitalize() + "."
    text = TEXT.format(title=title, imports="", revision=revision, down_revision=f'"{migrate.HEAD}"', body=body)
    return _write(f"{revision}_{name}", text)


class _database:  # noqa: N801 - used like a function
    """A throw-away SQLite database to compare with."""

    def __init__(self, *, migrated: bool = False) -> None:
        self._migrated = migrated
        self._directory = tempfile.TemporaryDirectory()
        self._database = Database(f"sqlite:///{self._directory.name}/draft.db")

    def __enter__(self) -> Connection:
        if self._migrated:
            migrate.upgrade(self._database)
        self._reading = self._database.read()
        return self._reading.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._reading.__exit__(*error)
        self._database.close()
        self._directory.cleanup()


def _difference(connection: Connection, *, batch: bool) -> str:
    """The body of `upgrade`. `batch` rewrites a table whole where SQLite cannot alter it."""
    steps = produce_migrations(MigrationContext.configure(connection, opts={"include_object": _ours}), metadata).upgrade_ops
    assert isinstance(steps, UpgradeOps)
    lines = render_python_code(steps, render_as_batch=batch).splitlines()
    return "    " + "\n".join(line for line in lines if not line.lstrip().startswith("#")).lstrip()


def _ours(_thing: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    return not (kind == "table" and (name or "").startswith("item_search"))


def _write(name: str, text: str) -> Path:
    path = VERSIONS / f"{name}.py"
    tidy = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(path), "-"]
    path.write_bytes(subprocess.run(tidy, input=text.encode(), capture_output=True, check=True).stdout)  # noqa: S603 - our own text
    return path


if __name__ == "__main__":
    main()
