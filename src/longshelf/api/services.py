"""What handlers work with: one of each, made by `server/app.py` when it starts."""

from dataclasses import dataclass

from longshelf.accounts.accounts import Accounts
from longshelf.api.events import EventFeed
from longshelf.api.pace import Pace
from longshelf.api.threads import Threads
from longshelf.catalog.catalog import Catalog
from longshelf.catalog.editing import Editing
from longshelf.catalog.entities import Entities
from longshelf.catalog.files import Files
from longshelf.catalog.flags import Flags
from longshelf.catalog.libraries import Libraries
from longshelf.catalog.views import Views
from longshelf.catalog.work import Work
from longshelf.media.thumbs import Thumbnails
from longshelf.media.workers import Workers


@dataclass(frozen=True, kw_only=True)
class Services:
    """`root_path` is where a proxy mounts the server, "" for the root; `decoders` are the processes that make pictures and pages."""

    catalog: Catalog
    entities: Entities
    libraries: Libraries
    editing: Editing
    views: Views
    flags: Flags
    work: Work
    accounts: Accounts
    files: Files
    thumbnails: Thumbnails
    decoders: Workers
    events: EventFeed
    threads: Threads
    pace: Pace
    root_path: str = ""
