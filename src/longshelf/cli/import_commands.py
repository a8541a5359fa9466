"""The command `import`: a file of posts, one JSON object a line, into a library of their own."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from longshelf.config import Settings
from longshelf.errors import Invalid, LongshelfError
from longshelf.store.migrate import open_database

STDIN = "-"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file", metavar="FILE.ndjson", help="one JSON object a line, may be compressed by gzip or zstd; `-` is standard input"
    )
    parser.add_argument("--library", metavar="NAME", required=True, help="where the posts go; made when there is none of this name")


def run(settings: Settings, given: argparse.Namespace) -> Mapping[str, Any]:
    """Runs the import here, or follows the worker that has it."""
    from longshelf.cli.output import ProgressLine
    from longshelf.jobs.worker import Worker
    from longshelf.tasks import imports
    from longshelf.tasks.table import tasks

    if given.file != STDIN and not Path(given.file).is_file():
        raise Invalid("FILE", f"there is no file {given.file}")
    database = open_database(settings)
    kept: Path | None = None
    try:
        library = imports.library_for(database, given.library)
        if given.file == STDIN:
            kept = imports.keep(sys.stdin.buffer, settings.data / imports.FOLDER)
            job = imports.request(database, library, kept, name="standard input", temporary=True, priority=10)
        else:
            job = imports.request(database, library, Path(given.file), priority=10)
        line = ProgressLine()
        ended = Worker(database, tasks(settings)).run_one(job.id, line)
        line.end()
        if ended.state != "done":
            raise LongshelfError(ended.message or f"the import was {ended.state}")
        return dict(ended.result)
    finally:
        if kept is not None:  # the job has ended, was refused or, by an interrupt, cancelled
            kept.unlink(missing_ok=True)
        database.close()
