"""Every kind of job and the function that does it: what a worker is given, and what its helper processes start with."""

import multiprocessing
from collections.abc import Mapping
from functools import partial

from longshelf.config import Settings
from longshelf.jobs.ending import Task
from longshelf.sources.folder.registry import FORMATS
from longshelf.tasks import (
    block_counts,
    bulk_edit,
    colors,
    feeds,
    housekeeping,
    imports,
    library_removal,
    merge,
    push_back,
    relabel,
    scan,
    sync,
    user_data,
)


def tasks(settings: Settings) -> Mapping[str, Task]:
    """By job kind."""
    return {
        scan.KIND: partial(scan.scan, parsers=settings.parsers),
        sync.KIND: partial(sync.sync, private=settings.private_urls == "yes"),
        push_back.KIND: partial(push_back.push, private=settings.private_urls == "yes"),
        user_data.KIND: partial(user_data.import_user_data, private=settings.private_urls == "yes"),
        imports.KIND: imports.import_posts,
        feeds.KIND: partial(feeds.poll, private=settings.private_urls == "yes"),
        colors.KIND: partial(colors.find_colors, folder=settings.thumbnails),
        housekeeping.KIND: partial(housekeeping.tidy, imported=settings.data / imports.FOLDER),
        library_removal.KIND: library_removal.remove,
        relabel.KIND: relabel.relabel_items,
        merge.KIND: merge.merge,
        merge.UNDO: merge.undo_merge,
        block_counts.KIND: block_counts.count,
        bulk_edit.KIND: bulk_edit.edit,
        bulk_edit.UNDO: bulk_edit.undo,
    }


def prepare_helpers() -> None:
    """Call once, before the first job: parser and decoder processes are forked from one that has everything imported. Else each would
    import it anew, and take a second of a core from people who browse, before it can even be made polite."""
    parsers = sorted({f"longshelf.sources.folder.formats.{row.parser}" for row in FORMATS})
    multiprocessing.set_forkserver_preload([__name__, *parsers])
