"""What handlers work with: one of each, made by `server/app.py` when it starts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from longshelf.accounts.accounts import Accounts
from longshelf.api.events import EventFeed
from longshelf.api.pace import Pace
from longshelf.api.proxies import Proxies
from longshelf.api.screens import ScreenFeed
from longshelf.api.threads import Threads
from longshelf.catalog.bulk import Bulk
from longshelf.catalog.catalog import Catalog
from longshelf.catalog.editing import Editing
from longshelf.catalog.entities import Entities
from longshelf.catalog.entity_editing import EntityEditing
from longshelf.catalog.favorites import Favorites
from longshelf.catalog.feeds import Feeds
from longshelf.catalog.files import Files
from longshelf.catalog.flags import Flags
from longshelf.catalog.home import HomePages
from longshelf.catalog.libraries import Libraries
from longshelf.catalog.locks import Locks
from longshelf.catalog.mirrors import Mirrors
from longshelf.catalog.pictures import Pictures
from longshelf.catalog.playing import Playing
from longshelf.catalog.playlist_choosing import PlaylistChoosing
from longshelf.catalog.playlist_entries import PlaylistEntries
from longshelf.catalog.playlist_files import PlaylistFiles
from longshelf.catalog.playlist_previews import BlockPreviews
from longshelf.catalog.playlists import Playlists
from longshelf.catalog.portraits import Portraits
from longshelf.catalog.recommended import Recommended
from longshelf.catalog.restricting import Restricting
from longshelf.catalog.statistics import Statistics
from longshelf.catalog.views import Views
from longshelf.catalog.watching import Watching
from longshelf.catalog.work import Work
from longshelf.displays.board import Board
from longshelf.displays.screens import Screens
from longshelf.displays.timeline import TimelineService
from longshelf.media.relaying import Relays
from longshelf.media.remote_pictures import RemotePictures
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
    mirrors: Mirrors
    feeds: Feeds
    editing: Editing
    entity_editing: EntityEditing
    bulk: Bulk
    locks: Locks
    views: Views
    watching: Watching
    recommended: Recommended
    home: HomePages
    statistics: Statistics
    playlists: Playlists
    block_previews: BlockPreviews
    playlist_entries: PlaylistEntries
    playlist_choosing: PlaylistChoosing
    playlist_files: PlaylistFiles
    timelines: TimelineService
    board: Board
    screens: Screens
    screen_feed: ScreenFeed
    flags: Flags
    work: Work
    restrictions: Restricting
    accounts: Accounts
    files: Files
    playing: Playing
    pictures: Pictures
    portraits: Portraits
    relays: Relays
    remote_pictures: RemotePictures
    thumbnails: Thumbnails
    decoders: Workers
    events: EventFeed
    threads: Threads
    pace: Pace
    proxies: Proxies
    oidc: "Oidc | None" = None
    root_path: str = ""
