"""What handlers work with: one of each, made by `server/app.py` when it starts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from longshelf.accounts.accounts import Accounts
from longshelf.api.events import EventFeed
from longshelf.api.pace import Pace
from longshelf.api.proxies import Proxies
from longshelf.api.threads import Threads
from longshelf.catalog.bulk import Bulk
from longshelf.catalog.catalog import Catalog
from longshelf.catalog.editing import Editing
from longshelf.catalog.entities import Entities
from longshelf.catalog.entity_editing import EntityEditing
from longshelf.catalog.favorites import Favorites
from longshelf.catalog.files import Files
from longshelf.catalog.flags import Flags
from longshelf.catalog.home import HomePages
from longshelf.catalog.libraries import Libraries
from longshelf.catalog.locks import Locks
from longshelf.catalog.recommended import Recommended
from longshelf.catalog.restricting import Restricting
from longshelf.catalog.statistics import Statistics
from longshelf.catalog.views import Views
from longshelf.catalog.watching import Watching
from longshelf.catalog.work import Work
from longshelf.media.thumbs import Thumbnails
from longshelf.media.workers import Workers

if TYPE_CHECKING:
    from longshelf.accounts.oidc import Oidc


@dataclass(frozen=True, kw_only=True)
class Services:
    """`root_path` is where a proxy mounts the server, "" for the root; `decoders` are the processes that make pictures and pages;
    `oidc` is the sign-in service, when there is one."""

    catalog: Catalog
    entities: Entities
    favorites: Favorites
    libraries: Libraries
    editing: Editing
    entity_editing: EntityEditing
    bulk: Bulk
    locks: Locks
    views: Views
    watching: Watching
    recommended: Recommended
    home: HomePages
    statistics: Statistics
    flags: Flags
    work: Work
    restrictions: Restricting
    accounts: Accounts
    files: Files
    thumbnails: Thumbnails
    decoders: Workers
    events: EventFeed
    threads: Threads
    pace: Pace
    proxies: Proxies
    oidc: "Oidc | None" = None
    root_path: str = ""
