"""The commands of mirrored libraries: adding one, and syncing it now."""

import argparse
import os
import sys
from collections.abc import Mapping
from typing import Any

from longshelf.cli import feed_commands
from longshelf.config import Settings
from longshelf.errors import Invalid, LongshelfError
from longshelf.model.kinds import LibraryType
from longshelf.sources.stash.modes import Mode
from longshelf.sources.stash.options import POLL_MINUTES, StashOptions
from longshelf.store.database import Database
from longshelf.store.libraries import Library
from longshelf.store.migrate import open_database

KEY_VARIABLE = "STASH_API_KEY"  # a key on the command line is seen by everybody on the machine


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Those of `library add` that are of Stash libraries."""
    parser.add_argument("--stash", metavar="URL", help="mirror this Stash server, e.g. http://stash.lan:9999")
    parser.add_argument(
        "--api-key", metavar="KEY", help=f"its API key; `-` reads it from standard input, and {KEY_VARIABLE} is taken without"
    )
    parser.add_argument("--poll", metavar="MINUTES", type=int, default=POLL_MINUTES, help="how often to ask for changes (5 to 10080)")


def add(database: Database, settings: Settings, arguments: argparse.Namespace) -> tuple[Library, Mapping[str, Any]]:
    """The new library, and what there is to say of it besides."""
    from longshelf.tasks import stash_hooks
    from longshelf.tasks.libraries import add_stash_library

    if arguments.folder:
        raise Invalid("--stash", "a library has folders or a Stash server, not both")
    options = StashOptions(url=arguments.stash, poll_minutes=arguments.poll)
    private = settings.private_urls == "yes"
    library, job = add_stash_library(database, arguments.name, options, _key(arguments.api_key), private=private)
    return library, {"job": job.id, "hook": f"/api/hooks/stash/{stash_hooks.token(database, library)}"}


def change_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="of the library")
    parser.add_argument("--url", help="the server's new address")
    parser.add_argument(
        "--api-key", metavar="KEY", help=f"its API key; `-` reads it from standard input, and {KEY_VARIABLE} is taken without"
    )
    parser.add_argument("--poll", metavar="MINUTES", type=int, help="how often to ask for changes (5 to 10080)")


def change(settings: Settings, arguments: argparse.Namespace) -> Mapping[str, Any]:
    """Changes what is given; the key too where the environment has one."""
    from longshelf.cli.commands import named
    from longshelf.tasks import stash_hooks
    from longshelf.tasks.libraries import change_stash_library

    database = open_database(settings)
    try:
        library = named(database, arguments.name)
        given = {"url": arguments.url, "poll_minutes": arguments.poll}
        changes = {name: value for name, value in given.items() if value is not None}
        changed = change_stash_library(
            database, library.id, changes, _key(arguments.api_key) or None, private=settings.private_urls == "yes"
        )
        return {"name": changed.name, "url": changed.config["url"], "hook": f"/api/hooks/stash/{stash_hooks.token(database, changed)}"}
    finally:
        database.close()


def _key(given: str | None) -> str:
    if given == "-":
        return sys.stdin.readline().strip()
    return given or os.environ.get(KEY_VARIABLE, "")


def sync_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="of the library")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--full", action="store_true", help="read and write everything anew")
    how.add_argument("--reconcile", action="store_true", help="compare everything, write what differs")
    parser.add_argument(
        "--allow-removals", action="store_true", help="believe that what is missing on the server is gone, however much it is"
    )


def sync(settings: Settings, arguments: argparse.Namespace) -> Mapping[str, Any]:
    """Runs the sync here, or follows the one that runs elsewhere."""
    from longshelf.cli.commands import named
    from longshelf.cli.output import ProgressLine
    from longshelf.jobs.worker import Worker
    from longshelf.tasks import sync as task
    from longshelf.tasks.table import tasks

    database = open_database(settings)
    try:
        library = named(database, arguments.name)
        if library.type is LibraryType.FEED:
            return feed_commands.sync(database, settings, library)
        mode: Mode = "full" if arguments.full else "reconcile" if arguments.reconcile else "incremental"
        job = task.request(database, library, mode, allow_removals=arguments.allow_removals, priority=10)
        line = ProgressLine()
        ended = Worker(database, tasks(settings)).run_one(job.id, line)
        line.end()
        if ended.state != "done":
            raise LongshelfError(ended.message or f"the sync was {ended.state}")
        return dict(ended.result)
    finally:
        database.close()
