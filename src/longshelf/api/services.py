"""What handlers work with: one of each, made by `server/app.py` when it starts."""

import msgspec

from longshelf.accounts.accounts import Accounts
from longshelf.api.events import EventFeed
from longshelf.api.ui import WebUi
from longshelf.catalog.catalog import Catalog
from longshelf.catalog.editing import Editing
from longshelf.catalog.libraries import Libraries
from longshelf.catalog.work import Work
from longshelf.media.library import MediaLibrary


class Services(msgspec.Struct, frozen=True, kw_only=True):
    catalog: Catalog
    libraries: Libraries
    editing: Editing
    work: Work
    accounts: Accounts
    media: MediaLibrary
    events: EventFeed
    ui: WebUi
    root_path: str = ""
