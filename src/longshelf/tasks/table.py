"""Every kind of job and the function that does it: what a worker is given, and what its helper processes start with."""

import multiprocessing
from collections.abc import Mapping
from functools import partial

from longshelf.config import Settings
from longshelf.jobs.ending import Task
from longshelf.sources.folder.registry import FORMATS
from longshelf.tasks import bulk_edit, colors, housekeeping, imports, library_removal, merge, relabel, scan, sync


def tasks(settings: Settings) -> Mapping[str, Task]:
    """By job kind."""
    return {
        scan.KIND: partial(scan.scan, parsers=settings.parsers),
        sync.KIND: partial(sync.sync, private=settings.private_urls == "yes"),
        imports.KIND: imports.import_posts,
        colors.KIND: partial(colors.find_colors, folder=settings.thumbnails),
        housekeeping.KIND: housekeeping.tidy,
        library_removal.KIND: library_removal.remove,
        relabel.KIND: relabel.relabel_items,
        merge.KIND: merge.merge,
        merge.UNDO: merge.undo_merge,
        bulk_edit.KIND: bulk_edit.edit,
        bulk_edit.UNDO: bulk_edit.undo,
    }


def prepare_helpers() -> None:
    """Call once, before the first job: parser and decoder processes are forked from one that has everything imported. Else each would
    import it anew, and take a second of a core from people who browse, before it can even be made polite."""
    parsers = sorted({f"longshelf.sources.folder.formats.{row.parser}" for row in FORMATS})
    multiprocessing.set_forkserver_preload([__name__, *parsers])
