"""The web application of one process: everything it needs is made when it starts and closed when it stops."""

import asyncio
import gc
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

import longshelf
from longshelf import config, logs
from longshelf.accounts.accounts import Accounts
from longshelf.api.app import Application
from longshelf.api.events import EventFeed
from longshelf.api.pace import Pace
from longshelf.api.proxies import Proxies
from longshelf.api.routes import ROUTES
from longshelf.api.screens import ScreenFeed
from longshelf.api.services import Services
from longshelf.api.threads import Threads
from longshelf.api.ui import WebUi
from longshelf.catalog.bulk import Bulk
from longshelf.catalog.catalog import Catalog
from longshelf.catalog.editing import Editing
from longshelf.catalog.entities import Entities
from longshelf.catalog.entity_editing import EntityEditing
from longshelf.catalog.favorites import Favorites
from longshelf.catalog.feeds import Feeds
from longshelf.catalog.files import Files
from longshelf.catalog.flags import ENGINE, Flags
from longshelf.catalog.following import Follower
from longshelf.catalog.home import HomePages
from longshelf.catalog.libraries import Libraries
from longshelf.catalog.locks import Locks
from longshelf.catalog.mirrors import Mirrors
from longshelf.catalog.paging import Cursors
from longshelf.catalog.pictures import Pictures
from longshelf.catalog.playing import Playing
from longshelf.catalog.playlist_choosing import PlaylistChoosing
from longshelf.catalog.playlist_counts import Counting
from longshelf.catalog.playlist_entries import PlaylistEntries
from longshelf.catalog.playlist_files import PlaylistFiles
from longshelf.catalog.playlist_previews import BlockPreviews
from longshelf.catalog.playlists import Playlists
from longshelf.catalog.portraits import Portraits
from longshelf.catalog.recommended import Recommended
from longshelf.catalog.restricting import Restricting
from longshelf.catalog.showing import Showing
from longshelf.catalog.statistics import Statistics
from longshelf.catalog.views import Views
from longshelf.catalog.watching import Watching
from longshelf.catalog.work import Work
from longshelf.config import Settings
from longshelf.displays.board import Board
from longshelf.displays.presence import Presence
from longshelf.displays.screens import Screens
from longshelf.displays.tending import Tending
from longshelf.displays.timeline import TimelineService
from longshelf.errors import StoreUnavailable
from longshelf.index.engine import BitmapEngine
from longshelf.index.following import Follower as IndexFollower
from longshelf.index.switch import SwitchEngine
from longshelf.media.relaying import Relays
from longshelf.media.remote_pictures import RemotePictures
from longshelf.media.thumbs import Thumbnails
from longshelf.media.workers import Workers
from longshelf.model.engine import Engine
from longshelf.store import settings as stored
from longshelf.store.database import Database
from longshelf.store.engine.sql import SqlEngine
from longshelf.store.hot import HotReads
from longshelf.store.migrate import open_database
from longshelf.tasks.timelines import Timekeeper
from longshelf.visibility.visibility import Visibility

if TYPE_CHECKING:
    from longshelf.accounts.oidc import Oidc

WEB_DIST = Path(longshelf.__file__).parent / "web_dist"
COUNT_CAP = 200_000  # items SQL counts while it stands in for the index
DECODERS = 2  # processes a server process decodes pictures in
_log = structlog.get_logger(__name__)


def create_app(settings: Settings, *, web: Path = WEB_DIST) -> ASGIApp:
    """The application; nothing is opened before its lifespan starts."""
    running = _Running(settings)
    return _Lifespan(Application(ROUTES, running.services, WebUi(web)), running)


def app_from_environment() -> ASGIApp:
    """What the server's processes call: settings and logs from the environment they were given.

    What is there by now, modules above all, stays for as long as the process: else every full look of the garbage collector would go
    through it again, 40 ms in which nobody is answered."""
    settings = config.read()
    logs.configure(settings.log, settings.log_level)
    app = create_app(settings)
    gc.collect()
    gc.freeze()
    return app


class _Running:
    """What exists between start and stop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._open: tuple[Database, Services, HotReads] | None = None
        self._index: IndexFollower | None = None
        self._timekeeper: Timekeeper | None = None

    def services(self) -> Services:
        if self._open is None:
            raise StoreUnavailable("The server is starting or stopping.")
        return self._open[1]

    def start(self) -> None:
        """Opens the database in its newest form; processes that start at once take turns."""
        database = open_database(self._settings, mapped=True)
        if self._settings.engine == "bitmaps":
            self._index = IndexFollower(database, self._settings.index)
            self._index.catch_up()
            self._index.start(building=False)  # the job worker builds
        hot = HotReads(database)
        services = _services(self._settings, database, self._index, hot)
        self._open = database, services, hot
        self._timekeeper = Timekeeper(Tending(database, services.timelines, hot).look)
        self._timekeeper.start()

    def stop(self) -> None:
        if self._open is not None:
            database, services, hot = self._open
            self._open = None
            if self._timekeeper is not None:
                self._timekeeper.stop()
            services.threads.close()
            services.decoders.close()
            services.relays.close()
            services.remote_pictures.close()
            if services.oidc is not None:
                services.oidc.close()
            if self._index is not None:
                self._index.stop()
            hot.close()
            database.close()


def _engine(database: Database, index: IndexFollower | None, hot: HotReads, flags: Flags) -> Engine:
    """Without an index SQL is who is wanted, and counts exactly. As a stand-in it says "at least" beyond COUNT_CAP: a person who waits for
    the index to be built wants his page now."""
    if index is None:
        return SqlEngine(database.read)
    switch = SwitchEngine(
        BitmapEngine(database, index, hot=hot), SqlEngine(database.read, count_cap=COUNT_CAP), lambda: flags.value(ENGINE) == "bitmaps"
    )
    flags.serving = lambda: switch.serving
    return switch


def _serving(engine: Engine) -> str:
    """Who answers the next request."""
    return engine.serving if isinstance(engine, SwitchEngine) else "sql"


def _state(engine: Engine, database: Database, index: IndexFollower | None) -> tuple[str, int] | None:
    """Names the state of the index that answers. None where SQL does, whose cost depends on the place, or rows come over a network."""
    state = index.state if index is not None and database.dialect == "sqlite" else None
    if state is None or _serving(engine) != "bitmaps":
        return None
    return state.base.name, state.revision


def _services(settings: Settings, database: Database, index: IndexFollower | None, hot: HotReads) -> Services:
    threads, decoders = Threads(), Workers(DECODERS)
    flags = Flags(database, settings.engine)
    caught_up: Callable[[], object] = index.catch_up if index is not None else lambda: None
    cursors, engine = Cursors(stored.secret(database)), _engine(database, index, hot, flags)
    visibility = Visibility(database, hot)
    catalog = Catalog(database, engine, cursors, gate=SqlEngine(database.read), hot=hot, visibility=visibility)
    entities = Entities(database, engine, cursors, visibility=visibility)
    showing = Showing(database, hot, visibility)
    files = Files(database, catalog)
    counting = Counting(database, engine, showing, indexed=lambda: _serving(engine) == "bitmaps", later=threads.later)
    timelines = TimelineService(database, engine, visibility, later=threads.aside)
    board = Board(database, engine, showing, timelines, hot)
    screens = Screens(database, hot, timelines, Presence(database, threads.later))
    entries = PlaylistEntries(database, engine, showing, cursors)
    playlists = Playlists(database, counting, entries, timelines)
    return Services(
        catalog=catalog,
        entities=entities,
        favorites=Favorites(database, entities, cursors),
        libraries=Libraries(database, engine, visibility=visibility, private=settings.private_urls == "yes"),
        feeds=Feeds(database, visibility, private=settings.private_urls == "yes"),
        mirrors=Mirrors(database, engine, catalog, showing, visibility, private=settings.private_urls == "yes"),
        editing=Editing(database, catalog, entities, written=caught_up),
        entity_editing=EntityEditing(database, entities, written=caught_up),
        bulk=Bulk(database, engine, visibility),
        locks=Locks(database, catalog, entities),
        restrictions=Restricting(database, engine, visibility),
        views=Views(database),
        watching=Watching(database, engine, catalog, showing),
        recommended=Recommended(database, engine, showing),
        home=HomePages(database),
        statistics=Statistics(database, engine, showing),
        playlists=playlists,
        block_previews=BlockPreviews(database, engine, showing, counting, timelines),
        playlist_entries=entries,
        playlist_choosing=PlaylistChoosing(database, engine, showing, entries),
        playlist_files=PlaylistFiles(database, engine, entries, playlists, stored.secret(database)),
        timelines=timelines,
        board=board,
        screens=screens,
        screen_feed=ScreenFeed(threads, board.changed, screens.of_ids, board.existing),
        flags=flags,
        work=Work(database, before_telling=caught_up),
        files=files,
        playing=Playing(catalog, files),
        pictures=Pictures(database, entities, written=caught_up),
        portraits=Portraits(database, entities),
        relays=Relays(private=settings.private_urls == "yes"),
        remote_pictures=RemotePictures(database, private=settings.private_urls == "yes"),
        thumbnails=Thumbnails(settings.thumbnails, decoders),
        decoders=decoders,
        accounts=Accounts(database, threads.later, hot=hot, create_proxied=settings.proxy_create_users == "yes"),
        proxies=Proxies(settings.trusted_proxies, settings.proxy_user_header),
        oidc=_oidc(settings, database),
        events=EventFeed(threads, lambda mark: Follower(database, mark, before_telling=caught_up)),
        threads=threads,
        pace=Pace(lambda: _state(engine, database, index)),
    )


def _oidc(settings: Settings, database: Database) -> "Oidc | None":
    """The sign-in service; its libraries are loaded only when there is one."""
    if not settings.oidc_issuer:
        return None
    from longshelf.accounts.oidc import Oidc

    return Oidc(settings, database, stored.secret(database))


class _Lifespan:
    """Starts and stops with the server process; answers requests in between."""

    def __init__(self, app: Application, running: _Running) -> None:
        self._app = app
        self._running = running

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await asyncio.to_thread(self._running.start)
                except Exception as error:  # the boundary: the server must say why it does not start
                    _log.error("start failed", reason=str(error))
                    await send({"type": "lifespan.startup.failed", "message": str(error)})
                    return
                await send({"type": "lifespan.startup.complete"})
            else:
                self._running.services().events.close()
                self._running.services().screen_feed.close()
                await asyncio.to_thread(self._running.stop)
                await send({"type": "lifespan.shutdown.complete"})
                return
