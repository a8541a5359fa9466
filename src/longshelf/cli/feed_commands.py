"""The commands of feed libraries: adding one, and reading all its feeds now."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from longshelf.config import Settings
from longshelf.errors import Invalid, LongshelfError
from longshelf.store.database import Database
from longshelf.store.libraries import Library


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Those of `library add` that are of feed libraries."""
    parser.add_argument(
        "--feed", metavar="URL", nargs="+", action="extend", default=[], help="read these feeds (RSS, Atom, Media RSS, podcasts, JSON Feed)"
    )
    parser.add_argument("--opml", metavar="FILE", help="read the feeds of this list of subscriptions")


def add(database: Database, settings: Settings, arguments: argparse.Namespace) -> tuple[Library, Mapping[str, Any]]:
    """The new library, and what there is to say of it besides."""
    from longshelf.catalog.feeds import addresses_of
    from longshelf.tasks.feeds import add_feed_library

    if arguments.folder or arguments.stash:
        raise Invalid("--feed", "a library has feeds, folders or a Stash server, one of them")
    urls = addresses_of(arguments.feed, _subscriptions(arguments.opml))
    library, job = add_feed_library(database, arguments.name, urls, private=settings.private_urls == "yes")
    return library, {"job": job.id, "feeds": len(urls)}


def _subscriptions(file: str | None) -> str:
    if file is None:
        return ""
    try:
        return Path(file).read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise Invalid("--opml", f"{file} cannot be read: {error.strerror or error}") from error


def sync(database: Database, settings: Settings, library: Library) -> Mapping[str, Any]:
    """Asks all feeds of the library here, or follows who does."""
    from longshelf.cli.output import ProgressLine
    from longshelf.jobs.worker import Worker
    from longshelf.tasks import feeds
    from longshelf.tasks.table import tasks

    job = feeds.request(database, library, priority=10)
    line = ProgressLine()
    ended = Worker(database, tasks(settings)).run_one(job.id, line)
    line.end()
    if ended.state != "done":
        raise LongshelfError(ended.message or f"the feeds were {ended.state}")
    return dict(ended.result)
