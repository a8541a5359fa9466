"""Every kind of job and the function that does it: what a worker is given."""

from collections.abc import Mapping
from functools import partial

from longshelf.config import Settings
from longshelf.jobs.ending import Task
from longshelf.tasks import colors, housekeeping, scan


def tasks(settings: Settings) -> Mapping[str, Task]:
    """By job kind."""
    return {
        scan.KIND: partial(scan.scan, parsers=settings.parsers),
        colors.KIND: partial(colors.find_colors, folder=settings.thumbnails),
        housekeeping.KIND: housekeeping.tidy,
    }
