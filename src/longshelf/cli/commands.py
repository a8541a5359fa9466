"""The commands. Each opens what it needs, does one thing, and returns what is to be printed."""

import argparse
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from longshelf.cli import feed_commands, import_commands, index_commands, restriction_commands, stash_commands, sync_commands, user_commands
from longshelf.cli.output import ProgressLine
from longshelf.config import Settings
from longshelf.errors import Invalid, LongshelfError
from longshelf.jobs.worker import Worker
from longshelf.model.times import rfc3339
from longshelf.sources.folder.options import FolderOptions
from longshelf.store import libraries
from longshelf.store.database import Database
from longshelf.store.libraries import Library
from longshelf.store.migrate import open_database
from longshelf.tasks import library_removal, scan
from longshelf.tasks.libraries import add_folder_library
from longshelf.tasks.table import prepare_helpers, tasks

Result = Mapping[str, Any] | None

DEMONSTRATION = "Demonstration"
"""The name of the library that `longshelf demo` makes."""


@dataclass(frozen=True)
class Command:
    """One command. `name` may have a group in front: "library add"."""

    name: str
    about: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[Settings, argparse.Namespace], Result]


@contextmanager
def opened(settings: Settings) -> Iterator[Database]:
    """The database in its newest form, closed at the end."""
    database = open_database(settings)
    try:
        yield database
    finally:
        database.close()


def _serve_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="address to listen on (LONGSHELF_HOST)")
    parser.add_argument("--port", type=int, help="port to listen on (LONGSHELF_PORT)")
    parser.add_argument("--workers", type=int, help="web server processes (LONGSHELF_WORKERS)")
    parser.add_argument("--no-worker", action="store_true", help="do not run jobs here; `longshelf worker` does elsewhere")


def _serve(settings: Settings, arguments: argparse.Namespace) -> Result:
    from longshelf.server.run import serve

    given = {name: value for name in ("host", "port", "workers") if (value := getattr(arguments, name)) is not None}
    serve(replaced(settings, given), with_worker=not arguments.no_worker)
    return None


def replaced(settings: Settings, given: Mapping[str, Any]) -> Settings:
    """`settings` with values from the command line, checked like all others."""
    from dataclasses import replace

    from longshelf.config import SETTINGS

    checks = {setting.name: setting for setting in SETTINGS}
    return replace(settings, **{name: checks[name].check(value, f"--{name}") for name, value in given.items()})


def _worker(settings: Settings, _arguments: argparse.Namespace) -> Result:
    from longshelf.server.worker import run_worker

    run_worker(settings)
    return None


def _library_add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--folder", metavar="PATH", nargs="+", action="extend", default=[], help="root folders; several are allowed")
    parser.add_argument("--audio", choices=("auto", "audiobook", "track"), default="auto", help="what audio files in it are")
    parser.add_argument("--follow-links", action="store_true", help="follow symbolic links inside it")
    parser.add_argument("--watch", action="store_true", help="scan when something changes, beside the schedule")
    parser.add_argument("--if-missing", action="store_true", help="no error when a library of this name exists")
    sync_commands.add_arguments(parser)
    feed_commands.add_arguments(parser)


def _library_add(settings: Settings, arguments: argparse.Namespace) -> Result:
    folders = [str(Path(folder).expanduser().absolute()) for folder in arguments.folder]
    chosen = FolderOptions(folders=folders, audio=arguments.audio, follow_links=arguments.follow_links, watch=arguments.watch)
    with opened(settings) as database:
        if arguments.if_missing:
            existing = _find(database, arguments.name)
            if existing is not None:
                return {"library": _library(existing)}
        if arguments.stash:
            library, more = sync_commands.add(database, settings, arguments)
            return {"library": _library(library), **more}
        if arguments.feed or arguments.opml:
            library, more = feed_commands.add(database, settings, arguments)
            return {"library": _library(library), **more}
        return _added(database, arguments.name, chosen)


def _added(database: Database, name: str, chosen: FolderOptions) -> Result:
    library, job = add_folder_library(database, name, chosen)
    return {"library": _library(library), "job": job.id}


def _library_list(settings: Settings, _arguments: argparse.Namespace) -> Result:
    with opened(settings) as database, database.read() as connection:
        return {"libraries": [_library(library) for library in libraries.listed(connection)]}


def _library_remove(settings: Settings, arguments: argparse.Namespace) -> Result:
    with opened(settings) as database:
        library = named(database, arguments.name)
        line = ProgressLine()
        ended = Worker(database, tasks(settings)).run_one(library_removal.request(database, library.id).id, line)
        line.end()
        if ended.state != "done":
            raise LongshelfError(ended.message or f"the removal was {ended.state}")
        return {"removed": library.name, **ended.result}


def _scan_arguments(parser: argparse.ArgumentParser) -> None:
    _name_argument(parser)
    parser.add_argument("--full", action="store_true", help="read every file again, changed or not")
    parser.add_argument("--allow-empty", action="store_true", help="believe an empty root folder: everything in it is gone")


def _scan(settings: Settings, arguments: argparse.Namespace) -> Result:
    """Runs the scan here, or follows the one that runs elsewhere."""
    with opened(settings) as database:
        library = named(database, arguments.name)
        job = scan.request(database, library, full=arguments.full, allow_empty=arguments.allow_empty, priority=10)
        prepare_helpers()
        line = ProgressLine()
        ended = Worker(database, tasks(settings)).run_one(job.id, line)
        line.end()
        if ended.state != "done":
            raise LongshelfError(ended.message or f"the scan was {ended.state}")
        return dict(ended.result)


def _demo_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--items", type=int, metavar="N", help="instead: a made-up catalogue of N items, without any files")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same files and items")


def _demo(settings: Settings, arguments: argparse.Namespace) -> Result:
    from longshelf.demo.library import write_library

    if arguments.items is not None:
        return _demo_catalogue(settings, arguments.items, arguments.seed)
    target = settings.data / "demonstration"
    write_library(target, arguments.seed)
    with opened(settings) as database:
        existing = _find(database, DEMONSTRATION)
        if existing is not None:
            return {"library": _library(existing)}
        return _added(database, DEMONSTRATION, FolderOptions(folders=[str(target)]))


def _demo_catalogue(settings: Settings, items: int, seed: int) -> Result:
    from longshelf.demo.stocking import stock

    line, began = ProgressLine(), time.monotonic()

    def told(step: str, done: int) -> None:
        rate = done / (time.monotonic() - began)
        line(Stage(step, done, items, rate, (items - done) / rate if rate else None))

    with opened(settings) as database:
        made = stock(database, items, seed, library_name=f"Synthetic {items:,}", progress=told)
    line.end()
    return {
        "items": made.items,
        "entities": made.entities,
        "links": made.links,
        "seconds": round(made.seconds, 2),
        "items_per_second": round(made.items_per_second),
    }


class Stage(NamedTuple):
    """Progress of what is no job."""

    kind: str
    done: int
    total: int | None
    rate: float | None
    eta_seconds: float | None
    state: str = "running"


def named(database: Database, name: str) -> Library:
    """The library of this name; Invalid naming those there are."""
    library = _find(database, name)
    if library is None:
        with database.read() as connection:
            there = ", ".join(each.name for each in libraries.listed(connection)) or "none yet"
        raise Invalid("NAME", f"no library is called {name!r}; there are: {there}")
    return library


def _find(database: Database, name: str) -> Library | None:
    with database.read() as connection:
        return next((library for library in libraries.listed(connection) if library.name == name), None)


def _library(library: Library) -> dict[str, Any]:
    return {
        "id": library.id,
        "name": library.name,
        "type": str(library.type),
        "state": library.state,
        "folders": library.config.get("folders", []),
        "scanned_at": rfc3339(library.scanned_at),
    }


def _name_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="of the library")


def _no_arguments(_parser: argparse.ArgumentParser) -> None:
    return


COMMANDS: tuple[Command, ...] = (
    Command("serve", "run the web server, and jobs beside it", _serve_arguments, _serve),
    Command("worker", "run jobs only", _no_arguments, _worker),
    Command("library add", "add a library and queue its first scan", _library_add_arguments, _library_add),
    Command("library list", "list libraries", _no_arguments, _library_list),
    Command("library remove", "remove a library from Longshelf; its files stay", _name_argument, _library_remove),
    Command("library stash", "change the address or key of a mirrored server", sync_commands.change_arguments, sync_commands.change),
    Command("scan", "scan a folder library now and wait for the end", _scan_arguments, _scan),
    Command("sync", "mirror a Stash library or ask all feeds now, and wait for the end", sync_commands.sync_arguments, sync_commands.sync),
    Command(
        "import-user-data",
        "take over a person's ratings, favourites and plays from a Stash library",
        stash_commands.import_arguments,
        stash_commands.import_user_data,
    ),
    Command("import", "take in a file of posts and wait for the end", import_commands.arguments, import_commands.run),
    Command("user add", "add a person", user_commands.add_arguments, user_commands.add),
    Command("user list", "list people", _no_arguments, user_commands.listing),
    Command("user password", "set a person's password and end his sessions", user_commands.password_arguments, user_commands.password),
    Command("user admin", "make a person an administrator, or no longer", user_commands.admin_arguments, user_commands.admin),
    Command("user disable", "lock a person out; what is his stays", user_commands.name_arguments, user_commands.disable),
    Command("user enable", "let a person in again", user_commands.name_arguments, user_commands.enable),
    Command("user remove", "remove a person with all that is his", user_commands.name_arguments, user_commands.remove),
    Command("key create", "make an API key for a person; it is shown once", user_commands.key_create_arguments, user_commands.key_create),
    Command("key list", "list API keys", user_commands.key_list_arguments, user_commands.key_list),
    Command("key remove", "withdraw an API key", user_commands.key_remove_arguments, user_commands.key_remove),
    Command("demo", "make a small demonstration library of real media, or a large catalogue", _demo_arguments, _demo),
    Command(
        "demo-stash",
        "run a made-up Stash server to try mirroring with",
        stash_commands.demo_stash_arguments,
        stash_commands.demo_stash,
    ),
    Command("why-hidden", "say why a person does not see an item", restriction_commands.arguments, restriction_commands.why_hidden),
    Command("reindex", "build the index anew from the database", _no_arguments, index_commands.reindex),
    Command("bench", "measure the engines on a made-up catalogue", index_commands.bench_arguments, index_commands.bench),
)
