"""The commands beside mirroring: a Stash server with made-up content to try it with, and taking over what a person said on a real one."""

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from longshelf.config import Settings
from longshelf.errors import Invalid, LongshelfError
from longshelf.sources.stash.user_data import DATA_KINDS
from longshelf.store.migrate import open_database

MOST = 1_000_000  # rows are kept in memory


def demo_stash_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=9999, help="port to listen on, on this machine only")
    parser.add_argument("--scenes", type=int, default=500, metavar="N", help="how many scenes it has")
    parser.add_argument("--images", type=int, default=1_000, metavar="N", help="how many images it has, in galleries of about ten")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same library")
    parser.add_argument("--api-key", default="", metavar="KEY", help="ask for this key, as a protected Stash does")


def demo_stash(_settings: Settings, arguments: argparse.Namespace) -> None:
    """Blocks until it is stopped. Invalid for numbers out of range, Conflict when the port is taken."""
    from longshelf.demo.stash.serving import HOST, Choices, serve
    from longshelf.server.run import check_port

    for name in ("scenes", "images"):
        if not 0 <= getattr(arguments, name) <= MOST:
            raise Invalid(f"--{name}", f"choose a number from 0 to {MOST:,}")
    if not 1 <= arguments.port <= 65_535:
        raise Invalid("--port", "choose a number from 1 to 65,535")
    check_port(HOST, arguments.port)
    address = f"http://{HOST}:{arguments.port}"
    key = f" --api-key {arguments.api_key}" if arguments.api_key else ""

    def announce() -> None:
        sys.stdout.write(f"The demonstration Stash is at {address}\nMirror it: longshelf library add Stash --stash {address}{key}\n")
        sys.stdout.flush()

    serve(Choices(arguments.scenes, arguments.images, arguments.seed, arguments.api_key), arguments.port, announce)


def import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="of the library")
    parser.add_argument("--user", metavar="USER", required=True, help="whose data they become here")
    parser.add_argument(
        "--kinds", metavar="KIND", nargs="+", default=list(DATA_KINDS), help=f"any of {', '.join(DATA_KINDS)}; all without it"
    )
    parser.add_argument("--overwrite", action="store_true", help="the server's word replaces what was said here")


def import_user_data(settings: Settings, arguments: argparse.Namespace) -> Mapping[str, Any]:
    """Runs the import here, or follows the one that runs elsewhere."""
    from longshelf.cli.commands import named
    from longshelf.cli.output import ProgressLine
    from longshelf.jobs.worker import Worker
    from longshelf.store import accounts
    from longshelf.tasks import user_data as task
    from longshelf.tasks.table import tasks

    database = open_database(settings)
    try:
        library = named(database, arguments.name)
        with database.read() as connection:
            found = accounts.user_named(connection, arguments.user)
        if found is None:
            raise Invalid("--user", f"nobody is called {arguments.user!r}; `longshelf user list` names everybody")
        job = task.request(database, library, found[0].id, arguments.kinds, overwrite=arguments.overwrite, priority=10)
        line = ProgressLine()
        ended = Worker(database, tasks(settings)).run_one(job.id, line)
        line.end()
        if ended.state != "done":
            raise LongshelfError(ended.message or f"the import was {ended.state}")
        return dict(ended.result)
    finally:
        database.close()
