"""Every address the server answers, as one table: method, path, handler, parameters, body, answer, who may call. It serves the requests
and writes the OpenAPI document; literal paths stand before those with names in braces."""

from collections.abc import Iterable

import msgspec

from longshelf.api.route import Route
from longshelf.api.routes.account import ACCOUNT
from longshelf.api.routes.displays import DISPLAYS, SCREENS
from longshelf.api.routes.edits import EDITS
from longshelf.api.routes.entities import ENTITIES, SEARCH
from longshelf.api.routes.feeds import FEEDS
from longshelf.api.routes.items import ITEMS
from longshelf.api.routes.libraries import LIBRARIES
from longshelf.api.routes.media import MEDIA
from longshelf.api.routes.people import RESTRICTIONS, USERS
from longshelf.api.routes.personal import PERSONAL
from longshelf.api.routes.playlists import PLAYLISTS
from longshelf.api.routes.server import SERVER
from longshelf.api.routes.work import FLAGS, JOBS


def _tagged(tag: str, routes: Iterable[Route]) -> tuple[Route, ...]:
    return tuple(msgspec.structs.replace(route, tag=tag) for route in routes)


ROUTES: tuple[Route, ...] = (
    *_tagged("edits", EDITS),
    *_tagged("items", ITEMS),
    *_tagged("entities", ENTITIES),
    *_tagged("search", SEARCH),
    *_tagged("libraries", LIBRARIES),
    *_tagged("libraries", FEEDS),
    *_tagged("jobs", JOBS),
    *_tagged("flags", FLAGS),
    *_tagged("account", ACCOUNT),
    *_tagged("personal", PERSONAL),
    *_tagged("playlists", PLAYLISTS),
    *_tagged("displays", DISPLAYS),
    *_tagged("screens", SCREENS),
    *_tagged("users", USERS),
    *_tagged("restrictions", RESTRICTIONS),
    *_tagged("media", MEDIA),
    *_tagged("server", SERVER),
)
