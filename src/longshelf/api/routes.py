"""Every address the server answers, as one table: method, path, handler, parameters, body, answer, who may call. It serves the requests
and writes the OpenAPI document; literal paths stand before those with names in braces."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec

from longshelf.api import messages, params
from longshelf.api.handlers import accounts, documents, entities, events, files, flags, items, jobs, libraries, views
from longshelf.api.route import Access, Handler, Param, Route
from longshelf.catalog import editing, shapes
from longshelf.catalog.flags import ChooseFlags, FlagList
from longshelf.media.pages import SpineSection
from longshelf.model.kinds import PLURALS, EntityKind

PUBLIC, ADMIN = Access.PUBLIC, Access.ADMIN
BYTES, WEBP, HTML = "application/octet-stream", "image/webp", "text/html"


def _get(path: str, name: str, handler: Handler, about: str, **rest: Any) -> Route:
    return Route(method="GET", path=path, name=name, handler=handler, about=about, **rest)


def _post(path: str, name: str, handler: Handler, about: str, **rest: Any) -> Route:
    return Route(method="POST", path=path, name=name, handler=handler, about=about, **rest)


def _delete(path: str, name: str, handler: Handler, about: str, **rest: Any) -> Route:
    return Route(method="DELETE", path=path, name=name, handler=handler, about=about, status=204, **rest)


def _number(name: str, low: int, high: int, default: int, about: str) -> Param:
    return Param(name=name, type=Annotated[int, msgspec.Meta(ge=low, le=high)], default=default, about=about)


ITEMS = (
    _get("/api/items", "listItems", items.browse, "One page of items",
         answer=shapes.ItemList, params=(*params.ITEMS, *params.PAGING), prompt=True),
    _get("/api/items/count", "countItems", items.count, "How many items match",
         answer=shapes.ItemCount, params=params.ITEMS, prompt=True),
    _get("/api/items/facets", "facetItems", items.facets, "The values of facets among the matching items, each without its own selection",
         answer=shapes.FacetList, params=(*params.ITEMS, *params.FACETS)),
    _get("/api/items/rail", "railItems", items.rail, "Labels along the whole list, for a scroll rail",
         answer=shapes.ItemRail, params=(*params.ITEMS, _number("n", 1, 1_000, 200, "At most so many labels"))),
    _get("/api/items/random", "randomItems", items.random, "Some matching items, shuffled",
         answer=shapes.ItemList, params=(*params.ITEMS, _number("n", 1, 1_000, 20, "How many"))),
    _get("/api/items/export", "exportItems", items.export, "Every matching item in full form, one JSON object a line",
         answer=items.NDJSON, params=params.ITEMS),
    _get("/api/items/{item_id}", "getItem", items.one, "One item in full form", answer=shapes.Item),
    _get("/api/items/{item_id}/position", "positionOfItem", items.position, "Where the item stands in a list",
         answer=shapes.ItemPosition, params=params.ITEMS),
    _get("/api/items/{item_id}/similar", "similarItems", items.similar, "Items that share persons, studios and tags, the closest first",
         answer=shapes.ItemList, params=(_number("n", 0, 100, 0, "Alias of page_size; 0 leaves it to that"), *params.NUMBERED)),
    _get("/api/items/{item_id}/chapters", "chaptersOfItem", items.chapters, "Chapters, in order", answer=list[shapes.ItemChapter]),
    _get("/api/items/{item_id}/files", "filesOfItem", items.files, "Files, in playing order", answer=list[shapes.ItemFile]),
    Route(method="PUT", path="/api/items/{item_id}/me", name="editMe", about="Your own rating, favourite, progress, hidden",
          handler=items.edit_me, body=editing.EditMe, answer=shapes.Me),
    Route(method="PATCH", path="/api/items/{item_id}", name="editItem", about="Edit an item; what is sent is kept against every later scan",
          handler=items.edit, body=editing.EditItem, answer=shapes.Item, access=ADMIN),
)  # fmt: skip


def _entity_routes(kind: EntityKind, plural: str) -> tuple[Route, ...]:
    return (
        _get(f"/api/{plural}", f"list{plural.title()}", entities.browse(kind), f"One page of {plural}",
             answer=shapes.EntityList, params=(params.SEARCH, *params.ENTITY_SORTING, *params.PAGING)),
        _get(f"/api/{plural}/{{entity_id}}", f"get{kind.value.title()}", entities.one(kind), f"One {kind.value}", answer=shapes.Entity),
        Route(method="PUT", path=f"/api/{plural}/{{entity_id}}/me", name=f"edit{kind.value.title()}Me", handler=entities.edit_me(kind),
              about=f"What you say about a {kind.value}: rating, favourite, hidden", body=editing.EditEntityMe, answer=shapes.EntityMe),
    )  # fmt: skip


ENTITIES = tuple(route for kind, plural in PLURALS.items() for route in _entity_routes(kind, plural))
SEARCH = (
    _get("/api/suggest", "suggest", entities.suggest, "Titles and names that begin with these words",
         answer=shapes.SuggestionList, params=(params.TYPED, _number("n", 1, 50, 10, "At most so many"))),
    _get("/api/stats", "stats", entities.stats, "Totals of what you see", answer=shapes.Stats),
)  # fmt: skip
LIBRARIES = (
    _get("/api/libraries", "listLibraries", libraries.browse, "Libraries by name", answer=shapes.LibraryList, params=params.NUMBERED),
    _post("/api/libraries", "createLibrary", libraries.create, "Add a folder library and read it",
          body=messages.CreateLibrary, answer=shapes.LibraryInfo, status=201, access=ADMIN),
    _get("/api/libraries/{library_id}", "getLibrary", libraries.one, "One library", answer=shapes.LibraryInfo),
    _delete("/api/libraries/{library_id}", "deleteLibrary", libraries.delete, "Remove a library; its files are not touched", access=ADMIN),
    _post("/api/libraries/{library_id}/scan", "scanLibrary", libraries.scan, "Start a scan, or join the one that runs",
          body=messages.StartScan, body_required=False, answer=shapes.Job, status=202, access=ADMIN),
    _get("/api/libraries/{library_id}/issues", "listLibraryIssues", libraries.issues, "Files that could not be taken in, with the reason",
         answer=shapes.LibraryIssueList, params=params.NUMBERED, access=ADMIN),
)  # fmt: skip
FLAGS = (
    _get("/api/flags", "listFlags", flags.browse, "What can be switched while the server runs", answer=FlagList, access=ADMIN),
    Route(method="PUT", path="/api/flags", name="chooseFlags", about="Switch flags; null puts one back to its default",
          handler=flags.choose, body=ChooseFlags, answer=FlagList, access=ADMIN),
)  # fmt: skip
JOBS = (
    _get("/api/jobs", "listJobs", jobs.browse, "Jobs, the newest first", answer=shapes.JobList, access=ADMIN,
         params=(Param(name="state", type=shapes.JobState, many=True, about="Only these states"),
                 Param(name="kind", default="", about="Only this kind"), *params.NUMBERED)),
    _get("/api/jobs/{job_id}", "getJob", jobs.one, "One job", answer=shapes.Job, access=ADMIN),
    _post("/api/jobs/{job_id}/cancel", "cancelJob", jobs.cancel, "Stop a job; what it has done stays", answer=shapes.Job, access=ADMIN),
    _post("/api/jobs/{job_id}/retry", "retryJob", jobs.retry, "Queue a finished job again", answer=shapes.Job, access=ADMIN),
    _get("/api/events", "events", events.stream, "Live events: hello, job, library", answer=events.EVENT_STREAM,
         params=(Param(name="last_event_id", about="Go on after this event; the header Last-Event-ID wins"),)),
)  # fmt: skip
ACCOUNT = (
    _get("/api/setup", "setupState", accounts.setup_state, "Whether the first administrator is still to be made",
         answer=messages.SetupState, access=PUBLIC),
    _post("/api/setup", "setUp", accounts.setup, "Make the first administrator and sign in",
          body=messages.Setup, answer=messages.Session, status=201, access=PUBLIC),
    _get("/api/session", "getSession", accounts.session, "Who is signed in", answer=messages.Session),
    _post("/api/session", "signIn", accounts.sign_in, "Sign in", body=messages.SignIn, answer=messages.Session, access=PUBLIC),
    _delete("/api/session", "signOut", accounts.sign_out, "Sign out", access=PUBLIC),
    _get("/api/keys", "listKeys", accounts.keys, "Your API keys", answer=messages.KeyList, params=params.NUMBERED),
    _post("/api/keys", "createKey", accounts.create_key, "A new API key, shown this once",
          body=messages.CreateKey, body_required=False, answer=messages.NewKey, status=201),
    _delete("/api/keys/{key_id}", "deleteKey", accounts.delete_key, "Withdraw an API key"),
    _get("/api/views", "listViews", views.browse, "Your saved filters", answer=shapes.ViewList, params=params.NUMBERED),
    _post("/api/views", "saveView", views.save, "Save a filter under a name; the same name is replaced",
          body=messages.SaveView, answer=shapes.View, status=201),
    _delete("/api/views/{view_id}", "deleteView", views.delete, "Forget a saved filter"),
)  # fmt: skip
_WIDTH = Param(name="w", type=Literal[192, 384, 768], default=384, about="Width in pixels")
_DOWNLOAD = Param(name="download", type=bool, default=False, about="As a file to keep, not to show")
MEDIA = (
    _get("/media/{item_id}/file", "getFile", files.media, "The first file; ranges and conditions as in RFC 9110",
         answer=BYTES, params=(_DOWNLOAD,)),
    _get("/media/{item_id}/file/{n}", "getFileNumber", files.media, "File n of the item, from 0", answer=BYTES, params=(_DOWNLOAD,)),
    _get("/media/{item_id}/page/{n}", "getPage", files.page, "Page n of a comic or PDF, from 0", answer=BYTES,
         params=(Param(name="w", type=Annotated[int, msgspec.Meta(ge=64, le=4_096)], about="Width in pixels for PDF pages"),)),
    _get("/media/{item_id}/spine", "getSpine", files.spine, "The parts of an EPUB, in reading order", answer=list[SpineSection]),
    _get("/media/{item_id}/resource/{rest}", "getResource", files.resource, "A file inside an EPUB, sandboxed", answer=BYTES),
    _get("/thumb/{item_id}", "getThumb", files.thumb, "The item's picture, immutable when v is its version", answer=WEBP,
         params=(Param(name="v", about="The version from the item's cover address"), _WIDTH)),
)  # fmt: skip
SERVER = (
    _get("/api/openapi.json", "openapi", documents.openapi_json, "This document", answer=dict[str, Any], access=PUBLIC),
    _get("/api/docs", "docs", documents.docs, "This document as a page", answer=HTML, access=PUBLIC),
    _get("/healthz", "healthz", documents.alive, "The process answers", answer=messages.Health, access=PUBLIC),
    _get("/readyz", "readyz", documents.ready, "The database answers", answer=messages.Health, access=PUBLIC),
)


def _tagged(tag: str, routes: Iterable[Route]) -> tuple[Route, ...]:
    return tuple(msgspec.structs.replace(route, tag=tag) for route in routes)


ROUTES: tuple[Route, ...] = (
    *_tagged("items", ITEMS),
    *_tagged("entities", ENTITIES),
    *_tagged("search", SEARCH),
    *_tagged("libraries", LIBRARIES),
    *_tagged("jobs", JOBS),
    *_tagged("flags", FLAGS),
    *_tagged("account", ACCOUNT),
    *_tagged("media", MEDIA),
    *_tagged("server", SERVER),
)
